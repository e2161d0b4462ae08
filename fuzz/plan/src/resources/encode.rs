//! Plans of resources as bytes.

use super::{ResourcePlan, Step, User};
use wasm_encoder::{
    Alias, CanonicalFunctionSection, CanonicalOption, CodeSection, Component, ComponentAliasSection,
    ComponentExportKind, ComponentExportSection, ComponentImportSection, ComponentInstanceSection,
    ComponentOuterAliasKind, ComponentTypeRef, ComponentTypeSection, ComponentValType, EntityType, ExportKind,
    ExportSection, Function, FunctionSection, ImportSection, InstanceSection, InstanceType, InstructionSink, Module,
    ModuleArg, ModuleSection, NestedComponentSection, PrimitiveValType, StartSection, TypeBounds, TypeSection, ValType,
};

const U32: ComponentValType = ComponentValType::Primitive(PrimitiveValType::U32);

/// The provider's functions by their index: the log is the first.
pub(super) const MAKE: u32 = 1;
pub(super) const LOOK: u32 = 2;
pub(super) const EAT: u32 = 3;
pub(super) const KEEP: u32 = 4;

/// The provider's functions in the order of their indices.
const PROVIDED: [&str; 4] = ["make", "look", "eat", "keep"];

/// The index of the lifted `lend` in the user number `user`: after the log, the provider's functions, and two of each user
/// before it.
pub(super) fn lend(user: usize) -> u32 {
    5 + 2 * user as u32
}

/// The index of the lifted `take`.
pub(super) fn take(user: usize) -> u32 {
    lend(user) + 1
}

/// What the core instance of the user number `user` imports, in order.
pub(super) fn given(user: usize) -> Vec<String> {
    let mut names: Vec<String> = ["log"].into_iter().chain(PROVIDED).map(str::to_owned).collect();
    names.extend((0..user).flat_map(|j| [format!("lend{j}"), format!("take{j}")]));
    names.push("drop".to_owned());
    names
}

impl ResourcePlan {
    /// The component as bytes. The plan must be [normal](Self::normalise).
    pub fn to_wasm(&self) -> Vec<u8> {
        let mut out = Component::new();
        log_import(&mut out);
        out.section(&NestedComponentSection(&provider(self.traps)));
        let mut instances = ComponentInstanceSection::new();
        instances.instantiate(0, [("log", ComponentExportKind::Func, 0)]);
        out.section(&instances);
        for (i, of) in self.users.iter().enumerate() {
            out.section(&NestedComponentSection(&user(of, i)));
            let mut args = vec![
                ("log".to_owned(), ComponentExportKind::Func, 0),
                ("p".to_owned(), ComponentExportKind::Instance, 0),
            ];
            args.extend((0..i).map(|j| (format!("u{j}"), ComponentExportKind::Instance, 1 + j as u32)));
            let mut instances = ComponentInstanceSection::new();
            instances.instantiate(1 + i as u32, args);
            out.section(&instances);
        }
        out.finish()
    }
}

/// Type 0, and function 0.
fn log_import(out: &mut Component) {
    let mut types = ComponentTypeSection::new();
    types.function().params([("x", U32)]).result(None);
    out.section(&types);
    let mut imports = ComponentImportSection::new();
    imports.import("log", ComponentTypeRef::Func(0));
    out.section(&imports);
}

fn canon(out: &mut Component, define: impl FnOnce(&mut CanonicalFunctionSection)) {
    let mut section = CanonicalFunctionSection::new();
    define(&mut section);
    out.section(&section);
}

fn none() -> [CanonicalOption; 0] {
    []
}

fn alias(out: &mut Component, alias: Alias<'_>) {
    let mut section = ComponentAliasSection::new();
    section.alias(alias);
    out.section(&section);
}

/// A core instance of these functions, and one of the module, which imports them.
fn core(out: &mut Component, module: &Module, index: u32, given: &[(String, u32)]) {
    let mut section = InstanceSection::new();
    section.export_items(given.iter().map(|(name, func)| (name, ExportKind::Func, *func)));
    out.section(&section);
    out.section(&ModuleSection(module));
    let mut section = InstanceSection::new();
    section.instantiate(index, [("", ModuleArg::Instance(2 * index))]);
    out.section(&section);
}

fn core_export(out: &mut Component, instance: u32, name: &str) {
    alias(out, Alias::CoreInstanceExport { instance, kind: ExportKind::Func, name });
}

