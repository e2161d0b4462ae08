//! Numeric instructions (core `#exec-instr-numeric`). Those that are no instruction of Cranelift's call the function of
//! the one table, as tier one does.

#![allow(unsafe_code, reason = "calls from compiled code into the functions of the table")]

use super::{abi, helpers::Helper, operands::Operand, trampolines, translate::Translator};
use crate::{
    interp::{
        numeric::{Binary, Extract, Replace, Ternary, Unary, lane_op, op},
        variable::Slot,
    },
    syntax::{for_each_lane_op, for_each_numeric_op},
    trace::TrapCode,
};
use cranelift_codegen::ir::{
    InstBuilder, MemFlagsData, Type, Value,
    condcodes::{FloatCC, IntCC},
    types::{F32, F64, I8, I8X16, I16, I32, I64, I128},
};
use wasmparser::Operator;

/// Calls a function of the table: operands and result are at the same place. 0, or the number of the trap plus one.
type TableFunction = unsafe extern "C" fn(words: *mut u64, lane: u64) -> u64;

fn ended<T: Slot>(result: Result<T, TrapCode>, words: *mut u64) -> u64 {
    match result {
        Ok(value) => {
            // SAFETY: compiled code makes room for a result of two words.
            unsafe { value.write(words, 0) };
            0
        }
        Err(code) => abi::trap_number(code) as u64,
    }
}

fn width<T: Slot>() -> u32 {
    1 + T::WIDE as u32
}

unsafe extern "C" fn unary<O: Unary>(words: *mut u64, _: u64) -> u64 {
    // SAFETY: compiled code puts the operand there.
    ended(O::apply(unsafe { O::Arg::read(words, 0) }), words)
}

unsafe extern "C" fn binary<O: Binary>(words: *mut u64, _: u64) -> u64 {
    // SAFETY: compiled code puts the operands there.
    let (lhs, rhs) = unsafe { (O::Lhs::read(words, 0), O::Rhs::read(words, width::<O::Lhs>())) };
    ended(O::apply(lhs, rhs), words)
}

unsafe extern "C" fn ternary<O: Ternary>(words: *mut u64, _: u64) -> u64 {
    // SAFETY: compiled code puts the operands there.
    let (first, second, third) = unsafe { (Slot::read(words, 0), Slot::read(words, 2), Slot::read(words, 4)) };
    ended(Ok(O::apply(first, second, third)), words)
}

unsafe extern "C" fn extract<O: Extract>(words: *mut u64, lane: u64) -> u64 {
    // SAFETY: compiled code puts the operand there.
    ended(Ok(O::apply(unsafe { Slot::read(words, 0) }, lane as u8)), words)
}

unsafe extern "C" fn replace<O: Replace>(words: *mut u64, lane: u64) -> u64 {
    // SAFETY: compiled code puts the operands there.
    let (vector, value) = unsafe { (Slot::read(words, 0), O::Arg::read(words, 2)) };
    ended(Ok(O::apply(vector, value, lane as u8)), words)
}

macro_rules! machine_type {
    (I32) => {
        I32
    };
    (I64) => {
        I64
    };
    (F32) => {
        F32
    };
    (F64) => {
        F64
    };
    (V128) => {
        I8X16
    };
}

macro_rules! table_function {
    ($op:ident ($a:ident) -> $out:ident) => {
        (unary::<op::$op> as TableFunction, 1, machine_type!($out))
    };
    ($op:ident ($a:ident, $b:ident) -> $out:ident) => {
        (binary::<op::$op> as TableFunction, 2, machine_type!($out))
    };
    ($op:ident ($a:ident, $b:ident, $c:ident) -> $out:ident) => {
        (ternary::<op::$op> as TableFunction, 3, machine_type!($out))
    };
}

