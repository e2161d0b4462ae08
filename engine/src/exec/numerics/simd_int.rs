//! Vector instructions on lanes of integers, and on bits (core `#exec-instr-vec`).

use super::{V128, functions, lanewise};
use std::array;

functions! {
    (a: V128) -> V128 {
        v128_not = V128(!a.0);
    }
    (a: V128, b: V128) -> V128 {
        v128_and = V128(a.0 & b.0);
        v128_andnot = V128(a.0 & !b.0);
        v128_or = V128(a.0 | b.0);
        v128_xor = V128(a.0 ^ b.0);
    }
    (a: V128, b: V128, c: V128) -> V128 {
        v128_bitselect = V128(a.0 & c.0 | b.0 & !c.0);
    }
    (a: V128) -> i32 {
        v128_any_true = (a.0 != 0) as i32;
    }
}

lanewise! {
    [i8; 16] (a) {
        i8x16_abs = a.wrapping_abs();
        i8x16_neg = a.wrapping_neg();
        i8x16_popcnt = a.count_ones() as i8;
    }
    [i8; 16] (a, b) {
        i8x16_add = a.wrapping_add(b);
        i8x16_sub = a.wrapping_sub(b);
        i8x16_add_sat_s = a.saturating_add(b);
        i8x16_sub_sat_s = a.saturating_sub(b);
        i8x16_min_s = a.min(b);
        i8x16_max_s = a.max(b);
        i8x16_eq = -((a == b) as i8);
        i8x16_ne = -((a != b) as i8);
        i8x16_lt_s = -((a < b) as i8);
        i8x16_gt_s = -((a > b) as i8);
        i8x16_le_s = -((a <= b) as i8);
        i8x16_ge_s = -((a >= b) as i8);
    }
    [u8; 16] (a, b) {
        i8x16_add_sat_u = a.saturating_add(b);
        i8x16_sub_sat_u = a.saturating_sub(b);
        i8x16_min_u = a.min(b);
        i8x16_max_u = a.max(b);
        i8x16_lt_u = -((a < b) as i8);
        i8x16_gt_u = -((a > b) as i8);
        i8x16_le_u = -((a <= b) as i8);
        i8x16_ge_u = -((a >= b) as i8);
        i8x16_avgr_u = (a as u16 + b as u16).div_ceil(2) as u8;
    }
    [i16; 8] (a) {
        i16x8_abs = a.wrapping_abs();
        i16x8_neg = a.wrapping_neg();
    }
    [i16; 8] (a, b) {
        i16x8_add = a.wrapping_add(b);
        i16x8_sub = a.wrapping_sub(b);
        i16x8_mul = a.wrapping_mul(b);
        i16x8_add_sat_s = a.saturating_add(b);
        i16x8_sub_sat_s = a.saturating_sub(b);
        i16x8_min_s = a.min(b);
        i16x8_max_s = a.max(b);
        i16x8_eq = -((a == b) as i16);
        i16x8_ne = -((a != b) as i16);
        i16x8_lt_s = -((a < b) as i16);
        i16x8_gt_s = -((a > b) as i16);
        i16x8_le_s = -((a <= b) as i16);
        i16x8_ge_s = -((a >= b) as i16);
        // The product of two fractions with 15 bits, rounded; only -1 * -1 is too large for one.
        i16x8_q15mulr_sat_s = ((a as i32 * b as i32 + 0x4000) >> 15).min(i16::MAX as i32) as i16;
    }
    [u16; 8] (a, b) {
        i16x8_add_sat_u = a.saturating_add(b);
        i16x8_sub_sat_u = a.saturating_sub(b);
        i16x8_min_u = a.min(b);
        i16x8_max_u = a.max(b);
        i16x8_lt_u = -((a < b) as i16);
        i16x8_gt_u = -((a > b) as i16);
        i16x8_le_u = -((a <= b) as i16);
        i16x8_ge_u = -((a >= b) as i16);
        i16x8_avgr_u = (a as u32 + b as u32).div_ceil(2) as u16;
    }
    [i32; 4] (a) {
        i32x4_abs = a.wrapping_abs();
        i32x4_neg = a.wrapping_neg();
    }
    [i32; 4] (a, b) {
        i32x4_add = a.wrapping_add(b);
        i32x4_sub = a.wrapping_sub(b);
        i32x4_mul = a.wrapping_mul(b);
        i32x4_min_s = a.min(b);
        i32x4_max_s = a.max(b);
        i32x4_eq = -((a == b) as i32);
        i32x4_ne = -((a != b) as i32);
        i32x4_lt_s = -((a < b) as i32);
        i32x4_gt_s = -((a > b) as i32);
        i32x4_le_s = -((a <= b) as i32);
        i32x4_ge_s = -((a >= b) as i32);
    }
    [u32; 4] (a, b) {
        i32x4_min_u = a.min(b);
        i32x4_max_u = a.max(b);
        i32x4_lt_u = -((a < b) as i32);
        i32x4_gt_u = -((a > b) as i32);
        i32x4_le_u = -((a <= b) as i32);
        i32x4_ge_u = -((a >= b) as i32);
    }
    [i64; 2] (a) {
        i64x2_abs = a.wrapping_abs();
        i64x2_neg = a.wrapping_neg();
    }
    [i64; 2] (a, b) {
        i64x2_add = a.wrapping_add(b);
        i64x2_sub = a.wrapping_sub(b);
        i64x2_mul = a.wrapping_mul(b);
        i64x2_eq = -((a == b) as i64);
        i64x2_ne = -((a != b) as i64);
        i64x2_lt_s = -((a < b) as i64);
        i64x2_gt_s = -((a > b) as i64);
        i64x2_le_s = -((a <= b) as i64);
        i64x2_ge_s = -((a >= b) as i64);
    }
}

