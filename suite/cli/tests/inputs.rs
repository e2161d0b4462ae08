//! Files that are too large, that have no end, or whose names and contents are none that people expect: each is told in a line.

mod common;

use common::{Folder, contains};

/// More than is read of anything, and nothing of it on the disk.
fn large(folder: &Folder) {
    std::fs::File::create(folder.path("large")).unwrap().set_len((1 << 30) + 1).unwrap();
}

#[cfg(unix)]
#[test]
fn whatever_is_read_has_a_limit() {
    let folder = Folder::with(&[("a.wat", r#"(module (memory (export "memory") 1) (func (export "_start")))"#)]);
    large(&folder);
    for args in [
        "report large",
        "report large --mutants large",
        "report diff large large",
        "trace large",
        "trace diff large large",
        "trace a.wat --expect large",
        "exec a.wat --stdin large",
        "shrink large",
        "run --filter core/start-runs-last --expect large",
        "real --manifest large",
    ] {
        let run = folder.run(args);
        assert_eq!(run.status, 2, "{args}: {}", run.err);
        contains(&run.err, &["large", "larger than 1 GiB"]);
    }
}

/// A device says nothing of its size, and has no end.
#[cfg(target_os = "linux")]
#[test]
fn what_has_no_end_is_read_up_to_the_limit() {
    let run = Folder::with(&[]).run("report /dev/zero");
    assert_eq!(run.status, 2);
    contains(&run.err, &["error: /dev/zero: cannot be read", "larger than 1 GiB"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_prints_what_it_has_shown_though_the_disk_is_full() {
    let folder = Folder::with(&[]);
    std::fs::create_dir(folder.path("out")).unwrap();
    std::os::unix::fs::symlink("/dev/full", folder.path("out/results.json")).unwrap();
    let run = folder.run("run --filter core/start-runs-last --out out");
    assert_eq!(run.status, 2);
    contains(&run.out, &["CORE-START", "ok: 1 cases on reference: 1 passed"]);
    contains(&run.err, &["cannot write out/results.json", "No space left"]);
}

#[test]
fn the_reference_engine_needs_no_folder_for_temporary_files() {
    let folder = Folder::with(&[]);
    let nowhere = [("TMPDIR", "/nowhere"), ("TMP", "/nowhere"), ("TEMP", "/nowhere")];
    let run = folder.run_with("run --filter core/start-runs-last --runtime reference", &nowhere, "");
    assert_eq!(run.status, 0, "{}", run.err);
    contains(&run.out, &["ok: 1 cases on reference: 1 passed"]);
}

#[test]
fn results_that_begin_with_a_byte_order_mark_are_read() {
    let folder = Folder::with(&[]);
    let results = folder.run("run --filter core/start-runs-last --format json").out;
    folder.write("results.json", format!("\u{feff}{results}").as_bytes());
    let run = folder.run("report results.json --format markdown");
    assert_eq!(run.status, 0, "{}", run.err);
    contains(&run.out, &["everything is as expected"]);
}

#[test]
fn names_cannot_turn_an_error_into_something_else() {
    let folder = Folder::with(&[]);
    let results = folder.run("run --filter core/start-runs-last --format json").out;
    let renamed = results.replace("\"name\": \"reference\"", "\"name\": \"a\\u202e\\u001b[2Jb\"");
    assert_ne!(results, renamed);
    folder.write("one.json", renamed.as_bytes());
    let run = folder.run("report one.json one.json");
    contains(&run.err, &[r"a second runtime called a\u{202e}\u{1b}[2Jb"]);
    for (args, shown) in [
        (&["report", "no\u{202e}.json"][..], r"no\u{202e}.json: cannot be read"),
        (&["trace", "no\u{2028}.wasm"], r"no\u{2028}.wasm: no such file"),
    ] {
        let run = folder.run_list(args, &[], "");
        assert_eq!(run.status, 2);
        contains(&run.err, &[shown]);
    }
    for format in ["markdown", "junit", "github"] {
        let run = folder.run(&format!("report one.json --format {format}"));
        assert_eq!(run.status, 0);
        assert!(!run.out.contains(['\u{202e}', '\u{1b}']), "{format}");
    }
    contains(&folder.run("report one.json --format junit").out, &[r#"name="a\u{202e}\u{1b}[2Jb""#]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_case_whose_name_is_no_text_is_named_in_the_error() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::with(&[]);
    std::fs::create_dir(folder.path("cases")).unwrap();
    let name = folder.path("cases").join(std::ffi::OsStr::from_bytes(b"b\xff.wast"));
    std::fs::write(name, ";;! title = \"t\"\n;;! rules = [\"CORE-LINK-01\"]\n(module)\n").unwrap();
    let run = folder.run("run --cases cases");
    assert_eq!(run.status, 2);
    contains(&run.err, &[r#""cases/b\xFF.wast": the name is no UTF-8"#]);
}

#[test]
fn a_module_in_a_component_that_is_none_is_told_in_a_line() {
    let folder = Folder::with(&[]);
    folder.write("c.wasm", b"\0asm\x0d\0\x01\0\x01\x08XXXX\x01\0\0\0");
    let run = folder.run("trace c.wasm");
    assert_eq!(run.status, 2);
    let line = run.err.lines().next().unwrap_or_default();
    contains(
        line,
        &["error: c.wasm: malformed at offset 0xa", "bad magic number", "actual=[ 0x58, 0x58, 0x58, 0x58, ]"],
    );
}

#[cfg(feature = "wasmi")]
#[test]
fn a_served_runtime_answers_for_numbers_that_it_does_not_know() {
    let requests = [
        r#"{"id":1,"cmd":"reset"}"#,
        r#"{"id":2,"cmd":"instantiate","module":7,"imports":[]}"#,
        r#"{"id":3,"cmd":"call","instance":9,"export":"f","args":[],"types":[]}"#,
        r#"{"id":4,"cmd":"memory_size","instance":9,"export":"m"}"#,
    ];
    let run = Folder::with(&[]).run_with("driver serve wasmi", &[], &(requests.join("\n") + "\n"));
    assert_eq!(run.status, 0, "{}", run.err);
    let answers: Vec<serde_json::Value> = run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), requests.len(), "{}", run.err);
    assert_eq!(answers[1]["end"], serde_json::json!({ "class": "failed", "message": "there is no such module: 7" }));
    assert!(answers[2..].iter().all(|answer| answer["end"]["class"] == "failed"), "{}", run.out);
}
