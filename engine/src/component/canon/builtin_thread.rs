//! CanonicalABI.md, *canon thread.index* to *canon thread.yield-then-promote*.

use super::super::{
    syntax::CanonicalFunction as C,
    task::InstId,
    thread::{Cancelled, ThreadId},
};
use super::{call::call_and_trap_on_throw, trap, trap_if};
use crate::{
    Store,
    error::Fault,
    runtime::{RefKind, TableAddr, Val},
    syntax::FuncType as CoreFuncType,
    trace::TrapCode,
};

/// `canon_thread_index`.
pub(super) fn thread_index(store: &mut Store) -> Result<u32, Fault> {
    let thread = store.components.current_thread()?;
    Ok(store.components.thread(thread)?.index)
}

/// `canon_thread_new_indirect`: a thread that will call the function at `fi` with `c`.
pub(super) fn thread_new_indirect(
    store: &mut Store,
    ft: &CoreFuncType,
    table: TableAddr,
    fi: u64,
    c: Val,
) -> Result<u32, Fault> {
    let Some(reference) = store.table(table).get(fi) else { return trap(TrapCode::UndefinedElement) };
    let RefKind::Func(callee) = reference.kind() else { return trap(TrapCode::UninitializedElement) };
    trap_if(store.func_type(callee) != ft, TrapCode::IndirectCallTypeMismatch)?;
    let task = store.components.current_task_id()?;
    let body = Box::new(move |store: &mut Store| {
        call_and_trap_on_throw(store, callee, &[c])?;
        let this = store.components.current_thread()?;
        store.components.unregister_thread(this)
    });
    let thread = store.new_thread(task, body)?;
    store.components.register_thread(task, thread, false)
}

/// `inst.threads.get(i)`.
fn other_thread(store: &mut Store, inst: InstId, i: u32) -> Result<ThreadId, Fault> {
    store.components.instance_mut(inst).threads.entry(i).copied()
}

/// `inst.threads.get(i)`, and `trap_if(not other_thread.suspended())`.
fn suspended_thread(store: &mut Store, inst: InstId, i: u32) -> Result<ThreadId, Fault> {
    let other = other_thread(store, inst, i)?;
    trap_if(!store.components.thread(other)?.is_suspended(), TrapCode::CanonicalAbi)?;
    Ok(other)
}

/// `canon_thread_resume_later`.
pub(super) fn thread_resume_later(store: &mut Store, inst: InstId, i: u32) -> Result<(), Fault> {
    let other = suspended_thread(store, inst, i)?;
    store.resume_later(other)
}

/// The built-ins that give up control: `thread.suspend`, `thread.yield`, and those that name another thread, `i`.
pub(super) fn thread_switch(store: &mut Store, canon: &C, inst: InstId, i: u32) -> Result<Cancelled, Fault> {
    match *canon {
        C::ThreadSuspend { cancellable } => store.suspend_thread(cancellable),
        C::ThreadYield { cancellable } => store.yield_thread(cancellable),
        C::ThreadSuspendThenResume { cancellable } => {
            let other = suspended_thread(store, inst, i)?;
            store.suspend_then_resume(cancellable, other)
        }
        C::ThreadYieldThenResume { cancellable } => {
            let other = suspended_thread(store, inst, i)?;
            store.yield_then_resume(cancellable, other)
        }
        C::ThreadSuspendThenPromote { cancellable } => {
            let other = other_thread(store, inst, i)?;
            store.suspend_then_promote(cancellable, other)
        }
        C::ThreadYieldThenPromote { cancellable } => {
            let other = other_thread(store, inst, i)?;
            store.yield_then_promote(cancellable, other)
        }
        _ => Err(super::broken("thread")),
    }
}
