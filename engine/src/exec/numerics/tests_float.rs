//! Models of the float instructions: IEEE arithmetic in software.

use super::tests::{Expected, Lane, ones, split};
use crate::trace::TrapCode;
use proptest::prelude::*;
use rustc_apfloat::{
    Float, FloatConvert, Round, Status,
    ieee::{Double, Single},
};
use std::cmp::Ordering;

/// How many bits of a float of this width are its fraction.
fn fraction(width: u32) -> u32 {
    if width == 32 { 23 } else { 52 }
}

/// Whether the bits are any NaN.
fn is_nan(width: u32, bits: u128) -> bool {
    bits & ones(width - 1) > (ones(width - 1) >> fraction(width)) << fraction(width)
}

/// Whether the bits are a quiet NaN.
pub(super) fn is_quiet(width: u32, bits: u128) -> bool {
    is_nan(width, bits) && bits >> (fraction(width) - 1) & 1 == 1
}

/// Whether the bits are a canonical NaN, of any sign.
pub(super) fn is_canonical(width: u32, bits: u128) -> bool {
    is_nan(width, bits) && bits & ones(fraction(width)) == 1 << (fraction(width) - 1)
}

/// The lane of a result: exact bits, unless it is a NaN.
fn lane(value: impl Float, width: u32, operands: &[u128]) -> Lane {
    if value.is_nan() {
        Lane::Nan { canonical: operands.iter().all(|bits| !is_nan(width, *bits) || is_canonical(width, *bits)) }
    } else {
        Lane::Bits(value.to_bits())
    }
}

/// The square root by integers: the exact root of enough bits, rounded once. It is never half way between two floats.
fn sqrt<F: Float>(width: u32, bits: u128) -> F {
    let value = F::from_bits(bits);
    if value.is_nan() || value.is_zero() || value.is_pos_infinity() {
        return value;
    }
    if value.is_negative() {
        return F::NAN;
    }
    let bias = ones(width - 2 - fraction(width)) as i32;
    let (exponent, fraction_bits) = ((bits >> fraction(width)) as i32, bits & ones(fraction(width)));
    let (exponent, significand) =
        if exponent == 0 { (1, fraction_bits) } else { (exponent, fraction_bits | 1 << fraction(width)) };
    // value = significand * 2^power, with an even power and a significand of 125 or 126 bits
    let power = exponent - bias - fraction(width) as i32;
    let shift = significand.leading_zeros() - 2;
    let shift = shift - (power - shift as i32).rem_euclid(2) as u32;
    let (significand, power) = (significand << shift, power - shift as i32);
    let root = significand.isqrt();
    let sticky = (root * root != significand) as u128;
    F::from_u128(root << 1 | sticky).value.scalbn(power / 2 - 1)
}

/// One lane of an instruction on floats that makes a float or, for comparisons, a truth value.
fn float<F: Float>(op: &str, width: u32, args: &[u128]) -> Result<Lane, bool> {
    let sign = 1 << (width - 1);
    let f = |index: usize| F::from_bits(args[index]);
    let order = || f(0).partial_cmp(&f(1));
    let round = |round| f(0).round_to_integral(round).value;
    let value = match op {
        "abs" => return Ok(Lane::Bits(args[0] & !sign)),
        "neg" => return Ok(Lane::Bits(args[0] ^ sign)),
        "copysign" => return Ok(Lane::Bits(args[0] & !sign | args[1] & sign)),
        "pmin" => return Ok(Lane::Bits(args[if order() == Some(Ordering::Greater) { 1 } else { 0 }])),
        "pmax" => return Ok(Lane::Bits(args[if order() == Some(Ordering::Less) { 1 } else { 0 }])),
        "eq" => return Err(order() == Some(Ordering::Equal)),
        "ne" => return Err(order() != Some(Ordering::Equal)),
        "lt" => return Err(order() == Some(Ordering::Less)),
        "gt" => return Err(order() == Some(Ordering::Greater)),
        "le" => return Err(matches!(order(), Some(Ordering::Less | Ordering::Equal))),
        "ge" => return Err(matches!(order(), Some(Ordering::Greater | Ordering::Equal))),
        "ceil" => round(Round::TowardPositive),
        "floor" => round(Round::TowardNegative),
        "trunc" => round(Round::TowardZero),
        "nearest" => round(Round::NearestTiesToEven),
        "sqrt" => sqrt(width, args[0]),
        "add" => (f(0) + f(1)).value,
        "sub" => (f(0) - f(1)).value,
        "mul" => (f(0) * f(1)).value,
        "div" => (f(0) / f(1)).value,
        "min" | "relaxed_min" => f(0).minimum(f(1)),
        "max" | "relaxed_max" => f(0).maximum(f(1)),
        "relaxed_madd" => ((f(0) * f(1)).value + f(2)).value,
        "relaxed_nmadd" => ((-f(0) * f(1)).value + f(2)).value,
        _ => panic!("no model of {op} on floats"),
    };
    Ok(lane(value, width, args))
}

