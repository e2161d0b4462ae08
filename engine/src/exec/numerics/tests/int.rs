use super::{Int, i32s, i64s};
use crate::{exec::numerics::*, trace::TrapCode};
use proptest::prelude::*;

/// Compares two functions of one name, one for each type, with an expression over [`Int`]s, modulo the width.
macro_rules! check {
    (($a32:ident, $a64:ident) $($f32:ident $f64:ident = |$a:ident| $expected:expr;)*) => {
        $(
            let oracle = |$a: Int| -> i128 { $expected };
            prop_assert_eq!($f32($a32) as u32, oracle(Int::new(32, $a32 as u128)) as u32, "{}", stringify!($f32));
            prop_assert_eq!($f64($a64) as u64, oracle(Int::new(64, $a64 as u128)) as u64, "{}", stringify!($f64));
        )*
    };
    (
        ($a32:ident, $a64:ident, $b32:ident, $b64:ident)
        $($f32:ident $f64:ident = |$a:ident, $b:ident| $expected:expr;)*
    ) => {
        $(
            let oracle = |$a: Int, $b: Int| -> i128 { $expected };
            let expected = oracle(Int::new(32, $a32 as u128), Int::new(32, $b32 as u128));
            prop_assert_eq!($f32($a32, $b32) as u32, expected as u32, "{}", stringify!($f32));
            let expected = oracle(Int::new(64, $a64 as u128), Int::new(64, $b64 as u128));
            prop_assert_eq!($f64($a64, $b64) as u64, expected as u64, "{}", stringify!($f64));
        )*
    };
}

