//! Component instances and tasks (CanonicalABI.md, *Component Instances*, *Tasks*).

use super::{
    arena::{Arena, Id},
    canon::{Options, trap, trap_if},
    copy::Shared,
    fiber::Fibers,
    resource::{ResourceInst, Table},
    scope::{Scope, ScopeId},
    syntax::Name,
    thread::{Cancelled, Ready, Thread, ThreadId, Threads},
    types::FuncType,
    value::ComponentVal,
    waitable::Waitable,
};
use crate::mutants::{Mutant, on};
use crate::{
    Store,
    error::Fault,
    trace::{Event, InstancePath, TaskStep, TrapCode},
};
use std::rc::Rc;

/// A component instance of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct InstId(pub u32);

/// The readings of the documents that are contested; each has a default, and a trace says where one was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Readings {
    /// Calls between a component instance and its ancestors (rules CM-CALL-04 to CM-CALL-06).
    pub reentrance: Reentrance,
    /// When a call that can block traps in a task that may not (rule CM-ASYNC-04).
    pub blocking: Blocking,
    /// How far the lock-down after a trap reaches (rules CM-TRAP-04, CM-TRAP-05).
    pub lockdown: Lockdown,
    /// Which threads may run while a function that is not `async` is blocked (rule CM-ASYNC-21).
    pub barging: Barging,
    /// What the cancellation of a copy says of which a part has been done (rule CM-ASYNC-20).
    pub partial_cancel: PartialCancel,
    /// What becomes of an exception that leaves a core start function (rule CM-EXN-01).
    pub start_exception: StartException,
}

/// What `{stream,future}.cancel-{read,write}` returns for a copy of which a part has been done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PartialCancel {
    /// `COMPLETED`: its event was pending (CanonicalABI.md, `cancel_copy`, and the documents' own `run_tests.py`).
    #[default]
    Completed,
    /// `CANCELLED` (the reference tests `cancel-stream` and `big-interleaving-test`).
    Cancelled,
}

/// Which threads of an instance may run while a call of a function of it that is not `async` is blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Barging {
    /// All but the one that holds the instance's lock (CanonicalABI.md, end of `canon_lift`).
    #[default]
    AllButHolder,
    /// None whose task needs the lock, whether it holds it or waits for it in its event loop (the reference test
    /// `during-sync-call-no-exclusive-resume`).
    NoneThatNeedsLock,
}

/// Which calls between relatives trap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reentrance {
    /// A call enters the callee and those of its ancestors that are not the caller's (CanonicalABI.md, `entering_set`):
    /// parents may call their children, and children their parents.
    #[default]
    EnteringSet,
    /// A call from an instance to itself, to an ancestor or to a descendant traps (wasmtime, and the reference test
    /// `trap-on-reenter`).
    TrapRelatives,
}

/// When what can block traps in a synchronous task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Blocking {
    /// When it blocks: a callee that returns at once is no reason to trap (CanonicalABI.md, `canon_lower`).
    #[default]
    Late,
    /// Before it is called (wasmtime, and the reference test `dont-block-start`).
    Eager,
}

/// What becomes of an exception that leaves a core start function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StartException {
    /// It becomes a trap, as those that leave other functions do (CanonicalABI.md, `call_and_trap_on_throw`).
    #[default]
    Trap,
    /// The embedder gets it as the exception that it is (wasmtime).
    Passes,
}

/// What cannot be entered any more after a trap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lockdown {
    /// The component instances that were entered when it happened (Explainer.md, *Component Invariants*).
    #[default]
    Instance,
    /// Every component instance of the store (a remark in CanonicalABI.md, and wasmtime).
    Store,
}

/// The state of a component instance (`ComponentInstance`).
pub(crate) struct InstanceState {
    pub path: InstancePath,
    pub parent: Option<InstId>,
    pub handles: Table,
    pub threads: Table<ThreadId>,
    pub may_enter: bool,
    pub may_leave: bool,
    pub locked: bool,
    pub backpressure: u32,
    pub num_waiting_to_enter: u32,
    /// The thread that holds the instance's lock.
    pub exclusive_thread: Option<ThreadId>,
}

