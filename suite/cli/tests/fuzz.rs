//! `preflight fuzz` and `preflight shrink`, from end to end.

mod common;

use common::{Folder, contains};
use serde_json::Value;
use std::fs;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn every_input_is_counted_in_one_class() {
    let folder = Folder::with(&[]);
    let run = folder.run("fuzz --count 300 --tier both --jobs 2 --format json");
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let report = json(&run.out);
    let classes = report["classes"].as_object().expect("classes");
    assert_eq!(classes.len(), 7, "those of which there are none, too");
    assert_eq!(classes.values().filter_map(Value::as_u64).sum::<u64>(), 300);
    assert_eq!((&report["executions"], &report["first_seed"]), (&300.into(), &0.into()));
    let unsupported = report["unsupported"].as_object().expect("by name").values().filter_map(Value::as_u64);
    assert_eq!(unsupported.sum::<u64>(), classes["unsupported"].as_u64().expect("a number"));
    // Which oracle had something to say of how many inputs, and of which.
    for (oracle, by_source) in report["oracles_by_source"].as_object().expect("oracles") {
        let counts = by_source.as_object().expect("sources").values().filter_map(Value::as_u64);
        assert_eq!(report["oracles"][oracle].as_u64(), Some(counts.sum()), "{oracle}");
    }
    let text = &report["oracles_by_source"]["text round trip"];
    assert!(text["plan of core modules"].as_u64() > Some(0) && text["plan of tasks"].as_u64() > Some(0), "{text}");
    assert!(report["compared"].as_u64() > Some(250) && report["with_failure"].as_u64() > Some(100), "{report}");
    let text = folder.run("fuzz --count 300 --tier interp").out;
    contains(
        &text,
        &["300 plans", "/s and core", "% reached a trace that was compared", "medians)", "text round trip:"],
    );
}

/// As a rule some inputs are printed, parsed and instantiated a second time; if that is asked for, all that can be.
#[test]
fn a_thorough_run_asks_every_oracle_about_every_input() {
    let run = Folder::with(&[]).run("fuzz --count 64 --tier both --thorough --format json");
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let oracles = json(&run.out)["oracles_by_source"].clone();
    // Values have no text, and programs are run as they are; what was refused has nothing to be done twice.
    for (oracle, source, least) in [
        ("text round trip", "plan of core modules", 31),
        ("text round trip", "plan of components", 1),
        ("text round trip", "plan of resources", 2),
        ("text round trip", "plan of tasks", 3),
        ("text round trip", "plan of imports", 1),
        ("text round trip", "program of WASI", 3),
        ("text round trip", "plan with bodies of wasm-smith", 8),
        ("second instantiation in the same store", "plan of core modules", 28),
        ("second instantiation in the same store", "plan of components", 1),
        ("second instantiation in the same store", "plan of resources", 2),
        ("second instantiation in the same store", "plan of tasks", 4),
        ("second instantiation in the same store", "plan of a value", 3),
        ("second instantiation in the same store", "plan of imports", 1),
        ("second instantiation in the same store", "plan with bodies of wasm-smith", 8),
    ] {
        assert!(oracles[oracle][source].as_u64() >= Some(least), "{oracle}, {source}: {oracles:#}");
    }
}

/// Where nothing can be written any more, the run ends, and what was found until then is told all the same.
#[test]
fn a_folder_that_is_gone_does_not_cost_the_summary() {
    use std::process::{Command, Stdio};
    let folder = Folder::with(&[]);
    let child = Command::new(env!("CARGO_BIN_EXE_preflight"))
        .args(["fuzz", "--seconds", "120", "--tier", "interp", "--jobs", "1", "--corpus", "c"])
        .current_dir(folder.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    let state = folder.path("c/state.json");
    while !state.exists() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    fs::rename(folder.path("c"), folder.path("elsewhere")).expect("the folder was there");
    folder.write("c", b"no folder");
    let output = child.wait_with_output().expect("it ends");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(2), "{err}");
    contains(&err, &["state.json"]);
    contains(&out, &[" plans, ", "% reached a trace that was compared", "medians)"]);
}

