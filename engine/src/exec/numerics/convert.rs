//! Conversions between scalars (core `#exec-cvtop`): truncation, conversion, promotion, reinterpretation.

use super::Float;
use crate::trace::TrapCode;

/// A truncation that traps for NaN and for values whose integral part is not in the result's type.
///
/// The bounds are floats: where the type's smallest value less one can be represented, that is the excluded lower bound;
/// else there is nothing between it and the smallest value, which is the included one.
macro_rules! trunc {
    ($x:ident, $low:literal < $high:literal, $($ty:ident)as+) => {
        trunc!(@ $x, $low < $x && $x < $high, $($ty)as+)
    };
    ($x:ident, $low:literal <= $high:literal, $($ty:ident)as+) => {
        trunc!(@ $x, ($low..$high).contains(&$x), $($ty)as+)
    };
    (@ $x:ident, $in_range:expr, $($ty:ident)as+) => {
        if $in_range {
            Ok($x $(as $ty)+)
        } else if $x.is_nan() {
            Err(TrapCode::InvalidConversionToInteger)
        } else {
            Err(TrapCode::IntegerOverflow)
        }
    };
}

define! {
    i32_trunc_f32_s(x: f32) -> Result<i32, TrapCode> { trunc!(x, -2147483648.0 <= 2147483648.0, i32) }
    i32_trunc_f32_u(x: f32) -> Result<i32, TrapCode> { trunc!(x, -1.0 < 4294967296.0, u32 as i32) }
    i32_trunc_f64_s(x: f64) -> Result<i32, TrapCode> { trunc!(x, -2147483649.0 < 2147483648.0, i32) }
    i32_trunc_f64_u(x: f64) -> Result<i32, TrapCode> { trunc!(x, -1.0 < 4294967296.0, u32 as i32) }
    i64_trunc_f32_s(x: f32) -> Result<i64, TrapCode> { trunc!(x, -9223372036854775808.0 <= 9223372036854775808.0, i64) }
    i64_trunc_f32_u(x: f32) -> Result<i64, TrapCode> { trunc!(x, -1.0 < 18446744073709551616.0, u64 as i64) }
    i64_trunc_f64_s(x: f64) -> Result<i64, TrapCode> { trunc!(x, -9223372036854775808.0 <= 9223372036854775808.0, i64) }
    i64_trunc_f64_u(x: f64) -> Result<i64, TrapCode> { trunc!(x, -1.0 < 18446744073709551616.0, u64 as i64) }
}

// Rust's `as` saturates and takes NaN to 0, as these instructions do.
define! {
    i32_trunc_sat_f32_s(x: f32) -> i32 { x as i32 }
    i32_trunc_sat_f32_u(x: f32) -> i32 { x as u32 as i32 }
    i32_trunc_sat_f64_s(x: f64) -> i32 { x as i32 }
    i32_trunc_sat_f64_u(x: f64) -> i32 { x as u32 as i32 }
    i64_trunc_sat_f32_s(x: f32) -> i64 { x as i64 }
    i64_trunc_sat_f32_u(x: f32) -> i64 { x as u64 as i64 }
    i64_trunc_sat_f64_s(x: f64) -> i64 { x as i64 }
    i64_trunc_sat_f64_u(x: f64) -> i64 { x as u64 as i64 }
}

// Rust's `as` rounds to nearest, ties to even.
define! {
    f32_convert_i32_s(x: i32) -> f32 { x as f32 }
    f32_convert_i32_u(x: i32) -> f32 { x as u32 as f32 }
    f32_convert_i64_s(x: i64) -> f32 { x as f32 }
    f32_convert_i64_u(x: i64) -> f32 { x as u64 as f32 }
    f64_convert_i32_s(x: i32) -> f64 { x as f64 }
    f64_convert_i32_u(x: i32) -> f64 { x as u32 as f64 }
    f64_convert_i64_s(x: i64) -> f64 { x as f64 }
    f64_convert_i64_u(x: i64) -> f64 { x as u64 as f64 }
}

/// `f32.demote_f64`. Rust does not say which NaN `as` makes, so NaNs are converted here: the payload loses its low end.
#[inline(always)]
pub(crate) fn f32_demote_f64(x: f64) -> f32 {
    if x.is_nan() {
        let bits = x.to_bits();
        let (sign, payload) = ((bits >> 32) as u32 & 0x8000_0000, (bits >> 29) as u32 & 0x007f_ffff);
        f32::from_bits(sign | 0x7f80_0000 | payload).quiet()
    } else {
        x as f32
    }
}

/// `f64.promote_f32`. NaNs as in [`f32_demote_f64`]: the payload gets zeros at its low end.
#[inline(always)]
pub(crate) fn f64_promote_f32(x: f32) -> f64 {
    if x.is_nan() {
        let bits = x.to_bits() as u64;
        let (sign, payload) = ((bits & 0x8000_0000) << 32, (bits & 0x007f_ffff) << 29);
        f64::from_bits(sign | 0x7ff0_0000_0000_0000 | payload).quiet()
    } else {
        x as f64
    }
}

define! {
    i32_reinterpret_f32(x: f32) -> i32 { x.to_bits() as i32 }
    i64_reinterpret_f64(x: f64) -> i64 { x.to_bits() as i64 }
    f32_reinterpret_i32(x: i32) -> f32 { f32::from_bits(x as u32) }
    f64_reinterpret_i64(x: i64) -> f64 { f64::from_bits(x as u64) }
}
