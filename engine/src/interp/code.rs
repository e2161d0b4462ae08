//! Translated code.

use super::context::Cx;
use std::ops::Range;

/// How a handler ends: with the instruction that comes next, or out of the loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Exit {
    /// On with the instruction that the context holds.
    Continue,
    /// The outermost function of this run has returned.
    Done,
    /// The context holds a fault, and `ip` where it happened.
    Fault,
}

/// What executes one instruction: the instruction, the frame, memory 0 with its length in bytes, and the running call.
pub(crate) type Handler = unsafe fn(*const Op, *mut u64, *mut u8, usize, *mut Cx) -> Exit;

/// One instruction. What the four numbers mean is the handler's business; `a` is the result's slot or the jump's distance
/// wherever there is one.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Op {
    pub run: Handler,
    pub a: u32,
    pub b: u32,
    pub c: u32,
    pub d: u32,
}

impl Op {
    /// The 64-bit immediate that `c` and `d` hold.
    #[inline(always)]
    pub fn imm(&self) -> u64 {
        self.c as u64 | (self.d as u64) << 32
    }
}

/// A translated body or constant expression.
pub(crate) struct Code {
    /// The instructions; the last one never falls through.
    pub ops: Box<[Op]>,
    /// Slots of the frame: parameters, other locals, operands.
    pub frame_slots: u32,
    /// Slots of the parameters.
    pub param_slots: u32,
    /// Slots of all locals; those behind the parameters start as zero.
    pub local_slots: u32,
    /// `try_table`s, inner ones first.
    pub try_tables: Box<[TryTable]>,
    /// Constants wider than an immediate, and lane lists.
    pub pool: Box<[u128]>,
    /// For each instruction the offset of its origin in the module's bytes.
    pub offsets: Box<[u32]>,
    /// The function's index in the module; `u32::MAX` for constant expressions.
    pub func: u32,
}

/// A `try_table` (core `#syntax-try-table`): which instructions it covers and what it catches.
pub(crate) struct TryTable {
    /// Indices of the instructions covered.
    pub covers: Range<u32>,
    /// The clauses in order.
    pub catches: Box<[Catch]>,
}

/// A catch clause.
pub(crate) struct Catch {
    /// The tag's index; `None` catches all.
    pub tag: Option<u32>,
    /// Whether the exception itself is passed on.
    pub with_ref: bool,
    /// First slot that takes the tag's arguments, and behind them the exception.
    pub slot: u32,
    /// Index of the instruction where it goes on.
    pub landing: u32,
}
