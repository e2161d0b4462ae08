//! Core spec, *Execution*, *Numerics* (core `#exec-numeric`): the meaning of every numeric, vector and memory row of
//! the [table of instructions](crate::syntax), as functions without state. Each has the name of its instruction.
//!
//! Integers are passed as `i32` and `i64` whichever way an instruction reads them, vectors as [`V128`]. Where the
//! specification leaves a NaN open (`#aux-nans`), the processor's choice stands: it is always among the allowed ones.
//! The letters are `a`, `b`, `c` for operands, and `n` for a count of bits.

use std::hint::black_box;

mod convert;
mod float;
mod int;
mod lanes;
mod mem;
mod relaxed;
mod simd_float;
mod simd_int;
#[cfg(test)]
mod tests;
mod wide;

pub(crate) use {convert::*, float::*, int::*, lanes::*, mem::*, relaxed::*, simd_float::*, simd_int::*, wide::*};

/// A vector. Lane 0 is in the lowest bits, whatever the shape: the bytes in memory are its little-endian bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(transparent)]
pub struct V128(pub u128);

/// The lanes of a vector in one shape, and a vector from its lanes.
///
/// Both go through a [`black_box`]: otherwise LLVM keeps the integer in general registers and takes it apart with
/// shifts, over a hundred instructions for sixteen lanes. What has to be in memory it reads and writes as lanes, so that
/// most functions become the one vector instruction that they describe.
macro_rules! shapes {
    ($([$lane:ty; $n:literal])*) => {
        $(
            impl From<V128> for [$lane; $n] {
                #[inline(always)]
                fn from(vector: V128) -> Self {
                    let bytes = black_box(vector.0.to_le_bytes());
                    let (lanes, _) = bytes.as_chunks::<{ 16 / $n }>();
                    std::array::from_fn(|i| <$lane>::from_le_bytes(lanes[i]))
                }
            }

            impl From<[$lane; $n]> for V128 {
                #[inline(always)]
                fn from(lanes: [$lane; $n]) -> Self {
                    let mut bytes = [0; 16];
                    for (place, lane) in bytes.as_chunks_mut::<{ 16 / $n }>().0.iter_mut().zip(lanes) {
                        *place = lane.to_le_bytes();
                    }
                    V128(u128::from_le_bytes(black_box(bytes)))
                }
            }
        )*
    };
}
shapes! { [i8; 16] [u8; 16] [i16; 8] [u16; 8] [i32; 4] [u32; 4] [i64; 2] [u64; 2] [f32; 4] [f64; 2] }

/// Functions that share their parameters and their result: `(a: i32) -> i32 { name = expression; ... }`.
macro_rules! functions {
    ($($parameters:tt -> $result:ty { $($name:ident = $value:expr;)* })*) => {
        $($(
            #[inline(always)]
            pub(crate) fn $name $parameters -> $result {
                $value
            }
        )*)*
    };
}

/// Vector instructions that do the same in each lane: `[i8; 16] (a, b) { name = expression of two lanes; ... }`.
macro_rules! lanewise {
    ($([$lane:ty; $n:literal] $operands:tt { $($name:ident = $value:expr;)* })*) => {
        $($(lanewise! { @ [$lane; $n] $operands $name $value })*)*
    };
    (@ [$lane:ty; $n:literal] ($a:ident) $name:ident $value:expr) => {
        #[inline(always)]
        pub(crate) fn $name($a: V128) -> V128 {
            let $a = <[$lane; $n]>::from($a);
            V128::from(std::array::from_fn::<_, $n, _>(|i| {
                let $a = $a[i];
                $value
            }))
        }
    };
    (@ [$lane:ty; $n:literal] ($a:ident, $b:ident) $name:ident $value:expr) => {
        #[inline(always)]
        pub(crate) fn $name($a: V128, $b: V128) -> V128 {
            let ($a, $b) = (<[$lane; $n]>::from($a), <[$lane; $n]>::from($b));
            V128::from(std::array::from_fn::<_, $n, _>(|i| {
                let ($a, $b) = ($a[i], $b[i]);
                $value
            }))
        }
    };
}
use {functions, lanewise};
