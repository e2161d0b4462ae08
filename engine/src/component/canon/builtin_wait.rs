//! CanonicalABI.md, *canon waitable-set.new* to *canon subtask.drop*.

use super::super::{
    resource::Entry,
    task::{BorrowScope, InstId},
    waitable::{EventTuple, OnCancel, WaitableSet},
};
use super::{BLOCKED, Context, Options, trap, trap_if};
use crate::{Store, error::Fault, runtime::MemAddr, trace::TrapCode};
use std::rc::Rc;

/// `canon_waitable_set_new`.
pub(super) fn waitable_set_new(store: &mut Store, inst: InstId) -> Result<u32, Fault> {
    store.components.instance_mut(inst).handles.add_entry(Entry::WaitableSet(Rc::new(WaitableSet::default())))
}

/// `canon_waitable_set_wait`.
pub(super) fn waitable_set_wait(
    store: &mut Store,
    inst: InstId,
    cancellable: bool,
    memory: MemAddr,
    (si, ptr): (u32, u64),
) -> Result<u32, Fault> {
    let wset = store.waitable_set(inst, si)?;
    let event = wset.wait_for_event_and(store, None, cancellable)?;
    unpack_event(store, inst, memory, ptr, event)
}

/// `canon_waitable_set_poll`.
pub(super) fn waitable_set_poll(
    store: &mut Store,
    inst: InstId,
    cancellable: bool,
    memory: MemAddr,
    (si, ptr): (u32, u64),
) -> Result<u32, Fault> {
    let wset = store.waitable_set(inst, si)?;
    let event = wset.poll(store, cancellable)?;
    unpack_event(store, inst, memory, ptr, event)
}

/// `unpack_event`.
fn unpack_event(store: &mut Store, inst: InstId, memory: MemAddr, ptr: u64, event: EventTuple) -> Result<u32, Fault> {
    let w = usize::from(store.memory(memory).ty().is_64);
    let opts = Rc::new(Options { memory: Some(memory), w, ..Options::default() });
    let cx = Context { opts, inst, borrow_scope: BorrowScope::None };
    cx.check_range(store, ptr, 8, 4)?;
    cx.write(store, ptr, &event.index.to_le_bytes())?;
    cx.write(store, ptr + 4, &event.payload.to_le_bytes())?;
    Ok(event.code as u32)
}

/// `canon_waitable_set_drop`.
pub(super) fn waitable_set_drop(store: &mut Store, inst: InstId, i: u32) -> Result<(), Fault> {
    match store.components.instance_mut(inst).handles.remove_entry(i)? {
        Entry::WaitableSet(wset) => wset.check_drop(),
        _ => trap(TrapCode::InvalidHandle),
    }
}

/// `canon_waitable_join`.
pub(super) fn waitable_join(store: &mut Store, inst: InstId, wi: u32, si: u32) -> Result<(), Fault> {
    let waitable = store.waitable(inst, wi)?;
    trap_if(waitable.has_sync_waiter.get(), TrapCode::InvalidHandle)?;
    match si {
        0 => waitable.join(None),
        si => waitable.join(Some(&store.waitable_set(inst, si)?)),
    }
    Ok(())
}

/// `canon_subtask_cancel`.
pub(super) fn subtask_cancel(store: &mut Store, inst: InstId, is_async: bool, i: u32) -> Result<u32, Fault> {
    let waitable = store.waitable(inst, i)?;
    let subtask = waitable.as_subtask()?;
    trap_if(subtask.resolve_delivered() || subtask.cancellation_requested.get(), TrapCode::InvalidHandle)?;
    trap_if(waitable.in_waitable_set() && !is_async, TrapCode::InvalidHandle)?;
    if !subtask.resolved() {
        subtask.cancellation_requested.set(true);
        match subtask.on_cancel.get() {
            Some(OnCancel::Task(callee)) => store.request_cancellation(callee, inst)?,
            Some(OnCancel::Host(call)) => store.cancel_host_call(call)?,
            None => {}
        }
        if !subtask.resolved() {
            if is_async {
                return Ok(BLOCKED);
            }
            waitable.wait_for_resolution(store)?;
        }
    }
    Ok(waitable.get_pending_event(store)?.payload)
}

/// `canon_subtask_drop`.
pub(super) fn subtask_drop(store: &mut Store, inst: InstId, i: u32) -> Result<(), Fault> {
    let Entry::Waitable(waitable) = store.components.instance_mut(inst).handles.remove_entry(i)? else {
        return trap(TrapCode::InvalidHandle);
    };
    trap_if(!waitable.as_subtask()?.resolve_delivered(), TrapCode::InvalidHandle)?;
    waitable.join(None);
    Ok(())
}
