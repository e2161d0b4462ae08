//! The functions of a module: each step a few instructions that leave the stack as it was.

mod atomic;
mod object;

pub(super) use object::object_expr;

use super::module::types;
use crate::{
    plan::{Catch as Caught, Content, Func, Item, Step, Trap},
    space::{FuncType, Space},
};
use wasm_encoder::{AbstractHeapType, BlockType, Catch, Function, HeapType, InstructionSink, MemArg, RefType, ValType};

/// The body of a function; `recursion` is the function that calls itself.
pub(super) fn encode(func: &Func, space: &Space, recursion: u32) -> Function {
    let counters = nesting(&func.steps);
    let scratch = has_objects(&func.steps).then_some((1, ValType::Ref(RefType::ANYREF)));
    let mut body = Function::new(
        (counters > 0).then_some((counters, ValType::I32)).into_iter().chain(scratch).collect::<Vec<_>>(),
    );
    let mut encoder = Encoder { out: body.instructions(), space, recursion, counters: 0, scratch: counters };
    encoder.steps(&func.steps);
    if let Some(result) = func.result {
        encoder.out.i32_const(result);
    }
    encoder.out.end();
    body
}

/// The function that calls itself, and then again, so that it is no tail call to any compiler.
pub(super) fn recursion(index: u32) -> Function {
    let mut body = Function::new([]);
    body.instructions().call(index).call(index).end();
    body
}

/// How many counted loops stand in one another.
pub(crate) fn nesting(steps: &[Step]) -> u32 {
    let one = |step: &Step| match step {
        Step::Repeat { body, .. } => 1 + nesting(body),
        Step::Try { body, .. } => nesting(body),
        _ => 0,
    };
    steps.iter().map(one).max().unwrap_or_default()
}

/// Whether a step does something with objects, which takes a local.
pub(crate) fn has_objects(steps: &[Step]) -> bool {
    steps.iter().any(|step| match step {
        Step::Repeat { body, .. } | Step::Try { body, .. } => has_objects(body),
        step => matches!(step, Step::Object(_)),
    })
}

struct Encoder<'a, 'b> {
    out: InstructionSink<'a>,
    space: &'b Space,
    recursion: u32,
    /// The counters in use: locals.
    counters: u32,
    /// The local for objects, after all counters.
    scratch: u32,
}

impl Encoder<'_, '_> {
    fn steps(&mut self, steps: &[Step]) {
        steps.iter().for_each(|step| self.step(step));
    }

    /// A number of the address type.
    fn number(&mut self, value: u64, is_64: bool) {
        if is_64 {
            self.out.i64_const(value as i64)
        } else {
            self.out.i32_const(value as u32 as i32)
        };
    }

    fn address(&mut self, memory: usize, at: u64) {
        self.number(at, self.space.memories[memory].is_64);
    }

    fn index(&mut self, table: usize, at: u64) {
        self.number(at, self.space.tables[table].is_64);
    }

    fn item(&mut self, item: Item) {
        match item {
            Item::Null => self.out.ref_null(HeapType::FUNC),
            Item::Func(func) => self.out.ref_func(func as u32),
            Item::Global(global) => self.out.global_get(global as u32),
        };
    }

    /// Logs the `i32` on the stack, or drops it.
    fn log(&mut self) {
        match self.space.log {
            Some(log) => self.out.call(log as u32),
            None => self.out.drop(),
        };
    }

    /// Logs a size or -1.
    fn log_size(&mut self, is_64: bool) {
        if is_64 {
            self.out.i32_wrap_i64();
        }
        self.log();
    }

