//! What can be waited for (CanonicalABI.md, *Waitable State*, *Subtask State*).

use super::{
    canon::{trap, trap_if},
    copy::CopyEnd,
    host_task::HostSubtaskId,
    readings::PartialCancel,
    resource::Entry,
    task::{InstId, TaskId},
    thread::{Cancelled, Ready},
};
use crate::{
    Store,
    error::Fault,
    mutants::{Mutant, on},
    runtime::Val,
    trace::{Event, EventCode, TrapCode},
};
use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

/// `EventTuple`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EventTuple {
    pub code: EventCode,
    /// The handle that it is about.
    pub index: u32,
    pub payload: u32,
}

impl EventTuple {
    /// An event that is about no handle.
    pub fn of(code: EventCode) -> EventTuple {
        EventTuple { code, index: 0, payload: 0 }
    }
}

/// `CopyResult`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CopyResult {
    Completed = 0,
    Dropped = 1,
    Cancelled = 2,
}

/// What a pending event will say: the rest is worked out when it is delivered.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pending {
    /// `subtask_event`.
    Progress,
    /// `stream_event` and `future_event`; whether the buffer is to be reclaimed then (`reclaim_buffer`).
    Copy(CopyResult, bool),
}

/// What kind of waitable it is.
pub(crate) enum Kind {
    Subtask(Subtask),
    End(CopyEnd),
}

/// A waitable (`Waitable`).
pub(crate) struct Waitable {
    pub kind: Kind,
    /// Its index in the handle table of its instance; 0 if it is not there.
    pub index: Cell<u32>,
    pending: Cell<Option<Pending>>,
    wset: RefCell<Weak<WaitableSet>>,
    pub has_sync_waiter: Cell<bool>,
}

/// A waitable set (`WaitableSet`).
#[derive(Default)]
pub(crate) struct WaitableSet {
    elems: RefCell<Vec<Rc<Waitable>>>,
    num_waiting: Cell<u32>,
}

/// `Subtask.State`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum SubtaskState {
    #[default]
    Starting = 0,
    Started = 1,
    Returned = 2,
    CancelledBeforeStarted = 3,
    CancelledBeforeReturned = 4,
}

/// Whom to ask for cancellation (`OnCancel`).
#[derive(Debug, Clone, Copy)]
pub(crate) enum OnCancel {
    Task(TaskId),
    Host(HostSubtaskId),
}

/// A subtask (`Subtask`): a call seen from its caller.
#[derive(Default)]
pub(crate) struct Subtask {
    pub state: Cell<SubtaskState>,
    pub on_cancel: Cell<Option<OnCancel>>,
    /// The handles lent to it; `None` once its end has been delivered.
    lenders: RefCell<Option<Vec<(InstId, u32)>>>,
    pub cancellation_requested: Cell<bool>,
    pub flat_results: RefCell<Vec<Val>>,
}

impl Subtask {
    pub fn resolved(&self) -> bool {
        !matches!(self.state.get(), SubtaskState::Starting | SubtaskState::Started)
    }

    pub fn add_lender(&self, inst: InstId, i: u32) {
        self.lenders.borrow_mut().get_or_insert_default().push((inst, i));
    }

    /// `Subtask.deliver_resolve`.
    pub fn deliver_resolve(&self, store: &mut Store) -> Result<(), Fault> {
        for (inst, i) in self.lenders.take().unwrap_or_default() {
            let handle = store.components.instance_mut(inst).handles.get_mut(i)?;
            handle.num_lends = handle.num_lends.saturating_sub(u32::from(!on(Mutant::LendKept)));
        }
        Ok(())
    }

    pub fn resolve_delivered(&self) -> bool {
        self.lenders.borrow().is_none()
    }
}

impl Waitable {
    pub fn new(kind: Kind) -> Waitable {
        Waitable {
            kind,
            index: Cell::default(),
            pending: Cell::default(),
            wset: RefCell::default(),
            has_sync_waiter: Cell::default(),
        }
    }

    /// A subtask that has not started.
    pub fn subtask() -> Rc<Waitable> {
        let subtask = Subtask { lenders: RefCell::new(Some(Vec::new())), ..Subtask::default() };
        Rc::new(Waitable::new(Kind::Subtask(subtask)))
    }

    /// `trap_if(not isinstance(w, Subtask))`.
    pub fn as_subtask(&self) -> Result<&Subtask, Fault> {
        match &self.kind {
            Kind::Subtask(subtask) => Ok(subtask),
            Kind::End(_) => trap(TrapCode::InvalidHandle),
        }
    }

    pub fn set_pending_event(&self, pending: Pending) {
        self.pending.set(Some(pending));
    }

    pub fn has_pending_event(&self) -> bool {
        self.pending.get().is_some()
    }

    pub fn in_waitable_set(&self) -> bool {
        self.wset.borrow().strong_count() > 0
    }

    /// `Waitable.wait_for_pending_event`.
    pub fn wait_for_pending_event(self: &Rc<Self>, store: &mut Store) -> Result<(), Fault> {
        self.wait_synchronously(store, Ready::Pending(self.clone()))
    }

    /// The same, of a subtask until it is resolved. `canon_subtask_cancel` waits for any event, and then asserts that it was
    /// the last one; but that of the start may be pending already, and "`subtask.cancel` blocks until the subtask reaches a
    /// resolved state" (Concurrency.md, *Cancellation*; rule CM-ASYNC-24).
    pub fn wait_for_resolution(self: &Rc<Self>, store: &mut Store) -> Result<(), Fault> {
        self.wait_synchronously(store, Ready::Resolved(self.clone()))
    }

    fn wait_synchronously(self: &Rc<Self>, store: &mut Store, ready: Ready) -> Result<(), Fault> {
        self.has_sync_waiter.set(true);
        store.wait_until(ready, false)?;
        self.has_sync_waiter.set(false);
        Ok(())
    }

