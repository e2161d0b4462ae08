//! Every function against an independent source: arithmetic in 128 bits for integers, software arithmetic for floats.

mod convert;
mod float;
mod int;
mod mem;
mod table;
mod vector;
mod wide;

use super::V128;
use proptest::prelude::*;

/// An integer of a width, in both readings. Results are compared modulo the width.
#[derive(Debug, Clone, Copy)]
struct Int {
    width: u32,
    signed: i128,
    unsigned: i128,
}

impl Int {
    fn new(width: u32, bits: u128) -> Self {
        let unsigned = (bits & mask(width)) as i128;
        let signed = if unsigned >> (width - 1) == 1 { unsigned - (1 << width) } else { unsigned };
        Int { width, signed, unsigned }
    }

    /// The count of a shift or a rotation.
    fn count(self, width: u32) -> u32 {
        (self.unsigned % width as i128) as u32
    }

    /// The nearest value of the width that a signed integer can have.
    fn saturate_signed(self, value: i128) -> i128 {
        value.clamp(-(1 << (self.width - 1)), (1 << (self.width - 1)) - 1)
    }

    /// The nearest value of the width that an unsigned integer can have.
    fn saturate_unsigned(self, value: i128) -> i128 {
        value.clamp(0, (1 << self.width) - 1)
    }
}

fn mask(width: u32) -> u128 {
    u128::MAX >> (128 - width)
}

/// The lanes of a vector, by shifting.
fn lanes(width: u32, vector: V128) -> Vec<Int> {
    (0..128 / width).map(|i| Int::new(width, vector.0 >> (i * width))).collect()
}

/// The vector with these lanes, each taken modulo the width.
fn vector(width: u32, lanes: impl IntoIterator<Item = i128>) -> V128 {
    V128(lanes.into_iter().zip(0..).fold(0, |bits, (lane, i)| bits | (lane as u128 & mask(width)) << (i * width)))
}

/// 64 random bits that are often near a power of two, where carries, signs and bounds are.
fn bits64() -> impl Strategy<Value = u64> {
    prop_oneof![
        any::<u64>(),
        (0..64u32, -2..=2i64).prop_map(|(n, near)| (1u64 << n).wrapping_add_signed(near)),
        (0..64u32, -2..=2i64).prop_map(|(n, near)| (1u64 << n).wrapping_neg().wrapping_add_signed(near)),
    ]
}

fn i32s() -> impl Strategy<Value = i32> {
    bits64().prop_map(|bits| bits as i32)
}

fn i64s() -> impl Strategy<Value = i64> {
    bits64().prop_map(|bits| bits as i64)
}

/// Floats of every kind: zeros, subnormals, integers, the bounds of integer types, infinities, and all sorts of NaN.
fn f64s() -> impl Strategy<Value = f64> {
    let special = [
        0.0,
        0.5,
        1.0,
        1.5,
        2.5,
        f64::MIN_POSITIVE,
        f64::MAX,
        f64::INFINITY,
        f64::NAN,
        f64::from_bits(1),
        f64::from_bits(0x7ff0_0000_0000_0001),
        f64::from_bits(0x7ff8_0000_0000_0001),
        f64::from_bits(0x7fff_ffff_ffff_ffff),
    ];
    prop_oneof![
        any::<u64>().prop_map(f64::from_bits),
        any::<f32>().prop_map(f64::from),
        bits64().prop_map(|bits| bits as i64 as f64 / 2.0),
        (0..70u32, -2..=2i64)
            .prop_map(|(n, near)| f64::from_bits((2f64.powi(n as i32)).to_bits().wrapping_add_signed(near))),
        prop::sample::select(special.to_vec()),
    ]
    .prop_flat_map(|float| any::<bool>().prop_map(move |negative| if negative { -float } else { float }))
}