/// What every shape has that is not lanewise: the tests and the shifts.
macro_rules! shapes {
    ($(
        [$signed:ty; $n:literal] $unsigned:ty: $all_true:ident $bitmask:ident $shl:ident $shr_s:ident $shr_u:ident;
    )*) => {
        $(functions! {
            (a: V128) -> i32 {
                $all_true = <[$signed; $n]>::from(a).iter().all(|&lane| lane != 0) as i32;
                $bitmask = <[$signed; $n]>::from(a)
                    .iter()
                    .enumerate()
                    .fold(0, |mask, (i, &lane)| mask | ((lane < 0) as i32) << i);
            }
            (a: V128, n: i32) -> V128 {
                // The wrapping shifts of Rust take the count modulo the width of a lane, as the specification does.
                $shl = V128::from(<[$signed; $n]>::from(a).map(|lane| lane.wrapping_shl(n as u32)));
                $shr_s = V128::from(<[$signed; $n]>::from(a).map(|lane| lane.wrapping_shr(n as u32)));
                $shr_u = V128::from(<[$unsigned; $n]>::from(a).map(|lane| lane.wrapping_shr(n as u32)));
            }
        })*
    };
}
shapes! {
    [i8; 16] u8: i8x16_all_true i8x16_bitmask i8x16_shl i8x16_shr_s i8x16_shr_u;
    [i16; 8] u16: i16x8_all_true i16x8_bitmask i16x8_shl i16x8_shr_s i16x8_shr_u;
    [i32; 4] u32: i32x4_all_true i32x4_bitmask i32x4_shl i32x4_shr_s i32x4_shr_u;
    [i64; 2] u64: i64x2_all_true i64x2_bitmask i64x2_shl i64x2_shr_s i64x2_shr_u;
}

