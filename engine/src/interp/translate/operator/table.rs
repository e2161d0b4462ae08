//! Table instructions.

use super::super::{super::table, Translator};
use wasmparser::Operator;

impl Translator<'_> {
    pub(super) fn table(&mut self, operator: &Operator<'_>) -> bool {
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
}
