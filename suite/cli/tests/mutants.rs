//! `preflight mutants`, in a build that has them: `cargo test -p preflight-cli --features mutants --test mutants`.

mod common;

use common::{Folder, contains};
use preflight::{
    case::{self, needs},
    script::Options,
    self_check::build,
};
use preflight_engine::mutants::activate;
use serde_json::Value;

/// What became of the mutants that `args` chooses, and the exit status.
fn fates(args: &str) -> (i32, Vec<Value>) {
    let run = Folder::with(&[]).run(&format!("mutants --format json {args}"));
    let document: Value = serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}", run.err));
    (run.status, document["mutants"].as_array().unwrap().clone())
}

#[test]
fn the_cases_kill_a_sample() {
    let (status, fates) = fates("--sample 24");
    let survivors: Vec<_> = fates.iter().filter(|fate| fate["killed"] == false).map(|fate| &fate["id"]).collect();
    assert!(survivors.is_empty(), "{survivors:?}");
    assert_eq!((status, fates.len()), (0, 24));
    assert!(fates.iter().all(|fate| fate["killed_by"].as_str().unwrap().ends_with(".wast")));
}

#[test]
fn one_that_hangs_is_ended_by_the_time_limit() {
    let (status, fates) = fates("--filter table-hang --timeout 3");
    assert_eq!((status, &fates[0]["how"]), (0, &Value::from("time-limit")));
    let run = Folder::with(&[]).run("mutants --filter table-hang --timeout 3");
    contains(&run.out, &["killed", "table-hang", "(ran into the time limit)"]);
}

#[test]
fn one_that_no_case_sees_survives() {
    let folder = Folder::with(&[]);
    std::fs::create_dir(folder.path("cases")).unwrap();
    let case = ";;! title = \"t\"\n;;! rules = [\"CORE-START-04\"]\n(module)\n";
    folder.write("cases/c.wast", case.as_bytes());
    let run = folder.run("mutants --cases cases --filter twice-start");
    assert_eq!(run.status, 1);
    contains(&run.out, &["SURVIVED", "twice-start", "1 survived"]);
    let wrong = case.replace("(module)", "(assert_trap (module) \"unreachable\")");
    folder.write("cases/c.wast", wrong.as_bytes());
    let run = folder.run("mutants --cases cases --filter twice-start");
    assert_eq!(run.status, 2);
    contains(&run.err, &["c.wast fails on the engine without a mutant"]);
}

#[test]
fn plans_and_commands_find_mutants_too() {
    let (status, of_plans) = fates("--filter swap-elems-datas --plans --seconds 20");
    assert_eq!(status, 0);
    assert!(of_plans[0]["killed_by"].as_str().unwrap().starts_with("a plan of the first "));
    let (status, of_commands) = fates("--filter skip-start --commands");
    assert_eq!((status, of_commands.len()), (0, 1));
    assert!(of_commands[0]["killed_by"].as_str().unwrap().contains(": a check failed, exit code 3"), "{of_commands:?}");
}

/// Mutants of the rules by which programs start, each with a program and what its exit code has to say of the mutant.
const NAMED: &[(&str, &str, &str)] = &[
    ("skip-start", "p1/cmd-start-section-before-start-export", "the start section has run when _start begins"),
    (
        "swap-datas-start",
        "p1/kind-plain-preload-starts-by-its-section",
        "the start section has run after the data segment was written",
    ),
    ("start-trap-ignored", "p1/cmd-start-section-traps", "_start does not run"),
    ("p1-start-by-instantiation", "p1/cmd-other-export-selected", "_start does not run"),
    ("p1-start-twice", "p1/cmd-entered-once", "_start has not been entered before"),
    ("p1-preloaded-command-runs", "p1/cmd-preloaded-command-does-not-run", "the _start of the library does not run"),
    (
        "p1-command-instance-shared",
        "p1/cmd-as-library-is-fresh-for-each-call",
        "the second call finds another new instance",
    ),
    (
        "p1-command-instance-shared",
        "p1/cmd-as-library-starts-for-each-call",
        "the start function has run again for the second call",
    ),
    ("p1-initialize-skipped", "p1/rea-initialized-before-use", "the function of the library sees what _initialize did"),
    ("p1-library-not-initialized", "p1/rea-initialized-once", "_initialize has run before the main program"),
    (
        "p1-library-not-initialized",
        "p1/rea-initialized-before-dependents-start",
        "the library was initialised when the start section of the main program ran",
    ),
    ("p1-initialize-twice", "p1/rea-initialized-once", "_initialize has run once"),
    (
        "p1-initialize-twice",
        "toolchain/crt-reactor-called-by-the-host-once",
        "_initialize is not entered a second time",
    ),
    ("p1-initialize-per-call", "p1/rea-invoked-twice-initialised-once", "_initialize has run once"),
    (
        "p1-initialize-late",
        "p1/rea-initialized-before-selected-export",
        "_initialize has run before the selected export",
    ),
    (
        "p1-initialize-before-start",
        "p1/rea-start-section-before-initialize",
        "the start section did not run after _initialize",
    ),
    ("p1-initialize-selectable", "p1/rea-selected-initialize-is-not-called-again", "_initialize has not run before"),
    ("p1-initialize-trap-ignored", "p1/rea-trap-stops-the-program", "the main program does not run"),
    ("p1-initialize-exit-ignored", "p1/rea-exit-ends-the-program", "the main program does not run"),
    ("p1-both-entries", "p1/kind-both-entry-points-are-refused", "_start does not run after _initialize"),
    ("p1-thread-initializes", "p1/thr-initialize-is-not-called-in-a-thread", "_initialize runs in no thread"),
    ("p1-thread-start-skipped", "p1/thr-start-section-runs-in-each", "the start section has run in every instance"),
];

/// A runtime with the bug ends the program with the exit code whose words tell the bug. The mutant is one of the whole process: the
/// other tests run theirs in processes of their own.
#[test]
fn exit_codes_name_the_bug() {
    let (cases, catalogue) = (case::all().unwrap(), preflight_spec_tests::rules().unwrap());
    let mut mistakes = Vec::new();
    for (mutant, name, words) in NAMED {
        let case = cases.iter().find(|case| case.path == format!("{name}.wast")).unwrap_or_else(|| panic!("{name}"));
        let mut options = Options::default();
        options.config.features = needs::features(&case.header.needs).0;
        let command = &build(case, &catalogue).commands[0];
        activate(mutant).unwrap();
        let failures = command.judge(&command.run(&options));
        let told = failures.first().map_or("nothing".to_owned(), ToString::to_string);
        if !(told.starts_with("a check failed") && told.ends_with(&format!(": {words}"))) {
            mistakes.push(format!("{mutant}, {name}: {words}; but was told: {told}"));
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}
