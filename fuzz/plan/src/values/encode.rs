//! Plans of values as bytes.

use super::{Encoding, Flaw, Ty, ValuePlan, abi};
use preflight_engine::trace::Value;
use wasm_encoder::{
    Alias, CanonicalFunctionSection, CanonicalOption, CodeSection, Component, ComponentAliasSection,
    ComponentExportKind, ComponentExportSection, ComponentImportSection, ComponentStartSection, ComponentTypeRef,
    ComponentTypeSection, ComponentValType, ConstExpr, DataSection, Encode, EntityType, ExportKind, ExportSection,
    Function, FunctionSection, GlobalSection, GlobalType, ImportSection, InstanceSection, InstructionSink, MemArg,
    MemorySection, MemoryType, Module, ModuleArg, ModuleSection, PrimitiveValType, RawSection, StartSection,
    TypeBounds, TypeSection, ValType,
};

/// Where the value stands in the memory, and where new allocations begin; the first bytes are for what `echo` returns.
pub(super) const BASE: usize = 1024;
const ALLOCATIONS: i32 = 1 << 15;
const RETURNED: i32 = 16;
const END: i32 = 1 << 16;

/// The most core parameters of a function (`MAX_FLAT_PARAMS`).
const MAX_FLAT_PARAMS: usize = 16;

/// What stands in the memory, and what the functions are made of.
pub(super) struct Memory {
    pub bytes: Vec<u8>,
    /// The value as arguments: flat, or the address of it.
    args: Vec<(ValType, u64)>,
    /// What `make` returns: the only flat value, or an address.
    made: Option<(ValType, u64)>,
}

impl ValuePlan {
    /// The component as bytes. The plan must be [normal](Self::normalise).
    pub fn to_wasm(&self) -> Vec<u8> {
        Encoder { plan: self, out: Component::new(), types: 0, named: 0 }.component()
    }

    pub(super) fn memory(&self) -> Memory {
        let value = self.value();
        let mut heap = abi::Heap { bytes: Vec::new(), base: BASE, encoding: self.encoding };
        let (size, align) = abi::layout(&self.ty);
        let at = heap.allocate(size, align);
        heap.store(at, &self.ty, &value);
        let flat = abi::flatten(&self.ty);
        let args = if flat.len() > MAX_FLAT_PARAMS {
            vec![(ValType::I32, at as u64)]
        } else {
            let bits = heap.lower(&self.ty, &value);
            flat.iter().copied().zip(bits).collect()
        };
        let made = match *flat {
            // What returns several values returns their address, and has a place for them of its own.
            [ty] => Some((ty, self.flawed_scalar(args[0].1))),
            _ => Some((ValType::I32, self.flawed(&mut heap, size, align, &value) as u64)),
        };
        Memory { bytes: heap.bytes, args, made }
    }

    fn flawed_scalar(&self, right: u64) -> u64 {
        match self.flaw {
            Some(Flaw::Case) => 200,
            Some(Flaw::Char) => 0xd800,
            _ => right,
        }
    }

    /// The address that `make` returns.
    fn flawed(&self, heap: &mut abi::Heap, size: usize, align: usize, value: &Value) -> usize {
        let at = heap.allocate(size + 1, align);
        heap.store(at, &self.ty, value);
        match self.flaw {
            Some(Flaw::Bounds) => return END as usize,
            Some(Flaw::Align) => return at + 1,
            Some(Flaw::Case) => heap.put(at, &[200]),
            Some(Flaw::Length) => {
                // A list of things without a size is never too long, but there is none; strings have a tag in their length.
                heap.put(at + 4, &0x10_0000_u32.to_le_bytes());
            }
            Some(Flaw::String) => {
                // A byte that begins nothing; or half of a pair, which is tagged where it has to be.
                let text = heap.allocate(2, 2);
                let (bytes, len): (&[u8], u32) = match self.encoding {
                    Encoding::Utf8 => (&[0xff], 1),
                    Encoding::Utf16 => (&[0x00, 0xd8], 1),
                    Encoding::CompactUtf16 => (&[0x00, 0xd8], 1 | 1 << 31),
                };
                heap.put(text, bytes);
                heap.put(at, &(text as u32).to_le_bytes());
                heap.put(at + 4, &len.to_le_bytes());
            }
            Some(Flaw::Char | Flaw::Trap) | None => {}
        }
        at
    }
}

