//! Tier one: an interpreter of register code.
//!
//! A body is translated when it is first called: its stack code becomes [`Op`]s that name *slots* of the frame, 64 bits
//! each (a vector takes two). Operands that are locals or constants never pass through the stack, comparisons are fused
//! with the branches that use them, and a result goes straight into the local that it is assigned to.
//!
//! Variable letters, here and in the chapters below: `x` an index of the module, `dst`/`lhs`/`rhs` slots, `ip` the
//! instruction, `fp` the frame, `mem`/`len` memory 0, `cx` the running call.
//!
//! `unsafe` stands in this room because the inner loop reads slots, code and memory through pointers; the checks that
//! would make it safe cost a factor of two (`engine/bench`). Who keeps the promises: validation (types and heights), the
//! translation (slots are inside the frame, targets inside the code), `enter` (the frame fits the stack).

#![allow(unsafe_code, reason = "the interpreter's inner loop")]
#![allow(clippy::needless_borrow, reason = "a borrow through a raw pointer is to be seen")]
#![allow(unused_unsafe, reason = "the macros that end a handler stand inside and outside of unsafe blocks")]

mod code;
mod context;
mod control;
mod exception;
mod machine;
mod memory;
mod native;
pub(crate) mod numeric;
mod reference;
mod table;
#[cfg(test)]
mod tests;
mod translate;
pub(crate) mod variable;

pub(crate) use code::Code;
pub(crate) use machine::{Machine, call, eval_const};
pub(crate) use native::stack_pointer;
