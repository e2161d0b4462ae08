//! Inputs made smaller while they fail in the same way.

use super::{Input, input::caught};
use crate::fuzz::{Judge, OnRuntime, Verdict, mutate, smith};
use preflight_plan::{Plan, envelope::Planned};

/// The smallest input of the same kind that is found to fail in the same way; what is no plan stays as it is.
pub fn smaller(judge: &Judge, input: &Input, signature: &str, tries: usize) -> Input {
    let has = |verdict: &Verdict| verdict.has(signature);
    macro_rules! shrunk {
        ($plan:expr, $judge:expr) => {
            shrunk($plan, tries, &$judge, &has)
        };
    }
    match input {
        Input::Plan(plan) => Input::Plan(smaller_plan(judge, plan, signature, tries)),
        Input::Component(plan) => Input::Component(shrunk!(plan, |plan| judge.component(plan).0)),
        Input::Program(plan) => Input::Program(shrunk!(plan, |plan| judge.wasi(plan).0)),
        Input::Value(plan) => Input::Value(shrunk!(plan, |plan| judge.value(plan).0)),
        Input::Task(plan) => Input::Task(shrunk!(plan, |plan| judge.task(plan).0)),
        Input::Imports(plan) => Input::Imports(shrunk!(plan, |plan| judge.imports(plan).0)),
        Input::Resource(plan) => Input::Resource(shrunk!(plan, |plan| judge.resource(plan).0)),
        Input::Shaped(plan, seed) => Input::Shaped(shrunk!(plan, |plan| smith::shaped(judge, plan, *seed)), *seed),
        Input::Changed(plan, seed) => Input::Changed(shrunk!(plan, |plan| mutate::graph(judge, plan, *seed)), *seed),
        Input::Module(bytes) => Input::Module(bytes.clone()),
    }
}

/// A runtime was given the plan without what it lacks: it is that plan on which it differs. Where it can be given the plan as
/// it is, so it can the smaller ones.
fn smaller_plan(judge: &Judge, plan: &Plan, signature: &str, tries: usize) -> Plan {
    let plan = judge.fitted(plan, signature).unwrap_or_else(|| plan.clone());
    let judged = |plan: &Plan| judge.plan(plan).0;
    let is_given = |verdict: &Verdict| {
        let differs = |on: &&OnRuntime| on.finding.as_ref().is_some_and(|finding| finding.signature == signature);
        verdict.runtimes.iter().filter(differs).any(|on| on.without.is_empty())
    };
    match is_given(&caught(|| judged(&plan))) {
        true => shrunk(&plan, tries, &judged, &is_given),
        false => shrunk(&plan, tries, &judged, &|verdict| verdict.has(signature)),
    }
}

fn shrunk<T: Planned>(plan: &T, tries: usize, judge: &dyn Fn(&T) -> Verdict, fails: &dyn Fn(&Verdict) -> bool) -> T {
    preflight_plan::shrink::shrink(plan, tries, |plan| fails(&caught(|| judge(plan))))
}
