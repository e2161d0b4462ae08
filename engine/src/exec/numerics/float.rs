//! Scalar floats (core `#exec-fop`): arithmetic, rounding, signs and comparisons.

/// What the two float types have in common.
pub(super) trait Float: Copy + PartialOrd {
    /// Whether it is a NaN of any kind.
    fn is_nan(self) -> bool;
    /// A NaN with its quiet bit set; sign and payload stay.
    fn quiet(self) -> Self;
    /// Both bit patterns joined by *or*.
    fn or(self, other: Self) -> Self;
    /// Both bit patterns joined by *and*.
    fn and(self, other: Self) -> Self;
}

macro_rules! float {
    ($float:ident, $quiet_bit:literal) => {
        impl Float for $float {
            #[inline(always)]
            fn is_nan(self) -> bool {
                $float::is_nan(self)
            }
            #[inline(always)]
            fn quiet(self) -> Self {
                $float::from_bits(self.to_bits() | $quiet_bit)
            }
            #[inline(always)]
            fn or(self, other: Self) -> Self {
                $float::from_bits(self.to_bits() | other.to_bits())
            }
            #[inline(always)]
            fn and(self, other: Self) -> Self {
                $float::from_bits(self.to_bits() & other.to_bits())
            }
        }
    };
}
float!(f32, 0x0040_0000);
float!(f64, 0x0008_0000_0000_0000);

/// An operation on one operand. Rust's own rounding functions may hand a signalling NaN back as it is.
#[inline(always)]
fn unary<F: Float>(a: F, f: impl Fn(F) -> F) -> F {
    if a.is_nan() { a.quiet() } else { f(a) }
}

/// The smaller operand; a NaN wins, and -0 is smaller than 0. (Rust's `min` prefers the number to the NaN.)
#[inline(always)]
fn min<F: Float>(a: F, b: F) -> F {
    if a < b {
        a
    } else if b < a {
        b
    } else if a == b {
        // Equal operands have equal bits, zeros excepted: there the sign of -0 has to win.
        a.or(b)
    } else if a.is_nan() {
        a.quiet()
    } else {
        b.quiet()
    }
}

/// The larger operand; a NaN wins, and 0 is larger than -0.
#[inline(always)]
fn max<F: Float>(a: F, b: F) -> F {
    if a > b {
        a
    } else if b > a {
        b
    } else if a == b {
        // As for `min`, but the sign of -0 has to lose.
        a.and(b)
    } else if a.is_nan() {
        a.quiet()
    } else {
        b.quiet()
    }
}

define! {
    f32_eq(a: f32, b: f32) -> i32 { (a == b) as i32 }
    f32_ne(a: f32, b: f32) -> i32 { (a != b) as i32 }
    f32_lt(a: f32, b: f32) -> i32 { (a < b) as i32 }
    f32_gt(a: f32, b: f32) -> i32 { (a > b) as i32 }
    f32_le(a: f32, b: f32) -> i32 { (a <= b) as i32 }
    f32_ge(a: f32, b: f32) -> i32 { (a >= b) as i32 }
    f32_abs(a: f32) -> f32 { a.abs() }
    f32_neg(a: f32) -> f32 { -a }
    f32_ceil(a: f32) -> f32 { unary(a, f32::ceil) }
    f32_floor(a: f32) -> f32 { unary(a, f32::floor) }
    f32_trunc(a: f32) -> f32 { unary(a, f32::trunc) }
    f32_nearest(a: f32) -> f32 { unary(a, f32::round_ties_even) }
    f32_sqrt(a: f32) -> f32 { unary(a, f32::sqrt) }
    f32_add(a: f32, b: f32) -> f32 { a + b }
    f32_sub(a: f32, b: f32) -> f32 { a - b }
    f32_mul(a: f32, b: f32) -> f32 { a * b }
    f32_div(a: f32, b: f32) -> f32 { a / b }
    f32_min(a: f32, b: f32) -> f32 { min(a, b) }
    f32_max(a: f32, b: f32) -> f32 { max(a, b) }
    f32_copysign(a: f32, b: f32) -> f32 { a.copysign(b) }
}

define! {
    f64_eq(a: f64, b: f64) -> i32 { (a == b) as i32 }
    f64_ne(a: f64, b: f64) -> i32 { (a != b) as i32 }
    f64_lt(a: f64, b: f64) -> i32 { (a < b) as i32 }
    f64_gt(a: f64, b: f64) -> i32 { (a > b) as i32 }
    f64_le(a: f64, b: f64) -> i32 { (a <= b) as i32 }
    f64_ge(a: f64, b: f64) -> i32 { (a >= b) as i32 }
    f64_abs(a: f64) -> f64 { a.abs() }
    f64_neg(a: f64) -> f64 { -a }
    f64_ceil(a: f64) -> f64 { unary(a, f64::ceil) }
    f64_floor(a: f64) -> f64 { unary(a, f64::floor) }
    f64_trunc(a: f64) -> f64 { unary(a, f64::trunc) }
    f64_nearest(a: f64) -> f64 { unary(a, f64::round_ties_even) }
    f64_sqrt(a: f64) -> f64 { unary(a, f64::sqrt) }
    f64_add(a: f64, b: f64) -> f64 { a + b }
    f64_sub(a: f64, b: f64) -> f64 { a - b }
    f64_mul(a: f64, b: f64) -> f64 { a * b }
    f64_div(a: f64, b: f64) -> f64 { a / b }
    f64_min(a: f64, b: f64) -> f64 { min(a, b) }
    f64_max(a: f64, b: f64) -> f64 { max(a, b) }
    f64_copysign(a: f64, b: f64) -> f64 { a.copysign(b) }
}
