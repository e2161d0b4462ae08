//! What CanonicalABI.md asks for of waitables, streams, futures and calls, from the names of its sections.

mod flows;

use super::{Place, Side, Step, TaskPlan, encode::used};
use preflight_engine::trace::{
    Cause, Event, EventCode, ExternKind, InstancePath, Level, Outcome, Phase, PostMortem, State, StateItem, TaskStep,
    ThreadStep, Trace, TrapCode, Value,
};

impl TaskPlan {
    /// The trace of the instantiation; of the call of `go`, if it came up; and of what can still run after that. The plan must
    /// be [normal](Self::normalise).
    pub fn expected(&self) -> Vec<Trace> {
        let mut world = World::new(self);
        let mut traces = Vec::new();
        let end = world.instantiate();
        let outcome = match end {
            Ok(()) => Outcome::Returned { values: Vec::new() },
            Err(code) => Outcome::Trap { code, phase: Phase::Start },
        };
        traces.push(world.trace(outcome));
        if end.is_ok() {
            let outcome = match world.go() {
                Ok(()) => Outcome::Returned { values: vec![Value::U32(0)] },
                Err(code) => Outcome::Trap { code, phase: Phase::Call },
            };
            traces.push(world.trace(outcome));
        }
        world.rest();
        traces.push(world.trace(Outcome::Returned { values: Vec::new() }));
        traces
    }
}

/// What a handle is (*Table State*).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    Set(usize),
    /// An end of a stream or future.
    End(usize, Side),
    Error,
    Call,
}

/// `CopyState`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CopyState {
    Idle,
    Copying,
    Done,
}

/// `CopyResult`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Copied {
    Completed = 0,
    Dropped = 1,
    Cancelled = 2,
}

/// A buffer: how long it is, and how far its copy has come.
#[derive(Debug, Clone, Copy, Default)]
struct Buffer {
    len: u32,
    progress: u32,
}

impl Buffer {
    fn remain(self) -> u32 {
        self.len - self.progress
    }
}

/// An end (*Stream State*, *Future State*).
#[derive(Debug, Clone, Copy)]
struct End {
    state: CopyState,
    buffer: Buffer,
    /// The event that is pending, and whether the buffer is to be reclaimed with it.
    pending: Option<(Copied, bool)>,
    set: Option<usize>,
    index: u32,
}

/// A stream or future.
struct Flow {
    is_future: bool,
    is_dropped: bool,
    /// The end whose buffer waits for the other one.
    waiting: Option<Side>,
    ends: [End; 2],
}

/// The call of the other component.
#[derive(Default)]
struct Call {
    /// How many yields there are before it returns; `None` when it has, or was never made.
    left: Option<u8>,
    is_returned: bool,
    is_pending: bool,
    is_delivered: bool,
    is_cancelled: bool,
    index: u32,
    set: Option<usize>,
}

struct World<'a> {
    plan: &'a TaskPlan,
    events: Vec<Event>,
    /// The handle table; index 0 is never used, and of those that were freed the last is used first.
    handles: Vec<Option<Entry>>,
    free: Vec<u32>,
    /// The sets, with what is in them in the order of joining.
    sets: Vec<Vec<Entry>>,
    flows: Vec<Flow>,
    call: Call,
    /// The handles that the steps have got.
    set_handles: Vec<u32>,
    end_handles: Vec<[u32; 2]>,
    error_handles: Vec<u32>,
    call_handle: u32,
    context: u32,
    backpressure: u32,
    is_locked: bool,
}

const BLOCKED: u32 = u32::MAX;

fn root() -> InstancePath {
    InstancePath::root()
}

fn child() -> InstancePath {
    InstancePath::root().child("#0")
}

impl<'a> World<'a> {
    fn new(plan: &'a TaskPlan) -> Self {
        World {
            plan,
            events: Vec::new(),
            handles: vec![None],
            free: Vec::new(),
            sets: Vec::new(),
            flows: Vec::new(),
            call: Call::default(),
            set_handles: Vec::new(),
            end_handles: Vec::new(),
            error_handles: Vec::new(),
            call_handle: 0,
            context: 0,
            backpressure: 0,
            is_locked: false,
        }
    }

    fn trace(&mut self, outcome: Outcome) -> Trace {
        let state = |at: InstancePath, locked: bool, may_enter: bool, handles: usize| {
            let state = State::Component { locked, may_enter, handles };
            StateItem { at, name: String::new(), state }
        };
        let handles = self.handles.iter().flatten().count();
        let items =
            vec![state(root(), self.is_locked, !self.is_locked, handles), state(child(), false, !self.is_locked, 0)];
        let events = std::mem::take(&mut self.events);
        Trace { level: Level::Full, events, outcome, post_mortem: PostMortem(items) }
    }

