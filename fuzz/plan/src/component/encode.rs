//! Plans of components as bytes, definition by definition (Binary.md of the Component Model).

use super::{ComponentPlan, Def, Part, Step};
use wasm_encoder::{
    Alias, CanonicalFunctionSection, CanonicalOption, CodeSection, Component, ComponentAliasSection,
    ComponentExportKind, ComponentExportSection, ComponentImportSection, ComponentInstanceSection,
    ComponentStartSection, ComponentTypeRef, ComponentTypeSection, ComponentValType, EntityType, ExportKind,
    ExportSection, Function, FunctionSection, ImportSection, InstanceSection, Module, ModuleArg, ModuleSection,
    NestedComponentSection, PrimitiveValType, StartSection, TagKind, TagSection, TagType, TypeSection, ValType,
};

impl ComponentPlan {
    /// The component as bytes. The plan must be [normal](Self::normalise).
    pub fn to_wasm(&self) -> Vec<u8> {
        component(&self.root).finish()
    }
}

/// How many things there are in each index space, and where what the plan speaks of is.
#[derive(Default)]
struct Encoder {
    out: Component,
    core_funcs: u32,
    core_instances: u32,
    core_modules: u32,
    funcs: u32,
    types: u32,
    instances: u32,
    values: u32,
    /// The core instances of the plan.
    cores: Vec<u32>,
    /// The component of each child definition, and the instances.
    parts: u32,
    children: Vec<u32>,
    /// The core functions that make and drop a resource of the latest type.
    resource: Option<[u32; 2]>,
    /// The core function that logs, and the type of lifted functions.
    log: u32,
    run_type: u32,
}

fn component(part: &Part) -> Component {
    let mut encoder = Encoder::default();
    encoder.prologue();
    part.defs.iter().for_each(|def| encoder.def(def));
    encoder.epilogue();
    encoder.out
}

impl Encoder {
    fn canon(&mut self, define: impl FnOnce(&mut CanonicalFunctionSection)) {
        let mut section = CanonicalFunctionSection::new();
        define(&mut section);
        self.out.section(&section);
    }

    /// The types, the import of `log`, and `log` as a core function.
    fn prologue(&mut self) {
        let u32_type = ComponentValType::Primitive(PrimitiveValType::U32);
        let mut types = ComponentTypeSection::new();
        types.function().params([("x", u32_type)]).result(None);
        types.function().params::<[(&str, ComponentValType); 0], _>([]).result(Some(u32_type));
        self.out.section(&types);
        (self.types, self.run_type) = (2, 1);
        let mut imports = ComponentImportSection::new();
        imports.import("log", ComponentTypeRef::Func(0));
        self.out.section(&imports);
        self.funcs = 1;
        self.canon(|section| {
            section.lower(0, [] as [CanonicalOption; 0]);
        });
        self.log = self.core_func();
    }

    /// The index of the core function that was defined just now.
    fn core_func(&mut self) -> u32 {
        self.core_funcs += 1;
        self.core_funcs - 1
    }

    fn core_export(&mut self, instance: u32, name: &str) -> u32 {
        let mut section = ComponentAliasSection::new();
        section.alias(Alias::CoreInstanceExport { instance, kind: ExportKind::Func, name });
        self.out.section(&section);
        self.core_func()
    }

    /// A core instance's `f` as a component function.
    fn lift(&mut self, core: usize) -> u32 {
        let (func, ty) = (self.core_export(self.cores[core], "f"), self.run_type);
        self.canon(|section| {
            section.lift(func, ty, [] as [CanonicalOption; 0]);
        });
        self.funcs += 1;
        self.funcs - 1
    }

    fn def(&mut self, def: &Def) {
        match def {
            Def::Core { steps, result } => self.core(steps, *result),
            Def::Child(part) => {
                self.out.section(&NestedComponentSection(&component(part)));
                self.parts += 1;
                self.instantiate(self.parts - 1);
            }
            Def::Again(part) => self.instantiate(*part as u32),
            Def::Resource { core } => {
                let destructor = self.core_export(self.cores[*core], "d");
                let mut types = ComponentTypeSection::new();
                types.resource(ValType::I32, Some(destructor));
                self.out.section(&types);
                let ty = self.types;
                self.types += 1;
                self.canon(|section| {
                    section.resource_new(ty);
                    section.resource_drop(ty);
                });
                self.resource = Some([self.core_func(), self.core_func()]);
            }
            Def::Start { core } => {
                let function_index = self.lift(*core);
                self.out.section(&ComponentStartSection { function_index, args: [], results: 1 });
                let mut exports = ComponentExportSection::new();
                exports.export(&*format!("v{}", self.values), ComponentExportKind::Value, self.values, None);
                self.out.section(&exports);
                // The export is a value of its own.
                self.values += 2;
            }
        }
    }

