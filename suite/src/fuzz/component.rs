//! Carries out a plan of components on the reference engine.

use super::{Class, Events, Judge, Verdict, judge::difference};
use crate::{
    post_mortem,
    trace::{InstancePath, Level, Outcome, Trace, TrapCode},
};
use preflight_engine::{
    Config, Fault, Features, Store,
    component::{Component, ComponentLinker, HostItem},
};
use preflight_plan::component::ComponentPlan;

impl Judge {
    /// Judges a normal plan of components: what is predicted is what every tier does.
    pub fn component(&self, plan: &ComponentPlan) -> (Verdict, Trace) {
        let expected = plan.expected();
        (self.component_against(&plan.to_wasm(), &expected), expected)
    }

    /// Judges a component by what somebody says is to be expected.
    pub fn component_against(&self, bytes: &[u8], expected: &Trace) -> Verdict {
        for (name, config) in &self.tiers {
            let config = Config {
                features: config.features | Features::COMPONENT_MODEL | Features::CM_VALUES,
                ..config.clone()
            };
            let component = match Component::new(&config, bytes) {
                Ok(component) => component,
                // The plan says that the component is valid.
                Err(error) => return Verdict::disagreed(format!("decode: {error}")),
            };
            let actual = run(&component, &config);
            if let Outcome::Unsupported { what } = actual.outcome {
                return Verdict { lacks: Some(what), ..Verdict::of(Class::Unsupported) };
            }
            if let Some(verdict) = difference(expected, &actual, &format!("predicted != {name} (component)"), 0) {
                return verdict;
            }
        }
        match expected.outcome {
            Outcome::Returned { .. } => Verdict::of(Class::Agreed),
            _ => Verdict { has_failure: true, ..Verdict::of(Class::AgreedOnFailure) },
        }
    }
}

fn run(component: &Component, config: &Config) -> Trace {
    let mut store = Store::new(config);
    let mut linker = ComponentLinker::new();
    linker.define("log", HostItem::func(|_, _| Ok(Vec::new())));
    linker.define("fail", HostItem::func(|_, _| Err(Fault::Trap(TrapCode::Host.into()))));
    let events = Events::attach(&mut store);
    let end = store.instantiate_component(component, &linker, InstancePath::root());
    let outcome = match &end {
        Ok(_) => Outcome::Returned { values: Vec::new() },
        Err(error) => error.outcome(),
    };
    let post_mortem = post_mortem::examine_components(&store, end.as_ref().ok());
    Trace { level: Level::Full, events: events.take(), outcome, post_mortem }
}
