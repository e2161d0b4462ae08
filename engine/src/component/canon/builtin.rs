//! CanonicalABI.md, the canonical built-ins after `canon lower`: what they are as core functions, and those of resources
//! and tasks. Those of waitables, streams and futures, threads and error contexts are in the files beside this one.
//!
//! The built-ins of shared-everything threads (🧵② in Explainer.md, *Gated Features*) are about shared functions and tables,
//! which no core module can have here: a component that declares one is invalid, and the error names the feature. Where a
//! validator lets them pass all the same, they are *unsupported* when they execute.

use super::super::{
    copy::{Flow, Side},
    resource::{Handle, ResourceId, ResourceVal},
    syntax::{CanonicalFunction, CanonicalOption},
    task::{BorrowScope, InstId, Task},
    types::{FuncType, ValType},
};
use super::{
    Context, LiftOrLower, Options, bits, broken,
    builtin_copy::{self, EndType},
    builtin_thread::{thread_index, thread_new_indirect, thread_resume_later, thread_switch},
    builtin_wait::{
        subtask_cancel, subtask_drop, waitable_join, waitable_set_drop, waitable_set_new, waitable_set_poll,
        waitable_set_wait,
    },
    call::drop_resource,
    error_context::{error_context_debug_message, error_context_drop, error_context_new},
    flatten::MAX_FLAT_PARAMS,
    flatten_functype,
    lift::{CoreValueIter, lift_flat_values},
    trap_if,
};
use crate::mutants::{Mutant, on};
use crate::{
    Store,
    error::Fault,
    runtime::{FuncAddr, MemAddr, TableAddr, Val},
    syntax::{FuncType as CoreFuncType, ValType as CoreType},
    trace::TrapCode,
};
use CanonicalFunction as C;
use CoreType::{I32, I64};
use std::rc::Rc;

/// What a built-in needs of the component instance that defines it, resolved.
pub(crate) enum Resolved {
    Nothing,
    Resource(ResourceId),
    /// The memory and its pointers' width.
    Memory(MemAddr, usize),
    Options(Rc<Options>),
    /// The type of the elements of a stream or future, or `task.return`'s result; and the options.
    Elements(Option<ValType>, Rc<Options>),
    /// A table of functions, and the type that is expected of them.
    Table(TableAddr, CoreFuncType),
}

impl Resolved {
    /// Whether addresses are 64 bits wide.
    fn is_64(&self) -> bool {
        match self {
            Resolved::Memory(_, w) => *w == 1,
            Resolved::Options(opts) | Resolved::Elements(_, opts) => opts.w == 1,
            _ => false,
        }
    }
}

/// A built-in as a core function of `inst`.
pub(crate) fn alloc_builtin(
    store: &mut Store,
    canon: &CanonicalFunction,
    resolved: Resolved,
    inst: InstId,
) -> FuncAddr {
    let (ty, name) = (core_type(store, canon, &resolved), builtin_name(canon));
    let canon = canon.clone();
    store.alloc_canon_func(ty, name, move |caller, args, results| {
        let out = run(caller.store(), &canon, &resolved, inst, args)?;
        results.iter_mut().zip(out).for_each(|(result, val)| *result = val);
        Ok(())
    })
}

