//! The official suites on both tiers: the same end of every directive, and the same steps.
#![cfg(feature = "jit")]

use preflight::{files, official, results::Results, script::Options};
use preflight_engine::Compile;

fn run(change: impl FnOnce(&mut Options)) -> Results {
    let mut options = Options { both: true, ..Options::default() };
    change(&mut options);
    let suites = official::suites(official::ALL).expect("the suites");
    let jobs = official::jobs(&suites, &options).expect("the stale list");
    files::run(&jobs, None, &|_| {})
}

fn assert_agreement(results: &Results) {
    for file in &results.files {
        for failure in &file.failures {
            let (path, line) = (&file.path, failure.line);
            eprintln!("{path}:{line} {}\n  {}\n  {}", failure.directive, failure.expected, failure.got);
        }
    }
    let totals = results.totals;
    assert_eq!((totals.failed, totals.unsupported), (0, 0), "{totals:?}");
    assert!(totals.directives > 140_000, "{totals:?}");
}

#[test]
fn the_tiers_agree() {
    assert_agreement(&run(|_| {}));
}

#[test]
fn the_tiers_agree_when_all_is_compiled_with_the_module() {
    assert_agreement(&run(|options| options.config.compile = Compile::Eager));
}

#[test]
fn frames_of_both_tiers_keep_their_objects() {
    assert_agreement(&run(|options| options.gc_stress = true));
}
