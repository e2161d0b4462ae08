//! Typed values as traces show them.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A value as a trace shows it: core numbers by their bits, references by what can be said of them from outside, and
/// component values in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// A core `i32`.
    I32(i32),
    /// A core `i64`.
    I64(i64),
    /// A core `f32`, as bits.
    F32(#[serde(with = "hex32")] u32),
    /// A core `f64`, as bits.
    F64(#[serde(with = "hex64")] u64),
    /// A core `v128`, as a little-endian number.
    V128(#[serde(with = "hex128")] u128),
    /// A core reference.
    Ref(RefValue),
    /// A component value.
    Bool(bool),
    /// A component value.
    S8(i8),
    /// A component value.
    U8(u8),
    /// A component value.
    S16(i16),
    /// A component value.
    U16(u16),
    /// A component value.
    S32(i32),
    /// A component value.
    U32(u32),
    /// A component value.
    S64(i64),
    /// A component value.
    U64(u64),
    /// A component value, as bits.
    Float32(#[serde(with = "hex32")] u32),
    /// A component value, as bits.
    Float64(#[serde(with = "hex64")] u64),
    /// A component value.
    Char(char),
    /// A component value.
    String(String),
    /// A component value; fixed-length lists too.
    List(Vec<Value>),
    /// A component value: keys and values in order.
    Map(Vec<(Value, Value)>),
    /// A component value: labels and values in declaration order.
    Record(Vec<(String, Value)>),
    /// A component value.
    Tuple(Vec<Value>),
    /// A component value: the case and its payload.
    Variant(String, Option<Box<Value>>),
    /// A component value.
    Enum(String),
    /// A component value.
    Option(Option<Box<Value>>),
    /// A component value.
    Result(Result<Option<Box<Value>>, Option<Box<Value>>>),
    /// A component value: the labels that are set, in declaration order.
    Flags(Vec<String>),
    /// An owned handle: resource type name and representation.
    Own(String, u64),
    /// A borrowed handle: resource type name and representation.
    Borrow(String, u64),
    /// The readable end of a stream.
    Stream,
    /// The readable end of a future.
    Future,
    /// An error context, with its debug message.
    ErrorContext(String),
}

/// What can be said of a core reference from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefValue {
    /// Null, of whatever hierarchy.
    Null,
    /// A function of an instance: its path and the function's index there.
    Func(String),
    /// A reference that the host made, by its number.
    Extern(u32),
    /// An `i31`.
    I31(i32),
    /// A structure.
    Struct,
    /// An array.
    Array,
    /// An exception.
    Exn,
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::I32(v) => write!(f, "i32:{v}"),
            Value::I64(v) => write!(f, "i64:{v}"),
            Value::F32(bits) => write!(f, "f32:{:?}", f32::from_bits(*bits)),
            Value::F64(bits) => write!(f, "f64:{:?}", f64::from_bits(*bits)),
            Value::V128(bits) => write!(f, "v128:{bits:#034x}"),
            Value::Ref(r) => write!(f, "{r}"),
            Value::Bool(v) => write!(f, "{v}"),
            Value::S8(v) => write!(f, "{v}"),
            Value::U8(v) => write!(f, "{v}"),
            Value::S16(v) => write!(f, "{v}"),
            Value::U16(v) => write!(f, "{v}"),
            Value::S32(v) => write!(f, "{v}"),
            Value::U32(v) => write!(f, "{v}"),
            Value::S64(v) => write!(f, "{v}"),
            Value::U64(v) => write!(f, "{v}"),
            Value::Float32(bits) => write!(f, "{:?}", f32::from_bits(*bits)),
            Value::Float64(bits) => write!(f, "{:?}", f64::from_bits(*bits)),
            Value::Char(c) => write!(f, "{c:?}"),
            Value::String(s) => write!(f, "{s:?}"),
            Value::List(items) => sequence(f, "[", "]", items, |f, v| write!(f, "{v}")),
            Value::Map(items) => sequence(f, "{", "}", items, |f, (k, v)| write!(f, "{k} => {v}")),
            Value::Record(fields) => sequence(f, "{", "}", fields, |f, (label, v)| write!(f, "{label}: {v}")),
            Value::Tuple(items) => sequence(f, "(", ")", items, |f, v| write!(f, "{v}")),
            Value::Variant(case, None) | Value::Enum(case) => f.write_str(case),
            Value::Variant(case, Some(v)) => write!(f, "{case}({v})"),
            Value::Option(None) => f.write_str("none"),
            Value::Option(Some(v)) => write!(f, "some({v})"),
            Value::Result(Ok(None)) => f.write_str("ok"),
            Value::Result(Ok(Some(v))) => write!(f, "ok({v})"),
            Value::Result(Err(None)) => f.write_str("err"),
            Value::Result(Err(Some(v))) => write!(f, "err({v})"),
            Value::Flags(labels) => sequence(f, "{", "}", labels, |f, label| f.write_str(label)),
            Value::Own(resource, rep) => write!(f, "own {resource}#{rep}"),
            Value::Borrow(resource, rep) => write!(f, "borrow {resource}#{rep}"),
            Value::Stream => f.write_str("stream"),
            Value::Future => f.write_str("future"),
            Value::ErrorContext(message) => write!(f, "error-context {message:?}"),
        }
    }
}

impl fmt::Display for RefValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RefValue::Null => f.write_str("null"),
            RefValue::Func(name) => write!(f, "func {name}"),
            RefValue::Extern(n) => write!(f, "extern {n}"),
            RefValue::I31(n) => write!(f, "i31 {n}"),
            RefValue::Struct => f.write_str("struct"),
            RefValue::Array => f.write_str("array"),
            RefValue::Exn => f.write_str("exn"),
        }
    }
}

/// Writes `items` between `open` and `close`, separated by commas.
fn sequence<T>(
    f: &mut fmt::Formatter<'_>,
    open: &str,
    close: &str,
    items: &[T],
    item: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    f.write_str(open)?;
    for (i, value) in items.iter().enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        item(f, value)?;
    }
    f.write_str(close)
}

/// Bits as hexadecimal text: JSON numbers can carry neither NaN payloads nor 64 bits.
macro_rules! hex_module {
    ($name:ident, $ty:ty) => {
        mod $name {
            use serde::{Deserialize, Deserializer, Serializer, de::Error};

            pub(super) fn serialize<S: Serializer>(bits: &$ty, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&format!("{bits:#x}"))
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$ty, D::Error> {
                let text = String::deserialize(deserializer)?;
                let digits = text.strip_prefix("0x").ok_or_else(|| D::Error::custom("expected 0x and digits"))?;
                <$ty>::from_str_radix(digits, 16).map_err(D::Error::custom)
            }
        }
    };
}
hex_module!(hex32, u32);
hex_module!(hex64, u64);
hex_module!(hex128, u128);
