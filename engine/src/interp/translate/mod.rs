//! Stack code to register code, in one pass over a validated body.

mod control;
mod operands;
mod operator;

use super::code::{Catch, Code, Handler, Op, TryTable};
use crate::{Module, syntax::ValType};
use control::Label;
use operands::Entry;
use std::ops::Range;
use wasmparser::{BinaryReader, FunctionBody, OperatorsReader};

/// Vectors that translation reuses from body to body.
#[derive(Default)]
pub(crate) struct Scratch {
    ops: Vec<Op>,
    offsets: Vec<u32>,
    locals: Vec<Local>,
    stack: Vec<Entry>,
    labels: Vec<Label>,
}

/// A local: where it is, how wide, and the topmost entry of the operand stack that stands for it.
#[derive(Clone, Copy)]
struct Local {
    slot: u32,
    wide: bool,
    /// Index of the entry plus one; 0 is none.
    head: u32,
}

/// The fused forms of a comparison whose result a branch may use instead of storing it.
#[derive(Clone, Copy)]
struct Fused {
    /// The comparison's index.
    at: usize,
    /// Branch if it holds, forward and back.
    when: [Handler; 2],
    /// Branch if it does not hold, forward and back.
    unless: [Handler; 2],
}

/// A translation under way.
struct Translator<'a> {
    module: &'a Module,
    ops: Vec<Op>,
    offsets: Vec<u32>,
    locals: Vec<Local>,
    stack: Vec<Entry>,
    labels: Vec<Label>,
    try_tables: Vec<TryTable>,
    /// Catch clauses of the `try_table`s that have not ended.
    open: Vec<Box<[Catch]>>,
    pool: Vec<u128>,
    /// Offset of the current operator in the module's bytes.
    offset: u32,
    param_slots: u32,
    local_slots: u32,
    /// First free slot.
    height: u32,
    frame_slots: u32,
    /// Entries below this one stand for no locals.
    flushed: usize,
    /// Entries that are all in their slots: from the first index up to the second, if the stack has not shrunk since.
    gathered: (usize, usize),
    /// The last instruction, if its `a` is the slot of the value on top of the stack.
    last: Option<usize>,
    /// The last instruction, if it is a comparison of this kind.
    fused: Option<Fused>,
    /// Whether the current operator can be reached, and if not, how many blocks deep in skipped code it is.
    skipping: Option<u32>,
}

/// Translates the body of function `x` and puts it into the module.
pub(crate) fn body<'m>(module: &'m Module, x: u32, scratch: &mut Scratch) -> &'m Code {
    let syntax = module.syntax();
    let defined = (x - syntax.imported.funcs) as usize;
    module.code()[defined].get_or_init(|| {
        let ty = module.func_type(syntax.funcs[x as usize]);
        let mut translator = Translator::new(module, scratch);
        translator.declare(ty.params.iter().map(|ty| ty.slots() == 2));
        translator.param_slots = translator.local_slots;
        let range = syntax.bodies[defined].clone();
        let reader = BinaryReader::new(&syntax.bytes[range.clone()], range.start as u64);
        let body = FunctionBody::new(reader);
        let valid = "validation has read this body";
        let mut locals = body.get_locals_reader().expect(valid);
        for _ in 0..locals.get_count() {
            let (count, ty) = locals.read().expect(valid);
            translator.declare(std::iter::repeat_n(ty == wasmparser::ValType::V128, count as usize));
        }
        if module.entry_name(x).is_some() {
            translator.emit(super::control::entry_called, x, 0, 0, 0);
        }
        translator.finish(OperatorsReader::new(locals.get_binary_reader()), &ty.results, x, scratch)
    })
}

/// Translates a constant expression of type `ty`.
pub(crate) fn const_expr(module: &Module, expr: Range<usize>, ty: ValType, scratch: &mut Scratch) -> Code {
    let translator = Translator::new(module, scratch);
    let reader = BinaryReader::new(&module.syntax().bytes[expr.clone()], expr.start as u64);
    translator.finish(OperatorsReader::new(reader), &[ty], u32::MAX, scratch)
}

