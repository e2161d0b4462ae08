//! CanonicalABI.md, *canon lift*, *canon lower* and *canon resource.drop*: calls into and out of component instances.

use super::super::{
    resource::{Dtor, ResourceVal},
    scope::Func,
    task::{BorrowScope, InstId, OnResolve, OnStart, Subtask},
    types::{FuncType, ValType},
    value::{ComponentVal, check_values},
};
use super::{
    Context, Options, broken,
    flatten::{MAX_FLAT_ASYNC_PARAMS, MAX_FLAT_PARAMS, MAX_FLAT_RESULTS},
    lift::{CoreValueIter, lift_flat_values},
    lower::lower_flat_values,
    trap, trap_if,
};
use crate::mutants::{Mutant, on};
use crate::{
    Store,
    error::Fault,
    runtime::{FuncAddr, Val},
    trace::{Event, TrapCode},
};
use std::{cell::RefCell, rc::Rc};

/// `call_and_trap_on_throw`.
fn call_and_trap_on_throw(store: &mut Store, callee: FuncAddr, args: &[Val]) -> Result<Vec<Val>, Fault> {
    match store.invoke(callee, args) {
        Err(Fault::Exception(_)) => trap(TrapCode::CanonicalAbi),
        end => end,
    }
}

/// Calls a component function: `Store.lift` for those of guests.
pub(crate) fn call_func(
    store: &mut Store,
    func: &Rc<Func>,
    caller: Option<InstId>,
    on_start: OnStart,
    on_resolve: OnResolve,
) -> Result<(), Fault> {
    match &**func {
        Func::Lifted { core, ft, opts, inst, name } => {
            let entered = store.enter_from(*inst, caller)?;
            let depth = store.components.tasks.len();
            let lift = Lift { core: *core, ft, opts, inst: *inst, name };
            let end = lift.run(store, on_start, on_resolve);
            store.components.tasks.truncate(depth);
            match &end {
                Ok(()) => store.leave_to(&entered),
                Err(_) if on(Mutant::CallLockSkipped) => store.leave_to(&entered),
                Err(_) => store.lock(&entered),
            }
            end
        }
        Func::Host { name, ft, call } => {
            let args = on_start(store)?;
            let at = caller.map(|id| store.components.instance(id).path.clone()).unwrap_or_default();
            if store.is_recording() {
                let (at, name, args) = (at.clone(), name.to_string(), trace(store, &args));
                store.record(|| Event::HostCalled { at, name, args });
            }
            let results = call(store, &args)?;
            check_values(&format!("results of {name:?}"), &results, &ft.result_types())?;
            if store.is_recording() {
                let (name, results) = (name.to_string(), trace(store, &results));
                store.record(|| Event::HostReturned { at, name, results });
            }
            on_resolve(store, results)
        }
    }
}

fn trace(store: &Store, vals: &[ComponentVal]) -> Vec<crate::trace::Value> {
    vals.iter().map(|val| val.trace(&store.components)).collect()
}

fn record_values(store: &mut Store, inst: InstId, lifted: bool, what: impl FnOnce() -> String, vals: &[ComponentVal]) {
    if store.is_recording() && !vals.is_empty() {
        let (at, values) = (store.components.instance(inst).path.clone(), trace(store, vals));
        let what = what();
        store.record(|| if lifted { Event::Lifted { at, what, values } } else { Event::Lowered { at, what, values } });
    }
}

/// The parts of a `canon lift` definition.
struct Lift<'a> {
    core: FuncAddr,
    ft: &'a Rc<FuncType>,
    opts: &'a Rc<Options>,
    inst: InstId,
    name: &'a str,
}

/// `CallbackCode`.
mod callback_code {
    pub const EXIT: u32 = 0;
    pub const YIELD: u32 = 1;
    pub const WAIT: u32 = 2;
}

