//! Wide arithmetic (wide-arithmetic proposal): 128-bit values as two `i64` each, the low half first.

/// The value of two halves.
#[inline(always)]
fn join(lo: i64, hi: i64) -> u128 {
    (hi as u64 as u128) << 64 | lo as u64 as u128
}

/// The halves of a value.
#[inline(always)]
fn split(value: u128) -> (i64, i64) {
    (value as i64, (value >> 64) as i64)
}

define! {
    i64_add128(a_lo: i64, a_hi: i64, b_lo: i64, b_hi: i64) -> (i64, i64) { split(join(a_lo, a_hi).wrapping_add(join(b_lo, b_hi))) }
    i64_sub128(a_lo: i64, a_hi: i64, b_lo: i64, b_hi: i64) -> (i64, i64) { split(join(a_lo, a_hi).wrapping_sub(join(b_lo, b_hi))) }
    i64_mul_wide_s(a: i64, b: i64) -> (i64, i64) { split((a as i128 * b as i128) as u128) }
    i64_mul_wide_u(a: i64, b: i64) -> (i64, i64) { split(a as u64 as u128 * b as u64 as u128) }
}
