//! Values that go across as bytes.

use super::super::{
    Flaw, Ty,
    abi::{self, Width},
    memory::{
        MAX_FLAT_PARAMS, RETURNED, check, constant, do_wrong, memory_module, memory_type, number, options, spoil,
        spoil_flat, store,
    },
    types::Types,
};
use super::{Across, Fault, Misdeed, Pass, ValuePlan};
use preflight_engine::trace::Value;
use wasm_encoder::{
    Alias, CanonicalFunctionSection, CanonicalOption, CodeSection, ComponentExportKind, ComponentExportSection,
    ComponentImportSection, ComponentInstanceSection, ComponentNameSection, ComponentTypeRef, ComponentValType,
    ConstExpr, EntityType, ExportKind, ExportSection, Function, FunctionSection, GlobalSection, GlobalType,
    ImportSection, InstanceSection, Module, ModuleArg, ModuleSection, NameMap, NestedComponentSection,
    PrimitiveValType, StartSection, TypeSection, ValType,
};

/// The index of `f` in the component that lifts it, after `log` and `see`, and of the function that tells what is counted.
pub(super) const F: u32 = 2;
pub(super) const COUNT: u32 = 3;

/// The component as bytes.
pub(in super::super) fn to_wasm(plan: &ValuePlan, across: &Across) -> Vec<u8> {
    let pass = across.pass(plan);
    let (mut root, types) = begin(pass);
    let mut imports = ComponentImportSection::new();
    imports.import("log", ComponentTypeRef::Func(types.log)).import("see", ComponentTypeRef::Func(types.see));
    types.show.iter().for_each(|ty| {
        imports.import("show", ComponentTypeRef::Func(*ty));
    });
    root.out.section(&imports);
    root.out.section(&NestedComponentSection(&callee(pass)));
    let names: Vec<(String, ComponentExportKind, u32)> =
        root.named.iter().enumerate().map(|(i, ty)| (format!("t{i}"), ComponentExportKind::Type, *ty)).collect();
    let func = |name: &str, index| (name.to_owned(), ComponentExportKind::Func, index);
    let mut instances = ComponentInstanceSection::new();
    let given = [func("log", 0), func("see", 1)];
    instances.instantiate(0, names.iter().cloned().chain(given).collect::<Vec<_>>());
    root.out.section(&instances);
    let imported = 2 + u32::from(types.show.is_some());
    for name in ["f", "count"] {
        root.alias(Alias::InstanceExport { instance: 0, kind: ComponentExportKind::Func, name });
    }
    root.out.section(&NestedComponentSection(&caller(pass)));
    let mut instances = ComponentInstanceSection::new();
    let given = [func("log", 0), func("f", imported), func("count", imported + 1)];
    let show = types.show.map(|_| func("show", 2));
    instances.instantiate(1, names.into_iter().chain(given).chain(show).collect::<Vec<_>>());
    root.out.section(&instances);
    name(&mut root, pass, Names { instances: &["callee", "caller"], ..Names::default() });
    root.out.finish()
}

/// The types of functions by their index, which is the same in all components.
struct FuncTypes {
    log: u32,
    count: u32,
    see: u32,
    f: u32,
    show: Option<u32>,
}

/// What every component begins with.
fn begin(pass: Pass<'_>) -> (Types, FuncTypes) {
    let mut types = Types::new();
    let params = [&pass.plan.ty].into_iter().chain(&pass.across.params);
    let params: Vec<(String, ComponentValType)> =
        params.enumerate().map(|(i, ty)| (format!("p{i}"), types.val_type(ty))).collect();
    let params: Vec<(&str, ComponentValType)> = params.iter().map(|(name, ty)| (name.as_str(), *ty)).collect();
    let result = pass.across.result.as_ref().map(|ty| types.val_type(ty));
    let mut func = |params: &[(&str, ComponentValType)], result: Option<ComponentValType>| {
        types.define(|section| {
            section.function().params(params.iter().copied()).result(result);
        })
    };
    let u32 = ComponentValType::Primitive(PrimitiveValType::U32);
    let (log, count) = (func(&[("x", u32)], None), func(&[], Some(u32)));
    let (see, f) = (func(&params, None), func(&params, result));
    let show = result.map(|ty| {
        let list = ComponentValType::Type(types.define(|section| section.defined_type().list(ty)));
        types.define(|section| {
            section.function().params([("x", list)]).result(None);
        })
    });
    (types, FuncTypes { log, count, see, f, show })
}