macro_rules! table_functions {
    ($($op:ident $name:literal $args:tt -> $out:ident $class:ident $f:ident;)*) => {
        /// The name of an instruction of the table.
        pub(super) fn row_name(operator: &Operator<'_>) -> Option<&'static str> {
            Some(match operator {
                $(Operator::$op => $name,)*
                _ => return None,
            })
        }

        /// The function of a row, how many operands it has, and the type of its result.
        fn numeric_row(operator: &Operator<'_>) -> Option<(TableFunction, usize, Type)> {
            Some(match operator {
                $(Operator::$op => table_function!($op $args -> $out),)*
                _ => return None,
            })
        }
    };
}
for_each_numeric_op!(table_functions);

macro_rules! lane_function {
    ($op:ident $args:tt -> $out:ident extract) => {
        (extract::<lane_op::$op> as TableFunction, 1, machine_type!($out))
    };
    ($op:ident $args:tt -> $out:ident replace) => {
        (replace::<lane_op::$op> as TableFunction, 2, machine_type!($out))
    };
}

macro_rules! lane_functions {
    ($($op:ident $name:literal $args:tt -> $out:ident $class:ident $f:ident;)*) => {
        /// The function of a row, how many operands it has, the type of its result, and the lane.
        fn lane_row(operator: &Operator<'_>) -> Option<(TableFunction, usize, Type, u8)> {
            Some(match *operator {
                $(Operator::$op { lane } => {
                    let (function, operands, ty) = lane_function!($op $args -> $out $class);
                    (function, operands, ty, lane)
                })*
                _ => return None,
            })
        }
    };
}
for_each_lane_op!(lane_functions);

impl Translator<'_> {
    /// Whatever the tables of instructions have and no chapter knows better.
    pub fn by_table(&mut self, operator: &Operator<'_>) -> bool {
        if let Some((function, operands, ty)) = numeric_row(operator) {
            self.call_row(function, operands, ty, 0);
            return true;
        }
        if let Some((function, operands, ty, lane)) = lane_row(operator) {
            self.call_row(function, operands, ty, lane as u64);
            return true;
        }
        false
    }

    fn call_row(&mut self, function: TableFunction, operands: usize, ty: Type, lane: u64) {
        let values = self.pop_n(operands);
        let at = self.stack_words(2 * operands.max(1) as u32);
        trampolines::store_words(&mut self.b, &values, at);
        let lane = self.word(lane);
        let helper = Helper { address: function as usize, params: 2, publishes: false };
        let signature = self.helper_signature(2);
        let call = super::compile::call_helper(&mut self.b, helper, signature, &[at, lane]);
        let number = self.b.inst_results(call)[0];
        self.trap_with(number);
        let result = trampolines::load_words(&mut self.b, &[ty], at);
        self.stack.extend(result.into_iter().map(Operand::from));
    }

    /// Tells whether the operator is one of this chapter's.
    pub fn numeric(&mut self, operator: &Operator<'_>) -> bool {
        self.integer(operator)
            || self.division(operator)
            || self.integer_comparison(operator)
            || self.float(operator)
            || self.conversion(operator)
            || self.truncation(operator)
            || self.wide(operator)
    }

    /// Replaces one operand.
    pub fn unary(&mut self, f: impl FnOnce(&mut Self, Value) -> Value) {
        let value = self.pop();
        let value = f(self, value);
        self.push(value);
    }

    /// Replaces two operands.
    pub fn binary(&mut self, f: impl FnOnce(&mut Self, Value, Value) -> Value) {
        let (rhs, lhs) = (self.pop(), self.pop());
        let value = f(self, lhs, rhs);
        self.push(value);
    }

    fn integer(&mut self, operator: &Operator<'_>) -> bool {
        use Operator::*;
        match operator {
            I32Clz | I64Clz => self.unary(|t, a| t.b.ins().clz(a)),
            I32Ctz | I64Ctz => self.unary(|t, a| t.b.ins().ctz(a)),
            I32Popcnt | I64Popcnt => self.unary(|t, a| t.b.ins().popcnt(a)),
            I32Add | I64Add => self.binary(|t, a, b| t.b.ins().iadd(a, b)),
            I32Sub | I64Sub => self.binary(|t, a, b| t.b.ins().isub(a, b)),
            I32Mul | I64Mul => self.binary(|t, a, b| t.b.ins().imul(a, b)),
            I32And | I64And => self.binary(|t, a, b| t.b.ins().band(a, b)),
            I32Or | I64Or => self.binary(|t, a, b| t.b.ins().bor(a, b)),
            I32Xor | I64Xor => self.binary(|t, a, b| t.b.ins().bxor(a, b)),
            I32Shl | I64Shl => self.binary(|t, a, b| t.b.ins().ishl(a, b)),
            I32ShrS | I64ShrS => self.binary(|t, a, b| t.b.ins().sshr(a, b)),
            I32ShrU | I64ShrU => self.binary(|t, a, b| t.b.ins().ushr(a, b)),
            I32Rotl | I64Rotl => self.binary(|t, a, b| t.b.ins().rotl(a, b)),
            I32Rotr | I64Rotr => self.binary(|t, a, b| t.b.ins().rotr(a, b)),
            _ => return false,
        }
        true
    }

    fn division(&mut self, operator: &Operator<'_>) -> bool {
        use Operator::*;
        match operator {
            I32DivS | I64DivS => self.binary(|t, a, b| {
                t.check_divisor(b);
                t.check_quotient(a, b);
                t.b.ins().sdiv(a, b)
            }),
            I32DivU | I64DivU => self.binary(|t, a, b| {
                t.check_divisor(b);
                t.b.ins().udiv(a, b)
            }),
            I32RemS | I64RemS => self.binary(|t, a, b| {
                t.check_divisor(b);
                t.b.ins().srem(a, b)
            }),
            I32RemU | I64RemU => self.binary(|t, a, b| {
                t.check_divisor(b);
                t.b.ins().urem(a, b)
            }),
            _ => return false,
        }
        true
    }

    fn check_divisor(&mut self, divisor: Value) {
        let ty = self.type_of(divisor);
        let zero = self.b.ins().iconst(ty, 0);
        let is_zero = self.b.ins().icmp(IntCC::Equal, divisor, zero);
        self.trap_if(is_zero, TrapCode::IntegerDivideByZero);
    }

    /// The least integer divided by -1 is no integer of the type.
    fn check_quotient(&mut self, dividend: Value, divisor: Value) {
        let ty = self.type_of(dividend);
        let least = if ty == I32 { i32::MIN as u32 as i64 } else { i64::MIN };
        let minus_one = if ty == I32 { u32::MAX as i64 } else { -1 };
        let (least, minus_one) = (self.b.ins().iconst(ty, least), self.b.ins().iconst(ty, minus_one));
        let is_least = self.b.ins().icmp(IntCC::Equal, dividend, least);
        let is_minus_one = self.b.ins().icmp(IntCC::Equal, divisor, minus_one);
        let overflows = self.b.ins().band(is_least, is_minus_one);
        self.trap_if(overflows, TrapCode::IntegerOverflow);
    }

    fn integer_comparison(&mut self, operator: &Operator<'_>) -> bool {
        use Operator::*;
        let condition = match operator {
            I32Eqz | I64Eqz => {
                let value = self.pop();
                let ty = self.type_of(value);
                let zero = self.b.ins().iconst(ty, 0);
                self.stack.extend([value, zero].map(Operand::from));
                IntCC::Equal
            }
            I32Eq | I64Eq => IntCC::Equal,
            I32Ne | I64Ne => IntCC::NotEqual,
            I32LtS | I64LtS => IntCC::SignedLessThan,
            I32LtU | I64LtU => IntCC::UnsignedLessThan,
            I32GtS | I64GtS => IntCC::SignedGreaterThan,
            I32GtU | I64GtU => IntCC::UnsignedGreaterThan,
            I32LeS | I64LeS => IntCC::SignedLessThanOrEqual,
            I32LeU | I64LeU => IntCC::UnsignedLessThanOrEqual,
            I32GeS | I64GeS => IntCC::SignedGreaterThanOrEqual,
            I32GeU | I64GeU => IntCC::UnsignedGreaterThanOrEqual,
            _ => return false,
        };
        self.binary(|t, a, b| {
            let holds = t.b.ins().icmp(condition, a, b);
            t.truth(holds)
        });
        true
    }

    fn float(&mut self, operator: &Operator<'_>) -> bool {
        use Operator::*;
        match operator {
            F32Abs | F64Abs => self.unary(|t, a| t.b.ins().fabs(a)),
            F32Neg | F64Neg => self.unary(|t, a| t.b.ins().fneg(a)),
            F32Ceil | F64Ceil => self.unary(|t, a| t.b.ins().ceil(a)),
            F32Floor | F64Floor => self.unary(|t, a| t.b.ins().floor(a)),
            F32Trunc | F64Trunc => self.unary(|t, a| t.b.ins().trunc(a)),
            F32Nearest | F64Nearest => self.unary(|t, a| t.b.ins().nearest(a)),
            F32Sqrt | F64Sqrt => self.unary(|t, a| t.b.ins().sqrt(a)),
            F32Add | F64Add => self.binary(|t, a, b| t.b.ins().fadd(a, b)),
            F32Sub | F64Sub => self.binary(|t, a, b| t.b.ins().fsub(a, b)),
            F32Mul | F64Mul => self.binary(|t, a, b| t.b.ins().fmul(a, b)),
            F32Div | F64Div => self.binary(|t, a, b| t.b.ins().fdiv(a, b)),
            F32Min | F64Min => self.binary(Self::least),
            F32Max | F64Max => self.binary(Self::greatest),
            F32Copysign | F64Copysign => self.binary(|t, a, b| t.b.ins().fcopysign(a, b)),
            _ => return self.float_comparison(operator),
        }
        true
    }

    /// The lesser of two numbers, or of the numbers in each lane.
    pub fn least(&mut self, a: Value, b: Value) -> Value {
        let least = self.b.ins().fmin(a, b);
        self.sum_if_nan(a, b, least)
    }

    /// The greater one.
    pub fn greatest(&mut self, a: Value, b: Value) -> Value {
        let greatest = self.b.ins().fmax(a, b);
        self.sum_if_nan(a, b, greatest)
    }

    /// Where one of both is a NaN, their sum, as the table has it: the specification would allow for other NaNs, among them
    /// Cranelift's own, but the tiers are compared.
    fn sum_if_nan(&mut self, a: Value, b: Value, otherwise: Value) -> Value {
        let sum = self.b.ins().fadd(a, b);
        let has_nan = self.b.ins().fcmp(FloatCC::Unordered, a, b);
        let ty = self.type_of(sum);
        if !ty.is_vector() {
            return self.b.ins().select(has_nan, sum, otherwise);
        }
        let has_nan = self.as_vector(has_nan, ty);
        self.b.ins().bitselect(has_nan, sum, otherwise)
    }

    fn float_comparison(&mut self, operator: &Operator<'_>) -> bool {
        use Operator::*;
        let condition = match operator {
            F32Eq | F64Eq => FloatCC::Equal,
            F32Ne | F64Ne => FloatCC::NotEqual,
            F32Lt | F64Lt => FloatCC::LessThan,
            F32Gt | F64Gt => FloatCC::GreaterThan,
            F32Le | F64Le => FloatCC::LessThanOrEqual,
            F32Ge | F64Ge => FloatCC::GreaterThanOrEqual,
            _ => return false,
        };
        self.binary(|t, a, b| {
            let holds = t.b.ins().fcmp(condition, a, b);
            t.truth(holds)
        });
        true
    }

    fn conversion(&mut self, operator: &Operator<'_>) -> bool {
        use Operator::*;
        let bitcast = |ty| move |t: &mut Self, a| t.b.ins().bitcast(ty, MemFlagsData::new(), a);
        let extend = |from, to| {
            move |t: &mut Self, a| {
                let low = t.b.ins().ireduce(from, a);
                t.b.ins().sextend(to, low)
            }
        };
        match operator {
            I32WrapI64 => self.unary(|t, a| t.b.ins().ireduce(I32, a)),
            I64ExtendI32S => self.unary(|t, a| t.b.ins().sextend(I64, a)),
            I64ExtendI32U => self.unary(|t, a| t.b.ins().uextend(I64, a)),
            I32Extend8S => self.unary(extend(I8, I32)),
            I32Extend16S => self.unary(extend(I16, I32)),
            I64Extend8S => self.unary(extend(I8, I64)),
            I64Extend16S => self.unary(extend(I16, I64)),
            I64Extend32S => self.unary(extend(I32, I64)),
            F32ConvertI32S | F32ConvertI64S => self.unary(|t, a| t.b.ins().fcvt_from_sint(F32, a)),
            F32ConvertI32U | F32ConvertI64U => self.unary(|t, a| t.b.ins().fcvt_from_uint(F32, a)),
            F64ConvertI32S | F64ConvertI64S => self.unary(|t, a| t.b.ins().fcvt_from_sint(F64, a)),
            F64ConvertI32U | F64ConvertI64U => self.unary(|t, a| t.b.ins().fcvt_from_uint(F64, a)),
            F32DemoteF64 => self.unary(|t, a| t.b.ins().fdemote(F32, a)),
            F64PromoteF32 => self.unary(|t, a| t.b.ins().fpromote(F64, a)),
            I32ReinterpretF32 => self.unary(bitcast(I32)),
            I64ReinterpretF64 => self.unary(bitcast(I64)),
            F32ReinterpretI32 => self.unary(bitcast(F32)),
            F64ReinterpretI64 => self.unary(bitcast(F64)),
            _ => return false,
        }
        true
    }

    fn truncation(&mut self, operator: &Operator<'_>) -> bool {
        use Operator::*;
        match operator {
            I32TruncSatF32S | I32TruncSatF64S => self.unary(|t, a| t.b.ins().fcvt_to_sint_sat(I32, a)),
            I32TruncSatF32U | I32TruncSatF64U => self.unary(|t, a| t.b.ins().fcvt_to_uint_sat(I32, a)),
            I64TruncSatF32S | I64TruncSatF64S => self.unary(|t, a| t.b.ins().fcvt_to_sint_sat(I64, a)),
            I64TruncSatF32U | I64TruncSatF64U => self.unary(|t, a| t.b.ins().fcvt_to_uint_sat(I64, a)),
            I32TruncF32S | I32TruncF64S => self.truncate(I32, true),
            I32TruncF32U | I32TruncF64U => self.truncate(I32, false),
            I64TruncF32S | I64TruncF64S => self.truncate(I64, true),
            I64TruncF32U | I64TruncF64U => self.truncate(I64, false),
            _ => return false,
        }
        true
    }

    /// A conversion that traps. The bounds are compared with the integral part, in 64 bits, where all of them are exact.
    fn truncate(&mut self, to: Type, signed: bool) {
        self.unary(|t, value| {
            let nan = t.b.ins().fcmp(FloatCC::Unordered, value, value);
            t.trap_if(nan, TrapCode::InvalidConversionToInteger);
            let double = if t.type_of(value) == F32 { t.b.ins().fpromote(F64, value) } else { value };
            let integral = t.b.ins().trunc(double);
            let (least, above) = bounds(to, signed);
            let (least, above) = (t.b.ins().f64const(least), t.b.ins().f64const(above));
            let too_small = t.b.ins().fcmp(FloatCC::LessThan, integral, least);
            let too_large = t.b.ins().fcmp(FloatCC::GreaterThanOrEqual, integral, above);
            let outside = t.b.ins().bor(too_small, too_large);
            t.trap_if(outside, TrapCode::IntegerOverflow);
            if signed { t.b.ins().fcvt_to_sint_sat(to, value) } else { t.b.ins().fcvt_to_uint_sat(to, value) }
        });
    }

    fn wide(&mut self, operator: &Operator<'_>) -> bool {
        match operator {
            Operator::I64Add128 => self.wide_sum(|t, a, b| t.b.ins().iadd(a, b)),
            Operator::I64Sub128 => self.wide_sum(|t, a, b| t.b.ins().isub(a, b)),
            Operator::I64MulWideS => self.wide_product(|t, a, b| t.b.ins().smulhi(a, b)),
            Operator::I64MulWideU => self.wide_product(|t, a, b| t.b.ins().umulhi(a, b)),
            _ => return false,
        }
        true
    }

    fn wide_sum(&mut self, f: impl FnOnce(&mut Self, Value, Value) -> Value) {
        let parts = self.pop_n(4);
        let lhs = self.b.ins().iconcat(parts[0], parts[1]);
        let rhs = self.b.ins().iconcat(parts[2], parts[3]);
        let sum = f(self, lhs, rhs);
        debug_assert_eq!(self.type_of(sum), I128);
        let (low, high) = self.b.ins().isplit(sum);
        self.stack.extend([low, high].map(Operand::from));
    }

    fn wide_product(&mut self, high: impl FnOnce(&mut Self, Value, Value) -> Value) {
        let (rhs, lhs) = (self.pop(), self.pop());
        let low = self.b.ins().imul(lhs, rhs);
        let high = high(self, lhs, rhs);
        self.stack.extend([low, high].map(Operand::from));
    }
}

/// The least integer of a type, and the one above the greatest.
fn bounds(ty: Type, signed: bool) -> (f64, f64) {
    match (ty == I32, signed) {
        (true, true) => (-2_147_483_648.0, 2_147_483_648.0),
        (true, false) => (0.0, 4_294_967_296.0),
        (false, true) => (-9_223_372_036_854_775_808.0, 9_223_372_036_854_775_808.0),
        (false, false) => (0.0, 18_446_744_073_709_551_616.0),
    }
}
