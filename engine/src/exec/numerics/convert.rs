//! Conversions (core `#convert-ops`).

use super::functions;
use crate::trace::TrapCode;

functions! {
    (a: i64) -> i32 {
        i32_wrap_i64 = a as i32;
    }
    (a: i32) -> i64 {
        i64_extend_i32_s = a as i64;
        i64_extend_i32_u = a as u32 as i64;
    }

    // Casts of integers to floats round to nearest, ties to even.
    (a: i32) -> f32 {
        f32_convert_i32_s = a as f32;
        f32_convert_i32_u = a as u32 as f32;
        f32_reinterpret_i32 = f32::from_bits(a as u32);
    }
    (a: i64) -> f32 {
        f32_convert_i64_s = a as f32;
        f32_convert_i64_u = a as u64 as f32;
    }
    (a: i32) -> f64 {
        f64_convert_i32_s = a as f64;
        f64_convert_i32_u = a as u32 as f64;
    }
    (a: i64) -> f64 {
        f64_convert_i64_s = a as f64;
        f64_convert_i64_u = a as u64 as f64;
        f64_reinterpret_i64 = f64::from_bits(a as u64);
    }
    (a: f32) -> i32 {
        i32_reinterpret_f32 = a.to_bits() as i32;
    }
    (a: f64) -> i64 {
        i64_reinterpret_f64 = a.to_bits() as i64;
    }

    // NaNs become arithmetic NaNs: the processor's conversions make them quiet.
    (a: f64) -> f32 {
        f32_demote_f64 = a as f32;
    }
    (a: f32) -> f64 {
        f64_promote_f32 = a as f64;
    }

    // Casts of floats to integers saturate, and give 0 for NaN.
    (a: f32) -> i32 {
        i32_trunc_sat_f32_s = a as i32;
        i32_trunc_sat_f32_u = a as u32 as i32;
    }
    (a: f64) -> i32 {
        i32_trunc_sat_f64_s = a as i32;
        i32_trunc_sat_f64_u = a as u32 as i32;
    }
    (a: f32) -> i64 {
        i64_trunc_sat_f32_s = a as i64;
        i64_trunc_sat_f32_u = a as u64 as i64;
    }
    (a: f64) -> i64 {
        i64_trunc_sat_f64_s = a as i64;
        i64_trunc_sat_f64_u = a as u64 as i64;
    }
}

/// Partial truncations: `name = integer read as, result, below, above`. What lies strictly between `below` and `above`
/// truncates to a value of the type: they are the floats next to its range, the lower one maybe not an integer's
/// neighbour, because below -2^31 (as `f32`) and -2^63 floats are further apart than 1.
macro_rules! truncations {
    ($(($float:ty) $name:ident = $read:ty, $result:ty, $below:literal, $above:literal;)*) => {
        $(functions! {
            (a: $float) -> Result<$result, TrapCode> {
                $name = if $below < a && a < $above {
                    Ok(a as $read as $result)
                } else if a.is_nan() {
                    Err(TrapCode::InvalidConversionToInteger)
                } else {
                    Err(TrapCode::IntegerOverflow)
                };
            }
        })*
    };
}
truncations! {
    (f32) i32_trunc_f32_s = i32, i32, -2147483904.0, 2147483648.0;
    (f32) i32_trunc_f32_u = u32, i32, -1.0, 4294967296.0;
    (f64) i32_trunc_f64_s = i32, i32, -2147483649.0, 2147483648.0;
    (f64) i32_trunc_f64_u = u32, i32, -1.0, 4294967296.0;
    (f32) i64_trunc_f32_s = i64, i64, -9223373136366403584.0, 9223372036854775808.0;
    (f32) i64_trunc_f32_u = u64, i64, -1.0, 18446744073709551616.0;
    (f64) i64_trunc_f64_s = i64, i64, -9223372036854777856.0, 9223372036854775808.0;
    (f64) i64_trunc_f64_u = u64, i64, -1.0, 18446744073709551616.0;
}
