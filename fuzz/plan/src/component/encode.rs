//! Plans of components as bytes, definition by definition (Binary.md of the Component Model).

use super::{ComponentPlan, Def, Fail, Part, Step, throws};
use std::collections::VecDeque;
use wasm_encoder::{
    Alias, CanonicalFunctionSection, CanonicalOption, CodeSection, Component, ComponentAliasSection,
    ComponentExportKind, ComponentExportSection, ComponentImportSection, ComponentInstanceSection,
    ComponentOuterAliasKind, ComponentStartSection, ComponentTypeRef, ComponentTypeSection, ComponentValType,
    CoreTypeSection, Encode, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection,
    InstanceSection, InstanceType, InstructionSink, Module, ModuleArg, ModuleSection, ModuleType,
    NestedComponentSection, PrimitiveValType, RawSection, StartSection, TagKind, TagSection, TagType, TypeSection,
    ValType,
};

impl ComponentPlan {
    /// The component as bytes. The plan must be [normal](Self::normalise).
    pub fn to_wasm(&self) -> Vec<u8> {
        component(&self.root, &[]).finish()
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
    /// The core instances of the plan, the module of each, and what it is given.
    cores: Vec<u32>,
    modules: Vec<u32>,
    given: Vec<Vec<(String, u32)>>,
    /// The modules of the core instances around, and which of those trap in post-return functions.
    outer: (Vec<u32>, Vec<bool>),
    /// Whether the module that is given does.
    given_post: bool,
    /// Which of them trap in post-return functions.
    posts: Vec<bool>,
    /// The component of each child definition, and the instances.
    parts: Vec<Part>,
    children: Vec<u32>,
    /// What can be given as a peer: instances that export `run`.
    peers: Vec<u32>,
    has_peer: bool,
    /// Values that are kept, and how many there are that have been exported.
    kept: VecDeque<u32>,
    exported: u32,
    /// The core functions that make and drop a resource of the latest type, and give its representation.
    resource: Option<[u32; 3]>,
}

/// The host's functions, in the order in which components import them and lower them.
pub(super) const HOSTS: [&str; 2] = ["log", "fail"];

/// The types that every component begins with: of the host's functions, of functions with 0, 1 and 2 parameters and a
/// result, of peers, and of functions with 0 and 2 parameters and none (those with 1 are as the host's).
mod types {
    pub const LOG: u32 = 0;
    pub const RUN: u32 = 1;
    pub const PEER: u32 = 4;
    pub const SILENT: [u32; 3] = [5, LOG, 6];
    pub const COUNT: u32 = 7;
}

/// `u32`.
const U32: ComponentValType = ComponentValType::Primitive(PrimitiveValType::U32);

/// The component; `outer` are the modules of the core instances around, and whether they trap in post-return functions.
fn component(part: &Part, outer: &[(u32, bool)]) -> Component {
    let given_post = part.module.is_some_and(|core| outer[core].1);
    let mut encoder = Encoder { outer: outer.iter().copied().unzip(), given_post, ..Encoder::default() };
    encoder.prologue(part);
    part.defs.iter().for_each(|def| encoder.def(def));
    encoder.epilogue(part.shows);
    encoder.out
}

impl Encoder {
    fn canon(&mut self, define: impl FnOnce(&mut CanonicalFunctionSection)) {
        let mut section = CanonicalFunctionSection::new();
        define(&mut section);
        self.out.section(&section);
    }

