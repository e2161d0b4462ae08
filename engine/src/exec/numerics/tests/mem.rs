use super::{Int, lanes, vector, vectors};
use crate::exec::numerics::*;
use proptest::prelude::*;

/// The integer whose little-endian bytes these are.
fn integer(bytes: &[u8]) -> Int {
    let value = bytes.iter().rev().fold(0, |value: u128, &byte| value << 8 | byte as u128);
    Int::new(8 * bytes.len() as u32, value)
}

proptest! {
    #[test]
    fn scalar_loads(one: [u8; 1], two: [u8; 2], four: [u8; 4], eight: [u8; 8]) {
        prop_assert_eq!(i32_load8_s(one) as i128, integer(&one).signed);
        prop_assert_eq!(i32_load8_u(one) as i128, integer(&one).unsigned);
        prop_assert_eq!(i32_load16_s(two) as i128, integer(&two).signed);
        prop_assert_eq!(i32_load16_u(two) as i128, integer(&two).unsigned);
        prop_assert_eq!(i32_load(four) as i128, integer(&four).signed);
        prop_assert_eq!(i64_load8_s(one) as i128, integer(&one).signed);
        prop_assert_eq!(i64_load8_u(one) as i128, integer(&one).unsigned);
        prop_assert_eq!(i64_load16_s(two) as i128, integer(&two).signed);
        prop_assert_eq!(i64_load16_u(two) as i128, integer(&two).unsigned);
        prop_assert_eq!(i64_load32_s(four) as i128, integer(&four).signed);
        prop_assert_eq!(i64_load32_u(four) as i128, integer(&four).unsigned);
        prop_assert_eq!(i64_load(eight) as i128, integer(&eight).signed);
        prop_assert_eq!(f32_load(four).to_bits() as i128, integer(&four).unsigned);
        prop_assert_eq!(f64_load(eight).to_bits() as i128, integer(&eight).unsigned);
    }

    #[test]
    fn scalar_stores(value: i64) {
        let all = value.to_le_bytes();
        prop_assert_eq!(&i32_store8(value as i32)[..], &all[..1]);
        prop_assert_eq!(&i32_store16(value as i32)[..], &all[..2]);
        prop_assert_eq!(&i32_store(value as i32)[..], &all[..4]);
        prop_assert_eq!(&i64_store8(value)[..], &all[..1]);
        prop_assert_eq!(&i64_store16(value)[..], &all[..2]);
        prop_assert_eq!(&i64_store32(value)[..], &all[..4]);
        prop_assert_eq!(&i64_store(value)[..], &all[..]);
        prop_assert_eq!(&f32_store(f32::from_bits(value as u32))[..], &all[..4]);
        prop_assert_eq!(&f64_store(f64::from_bits(value as u64))[..], &all[..]);
    }

    #[test]
    fn vector_accesses(one: [u8; 1], two: [u8; 2], four: [u8; 4], eight: [u8; 8], all: [u8; 16]) {
        let parts = |size: usize| eight.chunks(size).map(integer).collect::<Vec<_>>();
        prop_assert_eq!(v128_load8x8_s(eight), vector(16, parts(1).iter().map(|part| part.signed)));
        prop_assert_eq!(v128_load8x8_u(eight), vector(16, parts(1).iter().map(|part| part.unsigned)));
        prop_assert_eq!(v128_load16x4_s(eight), vector(32, parts(2).iter().map(|part| part.signed)));
        prop_assert_eq!(v128_load16x4_u(eight), vector(32, parts(2).iter().map(|part| part.unsigned)));
        prop_assert_eq!(v128_load32x2_s(eight), vector(64, parts(4).iter().map(|part| part.signed)));
        prop_assert_eq!(v128_load32x2_u(eight), vector(64, parts(4).iter().map(|part| part.unsigned)));
        prop_assert_eq!(v128_load8_splat(one), vector(8, [integer(&one).unsigned; 16]));
        prop_assert_eq!(v128_load16_splat(two), vector(16, [integer(&two).unsigned; 8]));
        prop_assert_eq!(v128_load32_splat(four), vector(32, [integer(&four).unsigned; 4]));
        prop_assert_eq!(v128_load64_splat(eight), vector(64, [integer(&eight).unsigned; 2]));
        prop_assert_eq!(v128_load32_zero(four), vector(64, [integer(&four).unsigned]));
        prop_assert_eq!(v128_load64_zero(eight), vector(64, [integer(&eight).unsigned]));
        prop_assert_eq!(v128_load(all), vector(8, all.map(i128::from)));
        prop_assert_eq!(v128_store(v128_load(all)), all);
    }

    #[test]
    fn lane_accesses(v in vectors(), all: [u8; 8], lane in 0..16u8) {
        macro_rules! check {
            ($($width:literal $load:ident $store:ident;)*) => {
                $({
                    let lane = lane % (128 / $width as u8);
                    let bytes: [u8; $width / 8] = std::array::from_fn(|i| all[i]);
                    let mut expected = lanes($width, v);
                    let stored = $store(v, lane);
                    prop_assert_eq!(integer(&stored).unsigned, expected[lane as usize].unsigned);
                    expected[lane as usize] = integer(&bytes);
                    prop_assert_eq!($load(bytes, v, lane), vector($width, expected.iter().map(|lane| lane.unsigned)));
                })*
            };
        }
        check! {
            8 v128_load8_lane v128_store8_lane;
            16 v128_load16_lane v128_store16_lane;
            32 v128_load32_lane v128_store32_lane;
            64 v128_load64_lane v128_store64_lane;
        }
    }
}