/// The core type of a built-in.
fn core_type(store: &Store, canon: &CanonicalFunction, resolved: &Resolved) -> CoreFuncType {
    let rep = match resolved {
        Resolved::Resource(id) if store.components.resource(*id).rep_64 => I64,
        _ if resolved.is_64() => I64,
        _ => I32,
    };
    match canon {
        C::ResourceNew { .. } => CoreFuncType::new([rep], [I32]),
        C::ResourceRep { .. } => CoreFuncType::new([I32], [rep]),
        C::TaskReturn { .. } => {
            let Resolved::Elements(result, opts) = resolved else { return CoreFuncType::default() };
            let params = result.iter().map(|ty| ("v", ty.clone()));
            flatten_functype(opts, &FuncType::new(params, None), LiftOrLower::Lower)
        }
        C::BackpressureInc | C::BackpressureDec | C::TaskCancel => CoreFuncType::new([], []),
        C::ContextGet { ty, .. } => CoreFuncType::new([], [context_type(*ty)]),
        C::ContextSet { ty, .. } => CoreFuncType::new([context_type(*ty)], []),
        C::StreamNew { .. } | C::FutureNew { .. } => CoreFuncType::new([], [I64]),
        C::StreamRead { .. } | C::StreamWrite { .. } => CoreFuncType::new([I32, rep, rep], [rep]),
        C::FutureRead { .. } | C::FutureWrite { .. } => CoreFuncType::new([I32, rep], [I32]),
        C::ErrorContextNew { .. } => CoreFuncType::new([rep, rep], [I32]),
        C::ErrorContextDebugMessage { .. } => CoreFuncType::new([I32, rep], []),
        C::WaitableSetWait { .. } | C::WaitableSetPoll { .. } => CoreFuncType::new([I32, rep], [I32]),
        C::WaitableJoin => CoreFuncType::new([I32, I32], []),
        C::WaitableSetNew
        | C::ThreadIndex
        | C::ThreadSuspend { .. }
        | C::ThreadYield { .. }
        | C::ThreadAvailableParallelism => CoreFuncType::new([], [I32]),
        C::ThreadNewIndirect { .. } => {
            let Resolved::Table(table, ft) = resolved else { return CoreFuncType::default() };
            let fi = if store.table(*table).ty().is_64 { I64 } else { I32 };
            CoreFuncType::new([fi, ft.params.first().copied().unwrap_or(I32)], [I32])
        }
        C::ThreadSpawnIndirect { .. } => CoreFuncType::new([I32, I32], [I32]),
        C::SubtaskCancel { .. }
        | C::StreamCancelRead { .. }
        | C::StreamCancelWrite { .. }
        | C::FutureCancelRead { .. }
        | C::FutureCancelWrite { .. }
        | C::ThreadSuspendThenResume { .. }
        | C::ThreadYieldThenResume { .. }
        | C::ThreadSuspendThenPromote { .. }
        | C::ThreadYieldThenPromote { .. } => CoreFuncType::new([I32], [I32]),
        _ => CoreFuncType::new([I32], []),
    }
}

fn context_type(ty: super::super::syntax::CoreValType) -> CoreType {
    if ty == super::super::syntax::CoreValType::I64 { I64 } else { I32 }
}

/// The built-in's name in the documents.
pub(crate) fn builtin_name(canon: &CanonicalFunction) -> &'static str {
    match canon {
        C::Lift { .. } => "lift",
        C::Lower { .. } => "lower",
        C::ResourceNew { .. } => "resource.new",
        C::ResourceDrop { .. } => "resource.drop",
        C::ResourceRep { .. } => "resource.rep",
        C::ThreadSpawnRef { .. } => "thread.spawn-ref",
        C::ThreadSpawnIndirect { .. } => "thread.spawn-indirect",
        C::ThreadAvailableParallelism => "thread.available-parallelism",
        C::BackpressureInc => "backpressure.inc",
        C::BackpressureDec => "backpressure.dec",
        C::TaskReturn { .. } => "task.return",
        C::TaskCancel => "task.cancel",
        C::ContextGet { .. } => "context.get",
        C::ContextSet { .. } => "context.set",
        C::ThreadYield { .. } => "thread.yield",
        C::SubtaskDrop => "subtask.drop",
        C::SubtaskCancel { .. } => "subtask.cancel",
        C::StreamNew { .. } => "stream.new",
        C::StreamRead { .. } => "stream.read",
        C::StreamWrite { .. } => "stream.write",
        C::StreamCancelRead { .. } => "stream.cancel-read",
        C::StreamCancelWrite { .. } => "stream.cancel-write",
        C::StreamDropReadable { .. } => "stream.drop-readable",
        C::StreamDropWritable { .. } => "stream.drop-writable",
        C::FutureNew { .. } => "future.new",
        C::FutureRead { .. } => "future.read",
        C::FutureWrite { .. } => "future.write",
        C::FutureCancelRead { .. } => "future.cancel-read",
        C::FutureCancelWrite { .. } => "future.cancel-write",
        C::FutureDropReadable { .. } => "future.drop-readable",
        C::FutureDropWritable { .. } => "future.drop-writable",
        C::ErrorContextNew { .. } => "error-context.new",
        C::ErrorContextDebugMessage { .. } => "error-context.debug-message",
        C::ErrorContextDrop => "error-context.drop",
        C::WaitableSetNew => "waitable-set.new",
        C::WaitableSetWait { .. } => "waitable-set.wait",
        C::WaitableSetPoll { .. } => "waitable-set.poll",
        C::WaitableSetDrop => "waitable-set.drop",
        C::WaitableJoin => "waitable.join",
        C::ThreadIndex => "thread.index",
        C::ThreadNewIndirect { .. } => "thread.new-indirect",
        C::ThreadResumeLater => "thread.resume-later",
        C::ThreadSuspend { .. } => "thread.suspend",
        C::ThreadSuspendThenResume { .. } => "thread.suspend-then-resume",
        C::ThreadYieldThenResume { .. } => "thread.yield-then-resume",
        C::ThreadSuspendThenPromote { .. } => "thread.suspend-then-promote",
        C::ThreadYieldThenPromote { .. } => "thread.yield-then-promote",
    }
}

