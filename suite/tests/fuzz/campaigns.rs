//! Many inputs: counted, and ended in time.

use preflight::fuzz::{
    Class, Judge,
    campaign::{self, Inputs, Until},
};
use preflight_engine::Tier;

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
    assert!(
        one.oracles.len() == 5 && one.oracles.values().flat_map(|of| of.values()).sum::<u64>() > 100,
        "{:?}",
        one.oracles
    );
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
