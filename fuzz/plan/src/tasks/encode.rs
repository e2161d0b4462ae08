//! Plans of tasks as bytes.

use super::{Place, Side, Step, TaskPlan};
use wasm_encoder::{
    Alias, CanonicalFunctionSection, CanonicalOption, CodeSection, Component, ComponentAliasSection,
    ComponentExportKind, ComponentExportSection, ComponentImportSection, ComponentInstanceSection, ComponentTypeRef,
    ComponentTypeSection, ComponentValType, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    ImportSection, InstanceSection, InstructionSink, MemArg, MemorySection, MemoryType, Module, ModuleArg,
    ModuleSection, NestedComponentSection, PrimitiveValType, StartSection, TypeSection, ValType,
};

/// Where things are in the memory: what the call returns, what the sets tell, and the bytes that are copied.
const RESULT: i32 = 8;
const EVENT: i32 = 16;
const BYTES: i32 = 64;

/// The core types of the built-ins.
mod types {
    /// `[] -> []`.
    pub const UNIT: u32 = 0;
    /// `[] -> [i32]`.
    pub const GET: u32 = 1;
    /// `[] -> [i64]`.
    pub const PAIR: u32 = 2;
    /// `[i32] -> []`.
    pub const PUT: u32 = 3;
    /// `[i32] -> [i32]`.
    pub const ASK: u32 = 4;
    /// `[i32 i32] -> []`.
    pub const PUT_TWO: u32 = 5;
    /// `[i32 i32] -> [i32]`.
    pub const ASK_TWO: u32 = 6;
    /// `[i32 i32 i32] -> [i32]`.
    pub const ASK_THREE: u32 = 7;
}

/// What can be imported, with the core type, in the order in which it is.
pub(super) const GIVEN: [(&str, u32); 30] = [
    ("backpressure.dec", types::UNIT),
    ("backpressure.inc", types::UNIT),
    ("call", types::ASK),
    ("context.get", types::GET),
    ("context.set", types::PUT),
    ("error-context.drop", types::PUT),
    ("error-context.new", types::ASK_TWO),
    ("future.cancel-read", types::ASK),
    ("future.cancel-write", types::ASK),
    ("future.drop-readable", types::PUT),
    ("future.drop-writable", types::PUT),
    ("future.new", types::PAIR),
    ("future.read", types::ASK_TWO),
    ("future.write", types::ASK_TWO),
    ("log", types::PUT),
    ("stream.cancel-read", types::ASK),
    ("stream.cancel-write", types::ASK),
    ("stream.drop-readable", types::PUT),
    ("stream.drop-writable", types::PUT),
    ("stream.new", types::PAIR),
    ("stream.read", types::ASK_THREE),
    ("stream.write", types::ASK_THREE),
    ("subtask.cancel", types::ASK),
    ("subtask.drop", types::PUT),
    ("thread.index", types::GET),
    ("thread.yield", types::GET),
    ("waitable-set.drop", types::PUT),
    ("waitable-set.new", types::GET),
    ("waitable-set.poll", types::ASK_TWO),
    ("waitable-set.wait", types::ASK_TWO),
];

/// `waitable.join`, which comes last.
pub(super) const JOIN: (&str, u32) = ("waitable.join", types::PUT_TWO);

/// Which of [`GIVEN`] and [`JOIN`] the steps use; `log` always.
pub(super) fn used(plan: &TaskPlan) -> Vec<(&'static str, u32)> {
    let mut kinds = Vec::new();
    let mut flows = Vec::new();
    for step in &plan.steps {
        if let Step::NewFlow { is_future } = step {
            flows.push(*is_future);
        }
        kinds.extend(names(*step, &flows));
    }
    let is_used = |(name, _): &(&str, u32)| *name == "log" || kinds.contains(name);
    GIVEN.into_iter().chain([JOIN]).filter(is_used).collect()
}

