//! Inputs made smaller while they fail in the same way.

use super::{Input, input::caught};
use crate::fuzz::{Judge, OnRuntime, Verdict};
use preflight_plan::{Plan, envelope::Planned};

/// The smallest input of the same kind that is found to fail in the same way; what is no plan stays as it is.
pub fn smaller(judge: &Judge, input: &Input, signature: &str, tries: usize) -> Input {
    let fails = |input: Input| input.judge(judge).has(signature);
    match input {
        Input::Plan(plan) => Input::Plan(smaller_plan(judge, plan, signature, tries)),
        Input::Component(plan) => Input::Component(shrunk(plan, tries, |plan| fails(Input::Component(plan)))),
        Input::Program(plan) => Input::Program(shrunk(plan, tries, |plan| fails(Input::Program(plan)))),
        Input::Value(plan) => Input::Value(shrunk(plan, tries, |plan| fails(Input::Value(plan)))),
        Input::Task(plan) => Input::Task(shrunk(plan, tries, |plan| fails(Input::Task(plan)))),
        Input::Imports(plan) => Input::Imports(shrunk(plan, tries, |plan| fails(Input::Imports(plan)))),
        Input::Resource(plan) => Input::Resource(shrunk(plan, tries, |plan| fails(Input::Resource(plan)))),
        Input::Shaped(plan, seed) => {
            Input::Shaped(shrunk(plan, tries, |plan| fails(Input::Shaped(plan, *seed))), *seed)
        }
        Input::Changed(plan, seed) => {
            Input::Changed(shrunk(plan, tries, |plan| fails(Input::Changed(plan, *seed))), *seed)
        }
        Input::Module(bytes) => Input::Module(bytes.clone()),
    }
}

/// A runtime was given the plan without what it lacks: it is that plan on which it differs. Where it can be given the plan as
/// it is, so it can the smaller ones.
fn smaller_plan(judge: &Judge, plan: &Plan, signature: &str, tries: usize) -> Plan {
    let plan = judge.fitted(plan, signature).unwrap_or_else(|| plan.clone());
    let judged = |plan: &Plan| caught(|| judge.plan(plan).0);
    let is_given = |verdict: &Verdict| {
        let differs = |on: &&OnRuntime| on.finding.as_ref().is_some_and(|finding| finding.signature == signature);
        verdict.runtimes.iter().filter(differs).any(|on| on.without.is_empty())
    };
    match is_given(&judged(&plan)) {
        true => shrunk(&plan, tries, |plan| is_given(&judged(&plan))),
        false => shrunk(&plan, tries, |plan| judged(&plan).has(signature)),
    }
}

fn shrunk<T: Planned + Clone>(plan: &T, tries: usize, fails: impl Fn(T) -> bool) -> T {
    preflight_plan::shrink::shrink(plan, tries, |plan| fails(plan.clone()))
}
