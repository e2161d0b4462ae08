//! How a compiled function begins, and what calls and loops pay: the stack, the [room](super::room) and the budget.

use super::{
    abi::{self, run},
    code::Code,
    compile::{self, Backend, Scratch, Unsupported},
    room, trampolines,
    translate::{Translator, build},
};
use crate::Module;
use cranelift_codegen::ir::{
    InstBuilder, InstructionData, Opcode,
    condcodes::IntCC,
    immediates::Imm64,
    types::{I32, I64},
};
use wasmparser::{Operator, OperatorsReader};

/// Compiles what stands before a function with a large frame: it looks whether there is so much of the stack left, and goes
/// on at `body` if there is.
pub(super) fn guard(
    backend: &Backend,
    module: &Module,
    defined: u32,
    body: usize,
    frame_bytes: u32,
) -> Result<Code, Unsupported> {
    Scratch::with(|scratch| {
        build(scratch, backend, module, defined, true, |mut translator| {
            translator.guard(body, frame_bytes);
            translator.finish();
            Ok(())
        })?;
        compile::machine_code(backend, &mut scratch.context, true, false)
    })
}

impl Translator<'_> {
    /// Puts the size of the frame into the prologue.
    pub fn set_frame_slots(&mut self) {
        let Some(value) = self.frame_slots else { return };
        let inst = self.b.func.dfg.value_def(value).unwrap_inst();
        let slots = self.local_slots + self.most_operands;
        let imm = Imm64::new(slots as i64);
        self.b.func.dfg.insts[inst] = InstructionData::UnaryImm { opcode: Opcode::Iconst, imm };
    }

    /// The frame has to have room for all operands that there are now, and so many more slots.
    pub fn note_operands(&mut self, more: u32) {
        self.most_operands = self.most_operands.max(self.slots_of(self.stack.len()) + more);
    }

    /// Goes on at `body` if the stack has `frame_bytes` left.
    fn guard(&mut self, body: usize, frame_bytes: u32) {
        let sp = self.b.ins().get_stack_pointer(I64);
        let limit = self.load_context(I64, self.run, run::STACK_LIMIT);
        let frame = self.word(frame_bytes as u64);
        let least = self.b.ins().iadd(limit, frame);
        let below = self.b.ins().icmp(IntCC::UnsignedLessThan, sp, least);
        self.trap_if_number(below, abi::STACK);
        let signature = self.b.func.signature.clone();
        let signature = self.b.import_signature(signature);
        let body = self.word(body as u64);
        let mut args = vec![self.run, self.instance, self.room];
        args.extend(self.locals.clone().into_iter().map(|local| self.b.use_var(local)));
        self.b.ins().return_call_indirect(signature, body, &args);
    }

    /// Looks at the stack and at the room, and pays for the call.
    pub fn prologue(&mut self, has_loop: bool) {
        if has_loop {
            self.budget = Some(self.b.declare_var(I64));
            self.reload_budget();
        }
        let sp = self.b.ins().get_stack_pointer(I64);
        let limit = self.load_context(I64, self.run, run::STACK_LIMIT);
        let above = self.b.ins().isub(sp, limit);
        // Below the limit this is all ones, and above it neither of the bits is set that say the room is exceeded.
        let half = self.b.ins().iconst(I64, 32);
        let below = self.b.ins().sshr(above, half);
        let frame_slots = self.b.ins().iconst(I64, 0);
        self.frame_slots = Some(frame_slots);
        let left = self.b.ins().isub(self.room, frame_slots);
        let either = self.b.ins().bor(below, left);
        let bits = self.word(room::EXCEEDED as u64);
        let exceeded = self.b.ins().band(either, bits);
        self.trap_if_number(exceeded, abi::STACK);
        self.pay();
    }

    /// Pays for a call or a taken backward branch.
    pub fn pay(&mut self) {
        let budget = match self.budget {
            Some(budget) => self.b.use_var(budget),
            None => self.load_context(I64, self.run, run::BUDGET),
        };
        let one = self.b.ins().iconst(I64, 1);
        let left = self.b.ins().isub(budget, one);
        match self.budget {
            Some(budget) => self.b.def_var(budget, left),
            None => self.store_context(left, self.run, run::BUDGET),
        }
        let zero = self.b.ins().iconst(I64, 0);
        let spent = self.b.ins().icmp(IntCC::SignedLessThan, left, zero);
        let (refill, go_on) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(refill);
        self.b.ins().brif(spent, refill, &[], go_on, &[]);
        self.switch(refill);
        self.flush_budget();
        let signature = self.b.import_signature(trampolines::refill_signature());
        let code = self.word(self.refill_code as u64);
        self.b.ins().call_indirect(signature, code, &[self.run, self.instance]);
        self.reload_budget();
        let ended = self.load_context(I32, self.run, run::PENDING);
        let (fail, offset) = self.fail_args();
        self.b.ins().brif(ended, fail, &offset, go_on, &[]);
        self.switch(go_on);
    }

    /// Puts the budget where callees, helpers and callers look for it.
    pub fn flush_budget(&mut self) {
        if let Some(budget) = self.budget {
            let left = self.b.use_var(budget);
            self.store_context(left, self.run, run::BUDGET);
        }
    }

    /// Takes over what a callee or helper left of the budget.
    pub fn reload_budget(&mut self) {
        if let Some(budget) = self.budget {
            let left = self.load_context(I64, self.run, run::BUDGET);
            self.b.def_var(budget, left);
        }
    }
}

/// Whether a body has a loop.
pub(super) fn has_loop(mut reader: OperatorsReader<'_>) -> bool {
    while !reader.eof() {
        if let Operator::Loop { .. } = reader.read().expect("validation has read this body") {
            return true;
        }
    }
    false
}
