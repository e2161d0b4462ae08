//! Closed types as text, near to the text format, for messages.

use super::{TypeId, TypeRegistry};
use crate::syntax::{
    CompType, ExternType, FieldType, FuncType, HeapType, Limits, MemoryType, RefType, StorageType, SubType, ValType,
};
use std::fmt::{self, Display, Formatter};

/// How defined types are shown where they are referred to.
#[derive(Clone, Copy)]
enum How<'a> {
    /// By their number in the store.
    Number,
    /// By their definition, which is that many definitions within another.
    Definition(&'a TypeRegistry, u32),
}

/// As [`Display`], but for references to defined types.
trait Show {
    fn show(&self, f: &mut Formatter<'_>, how: How<'_>) -> fmt::Result;
}

/// A part of what is shown.
struct As<'a, T>(&'a T, How<'a>);

impl<T: Show> Display for As<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.show(f, self.1)
    }
}

macro_rules! by_number {
    ($($ty:ty)*) => {
        $(impl Display for $ty {
            fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                self.show(f, How::Number)
            }
        })*
    };
}

by_number!(RefType HeapType ValType FuncType FieldType SubType CompType);

/// The shorthands of the text format for nullable references come first.
impl Show for RefType {
    fn show(&self, f: &mut Formatter<'_>, how: How<'_>) -> fmt::Result {
        match self {
            RefType { nullable: true, heap: HeapType::None } => f.write_str("nullref"),
            RefType { nullable: true, heap: HeapType::NoFunc } => f.write_str("nullfuncref"),
            RefType { nullable: true, heap: HeapType::NoExtern } => f.write_str("nullexternref"),
            RefType { nullable: true, heap: HeapType::NoExn } => f.write_str("nullexnref"),
            RefType { nullable: true, heap: heap @ HeapType::Concrete(_) } => {
                write!(f, "(ref null {})", As(heap, how))
            }
            RefType { nullable: true, heap } => write!(f, "{heap}ref"),
            RefType { nullable: false, heap } => write!(f, "(ref {})", As(heap, how)),
        }
    }
}

impl Show for HeapType {
    fn show(&self, f: &mut Formatter<'_>, how: How<'_>) -> fmt::Result {
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
            HeapType::Concrete(id) => return definition(f, *id, how),
        })
    }
}

impl Show for ValType {
    fn show(&self, f: &mut Formatter<'_>, how: How<'_>) -> fmt::Result {
        f.write_str(match self {
            ValType::I32 => "i32",
            ValType::I64 => "i64",
            ValType::F32 => "f32",
            ValType::F64 => "f64",
            ValType::V128 => "v128",
            ValType::Ref(ty) => return ty.show(f, how),
        })
    }
}

impl Show for FuncType {
    fn show(&self, f: &mut Formatter<'_>, how: How<'_>) -> fmt::Result {
        f.write_str("(func")?;
        signature(f, self, how)?;
        f.write_str(")")
    }
}

impl Show for FieldType {
    fn show(&self, f: &mut Formatter<'_>, how: How<'_>) -> fmt::Result {
        let storage: &dyn Display = match &self.storage {
            StorageType::I8 => &"i8",
            StorageType::I16 => &"i16",
            StorageType::Val(ty) => &As(ty, how),
        };
        if self.mutable { write!(f, "(mut {storage})") } else { storage.fmt(f) }
    }
}

impl Show for SubType {
    fn show(&self, f: &mut Formatter<'_>, how: How<'_>) -> fmt::Result {
        if self.is_final && self.supertype.is_none() {
            return self.comp.show(f, how);
        }
        f.write_str(if self.is_final { "(sub final " } else { "(sub " })?;
        if let Some(id) = self.supertype {
            write!(f, "{} ", As(&HeapType::Concrete(id), how))?;
        }
        write!(f, "{})", As(&self.comp, how))
    }
}

impl Show for CompType {
    fn show(&self, f: &mut Formatter<'_>, how: How<'_>) -> fmt::Result {
        match self {
            CompType::Func(ty) => ty.show(f, how),
            CompType::Struct(fields) => {
                f.write_str("(struct")?;
                fields.iter().try_for_each(|field| write!(f, " (field {})", As(field, how)))?;
                f.write_str(")")
            }
            CompType::Array(element) => write!(f, "(array {})", As(element, how)),
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
fn signature(f: &mut Formatter<'_>, ty: &FuncType, how: How<'_>) -> fmt::Result {
    for (word, types) in [("param", &ty.params), ("result", &ty.results)] {
        if !types.is_empty() {
            write!(f, " ({word}")?;
            types.iter().try_for_each(|ty| write!(f, " {}", As(ty, how)))?;
            f.write_str(")")?;
        }
    }
    Ok(())
}

/// What is left out of a definition.
const LEFT_OUT: &str = "\u{2026}";

/// A reference to a defined type. Only what is referred to directly is spelled out, and only if it is small: types can go
/// on without an end.
fn definition(f: &mut Formatter<'_>, id: u32, how: How<'_>) -> fmt::Result {
    const MOST_MEMBERS: usize = 8;
    let How::Definition(types, depth) = how else { return write!(f, "{id}") };
    let ty = types.get(TypeId(id));
    let (word, members) = match &ty.comp {
        CompType::Func(ty) => ("func", ty.params.len() + ty.results.len()),
        CompType::Struct(fields) => ("struct", fields.len()),
        CompType::Array(_) => ("array", 1),
    };
    if depth > 0 || members > MOST_MEMBERS {
        return write!(f, "({word} {LEFT_OUT})");
    }
    ty.show(f, How::Definition(types, depth + 1))
}

/// A closed external type with its function type spelled out.
struct Extern<'a>(&'a TypeRegistry, ExternType);

impl Display for Extern<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let how = How::Definition(self.0, 0);
        match self.1 {
            ExternType::Func(id) => self.0.get(TypeId(id)).show(f, how),
            ExternType::Table(ty) => {
                write!(f, "(table {}{} {})", address(ty.is_64), ty.limits, As(&ty.element, how))
            }
            ExternType::Memory(ty) => ty.fmt(f),
            ExternType::Global(ty) => {
                let field = FieldType { storage: StorageType::Val(ty.content), mutable: ty.mutable };
                write!(f, "(global {})", As(&field, how))
            }
            ExternType::Tag(id) => match self.0.get(TypeId(id)) {
                SubType { is_final: true, supertype: None, comp: CompType::Func(ty) } => {
                    f.write_str("(tag")?;
                    signature(f, ty, how)?;
                    f.write_str(")")
                }
                ty => write!(f, "(tag (type {}))", As(ty, how)),
            },
        }
    }
}

impl TypeRegistry {
    /// A closed external type, nearly as the text format would have it.
    pub fn describe_extern(&self, ty: ExternType) -> String {
        Extern(self, ty).to_string()
    }

    /// Two closed external types of which the second one does not match the first: such that they can be told apart.
    pub fn describe_mismatch(&self, expected: ExternType, actual: ExternType) -> (String, String) {
        let (expected, mut actual) = (self.describe_extern(expected), self.describe_extern(actual));
        if expected == actual {
            actual.push_str(if expected.contains(LEFT_OUT) {
                " that differs in what is left out here"
            } else {
                " of another recursion group"
            });
        }
        (expected, actual)
    }

    /// A closed value type, nearly as the text format would have it.
    pub fn describe_val(&self, ty: ValType) -> String {
        As(&ty, How::Definition(self, 0)).to_string()
    }
}
