//! CanonicalABI.md, *canon {stream,future}.new* to *canon {stream,future}.drop-{readable,writable}*.

use super::super::{
    copy::{Buffer, CopyState, Flow, Side},
    resource::Entry,
    task::{BorrowScope, InstId, PartialCancel},
    types::ValType,
};
use super::{BLOCKED, Context, Options, trap, trap_if};
use crate::{Store, error::Fault, trace::TrapCode};
use std::rc::Rc;

/// What a built-in of streams or futures is about: which end, of which type.
pub(super) struct EndType<'a> {
    pub flow: Flow,
    pub side: Side,
    pub t: &'a Option<ValType>,
}

/// `canon_stream_new` and `canon_future_new`: the readable end's index below that of the writable end.
pub(super) fn new(store: &mut Store, inst: InstId, flow: Flow, t: &Option<ValType>) -> Result<u64, Fault> {
    let shared = store.new_shared(flow, t.clone());
    let ri = store.add_end(inst, shared, flow, Side::Readable)?;
    let wi = store.add_end(inst, shared, flow, Side::Writable)?;
    Ok(u64::from(ri) | u64::from(wi) << 32)
}

/// `stream_copy` and `future_copy`: `n` elements at `ptr`.
pub(super) fn copy(
    store: &mut Store,
    inst: InstId,
    ty: &EndType<'_>,
    opts: &Rc<Options>,
    i: u32,
    (ptr, n): (u64, u64),
) -> Result<u32, Fault> {
    let waitable = store.waitable(inst, i)?;
    let end = waitable.as_end(store, ty.flow, ty.side, ty.t)?;
    trap_if(end.state.get() != CopyState::Idle, TrapCode::InvalidHandle)?;
    trap_if(waitable.in_waitable_set() && !opts.is_async, TrapCode::InvalidHandle)?;
    let cx = Context { opts: opts.clone(), inst, borrow_scope: BorrowScope::None };
    let buffer = Buffer::new(store, ty.t.clone(), cx, ptr, n)?;
    end.state.set(CopyState::Copying);
    store.copy(&waitable, end, inst, &buffer)?;
    if !waitable.has_pending_event() {
        if opts.is_async {
            return Ok(BLOCKED);
        }
        waitable.wait_for_pending_event(store)?;
    }
    Ok(waitable.get_pending_event(store)?.payload)
}

/// `cancel_copy`.
pub(super) fn cancel(store: &mut Store, inst: InstId, ty: &EndType<'_>, is_async: bool, i: u32) -> Result<u32, Fault> {
    let waitable = store.waitable(inst, i)?;
    let end = waitable.as_end(store, ty.flow, ty.side, ty.t)?;
    trap_if(end.state.get() != CopyState::Copying || waitable.has_sync_waiter.get(), TrapCode::InvalidHandle)?;
    trap_if(waitable.in_waitable_set() && !is_async, TrapCode::InvalidHandle)?;
    end.state.set(CopyState::CancellingCopy);
    if waitable.has_pending_event() {
        if store.readings().partial_cancel == PartialCancel::Cancelled {
            waitable.cancel_partial_copy();
        }
    } else {
        store.cancel_copy(end.shared)?;
        if !waitable.has_pending_event() {
            if is_async {
                return Ok(BLOCKED);
            }
            waitable.wait_for_pending_event(store)?;
        }
    }
    Ok(waitable.get_pending_event(store)?.payload)
}

/// `drop`.
pub(super) fn drop_end(store: &mut Store, inst: InstId, ty: &EndType<'_>, i: u32) -> Result<(), Fault> {
    let Entry::Waitable(waitable) = store.components.instance_mut(inst).handles.remove_entry(i)? else {
        return trap(TrapCode::InvalidHandle);
    };
    let end = waitable.as_end(store, ty.flow, ty.side, ty.t)?;
    store.drop_end(&waitable, end)
}

/// `lift_async_value`: the readable end leaves the table of the instance; the number of what it shared.
pub(super) fn lift_async_value(
    store: &mut Store,
    inst: InstId,
    flow: Flow,
    t: &Option<ValType>,
    i: u32,
) -> Result<u64, Fault> {
    let Entry::Waitable(waitable) = store.components.instance_mut(inst).handles.remove_entry(i)? else {
        return trap(TrapCode::InvalidHandle);
    };
    let end = waitable.as_end(store, flow, Side::Readable, t)?;
    let may_leave = end.state.get() == CopyState::Idle && !waitable.in_waitable_set();
    trap_if(!may_leave, TrapCode::InvalidHandle)?;
    Ok(end.shared.number())
}
