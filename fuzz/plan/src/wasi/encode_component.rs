//! Programs of WASI 0.2 as bytes: a component that imports what it takes to write and to end, with the units as its core
//! instances.
//!
//! All units share one memory, which stands in a core instance of its own: what the canonical ABI writes needs a memory
//! that is there before the units are.

use super::{
    Entry, Step, Unit, WasiPlan,
    encode::{bump, counter},
    name, place,
};
use wasm_encoder::{
    Alias, CanonicalFunctionSection, CanonicalOption, CodeSection, Component, ComponentAliasSection,
    ComponentExportKind, ComponentExportSection, ComponentImportSection, ComponentInstanceSection,
    ComponentOuterAliasKind, ComponentTypeRef, ComponentTypeSection, ComponentValType, EntityType, ExportKind,
    ExportSection, Function, FunctionSection, ImportSection, InstanceSection, InstanceType, InstructionSink, MemArg,
    MemorySection, MemoryType, Module, ModuleArg, ModuleSection, NestedComponentSection, PrimitiveValType,
    StartSection, TypeBounds, TypeSection, ValType,
};

/// The interfaces that are imported, in order.
pub(super) const INTERFACES: [&str; 4] =
    ["wasi:io/error@0.2.0", "wasi:io/streams@0.2.0", "wasi:cli/stdout@0.2.0", "wasi:cli/exit@0.2.0"];

/// The interface by which a component is run.
pub(super) const RUN: &str = "wasi:cli/run@0.2.0";

/// The functions and the memory that the units import from the core instance `w`, in the order in which they do so.
pub(super) const GIVEN: [&str; 5] = ["drop", "exit", "get-stdout", "memory", "write"];

/// What a step needs of [`GIVEN`].
pub(super) fn needs(step: &Step, given: &str) -> bool {
    match step {
        Step::Print(_) | Step::Warn(_) | Step::Beyond => given != "exit",
        Step::Exit(_) => given == "exit",
        Step::Bump | Step::Call(_) | Step::Trap | Step::Close | Step::Yield => false,
    }
}

/// What a unit imports of [`GIVEN`].
pub(super) fn given_to(unit: &Unit) -> Vec<&'static str> {
    GIVEN.into_iter().filter(|given| unit.has(|step| needs(step, given))).collect()
}

/// The component of a program; `nested`: inside of another that does nothing but give on what it is given.
pub(super) fn encode(plan: &WasiPlan, nested: bool) -> Vec<u8> {
    let inner = program(plan);
    if !nested {
        return inner.finish();
    }
    let mut outer = Component::new();
    let _types = imports(&mut outer);
    outer.section(&NestedComponentSection(&inner));
    let mut instances = ComponentInstanceSection::new();
    let given = (0..).zip(INTERFACES).map(|(i, name)| (name, ComponentExportKind::Instance, i));
    instances.instantiate(0, given.collect::<Vec<_>>());
    outer.section(&instances);
    let inner = INTERFACES.len() as u32;
    let mut aliases = ComponentAliasSection::new();
    let mut exports = ComponentExportSection::new();
    if plan.main.start.steps().is_some() {
        aliases.alias(Alias::InstanceExport { instance: inner, kind: ComponentExportKind::Instance, name: RUN });
        exports.export(RUN, ComponentExportKind::Instance, inner + 1, None);
    }
    aliases.alias(Alias::InstanceExport { instance: inner, kind: ComponentExportKind::Func, name: "f" });
    exports.export("f", ComponentExportKind::Func, 0, None);
    outer.section(&aliases).section(&exports);
    outer.finish()
}

