//! Vector instructions on lanes of floats (core `#exec-instr-vec`): the scalar functions in each lane.

use super::{V128, convert::*, float::*, functions, lanewise};

lanewise! {
    [f32; 4] (a) {
        f32x4_abs = f32_abs(a);
        f32x4_neg = f32_neg(a);
        f32x4_sqrt = f32_sqrt(a);
        f32x4_ceil = f32_ceil(a);
        f32x4_floor = f32_floor(a);
        f32x4_trunc = f32_trunc(a);
        f32x4_nearest = f32_nearest(a);
    }
    [f32; 4] (a, b) {
        f32x4_add = f32_add(a, b);
        f32x4_sub = f32_sub(a, b);
        f32x4_mul = f32_mul(a, b);
        f32x4_div = f32_div(a, b);
        f32x4_min = f32_min(a, b);
        f32x4_max = f32_max(a, b);
        f32x4_pmin = f32_pmin(a, b);
        f32x4_pmax = f32_pmax(a, b);
        f32x4_eq = -((a == b) as i32);
        f32x4_ne = -((a != b) as i32);
        f32x4_lt = -((a < b) as i32);
        f32x4_gt = -((a > b) as i32);
        f32x4_le = -((a <= b) as i32);
        f32x4_ge = -((a >= b) as i32);
    }
    [f64; 2] (a) {
        f64x2_abs = f64_abs(a);
        f64x2_neg = f64_neg(a);
        f64x2_sqrt = f64_sqrt(a);
        f64x2_ceil = f64_ceil(a);
        f64x2_floor = f64_floor(a);
        f64x2_trunc = f64_trunc(a);
        f64x2_nearest = f64_nearest(a);
    }
    [f64; 2] (a, b) {
        f64x2_add = f64_add(a, b);
        f64x2_sub = f64_sub(a, b);
        f64x2_mul = f64_mul(a, b);
        f64x2_div = f64_div(a, b);
        f64x2_min = f64_min(a, b);
        f64x2_max = f64_max(a, b);
        f64x2_pmin = f64_pmin(a, b);
        f64x2_pmax = f64_pmax(a, b);
        f64x2_eq = -((a == b) as i64);
        f64x2_ne = -((a != b) as i64);
        f64x2_lt = -((a < b) as i64);
        f64x2_gt = -((a > b) as i64);
        f64x2_le = -((a <= b) as i64);
        f64x2_ge = -((a >= b) as i64);
    }
    [f32; 4] (a) {
        i32x4_trunc_sat_f32x4_s = i32_trunc_sat_f32_s(a);
        i32x4_trunc_sat_f32x4_u = i32_trunc_sat_f32_u(a);
    }
    [i32; 4] (a) {
        f32x4_convert_i32x4_s = f32_convert_i32_s(a);
        f32x4_convert_i32x4_u = f32_convert_i32_u(a);
    }
}

// Conversions between lanes of different widths read the low lanes, or leave the high lanes 0.
functions! {
    (a: V128) -> V128 {
        i32x4_trunc_sat_f64x2_s_zero = {
            let [low, high] = <[f64; 2]>::from(a).map(i32_trunc_sat_f64_s);
            V128::from([low, high, 0, 0])
        };
        i32x4_trunc_sat_f64x2_u_zero = {
            let [low, high] = <[f64; 2]>::from(a).map(i32_trunc_sat_f64_u);
            V128::from([low, high, 0, 0])
        };
        f64x2_convert_low_i32x4_s = {
            let [low, high, ..] = <[i32; 4]>::from(a);
            V128::from([low, high].map(f64_convert_i32_s))
        };
        f64x2_convert_low_i32x4_u = {
            let [low, high, ..] = <[i32; 4]>::from(a);
            V128::from([low, high].map(f64_convert_i32_u))
        };
        f32x4_demote_f64x2_zero = {
            let [low, high] = <[f64; 2]>::from(a).map(f32_demote_f64);
            V128::from([low, high, 0.0, 0.0])
        };
        f64x2_promote_low_f32x4 = {
            let [low, high, ..] = <[f32; 4]>::from(a);
            V128::from([low, high].map(f64_promote_f32))
        };
    }
}
