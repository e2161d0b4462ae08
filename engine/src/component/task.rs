//! Component instances and tasks (CanonicalABI.md, *Component Instances*, *Tasks*).

use super::{
    arena::{Arena, Id},
    canon::{Options, trap, trap_if},
    copy::Shared,
    fiber::Fibers,
    host_task::HostSubtasks,
    readings::{Blocking, Lockdown, Readings, Reentrance, StartEntry},
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
    runtime::{FuncAddr, Val},
    trace::{Event, InstancePath, TaskStep, TrapCode},
};
use std::rc::Rc;

/// A component instance of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct InstId(pub u32);

/// The state of a component instance (`ComponentInstance`).
pub(crate) struct InstanceState {
    pub path: InstancePath,
    pub parent: Option<InstId>,
    pub handles: Table,
    pub threads: Table<ThreadId>,
    pub may_enter: bool,
    pub may_leave: bool,
    pub locked: bool,
    /// Whether it is being instantiated.
    pub is_starting: bool,
    pub backpressure: u32,
    pub num_waiting_to_enter: u32,
    /// The thread that holds the instance's lock.
    pub exclusive_thread: Option<ThreadId>,
    /// How many of its threads are blocked on their caller's stack.
    pub blocked_in_place: u32,
}

/// A post-return function that has not been called yet.
pub(crate) struct PostReturn {
    pub inst: InstId,
    pub func: FuncAddr,
    pub flat_results: Vec<Val>,
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
    /// Who has its arguments, unless that is the host or it began with them.
    pub caller: Option<InstId>,
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
        Task::of(inst, ft, opts, name, Some(on_resolve))
    }

    /// A task whose results nobody is told of: whoever runs it takes them.
    pub fn resolved_in_place(inst: InstId, ft: &Rc<FuncType>, opts: &Rc<Options>, name: &Name) -> Task {
        Task::of(inst, ft.clone(), opts.clone(), name.clone(), None)
    }

    fn of(inst: InstId, ft: Rc<FuncType>, opts: Rc<Options>, name: Name, on_resolve: Option<OnResolve>) -> Task {
        let (state, caller, implicit_thread, threads) = (TaskState::Initial, None, None, Vec::new());
        Task { inst, caller, ft, opts, name, on_resolve, state, num_borrows: 0, implicit_thread, threads }
    }

    /// `Task.needs_exclusive`.
    pub fn needs_exclusive(&self) -> bool {
        !self.opts.is_async || self.opts.callback.is_some()
    }
}

/// The instances that a call has entered (`entering_set`): from the callee outwards, up to what the caller stands in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entered {
    first: InstId,
    /// The first that is not in it.
    end: Option<InstId>,
}

