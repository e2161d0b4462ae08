//! The *room* of a call: how many calls it may still nest (upper half) and how many slots it and they may still take (lower
//! half), as [`Limits::call_depth`](crate::Limits::call_depth) and [`Limits::stack_slots`](crate::Limits::stack_slots) say.
//!
//! Compiled code has no value stack. It counts what tier one would have there: a frame has a slot for each local and each
//! operand (two for a vector), and the parameters of a callee lie in the frame of the caller. The room is passed from
//! call to call in a register, so that it costs no memory access and leaving a function costs nothing.

use crate::Limits;

/// One nested call.
pub(super) const CALL: i64 = 1 << 32;

/// These bits are set once one of the two is less than nothing.
pub(super) const EXCEEDED: i64 = (1 << 63 | 1u64 << 31) as i64;

/// Half of the range of each half is for being exceeded.
const MOST: u32 = i32::MAX as u32;

/// The room of the first call of a run.
pub(super) fn of(limits: &Limits) -> i64 {
    (limits.call_depth.min(MOST) as i64) << 32 | limits.stack_slots.min(MOST) as i64
}
