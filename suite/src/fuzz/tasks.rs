//! Carries out plans of tasks on the reference engine.

use super::{Events, Judge, Verdict, component::as_planned, judge::alike};
use crate::{
    post_mortem,
    trace::{Cause, InstancePath, Level, Outcome, Phase, Trace},
};
use preflight_engine::{
    Config, Features, Store,
    component::{Component, ComponentLinker, HostItem},
};
use preflight_plan::tasks::TaskPlan;

impl Judge {
    /// Judges a normal plan of tasks: what is predicted is what every tier does.
    pub fn task(&self, plan: &TaskPlan) -> (Verdict, Vec<Trace>) {
        let expected = plan.expected();
        (self.task_against(&plan.to_wasm(), &expected), expected)
    }

    /// Judges a plan of tasks by what somebody says is to be expected.
    pub fn task_against(&self, bytes: &[u8], expected: &[Trace]) -> Verdict {
        for (name, config) in &self.tiers {
            let features = config.features
                | Features::COMPONENT_MODEL
                | Features::CM_ASYNC
                | Features::CM_ASYNC_STACKFUL
                | Features::CM_MORE_ASYNC_BUILTINS
                | Features::CM_THREADING
                | Features::CM_ERROR_CONTEXT;
            let config = Config { features, ..config.clone() };
            let component = match Component::new(&config, bytes) {
                Ok(component) => component,
                // The plan says that the component is valid.
                Err(error) => return Verdict::disagreed(format!("decode: {error}")),
            };
            let (actual, who) = (run(&component, &config), format!("predicted != {name} (task)"));
            let planned = || actual.first().map_or(Ok(()), |trace| as_planned(&component, trace));
            if let Err(verdict) = alike(expected, &actual, &who).and_then(|()| planned()) {
                return verdict;
            }
        }
        let mut verdict =
            Verdict::agreed(!expected.iter().all(|trace| matches!(trace.outcome, Outcome::Returned { .. })));
        verdict.checks.planned = true;
        verdict
    }
}

/// The instantiation, the call of `go`, and then whatever can still run.
fn run(component: &Component, config: &Config) -> Vec<Trace> {
    let mut store = Store::new(config);
    let mut linker = ComponentLinker::new();
    linker.define("log", HostItem::func(|_, _| Ok(Vec::new())));
    let events = Events::attach(&mut store);
    let trace = |store: &Store, outcome| {
        let post_mortem = post_mortem::examine_components(store, None);
        Trace { level: Level::Full, events: events.take(), outcome, post_mortem }
    };
    let end = store.instantiate_component(component, &linker, InstancePath::root());
    let outcome = match &end {
        Ok(_) => Outcome::Returned { values: Vec::new() },
        Err(error) => error.outcome(),
    };
    let mut traces = vec![trace(&store, outcome)];
    if let Ok(instance) = end {
        let outcome = match store.call_component(&instance, &["go"], &[], Cause::Invoke) {
            Ok(results) => Outcome::Returned { values: store.trace_component_values(&results) },
            Err(fault) => fault.outcome(Phase::Call),
        };
        traces.push(trace(&store, outcome));
    }
    let outcome = loop {
        match store.tick() {
            Ok(true) => {}
            Ok(false) => break Outcome::Returned { values: Vec::new() },
            Err(fault) => break fault.outcome(Phase::Call),
        }
    };
    traces.push(trace(&store, outcome));
    traces
}
