//! Memory instructions, lane accesses and atomics.

use super::super::{
    super::{
        code::Handler,
        memory::{
            self, Atomic, AtomicRmw, LaneLoad, LaneStore, Load, POOLED, Store, atomic_op, lane_load_op, lane_store_op,
            load_op, store_op,
        },
        numeric,
        variable::{self, Slot},
    },
    Translator,
};
use crate::syntax::{
    for_each_atomic_cmpxchg, for_each_atomic_load, for_each_atomic_rmw, for_each_atomic_store, for_each_lane_load,
    for_each_lane_store, for_each_load, for_each_store,
};
use wasmparser::{MemArg, Operator};

macro_rules! load_arms {
    ($($op:ident $name:literal $n:literal $out:ident $f:ident;)*) => {
        impl Translator<'_> {
            /// The rows of the load table. Tells whether the operator is one.
            pub(super) fn load(&mut self, operator: &Operator<'_>) -> bool {
                match operator {
                    $(Operator::$op { memarg } => self.emit_load::<load_op::$op>(memarg),)*
                    _ => return false,
                }
                true
            }
        }
    };
}
for_each_load!(load_arms);

macro_rules! store_arms {
    ($($op:ident $name:literal $n:literal $arg:ident $f:ident;)*) => {
        impl Translator<'_> {
            /// The rows of the store table. Tells whether the operator is one.
            pub(super) fn store(&mut self, operator: &Operator<'_>) -> bool {
                match operator {
                    $(Operator::$op { memarg } => self.emit_store::<store_op::$op>(memarg),)*
                    _ => return false,
                }
                true
            }
        }
    };
}
for_each_store!(store_arms);

macro_rules! lane_load_arms {
    ($($op:ident $name:literal $n:literal $f:ident;)*) => {
        impl Translator<'_> {
            /// The rows of the table of lane loads. Tells whether the operator is one.
            pub(super) fn lane_load(&mut self, operator: &Operator<'_>) -> bool {
                match operator {
                    $(Operator::$op { memarg, lane } => self.emit_lane_load::<lane_load_op::$op>(memarg, *lane),)*
                    _ => return false,
                }
                true
            }
        }
    };
}
for_each_lane_load!(lane_load_arms);

macro_rules! lane_store_arms {
    ($($op:ident $name:literal $n:literal $f:ident;)*) => {
        impl Translator<'_> {
            /// The rows of the table of lane stores. Tells whether the operator is one.
            pub(super) fn lane_store(&mut self, operator: &Operator<'_>) -> bool {
                match operator {
                    $(Operator::$op { memarg, lane } => self.emit_lane_store::<lane_store_op::$op>(memarg, *lane),)*
                    _ => return false,
                }
                true
            }
        }
    };
}
for_each_lane_store!(lane_store_arms);

macro_rules! atomic_arms {
    ($fn:ident $emit:ident $($op:ident $name:literal $n:literal $ty:ident $($rmw:ident)?;)*) => {
        impl Translator<'_> {
            /// The rows of one table of atomics. Tells whether the operator is one.
            pub(super) fn $fn(&mut self, operator: &Operator<'_>) -> bool {
                match operator {
                    $(Operator::$op { memarg } => self.$emit::<atomic_op::$op>(memarg),)*
                    _ => return false,
                }
                true
            }
        }
    };
}
macro_rules! atomic_load_arms { ($($row:tt)*) => { atomic_arms!(atomic_load emit_atomic_load $($row)*); }; }
macro_rules! atomic_store_arms { ($($row:tt)*) => { atomic_arms!(atomic_store emit_atomic_store $($row)*); }; }
macro_rules! atomic_rmw_arms { ($($row:tt)*) => { atomic_arms!(atomic_rmw emit_atomic_rmw $($row)*); }; }
macro_rules! atomic_cmpxchg_arms { ($($row:tt)*) => { atomic_arms!(atomic_cmpxchg emit_atomic_cmpxchg $($row)*); }; }
for_each_atomic_load!(atomic_load_arms);
for_each_atomic_store!(atomic_store_arms);
for_each_atomic_rmw!(atomic_rmw_arms);
for_each_atomic_cmpxchg!(atomic_cmpxchg_arms);

/// Memories beyond the first and shared ones pack their index and the upper offset; greater offsets are in the pool.
const FAR: u64 = (POOLED as u64) << 32;

