//! Plans of tasks as bytes.

mod builtins;
mod code;
mod worker;

use super::TaskPlan;
use builtins::Indices;
use wasm_encoder::{
    Alias, CanonicalFunctionSection, CanonicalOption, CodeSection, Component, ComponentAliasSection,
    ComponentExportKind, ComponentExportSection, ComponentImportSection, ComponentInstanceSection, ComponentTypeRef,
    ComponentTypeSection, ComponentValType, CoreTypeSection, ExportKind, ExportSection, Function, FunctionSection,
    InstanceSection, MemorySection, MemoryType, Module, ModuleArg, ModuleSection, NestedComponentSection,
    PrimitiveValType, RefType, TableSection, TableType, TypeSection, ValType,
};

pub(super) use builtins::{imported, used};
pub(super) use worker::{funcs as worker_funcs, given as worker_given, has_memory as worker_has_memory};

const U32: ComponentValType = ComponentValType::Primitive(PrimitiveValType::U32);

/// Where `realloc` says that there is room.
pub(super) const ROOM: u32 = 128;

/// The types of the component.
mod component_types {
    pub const LOG: u32 = 0;
    /// An async function.
    pub const WORK: u32 = 1;
    pub const STREAM: u32 = 2;
    pub const FUTURE: u32 = 3;
    pub const GET_STREAM: u32 = 4;
    pub const GET_FUTURE: u32 = 5;
    pub const TAKE_STREAM: u32 = 6;
    pub const TAKE_FUTURE: u32 = 7;
    pub const PASS_ERROR: u32 = 8;
}

impl TaskPlan {
    /// The component as bytes. The plan must be [normal](Self::normalise).
    pub fn to_wasm(&self) -> Vec<u8> {
        use component_types as ty;
        let used = used(self);
        let mut out = Component::new();
        let imported = imported(self);
        out.section(&component_type_section(imported.contains(&"pass-error")));
        let mut imports = ComponentImportSection::new();
        imports.import("log", ComponentTypeRef::Func(ty::LOG));
        for name in &imported {
            let ty = match *name {
                "host0" | "host1" => ty::WORK,
                "get-stream" => ty::GET_STREAM,
                "get-future" => ty::GET_FUTURE,
                "read-stream" | "drop-stream" => ty::TAKE_STREAM,
                "pass-error" => ty::PASS_ERROR,
                _ => ty::TAKE_FUTURE,
            };
            imports.import(*name, ComponentTypeRef::Func(ty));
        }
        out.section(&imports);
        out.section(&NestedComponentSection(&worker::component(self)));
        let mut section = ComponentInstanceSection::new();
        section.instantiate(0, [] as [(&str, ComponentExportKind, u32); 0]);
        out.section(&section);
        alias(&mut out, Alias::InstanceExport { instance: 0, kind: ComponentExportKind::Func, name: "work" });
        let has_plain = self.has_plain();
        if has_plain {
            alias(&mut out, Alias::InstanceExport { instance: 0, kind: ComponentExportKind::Func, name: "plain" });
        }
        let given = Given::of(self);
        instantiate(&mut out, 0, &given.module(self), None);
        given.alias(&mut out);
        let work = 1 + imported.len() as u32;
        let indices = Indices { stream: ty::STREAM, future: ty::FUTURE, work, imported };
        let mut canons = CanonicalFunctionSection::new();
        used.iter().for_each(|(name, _)| indices.canon(&mut canons, name));
        out.section(&canons);
        let mut section = InstanceSection::new();
        // `realloc` is the first of the core functions, if it is there.
        let first = u32::from(given.realloc);
        let funcs = (first..).zip(&used).map(|(i, (name, _))| (*name, ExportKind::Func, i));
        let memory = [("memory", ExportKind::Memory, 0)];
        let table = given.table.then_some(("table", ExportKind::Table, 0));
        section.export_items(funcs.chain(memory).chain(table).collect::<Vec<_>>());
        out.section(&section);
        instantiate(&mut out, 1, &code::main_module(self, &used), Some(1));
        alias(&mut out, Alias::CoreInstanceExport { instance: 2, kind: ExportKind::Func, name: "go" });
        let mut section = CanonicalFunctionSection::new();
        section.lift(first + used.len() as u32, ty::WORK, [] as [CanonicalOption; 0]);
        out.section(&section);
        let mut exports = ComponentExportSection::new();
        exports.export("go", ComponentExportKind::Func, work + 1 + u32::from(has_plain), None);
        out.section(&exports);
        out.finish()
    }
}