proptest! {
    #[test]
    fn unary(a in i32s(), b in i64s()) {
        check! { (a, b)
            i32_clz i64_clz = |a| (0..a.width).take_while(|n| a.unsigned >> (a.width - 1 - n) == 0).count() as i128;
            i32_ctz i64_ctz = |a| (0..a.width).take_while(|n| a.unsigned & ((2 << n) - 1) == 0).count() as i128;
            i32_popcnt i64_popcnt = |a| (0..a.width).map(|n| a.unsigned >> n & 1).sum();
            i32_extend8_s i64_extend8_s = |a| Int::new(8, a.unsigned as u128).signed;
            i32_extend16_s i64_extend16_s = |a| Int::new(16, a.unsigned as u128).signed;
        }
        prop_assert_eq!(i64_extend32_s(b) as i128, Int::new(32, b as u128).signed);
        prop_assert_eq!((i32_eqz(a), i64_eqz(b)), ((a == 0) as i32, (b == 0) as i32));
        prop_assert_eq!((i32_eqz(0), i64_eqz(0), i64_eqz(1 << 32)), (1, 1, 0));
    }

    #[test]
    fn binary(a in i32s(), b in i32s(), c in i64s(), d in i64s()) {
        check! { (a, c, b, d)
            i32_add i64_add = |a, b| a.signed + b.signed;
            i32_sub i64_sub = |a, b| a.signed - b.signed;
            i32_mul i64_mul = |a, b| a.signed * b.signed;
            i32_and i64_and = |a, b| a.unsigned & b.unsigned;
            i32_or i64_or = |a, b| a.unsigned | b.unsigned;
            i32_xor i64_xor = |a, b| a.unsigned ^ b.unsigned;
            i32_shl i64_shl = |a, b| a.signed << b.count(b.width);
            i32_shr_s i64_shr_s = |a, b| a.signed.div_euclid(1 << b.count(b.width));
            i32_shr_u i64_shr_u = |a, b| a.unsigned / (1 << b.count(b.width));
            i32_rotl i64_rotl = |a, b| {
                let twice = a.unsigned as u128 | (a.unsigned as u128) << a.width;
                (twice >> (a.width - b.count(b.width))) as i128
            };
            i32_rotr i64_rotr = |a, b| {
                let twice = a.unsigned as u128 | (a.unsigned as u128) << a.width;
                (twice >> b.count(b.width)) as i128
            };
        }
    }

    #[test]
    fn comparisons(a in i32s(), b in i32s(), c in i64s(), d in i64s(), same: bool) {
        let (b, d) = if same { (a, c) } else { (b, d) };
        check! { (a, c, b, d)
            i32_eq i64_eq = |a, b| (a.unsigned - b.unsigned == 0) as i128;
            i32_ne i64_ne = |a, b| (a.unsigned - b.unsigned != 0) as i128;
            i32_lt_s i64_lt_s = |a, b| (a.signed - b.signed < 0) as i128;
            i32_lt_u i64_lt_u = |a, b| (a.unsigned - b.unsigned < 0) as i128;
            i32_gt_s i64_gt_s = |a, b| (a.signed - b.signed > 0) as i128;
            i32_gt_u i64_gt_u = |a, b| (a.unsigned - b.unsigned > 0) as i128;
            i32_le_s i64_le_s = |a, b| (a.signed - b.signed <= 0) as i128;
            i32_le_u i64_le_u = |a, b| (a.unsigned - b.unsigned <= 0) as i128;
            i32_ge_s i64_ge_s = |a, b| (a.signed - b.signed >= 0) as i128;
            i32_ge_u i64_ge_u = |a, b| (a.unsigned - b.unsigned >= 0) as i128;
        }
    }

    #[test]
    fn divisions(a in i32s(), b in i32s(), c in i64s(), d in i64s()) {
        let (x, y) = (Int::new(32, a as u128), Int::new(32, b as u128));
        prop_assert_eq!(i32_div_s(a, b).map(i128::from), quotient(x.signed, y.signed, i32::MAX as i128));
        prop_assert_eq!(i32_div_u(a, b).map(|q| q as u32 as i128), quotient(x.unsigned, y.unsigned, u32::MAX as i128));
        prop_assert_eq!(i32_rem_s(a, b).map(i128::from), remainder(x.signed, y.signed));
        prop_assert_eq!(i32_rem_u(a, b).map(|r| r as u32 as i128), remainder(x.unsigned, y.unsigned));
        let (x, y) = (Int::new(64, c as u128), Int::new(64, d as u128));
        prop_assert_eq!(i64_div_s(c, d).map(i128::from), quotient(x.signed, y.signed, i64::MAX as i128));
        prop_assert_eq!(i64_div_u(c, d).map(|q| q as u64 as i128), quotient(x.unsigned, y.unsigned, u64::MAX as i128));
        prop_assert_eq!(i64_rem_s(c, d).map(i128::from), remainder(x.signed, y.signed));
        prop_assert_eq!(i64_rem_u(c, d).map(|r| r as u64 as i128), remainder(x.unsigned, y.unsigned));
    }
}

fn quotient(a: i128, b: i128, max: i128) -> Result<i128, TrapCode> {
    match b {
        0 => Err(TrapCode::IntegerDivideByZero),
        _ if a / b > max => Err(TrapCode::IntegerOverflow),
        _ => Ok(a / b),
    }
}

fn remainder(a: i128, b: i128) -> Result<i128, TrapCode> {
    if b == 0 { Err(TrapCode::IntegerDivideByZero) } else { Ok(a % b) }
}

#[test]
fn divisions_at_the_bounds() {
    assert_eq!(i32_div_s(i32::MIN, -1), Err(TrapCode::IntegerOverflow));
    assert_eq!(i64_div_s(i64::MIN, -1), Err(TrapCode::IntegerOverflow));
    assert_eq!((i32_rem_s(i32::MIN, -1), i64_rem_s(i64::MIN, -1)), (Ok(0), Ok(0)));
    assert_eq!((i32_div_u(i32::MIN, -1), i64_div_u(i64::MIN, -1)), (Ok(0), Ok(0)));
    for trap in [i32_div_s(1, 0), i32_div_u(1, 0), i32_rem_s(1, 0), i32_rem_u(1, 0)] {
        assert_eq!(trap, Err(TrapCode::IntegerDivideByZero));
    }
}
