//! The component whose function is called: it pauses, and returns the value.

use super::{U32, alias, instantiate};
use crate::tasks::{Ending, Lift, PLAIN, Pause, TaskPlan};
use wasm_encoder::{
    Alias, CanonicalFunctionSection, CanonicalOption, CodeSection, Component, ComponentExportKind,
    ComponentExportSection, ComponentTypeSection, ComponentValType, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, ImportSection, InstanceSection, InstructionSink, MemorySection, MemoryType, Module, TypeSection,
    ValType,
};

/// The code of the event that tells of a cancellation, and those that a callback returns.
const TASK_CANCELLED: i32 = 6;
const EXIT: i32 = 0;
const YIELD: i32 = 1;
const WAIT: i32 = 2;

/// The core types.
const GET: u32 = 0;
const PUT: u32 = 1;
const UNIT: u32 = 2;
const ASK_TWO: u32 = 3;
const ASK_THREE: u32 = 4;

/// What the function imports, with the core type.
pub fn given(plan: &TaskPlan) -> Vec<(&'static str, u32)> {
    let waits = plan.pause == Pause::Wait;
    let sets: &[(&str, u32)] = if waits { &[("set", GET)] } else { &[] };
    let pause = match plan.pause {
        Pause::Suspend => ("suspend", GET),
        Pause::Wait => ("wait", ASK_TWO),
        Pause::Yield => ("yield", GET),
    };
    let ends = [("return", PUT), ("cancel", UNIT)];
    let mut given = match plan.lift {
        Lift::Sync => vec![pause],
        Lift::Stackful => [pause].into_iter().chain(ends).collect(),
        Lift::Callback => [("get", GET), ("put", PUT)].into_iter().chain(ends).collect(),
    };
    given.extend(sets);
    let lingers = plan.lingers && plan.lift != Lift::Sync;
    given.extend(lingers.then_some(("linger", GET)));
    given.extend(plan.has_plain().then_some(("let others", GET)));
    given
}

/// How many functions the core module has.
pub fn funcs(plan: &TaskPlan) -> u32 {
    let of_call = if plan.lift == Lift::Callback { 2 } else { 1 };
    of_call + u32::from(plan.has_plain())
}

/// Whether the core module has a memory.
pub fn has_memory(plan: &TaskPlan) -> bool {
    plan.pause == Pause::Wait && plan.lift != Lift::Callback
}

/// The component.
pub fn component(plan: &TaskPlan) -> Component {
    let mut out = Component::new();
    let mut section = ComponentTypeSection::new();
    section.function().async_(true).params([] as [(&str, ComponentValType); 0]).result(Some(U32));
    if plan.has_plain() {
        section.function().params([] as [(&str, ComponentValType); 0]).result(Some(U32));
    }
    out.section(&section);
    let given = given(plan);
    // A set tells its events in a memory, which has to be there before the built-in is.
    let mut instances = 0;
    if has_memory(plan) {
        instantiate(&mut out, 0, &memory(), None);
        alias(&mut out, Alias::CoreInstanceExport { instance: 0, kind: ExportKind::Memory, name: "memory" });
        instances = 1;
    }
    let mut section = CanonicalFunctionSection::new();
    given.iter().for_each(|(name, _)| canon(&mut section, name, plan));
    out.section(&section);
    let mut section = InstanceSection::new();
    section.export_items((0..).zip(&given).map(|(i, (name, _))| (*name, ExportKind::Func, i)).collect::<Vec<_>>());
    out.section(&section);
    instantiate(&mut out, instances, &module(plan, &given), Some(instances));
    let instance = instances + 1;
    let first = given.len() as u32;
    alias(&mut out, Alias::CoreInstanceExport { instance, kind: ExportKind::Func, name: "work" });
    let mut options = Vec::new();
    if plan.lift != Lift::Sync {
        options.push(CanonicalOption::Async);
    }
    if plan.lift == Lift::Callback {
        alias(&mut out, Alias::CoreInstanceExport { instance, kind: ExportKind::Func, name: "back" });
        options.push(CanonicalOption::Callback(first + 1));
    }
    let mut section = CanonicalFunctionSection::new();
    section.lift(first, 0, options);
    if plan.has_plain() {
        alias(&mut out, Alias::CoreInstanceExport { instance, kind: ExportKind::Func, name: "plain" });
        section.lift(first + funcs(plan) - 1, 1, [] as [CanonicalOption; 0]);
    }
    out.section(&section);
    let mut exports = ComponentExportSection::new();
    exports.export("work", ComponentExportKind::Func, 0, None);
    if plan.has_plain() {
        exports.export("plain", ComponentExportKind::Func, 1, None);
    }
    out.section(&exports);
    out
}

