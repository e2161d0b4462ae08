//! Plans on the reference engine: what is predicted happens.

use preflight::fuzz::{Class, Judge};
use preflight_engine::Tier;
use preflight_plan::{Plan, component::ComponentPlan, stats::Stats};

#[test]
fn predictions_hold_on_the_interpreter() {
    hold(&[Tier::Interp], 2_000);
}

#[cfg(feature = "jit")]
#[test]
fn predictions_hold_on_both_tiers() {
    hold(&[Tier::Interp, Tier::Jit], 200);
}

fn hold(tiers: &[Tier], count: u64) {
    let judge = Judge::new(tiers);
    let mut stats = Stats::default();
    let count = std::env::var("PREFLIGHT_PLANS").map_or(count, |n| n.parse().expect("a number"));
    let start = std::time::Instant::now();
    let mut classes = std::collections::BTreeMap::new();
    for seed in 0..count {
        let plan = Plan::from_seed(seed);
        let (verdict, expected, bytes) = judge.plan(&plan);
        stats.count(&plan, &expected, bytes);
        *classes.entry(verdict.class).or_insert(0) += 1;
        if let Some(finding) = verdict.finding {
            panic!(
                "seed {seed}: {} in action {}\n{}\nexpected {:#?}\nactual {:#?}",
                finding.signature,
                finding.action,
                serde_json::to_string(&plan).expect("plans are data"),
                finding.expected,
                finding.actual
            );
        }
    }
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
    let mut classes = std::collections::BTreeMap::new();
    for seed in 0..500 {
        let plan = ComponentPlan::from_seed(seed);
        let (verdict, _) = judge.component(&plan);
        *classes.entry(verdict.class).or_insert(0) += 1;
        if let Some(finding) = verdict.finding {
            panic!(
                "seed {seed}: {}\n{}\nexpected\n{}\nactual\n{}",
                finding.signature,
                serde_json::to_string(&plan).expect("plans are data"),
                preflight::case::line::print_all(&finding.expected).join("\n"),
                preflight::case::line::print_all(&finding.actual).join("\n"),
            );
        }
    }
    println!("{classes:?}");
    assert!(classes[&Class::AgreedOnFailure] > 50, "{classes:?}");
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
