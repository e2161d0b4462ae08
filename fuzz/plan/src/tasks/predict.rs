//! What CanonicalABI.md asks for of threads, waitables, streams, futures and calls, from the names of its sections.

mod calls;
mod flows;
mod hosts;
mod steps;
mod threads;

use super::{
    Place, Side, Step, TaskPlan,
    encode::{Given, imported, used, worker_funcs, worker_given, worker_has_memory},
};
use crate::Deviation;
use calls::Call;
use flows::Flow;
use hosts::HostCall;
use preflight_engine::trace::{
    Cause, Event, ExternKind, InstancePath, Level, Outcome, Phase, PostMortem, State, StateItem, TaskStep, ThreadStep,
    Trace, TrapCode, Value,
};
use std::collections::BTreeMap;
use threads::{Task, Thread};

impl TaskPlan {
    /// The trace of the instantiation; of the call of `go`, if it came up; and of what can still run after that. The plan must
    /// be [normal](Self::normalise).
    pub fn expected(&self) -> Vec<Trace> {
        self.expected_with(&[])
    }

    /// Whether a thread is made in it, or a call cancelled.
    pub fn has_threads_or_cancels(&self) -> bool {
        let is = |step: &Step| matches!(step, Step::NewThread { .. } | Step::CancelCall | Step::CancelCallSync);
        self.all_steps().any(is)
    }

    /// Whether the start function calls something that it need not wait for.
    pub fn calls_in_start(&self) -> bool {
        self.place == Place::Start && self.all_steps().any(|step| matches!(step, Step::Call | Step::CallHost(_)))
    }

    /// What a runtime does that has these bugs, and else does what is to be expected.
    pub fn expected_with(&self, deviations: &[Deviation]) -> Vec<Trace> {
        let mut world = World::new(self);
        world.promotes_suspended = deviations.contains(&Deviation::PromotionsNeedTheSuspended);
        world.parents_stay_outside = deviations.contains(&Deviation::ParentsStayOutside);
        world.starts_cannot_call = deviations.contains(&Deviation::StartsCannotCallComponents);
        world.blocking_traps_early = deviations.contains(&Deviation::BlockingTrapsEarly);
        let mut traces = Vec::new();
        let end = world.instantiate();
        let outcome = |end: Result<Vec<Value>, TrapCode>, phase| match end {
            Ok(values) => Outcome::Returned { values },
            Err(code) => Outcome::Trap { code, phase },
        };
        traces.push(world.trace(outcome(end.map(|()| Vec::new()), Phase::Start)));
        if end.is_ok() {
            let end = world.go();
            traces.push(world.trace(outcome(end.map(|()| vec![Value::U32(0)]), Phase::Call)));
        }
        let end = world.rest();
        traces.push(world.trace(outcome(end.map(|()| Vec::new()), Phase::Call)));
        traces
    }
}

/// The two component instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inst {
    Root,
    Child,
}

impl Inst {
    fn path(self) -> InstancePath {
        match self {
            Inst::Root => InstancePath::root(),
            Inst::Child => InstancePath::root().child("#0"),
        }
    }
}

/// What a handle is (*Table State*).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    Set(usize),
    /// An end of a stream or future.
    End(usize, Side),
    Error,
    Call(usize),
}

