//! Commands: entered once in their life (rules P1-CMD-*).

use super::{Purpose, StartError, reactor};
use crate::{
    Caller, Extern, Linker, Module, Store, Val,
    error::{Fault, InstantiateError},
    mutants::{Mutant, Once},
    runtime::{InstanceAddr, TypeId},
    syntax::{ExternIndex, ExternType},
    trace::{Cause, InstancePath},
};
use std::{cell::Cell, rc::Rc};

/// The exit code of a run: 0 if it returned (P1-CMD-06), what `proc_exit` said (P1-CMD-07), `None` if it ended otherwise,
/// for which the host chooses one (P1-CMD-08).
pub fn exit_code(end: &Result<(), Fault>) -> Option<i32> {
    match end {
        Ok(()) => Some(0),
        Err(Fault::Exit(code)) => Some(*code),
        Err(_) => None,
    }
}

/// Calls the entry of a command, and tells the trace by which rule: P1-CMD-01, or P1-CMD-11 for the empty name. Its threads
/// end with it.
pub(super) fn run(store: &mut Store, instance: InstanceAddr, main: &str) -> Result<(), Fault> {
    let rule = if main.is_empty() { "P1-CMD-11" } else { "P1-CMD-01" };
    let end = store.call_export(instance, main, &[], Cause::HostRule(rule.to_owned())).map(drop);
    store.end_process();
    end
}

/// Makes the functions of a command available as those of the module `name`: each call instantiates it anew, start section
/// included, as `path/1`, `path/2` and so on (P1-CMD-09, P1-CMD-10). Exports that are no functions cannot be had, since
/// no instance lives long enough (P1-CMD-04).
pub fn link(
    store: &mut Store,
    linker: &mut Linker,
    name: &str,
    module: &Module,
    externs: &[Extern],
    path: &InstancePath,
    initialize: bool,
) {
    let fresh = Rc::new(Fresh {
        module: module.clone(),
        externs: externs.into(),
        path: path.clone(),
        initialize,
        made: Cell::new(0),
        once: Once::default(),
    });
    let declared = module.syntax().funcs.iter().map(|&ty| ExternType::Func(ty));
    let closed = store.close_externs(module, declared);
    for export in &module.syntax().exports {
        let ExternIndex::Func(index) = export.index else { continue };
        let ExternType::Func(closed) = closed[index as usize] else { continue };
        let (fresh, export_name) = (fresh.clone(), export.name.clone());
        let call = move |caller: &mut Caller<'_>, args: &[Val], results: &mut [Val]| {
            results.copy_from_slice(&fresh.call(caller.store(), &export_name, args)?);
            Ok(())
        };
        let func = store.alloc_func_of_type(TypeId::of(closed), format!("{name}.{}", export.name), call);
        linker.define(name, &export.name, Extern::Func(func));
    }
}

/// What makes fresh instances of a command.
struct Fresh {
    module: Module,
    externs: Box<[Extern]>,
    path: InstancePath,
    initialize: bool,
    made: Cell<u32>,
    once: Once<(), InstanceAddr>,
}

impl Fresh {
    fn call(&self, store: &mut Store, name: &str, args: &[Val]) -> Result<Vec<Val>, Fault> {
        if let Some(instance) = self.once.get(Mutant::P1CommandInstanceShared, &()) {
            return store.call_export(instance, name, args, Cause::HostRule("P1-CMD-09".to_owned()));
        }
        self.made.set(self.made.get() + 1);
        let path = self.path.child(&self.made.get().to_string());
        let instance = store.instantiate(&self.module, &self.externs, path).map_err(|error| match error {
            InstantiateError::Fault { fault, .. } => fault,
            InstantiateError::Link(error) => Fault::Usage(error.to_string()),
        })?;
        self.once.keep(Mutant::P1CommandInstanceShared, (), &instance);
        if self.initialize {
            reactor::initialize(store, instance, Purpose::Library).map_err(|error| match error {
                StartError::Initialize(fault) => fault,
                other => Fault::Usage(other.to_string()),
            })?;
        }
        store.call_export(instance, name, args, Cause::HostRule("P1-CMD-09".to_owned()))
    }
}
