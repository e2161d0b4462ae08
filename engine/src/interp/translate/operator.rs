//! One arm for each instruction; those of the tables are made from the tables.

use super::{
    super::{
        code::Handler,
        control, exception,
        memory::{
            self, Atomic, AtomicRmw, LaneLoad, LaneStore, Load, POOLED, Store, atomic_op, lane_load_op, lane_store_op,
            load_op, store_op,
        },
        numeric::{self, Binary, Compare, Extract, Replace, Ternary, Unary, lane_op, op},
        reference, table,
        variable::{self, Slot},
    },
    Fused, Translator,
    control::Condition,
    operands::Kind,
};
use crate::{
    binary,
    exec::reference::HeapCode,
    syntax::{
        for_each_atomic_cmpxchg, for_each_atomic_load, for_each_atomic_rmw, for_each_atomic_store, for_each_lane_load,
        for_each_lane_op, for_each_lane_store, for_each_load, for_each_numeric_op, for_each_store,
    },
};
use wasmparser::{MemArg, Operator};

/// Whether the instruction of this name gives the same with its operands swapped.
const fn commutes(name: &str) -> bool {
    matches!(
        name.as_bytes(),
        b"I32Add"
            | b"I32Mul"
            | b"I32And"
            | b"I32Or"
            | b"I32Xor"
            | b"I32Eq"
            | b"I32Ne"
            | b"I64Add"
            | b"I64Mul"
            | b"I64And"
            | b"I64Or"
            | b"I64Xor"
            | b"I64Eq"
            | b"I64Ne"
    )
}

macro_rules! numeric_arm {
    ($t:ident $op:ident ($a:ident) -> $out:ident $class:ident) => {
        $t.unary::<op::$op>()
    };
    ($t:ident $op:ident ($a:ident, $b:ident) -> $out:ident compare) => {
        $t.compare::<op::$op>(commutes(stringify!($op)))
    };
    ($t:ident $op:ident ($a:ident, $b:ident) -> $out:ident $class:ident) => {
        $t.binary::<op::$op>(commutes(stringify!($op)))
    };
    ($t:ident $op:ident ($a:ident, $b:ident, $c:ident) -> $out:ident $class:ident) => {
        $t.ternary::<op::$op>()
    };
}

macro_rules! numeric_arms {
    ($($op:ident $name:literal $args:tt -> $out:ident $class:ident $f:ident;)*) => {
        impl Translator<'_> {
            /// The rows of the numeric table. Tells whether the operator is one.
            fn numeric(&mut self, operator: &Operator<'_>) -> bool {
                match operator {
                    $(Operator::$op => numeric_arm!(self $op $args -> $out $class),)*
                    _ => return false,
                }
                true
            }
        }
    };
}
for_each_numeric_op!(numeric_arms);

macro_rules! lane_arms {
    (@ $t:ident $op:ident $lane:ident extract) => { $t.extract::<lane_op::$op>(*$lane) };
    (@ $t:ident $op:ident $lane:ident replace) => { $t.replace::<lane_op::$op>(*$lane) };
    ($($op:ident $name:literal $args:tt -> $out:ident $class:ident $f:ident;)*) => {
        impl Translator<'_> {
            /// The rows of the lane table. Tells whether the operator is one.
            fn lane(&mut self, operator: &Operator<'_>) -> bool {
                match operator {
                    $(Operator::$op { lane } => lane_arms!(@ self $op lane $class),)*
                    _ => return false,
                }
                true
            }
        }
    };
}
for_each_lane_op!(lane_arms);

