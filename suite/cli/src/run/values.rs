//! Arguments from the command line and results for it.

use preflight_engine::{
    Ref, Store, Val,
    syntax::{FuncType, HeapType, RefType, ValType},
    trace::{RefValue, Value},
};
use std::ffi::OsString;
use thiserror::Error;
use wast::{
    parser::{self, Parse, ParseBuffer},
    token::{F32, F64},
};

/// An argument that does not fit.
#[derive(Debug, Error)]
pub enum ValueError {
    /// Too few or too many.
    #[error("{name} takes {expected} argument{} ({types}), {actual} given", if *expected == 1 { "" } else { "s" })]
    Count {
        /// The function.
        name: String,
        /// How many it takes.
        expected: usize,
        /// Of which types.
        types: String,
        /// How many there were.
        actual: usize,
    },
    /// Not of the parameter's type.
    #[error("argument {number} of {name}: {text:?} is no {ty}; {hint}")]
    Type {
        /// The function.
        name: String,
        /// Which argument, from 1.
        number: usize,
        /// What was given.
        text: String,
        /// What was expected.
        ty: String,
        /// How such values are written.
        hint: &'static str,
    },
}

/// The arguments of a call of `name`, which has the type `ty`.
///
/// # Errors
/// [`ValueError`] for the first argument that does not fit.
pub fn arguments(name: &str, ty: &FuncType, texts: &[String]) -> Result<Vec<Val>, ValueError> {
    if ty.params.len() != texts.len() {
        return Err(ValueError::Count {
            name: name.to_owned(),
            expected: ty.params.len(),
            types: ty.params.iter().map(|ty| type_name(*ty)).collect::<Vec<_>>().join(" "),
            actual: texts.len(),
        });
    }
    let parse = |(index, (text, ty)): (usize, (&String, &ValType))| {
        let text = unprotected(text);
        argument(&text, *ty).ok_or_else(|| ValueError::Type {
            name: name.to_owned(),
            number: index + 1,
            text,
            ty: type_name(*ty),
            hint: hint(*ty),
        })
    };
    texts.iter().zip(&ty.params).enumerate().map(parse).collect()
}

fn argument(text: &str, ty: ValType) -> Option<Val> {
    match ty {
        // The integers of the text format: signed or unsigned, decimal or hexadecimal, with underscores.
        ValType::I32 => token::<i32>(text).map(Val::I32),
        ValType::I64 => token::<i64>(text).map(Val::I64),
        // Rust's notation adds `.5`, `infinity` and the like to the text format's.
        ValType::F32 => {
            token::<F32>(text).map(|v| v.bits).or_else(|| Some(text.parse::<f32>().ok()?.to_bits())).map(Val::F32)
        }
        ValType::F64 => {
            token::<F64>(text).map(|v| v.bits).or_else(|| Some(text.parse::<f64>().ok()?.to_bits())).map(Val::F64)
        }
        ValType::V128 => u128::from_str_radix(text.strip_prefix("0x")?, 16).ok().map(Val::V128),
        ValType::Ref(RefType { nullable: true, .. }) if text == "null" => Some(Val::Ref(Ref::NULL)),
        ValType::Ref(RefType { heap: HeapType::Extern | HeapType::Any, .. }) => {
            text.parse().ok().map(Ref::host).map(Val::Ref)
        }
        ValType::Ref(_) => None,
    }
}

/// A single token of the text format.
fn token<T: for<'a> Parse<'a>>(text: &str) -> Option<T> {
    let buffer = ParseBuffer::new(text).ok()?;
    parser::parse::<T>(&buffer).ok()
}

fn hint(ty: ValType) -> &'static str {
    match ty {
        ValType::I32 | ValType::I64 => "write it as 42, -1 or 0x2a, within the type's range",
        ValType::F32 | ValType::F64 => "write it as 1.5, -2e3, 0x1p-3, inf, nan or nan:0x200000",
        ValType::V128 => "write it as one little-endian number, 0x and up to 32 digits",
        ValType::Ref(RefType { heap: HeapType::Extern | HeapType::Any, nullable: true }) => {
            "write it as null or as a number"
        }
        ValType::Ref(RefType { heap: HeapType::Extern | HeapType::Any, .. }) => "write it as a number",
        ValType::Ref(RefType { nullable: true, .. }) => "only null can be given here",
        ValType::Ref(_) => "no value of this type can be given here",
    }
}

/// The type in the text format's words.
pub fn type_name(ty: ValType) -> String {
    match ty {
        ValType::I32 => "i32".to_owned(),
        ValType::I64 => "i64".to_owned(),
        ValType::F32 => "f32".to_owned(),
        ValType::F64 => "f64".to_owned(),
        ValType::V128 => "v128".to_owned(),
        ValType::Ref(RefType::FUNCREF) => "funcref".to_owned(),
        ValType::Ref(RefType::EXTERNREF) => "externref".to_owned(),
        ValType::Ref(RefType { nullable, heap }) => {
            format!("(ref {}{})", if nullable { "null " } else { "" }, heap_name(heap))
        }
    }
}

