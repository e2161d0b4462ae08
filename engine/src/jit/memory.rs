//! Memory instructions (core `#exec-instr-memory`), the vector accesses included.

use super::{helpers, translate::Translator};
use crate::trace::TrapCode;
use cranelift_codegen::ir::{
    InstBuilder, MemFlagsData, Type, Value,
    condcodes::IntCC,
    types::{F32, F64, I8, I8X16, I16, I16X8, I32, I32X4, I64, I64X2},
};
use wasmparser::{MemArg, Operator};

/// How the bytes in memory become the value.
#[derive(Clone, Copy)]
enum Widen {
    /// They are the value.
    Same,
    Signed(Type),
    Unsigned(Type),
}

impl Translator<'_> {
    /// Tells whether the operator is one of this chapter's.
    pub fn memory(&mut self, operator: &Operator<'_>) -> bool {
        self.load(operator)
            || self.store(operator)
            || self.vector_load(operator)
            || self.lane_access(operator)
            || self.bulk(operator)
    }

    fn load(&mut self, operator: &Operator<'_>) -> bool {
        use Widen::{Same, Signed, Unsigned};
        let (memarg, ty, extend) = match operator {
            Operator::I32Load { memarg } => (memarg, I32, Same),
            Operator::I64Load { memarg } => (memarg, I64, Same),
            Operator::F32Load { memarg } => (memarg, F32, Same),
            Operator::F64Load { memarg } => (memarg, F64, Same),
            Operator::V128Load { memarg } => (memarg, I8X16, Same),
            Operator::I32Load8S { memarg } => (memarg, I8, Signed(I32)),
            Operator::I32Load8U { memarg } => (memarg, I8, Unsigned(I32)),
            Operator::I32Load16S { memarg } => (memarg, I16, Signed(I32)),
            Operator::I32Load16U { memarg } => (memarg, I16, Unsigned(I32)),
            Operator::I64Load8S { memarg } => (memarg, I8, Signed(I64)),
            Operator::I64Load8U { memarg } => (memarg, I8, Unsigned(I64)),
            Operator::I64Load16S { memarg } => (memarg, I16, Signed(I64)),
            Operator::I64Load16U { memarg } => (memarg, I16, Unsigned(I64)),
            Operator::I64Load32S { memarg } => (memarg, I32, Signed(I64)),
            Operator::I64Load32U { memarg } => (memarg, I32, Unsigned(I64)),
            _ => return false,
        };
        let value = self.load_value(memarg, ty);
        let value = match extend {
            Same => value,
            Signed(to) => self.b.ins().sextend(to, value),
            Unsigned(to) => self.b.ins().uextend(to, value),
        };
        self.push(value);
        true
    }

    fn store(&mut self, operator: &Operator<'_>) -> bool {
        let (memarg, narrow) = match operator {
            Operator::I32Store { memarg }
            | Operator::I64Store { memarg }
            | Operator::F32Store { memarg }
            | Operator::F64Store { memarg }
            | Operator::V128Store { memarg } => (memarg, None),
            Operator::I32Store8 { memarg } | Operator::I64Store8 { memarg } => (memarg, Some(I8)),
            Operator::I32Store16 { memarg } | Operator::I64Store16 { memarg } => (memarg, Some(I16)),
            Operator::I64Store32 { memarg } => (memarg, Some(I32)),
            _ => return false,
        };
        let value = self.pop();
        let value = narrow.map_or(value, |ty| self.b.ins().ireduce(ty, value));
        self.store_value(memarg, value);
        true
    }

    fn vector_load(&mut self, operator: &Operator<'_>) -> bool {
        use Widen::{Signed, Unsigned};
        let (memarg, half, extend) = match operator {
            Operator::V128Load8x8S { memarg } => (memarg, I8X16, Signed(I16X8)),
            Operator::V128Load8x8U { memarg } => (memarg, I8X16, Unsigned(I16X8)),
            Operator::V128Load16x4S { memarg } => (memarg, I16X8, Signed(I32X4)),
            Operator::V128Load16x4U { memarg } => (memarg, I16X8, Unsigned(I32X4)),
            Operator::V128Load32x2S { memarg } => (memarg, I32X4, Signed(I64X2)),
            Operator::V128Load32x2U { memarg } => (memarg, I32X4, Unsigned(I64X2)),
            _ => return self.splat_load(operator),
        };
        let low = self.load_value(memarg, I64);
        let low = self.b.ins().scalar_to_vector(I64X2, low);
        let low = self.as_vector(low, half);
        let value = match extend {
            Signed(_) => self.b.ins().swiden_low(low),
            _ => self.b.ins().uwiden_low(low),
        };
        self.push_vector(value);
        true
    }

    fn splat_load(&mut self, operator: &Operator<'_>) -> bool {
        let (memarg, vector, zero) = match operator {
            Operator::V128Load8Splat { memarg } => (memarg, I8X16, false),
            Operator::V128Load16Splat { memarg } => (memarg, I16X8, false),
            Operator::V128Load32Splat { memarg } => (memarg, I32X4, false),
            Operator::V128Load64Splat { memarg } => (memarg, I64X2, false),
            Operator::V128Load32Zero { memarg } => (memarg, I32X4, true),
            Operator::V128Load64Zero { memarg } => (memarg, I64X2, true),
            _ => return false,
        };
        let lane = self.load_value(memarg, vector.lane_type());
        let value = if zero { self.b.ins().scalar_to_vector(vector, lane) } else { self.b.ins().splat(vector, lane) };
        self.push_vector(value);
        true
    }

    fn lane_access(&mut self, operator: &Operator<'_>) -> bool {
        let (memarg, vector, lane, load) = match operator {
            Operator::V128Load8Lane { memarg, lane } => (memarg, I8X16, *lane, true),
            Operator::V128Load16Lane { memarg, lane } => (memarg, I16X8, *lane, true),
            Operator::V128Load32Lane { memarg, lane } => (memarg, I32X4, *lane, true),
            Operator::V128Load64Lane { memarg, lane } => (memarg, I64X2, *lane, true),
            Operator::V128Store8Lane { memarg, lane } => (memarg, I8X16, *lane, false),
            Operator::V128Store16Lane { memarg, lane } => (memarg, I16X8, *lane, false),
            Operator::V128Store32Lane { memarg, lane } => (memarg, I32X4, *lane, false),
            Operator::V128Store64Lane { memarg, lane } => (memarg, I64X2, *lane, false),
            _ => return false,
        };
        let value = self.pop();
        let value = self.as_vector(value, vector);
        if load {
            let part = self.load_value(memarg, vector.lane_type());
            let value = self.b.ins().insertlane(value, part, lane);
            self.push_vector(value);
        } else {
            let part = self.b.ins().extractlane(value, lane);
            self.store_value(memarg, part);
        }
        true
    }

    fn memory_flags(&self) -> MemFlagsData {
        MemFlagsData::new().with_notrap().with_alias_region(self.regions.memory)
    }

    /// Pops the address and reads from there.
    fn load_value(&mut self, memarg: &MemArg, ty: Type) -> Value {
        let (address, offset) = self.address(memarg, ty.bytes());
        let flags = self.memory_flags();
        self.b.ins().load(ty, flags, address, offset)
    }

    /// Pops the address and writes there.
    fn store_value(&mut self, memarg: &MemArg, value: Value) {
        let bytes = self.type_of(value).bytes();
        let (address, offset) = self.address(memarg, bytes);
        let flags = self.memory_flags();
        self.b.ins().store(flags, value, address, offset);
    }

    /// Pops an address and checks it: where the access begins, and what is to be added to that.
    fn address(&mut self, memarg: &MemArg, size: u32) -> (Value, i32) {
        let ty = self.module.syntax().memories[memarg.memory as usize];
        let index = self.pop_word();
        let memory = self.load_instance(self.layout.memory(memarg.memory));
        let len = self.load_store(I64, memory, 8);
        match memarg.offset.checked_add(size as u64) {
            Some(above) => self.check_bounds(index, above, len, ty, memarg.memory),
            None => self.trap(TrapCode::OutOfBoundsMemory),
        }
        let base = self.load_store(I64, memory, 0);
        let address = self.b.ins().iadd(base, index);
        match i32::try_from(memarg.offset) {
            Ok(offset) => (address, offset),
            Err(_) => {
                let offset = self.word(memarg.offset);
                (self.b.ins().iadd(address, offset), 0)
            }
        }
    }

    /// Traps if `index + above` is more than `len`.
    fn check_bounds(&mut self, index: Value, above: u64, len: Value, ty: crate::syntax::MemoryType, x: u32) {
        let above = self.word(above);
        let end = self.b.ins().iadd(index, above);
        let mut outside = self.b.ins().icmp(IntCC::UnsignedGreaterThan, end, len);
        if ty.is_64 {
            let wrapped = self.b.ins().icmp(IntCC::UnsignedLessThan, end, index);
            outside = self.b.ins().bor(outside, wrapped);
        }
        if !ty.shared {
            self.trap_if(outside, TrapCode::OutOfBoundsMemory);
            return;
        }
        // The size that this store knows may be an old one: other threads grow the memory as well.
        let (look, go_on) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(look);
        self.b.ins().brif(outside, look, &[], go_on, &[]);
        self.switch(look);
        let x = self.word(x as u64);
        self.helper(helpers::memory_refresh(), &[x]);
        let len = self.helper_result(I64);
        let outside = self.b.ins().icmp(IntCC::UnsignedGreaterThan, end, len);
        let wrapped = self.b.ins().icmp(IntCC::UnsignedLessThan, end, index);
        let outside = self.b.ins().bor(outside, wrapped);
        self.trap_if(outside, TrapCode::OutOfBoundsMemory);
        self.b.ins().jump(go_on, &[]);
        self.switch(go_on);
    }

    /// The type of a memory's addresses.
    fn address_type(&self, x: u32) -> Type {
        if self.module.syntax().memories[x as usize].is_64 { I64 } else { I32 }
    }

    fn bulk(&mut self, operator: &Operator<'_>) -> bool {
        match *operator {
            Operator::MemorySize { mem } => {
                let (x, ty) = (self.word(mem as u64), self.address_type(mem));
                self.helper_push(helpers::memory_size(), &[x], ty);
            }
            Operator::MemoryGrow { mem } => {
                let (x, ty) = (self.word(mem as u64), self.address_type(mem));
                let delta = self.pop_word();
                self.helper_push(helpers::memory_grow(), &[x, delta], ty);
            }
            Operator::MemoryFill { mem } => self.bulk_helper(helpers::memory_fill(), &[mem], 3),
            Operator::MemoryCopy { dst_mem, src_mem } => {
                self.bulk_helper(helpers::memory_copy(), &[dst_mem, src_mem], 3)
            }
            Operator::MemoryInit { data_index, mem } => self.bulk_helper(helpers::memory_init(), &[mem, data_index], 3),
            Operator::DataDrop { data_index } => self.bulk_helper(helpers::data_drop(), &[data_index], 0),
            _ => return false,
        }
        true
    }

    /// Calls a helper with indices and then operands.
    pub fn bulk_helper(&mut self, helper: helpers::Helper, indices: &[u32], operands: usize) {
        let args = self.indices_and_words(indices, operands);
        self.helper(helper, &args);
    }

    /// Indices, and operands as a word each.
    pub fn indices_and_words(&mut self, indices: &[u32], operands: usize) -> Vec<Value> {
        let mut args: Vec<Value> = indices.iter().map(|x| self.word(*x as u64)).collect();
        let mut words: Vec<Value> = (0..operands).map(|_| self.pop_word()).collect();
        words.reverse();
        args.extend(words);
        args
    }
}