struct Encoder<'a> {
    plan: &'a ValuePlan,
    out: Component,
    types: u32,
    /// Types that have got a name by an import.
    named: u32,
}

impl Encoder<'_> {
    fn component(mut self) -> Vec<u8> {
        let plan = self.plan;
        let ty = self.val_type(&plan.ty);
        let list = self.define(|types| types.defined_type().list(ty));
        let list = ComponentValType::Type(list);
        let take = self.define(|types| {
            types.function().params([("x", ty)]).result(None);
        });
        let make = self.define(|types| {
            types.function().params([] as [(&str, ComponentValType); 0]).result(Some(ty));
        });
        let echo = self.define(|types| {
            types.function().params([("x", list)]).result(Some(list));
        });
        let mut imports = ComponentImportSection::new();
        imports.import("show", ComponentTypeRef::Func(take));
        self.out.section(&imports);
        let memory = plan.memory();
        self.core_instances(&memory);
        for (name, ty) in [("make", make), ("take", take), ("echo", echo)] {
            self.alias(Alias::CoreInstanceExport { instance: 2, kind: ExportKind::Func, name });
            let func = match name {
                "make" => 2,
                "take" => 3,
                _ => 4,
            };
            let options = self.options();
            let mut section = CanonicalFunctionSection::new();
            section.lift(func, ty, options);
            self.out.section(&section);
        }
        self.out.section(&ComponentStartSection { function_index: 1, args: [], results: 1 });
        self.out.section(&ComponentStartSection { function_index: 2, args: [0], results: 0 });
        let mut value = Vec::new();
        abi::constant(&Ty::List(Box::new(plan.ty.clone())), &Value::List(vec![plan.value()]), &mut value);
        let mut data = vec![1];
        list.encode(&mut data);
        value.len().encode(&mut data);
        data.extend(value);
        self.out.section(&RawSection { id: 12, data: &data });
        self.out.section(&ComponentStartSection { function_index: 3, args: [1], results: 1 });
        let mut exports = ComponentExportSection::new();
        exports.export("v", ComponentExportKind::Value, 2, None);
        exports.export("echo", ComponentExportKind::Func, 3, None);
        self.out.section(&exports);
        self.out.finish()
    }

    fn options(&self) -> [CanonicalOption; 3] {
        let encoding = match self.plan.encoding {
            Encoding::Utf8 => CanonicalOption::UTF8,
            Encoding::Utf16 => CanonicalOption::UTF16,
            Encoding::CompactUtf16 => CanonicalOption::CompactUTF16,
        };
        [CanonicalOption::Memory(0), CanonicalOption::Realloc(0), encoding]
    }

    fn alias(&mut self, alias: Alias<'_>) {
        let mut section = ComponentAliasSection::new();
        section.alias(alias);
        self.out.section(&section);
    }

    fn define(&mut self, define: impl FnOnce(&mut ComponentTypeSection)) -> u32 {
        let mut section = ComponentTypeSection::new();
        define(&mut section);
        self.out.section(&section);
        self.types += 1;
        self.types - 1
    }

    /// The memory with the value, what is given to the other core instance, and that one: core instances 0, 1 and 2.
    fn core_instances(&mut self, memory: &Memory) {
        self.out.section(&ModuleSection(&memory_module(memory)));
        let mut section = InstanceSection::new();
        section.instantiate(0, [] as [(&str, ModuleArg); 0]);
        self.out.section(&section);
        self.alias(Alias::CoreInstanceExport { instance: 0, kind: ExportKind::Memory, name: "memory" });
        self.alias(Alias::CoreInstanceExport { instance: 0, kind: ExportKind::Func, name: "realloc" });
        let options = self.options();
        let mut section = CanonicalFunctionSection::new();
        section.lower(0, options);
        self.out.section(&section);
        let mut section = InstanceSection::new();
        section.export_items([("show", ExportKind::Func, 1), ("memory", ExportKind::Memory, 0)]);
        self.out.section(&section);
        self.out.section(&ModuleSection(&main_module(self.plan, memory)));
        let mut section = InstanceSection::new();
        section.instantiate(1, [("", ModuleArg::Instance(1))]);
        self.out.section(&section);
    }

    /// The type; what has labels gets a name, which a type of an import has to have.
    fn val_type(&mut self, ty: &Ty) -> ComponentValType {
        use PrimitiveValType as P;
        let primitive = |ty: P| ComponentValType::Primitive(ty);
        match ty {
            Ty::Bool => primitive(P::Bool),
            Ty::U8 => primitive(P::U8),
            Ty::S8 => primitive(P::S8),
            Ty::U16 => primitive(P::U16),
            Ty::S16 => primitive(P::S16),
            Ty::U32 => primitive(P::U32),
            Ty::S32 => primitive(P::S32),
            Ty::U64 => primitive(P::U64),
            Ty::S64 => primitive(P::S64),
            Ty::F32 => primitive(P::F32),
            Ty::F64 => primitive(P::F64),
            Ty::Char => primitive(P::Char),
            Ty::String => primitive(P::String),
            ty => ComponentValType::Type(self.compound(ty)),
        }
    }

    fn compound(&mut self, ty: &Ty) -> u32 {
        let labels = |letter: char, n: usize| (0..n).map(|i| format!("{letter}{i}")).collect::<Vec<_>>();
        match ty {
            Ty::List(ty) => {
                let ty = self.val_type(ty);
                self.define(|types| types.defined_type().list(ty))
            }
            Ty::Option(ty) => {
                let ty = self.val_type(ty);
                self.define(|types| types.defined_type().option(ty))
            }
            Ty::Result(ok, err) => {
                let [ok, err] = [ok, err].map(|ty| ty.as_deref().map(|ty| self.val_type(ty)));
                self.define(|types| types.defined_type().result(ok, err))
            }
            Ty::Tuple(all) => {
                let all: Vec<_> = all.iter().map(|ty| self.val_type(ty)).collect();
                self.define(|types| types.defined_type().tuple(all))
            }
            Ty::Record(all) => {
                let all: Vec<_> = all.iter().map(|ty| self.val_type(ty)).collect();
                let names = labels('f', all.len());
                let fields = names.iter().map(String::as_str).zip(all).collect::<Vec<_>>();
                let ty = self.define(|types| types.defined_type().record(fields));
                self.name(ty)
            }
            Ty::Variant(all) => {
                let all: Vec<_> = all.iter().map(|ty| ty.as_ref().map(|ty| self.val_type(ty))).collect();
                let names = labels('c', all.len());
                let cases = names.iter().map(String::as_str).zip(all).collect::<Vec<_>>();
                let ty = self.define(|types| types.defined_type().variant(cases));
                self.name(ty)
            }
            Ty::Enum(n) => {
                let names = labels('c', (*n).into());
                let ty = self.define(|types| types.defined_type().enum_type(names.iter().map(String::as_str)));
                self.name(ty)
            }
            Ty::Flags(n) => {
                let names = labels('b', (*n).into());
                let ty = self.define(|types| types.defined_type().flags(names.iter().map(String::as_str)));
                self.name(ty)
            }
            _ => unreachable!("primitive types have no definition"),
        }
    }

    fn name(&mut self, ty: u32) -> u32 {
        let mut imports = ComponentImportSection::new();
        imports.import(&*format!("t{}", self.named), ComponentTypeRef::Type(TypeBounds::Eq(ty)));
        self.out.section(&imports);
        self.named += 1;
        self.types += 1;
        self.types - 1
    }
}

