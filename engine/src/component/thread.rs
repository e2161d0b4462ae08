//! Threads, and who runs next (CanonicalABI.md, *Threads*; `Store.tick` of *Embedding*).
//!
//! A thread runs on a fiber, made when it first runs; but the thread of a function that is not `async` runs on its caller's
//! stack, as the documents say it may (*canon lift*): where it blocks, the other threads of its instance run on top of
//! it until it is ready ([`in_place`]).
//!
//! # The choices that the documents leave open
//!
//! Runs can be repeated, so that every choice has one answer, and all of them are made here or next to the words quoted:
//!
//! - `Store.tick` and the loop at the end of `canon_lift` take, of the threads that are ready, the one that has waited
//!   longest ([`Store::choose`]).
//! - `Task.request_cancellation` takes the first of the task's cancellable threads, in the order in which they were made.
//! - `WaitableSet.get_pending_event` takes the event of the waitable that joined the set first.
//! - `Thread.wait_until` goes on at once if the event that it waits for is there; a thread that yields, or that waits for
//!   the lock of its instance, always lets others run first.
//! - Calls of asynchronous functions of the host are asked before any thread goes on, those that began first before the
//!   others, so that a guest that only ever yields cannot keep their results away.
//! - `error-context.new` forgets the message, as in the deterministic profile.
//! - A call by the embedder ticks until the call is resolved, and no further: threads that go on after it wait for
//!   [`Store::tick`] or the next call. A trap that leaves the callee as it was is not the call's (rule CM-TRAP-08).

mod in_place;

use super::{
    arena::Id,
    canon::{trap, trap_if},
    fiber::{self, Body, Command, Fiber, Step, Yield},
    readings::{Barging, BlockedLock},
    task::{InstId, State, TaskId, TaskState},
    waitable::{Waitable, WaitableSet},
};
use crate::{
    Store,
    error::Fault,
    trace::{Event, InstancePath, Resource, ThreadStep, TrapCode},
};
use std::rc::Rc;

pub(crate) type ThreadId = Id<Thread>;

/// `Cancelled`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cancelled {
    False = 0,
    True = 1,
}

/// When a thread that waits is ready (`ready_func`).
#[derive(Clone)]
pub(crate) enum Ready {
    /// `lambda: True`.
    Always,
    /// `lambda: not has_backpressure()`, of a task.
    NoBackpressure(TaskId),
    /// `lambda: not inst.exclusive_thread`.
    Unlocked(InstId),
    /// `ready_and_has_event`, of a set; and the instance that has to be unlocked as well.
    Event(Rc<WaitableSet>, Option<InstId>),
    /// `Waitable.has_pending_event`.
    Pending(Rc<Waitable>),
    /// `Subtask.resolved`.
    Resolved(Rc<Waitable>),
}

/// What a thread is doing.
enum Activity {
    /// It runs, or waits for a function that it has called.
    Running,
    /// It is suspended until another thread resumes it.
    Suspended,
    /// It waits.
    Waiting(Ready),
}

/// Where a thread runs.
enum Place {
    /// On its caller's stack.
    Caller,
    /// Nowhere yet.
    New(Body),
    /// On a fiber, suspended.
    Parked(Box<Fiber>),
    /// On a fiber, running.
    Fiber,
}

/// A thread (`Thread`).
pub(crate) struct Thread {
    pub task: TaskId,
    /// Its index in the table of threads of its instance; 0 before it has one.
    pub index: u32,
    pub storage: [u64; 2],
    pub cancellable: bool,
    activity: Activity,
    place: Place,
    /// Threads that have resumed this one from above it on the stack, and wait until it has blocked or ended.
    lenders: Vec<ThreadId>,
}

impl Thread {
    pub fn is_suspended(&self) -> bool {
        matches!(self.activity, Activity::Suspended)
    }
}

/// The threads of a store.
#[derive(Default)]
pub(crate) struct Threads {
    all: super::arena::Arena<Thread>,
    /// Those that wait, the one that has waited longest first (`Store.waiting`).
    waiting: Vec<ThreadId>,
    current: Option<ThreadId>,
    /// How many have a fiber, or will have one.
    on_fibers: u32,
}

const UNKNOWN: &str = "a thread that has ended";

