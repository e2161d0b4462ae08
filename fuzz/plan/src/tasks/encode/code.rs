//! The core module with the steps.

use super::{
    builtins::{name, types},
    table_type,
};
use crate::tasks::{Place, Side, Step, TaskPlan};
use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection, InstructionSink,
    MemArg, MemoryType, Module, StartSection, TypeSection, ValType,
};

/// Where things are in the memory: what calls return, what the sets tell, the bytes that are copied, the call that is
/// turned to, and the handles.
const RESULT: i32 = 8;
const EVENT: i32 = 16;
const BYTES: i32 = 64;
const CURRENT: u32 = 248;
const HANDLES: u32 = 256;

/// `go` takes the steps, or the start function does.
pub fn main_module(plan: &TaskPlan, used: &[(&str, u32)]) -> Module {
    let mut section = TypeSection::new();
    let (i32, i64) = (ValType::I32, ValType::I64);
    section.ty().function([], []);
    section.ty().function([], [i32]);
    section.ty().function([], [i64]);
    section.ty().function([i32], []);
    section.ty().function([i32], [i32]);
    section.ty().function([i32, i32], []);
    section.ty().function([i32, i32], [i32]);
    section.ty().function([i32, i32, i32], [i32]);
    let mut imports = ImportSection::new();
    for (name, ty) in used {
        imports.import("", name, EntityType::Function(*ty));
    }
    let page = MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None };
    imports.import("", "memory", page);
    if plan.has_table() {
        imports.import("", "table", table_type(plan));
    }
    let first = used.len() as u32;
    let (start, go) = (first, first + 1);
    let mut functions = FunctionSection::new();
    functions.function(types::UNIT).function(types::GET);
    let mut exports = ExportSection::new();
    exports.export("go", ExportKind::Func, go);
    let (steps, none): (&[Step], &[Step]) = (&plan.steps, &[]);
    let (of_start, of_go) = if plan.place == Place::Start { (steps, none) } else { (none, steps) };
    let mut code = CodeSection::new();
    let mut encoder = Encoder::new(plan, used);
    // What is counted is counted in this order, wherever the steps stand.
    let main = |body: &mut Function, encoder: &mut Encoder<'_>, steps: &[Step]| {
        let sink = &mut body.instructions();
        steps.iter().for_each(|step| encoder.step(sink, *step));
    };
    let mut body = Function::new([(1, i64)]);
    encoder.pair = 0;
    if plan.has_table() {
        fill_table(&mut body.instructions(), plan, go);
    }
    main(&mut body, &mut encoder, of_start);
    body.instructions().end();
    code.function(&body);
    let mut body = Function::new([(1, i64)]);
    main(&mut body, &mut encoder, of_go);
    body.instructions().i32_const(0).end();
    code.function(&body);
    encoder.pair = 1;
    for (i, steps) in (0..).zip(&plan.threads) {
        functions.function(types::PUT);
        exports.export(&format!("t{i}"), ExportKind::Func, go + 1 + i);
        let mut body = Function::new([(1, i64)]);
        let sink = &mut body.instructions();
        sink.local_get(0);
        encoder.call(sink, "log");
        steps.iter().for_each(|step| encoder.step(sink, *step));
        sink.end();
        code.function(&body);
    }
    let mut module = Module::new();
    module.section(&section).section(&imports).section(&functions).section(&exports);
    module.section(&StartSection { function_index: start }).section(&code);
    module
}

fn fill_table(sink: &mut InstructionSink<'_>, plan: &TaskPlan, go: u32) {
    let threads = plan.threads.len() as u32;
    for i in 0..threads {
        sink.i32_const(i as i32).ref_func(go + 1 + i).table_set(0);
    }
    sink.i32_const(threads as i32 + 1).ref_func(go).table_set(0);
}

fn word(address: u32) -> MemArg {
    MemArg { offset: address.into(), align: 2, memory_index: 0 }
}

struct Encoder<'a> {
    used: &'a [(&'a str, u32)],
    flows: Vec<bool>,
    /// How many of each kind the steps so far have made.
    made_sets: u32,
    made_flows: u32,
    made_errors: u32,
    made_calls: u32,
    /// Where the handles of a kind begin: sets, ends, errors, calls.
    ends: u32,
    errors: u32,
    calls: u32,
    /// The local for pairs.
    pair: u32,
}

