//! Files and folders, the shape of the results, and stale directives.

use preflight::{
    files::{self, Job, PathError, StaleDirective, Text},
    results::Results,
    script::Options,
};
use std::{borrow::Cow, fs};

fn run(text: &'static str, stale_lines: &[u64]) -> Results {
    let stale = stale_lines.iter().map(|line| StaleDirective {
        line: *line,
        clause: "core#some-clause".to_owned(),
        reason: "it changed".to_owned(),
    });
    let job = Job {
        path: "a.wast".to_owned(),
        text: Text::Here(Cow::Borrowed(text)),
        options: Options::default(),
        stale: stale.collect(),
    };
    files::run(&[job], Some(1), &|_| {})
}

#[test]
fn the_json_is_the_documented_one() {
    let results = run("(module)\n(assert_invalid (module) \"type mismatch\")", &[]);
    let json = serde_json::to_value(&results).expect("JSON");
    let expected = serde_json::json!({
        "files": [{
            "path": "a.wast", "directives": 2, "passed": 1, "failed": 1, "unsupported": 0,
            "failures": [
                { "line": 2, "column": 1, "directive": "assert_invalid", "expected": "invalid", "got": "no error" }
            ]
        }],
        "totals": { "directives": 2, "passed": 1, "failed": 1, "unsupported": 0, "stale": 0 }
    });
    assert_eq!(json, expected);
}

#[test]
fn a_stale_directive_that_fails_is_counted_apart() {
    let results = run("(module)\n(assert_invalid (module) \"type mismatch\")", &[2]);
    assert_eq!((results.totals.passed, results.totals.failed, results.totals.stale), (1, 0, 1));
    assert_eq!(results.files[0].stale[0].got, "no error");
}

#[test]
fn a_stale_directive_that_passes_is_a_failure() {
    let results = run("(module)\n(module)", &[2]);
    assert_eq!((results.totals.passed, results.totals.failed, results.totals.stale), (1, 1, 0));
    let failure = &results.files[0].failures[0];
    assert_eq!(failure.expected, "a failure, since it contradicts core#some-clause (it changed)");
    assert_eq!(failure.got, "it passed");
}

#[test]
fn a_stale_entry_that_matches_nothing_is_a_failure() {
    let results = run("(module)", &[7]);
    assert_eq!((results.totals.directives, results.totals.passed, results.totals.failed), (2, 1, 1));
    assert_eq!(results.files[0].failures[0].got, "nothing: the entry matches no directive");
}

#[test]
fn folders_are_walked_in_order_and_paths_must_exist() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(&path, text).expect("a file");
        path
    };
    write("b.wast", "(module)");
    write("a/z.wast", "(module) (module)");
    write("a/notes.txt", "no script");
    let jobs = files::jobs(&[folder.path().to_owned()], &Options::default()).expect("jobs");
    let results = files::run(&jobs, Some(2), &|_| {});
    let counts: Vec<_> = results.files.iter().map(|file| file.directives).collect();
    assert_eq!(counts, [2, 1]);

    let missing = folder.path().join("none.wast");
    let error = files::jobs(&[missing], &Options::default()).expect_err("missing");
    assert!(matches!(error, PathError::Unreadable { .. }), "{error}");
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).expect("a folder");
    let error = files::jobs(&[empty], &Options::default()).expect_err("empty");
    assert!(matches!(error, PathError::NoScripts { .. }), "{error}");
}

#[test]
fn a_script_that_two_paths_name_is_run_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("a.wast");
    fs::write(&script, "(module)").expect("a file");
    let paths = [folder.path().to_owned(), script.clone(), script];
    assert_eq!(files::jobs(&paths, &Options::default()).expect("jobs").len(), 1);
}

#[test]
#[cfg(unix)]
fn what_is_neither_file_nor_folder_is_refused_and_in_a_folder_passed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("socket.wast");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
    let error = files::jobs(&[socket], &Options::default()).expect_err("a socket");
    assert!(matches!(error, PathError::NoFile { .. }), "{error}");
    fs::write(folder.path().join("a.wast"), "(module)").expect("a file");
    assert_eq!(files::jobs(&[folder.path().to_owned()], &Options::default()).expect("jobs").len(), 1);
}

#[test]
fn what_is_no_script_is_a_failure_of_the_harness_kind() {
    let results = run("(modul)", &[]);
    assert!(results.harness_failed());
    assert_eq!((results.totals.directives, results.totals.failed), (1, 1));
}
