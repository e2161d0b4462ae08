//! CanonicalABI.md, *canon lift*, *canon lower* and *canon resource.drop*: calls into and out of component instances.

use super::super::{
    resource::{Dtor, ResourceVal},
    scope::Func,
    syntax::Name,
    task::{BorrowScope, InstId, OnResolve, OnStart, PostReturn, Task, TaskId, TaskState},
    thread::{Cancelled, Ready},
    types::{FuncType, ValType},
    value::ComponentVal,
    waitable::{EventTuple, OnCancel, Pending, SubtaskState, Waitable},
};
use super::{
    Context, Direct, Options, bits, broken,
    flatten::{MAX_FLAT_ASYNC_PARAMS, MAX_FLAT_PARAMS, MAX_FLAT_RESULTS},
    lift::{CoreValueIter, lift_flat_values},
    lower::lower_flat_values,
    trap, trap_if,
};
use crate::mutants::{Mutant, is_any_on, on};
use crate::{
    Store,
    error::Fault,
    runtime::{FuncAddr, Val},
    trace::{Event, EventCode, TaskStep, TrapCode},
};
use std::rc::Rc;

/// `call_and_trap_on_throw`.
pub(super) fn call_and_trap_on_throw(store: &mut Store, callee: FuncAddr, args: &[Val]) -> Result<Vec<Val>, Fault> {
    match store.invoke(callee, args) {
        Err(Fault::Exception(_)) => trap(TrapCode::CanonicalAbi),
        end => end,
    }
}

/// Calls a component function: `Store.lift` for those of guests. The call, if it can still be cancelled (`OnCancel`).
pub(crate) fn call_func(
    store: &mut Store,
    func: &Rc<Func>,
    caller: Option<InstId>,
    on_start: OnStart,
    on_resolve: OnResolve,
) -> Result<Option<OnCancel>, Fault> {
    match &**func {
        Func::Lifted { inst, .. } => {
            let entered = store.enter_from(*inst, caller)?;
            let end = canon_lift(store, func, caller, on_start, on_resolve);
            Ok(store.leave(&entered, end)?.map(OnCancel::Task))
        }
        Func::Host { code, .. } => {
            let args = on_start(store)?;
            Ok(store.call_host_func(func, code, caller, args, on_resolve)?.map(OnCancel::Host))
        }
    }
}

fn trace(store: &Store, vals: &[ComponentVal]) -> Vec<crate::trace::Value> {
    vals.iter().map(|val| val.trace(&store.components)).collect()
}

pub(super) fn record_values(
    store: &mut Store,
    inst: InstId,
    lifted: bool,
    what: impl FnOnce() -> String,
    vals: &[ComponentVal],
) {
    if store.is_recording() && !vals.is_empty() {
        let (at, values) = (store.components.instance(inst).path.clone(), trace(store, vals));
        let what = what();
        store.record(|| if lifted { Event::Lifted { at, what, values } } else { Event::Lowered { at, what, values } });
    }
}

/// `canon_lift`: a task, and its implicit thread run until it ends or blocks.
fn canon_lift(
    store: &mut Store,
    func: &Rc<Func>,
    caller: Option<InstId>,
    on_start: OnStart,
    on_resolve: OnResolve,
) -> Result<Option<TaskId>, Fault> {
    let lift = Lift::of(func)?;
    let task = Task::new(lift.inst, lift.ft.clone(), lift.opts.clone(), lift.name.clone(), on_resolve);
    let task = store.components.tasks.insert(Task { caller, ..task });
    let is_async = lift.ft.is_async;
    if !is_async && store.may_use_callers_stack(lift.inst) {
        return store.run_on_callers_stack(task, |store| lift.run(store, task, on_start)).map(|()| None);
    }
    let func = func.clone();
    let body = Box::new(move |store: &mut Store| Lift::of(&func)?.run(store, task, on_start));
    if !is_async {
        return store.run_on_own_stack(task, body).map(|()| None);
    }
    let thread = store.new_thread(task, body)?;
    store.resume_thread(thread, Cancelled::False)?;
    Ok(Some(task))
}

/// The parts of a `canon lift` definition.
struct Lift<'a> {
    core: FuncAddr,
    ft: &'a Rc<FuncType>,
    opts: &'a Rc<Options>,
    inst: InstId,
    name: &'a Name,
}

/// `CallbackCode`.
mod callback_code {
    pub const EXIT: u32 = 0;
    pub const YIELD: u32 = 1;
    pub const WAIT: u32 = 2;
}

