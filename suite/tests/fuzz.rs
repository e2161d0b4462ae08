//! Plans on the reference engine: what is predicted happens.

mod common;

use preflight::{
    fuzz::{
        Class, Judge, Verdict,
        campaign::{self, Input, Inputs, Until},
        config,
    },
    trace::Outcome,
};
use preflight_engine::{Features, Tier};
use preflight_plan::{
    Plan, component::ComponentPlan, imports::ImportPlan, resources::ResourcePlan, stats::Stats, tasks::TaskPlan,
    values::ValuePlan, wasi::WasiPlan,
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
fn predictions_hold_for_resources_that_cross_components() {
    resources(&[Tier::Interp], 1_000);
}

#[cfg(feature = "jit")]
#[test]
fn predictions_hold_for_resources_that_cross_components_on_both_tiers() {
    resources(&[Tier::Interp, Tier::Jit], 200);
}

fn resources(tiers: &[Tier], count: u64) {
    let judge = Judge::new(tiers);
    let (mut stats, mut found) = (Stats::default(), Found::default());
    let mut failed = 0;
    for seed in 0..count {
        let plan = ResourcePlan::from_seed(seed);
        let (verdict, expected) = judge.resource(&plan);
        stats.count_resource(&plan, &expected);
        failed += u64::from(verdict.class == Class::AgreedOnFailure);
        found.add(seed, &plan, verdict);
    }
    found.none();
    let rare: Vec<_> = stats.rare().into_iter().filter(|kind| kind.starts_with("resource")).collect();
    assert!(rare.is_empty() && (count / 4..count).contains(&failed), "{rare:?}, {failed} failed");
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
        assert_eq!(plan.normalise(), plan, "seed {seed}");
        let (verdict, _) = judge.value(&plan);
        *classes.entry(verdict.class).or_insert(0) += 1;
        found.add(seed, &plan, verdict);
    }
    found.none();
    println!("{classes:?}");
    assert!(classes[&Class::AgreedOnFailure] * 8 > count, "{classes:?}");
}

#[test]
fn predictions_hold_for_imports() {
    imports(&[Tier::Interp], 4_000);
}

#[cfg(feature = "jit")]
#[test]
fn predictions_hold_for_imports_on_both_tiers() {
    imports(&[Tier::Interp, Tier::Jit], 2_000);
}

fn imports(tiers: &[Tier], count: u64) {
    let judge = Judge::new(tiers);
    let (mut stats, mut found) = (Stats::default(), Found::default());
    let mut unlinkable = 0;
    for seed in 0..count {
        let plan = ImportPlan::from_seed(seed);
        let (verdict, _) = judge.imports(&plan);
        stats.count_imports(&plan);
        unlinkable += u64::from(verdict.class == Class::Invalid);
        found.add(seed, &plan, verdict);
    }
    found.none();
    let rare: Vec<_> = stats.rare().into_iter().filter(|kind| kind.starts_with("imports")).collect();
    assert!(rare.is_empty() && (count / 5..count * 4 / 5).contains(&unlinkable), "{rare:?}, {unlinkable} unlinkable");
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
    let count = std::env::var("PREFLIGHT_PLANS").map_or(count, |n| n.parse().expect("a number"));
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
    let (mut count, mut with_readings) = (0, 0);
    for seed in 0..120 {
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
            with_readings += u32::from(!case.header.readings.is_empty());
        }
    }
    assert!(count > 60 && with_readings > 5, "{count}, {with_readings} with readings");
}

/// A destructor that traps in mid-start: where the lock-down is the store's, that is told at once, and not when the
/// instantiation fails (component/res-trapping-destructor-locks-the-store is the same in a case).
#[test]
fn a_destructor_that_traps_locks_the_store_at_once() {
    use preflight::trace::Event;
    let text = r#"{ "reading": "store-lockdown", "root": { "defs": [
        { "core": { "steps": [], "result": 0 } },
        { "resource": { "core": 0, "traps": true } },
        { "core": { "steps": [{ "make-and-drop": 0 }], "result": 0 } }] } }"#;
    let plan: ComponentPlan = serde_json::from_str(text).expect("a plan");
    let plan = plan.normalise();
    let events = plan.expected().events;
    let locks = |pair: &&[Event]| matches!(pair, [Event::RuleApplied { .. }, Event::Trapped { .. }]);
    assert_eq!(events.windows(2).filter(locks).count(), 1, "{events:#?}");
    let tiers = [
        Tier::Interp,
        #[cfg(feature = "jit")]
        Tier::Jit,
    ];
    let (verdict, _) = Judge::new(&tiers).component(&plan);
    assert_eq!((verdict.class, verdict.finding), (Class::AgreedOnFailure, None));
}