#[test]
fn a_corpus_remembers_how_far_the_runs_have_come() {
    let folder = Folder::with(&[]);
    let state = || json(&fs::read_to_string(folder.path("c/state.json")).expect("the state"));
    // With one tier every fourth number is passed over.
    for (first, next) in [(0, 133), (133, 266)] {
        let run = folder.run("fuzz --count 100 --tier interp --corpus c --format json");
        assert_eq!((run.status, &json(&run.out)["first_seed"]), (0, &first.into()));
        assert_eq!(json(&run.out)["next_seed"], next);
        let state = state();
        assert_eq!((&state["next_seed"], &state["next_plan"]), (&next.into(), &0.into()), "{state}");
        assert_eq!((&state["passed_over"], &state["signatures"]), (&next.into(), &serde_json::json!([])), "{state}");
    }
    // All plans up to a size are counted for themselves, and those of a larger size go on where the smaller ones end.
    for (args, executions, next) in [
        ("--exhaustive 1 --count 20", 20, 20),
        ("--exhaustive 1", 12, 32),
        ("--exhaustive 1", 0, 32),
        ("--exhaustive 2 --count 5", 5, 37),
    ] {
        let run = folder.run(&format!("fuzz {args} --tier interp --corpus c --format json"));
        let report = json(&run.out);
        assert_eq!((run.status, &report["executions"]), (0, &executions.into()), "{args}: {}", run.err);
        assert_eq!(report["exhaustive"]["sizes"][1], serde_json::json!({ "size": 1, "modules": 26, "components": 4 }));
        assert_eq!((&report["next_plan"], &report["first_seed"]), (&next.into(), &Value::Null), "{args}");
        contains(&run.err, &["size 0: 1 of modules, 1 of components\n", "size 1: 26 of modules, 4 of components\n"]);
        assert_eq!((&state()["next_plan"], &state()["next_seed"]), (&next.into(), &266.into()), "{args}");
    }
    let files: Vec<_> = fs::read_dir(folder.path("c")).expect("a folder").collect();
    assert_eq!(files.len(), 2, "nothing but the state and the lock, and nothing half written: {files:?}");
    #[cfg(feature = "jit")]
    contains(
        &folder.run("fuzz --count 1 --corpus c").err,
        &["below number 266, a run with one tier passed over the inputs that compare tiers"],
    );
    // An earlier input that is looked at again takes nothing back.
    let next = state()["next_seed"].clone();
    assert_eq!(folder.run("fuzz --seed 3 --count 1 --tier interp --corpus c").status, 0);
    assert_eq!(state()["next_seed"], next);
    for damaged in ["{", "[]", r#"{"next_seed":-5,"signatures":[]}"#, r#"{"next_seed":"12","signatures":[]}"#, "{}"] {
        folder.write("c/state.json", damaged.as_bytes());
        let run = folder.run("fuzz --count 1 --corpus c");
        assert_eq!(run.status, 2, "{damaged}");
        contains(&run.err, &["state.json is damaged: remove it"]);
        assert_eq!(fs::read_to_string(folder.path("c/state.json")).expect("the state"), damaged);
    }
}

