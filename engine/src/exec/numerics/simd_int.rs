//! Vectors of integers (core `#exec-vec`): bits, comparisons, arithmetic and shifts, lane by lane.

use super::{Lane, V128, compare, map, zip};

/// Whether no lane is zero.
#[inline(always)]
fn all_true<T: Lane + PartialEq + Default>(a: V128) -> i32 {
    T::lanes(a).as_ref().iter().all(|lane| *lane != T::default()) as i32
}

/// The sign bits of the lanes, that of lane 0 lowest.
#[inline(always)]
fn bitmask<T: Lane + PartialOrd + Default>(a: V128) -> i32 {
    T::lanes(a).as_ref().iter().rev().fold(0, |mask, lane| mask << 1 | (*lane < T::default()) as i32)
}

define! {
    v128_not(a: V128) -> V128 { V128(!a.0) }
    v128_and(a: V128, b: V128) -> V128 { V128(a.0 & b.0) }
    v128_andnot(a: V128, b: V128) -> V128 { V128(a.0 & !b.0) }
    v128_or(a: V128, b: V128) -> V128 { V128(a.0 | b.0) }
    v128_xor(a: V128, b: V128) -> V128 { V128(a.0 ^ b.0) }
    v128_bitselect(a: V128, b: V128, mask: V128) -> V128 { V128(a.0 & mask.0 | b.0 & !mask.0) }
    v128_any_true(a: V128) -> i32 { (a.0 != 0) as i32 }
}

define! {
    i8x16_eq(a: V128, b: V128) -> V128 { compare(a, b, i8::eq) }
    i8x16_ne(a: V128, b: V128) -> V128 { compare(a, b, i8::ne) }
    i8x16_lt_s(a: V128, b: V128) -> V128 { compare(a, b, i8::lt) }
    i8x16_lt_u(a: V128, b: V128) -> V128 { compare(a, b, u8::lt) }
    i8x16_gt_s(a: V128, b: V128) -> V128 { compare(a, b, i8::gt) }
    i8x16_gt_u(a: V128, b: V128) -> V128 { compare(a, b, u8::gt) }
    i8x16_le_s(a: V128, b: V128) -> V128 { compare(a, b, i8::le) }
    i8x16_le_u(a: V128, b: V128) -> V128 { compare(a, b, u8::le) }
    i8x16_ge_s(a: V128, b: V128) -> V128 { compare(a, b, i8::ge) }
    i8x16_ge_u(a: V128, b: V128) -> V128 { compare(a, b, u8::ge) }

    i8x16_abs(a: V128) -> V128 { map(a, i8::wrapping_abs) }
    i8x16_neg(a: V128) -> V128 { map(a, i8::wrapping_neg) }
    i8x16_popcnt(a: V128) -> V128 { map(a, |lane: u8| lane.count_ones() as u8) }
    i8x16_all_true(a: V128) -> i32 { all_true::<i8>(a) }
    i8x16_bitmask(a: V128) -> i32 { bitmask::<i8>(a) }

    i8x16_shl(a: V128, n: i32) -> V128 { map(a, |lane: u8| lane.wrapping_shl(n as u32)) }
    i8x16_shr_s(a: V128, n: i32) -> V128 { map(a, |lane: i8| lane.wrapping_shr(n as u32)) }
    i8x16_shr_u(a: V128, n: i32) -> V128 { map(a, |lane: u8| lane.wrapping_shr(n as u32)) }

    i8x16_add(a: V128, b: V128) -> V128 { zip(a, b, i8::wrapping_add) }
    i8x16_add_sat_s(a: V128, b: V128) -> V128 { zip(a, b, i8::saturating_add) }
    i8x16_add_sat_u(a: V128, b: V128) -> V128 { zip(a, b, u8::saturating_add) }
    i8x16_sub(a: V128, b: V128) -> V128 { zip(a, b, i8::wrapping_sub) }
    i8x16_sub_sat_s(a: V128, b: V128) -> V128 { zip(a, b, i8::saturating_sub) }
    i8x16_sub_sat_u(a: V128, b: V128) -> V128 { zip(a, b, u8::saturating_sub) }
    i8x16_min_s(a: V128, b: V128) -> V128 { zip(a, b, i8::min) }
    i8x16_min_u(a: V128, b: V128) -> V128 { zip(a, b, u8::min) }
    i8x16_max_s(a: V128, b: V128) -> V128 { zip(a, b, i8::max) }
    i8x16_max_u(a: V128, b: V128) -> V128 { zip(a, b, u8::max) }
    i8x16_avgr_u(a: V128, b: V128) -> V128 { zip(a, b, |a: u8, b: u8| (a as u16 + b as u16).div_ceil(2) as u8) }
}

