//! Threads and tasks, and who goes on next.

use super::{Inst, World};
use crate::tasks::{Place, Side, Step};
use preflight_engine::trace::{TaskStep, ThreadStep, TrapCode, Value};

/// Whose task it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The start function's, which is not asynchronous.
    Start,
    Go,
    /// That of the function of the other component that is not asynchronous.
    Plain,
    /// The other component's, of this call.
    Worker(usize),
}

/// `Task.State`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    Initial,
    Started,
    PendingCancel,
    CancelDelivered,
    Resolved,
}

pub struct Task {
    pub kind: Kind,
    pub state: TaskState,
    pub implicit: Option<usize>,
}

impl Task {
    pub fn is_resolved(&self) -> bool {
        self.state == TaskState::Resolved
    }
}

/// What a thread runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    Start,
    Go,
    Plain,
    /// An entry of the table, with its argument.
    Entry(usize, u32),
    Worker,
}

/// When a thread that waits is ready.
#[derive(Debug, Clone, Copy)]
pub enum Ready {
    Always,
    /// It waits to enter.
    Entry,
    Unlocked,
    Event(usize),
    /// An empty set of the other component.
    Nothing,
    Copied(usize, Side),
    Resolved(usize),
}

#[derive(Debug, Clone, Copy)]
enum Activity {
    Running,
    Suspended,
    Waiting(Ready),
}

/// What a thread does first when it goes on.
#[derive(Debug, Clone, Copy)]
pub enum Then {
    /// It enters.
    Enter,
    /// Logs that there was no cancellation.
    LogNothing,
    /// Takes an event of a set, and logs it.
    TakeEvent(usize),
    /// Takes the event of its copy, and logs what it says.
    TakeCopy(usize, Side),
    /// Takes the event of a call that it has cancelled.
    TakeProgress(usize),
    /// Logs the result of a call.
    LogResult(usize),
    /// The other component's function goes on after a pause.
    Unpause,
    /// It has returned its value and ends.
    Exit,
}

pub struct Thread {
    pub task: usize,
    pub index: u32,
    pub context: u32,
    code: Code,
    at: usize,
    pub then: Option<Then>,
    cancellable: bool,
    activity: Activity,
    /// How many pauses are left.
    pub left: u8,
}

/// Where a thread gives up control.
pub enum Stop {
    Ended,
    /// To this thread, if it says so.
    Blocked(Option<usize>),
}

impl<'a> World<'a> {
    pub fn new_task(&mut self, kind: Kind) -> usize {
        self.tasks.push(Task { kind, state: TaskState::Initial, implicit: None });
        self.tasks.len() - 1
    }

    /// A thread that is suspended.
    pub fn new_thread(&mut self, task: usize, code: Code) -> usize {
        let (activity, left) = (Activity::Suspended, self.plan.yields);
        let thread = Thread { task, index: 0, context: 0, code, at: 0, then: None, cancellable: false, activity, left };
        self.threads.push(thread);
        self.threads.len() - 1
    }

    pub fn register(&mut self, thread: usize) -> u32 {
        let inst = self.inst_of(thread);
        let index = self.instances[inst as usize].threads.add(thread);
        self.threads[thread].index = index;
        index
    }

    fn unregister(&mut self, thread: usize) -> Result<(), TrapCode> {
        let (inst, index) = (self.inst_of(thread), self.threads[thread].index);
        // The thread of a task of the other component is its only one.
        if inst == Inst::Child && !self.tasks[self.threads[thread].task].is_resolved() {
            return Err(TrapCode::CanonicalAbi);
        }
        self.instances[inst as usize].threads.remove(index).map(drop)
    }

    pub fn inst_of(&self, thread: usize) -> Inst {
        match self.tasks[self.threads[thread].task].kind {
            Kind::Worker(_) | Kind::Plain => Inst::Child,
            Kind::Start | Kind::Go => Inst::Root,
        }
    }

    pub fn is_suspended(&self, thread: usize) -> bool {
        matches!(self.threads[thread].activity, Activity::Suspended)
    }

    pub fn is_in_start(&self) -> bool {
        self.tasks[self.threads[self.current].task].kind == Kind::Start
    }

    /// What can block says so where the running thread belongs to a function that is not asynchronous.
    pub fn check_blocking(&mut self) -> Result<(), TrapCode> {
        if !self.is_in_start() {
            return Ok(());
        }
        self.rule(Inst::Root, "CM-ASYNC-04", "Late");
        if self.blocking_traps_early { Err(TrapCode::CannotBlock) } else { Ok(()) }
    }

