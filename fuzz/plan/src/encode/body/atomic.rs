//! Atomic accesses and wide arithmetic.

use super::{Encoder, mem_arg};
use crate::plan::{Atomic, Wide};
use wasm_encoder::{InstructionSink, MemArg};

/// The instruction for each number of bytes.
macro_rules! by_width {
    ($out:expr, $width:expr, $arg:expr, $one:ident, $two:ident, $four:ident, $eight:ident) => {
        match $width {
            1 => $out.$one($arg),
            2 => $out.$two($arg),
            4 => $out.$four($arg),
            _ => $out.$eight($arg),
        }
    };
}

impl Encoder<'_, '_> {
    pub(super) fn atomic(&mut self, op: Atomic, memory: usize, at: u64, width: u8, value: [u8; 2]) {
        let [value, expected] = value;
        self.address(memory, at);
        let arg = mem_arg(memory, width.trailing_zeros());
        let operand = |out: &mut InstructionSink<'_>, value: u8| {
            if width == 8 {
                out.i64_const(value.into());
            } else {
                out.i32_const(value.into());
            }
        };
        match op {
            Atomic::Load => {}
            Atomic::Notify => {
                self.out.i32_const(value.into());
            }
            Atomic::CompareExchange => {
                operand(&mut self.out, expected);
                operand(&mut self.out, value);
            }
            Atomic::Wait => {
                operand(&mut self.out, expected);
                self.out.i64_const(0);
            }
            _ => operand(&mut self.out, value),
        }
        access(&mut self.out, op, width, arg);
        match op {
            Atomic::Store => return,
            Atomic::Notify | Atomic::Wait => {}
            _ if width == 8 => {
                self.out.i32_wrap_i64();
            }
            _ => {}
        }
        self.log();
    }

    pub(super) fn wide(&mut self, op: Wide, a: i64, b: i64) {
        self.out.i64_const(a).i64_const(b);
        match op {
            Wide::Add => self.out.i64_const(b).i64_const(a).i64_add128(),
            Wide::Sub => self.out.i64_const(b).i64_const(a).i64_sub128(),
            Wide::MulSigned => self.out.i64_mul_wide_s(),
            Wide::MulUnsigned => self.out.i64_mul_wide_u(),
        };
        for _ in 0..2 {
            self.out.i32_wrap_i64();
            self.log();
        }
    }
}

#[rustfmt::skip]
fn access(out: &mut InstructionSink<'_>, op: Atomic, width: u8, arg: MemArg) {
    match op {
        Atomic::Load => by_width!(out, width, arg,
            i32_atomic_load8_u, i32_atomic_load16_u, i32_atomic_load, i64_atomic_load),
        Atomic::Store => by_width!(out, width, arg,
            i32_atomic_store8, i32_atomic_store16, i32_atomic_store, i64_atomic_store),
        Atomic::Add => by_width!(out, width, arg,
            i32_atomic_rmw8_add_u, i32_atomic_rmw16_add_u, i32_atomic_rmw_add, i64_atomic_rmw_add),
        Atomic::Sub => by_width!(out, width, arg,
            i32_atomic_rmw8_sub_u, i32_atomic_rmw16_sub_u, i32_atomic_rmw_sub, i64_atomic_rmw_sub),
        Atomic::And => by_width!(out, width, arg,
            i32_atomic_rmw8_and_u, i32_atomic_rmw16_and_u, i32_atomic_rmw_and, i64_atomic_rmw_and),
        Atomic::Or => by_width!(out, width, arg,
            i32_atomic_rmw8_or_u, i32_atomic_rmw16_or_u, i32_atomic_rmw_or, i64_atomic_rmw_or),
        Atomic::Xor => by_width!(out, width, arg,
            i32_atomic_rmw8_xor_u, i32_atomic_rmw16_xor_u, i32_atomic_rmw_xor, i64_atomic_rmw_xor),
        Atomic::Exchange => by_width!(out, width, arg,
            i32_atomic_rmw8_xchg_u, i32_atomic_rmw16_xchg_u, i32_atomic_rmw_xchg, i64_atomic_rmw_xchg),
        Atomic::CompareExchange => by_width!(out, width, arg,
            i32_atomic_rmw8_cmpxchg_u, i32_atomic_rmw16_cmpxchg_u, i32_atomic_rmw_cmpxchg, i64_atomic_rmw_cmpxchg),
        Atomic::Notify => out.memory_atomic_notify(arg),
        Atomic::Wait if width == 8 => out.memory_atomic_wait64(arg),
        Atomic::Wait => out.memory_atomic_wait32(arg),
    };
}