/// The built-ins of a step; `flows` says of each stream or future so far whether it is a future.
fn names(step: Step, flows: &[bool]) -> Vec<&'static str> {
    let of = |flow: usize, stream: [&'static str; 2], future: [&'static str; 2], side: Side| {
        let pair = if flows[flow] { future } else { stream };
        pair[usize::from(side == Side::Writable)]
    };
    vec![match step {
        Step::Log(_) | Step::Trap => return Vec::new(),
        Step::SetContext(_) => "context.set",
        Step::GetContext => "context.get",
        Step::Backpressure(true) => "backpressure.inc",
        Step::Backpressure(false) => "backpressure.dec",
        Step::ThreadIndex => "thread.index",
        Step::Yield => "thread.yield",
        Step::NewError => "error-context.new",
        Step::DropError(_) => "error-context.drop",
        Step::NewSet => "waitable-set.new",
        Step::DropSet(_) => "waitable-set.drop",
        Step::Poll(_) => "waitable-set.poll",
        Step::Wait(_) => "waitable-set.wait",
        Step::NewFlow { is_future: true } => "future.new",
        Step::NewFlow { is_future: false } => "stream.new",
        Step::Copy { flow, side, .. } => {
            of(flow, ["stream.read", "stream.write"], ["future.read", "future.write"], side)
        }
        Step::Cancel { flow, side } => {
            let stream = ["stream.cancel-read", "stream.cancel-write"];
            of(flow, stream, ["future.cancel-read", "future.cancel-write"], side)
        }
        Step::DropEnd { flow, side } => {
            let stream = ["stream.drop-readable", "stream.drop-writable"];
            of(flow, stream, ["future.drop-readable", "future.drop-writable"], side)
        }
        Step::Join { .. } | Step::JoinCall(_) => "waitable.join",
        Step::Call => "call",
        Step::CancelCall => "subtask.cancel",
        Step::DropCall => "subtask.drop",
    }]
}

const U32: ComponentValType = ComponentValType::Primitive(PrimitiveValType::U32);

impl TaskPlan {
    /// The component as bytes. The plan must be [normal](Self::normalise).
    pub fn to_wasm(&self) -> Vec<u8> {
        let used = used(self);
        let mut out = Component::new();
        // 0: log; 1: an async function; 2 and 3: a stream and a future of bytes.
        let mut section = ComponentTypeSection::new();
        section.function().params([("x", U32)]).result(None);
        section.function().async_(true).params([] as [(&str, ComponentValType); 0]).result(Some(U32));
        section.defined_type().stream(Some(ComponentValType::Primitive(PrimitiveValType::U8)));
        section.defined_type().future(Some(ComponentValType::Primitive(PrimitiveValType::U8)));
        out.section(&section);
        let mut imports = ComponentImportSection::new();
        imports.import("log", ComponentTypeRef::Func(0));
        out.section(&imports);
        out.section(&NestedComponentSection(&worker(self)));
        let mut section = ComponentInstanceSection::new();
        section.instantiate(0, [] as [(&str, ComponentExportKind, u32); 0]);
        out.section(&section);
        alias(&mut out, Alias::InstanceExport { instance: 0, kind: ComponentExportKind::Func, name: "work" });
        instantiate(&mut out, 0, &memory(), None);
        alias(&mut out, Alias::CoreInstanceExport { instance: 0, kind: ExportKind::Memory, name: "memory" });
        let mut canons = CanonicalFunctionSection::new();
        used.iter().for_each(|(name, _)| canon(&mut canons, name));
        out.section(&canons);
        let mut section = InstanceSection::new();
        let funcs = (0..).zip(&used).map(|(i, (name, _))| (*name, ExportKind::Func, i));
        let memory = [("memory", ExportKind::Memory, 0)];
        section.export_items(funcs.chain(memory).collect::<Vec<_>>());
        out.section(&section);
        instantiate(&mut out, 1, &main_module(self, &used), Some(1));
        alias(&mut out, Alias::CoreInstanceExport { instance: 2, kind: ExportKind::Func, name: "go" });
        let mut section = CanonicalFunctionSection::new();
        section.lift(used.len() as u32, 1, [] as [CanonicalOption; 0]);
        out.section(&section);
        let mut exports = ComponentExportSection::new();
        exports.export("go", ComponentExportKind::Func, 2, None);
        out.section(&exports);
        out.finish()
    }
}