    /// The types, the imports, and the host's functions as core functions.
    fn prologue(&mut self, part: &Part) {
        let mut types = ComponentTypeSection::new();
        types.function().params([("x", U32)]).result(None);
        types.function().params([] as [(&str, ComponentValType); 0]).result(Some(U32));
        types.function().params([("x", U32)]).result(Some(U32));
        types.function().params([("x", U32), ("y", U32)]).result(Some(U32));
        let mut peer = InstanceType::new();
        peer.ty().function().params([] as [(&str, ComponentValType); 0]).result(Some(U32));
        peer.export("run", ComponentTypeRef::Func(0));
        types.instance(&peer);
        types.function().params([] as [(&str, ComponentValType); 0]).result(None);
        types.function().params([("x", U32), ("y", U32)]).result(None);
        self.out.section(&types);
        self.types = types::COUNT;
        let mut imports = ComponentImportSection::new();
        for name in HOSTS {
            imports.import(name, ComponentTypeRef::Func(types::LOG));
        }
        if part.peer.is_some() {
            imports.import("peer", ComponentTypeRef::Instance(types::PEER));
            self.peers.push(0);
            self.instances = 1;
            self.has_peer = true;
        }
        if part.takes {
            imports.import("v", ComponentTypeRef::Value(U32));
            self.kept.push_back(0);
            self.values = 1;
        }
        if part.module.is_some() {
            self.out.section(&module_type());
            imports.import("m", ComponentTypeRef::Module(0));
            self.core_modules = 1;
        }
        self.out.section(&imports);
        self.funcs = HOSTS.len() as u32;
        for func in 0..self.funcs {
            self.canon(|section| {
                section.lower(func, [] as [CanonicalOption; 0]);
            });
            self.core_func();
        }
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

    /// A core instance's `f`, `g` or `h`, which takes so many arguments, as a component function; or its form without a result.
    fn lift(&mut self, core: usize, arguments: usize, silent: bool) -> u32 {
        let instance = self.cores[core];
        let (names, post) = if silent { (["i", "j", "k"], "q") } else { (["f", "g", "h"], "p") };
        let func = self.core_export(instance, names[arguments]);
        let post = self.posts[core].then(|| CanonicalOption::PostReturn(self.core_export(instance, post)));
        let ty = if silent { types::SILENT[arguments] } else { types::RUN + arguments as u32 };
        self.canon(|section| {
            section.lift(func, ty, post);
        });
        self.funcs += 1;
        self.funcs - 1
    }

    fn def(&mut self, def: &Def) {
        match def {
            Def::Core { steps, result, fails } => self.core(steps, *result, *fails),
            Def::Twin { core, bundled } => {
                let module = if *bundled { self.bundled(self.modules[*core]) } else { self.modules[*core] };
                self.core_instance(module, self.given[*core].clone(), self.posts[*core]);
            }
            Def::Outer { core } => {
                let (kind, index) = (ComponentOuterAliasKind::CoreModule, self.outer.0[*core]);
                let module = self.alias_module(Alias::Outer { kind, count: 1, index });
                self.core_instance(module, vec![("log".to_owned(), 0)], self.outer.1[*core]);
            }
            Def::Given => {
                self.core_instance(0, vec![("log".to_owned(), 0)], self.given_post);
            }
            Def::Child(part) => {
                let outer: Vec<_> = self.modules.iter().copied().zip(self.posts.iter().copied()).collect();
                self.out.section(&NestedComponentSection(&component(part, &outer)));
                self.parts.push(part.clone());
                self.instantiate(self.parts.len() - 1);
            }
            Def::Again(part) => self.instantiate(*part),
            Def::Resource { core, traps } => {
                let destructor = self.core_export(self.cores[*core], if *traps { "t" } else { "d" });
                let mut types = ComponentTypeSection::new();
                types.resource(ValType::I32, Some(destructor));
                self.out.section(&types);
                let ty = self.types;
                self.types += 1;
                self.canon(|section| {
                    section.resource_new(ty);
                    section.resource_drop(ty);
                    section.resource_rep(ty);
                });
                self.resource = Some([self.core_func(), self.core_func(), self.core_func()]);
            }
            Def::Start { core, takes, keeps, silent } => {
                let function_index = self.lift(*core, *takes, *silent);
                let args: Vec<u32> = self.kept.drain(..*takes).collect();
                let results = u32::from(!silent);
                self.out.section(&ComponentStartSection { function_index, args, results });
                if !silent {
                    self.value(*keeps);
                }
            }
            Def::Value { value, keeps } => {
                // One definition: its type, the size of the value, the value (Binary.md, *Value Definitions*).
                let mut bytes = Vec::new();
                value.encode(&mut bytes);
                let mut data = vec![1, 0x79];
                bytes.len().encode(&mut data);
                data.extend(bytes);
                self.out.section(&RawSection { id: 12, data: &data });
                self.value(*keeps);
            }
        }
    }

    /// A value that has just come up.
    fn value(&mut self, keeps: bool) {
        let value = self.values;
        self.values += 1;
        if keeps {
            self.kept.push_back(value);
        } else {
            self.export_value(value);
        }
    }

    fn export_value(&mut self, value: u32) {
        let mut exports = ComponentExportSection::new();
        exports.export(&*format!("v{}", self.exported), ComponentExportKind::Value, value, None);
        self.out.section(&exports);
        // The export is a value of its own.
        self.values += 1;
        self.exported += 1;
    }

    fn instantiate(&mut self, part: usize) {
        let of = self.parts[part].clone();
        let mut args: Vec<(&str, ComponentExportKind, u32)> =
            (0..).zip(HOSTS).map(|(i, name)| (name, ComponentExportKind::Func, i)).collect();
        args.extend(of.peer.map(|peer| ("peer", ComponentExportKind::Instance, self.peers[peer])));
        if of.takes {
            let value = self.kept.pop_front().expect("a normal plan has a value for it");
            args.push(("v", ComponentExportKind::Value, value));
        }
        args.extend(of.module.map(|core| ("m", ComponentExportKind::Module, self.modules[core])));
        let mut section = ComponentInstanceSection::new();
        section.instantiate(part as u32, args);
        self.out.section(&section);
        self.children.push(self.instances);
        if super::runs(&of) {
            self.peers.push(self.instances);
        }
        self.instances += 1;
    }

    /// `run` of a component instance as a core function.
    fn lower_run(&mut self, instance: u32) -> u32 {
        let mut alias = ComponentAliasSection::new();
        alias.alias(Alias::InstanceExport { instance, kind: ComponentExportKind::Func, name: "run" });
        self.out.section(&alias);
        let func = self.funcs;
        self.funcs += 1;
        self.canon(|section| {
            section.lower(func, [] as [CanonicalOption; 0]);
        });
        self.core_func()
    }

    /// A core instance: first a core instance of what it imports, then the module and its instance.
    fn core(&mut self, steps: &[Step], result: u32, fails: Option<Fail>) {
        let mut given = vec![("log".to_owned(), 0)];
        for step in steps {
            match *step {
                Step::CallCore(core) => given.push((format!("f{core}"), self.core_export(self.cores[core], "f"))),
                Step::CallChild(child) => {
                    let func = self.lower_run(self.children[child]);
                    given.push((format!("run{child}"), func));
                }
                Step::CallPeer => {
                    let func = self.lower_run(0);
                    given.push(("peer".to_owned(), func));
                }
                Step::Fail(_) => given.push(("fail".to_owned(), 1)),
                Step::Make(_) | Step::MakeAndAsk(_) | Step::MakeAndDrop(_) => {
                    let [new, drop, rep] = self.resource.expect("a normal plan has a type for its resources");
                    let other = if matches!(step, Step::MakeAndAsk(_)) { ("rep", rep) } else { ("drop", drop) };
                    given.extend([("new", new), other].map(|(name, func)| (name.to_owned(), func)));
                }
                Step::Log(_) | Step::Trap | Step::Throw => {}
            }
        }
        // Each name once: the same function under it.
        given.sort_by(|a, b| imports_order(&a.0).cmp(&imports_order(&b.0)));
        given.dedup_by(|a, b| a.0 == b.0);
        let names: Vec<&str> = given.iter().map(|(name, _)| &**name).collect();
        self.out.section(&ModuleSection(&module(steps, result, fails, &names)));
        self.core_modules += 1;
        self.core_instance(self.core_modules - 1, given, fails == Some(Fail::PostReturn));
    }

    fn core_instance(&mut self, module: u32, given: Vec<(String, u32)>, post: bool) {
        let mut section = InstanceSection::new();
        section.export_items(given.iter().map(|(name, func)| (name, ExportKind::Func, *func)));
        section.instantiate(module, [("", ModuleArg::Instance(self.core_instances))]);
        self.out.section(&section);
        self.cores.push(self.core_instances + 1);
        self.modules.push(module);
        self.given.push(given);
        self.posts.push(post);
        self.core_instances += 2;
    }

    fn alias_module(&mut self, alias: Alias<'_>) -> u32 {
        let mut section = ComponentAliasSection::new();
        section.alias(alias);
        self.out.section(&section);
        self.core_modules += 1;
        self.core_modules - 1
    }

    /// The module as an export of an instance that is made of exports.
    fn bundled(&mut self, module: u32) -> u32 {
        let (kind, name) = (ComponentExportKind::Module, "m");
        let mut section = ComponentInstanceSection::new();
        section.export_items([(name, kind, module)]);
        self.out.section(&section);
        self.instances += 1;
        self.alias_module(Alias::InstanceExport { instance: self.instances - 1, kind, name })
    }

    fn epilogue(&mut self, shows: bool) {
        while let Some(value) = self.kept.pop_front() {
            self.export_value(value);
        }
        if !self.cores.is_empty() {
            let func = self.lift(0, 0, false);
            let mut exports = ComponentExportSection::new();
            let ty = shows.then_some(ComponentTypeRef::Func(types::RUN));
            exports.export("run", ComponentExportKind::Func, func, ty);
            if shows {
                exports.export("m", ComponentExportKind::Module, self.modules[0], None);
            }
            self.out.section(&exports);
        }
        if shows && !self.parts.is_empty() {
            let mut exports = ComponentExportSection::new();
            exports.export("c", ComponentExportKind::Component, 0, None);
            self.out.section(&exports);
        }
    }
}

/// The log first, the others by name.
pub(super) fn imports_order(name: &str) -> (bool, &str) {
    (name != "log", name)
}

/// The type of modules that import the log only.
fn module_type() -> CoreTypeSection {
    let mut ty = ModuleType::new();
    let i32s = [ValType::I32; 2];
    for (params, results) in [(0, 0), (1, 0), (0, 1), (1, 1), (2, 1), (2, 0)] {
        ty.ty().function(i32s[..params].iter().copied(), i32s[..results].iter().copied());
    }
    ty.import("", "log", EntityType::Function(1));
    for (name, func) in EXPORTS.into_iter().zip(FUNCS) {
        ty.export(name, EntityType::Function(func));
    }
    let mut section = CoreTypeSection::new();
    section.ty().module(&ty);
    section
}

/// What modules export, and the types of that: see [`module`].
const EXPORTS: [&str; 10] = ["f", "g", "h", "d", "t", "i", "j", "k", "p", "q"];
const FUNCS: [u32; 10] = [2, 3, 4, 1, 1, 0, 1, 5, 1, 0];

/// The module of a core instance: its imports, the start function, `f`, `g`, `h`, `d` and `t`; `i`, `j` and `k`, which are `f`, `g`
/// and `h` without a result; and the post-return functions `p` of those and `q` of these, which trap.
fn module(steps: &[Step], result: u32, fails: Option<Fail>, imports: &[&str]) -> Module {
    let index = |name: &str| imports.iter().position(|import| *import == name).expect("imported") as u32;
    let (log, start) = (index("log"), imports.len() as u32);
    let mut types = TypeSection::new();
    types.ty().function([], []);
    types.ty().function([ValType::I32], []);
    types.ty().function([], [ValType::I32]);
    types.ty().function([ValType::I32], [ValType::I32]);
    types.ty().function([ValType::I32, ValType::I32], [ValType::I32]);
    types.ty().function([ValType::I32, ValType::I32], []);
    let mut import_section = ImportSection::new();
    for name in imports {
        let ty = match *name {
            "log" | "fail" | "drop" => 1,
            "new" | "rep" => 3,
            _ => 2,
        };
        import_section.import("", name, EntityType::Function(ty));
    }
    let mut functions = FunctionSection::new();
    functions.function(0);
    FUNCS.into_iter().for_each(|ty| {
        functions.function(ty);
    });
    let mut tags = TagSection::new();
    if throws(steps, fails) {
        tags.tag(TagType { kind: TagKind::Exception, func_type_idx: 0 });
    }
    let mut exports = ExportSection::new();
    for (i, name) in (1..).zip(EXPORTS) {
        exports.export(name, ExportKind::Func, start + i);
    }
    let mut body = Function::new([]);
    let mut out = body.instructions();
    for step in steps {
        match step {
            Step::Log(value) => out.i32_const(*value as i32).call(log),
            Step::CallCore(core) => out.call(index(&format!("f{core}"))).drop(),
            Step::CallChild(child) => out.call(index(&format!("run{child}"))).drop(),
            Step::CallPeer => out.call(index("peer")).drop(),
            Step::Fail(value) => out.i32_const(*value as i32).call(index("fail")),
            Step::Make(rep) => out.i32_const(*rep as i32).call(index("new")).drop(),
            Step::MakeAndAsk(rep) => out.i32_const(*rep as i32).call(index("new")).call(index("rep")).call(log),
            Step::MakeAndDrop(rep) => out.i32_const(*rep as i32).call(index("new")).call(index("drop")),
            Step::Trap => out.unreachable(),
            Step::Throw => out.throw(0),
        };
    }
    out.end();
    let mut code = CodeSection::new();
    code.function(&body);
    for arguments in 0..=2 {
        code.function(&sum(arguments, result, fails, log, false));
    }
    for traps in [false, true] {
        let mut destructor = Function::new([]);
        let mut out = destructor.instructions();
        out.local_get(0).call(log);
        if traps {
            out.unreachable();
        }
        out.end();
        code.function(&destructor);
    }
    for arguments in 0..=2 {
        code.function(&sum(arguments, result, fails, log, true));
    }
    for _ in ["p", "q"] {
        let mut post_return = Function::new([]);
        post_return.instructions().unreachable().end();
        code.function(&post_return);
    }
    let mut module = Module::new();
    module.section(&types).section(&import_section).section(&functions);
    if !tags.is_empty() {
        module.section(&tags);
    }
    module.section(&exports).section(&StartSection { function_index: start }).section(&code);
    module
}

/// Logs the arguments and `result`, and returns their sum, if it is not to be silent; or fails instead of returning.
fn sum(arguments: u32, result: u32, fails: Option<Fail>, log: u32, silent: bool) -> Function {
    let mut body = Function::new([]);
    let mut out = body.instructions();
    for argument in 0..arguments {
        out.local_get(argument).call(log);
    }
    out.i32_const(result as i32).call(log);
    let fail = |out: &mut InstructionSink<'_>, fail: Fail| match fail {
        Fail::Trap => {
            out.unreachable();
        }
        Fail::Throw => {
            out.throw(0);
        }
        // That is for what is lifted.
        Fail::PostReturn => {}
    };
    if let Some(how) = fails {
        fail(&mut out, how);
    }
    if !silent {
        out.i32_const(result as i32);
        for argument in 0..arguments {
            out.local_get(argument).i32_add();
        }
    }
    out.end();
    body
}
