//! Floating-point operations (core `#float-ops`).
//!
//! `abs`, `neg` and `copysign` work on the bits, so that they change the sign of a NaN and nothing else.

use super::functions;

/// The operations of one type. `$quiet` is the bit that makes a NaN an arithmetic one (core `#arithmetic-nan`).
macro_rules! floats {
    (
        $float:ty, $bits:ty, $quiet:literal:
        $eq:ident $ne:ident $lt:ident $gt:ident $le:ident $ge:ident
        $abs:ident $neg:ident $copysign:ident
        $ceil:ident $floor:ident $trunc:ident $nearest:ident $sqrt:ident
        $add:ident $sub:ident $mul:ident $div:ident
        $min:ident $max:ident $pmin:ident $pmax:ident
        $round:ident
    ) => {
        /// An operation that the library may do with a call that leaves a signalling NaN as it is.
        #[inline(always)]
        fn $round(a: $float, round: impl Fn($float) -> $float) -> $float {
            if a.is_nan() { <$float>::from_bits(a.to_bits() | $quiet) } else { round(a) }
        }

        functions! {
            (a: $float, b: $float) -> i32 {
                $eq = (a == b) as i32;
                $ne = (a != b) as i32;
                $lt = (a < b) as i32;
                $gt = (a > b) as i32;
                $le = (a <= b) as i32;
                $ge = (a >= b) as i32;
            }
            (a: $float) -> $float {
                $abs = <$float>::from_bits(a.to_bits() & (<$bits>::MAX >> 1));
                $neg = <$float>::from_bits(a.to_bits() ^ !(<$bits>::MAX >> 1));
                $ceil = $round(a, <$float>::ceil);
                $floor = $round(a, <$float>::floor);
                $trunc = $round(a, <$float>::trunc);
                $nearest = $round(a, <$float>::round_ties_even);
                $sqrt = $round(a, <$float>::sqrt);
            }
            (a: $float, b: $float) -> $float {
                $copysign = {
                    let magnitude = <$bits>::MAX >> 1;
                    <$float>::from_bits(a.to_bits() & magnitude | b.to_bits() & !magnitude)
                };
                $add = a + b;
                $sub = a - b;
                $mul = a * b;
                $div = a / b;
                $min = if a < b {
                    a
                } else if b < a {
                    b
                } else if a == b {
                    // Equal values differ at most in the sign of zero, and the negative zero is the lesser.
                    <$float>::from_bits(a.to_bits() | b.to_bits())
                } else {
                    // A sum with a NaN is an arithmetic NaN, and canonical if all NaNs in it are.
                    a + b
                };
                $max = if a > b {
                    a
                } else if b > a {
                    b
                } else if a == b {
                    <$float>::from_bits(a.to_bits() & b.to_bits())
                } else {
                    a + b
                };
                // These two are comparisons and choices: the chosen operand stays as it is, even a signalling NaN.
                $pmin = if b < a { b } else { a };
                $pmax = if a < b { b } else { a };
            }
        }
    };
}
floats! {
    f32, u32, 0x0040_0000:
    f32_eq f32_ne f32_lt f32_gt f32_le f32_ge
    f32_abs f32_neg f32_copysign
    f32_ceil f32_floor f32_trunc f32_nearest f32_sqrt
    f32_add f32_sub f32_mul f32_div
    f32_min f32_max f32_pmin f32_pmax
    round_f32
}
floats! {
    f64, u64, 0x0008_0000_0000_0000:
    f64_eq f64_ne f64_lt f64_gt f64_le f64_ge
    f64_abs f64_neg f64_copysign
    f64_ceil f64_floor f64_trunc f64_nearest f64_sqrt
    f64_add f64_sub f64_mul f64_div
    f64_min f64_max f64_pmin f64_pmax
    round_f64
}