    fn is_ready(&self, thread: usize) -> bool {
        match self.threads[thread].activity {
            Activity::Waiting(ready) => self.is_met(thread, ready),
            _ => false,
        }
    }

    fn is_met(&self, thread: usize, ready: Ready) -> bool {
        match ready {
            Ready::Always => true,
            Ready::Nothing => false,
            Ready::Entry => !self.has_backpressure(thread),
            Ready::Unlocked => self.instances[self.inst_of(thread) as usize].exclusive.is_none(),
            Ready::Event(set) => self.pending(set).is_some(),
            Ready::Copied(flow, side) => self.flows[flow].ends[side as usize].pending.is_some(),
            Ready::Resolved(call) => self.calls[call].is_resolved(),
        }
    }

    /// `has_backpressure`, of the task of a thread.
    fn has_backpressure(&self, thread: usize) -> bool {
        let instance = &self.instances[self.inst_of(thread) as usize];
        instance.backpressure > 0 || self.needs_exclusive(thread) && instance.exclusive.is_some()
    }

    pub fn needs_exclusive(&self, thread: usize) -> bool {
        match self.tasks[self.threads[thread].task].kind {
            Kind::Start | Kind::Plain => false,
            Kind::Go => true,
            Kind::Worker(_) => self.plan.lift != crate::tasks::Lift::Stackful,
        }
    }

    /// Whether it is in the table of threads of that instance, which it is not while it waits to enter.
    fn is_among_threads(&self, thread: usize, inst: Inst) -> bool {
        self.instances[inst as usize].threads.has(thread)
    }

    fn choose(&self, may_run: impl Fn(usize) -> bool) -> Option<usize> {
        self.waiting.iter().copied().find(|thread| may_run(*thread) && self.is_ready(*thread))
    }

    pub fn start_waiting(&mut self, thread: usize, ready: Ready) {
        self.threads[thread].activity = Activity::Waiting(ready);
        self.waiting.push(thread);
    }

    fn stop_waiting(&mut self, thread: usize) {
        self.waiting.retain(|other| *other != thread);
        self.threads[thread].activity = Activity::Suspended;
    }

    /// Whether another thread is ready, which is then made to wait no longer.
    pub fn is_promoted(&mut self, other: usize) -> bool {
        let is_ready = self.is_ready(other);
        if is_ready {
            self.stop_waiting(other);
        }
        is_ready
    }

    /// The running thread gives up control.
    pub fn block(&mut self, then: Then, cancellable: bool, switch_to: Option<usize>) -> Stop {
        let thread = &mut self.threads[self.current];
        thread.then = Some(then);
        thread.cancellable = cancellable;
        if let Activity::Running = thread.activity {
            thread.activity = Activity::Suspended;
        }
        self.thread_event(self.current, ThreadStep::Blocked);
        Stop::Blocked(switch_to)
    }

    /// It waits for what an event brings, and goes on at once if that is there.
    pub fn wait_for(&mut self, ready: Ready, then: Then) -> Result<Option<Stop>, TrapCode> {
        if self.is_met(self.current, ready) {
            return self.go_on(then, false);
        }
        self.start_waiting(self.current, ready);
        Ok(Some(self.block(then, false, None)))
    }

    /// `Thread.resume`.
    pub fn resume(&mut self, thread: usize, mut cancelled: bool) -> Result<(), TrapCode> {
        if let Activity::Waiting(_) = self.threads[thread].activity {
            self.stop_waiting(thread);
        }
        let mut next = Some(thread);
        while let Some(id) = next {
            let thread = &mut self.threads[id];
            thread.activity = Activity::Running;
            thread.cancellable = false;
            // A function that is not asynchronous goes on where it stands on the stack.
            if matches!(thread.code, Code::Start | Code::Plain) {
                return Ok(());
            }
            let before = std::mem::replace(&mut self.current, id);
            let stop = self.run(cancelled);
            self.current = before;
            next = match stop? {
                Stop::Ended => None,
                Stop::Blocked(switch_to) => switch_to,
            };
            cancelled = false;
        }
        Ok(())
    }

