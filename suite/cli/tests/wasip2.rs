//! Components of WASI 0.2, from end to end.

mod common;
#[path = "common/component.rs"]
mod component;

use common::{Folder, contains};
use component::componentize;

/// As much of the interfaces as [`COMMAND`] needs.
const WIT: &str = "package test:t;
package wasi:io@0.2.0 {
    interface error { resource error; }
    interface streams { use error.{error};
        variant stream-error { last-operation-failed(error), closed }
        resource output-stream {
            blocking-write-and-flush: func(contents: list<u8>) -> result<_, stream-error>; } } }
package wasi:cli@0.2.0 {
    interface stdout { use wasi:io/streams@0.2.0.{output-stream}; get-stdout: func() -> output-stream; }
    interface run { run: func() -> result; } }
world w { import wasi:cli/stdout@0.2.0; export wasi:cli/run@0.2.0; }";

/// Prints a letter when it is initialised and one in `run`, which returns an error.
const COMMAND: &str = r#"(module
    (import "wasi:cli/stdout@0.2.0" "get-stdout" (func $stdout (result i32)))
    (import "wasi:io/streams@0.2.0" "[method]output-stream.blocking-write-and-flush"
        (func $write (param i32 i32 i32 i32)))
    (memory (export "memory") 1)
    (func $say (param i32)
        (i32.store8 (i32.const 8) (local.get 0))
        (call $write (call $stdout) (i32.const 8) (i32.const 1) (i32.const 16)))
    (func (export "_initialize") (call $say (i32.const 0x53)))
    (func (export "wasi:cli/run@0.2.0#run") (result i32) (call $say (i32.const 0x52)) (i32.const 1)))"#;

/// A folder with the command.
fn command() -> Folder {
    let folder = Folder::with(&[("core.wat", "(module)")]);
    folder.write("run.wasm", &componentize(COMMAND, WIT));
    folder
}

/// Imports an interface that no host of 0.2 has.
const STRANGE: &str = r#"(component
  (import "wasi:nobody/knows@0.2.0" (instance $n (export "f" (func))))
  (core func (canon lower (func $n "f"))))"#;

#[test]
fn a_command_is_run_and_its_error_is_the_exit_status() {
    let folder = command();
    for tier in ["interp", "jit"] {
        let run = folder.run(&format!("exec run.wasm --tier {tier}"));
        assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (1, "SR", ""), "{tier}");
    }
    let run = folder.run("exec run.wasm --format json");
    let document: serde_json::Value = serde_json::from_str(&run.out).expect("nothing but JSON");
    assert_eq!((run.status, &document["outcome"]["code"]), (1, &serde_json::json!(1)), "{document}");
    assert_eq!(run.err, "SR", "what the program prints is no part of the document");
}

#[test]
fn a_run_of_another_version_is_not_passed_over_in_silence() {
    let text = r#"(component (core module $m (func (export "f") (result i32) i32.const 0)) (core instance $i (instantiate $m))
        (func $f (result (result)) (canon lift (core func $i "f"))) (instance $run (export "run" (func $f)))
        (export "wasi:cli/run@VERSION" (instance $run)))"#;
    for version in ["@0.3.0", "@0.1.7-rc.1", ""] {
        let folder = Folder::with(&[("run.wat", &text.replace("@VERSION", version))]);
        let run = folder.run("exec run.wat");
        assert_eq!((run.status, run.out.as_str()), (1, ""), "{version}");
        contains(&run.err, &["exports no wasi:cli/run of a version 0.2", "P2-RUN-08"]);
        let trace = folder.run("trace run.wat");
        contains(&trace.out, &["component instance ready", "refused after the instantiation"]);
        assert_eq!(folder.run(&format!("exec run.wat --invoke wasi:cli/run{version}#run")).status, 0);
    }
}

#[test]
fn a_trace_shows_who_gave_what_and_what_was_printed() {
    let folder = command();
    let trace = folder.run("trace run.wasm");
    let parts = [
        "import wasi:cli/stdout@0.2.0 (instance) ← host",
        "call wasi:cli/run@0.2.0.run(), by rule P2-RUN-01",
        "blocking-write-and-flush(borrow output-stream#0, [83])",
        r#"stdout: "S""#,
        "blocking-write-and-flush returned ok",
        "outcome: exit 1",
        "| SR",
    ];
    contains(&trace.out, &parts);
}

#[test]
fn an_unknown_interface_is_a_link_error_or_a_stub() {
    let folder = Folder::with(&[("strange.wat", STRANGE)]);
    let name = "wasi:nobody/knows@0.2.0";
    let strict = folder.run("exec strange.wat");
    assert_eq!(strict.status, 1);
    contains(&strict.err, &[name]);
    assert_eq!(folder.run("exec strange.wat --stub-imports").status, 0);
    let trace = folder.run("trace strange.wat");
    assert_eq!(trace.status, 0);
    contains(&trace.out, &["wasi:nobody/knows@0.2.0 (instance) ← stub"]);
    let strict = folder.run("trace strange.wat --strict-imports");
    assert_eq!(strict.status, 1);
    contains(&strict.out, &[name]);
}

#[test]
fn requests_are_for_components_that_handle_them() {
    let folder = command();
    let wrong: [(&[&str], i32, &str); 6] = [
        (&["run.wasm", "--http", "GET /"], 1, "wasi:http/incoming-handler"),
        (&["core.wat", "--http", "GET /"], 2, "core module"),
        (&["run.wasm", "--http", "/"], 2, "a method and a path"),
        (&["run.wasm", "--http", "GET /", "--header", "no"], 2, "NAME:VALUE"),
        (&["run.wasm", "--body", "x"], 2, "--http"),
        (&["run.wasm", "--unstable", "x"], 2, "clocks-timezone"),
    ];
    for (args, status, part) in wrong {
        let run = folder.run_list(&[&["exec"], args].concat(), &[], "");
        assert_eq!(run.status, status, "{args:?}: {}", run.err);
        contains(&run.err, &[part]);
    }
}
