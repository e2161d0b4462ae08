//! The official suites on the reference engine.

use preflight::{files, official, results::Results, script::Options};

fn run(name: &str) -> Results {
    let suites = official::suites(name).expect("a suite");
    let jobs = official::jobs(&suites, &Options::default()).expect("the stale list");
    files::run(&jobs, None, &|_| {})
}

#[test]
fn all_required_suites_pass() {
    let results = run(official::ALL);
    for file in &results.files {
        for failure in &file.failures {
            let (path, line) = (&file.path, failure.line);
            eprintln!("{path}:{line} {}\n  expected {}\n  got {}", failure.directive, failure.expected, failure.got);
        }
        for item in &file.unsupported_directives {
            eprintln!("{}:{} {}: unsupported: {}", file.path, item.line, item.directive, item.what);
        }
    }
    let totals = results.totals;
    println!("{totals:?}");
    assert_eq!((totals.failed, totals.unsupported), (0, 0), "{totals:?}");
    assert_eq!(totals.directives, totals.passed + totals.stale);
    // A suite that is not found would pass without a word.
    assert!(totals.directives > 140_000, "{totals:?}");
}

#[test]
fn every_suite_has_files_and_its_own_name() {
    for suite in official::SUITES {
        let found = official::suites(suite.name).expect("a suite");
        assert_eq!(found.len(), 1, "{}", suite.name);
        let jobs = official::jobs(&found, &Options::default()).expect("the stale list");
        assert!(!jobs.is_empty(), "{}", suite.name);
    }
}

#[test]
fn the_optional_suite_can_be_run() {
    let results = run("custom-descriptors");
    println!("{:?}", results.totals);
    assert!(results.totals.directives > 800, "{:?}", results.totals);
    assert!(results.totals.passed > 0, "{:?}", results.totals);
}

#[test]
fn an_unknown_suite_lists_those_that_exist() {
    let error = official::suites("core-v9").expect_err("unknown").to_string();
    assert!(error.contains("core-v9") && error.contains("core-v3") && error.contains("all"), "{error}");
}

#[test]
fn the_stale_list_refuses_what_it_cannot_mean() {
    let list = |text| official::stale::List::parse(text);
    assert!(list("stale = []").is_ok());
    assert!(
        list("[[stale]]\nsuite = \"gc\"\nfile = \"x\"\nlines = [1]\nclause = \"c\"\nreason = \"r\"\nwhy = 1").is_err()
    );
    assert!(list("[[stale]]\nsuite = \"g\"\nfile = \"x\"\nlines = [1]\nclause = \"c\"\nreason = \"r\"").is_err());
}