/// Core instance 0 with `log`, and 1 with the memory and `realloc`: these are memory 0, and core functions 0 and 1.
fn memory(types: &mut Types, bytes: &[u8], width: Width, misdeed: Option<Misdeed>) {
    lower(types, 0, Vec::new());
    let mut section = InstanceSection::new();
    section.export_items([("log", ExportKind::Func, 0)]);
    types.out.section(&section);
    types.out.section(&ModuleSection(&memory_module(bytes, width, true, misdeed)));
    let mut section = InstanceSection::new();
    section.instantiate(0, [("", ModuleArg::Instance(0))]);
    types.out.section(&section);
    types.alias(Alias::CoreInstanceExport { instance: 1, kind: ExportKind::Memory, name: "memory" });
    types.alias(Alias::CoreInstanceExport { instance: 1, kind: ExportKind::Func, name: "realloc" });
}

fn lower(types: &mut Types, func: u32, options: Vec<CanonicalOption>) {
    let mut section = CanonicalFunctionSection::new();
    section.lower(func, options);
    types.out.section(&section);
}

/// Core instance 2 of what is given, and 3 of the module.
fn main(types: &mut Types, module: &Module, given: &[(&str, ExportKind, u32)]) {
    let mut section = InstanceSection::new();
    section.export_items(given.iter().copied());
    types.out.section(&section);
    types.out.section(&ModuleSection(module));
    let mut section = InstanceSection::new();
    section.instantiate(1, [("", ModuleArg::Instance(2))]);
    types.out.section(&section);
}

fn callee(pass: Pass<'_>) -> wasm_encoder::Component {
    let (mut types, funcs) = begin(pass);
    let mut imports = ComponentImportSection::new();
    imports.import("log", ComponentTypeRef::Func(funcs.log)).import("see", ComponentTypeRef::Func(funcs.see));
    types.out.section(&imports);
    let Across { encoding, has_post_return, .. } = *pass.across;
    let given = pass.result();
    let misdeed = match pass.across.fault {
        Some(Fault::CalleesRealloc(misdeed)) => Some(misdeed),
        _ => None,
    };
    memory(&mut types, &given.bytes, pass.across.width(), misdeed);
    lower(&mut types, 1, options(encoding, 1));
    main(&mut types, &callee_module(pass, &given), &[("log", ExportKind::Func, 0), ("see", ExportKind::Func, 2)]);
    let names = ["f", "count", "post"];
    for name in &names[..if has_post_return { 3 } else { 2 }] {
        types.alias(Alias::CoreInstanceExport { instance: 3, kind: ExportKind::Func, name });
    }
    let mut with = options(encoding, 1);
    with.extend(has_post_return.then_some(CanonicalOption::PostReturn(5)));
    let mut section = CanonicalFunctionSection::new();
    section.lift(3, funcs.f, with).lift(4, funcs.count, []);
    types.out.section(&section);
    let mut exports = ComponentExportSection::new();
    exports.export("f", ComponentExportKind::Func, F, None).export("count", ComponentExportKind::Func, COUNT, None);
    types.out.section(&exports);
    let funcs = &[(F, "f"), (COUNT, "count")];
    name(&mut types, pass, Names { cores: CORES, funcs, ..Names::default() });
    types.out
}

/// The core instances that are no mere lists of exports.
const CORES: &[(u32, &str)] = &[(1, "memory"), (3, "main")];

/// The names in a component.
#[derive(Default)]
struct Names<'a> {
    instances: &'a [&'a str],
    cores: &'a [(u32, &'a str)],
    funcs: &'a [(u32, &'a str)],
}

/// The name section, if there are names.
fn name(types: &mut Types, pass: Pass<'_>, names: Names<'_>) {
    if !pass.across.is_named {
        return;
    }
    let map = |names: &[(u32, &str)]| {
        let mut map = NameMap::new();
        names.iter().for_each(|(index, name)| map.append(*index, name));
        map
    };
    let instances: Vec<(u32, &str)> = (0..).zip(names.instances.iter().copied()).collect();
    let of_types: Vec<(u32, &str)> = types.named.iter().map(|ty| (*ty, "a type")).collect();
    let mut section = ComponentNameSection::new();
    section.component("across");
    section.core_instances(&map(names.cores));
    section.funcs(&map(names.funcs));
    section.types(&map(&of_types));
    section.instances(&map(&instances));
    types.out.section(&section);
}

