//! Table instructions (core `#exec-instr-table`).

use super::{helpers, translate::Translator};
use crate::{syntax::ValType, trace::TrapCode};
use cranelift_codegen::ir::{
    InstBuilder, MemFlagsData, Type, Value,
    condcodes::IntCC,
    types::{I32, I64},
};
use wasmparser::Operator;

impl Translator<'_> {
    /// Tells whether the operator is one of this chapter's.
    pub fn table(&mut self, operator: &Operator<'_>) -> bool {
        match *operator {
            Operator::TableGet { table } => {
                let index = self.pop_word();
                let place = self.table_element(table, index, TrapCode::OutOfBoundsTable);
                let value = self.load_element(place);
                let element = ValType::Ref(self.module.syntax().tables[table as usize].ty.element);
                let value = self.hold_as(value, element);
                self.push(value);
            }
            Operator::TableSet { table } => {
                let value = self.pop();
                let index = self.pop_word();
                let place = self.table_element(table, index, TrapCode::OutOfBoundsTable);
                let flags = self.element_flags();
                self.b.ins().store(flags, value, place, 0);
            }
            Operator::TableSize { table } => {
                let table_inst = self.load_instance(self.layout.table(table));
                let len = self.load_store(I64, table_inst, 8);
                let len = if self.index_type(table) == I32 { self.b.ins().ireduce(I32, len) } else { len };
                self.push(len);
            }
            Operator::TableGrow { table } => {
                let ty = self.index_type(table);
                let args = self.indices_and_words(&[table], 2);
                self.helper_push(helpers::table_grow(), &args, ty);
            }
            Operator::TableFill { table } => self.bulk_helper(helpers::table_fill(), &[table], 3),
            Operator::TableCopy { dst_table, src_table } => {
                self.bulk_helper(helpers::table_copy(), &[dst_table, src_table], 3);
            }
            Operator::TableInit { elem_index, table } => {
                self.bulk_helper(helpers::table_init(), &[table, elem_index], 3)
            }
            Operator::ElemDrop { elem_index } => self.bulk_helper(helpers::elem_drop(), &[elem_index], 0),
            _ => return false,
        }
        true
    }

    /// The type of a table's indices.
    fn index_type(&self, x: u32) -> Type {
        if self.module.syntax().tables[x as usize].ty.is_64 { I64 } else { I32 }
    }

    fn element_flags(&self) -> MemFlagsData {
        MemFlagsData::trusted().with_alias_region(self.regions.table)
    }

    /// Where element `index` of table `x` is; traps if there is none.
    pub fn table_element(&mut self, x: u32, index: Value, code: TrapCode) -> Value {
        let table = self.load_instance(self.layout.table(x));
        let len = self.load_store(I64, table, 8);
        let outside = self.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, index, len);
        self.trap_if(outside, code);
        let base = self.load_store(I64, table, 0);
        let three = self.b.ins().iconst(I64, 3);
        let offset = self.b.ins().ishl(index, three);
        self.b.ins().iadd(base, offset)
    }

    /// Reads the element at a place.
    pub fn load_element(&mut self, place: Value) -> Value {
        let flags = self.element_flags();
        self.b.ins().load(I64, flags, place, 0)
    }
}
