//! Structures and arrays in expressions and in functions.

use super::{Encoder, types};
use crate::plan::{Item, Kind, Object, ObjectStep};
use wasm_encoder::{AbstractHeapType, BlockType, ConstExpr, HeapType, InstructionSink, RefType, ValType};

/// The initialiser of a global.
pub(in crate::encode) fn object_expr(object: Object) -> ConstExpr {
    let mut bytes = Vec::new();
    encode(&mut InstructionSink::new(&mut bytes), object);
    ConstExpr::raw(bytes)
}

fn encode(out: &mut InstructionSink<'_>, object: Object) {
    match object {
        Object::None => out.ref_null(abstract_type(AbstractHeapType::Any)),
        Object::I31(value) => out.i32_const(value).ref_i31(),
        Object::Outside(value) => out.i32_const(value).ref_i31().extern_convert_any().any_convert_extern(),
        Object::Struct(value) => {
            Kind::ELEMENTS.into_iter().for_each(|kind| number(out, kind, value.into()));
            out.struct_new(types::STRUCT)
        }
        Object::Blank => out.struct_new_default(types::STRUCT),
        Object::Array { kind, value, len } => {
            number(out, kind, value.into());
            out.i32_const(len.into()).array_new(array(kind))
        }
        Object::BlankArray { kind, len } => out.i32_const(len.into()).array_new_default(array(kind)),
        Object::Fixed { kind, value, len } => {
            (0..len).for_each(|i| number(out, kind, i64::from(value) + i64::from(i)));
            out.array_new_fixed(array(kind), len.into())
        }
        Object::Global(global) => out.global_get(global as u32),
        Object::Data { kind, data, source, len } => {
            out.i32_const(source as i32).i32_const(len as i32).array_new_data(array(kind), data as u32)
        }
        Object::Elem { elem, source, len } => {
            out.i32_const(source as i32).i32_const(len as i32).array_new_elem(array(Kind::Func), elem as u32)
        }
    };
}

/// A number as a value of the element type; no function, where it is of functions.
fn number(out: &mut InstructionSink<'_>, kind: Kind, value: i64) {
    match kind {
        Kind::I64 => out.i64_const(value),
        Kind::Func => out.ref_null(HeapType::FUNC),
        _ => out.i32_const(value as i32),
    };
}

fn abstract_type(ty: AbstractHeapType) -> HeapType {
    HeapType::Abstract { shared: false, ty }
}

/// The index of an array type.
fn array(kind: Kind) -> u32 {
    match kind {
        Kind::I8 => types::BYTES,
        Kind::I16 => types::HALVES,
        Kind::I64 => types::LONGS,
        Kind::Func => types::FUNCS,
        _ => types::ARRAY,
    }
}

fn heap_type(kind: Kind) -> HeapType {
    match kind {
        Kind::I31 => abstract_type(AbstractHeapType::I31),
        Kind::Struct => HeapType::Concrete(types::STRUCT),
        Kind::Any => abstract_type(AbstractHeapType::Any),
        Kind::Eq => abstract_type(AbstractHeapType::Eq),
        Kind::AnyStruct => abstract_type(AbstractHeapType::Struct),
        Kind::AnyArray => abstract_type(AbstractHeapType::Array),
        Kind::None => abstract_type(AbstractHeapType::None),
        kind => HeapType::Concrete(array(kind)),
    }
}

impl Encoder<'_, '_> {
    /// The object, cast to the kind, and kept for [`read_again`](Self::read_again).
    fn of(&mut self, of: Object, kind: Kind) {
        encode(&mut self.out, of);
        self.out.local_tee(self.scratch).ref_cast_nullable(heap_type(kind));
    }

    fn index_of(&mut self, kind: Kind, at: u32) {
        if kind != Kind::Struct {
            self.out.i32_const(at as i32);
        }
    }

    fn operand(&mut self, kind: Kind, value: i64, item: Item) {
        match kind {
            Kind::Func => self.item(item),
            kind => number(&mut self.out, kind, value),
        }
    }

    /// Logs what stands at `at` in what is on the stack.
    fn read(&mut self, kind: Kind, at: u32, signed: bool) {
        let slot = if kind == Kind::Struct { Kind::ELEMENTS[at as usize] } else { kind };
        let packed = matches!(slot, Kind::I8 | Kind::I16);
        self.index_of(kind, at);
        match (kind, packed, signed) {
            (Kind::Struct, false, _) => self.out.struct_get(types::STRUCT, at),
            (Kind::Struct, true, true) => self.out.struct_get_s(types::STRUCT, at),
            (Kind::Struct, true, false) => self.out.struct_get_u(types::STRUCT, at),
            (_, false, _) => self.out.array_get(array(kind)),
            (_, true, true) => self.out.array_get_s(array(kind)),
            (_, true, false) => self.out.array_get_u(array(kind)),
        };
        match slot {
            Kind::I64 => {
                self.out.i32_wrap_i64();
            }
            Kind::Func => {
                self.out.ref_is_null();
            }
            _ => {}
        }
        self.log();
    }