/// `current_instance() is inst`: core code runs in tasks of its own instance only. An embedder that calls core functions
/// past the component is told so.
pub(super) fn check_current(store: &mut Store, inst: InstId) -> Result<&mut Task, Fault> {
    let task = store.components.current_task()?;
    if task.inst != inst {
        return Err(Fault::Usage("a canonical function was called outside its component instance".to_owned()));
    }
    Ok(task)
}

fn run(
    store: &mut Store,
    canon: &CanonicalFunction,
    resolved: &Resolved,
    inst: InstId,
    args: &[Val],
) -> Result<Vec<Val>, Fault> {
    check_current(store, inst)?;
    // The built-ins that may be called where the instance may not be left.
    let anywhere = matches!(
        canon,
        C::ResourceRep { .. } | C::ContextGet { .. } | C::ContextSet { .. } | C::BackpressureInc | C::BackpressureDec
    );
    trap_if(!anywhere && !store.components.instance(inst).may_leave, TrapCode::CannotLeave)?;
    check_blocking(store, canon, inst)?;
    let arg = |n: usize| args.get(n).copied().map(bits).unwrap_or_default();
    let i = arg(0) as u32;
    Ok(match (canon, resolved) {
        (C::ResourceNew { .. }, Resolved::Resource(ty)) => one(resource_new(store, inst, *ty, arg(0))?),
        (C::ResourceDrop { .. }, Resolved::Resource(ty)) => none(resource_drop(store, inst, *ty, i)?),
        (C::ResourceRep { .. }, Resolved::Resource(ty)) => vec![resource_rep(store, inst, *ty, i)?],
        (C::ContextGet { ty, slot }, _) => vec![context_get(store, context_type(*ty), *slot)?],
        (C::ContextSet { slot, .. }, _) => none(context_set(store, *slot, arg(0))?),
        (C::BackpressureInc, _) => none(backpressure_inc(store, inst)?),
        (C::BackpressureDec, _) => none(backpressure_dec(store, inst)?),
        (C::TaskReturn { .. }, Resolved::Elements(result, opts)) => none(task_return(store, result, opts, args)?),
        (C::TaskCancel, _) => none(task_cancel(store)?),
        (C::WaitableSetNew, _) => one(waitable_set_new(store, inst)?),
        (C::WaitableSetWait { cancellable, .. }, Resolved::Memory(memory, _)) => {
            one(waitable_set_wait(store, inst, *cancellable, *memory, (i, arg(1)))?)
        }
        (C::WaitableSetPoll { cancellable, .. }, Resolved::Memory(memory, _)) => {
            one(waitable_set_poll(store, inst, *cancellable, *memory, (i, arg(1)))?)
        }
        (C::WaitableSetDrop, _) => none(waitable_set_drop(store, inst, i)?),
        (C::WaitableJoin, _) => none(waitable_join(store, inst, i, arg(1) as u32)?),
        (C::SubtaskCancel { async_ }, _) => one(subtask_cancel(store, inst, *async_, i)?),
        (C::SubtaskDrop, _) => none(subtask_drop(store, inst, i)?),
        (canon, Resolved::Elements(t, opts)) => run_copy(store, canon, inst, t, opts, args)?,
        (C::ThreadIndex, _) => one(thread_index(store)?),
        (C::ThreadNewIndirect { .. }, Resolved::Table(table, ft)) => {
            let c = args.get(1).copied().ok_or_else(|| broken("argument"))?;
            one(thread_new_indirect(store, ft, *table, arg(0), c)?)
        }
        (C::ThreadResumeLater, _) => none(thread_resume_later(store, inst, i)?),
        (C::ErrorContextNew { .. }, _) => one(error_context_new(store, inst)?),
        (C::ErrorContextDebugMessage { .. }, Resolved::Options(opts)) => {
            none(error_context_debug_message(store, inst, opts, i, arg(1))?)
        }
        (C::ErrorContextDrop, _) => none(error_context_drop(store, inst, i)?),
        (C::ThreadSpawnRef { .. } | C::ThreadSpawnIndirect { .. } | C::ThreadAvailableParallelism, _) => {
            return Err(Fault::Unsupported(builtin_name(canon).to_owned()));
        }
        _ => one(thread_switch(store, canon, inst, i)? as u32),
    })
}

