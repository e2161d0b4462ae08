//! Every engine does what plans predict.

use preflight::fuzz::{
    Class, Judge, Verdict,
    campaign::{self, Inputs, Until},
};
use preflight_engine::Tier;
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
    println!("{:?}", stats.kinds.by_name());
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

/// Engine and prediction can agree on what is wrong, so here is what is right: what the other component's tasks do, which
/// events are delivered, and what is logged.
#[test]
fn what_the_documents_say_of_tasks_is_predicted() {
    let tiers = [
        Tier::Interp,
        #[cfg(feature = "jit")]
        Tier::Jit,
    ];
    let judge = Judge::new(&tiers);
    let told = |text: &str| {
        let plan = serde_json::from_str::<TaskPlan>(text).expect("a plan").normalise();
        let (verdict, expected) = judge.task(&plan);
        assert_eq!(verdict.finding, None, "{text}");
        let lines = expected.iter().flat_map(preflight::case::line::print_all);
        let is_told = |line: &String| {
            ["host log (", "#0 task ", " event ", "CM-ASYNC", "=>"].iter().any(|part| line.contains(part))
        };
        let lines: Vec<String> = lines.filter(is_told).collect();
        lines.join("\n").replace("/ host log (u32:", "log (")
    };
    // CM-ASYNC-23: the second call waits for the lock, which is free again by then; it starts after "call-plain" (5, 78).
    let text = told(
        r#"{ "place": "called", "lift": "sync", "yields": 1, "steps": [
            { "new-thread": { "entry": 0, "with": 1 } }, { "resume-later": 2 }, "call", "yield", { "log": 77 },
            "call-plain", { "log": 78 }], "threads": [["call", { "log": 99 }]] }"#,
    );
    let (started, returned) = ("/#0 task \"func 0\" started", "/#0 task \"func 0\" returned");
    let before = format!("log (2)\n{started}\nlog (17)\nlog (1)\nlog (32)\nlog (99)\n{returned}\nlog (0)\nlog (77)");
    assert_eq!(text, format!("{before}\nlog (5)\nlog (78)\n=> returned (u32:0)\n{started}\n{returned}"));
    // CM-ASYNC-24: the second call has started, which nobody has been told, and cannot be cancelled: it returns (2).
    let text = told(
        r#"{ "place": "called", "lift": "sync", "yields": 1, "value": 7, "steps": [
            "call", "call", "yield", { "log": 77 }, { "turn": 1 }, "cancel-call-sync", { "log": 78 }, "drop-call"] }"#,
    );
    let before = format!("{started}\nlog (17)\nlog (32)\n{returned}\n{started}\nlog (0)\nlog (77)\n{returned}");
    assert_eq!(text, format!("{before}\n/ event subtask index 2 payload 2\nlog (2)\nlog (78)\n=> returned (u32:0)"));
}

/// Every small plan there is, on every tier.
#[test]
fn predictions_hold_for_all_small_plans() {
    let tiers = [
        Tier::Interp,
        #[cfg(feature = "jit")]
        Tier::Jit,
    ];
    let size = std::env::var("PREFLIGHT_SIZE").map_or(2, |size| size.parse().expect("a number"));
    let inputs = Inputs::Exhaustive { size, first: 0 };
    let report = campaign::run(&Judge::new(&tiers), inputs, Until::End, None, &mut |_| true).expect("threads");
    assert!(report.found.is_empty(), "{:#?}", report.found);
    let count: u64 =
        (0..=size).map(preflight_plan::exhaustive::count).map(|(modules, components)| modules + components).sum();
    assert_eq!((report.executions, report.numbers), (count, count));
    assert_eq!(report.classes.get(&Class::Unsupported), None);
    println!("{:?} {:?} {:?}", report.time, report.classes, report.oracles);
}
