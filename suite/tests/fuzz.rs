//! Plans on the reference engine: what is predicted happens.

use preflight::fuzz::{Class, Judge};
use preflight_engine::Tier;
use preflight_plan::{Plan, stats::Stats};

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