impl<'a> Lift<'a> {
    fn of(func: &'a Func) -> Result<Self, Fault> {
        match func {
            Func::Lifted { core, ft, opts, inst, name } => Ok(Lift { core: *core, ft, opts, inst: *inst, name }),
            Func::Host { .. } => Err(broken("lift")),
        }
    }

    /// `thread_func`.
    fn run(&self, store: &mut Store, task: TaskId, on_start: OnStart) -> Result<(), Fault> {
        if !store.enter_implicit_thread(task)? {
            return Ok(());
        }
        let cx = Context { opts: self.opts.clone(), inst: self.inst, borrow_scope: BorrowScope::Task(task) };
        // It concerns this call only, and none that it makes.
        let defer = std::mem::take(&mut store.components.defer_post_return);
        store.components.task_mut(task)?.state = TaskState::Started;
        store.record_task(task, TaskStep::Started);
        let args = on_start(store)?;
        let flat_args = lower_flat_values(store, &cx, MAX_FLAT_PARAMS, &args, &self.ft.param_types(), None)?;
        record_values(store, self.inst, false, || format!("{} params", self.name), &args);
        if !self.opts.is_async {
            self.run_sync(store, task, &cx, &flat_args, defer)?;
        } else {
            let packed = call_and_trap_on_throw(store, self.core, &flat_args)?;
            if let Some(callback) = self.opts.callback {
                self.run_callback(store, callback, packed)?;
            }
        }
        store.exit_implicit_thread(task)
    }

    fn run_sync(
        &self,
        store: &mut Store,
        task: TaskId,
        cx: &Context,
        flat_args: &[Val],
        defer: bool,
    ) -> Result<(), Fault> {
        let flat_results = call_and_trap_on_throw(store, self.core, flat_args)?;
        if on(Mutant::PostReturnEarly) {
            self.post_return(store, &flat_results)?;
        }
        let mut vi = CoreValueIter::new(&flat_results);
        let result = lift_flat_values(store, cx, MAX_FLAT_RESULTS, &mut vi, &self.ft.result_types())?;
        record_values(store, self.inst, true, || format!("{} result", self.name), &result);
        store.return_from_task(task, result)?;
        if defer && let Some(func) = self.opts.post_return {
            store.components.deferred.push(PostReturn { inst: self.inst, func, flat_results });
        } else if !on(Mutant::PostReturnEarly) && !on(Mutant::PostReturnSkipped) {
            self.post_return(store, &flat_results)?;
        }
        Ok(())
    }

    fn post_return(&self, store: &mut Store, flat_results: &[Val]) -> Result<(), Fault> {
        match self.opts.post_return {
            Some(func) => call_post_return(store, self.inst, func, flat_results),
            None => Ok(()),
        }
    }

    /// The event loop: the lock of the instance is given up while the task waits.
    fn run_callback(&self, store: &mut Store, callback: FuncAddr, mut packed: Vec<Val>) -> Result<(), Fault> {
        let thread = store.components.current_thread()?;
        loop {
            let code = packed.first().copied().map(bits).unwrap_or_default() as u32;
            let (code, si) = (code & 0xf, code >> 4);
            trap_if(code > callback_code::WAIT, TrapCode::CanonicalAbi)?;
            if code == callback_code::EXIT {
                return Ok(());
            }
            store.components.instance_mut(self.inst).exclusive_thread = None;
            let event = if code == callback_code::YIELD {
                let cancelled = store.wait_until(Ready::Unlocked(self.inst), true)?;
                EventTuple::of(if cancelled == Cancelled::True { EventCode::TaskCancelled } else { EventCode::None })
            } else {
                let wset = store.waitable_set(self.inst, si)?;
                wset.wait_for_event_and(store, Some(self.inst), true)?
            };
            store.components.instance_mut(self.inst).exclusive_thread = Some(thread);
            let args = [event.code as u32, event.index, event.payload].map(|v| Val::I32(v as i32));
            packed = call_and_trap_on_throw(store, callback, &args)?;
        }
    }
}

pub(super) fn call_post_return(
    store: &mut Store,
    inst: InstId,
    func: FuncAddr,
    flat_results: &[Val],
) -> Result<(), Fault> {
    // `may_leave` stays cleared if this traps: nobody gets in again to see it.
    store.components.instance_mut(inst).may_leave = on(Mutant::PostReturnMayLeave);
    if on(Mutant::PostReturnTwice) {
        call_and_trap_on_throw(store, func, flat_results)?;
    }
    let end = call_and_trap_on_throw(store, func, flat_results);
    if !on(Mutant::PostReturnTrapIgnored) {
        end?;
    }
    store.components.instance_mut(inst).may_leave = true;
    Ok(())
}

