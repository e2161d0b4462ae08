//! results.json, and `preflight report`, on real results.

mod common;

use common::{Folder, contains};
use preflight_reports::matrix::{JSON_SCHEMA, Matrix, Word};
use serde_json::Value;
use std::fs;

/// Two runtimes: one that shows every step, and one that does not and fails a case of these.
const RUN: &str = "run --runtime reference --runtime wasmi --filter core/data";

fn results(folder: &Folder, args: &str) -> String {
    let run = folder.run(args);
    assert_eq!(run.status, 0, "{}", run.err);
    let out = args.split(' ').next_back().unwrap();
    fs::read_to_string(folder.path(out).join("results.json")).unwrap()
}

#[test]
fn results_are_of_their_schema_and_the_same_in_every_run() {
    let folder = Folder::with(&[]);
    let texts = ["one", "two"].map(|out| results(&folder, &format!("{RUN} --out {out}")));
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("results.schema.json", serde_json::from_str(JSON_SCHEMA).unwrap()).unwrap();
    let schema = compiler.compile("results.schema.json", &mut schemas).unwrap();
    let mut document: Value = serde_json::from_str(&texts[0]).unwrap();
    schemas.validate(&document, schema).unwrap_or_else(|error| panic!("{error:#}"));
    document["runtimes"][0]["results"][0]["verdict"] = "so-so".into();
    assert!(schemas.validate(&document, schema).is_err());
    // The times stand last: what comes before them is the same, byte for byte.
    let machine_independent = texts.each_ref().map(|text| text.split("\n  \"times\": ").next().unwrap());
    assert!(machine_independent[0] == machine_independent[1], "two runs of the same thing differ");
    assert!(machine_independent[0].len() < texts[0].len());
}

#[test]
fn a_document_has_texts_rules_traces_and_times() {
    let folder = Folder::with(&[]);
    let matrix = Matrix::read(&results(&folder, &format!("{RUN} --out one"))).unwrap();
    let case = matrix.cases.iter().position(|case| case.path == "core/data-active-dropped.wast").unwrap();
    assert!(matrix.cases[case].text.starts_with(";;! title = "));
    let expected = matrix.traces[matrix.cases[case].expected.unwrap()].unpack().unwrap();
    assert!(expected.lines.iter().any(|line| line.ends_with("data 0 dropped")));
    let reference = &matrix.runtimes[0];
    // What passes at the full level has the trace that is expected: it is there once.
    assert_eq!(
        (reference.results[case].verdict, reference.results[case].actual),
        (Word::Passed, matrix.cases[case].expected)
    );
    assert!(matrix.rules.len() > 300 && matrix.rules.keys().any(|id| id.starts_with("P2-")));
    assert!(matrix.times.iter().all(|times| times.cases_us.len() == matrix.cases.len()));
    // Where an instantiation failed, what can be reached was examined.
    let is_examined = |place: usize| !matrix.traces[place].unpack().unwrap().state.is_empty();
    assert!(reference.results.iter().any(|result| result.actual.is_some_and(is_examined)));
}

