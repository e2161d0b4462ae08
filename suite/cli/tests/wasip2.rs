//! Components of WASI 0.2, from end to end.

mod common;

use common::{Folder, contains};

/// Exports `wasi:cli/run`: prints a letter in its start function and one in `run`, which returns an error.
const COMMAND: &str = r#"(component
  (import "wasi:io/error@0.2.0" (instance $error (export "error" (type (sub resource)))))
  (alias export $error "error" (type $e))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (export "output-stream" (type $os (sub resource)))
    (alias outer 1 $e (type $e'))
    (export "error" (type $e2 (eq $e')))
    (type $ve (variant (case "last-operation-failed" (own $e2)) (case "closed")))
    (export "stream-error" (type $se (eq $ve)))
    (export "[method]output-stream.blocking-write-and-flush"
      (func (param "self" (borrow $os)) (param "contents" (list u8)) (result (result (error $se)))))))
  (alias export $streams "output-stream" (type $os))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $os (type $os'))
    (export "output-stream" (type $s (eq $os')))
    (export "get-stdout" (func (result (own $s))))))
  (core module $Mem (memory (export "m") 1))
  (core instance $mem (instantiate $Mem))
  (core func $stdout (canon lower (func $stdout "get-stdout")))
  (core func $write (canon lower (func $streams "[method]output-stream.blocking-write-and-flush")
    (memory (core memory $mem "m"))))
  (core module $Main
    (import "" "m" (memory 1))
    (import "" "stdout" (func $stdout (result i32)))
    (import "" "write" (func $write (param i32 i32 i32 i32)))
    (func $say (param i32)
      (i32.store8 (i32.const 8) (local.get 0))
      (call $write (call $stdout) (i32.const 8) (i32.const 1) (i32.const 16)))
    (func $start (call $say (i32.const 0x53)))
    (start $start)
    (func (export "run") (result i32) (call $say (i32.const 0x52)) (i32.const 1)))
  (core instance $main (instantiate $Main (with "" (instance
    (export "m" (memory $mem "m")) (export "stdout" (func $stdout)) (export "write" (func $write))))))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (component $Shim (import "r" (func $r (result (result)))) (export "run" (func $r)))
  (instance $shim (instantiate $Shim (with "r" (func $run))))
  (export "wasi:cli/run@0.2.0" (instance $shim)))"#;

/// Imports an interface that no host of 0.2 has.
const STRANGE: &str = r#"(component
  (import "wasi:nobody/knows@0.2.0" (instance $n (export "f" (func))))
  (core func (canon lower (func $n "f"))))"#;

#[test]
fn a_command_is_run_and_its_error_is_the_exit_status() {
    let folder = Folder::with(&[("run.wat", COMMAND)]);
    for tier in ["interp", "jit"] {
        let run = folder.run(&format!("exec run.wat --tier {tier}"));
        assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (1, "SR", ""), "{tier}");
    }
    let run = folder.run("exec run.wat --format json");
    let document: serde_json::Value = serde_json::from_str(&run.out).expect("nothing but JSON");
    assert_eq!((run.status, &document["outcome"]["code"]), (1, &serde_json::json!(1)), "{document}");
    assert_eq!(run.err, "SR", "what the program prints is no part of the document");
}

#[test]
fn a_trace_shows_who_gave_what_and_what_was_printed() {
    let folder = Folder::with(&[("run.wat", COMMAND)]);
    let trace = folder.run("trace run.wat");
    let parts = [
        "import wasi:cli/stdout@0.2.0 (instance) ← host",
        "call wasi:cli/run@0.2.0.run(), by rule P2-RUN-01",
        "blocking-write-and-flush(borrow output-stream#0, [83]) → ok",
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
    let folder = Folder::with(&[("run.wat", COMMAND), ("core.wat", "(module)")]);
    let wrong: [(&[&str], i32, &str); 6] = [
        (&["run.wat", "--http", "GET /"], 1, "wasi:http/incoming-handler"),
        (&["core.wat", "--http", "GET /"], 2, "core module"),
        (&["run.wat", "--http", "/"], 2, "a method and a path"),
        (&["run.wat", "--http", "GET /", "--header", "no"], 2, "NAME:VALUE"),
        (&["run.wat", "--body", "x"], 2, "--http"),
        (&["run.wat", "--unstable", "x"], 2, "clocks-timezone"),
    ];
    for (args, status, part) in wrong {
        let run = folder.run_list(&[&["exec"], args].concat(), &[], "");
        assert_eq!(run.status, status, "{args:?}: {}", run.err);
        contains(&run.err, &[part]);
    }
}
