//! Inputs made smaller while they fail in the same way.

use super::{
    Input,
    input::{caught, unless_panic},
};
use crate::fuzz::{Judge, OnRuntime, Verdict};
use preflight_plan::{Plan, envelope::Planned};

/// The smallest input of the same kind that is found to fail in the same way; what is no plan stays as it is.
pub fn smaller(judge: &Judge, input: &Input, signature: &str, tries: usize) -> Input {
    smaller_until(judge, input, signature, tries, &|| false)
}

/// As [`smaller`], of what has been tried when it `is_over`, which is asked before each try.
pub fn smaller_until(judge: &Judge, input: &Input, signature: &str, tries: usize, is_over: &dyn Fn() -> bool) -> Input {
    let fails = |input: Input| input.judge(judge).has(signature);
    let shrunk = Shrunk { tries, is_over };
    match input {
        Input::Plan(plan) => Input::Plan(smaller_plan(judge, plan, signature, shrunk)),
        Input::Component(plan) => Input::Component(shrunk.of(plan, |plan| fails(Input::Component(plan)))),
        Input::Program(plan) => Input::Program(shrunk.of(plan, |plan| fails(Input::Program(plan)))),
        Input::Value(plan) => Input::Value(shrunk.of(plan, |plan| fails(Input::Value(plan)))),
        Input::Task(plan) => Input::Task(shrunk.of(plan, |plan| fails(Input::Task(plan)))),
        Input::Imports(plan) => Input::Imports(shrunk.of(plan, |plan| fails(Input::Imports(plan)))),
        Input::Resource(plan) => Input::Resource(shrunk.of(plan, |plan| fails(Input::Resource(plan)))),
        Input::Shaped(plan, seed) => Input::Shaped(shrunk.of(plan, |plan| fails(Input::Shaped(plan, *seed))), *seed),
        Input::Changed(plan, seed) => Input::Changed(shrunk.of(plan, |plan| fails(Input::Changed(plan, *seed))), *seed),
        Input::Module(bytes) => Input::Module(bytes.clone()),
    }
}

/// A runtime was given the plan without what it lacks: it is that plan on which it differs. Where it can be given the plan as
/// it is, so it can the smaller ones.
fn smaller_plan(judge: &Judge, plan: &Plan, signature: &str, shrunk: Shrunk<'_>) -> Plan {
    if (shrunk.is_over)() {
        return plan.clone();
    }
    let fitted = unless_panic(|| judge.fitted(plan, signature)).ok().flatten();
    let plan = fitted.unwrap_or_else(|| plan.clone());
    let judged = |plan: &Plan| caught(|| judge.plan(plan).0);
    let is_given = |verdict: &Verdict| {
        let differs = |on: &&OnRuntime| on.finding.as_ref().is_some_and(|finding| finding.signature == signature);
        verdict.runtimes.iter().filter(differs).any(|on| on.without.is_empty())
    };
    match is_given(&judged(&plan)) {
        true => shrunk.of(&plan, |plan| is_given(&judged(&plan))),
        false => shrunk.of(&plan, |plan| judged(&plan).has(signature)),
    }
}

/// How long it is tried.
#[derive(Clone, Copy)]
struct Shrunk<'a> {
    tries: usize,
    is_over: &'a dyn Fn() -> bool,
}

impl Shrunk<'_> {
    fn of<T: Planned + Clone>(self, plan: &T, fails: impl Fn(T) -> bool) -> T {
        preflight_plan::shrink::shrink(plan, self.tries, |plan| !(self.is_over)() && fails(plan.clone()))
    }
}