fn alias(out: &mut Component, alias: Alias<'_>) {
    let mut section = ComponentAliasSection::new();
    section.alias(alias);
    out.section(&section);
}

/// A core module, the next one, and its instance.
fn instantiate(out: &mut Component, index: u32, module: &Module, given: Option<u32>) {
    out.section(&ModuleSection(module));
    let mut section = InstanceSection::new();
    section.instantiate(index, given.map(|instance| ("", ModuleArg::Instance(instance))));
    out.section(&section);
}

/// A built-in under the name that it is imported by.
fn canon(section: &mut CanonicalFunctionSection, name: &str) {
    let none = || [] as [CanonicalOption; 0];
    let copy = || [CanonicalOption::Memory(0), CanonicalOption::Async];
    let (stream, future) = (2, 3);
    match name {
        "backpressure.dec" => section.backpressure_dec(),
        "backpressure.inc" => section.backpressure_inc(),
        "call" => section.lower(1, copy()),
        "context.get" => section.context_get(ValType::I32, 0),
        "context.set" => section.context_set(ValType::I32, 0),
        "error-context.drop" => section.error_context_drop(),
        "error-context.new" => section.error_context_new([CanonicalOption::Memory(0)]),
        "future.cancel-read" => section.future_cancel_read(future, true),
        "future.cancel-write" => section.future_cancel_write(future, true),
        "future.drop-readable" => section.future_drop_readable(future),
        "future.drop-writable" => section.future_drop_writable(future),
        "future.new" => section.future_new(future),
        "future.read" => section.future_read(future, copy()),
        "future.write" => section.future_write(future, copy()),
        "log" => section.lower(0, none()),
        "stream.cancel-read" => section.stream_cancel_read(stream, true),
        "stream.cancel-write" => section.stream_cancel_write(stream, true),
        "stream.drop-readable" => section.stream_drop_readable(stream),
        "stream.drop-writable" => section.stream_drop_writable(stream),
        "stream.new" => section.stream_new(stream),
        "stream.read" => section.stream_read(stream, copy()),
        "stream.write" => section.stream_write(stream, copy()),
        "subtask.cancel" => section.subtask_cancel(true),
        "subtask.drop" => section.subtask_drop(),
        "thread.index" => section.thread_index(),
        "thread.yield" => section.thread_yield(false),
        "waitable-set.drop" => section.waitable_set_drop(),
        "waitable-set.new" => section.waitable_set_new(),
        "waitable-set.poll" => section.waitable_set_poll(false, 0),
        "waitable-set.wait" => section.waitable_set_wait(false, 0),
        _ => section.waitable_join(),
    };
}