impl Lift<'_> {
    /// `canon_lift`.
    fn run(&self, store: &mut Store, on_start: OnStart, on_resolve: OnResolve) -> Result<(), Fault> {
        if self.ft.is_async && store.components.instance(self.inst).backpressure > 0 {
            return Err(Fault::Unsupported("a call that waits for backpressure".to_owned()));
        }
        let task = store.components.push_task(self.inst, self.ft.clone(), self.opts.clone(), on_resolve);
        let cx = Context { opts: self.opts.clone(), inst: self.inst, borrow_scope: BorrowScope::Task(task) };
        let args = on_start(store)?;
        let flat_args = lower_flat_values(store, &cx, MAX_FLAT_PARAMS, &args, &self.ft.param_types(), None)?;
        record_values(store, self.inst, false, || format!("{} params", self.name), &args);
        if self.opts.is_async {
            self.run_async(store, &flat_args)?;
        } else {
            self.run_sync(store, &cx, &flat_args)?;
        }
        // The last thread leaves: the task has to be resolved (`unregister_thread`).
        trap_if(store.components.current_task()?.on_resolve.is_some(), TrapCode::CanonicalAbi)?;
        store.components.tasks.pop();
        Ok(())
    }

    fn run_sync(&self, store: &mut Store, cx: &Context, flat_args: &[Val]) -> Result<(), Fault> {
        let flat_results = call_and_trap_on_throw(store, self.core, flat_args)?;
        if on(Mutant::PostReturnEarly) {
            self.post_return(store, &flat_results)?;
        }
        let mut vi = CoreValueIter::new(&flat_results);
        let result = lift_flat_values(store, cx, MAX_FLAT_RESULTS, &mut vi, &self.ft.result_types())?;
        record_values(store, self.inst, true, || format!("{} result", self.name), &result);
        task_return(store, result)?;
        if !on(Mutant::PostReturnEarly) && !on(Mutant::PostReturnSkipped) {
            self.post_return(store, &flat_results)?;
        }
        Ok(())
    }

    fn post_return(&self, store: &mut Store, flat_results: &[Val]) -> Result<(), Fault> {
        if let Some(post_return) = self.opts.post_return {
            // `may_leave` stays cleared if this traps: nobody gets in again to see it.
            store.components.instance_mut(self.inst).may_leave = on(Mutant::PostReturnMayLeave);
            call_and_trap_on_throw(store, post_return, flat_results)?;
            store.components.instance_mut(self.inst).may_leave = true;
        }
        Ok(())
    }

    fn run_async(&self, store: &mut Store, flat_args: &[Val]) -> Result<(), Fault> {
        let packed = call_and_trap_on_throw(store, self.core, flat_args)?;
        let Some(callback) = self.opts.callback else { return Ok(()) };
        let mut packed = packed;
        loop {
            let code = packed.first().copied().map(super::bits).unwrap_or_default() as u32;
            match code & 0xf {
                callback_code::EXIT => return Ok(()),
                // No other thread is ready: `wait_until` may return at once.
                callback_code::YIELD => {
                    store.components.current_task()?.count_yield()?;
                    packed = call_and_trap_on_throw(store, callback, &[Val::I32(0), Val::I32(0), Val::I32(0)])?;
                }
                callback_code::WAIT => return Err(Fault::Unsupported("a callback that waits".to_owned())),
                _ => return trap(TrapCode::CanonicalAbi),
            }
        }
    }
}

/// `Task.return_`.
pub(super) fn task_return(store: &mut Store, result: Vec<ComponentVal>) -> Result<(), Fault> {
    let task = store.components.current_task()?;
    let num_borrows = task.num_borrows;
    let Some(on_resolve) = task.on_resolve.take() else { return trap(TrapCode::CanonicalAbi) };
    trap_if(num_borrows > 0, TrapCode::InvalidHandle)?;
    on_resolve(store, result)
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
    store.components.push_task(inst, Rc::default(), Rc::default(), Box::new(|_, _| Ok(())));
    let results = call_and_trap_on_throw(store, callee, args)?;
    store.components.tasks.pop();
    store.components.instance_mut(inst).may_leave = true;
    Ok(results)
}

/// The task of a core start function: its type is `(func)` (Concurrency.md, *Interaction with the start function*).
/// What it returns goes to [`leave_start`].
pub(crate) fn enter_start(store: &mut Store, inst: InstId) -> usize {
    let depth = store.components.tasks.len();
    store.components.push_task(inst, Rc::default(), Rc::default(), Box::new(|_, _| Ok(())));
    depth
}