fn caller(pass: Pass<'_>) -> wasm_encoder::Component {
    let (mut types, funcs) = begin(pass);
    let mut imports = ComponentImportSection::new();
    let given = [("log", Some(funcs.log)), ("f", Some(funcs.f)), ("count", Some(funcs.count)), ("show", funcs.show)];
    for (name, ty) in given {
        ty.into_iter().for_each(|ty| {
            imports.import(name, ComponentTypeRef::Func(ty));
        });
    }
    types.out.section(&imports);
    let args = pass.args();
    let misdeed = match pass.across.fault {
        Some(Fault::CallersRealloc(misdeed)) => Some(misdeed),
        _ => None,
    };
    memory(&mut types, &args.bytes, pass.plan.width(), misdeed);
    let with = || options(pass.plan.encoding, 1);
    lower(&mut types, 1, with());
    lower(&mut types, 2, Vec::new());
    let mut given = vec![("log", ExportKind::Func, 0), ("f", ExportKind::Func, 2), ("count", ExportKind::Func, 3)];
    if funcs.show.is_some() {
        lower(&mut types, 3, with());
        given.push(("show", ExportKind::Func, 4));
    }
    given.push(("memory", ExportKind::Memory, 0));
    main(&mut types, &caller_module(pass, &args), &given);
    name(&mut types, pass, Names { cores: CORES, ..Names::default() });
    types.out
}

/// What the component that calls has in its memory, and what it gives to `f`: values, or an address of them.
pub(super) struct Args {
    pub bytes: Vec<u8>,
    flat: Vec<(ValType, u64)>,
    /// Where the result goes, if it is not one core value.
    place: Option<u64>,
}

/// What the component that is called has in its memory, and what `f` returns.
pub(super) struct Returned {
    pub bytes: Vec<u8>,
    flat: Option<(ValType, u64)>,
}

impl Pass<'_> {
    pub(super) fn args(self) -> Args {
        let (plan, width) = (self.plan, self.plan.width());
        let (params, value) = (self.params(), Value::Tuple(self.values().0));
        let mut heap = plan.heap();
        let types = abi::flatten(&params, width);
        let flat = if types.len() > MAX_FLAT_PARAMS {
            let (size, align) = abi::layout(&params, width);
            let at = heap.allocate(size, align);
            heap.store(at, &params, &value);
            vec![(width.ty(), spoil(plan.flaw, &mut heap, at) as u64)]
        } else {
            let mut flat = heap.lower(&params, &value);
            spoil_flat(plan.flaw, &mut heap, &mut flat);
            types.into_iter().zip(flat).collect()
        };
        let place = self.across.result.as_ref().filter(|_| self.is_result_indirect()).map(|ty| {
            let (size, align) = abi::layout(ty, width);
            let at = heap.allocate(size + 1, align);
            let flaw = match self.across.fault {
                Some(Fault::Place(Misdeed::Beyond)) => Some(Flaw::Bounds),
                Some(Fault::Place(Misdeed::Unaligned)) => Some(Flaw::Align),
                _ => None,
            };
            spoil(flaw, &mut heap, at) as u64
        });
        Args { bytes: heap.bytes, flat, place }
    }

    pub(super) fn result(self) -> Returned {
        let mut heap = self.callees_heap();
        let (Some(ty), Some(value)) = (&self.across.result, self.values().1) else {
            return Returned { bytes: heap.bytes, flat: None };
        };
        let width = self.across.width();
        let flaw = match self.across.fault {
            Some(Fault::Result(flaw)) => Some(flaw),
            _ => None,
        };
        let flat = match *abi::flatten(ty, width) {
            [of] => {
                let mut flat = heap.lower(ty, &value);
                spoil_flat(flaw, &mut heap, &mut flat);
                (of, flat[0])
            }
            _ => {
                let (size, align) = abi::layout(ty, width);
                let at = heap.allocate(size + 1, align);
                heap.store(at, ty, &value);
                (width.ty(), spoil(flaw, &mut heap, at) as u64)
            }
        };
        Returned { bytes: heap.bytes, flat: Some(flat) }
    }

    /// The core types of the parameters as they are given.
    fn param_types(self, width: Width) -> Vec<ValType> {
        let flat = abi::flatten(&self.params(), width);
        if flat.len() > MAX_FLAT_PARAMS { vec![width.ty()] } else { flat }
    }
}

