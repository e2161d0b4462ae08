//! Carries out a plan of components on the reference engine.

use super::{Checks, Class, Events, Judge, Verdict, judge::difference, planned, text_of, values::FEATURES};
use crate::{
    post_mortem,
    reading::{self, Reading},
    trace::{Event, InstancePath, Level, Outcome, PostMortem, Trace, TrapCode, Value},
};
use preflight_engine::{
    Config, Fault, Store,
    component::{Component, ComponentInstance, ComponentLinker, ComponentVal, HostItem, Lockdown, Readings},
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
        let judge = |judge: &Judge, bytes: &[u8], again| {
            judge.component_as(bytes, readings(plan), &expected, Asked { what: "component", again })
        };
        (self.with_text(&bytes, checks, judge), expected)
    }

    /// Judges a normal plan of resources by every oracle: what is predicted is what every tier does.
    pub fn resource(&self, plan: &ResourcePlan) -> (Verdict, Trace) {
        self.resource_by(plan, Checks::ALL)
    }

    /// As [`resource`](Self::resource), with these oracles only besides the comparison of traces.
    pub fn resource_by(&self, plan: &ResourcePlan, checks: Checks) -> (Verdict, Trace) {
        let (expected, bytes) = (plan.expected(), plan.to_wasm());
        let judge = |judge: &Judge, bytes: &[u8], again| {
            judge.component_as(bytes, Readings::default(), &expected, Asked { what: "resources", again })
        };
        (self.with_text(&bytes, checks, judge), expected)
    }

    /// Judges a plan of components, given in binary form too, by what somebody says is to be expected.
    pub fn component_against(&self, plan: &ComponentPlan, bytes: &[u8], expected: &Trace) -> Verdict {
        self.component_as(bytes, readings(plan), expected, Asked { what: "component", again: true })
    }

    /// The verdict on bytes, and on what becomes of them through their text if that is asked for. `judge` is told whether
    /// they are to be instantiated a second time, too. wasmprinter has no words for values and for a second start
    /// definition: those have no round trip, which is counted.
    pub(super) fn with_text(
        &self,
        bytes: &[u8],
        checks: Checks,
        judge: impl Fn(&Judge, &[u8], bool) -> Verdict,
    ) -> Verdict {
        let mut verdict = judge(self, bytes, checks.again);
        if !checks.text || !verdict.is_compared || verdict.finding.is_some() {
            return verdict;
        }
        let from_text = match text_of(bytes) {
            Ok(from_text) => from_text,
            Err(why) => return verdict.without_text(&why),
        };
        if let Some(mut finding) = judge(&self.first_tier(), &from_text, false).finding {
            finding.signature = format!("{} (from text)", finding.signature);
            return Verdict { has_failure: true, finding: Some(finding), ..Verdict::of(Class::Disagreed) };
        }
        verdict.checks.text = true;
        verdict
    }

    pub(super) fn component_as(&self, bytes: &[u8], readings: Readings, expected: &Trace, asked: Asked) -> Verdict {
        let Asked { what, again } = asked;
        // A trap that locks the whole store leaves nothing to be done a second time.
        let again = again && readings.lockdown != Lockdown::Store;
        for (name, config) in &self.tiers {
            let config = Config { features: config.features | FEATURES, ..config.clone() };
            let component = match Component::new(&config, bytes) {
                Ok(component) => component,
                // The plan says that the component is valid.
                Err(error) => return Verdict::not_decoded(error),
            };
            let Ran { first: actual, second, .. } = run(&component, &config, readings, true, again);
            if let Outcome::Unsupported { what } = actual.outcome {
                return Verdict::unsupported(what);
            }
            let who = format!("predicted != {name} ({what})");
            let difference = difference(expected, &actual, &who, 0);
            if let Some(verdict) =
                difference.or_else(|| second.and_then(|second| unlike_first(expected, &second, &who)))
            {
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
            _ => Verdict::agreed(std::iter::once(&expected.outcome)),
        };
        verdict.checks.planned = true;
        verdict.checks.again = again;
        verdict
    }
}

/// How components are judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// What they are, for signatures.
    pub what: &'a str,
    /// Whether they are instantiated a second time in the same store.
    pub again: bool,
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
    let Ran { first: actual, called, .. } = run(component, config, readings, false, false);
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

/// What a component did.
struct Ran {
    first: Trace,
    /// When it was instantiated again, if it was.
    second: Option<Trace>,
    /// The arguments of all calls of the host.
    called: Vec<Vec<Value>>,
}

/// What happens, as far as it is recorded.
fn run(component: &Component, config: &Config, readings: Readings, is_recorded: bool, again: bool) -> Ran {
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
    let first = instantiate(&mut store, component, &linker, &events).0;
    let called = calls.take();
    let second = again.then(|| instantiate_again(&mut store, component, &linker, &events, config));
    Ran { first, second, called }
}

/// The trace of one more instantiation in the same store; what is left in the store is not looked at.
pub(super) fn instantiate_again(
    store: &mut Store,
    component: &Component,
    linker: &ComponentLinker,
    events: &Events,
    config: &Config,
) -> Trace {
    events.take();
    store.set_fuel(config.limits.fuel);
    let trace = instantiate(store, component, linker, events).0;
    Trace { post_mortem: PostMortem::default(), ..trace }
}

/// The verdict if a second instantiation is not like what was predicted of the first: nothing of that has leaked.
pub(super) fn unlike_first(expected: &Trace, second: &Trace, who: &str) -> Option<Verdict> {
    let expected = Trace { post_mortem: PostMortem::default(), ..expected.clone() };
    if expected == *second {
        return None;
    }
    difference(&renumbered(&expected), &renumbered(second), &format!("{who}, the second time"), 0)
}

/// The trace with resource types that have no name numbered in the order in which they are told of: a store counts all it has.
fn renumbered(trace: &Trace) -> Trace {
    fn renumber(value: &mut serde_json::Value, seen: &mut Vec<String>) {
        match value {
            serde_json::Value::String(text) if text.starts_with("resource#") => {
                let number = seen.iter().position(|other| other == text).unwrap_or_else(|| {
                    seen.push(text.clone());
                    seen.len() - 1
                });
                *text = format!("resource#{number}");
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(|item| renumber(item, seen)),
            serde_json::Value::Object(fields) => fields.values_mut().for_each(|field| renumber(field, seen)),
            _ => {}
        }
    }
    let mut data = serde_json::to_value(trace).expect("traces are data");
    renumber(&mut data, &mut Vec::new());
    serde_json::from_value(data).expect("only numbers have changed")
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