impl Translator<'_> {
    /// Whether handlers carry the pointer of this memory.
    fn is_near(&self, memory: u32) -> bool {
        memory == 0 && !self.module.syntax().memories[0].shared
    }

    /// Operands `c` and `d` of an access to any memory.
    fn far(&mut self, memarg: &MemArg) -> (u32, u32) {
        let offset = memarg.offset;
        if offset < FAR {
            return (offset as u32, memarg.memory << 16 | (offset >> 32) as u32);
        }
        (self.pool(offset as u128), memarg.memory << 16 | POOLED)
    }

    fn emit_load<O: Load>(&mut self, memarg: &MemArg) {
        let address = self.pop_slot();
        if self.is_near(memarg.memory) {
            self.emit_result_imm(memory::load::<O>, O::Out::WIDE, address, memarg.offset);
        } else {
            let (c, d) = self.far(memarg);
            self.emit_result(memory::load_any::<O>, O::Out::WIDE, address, c, d);
        }
    }

    fn emit_store<O: Store>(&mut self, memarg: &MemArg) {
        let (address, value) = self.pop_slots2();
        if self.is_near(memarg.memory) {
            self.emit_imm(memory::store::<O>, address, value, memarg.offset);
        } else {
            let (c, d) = self.far(memarg);
            self.emit(memory::store_any::<O>, address, value, c, d);
        }
    }

    /// Lane accesses are two instructions: the second only holds the lane.
    fn emit_lane_load<O: LaneLoad>(&mut self, memarg: &MemArg, lane: u8) {
        let base = self.pop_settled(2);
        let (c, d) = self.far(memarg);
        // The address is below the vector: the result goes to the vector's place and from there to its own.
        self.emit(memory::load_lane::<O>, base + 1, base, c, d);
        self.emit_lane(lane);
        let dst = self.push_temp(true);
        self.emit(variable::copy_wide, dst, base + 1, 0, 0);
    }

    fn emit_lane_store<O: LaneStore>(&mut self, memarg: &MemArg, lane: u8) {
        let (address, vector) = self.pop_slots2();
        let (c, d) = self.far(memarg);
        self.emit(memory::store_lane::<O>, address, vector, c, d);
        self.emit_lane(lane);
    }

    /// The instruction that holds a lane: run, it jumps to the next.
    fn emit_lane(&mut self, lane: u8) {
        self.emit(memory::lane, lane as u32, 0, 0, 0);
    }

    pub(super) fn memory(&mut self, operator: &Operator<'_>) -> bool {
        match *operator {
            Operator::MemorySize { mem } => self.emit_result(memory::memory_size, false, mem, 0, 0),
            Operator::MemoryGrow { mem } => {
                let delta = self.pop_slot();
                self.emit_result(memory::memory_grow, false, delta, mem, 0);
            }
            Operator::MemoryFill { mem } => self.emit_bulk(memory::memory_fill, mem, 0),
            Operator::MemoryCopy { dst_mem, src_mem } => self.emit_bulk(memory::memory_copy, dst_mem, src_mem),
            Operator::MemoryInit { data_index, mem } => self.emit_bulk(memory::memory_init, mem, data_index),
            Operator::DataDrop { data_index } => {
                self.emit(memory::data_drop, data_index, 0, 0, 0);
            }
            Operator::I64Add128 => self.emit_wide(numeric::add128, 4),
            Operator::I64Sub128 => self.emit_wide(numeric::sub128, 4),
            Operator::I64MulWideS => self.emit_wide(numeric::mul_wide_s, 2),
            Operator::I64MulWideU => self.emit_wide(numeric::mul_wide_u, 2),
            _ => return false,
        }
        true
    }

    pub(super) fn atomic(&mut self, operator: &Operator<'_>) -> bool {
        match operator {
            // Every access to shared memory is an own call into the runtime, which orders it.
            Operator::AtomicFence => true,
            Operator::MemoryAtomicNotify { memarg } => self.emit_atomic(memory::atomic_notify, 2, memarg),
            Operator::MemoryAtomicWait32 { memarg } => self.emit_atomic(memory::atomic_wait32, 3, memarg),
            Operator::MemoryAtomicWait64 { memarg } => self.emit_atomic(memory::atomic_wait64, 3, memarg),
            _ => {
                self.atomic_load(operator)
                    || self.atomic_store(operator)
                    || self.atomic_rmw(operator)
                    || self.atomic_cmpxchg(operator)
            }
        }
    }

    /// An atomic with a result whose operands are found from slot `b` on.
    fn emit_atomic(&mut self, handler: Handler, operands: usize, memarg: &MemArg) -> bool {
        let base = self.pop_settled(operands);
        let (c, d) = self.far(memarg);
        self.emit_result(handler, false, base, c, d);
        true
    }

    fn emit_atomic_load<O: Atomic>(&mut self, memarg: &MemArg) {
        self.emit_atomic(memory::atomic_load::<O>, 1, memarg);
    }

    fn emit_atomic_rmw<O: AtomicRmw>(&mut self, memarg: &MemArg) {
        self.emit_atomic(memory::atomic_rmw::<O>, 2, memarg);
    }

    fn emit_atomic_cmpxchg<O: Atomic>(&mut self, memarg: &MemArg) {
        self.emit_atomic(memory::atomic_cmpxchg::<O>, 3, memarg);
    }

    fn emit_atomic_store<O: Atomic>(&mut self, memarg: &MemArg) {
        let (address, value) = self.pop_slots2();
        let (c, d) = self.far(memarg);
        self.emit(memory::atomic_store::<O>, address, value, c, d);
    }
}