/// An engine that differs is found, and the plan is made smaller until nothing more can go: for every kind of plan.
#[test]
fn findings_become_small() {
    use preflight::fuzz::campaign::Input;
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

#[test]
fn a_campaign_counts_every_input_once_and_the_same_with_any_number_of_threads() {
    let judge = Judge::new(&[Tier::Interp]);
    let run = |jobs| {
        let until = Until::Count(700);
        let report = campaign::run(&judge, Inputs::Seeds { first: 5 }, until, Some(jobs), &mut |_| true);
        report.expect("threads")
    };
    let (one, three) = (run(1), run(3));
    assert_eq!((one.executions, one.classes.values().sum::<u64>()), (700, 700));
    assert_eq!(one.lacks.values().sum::<u64>(), one.classes.get(&Class::Unsupported).copied().unwrap_or(0));
    assert_eq!(one.classes.get(&Class::Disagreed), None, "{:?}", one.found.keys());
    assert_eq!((&one.classes, &one.oracles, one.compared), (&three.classes, &three.oracles, three.compared));
    // What is judged by comparison has nothing to be compared with where there is one tier: those numbers are passed over.
    // A plan whose calls go round in circles at once has no trace that could be predicted.
    assert!(one.compared * 100 >= 99 * 700 && one.with_failure * 3 > 700, "{one:?}");
    assert!((932..=934).contains(&one.numbers) && one.numbers == three.numbers, "{one:?}");
    let stats = &one.stats;
    assert_eq!(
        stats.plans + stats.components + stats.resources + stats.tasks + stats.programs + stats.values + stats.imports,
        700
    );
    assert!(one.oracles.len() == 5 && one.oracles.values().sum::<u64>() > 100, "{:?}", one.oracles);
}

/// Nothing that is counted as compared was not: where two tiers run everything, hardly anything has nothing to show.
#[cfg(feature = "jit")]
#[test]
fn nearly_all_inputs_reach_a_trace_that_is_compared() {
    let judge = Judge::new(&[Tier::Interp, Tier::Jit]);
    let report = campaign::run(&judge, Inputs::Seeds { first: 0 }, Until::Count(1_024), Some(2), &mut |_| true);
    let report = report.expect("threads");
    assert_eq!(report.classes.get(&Class::Disagreed), None, "{:?}", report.found.keys());
    assert_eq!((report.executions, report.numbers), (1_024, 1_024));
    assert!(report.compared * 100 >= 97 * 1_024 && report.with_failure * 3 > 1_024, "{:?}", report.classes);
}

#[test]
fn a_campaign_ends_in_time_or_when_it_is_told() {
    let judge = Judge::new(&[Tier::Interp]);
    let seeds = || Inputs::Seeds { first: 0 };
    let nothing = campaign::run(&judge, seeds(), Until::Time(Default::default()), Some(1), &mut |_| true);
    assert_eq!(nothing.expect("a thread").executions, 0);
    let mut looks = 0;
    let told = campaign::run(&judge, seeds(), Until::End, Some(1), &mut |report| {
        looks += 1;
        report.executions < 100
    });
    let told = told.expect("a thread");
    assert!(told.executions >= 100 && looks > 1, "{looks}");
    // Before each input somebody may say that it is enough; the next campaign begins with the first one that is left.
    let asked = std::sync::atomic::AtomicU64::new(0);
    let is_over = || asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= 10;
    let over = campaign::run_unless(&judge, seeds(), Until::End, Some(1), &is_over, &mut |_| true).expect("a thread");
    // With one tier every fourth number is passed over.
    assert_eq!((over.executions, over.numbers), (10, 13));
}

/// An engine that does not take all of the language is one with a bug: it is found once, with its smallest plan.
#[test]
fn a_finding_is_kept_once_and_made_smaller() {
    let lacking = config(Tier::Interp);
    let lacking = preflight_engine::Config { features: lacking.features - Features::TAIL_CALL, ..lacking };
    let judge = Judge::with_configs(vec![("lacking", lacking)]);
    let report = campaign::run(&judge, Inputs::Exhaustive(1), Until::End, Some(2), &mut |_| true).expect("threads");
    let all = report.classes[&Class::Disagreed];
    assert!(report.found.len() == 1 && all > 1, "{all} in {:?}", report.found.keys());
    let (signature, found) = report.found.iter().next().expect("a finding");
    let Input::Plan(plan) = &found.input else { panic!("{found:?}") };
    let small = campaign::shrink(&judge, plan, signature, 1_000);
    assert_eq!(judge.plan(&small).0.finding.map(|finding| finding.signature).as_ref(), Some(signature));
    assert!(small.modules.len() <= plan.modules.len() && small.nodes.len() <= plan.nodes.len());
}

/// What a runtime shows is held against the prediction, and whatever it gets wrong is found.
#[cfg(feature = "wasmi")]
#[test]
fn other_runtimes_are_judged_by_the_prediction() {
    use common::{Liar, Lie};
    let plan: Plan = serde_json::from_str(common::LEFT_OVER).expect("a plan");
    let plan = plan.normalise();
    let judged = |lie: Lie| {
        let foreign = preflight::fuzz::Foreign::new("liar", move || Ok(Box::new(Liar::new(lie))));
        Judge::new(&[Tier::Interp]).with_runtimes(vec![foreign]).plan(&plan).0
    };
    let honest = judged(Lie::None);
    assert_eq!((honest.class, honest.finding), (Class::AgreedOnFailure, None));
    assert_eq!((honest.runtimes[0].class, &honest.runtimes[0].lacks), (Class::AgreedOnFailure, &None));
    for (lie, what) in [
        (Lie::Memory, "a memory afterwards"),
        (Lie::Table, "a table afterwards"),
        (Lie::Global, "a global afterwards"),
        (Lie::Log, "calls of the host"),
        (Lie::Outcome, "outcome trap: out of bounds memory access (initialise) / unlinkable"),
        (Lie::Call, "function in a table returned i32:7 / returned i32:8"),
        (Lie::Refuse, "refuses a valid module"),
        (Lie::Panic, "it broke: crash"),
        (Lie::Unread, "a memory afterwards cannot be read: unlinkable"),
    ] {
        let verdict = judged(lie);
        assert_eq!(verdict.class, Class::Disagreed, "{what}");
        assert_eq!(verdict.finding.expect("a finding").signature, format!("predicted != liar: {what}"));
    }
}

/// A bug that is known is not found again, and what it does not explain is.
#[cfg(feature = "wasmi")]
#[test]
fn what_known_bugs_predict_is_no_finding() {
    use common::{Liar, Lie};
    use preflight_plan::Deviation;
    let plan: Plan = serde_json::from_str(common::LEFT_OVER).expect("a plan");
    let plan = plan.normalise();
    let judged = |lie: Lie, known: &[Deviation]| {
        let foreign = preflight::fuzz::Foreign::new("liar", move || Ok(Box::new(Liar::new(lie))));
        Judge::new(&[Tier::Interp]).with_runtimes(vec![foreign.with_known(known.to_vec())]).plan(&plan).0
    };
    let both = [Deviation::DeclarativeSegmentsStay, Deviation::StartWaitsForALookup];
    let known = judged(Lie::Start, &both);
    assert_eq!((known.class, known.finding), (Class::AgreedOnFailure, None));
    assert_eq!((known.runtimes[0].class, &known.runtimes[0].known[..]), (Class::Known, &both[1..]));
    for (lie, known) in [(Lie::Start, &both[..1]), (Lie::Start, &[]), (Lie::Table, &both)] {
        assert_eq!(judged(lie, known).class, Class::Disagreed, "{known:?}");
    }
    let honest = judged(Lie::None, &both);
    assert_eq!((honest.runtimes[0].class, &honest.runtimes[0].known[..]), (Class::AgreedOnFailure, &[][..]));
}

/// A runtime that breaks once, and is right when it is started again, has not done what a known bug makes of the plan.
#[cfg(feature = "wasmi")]
#[test]
fn a_break_is_explained_by_no_bug_that_does_something_else() {
    use common::{Liar, Lie};
    use preflight_plan::Deviation;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let plan: Plan = serde_json::from_str(common::LEFT_OVER).expect("a plan");
    let plan = plan.normalise();
    let all = [Deviation::DeclarativeSegmentsStay, Deviation::StartWaitsForALookup, Deviation::EscapedFunctionsBreak];
    for lie in [Lie::Panic, Lie::PanicAtEnd] {
        let opened = AtomicUsize::new(0);
        let open = move || {
            let lie = if opened.fetch_add(1, Ordering::Relaxed) == 0 { lie } else { Lie::None };
            Ok(Box::new(Liar::new(lie)) as Box<dyn preflight::runtime::Runtime>)
        };
        let foreign = preflight::fuzz::Foreign::new("liar", open).with_known(all.to_vec());
        let verdict = Judge::new(&[Tier::Interp]).with_runtimes(vec![foreign]).plan(&plan).0;
        let finding = verdict.finding.expect("a finding");
        assert_eq!((verdict.class, &*finding.signature), (Class::Disagreed, "predicted != liar: it broke: crash"));
        assert_eq!(verdict.runtimes[0].class, Class::Disagreed);
    }
}

/// What one runtime does wrong does not hide what the others do, and every row has every input.
#[cfg(feature = "wasmi")]
#[test]
fn each_of_several_runtimes_has_its_own_verdict() {
    use common::{Liar, Lie};
    let plan: Plan = serde_json::from_str(common::LEFT_OVER).expect("a plan");
    let plan = plan.normalise();
    let foreign = |(name, lie): (&str, Lie)| preflight::fuzz::Foreign::new(name, move || Ok(Box::new(Liar::new(lie))));
    let all = [("first", Lie::Memory), ("honest", Lie::None), ("last", Lie::Table)].map(foreign).to_vec();
    let judge = Judge::new(&[Tier::Interp]).with_runtimes(all);
    let classes: Vec<Class> = judge.plan(&plan).0.runtimes.iter().map(|on| on.class).collect();
    assert_eq!(classes, [Class::Disagreed, Class::AgreedOnFailure, Class::Disagreed]);
    let plans = vec![plan.clone(), Plan::default().normalise(), plan];
    let report = campaign::run(&judge, Inputs::Plans(plans), Until::End, Some(1), &mut |_| true).expect("a thread");
    let found: Vec<_> = report.found.keys().map(String::as_str).collect();
    assert_eq!(found, ["predicted != first: a memory afterwards", "predicted != last: a table afterwards"]);
    for (name, disagreed) in [("first", 2), ("honest", 0), ("last", 2)] {
        let classes = &report.runtimes[name].classes;
        assert_eq!(classes.values().sum::<u64>(), 3, "{name}: {classes:?}");
        assert_eq!(classes.get(&Class::Disagreed).copied().unwrap_or_default(), disagreed, "{name}");
    }
}

/// A failure says more than an import that was not to match: with a runtime as with the tiers.
#[cfg(feature = "wasmi")]
#[test]
fn a_runtime_is_counted_in_the_class_of_the_tiers() {
    use common::{Liar, Lie};
    let foreign = preflight::fuzz::Foreign::new("honest", || Ok(Box::new(Liar::new(Lie::None))));
    let judge = Judge::new(&[Tier::Interp]).with_runtimes(vec![foreign]);
    let plan = r#"{ "modules": [{ "memories": [{ "min": 1 }], "exports": [{ "memory": 0 }] },
            { "args": [0], "imports": [{ "source": { "export": { "arg": 0, "export": 0 } }, "twist": "missing" }] },
            { "funcs": [{ "steps": [{ "trap": "unreachable" }] }], "start": 0 }],
        "nodes": [{ "module": 0 }, { "module": 1, "args": [0] }, { "module": 2 }] }"#;
    let plan: Plan = serde_json::from_str(plan).expect("a plan");
    let plan = plan.normalise();
    let outcomes = plan.expected().traces.into_iter().map(|trace| trace.outcome).collect::<Vec<_>>();
    assert!(outcomes.contains(&Outcome::Unlinkable), "{outcomes:?}");
    let verdict = judge.plan(&plan).0;
    assert_eq!((verdict.class, verdict.runtimes[0].class), (Class::AgreedOnFailure, Class::AgreedOnFailure));
}

