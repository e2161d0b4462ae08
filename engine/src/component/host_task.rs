//! Asynchronous functions of hosts: calls that are not over when they return (CanonicalABI.md, `FuncInst` of *Embedding*).

use super::{
    scope::{Func, HostCall},
    task::{InstId, OnResolve},
    value::{ComponentVal, check_values},
};
use crate::{
    Store,
    error::Fault,
    trace::{Event, InstancePath},
};
use std::{collections::BTreeMap, rc::Rc};

/// A call of an asynchronous function of the host, in progress.
///
/// Nobody is told when it can go on: it is asked, once when the call begins and then each time the threads of the store have
/// the choice of going on ([`Store::tick`]). Closures over a store are tasks that cannot wait and may be cancelled.
pub trait HostTask {
    /// Goes on as far as it can; its results once it has them. It is not asked again then.
    ///
    /// `is_idle` says that nothing else in the store can go on. A task that waits for the world outside waits for it then:
    /// if nothing is ready after that, whoever waits for the call has come to a deadlock.
    ///
    /// # Errors
    /// What the call ends with otherwise: its caller is locked then.
    fn poll(&mut self, store: &mut Store, is_idle: bool) -> Result<Option<Vec<ComponentVal>>, Fault>;

    /// The caller has asked for cancellation. With `true` the call is over, without results; with `false` it goes on.
    fn cancel(&mut self, store: &mut Store) -> bool {
        let _ = store;
        true
    }
}

impl<F: FnMut(&mut Store) -> Result<Option<Vec<ComponentVal>>, Fault>> HostTask for F {
    fn poll(&mut self, store: &mut Store, _: bool) -> Result<Option<Vec<ComponentVal>>, Fault> {
        self(store)
    }
}

/// Begins a call of an asynchronous function of the host.
pub(crate) type HostStart = dyn Fn(&mut Store, &[ComponentVal]) -> Result<Box<dyn HostTask>, Fault>;

/// The code of a host's function.
#[derive(Clone)]
pub(crate) enum HostCode {
    /// It returns when it is over.
    Sync(Rc<HostCall>),
    Async(Rc<HostStart>),
}

/// A call of the host that is not over.
pub(crate) struct HostSubtask {
    task: Box<dyn HostTask>,
    func: Rc<Func>,
    caller: Option<InstId>,
    on_resolve: OnResolve,
}

/// Which call it is: a later one has a greater number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HostSubtaskId(u64);

/// The calls of the host that are not over.
#[derive(Default)]
pub(crate) struct HostSubtasks {
    /// `None` while the task has the store.
    all: BTreeMap<HostSubtaskId, Option<HostSubtask>>,
    begun: u64,
}

impl HostSubtasks {
    fn insert(&mut self, subtask: HostSubtask) -> HostSubtaskId {
        self.begun += 1;
        let id = HostSubtaskId(self.begun);
        self.all.insert(id, Some(subtask));
        id
    }

    fn take(&mut self, id: HostSubtaskId) -> Option<HostSubtask> {
        self.all.get_mut(&id)?.take()
    }

    fn put_back(&mut self, id: HostSubtaskId, subtask: HostSubtask) {
        self.all.insert(id, Some(subtask));
    }
}

impl Store {
    /// Calls a function of the host; the call, if it is not over.
    pub(crate) fn call_host_func(
        &mut self,
        func: &Rc<Func>,
        code: &HostCode,
        caller: Option<InstId>,
        args: Vec<ComponentVal>,
        on_resolve: OnResolve,
    ) -> Result<Option<HostSubtaskId>, Fault> {
        if self.is_recording() {
            let (at, name, args) = (self.path_of(caller), func.name().to_owned(), self.trace_component_values(&args));
            self.record(|| Event::HostCalled { at, name, args });
        }
        let results = match code {
            HostCode::Sync(call) => {
                let around = std::mem::replace(&mut self.components.host_caller, caller);
                let results = call(self, &args);
                self.components.host_caller = around;
                results?
            }
            HostCode::Async(start) => {
                let mut task = start(self, &args)?;
                match task.poll(self, false)? {
                    Some(results) => results,
                    None => {
                        let subtask = HostSubtask { task, func: func.clone(), caller, on_resolve };
                        return Ok(Some(self.components.host_subtasks.insert(subtask)));
                    }
                }
            }
        };
        self.end_host_call(func, caller, results, on_resolve).map(|()| None)
    }