/// What takes the results of a task, or `None` if it was cancelled (`OnResolve`).
pub(crate) type OnResolve = Box<dyn FnOnce(&mut Store, Option<Vec<ComponentVal>>) -> Result<(), Fault>>;

/// What gives the arguments of a task (`OnStart`).
pub(crate) type OnStart = Box<dyn FnOnce(&mut Store) -> Result<Vec<ComponentVal>, Fault>>;

/// `Task.State`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TaskState {
    Initial,
    Started,
    PendingCancel,
    CancelDelivered,
    Resolved,
}

/// A task (`Task`): a call into a component instance.
pub(crate) struct Task {
    pub inst: InstId,
    pub ft: Rc<FuncType>,
    pub opts: Rc<Options>,
    /// For traces: the function.
    pub name: Name,
    /// `None` once resolved.
    pub on_resolve: Option<OnResolve>,
    pub state: TaskState,
    pub num_borrows: u32,
    /// The thread that the call began with, as long as there is one.
    pub implicit_thread: Option<ThreadId>,
    /// The threads that it has made besides, in order.
    pub threads: Vec<ThreadId>,
}

pub(crate) type TaskId = Id<Task>;

/// Type, options and name of such tasks, the same for all.
#[derive(Clone, Default)]
pub(crate) struct OfCore(Rc<FuncType>, Rc<Options>, Name);

impl OfCore {
    /// Whether `task` is such a task.
    pub fn is_of(&self, task: &Task) -> bool {
        Rc::ptr_eq(&self.0, &task.ft)
    }
}

impl Task {
    /// A task of a function without parameters and results: core start functions, `realloc`, destructors.
    pub fn of_core(inst: InstId, of_core: &OfCore) -> Task {
        let OfCore(ft, opts, name) = of_core.clone();
        Task::new(inst, ft, opts, name, Box::new(|_, _| Ok(())))
    }

    pub fn new(inst: InstId, ft: Rc<FuncType>, opts: Rc<Options>, name: Name, on_resolve: OnResolve) -> Task {
        let (on_resolve, state) = (Some(on_resolve), TaskState::Initial);
        Task { inst, ft, opts, name, on_resolve, state, num_borrows: 0, implicit_thread: None, threads: Vec::new() }
    }

    /// `Task.needs_exclusive`.
    pub fn needs_exclusive(&self) -> bool {
        !self.opts.is_async || self.opts.callback.is_some()
    }
}

/// What borrowed handles are counted by (`borrow_scope`).
#[derive(Clone)]
pub(crate) enum BorrowScope {
    None,
    Task(TaskId),
    Subtask(Rc<Waitable>),
}

/// What the Component Model adds to a store.
#[derive(Default)]
pub(crate) struct State {
    pub scopes: Vec<Scope>,
    pub instances: Vec<InstanceState>,
    pub resources: Vec<ResourceInst>,
    pub tasks: Arena<Task>,
    pub of_core: OfCore,
    pub threads: Threads,
    pub fibers: Fibers,
    /// The streams and futures.
    pub shared: Arena<Shared>,
    /// Values that the running lift may still make.
    pub budget: u64,
    /// Values that have been moved and not been paid for: less than a unit of fuel.
    pub unpaid: u64,
    pub readings: Readings,
    /// Whether nothing can be entered any more ([`Lockdown::Store`]).
    poisoned: bool,
    /// How many imports and exports have been bound.
    pub bound: u32,
    /// Where the host takes resources of stubs from.
    pub next_stub_rep: u64,
}

impl State {
    pub fn instance(&self, id: InstId) -> &InstanceState {
        &self.instances[id.0 as usize]
    }

