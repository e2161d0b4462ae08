//! How a compiled function ends otherwise than by returning: traps, helpers that fail, and the blocks that leave.

use super::{
    abi::{self, pending, run},
    translate::Translator,
};
use crate::trace::TrapCode;
use cranelift_codegen::ir::{
    Block, BlockArg, InstBuilder, Value,
    types::{I32, I64},
};

impl Translator<'_> {
    /// One of the blocks that leave, made when it is first needed.
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

    /// The block that returns values which are at home.
    pub fn return_block(&mut self) -> Block {
        *self.return_block.get_or_insert_with(|| self.b.create_block())
    }

    /// Appends the blocks that leave, as far as anything goes there.
    pub fn exits(&mut self) {
        let function = (self.func as i64) << 32;
        if let Some(block) = self.trap_block {
            let leave = self.leave_block();
            self.b.switch_to_block(block);
            let what = self.b.block_params(block)[0];
            self.flush_budget();
            self.store_context(what, self.run, run::TRAP);
            let position = self.b.ins().iconst(I64, function | 1);
            self.store_context(position, self.run, run::POSITION);
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
        self.return_from_home();
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

    fn trap_args(&mut self, number: u32) -> (Block, [BlockArg; 1]) {
        let block = self.exit(|translator| &mut translator.trap_block, true);
        let what = (number as i64) << 32 | (self.offset as i64 + 1);
        (block, [self.b.ins().iconst(I64, what).into()])
    }

    /// Traps if `condition` is not zero.
    pub fn trap_if(&mut self, condition: Value, code: TrapCode) {
        self.trap_if_number(condition, abi::trap_number(code));
    }

    /// Ends as this number says, of a trap or [`abi::STACK`], if `condition` is not zero.
    pub fn trap_if_number(&mut self, condition: Value, number: u32) {
        let (trap, args) = self.trap_args(number);
        let go_on = self.b.create_block();
        self.b.ins().brif(condition, trap, &args, go_on, &[]);
        self.switch(go_on);
    }

    /// Traps with the trap of this number unless it is zero.
    pub fn trap_with(&mut self, number: Value) {
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
        let (trap, args) = self.trap_args(abi::trap_number(code));
        self.b.ins().jump(trap, &args);
        self.dead();
    }

    /// Goes on in a block that nothing reaches.
    pub fn dead(&mut self) {
        let dead = self.b.create_block();
        self.switch(dead);
    }

    /// Where to go after a helper has failed.
    pub fn fail_args(&mut self) -> (Block, [BlockArg; 1]) {
        let fail = self.exit(|translator| &mut translator.fail_block, true);
        (fail, [self.b.ins().iconst(I64, self.offset as i64 + 1).into()])
    }
}
