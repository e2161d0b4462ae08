//! The Component Model's reference tests, where `PREFLIGHT_COMPONENT_TESTS` names their folder: on both tiers where there are
//! two.

#![cfg(feature = "reference")]

use preflight::{
    files::{self, Job, Text},
    results::Results,
    script::Options,
};
use preflight_engine::component::{Barging, BlockedLock, Blocking, PartialCancel, Readings, Reentrance};
use std::{collections::BTreeSet, path::PathBuf};

/// The folder, or a word on how to get it.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("PREFLIGHT_COMPONENT_TESTS").map(PathBuf::from);
    if folder.is_none() {
        eprintln!(
            "The Component Model's reference tests did not run: set PREFLIGHT_COMPONENT_TESTS to the folder `test` of a \
             checkout of https://github.com/WebAssembly/component-model."
        );
    }
    folder
}

fn run(folder: &str, readings: Readings) -> Option<Results> {
    let path = self::folder()?.join(folder);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(path).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "wast"));
    files.sort();
    let jobs: Vec<Job> = files
        .into_iter()
        .map(|file| Job {
            path: file.file_name().expect("a name").to_string_lossy().into_owned(),
            text: Text::File(file),
            options: Options {
                readings,
                #[cfg(feature = "jit")]
                both: true,
                ..Options::default()
            },
            stale: Vec::new(),
        })
        .collect();
    Some(files::run(&jobs, None, &|_| {}))
}

/// Every directive passes.
fn all_pass(folder: &str) {
    let Some(results) = run(folder, Readings::default()) else { return };
    for file in &results.files {
        assert!(file.failures.is_empty(), "{}: {:#?}", file.path, file.failures);
        assert_eq!(file.unsupported, 0, "{}", file.path);
    }
    assert!(results.totals.passed > 0);
}

#[test]
fn binary() {
    all_pass("binary");
}

#[test]
fn linking() {
    all_pass("linking");
}

#[test]
fn resources() {
    all_pass("resources");
}

#[test]
fn validation() {
    all_pass("validation");
}

#[test]
fn values() {
    all_pass("values");
}

fn failing(results: &Results) -> BTreeSet<&str> {
    results.files.iter().filter(|file| !file.failures.is_empty()).map(|file| &*file.path).collect()
}

#[test]
fn asynchronous_calls_by_the_documents() {
    // These have it as a runtime does, against CanonicalABI.md (see `Readings`).
    let against = [
        "big-interleaving-test.wast",
        "cancel-stream.wast",
        "dont-block-start.wast",
        "during-sync-call-no-exclusive-resume.wast",
        "sync-streams.wast",
        "trap-if-block-and-sync.wast",
        "trap-on-reenter.wast",
    ];
    let Some(results) = run("async", Readings::default()) else { return };
    assert_eq!(failing(&results), BTreeSet::from(against));
    assert_eq!(results.totals.unsupported, 0);
}

#[test]
fn asynchronous_calls_as_runtimes_have_them() {
    // With `Eager` a call traps that may block, whoever else is ready; the test is of the other reading.
    const AGAINST_EAGER: &str = "during-sync-call-may-block-if-other-ready-threads.wast";
    let readings = Readings {
        reentrance: Reentrance::TrapRelatives,
        blocking: Blocking::Eager,
        barging: Barging::NoneThatNeedsLock,
        partial_cancel: PartialCancel::Cancelled,
        blocked_lock: BlockedLock::GivenUp,
        ..Readings::default()
    };
    let Some(results) = run("async", readings) else { return };
    assert_eq!(failing(&results), BTreeSet::from([AGAINST_EAGER]));
    assert_eq!((results.totals.failed, results.totals.unsupported), (1, 0));
    // With the other reading of that one everything passes that it is about.
    let Some(results) = run("async", Readings { blocking: Blocking::Late, ..readings }) else { return };
    assert!(!failing(&results).contains(AGAINST_EAGER));
}
