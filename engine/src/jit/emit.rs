//! What all chapters of the translation emit: operands as words, words on the machine's stack, and accesses to what the run
//! time keeps.

use super::{
    abi::{self, run},
    compile,
    helpers::Helper,
    room, trampolines,
    translate::Translator,
};
use cranelift_codegen::{
    entity::EntityRef,
    ir::{
        InstBuilder, MemFlagsData, SigRef, StackSlot, StackSlotData, StackSlotKind, Type, UserStackMapEntry, Value,
        types::{F32, F64, I8, I8X16, I32, I64},
    },
};
use cranelift_frontend::Variable;

impl Translator<'_> {
    /// The machine type of a value.
    pub fn type_of(&self, value: Value) -> Type {
        self.b.func.dfg.value_type(value)
    }

    /// Pops an operand as a word.
    pub fn pop_word(&mut self) -> Value {
        let value = self.pop();
        trampolines::to_word(&mut self.b, value)
    }

    /// Pops an operand as the two words that any value fits.
    pub fn pop_words(&mut self) -> [Value; 2] {
        let value = self.pop();
        if self.type_of(value) != I8X16 {
            let high = self.b.ins().iconst(I64, 0);
            return [trampolines::to_word(&mut self.b, value), high];
        }
        let halves = self.as_vector(value, cranelift_codegen::ir::types::I64X2);
        [self.b.ins().extractlane(halves, 0), self.b.ins().extractlane(halves, 1)]
    }

    /// A constant word.
    pub fn word(&mut self, value: u64) -> Value {
        self.b.ins().iconst(I64, value as i64)
    }

    /// The place of the current operator, as [`RunContext::position`](abi::RunContext::position) has it.
    pub fn here(&mut self) -> Value {
        self.word((self.func as u64) << 32 | (self.offset as u64 + 1))
    }

    /// The default value of a machine type.
    pub fn zero(&mut self, ty: Type) -> Value {
        match ty {
            F32 => self.b.ins().f32const(0.0),
            F64 => self.b.ins().f64const(0.0),
            I8X16 => self.vector_const([0; 16]),
            _ => self.b.ins().iconst(ty, 0),
        }
    }

    /// A truth value as `i32`.
    pub fn truth(&mut self, value: Value) -> Value {
        debug_assert_eq!(self.type_of(value), I8);
        self.b.ins().uextend(I32, value)
    }

    /// Puts values on the machine's stack as words, for a helper that is called next: where they are, and how many words.
    pub fn spill(&mut self, values: &[Value]) -> [Value; 2] {
        let types: Vec<Type> = values.iter().map(|value| self.type_of(*value)).collect();
        let len = abi::words(&types);
        let slot = self.stack_slot(len);
        let at = self.b.ins().stack_addr(I64, slot, 0);
        trampolines::store_words(&mut self.b, values, at);
        let mut offset = 0;
        for (value, ty) in values.iter().zip(types) {
            if self.is_held(*value) {
                self.spilled.push((slot, offset));
            }
            offset += abi::word_count(ty) * 8;
        }
        let len = self.word(len as u64);
        [at, len]
    }

    /// Room for words on the machine's stack.
    pub fn stack_words(&mut self, len: u32) -> Value {
        let slot = self.stack_slot(len);
        self.b.ins().stack_addr(I64, slot, 0)
    }

    fn stack_slot(&mut self, words: u32) -> StackSlot {
        self.b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, words.max(1) * 8, 4))
    }

    /// The room of a call of which `params` operands on top are the parameters.
    pub fn room_for(&mut self, params: usize) -> Value {
        let below = self.local_slots as i64 + self.slots_of(self.stack.len() - params) as i64;
        let taken = self.word((room::CALL + below) as u64);
        self.b.ins().isub(self.room, taken)
    }

    fn context_flags(&self) -> MemFlagsData {
        MemFlagsData::trusted().with_alias_region(self.regions.context)
    }

    /// Reads from the store what only calls change.
    pub fn load_store(&mut self, ty: Type, base: Value, offset: i32) -> Value {
        let flags = MemFlagsData::trusted().with_alias_region(self.regions.store);
        self.b.ins().load(ty, flags, base, offset)
    }

    /// Reads from the run context.
    pub fn load_context(&mut self, ty: Type, base: Value, offset: i32) -> Value {
        let flags = self.context_flags();
        self.b.ins().load(ty, flags, base, offset)
    }

    /// Writes to the run context.
    pub fn store_context(&mut self, value: Value, base: Value, offset: i32) {
        let flags = self.context_flags();
        self.b.ins().store(flags, value, base, offset);
    }

    /// Reads a word of the instance, which never changes.
    pub fn load_instance(&mut self, offset: i32) -> Value {
        let flags = self.context_flags().with_readonly().with_can_move();
        self.b.ins().load(I64, flags, self.instance, offset)
    }

    /// The value of local `x`.
    pub fn local_value(&mut self, x: u32) -> Value {
        let local = self.local(x);
        let value = self.b.use_var(local);
        if self.held_locals.contains(local) { self.hold(value) } else { value }
    }

    /// The local `x`.
    pub fn local(&self, x: u32) -> Variable {
        debug_assert_eq!(self.locals[x as usize].index() as u32, x);
        self.locals[x as usize]
    }

    /// Calls a helper for the running instance; leaves if it failed.
    pub fn helper(&mut self, helper: Helper, args: &[Value]) {
        let status = self.call_helper(helper, args);
        let (fail, offset) = self.fail_args();
        let go_on = self.b.create_block();
        self.b.ins().brif(status, fail, &offset, go_on, &[]);
        self.switch(go_on);
    }

    /// The signature of helpers that take so many words.
    pub fn helper_signature(&mut self, params: usize) -> SigRef {
        if let Some(signature) = self.helper_signatures[params] {
            return signature;
        }
        let signature = compile::helper_signature(&mut self.b, self.backend, params);
        self.helper_signatures[params] = Some(signature);
        signature
    }

    /// Calls a helper for the running instance: whether it failed.
    pub fn call_helper(&mut self, helper: Helper, args: &[Value]) -> Value {
        self.flush_budget();
        let mut words = vec![self.run, self.instance];
        words.extend_from_slice(args);
        let signature = self.helper_signature(words.len());
        let call = compile::call_helper(&mut self.b, helper, signature, &words);
        for (slot, offset) in self.spilled.drain(..) {
            let entry = UserStackMapEntry { ty: I64, slot, offset };
            self.b.func.dfg.append_user_stack_map_entry(call, entry);
        }
        self.reload_budget();
        self.b.inst_results(call)[0]
    }

    /// What the last helper left.
    pub fn helper_result(&mut self, ty: Type) -> Value {
        self.load_context(ty, self.run, run::RESULT)
    }

    /// Calls a helper and pushes what it leaves.
    pub fn helper_push(&mut self, helper: Helper, args: &[Value], ty: Type) {
        self.helper(helper, args);
        let result = self.helper_result(ty);
        self.push(result);
    }
}
