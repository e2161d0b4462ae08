//! Modules as data (core spec, *Structure*, `#syntax-module`).

use super::{ExternType, GlobalType, MemoryType, RefType, SubType, TableType};
use std::{ops::Range, sync::Arc};

/// A decoded and validated module, without its function bodies' meaning: bodies and constant expressions are ranges of
/// the original bytes that are translated when they are first needed.
///
/// Indices are the module's own; every vector holds the imports first, as the index spaces do.
#[derive(Debug)]
pub struct Module {
    /// The original bytes.
    pub bytes: Arc<[u8]>,
    /// All sub types, flattened over the recursion groups.
    pub types: Vec<SubType>,
    /// The recursion groups, as ranges of `types`.
    pub rec_groups: Vec<Range<u32>>,
    /// Imports in order.
    pub imports: Vec<Import>,
    /// Type index of each function.
    pub funcs: Vec<u32>,
    /// Tables.
    pub tables: Vec<Table>,
    /// Memories.
    pub memories: Vec<MemoryType>,
    /// Globals.
    pub globals: Vec<Global>,
    /// Type index of each tag.
    pub tags: Vec<u32>,
    /// Exports in order.
    pub exports: Vec<Export>,
    /// The start function.
    pub start: Option<u32>,
    /// Element segments.
    pub elems: Vec<Elem>,
    /// Data segments.
    pub datas: Vec<Data>,
    /// Bodies of the defined functions: local declarations and expression, as a range of `bytes`.
    pub bodies: Vec<Range<usize>>,
    /// How many of `funcs`, `tables`, `memories`, `globals`, `tags` are imports.
    pub imported: ImportCounts,
    /// The name of the module, from the name section.
    pub name: Option<String>,
    /// Where the name section's payload is, if there is one.
    pub name_section: Option<Range<usize>>,
}

impl Module {
    /// A module of `bytes` in which nothing has been found yet.
    pub(crate) fn new(bytes: Arc<[u8]>) -> Self {
        Module {
            bytes,
            types: Vec::new(),
            rec_groups: Vec::new(),
            imports: Vec::new(),
            funcs: Vec::new(),
            tables: Vec::new(),
            memories: Vec::new(),
            globals: Vec::new(),
            tags: Vec::new(),
            exports: Vec::new(),
            start: None,
            elems: Vec::new(),
            datas: Vec::new(),
            bodies: Vec::new(),
            imported: ImportCounts::default(),
            name: None,
            name_section: None,
        }
    }
}

/// How many imports there are of each kind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are the index spaces")]
pub struct ImportCounts {
    pub funcs: u32,
    pub tables: u32,
    pub memories: u32,
    pub globals: u32,
    pub tags: u32,
}

/// An import (core `#syntax-import`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// First name.
    pub module: String,
    /// Second name.
    pub name: String,
    /// Declared type.
    pub ty: ExternType,
}

/// An export (core `#syntax-export`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Name.
    pub name: String,
    /// What is exported.
    pub index: ExternIndex,
}

/// An index into one of the five index spaces (core `#syntax-externidx`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the variants are the index spaces")]
pub enum ExternIndex {
    Func(u32),
    Table(u32),
    Memory(u32),
    Global(u32),
    Tag(u32),
}

/// A constant expression: a range of the module's bytes, the final `end` included (core `#valid-constant`).
pub type ConstExpr = Range<usize>;

/// A table (core `#syntax-table`).
#[derive(Debug, Clone)]
pub struct Table {
    /// Type.
    pub ty: TableType,
    /// Initial element; `None` is null.
    pub init: Option<ConstExpr>,
}

/// A global (core `#syntax-global`). Imported ones have no initialiser.
#[derive(Debug, Clone)]
pub struct Global {
    /// Type.
    pub ty: GlobalType,
    /// Initial value; `None` for imports.
    pub init: Option<ConstExpr>,
}

/// An element segment (core `#syntax-elem`).
#[derive(Debug, Clone)]
pub struct Elem {
    /// Element type.
    pub ty: RefType,
    /// What is in it.
    pub items: ElemItems,
    /// When it is used.
    pub mode: ElemMode,
}

/// The two binary forms of an element segment's items.
#[derive(Debug, Clone)]
pub enum ElemItems {
    /// Function indices: each stands for `ref.func`.
    Funcs(Box<[u32]>),
    /// Constant expressions.
    Exprs(Box<[ConstExpr]>),
}

impl ElemItems {
    /// How many items there are.
    pub fn len(&self) -> usize {
        match self {
            ElemItems::Funcs(items) => items.len(),
            ElemItems::Exprs(items) => items.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Mode of an element segment (core `#syntax-elemmode`).
#[derive(Debug, Clone)]
pub enum ElemMode {
    /// Copied by `table.init`.
    Passive,
    /// Copied by the instantiation.
    Active {
        /// Table index.
        table: u32,
        /// Where.
        offset: ConstExpr,
    },
    /// Only declares function references.
    Declarative,
}

/// A data segment (core `#syntax-data`).
#[derive(Debug, Clone)]
pub struct Data {
    /// The bytes, as a range of the module's bytes.
    pub bytes: Range<usize>,
    /// When it is used.
    pub mode: DataMode,
}

/// Mode of a data segment (core `#syntax-datamode`).
#[derive(Debug, Clone)]
pub enum DataMode {
    /// Copied by `memory.init`.
    Passive,
    /// Copied by the instantiation.
    Active {
        /// Memory index.
        memory: u32,
        /// Where.
        offset: ConstExpr,
    },
}
