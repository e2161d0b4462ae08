//! Closed types as text, near to the text format, for messages.

use super::{TypeId, TypeRegistry};
use crate::syntax::{
    CompType, ExternType, FieldType, FuncType, HeapType, Limits, MemoryType, RefType, StorageType, SubType, ValType,
};
use std::fmt::{self, Display, Formatter};

/// The shorthands of the text format for nullable references come first; defined types are shown by their number in the
/// store.
impl Display for RefType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            RefType { nullable: true, heap: HeapType::None } => f.write_str("nullref"),
            RefType { nullable: true, heap: HeapType::NoFunc } => f.write_str("nullfuncref"),
            RefType { nullable: true, heap: HeapType::NoExtern } => f.write_str("nullexternref"),
            RefType { nullable: true, heap: HeapType::NoExn } => f.write_str("nullexnref"),
            RefType { nullable: true, heap: heap @ HeapType::Concrete(_) } => write!(f, "(ref null {heap})"),
            RefType { nullable: true, heap } => write!(f, "{heap}ref"),
            RefType { nullable: false, heap } => write!(f, "(ref {heap})"),
        }
    }
}

impl Display for HeapType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            HeapType::Any => "any",
            HeapType::Eq => "eq",
            HeapType::I31 => "i31",
            HeapType::Struct => "struct",
            HeapType::Array => "array",
            HeapType::None => "none",
            HeapType::Func => "func",
            HeapType::NoFunc => "nofunc",
            HeapType::Extern => "extern",
            HeapType::NoExtern => "noextern",
            HeapType::Exn => "exn",
            HeapType::NoExn => "noexn",
            HeapType::Concrete(id) => return write!(f, "{id}"),
        })
    }
}

impl Display for ValType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ValType::I32 => "i32",
            ValType::I64 => "i64",
            ValType::F32 => "f32",
            ValType::F64 => "f64",
            ValType::V128 => "v128",
            ValType::Ref(ty) => return ty.fmt(f),
        })
    }
}

impl Display for FuncType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("(func")?;
        signature(f, self)?;
        f.write_str(")")
    }
}

impl Display for FieldType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let storage: &dyn Display = match &self.storage {
            StorageType::I8 => &"i8",
            StorageType::I16 => &"i16",
            StorageType::Val(ty) => ty,
        };
        if self.mutable { write!(f, "(mut {storage})") } else { storage.fmt(f) }
    }
}

impl Display for SubType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.is_final && self.supertype.is_none() {
            return self.comp.fmt(f);
        }
        f.write_str(if self.is_final { "(sub final " } else { "(sub " })?;
        if let Some(id) = self.supertype {
            write!(f, "{id} ")?;
        }
        write!(f, "{})", self.comp)
    }
}

impl Display for CompType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            CompType::Func(ty) => ty.fmt(f),
            CompType::Struct(fields) => {
                f.write_str("(struct")?;
                fields.iter().try_for_each(|field| write!(f, " (field {field})"))?;
                f.write_str(")")
            }
            CompType::Array(element) => write!(f, "(array {element})"),
        }
    }
}

impl Display for Limits {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.min)?;
        self.max.map_or(Ok(()), |max| write!(f, " {max}"))
    }
}

impl Display for MemoryType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "(memory {}{}", address(self.is_64), self.limits)?;
        if self.page_size_log2 != 16 {
            write!(f, " (pagesize {})", 1u64 << self.page_size_log2)?;
        }
        f.write_str(if self.shared { " shared)" } else { ")" })
    }
}

fn address(is_64: bool) -> &'static str {
    if is_64 { "i64 " } else { "" }
}

/// Parameters and results, each list with a space before it.
fn signature(f: &mut Formatter<'_>, ty: &FuncType) -> fmt::Result {
    for (word, types) in [("param", &ty.params), ("result", &ty.results)] {
        if !types.is_empty() {
            write!(f, " ({word}")?;
            types.iter().try_for_each(|ty| write!(f, " {ty}"))?;
            f.write_str(")")?;
        }
    }
    Ok(())
}

/// A closed external type with its function type spelled out.
struct Extern<'a>(&'a TypeRegistry, ExternType);

impl Display for Extern<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.1 {
            ExternType::Func(id) => self.0.get(TypeId(id)).fmt(f),
            ExternType::Table(ty) => write!(f, "(table {}{} {})", address(ty.is_64), ty.limits, ty.element),
            ExternType::Memory(ty) => ty.fmt(f),
            ExternType::Global(ty) => {
                let field = FieldType { storage: StorageType::Val(ty.content), mutable: ty.mutable };
                write!(f, "(global {field})")
            }
            ExternType::Tag(id) => {
                f.write_str("(tag")?;
                self.0.func(TypeId(id)).map_or(Ok(()), |ty| signature(f, ty))?;
                f.write_str(")")
            }
        }
    }
}

impl TypeRegistry {
    /// A closed external type, nearly as the text format would have it.
    pub fn describe_extern(&self, ty: ExternType) -> String {
        Extern(self, ty).to_string()
    }

    /// A closed value type, nearly as the text format would have it: a defined type is its number in the store.
    pub fn describe_val(&self, ty: ValType) -> String {
        ty.to_string()
    }
}
