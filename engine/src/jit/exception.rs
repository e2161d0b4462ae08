//! Exceptions (core `#exec-throw`, `#exec-throw-ref`, `#exec-try-table`).

use super::{
    abi::{self, Shape, pending, run},
    helpers, trampolines,
    translate::Translator,
};
use crate::syntax::ValType;
use cranelift_codegen::ir::{
    Block, InstBuilder, Type, Value,
    condcodes::IntCC,
    types::{I32, I64},
};
use wasmparser::{Catch, Operator, TryTable};

/// What catches the exceptions inside of a `try_table`.
pub(super) struct Handler {
    /// Where a call or `throw` inside goes when something is pending; made when it is first needed.
    block: Option<Block>,
    catches: Vec<Catch>,
}

impl Translator<'_> {
    /// Tells whether the operator is one of this chapter's.
    pub fn exception(&mut self, operator: &Operator<'_>) -> bool {
        match *operator {
            Operator::Throw { tag_index } => {
                let params = Shape::of(self.module.func_type(self.module.syntax().tags[tag_index as usize])).params;
                let args = self.pop_n(params.len());
                let [words, len] = self.spill(&args);
                let tag = self.word(tag_index as u64);
                self.call_helper(helpers::throw(), &[tag, words, len]);
            }
            Operator::ThrowRef => {
                let exn = self.pop();
                self.call_helper(helpers::throw_ref(), &[exn]);
            }
            _ => return false,
        }
        // A trap or an exhausted heap end here too: the place is as good for them.
        let position = self.here();
        self.store_context(position, self.run, run::POSITION);
        let handler = self.handler_block();
        self.b.ins().jump(handler, &[]);
        self.dead();
        self.stop();
        true
    }

    /// The handler of a `try_table`.
    pub fn handler(&mut self, try_table: &TryTable) -> Handler {
        let below = self.slots_of(self.stack.len() - self.block_types(try_table.ty).0.len());
        for catch in &try_table.catches {
            let (tag, with_ref) = match *catch {
                Catch::One { tag, .. } => (Some(tag), 0),
                Catch::OneRef { tag, .. } => (Some(tag), 1),
                Catch::All { .. } => (None, 0),
                Catch::AllRef { .. } => (None, 1),
            };
            let module = self.module;
            let params = tag.map(|tag| &module.func_type(module.syntax().tags[tag as usize]).params[..]);
            let slots: u32 = params.unwrap_or_default().iter().map(|ty| ty.slots()).sum();
            self.most_operands = self.most_operands.max(below + slots + with_ref);
        }
        Handler { block: None, catches: try_table.catches.clone() }
    }

    /// Where to go when something is pending after a call: to the innermost handler around it, or out.
    pub fn handler_block(&mut self) -> Block {
        let Some(frame) = self.handlers.last() else { return self.leave_block() };
        let handler = self.frames[*frame].handler.as_mut().expect("it is among the frames that have one");
        *handler.block.get_or_insert_with(|| {
            let block = self.b.create_block();
            self.b.set_cold_block(block);
            block
        })
    }

    /// Appends what a handler does, behind the `try_table`, whose frame has been popped: its labels are those around.
    pub fn dispatch(&mut self, handler: Handler) {
        let Some(block) = handler.block else { return };
        self.switch(block);
        self.reload_budget();
        let outer = self.handler_block();
        let what = self.load_context(I32, self.run, run::PENDING);
        let exception = self.b.ins().iconst(I32, pending::EXCEPTION as i64);
        let caught = self.b.ins().icmp(IntCC::Equal, what, exception);
        let look = self.b.create_block();
        self.b.ins().brif(caught, look, &[], outer, &[]);
        self.switch(look);
        self.call_helper(helpers::pending_tag(), &[]);
        let tag = self.helper_result(I64);
        for catch in handler.catches {
            self.clause(catch, tag);
        }
        self.b.ins().jump(outer, &[]);
    }

    /// One clause: if the tag is its own, branches to its label with what it passes on.
    fn clause(&mut self, catch: Catch, pending_tag: Value) {
        let (tag, with_ref, depth) = match catch {
            Catch::One { tag, label } => (Some(tag), false, label),
            Catch::OneRef { tag, label } => (Some(tag), true, label),
            Catch::All { label } => (None, false, label),
            Catch::AllRef { label } => (None, true, label),
        };
        let after = self.b.create_block();
        let mut params: &[ValType] = &[];
        if let Some(x) = tag {
            let expected = self.load_instance(self.layout.tag(x));
            let same = self.b.ins().icmp(IntCC::Equal, pending_tag, expected);
            let matches = self.b.create_block();
            self.b.ins().brif(same, matches, &[], after, &[]);
            self.switch(matches);
            let module = self.module;
            params = &module.func_type(module.syntax().tags[x as usize]).params;
        }
        let height = self.stack.len();
        let types: Vec<Type> = params.iter().map(|ty| abi::machine_type(*ty)).collect();
        let len = self.word(abi::words(&types) as u64);
        if self.is_at_home(params.len()) {
            self.go_home();
            let words = self.next_home();
            self.call_helper(helpers::catch(), &[words, len]);
            self.push_at_home(params);
        } else {
            let words = self.stack_words(abi::words(&types));
            self.call_helper(helpers::catch(), &[words, len]);
            let values = trampolines::load_words(&mut self.b, &types, words);
            for (value, ty) in values.into_iter().zip(params) {
                let value = self.hold_as(value, *ty);
                self.push(value);
            }
        }
        if with_ref {
            let exn = self.helper_result(I64);
            let exn = self.hold(exn);
            self.push(exn);
        }
        self.branch(depth);
        self.drop_to(height);
        self.switch(after);
    }
}