define! {
    i16x8_eq(a: V128, b: V128) -> V128 { compare(a, b, i16::eq) }
    i16x8_ne(a: V128, b: V128) -> V128 { compare(a, b, i16::ne) }
    i16x8_lt_s(a: V128, b: V128) -> V128 { compare(a, b, i16::lt) }
    i16x8_lt_u(a: V128, b: V128) -> V128 { compare(a, b, u16::lt) }
    i16x8_gt_s(a: V128, b: V128) -> V128 { compare(a, b, i16::gt) }
    i16x8_gt_u(a: V128, b: V128) -> V128 { compare(a, b, u16::gt) }
    i16x8_le_s(a: V128, b: V128) -> V128 { compare(a, b, i16::le) }
    i16x8_le_u(a: V128, b: V128) -> V128 { compare(a, b, u16::le) }
    i16x8_ge_s(a: V128, b: V128) -> V128 { compare(a, b, i16::ge) }
    i16x8_ge_u(a: V128, b: V128) -> V128 { compare(a, b, u16::ge) }

    i16x8_abs(a: V128) -> V128 { map(a, i16::wrapping_abs) }
    i16x8_neg(a: V128) -> V128 { map(a, i16::wrapping_neg) }
    i16x8_all_true(a: V128) -> i32 { all_true::<i16>(a) }
    i16x8_bitmask(a: V128) -> i32 { bitmask::<i16>(a) }

    i16x8_shl(a: V128, n: i32) -> V128 { map(a, |lane: u16| lane.wrapping_shl(n as u32)) }
    i16x8_shr_s(a: V128, n: i32) -> V128 { map(a, |lane: i16| lane.wrapping_shr(n as u32)) }
    i16x8_shr_u(a: V128, n: i32) -> V128 { map(a, |lane: u16| lane.wrapping_shr(n as u32)) }

    i16x8_add(a: V128, b: V128) -> V128 { zip(a, b, i16::wrapping_add) }
    i16x8_add_sat_s(a: V128, b: V128) -> V128 { zip(a, b, i16::saturating_add) }
    i16x8_add_sat_u(a: V128, b: V128) -> V128 { zip(a, b, u16::saturating_add) }
    i16x8_sub(a: V128, b: V128) -> V128 { zip(a, b, i16::wrapping_sub) }
    i16x8_sub_sat_s(a: V128, b: V128) -> V128 { zip(a, b, i16::saturating_sub) }
    i16x8_sub_sat_u(a: V128, b: V128) -> V128 { zip(a, b, u16::saturating_sub) }
    i16x8_mul(a: V128, b: V128) -> V128 { zip(a, b, i16::wrapping_mul) }
    i16x8_min_s(a: V128, b: V128) -> V128 { zip(a, b, i16::min) }
    i16x8_min_u(a: V128, b: V128) -> V128 { zip(a, b, u16::min) }
    i16x8_max_s(a: V128, b: V128) -> V128 { zip(a, b, i16::max) }
    i16x8_max_u(a: V128, b: V128) -> V128 { zip(a, b, u16::max) }
    i16x8_avgr_u(a: V128, b: V128) -> V128 { zip(a, b, |a: u16, b: u16| (a as u32 + b as u32).div_ceil(2) as u16) }
}