/// How many types of a plan get a name: what has labels.
pub(super) fn named(ty: &Ty) -> usize {
    let all = |types: &[Ty]| types.iter().map(named).sum::<usize>();
    match ty {
        Ty::List(ty) | Ty::Option(ty) => named(ty),
        Ty::Result(ok, err) => [ok, err].into_iter().flatten().map(|ty| named(ty)).sum(),
        Ty::Tuple(types) => all(types),
        Ty::Record(types) => 1 + all(types),
        Ty::Variant(cases) => 1 + cases.iter().flatten().map(named).sum::<usize>(),
        Ty::Enum(_) | Ty::Flags(_) => 1,
        _ => 0,
    }
}

/// A memory with the value, and a `realloc` that never gives anything back.
fn memory_module(memory: &Memory) -> Module {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32; 4], [ValType::I32]);
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType { minimum: 1, maximum: Some(1), memory64: false, shared: false, page_size_log2: None });
    let mut globals = GlobalSection::new();
    let ty = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
    globals.global(ty, &ConstExpr::i32_const(ALLOCATIONS));
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0).export("realloc", ExportKind::Func, 0);
    let mut realloc = Function::new([(1, ValType::I32)]);
    let (old, old_size, align, new_size, at) = (0, 1, 2, 3, 4);
    let mut out = realloc.instructions();
    // The next address that is a multiple of the alignment.
    out.global_get(0).local_get(align).i32_add().i32_const(1).i32_sub();
    out.i32_const(0).local_get(align).i32_sub().i32_and().local_tee(at);
    out.local_get(new_size).i32_add().global_set(0);
    // What was there moves; a block that becomes smaller takes along what fits.
    out.local_get(at).local_get(old).local_get(old_size).local_get(new_size);
    out.local_get(old_size).local_get(new_size).i32_lt_u().select().memory_copy(0, 0);
    out.local_get(at).end();
    let mut code = CodeSection::new();
    code.function(&realloc);
    let mut data = DataSection::new();
    data.active(0, &ConstExpr::i32_const(BASE as i32), memory.bytes.iter().copied());
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&memories).section(&globals).section(&exports);
    module.section(&code).section(&data);
    module
}

