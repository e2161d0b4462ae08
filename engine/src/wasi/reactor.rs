//! Reactors: initialised once, before anything else enters them (rules P1-REA-*).

use super::{
    Program, Purpose, StartError, StartRules, command,
    kind::{Kind, KindError, classify},
    program::apply,
    rules::CommandAsLibrary,
};
use crate::{
    Extern, Linker, Module, Store,
    mutants::{Mutant, on},
    runtime::InstanceAddr,
    trace::{Cause, InstancePath},
};

/// Calls `_initialize`, and tells the trace by which rule: P1-REA-01 for a program of its own, P1-REA-04 before a
/// function that the user selected, P1-REA-08 before what depends on it.
pub(super) fn initialize(store: &mut Store, instance: InstanceAddr, purpose: Purpose) -> Result<(), StartError> {
    let rule = match purpose {
        Purpose::Main => "P1-REA-01",
        Purpose::Invoke => "P1-REA-04",
        Purpose::Library => "P1-REA-08",
    };
    let cause = Cause::HostRule(rule.to_owned());
    store.call_export(instance, "_initialize", &[], cause).map(drop).map_err(StartError::Initialize)
}

/// Starts `module` as a library and makes its exports available as those of the module `name`: to be called for each in
/// the order in which they are given (P1-REA-09), and before what imports them is instantiated (P1-REA-08).
///
/// A reactor is instantiated and initialised, and its instance is returned. A command gets a fresh instance for each call
/// (see [`command::link`]), and none is there yet.
///
/// # Errors
/// As [`Program::begin`], and [`KindError::CommandAsLibrary`]; `name` then has nothing new (P1-REA-05).
pub fn preload(
    store: &mut Store,
    linker: &mut Linker,
    name: &str,
    module: &Module,
    externs: &[Extern],
    path: InstancePath,
    rules: StartRules,
) -> Result<Option<InstanceAddr>, StartError> {
    let starts = classify(module, &rules, false)?;
    if starts.kind == Kind::Command {
        if rules.command_as_library == CommandAsLibrary::Reject {
            return Err(KindError::CommandAsLibrary.into());
        }
        for reading in &starts.readings {
            apply(store, &path, reading.rule, reading.reading);
        }
        apply(store, &path, "P1-CMD-09", "a fresh instance for each call");
        if on(Mutant::P1PreloadedCommandRuns) {
            Program::begin(store, module, externs, path.clone(), rules, Purpose::Library)?
                .run(store)
                .map_err(StartError::Initialize)?;
        }
        command::link(store, linker, name, module, externs, &path, starts.initialize);
        return Ok(None);
    }
    let program = Program::begin(store, module, externs, path, rules, Purpose::Library)?;
    linker.define_instance(store, name, program.instance());
    Ok(Some(program.instance()))
}