/// wasmi 2.0 breaks when a function of an instance that never came up is called.
#[cfg(feature = "wasmi")]
#[test]
fn a_plan_is_made_smaller_as_long_as_the_runtime_fails() {
    let plan = r#"{ "modules": [
        { "tables": [{ "ty": { "min": 2 } }], "memories": [{ "min": 1 }], "exports": [{ "table": 0 }] },
        { "args": [0], "imports": [{ "source": "log" }, { "source": { "export": { "arg": 0, "export": 0 } } }],
          "funcs": [{ "steps": [{ "log": 1 }, { "log": 2 }] }],
          "elems": [{ "mode": { "active": { "target": 0, "at": { "const": 1 } } }, "items": [{ "func": 1 }] },
                    { "mode": { "active": { "target": 0, "at": { "const": 9 } } }, "items": [{ "func": 1 }] }] }],
      "nodes": [{ "module": 0 }, { "module": 0 }, { "module": 1, "args": [1] }] }"#;
    let folder = Folder::with(&[("plan.json", plan)]);
    let run = folder.run("shrink plan.json --runtime wasmi --tier interp --tries 300 --out small.json");
    assert_eq!(run.status, 0, "{}", run.err);
    contains(&run.err, &["predicted != wasmi: it broke: crash"]);
    let small = json(&fs::read_to_string(folder.path("small.json")).expect("the plan"));
    assert_eq!(small["plan"]["nodes"].as_array().map(Vec::len), Some(2), "{small}");
    let case = folder.run("shrink small.json --runtime wasmi --tier interp --tries 10 --wast --bytes b");
    // The bytes of it, too, and what is expected of them.
    let document = json(&fs::read_to_string(folder.path("b/small.json")).expect("a document"));
    assert_eq!((&document["kind"], document["modules"].as_array().map(Vec::len)), (&"modules".into(), Some(2)));
    for module in document["modules"].as_array().expect("modules") {
        let bytes = fs::read(folder.path(&format!("b/{}", module.as_str().expect("a name")))).expect("a file");
        assert!(bytes.starts_with(b"\0asm"));
    }
    assert!(document["expected"].as_array().is_some_and(|traces| traces.len() > 2), "{document}");
    contains(&case.out, &[";;! title = ", "(assert_trap (module", "(assert_return (invoke $p0 \"call\"))"]);
    // It names no needs but those that it has, and holds on the engine.
    contains(&case.out, &[";;! needs = []\n"]);
    fs::create_dir(folder.path("core")).expect("a folder");
    folder.write("core/escaped.wast", case.out.as_bytes());
    let engine = folder.run("run --cases . --tier interp");
    assert_eq!(engine.status, 0, "{}{}", engine.out, engine.err);
    let engine = folder.run("shrink plan.json --tier interp");
    assert_eq!((engine.status, engine.err.trim()), (1, "nobody disagrees on this plan"));
}