    fn import(&mut self, at: &InstancePath, name: &str, kind: ExternKind) {
        let (module, name) = (String::new(), name.to_owned());
        self.events.push(Event::ImportResolved { at: at.clone(), module, name, kind });
    }

    fn core_instance(&mut self, at: &InstancePath, funcs: u32, memories: u32) {
        let (tables, globals, tags) = (0, 0, 0);
        self.events.push(Event::InstanceAllocated { at: at.clone(), funcs, tables, memories, globals, tags });
    }

    fn instantiate(&mut self) -> Result<(), TrapCode> {
        self.events.push(Event::ComponentBegun { at: root() });
        self.import(&root(), "log", ExternKind::Func);
        self.events.push(Event::ComponentBegun { at: child() });
        let at = child().child("core#1");
        self.import(&at, "yield", ExternKind::Func);
        self.core_instance(&at, 1, 0);
        self.events.push(Event::InstanceDone { at });
        self.events.push(Event::ComponentDone { at: child() });
        let at = root().child("core#0");
        self.core_instance(&at, 0, 1);
        self.events.push(Event::InstanceDone { at });
        let at = root().child("core#2");
        let given = used(self.plan);
        for (name, _) in &given {
            self.import(&at, name, ExternKind::Func);
        }
        self.import(&at, "memory", ExternKind::Memory);
        self.core_instance(&at, 2, 0);
        let func = given.len() as u32;
        self.events.push(Event::StartEntered { at: at.clone(), func });
        if self.plan.place == Place::Start
            && let Err(code) = self.steps()
        {
            let phase = Phase::Start;
            self.events.push(Event::Trapped { at, code, phase });
            self.lock();
            self.events.push(Event::Trapped { at: root(), code, phase });
            return Err(code);
        }
        self.events.push(Event::StartLeft { at: at.clone(), func });
        self.events.push(Event::InstanceDone { at });
        self.events.push(Event::ComponentDone { at: root() });
        Ok(())
    }

    fn lock(&mut self) {
        self.is_locked = true;
        self.events.push(Event::Locked { at: root() });
    }

    /// The host calls `go`, a function whose type is `async`.
    fn go(&mut self) -> Result<(), TrapCode> {
        let name = "go".to_owned();
        let (args, cause) = (Vec::new(), Cause::Invoke);
        self.events.push(Event::Called { at: root(), name: name.clone(), args, cause });
        // Tasks wait at the door while there is backpressure; nobody takes it back, so that nothing goes on.
        if self.backpressure > 0 {
            self.thread(root(), 0, ThreadStep::Blocked);
            self.run_call();
            return self.stuck();
        }
        // A task that starts has a storage of its own.
        self.context = 0;
        self.task(root(), "func 2", TaskStep::Started);
        if self.plan.place == Place::Called
            && let Err(stop) = self.steps()
        {
            if stop == TrapCode::CannotBlock {
                return self.stuck();
            }
            self.lock();
            self.events.push(Event::Trapped { at: root(), code: stop, phase: Phase::Call });
            return Err(stop);
        }
        let values = vec![Value::U32(0)];
        self.events.push(Event::Lifted { at: root(), what: "func 2 result".to_owned(), values: values.clone() });
        self.task(root(), "func 2", TaskStep::Returned);
        self.events.push(Event::Returned { at: root(), name, results: values });
        Ok(())
    }

    /// Nothing can go on any more: the host gives up, and what waits goes on waiting.
    fn stuck(&mut self) -> Result<(), TrapCode> {
        let code = TrapCode::CannotBlock;
        self.events.push(Event::Trapped { at: root(), code, phase: Phase::Call });
        Err(code)
    }

    fn task(&mut self, at: InstancePath, name: &str, step: TaskStep) {
        self.events.push(Event::Task { at, name: name.to_owned(), step });
    }

    fn thread(&mut self, at: InstancePath, thread: u32, step: ThreadStep) {
        self.events.push(Event::Thread { at, thread, step });
    }

    /// What the host lets run in the end: the call, if it has not returned.
    fn rest(&mut self) {
        // Nobody enters what stands in an instance that is locked.
        if !self.is_locked {
            self.run_call();
        }
    }

    /// The call goes on until it returns, if it was made.
    fn run_call(&mut self) {
        while let Some(left) = self.call.left {
            self.thread(child(), 1, ThreadStep::Resumed);
            self.call.left = left.checked_sub(1);
            match self.call.left {
                Some(0) | None => {
                    self.call.left = None;
                    self.returned();
                }
                Some(_) => self.thread(child(), 1, ThreadStep::Blocked),
            }
        }
    }

