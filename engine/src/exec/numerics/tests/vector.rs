use super::{Float, Int, check_nan, f32s, f64s, i32s, i64s, lanes, vector, vectors};
use crate::exec::numerics::*;
use proptest::prelude::*;
use rustc_apfloat::{
    Float as _,
    ieee::{Double, Single},
};

/// Compares vector functions, each with its width, with an expression over the lanes.
macro_rules! check {
    (($v:ident) $($($width:literal $f:ident),* = |$a:ident| $expected:expr;)*) => {
        $($(
            let expected = lanes($width, $v).into_iter().map(|$a| -> i128 { $expected });
            prop_assert_eq!($f($v), vector($width, expected), "{}", stringify!($f));
        )*)*
    };
    (($v:ident, $w:ident) $($($width:literal $f:ident),* = |$a:ident, $b:ident| $expected:expr;)*) => {
        $($(
            let pairs = lanes($width, $v).into_iter().zip(lanes($width, $w));
            let expected = pairs.map(|($a, $b)| -> i128 { $expected });
            prop_assert_eq!($f($v, $w), vector($width, expected), "{}", stringify!($f));
        )*)*
    };
}

/// All bits of a lane, or none.
fn all_bits(holds: bool) -> i128 {
    -(holds as i128)
}

proptest! {
    #[test]
    fn bitwise(a: u128, b: u128, c: u128) {
        let bit = |bits: u128, i: u32| bits >> i & 1 == 1;
        for i in 0..128 {
            let (x, y, z) = (bit(a, i), bit(b, i), bit(c, i));
            prop_assert_eq!(bit(v128_not(V128(a)).0, i), !x);
            prop_assert_eq!(bit(v128_and(V128(a), V128(b)).0, i), x && y);
            prop_assert_eq!(bit(v128_andnot(V128(a), V128(b)).0, i), x && !y);
            prop_assert_eq!(bit(v128_or(V128(a), V128(b)).0, i), x || y);
            prop_assert_eq!(bit(v128_xor(V128(a), V128(b)).0, i), x != y);
            prop_assert_eq!(bit(v128_bitselect(V128(a), V128(b), V128(c)).0, i), if z { x } else { y });
        }
        prop_assert_eq!(v128_any_true(V128(a)), (a != 0) as i32);
    }

    #[test]
    fn integer_unary(a in vectors()) {
        check! { (a)
            8 i8x16_abs, 16 i16x8_abs, 32 i32x4_abs, 64 i64x2_abs = |a| a.signed.abs();
            8 i8x16_neg, 16 i16x8_neg, 32 i32x4_neg, 64 i64x2_neg = |a| -a.signed;
            8 i8x16_popcnt = |a| (0..8).map(|n| a.unsigned >> n & 1).sum();
        }
    }

    #[test]
    fn integer_binary(a in vectors(), b in vectors()) {
        check! { (a, b)
            8 i8x16_add, 16 i16x8_add, 32 i32x4_add, 64 i64x2_add = |a, b| a.signed + b.signed;
            8 i8x16_sub, 16 i16x8_sub, 32 i32x4_sub, 64 i64x2_sub = |a, b| a.signed - b.signed;
            16 i16x8_mul, 32 i32x4_mul, 64 i64x2_mul = |a, b| a.signed * b.signed;
            8 i8x16_add_sat_s, 16 i16x8_add_sat_s = |a, b| a.saturate_signed(a.signed + b.signed);
            8 i8x16_add_sat_u, 16 i16x8_add_sat_u = |a, b| a.saturate_unsigned(a.unsigned + b.unsigned);
            8 i8x16_sub_sat_s, 16 i16x8_sub_sat_s = |a, b| a.saturate_signed(a.signed - b.signed);
            8 i8x16_sub_sat_u, 16 i16x8_sub_sat_u = |a, b| a.saturate_unsigned(a.unsigned - b.unsigned);
            8 i8x16_min_s, 16 i16x8_min_s, 32 i32x4_min_s = |a, b| a.signed.min(b.signed);
            8 i8x16_min_u, 16 i16x8_min_u, 32 i32x4_min_u = |a, b| a.unsigned.min(b.unsigned);
            8 i8x16_max_s, 16 i16x8_max_s, 32 i32x4_max_s = |a, b| a.signed.max(b.signed);
            8 i8x16_max_u, 16 i16x8_max_u, 32 i32x4_max_u = |a, b| a.unsigned.max(b.unsigned);
            8 i8x16_avgr_u, 16 i16x8_avgr_u = |a, b| (a.unsigned + b.unsigned + 1) / 2;
            16 i16x8_q15mulr_sat_s, 16 i16x8_relaxed_q15mulr_s =
                |a, b| a.saturate_signed((a.signed * b.signed + 0x4000).div_euclid(0x8000));
        }
    }

    #[test]
    fn integer_comparisons(a in vectors(), b in vectors(), chosen in vectors()) {
        // Some lanes equal.
        let b = v128_bitselect(a, b, i8x16_ne(i8x16_splat(0), chosen));
        check! { (a, b)
            8 i8x16_eq, 16 i16x8_eq, 32 i32x4_eq, 64 i64x2_eq = |a, b| all_bits(a.signed == b.signed);
            8 i8x16_ne, 16 i16x8_ne, 32 i32x4_ne, 64 i64x2_ne = |a, b| all_bits(a.signed != b.signed);
            8 i8x16_lt_s, 16 i16x8_lt_s, 32 i32x4_lt_s, 64 i64x2_lt_s = |a, b| all_bits(a.signed < b.signed);
            8 i8x16_gt_s, 16 i16x8_gt_s, 32 i32x4_gt_s, 64 i64x2_gt_s = |a, b| all_bits(a.signed > b.signed);
            8 i8x16_le_s, 16 i16x8_le_s, 32 i32x4_le_s, 64 i64x2_le_s = |a, b| all_bits(a.signed <= b.signed);
            8 i8x16_ge_s, 16 i16x8_ge_s, 32 i32x4_ge_s, 64 i64x2_ge_s = |a, b| all_bits(a.signed >= b.signed);
            8 i8x16_lt_u, 16 i16x8_lt_u, 32 i32x4_lt_u = |a, b| all_bits(a.unsigned < b.unsigned);
            8 i8x16_gt_u, 16 i16x8_gt_u, 32 i32x4_gt_u = |a, b| all_bits(a.unsigned > b.unsigned);
            8 i8x16_le_u, 16 i16x8_le_u, 32 i32x4_le_u = |a, b| all_bits(a.unsigned <= b.unsigned);
            8 i8x16_ge_u, 16 i16x8_ge_u, 32 i32x4_ge_u = |a, b| all_bits(a.unsigned >= b.unsigned);
        }
    }

    #[test]
    fn shifts_and_tests(a in vectors(), n in i32s()) {
        macro_rules! check {
            ($($width:literal $shl:ident $shr_s:ident $shr_u:ident $all_true:ident $bitmask:ident;)*) => {
                $(
                    let (a_lanes, count) = (lanes($width, a), Int::new(32, n as u128).count($width));
                    prop_assert_eq!($shl(a, n), vector($width, a_lanes.iter().map(|a| a.signed << count)));
                    prop_assert_eq!($shr_s(a, n), vector($width, a_lanes.iter().map(|a| a.signed >> count)));
                    prop_assert_eq!($shr_u(a, n), vector($width, a_lanes.iter().map(|a| a.unsigned >> count)));
                    prop_assert_eq!($all_true(a), a_lanes.iter().all(|a| a.unsigned != 0) as i32);
                    let signs = a_lanes.iter().rev().fold(0, |mask, a| mask * 2 + (a.signed < 0) as i32);
                    prop_assert_eq!($bitmask(a), signs);
                )*
            };
        }
        check! {
            8 i8x16_shl i8x16_shr_s i8x16_shr_u i8x16_all_true i8x16_bitmask;
            16 i16x8_shl i16x8_shr_s i16x8_shr_u i16x8_all_true i16x8_bitmask;
            32 i32x4_shl i32x4_shr_s i32x4_shr_u i32x4_all_true i32x4_bitmask;
            64 i64x2_shl i64x2_shr_s i64x2_shr_u i64x2_all_true i64x2_bitmask;
        }
    }

    #[test]
    fn widenings(a in vectors(), b in vectors()) {
        macro_rules! check {
            ($($width:literal $reading:ident:
                $extend_low:ident $extend_high:ident $extmul_low:ident $extmul_high:ident $($extadd:ident)?;)*) => {
                $(
                    let read = |v| lanes($width, v).into_iter().map(|lane| lane.$reading).collect::<Vec<_>>();
                    let (x, y, half) = (read(a), read(b), 64 / $width);
                    let products: Vec<_> = x.iter().zip(&y).map(|(x, y)| x * y).collect();
                    prop_assert_eq!($extend_low(a), vector(2 * $width, x[..half].to_vec()));
                    prop_assert_eq!($extend_high(a), vector(2 * $width, x[half..].to_vec()));
                    prop_assert_eq!($extmul_low(a, b), vector(2 * $width, products[..half].to_vec()));
                    prop_assert_eq!($extmul_high(a, b), vector(2 * $width, products[half..].to_vec()));
                    $(prop_assert_eq!($extadd(a), vector(2 * $width, x.chunks(2).map(|pair| pair[0] + pair[1])));)?
                )*
            };
        }
        check! {
            8 signed: i16x8_extend_low_i8x16_s i16x8_extend_high_i8x16_s
                i16x8_extmul_low_i8x16_s i16x8_extmul_high_i8x16_s i16x8_extadd_pairwise_i8x16_s;
            8 unsigned: i16x8_extend_low_i8x16_u i16x8_extend_high_i8x16_u
                i16x8_extmul_low_i8x16_u i16x8_extmul_high_i8x16_u i16x8_extadd_pairwise_i8x16_u;
            16 signed: i32x4_extend_low_i16x8_s i32x4_extend_high_i16x8_s
                i32x4_extmul_low_i16x8_s i32x4_extmul_high_i16x8_s i32x4_extadd_pairwise_i16x8_s;
            16 unsigned: i32x4_extend_low_i16x8_u i32x4_extend_high_i16x8_u
                i32x4_extmul_low_i16x8_u i32x4_extmul_high_i16x8_u i32x4_extadd_pairwise_i16x8_u;
            32 signed: i64x2_extend_low_i32x4_s i64x2_extend_high_i32x4_s
                i64x2_extmul_low_i32x4_s i64x2_extmul_high_i32x4_s;
            32 unsigned: i64x2_extend_low_i32x4_u i64x2_extend_high_i32x4_u
                i64x2_extmul_low_i32x4_u i64x2_extmul_high_i32x4_u;
        }
    }

    #[test]
    fn narrowings(a in vectors(), b in vectors()) {
        let both = |width| lanes(width, a).into_iter().chain(lanes(width, b)).map(|lane| lane.signed);
        let (byte, short) = (Int::new(8, 0), Int::new(16, 0));
        prop_assert_eq!(i8x16_narrow_i16x8_s(a, b), vector(8, both(16).map(|lane| byte.saturate_signed(lane))));
        prop_assert_eq!(i8x16_narrow_i16x8_u(a, b), vector(8, both(16).map(|lane| byte.saturate_unsigned(lane))));
        prop_assert_eq!(i16x8_narrow_i32x4_s(a, b), vector(16, both(32).map(|lane| short.saturate_signed(lane))));
        prop_assert_eq!(i16x8_narrow_i32x4_u(a, b), vector(16, both(32).map(|lane| short.saturate_unsigned(lane))));
    }

    #[test]
    fn dot_products(a in vectors(), b in vectors(), c in vectors()) {
        let sums = |width| {
            let products = lanes(width, a).into_iter().zip(lanes(width, b)).map(|(a, b)| a.signed * b.signed);
            products.collect::<Vec<_>>().chunks(2).map(|pair| pair[0] + pair[1]).collect::<Vec<_>>()
        };
        prop_assert_eq!(i32x4_dot_i16x8_s(a, b), vector(32, sums(16)));
        let short = Int::new(16, 0);
        let dots: Vec<i128> = sums(8).into_iter().map(|sum| short.saturate_signed(sum)).collect();
        prop_assert_eq!(i16x8_relaxed_dot_i8x16_i7x16_s(a, b), vector(16, dots.clone()));
        let added = dots.chunks(2).zip(lanes(32, c)).map(|(pair, c)| pair[0] + pair[1] + c.signed);
        prop_assert_eq!(i32x4_relaxed_dot_i8x16_i7x16_add_s(a, b, c), vector(32, added));
    }

    #[test]
    fn permutations(a in vectors(), b in vectors(), order: [u8; 16]) {
        let (bytes, both) = (lanes(8, a), [lanes(8, a), lanes(8, b)].concat());
        let swizzled = order.map(|i| bytes.get(i as usize).map_or(0, |lane| lane.unsigned));
        let order_vector = vector(8, order.map(i128::from));
        prop_assert_eq!(i8x16_swizzle(a, order_vector), vector(8, swizzled));
        prop_assert_eq!(i8x16_relaxed_swizzle(a, order_vector), vector(8, swizzled));
        let order = order.map(|i| i % 32);
        prop_assert_eq!(i8x16_shuffle(a, b, order), vector(8, order.map(|i| both[i as usize].unsigned)));
    }

    #[test]
    fn lane_accesses(v in vectors(), x in i32s(), y in i64s(), z in f32s(), w in f64s(), lane in 0..16u8) {
        let (l8, l16, l32, l64) = (lane, lane % 8, lane % 4, lane % 2);
        let at = |width, lane: u8| lanes(width, v)[lane as usize];
        prop_assert_eq!(i8x16_extract_lane_s(v, l8) as i128, at(8, l8).signed);
        prop_assert_eq!(i8x16_extract_lane_u(v, l8) as i128, at(8, l8).unsigned);
        prop_assert_eq!(i16x8_extract_lane_s(v, l16) as i128, at(16, l16).signed);
        prop_assert_eq!(i16x8_extract_lane_u(v, l16) as i128, at(16, l16).unsigned);
        prop_assert_eq!(i32x4_extract_lane(v, l32) as i128, at(32, l32).signed);
        prop_assert_eq!(i64x2_extract_lane(v, l64) as i128, at(64, l64).signed);
        prop_assert_eq!(f32x4_extract_lane(v, l32).to_bits() as i128, at(32, l32).unsigned);
        prop_assert_eq!(f64x2_extract_lane(v, l64).to_bits() as i128, at(64, l64).unsigned);
        let with = |width, lane: u8, value: i128| {
            let others = lanes(width, v).into_iter().zip(0..);
            vector(width, others.map(|(other, i)| if i == lane { value } else { other.unsigned }).collect::<Vec<_>>())
        };
        prop_assert_eq!(i8x16_replace_lane(v, x, l8), with(8, l8, x as i128));
        prop_assert_eq!(i16x8_replace_lane(v, x, l16), with(16, l16, x as i128));
        prop_assert_eq!(i32x4_replace_lane(v, x, l32), with(32, l32, x as i128));
        prop_assert_eq!(i64x2_replace_lane(v, y, l64), with(64, l64, y as i128));
        prop_assert_eq!(f32x4_replace_lane(v, z, l32), with(32, l32, z.to_bits() as i128));
        prop_assert_eq!(f64x2_replace_lane(v, w, l64), with(64, l64, w.to_bits() as i128));
        prop_assert_eq!(i8x16_splat(x), vector(8, [x as i128; 16]));
        prop_assert_eq!(i16x8_splat(x), vector(16, [x as i128; 8]));
        prop_assert_eq!(i32x4_splat(x), vector(32, [x as i128; 4]));
        prop_assert_eq!(i64x2_splat(y), vector(64, [y as i128; 2]));
        prop_assert_eq!(f32x4_splat(z), vector(32, [z.to_bits() as i128; 4]));
        prop_assert_eq!(f64x2_splat(w), vector(64, [w.to_bits() as i128; 2]));
    }
}