impl State {
    pub fn thread(&self, id: ThreadId) -> Result<&Thread, Fault> {
        self.threads.all.get(id).ok_or_else(|| Fault::Usage(UNKNOWN.to_owned()))
    }

    pub fn thread_mut(&mut self, id: ThreadId) -> Result<&mut Thread, Fault> {
        self.threads.all.get_mut(id).ok_or_else(|| Fault::Usage(UNKNOWN.to_owned()))
    }

    /// `current_thread`.
    pub fn current_thread(&self) -> Result<ThreadId, Fault> {
        let outside = || Fault::Usage("a canonical function was called outside any task".to_owned());
        self.threads.current.ok_or_else(outside)
    }

    fn insert_thread(&mut self, task: TaskId, activity: Activity, place: Place) -> ThreadId {
        let lenders = Vec::new();
        let thread = Thread { task, index: 0, storage: [0; 2], cancellable: false, activity, place, lenders };
        self.threads.all.insert(thread)
    }

    /// Every word that could be a reference on a stack that is not the running one, those of `others` included.
    pub(crate) fn suspended_roots<'a>(&'a self, others: impl Iterator<Item = &'a Fiber>) -> Vec<u64> {
        let parked = self.threads.all.iter().filter_map(|thread| match &thread.place {
            Place::Parked(fiber) => Some(&**fiber),
            _ => None,
        });
        self.fibers.roots(parked.chain(others))
    }

    /// Whether the running stack is used up but for what a host function may take.
    pub(crate) fn is_stack_used_up(&self) -> bool {
        self.fibers.is_stack_used_up()
    }

    /// `Thread.ready`.
    fn is_ready(&self, id: ThreadId) -> bool {
        match self.thread(id) {
            Ok(Thread { activity: Activity::Waiting(ready), .. }) => self.is_met(ready),
            _ => false,
        }
    }

    /// `ready_func()`.
    fn is_met(&self, ready: &Ready) -> bool {
        match ready {
            Ready::Always => true,
            Ready::NoBackpressure(task) => self.task(*task).is_ok_and(|task| !self.has_backpressure(task)),
            Ready::Unlocked(inst) => self.is_unlocked(*inst),
            Ready::Event(wset, inst) => inst.is_none_or(|inst| self.is_unlocked(inst)) && wset.has_pending_event(),
            Ready::Pending(waitable) => waitable.has_pending_event(),
            Ready::Resolved(subtask) => subtask.as_subtask().is_ok_and(super::waitable::Subtask::resolved),
        }
    }

    fn is_unlocked(&self, inst: InstId) -> bool {
        self.instance(inst).exclusive_thread.is_none()
    }

    /// The instance of a thread.
    fn inst_of(&self, id: ThreadId) -> Result<InstId, Fault> {
        Ok(self.task(self.thread(id)?.task)?.inst)
    }

    /// Whether a thread is one of those of `inst` (`t in inst.threads`). That of a task that waits to enter is none yet
    /// (`Task.register_thread`).
    fn is_thread_of(&self, id: ThreadId, inst: InstId) -> bool {
        self.inst_of(id).is_ok_and(|other| other == inst) && self.thread(id).is_ok_and(|thread| thread.index != 0)
    }

    /// Whether a thread may run while a function of `inst` that is not `async` is blocked.
    fn may_run_during_call(&self, id: ThreadId, inst: InstId) -> bool {
        let is_contested = self.waits_for_lock(id);
        self.is_thread_of(id, inst)
            && self.instance(inst).exclusive_thread != Some(id)
            && !(is_contested && self.readings.barging == Barging::NoneThatNeedsLock)
    }

    /// Whether a thread is that of a task that needs the lock of its instance, and does not hold it now.
    fn waits_for_lock(&self, id: ThreadId) -> bool {
        let Ok(task) = self.thread(id).and_then(|thread| self.task(thread.task)) else { return false };
        let needs_lock = task.ft.is_async && task.needs_exclusive() && task.implicit_thread == Some(id);
        needs_lock && self.instance(task.inst).exclusive_thread != Some(id)
    }

    /// Whether a thread holds the lock of `inst` for a task that has returned.
    fn holds_lock_after_return(&self, inst: InstId, id: ThreadId) -> bool {
        let task = self.thread(id).and_then(|thread| self.task(thread.task));
        self.instance(inst).exclusive_thread == Some(id) && task.is_ok_and(|task| task.state == TaskState::Resolved)
    }

    /// `Thread.start_waiting_internal`.
    fn start_waiting(&mut self, id: ThreadId, ready: Ready) -> Result<(), Fault> {
        self.thread_mut(id)?.activity = Activity::Waiting(ready);
        self.threads.waiting.push(id);
        Ok(())
    }

    /// `Thread.stop_waiting_internal`; it is suspended then.
    fn stop_waiting(&mut self, id: ThreadId) -> Result<(), Fault> {
        self.threads.waiting.retain(|other| *other != id);
        self.thread_mut(id)?.activity = Activity::Suspended;
        Ok(())
    }
}