    /// The start function is called. While it is blocked, the other threads of its instance run.
    pub fn run_start(&mut self) -> Result<(), TrapCode> {
        let task = self.new_task(Kind::Start);
        let start = self.new_thread(task, Code::Start);
        self.threads[start].activity = Activity::Running;
        self.register(start);
        self.current = start;
        while let Stop::Blocked(switch_to) = self.run(false)? {
            if let Some(other) = switch_to {
                self.resume(other, false)?;
            }
            while !matches!(self.threads[start].activity, Activity::Running) {
                let next = self.choose(|thread| self.is_among_threads(thread, Inst::Root));
                self.resume(next.ok_or(TrapCode::CannotBlock)?, false)?;
            }
        }
        Ok(())
    }

    /// The function of the other component is called that is not asynchronous, and yields: other threads of its instance run,
    /// but for the one that holds the lock.
    pub fn run_plain(&mut self) -> Result<(), TrapCode> {
        let task = self.new_task(Kind::Plain);
        let plain = self.new_thread(task, Code::Plain);
        self.threads[plain].activity = Activity::Running;
        self.register(plain);
        let before = std::mem::replace(&mut self.current, plain);
        self.start_waiting(plain, Ready::Always);
        self.block(Then::Exit, false, None);
        let end = self.run_beneath(plain);
        self.current = before;
        end?;
        self.thread_event(plain, ThreadStep::Resumed);
        self.tasks[task].state = TaskState::Resolved;
        self.unregister(plain)
    }

    fn run_beneath(&mut self, plain: usize) -> Result<(), TrapCode> {
        while !matches!(self.threads[plain].activity, Activity::Running) {
            let holds_lock = |thread| self.instances[Inst::Child as usize].exclusive == Some(thread);
            let waits_for_lock = |thread| self.needs_exclusive(thread) && !holds_lock(thread);
            let of_child = |thread| self.is_among_threads(thread, Inst::Child);
            let is_contested = self.choose(|thread| of_child(thread) && waits_for_lock(thread)).is_some();
            let next = self.choose(|thread| of_child(thread) && !holds_lock(thread));
            if is_contested {
                // Whether those may run that need the lock.
                self.rule(Inst::Child, "CM-ASYNC-21", "AllButHolder");
            }
            self.resume(next.ok_or(TrapCode::CannotBlock)?, false)?;
        }
        Ok(())
    }

    /// `Store.tick`: whether anything went on.
    pub fn tick(&mut self) -> Result<bool, TrapCode> {
        if self.poll_hosts(false)? {
            return Ok(true);
        }
        let may_enter =
            |inst: Inst| !self.instances[inst as usize].is_locked && !self.instances[Inst::Root as usize].is_locked;
        let Some(thread) = self.choose(|thread| may_enter(self.inst_of(thread))) else { return self.poll_hosts(true) };
        let inst = self.inst_of(thread);
        if let Err(code) = self.resume(thread, false) {
            self.lock(inst);
            return Err(code);
        }
        Ok(true)
    }

    /// The running thread goes on until it blocks or ends.
    fn run(&mut self, cancelled: bool) -> Result<Stop, TrapCode> {
        let id = self.current;
        if let Some(then) = self.threads[id].then.take() {
            self.thread_event(id, ThreadStep::Resumed);
            if let Some(stop) = self.go_on(then, cancelled)? {
                return Ok(stop);
            }
        } else if let Some(stop) = self.begin()? {
            return Ok(stop);
        }
        if self.threads[id].code == Code::Worker {
            return self.work();
        }
        let steps: &[Step] = match self.threads[id].code {
            Code::Start => self.steps_of(Place::Start),
            Code::Go => self.steps_of(Place::Called),
            Code::Entry(entry, _) => &self.plan.threads[entry],
            Code::Plain | Code::Worker => &[],
        };
        while let Some(step) = steps.get(self.threads[id].at) {
            let number = self.number_of(self.threads[id].code, self.threads[id].at);
            self.threads[id].at += 1;
            if let Some(stop) = self.step(*step, number)? {
                return Ok(stop);
            }
        }
        self.end()?;
        Ok(Stop::Ended)
    }

    /// How many steps of the same kind are counted before this one.
    fn number_of(&self, code: Code, at: usize) -> Numbers {
        let before = match code {
            Code::Entry(entry, _) => {
                self.plan.steps.len() + self.plan.threads[..entry].iter().map(Vec::len).sum::<usize>() + at
            }
            _ => at,
        };
        Numbers { before }
    }