fn provider(traps: bool) -> Component {
    let mut out = Component::new();
    log_import(&mut out);
    canon(&mut out, |section| {
        section.lower(0, none());
    });
    core(&mut out, &destructor(traps), 0, &[("log".to_owned(), 0)]);
    core_export(&mut out, 1, "d");
    // 1: the resource type; 2: the same, exported.
    let mut types = ComponentTypeSection::new();
    types.resource(ValType::I32, Some(1));
    out.section(&types);
    let mut exports = ComponentExportSection::new();
    exports.export("r", ComponentExportKind::Type, 1, None);
    out.section(&exports);
    canon(&mut out, |section| {
        section.resource_new(1);
        section.resource_drop(1);
    });
    let given = [("log".to_owned(), 0), ("new".to_owned(), 2), ("drop".to_owned(), 3)];
    core(&mut out, &provided(), 1, &given);
    PROVIDED.iter().for_each(|name| core_export(&mut out, 3, name));
    // 3 and 4: a handle that is owned, and one that is borrowed; 5 to 7: the types of the functions.
    let mut types = ComponentTypeSection::new();
    types.defined_type().own(2);
    types.defined_type().borrow(2);
    types.function().params([("x", U32)]).result(Some(ComponentValType::Type(3)));
    types.function().params([("x", ComponentValType::Type(4))]).result(None);
    types.function().params([("x", ComponentValType::Type(3))]).result(None);
    out.section(&types);
    canon(&mut out, |section| {
        (4..).zip([5, 6, 7, 7]).for_each(|(core, ty)| {
            section.lift(core, ty, none());
        });
    });
    let mut exports = ComponentExportSection::new();
    (MAKE..).zip(PROVIDED).for_each(|(func, name)| {
        exports.export(name, ComponentExportKind::Func, func, None);
    });
    out.section(&exports);
    out
}

/// The type of the provider's instance.
fn provider_type() -> InstanceType {
    let mut ty = InstanceType::new();
    ty.export("r", ComponentTypeRef::Type(TypeBounds::SubResource));
    ty.ty().defined_type().own(0);
    ty.ty().defined_type().borrow(0);
    ty.ty().function().params([("x", U32)]).result(Some(ComponentValType::Type(1)));
    ty.ty().function().params([("x", ComponentValType::Type(2))]).result(None);
    ty.ty().function().params([("x", ComponentValType::Type(1))]).result(None);
    for (name, of) in PROVIDED.into_iter().zip([3, 4, 5, 5]) {
        ty.export(name, ComponentTypeRef::Func(of));
    }
    ty
}

/// The type of a user's instance, which speaks of the type number 2 of the component that it stands in.
fn user_type() -> InstanceType {
    let mut ty = InstanceType::new();
    ty.alias(Alias::Outer { kind: ComponentOuterAliasKind::Type, count: 1, index: 2 });
    ty.ty().defined_type().borrow(0);
    ty.ty().defined_type().own(0);
    ty.ty().function().params([("x", ComponentValType::Type(1))]).result(None);
    ty.ty().function().params([("x", ComponentValType::Type(2))]).result(None);
    ty.export("lend", ComponentTypeRef::Func(3)).export("take", ComponentTypeRef::Func(4));
    ty
}

fn user(of: &User, earlier: usize) -> Component {
    let mut out = Component::new();
    log_import(&mut out);
    // 1: the provider's instance; 2: the resource type.
    let mut types = ComponentTypeSection::new();
    types.instance(&provider_type());
    out.section(&types);
    let mut imports = ComponentImportSection::new();
    imports.import("p", ComponentTypeRef::Instance(1));
    out.section(&imports);
    alias(&mut out, Alias::InstanceExport { instance: 0, kind: ComponentExportKind::Type, name: "r" });
    // 3 and 4: handles; 5 and 6: the types of functions that take them; 7: an instance of another user.
    let mut types = ComponentTypeSection::new();
    types.defined_type().borrow(2);
    types.defined_type().own(2);
    types.function().params([("x", ComponentValType::Type(3))]).result(None);
    types.function().params([("x", ComponentValType::Type(4))]).result(None);
    types.instance(&user_type());
    out.section(&types);
    let mut imports = ComponentImportSection::new();
    (0..earlier).for_each(|j| {
        imports.import(format!("u{j}"), ComponentTypeRef::Instance(7));
    });
    out.section(&imports);
    let kind = ComponentExportKind::Func;
    PROVIDED.iter().for_each(|name| alias(&mut out, Alias::InstanceExport { instance: 0, kind, name }));
    for instance in 1..=earlier as u32 {
        ["lend", "take"].iter().for_each(|name| alias(&mut out, Alias::InstanceExport { instance, kind, name }));
    }
    let names = given(earlier);
    let drop = names.len() as u32 - 1;
    canon(&mut out, |section| {
        (0..drop).for_each(|func| {
            section.lower(func, none());
        });
        section.resource_drop(2);
    });
    let funcs: Vec<(String, u32)> = names.into_iter().zip(0..).collect();
    core(&mut out, &user_module(of, &funcs), 0, &funcs);
    ["lend", "take"].iter().for_each(|name| core_export(&mut out, 1, name));
    canon(&mut out, |section| {
        section.lift(drop + 1, 5, none()).lift(drop + 2, 6, none());
    });
    let mut exports = ComponentExportSection::new();
    exports.export("lend", kind, lend(earlier), None).export("take", kind, take(earlier), None);
    out.section(&exports);
    out
}