impl Store {
    /// The choice between threads that are ready: the one that has waited longest, of those that `may_run` accepts.
    fn choose(&self, may_run: impl Fn(ThreadId) -> bool) -> Option<ThreadId> {
        let state = &self.components;
        state.threads.waiting.iter().copied().find(|id| may_run(*id) && state.is_ready(*id))
    }

    /// A thread of a task, suspended until it is resumed.
    ///
    /// # Errors
    /// [`Resource::Threads`] beyond the limit.
    pub(crate) fn new_thread(&mut self, task: TaskId, body: Body) -> Result<ThreadId, Fault> {
        if self.components.threads.on_fibers >= self.limits.fibers {
            return Err(Fault::Exhausted(Resource::Threads));
        }
        self.components.threads.on_fibers += 1;
        Ok(self.components.insert_thread(task, Activity::Suspended, Place::New(body)))
    }

    /// `Thread.resume_later`.
    pub(crate) fn resume_later(&mut self, thread: ThreadId) -> Result<(), Fault> {
        self.components.start_waiting(thread, Ready::Always)
    }

    /// A thread has ended, and with it perhaps its task.
    fn end_thread(&mut self, id: ThreadId) {
        let Some(thread) = self.components.threads.all.remove(id) else { return };
        if !matches!(thread.place, Place::Caller) {
            self.components.threads.on_fibers -= 1;
        }
        self.components.forget_task(thread.task, id);
    }

    /// `Thread.resume`: runs a thread until it blocks or ends, and whichever it switches to.
    ///
    /// # Errors
    /// What the thread ended with, if not by returning.
    pub(crate) fn resume_thread(&mut self, thread: ThreadId, mut cancelled: Cancelled) -> Result<(), Fault> {
        if matches!(self.components.thread(thread)?.activity, Activity::Waiting(_)) {
            self.components.stop_waiting(thread)?;
        }
        let mut next = Some(thread);
        while let Some(id) = next {
            let thread = self.components.thread_mut(id)?;
            thread.activity = Activity::Running;
            thread.cancellable = false;
            let fiber = match std::mem::replace(&mut thread.place, Place::Fiber) {
                Place::New(body) => fiber::create(self, body)?,
                Place::Parked(fiber) => fiber,
                // It is below on this stack, in `block_in_place`.
                place @ (Place::Caller | Place::Fiber) => {
                    thread.place = place;
                    return self.go_down_to(id);
                }
            };
            let previous = self.components.threads.current.replace(id);
            let step = fiber::resume(self, fiber, Command::Go(cancelled));
            self.components.threads.current = previous;
            next = match step {
                Step::Suspended(fiber, why) => {
                    self.components.thread_mut(id)?.place = Place::Parked(fiber);
                    match why {
                        Yield::Blocked(switch_to) => switch_to,
                        Yield::Lent(to) => self.lend(id, to)?,
                    }
                }
                Step::Ended(end) => {
                    self.end_thread(id);
                    end?;
                    None
                }
            };
            cancelled = Cancelled::False;
        }
        Ok(())
    }

    /// `Task.deliver_pending_cancel`, of the running task.
    pub(crate) fn deliver_pending_cancel(&mut self, cancellable: bool) -> Result<bool, Fault> {
        let task = self.components.current_task()?;
        let deliver = cancellable && task.state == TaskState::PendingCancel;
        if deliver {
            task.state = TaskState::CancelDelivered;
        }
        Ok(deliver)
    }

