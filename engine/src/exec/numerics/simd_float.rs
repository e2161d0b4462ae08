//! Vectors of floats (core `#exec-vec`): the scalar instructions lane by lane, and the pseudo-minimum and -maximum.

use super::{V128, compare, float::*, map, zip};

define! {
    f32x4_eq(a: V128, b: V128) -> V128 { compare(a, b, f32::eq) }
    f32x4_ne(a: V128, b: V128) -> V128 { compare(a, b, f32::ne) }
    f32x4_lt(a: V128, b: V128) -> V128 { compare(a, b, f32::lt) }
    f32x4_gt(a: V128, b: V128) -> V128 { compare(a, b, f32::gt) }
    f32x4_le(a: V128, b: V128) -> V128 { compare(a, b, f32::le) }
    f32x4_ge(a: V128, b: V128) -> V128 { compare(a, b, f32::ge) }
    f32x4_ceil(a: V128) -> V128 { map(a, f32_ceil) }
    f32x4_floor(a: V128) -> V128 { map(a, f32_floor) }
    f32x4_trunc(a: V128) -> V128 { map(a, f32_trunc) }
    f32x4_nearest(a: V128) -> V128 { map(a, f32_nearest) }
    f32x4_abs(a: V128) -> V128 { map(a, f32_abs) }
    f32x4_neg(a: V128) -> V128 { map(a, f32_neg) }
    f32x4_sqrt(a: V128) -> V128 { map(a, f32_sqrt) }
    f32x4_add(a: V128, b: V128) -> V128 { zip(a, b, f32_add) }
    f32x4_sub(a: V128, b: V128) -> V128 { zip(a, b, f32_sub) }
    f32x4_mul(a: V128, b: V128) -> V128 { zip(a, b, f32_mul) }
    f32x4_div(a: V128, b: V128) -> V128 { zip(a, b, f32_div) }
    f32x4_min(a: V128, b: V128) -> V128 { zip(a, b, f32_min) }
    f32x4_max(a: V128, b: V128) -> V128 { zip(a, b, f32_max) }
    f32x4_pmin(a: V128, b: V128) -> V128 { zip(a, b, |a: f32, b: f32| if b < a { b } else { a }) }
    f32x4_pmax(a: V128, b: V128) -> V128 { zip(a, b, |a: f32, b: f32| if a < b { b } else { a }) }
}

define! {
    f64x2_eq(a: V128, b: V128) -> V128 { compare(a, b, f64::eq) }
    f64x2_ne(a: V128, b: V128) -> V128 { compare(a, b, f64::ne) }
    f64x2_lt(a: V128, b: V128) -> V128 { compare(a, b, f64::lt) }
    f64x2_gt(a: V128, b: V128) -> V128 { compare(a, b, f64::gt) }
    f64x2_le(a: V128, b: V128) -> V128 { compare(a, b, f64::le) }
    f64x2_ge(a: V128, b: V128) -> V128 { compare(a, b, f64::ge) }
    f64x2_ceil(a: V128) -> V128 { map(a, f64_ceil) }
    f64x2_floor(a: V128) -> V128 { map(a, f64_floor) }
    f64x2_trunc(a: V128) -> V128 { map(a, f64_trunc) }
    f64x2_nearest(a: V128) -> V128 { map(a, f64_nearest) }
    f64x2_abs(a: V128) -> V128 { map(a, f64_abs) }
    f64x2_neg(a: V128) -> V128 { map(a, f64_neg) }
    f64x2_sqrt(a: V128) -> V128 { map(a, f64_sqrt) }
    f64x2_add(a: V128, b: V128) -> V128 { zip(a, b, f64_add) }
    f64x2_sub(a: V128, b: V128) -> V128 { zip(a, b, f64_sub) }
    f64x2_mul(a: V128, b: V128) -> V128 { zip(a, b, f64_mul) }
    f64x2_div(a: V128, b: V128) -> V128 { zip(a, b, f64_div) }
    f64x2_min(a: V128, b: V128) -> V128 { zip(a, b, f64_min) }
    f64x2_max(a: V128, b: V128) -> V128 { zip(a, b, f64_max) }
    f64x2_pmin(a: V128, b: V128) -> V128 { zip(a, b, |a: f64, b: f64| if b < a { b } else { a }) }
    f64x2_pmax(a: V128, b: V128) -> V128 { zip(a, b, |a: f64, b: f64| if a < b { b } else { a }) }
}