/// Calls a post-return function after the task whose results it is about, on behalf of `caller`.
pub(crate) fn call_deferred(store: &mut Store, deferred: &PostReturn, caller: InstId) -> Result<(), Fault> {
    let PostReturn { inst, func, flat_results } = deferred;
    let entered = store.enter_from(*inst, Some(caller))?;
    let end = run_core_task(store, *inst, |store| call_post_return(store, *inst, *func, flat_results));
    store.leave(&entered, end)
}

/// A call of `realloc` and the like: a task of its own, in which the instance may not be left.
pub(super) fn call_without_leaving(
    store: &mut Store,
    inst: InstId,
    callee: FuncAddr,
    args: &[Val],
    what: &str,
) -> Result<Vec<Val>, Fault> {
    if !store.components.instance(inst).may_leave {
        return Err(broken(what));
    }
    store.components.instance_mut(inst).may_leave = on(Mutant::ReallocMayLeave);
    let call = |store: &mut Store| {
        if on(Mutant::ReallocTwice) {
            call_and_trap_on_throw(store, callee, args)?;
        }
        call_and_trap_on_throw(store, callee, args)
    };
    let end = if on(Mutant::ReallocOnCallersThread) { call(store) } else { run_core_task(store, inst, call) };
    let results = end?;
    store.components.instance_mut(inst).may_leave = true;
    Ok(results)
}

/// A task without parameters, results and options, for a call that is not that of a lifted function: of `realloc`, of a
/// destructor, of the start functions of a core instance (Concurrency.md, *Interaction with the start function*).
pub(crate) fn run_core_task<T>(
    store: &mut Store,
    inst: InstId,
    call: impl FnOnce(&mut Store) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let task = Task::of_core(inst, &store.components.of_core);
    let task = store.components.tasks.insert(task);
    let mut results = None;
    store.run_on_callers_stack(task, |store| {
        results = Some(as_core_task(store, task, call)?);
        Ok(())
    })?;
    results.ok_or_else(|| broken("results"))
}

/// What the thread of such a task does.
fn as_core_task<T>(
    store: &mut Store,
    task: TaskId,
    call: impl FnOnce(&mut Store) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let thread = store.components.current_thread()?;
    store.components.register_thread(task, thread, true)?;
    let results = call(store)?;
    store.components.task_mut(task)?.state = TaskState::Resolved;
    store.components.unregister_thread(thread)?;
    Ok(results)
}

/// Such a call of a destructor, which can block: `realloc` cannot, and start functions do not run beneath one another.
fn run_destructor(
    store: &mut Store,
    inst: InstId,
    call: impl FnOnce(&mut Store) -> Result<(), Fault> + 'static,
) -> Result<(), Fault> {
    if store.may_use_callers_stack(inst) {
        return run_core_task(store, inst, call);
    }
    let task = Task::of_core(inst, &store.components.of_core);
    let task = store.components.tasks.insert(task);
    store.run_on_own_stack(task, Box::new(move |store| as_core_task(store, task, call)))
}

/// `canon_lower`, called by core code of `inst`.
pub(crate) fn canon_lower(
    store: &mut Store,
    callee: &Rc<Func>,
    opts: &Rc<Options>,
    direct: Option<&Direct>,
    inst: InstId,
    flat_args: &[Val],
    out: &mut [Val],
) -> Result<(), Fault> {
    super::builtin::check_current(store, inst)?;
    trap_if(!store.components.instance(inst).may_leave, TrapCode::CannotLeave)?;
    if on(Mutant::TrampolineBeforeInit) {
        let of_core = store.components.of_core.clone();
        let is_start = store.components.current_task().is_ok_and(|task| of_core.is_of(task));
        trap_if(is_start, TrapCode::CannotLeave)?;
    }
    if let Func::Lifted { inst: callee, .. } = &**callee {
        store.check_relatives(*callee, inst)?;
    }
    // Mutants are bugs of the long way.
    if let Some(direct) = direct.filter(|direct| !store.is_recording() && !is_any_on() && direct.is_possible(store)) {
        return direct.call(store, flat_args, out);
    }
    let flat_results = lower_with_subtask(store, callee, opts, inst, flat_args)?;
    out.iter_mut().zip(flat_results).for_each(|(out, val)| *out = val);
    Ok(())
}

