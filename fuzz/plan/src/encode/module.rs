//! A module as bytes, section by section.

use super::{body, export_name, import_names};
use crate::{
    plan::{
        Content, Data, Elem, Export, Global, GlobalType, Item, Memory, Mode, Module, Number, Object, ObjectStep, Step,
        TableType, Trap,
    },
    space::{ExternType, FuncType, Space},
};
use std::{borrow::Cow, collections::BTreeSet};
use wasm_encoder::{
    CodeSection, ConstExpr, DataCountSection, DataSection, ElementSection, Elements, EntityType, ExportKind,
    ExportSection, FieldType, FunctionSection, GlobalSection, HeapType, ImportSection, MemorySection, MemoryType,
    RefType, StartSection, StorageType, TableSection, TagKind, TagSection, TagType, TypeSection, ValType,
};

/// The indices of the types that every module defines.
pub(super) mod types {
    /// `[] -> []`.
    pub const UNIT: u32 = 0;
    /// `[] -> [i32]`.
    pub const NUMBER: u32 = 1;
    /// `[i32] -> []`.
    pub const LOG: u32 = 2;
    /// `(array i32)`, where it is needed.
    pub const ARRAY: u32 = 3;
    /// A structure with a field of each of the types of elements, likewise.
    pub const STRUCT: u32 = 4;
    /// `(array i8)`, likewise.
    pub const BYTES: u32 = 5;
    /// `(array i16)`, likewise.
    pub const HALVES: u32 = 6;
    /// `(array i64)`, likewise.
    pub const LONGS: u32 = 7;
    /// `(array funcref)`, likewise.
    pub const FUNCS: u32 = 8;
}

/// What the bodies of a module need beside its definitions.
#[derive(Default)]
struct Needs {
    /// An array and a structure type.
    objects: bool,
    /// A function that calls itself.
    recursion: bool,
    /// Functions that `ref.func` in a body refers to.
    referenced: BTreeSet<usize>,
}

/// The bytes of a module.
pub(super) fn encode(module: &Module, space: &Space) -> Vec<u8> {
    let needs = needs(module);
    let mut out = wasm_encoder::Module::new();
    out.section(&type_section(&needs));
    if !module.imports.is_empty() {
        out.section(&import_section(module, space));
    }
    if !module.funcs.is_empty() || needs.recursion {
        out.section(&function_section(module, &needs));
    }
    if !module.tables.is_empty() {
        let mut section = TableSection::new();
        for table in &module.tables {
            match table.init {
                None => section.table(table_type(table.ty)),
                Some(item) => section.table_with_init(table_type(table.ty), &item_expr(item)),
            };
        }
        out.section(&section);
    }
    if !module.memories.is_empty() {
        let mut section = MemorySection::new();
        module.memories.iter().for_each(|memory| {
            section.memory(memory_type(*memory));
        });
        out.section(&section);
    }
    if !module.tags.is_empty() {
        let mut section = TagSection::new();
        module.tags.iter().for_each(|tag| {
            section.tag(tag_type(*tag));
        });
        out.section(&section);
    }
    if !module.globals.is_empty() {
        let mut section = GlobalSection::new();
        module.globals.iter().for_each(|global| {
            section.global(global_type(global.ty), &global_expr(global));
        });
        out.section(&section);
    }
    out.section(&export_section(module, &needs));
    if let Some(func) = module.start {
        out.section(&StartSection { function_index: func as u32 });
    }
    if !module.elems.is_empty() {
        out.section(&element_section(module, space));
    }
    if !module.datas.is_empty() {
        out.section(&DataCountSection { count: module.datas.len() as u32 });
    }
    if !module.funcs.is_empty() || needs.recursion {
        let mut section = CodeSection::new();
        let recursion = (space.imported_funcs + module.funcs.len()) as u32;
        for func in &module.funcs {
            section.function(&body::encode(func, space, recursion));
        }
        if needs.recursion {
            section.function(&body::recursion(recursion));
        }
        out.section(&section);
    }
    if !module.datas.is_empty() {
        out.section(&data_section(module, space));
    }
    out.finish()
}