/// A table: index 0 is never used, and of the indices that were freed the last is used first.
struct Table<T> {
    entries: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T: Copy + PartialEq> Table<T> {
    fn new() -> Self {
        Table { entries: vec![None], free: Vec::new() }
    }

    fn add(&mut self, entry: T) -> u32 {
        match self.free.pop() {
            Some(index) => {
                self.entries[index as usize] = Some(entry);
                index
            }
            None => {
                self.entries.push(Some(entry));
                self.entries.len() as u32 - 1
            }
        }
    }

    fn get(&self, index: u32) -> Result<T, TrapCode> {
        self.entries.get(index as usize).copied().flatten().ok_or(TrapCode::InvalidHandle)
    }

    fn remove(&mut self, index: u32) -> Result<T, TrapCode> {
        let entry = self.get(index)?;
        self.entries[index as usize] = None;
        self.free.push(index);
        Ok(entry)
    }

    fn has(&self, entry: T) -> bool {
        self.entries.contains(&Some(entry))
    }

    fn len(&self) -> usize {
        self.entries.iter().flatten().count()
    }
}

/// A waitable set.
#[derive(Default)]
struct Set {
    /// What is in it, in the order of joining.
    members: Vec<Entry>,
    waiting: u32,
}

/// What is kept by a component instance besides its handles.
struct Instance {
    threads: Table<usize>,
    backpressure: u32,
    waiting_to_enter: u32,
    /// The thread that holds the lock.
    exclusive: Option<usize>,
    is_locked: bool,
}

impl Instance {
    fn new() -> Self {
        Instance { threads: Table::new(), backpressure: 0, waiting_to_enter: 0, exclusive: None, is_locked: false }
    }
}

/// The handles that the steps have got, by the number of the step that got them.
#[derive(Default)]
struct Handles {
    sets: BTreeMap<usize, u32>,
    ends: BTreeMap<usize, [u32; 2]>,
    errors: BTreeMap<usize, u32>,
    calls: BTreeMap<usize, u32>,
    /// The call that is turned to.
    current: u32,
}

struct World<'a> {
    plan: &'a TaskPlan,
    /// Whether a thread that is promoted has to be ready or suspended, which is a bug.
    promotes_suspended: bool,
    /// Whether a call of the child traps: [`Deviation::ParentsStayOutside`].
    parents_stay_outside: bool,
    /// Whether a call of another component traps in a start function, also one of the log:
    /// [`Deviation::StartsCannotCallComponents`].
    starts_cannot_call: bool,
    /// Whether what can block traps at once where it may not: [`Deviation::BlockingTrapsEarly`].
    blocking_traps_early: bool,
    /// Of each stream or future that the steps make whether it is a future.
    is_future: Vec<bool>,
    events: Vec<Event>,
    table: Table<Entry>,
    /// How many sets the other component has made.
    child_sets: usize,
    sets: Vec<Set>,
    flows: Vec<Flow>,
    calls: Vec<Call>,
    hosts: Vec<HostCall>,
    tasks: Vec<Task>,
    threads: Vec<Thread>,
    /// Those that wait, the one that has waited longest first.
    waiting: Vec<usize>,
    current: usize,
    instances: [Instance; 2],
    handles: Handles,
    /// What is where calls store their results, and where bytes are copied.
    result: u32,
    bytes: [u8; 24],
}

impl<'a> World<'a> {
    fn new(plan: &'a TaskPlan) -> Self {
        World {
            plan,
            promotes_suspended: false,
            parents_stay_outside: false,
            starts_cannot_call: false,
            blocking_traps_early: false,
            is_future: plan.flows(),
            events: Vec::new(),
            table: Table::new(),
            child_sets: 0,
            sets: Vec::new(),
            flows: Vec::new(),
            calls: Vec::new(),
            hosts: Vec::new(),
            tasks: Vec::new(),
            threads: Vec::new(),
            waiting: Vec::new(),
            current: 0,
            instances: [Instance::new(), Instance::new()],
            handles: Handles::default(),
            result: 0,
            bytes: [0; 24],
        }
    }

    fn trace(&mut self, outcome: Outcome) -> Trace {
        let state = |inst: Inst, handles| {
            let locked = self.instances[inst as usize].is_locked;
            let may_enter = !locked && !self.instances[Inst::Root as usize].is_locked;
            let state = State::Component { locked, may_enter, handles };
            StateItem { at: inst.path(), name: String::new(), state }
        };
        let items = vec![state(Inst::Root, self.table.len()), state(Inst::Child, self.child_sets)];
        let events = std::mem::take(&mut self.events);
        Trace { level: Level::Full, events, outcome, post_mortem: PostMortem(items) }
    }

    fn import(&mut self, at: &InstancePath, name: &str, kind: ExternKind) {
        let (module, name) = (String::new(), name.to_owned());
        self.events.push(Event::ImportResolved { at: at.clone(), module, name, kind });
    }

    fn core_instance(&mut self, at: &InstancePath, funcs: u32, memories: u32, tables: u32) {
        let (globals, tags) = (0, 0);
        self.events.push(Event::InstanceAllocated { at: at.clone(), funcs, tables, memories, globals, tags });
    }

    fn done(&mut self, at: InstancePath) {
        self.events.push(Event::InstanceDone { at });
    }

    fn instantiate(&mut self) -> Result<(), TrapCode> {
        let (root, child) = (Inst::Root.path(), Inst::Child.path());
        self.events.push(Event::ComponentBegun { at: root.clone() });
        self.import(&root, "log", ExternKind::Func);
        for name in imported(self.plan) {
            self.import(&root, name, ExternKind::Func);
        }
        self.events.push(Event::ComponentBegun { at: child.clone() });
        let has_memory = worker_has_memory(self.plan);
        if has_memory {
            let at = child.child("core#0");
            self.core_instance(&at, 0, 1, 0);
            self.done(at);
        }
        let at = child.child(if has_memory { "core#2" } else { "core#1" });
        for (name, _) in worker_given(self.plan) {
            self.import(&at, name, ExternKind::Func);
        }
        self.core_instance(&at, worker_funcs(self.plan), 0, 0);
        self.done(at);
        self.events.push(Event::ComponentDone { at: child });
        let at = root.child("core#0");
        let first = Given::of(self.plan);
        self.core_instance(&at, first.realloc.into(), 1, first.table.into());
        self.done(at);
        let at = root.child("core#2");
        let given = used(self.plan);
        for (name, _) in &given {
            self.import(&at, name, ExternKind::Func);
        }
        self.import(&at, "memory", ExternKind::Memory);
        if first.table {
            self.import(&at, "table", ExternKind::Table);
        }
        self.core_instance(&at, 2 + self.plan.threads.len() as u32, 0, 0);
        let func = given.len() as u32;
        self.events.push(Event::StartEntered { at: at.clone(), func });
        if let Err(code) = self.run_start() {
            let phase = Phase::Start;
            self.events.push(Event::Trapped { at, code, phase });
            self.lock(Inst::Root);
            self.events.push(Event::Trapped { at: root, code, phase });
            return Err(code);
        }
        self.events.push(Event::StartLeft { at: at.clone(), func });
        self.done(at);
        self.events.push(Event::ComponentDone { at: root });
        Ok(())
    }