fn heap_name(heap: HeapType) -> String {
    match heap {
        HeapType::Concrete(index) => index.to_string(),
        heap => format!("{heap:?}").to_lowercase(),
    }
}

/// A result as `exec` prints it: in the form in which it could be given as an argument, where there is one.
pub fn result(store: &Store, value: Val) -> String {
    match store.trace_value(value) {
        Value::I32(v) => v.to_string(),
        Value::I64(v) => v.to_string(),
        Value::F32(bits) => float(f32::from_bits(bits).into(), bits as u64 & 0x7f_ffff, 1 << 22)
            .unwrap_or_else(|| format!("{:?}", f32::from_bits(bits))),
        Value::F64(bits) => float(f64::from_bits(bits), bits & 0xf_ffff_ffff_ffff, 1 << 51)
            .unwrap_or_else(|| format!("{:?}", f64::from_bits(bits))),
        Value::V128(bits) => format!("{bits:#034x}"),
        Value::Ref(RefValue::Extern(number)) => number.to_string(),
        other => other.to_string(),
    }
}

/// NaN with its payload, unless that is the canonical one; `None` for numbers.
fn float(value: f64, payload: u64, canonical: u64) -> Option<String> {
    let sign = if value.is_sign_negative() { "-" } else { "" };
    match value.is_nan() {
        true if payload == canonical => Some(format!("{sign}nan")),
        true => Some(format!("{sign}nan:{payload:#x}")),
        false => None,
    }
}

/// A minus sign that is not a hyphen.
pub const MINUS: char = '\u{2212}';

/// The text as it was given.
pub fn unprotected(text: &str) -> String {
    text.strip_prefix(MINUS).map_or_else(|| text.to_owned(), |rest| format!("-{rest}"))
}

/// Flags begin with a hyphen, and so do `-inf`, `-nan` and `-0x1`: behind `--invoke` these get a minus sign instead, so
/// that they are taken for what they are.
pub fn protect_negative_values(args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut after_invoke = false;
    let protect = |arg: OsString| {
        after_invoke |= arg == "--invoke" || arg.to_str().is_some_and(|text| text.starts_with("--invoke="));
        match arg.to_str().and_then(|text| text.strip_prefix('-')) {
            Some(rest) if after_invoke && ["0x", "inf", "nan"].iter().any(|start| rest.starts_with(start)) => {
                format!("{MINUS}{rest}").into()
            }
            _ => arg,
        }
    };
    args.into_iter().map(protect).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(ty: ValType, text: &str) -> Option<Val> {
        argument(text, ty)
    }

    #[test]
    fn integers_are_signed_or_unsigned_decimal_or_hexadecimal() {
        assert_eq!(parse(ValType::I32, "-1"), Some(Val::I32(-1)));
        assert_eq!(parse(ValType::I32, "4294967295"), Some(Val::I32(-1)));
        assert_eq!(parse(ValType::I32, "0x2a"), Some(Val::I32(42)));
        assert_eq!(parse(ValType::I32, "4294967296"), None);
        assert_eq!(parse(ValType::I64, "-0x8000000000000000"), Some(Val::I64(i64::MIN)));
        assert_eq!(parse(ValType::I32, "1.5"), None);
        assert_eq!(parse(ValType::I32, "1 2"), None);
        assert_eq!(parse(ValType::I32, ""), None);
    }

    #[test]
    fn floats_have_nan_and_infinity() {
        assert_eq!(parse(ValType::F32, "nan"), Some(Val::F32(0x7fc0_0000)));
        assert_eq!(parse(ValType::F32, "-nan:0x200000"), Some(Val::F32(0xffa0_0000)));
        assert_eq!(parse(ValType::F64, "-inf"), Some(Val::F64(f64::NEG_INFINITY.to_bits())));
        assert_eq!(parse(ValType::F64, "7"), Some(Val::F64(7f64.to_bits())));
        assert_eq!(parse(ValType::F64, "0x1p-3"), Some(Val::F64(0.125f64.to_bits())));
        assert_eq!(parse(ValType::F64, ".5"), Some(Val::F64(0.5f64.to_bits())));
        assert_eq!(parse(ValType::F64, "five"), None);
    }

    #[test]
    fn negative_values_are_no_flags() {
        let args = ["preflight", "-nan", "--invoke", "f", "-inf", "-1", "--fuel"].map(OsString::from);
        assert_eq!(
            protect_negative_values(args),
            ["preflight", "-nan", "--invoke", "f", "\u{2212}inf", "-1", "--fuel"]
        );
    }
}
