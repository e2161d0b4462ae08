//! Relaxed vector instructions (core `#relaxed-ops`): of the results that the specification allows, one and always the
//! same, whatever the processor. It is the choice of the deterministic profile (core `#profile-deterministic`), where
//! every parameter of these operations is 0.
//!
//! | Instruction | Choice |
//! |---|---|
//! | `i8x16.relaxed_swizzle` | `i8x16.swizzle`: an index of no lane gives 0 |
//! | `i32x4.relaxed_trunc_*` | `i32x4.trunc_sat_*`: NaN gives 0, the rest saturates |
//! | `*.relaxed_madd`, `*.relaxed_nmadd` | not fused: the product is rounded, then the sum |
//! | `*.relaxed_laneselect` | `v128.bitselect` |
//! | `*.relaxed_min`, `*.relaxed_max` | `*.min`, `*.max` |
//! | `i16x8.relaxed_q15mulr_s` | `i16x8.q15mulr_sat_s` |
//! | `*.relaxed_dot_i8x16_i7x16_*` | both operands signed; the sum of two products saturates |

use super::{V128, functions, lanes::i8x16_swizzle, simd_float::*, simd_int::*};

functions! {
    (a: V128) -> V128 {
        i32x4_relaxed_trunc_f32x4_s = i32x4_trunc_sat_f32x4_s(a);
        i32x4_relaxed_trunc_f32x4_u = i32x4_trunc_sat_f32x4_u(a);
        i32x4_relaxed_trunc_f64x2_s_zero = i32x4_trunc_sat_f64x2_s_zero(a);
        i32x4_relaxed_trunc_f64x2_u_zero = i32x4_trunc_sat_f64x2_u_zero(a);
    }
    (a: V128, b: V128) -> V128 {
        i8x16_relaxed_swizzle = i8x16_swizzle(a, b);
        f32x4_relaxed_min = f32x4_min(a, b);
        f32x4_relaxed_max = f32x4_max(a, b);
        f64x2_relaxed_min = f64x2_min(a, b);
        f64x2_relaxed_max = f64x2_max(a, b);
        i16x8_relaxed_q15mulr_s = i16x8_q15mulr_sat_s(a, b);
        i16x8_relaxed_dot_i8x16_i7x16_s = {
            let (a, b) = (<[i8; 16]>::from(a), <[i8; 16]>::from(b));
            let product = |i: usize| a[i] as i16 * b[i] as i16;
            V128::from(std::array::from_fn::<i16, 8, _>(|i| product(2 * i).saturating_add(product(2 * i + 1))))
        };
    }
    (a: V128, b: V128, c: V128) -> V128 {
        // Rust never fuses a product and a sum that are written apart.
        f32x4_relaxed_madd = f32x4_add(f32x4_mul(a, b), c);
        f32x4_relaxed_nmadd = f32x4_add(f32x4_mul(f32x4_neg(a), b), c);
        f64x2_relaxed_madd = f64x2_add(f64x2_mul(a, b), c);
        f64x2_relaxed_nmadd = f64x2_add(f64x2_mul(f64x2_neg(a), b), c);
        i8x16_relaxed_laneselect = v128_bitselect(a, b, c);
        i16x8_relaxed_laneselect = v128_bitselect(a, b, c);
        i32x4_relaxed_laneselect = v128_bitselect(a, b, c);
        i64x2_relaxed_laneselect = v128_bitselect(a, b, c);
        i32x4_relaxed_dot_i8x16_i7x16_add_s = {
            let dot = i16x8_relaxed_dot_i8x16_i7x16_s(a, b);
            i32x4_add(i32x4_extadd_pairwise_i16x8_s(dot), c)
        };
    }
}
