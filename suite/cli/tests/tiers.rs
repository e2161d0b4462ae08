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
fn the_second_tier_sees_the_times_and_the_randomness_of_the_first() {
    let folder = folder();
    for command in ["trace", "exec", "check"] {
        let run = folder.run(&format!("{command} clock.wat --tier both --real clock,random"));
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{command}: {}", run.out);
    }
    // They are real: two runs of the program differ.
    let traces = [0, 1].map(|_| folder.run("trace clock.wat --tier both --real clock").out);
    assert_ne!(traces[0], traces[1]);
    let random = r#"(module
      (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
      (memory (export "memory") 1) (func (export "_start") (drop (call $random (i32.const 0) (i32.const 16)))))"#;
    folder.write("random.wat", random.as_bytes());
    let traces = [0, 1].map(|_| folder.run("trace random.wat --tier both --real random"));
    assert_eq!((traces[0].status, traces[0].err.as_str()), (0, ""));
    assert_ne!(traces[0].out, traces[1].out);
}

/// Makes a file that must not be there, with a name of four letters in directory 3, writes into it, asks for its attributes,
/// and exits with the error if one of these fails.
const MAKES_A_FILE: &str = r#"(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_filestat_get" (func $stat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\04\00\00\00") (data (i32.const 16) "made")
  (func $check (param i32) (if (local.get 0) (then (call $exit (local.get 0)))))
  (func (export "_start")
    (call $check (call $open (i32.const 3) (i32.const 0) (i32.const 16) (i32.const 4) (i32.const 5) (i64.const 0x200040)
      (i64.const 0) (i32.const 0) (i32.const 64)))
    (call $check (call $write (i32.load (i32.const 64)) (i32.const 0) (i32.const 1) (i32.const 72)))
    (call $check (call $stat (i32.load (i32.const 64)) (i32.const 128)))))"#;

#[test]
fn each_tier_has_a_copy_of_the_hosts_directories() {
    let folder = Folder::with(&[("a.wat", MAKES_A_FILE)]);
    for command in ["trace", "exec", "check"] {
        let run = folder.run(&format!("{command} a.wat --tier both --dir .::/data"));
        assert_eq!(run.status, 0, "{command}: {}{}", run.out, run.err);
        contains(&run.err, &["works on copies of what --dir gives"]);
        assert!(!run.err.contains("differ") && !folder.path("made").exists(), "{}", run.err);
    }
    // One tier writes where it is told to, and then there is something for both.
    assert_eq!(folder.run("exec a.wat --dir .::/data").status, 0);
    assert_eq!(std::fs::read(folder.path("made")).unwrap(), b"made");
    assert_eq!(folder.run("exec a.wat --tier both --dir .::/data").status, 20);
}

/// Makes a file in directory 3, then opens `inner/made` in directory 4, and exits with the error if one of these fails.
const USES_TWO_DIRECTORIES: &str = r#"(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1) (data (i32.const 16) "inner/made")
  (func $check (param i32) (if (local.get 0) (then (call $exit (local.get 0)))))
  (func (export "_start")
    (call $check (call $open (i32.const 3) (i32.const 0) (i32.const 22) (i32.const 4) (i32.const 5) (i64.const 64)
      (i64.const 0) (i32.const 0) (i32.const 64)))
    (call $check (call $open (i32.const 4) (i32.const 0) (i32.const 16) (i32.const 10) (i32.const 0) (i64.const 2)
      (i64.const 0) (i32.const 0) (i32.const 64)))))"#;

/// What is written through one of two directories, of which one is in the other, is there in both; in two that have nothing to
/// do with each other it is not.
#[test]
fn directories_in_directories_are_copied_once() {
    let folder = Folder::with(&[("a.wat", USES_TWO_DIRECTORIES)]);
    std::fs::create_dir_all(folder.path("outer/inner")).unwrap();
    std::fs::create_dir_all(folder.path("other/inner")).unwrap();
    for (outer, status) in [("outer", 0), ("outer/../outer", 0), ("other", 44)] {
        let run = folder.run(&format!("exec a.wat --tier both --dir outer/inner::/a --dir {outer}::/b"));
        assert_eq!(run.status, status, "{outer}: {}", run.err);
    }
}