    pub fn instance_mut(&mut self, id: InstId) -> &mut InstanceState {
        &mut self.instances[id.0 as usize]
    }

    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }

    pub fn scope_mut(&mut self, id: ScopeId) -> &mut Scope {
        &mut self.scopes[id.0 as usize]
    }

    pub fn new_scope(&mut self, parent: Option<ScopeId>) -> ScopeId {
        self.scopes.push(Scope::new(parent));
        ScopeId(self.scopes.len() as u32 - 1)
    }

    /// A component instance; it is entered until its instantiation is done.
    pub fn new_instance(&mut self, path: InstancePath, parent: Option<InstId>) -> InstId {
        self.instances.push(InstanceState {
            path,
            parent,
            handles: Table::default(),
            threads: Table::default(),
            may_enter: false,
            may_leave: true,
            locked: false,
            backpressure: 0,
            num_waiting_to_enter: 0,
            exclusive_thread: None,
        });
        InstId(self.instances.len() as u32 - 1)
    }

    pub fn self_and_ancestors(&self, id: InstId) -> Vec<InstId> {
        std::iter::successors(Some(id), |id| self.instance(*id).parent).collect()
    }

    /// `entering_set`.
    pub fn entering_set(&self, callee: InstId, caller: Option<InstId>) -> Vec<InstId> {
        let mut set = self.self_and_ancestors(callee);
        if let Some(caller) = caller {
            let stay = self.self_and_ancestors(caller);
            set.retain(|id| !stay.contains(id));
        }
        set
    }

    /// A lift begins: it may make as many values as fit so many bytes.
    pub fn reset_budget(&mut self, bytes: u64) {
        self.budget = bytes / size_of::<ComponentVal>() as u64;
    }

    /// `may_enter_from`.
    pub fn may_enter_from(&self, callee: InstId, caller: Option<InstId>) -> bool {
        !self.poisoned && self.entering_set(callee, caller).iter().all(|id| self.instance(*id).may_enter)
    }

    pub fn task(&self, id: TaskId) -> Result<&Task, Fault> {
        self.tasks.get(id).ok_or_else(|| Fault::Usage(OVER.to_owned()))
    }

    pub fn task_mut(&mut self, id: TaskId) -> Result<&mut Task, Fault> {
        self.tasks.get_mut(id).ok_or_else(|| Fault::Usage(OVER.to_owned()))
    }

    /// `current_task`.
    pub fn current_task(&mut self) -> Result<&mut Task, Fault> {
        let task = self.current_task_id()?;
        self.task_mut(task)
    }

    pub fn current_task_id(&self) -> Result<TaskId, Fault> {
        Ok(self.thread(self.current_thread()?)?.task)
    }

    /// `has_backpressure`.
    pub fn has_backpressure(&self, task: &Task) -> bool {
        let inst = self.instance(task.inst);
        inst.backpressure > 0 || task.needs_exclusive() && inst.exclusive_thread.is_some()
    }

    /// `Task.register_thread`.
    pub fn register_thread(&mut self, task: TaskId, id: ThreadId, is_implicit: bool) -> Result<u32, Fault> {
        let task = self.task_mut(task)?;
        match is_implicit {
            true => task.implicit_thread = Some(id),
            false => task.threads.push(id),
        }
        let inst = task.inst;
        let index = self.instance_mut(inst).threads.add_entry(id)?;
        self.thread_mut(id)?.index = index;
        Ok(index)
    }

    /// `Task.unregister_thread`.
    pub fn unregister_thread(&mut self, id: ThreadId) -> Result<(), Fault> {
        let Thread { task, index, .. } = *self.thread(id)?;
        let task = self.task_mut(task)?;
        task.threads.retain(|other| *other != id);
        if task.implicit_thread == Some(id) {
            task.implicit_thread = None;
        }
        let is_last = task.threads.is_empty() && task.implicit_thread.is_none();
        trap_if(is_last && task.state != TaskState::Resolved, TrapCode::CanonicalAbi)?;
        let inst = task.inst;
        self.instance_mut(inst).threads.remove_entry(index).map(drop)
    }

    /// A thread has ended, however it did; the task is over with its last one.
    pub(super) fn forget_task(&mut self, id: TaskId, thread: ThreadId) {
        let Some(task) = self.tasks.get_mut(id) else { return };
        task.threads.retain(|other| *other != thread);
        if task.implicit_thread == Some(thread) {
            task.implicit_thread = None;
        }
        if task.threads.is_empty() && task.implicit_thread.is_none() {
            self.tasks.remove(id);
        }
    }
}