impl Entered {
    fn ids(self, state: &State) -> impl Iterator<Item = InstId> {
        state.ancestry(self.first).take_while(move |id| Some(*id) != self.end)
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
    pub host_subtasks: HostSubtasks,
    /// Who called the function of the host that is running.
    pub host_caller: Option<InstId>,
    /// The streams and futures.
    pub shared: Arena<Shared>,
    /// Values that the running lift may still make.
    pub budget: u64,
    /// A vector that lowering uses again.
    pub flat_scratch: Vec<u64>,
    /// Values that have been moved and not been paid for: less than a unit of fuel.
    pub unpaid: u64,
    pub readings: Readings,
    /// Whether the next function that is lifted leaves its post-return function to its caller
    /// ([`StartPostReturn::AfterLastDefinition`]).
    pub defer_post_return: bool,
    /// The post-return functions that have been left to the caller.
    pub deferred: Vec<PostReturn>,
    /// Whether nothing can be entered any more ([`Lockdown::Store`]).
    poisoned: bool,
    /// How many imports and exports have been bound.
    pub bound: u32,
    /// How many definitions have been gone through to try components as arguments.
    pub tried: u32,
    /// Whether an `eq` bound has been met that refers to a type of instances or components.
    pub has_structural_bounds: bool,
    /// The functions that stubs stand for: the names that lead to each.
    pub stubs: Vec<Vec<String>>,
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
            may_enter: self.readings.start_entry == StartEntry::Open,
            may_leave: true,
            locked: false,
            is_starting: true,
            backpressure: 0,
            num_waiting_to_enter: 0,
            exclusive_thread: None,
            blocked_in_place: 0,
        });
        InstId(self.instances.len() as u32 - 1)
    }

    pub fn self_and_ancestors(&self, id: InstId) -> Vec<InstId> {
        std::iter::successors(Some(id), |id| self.instance(*id).parent).collect()
    }

    /// The instance and what it stands in, the innermost first.
    fn ancestry(&self, id: InstId) -> impl Iterator<Item = InstId> {
        std::iter::successors(Some(id), |id| self.instance(*id).parent)
    }

    /// `entering_set`, as where it begins and ends.
    fn entered(&self, callee: InstId, caller: Option<InstId>) -> Entered {
        let is_callers = |id: &InstId| caller.is_some_and(|caller| self.ancestry(caller).any(|other| other == *id));
        Entered { first: callee, end: self.ancestry(callee).find(is_callers) }
    }

    fn set_may_enter(&mut self, entered: Entered, may_enter: bool) {
        let mut next = Some(entered.first);
        while let Some(id) = next.filter(|id| Some(*id) != entered.end) {
            let instance = self.instance_mut(id);
            instance.may_enter = may_enter;
            next = instance.parent;
        }
    }

    /// Whether a trap has locked an instance, or something that it stands in: nothing of it runs any more, and nobody is left
    /// whose memory could be read or written (Explainer.md, *Component Invariants*; rule CM-TRAP-07).
    pub fn is_out_of_reach(&self, id: InstId) -> bool {
        self.poisoned || self.ancestry(id).any(|id| self.instance(id).locked)
    }

    /// A lift begins: it may make as many values as fit so many bytes.
    pub fn reset_budget(&mut self, bytes: u64) {
        self.budget = bytes / size_of::<ComponentVal>() as u64;
    }

    /// `may_enter_from`.
    pub fn may_enter_from(&self, callee: InstId, caller: Option<InstId>) -> bool {
        !self.poisoned && self.entered(callee, caller).ids(self).all(|id| self.instance(id).may_enter)
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
    pub(crate) fn enter_from(&mut self, callee: InstId, caller: Option<InstId>) -> Result<Entered, Fault> {
        let entered = self.components.entered(callee, caller);
        if self.is_recording() {
            self.record_entry_of_starting(entered);
        }
        let may_enter =
            !self.components.poisoned && entered.ids(&self.components).all(|id| self.components.instance(id).may_enter);
        trap_if(!may_enter, TrapCode::CannotEnter)?;
        self.components.set_may_enter(entered, false);
        Ok(entered)
    }

    /// Records the reading that decides if one of `entered` is being instantiated.
    fn record_entry_of_starting(&mut self, entered: Entered) {
        let state = &self.components;
        let starting = entered.ids(state).map(|id| state.instance(id)).find(|instance| instance.is_starting);
        if let Some(at) = starting.map(|instance| instance.path.clone()) {
            let reading = format!("{:?}", state.readings.start_entry);
            self.record(|| Event::RuleApplied { at, rule: "CM-CALL-03".to_owned(), reading });
        }
    }

    /// The contested half of re-entrance, which the entering set lets pass. Destructors are not concerned.
    pub(crate) fn check_relatives(&mut self, callee: InstId, caller: InstId) -> Result<(), Fault> {
        let state = &self.components;
        if state.readings.reentrance == Reentrance::EnteringSet && !self.is_recording() {
            return Ok(());
        }
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
    pub(crate) fn leave<T>(&mut self, entered: &Entered, end: Result<T, Fault>) -> Result<T, Fault> {
        match end.is_ok() || on(Mutant::CallLockSkipped) {
            true => self.components.set_may_enter(*entered, true),
            false => {
                let entered: Vec<InstId> = entered.ids(&self.components).collect();
                self.lock(&entered);
            }
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
            instance.is_starting = false;
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
                self.record_kept_lock(inst);
                self.components.instance_mut(inst).num_waiting_to_enter += 1;
                let cancelled = self.wait_until(Ready::NoBackpressure(id), true)?;
                self.components.instance_mut(inst).num_waiting_to_enter -= 1;
                if cancelled == Cancelled::True || self.is_abandoned(id)? {
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

    /// Whether a task cannot begin because whoever called was locked meanwhile: nobody is left who could lift its arguments.
    /// It ends like one that is cancelled before it has begun.
    fn is_abandoned(&mut self, id: TaskId) -> Result<bool, Fault> {
        let caller = self.components.task(id)?.caller;
        let is_abandoned = caller.is_some_and(|caller| self.components.is_out_of_reach(caller));
        if is_abandoned {
            self.components.task_mut(id)?.state = TaskState::CancelDelivered;
        }
        Ok(is_abandoned)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, trace::Sink};
    use std::cell::RefCell;

    #[derive(Clone, Default)]
    struct Events(Rc<RefCell<Vec<Event>>>);

    impl Sink for Events {
        fn event(&mut self, event: Event) {
            self.0.borrow_mut().push(event);
        }
    }

    #[test]
    fn the_host_may_enter_what_is_being_instantiated_or_not() {
        // CM-CALL-03: no guest hands the host anything by which it could be tried from outside.
        for (start_entry, may_enter) in [(StartEntry::Entered, false), (StartEntry::Open, true)] {
            let mut store = Store::new(&Config::default());
            let events = Events::default();
            store.set_sink(Some(Box::new(events.clone())));
            store.set_readings(Readings { start_entry, ..Readings::default() });
            let inst = store.components.new_instance(InstancePath::root(), None);
            assert_eq!(store.enter_from(inst, None).is_ok(), may_enter);
            let rule = Event::RuleApplied {
                at: InstancePath::root(),
                rule: "CM-CALL-03".to_owned(),
                reading: format!("{start_entry:?}"),
            };
            assert_eq!(*events.0.borrow(), [rule]);
            assert!(store.enter_from(inst, None).is_err(), "what a call has entered is entered");
        }
    }
}