/// As [`component_types`] has it.
fn component_type_section(passes_error: bool) -> ComponentTypeSection {
    use component_types as ty;
    let mut section = ComponentTypeSection::new();
    let byte = Some(ComponentValType::Primitive(PrimitiveValType::U8));
    let (stream, future) = (ComponentValType::Type(ty::STREAM), ComponentValType::Type(ty::FUTURE));
    section.function().params([("x", U32)]).result(None);
    section.function().async_(true).params([] as [(&str, ComponentValType); 0]).result(Some(U32));
    section.defined_type().stream(byte);
    section.defined_type().future(byte);
    section.function().params([("x", U32)]).result(Some(stream));
    section.function().params([("x", U32)]).result(Some(future));
    section.function().params([("x", stream)]).result(None);
    section.function().params([("x", future)]).result(None);
    // Error contexts are a proposal of their own.
    if passes_error {
        let error = ComponentValType::Primitive(PrimitiveValType::ErrorContext);
        section.function().params([("x", error)]).result(Some(error));
    }
    section
}

fn alias(out: &mut Component, alias: Alias<'_>) {
    let mut section = ComponentAliasSection::new();
    section.alias(alias);
    out.section(&section);
}

/// A core module, the next one, and its instance.
fn instantiate(out: &mut Component, index: u32, module: &Module, given: Option<u32>) {
    out.section(&ModuleSection(module));
    let mut section = InstanceSection::new();
    section.instantiate(index, given.map(|instance| ("", ModuleArg::Instance(instance))));
    out.section(&section);
}

/// What the first core instance has besides a memory.
pub(super) struct Given {
    /// The table of the functions of threads.
    pub table: bool,
    pub realloc: bool,
}

impl Given {
    pub fn of(plan: &TaskPlan) -> Given {
        let realloc = plan.all_steps().any(|step| matches!(step, super::Step::ErrorMessage(_)));
        Given { table: plan.has_table(), realloc }
    }

    fn module(&self, plan: &TaskPlan) -> Module {
        let i32 = ValType::I32;
        let (mut module, mut exports, mut code) = (Module::new(), ExportSection::new(), CodeSection::new());
        let mut memories = MemorySection::new();
        let page = MemoryType { minimum: 1, maximum: Some(1), memory64: false, shared: false, page_size_log2: None };
        memories.memory(page);
        exports.export("memory", ExportKind::Memory, 0);
        if self.realloc {
            let (mut section, mut functions) = (TypeSection::new(), FunctionSection::new());
            section.ty().function([i32; 4], [i32]);
            functions.function(0);
            exports.export("realloc", ExportKind::Func, 0);
            let mut body = Function::new([]);
            body.instructions().i32_const(ROOM as i32).end();
            code.function(&body);
            module.section(&section).section(&functions);
        }
        if self.table {
            let mut tables = TableSection::new();
            tables.table(table_type(plan));
            exports.export("table", ExportKind::Table, 0);
            module.section(&tables);
        }
        module.section(&memories).section(&exports);
        if self.realloc {
            module.section(&code);
        }
        module
    }

    fn alias(&self, out: &mut Component) {
        let of = |kind, name| Alias::CoreInstanceExport { instance: 0, kind, name };
        alias(out, of(ExportKind::Memory, "memory"));
        if self.realloc {
            alias(out, of(ExportKind::Func, "realloc"));
        }
        if self.table {
            alias(out, of(ExportKind::Table, "table"));
            let mut section = CoreTypeSection::new();
            section.ty().core().function([ValType::I32], []);
            out.section(&section);
        }
    }
}

/// The functions of threads, an entry that is null, and one that is a function of another type.
fn table_type(plan: &TaskPlan) -> TableType {
    let minimum = plan.threads.len() as u64 + 2;
    TableType { element_type: RefType::FUNCREF, table64: false, minimum, maximum: None, shared: false }
}