#[test]
#[cfg(unix)]
fn what_cannot_be_copied_is_told() {
    let folder = Folder::with(&[("a.wat", MAKES_A_FILE)]);
    std::fs::create_dir(folder.path("dir")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.path("dir/socket")).unwrap();
    let run = folder.run("exec a.wat --tier both --dir dir");
    assert_eq!(run.status, 2);
    contains(&run.err, &["--dir dir: each of the two tiers works on a copy", "socket: is neither a file", "one tier"]);
}

#[test]
fn what_time_cuts_short_is_compared_as_far_as_both_came() {
    let text = r#"(module (import "env" "log" (func $log (param i32))) (global $n (mut i32) (i32.const 0))
      (func $s (loop $l (global.set $n (i32.add (global.get $n) (i32.const 1)))
        (if (i32.eqz (i32.rem_u (global.get $n) (i32.const 100))) (then (call $log (global.get $n)))) (br $l))) (start $s))"#;
    let folder = Folder::with(&[("a.wat", text)]);
    for command in ["trace a.wat", "check a.wat", "exec a.wat --stub-imports"] {
        let run = folder.run(&format!("{command} --tier both --timeout 0.2"));
        contains(&run.err, &["note: time was up before both tiers had ended; they agree in the first "]);
        assert!(!run.err.contains("differ"), "{}", run.err);
        assert_eq!(run.status, i32::from(!command.starts_with("trace")), "{command}");
    }
}

/// Recursion that takes much of the machine's stack: through frames with much in them, and through a component that calls itself.
#[test]
fn recursion_ends_at_the_same_depth() {
    let locals: String = (0..40).map(|i| format!("(local $a{i} f64) (local $v{i} v128)")).collect();
    let set = |i| {
        format!("(local.set $a{i} (f64.convert_i32_s (local.get 0))) (local.set $v{i} (i32x4.splat (local.get 0)))")
    };
    let used = |i| {
        format!(
            "(global.set $x (i32.add (i32.trunc_sat_f64_s (local.get $a{i})) (i32x4.extract_lane 1 (local.get $v{i}))))"
        )
    };
    let (sets, uses): (String, String) = ((0..40).map(set).collect(), (0..40).map(used).collect());
    let operands = "(i32x4.splat (local.get 0))".repeat(60);
    let sums = "(i32x4.add)".repeat(60);
    let count = "(global.set $depth (i32.add (global.get $depth) (i32.const 1)))";
    let text = format!(
        r#"(module (global $depth (export "depth") (mut i32) (i32.const 0)) (global $x (mut i32) (i32.const 0))
          (func $f (export "locals") (param i32) {locals} {count} {sets} (call $f (i32.const 1)) {uses})
          (func $g (export "operands") (param i32) (result v128) {count} {operands} (call $g (i32.const 1)) {sums}))"#
    );
    let folder = Folder::with(&[("a.wat", &text), ("b.wat", SELF_CALLING)]);
    for invoke in ["a.wat --invoke locals 1", "a.wat --invoke operands 1", "b.wat --invoke run"] {
        let run = folder.run(&format!("trace {invoke} --tier both"));
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{invoke}");
        contains(&run.out, &["outcome: exhausted: call stack"]);
    }
}

/// A component that calls a function of its own over and over, each time below a thousand frames.
const SELF_CALLING: &str = r#"(component
  (core module $shim (table (export "t") 1 funcref) (type $f (func))
    (func (export "f") (call_indirect (type $f) (i32.const 0))))
  (core module $main (import "shim" "f" (func $f))
    (func $go (param $n i32)
      (if (local.get $n) (then (call $go (i32.sub (local.get $n) (i32.const 1)))) (else (call $f))))
    (func (export "run") (call $go (i32.const 1000))))
  (core module $fix (import "" "t" (table 1 funcref)) (import "" "f" (func $f)) (elem (i32.const 0) func $f))
  (core instance $shim (instantiate $shim))
  (core instance $main (instantiate $main (with "shim" (instance $shim))))
  (func $run (canon lift (core func $main "run")))
  (core func $lowered (canon lower (func $run)))
  (core instance (instantiate $fix (with "" (instance (export "t" (table $shim "t")) (export "f" (func $lowered))))))
  (export "run" (func $run)))"#;

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
