//! `preflight trace`, from end to end.

mod common;

use common::{Folder, contains};

/// The second data segment does not fit.
const OUT_OF_BOUNDS: &str = r#"(module
  (import "env" "mem" (memory 1))
  (data (i32.const 16) "abc")
  (data (i32.const 65536) "x"))"#;

/// The start function calls the host, writes, and traps.
const TRAPPING_START: &str = r#"(module $m
  (import "env" "log" (func $log (param i32) (result i64)))
  (import "env" "mem" (memory 1))
  (func $init (drop (call $log (i32.const 42))) (i32.store (i32.const 4) (i32.const 0x64636261)) (call $fail))
  (func $fail (unreachable))
  (start $init))"#;

const ENDLESS: &str = "(module (func $spin (loop (br 0))) (start $spin))";

const LIBRARY: &str = r#"(module
  (memory (export "mem") 1)
  (func (export "log") (param i32) (result i64) (i64.const 5)))"#;

fn folder() -> Folder {
    Folder::with(&[
        ("oob.wat", OUT_OF_BOUNDS),
        ("start.wat", TRAPPING_START),
        ("endless.wat", ENDLESS),
        ("lib.wat", LIBRARY),
        ("empty.wat", "(module)"),
    ])
}

#[test]
fn the_first_write_survives_the_second_segments_trap() {
    let run = folder().run("trace oob.wat");
    insta::assert_snapshot!(run.out, @r"
    / (oob.wat)
    ├─ import env.mem (memory) ← stub
    ├─ allocated, with nothing of its own
    ├─ data 0 → memory 0: 3 bytes at 0x10, then dropped
    ├─ offset of data 1 = i32:65536
    └─ TRAP out of bounds memory access (initialise): data 1 does not fit at 0x10000

    outcome: trap: out of bounds memory access (initialise)
      while initialising / (oob.wat)

    what survived and can still be reached:
      memory / env.mem: 65536 bytes
        0x00000010  61 62 63                                         abc
    ");
    assert_eq!((run.status, run.err.as_str()), (0, ""));
}

#[test]
fn host_calls_stand_in_the_start_that_made_them() {
    let run = folder().run("trace start.wat");
    insta::assert_snapshot!(run.out, @r"
    / (start.wat)
    ├─ import env.log (func) ← stub
    ├─ import env.mem (memory) ← stub
    ├─ allocated 2 functions
    └─ start function 1 ($init)
       ├─ host call env.log(i32:42) → i64:0
       └─ TRAP unreachable executed (start)

    outcome: trap: unreachable executed (start)
      while running the start function of / (start.wat)
      in function 2 ($fail) of / (start.wat), at offset 0x4d

    what survived and can still be reached:
      memory / env.mem: 65536 bytes
        0x00000004  61 62 63 64                                      abcd
    ");
}

#[test]
fn json_is_data_and_nothing_else() {
    let run = folder().run("trace start.wat --format json");
    let trace: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(trace["outcome"]["class"], "trap");
    assert_eq!(trace["post_mortem"][0]["runs"][0]["bytes"], "61626364");
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert_eq!(run.out, folder().run("trace start.wat --format json").out);
}

#[test]
fn levels_leave_out_what_they_cannot_see() {
    let folder = folder();
    let observable = folder.run("trace start.wat --level observable --format json").out;
    let trace: serde_json::Value = serde_json::from_str(&observable).unwrap();
    assert_eq!(trace["events"].as_array().unwrap().len(), 2, "{observable}");
    let outcome = folder.run("trace start.wat --level outcome --format json").out;
    let trace: serde_json::Value = serde_json::from_str(&outcome).unwrap();
    assert_eq!(trace["events"].as_array().unwrap().len(), 0);
    assert_eq!(trace["post_mortem"], serde_json::Value::Null);
}

#[test]
fn mermaid_is_a_sequence_diagram() {
    let run = folder().run("trace start.wat --format mermaid");
    contains(&run.out, &["sequenceDiagram\n", "i0->>host: host call env.log(i32:42)", "--xhost: TRAP unreachable"]);
}

#[test]
fn strict_imports_name_the_import_and_its_type() {
    let run = folder().run("trace start.wat --strict-imports");
    contains(
        &run.out,
        &[
            r#"(import "env" "log" (func (param i32) (result i64)))"#,
            r#"(import "env" "mem" (memory 1))"#,
            "--preload env=FILE",
            "outcome: unlinkable",
        ],
    );
    assert_eq!(run.status, 1);
    let run = folder().run("trace start.wat --strict-imports --format json");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&run.out).unwrap()["outcome"]["class"], "unlinkable");
    contains(&run.err, &[r#"(import "env" "log""#]);
}

#[test]
fn preloads_provide_in_order() {
    let folder = folder();
    folder.write(
        "middle.wat",
        br#"(module (import "base" "mem" (memory 1)) (export "mem" (memory 0)) (data (i32.const 0) "m"))"#,
    );
    folder.write("top.wat", br#"(module (import "middle" "mem" (memory 1)) (data (i32.const 1) "t"))"#);
    let run = folder.run("trace top.wat --preload base=lib.wat --preload middle=middle.wat");
    contains(
        &run.out,
        &["/$base (lib.wat)", "import base.mem (memory) ← /$base", "import middle.mem (memory) ← /$middle"],
    );
    contains(&run.out, &["memory /$base mem: 65536 bytes\n", "6d 74 ", "outcome: returned\n"]);
    assert_eq!(run.status, 0);
    let run = folder.run("trace top.wat --preload middle=middle.wat --preload base=lib.wat --strict-imports");
    contains(&run.out, &[r#"(import "base" "mem""#, "while linking /$middle (middle.wat)"]);
    assert_eq!(run.status, 1);
}

#[test]
fn a_mismatched_preload_is_a_link_error() {
    let folder = folder();
    folder.write("bad.wat", br#"(module (func (export "mem")))"#);
    let run = folder.run("trace oob.wat --preload env=bad.wat");
    contains(&run.out, &["incompatible import type for \"env\" \"mem\"", "outcome: unlinkable"]);
    assert_eq!(run.status, 1);
}

#[test]
fn stubs_of_every_kind_and_of_defined_types() {
    let folder = folder();
    folder.write(
        "all.wat",
        br#"(module
          (rec (type $s (struct (field (ref null $f)))) (type $f (func (param (ref null $s)) (result (ref null $s)))))
          (import "e" "f" (func $f (type $f)))
          (import "e" "tag" (tag (param i32)))
          (import "e" "table" (table i64 2 4 (ref null $f)))
          (import "e" "mem" (memory i64 1 2 shared))
          (import "e" "g" (global (mut (ref null $s))))
          (import "e" "v" (global v128))
          (func $start (drop (call $f (ref.null $s))))
          (start $start))"#,
    );
    let run = folder.run("trace all.wat");
    contains(&run.out, &["host call e.f(null) → null", "outcome: returned", "global / e.v = v128:0x"]);
}

#[test]
fn what_has_no_default_cannot_be_stubbed() {
    let folder = folder();
    folder.write("global.wat", br#"(module (import "e" "g" (global (ref func))))"#);
    let run = folder.run("trace global.wat");
    contains(&run.out, &["no stub can be made", r#""e" "g" (global (ref func))"#, "--preload e=FILE"]);
    folder.write(
        "func.wat",
        br#"(module (import "e" "f" (func $f (result (ref func)))) (func $s (drop (call $f))) (start $s))"#,
    );
    let run = folder.run("trace func.wat");
    contains(&run.out, &["TRAP host trap (start)", "the stub e.f trapped: its result type has no default value"]);
}

#[test]
fn fuel_and_timeout_end_an_endless_start() {
    let folder = folder();
    contains(&folder.run("trace endless.wat --fuel 1000").out, &["outcome: exhausted: fuel"]);
    let run = folder.run("trace endless.wat --timeout 0.1");
    contains(&run.out, &["outcome: exhausted: interrupted", "the time that --timeout gives was up"]);
    assert_eq!(run.status, 0);
}

#[test]
fn more_steps_than_anybody_reads_are_not_recorded_and_change_nothing() {
    let folder = folder();
    folder.write(
        "calls.wat",
        br#"(module (import "e" "f" (func $f)) (func $s (local $i i32)
        (loop (call $f)
          (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 600000)))))
      (start $s))"#,
    );
    let run = folder.run("trace calls.wat --level observable --out trace.txt");
    assert_eq!((run.status, run.out.as_str()), (0, ""));
    let text = std::fs::read_to_string(folder.path("trace.txt")).unwrap();
    contains(&text, &["outcome: returned", "only the first 1000000 steps were recorded"]);
}

#[test]
fn max_memory_is_a_limit() {
    let folder = folder();
    folder.write("big.wat", b"(module (memory 1024))");
    contains(&folder.run("trace big.wat --max-memory 1M").out, &["outcome: exhausted: memory"]);
    contains(&folder.run("trace big.wat --max-memory 64M").out, &["outcome: returned"]);
}

#[test]
fn diff_and_expect_exit_1_where_start_up_changed() {
    let folder = folder();
    assert_eq!(folder.run("trace oob.wat --format json --out a.json").out, "");
    folder.run("trace start.wat --format json --out b.json");
    let same = folder.run("trace diff a.json a.json");
    assert_eq!(same.status, 0);
    contains(&same.out, &["no difference"]);
    let changed = folder.run("trace diff a.json b.json");
    assert_eq!(changed.status, 1);
    contains(
        &changed.out,
        &["first difference: step 1", "--- old\n+++ new\n@@ ", "\n-/: allocated, with nothing of its own\n"],
    );
    assert_eq!(folder.run("trace oob.wat --expect a.json").status, 0);
    let unexpected = folder.run("trace oob.wat --expect b.json --format json");
    assert_eq!(unexpected.status, 1);
    contains(&unexpected.err, &["start-up is not as expected; first difference: step 1"]);
    assert!(serde_json::from_str::<serde_json::Value>(&unexpected.out).is_ok());
    let wrong = folder.run("trace diff a.json oob.wat");
    assert_eq!(wrong.status, 2);
    contains(&wrong.err, &["oob.wat: this is no trace"]);
}

#[test]
fn invoked_exports_are_part_of_the_trace() {
    let run = folder().run("trace lib.wat --invoke log -1");
    contains(&run.out, &["└─ ready\n/: call log(i32:-1) → i64:5\n", "outcome: returned i64:5"]);
}

#[test]
fn standard_input_is_a_file_too() {
    let run = folder().run_with("trace -", &[], OUT_OF_BOUNDS);
    contains(&run.out, &["/ (standard input)", "61 62 63"]);
}

/// As many types and imports as languages with garbage collection have: time grows with their number, not with its square.
#[test]
fn thousands_of_types_and_stubs_take_no_time() {
    const COUNT: usize = 16_000;
    let ty = |n: usize| format!("(type (struct (field (mut i32)) (field (ref null {}))))", n.max(1) - 1);
    let types: String = (0..COUNT).map(ty).collect();
    let imports: String =
        (0..COUNT).map(|n| format!("(import \"strings\" \"{n}\" (func (param (ref null {n}))))")).collect();
    let folder = Folder::with(&[("many.wat", &format!("(module {types} {imports})"))]);
    let start = std::time::Instant::now();
    let run = folder.run("trace many.wat --level outcome");
    assert_eq!((run.status, run.out.trim()), (0, "outcome: returned"), "{}", run.err);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

/// What a program does while it runs is no instantiation.
#[test]
fn a_diagram_has_one_instantiation_for_each_instance() {
    let text = r#"(module
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1) (data (i32.const 0) "\10\00\00\00\03\00\00\00") (data (i32.const 16) "hi\n")
        (func $__wasm_call_ctors)
        (func (export "_start") (call $__wasm_call_ctors)
          (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))) (call $exit (i32.const 3))))"#;
    let run = Folder::with(&[("a.wat", text)]).run("trace a.wat --format mermaid");
    contains(
        &run.out,
        &["host->>i0: instantiate", r#"Note over i0: stdout: "hi\n""#, "Note over i0: EXIT 3", "call_ctors"],
    );
    assert_eq!(run.out.matches(": instantiate").count(), 1, "{}", run.out);
}
