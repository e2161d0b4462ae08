//! Loads, stores, moves of lanes, shuffles and wide arithmetic.

use super::{
    tests::{Bits, ones, operand, rust, split},
    *,
};
use crate::syntax::{for_each_lane_load, for_each_lane_op, for_each_lane_store, for_each_load, for_each_store};
use proptest::prelude::*;

/// The lowest bytes of an operand, as an array of any length.
fn bytes<const N: usize>(bits: u128) -> [u8; N] {
    bits.to_le_bytes()[..N].try_into().unwrap()
}

/// The number that little-endian bytes stand for.
fn number(bytes: &[u8]) -> u128 {
    bytes.iter().rev().fold(0, |all, byte| all << 8 | *byte as u128)
}

/// The lowest `from` bits, extended to `to` bits.
fn extend(signed: bool, from: u32, to: u32, bits: u128) -> u128 {
    let bits = bits & ones(from);
    let negative = signed && bits >> (from - 1) == 1;
    if negative { bits | ones(to) & !ones(from) } else { bits }
}

/// What the name of a load says that it makes of bytes, given as the number that they stand for.
fn model_load(name: &str, bits: u128) -> u128 {
    let (ty, op) = name.split_once('.').unwrap();
    let kind = op.strip_prefix("load").unwrap();
    let join = |width: u32, lanes: Vec<u128>| lanes.iter().rev().fold(0u128, |all, lane| all << width | lane);
    let signed = kind.ends_with("_s");
    let digits = |text: &str| text.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse::<u32>().unwrap();
    match kind {
        "" | "32_zero" | "64_zero" => bits,
        _ if kind.ends_with("_splat") => join(digits(kind), vec![bits; 128 / digits(kind) as usize]),
        _ if kind.contains('x') => {
            let width = digits(kind);
            let lanes = split(width, bits).into_iter().take(64 / width as usize);
            join(2 * width, lanes.map(|lane| extend(signed, width, 2 * width, lane)).collect())
        }
        _ => extend(signed, digits(kind), if ty == "i32" { 32 } else { 64 }, bits),
    }
}

/// How wide the lanes of an instruction's name are.
fn lane_width(name: &str) -> u32 {
    let digits = name.trim_start_matches("v128").trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
}

/// The vector with other bits in a lane.
fn model_replace(width: u32, vector: u128, value: u128, lane: u8) -> u128 {
    let mut lanes = split(width, vector);
    lanes[lane as usize] = value & ones(width);
    lanes.iter().enumerate().fold(0, |all, (index, lane)| all | lane << (index as u32 * width))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn loads_and_stores(bits in operand()) {
        macro_rules! loads {
            ($($op:ident $name:literal $n:literal $ty:ident $f:ident;)*) => {$(
                let result: rust!($ty) = $f(bytes::<$n>(bits));
                let expected = model_load($name, number(&bytes::<$n>(bits)));
                prop_assert!(result.bits() == expected, "{}: {:x}, not {expected:x}", $name, result.bits());
            )*};
        }
        for_each_load!(loads);
        macro_rules! stores {
            ($($op:ident $name:literal $n:literal $ty:ident $f:ident;)*) => {$(
                let result: [u8; $n] = $f(<rust!($ty)>::of(bits));
                prop_assert!(number(&result) == bits & ones(8 * $n), "{}: {result:x?}", $name);
            )*};
        }
        for_each_store!(stores);
    }

    #[test]
    fn lanes_are_read_and_written(vector in operand(), bits in operand(), index in any::<u8>()) {
        macro_rules! lane_loads {
            ($($op:ident $name:literal $n:literal $f:ident;)*) => {$(
                let lane = index % (16 / $n);
                let result = $f(bytes::<$n>(bits), V128(vector), lane).0;
                prop_assert!(result == model_replace(8 * $n, vector, bits, lane), "{} {lane}: {result:x}", $name);
            )*};
        }
        for_each_lane_load!(lane_loads);
        macro_rules! lane_stores {
            ($($op:ident $name:literal $n:literal $f:ident;)*) => {$(
                let lane = index % (16 / $n);
                let result: [u8; $n] = $f(V128(vector), lane);
                prop_assert!(number(&result) == split(8 * $n, vector)[lane as usize], "{} {lane}: {result:x?}", $name);
            )*};
        }
        for_each_lane_store!(lane_stores);
        macro_rules! lane_ops {
            ($($op:ident $name:literal ($($arg:ident),*) -> $out:ident $class:ident $f:ident;)*) => {$(
                let width = lane_width($name);
                let lane = index % (128 / width) as u8;
                lane_ops!(@ $class width lane $name $f $($arg)*);
            )*};
            (@ extract $width:ident $lane:ident $name:literal $f:ident $vector:ident) => {
                let (result, bits) = ($f(V128(vector), $lane).bits(), split($width, vector)[$lane as usize]);
                let expected = extend($name.ends_with("_s"), $width, $width.max(32), bits);
                prop_assert!(result == expected, "{} {}: {result:x}, not {expected:x}", $name, $lane);
            };
            (@ replace $width:ident $lane:ident $name:literal $f:ident $vector:ident $arg:ident) => {
                let result = $f(V128(vector), <rust!($arg)>::of(bits), $lane).0;
                prop_assert!(result == model_replace($width, vector, bits, $lane), "{} {}: {result:x}", $name, $lane);
            };
        }
        for_each_lane_op!(lane_ops);
    }

    #[test]
    fn shuffles(a in operand(), b in operand(), lanes in prop::array::uniform16(0u8..32)) {
        let both = [split(8, a), split(8, b)].concat();
        let result = i8x16_shuffle(V128(a), V128(b), lanes);
        prop_assert_eq!(split(8, result.0), lanes.map(|lane| both[lane as usize]).to_vec());
    }

    #[test]
    fn arrays_and_vectors_are_the_same_bits(bits in operand()) {
        macro_rules! round_trip {
            ($($ty:ty)*) => {$(
                let lanes = <[$ty; 16 / size_of::<$ty>()]>::from(V128(bits));
                let memory: Vec<u8> = lanes.iter().flat_map(|lane| lane.to_le_bytes()).collect();
                prop_assert_eq!(&memory[..], &bits.to_le_bytes()[..]);
                prop_assert_eq!(V128::from(lanes), V128(bits));
            )*};
        }
        round_trip!(i8 u8 i16 u16 i32 u32 i64 u64 f32 f64);
    }

    #[test]
    fn wide_arithmetic(a in operand(), b in operand()) {
        let halves = |value: u128| (value as i64, (value >> 64) as i64);
        let ((a_lo, a_hi), (b_lo, b_hi)) = (halves(a), halves(b));
        prop_assert_eq!(i64_add128(a_lo, a_hi, b_lo, b_hi), halves(a.wrapping_add(b)));
        prop_assert_eq!(i64_sub128(a_lo, a_hi, b_lo, b_hi), halves(a.wrapping_sub(b)));
        prop_assert_eq!(i64_mul_wide_s(a_lo, b_lo), halves((i128::from(a_lo) * i128::from(b_lo)) as u128));
        prop_assert_eq!(i64_mul_wide_u(a_lo, b_lo), halves(u128::from(a_lo as u64) * u128::from(b_lo as u64)));
    }
}
