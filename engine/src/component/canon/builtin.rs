//! CanonicalABI.md, the canonical built-ins after `canon lower`: resources, tasks, threads, waitables.
//!
//! All of them can be declared and linked. Those that could only do something if a call had blocked do here what the
//! documents say about their arguments when none has: there is no such handle. Those that would make something that can
//! block are *unsupported* when they execute.

use super::super::{
    resource::{Entry, Handle, ResourceId, ResourceVal},
    syntax::CanonicalFunction,
    task::{BorrowScope, InstId, Task},
    types::ValType,
};
use super::{
    Context, LiftOrLower, Options, bits,
    call::{drop_resource, task_return},
    flatten::MAX_FLAT_PARAMS,
    flatten_functype,
    lift::{CoreValueIter, lift_flat_values},
    trap, trap_if,
};
use crate::mutants::{Mutant, on};
use crate::{
    Store,
    error::Fault,
    runtime::{FuncAddr, MemAddr, Val},
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
    /// `task.return`'s result and options.
    TaskReturn(Option<ValType>, Rc<Options>),
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
        Resolved::Memory(_, 1) => I64,
        _ => I32,
    };
    match canon {
        C::ResourceNew { .. } => CoreFuncType::new([rep], [I32]),
        C::ResourceRep { .. } => CoreFuncType::new([I32], [rep]),
        C::TaskReturn { .. } => {
            let Resolved::TaskReturn(result, opts) = resolved else { return CoreFuncType::default() };
            let params = result.iter().map(|ty| ("v", ty.clone()));
            flatten_functype(opts, &super::super::types::FuncType::new(params, None), LiftOrLower::Lower)
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
        C::ThreadNewIndirect { .. } | C::ThreadSpawnIndirect { .. } => CoreFuncType::new([I32, I32], [I32]),
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
    match (canon, resolved) {
        (C::ResourceNew { .. }, Resolved::Resource(ty)) => resource_new(store, inst, *ty, bits(args[0])),
        (C::ResourceDrop { .. }, Resolved::Resource(ty)) => resource_drop(store, inst, *ty, bits(args[0]) as u32),
        (C::ResourceRep { .. }, Resolved::Resource(ty)) => resource_rep(store, inst, *ty, bits(args[0]) as u32),
        (C::TaskReturn { .. }, Resolved::TaskReturn(result, opts)) => canon_task_return(store, result, opts, args),
        (C::WaitableSetWait { .. }, _) => waitable_set_wait(store, inst, args),
        (C::WaitableSetPoll { .. }, Resolved::Memory(memory, _)) => waitable_set_poll(store, inst, *memory, args),
        _ => run_thread(store, canon, inst, args),
    }
}

/// The contested half of blocking: whether what can block traps in a synchronous task before its arguments are looked at.
fn check_blocking(store: &mut Store, canon: &CanonicalFunction, inst: InstId) -> Result<(), Fault> {
    use super::super::syntax::CanonicalOption;
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

/// The built-ins that need nothing resolved.
fn run_thread(store: &mut Store, canon: &CanonicalFunction, inst: InstId, args: &[Val]) -> Result<Vec<Val>, Fault> {
    let state = &mut store.components;
    match canon {
        C::ContextGet { ty, slot } => {
            let v = state.current_task()?.context[*slot as usize & 1];
            Ok(vec![if context_type(*ty) == I64 { Val::I64(v as i64) } else { Val::I32(v as i32) }])
        }
        C::ContextSet { slot, .. } => {
            state.current_task()?.context[*slot as usize & 1] = bits(args[0]);
            Ok(vec![])
        }
        C::BackpressureInc => {
            let instance = state.instance_mut(inst);
            instance.backpressure += 1;
            trap_if(instance.backpressure == 1 << 16, TrapCode::CanonicalAbi).map(|()| vec![])
        }
        C::BackpressureDec => {
            let instance = state.instance_mut(inst);
            trap_if(instance.backpressure == 0, TrapCode::CanonicalAbi)?;
            instance.backpressure -= 1;
            Ok(vec![])
        }
        // No cancellation is ever delivered to a task that does not block.
        C::TaskCancel => trap(TrapCode::CanonicalAbi),
        // Without other threads a yield comes back at once, and was not cancelled.
        C::ThreadYield { .. } => state.current_task()?.count_yield().map(|()| vec![Val::I32(0)]),
        C::WaitableSetNew => {
            let i = state.instance_mut(inst).handles.add_entry(Entry::WaitableSet)?;
            Ok(vec![Val::I32(i as i32)])
        }
        C::WaitableSetDrop => match state.instance_mut(inst).handles.remove_entry(bits(args[0]) as u32)? {
            Entry::WaitableSet => Ok(vec![]),
            Entry::Resource(_) => trap(TrapCode::InvalidHandle),
        },
        C::ThreadSuspend { .. } => Err(blocks(state.current_task()?, canon)),
        C::StreamNew { .. }
        | C::FutureNew { .. }
        | C::ErrorContextNew { .. }
        | C::ThreadIndex
        | C::ThreadNewIndirect { .. }
        | C::ThreadSpawnRef { .. }
        | C::ThreadSpawnIndirect { .. }
        | C::ThreadAvailableParallelism
        | C::ThreadSuspendThenPromote { .. }
        | C::ThreadYieldThenPromote { .. } => Err(Fault::Unsupported(builtin_name(canon).to_owned())),
        // What is left takes a handle or a thread that nothing here can have made.
        _ => trap(TrapCode::InvalidHandle),
    }
}

/// A task that blocks: a trap where it is synchronous, since no other thread could make it go on.
fn blocks(task: &Task, canon: &CanonicalFunction) -> Fault {
    match task.ft.is_async {
        false => Fault::Trap(TrapCode::CannotBlock.into()),
        true => Fault::Unsupported(format!("{} that blocks", builtin_name(canon))),
    }
}

/// `canon_resource_new`.
fn resource_new(store: &mut Store, inst: InstId, ty: ResourceId, rep: u64) -> Result<Vec<Val>, Fault> {
    let handle = Handle { ty, rep, own: true, scope: 0, num_lends: 0 };
    let i = store.components.instance_mut(inst).handles.add(handle)?;
    store.record_resource(inst, true, ResourceVal { ty, rep }, i);
    Ok(vec![Val::I32(i as i32)])
}

/// `canon_resource_drop`.
fn resource_drop(store: &mut Store, inst: InstId, ty: ResourceId, i: u32) -> Result<Vec<Val>, Fault> {
    let handle = store.components.instance_mut(inst).handles.remove(i)?;
    trap_if(handle.ty != ty || handle.num_lends != 0, TrapCode::InvalidHandle)?;
    if handle.own {
        let val = ResourceVal { ty, rep: handle.rep };
        store.record_resource(inst, false, val, i);
        drop_resource(store, val, Some(inst))?;
    } else {
        let task = store.components.task_mut(handle.scope)?;
        task.num_borrows = task.num_borrows.saturating_sub(1);
        if on(Mutant::BorrowDropDestroys) {
            drop_resource(store, ResourceVal { ty, rep: handle.rep }, Some(inst))?;
        }
    }
    Ok(vec![])
}

/// `canon_resource_rep`.
fn resource_rep(store: &mut Store, inst: InstId, ty: ResourceId, i: u32) -> Result<Vec<Val>, Fault> {
    let rep_64 = store.components.resource(ty).rep_64;
    let handle = store.components.instance_mut(inst).handles.get_mut(i)?;
    trap_if(handle.ty != ty, TrapCode::InvalidHandle)?;
    let rep = handle.rep;
    Ok(vec![if rep_64 { Val::I64(rep as i64) } else { Val::I32(rep as i32) }])
}

/// `canon_task_return`.
fn canon_task_return(
    store: &mut Store,
    result: &Option<ValType>,
    opts: &Rc<Options>,
    args: &[Val],
) -> Result<Vec<Val>, Fault> {
    let task = store.components.current_task()?;
    let fits = task.opts.is_async && task.ft.result == *result && opts.lift_equal(&task.opts);
    trap_if(!fits, TrapCode::CanonicalAbi)?;
    // `lift_borrow` is never reached: results hold no borrows.
    let cx = Context { opts: opts.clone(), inst: task.inst, borrow_scope: BorrowScope::None };
    let types: Vec<ValType> = result.iter().cloned().collect();
    let vals = lift_flat_values(store, &cx, MAX_FLAT_PARAMS, &mut CoreValueIter::new(args), &types)?;
    task_return(store, vals).map(|()| vec![])
}

fn check_waitable_set(store: &mut Store, inst: InstId, i: Val) -> Result<(), Fault> {
    match store.components.instance_mut(inst).handles.entry(bits(i) as u32)? {
        Entry::WaitableSet => Ok(()),
        Entry::Resource(_) => trap(TrapCode::InvalidHandle),
    }
}

/// `canon_waitable_set_wait`: nothing is ever in a set, so that it blocks.
fn waitable_set_wait(store: &mut Store, inst: InstId, args: &[Val]) -> Result<Vec<Val>, Fault> {
    check_waitable_set(store, inst, args[0])?;
    Err(blocks(store.components.current_task()?, &C::WaitableSetWait { cancellable: false, memory: 0 }))
}

/// `canon_waitable_set_poll`: `EventCode.NONE`.
fn waitable_set_poll(store: &mut Store, inst: InstId, memory: MemAddr, args: &[Val]) -> Result<Vec<Val>, Fault> {
    check_waitable_set(store, inst, args[0])?;
    let w = usize::from(store.memory(memory).ty().is_64);
    let opts = Rc::new(Options { memory: Some(memory), w, ..Options::default() });
    let cx = Context { opts, inst, borrow_scope: BorrowScope::None };
    cx.check_range(store, bits(args[1]), 8, 4)?;
    cx.write(store, bits(args[1]), &[0; 8])?;
    Ok(vec![Val::I32(0)])
}