/// The start function, `make`, `take` and `echo`.
fn main_module(plan: &ValuePlan, memory: &Memory) -> Module {
    let args: Vec<ValType> = memory.args.iter().map(|(ty, _)| *ty).collect();
    let mut types = TypeSection::new();
    types.ty().function(args, []);
    types.ty().function([], []);
    types.ty().function([], memory.made.map(|(ty, _)| ty));
    types.ty().function([ValType::I32, ValType::I32], [ValType::I32]);
    let mut imports = ImportSection::new();
    imports.import("", "show", EntityType::Function(0));
    imports.import(
        "",
        "memory",
        MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None },
    );
    let mut functions = FunctionSection::new();
    functions.function(1).function(2).function(0).function(3);
    let mut exports = ExportSection::new();
    for (i, name) in (2..).zip(["make", "take", "echo"]) {
        exports.export(name, ExportKind::Func, i);
    }
    let mut code = CodeSection::new();
    let mut start = Function::new([]);
    let mut out = start.instructions();
    memory.args.iter().for_each(|(ty, bits)| constant(&mut out, *ty, *bits));
    out.call(0).end();
    code.function(&start);
    let mut make = Function::new([]);
    let mut out = make.instructions();
    if plan.flaw == Some(Flaw::Trap) {
        out.unreachable();
    }
    if let Some((ty, bits)) = memory.made {
        constant(&mut out, ty, bits);
    }
    out.end();
    code.function(&make);
    let mut take = Function::new([]);
    take.instructions().end();
    code.function(&take);
    let word = MemArg { offset: 0, align: 2, memory_index: 0 };
    let mut echo = Function::new([]);
    let mut out = echo.instructions();
    out.i32_const(RETURNED).local_get(0).i32_store(word);
    out.i32_const(RETURNED + 4).local_get(1).i32_store(word);
    out.i32_const(RETURNED).end();
    code.function(&echo);
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&exports);
    module.section(&StartSection { function_index: 1 }).section(&code);
    module
}

fn constant(out: &mut InstructionSink<'_>, ty: ValType, bits: u64) {
    match ty {
        ValType::I64 => out.i64_const(bits as i64),
        ValType::F32 => out.f32_const(f32::from_bits(bits as u32).into()),
        ValType::F64 => out.f64_const(f64::from_bits(bits).into()),
        _ => out.i32_const(bits as u32 as i32),
    };
}