/// Instructions from a shape to the one with half the lanes of twice the width, which holds every sum of two extended
/// lanes and every product.
macro_rules! widenings {
    ($(
        [$narrow:ty; $n:literal] to [$wide:ty; $half:literal]:
        $extend_low:ident $extend_high:ident $extmul_low:ident $extmul_high:ident $($extadd_pairwise:ident)?;
    )*) => {
        $(functions! {
            (a: V128) -> V128 {
                $extend_low = {
                    let a = <[$narrow; $n]>::from(a);
                    V128::from(array::from_fn::<$wide, $half, _>(|i| a[i] as $wide))
                };
                $extend_high = {
                    let a = <[$narrow; $n]>::from(a);
                    V128::from(array::from_fn::<$wide, $half, _>(|i| a[$half + i] as $wide))
                };
                $($extadd_pairwise = {
                    let a = <[$narrow; $n]>::from(a);
                    V128::from(array::from_fn::<$wide, $half, _>(|i| a[2 * i] as $wide + a[2 * i + 1] as $wide))
                };)?
            }
            (a: V128, b: V128) -> V128 {
                $extmul_low = {
                    let (a, b) = (<[$narrow; $n]>::from(a), <[$narrow; $n]>::from(b));
                    V128::from(array::from_fn::<$wide, $half, _>(|i| a[i] as $wide * b[i] as $wide))
                };
                $extmul_high = {
                    let (a, b) = (<[$narrow; $n]>::from(a), <[$narrow; $n]>::from(b));
                    V128::from(array::from_fn::<$wide, $half, _>(|i| a[$half + i] as $wide * b[$half + i] as $wide))
                };
            }
        })*
    };
}
widenings! {
    [i8; 16] to [i16; 8]:
        i16x8_extend_low_i8x16_s i16x8_extend_high_i8x16_s i16x8_extmul_low_i8x16_s i16x8_extmul_high_i8x16_s
        i16x8_extadd_pairwise_i8x16_s;
    [u8; 16] to [u16; 8]:
        i16x8_extend_low_i8x16_u i16x8_extend_high_i8x16_u i16x8_extmul_low_i8x16_u i16x8_extmul_high_i8x16_u
        i16x8_extadd_pairwise_i8x16_u;
    [i16; 8] to [i32; 4]:
        i32x4_extend_low_i16x8_s i32x4_extend_high_i16x8_s i32x4_extmul_low_i16x8_s i32x4_extmul_high_i16x8_s
        i32x4_extadd_pairwise_i16x8_s;
    [u16; 8] to [u32; 4]:
        i32x4_extend_low_i16x8_u i32x4_extend_high_i16x8_u i32x4_extmul_low_i16x8_u i32x4_extmul_high_i16x8_u
        i32x4_extadd_pairwise_i16x8_u;
    [i32; 4] to [i64; 2]:
        i64x2_extend_low_i32x4_s i64x2_extend_high_i32x4_s i64x2_extmul_low_i32x4_s i64x2_extmul_high_i32x4_s;
    [u32; 4] to [u64; 2]:
        i64x2_extend_low_i32x4_u i64x2_extend_high_i32x4_u i64x2_extmul_low_i32x4_u i64x2_extmul_high_i32x4_u;
}

/// Instructions from two vectors to the shape with twice the lanes of half the width: first the lanes of `a`, then
/// those of `b`, all read as signed and saturated.
macro_rules! narrowings {
    ($([$wide:ty; $half:literal] to [$narrow:ty; $n:literal]: $narrow_lanes:ident;)*) => {
        $(functions! {
            (a: V128, b: V128) -> V128 {
                $narrow_lanes = {
                    let (a, b) = (<[$wide; $half]>::from(a), <[$wide; $half]>::from(b));
                    let (min, max) = (<$narrow>::MIN as $wide, <$narrow>::MAX as $wide);
                    V128::from(array::from_fn::<$narrow, $n, _>(|i| {
                        (if i < $half { a[i] } else { b[i - $half] }).clamp(min, max) as $narrow
                    }))
                };
            }
        })*
    };
}
narrowings! {
    [i16; 8] to [i8; 16]: i8x16_narrow_i16x8_s;
    [i16; 8] to [u8; 16]: i8x16_narrow_i16x8_u;
    [i32; 4] to [i16; 8]: i16x8_narrow_i32x4_s;
    [i32; 4] to [u16; 8]: i16x8_narrow_i32x4_u;
}

/// The sums of two products of neighbouring lanes; the one sum that does not fit wraps.
#[inline(always)]
pub(crate) fn i32x4_dot_i16x8_s(a: V128, b: V128) -> V128 {
    let (a, b) = (<[i16; 8]>::from(a), <[i16; 8]>::from(b));
    let product = |i: usize| a[i] as i32 * b[i] as i32;
    V128::from(array::from_fn::<i32, 4, _>(|i| product(2 * i).wrapping_add(product(2 * i + 1))))
}