/// Imports [`INTERFACES`] and returns the index of the type `output-stream`.
fn imports(out: &mut Component) -> u32 {
    let (mut types, mut next) = (Vec::new(), 0);
    let mut import = |out: &mut Component, index: usize, ty: &InstanceType, resource: Option<&str>| {
        let mut section = ComponentTypeSection::new();
        section.instance(ty);
        out.section(&section);
        let mut section = ComponentImportSection::new();
        section.import(INTERFACES[index], ComponentTypeRef::Instance(next));
        out.section(&section);
        next += 1;
        if let Some(name) = resource {
            let mut section = ComponentAliasSection::new();
            let (instance, kind) = (index as u32, ComponentExportKind::Type);
            section.alias(Alias::InstanceExport { instance, kind, name });
            out.section(&section);
            types.push(next);
            next += 1;
        }
    };
    let resource = ComponentTypeRef::Type(TypeBounds::SubResource);
    let mut error = InstanceType::new();
    error.export("error", resource);
    import(out, 0, &error, Some("error"));
    // The alias comes right after the instance type: 1.
    import(out, 1, &streams(1), Some("output-stream"));
    let stream = 3;
    let mut stdout = InstanceType::new();
    stdout.alias(Alias::Outer { kind: ComponentOuterAliasKind::Type, count: 1, index: stream });
    stdout.export("output-stream", ComponentTypeRef::Type(TypeBounds::Eq(0)));
    stdout.ty().defined_type().own(1);
    stdout.ty().function().params::<[(&str, ComponentValType); 0], _>([]).result(Some(ComponentValType::Type(2)));
    stdout.export("get-stdout", ComponentTypeRef::Func(3));
    import(out, 2, &stdout, None);
    let mut exit = InstanceType::new();
    let status = ComponentValType::Primitive(PrimitiveValType::U8);
    exit.ty().function().params([("status-code", status)]).result(None);
    exit.export("exit-with-code", ComponentTypeRef::Func(0));
    import(out, 3, &exit, None);
    stream
}

/// The part of `wasi:io/streams` that is used; `error` is the outer type of errors.
fn streams(error: u32) -> InstanceType {
    let mut streams = InstanceType::new();
    streams.alias(Alias::Outer { kind: ComponentOuterAliasKind::Type, count: 1, index: error });
    streams.export("output-stream", ComponentTypeRef::Type(TypeBounds::SubResource));
    streams.ty().defined_type().own(0);
    streams.ty().defined_type().variant([("last-operation-failed", Some(ComponentValType::Type(2))), ("closed", None)]);
    streams.export("stream-error", ComponentTypeRef::Type(TypeBounds::Eq(3)));
    streams.ty().defined_type().borrow(1);
    streams.ty().defined_type().list(ComponentValType::Primitive(PrimitiveValType::U8));
    streams.ty().defined_type().result(None, Some(ComponentValType::Type(4)));
    let params = [("self", ComponentValType::Type(5)), ("contents", ComponentValType::Type(6))];
    streams.ty().function().params(params).result(Some(ComponentValType::Type(7)));
    streams.export("[method]output-stream.blocking-write-and-flush", ComponentTypeRef::Func(8));
    streams
}

/// The next index of each index space.
struct Encoder<'a> {
    plan: &'a WasiPlan,
    out: Component,
    modules: u32,
    instances: u32,
    funcs: u32,
    types: u32,
}

/// How many types [`imports`] defines, aliases included.
const TYPES: u32 = 6;

fn program(plan: &WasiPlan) -> Component {
    let mut encoder = Encoder { plan, out: Component::new(), modules: 0, instances: 0, funcs: 0, types: TYPES };
    encoder.prologue();
    let count = plan.libraries.len();
    let mut units = Vec::new();
    for (i, unit) in plan.units().enumerate() {
        let mut args = vec![("w".to_owned(), 1)];
        args.extend(units.iter().enumerate().map(|(j, instance)| (name(j, count), *instance)));
        args.retain(|(name, _)| unit_imports(unit, count).iter().any(|(module, _)| module == name));
        let instance = encoder.instantiate(&module(unit, count, i == count), &args);
        units.push(instance);
        if unit.initialize.steps().is_some() {
            encoder.initialise(instance);
        }
    }
    encoder.exports(units[count]);
    encoder.out
}