    fn read_again(&mut self, kind: Kind, at: u32, len: u64) {
        if len > 0 {
            self.out.local_get(self.scratch).ref_cast_nullable(heap_type(kind));
            self.read(kind, at, true);
        }
    }

    pub(super) fn object_step(&mut self, step: &ObjectStep) {
        match *step {
            ObjectStep::Keep { global, object } => {
                encode(&mut self.out, object);
                self.out.global_set(global as u32);
            }
            ObjectStep::Test { of, kind, nullable } => {
                encode(&mut self.out, of);
                if nullable {
                    self.out.ref_test_nullable(heap_type(kind));
                } else {
                    self.out.ref_test_non_null(heap_type(kind));
                }
                self.log();
            }
            ObjectStep::Branch { of, kind, nullable, fail } => self.branch(of, kind, nullable, fail),
            ObjectStep::Cast { of, kind } => {
                encode(&mut self.out, of);
                self.out.ref_cast_non_null(heap_type(kind)).drop();
            }
            ObjectStep::Same { a, b } => {
                for object in [a, b] {
                    encode(&mut self.out, object);
                    self.out.ref_cast_nullable(heap_type(Kind::Eq));
                }
                self.out.ref_eq();
                self.log();
            }
            ObjectStep::Get { of, kind: Kind::I31, signed, .. } => {
                self.of(of, Kind::I31);
                if signed {
                    self.out.i31_get_s()
                } else {
                    self.out.i31_get_u()
                };
                self.log();
            }
            ObjectStep::Get { of, kind, at, signed } => {
                self.of(of, kind);
                self.read(kind, at, signed);
            }
            ObjectStep::Len { of } => {
                self.of(of, Kind::AnyArray);
                self.out.array_len();
                self.log();
            }
            _ => self.writing_step(step),
        }
    }

    fn writing_step(&mut self, step: &ObjectStep) {
        match *step {
            ObjectStep::Set { of, kind, at, value, item } => {
                self.of(of, kind);
                self.index_of(kind, at);
                self.operand(if kind == Kind::Struct { Kind::ELEMENTS[at as usize] } else { kind }, value, item);
                if kind == Kind::Struct {
                    self.out.struct_set(types::STRUCT, at);
                } else {
                    self.out.array_set(array(kind));
                }
                self.read_again(kind, at, 1);
            }
            ObjectStep::Fill { of, kind, at, value, item, len } => {
                self.of(of, kind);
                self.index_of(kind, at);
                self.operand(kind, value, item);
                self.out.i32_const(len as i32).array_fill(array(kind));
                self.read_again(kind, at, len);
            }
            ObjectStep::Copy { to, from, kind, at, source, len } => {
                self.of(to, kind);
                self.index_of(kind, at);
                encode(&mut self.out, from);
                self.out.ref_cast_nullable(heap_type(kind));
                self.index_of(kind, source);
                self.out.i32_const(len as i32).array_copy(array(kind), array(kind));
                self.read_again(kind, at, len);
            }
            ObjectStep::Init { of, kind, segment, at, source, len } => {
                self.of(of, kind);
                self.index_of(kind, at);
                self.out.i32_const(source as i32).i32_const(len as i32);
                if kind == Kind::Func {
                    self.out.array_init_elem(array(kind), segment as u32);
                } else {
                    self.out.array_init_data(array(kind), segment as u32);
                }
                self.read_again(kind, at, len);
            }
            _ => unreachable!("a step that writes"),
        }
    }

    /// A block around the branch, and one more for the way past what the branch leads to.
    fn branch(&mut self, of: Object, kind: Kind, nullable: bool, fail: bool) {
        self.out.block(BlockType::Empty).block(BlockType::Result(ValType::Ref(RefType::ANYREF)));
        encode(&mut self.out, of);
        let to = RefType { nullable, heap_type: heap_type(kind) };
        if fail {
            self.out.br_on_cast_fail(0, RefType::ANYREF, to);
        } else {
            self.out.br_on_cast(0, RefType::ANYREF, to);
        }
        self.out.drop().i32_const(0);
        self.log();
        self.out.br(1).end().drop().i32_const(1);
        self.log();
        self.out.end();
    }
}
