//! Core spec, *Execution*, *Numerics* (`#exec-numeric`): what every numeric instruction computes.
//!
//! Pure functions, one for each row of the tables in `syntax::ops`, with the names that the rows give them. All tiers
//! call these functions, so that the tiers cannot differ in arithmetic.
//!
//! NaNs (`#aux-nans`): the specification lets arithmetic return any sign and, for operands that are not canonical, any
//! payload, as long as the result is quiet. Here the result is the first NaN among the operands, made quiet. Only
//! `add`, `sub`, `mul` and `div` leave that to the processor, which does nothing worse. `abs`, `neg`, `copysign` and
//! the reinterpretations are no arithmetic: they keep signalling NaNs as they are.

/// Functions that are always inlined: they are a few machine instructions in the middle of a handler.
macro_rules! define {
    ($($name:ident($($arg:ident: $ty:ty),*) -> $out:ty $body:block)*) => {$(
        #[inline(always)]
        pub(crate) fn $name($($arg: $ty),*) -> $out $body
    )*};
}

mod convert;
mod float;
mod int;
mod lanes;
mod memory;
mod relaxed;
mod simd_convert;
mod simd_float;
mod simd_int;
mod wide;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_float;
#[cfg(test)]
mod tests_int;
#[cfg(test)]
mod tests_memory;

pub(crate) use convert::*;
pub(crate) use float::*;
pub(crate) use int::*;
pub(crate) use lanes::*;
pub(crate) use memory::*;
pub(crate) use relaxed::*;
pub(crate) use simd_convert::*;
pub(crate) use simd_float::*;
pub(crate) use simd_int::*;
pub(crate) use wide::*;

/// A vector of 128 bits; lane 0 is in the lowest bits, whatever the shape.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(transparent)]
pub struct V128(pub u128);