macro_rules! load_arms {
    ($($op:ident $name:literal $n:literal $out:ident $f:ident;)*) => {
        impl Translator<'_> {
            /// The rows of the load table. Tells whether the operator is one.
            fn load(&mut self, operator: &Operator<'_>) -> bool {
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
            fn store(&mut self, operator: &Operator<'_>) -> bool {
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
            fn lane_load(&mut self, operator: &Operator<'_>) -> bool {
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
            fn lane_store(&mut self, operator: &Operator<'_>) -> bool {
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
            fn $fn(&mut self, operator: &Operator<'_>) -> bool {
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
    /// Translates one operator, or skips it where nothing can be reached.
    pub(super) fn operator(&mut self, operator: &Operator<'_>) {
        if let Some(depth) = &mut self.skipping {
            match operator {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } | Operator::TryTable { .. } => {
                    *depth += 1;
                    return;
                }
                Operator::End if *depth > 0 => {
                    *depth -= 1;
                    return;
                }
                Operator::Else if *depth == 0 => {}
                Operator::End => {}
                _ => return,
            }
        }
        let done = self.variable(operator)
            || self.control(operator)
            || self.numeric(operator)
            || self.load(operator)
            || self.store(operator)
            || self.call(operator)
            || self.memory(operator)
            || self.table(operator)
            || self.reference(operator)
            || self.aggregate(operator)
            || self.vector(operator)
            || self.atomic(operator);
        assert!(done, "validation lets no such operator pass: {operator:?}");
    }

    fn variable(&mut self, operator: &Operator<'_>) -> bool {
        match *operator {
            Operator::LocalGet { local_index } => self.push_local(local_index),
            Operator::LocalSet { local_index } => self.set_local(local_index),
            Operator::LocalTee { local_index } => {
                self.set_local(local_index);
                self.push_local(local_index);
            }
            Operator::I32Const { value } => self.push_const(value as u32 as u64),
            Operator::I64Const { value } => self.push_const(value as u64),
            Operator::F32Const { value } => self.push_const(value.bits() as u64),
            Operator::F64Const { value } => self.push_const(value.bits()),
            Operator::RefNull { .. } => self.push_const(0),
            Operator::V128Const { value } => {
                let x = self.pool(value.i128() as u128);
                self.emit_result(variable::copy_pool, true, x, 0, 0);
            }
            Operator::GlobalGet { global_index } => {
                let wide = self.is_wide_global(global_index);
                let handler: Handler = if wide { variable::global_get_wide } else { variable::global_get };
                self.emit_result(handler, wide, global_index, 0, 0);
            }
            Operator::GlobalSet { global_index } => {
                let wide = self.is_wide_global(global_index);
                let handler: Handler = if wide { variable::global_set_wide } else { variable::global_set };
                let value = self.pop_slot();
                self.emit(handler, value, global_index, 0, 0);
            }
            Operator::Drop => {
                self.pop();
            }
            Operator::Select | Operator::TypedSelect { .. } => {
                let condition = self.pop_slot();
                let (upper, lower) = (self.pop(), self.pop());
                let (lhs, rhs) = (self.slot_of(lower), self.slot_of(upper));
                let handler: Handler = if lower.wide { variable::select_wide } else { variable::select };
                self.emit_result(handler, lower.wide, lhs, rhs, condition);
            }
            _ => return false,
        }
        true
    }

    fn is_wide_global(&self, x: u32) -> bool {
        self.module.syntax().globals[x as usize].ty.content.slots() == 2
    }

    fn control(&mut self, operator: &Operator<'_>) -> bool {
        match operator {
            Operator::Nop => {}
            Operator::Unreachable => {
                self.emit(control::unreachable, 0, 0, 0, 0);
                self.stop();
            }
            Operator::Block { blockty } => self.block(*blockty),
            Operator::Loop { blockty } => self.loop_(*blockty),
            Operator::If { blockty } => self.if_(*blockty),
            Operator::Else => self.else_(),
            Operator::End => self.end(),
            Operator::Br { relative_depth } => self.br(*relative_depth),
            Operator::BrIf { relative_depth } => self.br_if(*relative_depth),
            Operator::BrTable { targets } => self.br_table(targets),
            Operator::Return => self.return_(),
            Operator::TryTable { try_table } => self.try_table(try_table),
            Operator::Throw { tag_index } => {
                let module = self.module;
                let params = &module.func_type(module.syntax().tags[*tag_index as usize]).params;
                let slots = params.iter().map(|ty| ty.slots()).sum();
                let base = self.pop_settled(params.len());
                self.emit(exception::throw, *tag_index, base, slots, 0);
                self.stop();
            }
            Operator::ThrowRef => {
                let slot = self.pop_slot();
                self.emit(exception::throw_ref, 0, slot, 0, 0);
                self.stop();
            }
            Operator::BrOnNull { relative_depth } => {
                let entry = self.pop();
                let slot = self.slot_of(entry);
                self.branch_when(null_condition(slot), *relative_depth);
                self.push_again(entry);
            }
            Operator::BrOnNonNull { relative_depth } => {
                let slot = self.top_slot();
                self.branch_when(null_condition(slot).not(), *relative_depth);
                self.pop();
            }
            Operator::BrOnCast { relative_depth, to_ref_type, .. } => {
                let condition = self.cast_condition(*to_ref_type);
                self.branch_when(condition, *relative_depth);
            }
            Operator::BrOnCastFail { relative_depth, to_ref_type, .. } => {
                let condition = self.cast_condition(*to_ref_type).not();
                self.branch_when(condition, *relative_depth);
            }
            _ => return false,
        }
        true
    }

    /// Pushes an operand that was popped to be looked at; a constant has been put into its slot.
    fn push_again(&mut self, mut entry: super::operands::Entry) {
        if matches!(entry.kind, Kind::Const(_)) {
            entry.kind = Kind::Temp;
        }
        self.push_back(entry);
    }

    /// The slot where the topmost operand can be read; it stays.
    fn top_slot(&mut self) -> u32 {
        let entry = self.pop();
        let slot = self.slot_of(entry);
        self.push_again(entry);
        slot
    }

    fn cast_condition(&mut self, ty: wasmparser::RefType) -> Condition {
        use control::branch_cast;
        let slot = self.top_slot();
        let heap = HeapCode::from(binary::heap_type(ty.heap_type()));
        Condition {
            when: [branch_cast::<true, false>, branch_cast::<true, true>],
            unless: [branch_cast::<false, false>, branch_cast::<false, true>],
            operands: [slot, heap.0, ty.is_nullable() as u32],
        }
    }

    fn call(&mut self, operator: &Operator<'_>) -> bool {
        let module = self.module;
        let syntax = module.syntax();
        match *operator {
            Operator::Call { function_index: x } => {
                let (handler, a): (Handler, u32) = match x.checked_sub(syntax.imported.funcs) {
                    Some(defined) => (control::call_local, defined),
                    None => (control::call_import, x),
                };
                self.emit_call(handler, syntax.funcs[x as usize], a, 0, false);
            }
            Operator::ReturnCall { function_index: x } => {
                let (handler, a): (Handler, u32) = match x.checked_sub(syntax.imported.funcs) {
                    Some(defined) => (control::return_call_local, defined),
                    None => (control::return_call_import, x),
                };
                self.emit_call(handler, syntax.funcs[x as usize], a, 0, true);
            }
            Operator::CallIndirect { type_index, table_index } => {
                let index = self.pop_slot();
                self.emit_call(control::call_indirect, type_index, table_index, index, false);
            }
            Operator::ReturnCallIndirect { type_index, table_index } => {
                let index = self.pop_slot();
                self.emit_call(control::return_call_indirect, type_index, table_index, index, true);
            }
            Operator::CallRef { type_index } => {
                let callee = self.pop_slot();
                self.emit_call(control::call_ref, type_index, 0, callee, false);
            }
            Operator::ReturnCallRef { type_index } => {
                let callee = self.pop_slot();
                self.emit_call(control::return_call_ref, type_index, 0, callee, true);
            }
            _ => return false,
        }
        true
    }

    /// A call of type index `ty`: its arguments where the callee's frame begins, its results in their place.
    fn emit_call(&mut self, handler: Handler, ty: u32, a: u32, c: u32, tail: bool) {
        let module = self.module;
        let func = module.func_type(ty);
        let base = self.pop_settled(func.params.len());
        self.emit(handler, a, base, c, ty);
        self.push_temps(&func.results);
        if tail {
            self.stop();
        }
    }

    fn unary<O: Unary>(&mut self) {
        let arg = self.pop_slot();
        self.emit_result(numeric::unary::<O>, O::Out::WIDE, arg, 0, 0);
    }

    fn binary<O: Binary>(&mut self, commutes: bool) {
        let (mut rhs, mut lhs) = (self.pop(), self.pop());
        let (lhs_slot, rhs_slot) = (lhs.slot, rhs.slot);
        if commutes && matches!(lhs.kind, Kind::Const(_)) && !matches!(rhs.kind, Kind::Const(_)) {
            std::mem::swap(&mut lhs, &mut rhs);
        }
        let _ = (lhs_slot, rhs_slot);
        if let Kind::Const(imm) = rhs.kind {
            let lhs = self.slot_of(lhs);
            self.emit_result_imm(numeric::binary_imm::<O>, O::Out::WIDE, lhs, imm);
        } else {
            let (lhs, rhs) = (self.slot_of(lhs), self.slot_of(rhs));
            self.emit_result(numeric::binary::<O>, O::Out::WIDE, lhs, rhs, 0);
        }
    }

    fn compare<O: Binary + Compare>(&mut self, commutes: bool) {
        use control::{branch_compare, branch_compare_imm};
        self.binary::<O>(commutes);
        let at = self.ops.len() - 1;
        let imm = self.ops[at].run as usize == numeric::binary_imm::<O> as Handler as usize;
        self.fused = Some(if imm {
            Fused {
                at,
                when: [branch_compare_imm::<O, true, false>, branch_compare_imm::<O, true, true>],
                unless: [branch_compare_imm::<O, false, false>, branch_compare_imm::<O, false, true>],
            }
        } else {
            Fused {
                at,
                when: [branch_compare::<O, true, false>, branch_compare::<O, true, true>],
                unless: [branch_compare::<O, false, false>, branch_compare::<O, false, true>],
            }
        });
    }

    fn ternary<O: Ternary>(&mut self) {
        let third = self.pop_slot();
        let (first, second) = self.pop_slots2();
        self.emit_result(numeric::ternary::<O>, true, first, second, third);
    }

    fn extract<O: Extract>(&mut self, lane: u8) {
        let vector = self.pop_slot();
        self.emit_result(numeric::extract::<O>, O::Out::WIDE, vector, 0, lane as u32);
    }

    fn replace<O: Replace>(&mut self, lane: u8) {
        let (vector, value) = self.pop_slots2();
        self.emit_result(numeric::replace::<O>, true, vector, value, lane as u32);
    }

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

    fn vector(&mut self, operator: &Operator<'_>) -> bool {
        match operator {
            Operator::I8x16Shuffle { lanes } => {
                let (lhs, rhs) = self.pop_slots2();
                let x = self.pool(u128::from_le_bytes(*lanes));
                self.emit_result(numeric::shuffle, true, lhs, rhs, x);
                true
            }
            _ => self.lane(operator) || self.lane_load(operator) || self.lane_store(operator),
        }
    }

    /// Settles `operands` operands, pops them, and pushes the result of an instruction that finds them from `b` on.
    fn emit_settled(&mut self, handler: Handler, operands: usize, wide: bool, c: u32, d: u32) {
        let base = self.pop_settled(operands);
        self.emit_result(handler, wide, base, c, d);
    }

    fn memory(&mut self, operator: &Operator<'_>) -> bool {
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

    /// A bulk instruction: three operands from slot `b` on, no result.
    fn emit_bulk(&mut self, handler: Handler, a: u32, c: u32) {
        let base = self.pop_settled(3);
        self.emit(handler, a, base, c, 0);
    }

    /// Two results from slot `a` on.
    fn emit_wide(&mut self, handler: Handler, operands: usize) {
        let base = self.pop_settled(operands);
        self.emit(handler, base, base, 0, 0);
        self.push_temp(false);
        self.push_temp(false);
    }

    fn table(&mut self, operator: &Operator<'_>) -> bool {
        match *operator {
            Operator::TableGet { table } => {
                let index = self.pop_slot();
                self.emit_result(table::table_get, false, index, table, 0);
            }
            Operator::TableSet { table } => {
                let (index, value) = self.pop_slots2();
                self.emit(table::table_set, index, value, table, 0);
            }
            Operator::TableSize { table } => self.emit_result(table::table_size, false, table, 0, 0),
            Operator::TableGrow { table } => {
                self.emit_settled(table::table_grow, 2, false, table, 0);
            }
            Operator::TableFill { table } => self.emit_bulk(table::table_fill, table, 0),
            Operator::TableCopy { dst_table, src_table } => self.emit_bulk(table::table_copy, dst_table, src_table),
            Operator::TableInit { elem_index, table } => self.emit_bulk(table::table_init, table, elem_index),
            Operator::ElemDrop { elem_index } => {
                self.emit(table::elem_drop, elem_index, 0, 0, 0);
            }
            _ => return false,
        }
        true
    }

    /// An instruction on one reference that gives one value.
    fn emit_unary(&mut self, handler: Handler, c: u32, d: u32) {
        let slot = self.pop_slot();
        self.emit_result(handler, false, slot, c, d);
    }

    fn reference(&mut self, operator: &Operator<'_>) -> bool {
        let heap = |ty: wasmparser::HeapType| HeapCode::from(binary::heap_type(ty)).0;
        match *operator {
            Operator::RefIsNull => self.emit_unary(reference::ref_is_null, 0, 0),
            Operator::RefFunc { function_index } => self.emit_result(reference::ref_func, false, function_index, 0, 0),
            Operator::RefEq => {
                let (lhs, rhs) = self.pop_slots2();
                self.emit_result(reference::ref_eq, false, lhs, rhs, 0);
            }
            Operator::RefAsNonNull => self.emit_unary(reference::ref_as_non_null, 0, 0),
            Operator::RefTestNonNull { hty } => self.emit_unary(reference::ref_test, heap(hty), 0),
            Operator::RefTestNullable { hty } => self.emit_unary(reference::ref_test, heap(hty), 1),
            Operator::RefCastNonNull { hty } => self.emit_unary(reference::ref_cast, heap(hty), 0),
            Operator::RefCastNullable { hty } => self.emit_unary(reference::ref_cast, heap(hty), 1),
            Operator::RefI31 => self.emit_unary(reference::ref_i31, 0, 0),
            Operator::I31GetS => self.emit_unary(reference::i31_get_s, 0, 0),
            Operator::I31GetU => self.emit_unary(reference::i31_get_u, 0, 0),
            // The word of a reference is the same in both hierarchies.
            Operator::AnyConvertExtern | Operator::ExternConvertAny => {}
            _ => return false,
        }
        true
    }

    fn aggregate(&mut self, operator: &Operator<'_>) -> bool {
        match *operator {
            Operator::StructNew { struct_type_index: x } => {
                let count = self.fields(x).len();
                self.emit_settled(reference::struct_new, count, false, x, 0);
            }
            Operator::StructNewDefault { struct_type_index: x } => {
                self.emit_result(reference::struct_new_default, false, 0, x, 0);
            }
            Operator::StructGet { struct_type_index: x, field_index: f }
            | Operator::StructGetU { struct_type_index: x, field_index: f } => {
                let slot = self.pop_slot();
                let wide = self.fields(x)[f as usize].storage.unpack().slots() == 2;
                self.emit_result(reference::struct_get, wide, slot, x, f);
            }
            Operator::StructGetS { struct_type_index: x, field_index: f } => {
                self.emit_unary(reference::struct_get_s, x, f)
            }
            Operator::StructSet { struct_type_index: x, field_index: f } => {
                let (target, value) = self.pop_slots2();
                self.emit(reference::struct_set, target, value, x, f);
            }
            Operator::ArrayNew { array_type_index: x } => {
                let (value, len) = self.pop_slots2();
                self.emit_result(reference::array_new, false, value, x, len);
            }
            Operator::ArrayNewDefault { array_type_index: x } => self.emit_unary(reference::array_new_default, x, 0),
            Operator::ArrayNewFixed { array_type_index: x, array_size } => {
                self.emit_settled(reference::array_new_fixed, array_size as usize, false, x, array_size);
            }
            Operator::ArrayNewData { array_type_index: x, array_data_index: y } => {
                self.emit_settled(reference::array_new_data, 2, false, x, y);
            }
            Operator::ArrayNewElem { array_type_index: x, array_elem_index: y } => {
                self.emit_settled(reference::array_new_elem, 2, false, x, y);
            }
            Operator::ArrayGet { array_type_index: x } | Operator::ArrayGetU { array_type_index: x } => {
                self.emit_array_get(reference::array_get, x);
            }
            Operator::ArrayGetS { array_type_index: x } => self.emit_array_get(reference::array_get_s, x),
            Operator::ArraySet { array_type_index: x } => {
                let value = self.pop_slot();
                let (array, index) = self.pop_slots2();
                self.emit(reference::array_set, array, index, value, x);
            }
            Operator::ArrayLen => self.emit_unary(reference::array_len, 0, 0),
            Operator::ArrayFill { array_type_index: x } => self.emit_array(reference::array_fill, 4, x, 0),
            Operator::ArrayCopy { array_type_index_dst: x, .. } => self.emit_array(reference::array_copy, 5, x, 0),
            Operator::ArrayInitData { array_type_index: x, array_data_index: y } => {
                self.emit_array(reference::array_init_data, 4, x, y);
            }
            Operator::ArrayInitElem { array_type_index: x, array_elem_index: y } => {
                self.emit_array(reference::array_init_elem, 4, x, y);
            }
            _ => return false,
        }
        true
    }

    fn fields(&self, x: u32) -> &[crate::syntax::FieldType] {
        self.module.fields(x)
    }

    fn emit_array_get(&mut self, handler: Handler, x: u32) {
        let (array, index) = self.pop_slots2();
        let wide = self.module.element(x).storage.unpack().slots() == 2;
        self.emit_result(handler, wide, array, index, x);
    }

    /// A bulk instruction on arrays: operands from slot `b` on, no result.
    fn emit_array(&mut self, handler: Handler, operands: usize, c: u32, d: u32) {
        let base = self.pop_settled(operands);
        self.emit(handler, 0, base, c, d);
    }

    fn atomic(&mut self, operator: &Operator<'_>) -> bool {
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

/// The condition that the reference in `slot` is null.
fn null_condition(slot: u32) -> Condition {
    use control::branch_null;
    Condition {
        when: [branch_null::<true, false>, branch_null::<true, true>],
        unless: [branch_null::<false, false>, branch_null::<false, true>],
        operands: [slot, 0, 0],
    }
}
