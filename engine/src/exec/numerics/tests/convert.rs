use super::{check_nan, f32s, f64s, i32s, i64s};
use crate::{exec::numerics::*, trace::TrapCode};
use proptest::prelude::*;
use rustc_apfloat::{
    Float, FloatConvert,
    ieee::{Double, Single},
};

/// The integer part of the float with these fields, from its bits; `None` for NaN. Far beyond 64 bits it is only large.
fn integer_part(negative: bool, exponent: i32, fraction: u64, precision: u32, bias: i32) -> Option<i128> {
    if exponent == 2 * bias + 1 && fraction != 0 {
        return None;
    }
    let significand = if exponent == 0 { fraction as i128 } else { (fraction | 1 << precision) as i128 };
    let shift = exponent.max(1) - bias - precision as i32;
    let magnitude = match shift {
        0..=70 => significand << shift,
        71.. => i128::MAX >> 1,
        _ => significand.checked_shr(shift.unsigned_abs()).unwrap_or(0),
    };
    Some(if negative { -magnitude } else { magnitude })
}

fn integer_part32(a: f32) -> Option<i128> {
    let bits = a.to_bits();
    integer_part(bits >> 31 == 1, (bits >> 23 & 0xff) as i32, (bits & 0x7f_ffff) as u64, 23, 127)
}

fn integer_part64(a: f64) -> Option<i128> {
    let bits = a.to_bits();
    integer_part(bits >> 63 == 1, (bits >> 52 & 0x7ff) as i32, bits & 0xf_ffff_ffff_ffff, 52, 1023)
}

/// What the truncation of a float with this integer part gives, for a type with these bounds.
fn partial(part: Option<i128>, min: i128, max: i128) -> Result<i128, TrapCode> {
    match part {
        None => Err(TrapCode::InvalidConversionToInteger),
        Some(part) if (min..=max).contains(&part) => Ok(part),
        Some(_) => Err(TrapCode::IntegerOverflow),
    }
}

macro_rules! check_truncations {
    ($a:ident $part:ident $($read:ty: $trunc:ident $trunc_sat:ident;)*) => {
        $(
            let (min, max) = (<$read>::MIN as i128, <$read>::MAX as i128);
            let expected = partial($part($a), min, max);
            prop_assert_eq!($trunc($a).map(|a| a as $read as i128), expected, "{}", stringify!($trunc));
            let saturated = $part($a).map_or(0, |part| part.clamp(min, max));
            prop_assert_eq!($trunc_sat($a) as $read as i128, saturated, "{}", stringify!($trunc_sat));
        )*
    };
}

proptest! {
    #[test]
    fn truncations_of_f32(a in f32s()) {
        check_truncations! { a integer_part32
            i32: i32_trunc_f32_s i32_trunc_sat_f32_s;
            u32: i32_trunc_f32_u i32_trunc_sat_f32_u;
            i64: i64_trunc_f32_s i64_trunc_sat_f32_s;
            u64: i64_trunc_f32_u i64_trunc_sat_f32_u;
        }
    }

    #[test]
    fn truncations_of_f64(a in f64s()) {
        check_truncations! { a integer_part64
            i32: i32_trunc_f64_s i32_trunc_sat_f64_s;
            u32: i32_trunc_f64_u i32_trunc_sat_f64_u;
            i64: i64_trunc_f64_s i64_trunc_sat_f64_s;
            u64: i64_trunc_f64_u i64_trunc_sat_f64_u;
        }
    }

    #[test]
    fn integers_to_floats(a in i32s(), b in i64s()) {
        let single = |value: i128| Single::from_i128(value).value.to_bits() as u32;
        let double = |value: i128| Double::from_i128(value).value.to_bits() as u64;
        prop_assert_eq!(f32_convert_i32_s(a).to_bits(), single(a as i128));
        prop_assert_eq!(f32_convert_i32_u(a).to_bits(), single(a as u32 as i128));
        prop_assert_eq!(f32_convert_i64_s(b).to_bits(), single(b as i128));
        prop_assert_eq!(f32_convert_i64_u(b).to_bits(), single(b as u64 as i128));
        prop_assert_eq!(f64_convert_i32_s(a).to_bits(), double(a as i128));
        prop_assert_eq!(f64_convert_i32_u(a).to_bits(), double(a as u32 as i128));
        prop_assert_eq!(f64_convert_i64_s(b).to_bits(), double(b as i128));
        prop_assert_eq!(f64_convert_i64_u(b).to_bits(), double(b as u64 as i128));
    }

    #[test]
    fn floats_to_floats(a in f32s(), b in f64s()) {
        if a.is_nan() {
            check_nan(f64_promote_f32(a), &[a])?;
        } else {
            let expected: Double = Single::from_bits(a.to_bits() as u128).convert(&mut false).value;
            prop_assert_eq!(f64_promote_f32(a).to_bits() as u128, expected.to_bits());
        }
        if b.is_nan() {
            check_nan(f32_demote_f64(b), &[b])?;
        } else {
            let expected: Single = Double::from_bits(b.to_bits() as u128).convert(&mut false).value;
            prop_assert_eq!(f32_demote_f64(b).to_bits() as u128, expected.to_bits());
        }
    }

    #[test]
    fn integers_to_integers_and_reinterpretations(a in i32s(), b in i64s()) {
        prop_assert_eq!(i32_wrap_i64(b) as u32 as i128, (b as i128).rem_euclid(1 << 32));
        prop_assert_eq!(i64_extend_i32_s(a) as i128, a as i128);
        prop_assert_eq!(i64_extend_i32_u(a) as i128, (a as i128).rem_euclid(1 << 32));
        prop_assert_eq!(i32_reinterpret_f32(f32_reinterpret_i32(a)), a);
        prop_assert_eq!(i64_reinterpret_f64(f64_reinterpret_i64(b)), b);
        prop_assert_eq!(f32_reinterpret_i32(a).to_bits(), a as u32);
        prop_assert_eq!(f64_reinterpret_i64(b).to_bits(), b as u64);
    }
}

#[test]
fn truncations_at_the_bounds() {
    assert_eq!(i32_trunc_f64_s(-2147483648.9), Ok(i32::MIN));
    assert_eq!(i32_trunc_f64_s(2147483647.9), Ok(i32::MAX));
    assert_eq!(i32_trunc_f64_u(4294967295.9), Ok(-1));
    assert_eq!(i32_trunc_f64_u(-0.9), Ok(0));
    assert_eq!(i32_trunc_f32_s(-2147483648.0), Ok(i32::MIN));
    assert_eq!(i32_trunc_f32_s(2147483648.0), Err(TrapCode::IntegerOverflow));
    assert_eq!(i64_trunc_f64_s(-9223372036854775808.0), Ok(i64::MIN));
    assert_eq!(i64_trunc_f32_u(f32::INFINITY), Err(TrapCode::IntegerOverflow));
    assert_eq!(i64_trunc_f32_u(f32::NAN), Err(TrapCode::InvalidConversionToInteger));
}
