//! Calls (core `#exec-call`, `#exec-call-indirect`, `#exec-call-ref` and their tail forms).

use super::{
    abi::{self, Shape, func_ref, run},
    helpers,
    translate::{Callees, Translator},
};
use crate::trace::TrapCode;
use cranelift_codegen::ir::{
    InstBuilder, SigRef, Value,
    condcodes::IntCC,
    types::{I32, I64},
};
use wasmparser::Operator;

/// What is called: its code, and the words of its instance.
#[derive(Clone, Copy)]
struct Callee {
    code: Value,
    instance: Value,
    /// If it may be a function of the host: whether it is.
    is_host: Option<Value>,
}

impl Translator<'_> {
    /// Tells whether the operator is one of this chapter's.
    pub fn call(&mut self, operator: &Operator<'_>) -> bool {
        match *operator {
            Operator::Call { function_index: x } => self.call_func(x, false),
            Operator::ReturnCall { function_index: x } => self.call_func(x, true),
            Operator::CallIndirect { type_index, table_index } => self.call_indirect(type_index, table_index, false),
            Operator::ReturnCallIndirect { type_index, table_index } => {
                self.call_indirect(type_index, table_index, true)
            }
            Operator::CallRef { type_index } => self.call_ref(type_index, false),
            Operator::ReturnCallRef { type_index } => self.call_ref(type_index, true),
            _ => return false,
        }
        true
    }

    fn call_func(&mut self, x: u32, tail: bool) {
        let syntax = self.module.syntax();
        let ty = syntax.funcs[x as usize];
        let callee = match x.checked_sub(syntax.imported.funcs) {
            Some(defined) => {
                // The cells stay where they are as long as the module lives, and this code does not live longer.
                let cell = self.word(&raw const *self.module.compiled().cell(defined) as u64);
                let code = self.load_store(I64, cell, 0);
                let code = match self.callees {
                    Callees::Lazy => {
                        let offset = self.layout.func(x);
                        self.compiled(code, |translator| translator.load_instance(offset))
                    }
                    Callees::Compiled => code,
                };
                Callee { code, instance: self.instance, is_host: None }
            }
            None => {
                let addr = self.load_instance(self.layout.func(x));
                self.callee(addr)
            }
        };
        self.finish_call(ty, callee, tail);
    }

    /// The code, compiled first if there is none yet.
    fn compiled(&mut self, code: Value, addr: impl Fn(&mut Self) -> Value) -> Value {
        let (missing, go_on) = (self.b.create_block(), self.b.create_block());
        self.b.append_block_param(go_on, I64);
        self.b.set_cold_block(missing);
        self.b.ins().brif(code, go_on, &[code.into()], missing, &[]);
        self.switch(missing);
        let addr = addr(self);
        self.helper(helpers::compile_function(), &[addr]);
        let made = self.helper_result(I64);
        self.b.ins().jump(go_on, &[made.into()]);
        self.switch(go_on);
        self.b.block_params(go_on)[0]
    }

    /// The function at an address of the store.
    fn func_ref(&mut self, addr: Value) -> Value {
        let funcs = self.load_context(I64, self.run, run::FUNCS);
        let size = self.word(func_ref::SIZE as u64);
        let offset = self.b.ins().imul(addr, size);
        self.b.ins().iadd(funcs, offset)
    }

    /// What is called if it is the function at an address of the store.
    fn callee(&mut self, addr: Value) -> Callee {
        let func = self.func_ref(addr);
        let cell = self.load_store(I64, func, func_ref::CELL);
        let instance = self.load_store(I64, func, func_ref::CONTEXT);
        let is_host = self.load_store(I32, func, func_ref::IS_HOST);
        let code = self.load_store(I64, cell, 0);
        let code = self.compiled(code, |_| addr);
        // For host functions, which want to know who calls.
        self.store_context(self.instance, self.run, run::CALLER);
        Callee { code, instance, is_host: Some(is_host) }
    }

    fn call_ref(&mut self, ty: u32, tail: bool) {
        let reference = self.pop();
        let null = self.is_null(reference);
        self.trap_if(null, TrapCode::NullReference);
        let addr = self.func_addr(reference);
        let callee = self.callee(addr);
        self.finish_call(ty, callee, tail);
    }

    /// The address in a reference to a function.
    fn func_addr(&mut self, reference: Value) -> Value {
        let low = self.b.ins().ireduce(I32, reference);
        self.b.ins().uextend(I64, low)
    }

    fn call_indirect(&mut self, ty: u32, table: u32, tail: bool) {
        let index = self.pop_word();
        let place = self.table_element(table, index, TrapCode::UndefinedElement);
        let reference = self.load_element(place);
        let null = self.is_null(reference);
        self.trap_if(null, TrapCode::UninitializedElement);
        let addr = self.func_addr(reference);
        self.check_type(addr, ty);
        let callee = self.callee(addr);
        self.finish_call(ty, callee, tail);
    }

    /// Traps unless the function has the type `ty` or a subtype of it.
    fn check_type(&mut self, addr: Value, ty: u32) {
        let func = self.func_ref(addr);
        let actual = self.load_store(I32, func, func_ref::TYPE);
        let actual = self.b.ins().uextend(I64, actual);
        let expected = self.load_instance(self.layout.ty(ty));
        let (other, go_on) = (self.b.create_block(), self.b.create_block());
        let same = self.b.ins().icmp(IntCC::Equal, actual, expected);
        self.b.set_cold_block(other);
        self.b.ins().brif(same, go_on, &[], other, &[]);
        self.switch(other);
        self.helper(helpers::is_subtype(), &[actual, expected]);
        let is = self.helper_result(I64);
        let is_not = self.is_null(is);
        self.trap_if(is_not, TrapCode::IndirectCallTypeMismatch);
        self.b.ins().jump(go_on, &[]);
        self.switch(go_on);
    }

    fn signature(&mut self, shape: &Shape) -> SigRef {
        self.b.import_signature(shape.signature())
    }

    /// Calls with the operands on the stack; `ty` is a type index.
    fn finish_call(&mut self, ty: u32, callee: Callee, tail: bool) {
        let shape = abi::Shape::of(self.module.func_type(ty));
        let signature = self.signature(&shape);
        let room = self.room_for(shape.params.len());
        let mut args = vec![self.run, callee.instance, room];
        args.extend(self.pop_n(shape.params.len()));
        self.flush_budget();
        if tail {
            if let Some(is_host) = callee.is_host {
                self.end_in_host(is_host, signature, callee.code, &args);
            }
            args[2] = self.room;
            self.b.ins().return_call_indirect(signature, callee.code, &args);
            self.dead();
            self.stop();
            return;
        }
        let call = self.b.ins().call_indirect(signature, callee.code, &args);
        let results = self.b.inst_results(call).to_vec();
        let pending = self.load_context(I32, self.run, run::PENDING);
        let handler = self.handler_block();
        let (ended, go_on) =
            (if callee.is_host.is_some() { self.b.create_block() } else { handler }, self.b.create_block());
        self.b.ins().brif(pending, ended, &[], go_on, &[]);
        if callee.is_host.is_some() {
            self.b.set_cold_block(ended);
            self.switch(ended);
            self.place_fault();
            self.b.ins().jump(handler, &[]);
        }
        self.switch(go_on);
        self.reload_budget();
        let module = self.module;
        for (result, ty) in results.into_iter().zip(&module.func_type(ty).results) {
            let result = self.hold_as(result, *ty);
            self.push(result);
        }
    }

    /// A tail call, if it is one of a host function: that comes back, and takes no stack while it is away. So this is a call
    /// and a return, and what the host function does is done from here: its faults have this place.
    fn end_in_host(&mut self, is_host: Value, signature: SigRef, code: Value, args: &[Value]) {
        let (host, wasm) = (self.b.create_block(), self.b.create_block());
        let (failed, done) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(failed);
        self.b.ins().brif(is_host, host, &[], wasm, &[]);
        self.switch(host);
        let call = self.b.ins().call_indirect(signature, code, args);
        let results = self.b.inst_results(call).to_vec();
        let pending = self.load_context(I32, self.run, run::PENDING);
        self.b.ins().brif(pending, failed, &[], done, &[]);
        self.switch(failed);
        self.place_fault();
        // No handler of this function catches what a tail call throws.
        let leave = self.leave_block();
        self.b.ins().jump(leave, &[]);
        self.switch(done);
        self.b.ins().return_(&results);
        self.switch(wasm);
    }

    /// A fault of a host function has no place yet: it is this call.
    fn place_fault(&mut self) {
        let position = self.load_context(I64, self.run, run::POSITION);
        let here = self.here();
        let known = self.b.ins().select(position, position, here);
        self.store_context(known, self.run, run::POSITION);
    }
}
