//! Models of the integer instructions: numbers of 128 bits that are wrapped at the end.

use super::tests::{Expected, Lane, ones, split};
use crate::trace::TrapCode;

/// The lowest `width` bits as a signed number.
fn signed(width: u32, bits: u128) -> i128 {
    (bits << (128 - width)) as i128 >> (128 - width)
}

/// The lowest `width` bits as an unsigned number. (None of the models uses wider ones than 64 bits.)
fn unsigned(width: u32, bits: u128) -> i128 {
    (bits & ones(width)) as i128
}

/// A number wrapped to a lane.
fn lane(width: u32, number: i128) -> Lane {
    Lane::Bits(number as u128 & ones(width))
}

/// A number limited to what `width` bits can hold.
fn saturate(width: u32, sign: &str, number: i128) -> i128 {
    let (low, high) = if sign == "s" { (-1 << (width - 1), ones(width - 1)) } else { (0, ones(width)) };
    number.max(low).min(high as i128)
}

/// A number read with the signedness that an instruction's name ends with.
fn read(sign: &str, width: u32, bits: u128) -> i128 {
    if sign == "s" { signed(width, bits) } else { unsigned(width, bits) }
}

/// Comparisons, whatever the signedness.
fn compare(op: &str, a: i128, b: i128) -> bool {
    match op {
        "eq" => a == b,
        "ne" => a != b,
        "lt" => a < b,
        "gt" => a > b,
        "le" => a <= b,
        "ge" => a >= b,
        _ => panic!("no model of {op}"),
    }
}

/// `i32.*` and `i64.*`.
pub(super) fn scalar(shape: &str, op: &str, args: &[u128]) -> Expected {
    let width = if shape == "i32" { 32 } else { 64 };
    let (s, u) = (|index: usize| signed(width, args[index]), |index: usize| unsigned(width, args[index]));
    let count = || args[1] as u32 % width;
    let bit = |index: &u32| args[0] >> *index & 1 == 1;
    let number = match op {
        "eqz" => (u(0) == 0) as i128,
        "clz" => (0..width).rev().take_while(|index| !bit(index)).count() as i128,
        "ctz" => (0..width).take_while(|index| !bit(index)).count() as i128,
        "popcnt" => (0..width).filter(bit).count() as i128,
        "add" => s(0) + s(1),
        "sub" => s(0) - s(1),
        "mul" => s(0) * s(1),
        "div_s" | "div_u" | "rem_s" | "rem_u" if u(1) == 0 => return Expected::Trap(TrapCode::IntegerDivideByZero),
        "div_s" if s(0) / s(1) == 1 << (width - 1) => return Expected::Trap(TrapCode::IntegerOverflow),
        "div_s" => s(0) / s(1),
        "div_u" => u(0) / u(1),
        "rem_s" => s(0) % s(1),
        "rem_u" => u(0) % u(1),
        "and" => u(0) & u(1),
        "or" => u(0) | u(1),
        "xor" => u(0) ^ u(1),
        "shl" => u(0) << count(),
        "shr_s" => s(0) >> count(),
        "shr_u" => u(0) >> count(),
        "rotl" => u(0) << count() | u(0) >> (width - count()),
        "rotr" => u(0) >> count() | u(0) << (width - count()),
        "extend8_s" => signed(8, args[0]),
        "extend16_s" => signed(16, args[0]),
        "extend32_s" | "extend_i32_s" => signed(32, args[0]),
        "extend_i32_u" => unsigned(32, args[0]),
        "wrap_i64" | "reinterpret_f32" | "reinterpret_f64" => u(0),
        _ => match op.split_once('_') {
            Some((op, sign)) => compare(op, read(sign, width, args[0]), read(sign, width, args[1])) as i128,
            None => compare(op, u(0), u(1)) as i128,
        },
    };
    let result = match op.split('_').next().unwrap() {
        "eqz" | "eq" | "ne" | "lt" | "gt" | "le" | "ge" => 32,
        _ => width,
    };
    Expected::Lanes(result, vec![lane(result, number)])
}

/// `v128.*`: bit by bit.
pub(super) fn bitwise(op: &str, args: &[u128]) -> Expected {
    let bit = |operand: usize, index: u32| args[operand] >> index & 1 == 1;
    if op == "any_true" {
        return Expected::Lanes(32, vec![lane(32, (0..128).any(|index| bit(0, index)) as i128)]);
    }
    let bits = (0..128).map(|index| {
        let bit = |operand| bit(operand, index);
        let result = match op {
            "not" => !bit(0),
            "and" => bit(0) && bit(1),
            "andnot" => bit(0) && !bit(1),
            "or" => bit(0) || bit(1),
            "xor" => bit(0) != bit(1),
            "bitselect" => bit(if bit(2) { 0 } else { 1 }),
            _ => panic!("no model of v128.{op}"),
        };
        Lane::Bits(result as u128)
    });
    Expected::Lanes(1, bits.collect())
}

