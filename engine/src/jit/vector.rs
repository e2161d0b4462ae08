//! Vector instructions (core `#exec-instr-vec`) that are instructions of Cranelift's.
//!
//! On the operand stack every vector is sixteen bytes; an instruction looks at it in lanes of its own.

use super::translate::Translator;
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
        self.stack.push(value);
    }

    /// Tells whether the operator is one of this chapter's.
    pub fn vector(&mut self, operator: &Operator<'_>) -> bool {
        if let Operator::I8x16Shuffle { lanes } = operator {
            let (rhs, lhs) = (self.pop(), self.pop());
            let lanes = self.b.func.dfg.immediates.push(ConstantData::from(&lanes[..]));
            let value = self.b.ins().shuffle(lhs, rhs, lanes);
            self.push_vector(value);
            return true;
        }
        false
    }
}
