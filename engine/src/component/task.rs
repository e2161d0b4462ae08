//! Component instances and tasks (CanonicalABI.md, *Component Instances*, *Tasks*, *Subtask State*).
//!
//! Calls nest and never block here, so that the tasks of a store are a stack; a call that would block is *unsupported*.

use super::{
    canon::{Options, trap_if},
    resource::{ResourceInst, Table},
    scope::{Scope, ScopeId},
    types::FuncType,
    value::ComponentVal,
};
use crate::{
    Store,
    error::Fault,
    trace::{Event, InstancePath, TrapCode},
};
use std::{cell::RefCell, rc::Rc};

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
    /// What becomes of an exception that leaves a core start function (rule CM-EXN-01).
    pub start_exception: StartException,
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
#[derive(Debug)]
pub(crate) struct InstanceState {
    pub path: InstancePath,
    pub parent: Option<InstId>,
    pub handles: Table,
    pub may_enter: bool,
    pub may_leave: bool,
    pub locked: bool,
    pub backpressure: u32,
}

/// What takes the results of a task (`OnResolve`).
pub(crate) type OnResolve = Box<dyn FnOnce(&mut Store, Vec<ComponentVal>) -> Result<(), Fault>>;

/// What gives the arguments of a task (`OnStart`).
pub(crate) type OnStart = Box<dyn FnOnce(&mut Store) -> Result<Vec<ComponentVal>, Fault>>;

/// A task (`Task`) and its one thread.
pub(crate) struct Task {
    pub id: u64,
    pub inst: InstId,
    pub ft: Rc<FuncType>,
    pub opts: Rc<Options>,
    /// `None` once resolved.
    pub on_resolve: Option<OnResolve>,
    pub num_borrows: u32,
    /// The thread's storage.
    pub context: [u64; 2],
    /// How often it has yielded.
    pub yields: u32,
}

/// As many yields come back at once. A task that yields more often waits for something that other threads have to do.
const MAX_YIELDS: u32 = 1000;

impl Task {
    /// A yield, without other threads.
    pub fn count_yield(&mut self) -> Result<(), Fault> {
        self.yields += 1;
        if self.yields <= MAX_YIELDS {
            return Ok(());
        }
        Err(Fault::Unsupported("yields that wait for other threads".to_owned()))
    }
}

/// A subtask (`Subtask`), as far as calls that do not block need it.
#[derive(Debug, Default)]
pub(crate) struct Subtask {
    /// The handles lent to it.
    pub lenders: Vec<(InstId, u32)>,
    pub flat_results: Option<Vec<crate::runtime::Val>>,
}

/// What borrowed handles are counted by (`borrow_scope`).
#[derive(Clone)]
pub(crate) enum BorrowScope {
    None,
    Task(u64),
    Subtask(Rc<RefCell<Subtask>>),
}

/// What the Component Model adds to a store.
#[derive(Default)]
pub(crate) struct State {
    pub scopes: Vec<Scope>,
    pub instances: Vec<InstanceState>,
    pub resources: Vec<ResourceInst>,
    /// The tasks on the stack, innermost last.
    pub tasks: Vec<Task>,
    next_task: u64,
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
            may_enter: false,
            may_leave: true,
            locked: false,
            backpressure: 0,
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

    /// `current_task`.
    pub fn current_task(&mut self) -> Result<&mut Task, Fault> {
        self.tasks.last_mut().ok_or_else(|| Fault::Usage("a canonical function was called outside any task".to_owned()))
    }

    pub fn task_mut(&mut self, id: u64) -> Result<&mut Task, Fault> {
        let task = self.tasks.iter_mut().rev().find(|task| task.id == id);
        task.ok_or_else(|| Fault::Usage("the task of a borrowed handle is over".to_owned()))
    }

    /// Puts a task on the stack.
    pub fn push_task(&mut self, inst: InstId, ft: Rc<FuncType>, opts: Rc<Options>, on_resolve: OnResolve) -> u64 {
        // 0 is the scope of owned handles.
        self.next_task += 1;
        let (id, on_resolve) = (self.next_task, Some(on_resolve));
        self.tasks.push(Task { id, inst, ft, opts, on_resolve, num_borrows: 0, context: [0; 2], yields: 0 });
        id
    }
}

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
        let state = &self.components;
        trap_if(state.poisoned, TrapCode::CannotEnter)?;
        let set = state.entering_set(callee, caller);
        trap_if(set.iter().any(|id| !state.instance(*id).may_enter), TrapCode::CannotEnter)?;
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

    /// `leave_to`.
    pub(crate) fn leave_to(&mut self, entered: &[InstId]) {
        for id in entered {
            self.components.instance_mut(*id).may_enter = true;
        }
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
}