    /// `Waitable.get_pending_event`: delivers it to the running thread.
    pub fn get_pending_event(&self, store: &mut Store) -> Result<EventTuple, Fault> {
        let event = match (self.pending.take(), &self.kind) {
            (Some(Pending::Copy(result, reclaim)), Kind::End(end)) => {
                end.deliver(store, self.index.get(), result, reclaim)
            }
            (Some(_), Kind::Subtask(subtask)) => {
                if subtask.resolved() {
                    subtask.deliver_resolve(store)?;
                }
                let payload = subtask.state.get() as u32;
                EventTuple { code: EventCode::Subtask, index: self.index.get(), payload }
            }
            _ => return Err(Fault::Usage("an event was asked for that is not there".to_owned())),
        };
        store.record_delivery(event);
        Ok(event)
    }

    /// `Waitable.join`.
    pub fn join(self: &Rc<Self>, wset: Option<&Rc<WaitableSet>>) {
        let new = wset.map(Rc::downgrade).unwrap_or_default();
        if let Some(old) = self.wset.replace(new).upgrade() {
            old.elems.borrow_mut().retain(|elem| !Rc::ptr_eq(elem, self));
        }
        if let Some(wset) = wset {
            wset.elems.borrow_mut().push(self.clone());
        }
    }
}

impl WaitableSet {
    pub fn has_pending_event(&self) -> bool {
        self.elems.borrow().iter().any(|elem| elem.has_pending_event())
    }

    /// `WaitableSet.get_pending_event`: of several events, that of the waitable that joined first.
    fn get_pending_event(&self, store: &mut Store) -> Result<EventTuple, Fault> {
        let elem = self.elems.borrow().iter().find(|elem| elem.has_pending_event()).cloned();
        match elem {
            Some(elem) => elem.get_pending_event(store),
            None => Err(Fault::Usage("an event was asked for that is not there".to_owned())),
        }
    }

    /// `WaitableSet.wait_for_event_and`; `unlocked` is the instance whose `exclusive_thread` has to be free as well.
    pub fn wait_for_event_and(
        self: &Rc<Self>,
        store: &mut Store,
        unlocked: Option<InstId>,
        cancellable: bool,
    ) -> Result<EventTuple, Fault> {
        self.num_waiting.set(self.num_waiting.get() + 1);
        let cancelled = store.wait_until(Ready::Event(self.clone(), unlocked), cancellable)?;
        let event = match cancelled {
            Cancelled::True => {
                let event = EventTuple::of(EventCode::TaskCancelled);
                store.record_delivery(event);
                event
            }
            Cancelled::False => self.get_pending_event(store)?,
        };
        self.num_waiting.set(self.num_waiting.get() - 1);
        Ok(event)
    }

    /// `WaitableSet.poll`.
    pub fn poll(&self, store: &mut Store, cancellable: bool) -> Result<EventTuple, Fault> {
        if store.deliver_pending_cancel(cancellable)? {
            let event = EventTuple::of(EventCode::TaskCancelled);
            store.record_delivery(event);
            return Ok(event);
        }
        if !self.has_pending_event() {
            return Ok(EventTuple::of(EventCode::None));
        }
        self.get_pending_event(store)
    }

    /// `WaitableSet.drop`.
    pub fn check_drop(&self) -> Result<(), Fault> {
        trap_if(!self.elems.borrow().is_empty() || self.num_waiting.get() > 0, TrapCode::InvalidHandle)
    }
}

impl Store {
    /// The waitable at `i` (`trap_if(not isinstance(w, Waitable))`).
    pub(crate) fn waitable(&mut self, inst: InstId, i: u32) -> Result<Rc<Waitable>, Fault> {
        match self.components.instance_mut(inst).handles.entry(i)? {
            Entry::Waitable(waitable) => Ok(waitable.clone()),
            _ => trap(TrapCode::InvalidHandle),
        }
    }

    /// The set at `i` (`trap_if(not isinstance(wset, WaitableSet))`).
    pub(crate) fn waitable_set(&mut self, inst: InstId, i: u32) -> Result<Rc<WaitableSet>, Fault> {
        match self.components.instance_mut(inst).handles.entry(i)? {
            Entry::WaitableSet(wset) => Ok(wset.clone()),
            _ => trap(TrapCode::InvalidHandle),
        }
    }

    /// The contested half of a cancellation: a copy of which a part has been done, and that could have gone on.
    pub(crate) fn read_partial_cancel(&mut self, inst: InstId, waitable: &Waitable) {
        let Some(Pending::Copy(CopyResult::Completed, true)) = waitable.pending.get() else { return };
        let reading = self.components.readings.partial_cancel;
        let at = self.components.instance(inst).path.clone();
        self.record(|| Event::RuleApplied { at, rule: "CM-ASYNC-20".to_owned(), reading: format!("{reading:?}") });
        if reading == PartialCancel::Cancelled {
            waitable.pending.set(Some(Pending::Copy(CopyResult::Cancelled, true)));
        }
    }

    /// Puts a waitable into the handle table of an instance.
    pub(crate) fn add_waitable(&mut self, inst: InstId, waitable: Rc<Waitable>) -> Result<u32, Fault> {
        let i = self.components.instance_mut(inst).handles.add_entry(Entry::Waitable(waitable.clone()))?;
        waitable.index.set(i);
        Ok(i)
    }

    /// An event is delivered to the running thread.
    fn record_delivery(&mut self, event: EventTuple) {
        if self.is_recording()
            && let Ok(at) = self.current_path()
        {
            let EventTuple { code, index, payload } = event;
            self.record(|| Event::EventDelivered { at, code, index, payload });
        }
    }
}
