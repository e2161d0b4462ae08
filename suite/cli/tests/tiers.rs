//! `--tier both`: one program on both tiers, from end to end.
#![cfg(feature = "jit")]

mod common;

use common::{Folder, contains};

const MATH: &str = r#"(module
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "nan") (result f32) (f32.div (f32.const 0) (f32.const 0)))
  (func (export "div") (param i64 i64) (result i64) (i64.div_s (local.get 0) (local.get 1)))
  (func (export "spin") (loop $l (br $l)))
  (func $deep (export "deep") (result i32) (i32.add (i32.const 1) (call $deep))))"#;

/// Prints, then keeps what the clock says, which no two runs share if the clock is real.
const CLOCK: &str = r#"(module
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\03\00\00\00") (data (i32.const 16) "hi\n")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)))
    (drop (call $clock (i32.const 1) (i64.const 0) (i32.const 48)))))"#;

fn folder() -> Folder {
    Folder::with(&[("math.wat", MATH), ("clock.wat", CLOCK), ("math.wast", &format!("{MATH}(invoke \"nan\")"))])
}

#[test]
fn tiers_that_agree_are_told_as_one() {
    let folder = folder();
    let run = folder.run("exec math.wat --tier both --invoke add 40 2");
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "42\n", ""));
    let run = folder.run("exec math.wat --tier both --invoke div 1 0");
    assert_eq!(run.status, 1);
    contains(&run.err, &["error: trap: integer divide by zero"]);
    assert!(!run.err.contains("differ"), "{}", run.err);
    let run = folder.run("exec clock.wat --tier both");
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "hi\n", ""));
    let one = folder.run("trace math.wat --invoke nan");
    let both = folder.run("trace math.wat --tier both --invoke nan");
    assert_eq!((both.status, both.err.as_str()), (0, ""));
    assert_eq!(both.out, one.out);
    assert_eq!(folder.run("wast math.wast --tier both").status, 0);
}

#[test]
fn recursion_without_end_is_exhaustion_on_both() {
    let run = folder().run("exec math.wat --tier both --invoke deep");
    assert_eq!(run.status, 1);
    contains(&run.err, &["exhausted: "]);
    assert!(!run.err.contains("differ"), "{}", run.err);
}

#[test]
fn tiers_that_differ_are_a_failure() {
    let folder = folder();
    let run = folder.run("trace clock.wat --tier both --real clock");
    assert_eq!(run.status, 1);
    contains(&run.out, &["clock_time_get"]);
    contains(&run.err, &["error: the tiers differ", "first difference: "]);
    let run = folder.run("exec clock.wat --tier both --real clock");
    assert_eq!((run.status, run.out.as_str()), (1, "hi\n"));
    contains(&run.err, &["error: the tiers differ"]);
}

#[test]
fn standard_input_cannot_be_read_twice() {
    let run = folder().run("exec clock.wat --tier both --stdin -");
    assert_eq!(run.status, 2);
    contains(&run.err, &["--stdin - can be read once"]);
}

#[test]
fn the_compiler_compiles_when_it_is_told_to() {
    let folder = folder();
    for tier in ["jit", "both"] {
        for compile in ["lazy", "eager"] {
            let flags = format!("--tier {tier} --compile {compile}");
            let run = folder.run(&format!("exec math.wat {flags} --invoke add 40 2"));
            assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "42\n", ""), "{flags}");
            let run = folder.run(&format!("trace math.wat {flags} --invoke nan"));
            assert_eq!(run.status, 0, "{flags}");
            assert_eq!(folder.run(&format!("wast math.wast {flags}")).status, 0, "{flags}");
            assert_eq!(folder.run(&format!("run --rule CORE-START-04 {flags}")).status, 0, "{flags}");
        }
    }
    for command in ["exec math.wat", "trace math.wat", "wast math.wast", "run --rule CORE-START-04 --tier interp"] {
        let run = folder.run(&format!("{command} --compile eager"));
        assert_eq!(run.status, 2, "{command}");
        contains(&run.err, &["--compile is about the compiler", "add --tier jit or --tier both"]);
    }
}

#[test]
fn what_does_not_end_is_ended_on_every_tier() {
    let folder = folder();
    folder.write("endless.wat", b"(module (func $s (loop $l (br $l))) (start $s))");
    for tier in ["interp", "jit", "both", "jit --compile eager"] {
        let run = folder.run(&format!("exec endless.wat --tier {tier} --timeout 0.1"));
        assert_eq!(run.status, 1, "{tier}");
        contains(&run.err, &["exhausted: interrupted", "--timeout"]);
        contains(&folder.run(&format!("exec endless.wat --tier {tier} --fuel 1000")).err, &["exhausted: fuel"]);
        let run = folder.run(&format!("trace endless.wat --tier {tier} --timeout 0.1"));
        contains(&run.out, &["outcome: exhausted: interrupted"]);
        contains(
            &folder.run(&format!("exec math.wat --tier {tier} --invoke spin --timeout 0.1")).err,
            &["interrupted"],
        );
    }
}