/// `i8x16.*`, `i16x8.*`, `i32x4.*` and `i64x2.*`, without the conversions of floats.
pub(super) fn vector(shape: &str, op: &str, args: &[u128]) -> Expected {
    let width: u32 = shape[1..].split('x').next().unwrap().parse().unwrap();
    let op = match op {
        "relaxed_swizzle" => "swizzle",
        "relaxed_q15mulr_s" => "q15mulr_sat_s",
        "relaxed_laneselect" => return bitwise("bitselect", args),
        op => op,
    };
    let (name, sign) = match op.rsplit_once('_') {
        Some((name, sign @ ("s" | "u"))) => (name, sign),
        _ => (op, "u"),
    };
    let numbers = |width: u32, operand: usize| -> Vec<i128> {
        split(width, args[operand]).into_iter().map(|bits| read(sign, width, bits)).collect()
    };
    let lanes =
        |numbers: Vec<i128>| Expected::Lanes(width, numbers.into_iter().map(|number| lane(width, number)).collect());
    let half = |name: &str, mut numbers: Vec<i128>| match name {
        _ if name.contains("_low_") => numbers[..numbers.len() / 2].to_vec(),
        _ => numbers.split_off(numbers.len() / 2),
    };
    let pairs = |numbers: &[i128]| -> Vec<i128> { numbers.chunks(2).map(|pair| pair[0] + pair[1]).collect() };
    let products = |a: Vec<i128>, b: Vec<i128>| -> Vec<i128> { a.iter().zip(b).map(|(a, b)| a * b).collect() };

    match name {
        "splat" => return lanes(vec![args[0] as i128; 128 / width as usize]),
        "all_true" => {
            let all = numbers(width, 0).iter().all(|number| *number != 0);
            return Expected::Lanes(32, vec![lane(32, all as i128)]);
        }
        "bitmask" => {
            let signs = split(width, args[0]).into_iter().map(|bits| bits >> (width - 1));
            let mask = signs.enumerate().fold(0, |mask, (index, sign)| mask | sign << index);
            return Expected::Lanes(32, vec![Lane::Bits(mask)]);
        }
        "swizzle" => {
            let from = split(8, args[0]);
            let byte = |index: u128| from.get(index as usize).copied().unwrap_or(0) as i128;
            return lanes(split(8, args[1]).into_iter().map(byte).collect());
        }
        "dot_i16x8" => return lanes(pairs(&products(numbers(16, 0), numbers(16, 1)))),
        "relaxed_dot_i8x16_i7x16" => {
            let sums = pairs(&products(numbers(8, 0), numbers(8, 1)));
            return lanes(sums.into_iter().map(|sum| saturate(16, "s", sum)).collect());
        }
        "relaxed_dot_i8x16_i7x16_add" => {
            let sums = pairs(&products(numbers(8, 0), numbers(8, 1)));
            let sums: Vec<i128> = sums.into_iter().map(|sum| saturate(16, "s", sum)).collect();
            return lanes(pairs(&sums).into_iter().zip(numbers(32, 2)).map(|(sum, c)| sum + c).collect());
        }
        _ if name.starts_with("narrow_") => {
            // The sign is that of the result; the operands are always signed.
            let all = [split(width * 2, args[0]), split(width * 2, args[1])].concat();
            return lanes(all.into_iter().map(|bits| saturate(width, sign, signed(width * 2, bits))).collect());
        }
        _ if name.starts_with("extend_") => return lanes(half(name, numbers(width / 2, 0))),
        _ if name.starts_with("extmul_") => {
            return lanes(products(half(name, numbers(width / 2, 0)), half(name, numbers(width / 2, 1))));
        }
        _ if name.starts_with("extadd_pairwise_") => return lanes(pairs(&numbers(width / 2, 0))),
        _ => {}
    }

    // What is left works lane by lane. The second operand of a shift is a scalar.
    let shift = matches!(name, "shl" | "shr");
    let (first, second) = (numbers(width, 0), args.get(1).filter(|_| !shift).map(|_| numbers(width, 1)));
    let each = |(index, a): (usize, i128)| {
        let b = || second.as_ref().unwrap()[index];
        match name {
            "abs" => signed(width, a as u128).abs(),
            "neg" => -a,
            "popcnt" => (0..width).filter(|bit| a >> bit & 1 == 1).count() as i128,
            "shl" => a << (args[1] as u32 % width),
            "shr" => a >> (args[1] as u32 % width),
            "add" => a + b(),
            "sub" => a - b(),
            "mul" => (a as u128).wrapping_mul(b() as u128) as i128,
            "add_sat" => saturate(width, sign, a + b()),
            "sub_sat" => saturate(width, sign, a - b()),
            "min" => a.min(b()),
            "max" => a.max(b()),
            "avgr" => (a + b() + 1) / 2,
            "q15mulr_sat" => saturate(width, "s", (a * b() + 0x4000) >> 15),
            _ => -(compare(name, a, b()) as i128),
        }
    };
    lanes(first.into_iter().enumerate().map(each).collect())
}
