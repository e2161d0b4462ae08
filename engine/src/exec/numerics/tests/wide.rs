use super::i64s;
use crate::exec::numerics::*;
use proptest::prelude::*;

/// The digits of an integer in base 2^32, the lowest first, as many as asked for.
fn digits(halves: &[i64]) -> Vec<u64> {
    halves.iter().flat_map(|&half| [half as u64 & 0xffff_ffff, half as u64 >> 32]).collect()
}

/// Carries, and joins digits to a pair of halves.
fn pair(mut digits: [i128; 4]) -> (i64, i64) {
    for i in 0..3 {
        digits[i + 1] += digits[i].div_euclid(1 << 32);
    }
    let digit = |i: usize| digits[i].rem_euclid(1 << 32) as u64;
    ((digit(0) | digit(1) << 32) as i64, (digit(2) | digit(3) << 32) as i64)
}

/// The low 128 bits of a product, digit by digit.
fn product(a: &[u64], b: &[u64]) -> (i64, i64) {
    let mut sum = [0; 4];
    for (i, &x) in a.iter().enumerate() {
        for (j, &y) in b.iter().enumerate() {
            if i + j < 4 {
                sum[i + j] += x as i128 * y as i128;
            }
        }
    }
    pair(sum)
}

proptest! {
    #[test]
    fn sums_and_differences(a in i64s(), b in i64s(), c in i64s(), d in i64s()) {
        let (x, y) = (digits(&[a, b]), digits(&[c, d]));
        prop_assert_eq!(i64_add128(a, b, c, d), pair(std::array::from_fn(|i| x[i] as i128 + y[i] as i128)));
        prop_assert_eq!(i64_sub128(a, b, c, d), pair(std::array::from_fn(|i| x[i] as i128 - y[i] as i128)));
    }

    #[test]
    fn products(a in i64s(), b in i64s()) {
        prop_assert_eq!(i64_mul_wide_u(a, b), product(&digits(&[a]), &digits(&[b])));
        prop_assert_eq!(i64_mul_wide_s(a, b), product(&digits(&[a, a >> 63]), &digits(&[b, b >> 63])));
    }
}

#[test]
fn carries() {
    assert_eq!(i64_add128(-1, 0, 1, 0), (0, 1));
    assert_eq!(i64_sub128(0, 1, 1, 0), (-1, 0));
    assert_eq!(i64_mul_wide_s(i64::MIN, i64::MIN), (0, 1 << 62));
    assert_eq!(i64_mul_wide_u(-1, -1), (1, -2));
}
