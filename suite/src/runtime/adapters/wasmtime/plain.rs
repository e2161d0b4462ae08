//! Component-level values in the plain form of [`process::plain`](crate::runtime::process::plain), and wasmtime's.

use crate::{
    runtime::{End, process},
    trace::Value,
};
use serde_json::Value as Json;
use wasmtime::component::{Type, Val};

/// The plain form of a value.
///
/// # Errors
/// [`End::Unsupported`] for handles, which have none.
pub(super) fn show(value: &Val) -> Result<Json, End> {
    traced(value).map(|value| process::plain(&value))
}

fn traced(value: &Val) -> Result<Value, End> {
    let all = |values: &[Val]| values.iter().map(traced).collect::<Result<Vec<_>, _>>();
    let boxed = |value: &Option<Box<Val>>| value.as_deref().map(traced).transpose().map(|value| value.map(Box::new));
    Ok(match value {
        Val::Bool(v) => Value::Bool(*v),
        Val::S8(v) => Value::S8(*v),
        Val::U8(v) => Value::U8(*v),
        Val::S16(v) => Value::S16(*v),
        Val::U16(v) => Value::U16(*v),
        Val::S32(v) => Value::S32(*v),
        Val::U32(v) => Value::U32(*v),
        Val::S64(v) => Value::S64(*v),
        Val::U64(v) => Value::U64(*v),
        Val::Float32(v) => Value::Float32(v.to_bits()),
        Val::Float64(v) => Value::Float64(v.to_bits()),
        Val::Char(v) => Value::Char(*v),
        Val::String(v) => Value::String(v.clone()),
        Val::List(items) | Val::FixedLengthList(items) => Value::List(all(items)?),
        Val::Tuple(items) => Value::Tuple(all(items)?),
        Val::Map(items) => {
            let pair = |(key, value): &(Val, Val)| Ok((traced(key)?, traced(value)?));
            Value::Map(items.iter().map(pair).collect::<Result<_, End>>()?)
        }
        Val::Record(fields) => {
            let field = |(label, value): &(String, Val)| Ok((label.clone(), traced(value)?));
            Value::Record(fields.iter().map(field).collect::<Result<_, End>>()?)
        }
        Val::Variant(label, value) => Value::Variant(label.clone(), boxed(value)?),
        Val::Enum(label) => Value::Enum(label.clone()),
        Val::Option(value) => Value::Option(boxed(value)?),
        Val::Result(Ok(value)) => Value::Result(Ok(boxed(value)?)),
        Val::Result(Err(value)) => Value::Result(Err(boxed(value)?)),
        Val::Flags(labels) => Value::Flags(labels.clone()),
        Val::Resource(_) | Val::Future(_) | Val::Stream(_) | Val::ErrorContext(_) => {
            return Err(End::unsupported("handles in scripts"));
        }
    })
}

/// Reads the plain form of a value of this type.
///
/// # Errors
/// It is none of this type, in words.
pub(super) fn read(json: &Json, ty: &Type) -> Result<Val, String> {
    let wrong = || format!("{json} is no value of the type {ty:?}");
    let integer = || match json.get("$int").and_then(Json::as_str) {
        Some(digits) => digits.parse::<i128>().map_err(|_| wrong()),
        None => json.as_i64().map(i128::from).ok_or_else(wrong),
    };
    let text = || json.as_str().map(str::to_owned).ok_or_else(wrong);
    let items = || json.as_array().ok_or_else(wrong);
    Ok(match ty {
        Type::Bool => Val::Bool(json.as_bool().ok_or_else(wrong)?),
        Type::S8 => Val::S8(integer()? as i8),
        Type::U8 => Val::U8(integer()? as u8),
        Type::S16 => Val::S16(integer()? as i16),
        Type::U16 => Val::U16(integer()? as u16),
        Type::S32 => Val::S32(integer()? as i32),
        Type::U32 => Val::U32(integer()? as u32),
        Type::S64 => Val::S64(integer()? as i64),
        Type::U64 => Val::U64(integer()? as u64),
        Type::Float32 => Val::Float32(float(json).ok_or_else(wrong)? as f32),
        Type::Float64 => Val::Float64(float(json).ok_or_else(wrong)?),
        Type::Char => Val::Char(text()?.chars().next().ok_or_else(wrong)?),
        Type::String => Val::String(text()?),
        Type::Enum(_) => Val::Enum(text()?),
        Type::List(of) => Val::List(items()?.iter().map(|item| read(item, &of.ty())).collect::<Result<_, _>>()?),
        Type::Tuple(of) => {
            let all = items()?.iter().zip(of.types()).map(|(item, ty)| read(item, &ty));
            Val::Tuple(all.collect::<Result<_, _>>()?)
        }
        Type::Record(of) => {
            let field = |field: wasmtime::component::types::Field<'_>| {
                Ok((field.name.to_owned(), read(json.get(field.name).ok_or_else(wrong)?, &field.ty)?))
            };
            Val::Record(of.fields().map(field).collect::<Result<_, String>>()?)
        }
        Type::Flags(_) => {
            let flag = |item: &Json| item.as_str().map(str::to_owned).ok_or_else(wrong);
            Val::Flags(items()?.iter().map(flag).collect::<Result<_, _>>()?)
        }
        Type::Option(of) => match json.get("$none") {
            Some(_) => Val::Option(None),
            None => Val::Option(Some(Box::new(read(json, &of.ty())?))),
        },
        Type::Variant(of) => {
            let tag = tag(json).ok_or_else(wrong)?;
            let case = of.cases().find(|case| case.name == tag).ok_or_else(wrong)?;
            Val::Variant(tag.to_owned(), payload(json, case.ty.as_ref())?)
        }
        Type::Result(of) => Val::Result(match tag(json) {
            Some("ok") => Ok(payload(json, of.ok().as_ref())?),
            Some("err") => Err(payload(json, of.err().as_ref())?),
            _ => return Err(wrong()),
        }),
        _ => return Err(wrong()),
    })
}

fn tag(json: &Json) -> Option<&str> {
    json.get("tag")?.as_str()
}

fn payload(json: &Json, ty: Option<&Type>) -> Result<Option<Box<Val>>, String> {
    match (json.get("val"), ty) {
        (Some(value), Some(ty)) => read(value, ty).map(|value| Some(Box::new(value))),
        _ => Ok(None),
    }
}

fn float(json: &Json) -> Option<f64> {
    match json.get("$float").and_then(Json::as_str) {
        Some("nan") => Some(f64::NAN),
        Some("inf") => Some(f64::INFINITY),
        Some("-inf") => Some(f64::NEG_INFINITY),
        _ => json.as_f64(),
    }
}