const OVER: &str = "a task that is over";

impl Store {
    /// The readings of contested rules that this store applies.
    pub fn readings(&self) -> Readings {
        self.components.readings
    }

    /// Chooses the readings of contested rules.
    pub fn set_readings(&mut self, readings: Readings) {
        self.components.readings = readings;
    }

    /// `trap_if(not inst.may_enter_from(caller))` and `enter_from`; what was entered.
    pub(crate) fn enter_from(&mut self, callee: InstId, caller: Option<InstId>) -> Result<Vec<InstId>, Fault> {
        trap_if(!self.components.may_enter_from(callee, caller), TrapCode::CannotEnter)?;
        let set = self.components.entering_set(callee, caller);
        for id in &set {
            self.components.instance_mut(*id).may_enter = false;
        }
        Ok(set)
    }

    /// The contested half of re-entrance, which the entering set lets pass. Destructors are not concerned.
    pub(crate) fn check_relatives(&mut self, callee: InstId, caller: InstId) -> Result<(), Fault> {
        let state = &self.components;
        let rule = if caller == callee {
            "CM-CALL-04"
        } else if state.self_and_ancestors(callee).contains(&caller) {
            "CM-CALL-05"
        } else if state.self_and_ancestors(caller).contains(&callee) {
            "CM-CALL-06"
        } else {
            return Ok(());
        };
        let reading = state.readings.reentrance;
        let at = state.instance(callee).path.clone();
        self.record(|| Event::RuleApplied { at, rule: rule.to_owned(), reading: format!("{reading:?}") });
        trap_if(reading == Reentrance::TrapRelatives, TrapCode::CannotEnter)
    }

    /// Traps what can block in a task that may not, if it is to trap before it blocks.
    pub(crate) fn check_blocking(&mut self, inst: InstId) -> Result<(), Fault> {
        if self.components.current_task()?.ft.is_async {
            return Ok(());
        }
        let (reading, at) = (self.components.readings.blocking, self.components.instance(inst).path.clone());
        self.record(|| Event::RuleApplied { at, rule: "CM-ASYNC-04".to_owned(), reading: format!("{reading:?}") });
        trap_if(reading == Blocking::Eager, TrapCode::CannotBlock)
    }

    /// `leave_to`, or the lock-down if what has been entered failed.
    pub(crate) fn leave<T>(&mut self, entered: &[InstId], end: Result<T, Fault>) -> Result<T, Fault> {
        match end.is_ok() || on(Mutant::CallLockSkipped) {
            true => entered.iter().for_each(|id| self.components.instance_mut(*id).may_enter = true),
            false => self.lock(entered),
        }
        end
    }

    /// The lock-down of what a failed call had entered: `may_enter` stays cleared for good.
    pub(crate) fn lock(&mut self, entered: &[InstId]) {
        if self.components.readings.lockdown == Lockdown::Store && !self.components.poisoned {
            self.components.poisoned = true;
            let at = InstancePath::root();
            self.record(|| Event::RuleApplied { at, rule: "CM-TRAP-05".to_owned(), reading: "Store".to_owned() });
        }
        for id in entered {
            let instance = self.components.instance_mut(*id);
            instance.may_enter = false;
            if !std::mem::replace(&mut instance.locked, true) {
                let at = instance.path.clone();
                self.record(|| Event::Locked { at });
            }
        }
    }

    /// `Task.enter_implicit_thread`, of the running thread; `false` if the call was cancelled before it could enter.
    pub(crate) fn enter_implicit_thread(&mut self, id: TaskId) -> Result<bool, Fault> {
        let thread = self.components.current_thread()?;
        let task = self.components.task_mut(id)?;
        task.implicit_thread = Some(thread);
        let (inst, is_async, needs_exclusive) = (task.inst, task.ft.is_async, task.needs_exclusive());
        if is_async {
            let state = &self.components;
            if state.has_backpressure(state.task(id)?) || state.instance(inst).num_waiting_to_enter > 0 {
                self.components.instance_mut(inst).num_waiting_to_enter += 1;
                let cancelled = self.wait_until(Ready::NoBackpressure(id), true)?;
                self.components.instance_mut(inst).num_waiting_to_enter -= 1;
                if cancelled == Cancelled::True {
                    self.cancel_task(id)?;
                    return Ok(false);
                }
            }
            if needs_exclusive {
                self.components.instance_mut(inst).exclusive_thread = Some(thread);
            }
        }
        self.components.register_thread(id, thread, true)?;
        Ok(true)
    }