    /// Records an event of the instance that called the function of the host that is running.
    #[cfg(feature = "wasi")]
    pub(crate) fn record_of_host_caller(&mut self, event: impl FnOnce(InstancePath) -> Event) {
        if self.is_recording() {
            let at = self.path_of(self.components.host_caller);
            self.record(|| event(at));
        }
    }

    fn path_of(&self, caller: Option<InstId>) -> InstancePath {
        caller.map(|id| self.components.instance(id).path.clone()).unwrap_or_default()
    }

    /// The call has results: they are lowered into its caller.
    fn end_host_call(
        &mut self,
        func: &Func,
        caller: Option<InstId>,
        results: Vec<ComponentVal>,
        on_resolve: OnResolve,
    ) -> Result<(), Fault> {
        let name = func.name();
        check_values(&format!("results of {name:?}"), &results, &func.ft().result_types())?;
        if self.is_recording() {
            let (at, name, results) = (self.path_of(caller), name.to_owned(), self.trace_component_values(&results));
            self.record(|| Event::HostReturned { at, name, results });
        }
        on_resolve(self, Some(results))
    }

    /// Asks the calls of the host that are not over, those that began first before the others, until one of them is.
    ///
    /// # Errors
    /// What that one ended with, if it has no results.
    pub(crate) fn poll_host_calls(&mut self, is_idle: bool) -> Result<bool, Fault> {
        let ids: Vec<HostSubtaskId> = self.components.host_subtasks.all.keys().copied().collect();
        for id in ids {
            let Some(subtask) = self.components.host_subtasks.all.get(&id).and_then(Option::as_ref) else { continue };
            if let Some(caller) = subtask.caller {
                if self.components.is_out_of_reach(caller) {
                    // Nobody is left to be told.
                    self.components.host_subtasks.all.remove(&id);
                    continue;
                }
                if !self.components.may_enter_from(caller, None) {
                    continue;
                }
            }
            let Some(mut subtask) = self.components.host_subtasks.take(id) else { continue };
            match subtask.task.poll(self, is_idle) {
                Ok(None) => self.components.host_subtasks.put_back(id, subtask),
                end => {
                    self.components.host_subtasks.all.remove(&id);
                    return self.resolve_host_call(subtask, end).map(|()| true);
                }
            }
        }
        Ok(false)
    }

    /// The caller is entered, so that a trap of its allocator locks it as every other trap does, and so does the host's.
    fn resolve_host_call(
        &mut self,
        subtask: HostSubtask,
        end: Result<Option<Vec<ComponentVal>>, Fault>,
    ) -> Result<(), Fault> {
        let HostSubtask { func, caller, on_resolve, .. } = subtask;
        let resolve = |store: &mut Store| {
            let results = end?.unwrap_or_default();
            store.end_host_call(&func, caller, results, on_resolve)
        };
        match caller {
            None => resolve(self),
            Some(caller) => {
                let entered = self.enter_from(caller, None)?;
                let end = resolve(self);
                self.leave(&entered, end)
            }
        }
    }

    /// The caller asks for the cancellation of a call of the host (`OnCancel`).
    pub(crate) fn cancel_host_call(&mut self, id: HostSubtaskId) -> Result<(), Fault> {
        let Some(mut subtask) = self.components.host_subtasks.take(id) else { return Ok(()) };
        if subtask.task.cancel(self) {
            self.components.host_subtasks.all.remove(&id);
            return (subtask.on_resolve)(self, None);
        }
        self.components.host_subtasks.put_back(id, subtask);
        Ok(())
    }
}
