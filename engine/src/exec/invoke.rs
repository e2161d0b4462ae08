//! Core spec, *Invocation* (`#exec-invocation`).

use crate::{
    Store,
    config::Tier,
    error::Fault,
    exec::Entered,
    interp, mutants,
    runtime::{Caller, Extern, FuncAddr, FuncKind, InstanceAddr, Val},
    trace::{Cause, Event, Phase, Resource},
};

impl Store {
    /// Calls a function (core `#exec-invocation`). Nothing is recorded of the call itself, only of what it does.
    ///
    /// # Errors
    /// [`Fault::Usage`] if the arguments are not of the function's type, otherwise how the call ended.
    pub fn invoke(&mut self, func: FuncAddr, args: &[Val]) -> Result<Vec<Val>, Fault> {
        let args = mutants::before_call(self, args)?;
        self.invoke_from(None, func, &args)
    }

    /// Calls the export `name` of `instance` and records the call, with who made it and why, and its end.
    ///
    /// # Errors
    /// [`Fault::Usage`] if there is no such function or the arguments are not of its type, otherwise how the call ended.
    pub fn call_export(
        &mut self,
        instance: InstanceAddr,
        name: &str,
        args: &[Val],
        cause: Cause,
    ) -> Result<Vec<Val>, Fault> {
        let Some(Extern::Func(func)) = self.export(instance, name) else {
            return Err(Fault::Usage(format!("{} exports no function {name:?}", self.path(instance))));
        };
        let at = self.path(instance).clone();
        let values = |store: &Store, values: &[Val]| values.iter().map(|value| store.trace_value(*value)).collect();
        if self.is_recording() {
            let args = values(self, args);
            self.record(|| Event::Called { at: at.clone(), name: name.to_owned(), args, cause });
        }
        let result =
            self.inside(|store| Entered::export(store.path(instance), name, func), |store| store.invoke(func, args));
        #[cfg(feature = "wasi")]
        let result = self.settle_threads(result);
        match &result {
            Ok(results) if self.is_recording() => {
                let results = values(self, results);
                self.record(|| Event::Returned { at, name: name.to_owned(), results });
            }
            Ok(_) => {}
            Err(fault) => self.record_fault(&at, Phase::Call, fault),
        }
        result
    }

    /// Calls a function on behalf of `caller` (an instance whose start function this is) or of the embedder.
    pub(crate) fn invoke_from(
        &mut self,
        caller: Option<InstanceAddr>,
        func: FuncAddr,
        args: &[Val],
    ) -> Result<Vec<Val>, Fault> {
        let ty = self.func_type(func);
        if ty.params.len() != args.len() {
            let (expected, actual) = (ty.params.len(), args.len());
            return Err(Fault::Usage(format!("the function takes {expected} arguments, {actual} were given")));
        }
        if !args.is_empty() {
            let params = ty.params.clone();
            for (arg, ty) in args.iter().zip(&params) {
                self.check_val(*arg, *ty)?;
            }
        }
        if self.host_depth == 0 {
            self.thrown.clear();
        }
        let end = self.enter(caller, func, args);
        if let Err(Fault::Exception(exn)) = &end {
            // The embedder holds it now, and may hand it back to a caller that catches it.
            self.thrown.push(*exn);
        }
        end
    }

    /// As [`invoke`](Self::invoke), of arguments that are of the function's type for sure. An exception that this ends with
    /// is not kept alive.
    #[cfg(feature = "component")]
    pub(crate) fn invoke_checked(&mut self, func: FuncAddr, args: &[Val]) -> Result<Vec<Val>, Fault> {
        if self.host_depth == 0 {
            self.thrown.clear();
        }
        self.enter(None, func, args)
    }

    /// Runs a function on the store's tier, or the host's; the arguments have been checked.
    fn enter(&mut self, caller: Option<InstanceAddr>, func: FuncAddr, args: &[Val]) -> Result<Vec<Val>, Fault> {
        match self.funcs[func.0 as usize].kind {
            FuncKind::Wasm { instance, index } => match self.tier {
                Tier::Interp => interp::call(self, instance, index, args),
                #[cfg(feature = "jit")]
                Tier::Jit => crate::jit::call(self, instance, index, args),
            },
            FuncKind::Host(index) => {
                self.pay_entry()?;
                let results = self.host_funcs[index as usize].ty.results.clone();
                let mut results: Vec<Val> = results.iter().map(|ty| Val::default_of(*ty)).collect();
                self.call_host(caller, index, args, &mut results)?;
                Ok(results)
            }
        }
    }

    /// Pays for a function that is entered from outside; the tiers pay for their own.
    fn pay_entry(&mut self) -> Result<(), Fault> {
        self.pay(1)
    }

    /// Pays `units` of fuel for work outside both tiers.
    pub(crate) fn pay(&mut self, units: u64) -> Result<(), Fault> {
        if self.fuel != u64::MAX {
            self.fuel = self.fuel.checked_sub(units).ok_or(Fault::Exhausted(Resource::Fuel))?;
        }
        Ok(())
    }

    /// Calls a host function and records it, with arguments and results.
    pub(crate) fn call_host(
        &mut self,
        caller: Option<InstanceAddr>,
        index: u32,
        args: &[Val],
        results: &mut [Val],
    ) -> Result<(), Fault> {
        let func = self.host_funcs[index as usize].clone();
        let at = || caller.map(|instance| self.path(instance).clone()).unwrap_or_default();
        let at = if self.is_recording() && !func.canon { Some(at()) } else { None };
        if let Some(at) = at.clone() {
            let args = args.iter().map(|arg| self.trace_value(*arg)).collect();
            self.record(|| Event::HostCalled { at, name: func.name.to_string(), args });
        }
        if self.host_depth >= self.limits.host_depth {
            return Err(Fault::Exhausted(Resource::Stack));
        }
        #[cfg(feature = "component")]
        if self.components.is_stack_used_up() {
            return Err(Fault::Exhausted(Resource::Stack));
        }
        self.host_depth += 1;
        let end = (func.call)(&mut Caller { store: self, instance: caller }, args, results);
        self.host_depth -= 1;
        end?;
        for (result, ty) in results.iter().zip(&func.ty.results) {
            self.check_val(*result, *ty)?;
        }
        if let Some(at) = at {
            let results = results.iter().map(|result| self.trace_value(*result)).collect();
            self.record(|| Event::HostReturned { at, name: func.name.to_string(), results });
        }
        Ok(())
    }
}
