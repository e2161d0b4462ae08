//! CanonicalABI.md, *canon error-context.new* to *canon error-context.drop*.

use super::super::{
    resource::Entry,
    task::{BorrowScope, InstId},
    value::ComponentString,
};
use super::{Context, Options, store::store, trap};
use crate::{
    Store,
    component::{types::ValType, value::ComponentVal},
    error::Fault,
    trace::TrapCode,
};
use std::rc::Rc;

/// `canon_error_context_new`, by the deterministic profile: the message is not even looked at.
pub(super) fn error_context_new(s: &mut Store, inst: InstId) -> Result<u32, Fault> {
    add_error_context(s, inst, "".into())
}

/// `canon_error_context_debug_message`.
pub(super) fn error_context_debug_message(
    s: &mut Store,
    inst: InstId,
    opts: &Rc<Options>,
    i: u32,
    ptr: u64,
) -> Result<(), Fault> {
    let message = error_context(s, inst, i)?;
    let cx = Context { opts: opts.clone(), inst, borrow_scope: BorrowScope::None };
    cx.check_range(s, ptr, 2 * opts.ptr_size(), opts.ptr_size())?;
    store(s, &cx, &ComponentVal::String(message), &ValType::String, ptr)
}

/// `canon_error_context_drop`.
pub(super) fn error_context_drop(s: &mut Store, inst: InstId, i: u32) -> Result<(), Fault> {
    match s.components.instance_mut(inst).handles.remove_entry(i)? {
        Entry::ErrorContext(_) => Ok(()),
        _ => trap(TrapCode::InvalidHandle),
    }
}

/// The error context at `i` (`lift_error_context`).
pub(super) fn error_context(s: &mut Store, inst: InstId, i: u32) -> Result<ComponentString, Fault> {
    match s.components.instance_mut(inst).handles.entry(i)? {
        Entry::ErrorContext(message) => Ok(message.clone()),
        _ => trap(TrapCode::InvalidHandle),
    }
}

/// Another handle of an error context (`lower_error_context`).
pub(super) fn add_error_context(s: &mut Store, inst: InstId, message: ComponentString) -> Result<u32, Fault> {
    s.components.instance_mut(inst).handles.add_entry(Entry::ErrorContext(message))
}
