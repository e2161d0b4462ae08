//! Scalar integers (core `#exec-iop`): arithmetic, bits, comparisons, wrapping and extension.
//!
//! Values are signed in Rust; unsigned instructions reinterpret them. Counts of shifts and rotations are taken modulo
//! the width, which is what Rust's `wrapping_sh*` and `rotate_*` do.

use crate::trace::TrapCode;

/// Signed division: overflows for the smallest value by -1, whose quotient does not exist.
macro_rules! div_s {
    ($a:ident, $b:ident) => {
        if $b == 0 { Err(TrapCode::IntegerDivideByZero) } else { $a.checked_div($b).ok_or(TrapCode::IntegerOverflow) }
    };
}

/// Signed remainder: unlike the quotient, that of the smallest value by -1 exists and is 0.
macro_rules! rem_s {
    ($a:ident, $b:ident) => {
        if $b == 0 { Err(TrapCode::IntegerDivideByZero) } else { Ok($a.wrapping_rem($b)) }
    };
}

define! {
    i32_eqz(a: i32) -> i32 { (a == 0) as i32 }
    i32_eq(a: i32, b: i32) -> i32 { (a == b) as i32 }
    i32_ne(a: i32, b: i32) -> i32 { (a != b) as i32 }
    i32_lt_s(a: i32, b: i32) -> i32 { (a < b) as i32 }
    i32_lt_u(a: i32, b: i32) -> i32 { ((a as u32) < b as u32) as i32 }
    i32_gt_s(a: i32, b: i32) -> i32 { (a > b) as i32 }
    i32_gt_u(a: i32, b: i32) -> i32 { (a as u32 > b as u32) as i32 }
    i32_le_s(a: i32, b: i32) -> i32 { (a <= b) as i32 }
    i32_le_u(a: i32, b: i32) -> i32 { (a as u32 <= b as u32) as i32 }
    i32_ge_s(a: i32, b: i32) -> i32 { (a >= b) as i32 }
    i32_ge_u(a: i32, b: i32) -> i32 { (a as u32 >= b as u32) as i32 }
    i32_clz(a: i32) -> i32 { a.leading_zeros() as i32 }
    i32_ctz(a: i32) -> i32 { a.trailing_zeros() as i32 }
    i32_popcnt(a: i32) -> i32 { a.count_ones() as i32 }
    i32_add(a: i32, b: i32) -> i32 { a.wrapping_add(b) }
    i32_sub(a: i32, b: i32) -> i32 { a.wrapping_sub(b) }
    i32_mul(a: i32, b: i32) -> i32 { a.wrapping_mul(b) }
    i32_div_s(a: i32, b: i32) -> Result<i32, TrapCode> { div_s!(a, b) }
    i32_div_u(a: i32, b: i32) -> Result<i32, TrapCode> { (a as u32).checked_div(b as u32).map(|q| q as i32).ok_or(TrapCode::IntegerDivideByZero) }
    i32_rem_s(a: i32, b: i32) -> Result<i32, TrapCode> { rem_s!(a, b) }
    i32_rem_u(a: i32, b: i32) -> Result<i32, TrapCode> { (a as u32).checked_rem(b as u32).map(|r| r as i32).ok_or(TrapCode::IntegerDivideByZero) }
    i32_and(a: i32, b: i32) -> i32 { a & b }
    i32_or(a: i32, b: i32) -> i32 { a | b }
    i32_xor(a: i32, b: i32) -> i32 { a ^ b }
    i32_shl(a: i32, b: i32) -> i32 { a.wrapping_shl(b as u32) }
    i32_shr_s(a: i32, b: i32) -> i32 { a.wrapping_shr(b as u32) }
    i32_shr_u(a: i32, b: i32) -> i32 { (a as u32).wrapping_shr(b as u32) as i32 }
    i32_rotl(a: i32, b: i32) -> i32 { a.rotate_left(b as u32) }
    i32_rotr(a: i32, b: i32) -> i32 { a.rotate_right(b as u32) }
    i32_extend8_s(a: i32) -> i32 { a as i8 as i32 }
    i32_extend16_s(a: i32) -> i32 { a as i16 as i32 }
}

define! {
    i64_eqz(a: i64) -> i32 { (a == 0) as i32 }
    i64_eq(a: i64, b: i64) -> i32 { (a == b) as i32 }
    i64_ne(a: i64, b: i64) -> i32 { (a != b) as i32 }
    i64_lt_s(a: i64, b: i64) -> i32 { (a < b) as i32 }
    i64_lt_u(a: i64, b: i64) -> i32 { ((a as u64) < b as u64) as i32 }
    i64_gt_s(a: i64, b: i64) -> i32 { (a > b) as i32 }
    i64_gt_u(a: i64, b: i64) -> i32 { (a as u64 > b as u64) as i32 }
    i64_le_s(a: i64, b: i64) -> i32 { (a <= b) as i32 }
    i64_le_u(a: i64, b: i64) -> i32 { (a as u64 <= b as u64) as i32 }
    i64_ge_s(a: i64, b: i64) -> i32 { (a >= b) as i32 }
    i64_ge_u(a: i64, b: i64) -> i32 { (a as u64 >= b as u64) as i32 }
    i64_clz(a: i64) -> i64 { a.leading_zeros() as i64 }
    i64_ctz(a: i64) -> i64 { a.trailing_zeros() as i64 }
    i64_popcnt(a: i64) -> i64 { a.count_ones() as i64 }
    i64_add(a: i64, b: i64) -> i64 { a.wrapping_add(b) }
    i64_sub(a: i64, b: i64) -> i64 { a.wrapping_sub(b) }
    i64_mul(a: i64, b: i64) -> i64 { a.wrapping_mul(b) }
    i64_div_s(a: i64, b: i64) -> Result<i64, TrapCode> { div_s!(a, b) }
    i64_div_u(a: i64, b: i64) -> Result<i64, TrapCode> { (a as u64).checked_div(b as u64).map(|q| q as i64).ok_or(TrapCode::IntegerDivideByZero) }
    i64_rem_s(a: i64, b: i64) -> Result<i64, TrapCode> { rem_s!(a, b) }
    i64_rem_u(a: i64, b: i64) -> Result<i64, TrapCode> { (a as u64).checked_rem(b as u64).map(|r| r as i64).ok_or(TrapCode::IntegerDivideByZero) }
    i64_and(a: i64, b: i64) -> i64 { a & b }
    i64_or(a: i64, b: i64) -> i64 { a | b }
    i64_xor(a: i64, b: i64) -> i64 { a ^ b }
    i64_shl(a: i64, b: i64) -> i64 { a.wrapping_shl(b as u32) }
    i64_shr_s(a: i64, b: i64) -> i64 { a.wrapping_shr(b as u32) }
    i64_shr_u(a: i64, b: i64) -> i64 { (a as u64).wrapping_shr(b as u32) as i64 }
    i64_rotl(a: i64, b: i64) -> i64 { a.rotate_left(b as u32) }
    i64_rotr(a: i64, b: i64) -> i64 { a.rotate_right(b as u32) }
    i64_extend8_s(a: i64) -> i64 { a as i8 as i64 }
    i64_extend16_s(a: i64) -> i64 { a as i16 as i64 }
    i64_extend32_s(a: i64) -> i64 { a as i32 as i64 }
}

define! {
    i32_wrap_i64(a: i64) -> i32 { a as i32 }
    i64_extend_i32_s(a: i32) -> i64 { a as i64 }
    i64_extend_i32_u(a: i32) -> i64 { a as u32 as i64 }
}
