//! `preflight mutants`, in a build that has them: `cargo test -p preflight-cli --features mutants --test mutants`.

mod common;

use common::{Folder, contains};
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
}
