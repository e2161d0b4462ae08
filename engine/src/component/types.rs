//! Types at run time (Explainer.md, *Type Definitions*): closed, with the resources of one instantiation in them.
//!
//! Every compound type carries its alignment, size and flat form for both widths of pointers, worked out once from those
//! of its parts (CanonicalABI.md, *Alignment*, *Element Size*, *Flattening*; the formulas are in [`super::canon`]).

use super::{canon::Shape, resource::ResourceId, syntax::Name};
use std::{fmt, rc::Rc};

/// A component value type (Explainer.md, `valtype`).
#[derive(Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants are the documents' own words")]
pub enum ValType {
    Bool,
    S8,
    U8,
    S16,
    U16,
    S32,
    U32,
    S64,
    U64,
    F32,
    F64,
    Char,
    String,
    ErrorContext,
    /// An owned handle of a resource type.
    Own(ResourceId),
    /// A borrowed handle of a resource type.
    Borrow(ResourceId),
    /// Everything that has parts.
    Compound(Rc<Compound>),
}

/// A value type with parts, and its shape in memory.
pub struct Compound {
    /// What it is made of.
    pub(crate) kind: Kind,
    /// With 32-bit and with 64-bit pointers.
    pub(crate) shapes: [Shape; 2],
    /// How deep types stand in each other; values recurse as deep.
    pub(crate) depth: u32,
    /// Whether a borrowed handle is anywhere in it (CanonicalABI.md, `contains_borrow`).
    pub(crate) has_borrow: bool,
}

/// A label and a type: a record's field or a variant's case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field<T = ValType> {
    /// The label.
    pub label: Name,
    /// The type.
    pub ty: T,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Record(Box<[Field]>),
    Variant(Box<[Field<Option<ValType>>]>),
    List(ValType),
    FixedList(ValType, u32),
    Map(ValType, ValType),
    Tuple(Box<[ValType]>),
    Flags(Box<[Name]>),
    Enum(Box<[Name]>),
    Option(ValType),
    Result(Option<ValType>, Option<ValType>),
    Stream(Option<ValType>),
    Future(Option<ValType>),
}

/// Types are equal by structure; shapes follow from it.
impl PartialEq for Compound {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Eq for Compound {}

impl ValType {
    pub(crate) fn compound(kind: Kind) -> ValType {
        let shapes = [Shape::of(&kind, 0), Shape::of(&kind, 1)];
        let (mut depth, mut has_borrow) = (0, false);
        kind.parts(&mut |part| {
            depth = depth.max(part.depth());
            has_borrow |= part.has_borrow();
        });
        ValType::Compound(Rc::new(Compound { kind, shapes, depth: depth + 1, has_borrow }))
    }

    /// `(record (field label type)…)`.
    pub fn record<L: Into<Name>>(fields: impl IntoIterator<Item = (L, ValType)>) -> ValType {
        let fields = fields.into_iter().map(|(label, ty)| Field { label: label.into(), ty });
        ValType::compound(Kind::Record(fields.collect()))
    }

    /// `(variant (case label type?)…)`.
    pub fn variant<L: Into<Name>>(cases: impl IntoIterator<Item = (L, Option<ValType>)>) -> ValType {
        let cases = cases.into_iter().map(|(label, ty)| Field { label: label.into(), ty });
        ValType::compound(Kind::Variant(cases.collect()))
    }

    /// `(list type)`.
    pub fn list(element: ValType) -> ValType {
        ValType::compound(Kind::List(element))
    }

    /// `(list type len)`.
    pub fn fixed_list(element: ValType, len: u32) -> ValType {
        ValType::compound(Kind::FixedList(element, len))
    }

    /// `(map key value)`.
    pub fn map(key: ValType, value: ValType) -> ValType {
        ValType::compound(Kind::Map(key, value))
    }

    /// `(tuple type…)`.
    pub fn tuple(types: impl IntoIterator<Item = ValType>) -> ValType {
        ValType::compound(Kind::Tuple(types.into_iter().collect()))
    }

    /// `(flags label…)`.
    pub fn flags<L: Into<Name>>(labels: impl IntoIterator<Item = L>) -> ValType {
        ValType::compound(Kind::Flags(labels.into_iter().map(Into::into).collect()))
    }

    /// `(enum label…)`.
    pub fn enumeration<L: Into<Name>>(labels: impl IntoIterator<Item = L>) -> ValType {
        ValType::compound(Kind::Enum(labels.into_iter().map(Into::into).collect()))
    }

    /// `(option type)`.
    pub fn option(ty: ValType) -> ValType {
        ValType::compound(Kind::Option(ty))
    }

    /// `(result ok? (error error)?)`.
    pub fn result(ok: Option<ValType>, error: Option<ValType>) -> ValType {
        ValType::compound(Kind::Result(ok, error))
    }

    pub(crate) fn depth(&self) -> u32 {
        if let ValType::Compound(compound) = self { compound.depth } else { 0 }
    }

    /// `contains_borrow`.
    pub(crate) fn has_borrow(&self) -> bool {
        match self {
            ValType::Borrow(_) => true,
            ValType::Compound(compound) => compound.has_borrow,
            _ => false,
        }
    }