/// The types of core functions: without anything, with a parameter, with a result too.
fn core_types() -> TypeSection {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    types.ty().function([ValType::I32], []);
    types.ty().function([ValType::I32], [ValType::I32]);
    types
}

/// A module that imports these functions and exports those with these names and types.
fn module(imports: &[(&str, u32)], exports: &[(&str, u32)], start: bool, bodies: &[Function]) -> Module {
    let mut import_section = ImportSection::new();
    imports.iter().for_each(|(name, ty)| {
        import_section.import("", name, EntityType::Function(*ty));
    });
    let (mut functions, mut export_section) = (FunctionSection::new(), ExportSection::new());
    let first = imports.len() as u32;
    if start {
        functions.function(0);
    }
    for (index, (name, ty)) in (first + u32::from(start)..).zip(exports) {
        functions.function(*ty);
        export_section.export(name, ExportKind::Func, index);
    }
    let mut code = CodeSection::new();
    bodies.iter().for_each(|body| {
        code.function(body);
    });
    let mut module = Module::new();
    module.section(&core_types()).section(&import_section).section(&functions).section(&export_section);
    if start {
        module.section(&StartSection { function_index: first });
    }
    module.section(&code);
    module
}

fn body(locals: u32, write: impl FnOnce(&mut InstructionSink<'_>)) -> Function {
    let mut body = Function::new([(locals, ValType::I32)]);
    let mut out = body.instructions();
    write(&mut out);
    out.end();
    body
}

fn destructor(traps: bool) -> Module {
    let log = body(0, |out| {
        out.local_get(0).call(0);
        if traps {
            out.unreachable();
        }
    });
    module(&[("log", 1)], &[("d", 1)], false, &[log])
}

/// `make`, `look`, `eat` and `keep` over `log`, `new` and `drop`.
fn provided() -> Module {
    let [make, look, eat, keep] = [1, 0, 2, 0].map(|func| {
        body(0, |out| {
            out.local_get(0).call(func);
        })
    });
    let imports = [("log", 1), ("new", 2), ("drop", 1)];
    module(&imports, &[("make", 2), ("look", 1), ("eat", 1), ("keep", 1)], false, &[make, look, eat, keep])
}

fn user_module(of: &User, funcs: &[(String, u32)]) -> Module {
    let imports: Vec<(&str, u32)> =
        funcs.iter().map(|(name, _)| (name.as_str(), if name == "make" { 2 } else { 1 })).collect();
    let drop = imports.len() as u32 - 1;
    let made = of.steps.iter().filter(|step| matches!(step, Step::Make(_))).count() as u32;
    let start = body(made, |out| {
        let mut handles = 0;
        for step in &of.steps {
            let (handle, func) = match *step {
                Step::Make(rep) => {
                    out.i32_const(rep as i32).call(MAKE).local_tee(handles).call(0);
                    handles += 1;
                    continue;
                }
                Step::Trap => {
                    out.unreachable();
                    continue;
                }
                Step::Drop(handle) => (handle, drop),
                Step::Look(handle) => (handle, LOOK),
                Step::Eat(handle) => (handle, EAT),
                Step::Keep(handle) => (handle, KEEP),
                // The functions of the user number `to` stand where its own would.
                Step::Lend { to, handle } => (handle, lend(to)),
                Step::Give { to, handle } => (handle, take(to)),
            };
            out.local_get(handle as u32).call(func);
        }
    });
    let lend = body(0, |out| {
        out.local_get(0).call(0);
        if of.looks {
            out.local_get(0).call(LOOK);
        }
        if !of.forgets {
            out.local_get(0).call(drop);
        }
    });
    let take = body(0, |out| {
        out.local_get(0).call(0);
        if of.drops {
            out.local_get(0).call(drop);
        }
    });
    module(&imports, &[("lend", 1), ("take", 1)], true, &[start, lend, take])
}
