//! `preflight run` and `preflight rules`.

mod common;

use common::{Folder, contains};
use serde_json::Value;

const CASE: &str = ";;! title = \"A trap\"\n;;! rules = [\"CORE-START-09\"]\n\
    (assert_trap (module (func $f (unreachable)) (start $f)) \"unreachable\")\n";
const TRACE: &str = ";;= /#0 allocated func 1\n;;= /#0 start 0 entered\n;;= /#0 trap unreachable in start\n";

#[test]
fn built_in_cases_pass() {
    let run = Folder::with(&[]).run("run --filter core/start --format json");
    let document: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((run.status, document["totals"]["failed"].as_u64()), (0, Some(0)));
    assert!(document["totals"]["passed"].as_u64() > Some(10));
    let run = Folder::with(&[]).run("run --rule CORE-START-09");
    assert_eq!(run.status, 0);
    contains(&run.out, &["CORE-START", "ok: "]);
}

#[test]
fn a_wrong_step_is_shown_with_the_rule_in_words() {
    let folder = Folder::with(&[]);
    std::fs::create_dir(folder.path("cases")).unwrap();
    folder.write("cases/good.wast", format!("{CASE}{TRACE}").as_bytes());
    assert_eq!(folder.run("run --cases cases").status, 0);
    folder.write("cases/bad.wast", format!("{CASE}{}", TRACE.replace("start 0", "start 1")).as_bytes());
    let run = folder.run("run --cases cases");
    assert_eq!(run.status, 1);
    contains(
        &run.out,
        &[
            "FAILED reference bad.wast: A trap",
            "CORE-START-09",
            "step 2: expected /#0 start 1 entered, got /#0 start 0 entered",
            "again: preflight run --runtime reference --cases cases --filter bad.wast",
        ],
    );
    assert!(!run.out.contains("FAILED reference good"));
}

#[test]
fn wrong_cases_and_names_are_status_2() {
    let folder = Folder::with(&[("plain.wast", "(module)")]);
    for args in
        ["run --cases .", "run --rule CORE-NONE-01", "run --filter nothing-is-called-this", "run --cases absent"]
    {
        let run = folder.run(args);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{args}");
        contains(&run.err, &["error: "]);
    }
}

#[test]
fn a_header_with_a_mistake_gives_no_verdict() {
    let script = "(module $A (func (export \"f\")))\n(assert_return (invoke $A \"f\") (i32.const 1))\n";
    for (keys, said) in [
        ("rules = [\"CORE-NONE-01\"]", "c.wast: there is no rule CORE-NONE-01"),
        ("rules = []", "c.wast: no rules"),
        ("rules = [\"CORE-START-09\"]\n;;! needs = [\"gcc\"]", "c.wast: there is no proposal \"gcc\""),
    ] {
        let folder = Folder::with(&[("c.wast", &format!(";;! title = \"t\"\n;;! {keys}\n{script}"))]);
        let run = folder.run("run --cases .");
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{keys}");
        contains(&run.err, &[said]);
        let run = folder.run("run --cases c.wast");
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{keys}");
        contains(&run.err, &[said]);
    }
}

#[test]
fn a_reading_that_a_case_names_is_held_against_the_reference_engine() {
    let text = ";;! title = \"t\"\n;;! rules = [\"CM-TRAP-05\"]\n;;! needs = [\"component-model\"]\n\
        ;;! readings = [\"lock-store\"]\n\
        (component $A (core module $M (func (export \"f\"))) (core instance $m (instantiate $M))\n\
          (func (export \"f\") (canon lift (core func $m \"f\"))))\n\
        (assert_trap (component (core module $T (func $s unreachable) (start $s)) (core instance (instantiate $T)))\n\
          \"unreachable\")\n";
    let end = |end: &str| Folder::with(&[("c.wast", &format!("{text}{end}\n"))]).run("run --cases .");
    assert_eq!(end("(assert_trap (invoke $A \"f\") \"cannot enter component instance\")").status, 0);
    let run = end("(assert_return (invoke $A \"f\"))");
    assert_eq!(run.status, 1);
    contains(&run.out, &["FAILED reference c.wast"]);
}