    fn log_result(&mut self, ty: FuncType) {
        if ty == FuncType::Number {
            self.log();
        }
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Log(value) => {
                self.out.i32_const(value);
                self.log();
            }
            Step::LogGlobal(global) => {
                self.out.global_get(global as u32);
                self.log();
            }
            Step::LogByte { memory, at } => {
                self.address(memory, at);
                self.out.i32_load8_u(mem_arg(memory, 0));
                self.log();
            }
            Step::LogNull { table, at } => {
                self.index(table, at);
                self.out.table_get(table as u32).ref_is_null();
                self.log();
            }
            Step::Store { .. }
            | Step::StoreWide { .. }
            | Step::Fill { .. }
            | Step::Copy { .. }
            | Step::Init { .. }
            | Step::DropData(_)
            | Step::Atomic { .. }
            | Step::Grow { .. } => self.memory_step(step),
            Step::Wide { op, a, b } => self.wide(op, a, b),
            Step::Object(ref step) => self.object_step(step),
            Step::SetElement { .. }
            | Step::FillTable { .. }
            | Step::CopyTable { .. }
            | Step::InitTable { .. }
            | Step::DropElem(_)
            | Step::GrowTable { .. } => self.table_step(step),
            Step::SetGlobal { global, value, item } => {
                match self.space.globals[global].content {
                    Content::I32 => self.out.i32_const(value as i32),
                    Content::I64 => self.out.i64_const(value),
                    Content::F64 => self.out.f64_const((value as f64).into()),
                    Content::Func | Content::Object => {
                        self.item(item);
                        &mut self.out
                    }
                };
                self.out.global_set(global as u32);
            }
            _ => self.control_step(step),
        }
    }

    fn memory_step(&mut self, step: &Step) {
        match *step {
            Step::Store { memory, at, value } => {
                self.address(memory, at);
                self.out.i32_const(value.into()).i32_store8(mem_arg(memory, 0));
            }
            Step::StoreWide { memory, at, value } => {
                self.address(memory, at);
                self.out.i64_const(i64::from_le_bytes([value; 8])).i64_store(mem_arg(memory, 0));
            }
            Step::Fill { memory, at, value, len } => {
                self.address(memory, at);
                self.out.i32_const(value.into());
                self.address(memory, len);
                self.out.memory_fill(memory as u32);
            }
            Step::Copy { to, from, at, source, len } => {
                self.address(to, at);
                self.address(from, source);
                self.number(len, self.space.memories[to].is_64 && self.space.memories[from].is_64);
                self.out.memory_copy(to as u32, from as u32);
            }
            Step::Init { data, memory, at, source, len } => {
                self.address(memory, at);
                self.number(source, false);
                self.number(len, false);
                self.out.memory_init(memory as u32, data as u32);
            }
            Step::Atomic { op, memory, at, width, value, expected } => {
                self.atomic(op, memory, at, width, [value, expected]);
            }
            Step::DropData(data) => {
                self.out.data_drop(data as u32);
            }
            Step::Grow { memory, by } => {
                self.address(memory, by);
                self.out.memory_grow(memory as u32);
                self.log_size(self.space.memories[memory].is_64);
            }
            _ => unreachable!("a step on memories"),
        }
    }

    fn table_step(&mut self, step: &Step) {
        match *step {
            Step::SetElement { table, at, item } => {
                self.index(table, at);
                self.item(item);
                self.out.table_set(table as u32);
            }
            Step::FillTable { table, at, item, len } => {
                self.index(table, at);
                self.item(item);
                self.index(table, len);
                self.out.table_fill(table as u32);
            }
            Step::CopyTable { to, from, at, source, len } => {
                self.index(to, at);
                self.index(from, source);
                self.number(len, self.space.tables[to].is_64 && self.space.tables[from].is_64);
                self.out.table_copy(to as u32, from as u32);
            }
            Step::InitTable { elem, table, at, source, len } => {
                self.index(table, at);
                self.number(source, false);
                self.number(len, false);
                self.out.table_init(table as u32, elem as u32);
            }
            Step::DropElem(elem) => {
                self.out.elem_drop(elem as u32);
            }
            Step::GrowTable { table, by, item } => {
                self.item(item);
                self.index(table, by);
                self.out.table_grow(table as u32);
                self.log_size(self.space.tables[table].is_64);
            }
            _ => unreachable!("a step on tables"),
        }
    }

    fn control_step(&mut self, step: &Step) {
        match *step {
            Step::Call { func, tail: true } => {
                self.out.return_call(func as u32);
            }
            Step::Call { func, tail: false } => {
                self.out.call(func as u32);
                self.log_result(self.space.funcs[func]);
            }
            Step::CallRef { func } => {
                let ty = self.space.funcs[func];
                self.out.ref_func(func as u32).call_ref(signature(ty == FuncType::Number));
                self.log_result(ty);
            }
            Step::CallIndirect { table, at, number, tail } => {
                self.index(table, at);
                if tail {
                    self.out.return_call_indirect(table as u32, signature(number));
                } else {
                    self.out.call_indirect(table as u32, signature(number));
                    self.log_result(if number { FuncType::Number } else { FuncType::Unit });
                }
            }
            Step::Trap(trap) => self.trap(trap),
            Step::Throw { tag, value } => {
                if self.space.tags[tag] {
                    self.out.i32_const(value);
                }
                self.out.throw(tag as u32);
            }
            Step::Try { catch, ref body } => self.try_step(catch, body),
            Step::Repeat { times, ref body } => {
                let counter = self.counters;
                self.counters += 1;
                self.out.i32_const(times.into()).local_set(counter).loop_(BlockType::Empty);
                self.steps(body);
                self.out.local_get(counter).i32_const(1).i32_sub().local_tee(counter).br_if(0).end();
                self.counters -= 1;
            }
            Step::Recurse => {
                self.out.call(self.recursion);
            }
            Step::Spin => {
                self.out.loop_(BlockType::Empty).br(0).end();
            }
            _ => unreachable!("a step of control"),
        }
    }

    /// The handler's block stands around the `try_table`, and one block more around both for the way past the handler.
    fn try_step(&mut self, catch: Caught, body: &[Step]) {
        let (handler, clause) = match catch {
            Caught::Tag(tag) if self.space.tags[tag] => {
                (BlockType::Result(ValType::I32), Catch::One { tag: tag as u32, label: 0 })
            }
            Caught::Tag(tag) => (BlockType::Empty, Catch::One { tag: tag as u32, label: 0 }),
            Caught::All => (BlockType::Empty, Catch::All { label: 0 }),
            Caught::Rethrow => (BlockType::Result(ValType::EXNREF), Catch::AllRef { label: 0 }),
        };
        self.out.block(BlockType::Empty).block(handler).try_table(BlockType::Empty, [clause]);
        self.steps(body);
        self.out.end().br(1).end();
        match catch {
            Caught::Tag(tag) if self.space.tags[tag] => self.log(),
            Caught::Rethrow => {
                self.out.throw_ref();
            }
            _ => {}
        }
        self.out.end();
    }

    fn trap(&mut self, trap: Trap) {
        match trap {
            Trap::Unreachable => {
                self.out.unreachable();
            }
            Trap::DivideByZero => {
                self.out.i32_const(1).i32_const(0).i32_div_s().drop();
            }
            Trap::DivideOverflow => {
                self.out.i32_const(i32::MIN).i32_const(-1).i32_div_s().drop();
            }
            Trap::ConvertNan => {
                self.out.f64_const(f64::NAN.into()).i32_trunc_f64_s().drop();
            }
            Trap::ConvertOverflow => {
                self.out.f64_const(1e30.into()).i32_trunc_f64_s().drop();
            }
            Trap::Load(memory) => {
                self.address(memory, u64::MAX);
                self.out.i32_load8_u(mem_arg(memory, 0)).drop();
            }
            Trap::TableGet(table) => {
                self.index(table, u64::MAX);
                self.out.table_get(table as u32).drop();
            }
            Trap::CallBeyond(table) => {
                self.index(table, u64::MAX);
                self.out.call_indirect(table as u32, types::UNIT);
            }
            Trap::CallNull => {
                self.out.ref_null(HeapType::Concrete(types::UNIT)).call_ref(types::UNIT);
            }
            Trap::AsNonNull => {
                self.out.ref_null(HeapType::FUNC).ref_as_non_null().drop();
            }
            Trap::ThrowNull => {
                self.out.ref_null(HeapType::Abstract { shared: false, ty: AbstractHeapType::Exn }).throw_ref();
            }
            Trap::ArrayGet => {
                self.out.i32_const(2).array_new_default(types::ARRAY).i32_const(2).array_get(types::ARRAY).drop();
            }
            Trap::Cast => {
                self.out.i32_const(0).ref_i31().ref_cast_non_null(HeapType::Concrete(types::STRUCT)).drop();
            }
            Trap::Unaligned(memory) => {
                self.address(memory, 1);
                self.out.i32_atomic_load(mem_arg(memory, 2)).drop();
            }
            Trap::WaitUnshared(memory) => {
                self.address(memory, 0);
                self.out.i32_const(0).i64_const(0).memory_atomic_wait32(mem_arg(memory, 2)).drop();
            }
        }
    }
}

fn signature(number: bool) -> u32 {
    if number { types::NUMBER } else { types::UNIT }
}

fn mem_arg(memory: usize, align: u32) -> MemArg {
    MemArg { offset: 0, align, memory_index: memory as u32 }
}
