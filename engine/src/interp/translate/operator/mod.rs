//! One arm for each instruction; those of the tables are made from the tables.

mod memory;
mod reference;
mod table;

use super::{
    super::{
        code::Handler,
        control, exception,
        numeric::{self, Binary, Compare, Extract, Replace, Ternary, Unary, lane_op, op},
        variable::{self, Slot},
    },
    Fused, Translator,
    control::Condition,
    operands::Kind,
};
use crate::{
    binary,
    exec::reference::HeapCode,
    syntax::{for_each_lane_op, for_each_numeric_op},
};
use wasmparser::Operator;

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

    /// An instruction on one reference that gives one value.
    fn emit_unary(&mut self, handler: Handler, c: u32, d: u32) {
        let slot = self.pop_slot();
        self.emit_result(handler, false, slot, c, d);
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