/// Whether a module has the function that calls itself, after all its own.
pub(crate) fn recurses(module: &Module) -> bool {
    needs(module).recursion
}

fn needs(module: &Module) -> Needs {
    let objects = module.globals.iter().any(|global| !matches!(global.object, Object::None | Object::I31(_)));
    let mut needs = Needs { objects, ..Needs::default() };
    module.funcs.iter().for_each(|func| needs_of(&func.steps, &mut needs));
    needs
}

fn needs_of(steps: &[Step], needs: &mut Needs) {
    for step in steps {
        match step {
            Step::Trap(Trap::ArrayGet | Trap::Cast) => needs.objects = true,
            Step::Object(step) => {
                needs.objects = true;
                if let ObjectStep::Set { item: Item::Func(func), .. }
                | ObjectStep::Fill { item: Item::Func(func), .. } = step
                {
                    needs.referenced.insert(*func);
                }
            }
            Step::Recurse => needs.recursion = true,
            Step::CallRef { func }
            | Step::SetElement { item: Item::Func(func), .. }
            | Step::FillTable { item: Item::Func(func), .. }
            | Step::GrowTable { item: Item::Func(func), .. }
            | Step::SetGlobal { item: Item::Func(func), .. } => {
                needs.referenced.insert(*func);
            }
            Step::Try { body, .. } | Step::Repeat { body, .. } => needs_of(body, needs),
            _ => {}
        }
    }
}

fn type_section(needs: &Needs) -> TypeSection {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    types.ty().function([], [ValType::I32]);
    types.ty().function([ValType::I32], []);
    if needs.objects {
        let elements = [
            StorageType::I8,
            StorageType::I16,
            StorageType::Val(ValType::I32),
            StorageType::Val(ValType::I64),
            StorageType::Val(ValType::FUNCREF),
        ];
        types.ty().array(&elements[2], true);
        types.ty().struct_(elements.map(|element_type| FieldType { element_type, mutable: true }));
        for element in [0, 1, 3, 4] {
            types.ty().array(&elements[element], true);
        }
    }
    types
}

fn import_section(module: &Module, space: &Space) -> ImportSection {
    let mut section = ImportSection::new();
    for (import, ty) in module.imports.iter().zip(&space.imports) {
        let (first, second) = import_names(import);
        let ty = match *ty {
            ExternType::Func(ty) => EntityType::Function(func_type(ty)),
            ExternType::Table(ty) => EntityType::Table(table_type(ty)),
            ExternType::Memory(ty) => EntityType::Memory(memory_type(ty)),
            ExternType::Global(ty) => EntityType::Global(global_type(ty)),
            ExternType::Tag(ty) => EntityType::Tag(tag_type(ty)),
        };
        section.import(&first, &second, ty);
    }
    section
}

fn function_section(module: &Module, needs: &Needs) -> FunctionSection {
    let mut section = FunctionSection::new();
    for func in &module.funcs {
        section.function(if func.result.is_some() { types::NUMBER } else { types::UNIT });
    }
    if needs.recursion {
        section.function(types::UNIT);
    }
    section
}

/// The exports, and those functions that would not be declared otherwise (core `#valid-module`, the context's `REFS`).
fn export_section(module: &Module, needs: &Needs) -> ExportSection {
    let mut section = ExportSection::new();
    for (i, export) in module.exports.iter().enumerate() {
        let (kind, index) = match *export {
            Export::Func(i) => (ExportKind::Func, i),
            Export::Table(i) => (ExportKind::Table, i),
            Export::Memory(i) => (ExportKind::Memory, i),
            Export::Global(i) => (ExportKind::Global, i),
            Export::Tag(i) => (ExportKind::Tag, i),
        };
        section.export(&export_name(i), kind, index as u32);
    }
    for func in &needs.referenced {
        if !module.exports.contains(&Export::Func(*func)) {
            section.export(&format!("d{func}"), ExportKind::Func, *func as u32);
        }
    }
    section
}

