//! What an `assert_return` expects of a result.

use crate::{
    runtime::ValType,
    source::Expected,
    trace::{RefValue, Value},
};
use std::fmt;
use wast::{
    component::WastVal,
    core::{NanPattern, V128Pattern, WastRetCore},
    token::{F32, F64},
};

/// What a result has to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Pattern {
    /// This value, bit by bit.
    Is(Value),
    /// A float of 32 or 64 bits, or a NaN of a kind.
    Float(u32, Lane),
    /// A vector of lanes of this many bits, lane 0 first.
    Lanes(u32, Vec<Lane>),
    /// A reference that is not null, of the kind that this word names: `func`, `extern`, `any`, `eq`, `i31`, `struct`,
    /// `array`, `exn`; and `ref`, which is any but a function.
    Ref(&'static str),
    /// One of these.
    Either(Vec<Pattern>),
}

/// What a lane of a vector has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// These bits.
    Bits(u64),
    /// The NaN of one set bit, of either sign.
    CanonicalNan,
    /// Any NaN with that bit (core `#aux-canon`).
    ArithmeticNan,
}

impl Lane {
    fn matches(self, width: u32, bits: u64) -> bool {
        // The exponent and the highest bit of the fraction.
        let quiet: u64 = if width == 32 { 0x7fc0_0000 } else { 0x7ff8_0000_0000_0000 };
        match self {
            Lane::Bits(want) => bits == want,
            Lane::CanonicalNan => bits & !(1 << (width - 1)) == quiet,
            Lane::ArithmeticNan => bits & quiet == quiet,
        }
    }
}

impl Pattern {
    /// The type of number that it stands for, if it does for one.
    pub fn val_type(&self) -> Option<ValType> {
        match self {
            Pattern::Is(Value::I32(_)) => Some(ValType::I32),
            Pattern::Is(Value::I64(_)) => Some(ValType::I64),
            Pattern::Float(32, _) => Some(ValType::F32),
            Pattern::Float(_, _) => Some(ValType::F64),
            Pattern::Either(cases) => cases.first().and_then(Pattern::val_type),
            _ => None,
        }
    }

    /// As [`matches`](Self::matches), of a value whose bits may have changed if it is a NaN: any will do for one of certain bits.
    /// Nothing else is excused, nor are the lanes of vectors, which stay what they are.
    pub fn matches_but_for_nan(&self, value: &Value) -> bool {
        match (self, value) {
            (Pattern::Float(32, Lane::Bits(want)), Value::F32(bits)) if f32::from_bits(*bits).is_nan() => {
                f32::from_bits(*want as u32).is_nan()
            }
            (Pattern::Float(64, Lane::Bits(want)), Value::F64(bits)) if f64::from_bits(*bits).is_nan() => {
                f64::from_bits(*want).is_nan()
            }
            (Pattern::Either(cases), value) => cases.iter().any(|case| case.matches_but_for_nan(value)),
            (pattern, value) => pattern.matches(value),
        }
    }

    /// Whether `value` is as the pattern says.
    ///
    /// What a runtime cannot show is not asked for: which function a reference is, or which kind an object behind an `any`
    /// has.
    pub fn matches(&self, value: &Value) -> bool {
        match (self, value) {
            (Pattern::Is(want), value) => want == value,
            (Pattern::Float(32, lane), Value::F32(bits)) => lane.matches(32, u64::from(*bits)),
            (Pattern::Float(64, lane), Value::F64(bits)) => lane.matches(64, *bits),
            (Pattern::Lanes(width, lanes), Value::V128(bits)) => {
                let lane = |index: usize| (bits >> (index as u32 * width)) as u64 & (u64::MAX >> (64 - width));
                lanes.iter().enumerate().all(|(index, want)| want.matches(*width, lane(index)))
            }
            (Pattern::Ref(kind), Value::Ref(reference)) => is_kind(kind, reference),
            (Pattern::Either(cases), value) => cases.iter().any(|case| case.matches(value)),
            _ => false,
        }
    }
}

fn is_kind(kind: &str, reference: &RefValue) -> bool {
    match reference {
        RefValue::Null => false,
        RefValue::Func(_) => kind == "func",
        _ if kind == "ref" => true,
        RefValue::Extern(_) => matches!(kind, "extern" | "any"),
        RefValue::I31(_) => matches!(kind, "i31" | "eq" | "any"),
        // Who cannot look into an object calls it a structure.
        RefValue::Struct | RefValue::Array => matches!(kind, "struct" | "array" | "eq" | "any" | "extern"),
        RefValue::Exn => kind == "exn",
    }
}