define! {
    i32x4_eq(a: V128, b: V128) -> V128 { compare(a, b, i32::eq) }
    i32x4_ne(a: V128, b: V128) -> V128 { compare(a, b, i32::ne) }
    i32x4_lt_s(a: V128, b: V128) -> V128 { compare(a, b, i32::lt) }
    i32x4_lt_u(a: V128, b: V128) -> V128 { compare(a, b, u32::lt) }
    i32x4_gt_s(a: V128, b: V128) -> V128 { compare(a, b, i32::gt) }
    i32x4_gt_u(a: V128, b: V128) -> V128 { compare(a, b, u32::gt) }
    i32x4_le_s(a: V128, b: V128) -> V128 { compare(a, b, i32::le) }
    i32x4_le_u(a: V128, b: V128) -> V128 { compare(a, b, u32::le) }
    i32x4_ge_s(a: V128, b: V128) -> V128 { compare(a, b, i32::ge) }
    i32x4_ge_u(a: V128, b: V128) -> V128 { compare(a, b, u32::ge) }

    i32x4_abs(a: V128) -> V128 { map(a, i32::wrapping_abs) }
    i32x4_neg(a: V128) -> V128 { map(a, i32::wrapping_neg) }
    i32x4_all_true(a: V128) -> i32 { all_true::<i32>(a) }
    i32x4_bitmask(a: V128) -> i32 { bitmask::<i32>(a) }

    i32x4_shl(a: V128, n: i32) -> V128 { map(a, |lane: u32| lane.wrapping_shl(n as u32)) }
    i32x4_shr_s(a: V128, n: i32) -> V128 { map(a, |lane: i32| lane.wrapping_shr(n as u32)) }
    i32x4_shr_u(a: V128, n: i32) -> V128 { map(a, |lane: u32| lane.wrapping_shr(n as u32)) }

    i32x4_add(a: V128, b: V128) -> V128 { zip(a, b, i32::wrapping_add) }
    i32x4_sub(a: V128, b: V128) -> V128 { zip(a, b, i32::wrapping_sub) }
    i32x4_mul(a: V128, b: V128) -> V128 { zip(a, b, i32::wrapping_mul) }
    i32x4_min_s(a: V128, b: V128) -> V128 { zip(a, b, i32::min) }
    i32x4_min_u(a: V128, b: V128) -> V128 { zip(a, b, u32::min) }
    i32x4_max_s(a: V128, b: V128) -> V128 { zip(a, b, i32::max) }
    i32x4_max_u(a: V128, b: V128) -> V128 { zip(a, b, u32::max) }
}

define! {
    i64x2_eq(a: V128, b: V128) -> V128 { compare(a, b, i64::eq) }
    i64x2_ne(a: V128, b: V128) -> V128 { compare(a, b, i64::ne) }
    i64x2_lt_s(a: V128, b: V128) -> V128 { compare(a, b, i64::lt) }
    i64x2_gt_s(a: V128, b: V128) -> V128 { compare(a, b, i64::gt) }
    i64x2_le_s(a: V128, b: V128) -> V128 { compare(a, b, i64::le) }
    i64x2_ge_s(a: V128, b: V128) -> V128 { compare(a, b, i64::ge) }

    i64x2_abs(a: V128) -> V128 { map(a, i64::wrapping_abs) }
    i64x2_neg(a: V128) -> V128 { map(a, i64::wrapping_neg) }
    i64x2_all_true(a: V128) -> i32 { all_true::<i64>(a) }
    i64x2_bitmask(a: V128) -> i32 { bitmask::<i64>(a) }

    i64x2_shl(a: V128, n: i32) -> V128 { map(a, |lane: u64| lane.wrapping_shl(n as u32)) }
    i64x2_shr_s(a: V128, n: i32) -> V128 { map(a, |lane: i64| lane.wrapping_shr(n as u32)) }
    i64x2_shr_u(a: V128, n: i32) -> V128 { map(a, |lane: u64| lane.wrapping_shr(n as u32)) }

    i64x2_add(a: V128, b: V128) -> V128 { zip(a, b, i64::wrapping_add) }
    i64x2_sub(a: V128, b: V128) -> V128 { zip(a, b, i64::wrapping_sub) }
    i64x2_mul(a: V128, b: V128) -> V128 { zip(a, b, i64::wrapping_mul) }
}

/// `i16x8.q15mulr_sat_s`: the rounded product of fixed-point numbers with 15 fractional bits. Only -1 times -1 saturates.
#[inline(always)]
pub(crate) fn i16x8_q15mulr_sat_s(a: V128, b: V128) -> V128 {
    zip(a, b, |a: i16, b: i16| ((a as i32 * b as i32 + 0x4000) >> 15).min(i16::MAX as i32) as i16)
}