/// An integer of `width` bits as a float.
fn convert<F: Float>(sign: &str, width: u32, bits: u128) -> Lane {
    let bits = bits & ones(width);
    let value = match sign {
        "s" => F::from_i128((bits << (128 - width)) as i128 >> (128 - width)).value,
        _ => F::from_u128(bits).value,
    };
    Lane::Bits(value.to_bits())
}

/// A float as an integer of `width` bits, and why the conversion does not exist if it does not.
fn truncate<F: Float>(sign: &str, width: u32, bits: u128) -> (u128, Option<TrapCode>) {
    let (value, mut exact) = (F::from_bits(bits), false);
    let (status, number) = match sign {
        "s" => {
            let result = value.to_i128_r(width as usize, Round::TowardZero, &mut exact);
            (result.status, result.value as u128)
        }
        _ => {
            let result = value.to_u128_r(width as usize, Round::TowardZero, &mut exact);
            (result.status, result.value)
        }
    };
    let why = match status.contains(Status::INVALID_OP) {
        true if value.is_nan() => Some(TrapCode::InvalidConversionToInteger),
        true => Some(TrapCode::IntegerOverflow),
        false => None,
    };
    (number & ones(width), why)
}

/// `truncate` from a float of either width.
fn truncate_from(from: &str, sign: &str, width: u32, bits: u128) -> (u128, Option<TrapCode>) {
    if from.starts_with("f32") { truncate::<Single>(sign, width, bits) } else { truncate::<Double>(sign, width, bits) }
}

/// `f64` to `f32`.
fn demote(bits: u128) -> Lane {
    let (value, mut loses): (Double, _) = (Double::from_bits(bits), false);
    let result: Single = value.convert(&mut loses).value;
    lane(result, 64, &[bits])
}

/// `f32` to `f64`.
fn promote(bits: u128) -> Lane {
    let (value, mut loses): (Single, _) = (Single::from_bits(bits), false);
    let result: Double = value.convert(&mut loses).value;
    lane(result, 32, &[bits])
}

/// `f32.*` and `f64.*`.
pub(super) fn scalar(shape: &str, op: &str, args: &[u128]) -> Expected {
    let width = if shape == "f32" { 32 } else { 64 };
    let lane = match op {
        "demote_f64" => demote(args[0]),
        "promote_f32" => promote(args[0]),
        "reinterpret_i32" | "reinterpret_i64" => Lane::Bits(args[0]),
        _ if op.starts_with("convert_") => {
            let from = if op.starts_with("convert_i32") { 32 } else { 64 };
            let convert = if width == 32 { convert::<Single> } else { convert::<Double> };
            convert(&op[op.len() - 1..], from, args[0])
        }
        _ => {
            let float = if width == 32 { float::<Single> } else { float::<Double> };
            match float(op, width, args) {
                Ok(lane) => lane,
                Err(truth) => return Expected::Lanes(32, vec![Lane::Bits(truth as u128)]),
            }
        }
    };
    Expected::Lanes(width, vec![lane])
}

/// `i32.trunc*` and `i64.trunc*`.
pub(super) fn to_int(shape: &str, op: &str, args: &[u128]) -> Option<Expected> {
    let width = if shape == "i32" { 32 } else { 64 };
    let from = op.strip_prefix("trunc_")?;
    let (from, saturates) = from.strip_prefix("sat_").map_or((from, false), |from| (from, true));
    let (number, why) = truncate_from(from, &from[4..], width, args[0]);
    Some(match why.filter(|_| !saturates) {
        Some(code) => Expected::Trap(code),
        // A conversion of NaN that does not trap makes 0.
        None if why == Some(TrapCode::InvalidConversionToInteger) => Expected::Lanes(width, vec![Lane::Bits(0)]),
        None => Expected::Lanes(width, vec![Lane::Bits(number)]),
    })
}

