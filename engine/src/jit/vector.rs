//! Vector instructions (core `#exec-instr-vec`) that are instructions of Cranelift's; the others call the function of the
//! table.
//!
//! On the operand stack every vector is sixteen bytes; an instruction looks at it in lanes of its own.

use super::{numeric::row_name, translate::Translator};
use cranelift_codegen::ir::{
    ConstantData, Endianness, InstBuilder, MemFlagsData, Type, Value,
    condcodes::{FloatCC, IntCC},
    types::{F32X4, F64X2, I8X16, I16X8, I32, I32X4, I64X2},
};
use wasmparser::Operator;

impl Translator<'_> {
    /// A constant vector.
    pub fn vector_const(&mut self, bytes: [u8; 16]) -> Value {
        let data = self.b.func.dfg.constants.insert(ConstantData::from(&bytes[..]));
        self.b.ins().vconst(I8X16, data)
    }

    /// A vector in lanes of a type.
    pub fn as_vector(&mut self, value: Value, ty: Type) -> Value {
        if self.type_of(value) == ty {
            return value;
        }
        let flags = MemFlagsData::new().with_endianness(Endianness::Little);
        self.b.ins().bitcast(ty, flags, value)
    }

    /// Pushes a vector, whatever its lanes.
    pub fn push_vector(&mut self, value: Value) {
        let value = self.as_vector(value, I8X16);
        self.push(value);
    }

    fn pop_vector(&mut self, ty: Type) -> Value {
        let value = self.pop();
        self.as_vector(value, ty)
    }

    /// Replaces one vector.
    fn vector_unary(&mut self, ty: Type, f: impl FnOnce(&mut Self, Value) -> Value) {
        let value = self.pop_vector(ty);
        let value = f(self, value);
        self.push_vector(value);
    }

    /// Replaces two vectors.
    fn vector_binary(&mut self, ty: Type, f: impl FnOnce(&mut Self, Value, Value) -> Value) {
        let (rhs, lhs) = (self.pop_vector(ty), self.pop_vector(ty));
        let value = f(self, lhs, rhs);
        self.push_vector(value);
    }

    /// Tells whether the operator is one of this chapter's.
    pub fn vector(&mut self, operator: &Operator<'_>) -> bool {
        self.whole_vector(operator)
            || self.lane_integer(operator)
            || self.lane_saturating(operator)
            || self.lane_shift(operator)
            || self.lane_comparison(operator)
            || self.lane_float_comparison(operator)
            || self.lane_float(operator)
            || self.lane_conversion(operator)
            || self.lane_product(operator)
            || self.lane_test(operator)
            || self.lane_move(operator)
            || self.lane_single(operator)
    }

    fn whole_vector(&mut self, operator: &Operator<'_>) -> bool {
        use Operator::*;
        match operator {
            V128Not => self.vector_unary(I8X16, |t, a| t.b.ins().bnot(a)),
            V128And => self.vector_binary(I8X16, |t, a, b| t.b.ins().band(a, b)),
            V128AndNot => self.vector_binary(I8X16, |t, a, b| t.b.ins().band_not(a, b)),
            V128Or => self.vector_binary(I8X16, |t, a, b| t.b.ins().bor(a, b)),
            V128Xor => self.vector_binary(I8X16, |t, a, b| t.b.ins().bxor(a, b)),
            V128Bitselect
            | I8x16RelaxedLaneselect
            | I16x8RelaxedLaneselect
            | I32x4RelaxedLaneselect
            | I64x2RelaxedLaneselect => {
                let mask = self.pop();
                self.vector_binary(I8X16, |t, a, b| t.b.ins().bitselect(mask, a, b));
            }
            I8x16Swizzle | I8x16RelaxedSwizzle => self.vector_binary(I8X16, |t, a, b| t.b.ins().swizzle(a, b)),
            I8x16Shuffle { lanes } => {
                let lanes = self.b.func.dfg.immediates.push(ConstantData::from(&lanes[..]));
                self.vector_binary(I8X16, |t, a, b| t.b.ins().shuffle(a, b, lanes));
            }
            _ => return false,
        }
        true
    }

    fn lane_integer(&mut self, operator: &Operator<'_>) -> bool {
        use Operator::*;
        let Some(ty) = integer_lanes(operator) else { return false };
        match operator {
            I8x16Neg | I16x8Neg | I32x4Neg | I64x2Neg => self.vector_unary(ty, |t, a| t.b.ins().ineg(a)),
            I8x16Abs | I16x8Abs | I32x4Abs | I64x2Abs => self.vector_unary(ty, |t, a| t.b.ins().iabs(a)),
            I8x16Popcnt => self.vector_unary(ty, |t, a| t.b.ins().popcnt(a)),
            I8x16Add | I16x8Add | I32x4Add | I64x2Add => self.vector_binary(ty, |t, a, b| t.b.ins().iadd(a, b)),
            I8x16Sub | I16x8Sub | I32x4Sub | I64x2Sub => self.vector_binary(ty, |t, a, b| t.b.ins().isub(a, b)),
            I16x8Mul | I32x4Mul | I64x2Mul => self.vector_binary(ty, |t, a, b| t.b.ins().imul(a, b)),
            I8x16MinS | I16x8MinS | I32x4MinS => self.vector_binary(ty, |t, a, b| t.b.ins().smin(a, b)),
            I8x16MinU | I16x8MinU | I32x4MinU => self.vector_binary(ty, |t, a, b| t.b.ins().umin(a, b)),
            I8x16MaxS | I16x8MaxS | I32x4MaxS => self.vector_binary(ty, |t, a, b| t.b.ins().smax(a, b)),
            I8x16MaxU | I16x8MaxU | I32x4MaxU => self.vector_binary(ty, |t, a, b| t.b.ins().umax(a, b)),
            I8x16AvgrU | I16x8AvgrU => self.vector_binary(ty, |t, a, b| t.b.ins().avg_round(a, b)),
            _ => return false,
        }
        true
    }

    fn lane_saturating(&mut self, operator: &Operator<'_>) -> bool {
        use Operator::*;
        match operator {
            I8x16AddSatS => self.vector_binary(I8X16, |t, a, b| t.b.ins().sadd_sat(a, b)),
            I16x8AddSatS => self.vector_binary(I16X8, |t, a, b| t.b.ins().sadd_sat(a, b)),
            I8x16AddSatU => self.vector_binary(I8X16, |t, a, b| t.b.ins().uadd_sat(a, b)),
            I16x8AddSatU => self.vector_binary(I16X8, |t, a, b| t.b.ins().uadd_sat(a, b)),
            I8x16SubSatS => self.vector_binary(I8X16, |t, a, b| t.b.ins().ssub_sat(a, b)),
            I16x8SubSatS => self.vector_binary(I16X8, |t, a, b| t.b.ins().ssub_sat(a, b)),
            I8x16SubSatU => self.vector_binary(I8X16, |t, a, b| t.b.ins().usub_sat(a, b)),
            I16x8SubSatU => self.vector_binary(I16X8, |t, a, b| t.b.ins().usub_sat(a, b)),
            I16x8Q15MulrSatS | I16x8RelaxedQ15mulrS => {
                self.vector_binary(I16X8, |t, a, b| t.b.ins().sqmul_round_sat(a, b));
            }
            I8x16NarrowI16x8S => self.vector_binary(I16X8, |t, a, b| t.b.ins().snarrow(a, b)),
            I8x16NarrowI16x8U => self.vector_binary(I16X8, |t, a, b| t.b.ins().unarrow(a, b)),
            I16x8NarrowI32x4S => self.vector_binary(I32X4, |t, a, b| t.b.ins().snarrow(a, b)),
            I16x8NarrowI32x4U => self.vector_binary(I32X4, |t, a, b| t.b.ins().unarrow(a, b)),
            _ => return false,
        }
        true
    }

    fn lane_shift(&mut self, operator: &Operator<'_>) -> bool {
        use Operator::*;
        let Some(ty) = integer_lanes(operator) else { return false };
        // The number of bits is taken modulo the lane's width, by Cranelift as by the specification.
        let shift: fn(&mut Self, Value, Value) -> Value = match operator {
            I8x16Shl | I16x8Shl | I32x4Shl | I64x2Shl => |t, a, bits| t.b.ins().ishl(a, bits),
            I8x16ShrS | I16x8ShrS | I32x4ShrS | I64x2ShrS => |t, a, bits| t.b.ins().sshr(a, bits),
            I8x16ShrU | I16x8ShrU | I32x4ShrU | I64x2ShrU => |t, a, bits| t.b.ins().ushr(a, bits),
            _ => return false,
        };
        let bits = self.pop();
        self.vector_unary(ty, |t, a| shift(t, a, bits));
        true
    }

    fn lane_comparison(&mut self, operator: &Operator<'_>) -> bool {
        use Operator::*;
        let Some(ty) = integer_lanes(operator) else { return false };
        let condition = match operator {
            I8x16Eq | I16x8Eq | I32x4Eq | I64x2Eq => IntCC::Equal,
            I8x16Ne | I16x8Ne | I32x4Ne | I64x2Ne => IntCC::NotEqual,
            I8x16LtS | I16x8LtS | I32x4LtS | I64x2LtS => IntCC::SignedLessThan,
            I8x16LtU | I16x8LtU | I32x4LtU => IntCC::UnsignedLessThan,
            I8x16GtS | I16x8GtS | I32x4GtS | I64x2GtS => IntCC::SignedGreaterThan,
            I8x16GtU | I16x8GtU | I32x4GtU => IntCC::UnsignedGreaterThan,
            I8x16LeS | I16x8LeS | I32x4LeS | I64x2LeS => IntCC::SignedLessThanOrEqual,
            I8x16LeU | I16x8LeU | I32x4LeU => IntCC::UnsignedLessThanOrEqual,
            I8x16GeS | I16x8GeS | I32x4GeS | I64x2GeS => IntCC::SignedGreaterThanOrEqual,
            I8x16GeU | I16x8GeU | I32x4GeU => IntCC::UnsignedGreaterThanOrEqual,
            _ => return false,
        };
        self.vector_binary(ty, |t, a, b| t.b.ins().icmp(condition, a, b));
        true
    }

    fn lane_float_comparison(&mut self, operator: &Operator<'_>) -> bool {
        use Operator::*;
        let (ty, condition) = match operator {
            F32x4Eq => (F32X4, FloatCC::Equal),
            F32x4Ne => (F32X4, FloatCC::NotEqual),
            F32x4Lt => (F32X4, FloatCC::LessThan),
            F32x4Gt => (F32X4, FloatCC::GreaterThan),
            F32x4Le => (F32X4, FloatCC::LessThanOrEqual),
            F32x4Ge => (F32X4, FloatCC::GreaterThanOrEqual),
            F64x2Eq => (F64X2, FloatCC::Equal),
            F64x2Ne => (F64X2, FloatCC::NotEqual),
            F64x2Lt => (F64X2, FloatCC::LessThan),
            F64x2Gt => (F64X2, FloatCC::GreaterThan),
            F64x2Le => (F64X2, FloatCC::LessThanOrEqual),
            F64x2Ge => (F64X2, FloatCC::GreaterThanOrEqual),
            _ => return false,
        };
        self.vector_binary(ty, |t, a, b| t.b.ins().fcmp(condition, a, b));
        true
    }

    fn lane_float(&mut self, operator: &Operator<'_>) -> bool {
        use Operator::*;
        let Some(ty) = float_lanes(operator) else { return false };
        match operator {
            F32x4Abs | F64x2Abs => self.vector_unary(ty, |t, a| t.b.ins().fabs(a)),
            F32x4Neg | F64x2Neg => self.vector_unary(ty, |t, a| t.b.ins().fneg(a)),
            F32x4Sqrt | F64x2Sqrt => self.vector_unary(ty, |t, a| t.b.ins().sqrt(a)),
            F32x4Add | F64x2Add => self.vector_binary(ty, |t, a, b| t.b.ins().fadd(a, b)),
            F32x4Sub | F64x2Sub => self.vector_binary(ty, |t, a, b| t.b.ins().fsub(a, b)),
            F32x4Mul | F64x2Mul => self.vector_binary(ty, |t, a, b| t.b.ins().fmul(a, b)),
            F32x4Div | F64x2Div => self.vector_binary(ty, |t, a, b| t.b.ins().fdiv(a, b)),
            F32x4Min | F64x2Min | F32x4RelaxedMin | F64x2RelaxedMin => {
                self.vector_binary(ty, Self::least);
            }
            F32x4Max | F64x2Max | F32x4RelaxedMax | F64x2RelaxedMax => {
                self.vector_binary(ty, Self::greatest);
            }
            // The second operand if it is less, the first one otherwise.
            F32x4PMin | F64x2PMin => self.vector_binary(ty, |t, a, b| t.choose(ty, b, a, b, a)),
            F32x4PMax | F64x2PMax => self.vector_binary(ty, |t, a, b| t.choose(ty, a, b, b, a)),
            F32x4RelaxedMadd | F64x2RelaxedMadd => self.multiply_add(ty, false),
            F32x4RelaxedNmadd | F64x2RelaxedNmadd => self.multiply_add(ty, true),
            _ => return self.lane_rounding(operator, ty),
        }
        true
    }

    /// Rounding, where the processor has an instruction for it: scalar library calls would be slower than the table's.
    fn lane_rounding(&mut self, operator: &Operator<'_>, ty: Type) -> bool {
        use Operator::*;
        if !self.backend.isa().has_round() {
            return false;
        }
        match operator {
            F32x4Ceil | F64x2Ceil => self.vector_unary(ty, |t, a| t.b.ins().ceil(a)),
            F32x4Floor | F64x2Floor => self.vector_unary(ty, |t, a| t.b.ins().floor(a)),
            F32x4Trunc | F64x2Trunc => self.vector_unary(ty, |t, a| t.b.ins().trunc(a)),
            F32x4Nearest | F64x2Nearest => self.vector_unary(ty, |t, a| t.b.ins().nearest(a)),
            _ => return false,
        }
        true
    }

    /// `yes` in the lanes where `x` is less than `y`, `no` in the others.
    fn choose(&mut self, ty: Type, x: Value, y: Value, yes: Value, no: Value) -> Value {
        let less = self.b.ins().fcmp(FloatCC::LessThan, x, y);
        let less = self.as_vector(less, ty);
        self.b.ins().bitselect(less, yes, no)
    }

    /// Rounded twice, as the deterministic profile has it.
    fn multiply_add(&mut self, ty: Type, negate: bool) {
        let summand = self.pop_vector(ty);
        self.vector_binary(ty, |t, a, b| {
            let a = if negate { t.b.ins().fneg(a) } else { a };
            let product = t.b.ins().fmul(a, b);
            t.b.ins().fadd(product, summand)
        });
    }

    fn lane_conversion(&mut self, operator: &Operator<'_>) -> bool {
        use Operator::*;
        match operator {
            I16x8ExtendLowI8x16S => self.vector_unary(I8X16, |t, a| t.b.ins().swiden_low(a)),
            I16x8ExtendHighI8x16S => self.vector_unary(I8X16, |t, a| t.b.ins().swiden_high(a)),
            I16x8ExtendLowI8x16U => self.vector_unary(I8X16, |t, a| t.b.ins().uwiden_low(a)),
            I16x8ExtendHighI8x16U => self.vector_unary(I8X16, |t, a| t.b.ins().uwiden_high(a)),
            I32x4ExtendLowI16x8S => self.vector_unary(I16X8, |t, a| t.b.ins().swiden_low(a)),
            I32x4ExtendHighI16x8S => self.vector_unary(I16X8, |t, a| t.b.ins().swiden_high(a)),
            I32x4ExtendLowI16x8U => self.vector_unary(I16X8, |t, a| t.b.ins().uwiden_low(a)),
            I32x4ExtendHighI16x8U => self.vector_unary(I16X8, |t, a| t.b.ins().uwiden_high(a)),
            I64x2ExtendLowI32x4S => self.vector_unary(I32X4, |t, a| t.b.ins().swiden_low(a)),
            I64x2ExtendHighI32x4S => self.vector_unary(I32X4, |t, a| t.b.ins().swiden_high(a)),
            I64x2ExtendLowI32x4U => self.vector_unary(I32X4, |t, a| t.b.ins().uwiden_low(a)),
            I64x2ExtendHighI32x4U => self.vector_unary(I32X4, |t, a| t.b.ins().uwiden_high(a)),
            F32x4ConvertI32x4S => self.vector_unary(I32X4, |t, a| t.b.ins().fcvt_from_sint(F32X4, a)),
            F32x4ConvertI32x4U => self.vector_unary(I32X4, |t, a| t.b.ins().fcvt_from_uint(F32X4, a)),
            F64x2ConvertLowI32x4S => self.vector_unary(I32X4, |t, a| {
                let wide = t.b.ins().swiden_low(a);
                t.b.ins().fcvt_from_sint(F64X2, wide)
            }),
            F64x2ConvertLowI32x4U => self.vector_unary(I32X4, |t, a| {
                let wide = t.b.ins().uwiden_low(a);
                t.b.ins().fcvt_from_uint(F64X2, wide)
            }),
            F64x2PromoteLowF32x4 => self.vector_unary(F32X4, |t, a| t.b.ins().fvpromote_low(a)),
            F32x4DemoteF64x2Zero => self.vector_unary(F64X2, |t, a| t.b.ins().fvdemote(a)),
            I32x4TruncSatF32x4S | I32x4RelaxedTruncF32x4S => {
                self.vector_unary(F32X4, |t, a| t.b.ins().fcvt_to_sint_sat(I32X4, a));
            }
            I32x4TruncSatF32x4U | I32x4RelaxedTruncF32x4U => {
                self.vector_unary(F32X4, |t, a| t.b.ins().fcvt_to_uint_sat(I32X4, a));
            }
            _ => return false,
        }
        true
    }

    fn lane_product(&mut self, operator: &Operator<'_>) -> bool {
        use Operator::*;
        type Widen = fn(&mut Translator<'_>, Value) -> Value;
        let low_s: Widen = |t, a| t.b.ins().swiden_low(a);
        let high_s: Widen = |t, a| t.b.ins().swiden_high(a);
        let low_u: Widen = |t, a| t.b.ins().uwiden_low(a);
        let high_u: Widen = |t, a| t.b.ins().uwiden_high(a);
        let (ty, widen) = match operator {
            I16x8ExtMulLowI8x16S => (I8X16, low_s),
            I16x8ExtMulHighI8x16S => (I8X16, high_s),
            I16x8ExtMulLowI8x16U => (I8X16, low_u),
            I16x8ExtMulHighI8x16U => (I8X16, high_u),
            I32x4ExtMulLowI16x8S => (I16X8, low_s),
            I32x4ExtMulHighI16x8S => (I16X8, high_s),
            I32x4ExtMulLowI16x8U => (I16X8, low_u),
            I32x4ExtMulHighI16x8U => (I16X8, high_u),
            I64x2ExtMulLowI32x4S => (I32X4, low_s),
            I64x2ExtMulHighI32x4S => (I32X4, high_s),
            I64x2ExtMulLowI32x4U => (I32X4, low_u),
            I64x2ExtMulHighI32x4U => (I32X4, high_u),
            _ => return self.lane_pairs(operator),
        };
        self.vector_binary(ty, |t, a, b| {
            let (a, b) = (widen(t, a), widen(t, b));
            t.b.ins().imul(a, b)
        });
        true
    }

    fn lane_pairs(&mut self, operator: &Operator<'_>) -> bool {
        use Operator::*;
        let (ty, signed) = match operator {
            I16x8ExtAddPairwiseI8x16S => (I8X16, true),
            I16x8ExtAddPairwiseI8x16U => (I8X16, false),
            I32x4ExtAddPairwiseI16x8S => (I16X8, true),
            I32x4ExtAddPairwiseI16x8U => (I16X8, false),
            I32x4DotI16x8S => {
                self.vector_binary(I16X8, |t, a, b| {
                    let (low_a, low_b) = (t.b.ins().swiden_low(a), t.b.ins().swiden_low(b));
                    let (high_a, high_b) = (t.b.ins().swiden_high(a), t.b.ins().swiden_high(b));
                    let (low, high) = (t.b.ins().imul(low_a, low_b), t.b.ins().imul(high_a, high_b));
                    t.b.ins().iadd_pairwise(low, high)
                });
                return true;
            }
            _ => return false,
        };
        self.vector_unary(ty, |t, a| {
            let (low, high) = if signed {
                (t.b.ins().swiden_low(a), t.b.ins().swiden_high(a))
            } else {
                (t.b.ins().uwiden_low(a), t.b.ins().uwiden_high(a))
            };
            t.b.ins().iadd_pairwise(low, high)
        });
        true
    }

    fn lane_test(&mut self, operator: &Operator<'_>) -> bool {
        use Operator::*;
        match operator {
            V128AnyTrue => self.unary(|t, a| {
                let any = t.b.ins().vany_true(a);
                t.truth(any)
            }),
            I8x16AllTrue | I16x8AllTrue | I32x4AllTrue | I64x2AllTrue => {
                let Some(ty) = integer_lanes(operator) else { return false };
                let value = self.pop_vector(ty);
                let all = self.b.ins().vall_true(value);
                let all = self.truth(all);
                self.push(all);
            }
            I8x16Bitmask | I16x8Bitmask | I32x4Bitmask | I64x2Bitmask => {
                let Some(ty) = integer_lanes(operator) else { return false };
                let value = self.pop_vector(ty);
                let bits = self.b.ins().vhigh_bits(I32, value);
                self.push(bits);
            }
            _ => return false,
        }
        true
    }

    /// Values into all lanes.
    fn lane_move(&mut self, operator: &Operator<'_>) -> bool {
        use Operator::*;
        let ty = match operator {
            I8x16Splat => I8X16,
            I16x8Splat => I16X8,
            I32x4Splat => I32X4,
            I64x2Splat => I64X2,
            F32x4Splat => F32X4,
            F64x2Splat => F64X2,
            _ => return false,
        };
        let value = self.pop();
        let lane = self.lane_of(ty, value);
        let vector = self.b.ins().splat(ty, lane);
        self.push_vector(vector);
        true
    }

    /// The part of a value that fits a lane.
    fn lane_of(&mut self, ty: Type, value: Value) -> Value {
        if matches!(ty, I8X16 | I16X8) { self.b.ins().ireduce(ty.lane_type(), value) } else { value }
    }

    /// Values out of a lane and into one.
    fn lane_single(&mut self, operator: &Operator<'_>) -> bool {
        use Operator::*;
        match *operator {
            I8x16ExtractLaneS { lane } => self.extract(I8X16, lane, |t, a| t.b.ins().sextend(I32, a)),
            I8x16ExtractLaneU { lane } => self.extract(I8X16, lane, |t, a| t.b.ins().uextend(I32, a)),
            I16x8ExtractLaneS { lane } => self.extract(I16X8, lane, |t, a| t.b.ins().sextend(I32, a)),
            I16x8ExtractLaneU { lane } => self.extract(I16X8, lane, |t, a| t.b.ins().uextend(I32, a)),
            I32x4ExtractLane { lane } => self.extract(I32X4, lane, |_, a| a),
            I64x2ExtractLane { lane } => self.extract(I64X2, lane, |_, a| a),
            F32x4ExtractLane { lane } => self.extract(F32X4, lane, |_, a| a),
            F64x2ExtractLane { lane } => self.extract(F64X2, lane, |_, a| a),
            I8x16ReplaceLane { lane } => self.replace(I8X16, lane),
            I16x8ReplaceLane { lane } => self.replace(I16X8, lane),
            I32x4ReplaceLane { lane } => self.replace(I32X4, lane),
            I64x2ReplaceLane { lane } => self.replace(I64X2, lane),
            F32x4ReplaceLane { lane } => self.replace(F32X4, lane),
            F64x2ReplaceLane { lane } => self.replace(F64X2, lane),
            _ => return false,
        }
        true
    }

    fn extract(&mut self, ty: Type, lane: u8, widen: impl FnOnce(&mut Self, Value) -> Value) {
        let vector = self.pop_vector(ty);
        let value = self.b.ins().extractlane(vector, lane);
        let value = widen(self, value);
        self.push(value);
    }

    fn replace(&mut self, ty: Type, lane: u8) {
        let value = self.pop();
        let value = self.lane_of(ty, value);
        self.vector_unary(ty, |t, vector| t.b.ins().insertlane(vector, value, lane));
    }
}

/// The lanes that an instruction on vectors of integers names.
fn integer_lanes(operator: &Operator<'_>) -> Option<Type> {
    Some(match shape(operator)? {
        "i8x16" => I8X16,
        "i16x8" => I16X8,
        "i32x4" => I32X4,
        "i64x2" => I64X2,
        _ => return None,
    })
}

/// The lanes that an instruction on vectors of floats names.
fn float_lanes(operator: &Operator<'_>) -> Option<Type> {
    Some(match shape(operator)? {
        "f32x4" => F32X4,
        "f64x2" => F64X2,
        _ => return None,
    })
}

/// What stands before the dot in the name of an instruction of the table.
fn shape(operator: &Operator<'_>) -> Option<&'static str> {
    row_name(operator)?.split('.').next()
}