fn canon(section: &mut CanonicalFunctionSection, name: &str, plan: &TaskPlan) {
    // What was not lifted with `async` has no way to say that it has been cancelled.
    let cancellable = plan.lift != Lift::Sync;
    match name {
        "yield" => section.thread_yield(cancellable),
        "linger" | "let others" => section.thread_yield(false),
        "suspend" => section.thread_suspend(cancellable),
        "set" => section.waitable_set_new(),
        "wait" => section.waitable_set_wait(cancellable, 0),
        "return" => section.task_return(Some(U32), [] as [CanonicalOption; 0]),
        "cancel" => section.task_cancel(),
        "get" => section.context_get(ValType::I32, 0),
        _ => section.context_set(ValType::I32, 0),
    };
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

fn module(plan: &TaskPlan, given: &[(&str, u32)]) -> Module {
    let i32 = ValType::I32;
    let mut section = TypeSection::new();
    section.ty().function([], [i32]);
    section.ty().function([i32], []);
    section.ty().function([], []);
    section.ty().function([i32, i32], [i32]);
    section.ty().function([i32, i32, i32], [i32]);
    let mut imports = ImportSection::new();
    for (name, ty) in given {
        imports.import("", name, EntityType::Function(*ty));
    }
    let first = given.len() as u32;
    let (mut functions, mut exports, mut code) = (FunctionSection::new(), ExportSection::new(), CodeSection::new());
    let worker = Worker { plan, given };
    exports.export("work", ExportKind::Func, first);
    match plan.lift {
        Lift::Sync => {
            functions.function(GET);
            code.function(&worker.sync());
        }
        Lift::Stackful => {
            functions.function(UNIT);
            code.function(&worker.stackful());
        }
        Lift::Callback => {
            functions.function(GET).function(ASK_THREE);
            exports.export("back", ExportKind::Func, first + 1);
            code.function(&worker.first()).function(&worker.back());
        }
    }
    if plan.has_plain() {
        functions.function(GET);
        exports.export("plain", ExportKind::Func, first + funcs(plan) - 1);
        let mut body = Function::new([]);
        let sink = &mut body.instructions();
        worker.call(sink, "let others");
        sink.drop().i32_const(PLAIN as i32).end();
        code.function(&body);
    }
    let mut module = Module::new();
    module.section(&section).section(&imports).section(&functions).section(&exports).section(&code);
    module
}

struct Worker<'a> {
    plan: &'a TaskPlan,
    given: &'a [(&'a str, u32)],
}

impl Worker<'_> {
    fn call(&self, sink: &mut InstructionSink<'_>, name: &str) {
        let index = self.given.iter().position(|(other, _)| *other == name).expect("imported");
        sink.call(index as u32);
    }

    /// Leaves a number that is not zero if a cancellation was told of.
    fn pause(&self, sink: &mut InstructionSink<'_>) {
        match self.plan.pause {
            Pause::Yield => self.call(sink, "yield"),
            Pause::Suspend => self.call(sink, "suspend"),
            Pause::Wait => {
                sink.local_get(0).i32_const(0);
                self.call(sink, "wait");
                sink.i32_const(TASK_CANCELLED).i32_eq();
            }
        }
    }

    fn make_set(&self, sink: &mut InstructionSink<'_>) {
        if self.plan.pause == Pause::Wait {
            self.call(sink, "set");
            sink.local_set(0);
        }
    }

    fn sync(&self) -> Function {
        let mut body = Function::new([(1, ValType::I32)]);
        let sink = &mut body.instructions();
        self.make_set(sink);
        for _ in 0..self.plan.yields {
            self.pause(sink);
            sink.drop();
        }
        self.trap(sink);
        sink.i32_const(self.plan.value as i32).end();
        body
    }

    fn trap(&self, sink: &mut InstructionSink<'_>) {
        if self.plan.ends == Ending::Trap {
            sink.unreachable();
        }
    }

    /// Returns the value, or does what it does instead.
    fn finish(&self, sink: &mut InstructionSink<'_>) {
        let times = match self.plan.ends {
            Ending::Return => 1,
            Ending::Twice => 2,
            Ending::Nothing | Ending::Cancel | Ending::Trap => 0,
        };
        for _ in 0..times {
            sink.i32_const(self.plan.value as i32);
            self.call(sink, "return");
        }
        if self.plan.ends == Ending::Cancel {
            self.call(sink, "cancel");
        }
        self.trap(sink);
        if self.plan.lingers {
            self.call(sink, "linger");
            sink.drop();
        }
    }

    fn stackful(&self) -> Function {
        let mut body = Function::new([(1, ValType::I32)]);
        let sink = &mut body.instructions();
        self.make_set(sink);
        for _ in 0..self.plan.yields {
            self.pause(sink);
            if self.plan.insists {
                sink.drop();
            } else {
                sink.if_(wasm_encoder::BlockType::Empty);
                self.call(sink, "cancel");
                sink.return_().end();
            }
        }
        self.finish(sink);
        sink.end();
        body
    }

    /// Returns the value if there is no pause left (in local 0, given by the caller), or pauses.
    fn next(&self, sink: &mut InstructionSink<'_>, left: u32) {
        sink.local_get(left).i32_eqz().if_(wasm_encoder::BlockType::Empty);
        self.finish(sink);
        sink.i32_const(EXIT).return_().end();
        sink.local_get(left);
        self.call(sink, "put");
        match self.plan.pause {
            Pause::Wait => {
                self.call(sink, "set");
                sink.i32_const(4).i32_shl().i32_const(WAIT).i32_or();
            }
            Pause::Yield | Pause::Suspend => {
                sink.i32_const(YIELD);
            }
        }
        sink.end();
    }

    fn first(&self) -> Function {
        let mut body = Function::new([(1, ValType::I32)]);
        let sink = &mut body.instructions();
        sink.i32_const(self.plan.yields.into()).local_set(0);
        self.next(sink, 0);
        body
    }

    /// The callback: how many pauses are left stands in the storage of the thread.
    fn back(&self) -> Function {
        let mut body = Function::new([(1, ValType::I32)]);
        let sink = &mut body.instructions();
        if !self.plan.insists {
            sink.local_get(0).i32_const(TASK_CANCELLED).i32_eq().if_(wasm_encoder::BlockType::Empty);
            self.call(sink, "cancel");
            sink.i32_const(EXIT).return_().end();
        }
        self.call(sink, "get");
        sink.i32_const(1).i32_sub().local_set(3);
        self.next(sink, 3);
        body
    }
}