/// The component whose function is called: it yields, and returns the value.
fn worker(plan: &TaskPlan) -> Component {
    let mut out = Component::new();
    let mut section = ComponentTypeSection::new();
    section.function().async_(true).params([] as [(&str, ComponentValType); 0]).result(Some(U32));
    out.section(&section);
    let mut section = CanonicalFunctionSection::new();
    section.thread_yield(false);
    out.section(&section);
    let mut section = InstanceSection::new();
    section.export_items([("yield", ExportKind::Func, 0)]);
    out.section(&section);
    let mut module_types = TypeSection::new();
    module_types.ty().function([], [ValType::I32]);
    let mut imports = ImportSection::new();
    imports.import("", "yield", EntityType::Function(0));
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut exports = ExportSection::new();
    exports.export("work", ExportKind::Func, 1);
    let mut body = Function::new([]);
    let mut sink = body.instructions();
    for _ in 0..plan.yields {
        sink.call(0).drop();
    }
    sink.i32_const(plan.value as i32).end();
    let mut code = CodeSection::new();
    code.function(&body);
    let mut module = Module::new();
    module.section(&module_types).section(&imports).section(&functions).section(&exports).section(&code);
    instantiate(&mut out, 0, &module, Some(0));
    alias(&mut out, Alias::CoreInstanceExport { instance: 1, kind: ExportKind::Func, name: "work" });
    let mut section = CanonicalFunctionSection::new();
    section.lift(1, 0, [] as [CanonicalOption; 0]);
    out.section(&section);
    let mut exports = ComponentExportSection::new();
    exports.export("work", ComponentExportKind::Func, 0, None);
    out.section(&exports);
    out
}

fn memory() -> Module {
    let mut memories = MemorySection::new();
    memories.memory(MemoryType { minimum: 1, maximum: Some(1), memory64: false, shared: false, page_size_log2: None });
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    let mut module = Module::new();
    module.section(&memories).section(&exports);
    module
}

/// `go` takes the steps, or the start function does.
fn main_module(plan: &TaskPlan, used: &[(&str, u32)]) -> Module {
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
    let first = used.len() as u32;
    let (start, go) = (first, first + 1);
    let mut functions = FunctionSection::new();
    functions.function(types::UNIT).function(types::GET);
    let mut exports = ExportSection::new();
    exports.export("go", ExportKind::Func, go);
    let (steps, none): (&[Step], &[Step]) = (&plan.steps, &[]);
    let (of_start, of_go) = if plan.place == Place::Start { (steps, none) } else { (none, steps) };
    let mut code = CodeSection::new();
    let mut body = function(of_start, used);
    body.instructions().end();
    code.function(&body);
    let mut body = function(of_go, used);
    body.instructions().i32_const(0).end();
    code.function(&body);
    let mut module = Module::new();
    module.section(&section).section(&imports).section(&functions).section(&exports);
    module.section(&StartSection { function_index: start }).section(&code);
    module
}

/// How many locals there are for each kind of thing, and where they begin: sets, ends, errors, the call; and one for pairs.
struct Locals {
    sets: u32,
    ends: u32,
    errors: u32,
    call: u32,
    pair: u32,
}

fn function(steps: &[Step], used: &[(&str, u32)]) -> Function {
    let count = |is: fn(&Step) -> bool| steps.iter().filter(|step| is(step)).count() as u32;
    let sets = count(|step| matches!(step, Step::NewSet));
    let flows = count(|step| matches!(step, Step::NewFlow { .. }));
    let errors = count(|step| matches!(step, Step::NewError));
    let call = sets + 2 * flows + errors;
    let locals = Locals { sets: 0, ends: sets, errors: sets + 2 * flows, call, pair: call + 1 };
    let mut body = Function::new([(call + 1, ValType::I32), (1, ValType::I64)]);
    let mut encoder = Encoder { out: body.instructions(), used, locals, flows: Vec::new(), sets: 0, errors: 0 };
    steps.iter().for_each(|step| encoder.step(*step));
    body
}

struct Encoder<'a> {
    out: InstructionSink<'a>,
    used: &'a [(&'a str, u32)],
    locals: Locals,
    flows: Vec<bool>,
    sets: u32,
    errors: u32,
}

