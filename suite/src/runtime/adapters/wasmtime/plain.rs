//! Component-level values in the plain form of [`process::plain`](crate::runtime::process::plain), and wasmtime's.

use crate::{
    runtime::{
        End,
        adapters::in_process::scalars,
        process::{self, Plain},
    },
    trace::Value,
};
use serde_json::Value as Json;
use wasmtime::component::{Type, Val, types::Field};

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
        value => return show_scalar(value).ok_or_else(|| End::unsupported(format!("{value:?} in scripts"))),
    })
}

scalars!(Val, Type, Float32, Float64);

/// Reads the plain form of a value of this type.
///
/// # Errors
/// It is none of this type, in words.
pub(super) fn read(json: &Json, ty: &Type) -> Result<Val, String> {
    try_read(Plain(json), ty).ok_or_else(|| format!("{json} is no value of the type {ty:?}"))
}

fn try_read(plain: Plain<'_>, ty: &Type) -> Option<Val> {
    let labels = || plain.items()?.map(|item| item.text().map(str::to_owned)).collect::<Option<_>>();
    Some(match ty {
        Type::Enum(_) => Val::Enum(plain.text()?.to_owned()),
        Type::Flags(_) => Val::Flags(labels()?),
        Type::List(of) => Val::List(plain.items()?.map(|item| try_read(item, &of.ty())).collect::<Option<_>>()?),
        Type::Tuple(of) => {
            let all = plain.items()?.zip(of.types()).map(|(item, ty)| try_read(item, &ty));
            Val::Tuple(all.collect::<Option<_>>()?)
        }
        Type::Record(of) => {
            let field =
                |field: Field<'_>| Some((field.name.to_owned(), try_read(plain.field(field.name)?, &field.ty)?));
            Val::Record(of.fields().map(field).collect::<Option<_>>()?)
        }
        Type::Option(_) if plain.is_none() => Val::Option(None),
        Type::Option(of) => Val::Option(Some(Box::new(try_read(plain, &of.ty())?))),
        Type::Variant(of) => {
            let (label, held) = plain.variant()?;
            let case = of.cases().find(|case| case.name == label)?;
            Val::Variant(label.to_owned(), payload(held, case.ty.as_ref())?)
        }
        Type::Result(of) => Val::Result(match plain.variant()? {
            ("ok", held) => Ok(payload(held, of.ok().as_ref())?),
            ("err", held) => Err(payload(held, of.err().as_ref())?),
            _ => return None,
        }),
        ty => read_scalar(plain, ty)?,
    })
}

/// What a variant holds, if its type says that it holds something.
fn payload(held: Option<Plain<'_>>, ty: Option<&Type>) -> Option<Option<Box<Val>>> {
    match (held, ty) {
        (Some(held), Some(ty)) => try_read(held, ty).map(|value| Some(Box::new(value))),
        _ => Some(None),
    }
}