/// The known bugs of runtimes are such as plans can predict.
#[test]
fn known_bugs_have_names() {
    for (runtime, _) in preflight_spec_tests::EXPECT {
        for known in preflight::expect::Expectations::built_in(runtime).expect("expectations").deviations {
            let name = serde_json::Value::from(known.name.clone());
            let deviation: Result<preflight_plan::Deviation, _> = serde_json::from_value(name);
            assert!(deviation.is_ok(), "spec-tests/expect/{runtime}.toml: no plan can predict {:?}", known.name);
        }
    }
}

/// What wasmi does not accept is left out of its plans, or named.
#[cfg(feature = "wasmi")]
#[test]
fn what_a_runtime_cannot_do_has_a_name() {
    let wasmi = preflight::runtime::known::in_this_process("wasmi").expect("it is built in");
    let open = move || Ok(wasmi());
    let judge = Judge::new(&[Tier::Interp]).with_runtimes(vec![preflight::fuzz::Foreign::new("wasmi", open)]);
    let (mut classes, mut without) = (std::collections::BTreeMap::new(), std::collections::BTreeSet::new());
    for seed in 0..150 {
        let (verdict, ..) = judge.plan(&Plan::from_seed(seed));
        for on in verdict.runtimes {
            assert_eq!(on.lacks.is_some(), on.class == Class::Unsupported, "{on:?}");
            *classes.entry(on.class).or_insert(0) += 1;
            without.extend(on.without);
        }
    }
    assert!(without.contains("exception-handling") && without.contains(preflight::fuzz::HOSTS), "{without:?}");
    assert!(classes.get(&Class::AgreedOnFailure).is_some_and(|n| *n > 20), "{classes:?}");
}