/// `f32x4.*` and `f64x2.*`.
pub(super) fn vector(shape: &str, op: &str, args: &[u128]) -> Expected {
    let width = if shape == "f32x4" { 32 } else { 64 };
    let count = 128 / width as usize;
    let lanes = match op {
        "splat" => vec![Lane::Bits(args[0]); count],
        "demote_f64x2_zero" => {
            let low = split(64, args[0]).into_iter().map(demote);
            low.chain([Lane::Bits(0); 2]).collect()
        }
        "promote_low_f32x4" => split(32, args[0]).into_iter().take(count).map(promote).collect(),
        _ if op.starts_with("convert_") => {
            let convert = if width == 32 { convert::<Single> } else { convert::<Double> };
            split(32, args[0]).into_iter().take(count).map(|bits| convert(&op[op.len() - 1..], 32, bits)).collect()
        }
        _ => {
            let float = if width == 32 { float::<Single> } else { float::<Double> };
            let operands: Vec<Vec<u128>> = args.iter().map(|vector| split(width, *vector)).collect();
            let each = |index: usize| {
                let args: Vec<u128> = operands.iter().map(|lanes| lanes[index]).collect();
                float(op, width, &args).unwrap_or_else(|truth| Lane::Bits(if truth { ones(width) } else { 0 }))
            };
            (0..count).map(each).collect()
        }
    };
    Expected::Lanes(width, lanes)
}

/// `i32x4.trunc_sat_*` and `i32x4.relaxed_trunc_*`.
pub(super) fn to_int_vector(op: &str, args: &[u128]) -> Option<Expected> {
    let from = op.strip_prefix("trunc_sat_").or_else(|| op.strip_prefix("relaxed_trunc_"))?;
    let (width, sign) = (if from.starts_with("f32") { 32 } else { 64 }, &from[6..7]);
    let each = |bits: u128| match truncate_from(from, sign, 32, bits) {
        (_, Some(TrapCode::InvalidConversionToInteger)) => Lane::Bits(0),
        (number, _) => Lane::Bits(number),
    };
    let mut lanes: Vec<Lane> = split(width, args[0]).into_iter().map(each).collect();
    lanes.resize(4, Lane::Bits(0));
    Some(Expected::Lanes(32, lanes))
}

/// Bits of `f32`: any, and those where something ends.
pub(super) fn single() -> BoxedStrategy<u32> {
    double()
        .prop_flat_map(|double| {
            let near = (f64::from_bits(double) as f32).to_bits();
            prop_oneof![
                Just(near),
                Just(near.wrapping_add(1)),
                Just(near.wrapping_sub(1)),
                any::<u32>(),
                prop::sample::select(vec![
                    0x7f80_0001,
                    0xff80_0001,
                    0x7fa0_0000,
                    0x7fc0_0000,
                    0xffc0_0000,
                    0x7fc0_0001,
                    1,
                    0x0080_0000
                ])
            ]
        })
        .boxed()
}

/// Bits of `f64`: any, and those where something ends.
pub(super) fn double() -> BoxedStrategy<u64> {
    let limits = prop::sample::select(vec![
        0.0,
        0.5,
        1.0,
        1.5,
        2.5,
        (1u64 << 23) as f64,
        (1u64 << 31) as f64,
        (1u64 << 32) as f64,
        (1u64 << 52) as f64,
        (1u64 << 63) as f64,
        u64::MAX as f64,
        f32::MAX as f64,
        f32::MIN_POSITIVE as f64,
        f64::MAX,
        f64::MIN_POSITIVE,
        f64::INFINITY,
        f64::NAN,
    ]);
    let steps = prop_oneof![-2i64..=2, Just(1 << 28), Just(-1 << 28), Just(1 << 29), Just(-1 << 29)];
    let near = (limits, steps, any::<bool>()).prop_map(|(limit, step, negative)| {
        (limit.to_bits().wrapping_add_signed(step) & i64::MAX as u64) | (negative as u64) << 63
    });
    // Halves around 2^31, where truncation to 32 bits begins to trap, and small quarters, where rounding has ties.
    let halves = prop_oneof![
        (-8i64..8).prop_map(|step| (-2147483648.0 + step as f64 / 4.0).to_bits()),
        (-8i64..8).prop_map(|step| (2147483648.0 + step as f64 / 4.0).to_bits()),
        (-8i64..8).prop_map(|step| (4294967296.0 + step as f64 / 4.0).to_bits()),
        (-1000i64..1000).prop_map(|step| (step as f64 / 4.0).to_bits()),
    ];
    let nans = prop::sample::select(vec![
        0x7ff0_0000_0000_0001,
        0xfff0_0000_0000_0001,
        0x7ff4_0000_0000_0000,
        0xfff8_0000_0000_0000,
    ]);
    // Exponents at which sums, products and quotients neither overflow nor vanish.
    let middle = (any::<u64>(), 1023u64 - 60..1023 + 60)
        .prop_map(|(bits, exponent)| bits & 0x800f_ffff_ffff_ffff | exponent << 52);
    prop_oneof![near, halves, nans, middle, any::<u64>()].boxed()
}
