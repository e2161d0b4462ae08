//! Component values: what crosses the boundary between component instances and the host.

use super::{
    resource::ResourceVal,
    syntax::Name,
    task::State,
    types::{FuncType, Kind, ValType},
};
use crate::{error::Fault, trace::Value};
use std::{fmt, sync::Arc};

/// A string's encoding in linear memory (CanonicalABI.md, *Loading*, strings).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "the variants are the documents' own words")]
pub enum Encoding {
    #[default]
    Utf8,
    Utf16,
    Latin1Utf16,
}

/// A string, with how it was stored where it came from: which calls of `realloc` a store of it makes depends on that.
#[derive(Clone)]
pub struct ComponentString {
    text: Arc<str>,
    /// The `string-encoding` of the source.
    pub(crate) source: Encoding,
    /// Whether the code units of a `latin1+utf16` source were those of UTF-16.
    pub(crate) tagged: bool,
}

impl ComponentString {
    /// A string that was lifted.
    pub(crate) fn lifted(text: Arc<str>, source: Encoding, tagged: bool) -> Self {
        ComponentString { text, source, tagged }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl std::ops::Deref for ComponentString {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl<T: Into<Arc<str>>> From<T> for ComponentString {
    fn from(text: T) -> Self {
        ComponentString { text: text.into(), source: Encoding::Utf8, tagged: false }
    }
}

impl PartialEq for ComponentString {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Debug for ComponentString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

/// A component value (Explainer.md, *Type Definitions*).
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the variants are the documents' own words")]
pub enum ComponentVal {
    Bool(bool),
    S8(i8),
    U8(u8),
    S16(i16),
    U16(u16),
    S32(i32),
    U32(u32),
    S64(i64),
    U64(u64),
    /// As bits.
    F32(u32),
    /// As bits.
    F64(u64),
    Char(char),
    String(ComponentString),
    /// Fixed-length lists too.
    List(Vec<ComponentVal>),
    /// Keys and values in order.
    Map(Vec<(ComponentVal, ComponentVal)>),
    /// Labels and values in declaration order.
    Record(Vec<(Name, ComponentVal)>),
    Tuple(Vec<ComponentVal>),
    Variant(Name, Option<Box<ComponentVal>>),
    Enum(Name),
    Option(Option<Box<ComponentVal>>),
    Result(Result<Option<Box<ComponentVal>>, Option<Box<ComponentVal>>>),
    /// The labels that are set, in declaration order.
    Flags(Vec<Name>),
    Own(ResourceVal),
    Borrow(ResourceVal),
    /// The readable end of a stream, by its number in the store: it can be passed on once.
    Stream(u64),
    /// The readable end of a future, likewise.
    Future(u64),
    /// An error context with its debug message.
    ErrorContext(ComponentString),
}

impl ComponentVal {
    /// A string.
    pub fn string(text: &str) -> ComponentVal {
        ComponentVal::String(text.into())
    }

    /// The value as one of the type `ty`, where a list of pairs stands for a map (CanonicalABI.md, *Despecialization*).
    /// What fits nowhere is left as it is.
    pub fn specialize(self, ty: &ValType) -> ComponentVal {
        use ComponentVal as V;
        let ValType::Compound(compound) = ty else { return self };
        let optional = |val: Option<Box<V>>, ty: &Option<ValType>| match (val, ty) {
            (Some(val), Some(ty)) => Some(Box::new(val.specialize(ty))),
            (val, _) => val,
        };
        match (self, &compound.kind) {
            (V::List(vals), Kind::Map(key, value))
                if vals.iter().all(|val| matches!(val, V::Tuple(pair) if pair.len() == 2)) =>
            {
                let pairs = vals.into_iter().filter_map(|val| match val {
                    V::Tuple(pair) => <[V; 2]>::try_from(pair).ok(),
                    _ => None,
                });
                V::Map(pairs.map(|[k, v]| (k.specialize(key), v.specialize(value))).collect())
            }
            (V::List(vals), Kind::List(ty) | Kind::FixedList(ty, _)) => {
                V::List(vals.into_iter().map(|val| val.specialize(ty)).collect())
            }
            (V::Tuple(vals), Kind::Tuple(types)) if vals.len() == types.len() => {
                V::Tuple(vals.into_iter().zip(types).map(|(val, ty)| val.specialize(ty)).collect())
            }
            (V::Record(vals), Kind::Record(fields)) if vals.len() == fields.len() => V::Record(
                vals.into_iter().zip(fields).map(|((label, val), field)| (label, val.specialize(&field.ty))).collect(),
            ),
            (V::Option(Some(val)), Kind::Option(ty)) => V::Option(Some(Box::new(val.specialize(ty)))),
            (V::Result(Ok(val)), Kind::Result(ty, _)) => V::Result(Ok(optional(val, ty))),
            (V::Result(Err(val)), Kind::Result(_, ty)) => V::Result(Err(optional(val, ty))),
            (V::Variant(label, val), Kind::Variant(cases)) => {
                let ty = cases.iter().find(|case| case.label == label).and_then(|case| case.ty.clone());
                V::Variant(label, optional(val, &ty))
            }
            (val, _) => val,
        }
    }

    /// Whether the value is of the type `ty`: what a host gives has to be.
    pub fn is_of(&self, ty: &ValType) -> bool {
        use ComponentVal as V;
        match (self, ty) {
            (V::Bool(_), ValType::Bool)
            | (V::S8(_), ValType::S8)
            | (V::U8(_), ValType::U8)
            | (V::S16(_), ValType::S16)
            | (V::U16(_), ValType::U16)
            | (V::S32(_), ValType::S32)
            | (V::U32(_), ValType::U32)
            | (V::S64(_), ValType::S64)
            | (V::U64(_), ValType::U64)
            | (V::F32(_), ValType::F32)
            | (V::F64(_), ValType::F64)
            | (V::Char(_), ValType::Char)
            | (V::String(_), ValType::String)
            | (V::ErrorContext(_), ValType::ErrorContext) => true,
            (V::Own(val), ValType::Own(ty)) => val.ty == *ty,
            (V::Borrow(val) | V::Own(val), ValType::Borrow(ty)) => val.ty == *ty,
            (val, ValType::Compound(compound)) => val.is_of_kind(&compound.kind),
            _ => false,
        }
    }

    fn is_of_kind(&self, kind: &Kind) -> bool {
        use ComponentVal as V;
        let optional = |val: &Option<Box<V>>, ty: &Option<ValType>| match (val, ty) {
            (None, None) => true,
            (Some(val), Some(ty)) => val.is_of(ty),
            _ => false,
        };
        match (self, kind) {
            (V::Record(vals), Kind::Record(fields)) => {
                vals.len() == fields.len()
                    && vals
                        .iter()
                        .zip(fields)
                        .all(|((label, val), field)| *label == field.label && val.is_of(&field.ty))
            }
            (V::Tuple(vals), Kind::Tuple(types)) => {
                vals.len() == types.len() && vals.iter().zip(types).all(|(val, ty)| val.is_of(ty))
            }
            (V::List(vals), Kind::List(ty)) => vals.iter().all(|val| val.is_of(ty)),
            (V::List(vals), Kind::FixedList(ty, len)) => {
                vals.len() as u64 == u64::from(*len) && vals.iter().all(|val| val.is_of(ty))
            }
            (V::Stream(_), Kind::Stream(_)) | (V::Future(_), Kind::Future(_)) => true,
            (V::Map(vals), Kind::Map(key, value)) => vals.iter().all(|(k, v)| k.is_of(key) && v.is_of(value)),
            (V::Variant(label, val), Kind::Variant(cases)) => {
                cases.iter().any(|case| case.label == *label && optional(val, &case.ty))
            }
            (V::Enum(label), Kind::Enum(labels)) => labels.contains(label),
            (V::Flags(set), Kind::Flags(labels)) => set.iter().all(|label| labels.contains(label)),
            (V::Option(val), Kind::Option(ty)) => val.as_ref().is_none_or(|val| val.is_of(ty)),
            (V::Result(Ok(val)), Kind::Result(ty, _)) | (V::Result(Err(val)), Kind::Result(_, ty)) => optional(val, ty),
            _ => false,
        }
    }

    /// The value as traces show it.
    pub(crate) fn trace(&self, state: &State) -> Value {
        use ComponentVal as V;
        let boxed = |val: &Option<Box<V>>| val.as_ref().map(|val| Box::new(val.trace(state)));
        match self {
            V::Bool(v) => Value::Bool(*v),
            V::S8(v) => Value::S8(*v),
            V::U8(v) => Value::U8(*v),
            V::S16(v) => Value::S16(*v),
            V::U16(v) => Value::U16(*v),
            V::S32(v) => Value::S32(*v),
            V::U32(v) => Value::U32(*v),
            V::S64(v) => Value::S64(*v),
            V::U64(v) => Value::U64(*v),
            V::F32(v) => Value::Float32(*v),
            V::F64(v) => Value::Float64(*v),
            V::Char(v) => Value::Char(*v),
            V::String(v) => Value::String(v.as_str().to_owned()),
            V::List(vals) => Value::List(vals.iter().map(|val| val.trace(state)).collect()),
            V::Map(vals) => Value::Map(vals.iter().map(|(k, v)| (k.trace(state), v.trace(state))).collect()),
            V::Record(vals) => Value::Record(vals.iter().map(|(l, v)| (l.to_string(), v.trace(state))).collect()),
            V::Tuple(vals) => Value::Tuple(vals.iter().map(|val| val.trace(state)).collect()),
            V::Variant(label, val) => Value::Variant(label.to_string(), boxed(val)),
            V::Enum(label) => Value::Enum(label.to_string()),
            V::Option(val) => Value::Option(boxed(val)),
            V::Result(Ok(val)) => Value::Result(Ok(boxed(val))),
            V::Result(Err(val)) => Value::Result(Err(boxed(val))),
            V::Flags(labels) => Value::Flags(labels.iter().map(|label| label.to_string()).collect()),
            V::Own(val) => Value::Own(state.resource_name(val.ty), val.rep),
            V::Borrow(val) => Value::Borrow(state.resource_name(val.ty), val.rep),
            V::Stream(_) => Value::Stream,
            V::Future(_) => Value::Future,
            V::ErrorContext(message) => Value::ErrorContext(message.as_str().to_owned()),
        }
    }

    /// What a stub returns for `ty`: zeros, empty sequences, the first case, and what `fresh` makes; `None` where there is no
    /// such value.
    pub(crate) fn default_of(ty: &ValType, fresh: &mut MakeFresh<'_>) -> Option<ComponentVal> {
        use ComponentVal as V;
        Some(match ty {
            ValType::Bool => V::Bool(false),
            ValType::S8 => V::S8(0),
            ValType::U8 => V::U8(0),
            ValType::S16 => V::S16(0),
            ValType::U16 => V::U16(0),
            ValType::S32 => V::S32(0),
            ValType::U32 => V::U32(0),
            ValType::S64 => V::S64(0),
            ValType::U64 => V::U64(0),
            ValType::F32 => V::F32(0),
            ValType::F64 => V::F64(0),
            ValType::Char => V::Char('\0'),
            ValType::String => V::string(""),
            ValType::ErrorContext => V::ErrorContext("".into()),
            ValType::Own(ty) => V::Own(ResourceVal { ty: *ty, rep: fresh(Fresh::Resource)? }),
            ValType::Borrow(ty) => V::Borrow(ResourceVal { ty: *ty, rep: fresh(Fresh::Resource)? }),
            // A default must not cost more than the component that asks for it.
            ValType::Compound(compound) if compound.shapes[0].size > 1 << 20 => return None,
            ValType::Compound(compound) => return Self::default_of_kind(&compound.kind, fresh),
        })
    }

    fn default_of_kind(kind: &Kind, fresh: &mut MakeFresh<'_>) -> Option<ComponentVal> {
        use ComponentVal as V;
        let mut boxed = |ty: &Option<ValType>| match ty {
            Some(ty) => Some(Some(Box::new(Self::default_of(ty, fresh)?))),
            None => Some(None),
        };
        Some(match kind {
            Kind::Record(fields) => V::Record(
                fields
                    .iter()
                    .map(|field| Some((field.label.clone(), Self::default_of(&field.ty, fresh)?)))
                    .collect::<Option<_>>()?,
            ),
            Kind::Variant(cases) => V::Variant(cases.first()?.label.clone(), boxed(&cases.first()?.ty)?),
            Kind::List(_) => V::List(Vec::new()),
            Kind::FixedList(ty, len) => V::List((0..*len).map(|_| Self::default_of(ty, fresh)).collect::<Option<_>>()?),
            Kind::Map(..) => V::Map(Vec::new()),
            Kind::Tuple(types) => V::Tuple(types.iter().map(|ty| Self::default_of(ty, fresh)).collect::<Option<_>>()?),
            Kind::Flags(_) => V::Flags(Vec::new()),
            Kind::Enum(labels) => V::Enum(labels.first()?.clone()),
            Kind::Option(_) => V::Option(None),
            Kind::Result(ok, _) => V::Result(Ok(boxed(ok)?)),
            Kind::Stream(t) => V::Stream(fresh(Fresh::Stream(t))?),
            Kind::Future(t) => V::Future(fresh(Fresh::Future(t))?),
        })
    }
}

/// What a default value needs that is there only once.
pub(crate) enum Fresh<'t> {
    /// The representation of a resource.
    Resource,
    /// A stream of elements of this type.
    Stream(&'t Option<ValType>),
    /// A future of this type.
    Future(&'t Option<ValType>),
}

/// Makes such a thing, and gives its number; `None` if it cannot.
pub(crate) type MakeFresh<'a> = dyn FnMut(Fresh<'_>) -> Option<u64> + 'a;

/// Checks what a host gives as arguments or results against types.
pub(crate) fn check_values(what: &str, vals: &[ComponentVal], types: &[ValType]) -> Result<(), Fault> {
    if vals.len() != types.len() {
        return Err(Fault::Usage(format!("{what}: expected {} values, got {}", types.len(), vals.len())));
    }
    for (index, (val, ty)) in vals.iter().zip(types).enumerate() {
        if !val.is_of(ty) {
            return Err(Fault::Usage(format!("{what}: value {index} is not of the type {ty}")));
        }
    }
    Ok(())
}

impl FuncType {
    pub(crate) fn check_args(&self, name: &str, args: &[ComponentVal]) -> Result<(), Fault> {
        check_values(&format!("arguments of {name:?}"), args, &self.param_types())
    }
}