    /// `Thread.block_internal` and `Thread.switch_to_internal`, of the running thread.
    fn block(&mut self, cancellable: bool, switch_to: Option<ThreadId>) -> Result<Cancelled, Fault> {
        let id = self.components.current_thread()?;
        let thread = self.components.thread_mut(id)?;
        thread.cancellable = cancellable;
        if let Activity::Running = thread.activity {
            thread.activity = Activity::Suspended;
        }
        let is_on_callers_stack = matches!(thread.place, Place::Caller);
        self.record_thread(id, ThreadStep::Blocked);
        let cancelled = match is_on_callers_stack {
            true => self.block_in_place(id, switch_to)?,
            false => self.block_on_fiber(id, switch_to)?,
        };
        self.record_thread(id, ThreadStep::Resumed);
        Ok(cancelled)
    }

    /// Gives up control, and with [`BlockedLock::GivenUp`] the lock of the instance, until it can have both again.
    fn block_on_fiber(&mut self, id: ThreadId, switch_to: Option<ThreadId>) -> Result<Cancelled, Fault> {
        let inst = self.components.inst_of(id)?;
        let is_contested = self.components.holds_lock_after_return(inst, id);
        if !is_contested || self.components.readings.blocked_lock == BlockedLock::Kept {
            return fiber::suspend(self, Yield::Blocked(switch_to));
        }
        self.record_blocked_lock(inst);
        self.components.instance_mut(inst).exclusive_thread = None;
        let cancelled = fiber::suspend(self, Yield::Blocked(switch_to))?;
        while !self.components.is_unlocked(inst) {
            self.components.start_waiting(id, Ready::Unlocked(inst))?;
            fiber::suspend(self, Yield::Blocked(None))?;
        }
        self.components.instance_mut(inst).exclusive_thread = Some(id);
        Ok(cancelled)
    }

    /// Records what is applied of the readings of a lock whose holder blocks.
    fn record_blocked_lock(&mut self, inst: InstId) {
        let (reading, at) = (self.components.readings.blocked_lock, self.components.instance(inst).path.clone());
        self.record(|| Event::RuleApplied { at, rule: "CM-ASYNC-22".to_owned(), reading: format!("{reading:?}") });
    }

    /// A task cannot enter `inst`: records the reading that keeps it out, if the holder of the lock has returned and is
    /// blocked.
    pub(super) fn record_kept_lock(&mut self, inst: InstId) {
        let state = &self.components;
        let is_blocked = |id: &ThreadId| match state.thread(*id) {
            Ok(thread) => !matches!(thread.activity, Activity::Running),
            Err(_) => false,
        };
        let holder = state.instance(inst).exclusive_thread.filter(is_blocked);
        if self.is_recording() && holder.is_some_and(|id| state.holds_lock_after_return(inst, id)) {
            self.record_blocked_lock(inst);
        }
    }

    /// `Thread.suspend`.
    pub(crate) fn suspend_thread(&mut self, cancellable: bool) -> Result<Cancelled, Fault> {
        if self.deliver_pending_cancel(cancellable)? {
            return Ok(Cancelled::True);
        }
        self.block(cancellable, None)
    }

    /// `Thread.wait_until`.
    pub(crate) fn wait_until(&mut self, ready: Ready, cancellable: bool) -> Result<Cancelled, Fault> {
        if self.deliver_pending_cancel(cancellable)? {
            return Ok(Cancelled::True);
        }
        let id = self.components.current_thread()?;
        let waits_for_event = matches!(ready, Ready::Event(..) | Ready::Pending(_) | Ready::Resolved(_));
        if waits_for_event && self.components.is_met(&ready) {
            return Ok(Cancelled::False);
        }
        self.components.start_waiting(id, ready)?;
        self.block(cancellable, None)
    }

    /// `Thread.yield_`.
    pub(crate) fn yield_thread(&mut self, cancellable: bool) -> Result<Cancelled, Fault> {
        self.wait_until(Ready::Always, cancellable)
    }

    /// `Thread.suspend_then_resume`.
    pub(crate) fn suspend_then_resume(&mut self, cancellable: bool, other: ThreadId) -> Result<Cancelled, Fault> {
        if self.deliver_pending_cancel(cancellable)? {
            return Ok(Cancelled::True);
        }
        self.block(cancellable, Some(other))
    }