    /// `Task.exit_implicit_thread`, of the running thread.
    pub(crate) fn exit_implicit_thread(&mut self, id: TaskId) -> Result<(), Fault> {
        let thread = self.components.current_thread()?;
        let task = self.components.task(id)?;
        let (inst, unlock) = (task.inst, task.ft.is_async && task.needs_exclusive());
        self.components.unregister_thread(thread)?;
        if unlock {
            self.components.instance_mut(inst).exclusive_thread = None;
        }
        Ok(())
    }

    /// `Task.request_cancellation`: of several threads that could be told, the first.
    pub(crate) fn request_cancellation(&mut self, id: TaskId, caller: InstId) -> Result<(), Fault> {
        let task = self.components.task_mut(id)?;
        let (inst, implicit) = (task.inst, task.implicit_thread);
        if task.state == TaskState::Initial {
            task.state = TaskState::CancelDelivered;
            let Some(thread) = implicit else { return Err(Fault::Usage(OVER.to_owned())) };
            return self.resume_thread(thread, Cancelled::True);
        }
        let (needs_exclusive, threads) = (task.needs_exclusive(), task.threads.clone());
        let state = &self.components;
        let exclusive = state.instance(inst).exclusive_thread;
        let implicit = implicit.filter(|_| !needs_exclusive || exclusive.is_none() || exclusive == implicit);
        let is_cancellable = |id: &ThreadId| state.thread(*id).is_ok_and(|thread| thread.cancellable);
        let candidate = implicit.into_iter().chain(threads).find(is_cancellable);
        match candidate.filter(|_| state.may_enter_from(inst, Some(caller))) {
            Some(thread) => {
                self.components.task_mut(id)?.state = TaskState::CancelDelivered;
                let entered = self.enter_from(inst, Some(caller))?;
                let end = self.resume_thread(thread, Cancelled::True);
                self.leave(&entered, end)
            }
            None => {
                self.components.task_mut(id)?.state = TaskState::PendingCancel;
                Ok(())
            }
        }
    }

    /// `Task.return_`.
    pub(crate) fn return_from_task(&mut self, id: TaskId, result: Vec<ComponentVal>) -> Result<(), Fault> {
        let resolved = self.components.task(id)?.state == TaskState::Resolved;
        trap_if(resolved, TrapCode::CanonicalAbi)?;
        self.resolve_task(id, Some(result), TaskStep::Returned)
    }

    /// `Task.cancel`.
    pub(crate) fn cancel_task(&mut self, id: TaskId) -> Result<(), Fault> {
        let delivered = self.components.task(id)?.state == TaskState::CancelDelivered;
        trap_if(!delivered, TrapCode::CanonicalAbi)?;
        self.resolve_task(id, None, TaskStep::Cancelled)
    }

    fn resolve_task(&mut self, id: TaskId, result: Option<Vec<ComponentVal>>, step: TaskStep) -> Result<(), Fault> {
        let task = self.components.task_mut(id)?;
        trap_if(task.num_borrows > 0, TrapCode::InvalidHandle)?;
        let Some(on_resolve) = task.on_resolve.take() else { return trap(TrapCode::CanonicalAbi) };
        self.record_task(id, step);
        on_resolve(self, result)?;
        self.components.task_mut(id)?.state = TaskState::Resolved;
        Ok(())
    }

    /// Records a step of a task of an `async` function; the calls of others begin and end with their values.
    pub(crate) fn record_task(&mut self, id: TaskId, step: TaskStep) {
        if self.is_recording()
            && let Ok(task) = self.components.task(id)
            && task.ft.is_async
        {
            let (at, name) = (self.components.instance(task.inst).path.clone(), task.name.to_string());
            self.record(|| Event::Task { at, name, step });
        }
    }
}
