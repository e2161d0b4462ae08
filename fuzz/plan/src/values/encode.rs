//! Plans of values as bytes.

use super::{
    Flaw, Ty, ValuePlan,
    abi::{self, Width},
    memory::{
        BASE, MAX_FLAT_PARAMS, RETURNED, constant, memory_module, memory_type, number, options, spoil, spoil_flat,
        store,
    },
    types::Types,
};
use preflight_engine::trace::Value;
use wasm_encoder::{
    Alias, CanonicalFunctionSection, CodeSection, ComponentExportKind, ComponentExportSection, ComponentImportSection,
    ComponentStartSection, ComponentTypeRef, ComponentValType, Encode, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, ImportSection, InstanceSection, Module, ModuleArg, ModuleSection, RawSection, StartSection,
    TypeSection, ValType,
};

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
        match &self.across {
            Some(across) => super::across::to_wasm(self, across),
            None => Encoder { plan: self, types: Types::new() }.component(),
        }
    }

    /// How wide the pointers of the component are, or those of the one that calls.
    pub(super) fn width(&self) -> Width {
        Width::of(self.is_64)
    }

    /// An empty memory of it.
    pub(super) fn heap(&self) -> abi::Heap {
        abi::Heap::new(BASE, self.encoding, self.width(), self.seed & 1 == 1)
    }

    pub(super) fn memory(&self) -> Memory {
        let (value, width) = (self.value(), self.width());
        let mut heap = self.heap();
        let (size, align) = abi::layout(&self.ty, width);
        let at = heap.allocate(size, align);
        heap.store(at, &self.ty, &value);
        let flat = abi::flatten(&self.ty, width);
        let args = if flat.len() > MAX_FLAT_PARAMS {
            vec![(width.ty(), at as u64)]
        } else {
            let bits = heap.lower(&self.ty, &value);
            flat.iter().copied().zip(bits).collect()
        };
        let made = match *flat {
            // What returns several values returns their address, and has a place for them of its own.
            [ty] => {
                let mut made = [args[0].1];
                spoil_flat(self.flaw, &mut heap, &mut made);
                Some((ty, made[0]))
            }
            _ => {
                let at = heap.allocate(size + 1, align);
                heap.store(at, &self.ty, &value);
                Some((width.ty(), spoil(self.flaw, &mut heap, at) as u64))
            }
        };
        Memory { bytes: heap.bytes, args, made }
    }
}

struct Encoder<'a> {
    plan: &'a ValuePlan,
    types: Types,
}

impl Encoder<'_> {
    fn component(mut self) -> Vec<u8> {
        let plan = self.plan;
        let ty = self.types.val_type(&plan.ty);
        let list = self.types.define(|types| types.defined_type().list(ty));
        let list = ComponentValType::Type(list);
        let take = self.types.define(|types| {
            types.function().params([("x", ty)]).result(None);
        });
        let make = self.types.define(|types| {
            types.function().params([] as [(&str, ComponentValType); 0]).result(Some(ty));
        });
        let echo = self.types.define(|types| {
            types.function().params([("x", list)]).result(Some(list));
        });
        let mut imports = ComponentImportSection::new();
        imports.import("show", ComponentTypeRef::Func(take));
        // The values of the component are this one, what `make` returns, the list, and what `echo` returns.
        let first = u32::from(plan.import.is_some());
        if plan.import.is_some() {
            imports.import("w", ComponentTypeRef::Value(ty));
        }
        self.types.out.section(&imports);
        let memory = plan.memory();
        self.core_instances(&memory);
        for (name, ty) in [("make", make), ("take", take), ("echo", echo)] {
            self.types.alias(Alias::CoreInstanceExport { instance: 2, kind: ExportKind::Func, name });
            let func = match name {
                "make" => 2,
                "take" => 3,
                _ => 4,
            };
            let mut section = CanonicalFunctionSection::new();
            section.lift(func, ty, options(plan.encoding, 0));
            self.types.out.section(&section);
        }
        self.types.out.section(&ComponentStartSection { function_index: 1, args: [], results: 1 });
        for arg in (0..=first).rev() {
            self.types.out.section(&ComponentStartSection { function_index: 2, args: [arg], results: 0 });
        }
        let mut value = Vec::new();
        abi::constant(&Ty::List(Box::new(plan.ty.clone())), &Value::List(vec![plan.value()]), &mut value);
        let mut data = vec![1];
        list.encode(&mut data);
        value.len().encode(&mut data);
        data.extend(value);
        self.types.out.section(&RawSection { id: 12, data: &data });
        self.types.out.section(&ComponentStartSection { function_index: 3, args: [first + 1], results: 1 });
        let mut exports = ComponentExportSection::new();
        exports.export("v", ComponentExportKind::Value, first + 2, None);
        exports.export("echo", ComponentExportKind::Func, 3, None);
        self.types.out.section(&exports);
        self.types.out.finish()
    }

    /// The memory with the value, what is given to the other core instance, and that one: core instances 0, 1 and 2.
    fn core_instances(&mut self, memory: &Memory) {
        self.types.out.section(&ModuleSection(&memory_module(&memory.bytes, self.plan.width(), false, None)));
        let mut section = InstanceSection::new();
        section.instantiate(0, [] as [(&str, ModuleArg); 0]);
        self.types.out.section(&section);
        self.types.alias(Alias::CoreInstanceExport { instance: 0, kind: ExportKind::Memory, name: "memory" });
        self.types.alias(Alias::CoreInstanceExport { instance: 0, kind: ExportKind::Func, name: "realloc" });
        let mut section = CanonicalFunctionSection::new();
        section.lower(0, options(self.plan.encoding, 0));
        self.types.out.section(&section);
        let mut section = InstanceSection::new();
        section.export_items([("show", ExportKind::Func, 1), ("memory", ExportKind::Memory, 0)]);
        self.types.out.section(&section);
        self.types.out.section(&ModuleSection(&main_module(self.plan, memory)));
        let mut section = InstanceSection::new();
        section.instantiate(1, [("", ModuleArg::Instance(1))]);
        self.types.out.section(&section);
    }
}

/// The start function, `make`, `take` and `echo`.
fn main_module(plan: &ValuePlan, memory: &Memory) -> Module {
    let args: Vec<ValType> = memory.args.iter().map(|(ty, _)| *ty).collect();
    let mut types = TypeSection::new();
    types.ty().function(args, []);
    types.ty().function([], []);
    types.ty().function([], memory.made.map(|(ty, _)| ty));
    let width = plan.width();
    types.ty().function([width.ty(); 2], [width.ty()]);
    let mut imports = ImportSection::new();
    imports.import("", "show", EntityType::Function(0));
    imports.import("", "memory", memory_type(width, None));
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
    let mut echo = Function::new([]);
    let mut out = echo.instructions();
    for (local, at) in [(0, RETURNED), (1, RETURNED + width.bytes() as u64)] {
        number(&mut out, width, at);
        out.local_get(local);
        store(&mut out, width.ty(), width.bytes());
    }
    number(&mut out, width, RETURNED);
    out.end();
    code.function(&echo);
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&exports);
    module.section(&StartSection { function_index: 1 }).section(&code);
    module
}