/// `f`, `count` and the post-return function over `log` and `see`.
fn callee_module(pass: Pass<'_>, returned: &Returned) -> Module {
    let params = pass.param_types(pass.across.width());
    let result: Vec<ValType> = returned.flat.iter().map(|(ty, _)| *ty).collect();
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32], []);
    types.ty().function(params.iter().copied(), []);
    types.ty().function(params.iter().copied(), result.iter().copied());
    types.ty().function([], [ValType::I32]);
    types.ty().function(result, []);
    let mut imports = ImportSection::new();
    imports.import("", "log", EntityType::Function(0)).import("", "see", EntityType::Function(1));
    let mut functions = FunctionSection::new();
    functions.function(2).function(3).function(4);
    let mut globals = GlobalSection::new();
    globals.global(GlobalType { val_type: ValType::I32, mutable: true, shared: false }, &ConstExpr::i32_const(0));
    let mut exports = ExportSection::new();
    for (index, name) in (2..).zip(["f", "count", "post"]) {
        exports.export(name, ExportKind::Func, index);
    }
    let mut code = CodeSection::new();
    let mut f = Function::new([]);
    let mut out = f.instructions();
    (0..params.len() as u32).for_each(|param| {
        out.local_get(param);
    });
    out.call(1);
    if pass.across.fault == Some(Fault::Result(Flaw::Trap)) {
        out.unreachable();
    }
    returned.flat.iter().for_each(|(ty, bits)| constant(&mut out, *ty, *bits));
    out.end();
    code.function(&f);
    let mut count = Function::new([]);
    count.instructions().global_get(0).end();
    code.function(&count);
    let mut post = Function::new([]);
    let mut out = post.instructions();
    if let Some(Fault::PostReturn(misdeed)) = pass.across.fault {
        do_wrong(&mut out, misdeed);
    }
    returned.flat.iter().for_each(|(ty, bits)| check(&mut out, 0, *ty, *bits));
    out.global_get(0).i32_const(1).i32_add().global_set(0).end();
    code.function(&post);
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&globals).section(&exports).section(&code);
    module
}

/// The start function over `log`, `f`, `count` and `show`.
fn caller_module(pass: Pass<'_>, args: &Args) -> Module {
    let width = pass.plan.width();
    let place = args.place.map(|_| width.ty());
    let flat: Vec<ValType> = args.flat.iter().map(|(ty, _)| *ty).chain(place).collect();
    let direct = pass.across.result.as_ref().filter(|_| args.place.is_none());
    let direct = direct.map(|ty| (abi::flatten(ty, width)[0], abi::layout(ty, width).0));
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32], []);
    types.ty().function(flat, direct.map(|(ty, _)| ty));
    types.ty().function([], [ValType::I32]);
    types.ty().function([width.ty(); 2], []);
    types.ty().function([], []);
    let mut imports = ImportSection::new();
    let has_result = pass.across.result.is_some();
    let names = ["log", "f", "count", "show"];
    let names = &names[..if has_result { 4 } else { 3 }];
    for (ty, name) in (0..).zip(names) {
        imports.import("", name, EntityType::Function(ty));
    }
    imports.import("", "memory", memory_type(width, None));
    let mut functions = FunctionSection::new();
    functions.function(4);
    let mut start = Function::new(direct.map(|(ty, _)| (1, ty)));
    let mut out = start.instructions();
    args.flat.iter().for_each(|(ty, bits)| constant(&mut out, *ty, *bits));
    args.place.iter().for_each(|at| number(&mut out, width, *at));
    out.call(1);
    if let Some((ty, size)) = direct {
        out.local_set(0);
        number(&mut out, width, RETURNED);
        out.local_get(0);
        store(&mut out, ty, size);
    }
    if has_result {
        number(&mut out, width, args.place.unwrap_or(RETURNED));
        number(&mut out, width, 1);
        out.call(3);
    }
    out.call(2).call(0).end();
    let mut code = CodeSection::new();
    code.function(&start);
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions);
    module.section(&StartSection { function_index: names.len() as u32 }).section(&code);
    module
}

/// What the core instance that works with a memory imports: in the component that is called, and in the one that calls.
pub(super) fn imported_by_core(has_result: bool) -> [Vec<&'static str>; 2] {
    let show = has_result.then_some("show");
    [vec!["log", "see"], ["log", "f", "count"].into_iter().chain(show).chain(["memory"]).collect()]
}

/// All types of parameters and results.
pub(super) fn types(pass: Pass<'_>) -> impl Iterator<Item = &Ty> {
    [&pass.plan.ty].into_iter().chain(&pass.across.params).chain(&pass.across.result)
}
