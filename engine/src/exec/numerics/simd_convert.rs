//! Vectors between shapes (core `#exec-vec`): widening, narrowing, and conversions from and to floats.

use super::{Lane, V128, f32_demote_f64, f64_promote_f32};
use std::ops::{Add, Mul};

/// Lanes of half as many, wider lanes: `f` of the source's lane with the same index, from `first` on.
#[inline(always)]
fn widen<S: Lane, D: Lane>(a: V128, first: usize, f: impl Fn(S) -> D) -> V128 {
    let mut out = D::lanes(V128(0));
    for (to, from) in out.as_mut().iter_mut().zip(&S::lanes(a).as_ref()[first..]) {
        *to = f(*from);
    }
    D::vector(out)
}

/// The lower half of the lanes, extended.
#[inline(always)]
fn extend_low<S: Lane, D: Lane + From<S>>(a: V128) -> V128 {
    widen(a, 0, D::from)
}

/// The upper half of the lanes, extended.
#[inline(always)]
fn extend_high<S: Lane, D: Lane + From<S>>(a: V128) -> V128 {
    widen(a, D::COUNT, D::from)
}

/// The products of the lower halves: extended factors cannot overflow.
#[inline(always)]
fn extmul_low<S: Lane, D: Lane + From<S> + Mul<Output = D>>(a: V128, b: V128) -> V128 {
    super::zip(extend_low::<S, D>(a), extend_low::<S, D>(b), |a: D, b: D| a * b)
}

/// The products of the upper halves.
#[inline(always)]
fn extmul_high<S: Lane, D: Lane + From<S> + Mul<Output = D>>(a: V128, b: V128) -> V128 {
    super::zip(extend_high::<S, D>(a), extend_high::<S, D>(b), |a: D, b: D| a * b)
}

/// `f` of every two neighbours.
#[inline(always)]
fn pairwise<S: Lane, D: Lane>(a: V128, f: impl Fn(S, S) -> D) -> V128 {
    let mut out = D::lanes(V128(0));
    for (to, from) in out.as_mut().iter_mut().zip(S::lanes(a).as_ref().as_chunks::<2>().0) {
        *to = f(from[0], from[1]);
    }
    D::vector(out)
}

/// The sums of neighbours: extended summands cannot overflow.
#[inline(always)]
fn extadd<S: Lane, D: Lane + From<S> + Add<Output = D>>(a: V128) -> V128 {
    pairwise(a, |a: S, b: S| D::from(a) + D::from(b))
}

/// Twice as many, narrower lanes: `f` of those of `a`, then of those of `b`.
#[inline(always)]
fn narrow<S: Lane, D: Lane>(a: V128, b: V128, f: impl Fn(S) -> D) -> V128 {
    let (a, b, mut out) = (S::lanes(a), S::lanes(b), D::lanes(V128(0)));
    let (low, high) = out.as_mut().split_at_mut(S::COUNT);
    for (to, from) in low.iter_mut().zip(a.as_ref()).chain(high.iter_mut().zip(b.as_ref())) {
        *to = f(*from);
    }
    D::vector(out)
}

/// As many lanes, of another type.
#[inline(always)]
fn convert<S: Lane, D: Lane>(a: V128, f: impl Fn(S) -> D) -> V128 {
    widen(a, 0, f)
}

