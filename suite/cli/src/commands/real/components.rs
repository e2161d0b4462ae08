//! Components: brought up on the host of WASI 0.2, then run, or called by the steps.

use super::{
    manifest::{Program, Step},
    steps::StepsEnd,
};
use crate::run::Setup;
use anyhow::{Context, anyhow};
use preflight::post_mortem;
use preflight_engine::{
    Config, Fault, Store,
    component::{Component, ComponentInstance, ComponentLinker, ComponentVal, Field},
    trace::{Cause, InstancePath, Outcome, Phase, PostMortem},
    wasi::{World, p2},
};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

/// A component that comes up.
pub struct Session {
    /// The store.
    pub store: Store,
    /// The world outside.
    pub world: Rc<RefCell<World>>,
    linker: ComponentLinker,
    root: Option<ComponentInstance>,
}

impl Session {
    /// Nothing has run yet. Imports that are not of WASI get stubs.
    pub fn new(config: &Config, setup: &Setup) -> Self {
        let (mut store, mut linker) = (Store::new(config), ComponentLinker::new());
        linker.stub_imports(true);
        let world = Rc::new(RefCell::new(setup.world()));
        // The host lives as long as the linker that it is in.
        p2::add_to_linker(&mut linker, &mut store, world.clone(), &[]);
        Session { store, world, linker, root: None }
    }

    /// Instantiates the component, then runs it or makes the steps; how that ended, and what was not as the manifest says.
    pub fn run(&mut self, program: &Program, component: &Component) -> (Outcome, Vec<String>) {
        let purpose = if program.step.is_empty() { p2::Purpose::Run } else { p2::Purpose::Instantiate };
        let (path, rules) = (InstancePath::root(), p2::StartRules::default());
        let begun = p2::Program::begin(&mut self.store, component, &self.linker, path, rules, purpose);
        let mut begun = match begun {
            Ok(begun) => begun,
            Err(error) => return (error.outcome(), vec![error.to_string()]),
        };
        self.root = Some(begun.instance().clone());
        if program.step.is_empty() {
            return match begun.run(&mut self.store) {
                Ok(end) => (Outcome::Exit { code: i32::from(end.is_err()) }, Vec::new()),
                Err(fault) => (fault.outcome(Phase::Call), vec![]),
            };
        }
        match self.steps(program, begun.instance()) {
            Ok(()) => (Outcome::Returned { values: Vec::new() }, Vec::new()),
            Err(StepsEnd::Fault(fault)) => (fault.outcome(Phase::Call), vec![fault.to_string()]),
            Err(StepsEnd::Unexpected(what)) => (Outcome::Returned { values: Vec::new() }, vec![what]),
        }
    }

    /// What can be reached now.
    pub fn post_mortem(&self) -> PostMortem {
        post_mortem::examine_components(&self.store, self.root.as_ref())
    }

    fn steps(&mut self, program: &Program, root: &ComponentInstance) -> Result<(), StepsEnd> {
        let mut saved: BTreeMap<&str, ComponentVal> = BTreeMap::new();
        for (index, step) in program.step.iter().enumerate() {
            let wrong = |what: String| StepsEnd::Unexpected(format!("step {}: {what}", index + 1));
            let Step::Call { call, args, save, returns } = step else {
                return Err(wrong(
                    "a component has no memory to read or write; only `call` is for components".to_owned(),
                ));
            };
            let args = self.arguments(root, call, args, &saved).map_err(|error| wrong(format!("{error:#}")))?;
            let path: Vec<&str> = call.split('#').collect();
            let called = self.store.call_component(root, &path, &args, Cause::Invoke);
            let results = called.map_err(|fault| match fault {
                Fault::Usage(what) => wrong(what),
                fault => StepsEnd::Fault(fault),
            })?;
            let shown: Vec<String> = results.iter().map(ComponentVal::to_wave).collect();
            if let Some(expected) = returns
                && shown.join(" ") != *expected
            {
                return Err(wrong(format!("{call} returned {}, expected {expected}", shown.join(" "))));
            }
            if let (Some(name), Some(result)) = (save, results.into_iter().next()) {
                saved.insert(name, result);
            }
        }
        Ok(())
    }

    /// Arguments in WAVE, or `$NAME` for what was saved; `$NAME.ok` is what is in a result that is `ok`.
    fn arguments(
        &self,
        root: &ComponentInstance,
        call: &str,
        args: &[String],
        saved: &BTreeMap<&str, ComponentVal>,
    ) -> anyhow::Result<Vec<ComponentVal>> {
        let funcs = root.funcs();
        let ty = funcs.iter().find(|(path, _)| path.join("#") == call).map(|(_, ty)| ty);
        let ty = ty.with_context(|| format!("there is no exported function {call}"))?;
        let argument = |(text, param): (&String, &Field)| -> anyhow::Result<ComponentVal> {
            let Some(name) = text.strip_prefix('$') else {
                return Ok(ComponentVal::from_wave(text, &param.ty)?);
            };
            let (name, is_ok) = name.strip_suffix(".ok").map_or((name, false), |name| (name, true));
            let val = saved.get(name).cloned().with_context(|| format!("nothing has been saved as {name:?}"))?;
            match val {
                ComponentVal::Result(Ok(Some(val))) if is_ok => Ok(*val),
                other if is_ok => Err(anyhow!("{name} is {}, and not ok", other.to_wave())),
                val => Ok(val),
            }
        };
        args.iter().zip(&ty.params).map(argument).collect()
    }
}
