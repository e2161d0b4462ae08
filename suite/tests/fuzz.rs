//! Plans on the reference engine: what is predicted happens.

use preflight::fuzz::{Class, Judge, Verdict};
use preflight_engine::Tier;
use preflight_plan::{
    Plan, component::ComponentPlan, stats::Stats, tasks::TaskPlan, values::ValuePlan, wasi::WasiPlan,
};

#[test]
fn predictions_hold_on_the_interpreter() {
    hold(&[Tier::Interp], 2_000);
}

#[cfg(feature = "jit")]
#[test]
fn predictions_hold_on_both_tiers() {
    hold(&[Tier::Interp, Tier::Jit], 200);
}

/// The first disagreement of each kind, told where it begins.
#[derive(Default)]
struct Found(std::collections::BTreeMap<String, String>);

impl Found {
    fn add(&mut self, seed: u64, plan: &impl serde::Serialize, verdict: Verdict) {
        let Some(finding) = verdict.finding else { return };
        let [expected, actual] = [&finding.expected, &finding.actual].map(preflight::case::line::print_all);
        let same = expected.iter().zip(&actual).take_while(|(a, b)| a == b).count();
        let around =
            |lines: &[String]| lines[same.saturating_sub(3).min(lines.len())..lines.len().min(same + 3)].join("\n  ");
        let text = format!(
            "seed {seed}, action {}: {}\n{}\nexpected ({}):\n  {}\nactual ({}):\n  {}\n{:?}\n{:?}",
            finding.action,
            finding.signature,
            serde_json::to_string(plan).expect("plans are data"),
            finding.expected.outcome,
            around(&expected),
            finding.actual.outcome,
            around(&actual),
            finding.expected.post_mortem,
            finding.actual.post_mortem,
        );
        self.0.entry(finding.signature).or_insert(text);
    }

    fn none(self) {
        let texts: Vec<String> = self.0.into_values().collect();
        assert!(texts.is_empty(), "{} kinds of disagreement\n{}", texts.len(), texts.join("\n\n"));
    }
}

fn hold(tiers: &[Tier], count: u64) {
    let judge = Judge::new(tiers);
    let mut stats = Stats::default();
    let mut found = Found::default();
    let count = std::env::var("PREFLIGHT_PLANS").map_or(count, |n| n.parse().expect("a number"));
    let start = std::time::Instant::now();
    let mut classes = std::collections::BTreeMap::new();
    for seed in 0..count {
        let plan = Plan::from_seed(seed);
        let (verdict, expected, bytes) = judge.plan(&plan);
        stats.count(&plan, &expected, bytes);
        *classes.entry(verdict.class).or_insert(0) += 1;
        found.add(seed, &plan, verdict);
    }
    found.none();
    println!("{:?} {classes:?} {:?} rare {:?}", start.elapsed(), stats.medians(), stats.rare());
    println!("{:?}", stats.kinds);
    assert_eq!(classes.get(&Class::Unsupported), None);
}

#[test]
fn predictions_hold_for_components() {
    components(&[Tier::Interp]);
}

#[cfg(feature = "jit")]
#[test]
fn predictions_hold_for_components_on_both_tiers() {
    components(&[Tier::Interp, Tier::Jit]);
}

fn components(tiers: &[Tier]) {
    let judge = Judge::new(tiers);
    let (mut classes, mut found) = (std::collections::BTreeMap::new(), Found::default());
    for seed in 0..500 {
        let plan = ComponentPlan::from_seed(seed);
        let (verdict, _) = judge.component(&plan);
        *classes.entry(verdict.class).or_insert(0) += 1;
        found.add(seed, &plan, verdict);
    }
    found.none();
    println!("{classes:?}");
    assert!(classes[&Class::AgreedOnFailure] > 50, "{classes:?}");
}

#[test]
fn predictions_hold_for_programs_of_wasi() {
    programs(&[Tier::Interp], 1_000);
}

#[cfg(feature = "jit")]
#[test]
fn predictions_hold_for_programs_of_wasi_on_both_tiers() {
    programs(&[Tier::Interp, Tier::Jit], 200);
}

fn programs(tiers: &[Tier], count: u64) {
    let judge = Judge::new(tiers);
    let (mut classes, mut found) = (std::collections::BTreeMap::new(), Found::default());
    for seed in 0..count {
        let plan = WasiPlan::from_seed(seed);
        let (verdict, _) = judge.wasi(&plan);
        *classes.entry(verdict.class).or_insert(0) += 1;
        found.add(seed, &plan, verdict);
    }
    found.none();
    println!("{classes:?}");
    assert!(classes[&Class::AgreedOnFailure] * 4 > count, "{classes:?}");
}

#[test]
fn predictions_hold_for_values() {
    values(&[Tier::Interp], 2_000);
}

