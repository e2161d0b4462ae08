//! Calls from one component instance into another that are a straight line: the function is not `async`, it is lowered
//! without `async`, and no handle is among its values. What `canon_lower`, `Store.lift` and `canon_lift` do is then known
//! beforehand but for the values, so that it needs no subtask, no closures and no types flattened anew.
//!
//! Nothing can be seen of the difference: tasks, threads, locks, traps, their order and the fuel are those of
//! [`super::call`]. While events are recorded, calls go that way.

use super::super::{
    scope::Func,
    syntax::Name,
    task::{BorrowScope, InstId, Task, TaskId, TaskState},
    types::{FuncType, Kind, ValType},
    value::ComponentVal,
};
use super::{
    Context, Options, align_to, broken,
    flatten::{MAX_FLAT_PARAMS, MAX_FLAT_RESULTS},
    lift::{CoreValueIter, lift_flat},
    load::{load, load_pair},
    lower::{core_val, lower_flat},
    pay_values,
    plain::Plain,
    shape::{Shape, flatten_types},
    store::{store, store_pair},
    trap,
};
use crate::{
    Store,
    error::Fault,
    runtime::{FuncAddr, Val},
    syntax::ValType as CoreType,
    trace::TrapCode,
};
use std::rc::Rc;

/// A lowered function that is called so.
pub(crate) struct Direct {
    core: FuncAddr,
    post_return: Option<FuncAddr>,
    name: Name,
    ft: Rc<FuncType>,
    caller: Context,
    callee: Context,
    params: Types,
    results: Types,
}

/// Parameters or results.
struct Types {
    types: Box<[(ValType, Option<Plain>)]>,
    /// With 32-bit and with 64-bit pointers.
    forms: [Form; 2],
}

/// How they look as core values or, if there are too many, in memory.
struct Form {
    flat: Option<Vec<CoreType>>,
    tuple: Shape,
}

/// A value on its way.
enum Carried {
    Val(ComponentVal),
    /// The elements of a list.
    Elements(Vec<u8>),
}

impl Direct {
    /// The function `callee`, lowered by `caller` with `opts`, if it can be called so.
    pub fn of(callee: &Func, opts: &Rc<Options>, caller: InstId) -> Option<Direct> {
        let Func::Lifted { core, ft, opts: lift_opts, inst, name } = callee else { return None };
        if ft.is_async || opts.is_async || lift_opts.is_async {
            return None;
        }
        let (params, results) = (ft.param_types(), ft.result_types());
        if !params.iter().chain(&results).all(is_data) {
            return None;
        }
        let context = |opts: &Rc<Options>, inst| Context { opts: opts.clone(), inst, borrow_scope: BorrowScope::None };
        Some(Direct {
            core: *core,
            post_return: lift_opts.post_return,
            name: name.clone(),
            ft: ft.clone(),
            caller: context(opts, caller),
            callee: context(lift_opts, *inst),
            params: Types::new(params, MAX_FLAT_PARAMS),
            results: Types::new(results, MAX_FLAT_RESULTS),
        })
    }

    /// Whether a call can go so now: on its caller's stack.
    pub fn is_possible(&self, s: &Store) -> bool {
        s.may_use_callers_stack(self.callee.inst)
    }

    /// The call; `canon_lower` has checked that it may be made.
    pub fn call(&self, s: &mut Store, flat_args: &[Val], out: &mut [Val]) -> Result<(), Fault> {
        let entered = s.enter_from(self.callee.inst, Some(self.caller.inst))?;
        let task = Task::resolved_in_place(self.callee.inst, &self.ft, &self.callee.opts, &self.name);
        let task = s.components.tasks.insert(task);
        let end = s.run_on_callers_stack(task, |s| self.run(s, task, flat_args, out));
        s.leave(&entered, end)
    }

