//! Relaxed vectors (core `#aux-relaxed`): of the results that the specification allows, those of its deterministic
//! profile (`#profile-deterministic`), on every machine.
//!
//! - `relaxed_swizzle`: 0 for every index from 16 on, as `swizzle`.
//! - `relaxed_trunc`: saturating, NaN to 0, as `trunc_sat`.
//! - `relaxed_madd`, `relaxed_nmadd`: rounded twice, not fused; `nmadd` negates the first factor.
//! - `relaxed_laneselect`: bit by bit, as `v128.bitselect`.
//! - `relaxed_min`, `relaxed_max`: as `min` and `max`, for NaN and zeros too.
//! - `relaxed_q15mulr_s`: saturating, as `q15mulr_sat_s`.
//! - `relaxed_dot_i8x16_i7x16`: both operands signed, even where the second one has more than seven bits; sums of two
//!   products saturate at 16 bits, before they are added up further.

use super::{
    Lane, V128, f32x4_add, f32x4_max, f32x4_min, f32x4_mul, f32x4_neg, f64x2_add, f64x2_max, f64x2_min, f64x2_mul,
    f64x2_neg, i8x16_swizzle, i16x8_extmul_high_i8x16_s, i16x8_extmul_low_i8x16_s, i16x8_q15mulr_sat_s, i32x4_add,
    i32x4_extadd_pairwise_i16x8_s, i32x4_trunc_sat_f32x4_s, i32x4_trunc_sat_f32x4_u, i32x4_trunc_sat_f64x2_s_zero,
    i32x4_trunc_sat_f64x2_u_zero, v128_bitselect,
};

define! {
    i8x16_relaxed_swizzle(a: V128, indices: V128) -> V128 { i8x16_swizzle(a, indices) }
    i32x4_relaxed_trunc_f32x4_s(a: V128) -> V128 { i32x4_trunc_sat_f32x4_s(a) }
    i32x4_relaxed_trunc_f32x4_u(a: V128) -> V128 { i32x4_trunc_sat_f32x4_u(a) }
    i32x4_relaxed_trunc_f64x2_s_zero(a: V128) -> V128 { i32x4_trunc_sat_f64x2_s_zero(a) }
    i32x4_relaxed_trunc_f64x2_u_zero(a: V128) -> V128 { i32x4_trunc_sat_f64x2_u_zero(a) }
    f32x4_relaxed_madd(a: V128, b: V128, c: V128) -> V128 { f32x4_add(f32x4_mul(a, b), c) }
    f32x4_relaxed_nmadd(a: V128, b: V128, c: V128) -> V128 { f32x4_add(f32x4_mul(f32x4_neg(a), b), c) }
    f64x2_relaxed_madd(a: V128, b: V128, c: V128) -> V128 { f64x2_add(f64x2_mul(a, b), c) }
    f64x2_relaxed_nmadd(a: V128, b: V128, c: V128) -> V128 { f64x2_add(f64x2_mul(f64x2_neg(a), b), c) }
    i8x16_relaxed_laneselect(a: V128, b: V128, mask: V128) -> V128 { v128_bitselect(a, b, mask) }
    i16x8_relaxed_laneselect(a: V128, b: V128, mask: V128) -> V128 { v128_bitselect(a, b, mask) }
    i32x4_relaxed_laneselect(a: V128, b: V128, mask: V128) -> V128 { v128_bitselect(a, b, mask) }
    i64x2_relaxed_laneselect(a: V128, b: V128, mask: V128) -> V128 { v128_bitselect(a, b, mask) }
    f32x4_relaxed_min(a: V128, b: V128) -> V128 { f32x4_min(a, b) }
    f32x4_relaxed_max(a: V128, b: V128) -> V128 { f32x4_max(a, b) }
    f64x2_relaxed_min(a: V128, b: V128) -> V128 { f64x2_min(a, b) }
    f64x2_relaxed_max(a: V128, b: V128) -> V128 { f64x2_max(a, b) }
    i16x8_relaxed_q15mulr_s(a: V128, b: V128) -> V128 { i16x8_q15mulr_sat_s(a, b) }
}

/// `i16x8.relaxed_dot_i8x16_i7x16_s`. Only four factors of -128 can saturate.
#[inline(always)]
pub(crate) fn i16x8_relaxed_dot_i8x16_i7x16_s(a: V128, b: V128) -> V128 {
    let (low, high) = (i16::lanes(i16x8_extmul_low_i8x16_s(a, b)), i16::lanes(i16x8_extmul_high_i8x16_s(a, b)));
    i16::vector(std::array::from_fn(|lane| {
        let products = if lane < 4 { &low } else { &high };
        products[lane % 4 * 2].saturating_add(products[lane % 4 * 2 + 1])
    }))
}

/// `i32x4.relaxed_dot_i8x16_i7x16_add_s`.
#[inline(always)]
pub(crate) fn i32x4_relaxed_dot_i8x16_i7x16_add_s(a: V128, b: V128, c: V128) -> V128 {
    i32x4_add(i32x4_extadd_pairwise_i16x8_s(i16x8_relaxed_dot_i8x16_i7x16_s(a, b)), c)
}