impl Encoder<'_> {
    fn alias(&mut self, alias: Alias<'_>) {
        let mut section = ComponentAliasSection::new();
        section.alias(alias);
        self.out.section(&section);
    }

    fn canon(&mut self, define: impl FnOnce(&mut CanonicalFunctionSection)) {
        let mut section = CanonicalFunctionSection::new();
        define(&mut section);
        self.out.section(&section);
    }

    /// The imports, the memory, and the core instance `w`: core instances 0 and 1.
    fn prologue(&mut self) {
        let stream = imports(&mut self.out);
        let func = |instance, name| Alias::InstanceExport { instance, kind: ComponentExportKind::Func, name };
        self.alias(func(3, "exit-with-code"));
        self.alias(func(2, "get-stdout"));
        self.alias(func(1, "[method]output-stream.blocking-write-and-flush"));
        let memory = self.instantiate(&memory(), &[]);
        self.alias(Alias::CoreInstanceExport { instance: memory, kind: ExportKind::Memory, name: "memory" });
        self.canon(|section| {
            section.lower(0, [] as [CanonicalOption; 0]).lower(1, [] as [CanonicalOption; 0]);
            section.lower(2, [CanonicalOption::Memory(0)]).resource_drop(stream);
        });
        self.funcs = 4;
        let mut section = InstanceSection::new();
        section.export_items([
            ("drop", ExportKind::Func, 3),
            ("exit", ExportKind::Func, 0),
            ("get-stdout", ExportKind::Func, 1),
            ("memory", ExportKind::Memory, 0),
            ("write", ExportKind::Func, 2),
        ]);
        self.out.section(&section);
        self.instances += 1;
    }

    fn instantiate(&mut self, module: &Module, args: &[(String, u32)]) -> u32 {
        self.out.section(&ModuleSection(module));
        let mut section = InstanceSection::new();
        let args: Vec<_> = args.iter().map(|(name, instance)| (&**name, ModuleArg::Instance(*instance))).collect();
        section.instantiate(self.modules, args);
        self.out.section(&section);
        self.modules += 1;
        self.instances += 1;
        self.instances - 1
    }

    fn core_export(&mut self, instance: u32, name: &str) -> u32 {
        self.alias(Alias::CoreInstanceExport { instance, kind: ExportKind::Func, name });
        self.funcs += 1;
        self.funcs - 1
    }

    /// A core module whose start section calls `_initialize`.
    fn initialise(&mut self, instance: u32) {
        let func = self.core_export(instance, "_initialize");
        let mut section = InstanceSection::new();
        section.export_items([("init", ExportKind::Func, func)]);
        self.out.section(&section);
        let given = self.instances;
        self.instances += 1;
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut imports = ImportSection::new();
        imports.import("", "init", EntityType::Function(0));
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&StartSection { function_index: 0 });
        self.instantiate(&module, &[(String::new(), given)]);
    }

    /// `run`, if the main program has a `_start`, and `f`.
    fn exports(&mut self, main: u32) {
        let mut types = ComponentTypeSection::new();
        let (result, run, number) = (self.types, self.types + 1, self.types + 2);
        types.defined_type().result(None, None);
        let none = || [] as [(&str, ComponentValType); 0];
        types.function().params(none()).result(Some(ComponentValType::Type(result)));
        types.function().params(none()).result(Some(ComponentValType::Primitive(PrimitiveValType::U32)));
        self.out.section(&types);
        let mut lifted = 3;
        if self.plan.main.start.steps().is_some() {
            let func = self.core_export(main, "run");
            self.canon(|section| {
                section.lift(func, run, [] as [CanonicalOption; 0]);
            });
            let mut section = ComponentInstanceSection::new();
            section.export_items([("run", ComponentExportKind::Func, lifted)]);
            self.out.section(&section);
            let mut section = ComponentExportSection::new();
            section.export(RUN, ComponentExportKind::Instance, INTERFACES.len() as u32, None);
            self.out.section(&section);
            lifted += 1;
        }
        let func = self.core_export(main, "f");
        self.canon(|section| {
            section.lift(func, number, [] as [CanonicalOption; 0]);
        });
        let mut section = ComponentExportSection::new();
        section.export("f", ComponentExportKind::Func, lifted, None);
        self.out.section(&section);
    }
}

/// The core instance that has the memory.
fn memory() -> Module {
    let mut memories = MemorySection::new();
    memories.memory(MemoryType { minimum: 1, maximum: Some(1), memory64: false, shared: false, page_size_log2: None });
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    let mut module = Module::new();
    module.section(&memories).section(&exports);
    module
}

/// What a unit imports, in order.
pub(super) fn unit_imports(unit: &Unit, libraries: usize) -> Vec<(String, &'static str)> {
    let given = given_to(unit).into_iter().map(|given| ("w".to_owned(), given));
    given.chain(unit.called(libraries).into_iter().map(|library| (name(library, libraries), "f"))).collect()
}

