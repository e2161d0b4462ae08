//! From a validated body to Cranelift's intermediate form, in one pass; the chapters have the instructions.

use super::{
    abi::{self, Layout, Shape, pending, run},
    code::Code,
    compile::{self, Backend, Unsupported},
    control::Frame,
    helpers::{self, Helper},
    room, trampolines,
};
use crate::{
    Module,
    syntax::{RefType, ValType},
    trace::TrapCode,
};
use cranelift_codegen::{
    entity::EntitySet,
    ir::{
        AliasRegion, AliasRegionData, Block, BlockArg, Function, InstBuilder, InstructionData, Opcode, StackSlot, Type,
        UserFuncName, UserStackMapEntry, Value,
        condcodes::IntCC,
        immediates::Imm64,
        types::{I32, I64},
    },
};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};
use wasmparser::{BinaryReader, FunctionBody, Operator, OperatorsReader};

/// Kinds of memory that do not overlap, so that a write to one does not make another be read again.
pub(super) struct Regions {
    /// Linear memories.
    pub memory: Option<AliasRegion>,
    /// Elements of tables.
    pub table: Option<AliasRegion>,
    /// Globals.
    pub global: Option<AliasRegion>,
    /// The run context.
    pub context: Option<AliasRegion>,
    /// Where memories and tables begin and end, functions, and what else only calls change.
    pub store: Option<AliasRegion>,
}

/// A byte of a body can be a branch that carries a thousand values, which the code generator would all look at: so many
/// are let pass in any body, and so many more for each of its bytes. Programs that somebody wants to run stay far below.
const CARRIED: usize = 100_000;
const CARRIED_PER_BYTE: usize = 4;

/// The maps of a function take memory for each reference that is live somewhere, and for each place: with more than this
/// the function goes without.
const LIVE_REFERENCES: usize = 1_000_000;

/// A translation under way.
pub(super) struct Translator<'a> {
    pub module: &'a Module,
    pub backend: &'a Backend,
    pub layout: Layout,
    pub regions: Regions,
    pub b: FunctionBuilder<'a>,
    /// The run context.
    pub run: Value,
    /// The words of the instance.
    pub instance: Value,
    /// Where the trampoline to the helper that refills the budget is.
    refill_code: usize,
    /// The [room](super::room) of this call.
    pub room: Value,
    /// The slots that a frame takes, once they are known: a constant of the prologue.
    frame_slots: Option<Value>,
    /// Slots of the locals, and the greatest number of operands.
    pub local_slots: u32,
    most_operands: u32,
    /// Whether stack maps are made.
    maps: bool,
    /// Values that may refer to objects.
    held: EntitySet<Value>,
    /// Locals that may, and how many they are.
    pub held_locals: EntitySet<Variable>,
    held_local_count: usize,
    /// How many more live references there may be in all places together.
    live_left: usize,
    /// Places on the machine's stack that hold references when the next helper is called.
    pub spilled: Vec<(StackSlot, u32)>,
    /// How many more values branches may carry.
    carried_left: usize,
    /// The budget, in functions with loops: in a register from call to call. In all others it stays in the run context.
    budget: Option<Variable>,
    pub locals: Vec<Variable>,
    pub stack: Vec<Value>,
    pub frames: Vec<Frame>,
    /// Results of the function.
    pub results: Box<[Type]>,
    /// The function's index in the module.
    pub func: u32,
    /// Offset of the current operator in the module's bytes.
    pub offset: u32,
    /// Whether the current operator can be reached, and if not, how many blocks deep in skipped code it is.
    pub skipping: Option<u32>,
    /// Records the trap that its parameter says (its number in the upper half, the offset in the lower), and leaves.
    trap_block: Option<Block>,
    /// Records where a helper failed (the offset is its parameter), and leaves.
    fail_block: Option<Block>,
    /// Leaves; whoever called looks at what is pending.
    leave_block: Option<Block>,
}

/// How a translation ended that did not fail.
#[derive(PartialEq)]
enum End {
    Complete,
    /// There are too many references for stack maps.
    TooManyReferences,
}

