//! Structured control (core `#exec-instr-control`): blocks, branches and what they carry.

use super::{
    abi,
    exception::Handler,
    operands::Operand,
    translate::{Translator, parsed_type},
};
use crate::{exec::reference::HeapCode, syntax::ValType, trace::TrapCode};
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, JumpTableData, Value, condcodes::IntCC, types::I64};
use std::collections::HashMap;
use wasmparser::{BlockType, BrTable, Operator};

/// A block of the body around the current operator.
pub(super) struct Frame {
    kind: Kind,
    /// Where a branch goes.
    target: Block,
    /// What follows the end; the same as the target unless this is a loop.
    next: Block,
    /// Its type; `None` for the whole body.
    ty: Option<BlockType>,
    /// Values that a branch carries.
    arity: usize,
    /// Values of the stack below the block's parameters.
    height: usize,
    /// Whether anything goes to `next`.
    reached: bool,
    /// What catches exceptions inside, if this is a `try_table`.
    pub handler: Option<Handler>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Function,
    Block,
    Loop,
    /// The block of `else`.
    If(Block),
    Else,
}

impl Translator<'_> {
    /// Tells whether the operator is one of this chapter's.
    pub fn control(&mut self, operator: &Operator<'_>) -> bool {
        match operator {
            Operator::Unreachable => {
                self.trap(TrapCode::Unreachable);
                self.stop();
            }
            Operator::Block { blockty } => self.block(*blockty, None),
            Operator::TryTable { try_table } => {
                let handler = self.handler(try_table);
                self.block(try_table.ty, Some(handler));
            }
            Operator::Loop { blockty } => self.loop_(*blockty),
            Operator::If { blockty } => self.if_(*blockty),
            Operator::Else => self.else_(),
            Operator::End => self.end(),
            Operator::Br { relative_depth } => {
                self.branch(*relative_depth);
                self.stop();
            }
            Operator::BrIf { relative_depth } => {
                let condition = self.pop();
                self.branch_if(condition, *relative_depth);
            }
            Operator::BrTable { targets } => self.br_table(targets),
            Operator::Return => {
                self.return_();
                self.stop();
            }
            _ => return self.branch_on_reference(operator),
        }
        true
    }

    fn branch_on_reference(&mut self, operator: &Operator<'_>) -> bool {
        match *operator {
            Operator::BrOnNull { relative_depth } => {
                let reference = self.pop();
                let null = self.is_null(reference);
                self.branch_if(null, relative_depth);
                self.push(reference);
            }
            Operator::BrOnNonNull { relative_depth } => {
                let reference = self.pop();
                let zero = self.word(0);
                let some = self.b.ins().icmp(IntCC::NotEqual, reference, zero);
                self.push(reference);
                self.branch_if(some, relative_depth);
                self.pop();
            }
            Operator::BrOnCast { relative_depth, to_ref_type, .. } => {
                let has = self.test_top(to_ref_type);
                self.branch_if(has, relative_depth);
            }
            Operator::BrOnCastFail { relative_depth, to_ref_type, .. } => {
                let has = self.test_top(to_ref_type);
                let zero = self.word(0);
                let has_not = self.b.ins().icmp(IntCC::Equal, has, zero);
                self.branch_if(has_not, relative_depth);
            }
            _ => return false,
        }
        true
    }

    /// Whether the reference on top has a type.
    fn test_top(&mut self, ty: wasmparser::RefType) -> Value {
        let reference = self.top(1)[0];
        let heap = HeapCode::from(crate::binary::heap_type(ty.heap_type()));
        self.ref_test(reference, heap, ty.is_nullable())
    }

    /// The types of a block's parameters and results.
    pub fn block_types(&self, ty: BlockType) -> (Vec<ValType>, Vec<ValType>) {
        match ty {
            BlockType::Empty => (Vec::new(), Vec::new()),
            BlockType::Type(ty) => (Vec::new(), vec![parsed_type(ty)]),
            BlockType::FuncType(x) => {
                let ty = self.module.func_type(x);
                (ty.params.to_vec(), ty.results.to_vec())
            }
        }
    }

    /// A block that starts with values of these types, unless they are at home.
    fn block_with(&mut self, types: &[ValType]) -> Block {
        let block = self.b.create_block();
        if self.is_at_home(types.len()) {
            return block;
        }
        self.count_carried(types.len());
        for ty in types {
            let param = self.b.append_block_param(block, abi::machine_type(*ty));
            self.hold_as(param, *ty);
        }
        block
    }

    /// What is passed to a block that starts with the `n` upper operands: nothing if they are at home, where they go now.
    fn pass(&mut self, n: usize) -> Vec<BlockArg> {
        if self.is_at_home(n) {
            self.go_home();
            return Vec::new();
        }
        self.count_carried(n);
        self.top_args(n)
    }

    /// Goes on in `block` with its values, of these types, as operands.
    fn start(&mut self, block: Block, types: &[ValType]) {
        if self.is_at_home(types.len()) {
            self.push_at_home(types);
        } else {
            self.stack.extend(self.b.block_params(block).iter().map(|param| Operand::from(*param)));
        }
    }

    /// The label of the whole body: a branch to it returns.
    pub fn push_function_frame(&mut self) {
        let next = self.b.create_block();
        let arity = self.results.len();
        let kind = Kind::Function;
        self.frames.push(Frame { kind, target: next, next, ty: None, arity, height: 0, reached: false, handler: None });
    }

    /// Enters a block: what lies below it is at home from now on, if it has one.
    fn push_frame(&mut self, kind: Kind, target: Block, next: Block, ty: BlockType, [params, arity]: [usize; 2]) {
        self.go_home();
        let height = self.stack.len() - params;
        self.frames.push(Frame { kind, target, next, ty: Some(ty), arity, height, reached: false, handler: None });
    }

    fn block(&mut self, ty: BlockType, handler: Option<Handler>) {
        let (params, results) = self.block_types(ty);
        let next = self.block_with(&results);
        self.push_frame(Kind::Block, next, next, ty, [params.len(), results.len()]);
        if handler.is_some() {
            self.frames.last_mut().expect("just pushed").handler = handler;
            self.handlers.push(self.frames.len() - 1);
        }
    }

    fn loop_(&mut self, ty: BlockType) {
        let (params, results) = self.block_types(ty);
        let (header, next) = (self.block_with(&params), self.block_with(&results));
        self.go_home();
        let entering = self.pass(params.len());
        self.drop_to(self.stack.len() - params.len());
        self.b.ins().jump(header, &entering);
        self.b.switch_to_block(header);
        self.start(header, &params);
        self.push_frame(Kind::Loop, header, next, ty, [params.len(); 2]);
    }

    fn if_(&mut self, ty: BlockType) {
        let condition = self.pop();
        let (params, results) = self.block_types(ty);
        let (then, otherwise) = (self.b.create_block(), self.block_with(&params));
        let next = self.block_with(&results);
        // Before the ways part.
        self.go_home();
        let carried = self.pass(params.len());
        self.b.ins().brif(condition, then, &[], otherwise, &carried);
        self.switch(then);
        self.push_frame(Kind::If(otherwise), next, next, ty, [params.len(), results.len()]);
    }

    fn else_(&mut self) {
        if self.skipping.take().is_none() {
            self.jump_to_next();
        }
        let frame = self.frames.last_mut().expect("validation: else closes an if");
        let (Kind::If(otherwise), Some(ty)) = (frame.kind, frame.ty) else {
            unreachable!("validation: else closes an if")
        };
        frame.kind = Kind::Else;
        let height = frame.height;
        self.drop_to(height);
        let (params, _) = self.block_types(ty);
        self.switch(otherwise);
        self.start(otherwise, &params);
    }

    /// From the end of a block to what follows it.
    fn jump_to_next(&mut self) {
        let frame = self.frames.last_mut().expect("the body has a frame");
        frame.reached = true;
        let (next, height) = (frame.next, frame.height);
        let results = self.pass(self.stack.len() - height);
        self.b.ins().jump(next, &results);
    }

    fn end(&mut self) {
        let reached = self.skipping.take().is_none();
        if self.frames.len() == 1 {
            if reached {
                self.return_();
            }
            // Branches to the body's label return at once; the block stays empty.
            self.frames.clear();
            return;
        }
        if reached {
            self.jump_to_next();
        }
        let frame = self.frames.pop().expect("validation: end closes a block");
        let (_, results) = frame.ty.map(|ty| self.block_types(ty)).expect("only the body has no type");
        self.drop_to(frame.height);
        let mut goes_on = frame.reached;
        match frame.kind {
            Kind::Loop => self.b.seal_block(frame.target),
            // An `if` without `else` has as many results as parameters.
            Kind::If(otherwise) => {
                self.switch(otherwise);
                let carried: Vec<BlockArg> =
                    self.b.block_params(otherwise).iter().map(|param| (*param).into()).collect();
                self.b.ins().jump(frame.next, &carried);
                goes_on = true;
            }
            _ => {}
        }
        if let Some(handler) = frame.handler {
            self.handlers.pop();
            self.dispatch(handler);
        }
        self.drop_to(frame.height);
        if goes_on {
            self.switch(frame.next);
            self.start(frame.next, &results);
        } else {
            self.skipping = Some(0);
        }
    }

    /// Code behind this point cannot be reached.
    pub fn stop(&mut self) {
        self.skipping = Some(0);
    }

    /// Branches to the label `depth`; the operands stay for another path.
    pub fn branch(&mut self, depth: u32) {
        let index = self.frames.len() - 1 - depth as usize;
        if self.frames[index].kind == Kind::Function {
            self.return_();
            return;
        }
        if self.frames[index].kind == Kind::Loop {
            self.pay();
        }
        let carried = self.carried(index);
        let target = self.frames[index].target;
        self.b.ins().jump(target, &carried);
    }

    /// What a branch to a frame carries. The frame counts as reached.
    fn carried(&mut self, index: usize) -> Vec<BlockArg> {
        let frame = &mut self.frames[index];
        // Of a loop, this is about the end and not the start.
        frame.reached |= frame.kind != Kind::Loop;
        let (arity, height) = (frame.arity, frame.height);
        let carried = self.pass(arity);
        if self.is_at_home(arity) {
            self.move_home(arity, height);
        }
        carried
    }

    /// Branches to the label `depth` if the condition is not zero.
    fn branch_if(&mut self, condition: Value, depth: u32) {
        let index = self.frames.len() - 1 - depth as usize;
        let go_on = self.b.create_block();
        let is_at_home = self.is_at_home(self.frames[index].arity);
        if is_at_home {
            // Before the ways part.
            self.go_home();
        }
        if is_at_home || matches!(self.frames[index].kind, Kind::Function | Kind::Loop) {
            let taken = self.b.create_block();
            self.b.ins().brif(condition, taken, &[], go_on, &[]);
            self.switch(taken);
            self.branch(depth);
        } else {
            let carried = self.carried(index);
            let target = self.frames[index].target;
            self.b.ins().brif(condition, target, &carried, go_on, &[]);
        }
        self.switch(go_on);
    }

    fn br_table(&mut self, targets: &BrTable<'_>) {
        let index = self.pop();
        // Before the ways part.
        self.go_home();
        let (mut stubs, mut known) = (Vec::new(), HashMap::new());
        let valid = "validation has read this table";
        let depths: Vec<u32> = targets.targets().map(|depth| depth.expect(valid)).collect();
        // Each label gets one block, however often the table names it.
        let mut stub = |translator: &mut Self, depth: u32| {
            let block = *known.entry(depth).or_insert_with(|| {
                let block = translator.b.create_block();
                stubs.push((depth, block));
                block
            });
            translator.b.func.dfg.block_call(block, &[])
        };
        let default = stub(self, targets.default());
        let calls: Vec<_> = depths.into_iter().map(|depth| stub(self, depth)).collect();
        let table = self.b.create_jump_table(JumpTableData::new(default, &calls));
        self.b.ins().br_table(index, table);
        for (depth, block) in stubs {
            self.switch(block);
            self.branch(depth);
        }
        self.stop();
    }

    /// Returns the upper operands.
    pub fn return_(&mut self) {
        let count = self.results.len();
        if self.is_at_home(count) {
            self.go_home();
            self.move_home(count, 0);
            let block = self.return_block();
            self.b.ins().jump(block, &[]);
            return;
        }
        self.count_carried(count);
        let results = self.top(count);
        self.flush_budget();
        self.b.ins().return_(&results);
    }

    /// Appends the block that returns values which are at home, if anything goes there.
    pub fn return_from_home(&mut self) {
        let Some(block) = self.return_block else { return };
        self.b.switch_to_block(block);
        self.drop_to(0);
        let module = self.module;
        let ty = module.func_type(module.syntax().funcs[self.func as usize]);
        self.push_at_home(&ty.results);
        let results = self.top(ty.results.len());
        self.flush_budget();
        self.b.ins().return_(&results);
    }

    /// Whether a reference is null.
    pub fn is_null(&mut self, reference: Value) -> Value {
        let zero = self.b.ins().iconst(I64, 0);
        self.b.ins().icmp(IntCC::Equal, reference, zero)
    }
}