/// The start function's task is over.
pub(crate) fn leave_start(store: &mut Store, depth: usize) {
    store.components.tasks.truncate(depth);
}

/// `canon_lower`, called by core code of `inst`.
pub(crate) fn canon_lower(
    store: &mut Store,
    callee: &Rc<Func>,
    opts: &Rc<Options>,
    inst: InstId,
    flat_args: &[Val],
) -> Result<Vec<Val>, Fault> {
    super::builtin::check_current(store, inst)?;
    trap_if(!store.components.instance(inst).may_leave, TrapCode::CannotLeave)?;
    if let Func::Lifted { inst: callee, .. } = &**callee {
        store.check_relatives(*callee, inst)?;
    }
    let ft = callee.ft().clone();
    if ft.is_async && !opts.is_async {
        store.check_blocking(inst)?;
    }
    let subtask = Rc::new(RefCell::new(Subtask::default()));
    let cx = Context { opts: opts.clone(), inst, borrow_scope: BorrowScope::Subtask(subtask.clone()) };
    let (max_params, max_results) =
        if opts.is_async { (MAX_FLAT_ASYNC_PARAMS, 0) } else { (MAX_FLAT_PARAMS, MAX_FLAT_RESULTS) };
    let args: Rc<[Val]> = flat_args.into();
    let consumed = Rc::new(std::cell::Cell::new(0));
    let on_start: OnStart = {
        let (cx, ft, callee, args, consumed) = (cx.clone(), ft.clone(), callee.clone(), args.clone(), consumed.clone());
        Box::new(move |store| {
            let mut vi = CoreValueIter::new(&args);
            let vals = lift_flat_values(store, &cx, max_params, &mut vi, &ft.param_types())?;
            consumed.set(args.len() - vi.remaining());
            record_values(store, cx.inst, true, || format!("{} params", callee.name()), &vals);
            Ok(vals)
        })
    };
    let on_resolve: OnResolve = {
        let (cx, ft, callee, subtask) = (cx.clone(), ft.clone(), callee.clone(), subtask.clone());
        Box::new(move |store, vals| {
            let mut out = CoreValueIter::new(&args[consumed.get()..]);
            let types: Vec<ValType> = ft.result_types();
            let flat = lower_flat_values(store, &cx, max_results, &vals, &types, Some(&mut out))?;
            record_values(store, cx.inst, false, || format!("{} result", callee.name()), &vals);
            subtask.borrow_mut().flat_results = Some(flat);
            Ok(())
        })
    };
    call_func(store, callee, Some(inst), on_start, on_resolve)?;
    deliver_resolve(store, &subtask)?;
    let flat_results = subtask.borrow_mut().flat_results.take();
    if opts.is_async {
        /// `Subtask.State.RETURNED`.
        const RETURNED: i32 = 2;
        return Ok(vec![Val::I32(RETURNED)]);
    }
    Ok(flat_results.unwrap_or_default())
}

/// `Subtask.deliver_resolve`.
fn deliver_resolve(store: &mut Store, subtask: &RefCell<Subtask>) -> Result<(), Fault> {
    for (inst, i) in std::mem::take(&mut subtask.borrow_mut().lenders) {
        let handle = store.components.instance_mut(inst).handles.get_mut(i)?;
        handle.num_lends = handle.num_lends.saturating_sub(1);
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
    let depth = store.components.tasks.len();
    store.components.push_task(implementer, Rc::default(), Rc::default(), Box::new(|_, _| Ok(())));
    let end = match dtor {
        Dtor::Core(_) if on(Mutant::DtorIgnored) => Ok(()),
        Dtor::Core(func) => {
            let rep = if rep_64 { Val::I64(val.rep as i64) } else { Val::I32(val.rep as i32) };
            if on(Mutant::DtorTwice) {
                call_and_trap_on_throw(store, func, &[rep])?;
            }
            call_and_trap_on_throw(store, func, &[rep]).map(drop)
        }
        Dtor::Host(_) | Dtor::None => Ok(()),
    };
    store.components.tasks.truncate(depth);
    match &end {
        Ok(()) => store.leave_to(&entered),
        Err(_) => store.lock(&entered),
    }
    end
}