/// Compares a vector of floats lane by lane with a scalar function; where that gives a NaN, any allowed one will do.
fn lanewise<F: Float>(actual: V128, operands: &[V128], scalar: impl Fn(&[F]) -> F) -> Result<(), TestCaseError> {
    let floats = |v: V128| lanes(F::WIDTH, v).iter().map(|lane| F::from_bits(lane.unsigned as u64)).collect::<Vec<F>>();
    let operands: Vec<_> = operands.iter().map(|&operand| floats(operand)).collect();
    for (i, actual) in floats(actual).into_iter().enumerate() {
        let operands: Vec<F> = operands.iter().map(|operand| operand[i]).collect();
        let expected = scalar(&operands);
        if expected.nan() {
            check_nan(actual, &operands)?;
        } else {
            prop_assert_eq!(actual.bits(), expected.bits());
        }
    }
    Ok(())
}

type Unary<T> = fn(T) -> T;
type Binary<T> = fn(T, T) -> T;

fn single(bits: f32) -> Single {
    Single::from_bits(bits.to_bits() as u128)
}

fn double(bits: f64) -> Double {
    Double::from_bits(bits.to_bits() as u128)
}

proptest! {
    #[test]
    fn float_unary(a in vectors()) {
        let singles: [(Unary<V128>, Unary<f32>); 5] = [
            (f32x4_sqrt, f32_sqrt),
            (f32x4_ceil, f32_ceil),
            (f32x4_floor, f32_floor),
            (f32x4_trunc, f32_trunc),
            (f32x4_nearest, f32_nearest),
        ];
        for (vector, scalar) in singles {
            lanewise(vector(a), &[a], |lanes| scalar(lanes[0]))?;
        }
        let doubles: [(Unary<V128>, Unary<f64>); 5] = [
            (f64x2_sqrt, f64_sqrt),
            (f64x2_ceil, f64_ceil),
            (f64x2_floor, f64_floor),
            (f64x2_trunc, f64_trunc),
            (f64x2_nearest, f64_nearest),
        ];
        for (vector, scalar) in doubles {
            lanewise(vector(a), &[a], |lanes| scalar(lanes[0]))?;
        }
        check! { (a)
            32 f32x4_abs, 64 f64x2_abs = |a| a.unsigned % (1 << (a.width - 1));
            32 f32x4_neg, 64 f64x2_neg = |a| a.unsigned + (1 << (a.width - 1));
        }
    }

    #[test]
    fn float_binary(a in vectors(), b in vectors()) {
        let singles: [(Binary<V128>, Binary<f32>); 8] = [
            (f32x4_add, f32_add),
            (f32x4_sub, f32_sub),
            (f32x4_mul, f32_mul),
            (f32x4_div, f32_div),
            (f32x4_min, f32_min),
            (f32x4_max, f32_max),
            (f32x4_relaxed_min, f32_min),
            (f32x4_relaxed_max, f32_max),
        ];
        for (vector, scalar) in singles {
            lanewise(vector(a, b), &[a, b], |lanes| scalar(lanes[0], lanes[1]))?;
        }
        let doubles: [(Binary<V128>, Binary<f64>); 8] = [
            (f64x2_add, f64_add),
            (f64x2_sub, f64_sub),
            (f64x2_mul, f64_mul),
            (f64x2_div, f64_div),
            (f64x2_min, f64_min),
            (f64x2_max, f64_max),
            (f64x2_relaxed_min, f64_min),
            (f64x2_relaxed_max, f64_max),
        ];
        for (vector, scalar) in doubles {
            lanewise(vector(a, b), &[a, b], |lanes| scalar(lanes[0], lanes[1]))?;
        }
        let f32_of = |a: Int| f32::from_bits(a.unsigned as u32);
        let f64_of = |a: Int| f64::from_bits(a.unsigned as u64);
        check! { (a, b)
            32 f32x4_pmin = |a, b| f32_pmin(f32_of(a), f32_of(b)).to_bits() as i128;
            32 f32x4_pmax = |a, b| f32_pmax(f32_of(a), f32_of(b)).to_bits() as i128;
            32 f32x4_eq = |a, b| all_bits(f32_eq(f32_of(a), f32_of(b)) == 1);
            32 f32x4_ne = |a, b| all_bits(f32_ne(f32_of(a), f32_of(b)) == 1);
            32 f32x4_lt = |a, b| all_bits(f32_lt(f32_of(a), f32_of(b)) == 1);
            32 f32x4_gt = |a, b| all_bits(f32_gt(f32_of(a), f32_of(b)) == 1);
            32 f32x4_le = |a, b| all_bits(f32_le(f32_of(a), f32_of(b)) == 1);
            32 f32x4_ge = |a, b| all_bits(f32_ge(f32_of(a), f32_of(b)) == 1);
            64 f64x2_pmin = |a, b| f64_pmin(f64_of(a), f64_of(b)).to_bits() as i128;
            64 f64x2_pmax = |a, b| f64_pmax(f64_of(a), f64_of(b)).to_bits() as i128;
            64 f64x2_eq = |a, b| all_bits(f64_eq(f64_of(a), f64_of(b)) == 1);
            64 f64x2_ne = |a, b| all_bits(f64_ne(f64_of(a), f64_of(b)) == 1);
            64 f64x2_lt = |a, b| all_bits(f64_lt(f64_of(a), f64_of(b)) == 1);
            64 f64x2_gt = |a, b| all_bits(f64_gt(f64_of(a), f64_of(b)) == 1);
            64 f64x2_le = |a, b| all_bits(f64_le(f64_of(a), f64_of(b)) == 1);
            64 f64x2_ge = |a, b| all_bits(f64_ge(f64_of(a), f64_of(b)) == 1);
        }
    }

    #[test]
    fn relaxed_ternary(a in vectors(), b in vectors(), c in vectors()) {
        lanewise(f32x4_relaxed_madd(a, b, c), &[a, b, c], |lanes| {
            let [a, b, c] = [single(lanes[0]), single(lanes[1]), single(lanes[2])];
            f32::from_bits(((a * b).value + c).value.to_bits() as u32)
        })?;
        lanewise(f32x4_relaxed_nmadd(a, b, c), &[a, b, c], |lanes| {
            let [a, b, c] = [single(lanes[0]), single(lanes[1]), single(lanes[2])];
            f32::from_bits(((-a * b).value + c).value.to_bits() as u32)
        })?;
        lanewise(f64x2_relaxed_madd(a, b, c), &[a, b, c], |lanes| {
            let [a, b, c] = [double(lanes[0]), double(lanes[1]), double(lanes[2])];
            f64::from_bits(((a * b).value + c).value.to_bits() as u64)
        })?;
        lanewise(f64x2_relaxed_nmadd(a, b, c), &[a, b, c], |lanes| {
            let [a, b, c] = [double(lanes[0]), double(lanes[1]), double(lanes[2])];
            f64::from_bits(((-a * b).value + c).value.to_bits() as u64)
        })?;
        for select in [
            i8x16_relaxed_laneselect,
            i16x8_relaxed_laneselect,
            i32x4_relaxed_laneselect,
            i64x2_relaxed_laneselect,
        ] {
            prop_assert_eq!(select(a, b, c), v128_bitselect(a, b, c));
        }
    }

    #[test]
    fn conversions(a in vectors()) {
        let f32_of = |a: &Int| f32::from_bits(a.unsigned as u32);
        let f64_of = |a: &Int| f64::from_bits(a.unsigned as u64);
        let (singles, doubles) = (lanes(32, a), lanes(64, a));
        let each = |f: fn(f32) -> i32| vector(32, singles.iter().map(|lane| f(f32_of(lane)) as i128));
        prop_assert_eq!(i32x4_trunc_sat_f32x4_s(a), each(i32_trunc_sat_f32_s));
        prop_assert_eq!(i32x4_trunc_sat_f32x4_u(a), each(i32_trunc_sat_f32_u));
        prop_assert_eq!(i32x4_relaxed_trunc_f32x4_s(a), each(i32_trunc_sat_f32_s));
        prop_assert_eq!(i32x4_relaxed_trunc_f32x4_u(a), each(i32_trunc_sat_f32_u));
        let each = |f: fn(f64) -> i32| vector(32, doubles.iter().map(|lane| f(f64_of(lane)) as i128));
        prop_assert_eq!(i32x4_trunc_sat_f64x2_s_zero(a), each(i32_trunc_sat_f64_s));
        prop_assert_eq!(i32x4_trunc_sat_f64x2_u_zero(a), each(i32_trunc_sat_f64_u));
        prop_assert_eq!(i32x4_relaxed_trunc_f64x2_s_zero(a), each(i32_trunc_sat_f64_s));
        prop_assert_eq!(i32x4_relaxed_trunc_f64x2_u_zero(a), each(i32_trunc_sat_f64_u));
        let each = |f: fn(i32) -> f32| vector(32, singles.iter().map(|lane| f(lane.signed as i32).to_bits() as i128));
        prop_assert_eq!(f32x4_convert_i32x4_s(a), each(f32_convert_i32_s));
        prop_assert_eq!(f32x4_convert_i32x4_u(a), each(f32_convert_i32_u));
        let low = &singles[..2];
        let low = |f: fn(i32) -> f64| vector(64, low.iter().map(|lane| f(lane.signed as i32).to_bits() as i128));
        prop_assert_eq!(f64x2_convert_low_i32x4_s(a), low(f64_convert_i32_s));
        prop_assert_eq!(f64x2_convert_low_i32x4_u(a), low(f64_convert_i32_u));
        // The payload of a NaN is the processor's on both sides.
        let promoted = singles[..2].iter().map(|lane| f64_promote_f32(f32_of(lane)).to_bits() as i128);
        prop_assert_eq!(f64x2_promote_low_f32x4(a), vector(64, promoted));
        let demoted = doubles.iter().map(|lane| f32_demote_f64(f64_of(lane)).to_bits() as i128);
        prop_assert_eq!(f32x4_demote_f64x2_zero(a), vector(32, demoted));
    }
}
