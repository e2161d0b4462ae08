//! Reference, structure and array instructions.

use super::super::{
    super::{code::Handler, reference},
    Translator,
};
use crate::{binary, exec::reference::HeapCode};
use wasmparser::Operator;

impl Translator<'_> {
    pub(super) fn reference(&mut self, operator: &Operator<'_>) -> bool {
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

    pub(super) fn aggregate(&mut self, operator: &Operator<'_>) -> bool {
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
}