impl<'a> Translator<'a> {
    fn new(module: &'a Module, scratch: &mut Scratch) -> Self {
        Translator {
            module,
            ops: std::mem::take(&mut scratch.ops),
            offsets: std::mem::take(&mut scratch.offsets),
            locals: std::mem::take(&mut scratch.locals),
            stack: std::mem::take(&mut scratch.stack),
            labels: std::mem::take(&mut scratch.labels),
            try_tables: Vec::new(),
            open: Vec::new(),
            pool: Vec::new(),
            offset: 0,
            param_slots: 0,
            local_slots: 0,
            height: 0,
            frame_slots: 0,
            flushed: 0,
            gathered: (0, 0),
            last: None,
            fused: None,
            skipping: None,
        }
    }

    /// Appends locals.
    fn declare(&mut self, wides: impl Iterator<Item = bool>) {
        for wide in wides {
            self.locals.push(Local { slot: self.local_slots, wide, head: 0 });
            self.local_slots += 1 + wide as u32;
        }
        self.height = self.local_slots;
        self.frame_slots = self.local_slots;
    }

    /// Translates all operators.
    fn finish(
        mut self,
        mut reader: OperatorsReader<'_>,
        results: &[ValType],
        func: u32,
        scratch: &mut Scratch,
    ) -> Code {
        let result_slots: u32 = results.iter().map(|ty| ty.slots()).sum();
        self.frame_slots = self.frame_slots.max(result_slots);
        self.push_function_label(results.len() as u32);
        while !reader.eof() {
            let (operator, offset) = reader.read_with_offset().expect("validation has read this code");
            self.offset = offset as u32;
            self.operator(&operator);
        }
        let code = Code {
            ops: self.ops.as_slice().into(),
            frame_slots: self.frame_slots,
            param_slots: self.param_slots,
            local_slots: self.local_slots,
            try_tables: std::mem::take(&mut self.try_tables).into(),
            pool: std::mem::take(&mut self.pool).into(),
            offsets: self.offsets.as_slice().into(),
            func,
        };
        self.give_back(scratch);
        code
    }

    fn give_back(mut self, scratch: &mut Scratch) {
        self.ops.clear();
        self.offsets.clear();
        self.locals.clear();
        self.stack.clear();
        self.labels.clear();
        *scratch = Scratch {
            ops: self.ops,
            offsets: self.offsets,
            locals: self.locals,
            stack: self.stack,
            labels: self.labels,
        };
    }

    /// Appends an instruction.
    fn emit(&mut self, run: Handler, a: u32, b: u32, c: u32, d: u32) -> usize {
        self.last = None;
        self.fused = None;
        self.ops.push(Op { run, a, b, c, d });
        self.offsets.push(self.offset);
        self.ops.len() - 1
    }

    /// Appends an instruction with a 64-bit immediate.
    fn emit_imm(&mut self, run: Handler, a: u32, b: u32, imm: u64) -> usize {
        self.emit(run, a, b, imm as u32, (imm >> 32) as u32)
    }

    /// Pushes a result and appends the instruction that writes it to slot `a`.
    fn emit_result(&mut self, run: Handler, wide: bool, b: u32, c: u32, d: u32) {
        let dst = self.push_temp(wide);
        let at = self.emit(run, dst, b, c, d);
        self.last = Some(at);
    }

    /// Pushes a result and appends the instruction with a 64-bit immediate that writes it.
    fn emit_result_imm(&mut self, run: Handler, wide: bool, b: u32, imm: u64) {
        self.emit_result(run, wide, b, imm as u32, (imm >> 32) as u32);
    }

    /// A constant of the pool.
    fn pool(&mut self, value: u128) -> u32 {
        self.pool.push(value);
        self.pool.len() as u32 - 1
    }
}
