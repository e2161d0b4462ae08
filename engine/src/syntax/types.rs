//! Types (core spec, *Structure*, `#syntax-types`).
//!
//! One representation serves the syntax and the store: a [`HeapType::Concrete`] holds a type index of the module while
//! it stands in a [`Module`](super::Module), and a [`TypeId`](crate::runtime::TypeId) of the store once it is *closed*
//! (core `#type-closed`).

/// The type of a number, a vector or a reference (core `#syntax-valtype`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValType {
    /// 32-bit integer.
    I32,
    /// 64-bit integer.
    I64,
    /// 32-bit float.
    F32,
    /// 64-bit float.
    F64,
    /// 128-bit vector.
    V128,
    /// Reference.
    Ref(RefType),
}

impl ValType {
    /// Whether a value of this type is a reference.
    pub fn is_ref(self) -> bool {
        matches!(self, ValType::Ref(_))
    }

    /// How many 64-bit slots a value takes on the stack: 2 for a vector, 1 for all else.
    pub fn slots(self) -> u32 {
        if self == ValType::V128 { 2 } else { 1 }
    }

    /// Whether locals of this type have a default value (core `#default-val`).
    pub fn is_defaultable(self) -> bool {
        !matches!(self, ValType::Ref(RefType { nullable: false, .. }))
    }
}

/// A reference type (core `#syntax-reftype`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RefType {
    /// Whether null belongs to it.
    pub nullable: bool,
    /// What it points to.
    pub heap: HeapType,
}

impl RefType {
    /// `funcref`.
    pub const FUNCREF: RefType = RefType { nullable: true, heap: HeapType::Func };
    /// `externref`.
    pub const EXTERNREF: RefType = RefType { nullable: true, heap: HeapType::Extern };
}

/// A heap type (core `#syntax-heaptype`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the variants are the specification's own words")]
pub enum HeapType {
    Any,
    Eq,
    I31,
    Struct,
    Array,
    None,
    Func,
    NoFunc,
    Extern,
    NoExtern,
    Exn,
    NoExn,
    /// A defined type: a type index in a module, a [`TypeId`](crate::runtime::TypeId) in a store.
    Concrete(u32),
}

/// The type of a function (core `#syntax-functype`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct FuncType {
    /// Parameters.
    pub params: Box<[ValType]>,
    /// Results.
    pub results: Box<[ValType]>,
}

impl FuncType {
    /// A function type.
    pub fn new(params: impl Into<Box<[ValType]>>, results: impl Into<Box<[ValType]>>) -> Self {
        FuncType { params: params.into(), results: results.into() }
    }
}

/// What a field of a structure or array stores (core `#syntax-storagetype`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StorageType {
    /// 8 bits, packed.
    I8,
    /// 16 bits, packed.
    I16,
    /// A value type.
    Val(ValType),
}

impl StorageType {
    /// The value type that the field unpacks to (core `#aux-unpack`).
    pub fn unpack(self) -> ValType {
        match self {
            StorageType::I8 | StorageType::I16 => ValType::I32,
            StorageType::Val(ty) => ty,
        }
    }

    /// Size in the heap, in bytes.
    pub fn size_bytes(self) -> usize {
        match self {
            StorageType::I8 => 1,
            StorageType::I16 => 2,
            StorageType::Val(ValType::I32 | ValType::F32) => 4,
            StorageType::Val(ValType::V128) => 16,
            StorageType::Val(_) => 8,
        }
    }
}

/// A field (core `#syntax-fieldtype`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FieldType {
    /// What is stored.
    pub storage: StorageType,
    /// Whether it can be written.
    pub mutable: bool,
}

/// A composite type (core `#syntax-comptype`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CompType {
    /// A function.
    Func(FuncType),
    /// A structure and its fields.
    Struct(Box<[FieldType]>),
    /// An array and its element.
    Array(FieldType),
}

/// A sub type declaration (core `#syntax-subtype`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SubType {
    /// Whether it can have no sub types of its own.
    pub is_final: bool,
    /// The declared super type, in the same numbering as [`HeapType::Concrete`].
    pub supertype: Option<u32>,
    /// The structure.
    pub comp: CompType,
}

/// Limits of a memory or table (core `#syntax-limits`), in pages or elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Initial size.
    pub min: u64,
    /// Greatest size, if bounded.
    pub max: Option<u64>,
}

/// The type of a memory (core `#syntax-memtype`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MemoryType {
    /// Size in pages.
    pub limits: Limits,
    /// Whether addresses are `i64` (memory64).
    pub is_64: bool,
    /// Whether it is shared between threads (threads proposal).
    pub shared: bool,
    /// Binary logarithm of the page size in bytes: 16, or 0 (custom-page-sizes proposal).
    pub page_size_log2: u8,
}

/// The type of a table (core `#syntax-tabletype`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TableType {
    /// Element type.
    pub element: RefType,
    /// Size in elements.
    pub limits: Limits,
    /// Whether indices are `i64` (memory64).
    pub is_64: bool,
}

/// The type of a global (core `#syntax-globaltype`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GlobalType {
    /// Type of its value.
    pub content: ValType,
    /// Whether it can be written.
    pub mutable: bool,
}

/// The type of an import or export (core `#syntax-externtype`). Functions and tags name a defined type in the numbering
/// of [`HeapType::Concrete`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the variants are the specification's own words")]
pub enum ExternType {
    Func(u32),
    Table(TableType),
    Memory(MemoryType),
    Global(GlobalType),
    Tag(u32),
}
