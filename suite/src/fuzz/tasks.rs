//! Carries out plans of tasks on the reference engine.

use super::{
    Checks, Events, Judge, Verdict,
    component::{as_planned, instantiate_again, unlike_first},
    judge::alike,
};
use crate::{
    post_mortem,
    trace::{Cause, Event, InstancePath, Level, Outcome, Phase, Trace, TrapCode},
};
use preflight_engine::{
    Config, Fault, Features, Store,
    component::{Component, ComponentLinker, ComponentVal, ComponentValType, HostItem, HostTask},
};
use preflight_plan::tasks::{HostEnd, HostFunc, TaskPlan};

impl Judge {
    /// Judges a normal plan of tasks: what is predicted is what every tier does.
    pub fn task(&self, plan: &TaskPlan) -> (Verdict, Vec<Trace>) {
        self.task_by(plan, Checks::ALL)
    }

    /// As [`task`](Self::task), with these oracles only besides the comparison of traces.
    pub fn task_by(&self, plan: &TaskPlan, checks: Checks) -> (Verdict, Vec<Trace>) {
        let expected = plan.expected();
        let judge = |judge: &Judge, bytes: &[u8], again| judge.task_as(plan, bytes, &expected, again);
        (self.with_text(&plan.to_wasm(), checks, judge), expected)
    }

    /// Judges a plan of tasks, given in binary form too, by what somebody says is to be expected.
    pub fn task_against(&self, plan: &TaskPlan, bytes: &[u8], expected: &[Trace]) -> Verdict {
        self.task_as(plan, bytes, expected, true)
    }

    fn task_as(&self, plan: &TaskPlan, bytes: &[u8], expected: &[Trace], again: bool) -> Verdict {
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
                Err(error) => return Verdict::not_decoded(error),
            };
            let ((actual, second), who) =
                (run(plan, &component, &config, again), format!("predicted != {name} (task)"));
            let planned = || actual.first().map_or(Ok(()), |trace| as_planned(&component, trace));
            if let Err(verdict) = alike(expected, &actual, &who).and_then(|()| planned()) {
                return verdict;
            }
            if let Some(verdict) = second.and_then(|second| unlike_first(&expected[0], &second, &who)) {
                return verdict;
            }
        }
        let mut verdict = Verdict::agreed(expected.iter().map(|trace| &trace.outcome));
        (verdict.checks.planned, verdict.checks.again) = (true, again);
        verdict
    }
}

/// A call of an asynchronous function of the host.
struct Call {
    func: HostFunc,
    left: u8,
}

impl HostTask for Call {
    fn poll(&mut self, _: &mut Store, is_idle: bool) -> Result<Option<Vec<ComponentVal>>, Fault> {
        if self.func.end != HostEnd::Never && (is_idle || self.left == 0) {
            return match self.func.end {
                HostEnd::Return(value) => Ok(Some(vec![ComponentVal::U32(value)])),
                HostEnd::Trap | HostEnd::Never => Err(Fault::Trap(TrapCode::Host.into())),
            };
        }
        self.left = self.left.saturating_sub(1);
        Ok(None)
    }

    fn cancel(&mut self, _: &mut Store) -> bool {
        !self.func.insists
    }
}

/// What the host gives. What it reads of streams and futures that it was given is recorded as if it were called then: `read`
/// with the bytes, `end` when there are no more.
fn linker(plan: &TaskPlan, events: &Events) -> ComponentLinker {
    let mut linker = ComponentLinker::new();
    linker.define("log", HostItem::func(|_, _| Ok(Vec::new())));
    for (i, func) in plan.hosts.iter().copied().enumerate() {
        let start = move |_: &mut Store, _: &[ComponentVal]| -> Result<Box<dyn HostTask>, Fault> {
            Ok(match func {
                // What ends at once can be a closure: it does not insist.
                HostFunc { polls: 0, end: HostEnd::Return(value), insists: false } => {
                    Box::new(move |_: &mut Store| Ok(Some(vec![ComponentVal::U32(value)])))
                }
                func => Box::new(Call { func, left: func.polls }),
            })
        };
        linker.define(&format!("host{i}"), HostItem::async_func(start));
    }
    let len = |args: &[ComponentVal]| match args {
        [ComponentVal::U32(len)] => *len as u8,
        _ => 0,
    };
    let stream = move |store: &mut Store, args: &[ComponentVal]| {
        let bytes = (1..=len(args)).map(ComponentVal::U8).collect();
        Ok(vec![store.stream_of(Some(ComponentValType::U8), bytes)?])
    };
    let future = move |store: &mut Store, args: &[ComponentVal]| {
        Ok(vec![store.future_of(Some(ComponentValType::U8), ComponentVal::U8(len(args)))?])
    };
    linker.define("get-stream", HostItem::func(stream)).define("get-future", HostItem::func(future));
    linker.define("pass-error", HostItem::func(|_, args| Ok(args.to_vec())));
    for kind in ["stream", "future"] {
        let drop = |store: &mut Store, args: &[ComponentVal]| {
            store.drop_readable(&args[0])?;
            Ok(Vec::new())
        };
        linker.define(&format!("drop-{kind}"), HostItem::func(drop));
        let events = events.clone();
        let read = move |store: &mut Store, args: &[ComponentVal]| {
            let events = events.clone();
            let sink = move |store: &mut Store, values: Option<Vec<ComponentVal>>| {
                let name = if values.is_some() { "read" } else { "end" };
                let args = store.trace_component_values(&values.unwrap_or_default());
                events.add(Event::HostCalled { at: InstancePath::root(), name: name.to_owned(), args });
            };
            // That it has the other end already the host notices only here.
            store.read_all(&args[0], sink).map_err(|_| Fault::Trap(TrapCode::Host.into()))?;
            Ok(Vec::new())
        };
        linker.define(&format!("read-{kind}"), HostItem::func(read));
    }
    linker
}

/// The instantiation, the call of `go`, and then whatever can still run; and one more instantiation in the same store.
fn run(plan: &TaskPlan, component: &Component, config: &Config, again: bool) -> (Vec<Trace>, Option<Trace>) {
    let mut store = Store::new(config);
    let events = Events::attach(&mut store);
    let linker = linker(plan, &events);
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
    let second = again.then(|| instantiate_again(&mut store, component, &linker, &events, config));
    (traces, second)
}