/// One result.
fn one(v: u32) -> Vec<Val> {
    vec![Val::I32(v as i32)]
}

/// No result.
fn none((): ()) -> Vec<Val> {
    vec![]
}

/// The built-ins of streams and futures.
fn run_copy(
    store: &mut Store,
    canon: &CanonicalFunction,
    inst: InstId,
    t: &Option<ValType>,
    opts: &Rc<Options>,
    args: &[Val],
) -> Result<Vec<Val>, Fault> {
    let arg = |n: usize| args.get(n).copied().map(bits).unwrap_or_default();
    let i = arg(0) as u32;
    let (flow, side) = match canon {
        C::StreamNew { .. } | C::StreamRead { .. } | C::StreamCancelRead { .. } | C::StreamDropReadable { .. } => {
            (Flow::Stream, Side::Readable)
        }
        C::StreamWrite { .. } | C::StreamCancelWrite { .. } | C::StreamDropWritable { .. } => {
            (Flow::Stream, Side::Writable)
        }
        C::FutureNew { .. } | C::FutureRead { .. } | C::FutureCancelRead { .. } | C::FutureDropReadable { .. } => {
            (Flow::Future, Side::Readable)
        }
        _ => (Flow::Future, Side::Writable),
    };
    let ty = EndType { flow, side, t };
    Ok(match canon {
        C::StreamNew { .. } | C::FutureNew { .. } => {
            vec![Val::I64(builtin_copy::new(store, inst, flow, t)? as i64)]
        }
        C::StreamRead { .. } | C::StreamWrite { .. } => {
            let packed = builtin_copy::copy(store, inst, &ty, opts, i, (arg(1), arg(2)))?;
            vec![opts.ptr(u64::from(packed))]
        }
        C::FutureRead { .. } | C::FutureWrite { .. } => {
            one(builtin_copy::copy(store, inst, &ty, opts, i, (arg(1), 1))?)
        }
        C::StreamCancelRead { async_, .. }
        | C::StreamCancelWrite { async_, .. }
        | C::FutureCancelRead { async_, .. }
        | C::FutureCancelWrite { async_, .. } => one(builtin_copy::cancel(store, inst, &ty, *async_, i)?),
        _ => none(builtin_copy::drop_end(store, inst, &ty, i)?),
    })
}

/// The contested half of blocking: whether what can block traps in a synchronous task before its arguments are looked at.
fn check_blocking(store: &mut Store, canon: &CanonicalFunction, inst: InstId) -> Result<(), Fault> {
    let is_sync = |options: &[CanonicalOption]| !options.contains(&CanonicalOption::Async);
    let can_block = match canon {
        C::StreamRead { options, .. }
        | C::StreamWrite { options, .. }
        | C::FutureRead { options, .. }
        | C::FutureWrite { options, .. } => is_sync(options),
        C::StreamCancelRead { async_, .. }
        | C::StreamCancelWrite { async_, .. }
        | C::FutureCancelRead { async_, .. }
        | C::FutureCancelWrite { async_, .. }
        | C::SubtaskCancel { async_ } => !async_,
        C::WaitableSetWait { .. } | C::ThreadSuspend { .. } => true,
        _ => false,
    };
    if can_block { store.check_blocking(inst) } else { Ok(()) }
}

