//! Carries out plans of values on the reference engine.

use super::{
    Checks, Class, Events, Judge, Verdict,
    component::{Asked, instantiate, instantiate_again, unlike_first},
    judge::{alike, without_offset},
};
use crate::trace::{Cause, Event, ExternKind, InstancePath, Level, Outcome, Phase, PostMortem, Trace};
use preflight_engine::{
    Config, Features, Store,
    component::{Component, ComponentLinker, ComponentVal, HostItem, Readings},
};
use preflight_plan::values::{Import, Ty, ValuePlan};

/// What components of plans of values and of plans of components make use of.
pub(super) const FEATURES: Features = Features::COMPONENT_MODEL
    .union(Features::CM_VALUES)
    .union(Features::CM_FIXED_LENGTH_LISTS)
    .union(Features::CM_MAP)
    .union(Features::CM64);

impl Judge {
    /// Judges a normal plan of a value: what is predicted is what every tier does. The host reads the value from text.
    pub fn value(&self, plan: &ValuePlan) -> (Verdict, Vec<Trace>) {
        self.value_by(plan, Checks::ALL)
    }

    /// As [`value`](Self::value), with these oracles only besides the comparison of traces.
    pub fn value_by(&self, plan: &ValuePlan, checks: Checks) -> (Verdict, Vec<Trace>) {
        let expected = plan.expected();
        let judge = |judge: &Judge, bytes: &[u8], again| judge.value_as(plan, bytes, &expected, again);
        (self.with_text(&plan.to_wasm(), checks, judge), expected)
    }

    /// Judges a plan of a value by what somebody says is to be expected.
    pub fn value_against(&self, plan: &ValuePlan, expected: &[Trace]) -> Verdict {
        self.value_as(plan, &plan.to_wasm(), expected, true)
    }

    fn value_as(&self, plan: &ValuePlan, bytes: &[u8], expected: &[Trace], again: bool) -> Verdict {
        if plan.across.is_some() {
            let asked = Asked { what: "value across", again };
            return match expected {
                [expected] => self.component_as(bytes, Readings::default(), expected, asked),
                _ => Verdict::disagreed("predicted != one instantiation (value across)".to_owned()),
            };
        }
        for (name, config) in &self.tiers {
            let config = Config { features: config.features | FEATURES, ..config.clone() };
            let (actual, second) = match run(plan, bytes, &config, again) {
                Ok(actual) => actual,
                // The plan says that the component is valid, and that the text is a value.
                Err(error) => return Verdict::disagreed(error),
            };
            let who = format!("predicted != {name} (value)");
            if let Err(verdict) = alike(expected, &actual, &who) {
                return verdict;
            }
            if let Some(verdict) = second.and_then(|second| unlike_first(&expected[0], &second, &who)) {
                return verdict;
            }
        }
        let mut verdict = match plan.is_unlinkable() {
            true => Verdict { is_compared: true, ..Verdict::of(Class::Invalid) },
            false => Verdict::agreed(expected.iter().map(|trace| &trace.outcome)),
        };
        verdict.checks.again = again;
        verdict
    }
}

/// The traces of the plan, and that of one more instantiation.
fn run(plan: &ValuePlan, bytes: &[u8], config: &Config, again: bool) -> Result<(Vec<Trace>, Option<Trace>), String> {
    let component =
        Component::new(config, bytes).map_err(|error| format!("decode: {}", without_offset(&error.to_string())))?;
    let mut store = Store::new(config);
    let mut linker = ComponentLinker::new();
    linker.define("show", HostItem::func(|_, _| Ok(Vec::new())));
    if let Some(value) = given(plan, &component)? {
        linker.define("w", HostItem::value(value));
    }
    linker.stub_imports(plan.import == Some(Import::Stub));
    let events = Events::attach(&mut store);
    let (trace, instance) = instantiate(&mut store, &component, &linker, &events);
    let mut traces = vec![trace];
    let second = |store: &mut Store| again.then(|| instantiate_again(store, &component, &linker, &events, config));
    let Some(instance) = instance else { return Ok((traces, second(&mut store))) };
    // To work out what a component exports takes as long as to instantiate it: that is for some.
    if plan.seed.is_multiple_of(4) {
        if !component.import_kinds().map(|(name, kind)| (name.to_owned(), kind)).eq(resolved(&traces[0])) {
            return Err("static interface: imports".to_owned());
        }
        if !instance.exports().eq(["v", "echo"]) || instance.funcs() != component.exported_funcs() {
            return Err("static interface: exports".to_owned());
        }
    }
    let kept = instance.value(&["v"]).map(|value| store.trace_component_values(std::slice::from_ref(value)));
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
    if !matches!(&outcome, Outcome::Returned { values } if Some(values) == kept.as_ref()) {
        return Err("what is exported is not what `echo` returns of the same".to_owned());
    }
    traces.push(Trace { level: Level::Full, events: events.take(), outcome, post_mortem: PostMortem::default() });
    Ok((traces, second(&mut store)))
}

/// What the host gives for the import of a value: read from text, by the type that the component asks for.
fn given(plan: &ValuePlan, component: &Component) -> Result<Option<ComponentVal>, String> {
    if plan.import == Some(Import::OfAnotherType) {
        let other = if plan.ty == Ty::Bool { ComponentVal::Char('x') } else { ComponentVal::Bool(true) };
        return Ok(Some(other));
    }
    let Some(text) = plan.wave_imported().filter(|_| plan.import == Some(Import::Given)) else { return Ok(None) };
    let imports = component.value_imports();
    let [(_, ty)] = &*imports else { return Err("the component imports a value, and does not say so".to_owned()) };
    ComponentVal::from_wave(&text, ty).map(Some).map_err(|error| format!("wave: {error}"))
}

/// The imports of the component itself, in order.
fn resolved(trace: &Trace) -> Vec<(String, ExternKind)> {
    let of_root = |event: &Event| match event {
        Event::ImportResolved { at, name, kind, .. } if *at == InstancePath::root() => Some((name.clone(), *kind)),
        _ => None,
    };
    trace.events.iter().filter_map(of_root).collect()
}