    /// The called function returns: its result is lifted, and lowered into the memory of the caller.
    fn returned(&mut self) {
        let values = vec![Value::U32(self.plan.value)];
        let what = "func 0 result".to_owned();
        self.events.push(Event::Lifted { at: child(), what: what.clone(), values: values.clone() });
        self.task(child(), "func 0", TaskStep::Returned);
        self.events.push(Event::Lowered { at: root(), what, values });
        self.call.is_returned = true;
        self.call.is_pending = self.call.index != 0;
    }

    fn log(&mut self, value: u32) {
        let (name, values) = ("log".to_owned(), vec![Value::U32(value)]);
        self.events.push(Event::Lifted { at: root(), what: "log params".to_owned(), values: values.clone() });
        self.events.push(Event::HostCalled { at: root(), name: name.clone(), args: values });
        self.events.push(Event::HostReturned { at: root(), name, results: Vec::new() });
    }

    fn add(&mut self, entry: Entry) -> u32 {
        match self.free.pop() {
            Some(index) => {
                self.handles[index as usize] = Some(entry);
                index
            }
            None => {
                self.handles.push(Some(entry));
                self.handles.len() as u32 - 1
            }
        }
    }

    fn get(&self, index: u32) -> Result<Entry, TrapCode> {
        self.handles.get(index as usize).copied().flatten().ok_or(TrapCode::InvalidHandle)
    }

    fn remove(&mut self, index: u32) -> Result<Entry, TrapCode> {
        let entry = self.get(index)?;
        self.handles[index as usize] = None;
        self.free.push(index);
        Ok(entry)
    }

    fn set_at(&self, index: u32) -> Result<usize, TrapCode> {
        match self.get(index)? {
            Entry::Set(set) => Ok(set),
            _ => Err(TrapCode::InvalidHandle),
        }
    }

    /// The end that a handle stands for, which has to be one of the kind that the step speaks of.
    fn end_at(&self, handle: u32, is_future: bool, side: Side) -> Result<usize, TrapCode> {
        match self.get(handle)? {
            Entry::End(flow, of) if of == side && self.flows[flow].is_future == is_future => Ok(flow),
            _ => Err(TrapCode::InvalidHandle),
        }
    }

    fn steps(&mut self) -> Result<(), TrapCode> {
        let plan = self.plan;
        plan.steps.iter().try_for_each(|step| self.step(*step))
    }

    fn step(&mut self, step: Step) -> Result<(), TrapCode> {
        match step {
            Step::Log(value) => self.log(value),
            Step::SetContext(value) => self.context = value,
            Step::GetContext => self.log(self.context),
            Step::Backpressure(true) => self.backpressure += 1,
            Step::Backpressure(false) => {
                self.backpressure = self.backpressure.checked_sub(1).ok_or(TrapCode::CanonicalAbi)?;
            }
            // Indices of threads begin at 1 in each instance, and nothing else of it is running.
            Step::ThreadIndex => self.log(1),
            Step::Yield => {
                self.thread(root(), 1, ThreadStep::Blocked);
                self.thread(root(), 1, ThreadStep::Resumed);
                self.log(0);
            }
            Step::NewError => {
                let index = self.add(Entry::Error);
                self.error_handles.push(index);
                self.log(index);
            }
            Step::DropError(error) => {
                if self.remove(self.error_handles[error])? != Entry::Error {
                    return Err(TrapCode::InvalidHandle);
                }
            }
            Step::NewSet | Step::DropSet(_) | Step::Poll(_) | Step::Wait(_) => self.set_step(step)?,
            Step::NewFlow { .. } | Step::Copy { .. } | Step::Cancel { .. } | Step::DropEnd { .. } => {
                self.flow_step(step)?;
            }
            Step::Join { flow, side, set } => {
                let handle = self.end_handles[flow][side as usize];
                self.join(handle, set)?;
            }
            Step::Call | Step::JoinCall(_) | Step::CancelCall | Step::DropCall => self.call_step(step)?,
            Step::Trap => return Err(TrapCode::Unreachable),
        }
        Ok(())
    }

