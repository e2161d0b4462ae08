use super::{check_nan, f32s, f64s};
use crate::exec::numerics::*;
use proptest::prelude::*;
use rustc_apfloat::{
    Float as _, FloatConvert, Round,
    ieee::{Double, Quad, Single},
};

/// The tests of one type of floats.
macro_rules! floats {
    (
        $module:ident $float:ty, $bits:ty, $soft:ty, $floats:ident:
        [$abs:ident $neg:ident $copysign:ident] [$ceil:ident $floor:ident $trunc:ident $nearest:ident] $sqrt:ident
        [$add:ident $sub:ident $mul:ident $div:ident] [$min:ident $max:ident $pmin:ident $pmax:ident]
        [$eq:ident $ne:ident $lt:ident $gt:ident $le:ident $ge:ident]
    ) => {
        mod $module {
            use super::*;

            fn soft(value: $float) -> $soft {
                <$soft>::from_bits(value.to_bits() as u128)
            }

            /// Fails unless `actual` is `expected`, or any NaN that is allowed if that is one.
            fn check(name: &str, actual: $float, expected: $soft, operands: &[$float]) -> Result<(), TestCaseError> {
                if expected.is_nan() {
                    return check_nan(actual, operands);
                }
                prop_assert_eq!(actual.to_bits() as u128, expected.to_bits(), "{}({:?})", name, operands);
                Ok(())
            }

            proptest! {
                #[test]
                fn signs(a in $floats(), b in $floats()) {
                    let sign = <$bits>::MAX - <$bits>::MAX / 2;
                    prop_assert_eq!($abs(a).to_bits(), a.to_bits() % sign);
                    prop_assert_eq!($neg(a).to_bits(), a.to_bits().wrapping_add(sign));
                    prop_assert_eq!($copysign(a, b).to_bits(), a.to_bits() % sign + b.to_bits() / sign * sign);
                }

                #[test]
                fn arithmetic(a in $floats(), b in $floats()) {
                    check("add", $add(a, b), (soft(a) + soft(b)).value, &[a, b])?;
                    check("sub", $sub(a, b), (soft(a) - soft(b)).value, &[a, b])?;
                    check("mul", $mul(a, b), (soft(a) * soft(b)).value, &[a, b])?;
                    check("div", $div(a, b), (soft(a) / soft(b)).value, &[a, b])?;
                }

                #[test]
                fn rounding(a in $floats()) {
                    for (f, round) in [
                        ($ceil as fn($float) -> $float, Round::TowardPositive),
                        ($floor, Round::TowardNegative),
                        ($trunc, Round::TowardZero),
                        ($nearest, Round::NearestTiesToEven),
                    ] {
                        check(&format!("{round:?}"), f(a), soft(a).round_to_integral(round).value, &[a])?;
                    }
                }

                /// The root is the float whose neighbourhood, up to the middles between it and the next floats, holds
                /// the exact root. The squares of the middles are exact in 113 bits.
                #[test]
                fn square_root(a in $floats()) {
                    let root = $sqrt(a);
                    if a.is_nan() || a < 0.0 {
                        return check_nan(root, &[a]);
                    }
                    if a == 0.0 || a == <$float>::INFINITY {
                        prop_assert_eq!(root.to_bits(), a.to_bits());
                        return Ok(());
                    }
                    let wide = |bits: $bits| -> Quad { soft(<$float>::from_bits(bits)).convert(&mut false).value };
                    let middle = |a: $bits, b: $bits| (wide(a) + wide(b)).value.scalbn(-1);
                    let square = |x: Quad| (x * x).value;
                    let bits = root.to_bits();
                    prop_assert!(square(middle(bits - 1, bits)) < wide(a.to_bits()), "{root} is too large");
                    prop_assert!(square(middle(bits, bits + 1)) > wide(a.to_bits()), "{root} is too small");
                }

                #[test]
                fn choices(a in $floats(), b in $floats(), same: bool) {
                    let b = if same { -a } else { b };
                    check("min", $min(a, b), soft(a).minimum(soft(b)), &[a, b])?;
                    check("max", $max(a, b), soft(a).maximum(soft(b)), &[a, b])?;
                    let lesser = if soft(b) < soft(a) { b } else { a };
                    prop_assert_eq!($pmin(a, b).to_bits(), lesser.to_bits());
                    let greater = if soft(a) < soft(b) { b } else { a };
                    prop_assert_eq!($pmax(a, b).to_bits(), greater.to_bits());
                }

                #[test]
                fn comparisons(a in $floats(), b in $floats(), same: bool) {
                    use std::cmp::Ordering::{Equal, Greater, Less};
                    let b = if same { a } else { b };
                    let order = soft(a).partial_cmp(&soft(b));
                    for (f, holds) in [
                        ($eq as fn($float, $float) -> i32, &[Some(Equal)][..]),
                        ($ne, &[Some(Less), Some(Greater), None]),
                        ($lt, &[Some(Less)]),
                        ($gt, &[Some(Greater)]),
                        ($le, &[Some(Less), Some(Equal)]),
                        ($ge, &[Some(Greater), Some(Equal)]),
                    ] {
                        prop_assert_eq!(f(a, b), holds.contains(&order) as i32);
                    }
                }
            }

            #[test]
            fn zeros() {
                assert!($min(0.0, -0.0).is_sign_negative() && $min(-0.0, 0.0).is_sign_negative());
                assert!($max(0.0, -0.0).is_sign_positive() && $max(-0.0, 0.0).is_sign_positive());
                assert!($ceil(-0.5).is_sign_negative() && $nearest(-0.5).is_sign_negative());
                assert!($pmin(0.0, -0.0).is_sign_positive() && $pmax(-0.0, 0.0).is_sign_negative());
            }
        }
    };
}
floats! {
    single f32, u32, Single, f32s:
    [f32_abs f32_neg f32_copysign] [f32_ceil f32_floor f32_trunc f32_nearest] f32_sqrt
    [f32_add f32_sub f32_mul f32_div] [f32_min f32_max f32_pmin f32_pmax]
    [f32_eq f32_ne f32_lt f32_gt f32_le f32_ge]
}
floats! {
    double f64, u64, Double, f64s:
    [f64_abs f64_neg f64_copysign] [f64_ceil f64_floor f64_trunc f64_nearest] f64_sqrt
    [f64_add f64_sub f64_mul f64_div] [f64_min f64_max f64_pmin f64_pmax]
    [f64_eq f64_ne f64_lt f64_gt f64_le f64_ge]
}