define! {
    i16x8_extend_low_i8x16_s(a: V128) -> V128 { extend_low::<i8, i16>(a) }
    i16x8_extend_low_i8x16_u(a: V128) -> V128 { extend_low::<u8, u16>(a) }
    i16x8_extend_high_i8x16_s(a: V128) -> V128 { extend_high::<i8, i16>(a) }
    i16x8_extend_high_i8x16_u(a: V128) -> V128 { extend_high::<u8, u16>(a) }
    i16x8_extmul_low_i8x16_s(a: V128, b: V128) -> V128 { extmul_low::<i8, i16>(a, b) }
    i16x8_extmul_low_i8x16_u(a: V128, b: V128) -> V128 { extmul_low::<u8, u16>(a, b) }
    i16x8_extmul_high_i8x16_s(a: V128, b: V128) -> V128 { extmul_high::<i8, i16>(a, b) }
    i16x8_extmul_high_i8x16_u(a: V128, b: V128) -> V128 { extmul_high::<u8, u16>(a, b) }
    i16x8_extadd_pairwise_i8x16_s(a: V128) -> V128 { extadd::<i8, i16>(a) }
    i16x8_extadd_pairwise_i8x16_u(a: V128) -> V128 { extadd::<u8, u16>(a) }

    i32x4_extend_low_i16x8_s(a: V128) -> V128 { extend_low::<i16, i32>(a) }
    i32x4_extend_low_i16x8_u(a: V128) -> V128 { extend_low::<u16, u32>(a) }
    i32x4_extend_high_i16x8_s(a: V128) -> V128 { extend_high::<i16, i32>(a) }
    i32x4_extend_high_i16x8_u(a: V128) -> V128 { extend_high::<u16, u32>(a) }
    i32x4_extmul_low_i16x8_s(a: V128, b: V128) -> V128 { extmul_low::<i16, i32>(a, b) }
    i32x4_extmul_low_i16x8_u(a: V128, b: V128) -> V128 { extmul_low::<u16, u32>(a, b) }
    i32x4_extmul_high_i16x8_s(a: V128, b: V128) -> V128 { extmul_high::<i16, i32>(a, b) }
    i32x4_extmul_high_i16x8_u(a: V128, b: V128) -> V128 { extmul_high::<u16, u32>(a, b) }
    i32x4_extadd_pairwise_i16x8_s(a: V128) -> V128 { extadd::<i16, i32>(a) }
    i32x4_extadd_pairwise_i16x8_u(a: V128) -> V128 { extadd::<u16, u32>(a) }

    i64x2_extend_low_i32x4_s(a: V128) -> V128 { extend_low::<i32, i64>(a) }
    i64x2_extend_low_i32x4_u(a: V128) -> V128 { extend_low::<u32, u64>(a) }
    i64x2_extend_high_i32x4_s(a: V128) -> V128 { extend_high::<i32, i64>(a) }
    i64x2_extend_high_i32x4_u(a: V128) -> V128 { extend_high::<u32, u64>(a) }
    i64x2_extmul_low_i32x4_s(a: V128, b: V128) -> V128 { extmul_low::<i32, i64>(a, b) }
    i64x2_extmul_low_i32x4_u(a: V128, b: V128) -> V128 { extmul_low::<u32, u64>(a, b) }
    i64x2_extmul_high_i32x4_s(a: V128, b: V128) -> V128 { extmul_high::<i32, i64>(a, b) }
    i64x2_extmul_high_i32x4_u(a: V128, b: V128) -> V128 { extmul_high::<u32, u64>(a, b) }
}

// Narrowing reads signed lanes, also where the result is unsigned.
define! {
    i8x16_narrow_i16x8_s(a: V128, b: V128) -> V128 { narrow(a, b, |lane: i16| lane.clamp(i8::MIN as i16, i8::MAX as i16) as i8) }
    i8x16_narrow_i16x8_u(a: V128, b: V128) -> V128 { narrow(a, b, |lane: i16| lane.clamp(u8::MIN as i16, u8::MAX as i16) as u8) }
    i16x8_narrow_i32x4_s(a: V128, b: V128) -> V128 { narrow(a, b, |lane: i32| lane.clamp(i16::MIN as i32, i16::MAX as i32) as i16) }
    i16x8_narrow_i32x4_u(a: V128, b: V128) -> V128 { narrow(a, b, |lane: i32| lane.clamp(u16::MIN as i32, u16::MAX as i32) as u16) }
}

/// `i32x4.dot_i16x8_s`: sums of the products of neighbours. The sum of two squares of the smallest value wraps.
#[inline(always)]
pub(crate) fn i32x4_dot_i16x8_s(a: V128, b: V128) -> V128 {
    let (low, high) = (i32x4_extmul_low_i16x8_s(a, b), i32x4_extmul_high_i16x8_s(a, b));
    let (low, high) = (i32::lanes(low), i32::lanes(high));
    i32::vector([
        low[0].wrapping_add(low[1]),
        low[2].wrapping_add(low[3]),
        high[0].wrapping_add(high[1]),
        high[2].wrapping_add(high[3]),
    ])
}

define! {
    i32x4_trunc_sat_f32x4_s(a: V128) -> V128 { convert(a, |lane: f32| lane as i32) }
    i32x4_trunc_sat_f32x4_u(a: V128) -> V128 { convert(a, |lane: f32| lane as u32) }
    f32x4_convert_i32x4_s(a: V128) -> V128 { convert(a, |lane: i32| lane as f32) }
    f32x4_convert_i32x4_u(a: V128) -> V128 { convert(a, |lane: u32| lane as f32) }
    f64x2_convert_low_i32x4_s(a: V128) -> V128 { widen(a, 0, |lane: i32| lane as f64) }
    f64x2_convert_low_i32x4_u(a: V128) -> V128 { widen(a, 0, |lane: u32| lane as f64) }
    f64x2_promote_low_f32x4(a: V128) -> V128 { widen(a, 0, f64_promote_f32) }
}

// These fill the lower half; the zip in `convert` ends with the shorter source and leaves zeros in the upper.
define! {
    i32x4_trunc_sat_f64x2_s_zero(a: V128) -> V128 { convert(a, |lane: f64| lane as i32) }
    i32x4_trunc_sat_f64x2_u_zero(a: V128) -> V128 { convert(a, |lane: f64| lane as u32) }
    f32x4_demote_f64x2_zero(a: V128) -> V128 { convert(a, f32_demote_f64) }
}
