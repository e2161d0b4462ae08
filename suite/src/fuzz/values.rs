//! Carries out plans of values on the reference engine.

use super::{Events, Judge, Verdict, component::instantiate, judge::alike};
use crate::trace::{Cause, Level, Outcome, Phase, PostMortem, Trace};
use preflight_engine::{
    Config, Features, Store,
    component::{Component, ComponentLinker, ComponentVal, HostItem},
};
use preflight_plan::values::ValuePlan;

/// What components of plans of values and of plans of components make use of.
pub(super) const FEATURES: Features = Features::COMPONENT_MODEL
    .union(Features::CM_VALUES)
    .union(Features::CM_FIXED_LENGTH_LISTS)
    .union(Features::CM_MAP)
    .union(Features::CM64);

impl Judge {
    /// Judges a normal plan of a value: what is predicted is what every tier does. The host reads the value from text.
    pub fn value(&self, plan: &ValuePlan) -> (Verdict, Vec<Trace>) {
        let expected = plan.expected();
        (self.value_against(plan, &expected), expected)
    }

    /// Judges a plan of a value by what somebody says is to be expected.
    pub fn value_against(&self, plan: &ValuePlan, expected: &[Trace]) -> Verdict {
        let bytes = plan.to_wasm();
        if plan.across.is_some() {
            return match expected {
                [expected] => self.component_as(&bytes, expected, "value across"),
                _ => Verdict::disagreed("predicted != one instantiation (value across)".to_owned()),
            };
        }
        for (name, config) in &self.tiers {
            let config = Config { features: config.features | FEATURES, ..config.clone() };
            let actual = match run(plan, &bytes, &config) {
                Ok(actual) => actual,
                // The plan says that the component is valid, and that the text is a value.
                Err(error) => return Verdict::disagreed(error),
            };
            let who = format!("predicted != {name} (value)");
            if let Err(verdict) = alike(expected, &actual, &who) {
                return verdict;
            }
        }
        Verdict::agreed(expected.first().is_some_and(|trace| !matches!(trace.outcome, Outcome::Returned { .. })))
    }
}

fn run(plan: &ValuePlan, bytes: &[u8], config: &Config) -> Result<Vec<Trace>, String> {
    let component = Component::new(config, bytes).map_err(|error| format!("decode: {error}"))?;
    let mut store = Store::new(config);
    let mut linker = ComponentLinker::new();
    linker.define("show", HostItem::func(|_, _| Ok(Vec::new())));
    let events = Events::attach(&mut store);
    let (trace, instance) = instantiate(&mut store, &component, &linker, &events);
    let mut traces = vec![trace];
    let Some(instance) = instance else { return Ok(traces) };
    let param = instance.func_type(&["echo"]).and_then(|ty| ty.params.first().map(|param| param.ty.clone()));
    let param = param.ok_or("echo has no parameter")?;
    let arg = ComponentVal::from_wave(&plan.wave(), &param).map_err(|error| format!("wave: {error}"))?;
    if ComponentVal::from_wave(&arg.to_wave(), &param).ok().as_ref() != Some(&arg) {
        return Err("wave: what is written is read as another value".to_owned());
    }
    let outcome = match store.call_component(&instance, &["echo"], &[arg], Cause::Invoke) {
        Ok(results) => Outcome::Returned { values: store.trace_component_values(&results) },
        Err(fault) => fault.outcome(Phase::Call),
    };
    traces.push(Trace { level: Level::Full, events: events.take(), outcome, post_mortem: PostMortem::default() });
    Ok(traces)
}