impl Encoder<'_> {
    fn call(&mut self, name: &str) {
        let index = self.used.iter().position(|(other, _)| *other == name).expect("imported");
        self.out.call(index as u32);
    }

    fn log(&mut self) {
        self.call("log");
    }

    fn end(&self, flow: usize, side: Side) -> u32 {
        self.locals.ends + 2 * flow as u32 + u32::from(side == Side::Writable)
    }

    fn step(&mut self, step: Step) {
        if let Step::NewFlow { is_future } = step {
            self.flows.push(is_future);
        }
        let name = names(step, &self.flows).first().copied().unwrap_or_default();
        let call_local = self.locals.call;
        match step {
            Step::Log(value) => {
                self.out.i32_const(value as i32);
                self.log();
            }
            Step::SetContext(value) => {
                self.out.i32_const(value as i32);
                self.call(name);
            }
            Step::Backpressure(_) => self.call(name),
            Step::GetContext | Step::ThreadIndex | Step::Yield => {
                self.call(name);
                self.log();
            }
            Step::NewError => {
                self.out.i32_const(0).i32_const(0);
                self.call(name);
                self.out.local_tee(self.locals.errors + self.errors);
                self.errors += 1;
                self.log();
            }
            Step::DropError(error) => {
                self.out.local_get(self.locals.errors + error as u32);
                self.call(name);
            }
            Step::NewSet => {
                self.call(name);
                self.out.local_tee(self.locals.sets + self.sets);
                self.sets += 1;
                self.log();
            }
            Step::DropSet(set) => {
                self.out.local_get(self.locals.sets + set as u32);
                self.call(name);
            }
            Step::Poll(set) | Step::Wait(set) => self.event(set, name),
            Step::NewFlow { .. } => self.pair(name),
            Step::Copy { flow, side, len } => {
                let end = self.end(flow, side);
                self.out.local_get(end).i32_const(BYTES);
                if !self.flows[flow] {
                    self.out.i32_const(len.into());
                }
                self.call(name);
                self.log();
            }
            Step::Cancel { flow, side } => {
                let end = self.end(flow, side);
                self.out.local_get(end);
                self.call(name);
                self.log();
            }
            Step::DropEnd { flow, side } => {
                let end = self.end(flow, side);
                self.out.local_get(end);
                self.call(name);
            }
            Step::Join { flow, side, set } => {
                let end = self.end(flow, side);
                self.out.local_get(end);
                match set {
                    Some(set) => self.out.local_get(self.locals.sets + set as u32),
                    None => self.out.i32_const(0),
                };
                self.call(name);
            }
            Step::Call => {
                self.out.i32_const(RESULT);
                self.call(name);
                self.out.local_tee(call_local);
                self.log();
                // What is kept is the handle.
                self.out.local_get(call_local).i32_const(4).i32_shr_u().local_set(call_local);
            }
            Step::JoinCall(set) => {
                self.out.local_get(call_local).local_get(self.locals.sets + set as u32);
                self.call(name);
            }
            Step::CancelCall => {
                self.out.local_get(call_local);
                self.call(name);
                self.log();
            }
            Step::DropCall => {
                self.out.local_get(call_local);
                self.call(name);
            }
            Step::Trap => {
                self.out.unreachable();
            }
        }
    }

    /// The code of an event, its index, and its payload.
    fn event(&mut self, set: usize, name: &str) {
        let word = |offset: i32| MemArg { offset: (EVENT + offset) as u64, align: 2, memory_index: 0 };
        self.out.local_get(self.locals.sets + set as u32).i32_const(EVENT);
        self.call(name);
        self.log();
        for offset in [0, 4] {
            self.out.i32_const(0).i32_load(word(offset));
            self.log();
        }
    }

    /// The two ends of a new stream or future, the readable one first.
    fn pair(&mut self, name: &str) {
        let flow = self.flows.len() - 1;
        let (pair, [readable, writable]) =
            (self.locals.pair, [Side::Readable, Side::Writable].map(|s| self.end(flow, s)));
        self.call(name);
        self.out.local_tee(pair).i32_wrap_i64().local_tee(readable);
        self.log();
        self.out.local_get(pair).i64_const(32).i64_shr_u().i32_wrap_i64();
        self.out.local_tee(writable);
        self.log();
    }
}
