//! Carries out a plan of components on the reference engine.

use super::{Checks, Class, Events, Judge, Verdict, judge::difference, planned, text_of, values::FEATURES};
use crate::{
    post_mortem,
    reading::{self, Reading},
    trace::{Event, InstancePath, Level, Outcome, Trace, TrapCode, Value},
};
use preflight_engine::{
    Config, Fault, Store,
    component::{Component, ComponentInstance, ComponentLinker, ComponentVal, HostItem, Readings},
};
use preflight_plan::{
    component::{self as plan, ComponentPlan},
    resources::ResourcePlan,
};
use std::{cell::RefCell, rc::Rc};

impl Judge {
    /// Judges a normal plan of components by every oracle: what is predicted is what every tier does.
    pub fn component(&self, plan: &ComponentPlan) -> (Verdict, Trace) {
        self.component_by(plan, Checks::ALL)
    }

    /// As [`component`](Self::component), with these oracles only besides the comparison of traces.
    pub fn component_by(&self, plan: &ComponentPlan, checks: Checks) -> (Verdict, Trace) {
        let (expected, bytes) = (plan.expected(), plan.to_wasm());
        let mut verdict = self.component_against(plan, &bytes, &expected);
        if checks.text && verdict.is_compared && verdict.finding.is_none() {
            // wasmprinter has no words for values and for a second start definition: those have no round trip, and the count
            // of the oracle says so.
            if let Ok(again) = text_of(&bytes) {
                let from_text =
                    self.first_tier().component_as(&again, readings(plan), &expected, "component from text");
                if from_text.finding.is_some() {
                    return (from_text, expected);
                }
                verdict.checks.text = true;
            }
        }
        (verdict, expected)
    }

    /// Judges a normal plan of resources: what is predicted is what every tier does.
    pub fn resource(&self, plan: &ResourcePlan) -> (Verdict, Trace) {
        let expected = plan.expected();
        (self.component_as(&plan.to_wasm(), Readings::default(), &expected, "resources"), expected)
    }

    /// Judges a plan of components, given in binary form too, by what somebody says is to be expected.
    pub fn component_against(&self, plan: &ComponentPlan, bytes: &[u8], expected: &Trace) -> Verdict {
        self.component_as(bytes, readings(plan), expected, "component")
    }

    pub(super) fn component_as(&self, bytes: &[u8], readings: Readings, expected: &Trace, what: &str) -> Verdict {
        for (name, config) in &self.tiers {
            let config = Config { features: config.features | FEATURES, ..config.clone() };
            let component = match Component::new(&config, bytes) {
                Ok(component) => component,
                // The plan says that the component is valid.
                Err(error) => return Verdict::not_decoded(error),
            };
            let actual = run(&component, &config, readings, true).0;
            if let Outcome::Unsupported { what } = actual.outcome {
                return Verdict::unsupported(what);
            }
            if let Some(verdict) = difference(expected, &actual, &format!("predicted != {name} ({what})"), 0) {
                return verdict;
            }
            if let Err(verdict) = as_planned(&component, &actual) {
                return verdict;
            }
            if let Some(verdict) = unobserved(&component, &config, readings, expected, &format!("{name} ({what})")) {
                return verdict;
            }
        }
        let mut verdict = match expected.outcome {
            Outcome::Invalid => Verdict { is_compared: true, ..Verdict::of(Class::Invalid) },
            _ => Verdict::agreed(!matches!(expected.outcome, Outcome::Returned { .. })),
        };
        verdict.checks.planned = true;
        verdict
    }
}

/// The engine's settings for the reading of the plan.
fn readings(plan: &ComponentPlan) -> Readings {
    let chosen: Vec<Reading> = plan.reading.map(by_name).into_iter().collect();
    reading::readings(&chosen)
}

/// The suite's word for the plan's.
pub(super) fn by_name(reading: plan::Reading) -> Reading {
    match reading {
        plan::Reading::OneStart => Reading::OneStart,
        plan::Reading::LatePostReturn => Reading::PostReturnLast,
        plan::Reading::StoreLockdown => Reading::LockStore,
        plan::Reading::PassingException => Reading::ExceptionPasses,
        plan::Reading::DroppedHandles => Reading::DropDeadHandles,
        plan::Reading::NoRelatives => Reading::TrapRelatives,
    }
}

/// Whether the instantiation did what the component's static plan says.
///
/// # Errors
/// The verdict if it did not.
pub(super) fn as_planned(component: &Component, trace: &Trace) -> Result<(), Verdict> {
    let is_complete = matches!(trace.outcome, Outcome::Returned { .. });
    match planned::unlike(component, &trace.events, is_complete) {
        Some(what) => Err(Verdict::disagreed(format!("static plan != trace: {what}"))),
        None => Ok(()),
    }
}

/// Without anybody who records its steps, the engine takes shorter ways through calls between components: it ends the same, calls
/// the host with the same arguments, and leaves the same.
fn unobserved(
    component: &Component,
    config: &Config,
    readings: Readings,
    expected: &Trace,
    who: &str,
) -> Option<Verdict> {
    let (actual, called) = run(component, config, readings, false);
    let args = |event: &Event| match event {
        Event::HostCalled { args, .. } => Some(args.clone()),
        _ => None,
    };
    let who = format!("predicted != {who}, not recorded");
    if called != expected.events.iter().filter_map(args).collect::<Vec<_>>() {
        return Some(Verdict::disagreed(format!("{who}: calls of the host")));
    }
    difference(&Trace { events: Vec::new(), ..expected.clone() }, &actual, &who, 0)
}

/// What happens, if it is recorded, and the arguments of all calls of the host.
fn run(component: &Component, config: &Config, readings: Readings, is_recorded: bool) -> (Trace, Vec<Vec<Value>>) {
    let mut store = Store::new(config);
    store.set_readings(readings);
    let mut linker = ComponentLinker::new();
    let calls = Rc::new(RefCell::new(Vec::new()));
    let mut define = |name: &str, is_trap: bool| {
        let calls = calls.clone();
        let call = move |store: &mut Store, args: &[ComponentVal]| {
            calls.borrow_mut().push(store.trace_component_values(args));
            if is_trap { Err(Fault::Trap(TrapCode::Host.into())) } else { Ok(Vec::new()) }
        };
        linker.define(name, HostItem::func(call));
    };
    ["log", "see", "show"].into_iter().for_each(|name| define(name, false));
    define("fail", true);
    let events = if is_recorded { Events::attach(&mut store) } else { Events::default() };
    (instantiate(&mut store, component, &linker, &events).0, calls.take())
}

/// The trace of an instantiation, and the instance if it came up.
pub(super) fn instantiate(
    store: &mut Store,
    component: &Component,
    linker: &ComponentLinker,
    events: &Events,
) -> (Trace, Option<ComponentInstance>) {
    let end = store.instantiate_component(component, linker, InstancePath::root());
    let outcome = match &end {
        Ok(_) => Outcome::Returned { values: Vec::new() },
        Err(error) => error.outcome(),
    };
    let instance = end.ok();
    let post_mortem = post_mortem::examine_components(store, instance.as_ref());
    (Trace { level: Level::Full, events: events.take(), outcome, post_mortem }, instance)
}
