//! Instructions that make vectors of scalars and scalars of vectors (core `#exec-instr-vec`).
//!
//! Validation keeps lane indices inside the shape; one that is not would panic.

use super::{V128, functions};

functions! {
    (a: i32) -> V128 {
        i8x16_splat = V128::from([a as i8; 16]);
        i16x8_splat = V128::from([a as i16; 8]);
        i32x4_splat = V128::from([a; 4]);
    }
    (a: i64) -> V128 {
        i64x2_splat = V128::from([a; 2]);
    }
    (a: f32) -> V128 {
        f32x4_splat = V128::from([a; 4]);
    }
    (a: f64) -> V128 {
        f64x2_splat = V128::from([a; 2]);
    }

    (vector: V128, lane: u8) -> i32 {
        i8x16_extract_lane_s = <[i8; 16]>::from(vector)[lane as usize] as i32;
        i8x16_extract_lane_u = <[u8; 16]>::from(vector)[lane as usize] as i32;
        i16x8_extract_lane_s = <[i16; 8]>::from(vector)[lane as usize] as i32;
        i16x8_extract_lane_u = <[u16; 8]>::from(vector)[lane as usize] as i32;
        i32x4_extract_lane = <[i32; 4]>::from(vector)[lane as usize];
    }
    (vector: V128, lane: u8) -> i64 {
        i64x2_extract_lane = <[i64; 2]>::from(vector)[lane as usize];
    }
    (vector: V128, lane: u8) -> f32 {
        f32x4_extract_lane = <[f32; 4]>::from(vector)[lane as usize];
    }
    (vector: V128, lane: u8) -> f64 {
        f64x2_extract_lane = <[f64; 2]>::from(vector)[lane as usize];
    }

    (vector: V128, value: i32, lane: u8) -> V128 {
        i8x16_replace_lane = replace::<i8, 16>(vector, value as i8, lane);
        i16x8_replace_lane = replace::<i16, 8>(vector, value as i16, lane);
        i32x4_replace_lane = replace::<i32, 4>(vector, value, lane);
    }
    (vector: V128, value: i64, lane: u8) -> V128 {
        i64x2_replace_lane = replace::<i64, 2>(vector, value, lane);
    }
    (vector: V128, value: f32, lane: u8) -> V128 {
        f32x4_replace_lane = replace::<f32, 4>(vector, value, lane);
    }
    (vector: V128, value: f64, lane: u8) -> V128 {
        f64x2_replace_lane = replace::<f64, 2>(vector, value, lane);
    }
}

/// The vector with one lane set to `value`.
#[inline(always)]
pub(super) fn replace<T, const N: usize>(vector: V128, value: T, lane: u8) -> V128
where
    [T; N]: From<V128>,
    V128: From<[T; N]>,
{
    let mut lanes = <[T; N]>::from(vector);
    lanes[lane as usize] = value;
    V128::from(lanes)
}

/// The lanes of `a` (0 to 15) and of `b` (16 to 31) in the order that `lanes` gives.
#[inline(always)]
pub(crate) fn i8x16_shuffle(a: V128, b: V128, lanes: [u8; 16]) -> V128 {
    let both = pair(a, b);
    // Validation keeps lanes below 32: the mask only saves the check.
    V128::from(lanes.map(|lane| both[(lane & 31) as usize]))
}

/// The bytes of two vectors, one behind the other.
#[inline(always)]
fn pair(a: V128, b: V128) -> [u8; 32] {
    let mut both = [0; 32];
    both[..16].copy_from_slice(&a.0.to_le_bytes());
    both[16..].copy_from_slice(&b.0.to_le_bytes());
    both
}

/// The lanes of `a` in the order that the lanes of `b` give, and 0 for an index of no lane.
#[inline(always)]
pub(crate) fn i8x16_swizzle(a: V128, b: V128) -> V128 {
    let both = pair(a, V128(0));
    V128::from(<[u8; 16]>::from(b).map(|lane| both[lane.min(16) as usize]))
}
