//! Tier two: machine code, made by Cranelift.
//!
//! A function is compiled when it is first called, or all of a module at once ([`Compile`](crate::Compile)). Compiled
//! functions call each other with the calling convention of tail calls, and the run time through helpers that do what
//! tier one's handlers do: both share [`exec`](crate::exec).
//!
//! There are no signal handlers and no unwinder. Bounds, divisors and the stack are checked by instructions, and a frame
//! that ends abnormally says so in the [`RunContext`](abi::RunContext) and returns; its caller looks there after every
//! call, and goes on to an exception handler or returns as well. This keeps fuzzers' and embedders' own handlers out of
//! the way, and no foreign frame is ever skipped.
//!
//! Operands are values of the code generator's; in bodies whose branches carry very many of them they have [places in the
//! frame](operands).
//!
//! References are found by stack maps, which say for each return address where its frame holds some ([`roots`]); nested
//! calls and the slots that they would take on tier one's value stack are counted in a register ([`room`]).
//!
//! `unsafe` stands in `code` (executable memory), `roots` (reading the stack) and `helpers` (pointers from compiled
//! code); the translation itself is safe Rust, and who keeps the promises is the same as in tier one: validation and the
//! translation.

mod abi;
mod atomic;
mod call;
mod code;
mod compile;
mod control;
mod emit;
mod exception;
mod helpers;
mod leave;
mod memory;
mod numeric;
mod operands;
mod prologue;
mod reference;
mod room;
mod roots;
mod state;
mod table;
mod trampolines;
mod translate;
mod variable;
mod vector;

/// What this tier cannot compile, each with its reason: no construct of the language. A function that could not be compiled
/// would not fall back to the other tier: calling it ends as [`Fault::Unsupported`](crate::Fault::Unsupported), which says why.
pub const UNSUPPORTED_BY_JIT: &[(&str, &str)] = &[(
    "anything on processors other than x86-64 and AArch64",
    "nothing reads the stack there for the garbage collector",
)];

pub(crate) use compile::{ModuleCode, module as compile_module};
pub(crate) use helpers::call;
pub(crate) use state::{Frames, State};
