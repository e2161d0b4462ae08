//! Components of WASI 0.2 on the reference engine, by the rules of their start.

use super::{Failure, Run, program::unusable};
use crate::{
    script::Options,
    trace::{Cause, InstancePath, Outcome, Phase},
};
use preflight_engine::{
    Fault, Store,
    component::{Component, ComponentLinker},
    wasi::{
        World,
        p2::{self, Program, Purpose, StartRules},
    },
};
use std::{cell::RefCell, rc::Rc};

/// Instantiates the component, and enters it as `run` asks for.
pub(super) fn start(
    store: &mut Store,
    bytes: &[u8],
    run: &Run,
    options: &Options,
    world: Rc<RefCell<World>>,
) -> Result<Outcome, Box<Failure>> {
    let component = Component::new(&options.config, bytes).map_err(|error| unusable(&run.main, &error.to_string()))?;
    let mut linker = ComponentLinker::new();
    p2::add_to_linker(&mut linker, store, world, &[]);
    let purpose = if run.invoke.is_some() || run.times == 0 { Purpose::Instantiate } else { Purpose::Run };
    let path = InstancePath::root().child(&run.main);
    let begun = Program::begin(store, &component, &linker, path, StartRules::default(), purpose);
    Ok(match begun {
        Ok(program) => enter(store, program, run),
        Err(error) => error.outcome(),
    })
}

fn enter(store: &mut Store, mut program: Program, run: &Run) -> Outcome {
    let mut outcome = Outcome::Returned { values: Vec::new() };
    for _ in 0..run.times {
        outcome = match &run.invoke {
            Some(name) => invoke(store, &program, name),
            None => match program.run(store) {
                Ok(Ok(())) => Outcome::Returned { values: Vec::new() },
                // The exit code of a program whose `run` returns an error (P2-RUN-03).
                Ok(Err(())) => Fault::Exit(1).outcome(Phase::Call),
                Err(fault) => fault.outcome(Phase::Call),
            },
        };
    }
    outcome
}

fn invoke(store: &mut Store, program: &Program, name: &str) -> Outcome {
    let instance = program.instance().clone();
    match store.call_component(&instance, &[name], &[], Cause::Invoke) {
        Ok(results) => Outcome::Returned { values: store.trace_component_values(&results) },
        Err(fault) => fault.outcome(Phase::Call),
    }
}