    /// `Thread.yield_then_resume`.
    pub(crate) fn yield_then_resume(&mut self, cancellable: bool, other: ThreadId) -> Result<Cancelled, Fault> {
        if self.deliver_pending_cancel(cancellable)? {
            return Ok(Cancelled::True);
        }
        let id = self.components.current_thread()?;
        self.components.start_waiting(id, Ready::Always)?;
        self.block(cancellable, Some(other))
    }

    /// `Thread.suspend_then_promote`.
    pub(crate) fn suspend_then_promote(&mut self, cancellable: bool, other: ThreadId) -> Result<Cancelled, Fault> {
        if self.deliver_pending_cancel(cancellable)? {
            return Ok(Cancelled::True);
        }
        if !self.components.is_ready(other) {
            return self.suspend_thread(cancellable);
        }
        self.components.stop_waiting(other)?;
        self.suspend_then_resume(cancellable, other)
    }

    /// `Thread.yield_then_promote`.
    pub(crate) fn yield_then_promote(&mut self, cancellable: bool, other: ThreadId) -> Result<Cancelled, Fault> {
        if self.deliver_pending_cancel(cancellable)? {
            return Ok(Cancelled::True);
        }
        if !self.components.is_ready(other) {
            return self.yield_thread(cancellable);
        }
        self.components.stop_waiting(other)?;
        self.yield_then_resume(cancellable, other)
    }

    /// Lets something go on (`Store.tick`), and says whether there was anything: a call of an asynchronous function of the
    /// host that has its results now, or else one thread that is ready, until it blocks or ends.
    ///
    /// # Errors
    /// [`Fault::Usage`] while a component is running; otherwise what the thread or the call ended with, if not by returning.
    /// The instances that it had entered are locked then.
    pub fn tick(&mut self) -> Result<bool, Fault> {
        if self.components.threads.current.is_some() {
            return Err(Fault::Usage("the threads of a store are already running".to_owned()));
        }
        if self.poll_host_calls(false)? {
            return Ok(true);
        }
        // A trap has locked instances for good, and with them their threads.
        let may_enter = |id| self.components.inst_of(id).is_ok_and(|inst| self.components.may_enter_from(inst, None));
        let Some(thread) = self.choose(may_enter) else { return self.poll_host_calls(true) };
        let entered = self.enter_from(self.components.inst_of(thread)?, None)?;
        let end = self.resume_thread(thread, Cancelled::False);
        self.leave(&entered, end).map(|()| true)
    }

    /// Ticks until `is_over` says so of a call into `callee`.
    ///
    /// # Errors
    /// What a thread or a call of the host ended with, if that locked `callee` or is no trap, or if no thread is ready after
    /// it; [`TrapCode::CannotBlock`] if none is (a deadlock), or if other component code is running that the threads cannot
    /// run beneath.
    pub(crate) fn tick_until(&mut self, callee: Option<InstId>, is_over: impl Fn() -> bool) -> Result<(), Fault> {
        let mut elsewhere = None;
        while !is_over() {
            trap_if(self.components.threads.current.is_some(), TrapCode::CannotBlock)?;
            match self.tick() {
                Ok(true) => {}
                Ok(false) => return elsewhere.map_or_else(|| trap(TrapCode::CannotBlock), Err),
                Err(fault @ Fault::Trap(_)) if callee.is_some_and(|inst| !self.components.is_out_of_reach(inst)) => {
                    elsewhere.get_or_insert(fault);
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    /// Where the instance of the running thread stands.
    pub(crate) fn current_path(&self) -> Result<InstancePath, Fault> {
        let inst = self.components.inst_of(self.components.current_thread()?)?;
        Ok(self.components.instance(inst).path.clone())
    }

    fn record_thread(&mut self, id: ThreadId, step: ThreadStep) {
        if self.is_recording()
            && let (Ok(at), Ok(thread)) = (self.current_path(), self.components.thread(id))
        {
            let thread = thread.index;
            self.record(|| Event::Thread { at, thread, step });
        }
    }

    /// Brings all threads to an end: the store is being dropped.
    pub(crate) fn end_threads(&mut self) {
        let threads: Vec<Thread> = self.components.threads.all.drain().collect();
        for thread in threads {
            if let Place::Parked(fiber) = thread.place {
                fiber::end(self, fiber);
            }
        }
    }
}
