//! Reference and aggregate instructions (core `#exec-instr-ref`, `#exec-instr-aggr`).

use super::{abi, helpers, translate::Translator};
use crate::{
    exec::reference::HeapCode,
    runtime::{FuncAddr, Ref},
    syntax::StorageType,
    trace::TrapCode,
};
use cranelift_codegen::ir::{
    InstBuilder, MemFlagsData, Value,
    condcodes::IntCC,
    types::{I8, I16, I32, I64},
};
use wasmparser::{HeapType, Operator};

impl Translator<'_> {
    /// Tells whether the operator is one of the references'.
    pub fn reference(&mut self, operator: &Operator<'_>) -> bool {
        match *operator {
            Operator::RefNull { .. } => {
                let null = self.word(0);
                self.push(null);
            }
            Operator::RefIsNull => self.unary(|t, reference| {
                let null = t.is_null(reference);
                t.truth(null)
            }),
            Operator::RefFunc { function_index } => {
                let addr = self.load_instance(self.layout.func(function_index));
                let tag = self.word(Ref::func(FuncAddr(0)).0);
                let reference = self.b.ins().bor(addr, tag);
                self.push(reference);
            }
            Operator::RefEq => self.binary(|t, lhs, rhs| {
                let equal = t.b.ins().icmp(IntCC::Equal, lhs, rhs);
                t.truth(equal)
            }),
            Operator::RefAsNonNull => {
                let reference = self.pop();
                let null = self.is_null(reference);
                self.trap_if(null, TrapCode::NullReference);
                self.push(reference);
            }
            Operator::RefTestNonNull { hty } => self.test(hty, false),
            Operator::RefTestNullable { hty } => self.test(hty, true),
            Operator::RefCastNonNull { hty } => self.cast(hty, false),
            Operator::RefCastNullable { hty } => self.cast(hty, true),
            Operator::RefI31 => self.unary(|t, value| {
                let word = t.b.ins().uextend(I64, value);
                let bits = t.word(0x7fff_ffff);
                let word = t.b.ins().band(word, bits);
                let tag = t.word(Ref::i31(0).0);
                t.b.ins().bor(word, tag)
            }),
            Operator::I31GetS => self.i31_get(true),
            Operator::I31GetU => self.i31_get(false),
            // The word of a reference is the same in both hierarchies.
            Operator::AnyConvertExtern | Operator::ExternConvertAny => {}
            _ => return false,
        }
        true
    }

    fn i31_get(&mut self, signed: bool) {
        let reference = self.pop();
        let null = self.is_null(reference);
        self.trap_if(null, TrapCode::NullReference);
        let bits = self.b.ins().ireduce(I32, reference);
        let value = if signed {
            let one = self.b.ins().iconst(I32, 1);
            let shifted = self.b.ins().ishl(bits, one);
            self.b.ins().sshr(shifted, one)
        } else {
            bits
        };
        self.push(value);
    }

    /// Whether a reference has a heap type, or is null and may be; a word.
    pub fn ref_test(&mut self, reference: Value, heap: HeapCode, nullable: bool) -> Value {
        let (heap, nullable) = (self.word(heap.0 as u64), self.word(nullable as u64));
        self.helper(helpers::ref_test(), &[reference, heap, nullable]);
        self.helper_result(I64)
    }

    fn test(&mut self, ty: HeapType, nullable: bool) {
        let reference = self.pop();
        let has = self.ref_test(reference, HeapCode::from(crate::binary::heap_type(ty)), nullable);
        let has = self.b.ins().ireduce(I32, has);
        self.push(has);
    }

    fn cast(&mut self, ty: HeapType, nullable: bool) {
        let reference = self.pop();
        let heap = HeapCode::from(crate::binary::heap_type(ty));
        let (heap, nullable) = (self.word(heap.0 as u64), self.word(nullable as u64));
        self.helper(helpers::ref_cast(), &[reference, heap, nullable]);
        self.push(reference);
    }

    /// Tells whether the operator is one of the aggregates'.
    pub fn aggregate(&mut self, operator: &Operator<'_>) -> bool {
        match *operator {
            Operator::StructNew { struct_type_index: x } => {
                let fields = self.module.fields(x).len();
                let values = self.pop_n(fields);
                let [words, len] = self.spill(&values);
                let x = self.word(x as u64);
                self.push_object(helpers::struct_new(), &[x, words, len]);
            }
            Operator::StructNewDefault { struct_type_index: x } => {
                let x = self.word(x as u64);
                self.push_object(helpers::struct_new_default(), &[x]);
            }
            Operator::StructGet { struct_type_index: x, field_index: i }
            | Operator::StructGetU { struct_type_index: x, field_index: i } => self.struct_get(x, i, false),
            Operator::StructGetS { struct_type_index: x, field_index: i } => self.struct_get(x, i, true),
            Operator::StructSet { struct_type_index: x, field_index: i } => {
                let value = self.pop();
                let (storage, place) = self.field(x, i);
                self.pack(storage, value, place);
            }
            _ => return self.array(operator),
        }
        true
    }

    /// Calls a helper that allocates, and pushes the new object.
    fn push_object(&mut self, helper: helpers::Helper, args: &[Value]) {
        self.helper(helper, args);
        let object = self.helper_result(I64);
        let object = self.hold(object);
        self.push(object);
    }

    /// Pops an object: where its bytes are until the next allocation. Traps if it is null.
    fn object(&mut self) -> Value {
        let reference = self.pop();
        let null = self.is_null(reference);
        self.trap_if(null, TrapCode::NullReference);
        self.call_helper(helpers::object(), &[reference]);
        self.helper_result(I64)
    }

    /// Pops a structure: what field `i` stores, and where it is.
    fn field(&mut self, x: u32, i: u32) -> (StorageType, Value) {
        let fields = self.module.fields(x);
        let storage = fields[i as usize].storage;
        let before: usize = fields[..i as usize].iter().map(|field| field.storage.size_bytes()).sum();
        let (bytes, before) = (self.object(), self.word(before as u64));
        (storage, self.b.ins().iadd(bytes, before))
    }

    /// Pops an index and an array: what an element stores, and where this one is. Traps if there is none.
    fn element(&mut self, x: u32) -> (StorageType, Value) {
        let storage = self.module.element(x).storage;
        let index = self.pop_word();
        let bytes = self.object();
        let len = self.load_context(I64, self.run, abi::run::RESULT + 8);
        let outside = self.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, index, len);
        self.trap_if(outside, TrapCode::OutOfBoundsArray);
        let size = self.word(storage.size_bytes() as u64);
        let offset = self.b.ins().imul(index, size);
        (storage, self.b.ins().iadd(bytes, offset))
    }

    /// Reads a field and pushes its value.
    fn unpack(&mut self, storage: StorageType, place: Value, signed: bool) {
        let ty = match storage {
            StorageType::I8 => I8,
            StorageType::I16 => I16,
            StorageType::Val(ty) => abi::machine_type(ty),
        };
        let value = self.b.ins().load(ty, MemFlagsData::new().with_notrap(), place, 0);
        let value = match storage {
            StorageType::Val(_) => value,
            _ if signed => self.b.ins().sextend(I32, value),
            _ => self.b.ins().uextend(I32, value),
        };
        let value = if let StorageType::Val(ty) = storage { self.hold_as(value, ty) } else { value };
        self.push(value);
    }

    /// Writes a field.
    fn pack(&mut self, storage: StorageType, value: Value, place: Value) {
        let value = match storage {
            StorageType::I8 => self.b.ins().ireduce(I8, value),
            StorageType::I16 => self.b.ins().ireduce(I16, value),
            StorageType::Val(_) => value,
        };
        self.b.ins().store(MemFlagsData::new().with_notrap(), value, place, 0);
    }

    fn struct_get(&mut self, x: u32, i: u32, signed: bool) {
        let (storage, place) = self.field(x, i);
        self.unpack(storage, place, signed);
    }

    fn array(&mut self, operator: &Operator<'_>) -> bool {
        match *operator {
            Operator::ArrayNew { array_type_index: x } => {
                let len = self.pop_word();
                let value = self.pop_words();
                let [words, _] = self.spill(&value);
                let x = self.word(x as u64);
                self.push_object(helpers::array_new(), &[x, words, len]);
            }
            Operator::ArrayNewDefault { array_type_index: x } => {
                let args = self.indices_and_words(&[x], 1);
                self.push_object(helpers::array_new_default(), &args);
            }
            Operator::ArrayNewFixed { array_type_index: x, array_size } => {
                let values = self.pop_n(array_size as usize);
                let [words, words_len] = self.spill(&values);
                let (x, len) = (self.word(x as u64), self.word(array_size as u64));
                self.push_object(helpers::array_new_fixed(), &[x, len, words, words_len]);
            }
            Operator::ArrayNewData { array_type_index: x, array_data_index: y } => {
                let args = self.indices_and_words(&[x, y], 2);
                self.push_object(helpers::array_new_data(), &args);
            }
            Operator::ArrayNewElem { array_type_index: x, array_elem_index: y } => {
                let args = self.indices_and_words(&[x, y], 2);
                self.push_object(helpers::array_new_elem(), &args);
            }
            Operator::ArrayGet { array_type_index: x } | Operator::ArrayGetU { array_type_index: x } => {
                self.array_get(x, false);
            }
            Operator::ArrayGetS { array_type_index: x } => self.array_get(x, true),
            Operator::ArraySet { array_type_index: x } => {
                let value = self.pop();
                let (storage, place) = self.element(x);
                self.pack(storage, value, place);
            }
            Operator::ArrayLen => {
                self.object();
                let len = self.load_context(I32, self.run, abi::run::RESULT + 8);
                self.push(len);
            }
            Operator::ArrayFill { array_type_index: x } => {
                let len = self.pop_word();
                let [low, high] = self.pop_words();
                let mut args = self.indices_and_words(&[x], 2);
                args.extend([low, high, len]);
                self.helper(helpers::array_fill(), &args);
            }
            Operator::ArrayCopy { array_type_index_dst: x, .. } => self.bulk_helper(helpers::array_copy(), &[x], 5),
            Operator::ArrayInitData { array_type_index: x, array_data_index: y } => {
                self.bulk_helper(helpers::array_init_data(), &[x, y], 4);
            }
            Operator::ArrayInitElem { array_elem_index: y, .. } => {
                self.bulk_helper(helpers::array_init_elem(), &[y], 4);
            }
            _ => return false,
        }
        true
    }

    fn array_get(&mut self, x: u32, signed: bool) {
        let (storage, place) = self.element(x);
        self.unpack(storage, place, signed);
    }
}
