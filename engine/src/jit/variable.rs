//! Variable and parametric instructions (core `#exec-instr-variable`, `#exec-instr-parametric`) and constants.

use super::translate::Translator;
use crate::syntax::ValType;
use cranelift_codegen::ir::{
    InstBuilder, MemFlagsData,
    immediates::{Ieee32, Ieee64},
    types::{I32, I64},
};
use wasmparser::Operator;

impl Translator<'_> {
    /// Tells whether the operator is one of this chapter's.
    pub fn variable(&mut self, operator: &Operator<'_>) -> bool {
        match *operator {
            Operator::LocalGet { local_index } => {
                let value = self.local_value(local_index);
                self.push(value);
            }
            Operator::LocalSet { local_index } => {
                let value = self.pop();
                self.b.def_var(self.local(local_index), value);
            }
            Operator::LocalTee { local_index } => {
                let value = self.pop();
                self.b.def_var(self.local(local_index), value);
                self.push(value);
            }
            Operator::GlobalGet { global_index } => self.global_get(global_index),
            Operator::GlobalSet { global_index } => self.global_set(global_index),
            Operator::I32Const { value } => self.push_iconst(I32, value as u32 as i64),
            Operator::I64Const { value } => self.push_iconst(I64, value),
            Operator::F32Const { value } => {
                let value = self.b.ins().f32const(Ieee32::with_bits(value.bits()));
                self.push(value);
            }
            Operator::F64Const { value } => {
                let value = self.b.ins().f64const(Ieee64::with_bits(value.bits()));
                self.push(value);
            }
            Operator::V128Const { value } => {
                let value = self.vector_const(*value.bytes());
                self.push(value);
            }
            Operator::Drop => {
                self.pop();
            }
            Operator::Select | Operator::TypedSelect { .. } => {
                let condition = self.pop();
                let (second, first) = (self.pop(), self.pop());
                let mut value = self.b.ins().select(condition, first, second);
                if self.is_held(first) || self.is_held(second) {
                    value = self.hold(value);
                }
                self.push(value);
            }
            Operator::Nop => {}
            _ => return false,
        }
        true
    }

    fn push_iconst(&mut self, ty: cranelift_codegen::ir::Type, value: i64) {
        let value = self.b.ins().iconst(ty, value);
        self.push(value);
    }

    fn global_flags(&self) -> MemFlagsData {
        MemFlagsData::trusted().with_alias_region(self.regions.global)
    }

    fn global_get(&mut self, x: u32) {
        let content = self.module.syntax().globals[x as usize].ty.content;
        let ty = super::abi::machine_type(content);
        let global = self.load_instance(self.layout.global(x));
        let flags = self.global_flags();
        let value = self.b.ins().load(ty, flags, global, 0);
        let value = self.hold_as(value, content);
        self.push(value);
    }

    fn global_set(&mut self, x: u32) {
        let wide = self.module.syntax().globals[x as usize].ty.content == ValType::V128;
        let value = if wide { self.pop() } else { self.pop_word() };
        let global = self.load_instance(self.layout.global(x));
        let flags = self.global_flags();
        self.b.ins().store(flags, value, global, 0);
    }
}
