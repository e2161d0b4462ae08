//! Atomics (threads proposal): the run time does them, and orders them.

use super::{helpers, translate::Translator};
use crate::{
    runtime::RmwOp,
    syntax::{for_each_atomic_cmpxchg, for_each_atomic_load, for_each_atomic_rmw, for_each_atomic_store},
};
use cranelift_codegen::ir::{
    InstBuilder, Type, Value,
    types::{I32, I64},
};
use wasmparser::{MemArg, Operator};

macro_rules! rows {
    ($name:ident $($op:ident $text:literal $n:literal $ty:ident;)*) => {
        /// The access of a row: its width and the type of its value.
        fn $name<'a>(operator: &'a Operator<'_>) -> Option<(&'a MemArg, u64, Type)> {
            Some(match operator {
                $(Operator::$op { memarg } => (memarg, $n, $ty),)*
                _ => return None,
            })
        }
    };
}
macro_rules! load_rows { ($($row:tt)*) => { rows!(load_row $($row)*); }; }
macro_rules! store_rows { ($($row:tt)*) => { rows!(store_row $($row)*); }; }
macro_rules! cmpxchg_rows { ($($row:tt)*) => { rows!(cmpxchg_row $($row)*); }; }
for_each_atomic_load!(load_rows);
for_each_atomic_store!(store_rows);
for_each_atomic_cmpxchg!(cmpxchg_rows);

macro_rules! rmw_rows {
    ($($op:ident $text:literal $n:literal $ty:ident $rmw:ident;)*) => {
        /// The access of a row: its width, the type of its value, and what it does.
        fn rmw_row<'a>(operator: &'a Operator<'_>) -> Option<(&'a MemArg, u64, Type, RmwOp)> {
            Some(match operator {
                $(Operator::$op { memarg } => (memarg, $n, $ty, RmwOp::$rmw),)*
                _ => return None,
            })
        }
    };
}
for_each_atomic_rmw!(rmw_rows);

impl Translator<'_> {
    /// Tells whether the operator is one of this chapter's.
    pub fn atomic(&mut self, operator: &Operator<'_>) -> bool {
        match operator {
            Operator::AtomicFence => {
                self.b.ins().fence();
            }
            Operator::MemoryAtomicNotify { memarg } => {
                let count = self.pop_word();
                let mut args = self.place(memarg);
                args.push(count);
                self.helper_push(helpers::atomic_notify(), &args, I32);
            }
            Operator::MemoryAtomicWait32 { memarg } => self.access(helpers::atomic_wait(), memarg, 4, &[], 2, I32),
            Operator::MemoryAtomicWait64 { memarg } => self.access(helpers::atomic_wait(), memarg, 8, &[], 2, I32),
            _ => return self.atomic_access(operator),
        }
        true
    }

    fn atomic_access(&mut self, operator: &Operator<'_>) -> bool {
        if let Some((memarg, width, ty)) = load_row(operator) {
            self.access(helpers::atomic_load(), memarg, width, &[], 0, ty);
        } else if let Some((memarg, width, _)) = store_row(operator) {
            let value = self.pop_word();
            let mut args = self.place(memarg);
            args.extend([self.word(width), value]);
            self.helper(helpers::atomic_store(), &args);
        } else if let Some((memarg, width, ty, op)) = rmw_row(operator) {
            let op = self.word(helpers::rmw_number(op));
            self.access(helpers::atomic_rmw(), memarg, width, &[op], 1, ty);
        } else if let Some((memarg, width, ty)) = cmpxchg_row(operator) {
            self.access(helpers::atomic_cmpxchg(), memarg, width, &[], 2, ty);
        } else {
            return false;
        }
        true
    }

    /// The memory's index, the base address and the offset.
    fn place(&mut self, memarg: &MemArg) -> Vec<Value> {
        let base = self.pop_word();
        vec![self.word(memarg.memory as u64), base, self.word(memarg.offset)]
    }

    /// An access with a result: memory, base, offset, width, more, operands.
    fn access(
        &mut self,
        helper: helpers::Helper,
        memarg: &MemArg,
        width: u64,
        more: &[Value],
        operands: usize,
        ty: Type,
    ) {
        let mut words: Vec<Value> = (0..operands).map(|_| self.pop_word()).collect();
        words.reverse();
        let mut args = self.place(memarg);
        args.push(self.word(width));
        args.extend_from_slice(more);
        args.extend(words);
        self.helper_push(helper, &args, ty);
    }
}
