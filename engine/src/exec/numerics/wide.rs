//! Wide arithmetic (proposal): 128-bit integers as pairs of `i64`, the low half first.

/// A 128-bit integer from its halves.
#[inline(always)]
fn join(low: i64, high: i64) -> u128 {
    low as u64 as u128 | (high as u64 as u128) << 64
}

/// The halves of a 128-bit integer.
#[inline(always)]
fn split(value: u128) -> (i64, i64) {
    (value as i64, (value >> 64) as i64)
}

/// The sum of `a` and `b`, modulo 2^128.
#[inline(always)]
pub(crate) fn i64_add128(a_low: i64, a_high: i64, b_low: i64, b_high: i64) -> (i64, i64) {
    split(join(a_low, a_high).wrapping_add(join(b_low, b_high)))
}

/// The difference of `a` and `b`, modulo 2^128.
#[inline(always)]
pub(crate) fn i64_sub128(a_low: i64, a_high: i64, b_low: i64, b_high: i64) -> (i64, i64) {
    split(join(a_low, a_high).wrapping_sub(join(b_low, b_high)))
}

/// The whole product of two signed integers.
#[inline(always)]
pub(crate) fn i64_mul_wide_s(a: i64, b: i64) -> (i64, i64) {
    split((a as i128 * b as i128) as u128)
}

/// The whole product of two unsigned integers.
#[inline(always)]
pub(crate) fn i64_mul_wide_u(a: i64, b: i64) -> (i64, i64) {
    split(a as u64 as u128 * b as u64 as u128)
}