    /// What has been entered to run something of an instance is locked: itself, and what it stands in.
    fn lock(&mut self, inst: Inst) {
        let around: &[Inst] = if inst == Inst::Root { &[Inst::Root] } else { &[Inst::Child, Inst::Root] };
        around.iter().for_each(|inst| self.lock_one(*inst));
    }

    /// One instance is locked: a call of it by another has entered no more.
    fn lock_one(&mut self, inst: Inst) {
        if !std::mem::replace(&mut self.instances[inst as usize].is_locked, true) {
            self.events.push(Event::Locked { at: inst.path() });
        }
    }

    /// The host calls `go`, a function whose type is `async`.
    fn go(&mut self) -> Result<(), TrapCode> {
        let (name, args, cause) = ("go".to_owned(), Vec::new(), Cause::Invoke);
        self.events.push(Event::Called { at: Inst::Root.path(), name: name.clone(), args, cause });
        if let Err(code) = self.call_go() {
            self.events.push(Event::Trapped { at: Inst::Root.path(), code, phase: Phase::Call });
            return Err(code);
        }
        self.events.push(Event::Returned { at: Inst::Root.path(), name, results: vec![Value::U32(0)] });
        Ok(())
    }

    fn call_go(&mut self) -> Result<(), TrapCode> {
        let go = self.new_task(threads::Kind::Go);
        let thread = self.new_thread(go, threads::Code::Go);
        if let Err(code) = self.resume(thread, false) {
            self.lock(Inst::Root);
            return Err(code);
        }
        // The host lets things go on until there is a result. If nothing can, it gives up, and what waits goes on waiting.
        while !self.tasks[go].is_resolved() {
            if !self.tick()? {
                return Err(TrapCode::CannotBlock);
            }
        }
        Ok(())
    }

    /// What the host lets run in the end.
    fn rest(&mut self) -> Result<(), TrapCode> {
        while self.tick()? {}
        Ok(())
    }

    /// The name of `go` in traces: those of the host and that of the other component come before it.
    fn go_name(&self) -> String {
        format!("func {}", 2 + imported(self.plan).len() + usize::from(self.plan.has_plain()))
    }

    fn steps_of(&self, place: Place) -> &'a [super::Step] {
        if self.plan.place == place { &self.plan.steps } else { &[] }
    }

    fn task_event(&mut self, inst: Inst, name: &str, step: TaskStep) {
        self.events.push(Event::Task { at: inst.path(), name: name.to_owned(), step });
    }

    fn thread_event(&mut self, thread: usize, step: ThreadStep) {
        let (inst, index) = (self.inst_of(thread), self.threads[thread].index);
        self.events.push(Event::Thread { at: inst.path(), thread: index, step });
    }

    fn lifted(&mut self, inst: Inst, what: String, values: Vec<Value>) {
        self.events.push(Event::Lifted { at: inst.path(), what, values });
    }

    fn lowered(&mut self, what: String, values: Vec<Value>) {
        self.events.push(Event::Lowered { at: Inst::Root.path(), what, values });
    }

    fn rule(&mut self, inst: Inst, rule: &str, reading: &str) {
        let (rule, reading) = (rule.to_owned(), reading.to_owned());
        self.events.push(Event::RuleApplied { at: inst.path(), rule, reading });
    }

    /// What the function of the host is told, and that it returns.
    fn host(&mut self, name: &str, args: Vec<Value>) {
        let (at, name) = (Inst::Root.path(), name.to_owned());
        self.events.push(Event::HostCalled { at, name, args });
    }

    fn host_returned(&mut self, name: &str, results: Vec<Value>) {
        let (at, name) = (Inst::Root.path(), name.to_owned());
        self.events.push(Event::HostReturned { at, name, results });
    }

    fn log(&mut self, value: u32) {
        let values = vec![Value::U32(value)];
        self.lifted(Inst::Root, "log params".to_owned(), values.clone());
        self.host("log", values);
        self.host_returned("log", Vec::new());
    }
}