/// An input of another target than `plans` is not an empty plan of modules.
#[test]
fn an_envelope_says_what_is_in_it() {
    let folder = Folder::with(&[]);
    for (plan, kind) in [
        (r#"{"modules":[{}],"nodes":[{"module":0}]}"#, "plan of core modules"),
        (r#"{"place":"called","steps":["new-set","call",{"log":6}],"value":3}"#, "plan of tasks"),
    ] {
        folder.write("input", &[b"PLAN\x01", plan.as_bytes()].concat());
        let run = folder.run("shrink input --tier interp");
        assert_eq!(run.status, 1, "{}", run.err);
        contains(&run.err, &[&format!("(the file was read as a {kind})")]);
    }
}

#[cfg(feature = "wasmi")]
#[test]
fn a_runtime_is_told_apart_from_the_engine() {
    let folder = Folder::with(&[]);
    let run = folder.run("fuzz --runtime wasmi --count 200 --tier interp --format json");
    let report = json(&run.out);
    let on = &report["runtimes"]["wasmi"];
    let counted = on["classes"].as_object().expect("classes").values().filter_map(Value::as_u64).sum::<u64>();
    assert_eq!(counted, 200, "{report}");
    assert!(on["classes"]["agreed-on-failure"].as_u64() > Some(5), "{on}");
    assert!(on["without"]["exception-handling"].as_u64() > Some(10), "{on}");
    // It takes no components: what becomes a case is no case for it.
    assert!(on["unsupported"]["components"].as_u64() > Some(0), "{on}");
    contains(
        &folder.run("fuzz --runtime wasmi --count 200 --tier interp").out,
        &["\nwasmi: ", "plans were made without"],
    );
}

/// A driver between this program and wasmi's, which lies about the first byte of memories if it is told to.
#[cfg(feature = "wasmi")]
const DRIVER: &str = r#"
import json, subprocess, sys
inner = subprocess.Popen([sys.argv[1], "driver", "serve", "wasmi"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
for line in sys.stdin:
    print(line, end="", file=inner.stdin, flush=True)
    reply = json.loads(inner.stdout.readline())
    if sys.argv[2] == "lies" and reply.get("bytes"):
        reply["bytes"] = "2a" + reply["bytes"][2:]
    print(json.dumps(reply), flush=True)
"#;

#[cfg(feature = "wasmi")]
#[test]
fn what_a_driver_gets_wrong_is_found_and_made_smaller() {
    if std::process::Command::new("python3").arg("--version").output().is_err() {
        return eprintln!("note: python3 is not here, so that no driver is tried");
    }
    let folder = Folder::with(&[("driver.py", DRIVER)]);
    let run = |mode: &str, more: &[&str]| {
        let driver = format!("python3 driver.py {} {mode}", env!("CARGO_BIN_EXE_preflight"));
        let args = ["fuzz", "--driver", &driver, "--count", "40", "--tier", "interp", "--format", "json"];
        let run = folder.run_list(&[&args, more].concat(), &[], "");
        (run.status, json(&run.out), driver)
    };
    let (status, honest, driver) = run("tells", &[]);
    assert_eq!((status, honest["findings"].as_array().map(Vec::len)), (0, Some(0)), "{honest}");
    let classes = honest["runtimes"][&driver]["classes"].as_object().expect("classes");
    assert!(classes["agreed-on-failure"].as_u64() > Some(5), "{classes:?}");
    let (status, lying, driver) = run("lies", &["--corpus", "c"]);
    let findings = lying["findings"].as_array().expect("findings");
    assert_eq!((status, findings.len()), (1, 1), "{lying}");
    assert_eq!(findings[0]["signature"], format!("predicted != {driver}: a memory afterwards"));
    // A memory is all that it takes; it is saved, and the command that is told finds it again.
    let plan = &findings[0]["input"]["plan"];
    assert_eq!(plan["nodes"].as_array().map(Vec::len), Some(1), "{plan}");
    let saved = fs::read_dir(folder.path("c")).expect("the corpus").filter_map(Result::ok);
    assert!(saved.map(|entry| entry.path()).any(|path| path.extension().is_some_and(|ending| ending == "wast")));
    let again = findings[0]["again"].as_str().expect("a command");
    contains(again, &["preflight fuzz --seed ", " --count 1 --tier interp --driver "]);
    folder.write("small.json", findings[0]["input"].to_string().as_bytes());
    let shrunk = folder.run_list(&["shrink", "small.json", "--driver", &driver, "--tier", "interp"], &[], "");
    assert_eq!(shrunk.status, 0, "{}", shrunk.err);
    contains(&shrunk.err, &["a memory afterwards"]);
}

/// A driver of components and programs that finds everything right and does nothing.
const CONTENT: &str = r#"
import json, sys
about = {"name": "content", "version": "1", "level": "observable", "abilities": ["components", "gives", "p1", "times"],
         "lineage": {"engine": "none", "linker": "none"}}
answers = {"hello": {"protocol": 1, "about": about}, "compile_component": {"module": 0}, "instantiate_component": {"instance": 0},
           "call_component": {"values": []}, "run_program": {"stdout": "", "end": None}}
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps({"id": request["id"], **answers.get(request["cmd"], {})}), flush=True)
"#;

/// What is found of components and programs becomes a case that holds on the engine, and fails where it was found.
#[test]
fn the_case_of_a_finding_fails_where_it_was_found() {
    if std::process::Command::new("python3").arg("--version").output().is_err() {
        return eprintln!("note: python3 is not here, so that no driver is tried");
    }
    let driver = ["--driver", "python3 driver.py"];
    for (tries, plan, signature, chapter, lines) in [
        (
            "300",
            r#"{ "kind": "component", "plan": { "root": { "defs": [
                { "core": { "steps": [{ "log": 1 }], "result": 1 } },
                { "core": { "steps": [{ "log": 2 }, "trap"], "result": 1 } }] } } }"#,
            "plan of components (assert_trap)",
            "component",
            vec!["(assert_trap (component", "\"unreachable\")", ";;= /#0/$plan"],
        ),
        // Made smaller, nothing would be given any more.
        (
            "0",
            r#"{ "kind": "imports", "plan": { "imports": [
                { "wanted": "resource", "given": "resource" },
                { "wanted": { "func": { "params": ["u8"] } }, "given": { "func": { "params": ["u32"] } } }] } }"#,
            "plan of imports (assert_unlinkable)",
            "component",
            vec![
                "{ import = \"x0\", of = \"p\", export = \"x0\" }",
                "(register \"p\" $p)",
                "(assert_unlinkable (component",
            ],
        ),
        (
            "300",
            r#"{ "kind": "program", "plan": { "again": true, "main": { "start": { "func": ["bump"] } } } }"#,
            "program of preview 1 (the end: refused / exit)",
            "p1",
            vec![";;! times = 2", ";;! fails = \"refused\"", ";;! no_checks = ", "P1-CMD-03"],
        ),
    ] {
        let folder = Folder::with(&[("driver.py", CONTENT), ("plan.json", plan)]);
        let run = folder.run_list(
            &[&["shrink", "plan.json", "--tier", "interp", "--wast", "--tries", tries], &driver[..]].concat(),
            &[],
            "",
        );
        assert_eq!(run.status, 0, "{}", run.err);
        contains(&run.err, &[signature]);
        contains(&run.out, &lines);
        fs::create_dir(folder.path(chapter)).expect("a folder");
        folder.write(&format!("{chapter}/found.wast"), run.out.as_bytes());
        let engine = folder.run("run --cases . --tier interp");
        assert_eq!(engine.status, 0, "{}{}\n{}", engine.out, engine.err, run.out);
        let there = folder.run_list(&[&["run", "--cases", "."], &driver[..]].concat(), &[], "");
        assert_eq!(there.status, 1, "{}{}\n{}", there.out, there.err, run.out);
    }
}