    fn begin(&mut self) -> Result<Option<Stop>, TrapCode> {
        match self.threads[self.current].code {
            Code::Start | Code::Plain => Ok(None),
            Code::Entry(_, with) => {
                self.log(with);
                Ok(None)
            }
            Code::Go | Code::Worker => {
                let inst = self.inst_of(self.current);
                self.tasks[self.threads[self.current].task].implicit = Some(self.current);
                if self.has_backpressure(self.current) || self.instances[inst as usize].waiting_to_enter > 0 {
                    self.rule_of_kept_lock(inst);
                    self.instances[inst as usize].waiting_to_enter += 1;
                    self.start_waiting(self.current, Ready::Entry);
                    return Ok(Some(self.block(Then::Enter, true, None)));
                }
                self.enter();
                Ok(None)
            }
        }
    }

    /// Contested: a task that has returned and is blocked keeps the lock, and others out.
    fn rule_of_kept_lock(&mut self, inst: Inst) {
        let is_kept = |holder: usize| {
            let is_running = matches!(self.threads[holder].activity, Activity::Running);
            !is_running && self.tasks[self.threads[holder].task].is_resolved()
        };
        if self.instances[inst as usize].exclusive.is_some_and(is_kept) {
            self.rule(inst, "CM-ASYNC-22", "Kept");
        }
    }

    /// A task is past the backpressure.
    pub fn enter(&mut self) {
        let inst = self.inst_of(self.current);
        if self.needs_exclusive(self.current) {
            self.instances[inst as usize].exclusive = Some(self.current);
        }
        self.register(self.current);
        let task = self.threads[self.current].task;
        self.tasks[task].state = TaskState::Started;
        let name = if inst == Inst::Root { self.go_name() } else { "func 0".to_owned() };
        self.task_event(inst, &name, TaskStep::Started);
        if let Kind::Worker(call) = self.tasks[task].kind {
            self.progress(call, super::calls::CallState::Started);
            self.begin_work();
        }
    }

    /// The function of the running thread has returned.
    fn end(&mut self) -> Result<(), TrapCode> {
        let id = self.current;
        let task = self.threads[id].task;
        match self.threads[id].code {
            Code::Start => self.tasks[task].state = TaskState::Resolved,
            Code::Go => {
                let name = self.go_name();
                self.lifted(Inst::Root, format!("{name} result"), vec![Value::U32(0)]);
                self.task_event(Inst::Root, &name, TaskStep::Returned);
                self.tasks[task].state = TaskState::Resolved;
            }
            Code::Plain | Code::Entry(..) | Code::Worker => {}
        }
        self.leave_instance()
    }

    /// The thread is over, and gives up the lock if it has it.
    pub fn leave_instance(&mut self) -> Result<(), TrapCode> {
        let id = self.current;
        let inst = self.inst_of(id);
        self.unregister(id)?;
        if self.instances[inst as usize].exclusive == Some(id) {
            self.instances[inst as usize].exclusive = None;
        }
        Ok(())
    }

    /// `Task.request_cancellation`, of the other component: its tasks have one thread each.
    pub fn request_cancellation(&mut self, task: usize) -> Result<(), TrapCode> {
        let Some(thread) = self.tasks[task].implicit else { return Ok(()) };
        if self.tasks[task].state == TaskState::Initial {
            self.tasks[task].state = TaskState::CancelDelivered;
            return self.resume(thread, true);
        }
        let exclusive = self.instances[Inst::Child as usize].exclusive;
        let may_run = !self.needs_exclusive(thread) || exclusive.is_none_or(|holder| holder == thread);
        if self.threads[thread].cancellable && may_run {
            self.tasks[task].state = TaskState::CancelDelivered;
            return self.resume(thread, true).inspect_err(|_| self.lock_one(Inst::Child));
        }
        self.tasks[task].state = TaskState::PendingCancel;
        Ok(())
    }
}

/// Where a step stands in the order in which things are counted.
#[derive(Debug, Clone, Copy)]
pub struct Numbers {
    /// How many steps are before it.
    before: usize,
}

impl Numbers {
    /// How many of the steps before it are of a kind.
    pub fn of(self, plan: &crate::tasks::TaskPlan, is: fn(&Step) -> bool) -> usize {
        plan.all_steps().take(self.before).filter(|step| is(step)).count()
    }
}