    /// `thread_func` of `canon_lift`, with `on_start` and `on_resolve` of `canon_lower`.
    fn run(&self, s: &mut Store, task: TaskId, flat_args: &[Val], out: &mut [Val]) -> Result<(), Fault> {
        s.enter_implicit_thread(task)?;
        s.components.task_mut(task)?.state = TaskState::Started;
        let mut args = CoreValueIter::new(flat_args);
        let mut callee_args = Few::default();
        self.params.pass(s, (&self.caller, &mut args), (&self.callee, &mut callee_args), None)?;
        let flat_results = call_core(s, self.core, callee_args.as_slice())?;
        let mut results = CoreValueIter::new(&flat_results);
        let mut caller_results = Few::default();
        let mut out_param = CoreValueIter::new(&flat_args[flat_args.len() - args.remaining()..]);
        let to = (&self.caller, &mut caller_results);
        self.results.pass(s, (&self.callee, &mut results), to, Some(&mut out_param))?;
        out.iter_mut().zip(caller_results.as_slice()).for_each(|(out, val)| *out = *val);
        // Nothing has been borrowed, and no built-in can have resolved the task before.
        s.components.task_mut(task)?.state = TaskState::Resolved;
        if let Some(post_return) = self.post_return {
            super::call::call_post_return(s, self.callee.inst, post_return, &flat_results)?;
        }
        s.exit_implicit_thread(task)
    }
}

/// Whether no handle of any kind is in a type.
fn is_data(ty: &ValType) -> bool {
    match ty {
        ValType::Own(_) | ValType::Borrow(_) | ValType::ErrorContext => false,
        ValType::Compound(compound) => {
            let mut is_all_data = !matches!(compound.kind, Kind::Stream(_) | Kind::Future(_));
            compound.kind.parts(&mut |ty| is_all_data &= is_data(ty));
            is_all_data
        }
        _ => true,
    }
}

/// `call_and_trap_on_throw`, of arguments that are of the function's type: they have just been lowered.
fn call_core(s: &mut Store, core: FuncAddr, args: &[Val]) -> Result<Vec<Val>, Fault> {
    match s.invoke_checked(core, args) {
        Err(Fault::Exception(_)) => trap(TrapCode::CanonicalAbi),
        end => end,
    }
}

impl Types {
    fn new(types: Vec<ValType>, max_flat: usize) -> Types {
        let form = |w| {
            let flat = flatten_types(&types, w).filter(|flat| flat.len() <= max_flat);
            Form { flat, tuple: Shape::record(types.iter(), w) }
        };
        let forms = [form(0), form(1)];
        let plain = |ty: &ValType| match ty {
            ValType::Compound(compound) => match &compound.kind {
                Kind::List(ty) => Plain::of(ty),
                _ => None,
            },
            _ => None,
        };
        let types = types.into_iter().map(|ty| {
            let plain = plain(&ty);
            (ty, plain)
        });
        Types { types: types.collect(), forms }
    }