/// The pattern of a script, or what it has that is not known here.
pub(super) fn lower(pattern: &Expected<'_>) -> Result<Pattern, &'static str> {
    match pattern {
        Expected::Core(pattern) => core(pattern),
        Expected::Component(value) => Ok(Pattern::Is(component_value(value))),
        Expected::Ref => Ok(Pattern::Ref("ref")),
        Expected::Exn => Ok(Pattern::Ref("exn")),
        Expected::Either(cases) => cases.iter().map(lower).collect::<Result<_, _>>().map(Pattern::Either),
    }
}

fn core(pattern: &WastRetCore<'_>) -> Result<Pattern, &'static str> {
    Ok(match pattern {
        WastRetCore::I32(v) => Pattern::Is(Value::I32(*v)),
        WastRetCore::I64(v) => Pattern::Is(Value::I64(*v)),
        WastRetCore::F32(v) => Pattern::Float(32, f32_lane(v)),
        WastRetCore::F64(v) => Pattern::Float(64, f64_lane(v)),
        WastRetCore::V128(v) => lanes(v),
        WastRetCore::RefNull(_) => Pattern::Is(Value::Ref(RefValue::Null)),
        WastRetCore::RefExtern(Some(n)) | WastRetCore::RefHost(n) => Pattern::Is(Value::Ref(RefValue::Extern(*n))),
        WastRetCore::RefExtern(None) => Pattern::Ref("extern"),
        WastRetCore::RefFunc(_) => Pattern::Ref("func"),
        WastRetCore::RefAny => Pattern::Ref("any"),
        WastRetCore::RefEq => Pattern::Ref("eq"),
        WastRetCore::RefArray => Pattern::Ref("array"),
        WastRetCore::RefStruct => Pattern::Ref("struct"),
        WastRetCore::RefI31 => Pattern::Ref("i31"),
        WastRetCore::RefI31Shared => return Err("shared heap types"),
        WastRetCore::Either(_) => unreachable!("a choice is read as one of `Expected`"),
    })
}

fn f32_lane(pattern: &NanPattern<F32>) -> Lane {
    lane(pattern, |value| u64::from(value.bits))
}

fn f64_lane(pattern: &NanPattern<F64>) -> Lane {
    lane(pattern, |value| value.bits)
}

fn lane<T>(pattern: &NanPattern<T>, bits: impl Fn(&T) -> u64) -> Lane {
    match pattern {
        NanPattern::CanonicalNan => Lane::CanonicalNan,
        NanPattern::ArithmeticNan => Lane::ArithmeticNan,
        NanPattern::Value(value) => Lane::Bits(bits(value)),
    }
}

fn lanes(pattern: &V128Pattern) -> Pattern {
    let bits = |width: u32, lanes: Vec<u64>| Pattern::Lanes(width, lanes.into_iter().map(Lane::Bits).collect());
    match pattern {
        V128Pattern::I8x16(v) => bits(8, v.iter().map(|v| u64::from(*v as u8)).collect()),
        V128Pattern::I16x8(v) => bits(16, v.iter().map(|v| u64::from(*v as u16)).collect()),
        V128Pattern::I32x4(v) => bits(32, v.iter().map(|v| u64::from(*v as u32)).collect()),
        V128Pattern::I64x2(v) => bits(64, v.iter().map(|v| *v as u64).collect()),
        V128Pattern::F32x4(v) => Pattern::Lanes(32, v.iter().map(f32_lane).collect()),
        V128Pattern::F64x2(v) => Pattern::Lanes(64, v.iter().map(f64_lane).collect()),
    }
}

/// A component-level value of a script.
pub(super) fn component_value(value: &WastVal<'_>) -> Value {
    let boxed = |value: &Option<Box<WastVal<'_>>>| value.as_ref().map(|value| Box::new(component_value(value)));
    match value {
        WastVal::Bool(v) => Value::Bool(*v),
        WastVal::U8(v) => Value::U8(*v),
        WastVal::S8(v) => Value::S8(*v),
        WastVal::U16(v) => Value::U16(*v),
        WastVal::S16(v) => Value::S16(*v),
        WastVal::U32(v) => Value::U32(*v),
        WastVal::S32(v) => Value::S32(*v),
        WastVal::U64(v) => Value::U64(*v),
        WastVal::S64(v) => Value::S64(*v),
        WastVal::F32(v) => Value::Float32(v.bits),
        WastVal::F64(v) => Value::Float64(v.bits),
        WastVal::Char(v) => Value::Char(*v),
        WastVal::String(v) => Value::String((*v).to_owned()),
        WastVal::List(items) => Value::List(items.iter().map(component_value).collect()),
        WastVal::Record(fields) => {
            let field = |(label, value): &(&str, WastVal<'_>)| ((*label).to_owned(), component_value(value));
            Value::Record(fields.iter().map(field).collect())
        }
        WastVal::Tuple(items) => Value::Tuple(items.iter().map(component_value).collect()),
        WastVal::Variant(label, payload) => Value::Variant((*label).to_owned(), boxed(payload)),
        WastVal::Enum(label) => Value::Enum((*label).to_owned()),
        WastVal::Option(payload) => Value::Option(boxed(payload)),
        WastVal::Result(Ok(payload)) => Value::Result(Ok(boxed(payload))),
        WastVal::Result(Err(payload)) => Value::Result(Err(boxed(payload))),
        WastVal::Flags(labels) => Value::Flags(labels.iter().map(|label| (*label).to_owned()).collect()),
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |items: Vec<String>, by: &str| items.join(by);
        match self {
            Pattern::Is(value) => value.fmt(f),
            Pattern::Float(32, Lane::Bits(bits)) => Value::F32(*bits as u32).fmt(f),
            Pattern::Float(_, Lane::Bits(bits)) => Value::F64(*bits).fmt(f),
            Pattern::Float(width, lane) => write!(f, "f{width}:{lane}"),
            Pattern::Lanes(width, lanes) => {
                write!(f, "v128 of {width}: [{}]", join(lanes.iter().map(Lane::to_string).collect(), " "))
            }
            Pattern::Ref(kind) => write!(f, "a reference, {kind}"),
            Pattern::Either(cases) => f.write_str(&join(cases.iter().map(Pattern::to_string).collect(), " or ")),
        }
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Lane::Bits(bits) => write!(f, "{bits:#x}"),
            Lane::CanonicalNan => f.write_str("nan:canonical"),
            Lane::ArithmeticNan => f.write_str("nan:arithmetic"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nans_are_told_apart() {
        let canonical = Pattern::Float(32, Lane::CanonicalNan);
        assert!(canonical.matches(&Value::F32(0xffc0_0000)) && !canonical.matches(&Value::F32(0x7fc0_0001)));
        let arithmetic = Pattern::Float(64, Lane::ArithmeticNan);
        assert!(arithmetic.matches(&Value::F64(0x7ff8_0000_0000_0001)));
        assert!(
            !arithmetic.matches(&Value::F64(0x7ff0_0000_0000_0001)) && !arithmetic.matches(&Value::F32(0x7fc0_0000))
        );
    }

    #[test]
    fn only_the_bits_of_a_nan_are_excused() {
        let nan = Pattern::Float(32, Lane::Bits(0x7fa0_0000));
        assert!(nan.matches_but_for_nan(&Value::F32(0x7fe0_0000)) && !nan.matches(&Value::F32(0x7fe0_0000)));
        assert!(!nan.matches_but_for_nan(&Value::F32(0)) && !nan.matches_but_for_nan(&Value::F64(0x7ff8 << 48)));
        assert!(!Pattern::Float(64, Lane::Bits(0)).matches_but_for_nan(&Value::F64(0x7ff8 << 48)));
        assert!(!Pattern::Float(32, Lane::CanonicalNan).matches_but_for_nan(&Value::F32(0x7fe0_0000)));
        let either = Pattern::Either(vec![Pattern::Is(Value::I32(1)), nan]);
        assert!(either.matches_but_for_nan(&Value::F32(0x7fe0_0000)) && either.matches_but_for_nan(&Value::I32(1)));
        assert!(!either.matches_but_for_nan(&Value::F32(1)) && !either.matches_but_for_nan(&Value::I32(2)));
        let lanes = Pattern::Lanes(32, [0x7fa0_0000, 0, 0, 0].map(Lane::Bits).to_vec());
        assert!(!lanes.matches_but_for_nan(&Value::V128(0x7fe0_0000)));
    }

    #[test]
    fn lane_zero_is_the_lowest() {
        let lanes = Pattern::Lanes(32, [1, 2, 3, 4].map(Lane::Bits).to_vec());
        assert!(lanes.matches(&Value::V128(0x4_0000_0003_0000_0002_0000_0001)));
        assert!(!lanes.matches(&Value::V128(0x1_0000_0003_0000_0002_0000_0001)));
        assert!(Pattern::Lanes(64, vec![Lane::Bits(u64::MAX); 2]).matches(&Value::V128(u128::MAX)));
    }
}
