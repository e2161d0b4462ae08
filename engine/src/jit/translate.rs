//! From a validated body to Cranelift's intermediate form, in one pass; the chapters have the instructions.

use super::{
    abi::{self, Layout, Shape},
    code::Code,
    compile::{self, Backend, Scratch, Unsupported},
    control::Frame,
    helpers,
    operands::{Homes, Operand},
    prologue,
};
use crate::{
    Module,
    syntax::{RefType, ValType},
};
use cranelift_codegen::{
    entity::EntitySet,
    ir::{AliasRegion, AliasRegionData, Block, InstBuilder, SigRef, StackSlot, Type, UserFuncName, Value, types::I64},
};
use cranelift_frontend::{FunctionBuilder, Variable};
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

/// A byte of a body can be a branch that carries a thousand values, which the code generator would all look at: in a body
/// that has more than so many, and so many more for each of its bytes, operands have [homes](super::operands).
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
    pub refill_code: usize,
    pub callees: Callees,
    /// The signatures of helpers that have been called, by how many words they take.
    pub helper_signatures: [Option<SigRef>; 12],
    /// The [room](super::room) of this call.
    pub room: Value,
    /// The slots that a frame takes, once they are known: a constant of the prologue.
    pub frame_slots: Option<Value>,
    /// Slots of the locals, and the most of operands.
    pub local_slots: u32,
    pub most_operands: u32,
    /// Where the slots of each operand end, for the lowest of them.
    pub slot_ends: Vec<u32>,
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
    /// How many more values branches may carry while operands have no homes.
    carried_left: usize,
    /// The budget, in functions with loops: in a register from call to call. In all others it stays in the run context.
    pub budget: Option<Variable>,
    pub locals: Vec<Variable>,
    pub stack: Vec<Operand>,
    /// Where operands are at home, if they have homes.
    pub homes: Option<Homes>,
    pub frames: Vec<Frame>,
    /// The frames that have a handler, by their place among all.
    pub handlers: Vec<usize>,
    /// Results of the function.
    pub results: Box<[Type]>,
    /// The function's index in the module.
    pub func: u32,
    /// Offset of the current operator in the module's bytes.
    pub offset: u32,
    /// Whether the current operator can be reached, and if not, how many blocks deep in skipped code it is.
    pub skipping: Option<u32>,
    /// Records the trap that its parameter says (its number in the upper half, the offset in the lower), and leaves.
    pub trap_block: Option<Block>,
    /// Records where a helper failed (the offset is its parameter), and leaves.
    pub fail_block: Option<Block>,
    /// Leaves; whoever called looks at what is pending.
    pub leave_block: Option<Block>,
    /// Returns values that are at home.
    pub return_block: Option<Block>,
}

/// What the translation of a body does about references and operands.
#[derive(Clone, Copy, PartialEq)]
enum Means {
    /// Stack maps tell where references are.
    StackMaps,
    /// The frame is searched for references.
    Search,
    /// That, and operands have [homes](super::operands).
    Homes,
}

/// Whether the functions of the module have code when they are called from this one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Callees {
    /// Each is compiled with its first call.
    Lazy,
    /// All are compiled before any of them runs.
    Compiled,
}

/// How a translation ended that did not fail.
#[derive(PartialEq)]
enum End {
    Complete {
        has_loop: bool,
    },
    /// Only these means keep the code in proportion to the body.
    Needs(Means),
}

/// Compiles a defined function of a module.
pub(super) fn function(
    backend: &Backend,
    module: &Module,
    defined: u32,
    callees: Callees,
) -> Result<Code, Unsupported> {
    Scratch::with(|scratch| {
        let mut means = Means::StackMaps;
        loop {
            let end = build(scratch, backend, module, defined, means == Means::StackMaps, |mut translator| {
                translator.callees = callees;
                if means == Means::Homes {
                    translator.make_homes();
                }
                let end = translator.body(defined)?;
                if let End::Complete { .. } = end {
                    translator.finish();
                }
                Ok(end)
            })?;
            match end {
                End::Complete { has_loop } => {
                    let known = means == Means::StackMaps;
                    return compile::machine_code(backend, &mut scratch.context, known, has_loop);
                }
                End::Needs(other) => {
                    *scratch = Scratch::default();
                    means = other;
                }
            }
        }
    })
}

/// Builds a function with the signature of a defined one.
pub(super) fn build<T>(
    scratch: &mut Scratch,
    backend: &Backend,
    module: &Module,
    defined: u32,
    maps: bool,
    translate: impl FnOnce(Translator<'_>) -> Result<T, Unsupported>,
) -> Result<T, Unsupported> {
    let syntax = module.syntax();
    let x = syntax.imported.funcs + defined;
    let shape = Shape::of(module.func_type(syntax.funcs[x as usize]));
    let refill_code = compile::refill_code(backend)?;
    let builder = scratch.start(UserFuncName::user(0, x), shape.signature());
    translate(Translator::new((backend, refill_code), module, x, builder, &shape, maps))
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
            callees: Callees::Lazy,
            helper_signatures: [None; 12],
            room: params[2],
            frame_slots: None,
            local_slots: 0,
            // At the end there are the results, however the body ends.
            most_operands: shape.results.iter().map(|ty| abi::word_count(*ty)).sum(),
            slot_ends: Vec::new(),
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
            homes: None,
            frames: Vec::new(),
            handlers: Vec::new(),
            results: shape.results.clone(),
            func,
            offset: 0,
            skipping: None,
            trap_block: None,
            fail_block: None,
            leave_block: None,
            return_block: None,
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
        self.prologue(prologue::has_loop(reader.clone()));
        if self.module.entry_name(self.func).is_some() {
            let index = self.b.ins().iconst(I64, self.func as i64);
            self.helper(helpers::entry_called(), &[index]);
        }
        self.push_function_frame();
        while !reader.eof() {
            let (operator, offset) = reader.read_with_offset().expect(valid);
            self.offset = offset as u32;
            self.operator(&operator)?;
            self.note_operands(0);
            if self.maps && (self.held_local_count > 0 || !self.held.is_empty()) {
                self.live_left = self.live_left.saturating_sub(self.held_local_count + self.stack.len());
                if self.live_left == 0 {
                    return Ok(End::Needs(Means::Search));
                }
            }
            if self.carried_left == 0 && self.homes.is_none() {
                return Ok(End::Needs(Means::Homes));
            }
        }
        self.set_frame_slots();
        self.set_homes_size();
        Ok(End::Complete { has_loop: self.budget.is_some() })
    }

    /// A branch or return carries so many values, or a block starts with them.
    pub fn count_carried(&mut self, values: usize) {
        self.carried_left = self.carried_left.saturating_sub(values);
    }

    /// Appends the ways out and ends the function.
    pub fn finish(mut self) {
        self.exits();
        self.b.seal_all_blocks();
        self.b.finalize(self.backend.isa().frontend_config());
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

    /// Goes on in `block`, all of whose predecessors are known.
    pub fn switch(&mut self, block: Block) {
        self.b.switch_to_block(block);
        self.b.seal_block(block);
    }
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