/// How many of a unit's imports are functions.
pub(super) fn imported_funcs(unit: &Unit, libraries: usize) -> u32 {
    unit_imports(unit, libraries).iter().filter(|(_, name)| *name != "memory").count() as u32
}

/// A unit's module; `is_main`: its `_start` is called `run` and returns that all is well.
fn module(unit: &Unit, libraries: usize, is_main: bool) -> Module {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    types.ty().function([], [ValType::I32]);
    types.ty().function([ValType::I32], []);
    types.ty().function([ValType::I32; 4], []);
    let mut imports = ImportSection::new();
    let wanted = unit_imports(unit, libraries);
    for (module, name) in &wanted {
        let ty = match *name {
            "memory" => EntityType::Memory(MemoryType {
                minimum: 1,
                maximum: None,
                memory64: false,
                shared: false,
                page_size_log2: None,
            }),
            "drop" | "exit" => EntityType::Function(2),
            "write" => EntityType::Function(3),
            _ => EntityType::Function(1),
        };
        imports.import(module, name, ty);
    }
    let funcs: Vec<&(String, &str)> = wanted.iter().filter(|(_, name)| *name != "memory").collect();
    let index =
        |module: &str, name: &str| funcs.iter().position(|(m, n)| m == module && *n == name).expect("imported") as u32;
    let first = funcs.len() as u32;
    let (mut functions, mut exports, mut code) = (FunctionSection::new(), ExportSection::new(), CodeSection::new());
    exports.export("f", ExportKind::Func, first);
    let mut names = vec!["f"];
    names.extend(unit.initialize.steps().map(|_| "_initialize"));
    names.extend(unit.start.steps().map(|_| if is_main { "run" } else { "_start" }));
    names.extend(unit.section.as_ref().map(|_| "section"));
    for (i, (name, steps)) in names.iter().zip(unit.bodies()).enumerate() {
        functions.function(u32::from(matches!(*name, "f" | "run")));
        let mut body = Function::new([(1, ValType::I32)]);
        let mut out = body.instructions();
        if *name == "f" {
            bump(&mut out);
        }
        steps.iter().for_each(|step| encode_step(&mut out, step, &index, libraries));
        match *name {
            "f" => out.global_get(0),
            "run" => out.i32_const(0),
            _ => &mut out,
        };
        out.end();
        code.function(&body);
        if i > 0 && *name != "section" {
            exports.export(name, ExportKind::Func, first + i as u32);
        }
    }
    for (name, entry) in [("_initialize", &unit.initialize), ("_start", &unit.start)] {
        if *entry == Entry::Wrong {
            exports.export(name, ExportKind::Global, 0);
        }
    }
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&counter()).section(&exports);
    if unit.section.is_some() {
        module.section(&StartSection { function_index: first + names.len() as u32 - 1 });
    }
    module.section(&code);
    module
}

fn encode_step(out: &mut InstructionSink<'_>, step: &Step, index: &impl Fn(&str, &str) -> u32, libraries: usize) {
    match *step {
        Step::Print(value) | Step::Warn(value) => {
            let byte = MemArg { offset: 0, align: 0, memory_index: 0 };
            out.i32_const(place::BYTE).i32_const(value.into()).i32_store8(byte);
            write(out, place::BYTE, index);
        }
        Step::Beyond => write(out, place::END, index),
        Step::Bump => bump(out),
        Step::Call(library) => {
            out.call(index(&name(library, libraries), "f")).global_get(0).i32_add().global_set(0);
        }
        Step::Exit(status) => {
            out.i32_const(status.into()).call(index("w", "exit"));
        }
        Step::Trap => {
            out.unreachable();
        }
        Step::Close | Step::Yield => {}
    }
}

/// Writes the byte at `at` to standard output.
fn write(out: &mut InstructionSink<'_>, at: i32, index: &impl Fn(&str, &str) -> u32) {
    out.call(index("w", "get-stdout")).local_tee(0);
    out.i32_const(at).i32_const(1).i32_const(place::RESULT).call(index("w", "write"));
    out.local_get(0).call(index("w", "drop"));
}