/// As [`f64s`].
fn f32s() -> impl Strategy<Value = f32> {
    let special = [
        0.0,
        0.5,
        1.0,
        1.5,
        2.5,
        f32::MIN_POSITIVE,
        f32::MAX,
        f32::INFINITY,
        f32::NAN,
        f32::from_bits(1),
        f32::from_bits(0x7f80_0001),
        f32::from_bits(0x7fc0_0001),
        f32::from_bits(0x7fff_ffff),
    ];
    prop_oneof![
        any::<u32>().prop_map(f32::from_bits),
        bits64().prop_map(|bits| bits as i32 as f32 / 2.0),
        (0..70u32, -2..=2i32)
            .prop_map(|(n, near)| f32::from_bits((2f32.powi(n as i32)).to_bits().wrapping_add_signed(near))),
        prop::sample::select(special.to_vec()),
    ]
    .prop_flat_map(|float| any::<bool>().prop_map(move |negative| if negative { -float } else { float }))
}

/// Vectors of random bits, of lanes near the bounds of every width, and of floats.
fn vectors() -> impl Strategy<Value = V128> {
    fn joined<T: Copy + std::fmt::Debug, const N: usize>(lanes: impl Strategy<Value = T>) -> impl Strategy<Value = V128>
    where
        V128: From<[T; N]>,
    {
        prop::collection::vec(lanes, N).prop_map(|lanes| V128::from(<[T; N]>::try_from(lanes).expect("N lanes")))
    }
    prop_oneof![
        any::<u128>().prop_map(V128),
        joined::<u8, 16>(prop_oneof![any::<u8>(), prop::sample::select(vec![0u8, 1, 0x7f, 0x80, 0xff])]),
        joined::<u16, 8>(prop_oneof![any::<u16>(), prop::sample::select(vec![0u16, 1, 0x7fff, 0x8000, 0xffff])]),
        joined::<i32, 4>(i32s()),
        joined::<i64, 2>(i64s()),
        joined::<f32, 4>(f32s()),
        joined::<f64, 2>(f64s()),
    ]
}

/// What the two types of floats have in common.
trait Float: Copy {
    fn bits(self) -> u64;
    fn from_bits(bits: u64) -> Self;
    fn nan(self) -> bool;
    const WIDTH: u32;
    /// The significand of the canonical NaN.
    const CANONICAL: u64;
}

impl Float for f32 {
    fn bits(self) -> u64 {
        self.to_bits() as u64
    }
    fn from_bits(bits: u64) -> Self {
        f32::from_bits(bits as u32)
    }
    fn nan(self) -> bool {
        self.is_nan()
    }
    const WIDTH: u32 = 32;
    const CANONICAL: u64 = 1 << 22;
}

impl Float for f64 {
    fn bits(self) -> u64 {
        self.to_bits()
    }
    fn from_bits(bits: u64) -> Self {
        f64::from_bits(bits)
    }
    fn nan(self) -> bool {
        self.is_nan()
    }
    const WIDTH: u32 = 64;
    const CANONICAL: u64 = 1 << 51;
}

/// Whether a NaN is canonical, and whether it is arithmetic (core `#canonical-nan`, `#arithmetic-nan`).
fn nan_kind<F: Float>(nan: F) -> (bool, bool) {
    let significand = nan.bits() & (2 * F::CANONICAL - 1);
    (significand == F::CANONICAL, significand & F::CANONICAL != 0)
}

/// Fails unless the NaN is one of those that the specification allows (core `#aux-nans`): canonical if all NaNs among
/// the operands are, arithmetic otherwise.
fn check_nan<F: Float, G: Float>(result: F, operands: &[G]) -> Result<(), TestCaseError> {
    let (canonical, arithmetic) = nan_kind(result);
    prop_assert!(result.nan() && arithmetic, "{:x} is no arithmetic NaN", result.bits());
    if operands.iter().filter(|operand| operand.nan()).all(|&operand| nan_kind(operand).0) {
        prop_assert!(canonical, "{:x} is no canonical NaN", result.bits());
    }
    Ok(())
}
