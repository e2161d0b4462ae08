//! A judge that says yes to everything would be of no use: wrong expectations are found.

use crate::common;
use preflight::{
    fuzz::{Class, Judge},
    trace::Outcome,
};
use preflight_engine::Tier;
use preflight_plan::{Plan, tasks::TaskPlan, values::ValuePlan};

/// A judge that says yes to everything would be of no use: whatever is changed in what is expected is found.
#[test]
fn a_wrong_expectation_is_found() {
    let judge = Judge::new(&[Tier::Interp]);
    let mut changed = 0;
    for seed in 0..100 {
        let plan = Plan::from_seed(seed);
        let (wasm, right) = (plan.to_wasm(), plan.expected());
        for action in 0..right.traces.len() {
            let mut wrong = right.clone();
            let trace = &mut wrong.traces[action];
            if trace.events.pop().is_none() && trace.post_mortem.0.pop().is_none() {
                continue;
            }
            changed += 1;
            assert_eq!(judge.against(&plan, &wasm, &wrong).class, Class::Disagreed, "seed {seed}, action {action}");
        }
    }
    assert!(changed > 300, "{changed}");
}

/// The same of values that go from one component to another: whatever is missing from what is expected, or said of another
/// value.
#[test]
fn a_wrong_expectation_of_values_is_found() {
    use preflight::trace::{Event, Value};
    let judge = Judge::new(&[Tier::Interp]);
    let (mut changed, mut said) = (0, 0);
    for plan in (0..120).map(ValuePlan::from_seed).filter(|plan| plan.across.is_some()) {
        let right = plan.expected();
        for event in 0..right[0].events.len() {
            let mut wrong = right.clone();
            wrong[0].events.remove(event);
            changed += 1;
            assert_eq!(judge.value_against(&plan, &wrong).class, Class::Disagreed, "{plan:?}, event {event}");
            let mut wrong = right.clone();
            if let Event::Lifted { values, .. } | Event::Lowered { values, .. } = &mut wrong[0].events[event] {
                values[0] = Value::Option(None);
                said += u32::from(wrong != right);
                let class = judge.value_against(&plan, &wrong).class;
                assert_eq!(class == Class::Disagreed, wrong != right, "{plan:?}, event {event}");
            }
        }
        let mut wrong = right.clone();
        wrong[0].post_mortem.0.pop();
        assert_eq!(judge.value_against(&plan, &wrong).class, Class::Disagreed, "{plan:?}");
    }
    assert!(changed > 1_000 && said > 200, "{changed}, {said}");
}

#[test]
fn a_wrong_expectation_of_tasks_is_found() {
    let judge = Judge::new(&[Tier::Interp]);
    for seed in 0..100 {
        let plan = TaskPlan::from_seed(seed);
        let (wasm, right) = (plan.to_wasm(), plan.expected());
        for action in 0..right.len() {
            let mut wrong = right.clone();
            // Whatever the last event is, or else what is left.
            if wrong[action].events.pop().is_none() {
                wrong[action].post_mortem.0.pop();
            }
            assert_eq!(
                judge.task_against(&plan, &wasm, &wrong).class,
                Class::Disagreed,
                "seed {seed}, action {action}"
            );
        }
    }
}

/// What is left after a failure, each kind of thing in it: a difference in any of them is found, and so is one in what the
/// second instances of a plan do.
#[test]
fn each_part_of_what_is_left_is_compared() {
    let judge = Judge::new(&[Tier::Interp]);
    let mut changed = std::collections::BTreeMap::new();
    for seed in 0..400 {
        let plan = Plan::from_seed(seed);
        let (wasm, right) = (plan.to_wasm(), plan.expected());
        for action in 0..right.traces.len() {
            for item in 0..right.traces[action].post_mortem.0.len() {
                let mut wrong = right.clone();
                let kind = common::falsify(&mut wrong.traces[action].post_mortem.0[item].state);
                if changed.get(kind).is_some_and(|n| *n > 200) {
                    continue;
                }
                *changed.entry(kind).or_insert(0) += 1;
                let class = judge.against(&plan, &wasm, &wrong).class;
                assert_eq!(class, Class::Disagreed, "seed {seed}, action {action}, {kind}");
            }
        }
        let again = plan.nodes.len()..2 * plan.nodes.len();
        if let Some(action) = again.clone().find(|i| plan.again && *i < right.traces.len()) {
            let mut wrong = right.clone();
            wrong.traces[action].outcome = Outcome::Invalid;
            *changed.entry("again").or_insert(0) += 1;
            assert_eq!(judge.against(&plan, &wasm, &wrong).class, Class::Disagreed, "seed {seed}, again");
        }
    }
    for kind in ["memory", "table", "global", "function", "again"] {
        assert!(changed.get(kind).is_some_and(|n| *n > 30), "{kind}: {changed:?}");
    }
}