#[test]
fn every_format_is_written_in_full_or_not_at_all() {
    let folder = Folder::with(&[]);
    let text = results(&folder, &format!("{RUN} --out ."));
    let page = fs::read_to_string(folder.path("report.html")).unwrap();
    for (format, beginning) in [
        ("html", "<!doctype html>"),
        ("markdown", "## Preflight "),
        ("junit", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"),
        ("json", "{\n  \"schema\": 2,"),
    ] {
        let run = folder.run(&format!("report results.json --format {format}"));
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{format}");
        assert!(run.out.starts_with(beginning), "{format}");
        let written = folder.run(&format!("report results.json --format {format} --out report.txt"));
        assert_eq!((written.status, written.out.as_str()), (0, ""));
        assert_eq!(fs::read_to_string(folder.path("report.txt")).unwrap(), run.out);
        match format {
            "html" => assert!(run.out == page),
            "json" => assert!(run.out == text),
            _ => {}
        }
    }
    assert_eq!(folder.run("report results.json --format github").out, "");
    let run = folder.run("report results.json --out absent/report.html");
    assert_eq!(run.status, 2);
    contains(&run.err, &["cannot write absent"]);
}

#[test]
fn several_results_stand_in_one_report() {
    let folder = Folder::with(&[]);
    results(&folder, "run --runtime reference --filter core/data --out one");
    results(&folder, "run --runtime wasmi --filter core/data --out two");
    let run = folder.run("report one/results.json two/results.json --format json");
    let names: Vec<String> = Matrix::read(&run.out).unwrap().runtimes.into_iter().map(|runtime| runtime.name).collect();
    assert_eq!(names, ["reference", "wasmi"]);
    let run = folder.run("report one/results.json one/results.json");
    assert_eq!(run.status, 2);
    contains(&run.err, &["a second runtime called reference"]);
}

#[test]
fn mutants_become_part_of_the_results() {
    let folder = Folder::with(&[
        (
            "mutants.json",
            r#"{"mutants": [{"id": "a", "what": "b", "killed": true, "killed_by": "core/data-active-dropped.wast", "how": "failed"}]}"#,
        ),
        ("list.json", r#"{"mutants": [{"id": "a", "what": "b"}]}"#),
    ]);
    results(&folder, "run --runtime reference --filter core/data-active --out .");
    let run = folder.run("report results.json --mutants mutants.json --format json");
    assert_eq!(Matrix::read(&run.out).unwrap().mutants[0].killed_by.as_deref(), Some("core/data-active-dropped.wast"));
    let run = folder.run("report results.json --mutants list.json");
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    contains(&run.err, &["list.json is not what `preflight mutants --format json` writes"]);
}

#[test]
fn new_failures_are_status_1() {
    let folder = Folder::with(&[]);
    let text = results(&folder, &format!("{RUN} --out ."));
    let run = folder.run("report diff results.json results.json");
    assert_eq!((run.status, run.out.as_str()), (0, "0 new failures, 0 fixed, 0 changed, 0 gone, 0 added\n"));
    let mut matrix = Matrix::read(&text).unwrap();
    let result = &mut matrix.runtimes[0].results[0];
    (result.verdict, result.expected) = (Word::Failed, false);
    folder.write("worse.json", matrix.write().unwrap().as_bytes());
    let run = folder.run("report diff results.json worse.json");
    assert_eq!(run.status, 1);
    contains(
        &run.out,
        &["new failures:\n  reference core/data-active-dropped", ": passed → failed", "1 new failures, 0 fixed"],
    );
    let run = folder.run("report diff worse.json results.json --format json");
    let delta: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((run.status, delta["fixed"].as_array().unwrap().len()), (0, 1));
}

#[test]
fn what_is_no_results_is_status_2() {
    let folder = Folder::with(&[("a.json", "{}"), ("b.json", "{\"schema\": 1}"), ("c.json", "")]);
    for (file, message) in [
        ("a.json", "missing field `schema`"),
        ("b.json", "its schema is 1, and this program reads 2"),
        ("c.json", "a.json cannot be used"),
        ("d.json", "`preflight run --out DIR` writes DIR/results.json"),
    ] {
        let run = folder.run(&format!("report {file}"));
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{file}");
        contains(&run.err, &[&message.replace("a.json", file)]);
    }
    assert_eq!(folder.run("report").status, 2);
}

#[test]
fn a_page_of_a_trace_has_the_plan_beside_it() {
    let wat = "(module (memory (export \"m\") 1) (data (i32.const 0) \"</script>\") (data (i32.const 65536) \"x\")
        (func $go) (start $go))";
    let folder = Folder::with(&[("oob.wat", wat)]);
    let run = folder.run("trace oob.wat --format html");
    assert_eq!(run.status, 0);
    assert!(run.out.starts_with("<!doctype html>") && run.out.matches("</script>").count() == 2);
    let data = run.out.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    let texts: Vec<&str> = data["plan"].as_array().unwrap().iter().map(|step| step["text"].as_str().unwrap()).collect();
    contains(
        &texts.join("\n"),
        &["data segment 1 into memory 0: 1 byte\nstart function: function 0, called $go\nthe instance is ready"],
    );
    let lines = data["lines"].as_array().unwrap();
    assert_eq!(lines.last().unwrap(), "/ trap out-of-bounds-memory in initialise");
    let component = "(component (core module $m (func $go) (start $go)) (core instance $a (instantiate $m))
        (component $c (core module $n) (core instance (instantiate $n))) (instance $b (instantiate $c)))";
    folder.write("c.wat", component.as_bytes());
    let run = folder.run("trace c.wat --format html");
    let data = run.out.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    let heads: Vec<&str> = data["plan"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|step| step["head"] == true)
        .map(|step| step["text"].as_str().unwrap())
        .collect();
    assert_eq!(
        heads,
        ["/ (c.wat): a component", "/$a: core module 0", "/$b: a component", "/$b/core#0: core module 0"]
    );
    // Everything that was planned happened, and in this order.
    let lines: Vec<&str> = data["lines"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let mut rest = lines.as_slice();
    for step in data["plan"].as_array().unwrap() {
        let Some(key) = step["key"].as_str() else { continue };
        let wanted = format!("{} {key}", step["at"].as_str().unwrap());
        let at =
            rest.iter().position(|line| line.starts_with(&wanted)).unwrap_or_else(|| panic!("{wanted} in {rest:?}"));
        rest = &rest[at + 1..];
    }
}