/// `canon_resource_new`.
fn resource_new(store: &mut Store, inst: InstId, ty: ResourceId, rep: u64) -> Result<u32, Fault> {
    let handle = Handle { ty, rep, own: true, scope: None, num_lends: 0 };
    let i = store.components.instance_mut(inst).handles.add(handle)?;
    store.record_resource(inst, true, ResourceVal { ty, rep }, i);
    Ok(i)
}

/// `canon_resource_drop`.
fn resource_drop(store: &mut Store, inst: InstId, ty: ResourceId, i: u32) -> Result<(), Fault> {
    let handle = store.components.instance_mut(inst).handles.remove(i)?;
    trap_if(handle.ty != ty || handle.num_lends != 0, TrapCode::InvalidHandle)?;
    if handle.own {
        let val = ResourceVal { ty, rep: handle.rep };
        store.record_resource(inst, false, val, i);
        drop_resource(store, val, Some(inst))?;
    } else if let Some(scope) = handle.scope {
        let task = store.components.task_mut(scope)?;
        task.num_borrows = task.num_borrows.saturating_sub(1);
        if on(Mutant::BorrowDropDestroys) {
            drop_resource(store, ResourceVal { ty, rep: handle.rep }, Some(inst))?;
        }
    }
    Ok(())
}

/// `canon_resource_rep`.
fn resource_rep(store: &mut Store, inst: InstId, ty: ResourceId, i: u32) -> Result<Val, Fault> {
    let rep_64 = store.components.resource(ty).rep_64;
    let handle = store.components.instance_mut(inst).handles.get_mut(i)?;
    trap_if(handle.ty != ty, TrapCode::InvalidHandle)?;
    let rep = handle.rep;
    Ok(if rep_64 { Val::I64(rep as i64) } else { Val::I32(rep as i32) })
}

/// `canon_context_get`.
fn context_get(store: &mut Store, ty: CoreType, slot: u32) -> Result<Val, Fault> {
    let thread = store.components.current_thread()?;
    let v = store.components.thread(thread)?.storage[slot as usize & 1];
    Ok(if ty == I64 { Val::I64(v as i64) } else { Val::I32(v as i32) })
}

/// `canon_context_set`.
fn context_set(store: &mut Store, slot: u32, v: u64) -> Result<(), Fault> {
    let thread = store.components.current_thread()?;
    store.components.thread_mut(thread)?.storage[slot as usize & 1] = v;
    Ok(())
}

/// `canon_backpressure_inc`.
fn backpressure_inc(store: &mut Store, inst: InstId) -> Result<(), Fault> {
    let instance = store.components.instance_mut(inst);
    instance.backpressure += 1;
    trap_if(instance.backpressure == 1 << 16, TrapCode::CanonicalAbi)
}

/// `canon_backpressure_dec`.
fn backpressure_dec(store: &mut Store, inst: InstId) -> Result<(), Fault> {
    let instance = store.components.instance_mut(inst);
    trap_if(instance.backpressure == 0, TrapCode::CanonicalAbi)?;
    instance.backpressure -= 1;
    Ok(())
}

/// `canon_task_return`.
fn task_return(store: &mut Store, result: &Option<ValType>, opts: &Rc<Options>, args: &[Val]) -> Result<(), Fault> {
    let id = store.components.current_task_id()?;
    let task = store.components.task(id)?;
    let fits = task.opts.is_async && task.ft.result == *result && opts.lift_equal(&task.opts);
    trap_if(!fits, TrapCode::CanonicalAbi)?;
    // `lift_borrow` is never reached: results hold no borrows.
    let cx = Context { opts: opts.clone(), inst: task.inst, borrow_scope: BorrowScope::None };
    let (name, types) = (task.name.clone(), task.ft.result_types());
    let vals = lift_flat_values(store, &cx, MAX_FLAT_PARAMS, &mut CoreValueIter::new(args), &types)?;
    super::call::record_values(store, cx.inst, true, || format!("{name} result"), &vals);
    store.return_from_task(id, vals)
}

/// `canon_task_cancel`.
fn task_cancel(store: &mut Store) -> Result<(), Fault> {
    let id = store.components.current_task_id()?;
    trap_if(!store.components.task(id)?.opts.is_async, TrapCode::CanonicalAbi)?;
    store.cancel_task(id)
}