#[cfg(feature = "jit")]
#[test]
fn predictions_hold_for_values_on_both_tiers() {
    values(&[Tier::Interp, Tier::Jit], 200);
}

fn values(tiers: &[Tier], count: u64) {
    let judge = Judge::new(tiers);
    let (mut classes, mut found) = (std::collections::BTreeMap::new(), Found::default());
    for seed in 0..count {
        let plan = ValuePlan::from_seed(seed);
        let (verdict, _) = judge.value(&plan);
        *classes.entry(verdict.class).or_insert(0) += 1;
        found.add(seed, &plan, verdict);
    }
    found.none();
    println!("{classes:?}");
    assert!(classes[&Class::AgreedOnFailure] * 8 > count, "{classes:?}");
}

#[test]
fn predictions_hold_for_tasks() {
    tasks(&[Tier::Interp], 2_000);
}

#[cfg(feature = "jit")]
#[test]
fn predictions_hold_for_tasks_on_both_tiers() {
    tasks(&[Tier::Interp, Tier::Jit], 200);
}

fn tasks(tiers: &[Tier], count: u64) {
    let judge = Judge::new(tiers);
    let (mut classes, mut found) = (std::collections::BTreeMap::new(), Found::default());
    for seed in 0..count {
        let plan = TaskPlan::from_seed(seed);
        let (verdict, _) = judge.task(&plan);
        *classes.entry(verdict.class).or_insert(0) += 1;
        found.add(seed, &plan, verdict);
    }
    found.none();
    println!("{classes:?}");
    assert!(classes[&Class::AgreedOnFailure] * 8 > count, "{classes:?}");
}

#[test]
fn bodies_of_others_do_the_same_on_both_tiers() {
    let judge = Judge::new(&[
        Tier::Interp,
        #[cfg(feature = "jit")]
        Tier::Jit,
    ]);
    let (mut classes, mut found) = (std::collections::BTreeMap::new(), Found::default());
    for seed in 0..300 {
        let plan = preflight::fuzz::smith::plan(seed);
        let verdict = preflight::fuzz::smith::shaped(&judge, &plan, seed);
        *classes.entry(verdict.class).or_insert(0) += 1;
        found.add(seed, &plan, verdict);
    }
    found.none();
    println!("{classes:?}");
    assert!(classes[&Class::Agreed] + classes[&Class::AgreedOnFailure] > 200, "{classes:?}");
}

/// What becomes a case is one: its header is right, and the reference engine does what its lines expect.
#[test]
fn plans_of_all_kinds_become_cases() {
    use preflight::{case, fuzz::campaign::Input, script::Options};
    let catalogue = preflight_spec_tests::rules().expect("the catalogue");
    let mut count = 0;
    for seed in 0..60 {
        let inputs = [
            Input::Plan(Plan::from_seed(seed)),
            Input::Component(ComponentPlan::from_seed(seed)),
            Input::Program(WasiPlan::from_seed(seed)),
        ];
        for input in inputs {
            let Some(text) = preflight::fuzz::case::any(&input, "a title") else { continue };
            count += 1;
            let case = case::Case::parse("x/x.wast", &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            let report = case::run(&case, &catalogue, &Options::default());
            let failures = report.verdict.notes().join("\n");
            assert_eq!(report.verdict.word(), "passed", "seed {seed}: {failures}\n{text}");
        }
    }
    assert!(count > 60, "{count}");
}

/// An engine that differs is found, and the plan is made smaller until nothing more can go: for every kind of plan.
#[test]
fn findings_become_small() {
    use preflight::fuzz::campaign::Input;
    use preflight_plan::shrink::shrink;
    let (component, program, value) = (ComponentPlan::from_seed(3), WasiPlan::from_seed(3), ValuePlan::from_seed(11));
    let small = shrink(&component, 3_000, |plan| plan.expected().events.len() > 10);
    assert!(small.expected().events.len() <= 16, "{small:?}");
    let small = shrink(&program, 3_000, |plan| plan.expected().trace.events.len() > 3);
    assert!(small.expected().trace.events.len() <= 8, "{small:?}");
    let small = shrink(&value, 3_000, |plan| plan.to_wasm().len() > 400);
    assert!(small.to_wasm().len() <= ValuePlan::default().to_wasm().len() + 10, "{small:?}");
    for input in [
        Input::Component(component),
        Input::Program(program),
        Input::Value(value),
        Input::Task(TaskPlan::from_seed(1)),
        Input::Shaped(preflight::fuzz::smith::plan(1), 1),
    ] {
        let text = serde_json::to_vec(&input.to_json()).expect("plans are data");
        assert_eq!(Input::from_json(&text).expect("a plan"), input);
    }
}

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
