//! Findings made smaller, and what becomes a case.

use crate::common;
use preflight::{
    fuzz::{
        Class, Judge,
        campaign::{self, Input, Inputs, Until},
        config,
    },
    trace::{Outcome, Resource},
};
use preflight_engine::{Features, Tier};
use preflight_plan::{
    Action, Plan, component::ComponentPlan, imports::ImportPlan, resources::ResourcePlan, tasks::TaskPlan,
    values::ValuePlan, wasi::WasiPlan,
};

/// Where functions in tables are called after a failure, and that is the finding, the case ends with these calls.
#[test]
fn a_case_may_end_with_calls_after_a_failure() {
    use preflight::{case, script::Options};
    let plan = r#"{ "modules": [
        { "tables": [{ "ty": { "min": 1 } }], "funcs": [{}], "exports": [{ "table": 0 }, { "func": 0 }] },
        { "args": [0], "imports": [{ "source": { "export": { "arg": 0, "export": 0 } } }],
          "funcs": [{ "result": 7 }, { "steps": [{ "trap": "unreachable" }] }], "start": 1,
          "elems": [{ "mode": { "active": { "target": 0, "at": { "const": 0 } } }, "items": [{ "func": 0 }] }] }],
      "nodes": [{ "module": 0 }, { "module": 1, "args": [0] }, { "module": 0 }] }"#;
    let plan: Plan = serde_json::from_str(plan).expect("a plan");
    let input = Input::Plan(plan.normalise());
    let [whole, part] = [None, Some(2)].map(|after| preflight::fuzz::case::any(&input, "t", after).expect("a case"));
    let call = "(assert_return (invoke $p0 \"call\") (i32.const 7))";
    assert!(whole.contains("(module $n2") && part.contains(call) && !part.contains("(module $n2"), "{part}");
    let case = case::Case::parse("x/x.wast", &part).expect("a case");
    let catalogue = preflight_spec_tests::rules().expect("the catalogue");
    assert_eq!(case::run(&case, &catalogue, &Options::default()).verdict.word(), "passed", "{part}");
}

/// An engine that differs is found, and the plan is made smaller until nothing more can go: for every kind of plan.
#[test]
fn findings_become_small() {
    use preflight::trace::Event;
    use preflight_plan::shrink::shrink;
    let (component, program, value) = (ComponentPlan::from_seed(3), WasiPlan::from_seed(3), ValuePlan::from_seed(11));
    let value = ValuePlan { across: None, ..value };
    let small = shrink(&component, 3_000, |plan| plan.expected().events.len() > 10);
    assert!(small.expected().events.len() <= 16, "{small:?}");
    let small = shrink(&program, 3_000, |plan| plan.expected().trace.events.len() > 3);
    assert!(small.expected().trace.events.len() <= 8, "{small:?}");
    let small = shrink(&value, 3_000, |plan| plan.to_wasm().len() > 400);
    assert!(small.to_wasm().len() <= ValuePlan::default().to_wasm().len() + 10, "{small:?}");
    let stops_half_way = |plan: &ValuePlan| {
        let is_lifted = |event: &Event| matches!(event, Event::Lifted { what, .. } if what == "func 2 params");
        let end = plan.expected().swap_remove(0);
        matches!(end.outcome, Outcome::Trap { .. }) && end.events.iter().any(is_lifted)
    };
    let across = (0..).map(ValuePlan::from_seed).find(stops_half_way).expect("there are many");
    let small = shrink(&across, 3_000, stops_half_way);
    let across = small.across.as_ref().expect("it goes to another component");
    assert!(small.seed < 2 && across.params.is_empty(), "{small:?}");
    assert!(!across.has_post_return && !across.is_64 && !across.is_named, "{small:?}");
    for input in [
        Input::Component(component),
        Input::Program(program),
        Input::Value(value),
        Input::Task(TaskPlan::from_seed(1)),
        Input::Resource(ResourcePlan::from_seed(1)),
        Input::Imports(ImportPlan::from_seed(1)),
        Input::Changed(Plan::from_seed(1), 1),
        Input::Shaped(preflight::fuzz::smith::plan(1), 1),
    ] {
        let text = serde_json::to_vec(&input).expect("plans are data");
        assert_eq!(serde_json::from_slice::<Input>(&text).expect("an input").normalise(), input);
    }
}

/// An engine that does not take all of the language is one with a bug: it is found once, with its smallest plan.
#[test]
fn a_finding_is_kept_once_and_made_smaller() {
    let lacking = config(Tier::Interp);
    let lacking = preflight_engine::Config { features: lacking.features - Features::TAIL_CALL, ..lacking };
    let judge = Judge::with_configs(vec![("lacking", lacking)]);
    let report = campaign::run(&judge, Inputs::Exhaustive { size: 2, first: 0 }, Until::End, Some(2), &mut |_| true)
        .expect("threads");
    let all = report.classes[&Class::Disagreed];
    assert!(report.found.len() == 1 && all > 1, "{all} in {:?}", report.found.keys());
    let (signature, found) = report.found.iter().next().expect("a finding");
    let Input::Plan(plan) = &found.input else { panic!("{found:?}") };
    let Input::Plan(small) = campaign::smaller(&judge, &found.input, signature, 1_000) else { panic!("a plan") };
    assert_eq!(judge.plan(&small).0.finding.map(|finding| finding.signature).as_ref(), Some(signature));
    assert!(small.modules.len() <= plan.modules.len() && small.nodes.len() <= plan.nodes.len());
}

/// A case says what is left: with anything else in its place it fails, for memories, tables, globals and functions in tables.
#[test]
fn cases_assert_what_is_left() {
    use preflight::{case, fuzz::case::case, script::Options};
    let catalogue = preflight_spec_tests::rules().expect("the catalogue");
    let verdict = |text: &str| {
        let case = case::Case::parse("x/x.wast", text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        case::run(&case, &catalogue, &Options::default()).verdict
    };
    let mut changed = std::collections::BTreeMap::new();
    for plan in (0..300).map(Plan::from_seed) {
        let right = plan.expected();
        let Ok(text) = case(&plan, &right, "t", "CORE-START-04") else { continue };
        assert_eq!(verdict(&text).word(), "passed", "{:?}\n{text}", verdict(&text).notes());
        // A call that somebody has to end is the last thing that a script can tell.
        let actions = plan.actions();
        let spins = |i: &usize| matches!(right.traces[*i].outcome, Outcome::Exhausted { what: Resource::Fuel });
        let is_call = |i: &usize| !matches!(actions[*i], Action::Instantiate { .. });
        let told = (0..right.traces.len()).find(|i| is_call(i) && spins(i)).unwrap_or(right.traces.len());
        for action in 0..told {
            for item in 0..right.traces[action].post_mortem.0.len() {
                let mut wrong = right.clone();
                let kind = common::falsify_slightly(&mut wrong.traces[action].post_mortem.0[item].state);
                let Some(kind) = kind.filter(|kind| changed.get(kind).is_none_or(|n| *n < 40)) else { continue };
                *changed.entry(kind).or_insert(0) += 1;
                let text = case(&plan, &wrong, "t", "CORE-START-04").expect("the same plan");
                assert_eq!(verdict(&text).word(), "failed", "{kind} of action {action}\n{text}");
            }
        }
    }
    for kind in ["memory byte", "memory size", "table entry", "table size", "global", "function"] {
        assert!(changed.get(kind).is_some_and(|n| *n >= 20), "{kind}: {changed:?}");
    }
}