    /// `lift_flat_values` with one context, then `lower_flat_values` with the other.
    fn pass(
        &self,
        s: &mut Store,
        from: (&Context, &mut CoreValueIter<'_>),
        to: (&Context, &mut Few),
        out_param: Option<&mut CoreValueIter<'_>>,
    ) -> Result<(), Fault> {
        if self.types.is_empty() {
            return Ok(());
        }
        s.components.reset_budget(s.limits.heap_bytes);
        if let [(ty, None)] = &*self.types {
            // One value needs no list of values.
            let val = Carried::Val(self.lift_one(s, from.0, from.1, ty)?);
            return self.lower(s, to, std::slice::from_ref(&val), out_param);
        }
        let vals = self.lift(s, from.0, from.1)?;
        self.lower(s, to, &vals, out_param)
    }

    fn lift_one(
        &self,
        s: &mut Store,
        cx: &Context,
        vi: &mut CoreValueIter<'_>,
        ty: &ValType,
    ) -> Result<ComponentVal, Fault> {
        let form = &self.forms[cx.opts.w];
        if form.flat.is_some() {
            return lift_flat(s, cx, vi, ty);
        }
        let ptr = vi.next_ptr(cx)?;
        cx.check_range(s, ptr, form.tuple.size, form.tuple.alignment)?;
        pay_values(s, 1)?;
        load(s, cx, ptr, ty)
    }

    fn lift(&self, s: &mut Store, cx: &Context, vi: &mut CoreValueIter<'_>) -> Result<Vec<Carried>, Fault> {
        let form = &self.forms[cx.opts.w];
        let mut vals = Vec::with_capacity(self.types.len());
        if form.flat.is_some() {
            for (ty, plain) in &self.types {
                vals.push(match plain {
                    Some(plain) => {
                        let (ptr, length) = (vi.next_ptr(cx)?, vi.next_ptr(cx)?);
                        Carried::Elements(plain.load(s, cx, ptr, length)?)
                    }
                    None => Carried::Val(lift_flat(s, cx, vi, ty)?),
                });
            }
            return Ok(vals);
        }
        let mut ptr = vi.next_ptr(cx)?;
        cx.check_range(s, ptr, form.tuple.size, form.tuple.alignment)?;
        pay_values(s, self.types.len() as u64)?;
        for (ty, plain) in &self.types {
            ptr = align_to(ptr, ty.alignment(cx.opts.w));
            vals.push(match plain {
                Some(plain) => {
                    pay_values(s, 1)?;
                    let (begin, length) = load_pair(s, cx, ptr)?;
                    Carried::Elements(plain.load(s, cx, begin, length)?)
                }
                None => Carried::Val(load(s, cx, ptr, ty)?),
            });
            ptr += ty.elem_size(cx.opts.w);
        }
        Ok(vals)
    }

    fn lower(
        &self,
        s: &mut Store,
        (cx, out): (&Context, &mut Few),
        vals: &[Carried],
        out_param: Option<&mut CoreValueIter<'_>>,
    ) -> Result<(), Fault> {
        let form = &self.forms[cx.opts.w];
        if let Some(form) = &form.flat {
            let mut flat = std::mem::take(&mut s.components.flat_scratch);
            flat.clear();
            for (val, (ty, plain)) in vals.iter().zip(&self.types) {
                match (val, plain) {
                    (Carried::Val(v), _) => lower_flat(s, cx, v, ty, &mut flat)?,
                    (Carried::Elements(bytes), Some(plain)) => {
                        let (ptr, length) = plain.store(s, cx, bytes)?;
                        flat.extend([ptr, length]);
                    }
                    (Carried::Elements(_), None) => return Err(broken("element type")),
                }
            }
            flat.iter().zip(form).for_each(|(bits, ty)| out.push(core_val(*bits, *ty)));
            s.components.flat_scratch = flat;
            return Ok(());
        }
        let mut ptr = match out_param {
            Some(vi) => vi.next()?,
            None => {
                let ptr = cx.allocate(s, form.tuple.alignment, form.tuple.size)?;
                out.push(cx.opts.ptr(ptr));
                ptr
            }
        };
        cx.check_range(s, ptr, form.tuple.size, form.tuple.alignment)?;
        for (val, (ty, plain)) in vals.iter().zip(&self.types) {
            pay_values(s, 1)?;
            ptr = align_to(ptr, ty.alignment(cx.opts.w));
            match (val, plain) {
                (Carried::Val(v), _) => store(s, cx, v, ty, ptr)?,
                (Carried::Elements(bytes), Some(plain)) => {
                    pay_values(s, 1)?;
                    let pair = plain.store(s, cx, bytes)?;
                    store_pair(s, cx, pair, ptr)?;
                }
                (Carried::Elements(_), None) => return Err(broken("element type")),
            }
            ptr += ty.elem_size(cx.opts.w);
        }
        Ok(())
    }
}

/// Core values that are not many: as many as are ever flat.
struct Few {
    vals: [Val; MAX_FLAT_PARAMS],
    len: usize,
}

impl Default for Few {
    fn default() -> Self {
        Few { vals: [Val::I32(0); MAX_FLAT_PARAMS], len: 0 }
    }
}

impl Few {
    fn push(&mut self, val: Val) {
        self.vals[self.len] = val;
        self.len += 1;
    }

    fn as_slice(&self) -> &[Val] {
        &self.vals[..self.len]
    }
}