/// The rest of `canon_lower`, for all there is.
fn lower_with_subtask(
    store: &mut Store,
    callee: &Rc<Func>,
    opts: &Rc<Options>,
    inst: InstId,
    flat_args: &[Val],
) -> Result<Vec<Val>, Fault> {
    let ft = callee.ft().clone();
    if ft.is_async && !opts.is_async {
        store.check_blocking(inst)?;
    }
    let subtask = Waitable::subtask();
    let cx = Context { opts: opts.clone(), inst, borrow_scope: BorrowScope::Subtask(subtask.clone()) };
    let (max_params, max_results) =
        if opts.is_async { (MAX_FLAT_ASYNC_PARAMS, 0) } else { (MAX_FLAT_PARAMS, MAX_FLAT_RESULTS) };
    let args: Rc<[Val]> = flat_args.into();
    let consumed = Rc::new(std::cell::Cell::new(0));
    let on_start: OnStart = {
        let (cx, callee, args, consumed) = (cx.clone(), callee.clone(), args.clone(), consumed.clone());
        let subtask = subtask.clone();
        Box::new(move |store| {
            progress(&subtask, SubtaskState::Started)?;
            let mut vi = CoreValueIter::new(&args);
            let vals = lift_flat_values(store, &cx, max_params, &mut vi, &callee.ft().param_types())?;
            consumed.set(args.len() - vi.remaining());
            record_values(store, cx.inst, true, || format!("{} params", callee.name()), &vals);
            Ok(vals)
        })
    };
    let on_resolve: OnResolve = {
        let (callee, subtask) = (callee.clone(), subtask.clone());
        Box::new(move |store, vals| {
            if store.components.is_out_of_reach(cx.inst) {
                // Nobody is left to be told.
                return Ok(());
            }
            let Some(vals) = vals else {
                return progress(
                    &subtask,
                    match subtask.as_subtask()?.state.get() {
                        SubtaskState::Starting => SubtaskState::CancelledBeforeStarted,
                        _ => SubtaskState::CancelledBeforeReturned,
                    },
                );
            };
            let mut out = CoreValueIter::new(&args[consumed.get()..]);
            let types: Vec<ValType> = callee.ft().result_types();
            let flat = lower_flat_values(store, &cx, max_results, &vals, &types, Some(&mut out))?;
            record_values(store, cx.inst, false, || format!("{} result", callee.name()), &vals);
            subtask.as_subtask()?.flat_results.replace(flat);
            progress(&subtask, SubtaskState::Returned)
        })
    };
    let on_cancel = call_func(store, callee, Some(inst), on_start, on_resolve)?;
    let state = subtask.as_subtask()?;
    state.on_cancel.set(on_cancel);
    if !opts.is_async {
        if !state.resolved() {
            store.wait_until(Ready::Resolved(subtask.clone()), false)?;
        }
        state.deliver_resolve(store)?;
        return Ok(state.flat_results.take());
    }
    let mut packed = 0;
    match state.resolved() {
        true => state.deliver_resolve(store)?,
        false => packed = store.add_waitable(inst, subtask.clone())? << 4,
    }
    Ok(vec![Val::I32((packed | state.state.get() as u32) as i32)])
}

/// A subtask goes on; if its caller knows it by an index, this is an event (`maybe_on_progress`).
fn progress(subtask: &Waitable, to: SubtaskState) -> Result<(), Fault> {
    subtask.as_subtask()?.state.set(to);
    if subtask.index.get() != 0 {
        subtask.set_pending_event(Pending::Progress);
    }
    Ok(())
}

/// The destructor half of `canon_resource_drop`: a call into the implementing instance.
pub(crate) fn drop_resource(store: &mut Store, val: ResourceVal, caller: Option<InstId>) -> Result<(), Fault> {
    let resource = store.components.resource(val.ty);
    let (dtor, rep_64) = (resource.dtor.clone(), resource.rep_64);
    let Some(implementer) = resource.implementer else {
        return match dtor {
            Dtor::Host(dtor) => dtor(store, val.rep),
            Dtor::Core(_) | Dtor::None => Ok(()),
        };
    };
    let entered = store.enter_from(implementer, caller)?;
    let end = run_destructor(store, implementer, move |store| match dtor {
        Dtor::Core(_) if on(Mutant::DtorIgnored) => Ok(()),
        Dtor::Core(func) => {
            let rep = if rep_64 { Val::I64(val.rep as i64) } else { Val::I32(val.rep as i32) };
            if on(Mutant::DtorTwice) {
                call_and_trap_on_throw(store, func, &[rep])?;
            }
            call_and_trap_on_throw(store, func, &[rep]).map(drop)
        }
        Dtor::Host(_) | Dtor::None => Ok(()),
    });
    let end = if on(Mutant::DtorTrapIgnored) { Ok(()) } else { end };
    store.leave(&entered, end)
}