fn element_section(module: &Module, space: &Space) -> ElementSection {
    let mut section = ElementSection::new();
    for Elem { mode, items } in &module.elems {
        let funcs: Option<Vec<u32>> = items
            .iter()
            .map(|item| match item {
                Item::Func(func) => Some(*func as u32),
                _ => None,
            })
            .collect();
        let elements = match funcs {
            Some(funcs) => Elements::Functions(funcs.into()),
            None => Elements::Expressions(RefType::FUNCREF, Cow::Owned(items.iter().map(|i| item_expr(*i)).collect())),
        };
        match *mode {
            Mode::Active { target, at } => {
                let offset = offset_expr(at, space.tables[target].is_64);
                section.active(Some(target as u32), &offset, elements)
            }
            Mode::Passive => section.passive(elements),
            Mode::Declarative => section.declared(elements),
        };
    }
    section
}

fn data_section(module: &Module, space: &Space) -> DataSection {
    let mut section = DataSection::new();
    for Data { mode, bytes } in &module.datas {
        match *mode {
            Mode::Active { target, at } => {
                let offset = offset_expr(at, space.memories[target].is_64);
                section.active(target as u32, &offset, bytes.iter().copied())
            }
            Mode::Passive | Mode::Declarative => section.passive(bytes.iter().copied()),
        };
    }
    section
}

fn func_type(ty: FuncType) -> u32 {
    match ty {
        FuncType::Unit => types::UNIT,
        FuncType::Number => types::NUMBER,
        FuncType::Log => types::LOG,
    }
}

fn table_type(ty: TableType) -> wasm_encoder::TableType {
    wasm_encoder::TableType {
        element_type: RefType::FUNCREF,
        table64: ty.is_64,
        minimum: ty.min,
        maximum: ty.max,
        shared: false,
    }
}

fn memory_type(ty: Memory) -> MemoryType {
    MemoryType {
        minimum: ty.min,
        maximum: ty.max,
        memory64: ty.is_64,
        shared: ty.shared,
        page_size_log2: ty.bytewise.then_some(0),
    }
}

fn global_type(ty: GlobalType) -> wasm_encoder::GlobalType {
    let val_type = match ty.content {
        Content::I32 => ValType::I32,
        Content::I64 => ValType::I64,
        Content::F64 => ValType::F64,
        Content::Func => ValType::FUNCREF,
        Content::Object => ValType::Ref(RefType::ANYREF),
    };
    wasm_encoder::GlobalType { val_type, mutable: ty.mutable, shared: false }
}

fn tag_type(has_argument: bool) -> TagType {
    let func_type_idx = if has_argument { types::LOG } else { types::UNIT };
    TagType { kind: TagKind::Exception, func_type_idx }
}

fn item_expr(item: Item) -> ConstExpr {
    match item {
        Item::Null => ConstExpr::ref_null(HeapType::FUNC),
        Item::Func(func) => ConstExpr::ref_func(func as u32),
        Item::Global(global) => ConstExpr::global_get(global as u32),
    }
}

fn global_expr(global: &Global) -> ConstExpr {
    match global.ty.content {
        Content::Func => item_expr(global.item),
        Content::Object => body::object_expr(global.object),
        content => number_expr(global.init, content),
    }
}

fn offset_expr(at: Number, is_64: bool) -> ConstExpr {
    number_expr(at, if is_64 { Content::I64 } else { Content::I32 })
}

fn number_expr(number: Number, content: Content) -> ConstExpr {
    let constant = |value: i64| match content {
        Content::I64 => ConstExpr::i64_const(value),
        Content::F64 => ConstExpr::f64_const((value as f64).into()),
        Content::I32 | Content::Func | Content::Object => ConstExpr::i32_const(value as i32),
    };
    match number {
        Number::Const(value) => constant(value),
        Number::Global(global) => ConstExpr::global_get(global as u32),
        Number::Sum(global, value) => {
            let both = constant(value).with_global_get(global as u32);
            if content == Content::I64 { both.with_i64_add() } else { both.with_i32_add() }
        }
    }
}