#[test]
fn wrong_usage_says_what_to_do() {
    let folder = Folder::with(&[
        ("strange.json", r#"{"kind": "novel", "plan": {}}"#),
        ("blank.json", "\n {\"kind\": \"novel\", \"plan\": {}}"),
        ("list.json", "[1]"),
        ("empty", ""),
        ("old", "PLAN\u{0}{}"),
        ("negative", "PLAN\u{1}{\"nodes\":-1}"),
    ]);
    fs::create_dir(folder.path("over")).expect("a folder");
    folder.write("over/state.json", br#"{"next_seed":18446744073709551615,"next_plan":0,"signatures":[]}"#);
    for (args, words) in [
        ("fuzz --runtime nobody", "there is no runtime \"nobody\"; there are "),
        ("fuzz --jobs 0", "invalid value '0' for '--jobs <N>'"),
        ("fuzz --jobs 65535", "65535 is not in 1..=256"),
        ("fuzz --exhaustive 9", "give 4 or less"),
        ("shrink none.json", "cannot read none.json"),
        ("fuzz --corpus over --count 1", "nothing was judged"),
        ("shrink strange.json", "strange.json is no plan"),
        ("shrink blank.json", "unknown variant `novel`"),
        ("shrink list.json", "a plan is an object in JSON"),
        ("shrink empty", "the file is empty"),
        ("shrink old", "the input is of form 0, and this program reads forms 1 to 1"),
        ("shrink negative", "the envelope holds no plan of any kind"),
    ] {
        let run = folder.run(args);
        assert_eq!(run.status, 2, "{args}");
        contains(&run.err, &[words]);
    }
}

/// A corpus survives changes of the generator; but whoever has misspelt something wants to know.
#[test]
fn what_a_plan_has_no_field_for_is_told() {
    let folder = Folder::with(&[("plan.json", r#"{"kind": "plan", "plan": {"moduls": [{}], "nodes": []}}"#)]);
    let run = folder.run("shrink plan.json --tier interp");
    assert_eq!(run.status, 1);
    contains(&run.err, &["not known in a plan of core modules, and left out: moduls"]);
}

#[test]
fn plans_are_emitted_for_other_fuzzers() {
    let folder = Folder::with(&[]);
    assert_eq!(folder.run("fuzz --emit plans --count 2 --seed 8").status, 0);
    assert_eq!(folder.run("fuzz --emit all --count 8").status, 0);
    let mut kinds: Vec<String> = (0..8)
        .map(|seed| json(&fs::read_to_string(folder.path(&format!("all/{seed}.json"))).expect("a plan")))
        .map(|plan| plan["kind"].as_str().expect("a kind").to_owned())
        .collect();
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds, ["component", "imports", "modules", "program", "resource", "task", "value"]);
    let help = folder.run("fuzz --help").out;
    let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
    contains(&words, &["of modules, components, resources, tasks, values, imports and programs"]);
    for seed in 8..10 {
        let plan = json(&fs::read_to_string(folder.path(&format!("plans/{seed}.json"))).expect("a plan"));
        assert_eq!(plan["actions"].as_array().map(Vec::len), plan["expected"].as_array().map(Vec::len), "{seed}");
        for module in plan["modules"].as_array().expect("modules") {
            let bytes = fs::read(folder.path(&format!("plans/{}", module.as_str().expect("a name")))).expect("a file");
            assert!(bytes.starts_with(b"\0asm"));
        }
    }
}