impl<'a> Encoder<'a> {
    fn new(plan: &TaskPlan, used: &'a [(&'a str, u32)]) -> Self {
        let count = |is: fn(&Step) -> bool| plan.all_steps().filter(|step| is(step)).count() as u32;
        let sets = count(|step| matches!(step, Step::NewSet));
        let errors = count(|step| matches!(step, Step::NewError));
        let flows = plan.flows();
        let ends = HANDLES + 4 * sets;
        let of_errors = ends + 8 * flows.len() as u32;
        let calls = of_errors + 4 * errors;
        let (made_sets, made_flows, made_errors, made_calls) = (0, 0, 0, 0);
        let errors = of_errors;
        Encoder { used, flows, made_sets, made_flows, made_errors, made_calls, ends, errors, calls, pair: 0 }
    }

    fn call(&self, sink: &mut InstructionSink<'_>, name: &str) {
        let index = self.used.iter().position(|(other, _)| *other == name).expect("imported");
        sink.call(index as u32);
    }

    fn log(&self, sink: &mut InstructionSink<'_>) {
        self.call(sink, "log");
    }

    /// Puts what is on the stack where it is kept, and logs it.
    fn keep(&self, sink: &mut InstructionSink<'_>, address: u32) {
        sink.i64_extend_i32_u().local_set(self.pair);
        self.keep_pair(sink, address);
    }

    /// The same of the lower half of the local for pairs.
    fn keep_pair(&self, sink: &mut InstructionSink<'_>, address: u32) {
        sink.i32_const(0).local_get(self.pair).i32_wrap_i64().i32_store(word(address));
        sink.local_get(self.pair).i32_wrap_i64();
        self.log(sink);
    }

    fn load(&self, sink: &mut InstructionSink<'_>, address: u32) {
        sink.i32_const(0).i32_load(word(address));
    }

    fn set(&self, set: usize) -> u32 {
        HANDLES + 4 * set as u32
    }

    fn end(&self, flow: usize, side: Side) -> u32 {
        self.ends + 8 * flow as u32 + 4 * u32::from(side == Side::Writable)
    }

    fn step(&mut self, sink: &mut InstructionSink<'_>, step: Step) {
        let name = name(step, &self.flows).unwrap_or_default();
        match step {
            Step::Log(value) => {
                sink.i32_const(value as i32);
                self.log(sink);
            }
            Step::Backpressure(_) => self.call(sink, name),
            Step::GetContext
            | Step::ThreadIndex
            | Step::Yield
            | Step::Suspend
            | Step::CallSync
            | Step::CallPlain
            | Step::CallHostSync(_) => {
                self.call(sink, name);
                self.log(sink);
            }
            Step::SetContext(value) | Step::ResumeLater(value) => {
                sink.i32_const(value as i32);
                self.call(sink, name);
            }
            Step::NewThread { entry, with } => {
                sink.i32_const(entry as i32).i32_const(with as i32);
                self.call(sink, name);
                self.log(sink);
            }
            Step::Switch { thread, .. } => {
                sink.i32_const(thread as i32);
                self.call(sink, name);
                self.log(sink);
            }
            Step::NewError => {
                sink.i32_const(0).i32_const(0);
                self.call(sink, name);
                self.keep(sink, self.errors + 4 * self.made_errors);
                self.made_errors += 1;
            }
            Step::ErrorMessage(error) => {
                self.load(sink, self.errors + 4 * error as u32);
                sink.i32_const(EVENT);
                self.call(sink, name);
                for offset in [0, 4] {
                    self.load(sink, EVENT as u32 + offset);
                    self.log(sink);
                }
            }
            Step::PassError(error) => {
                self.load(sink, self.errors + 4 * error as u32);
                self.call(sink, name);
                sink.i64_extend_i32_u().local_set(self.pair);
                for name in ["log", "error-context.drop"] {
                    sink.local_get(self.pair).i32_wrap_i64();
                    self.call(sink, name);
                }
            }
            Step::DropError(error) => {
                self.load(sink, self.errors + 4 * error as u32);
                self.call(sink, name);
            }
            Step::Store(value) => {
                sink.i32_const(0).i32_const(value as i32).i32_store(word(BYTES as u32));
            }
            Step::Load => {
                self.load(sink, BYTES as u32);
                self.log(sink);
            }
            Step::Result => {
                self.load(sink, RESULT as u32);
                self.log(sink);
            }
            Step::Trap => {
                sink.unreachable();
            }
            Step::NewSet | Step::DropSet(_) | Step::Poll(_) | Step::Wait(_) => self.set_step(sink, step, name),
            Step::Call
            | Step::CallHost(_)
            | Step::Turn(_)
            | Step::JoinCall(_)
            | Step::CancelCall
            | Step::CancelCallSync
            | Step::DropCall => self.call_step(sink, step, name),
            Step::NewFlow { .. }
            | Step::GetFlow { .. }
            | Step::Give { .. }
            | Step::Copy { .. }
            | Step::CopySync { .. }
            | Step::Cancel { .. }
            | Step::CancelSync { .. }
            | Step::DropEnd { .. }
            | Step::Join { .. } => self.flow_step(sink, step, name),
        }
    }

    fn set_step(&mut self, sink: &mut InstructionSink<'_>, step: Step, name: &str) {
        match step {
            Step::DropSet(set) => {
                self.load(sink, self.set(set));
                self.call(sink, name);
            }
            Step::Poll(set) | Step::Wait(set) => {
                // The code of an event, its index, and its payload.
                self.load(sink, self.set(set));
                sink.i32_const(EVENT);
                self.call(sink, name);
                self.log(sink);
                for offset in [0, 4] {
                    self.load(sink, EVENT as u32 + offset);
                    self.log(sink);
                }
            }
            _ => {
                self.call(sink, name);
                self.keep(sink, self.set(self.made_sets as usize));
                self.made_sets += 1;
            }
        }
    }

    fn call_step(&mut self, sink: &mut InstructionSink<'_>, step: Step, name: &str) {
        match step {
            Step::Call | Step::CallHost(_) => {
                let address = self.calls + 4 * self.made_calls;
                self.made_calls += 1;
                sink.i32_const(RESULT);
                self.call(sink, name);
                self.keep(sink, address);
                // What is kept is the handle.
                for address in [CURRENT, address] {
                    sink.i32_const(0).local_get(self.pair).i32_wrap_i64().i32_const(4).i32_shr_u();
                    sink.i32_store(word(address));
                }
            }
            Step::Turn(call) => {
                sink.i32_const(0);
                self.load(sink, self.calls + 4 * call as u32);
                sink.i32_store(word(CURRENT));
            }
            Step::JoinCall(set) => {
                self.load(sink, CURRENT);
                self.load(sink, self.set(set));
                self.call(sink, name);
            }
            Step::CancelCall | Step::CancelCallSync => {
                self.load(sink, CURRENT);
                self.call(sink, name);
                self.log(sink);
            }
            _ => {
                self.load(sink, CURRENT);
                self.call(sink, name);
            }
        }
    }

    fn flow_step(&mut self, sink: &mut InstructionSink<'_>, step: Step, name: &str) {
        match step {
            Step::NewFlow { .. } => {
                // The two ends, the readable one first.
                let flow = self.made_flows as usize;
                self.made_flows += 1;
                self.call(sink, name);
                sink.local_set(self.pair);
                self.keep_pair(sink, self.end(flow, Side::Readable));
                sink.local_get(self.pair).i64_const(32).i64_shr_u().local_set(self.pair);
                self.keep_pair(sink, self.end(flow, Side::Writable));
            }
            Step::GetFlow { len, .. } => {
                let flow = self.made_flows as usize;
                self.made_flows += 1;
                sink.i32_const(len.into());
                self.call(sink, name);
                self.keep(sink, self.end(flow, Side::Readable));
            }
            Step::Copy { flow, side, len } | Step::CopySync { flow, side, len } => {
                self.load(sink, self.end(flow, side));
                sink.i32_const(BYTES);
                if !self.flows[flow] {
                    sink.i32_const(len.into());
                }
                self.call(sink, name);
                self.log(sink);
            }
            Step::Cancel { flow, side } | Step::CancelSync { flow, side } => {
                self.load(sink, self.end(flow, side));
                self.call(sink, name);
                self.log(sink);
            }
            Step::Give { flow, .. } => {
                self.load(sink, self.end(flow, Side::Readable));
                self.call(sink, name);
            }
            Step::Join { flow, side, set } => {
                self.load(sink, self.end(flow, side));
                match set {
                    Some(set) => self.load(sink, self.set(set)),
                    None => {
                        sink.i32_const(0);
                    }
                }
                self.call(sink, name);
            }
            Step::DropEnd { flow, side } => {
                self.load(sink, self.end(flow, side));
                self.call(sink, name);
            }
            _ => unreachable!("a step of streams and futures"),
        }
    }
}