/// Compiles a defined function of a module.
pub(super) fn function(backend: &Backend, module: &Module, defined: u32) -> Result<Code, Unsupported> {
    let translate = |maps| {
        build(backend, module, defined, maps, |mut translator| {
            let end = translator.body(defined)?;
            if end == End::Complete {
                translator.finish();
            }
            Ok(end)
        })
    };
    match translate(true)? {
        (func, End::Complete) => compile::machine_code(backend, func, true),
        (_, End::TooManyReferences) => compile::machine_code(backend, translate(false)?.0, false),
    }
}

/// Compiles what stands before a function with a large frame: it looks whether there is so much of the stack left, and goes
/// on at `body` if there is.
pub(super) fn guard(
    backend: &Backend,
    module: &Module,
    defined: u32,
    body: usize,
    frame_bytes: u32,
) -> Result<Code, Unsupported> {
    let (func, ()) = build(backend, module, defined, true, |mut translator| {
        translator.guard(body, frame_bytes);
        translator.finish();
        Ok(())
    })?;
    compile::machine_code(backend, func, true)
}

/// Builds a function with the signature of a defined one.
fn build<T>(
    backend: &Backend,
    module: &Module,
    defined: u32,
    maps: bool,
    translate: impl FnOnce(Translator<'_>) -> Result<T, Unsupported>,
) -> Result<(Function, T), Unsupported> {
    let syntax = module.syntax();
    let x = syntax.imported.funcs + defined;
    let shape = Shape::of(module.func_type(syntax.funcs[x as usize]));
    let refill_code = compile::refill_code(backend)?;
    let mut func = Function::with_name_signature(UserFuncName::user(0, x), shape.signature());
    let mut context = FunctionBuilderContext::new();
    let builder = FunctionBuilder::new(&mut func, &mut context);
    let result = translate(Translator::new((backend, refill_code), module, x, builder, &shape, maps))?;
    Ok((func, result))
}

impl<'a> Translator<'a> {
    fn new(
        (backend, refill_code): (&'a Backend, usize),
        module: &'a Module,
        func: u32,
        mut b: FunctionBuilder<'a>,
        shape: &Shape,
        maps: bool,
    ) -> Self {
        let mut region = |user_id, description: &'static str| {
            let data = AliasRegionData { user_id, description: description.into() };
            Some(b.func.dfg.alias_regions.insert(data))
        };
        let regions = Regions {
            memory: region(0, "memory"),
            table: region(1, "table"),
            global: region(2, "global"),
            context: region(3, "context"),
            store: region(4, "store"),
        };
        let entry = b.create_block();
        b.append_block_params_for_function_params(entry);
        b.switch_to_block(entry);
        b.seal_block(entry);
        let params = b.block_params(entry).to_vec();
        let mut translator = Translator {
            module,
            backend,
            layout: Layout::of(module.syntax()),
            regions,
            b,
            run: params[0],
            instance: params[1],
            refill_code,
            room: params[2],
            frame_slots: None,
            local_slots: 0,
            most_operands: shape.results.len() as u32,
            maps,
            held: EntitySet::new(),
            held_locals: EntitySet::new(),
            held_local_count: 0,
            live_left: LIVE_REFERENCES,
            spilled: Vec::new(),
            carried_left: 0,
            budget: None,
            locals: Vec::new(),
            stack: Vec::new(),
            frames: Vec::new(),
            results: shape.results.clone(),
            func,
            offset: 0,
            skipping: None,
            trap_block: None,
            fail_block: None,
            leave_block: None,
        };
        let types = &module.func_type(module.syntax().funcs[func as usize]).params;
        for (param, ty) in params[abi::IMPLICIT..].iter().zip(types) {
            let local = translator.declare(*ty);
            translator.b.def_var(local, *param);
        }
        translator
    }

    fn declare(&mut self, ty: ValType) -> Variable {
        let local = self.b.declare_var(abi::machine_type(ty));
        if abi::may_be_object(ty) && self.maps {
            self.b.declare_var_needs_stack_map(local);
            self.held_locals.insert(local);
            self.held_local_count += 1;
        }
        self.local_slots += ty.slots();
        self.locals.push(local);
        local
    }

    /// A value that may refer to an object: the maps of the calls across which it lives say where it is.
    pub fn hold(&mut self, value: Value) -> Value {
        if self.maps && self.held.insert(value) {
            self.b.declare_value_needs_stack_map(value);
        }
        value
    }

    /// [Holds](Self::hold) the value if one of the type may be an object.
    pub fn hold_as(&mut self, value: Value, ty: ValType) -> Value {
        if abi::may_be_object(ty) { self.hold(value) } else { value }
    }

    /// Whether the value has been held.
    pub fn is_held(&self, value: Value) -> bool {
        self.held.contains(value)
    }

    /// Translates everything.
    fn body(&mut self, defined: u32) -> Result<End, Unsupported> {
        let valid = "validation has read this body";
        let syntax = self.module.syntax();
        let range = syntax.bodies[defined as usize].clone();
        self.carried_left = CARRIED + CARRIED_PER_BYTE * range.len();
        let body = FunctionBody::new(BinaryReader::new(&syntax.bytes[range.clone()], range.start as u64));
        let mut locals = body.get_locals_reader().expect(valid);
        for _ in 0..locals.get_count() {
            let (count, ty) = locals.read().expect(valid);
            let ty = parsed_type(ty);
            let zero = self.zero(abi::machine_type(ty));
            for _ in 0..count {
                let local = self.declare(ty);
                self.b.def_var(local, zero);
            }
        }
        let mut reader = OperatorsReader::new(locals.get_binary_reader());
        self.prologue(has_loop(reader.clone()));
        if self.module.entry_name(self.func).is_some() {
            let index = self.b.ins().iconst(I64, self.func as i64);
            self.helper(helpers::entry_called(), &[index]);
        }
        self.push_function_frame();
        while !reader.eof() {
            let (operator, offset) = reader.read_with_offset().expect(valid);
            self.offset = offset as u32;
            self.operator(&operator)?;
            self.most_operands = self.most_operands.max(self.stack.len() as u32);
            if self.maps && (self.held_local_count > 0 || !self.held.is_empty()) {
                self.live_left = self.live_left.saturating_sub(self.held_local_count + self.stack.len());
                if self.live_left == 0 {
                    return Ok(End::TooManyReferences);
                }
            }
            if self.carried_left == 0 {
                return Err(Unsupported("compiling branches that carry so many values".to_owned()));
            }
        }
        self.set_frame_slots();
        Ok(End::Complete)
    }

    /// Appends the ways out and ends the function.
    fn finish(mut self) {
        self.exits();
        self.b.seal_all_blocks();
        self.b.finalize(self.backend.isa().frontend_config());
    }

    /// Puts the size of the frame into the prologue.
    fn set_frame_slots(&mut self) {
        let Some(value) = self.frame_slots else { return };
        let inst = self.b.func.dfg.value_def(value).unwrap_inst();
        let imm = Imm64::new((self.local_slots + self.most_operands) as i64);
        self.b.func.dfg.insts[inst] = InstructionData::UnaryImm { opcode: Opcode::Iconst, imm };
    }

    /// Goes on at `body` if the stack has `frame_bytes` left.
    fn guard(&mut self, body: usize, frame_bytes: u32) {
        let sp = self.b.ins().get_stack_pointer(I64);
        let limit = self.load_context(I64, self.run, run::STACK_LIMIT);
        let frame = self.word(frame_bytes as u64);
        let least = self.b.ins().iadd(limit, frame);
        let below = self.b.ins().icmp(IntCC::UnsignedLessThan, sp, least);
        let (overflow, go_on) = (self.b.create_block(), self.b.create_block());
        self.b.ins().brif(below, overflow, &[], go_on, &[]);
        self.switch(overflow);
        self.fail(helpers::stack_overflow(), &[]);
        self.switch(go_on);
        let signature = self.b.func.signature.clone();
        let signature = self.b.import_signature(signature);
        let body = self.word(body as u64);
        let mut args = vec![self.run, self.instance, self.room];
        args.extend(self.locals.clone().into_iter().map(|local| self.b.use_var(local)));
        self.b.ins().return_call_indirect(signature, body, &args);
    }

    /// Looks at the stack and at the room, and pays for the call.
    fn prologue(&mut self, has_loop: bool) {
        let (overflow, fits, go_on) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(overflow);
        let sp = self.b.ins().get_stack_pointer(I64);
        let limit = self.load_context(I64, self.run, run::STACK_LIMIT);
        let below = self.b.ins().icmp(IntCC::UnsignedLessThan, sp, limit);
        self.b.ins().brif(below, overflow, &[], fits, &[]);
        self.switch(fits);
        let frame_slots = self.b.ins().iconst(I64, 0);
        self.frame_slots = Some(frame_slots);
        let left = self.b.ins().isub(self.room, frame_slots);
        let bits = self.word(room::EXCEEDED as u64);
        let exceeded = self.b.ins().band(left, bits);
        self.b.ins().brif(exceeded, overflow, &[], go_on, &[]);
        self.switch(overflow);
        self.fail(helpers::stack_overflow(), &[]);
        self.switch(go_on);
        if has_loop {
            self.budget = Some(self.b.declare_var(I64));
            self.reload_budget();
        }
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

    /// A branch or return carries so many values.
    pub fn count_carried(&mut self, values: usize) {
        self.carried_left = self.carried_left.saturating_sub(values);
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

    /// Translates one operator, or skips it where nothing can be reached.
    fn operator(&mut self, operator: &Operator<'_>) -> Result<(), Unsupported> {
        if let Some(depth) = &mut self.skipping {
            match operator {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } | Operator::TryTable { .. } => {
                    *depth += 1;
                    return Ok(());
                }
                Operator::End if *depth > 0 => {
                    *depth -= 1;
                    return Ok(());
                }
                Operator::Else if *depth == 0 => {}
                Operator::End => {}
                _ => return Ok(()),
            }
        }
        let done = self.variable(operator)
            || self.control(operator)
            || self.numeric(operator)
            || self.memory(operator)
            || self.call(operator)
            || self.table(operator)
            || self.reference(operator)
            || self.aggregate(operator)
            || self.exception(operator)
            || self.vector(operator)
            || self.by_table(operator)
            || self.atomic(operator);
        if done { Ok(()) } else { Err(Unsupported(format!("compiling {operator:?}"))) }
    }

    // Blocks.

    /// Goes on in `block`, all of whose predecessors are known.
    pub fn switch(&mut self, block: Block) {
        self.b.switch_to_block(block);
        self.b.seal_block(block);
    }

    fn exit(&mut self, which: impl Fn(&mut Self) -> &mut Option<Block>, param: bool) -> Block {
        if let Some(block) = *which(self) {
            return block;
        }
        let block = self.b.create_block();
        if param {
            self.b.append_block_param(block, I64);
        }
        self.b.set_cold_block(block);
        *which(self) = Some(block);
        block
    }

    /// The block that only leaves.
    pub fn leave_block(&mut self) -> Block {
        self.exit(|translator| &mut translator.leave_block, false)
    }

    /// Appends the blocks that leave, as far as anything goes there.
    fn exits(&mut self) {
        let function = (self.func as i64) << 32;
        if let Some(block) = self.trap_block {
            let leave = self.leave_block();
            self.b.switch_to_block(block);
            let what = self.b.block_params(block)[0];
            self.flush_budget();
            let half = self.b.ins().iconst(I64, 32);
            let number = self.b.ins().ushr(what, half);
            let number = self.b.ins().ireduce(I32, number);
            self.store_context(number, self.run, run::TRAP);
            let offset = self.b.ins().ireduce(I32, what);
            let offset = self.b.ins().uextend(I64, offset);
            self.store_position(offset, function);
            let fault = self.b.ins().iconst(I32, pending::FAULT as i64);
            self.store_context(fault, self.run, run::PENDING);
            self.b.ins().jump(leave, &[]);
        }
        if let Some(block) = self.fail_block {
            let leave = self.leave_block();
            self.b.switch_to_block(block);
            let offset = self.b.block_params(block)[0];
            self.store_position(offset, function);
            self.b.ins().jump(leave, &[]);
        }
        if let Some(block) = self.leave_block {
            self.b.switch_to_block(block);
            let results = self.results.clone();
            let zeros: Vec<Value> = results.iter().map(|ty| self.zero(*ty)).collect();
            self.b.ins().return_(&zeros);
        }
    }

    fn store_position(&mut self, offset: Value, function: i64) {
        let function = self.b.ins().iconst(I64, function);
        let position = self.b.ins().bor(offset, function);
        self.store_context(position, self.run, run::POSITION);
    }

    fn trap_args(&mut self, code: TrapCode) -> (Block, [BlockArg; 1]) {
        let block = self.exit(|translator| &mut translator.trap_block, true);
        let what = (abi::trap_number(code) as i64) << 32 | (self.offset as i64 + 1);
        (block, [self.b.ins().iconst(I64, what).into()])
    }

    /// Traps if `condition` is not zero.
    pub fn trap_if(&mut self, condition: Value, code: TrapCode) {
        let (trap, args) = self.trap_args(code);
        let go_on = self.b.create_block();
        self.b.ins().brif(condition, trap, &args, go_on, &[]);
        self.switch(go_on);
    }

    /// Traps with the trap of this number unless it is zero.
    pub fn trap_if_number(&mut self, number: Value) {
        let trap = self.exit(|translator| &mut translator.trap_block, true);
        let half = self.b.ins().iconst(I64, 32);
        let upper = self.b.ins().ishl(number, half);
        let offset = self.b.ins().iconst(I64, self.offset as i64 + 1);
        let what = self.b.ins().bor(upper, offset);
        let go_on = self.b.create_block();
        self.b.ins().brif(number, trap, &[what.into()], go_on, &[]);
        self.switch(go_on);
    }

    /// Traps always; what follows is a block that nothing reaches.
    pub fn trap(&mut self, code: TrapCode) {
        let (trap, args) = self.trap_args(code);
        self.b.ins().jump(trap, &args);
        self.dead();
    }

    /// Goes on in a block that nothing reaches.
    pub fn dead(&mut self) {
        let dead = self.b.create_block();
        self.switch(dead);
    }

    // Helpers.

    /// Calls a helper for the running instance; leaves if it failed.
    pub fn helper(&mut self, helper: Helper, args: &[Value]) {
        let status = self.call_helper(helper, args);
        let (fail, offset) = self.fail_args();
        let go_on = self.b.create_block();
        self.b.ins().brif(status, fail, &offset, go_on, &[]);
        self.switch(go_on);
    }

    /// Where to go after a helper has failed.
    fn fail_args(&mut self) -> (Block, [BlockArg; 1]) {
        let fail = self.exit(|translator| &mut translator.fail_block, true);
        (fail, [self.b.ins().iconst(I64, self.offset as i64 + 1).into()])
    }

    /// Calls a helper that always fails.
    pub fn fail(&mut self, helper: Helper, args: &[Value]) {
        self.call_helper(helper, args);
        let (fail, offset) = self.fail_args();
        self.b.ins().jump(fail, &offset);
    }

    /// Calls a helper for the running instance: whether it failed.
    pub fn call_helper(&mut self, helper: Helper, args: &[Value]) -> Value {
        self.flush_budget();
        let mut words = vec![self.run, self.instance];
        words.extend_from_slice(args);
        let call = compile::call_helper(&mut self.b, self.backend, helper, &words);
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
        self.stack.push(result);
    }
}

/// Whether a body has a loop.
fn has_loop(mut reader: OperatorsReader<'_>) -> bool {
    while !reader.eof() {
        if let Operator::Loop { .. } = reader.read().expect("validation has read this body") {
            return true;
        }
    }
    false
}

/// A type of the binary format.
pub(super) fn parsed_type(ty: wasmparser::ValType) -> ValType {
    match ty {
        wasmparser::ValType::I32 => ValType::I32,
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::F32 => ValType::F32,
        wasmparser::ValType::F64 => ValType::F64,
        wasmparser::ValType::V128 => ValType::V128,
        wasmparser::ValType::Ref(ty) => {
            ValType::Ref(RefType { nullable: ty.is_nullable(), heap: crate::binary::heap_type(ty.heap_type()) })
        }
    }
}