    fn set_step(&mut self, step: Step) -> Result<(), TrapCode> {
        match step {
            Step::NewSet => {
                self.sets.push(Vec::new());
                let index = self.add(Entry::Set(self.sets.len() - 1));
                self.set_handles.push(index);
                self.log(index);
            }
            Step::DropSet(set) => match self.remove(self.set_handles[set])? {
                Entry::Set(set) if self.sets[set].is_empty() => {}
                _ => return Err(TrapCode::InvalidHandle),
            },
            Step::Poll(set) => {
                let set = self.set_at(self.set_handles[set])?;
                let event = self.pending(set).map(|member| self.deliver(member)).unwrap_or((EventCode::None, 0, 0));
                self.log_event(event);
            }
            Step::Wait(set) => {
                let set = self.set_at(self.set_handles[set])?;
                if self.pending(set).is_none() {
                    self.thread(root(), 1, ThreadStep::Blocked);
                    self.run_call();
                    // Nobody else is there who could do something.
                    self.pending(set).ok_or(TrapCode::CannotBlock)?;
                    self.thread(root(), 1, ThreadStep::Resumed);
                }
                let member = self.pending(set).ok_or(TrapCode::CannotBlock)?;
                let event = self.deliver(member);
                self.log_event(event);
            }
            _ => unreachable!("a step of sets"),
        }
        Ok(())
    }

    fn log_event(&mut self, (code, index, payload): (EventCode, u32, u32)) {
        [code as u32, index, payload].into_iter().for_each(|value| self.log(value));
    }

    /// Of those in the set that have an event the one that joined first.
    fn pending(&self, set: usize) -> Option<Entry> {
        self.sets[set].iter().copied().find(|member| match member {
            Entry::End(flow, side) => self.flows[*flow].ends[*side as usize].pending.is_some(),
            Entry::Call => self.call.is_pending,
            Entry::Set(_) | Entry::Error => false,
        })
    }

    /// `get_pending_event`: the event goes to the running thread.
    fn deliver(&mut self, member: Entry) -> (EventCode, u32, u32) {
        let event = match member {
            Entry::End(flow, side) => self.deliver_copy(flow, side),
            _ => {
                self.call.is_pending = false;
                self.call.is_delivered = self.call.is_returned;
                let state = if self.call.is_returned { 2 } else { 1 };
                (EventCode::Subtask, self.call.index, state)
            }
        };
        let (code, index, payload) = event;
        self.events.push(Event::EventDelivered { at: root(), code, index, payload });
        event
    }

    fn set_of(&mut self, member: Entry) -> &mut Option<usize> {
        match member {
            Entry::End(flow, side) => &mut self.flows[flow].ends[side as usize].set,
            _ => &mut self.call.set,
        }
    }

    fn leave(&mut self, member: Entry) {
        if let Some(set) = self.set_of(member).take() {
            self.sets[set].retain(|other| *other != member);
        }
    }

    fn join(&mut self, handle: u32, set: Option<usize>) -> Result<(), TrapCode> {
        let member = match self.get(handle)? {
            member @ (Entry::End(..) | Entry::Call) => member,
            Entry::Set(_) | Entry::Error => return Err(TrapCode::InvalidHandle),
        };
        let set = set.map(|set| self.set_at(self.set_handles[set])).transpose()?;
        self.leave(member);
        if let Some(set) = set {
            *self.set_of(member) = Some(set);
            self.sets[set].push(member);
        }
        Ok(())
    }

    fn call_step(&mut self, step: Step) -> Result<(), TrapCode> {
        match step {
            Step::Call => {
                // Contested: here a parent may enter its child, as CanonicalABI.md has it (*Component Instances*).
                let (rule, reading) = ("CM-CALL-05".to_owned(), "EnteringSet".to_owned());
                self.events.push(Event::RuleApplied { at: child(), rule, reading });
                self.task(child(), "func 0", TaskStep::Started);
                let mut packed = 2;
                if self.plan.yields == 0 {
                    self.returned();
                    self.call.is_delivered = true;
                } else {
                    self.thread(child(), 1, ThreadStep::Blocked);
                    self.call.left = Some(self.plan.yields);
                    self.call.index = self.add(Entry::Call);
                    packed = 1 | self.call.index << 4;
                }
                self.call_handle = packed >> 4;
                self.log(packed);
            }
            Step::JoinCall(set) => self.join(self.call_handle, Some(set))?,
            Step::CancelCall => {
                let Entry::Call = self.get(self.call_handle)? else { return Err(TrapCode::InvalidHandle) };
                if self.call.is_delivered || self.call.is_cancelled {
                    return Err(TrapCode::InvalidHandle);
                }
                let result = if self.call.is_returned {
                    self.deliver(Entry::Call).2
                } else {
                    // It yields where it cannot be cancelled: it hears of it too late.
                    self.call.is_cancelled = true;
                    BLOCKED
                };
                self.log(result);
            }
            Step::DropCall => {
                let Entry::Call = self.remove(self.call_handle)? else { return Err(TrapCode::InvalidHandle) };
                if !self.call.is_delivered {
                    return Err(TrapCode::InvalidHandle);
                }
                self.leave(Entry::Call);
            }
            _ => unreachable!("a step of calls"),
        }
        Ok(())
    }
}
