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

/// Recursion in frames of some size, which ends within the limits that bind both tiers.
#[test]
fn recursion_of_scripts_ends_at_the_same_depth() {
    const TEXT: &str = r#"
        (module
          (func $r (param i32 v128 v128) (result v128)
            (if (result v128) (i32.eqz (local.get 0)) (then (local.get 1))
              (else (i32x4.add (local.get 1)
                (call $r (i32.sub (local.get 0) (i32.const 1)) (local.get 2) (local.get 1))))))
          (func (export "f") (param i32) (result v128)
            (call $r (local.get 0) (v128.const i64x2 0 1) (v128.const i64x2 0 2))))
        (invoke "f" (i32.const 15000))
        (thread $t (module
            (func $r (export "f") (param i32 i64 i64 i64 i64) (result i64)
              (if (result i64) (i32.eqz (local.get 0)) (then (local.get 1)) (else (i64.add (local.get 2)
                (call $r (i32.sub (local.get 0) (i32.const 1)) (local.get 2) (local.get 3) (local.get 4)
                  (local.get 1)))))))
          (invoke "f" (i32.const 15000) (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4)))
        (wait $t)"#;
    let options = Options { both: true, ..Options::default() };
    let job =
        files::Job { path: "deep.wast".to_owned(), text: files::Text::Here(TEXT.into()), options, stale: Vec::new() };
    let results = files::run(&[job], Some(1), &|_| {});
    assert_eq!(results.totals.failed + results.totals.unsupported, 0, "{:?}", results.files);
}