    fn instantiate(&mut self, part: u32) {
        let mut section = ComponentInstanceSection::new();
        section.instantiate(part, [("log", ComponentExportKind::Func, 0)]);
        self.out.section(&section);
        self.children.push(self.instances);
        self.instances += 1;
    }

    /// A core instance: first a core instance of what it imports, then the module and its instance.
    fn core(&mut self, steps: &[Step], result: u32) {
        let mut given = vec![("log".to_owned(), self.log)];
        for step in steps {
            match *step {
                Step::CallCore(core) => given.push((format!("f{core}"), self.core_export(self.cores[core], "f"))),
                Step::CallChild(child) => {
                    let mut alias = ComponentAliasSection::new();
                    let (instance, kind) = (self.children[child], ComponentExportKind::Func);
                    alias.alias(Alias::InstanceExport { instance, kind, name: "run" });
                    self.out.section(&alias);
                    let func = self.funcs;
                    self.funcs += 1;
                    self.canon(|section| {
                        section.lower(func, [] as [CanonicalOption; 0]);
                    });
                    given.push((format!("run{child}"), self.core_func()));
                }
                Step::Make(_) | Step::MakeAndDrop(_) => {
                    let [new, drop] = self.resource.expect("a normal plan has a type for its resources");
                    given.extend([("new".to_owned(), new), ("drop".to_owned(), drop)]);
                }
                Step::Log(_) | Step::Trap | Step::Throw => {}
            }
        }
        // Each name once: the same function under it.
        given.sort_by(|a, b| imports_order(&a.0).cmp(&imports_order(&b.0)));
        given.dedup_by(|a, b| a.0 == b.0);
        let names: Vec<&str> = given.iter().map(|(name, _)| &**name).collect();
        let mut section = InstanceSection::new();
        section.export_items(given.iter().map(|(name, func)| (name, ExportKind::Func, *func)));
        self.out.section(&section);
        self.out.section(&ModuleSection(&module(steps, result, &names)));
        let mut section = InstanceSection::new();
        section.instantiate(self.core_modules, [("", ModuleArg::Instance(self.core_instances))]);
        self.out.section(&section);
        self.core_modules += 1;
        self.cores.push(self.core_instances + 1);
        self.core_instances += 2;
    }

    fn epilogue(&mut self) {
        if !self.cores.is_empty() {
            let func = self.lift(0);
            let mut exports = ComponentExportSection::new();
            exports.export("run", ComponentExportKind::Func, func, None);
            self.out.section(&exports);
        }
    }
}

/// The log first, the others by name.
pub(super) fn imports_order(name: &str) -> (bool, &str) {
    (name != "log", name)
}

/// The module of a core instance: its imports, the start function, `f` and `d`.
fn module(steps: &[Step], result: u32, imports: &[&str]) -> Module {
    let index = |name: &str| imports.iter().position(|import| *import == name).expect("imported") as u32;
    let (log, start) = (index("log"), imports.len() as u32);
    let mut types = TypeSection::new();
    types.ty().function([], []);
    types.ty().function([ValType::I32], []);
    types.ty().function([], [ValType::I32]);
    types.ty().function([ValType::I32], [ValType::I32]);
    let mut import_section = ImportSection::new();
    for name in imports {
        let ty = match *name {
            "log" | "drop" => 1,
            "new" => 3,
            _ => 2,
        };
        import_section.import("", name, EntityType::Function(ty));
    }
    let mut functions = FunctionSection::new();
    functions.function(0).function(2).function(1);
    let mut tags = TagSection::new();
    tags.tag(TagType { kind: TagKind::Exception, func_type_idx: 0 });
    let mut exports = ExportSection::new();
    exports.export("f", ExportKind::Func, start + 1).export("d", ExportKind::Func, start + 2);
    let mut body = Function::new([]);
    let mut out = body.instructions();
    for step in steps {
        match step {
            Step::Log(value) => out.i32_const(*value as i32).call(log),
            Step::CallCore(core) => out.call(index(&format!("f{core}"))).drop(),
            Step::CallChild(child) => out.call(index(&format!("run{child}"))).drop(),
            Step::Make(rep) => out.i32_const(*rep as i32).call(index("new")).drop(),
            Step::MakeAndDrop(rep) => out.i32_const(*rep as i32).call(index("new")).call(index("drop")),
            Step::Trap => out.unreachable(),
            Step::Throw => out.throw(0),
        };
    }
    out.end();
    let mut f = Function::new([]);
    f.instructions().i32_const(result as i32).call(log).i32_const(result as i32).end();
    let mut d = Function::new([]);
    d.instructions().local_get(0).call(log).end();
    let mut code = CodeSection::new();
    code.function(&body).function(&f).function(&d);
    let mut module = Module::new();
    module
        .section(&types)
        .section(&import_section)
        .section(&functions)
        .section(&tags)
        .section(&exports)
        .section(&StartSection { function_index: start })
        .section(&code);
    module
}