#[test]
fn an_entry_that_matches_nothing_is_told_whatever_is_selected() {
    let entry = |case: &str, expected: &str| {
        format!("[[entry]]\ncase = \"{case}\"\nexpected = \"{expected}\"\nreason = \"r\"\n")
    };
    let folder = Folder::with(&[("e.toml", &entry("core/nothing*", "failed"))]);
    let run = folder.run("run --filter core/start-runs --expect e.toml");
    assert_eq!(run.status, 1, "{}", run.out);
    contains(&run.out, &["matches no case: core/nothing*"]);
    // A case that is there and is not selected is no mistake.
    folder.write("e.toml", entry("core/start-section-before-segments.wast", "failed").as_bytes());
    assert_eq!(folder.run("run --filter core/start-runs --expect e.toml").status, 0);
}

#[test]
fn programs_run_on_every_tier() {
    for tier in ["interp", "jit", "both"] {
        let run = Folder::with(&[]).run(&format!("run --filter p1/ --tier {tier} --format json"));
        let document: Value = serde_json::from_str(&run.out).unwrap();
        let totals = &document["totals"];
        assert_eq!((run.status, totals["failed"].as_u64(), totals["unsupported"].as_u64()), (0, Some(0), Some(0)));
        assert!(totals["passed"].as_u64() > Some(30), "{tier}: {totals}");
    }
}

#[test]
fn a_program_that_does_otherwise_fails() {
    let head = ";;! title = \"t\"\n;;! rules = [\"P1-CMD-01\"]\n;;! needs = [\"wasip1\"]\n;;! [run]\n;;! kind = \"command\"\n\
        ;;! main = \"$Main\"\n";
    let main = "(module definition $Main (memory (export \"memory\") 1) (func (export \"_start\")))\n";
    let step = ";;= /$Main call \"_start\" () by rule P1-CMD-02\n";
    let folder = Folder::with(&[]);
    std::fs::create_dir(folder.path("cases")).unwrap();
    for (name, text, said) in [
        ("exit", format!("{head};;! exit = 3\n{main}"), "the end: expected exit 3, got returned"),
        ("trap", format!("{head};;! fails = \"trap\"\n{main}"), "the end: expected a trap, got returned"),
        ("out", format!("{head};;! stdout = \"x\"\n{main}"), "standard output: expected \"x\", got \"\""),
        ("step", format!("{head}{main}{step}"), "step 1: expected /$Main call"),
        ("none", format!("{head}(module definition $Other)\n"), "$Main: the script has no `module definition`"),
    ] {
        folder.write(&format!("cases/{name}.wast"), text.as_bytes());
        let run = folder.run(&format!("run --cases cases --filter {name}"));
        assert_eq!(run.status, 1, "{name}: {}", run.out);
        contains(&run.out, &[said]);
    }
}

#[test]
fn sources_are_looked_up_in_a_clone() {
    let folder = Folder::with(&[("plain.txt", "")]);
    let run = folder.run("rules --check-sources .");
    assert_eq!(run.status, 2);
    contains(&run.err, &["give OWNER/NAME=."]);
}

#[test]
fn rules_are_listed_with_their_cases() {
    let folder = Folder::with(&[]);
    let list: Vec<Value> = serde_json::from_str(&folder.run("rules --format json").out).unwrap();
    assert!(list.len() >= 344);
    let rule = list.iter().find(|rule| rule["id"] == "CORE-START-09").unwrap();
    assert_eq!(rule["level"], "must");
    assert!(rule["cases"].as_array().unwrap().contains(&"core/start-trap-fails-instantiation.wast".into()));
    let uncovered: Vec<Value> = serde_json::from_str(&folder.run("rules --uncovered --format json").out).unwrap();
    assert!(uncovered.len() < list.len());
    assert!(uncovered.iter().all(|rule| rule["cases"].as_array().unwrap().is_empty() && rule["reason"].is_null()));
    contains(&folder.run("rules --filter CORE-START-09").out, &["CORE-START-09 must", "1 rules"]);
}