    /// Whether it is a `keytype`: maps have no others for their keys.
    pub(crate) fn is_key(&self) -> bool {
        match self {
            ValType::F32 | ValType::F64 | ValType::ErrorContext => false,
            ValType::Own(_) | ValType::Borrow(_) | ValType::Compound(_) => false,
            ValType::Bool | ValType::Char | ValType::String => true,
            ValType::S8 | ValType::U8 | ValType::S16 | ValType::U16 => true,
            ValType::S32 | ValType::U32 | ValType::S64 | ValType::U64 => true,
        }
    }
}

impl Kind {
    /// Every type that this one is made of.
    pub fn parts(&self, f: &mut dyn FnMut(&ValType)) {
        match self {
            Kind::Record(fields) => fields.iter().for_each(|field| f(&field.ty)),
            Kind::Variant(cases) => cases.iter().filter_map(|case| case.ty.as_ref()).for_each(f),
            Kind::List(ty) | Kind::FixedList(ty, _) | Kind::Option(ty) => f(ty),
            Kind::Map(key, value) => [key, value].into_iter().for_each(f),
            Kind::Tuple(types) => types.iter().for_each(f),
            Kind::Flags(_) | Kind::Enum(_) => {}
            Kind::Result(ok, error) => [ok, error].into_iter().flatten().for_each(f),
            Kind::Stream(ty) | Kind::Future(ty) => ty.iter().for_each(f),
        }
    }
}

/// A component function type (Explainer.md, `functype`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FuncType {
    /// Whether it has the `async` effect.
    pub is_async: bool,
    /// Parameters.
    pub params: Vec<Field>,
    /// The result.
    pub result: Option<ValType>,
}

impl FuncType {
    /// A function type without `async`.
    pub fn new<L: Into<Name>>(params: impl IntoIterator<Item = (L, ValType)>, result: Option<ValType>) -> FuncType {
        let params = params.into_iter().map(|(label, ty)| Field { label: label.into(), ty }).collect();
        FuncType { is_async: false, params, result }
    }

    pub(crate) fn param_types(&self) -> Vec<ValType> {
        self.params.iter().map(|param| param.ty.clone()).collect()
    }

    pub(crate) fn result_types(&self) -> Vec<ValType> {
        self.result.iter().cloned().collect()
    }
}

impl fmt::Display for ValType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ValType::Bool => f.write_str("bool"),
            ValType::S8 => f.write_str("s8"),
            ValType::U8 => f.write_str("u8"),
            ValType::S16 => f.write_str("s16"),
            ValType::U16 => f.write_str("u16"),
            ValType::S32 => f.write_str("s32"),
            ValType::U32 => f.write_str("u32"),
            ValType::S64 => f.write_str("s64"),
            ValType::U64 => f.write_str("u64"),
            ValType::F32 => f.write_str("f32"),
            ValType::F64 => f.write_str("f64"),
            ValType::Char => f.write_str("char"),
            ValType::String => f.write_str("string"),
            ValType::ErrorContext => f.write_str("error-context"),
            ValType::Own(id) => write!(f, "(own {id})"),
            ValType::Borrow(id) => write!(f, "(borrow {id})"),
            ValType::Compound(compound) => compound.kind.fmt(f),
        }
    }
}

impl fmt::Debug for ValType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let optional = |f: &mut fmt::Formatter<'_>, open: &str, ty: &Option<ValType>| match ty {
            Some(ty) => write!(f, "({open} {ty})"),
            None => f.write_str(open),
        };
        match self {
            Kind::Record(fields) => {
                f.write_str("(record")?;
                fields.iter().try_for_each(|Field { label, ty }| write!(f, " (field {label:?} {ty})"))?;
                f.write_str(")")
            }
            Kind::Variant(cases) => {
                f.write_str("(variant")?;
                cases.iter().try_for_each(|Field { label, ty }| match ty {
                    Some(ty) => write!(f, " (case {label:?} {ty})"),
                    None => write!(f, " (case {label:?})"),
                })?;
                f.write_str(")")
            }
            Kind::List(ty) => write!(f, "(list {ty})"),
            Kind::FixedList(ty, len) => write!(f, "(list {ty} {len})"),
            Kind::Map(key, value) => write!(f, "(map {key} {value})"),
            Kind::Tuple(types) => {
                f.write_str("(tuple")?;
                types.iter().try_for_each(|ty| write!(f, " {ty}"))?;
                f.write_str(")")
            }
            Kind::Flags(labels) => labels_of(f, "flags", labels),
            Kind::Enum(labels) => labels_of(f, "enum", labels),
            Kind::Option(ty) => write!(f, "(option {ty})"),
            Kind::Result(ok, error) => {
                f.write_str("(result")?;
                ok.iter().try_for_each(|ty| write!(f, " {ty}"))?;
                error.iter().try_for_each(|ty| write!(f, " (error {ty})"))?;
                f.write_str(")")
            }
            Kind::Stream(ty) => optional(f, "stream", ty),
            Kind::Future(ty) => optional(f, "future", ty),
        }
    }
}

fn labels_of(f: &mut fmt::Formatter<'_>, what: &str, labels: &[Name]) -> fmt::Result {
    write!(f, "({what}")?;
    labels.iter().try_for_each(|label| write!(f, " {label:?}"))?;
    f.write_str(")")
}

impl fmt::Display for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_async { "(func async" } else { "(func" })?;
        self.params.iter().try_for_each(|Field { label, ty }| write!(f, " (param {label:?} {ty})"))?;
        self.result.iter().try_for_each(|ty| write!(f, " (result {ty})"))?;
        f.write_str(")")
    }
}
