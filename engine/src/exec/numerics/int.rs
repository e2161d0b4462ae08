//! Integer operations (core `#int-ops`).

use super::functions;
use crate::trace::TrapCode;

functions! {
    (a: i32) -> i32 {
        i32_eqz = (a == 0) as i32;
        i32_clz = a.leading_zeros() as i32;
        i32_ctz = a.trailing_zeros() as i32;
        i32_popcnt = a.count_ones() as i32;
        i32_extend8_s = a as i8 as i32;
        i32_extend16_s = a as i16 as i32;
    }
    (a: i32, b: i32) -> i32 {
        i32_eq = (a == b) as i32;
        i32_ne = (a != b) as i32;
        i32_lt_s = (a < b) as i32;
        i32_lt_u = ((a as u32) < b as u32) as i32;
        i32_gt_s = (a > b) as i32;
        i32_gt_u = (a as u32 > b as u32) as i32;
        i32_le_s = (a <= b) as i32;
        i32_le_u = (a as u32 <= b as u32) as i32;
        i32_ge_s = (a >= b) as i32;
        i32_ge_u = (a as u32 >= b as u32) as i32;
        i32_add = a.wrapping_add(b);
        i32_sub = a.wrapping_sub(b);
        i32_mul = a.wrapping_mul(b);
        i32_and = a & b;
        i32_or = a | b;
        i32_xor = a ^ b;
    }
    (a: i32, n: i32) -> i32 {
        // The wrapping shifts and the rotations of Rust take the count modulo the width, as the specification does.
        i32_shl = a.wrapping_shl(n as u32);
        i32_shr_s = a.wrapping_shr(n as u32);
        i32_shr_u = (a as u32).wrapping_shr(n as u32) as i32;
        i32_rotl = a.rotate_left(n as u32);
        i32_rotr = a.rotate_right(n as u32);
    }
    (a: i64) -> i32 {
        i64_eqz = (a == 0) as i32;
    }
    (a: i64) -> i64 {
        i64_clz = a.leading_zeros() as i64;
        i64_ctz = a.trailing_zeros() as i64;
        i64_popcnt = a.count_ones() as i64;
        i64_extend8_s = a as i8 as i64;
        i64_extend16_s = a as i16 as i64;
        i64_extend32_s = a as i32 as i64;
    }
    (a: i64, b: i64) -> i32 {
        i64_eq = (a == b) as i32;
        i64_ne = (a != b) as i32;
        i64_lt_s = (a < b) as i32;
        i64_lt_u = ((a as u64) < b as u64) as i32;
        i64_gt_s = (a > b) as i32;
        i64_gt_u = (a as u64 > b as u64) as i32;
        i64_le_s = (a <= b) as i32;
        i64_le_u = (a as u64 <= b as u64) as i32;
        i64_ge_s = (a >= b) as i32;
        i64_ge_u = (a as u64 >= b as u64) as i32;
    }
    (a: i64, b: i64) -> i64 {
        i64_add = a.wrapping_add(b);
        i64_sub = a.wrapping_sub(b);
        i64_mul = a.wrapping_mul(b);
        i64_and = a & b;
        i64_or = a | b;
        i64_xor = a ^ b;
    }
    (a: i64, n: i64) -> i64 {
        i64_shl = a.wrapping_shl(n as u32);
        i64_shr_s = a.wrapping_shr(n as u32);
        i64_shr_u = (a as u64).wrapping_shr(n as u32) as i64;
        i64_rotl = a.rotate_left((n & 63) as u32);
        i64_rotr = a.rotate_right((n & 63) as u32);
    }
}

/// Division and remainder: the only integer operations that are partial.
macro_rules! divisions {
    ($signed:ty, $unsigned:ty, $div_s:ident, $div_u:ident, $rem_s:ident, $rem_u:ident) => {
        functions! {
            (a: $signed, b: $signed) -> Result<$signed, TrapCode> {
                $div_s = match a.checked_div(b) {
                    Some(quotient) => Ok(quotient),
                    None if b == 0 => Err(TrapCode::IntegerDivideByZero),
                    // The least integer divided by -1.
                    None => Err(TrapCode::IntegerOverflow),
                };
                $div_u = match (a as $unsigned).checked_div(b as $unsigned) {
                    Some(quotient) => Ok(quotient as $signed),
                    None => Err(TrapCode::IntegerDivideByZero),
                };
                // The remainder of the least integer divided by -1 is defined: it is 0.
                $rem_s = if b == 0 { Err(TrapCode::IntegerDivideByZero) } else { Ok(a.wrapping_rem(b)) };
                $rem_u = match (a as $unsigned).checked_rem(b as $unsigned) {
                    Some(remainder) => Ok(remainder as $signed),
                    None => Err(TrapCode::IntegerDivideByZero),
                };
            }
        }
    };
}
divisions!(i32, u32, i32_div_s, i32_div_u, i32_rem_s, i32_rem_u);
divisions!(i64, u64, i64_div_s, i64_div_u, i64_rem_s, i64_rem_u);
