//! Commands and reactors of WASI preview 1, from end to end.

mod common;

use common::{Folder, contains};
use std::fs;

/// Prints its standard input, its second argument and a variable, writes `/data/out`, and exits with 7.
const COMMAND: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 512) "out")
  (func $print (param $fd i32) (param $at i32) (param $len i32)
    (i32.store (i32.const 0) (local.get $at)) (i32.store (i32.const 4) (local.get $len))
    (drop (call $write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const 100))
    (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $print (i32.const 1) (i32.const 1024) (i32.load (i32.const 8)))
    (drop (call $args (i32.const 64) (i32.const 2048)))
    (call $print (i32.const 1) (i32.load (i32.const 68)) (i32.const 3))
    (drop (call $environ (i32.const 64) (i32.const 3072)))
    (call $print (i32.const 2) (i32.load (i32.const 64)) (i32.const 3))
    (drop (call $open (i32.const 3) (i32.const 0) (i32.const 512) (i32.const 3) (i32.const 1) (i64.const 64) (i64.const 0)
      (i32.const 0) (i32.const 600)))
    (call $print (i32.load (i32.const 600)) (i32.const 512) (i32.const 3))
    (call $exit (i32.const 7)) unreachable))"#;

const REACTOR: &str = r#"(module
  (global $n (mut i32) (i32.const 0))
  (func (export "_initialize") (global.set $n (i32.const 41)))
  (func (export "next") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n)))"#;

const USER: &str = r#"(module
  (import "lib" "next" (func $next (result i32)))
  (func $s (drop (call $next))) (start $s)
  (func (export "_start") (if (i32.ne (call $next) (i32.const 43)) (then unreachable))))"#;

fn folder() -> Folder {
    Folder::with(&[("command.wat", COMMAND), ("reactor.wat", REACTOR), ("user.wat", USER), ("in.txt", "from a file, ")])
}

#[test]
fn a_command_reads_prints_writes_and_exits_with_its_code() {
    let folder = folder();
    let run = folder.run_with("exec command.wat --dir .::/data --env K=V --stdin - -- one", &[], "piped, ");
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (7, "piped, one", "K=V"));
    assert_eq!(fs::read(folder.path("out")).unwrap(), b"out");
    let run = folder.run("exec command.wat --dir . --env A=B --stdin in.txt -- two");
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (7, "from a file, two", "A=B"));
}

#[test]
fn a_trace_tells_who_called_start_and_what_was_printed() {
    let run = folder().run("trace command.wat --dir .::/data --env K=V --stdin in.txt -- one");
    assert_eq!(run.status, 0, "{}", run.err);
    contains(&run.out, &["_start", "P1-CMD-01", "wasi_snapshot_preview1.fd_write", "exit", "7"]);
    contains(&run.out, &["standard output:", "| from a file, one", "standard error:", "| K=V"]);
}

/// Both tiers get a copy of the directory, whatever its links lead to.
#[cfg(unix)]
#[test]
fn both_tiers_get_a_directory_with_a_link_that_leads_out() {
    let folder = folder();
    std::os::unix::fs::symlink("/etc/passwd", folder.path("absolute")).unwrap();
    let run = folder.run("exec command.wat --tier both --dir . --env A=B --stdin in.txt -- two");
    assert_eq!((run.status, run.out.as_str()), (7, "from a file, two"));
    contains(&run.err, &["A=B"]);
}

#[test]
fn reactors_are_initialised_before_anything_uses_them() {
    let folder = folder();
    assert_eq!(folder.run("exec reactor.wat --invoke next").out, "42\n");
    let run = folder.run("exec user.wat --preload lib=reactor.wat");
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    let run = folder.run("trace user.wat --preload lib=reactor.wat");
    contains(&run.out, &["_initialize", "P1-REA-08", "_start", "P1-CMD-01"]);
    let run = folder.run("exec reactor.wat --invoke _initialize");
    assert_eq!(run.status, 1);
    contains(&run.err, &["P1-REA-01"]);
}

#[test]
fn what_cannot_be_started_is_explained() {
    let folder = folder();
    folder.write("both.wat", br#"(module (func (export "_start")) (func (export "_initialize")))"#);
    let run = folder.run("exec both.wat");
    assert_eq!(run.status, 1);
    contains(&run.err, &["P1-KIND-03"]);
    let run = folder.run("exec command.wat --dir nowhere::/x");
    assert_eq!(run.status, 2);
    contains(&run.err, &["--dir nowhere::/x"]);
    folder.write(
        "spawn.wat",
        br#"(module (import "wasi" "thread-spawn" (func $s (param i32) (result i32)))
      (func (export "_start") (if (i32.ge_s (call $s (i32.const 0)) (i32.const 0)) (then unreachable))))"#,
    );
    assert_eq!(folder.run("exec spawn.wat --real clock,random").status, 0);
    folder.write("plain.wat", b"(module)");
    let run = folder.run("exec plain.wat --env A=B");
    assert_eq!(run.status, 2);
    contains(&run.err, &["none of the modules is one"]);
}

/// Programs from before the second snapshot import the same functions from another module.
#[test]
fn a_command_of_the_first_snapshot_does_the_same() {
    let folder = folder();
    folder.write("old.wat", COMMAND.replace("wasi_snapshot_preview1", "wasi_unstable").as_bytes());
    for tier in ["interp", "jit"] {
        let run = folder.run(&format!("exec old.wat --tier {tier} --dir .::/data --env A=B --stdin in.txt -- two"));
        assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (7, "from a file, two", "A=B"));
    }
    contains(&folder.run("trace old.wat --dir .::/data").out, &["P1-CMD-01", "wasi_unstable.fd_write", "exit", "7"]);
    let without_memory = COMMAND.replace("(memory (export \"memory\") 1)", "(memory 1)");
    folder.write("lost.wat", without_memory.replace("wasi_snapshot_preview1", "wasi_unstable").as_bytes());
    let run = folder.run("check lost.wat");
    assert_eq!(run.status, 1, "{}", run.err);
    contains(&run.out, &["P1-ENV-01"]);
}

#[test]
fn a_shared_memory_is_there_without_being_provided() {
    let folder = Folder::with(&[(
        "threads.wat",
        r#"(module (import "env" "memory" (memory 1 1 shared)) (export "memory" (memory 0))
          (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
          (func (export "_start") (if (call $random (i32.const 0) (i32.const 9)) (then unreachable))))"#,
    )]);
    let run = folder.run("exec threads.wat");
    assert_eq!((run.status, run.err.as_str()), (0, ""));
}

#[test]
fn a_trap_in_a_thread_is_told_as_that_threads() {
    let text = r#"(module
      (import "env" "memory" (memory 1 1 shared)) (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
      (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
      (export "memory" (memory 0))
      (func $child (export "wasi_thread_start") (param i32 i32) unreachable)
      (func (export "_start") (drop (call $spawn (i32.const 0))) (drop (call $yield))))"#;
    let folder = Folder::with(&[("a.wat", text), ("b.wat", &text.replace("(drop (call $yield))", "unreachable"))]);
    for tier in ["interp", "jit"] {
        let run = folder.run(&format!("exec a.wat --tier {tier}"));
        assert_eq!(run.status, 1);
        contains(&run.err, &["unreachable", "($child) of thread 1 of / (a.wat)"]);
        let run = folder.run(&format!("exec b.wat --tier {tier}"));
        contains(&run.err, &["of / (b.wat)"]);
        assert!(!run.err.contains("of thread"), "{}", run.err);
    }
}

#[test]
fn what_wasi_does_not_get_or_have_is_told() {
    let text = r#"(module (import "wasi_snapshot_preview1" "fd_write" (func $w (param i32 i32 i32 i32) (result i32))) (memory 1)
      (func (export "_start") (drop (call $w (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)))))"#;
    let folder = Folder::with(&[
        ("a.wat", text),
        ("b.wat", r#"(module (import "wasi_snapshot_preview1" "fd_wirte" (func)) (import "x" "f" (func)))"#),
        ("c.wat", "(module)"),
    ]);
    let run = folder.run("exec a.wat");
    assert_eq!(run.status, 1);
    contains(&run.err, &["host trap", "/ (a.wat) exports no memory of the name \"memory\"", "P1-ENV-01"]);
    let run = folder.run("exec b.wat");
    contains(
        &run.err,
        &["WASI preview 1 has no such function; is fd_write meant?", "provide it with --preload x=FILE"],
    );
    assert!(!run.err.contains("--preload wasi"), "{}", run.err);
    // That there is nothing to run is judged whatever the module imports.
    assert_eq!(folder.run("exec c.wat").status, 0);
    let run = folder.run("exec c.wat --no-entry reject");
    assert_eq!(run.status, 1);
    contains(&run.err, &["P1-KIND-05"]);
}

#[test]
fn rights_can_be_those_that_were_asked_for() {
    // Asks for fd_write, and then for the attributes of the file.
    let text = r#"(module
      (import "wasi_snapshot_preview1" "path_open"
        (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_filestat_get" (func $stat (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1) (data (i32.const 0) "f")
      (func (export "_start")
        (drop (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 1) (i64.const 64) (i64.const 0)
          (i32.const 0) (i32.const 16)))
        (call $exit (call $stat (i32.load (i32.const 16)) (i32.const 64)))))"#;
    let folder = Folder::with(&[("a.wat", text)]);
    assert_eq!(folder.run("exec a.wat --dir .::/d").status, 0);
    assert_eq!(folder.run("exec a.wat --dir .::/d --rights given").status, 0);
    // `notcapable`
    assert_eq!(folder.run("exec a.wat --dir .::/d --rights asked").status, 76);
}

/// A module that spawns threads is a program of WASI, whatever else it imports: the host makes its memory.
#[test]
fn a_library_spawns_threads_without_a_function_of_preview_1() {
    let spawns = r#"(module
      (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32))) (import "env" "memory" (memory 1 1 shared))
      (func (export "wasi_thread_start") (param i32 i32)
        (i32.atomic.store (i32.const 0) (i32.const 5)) (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))
      (func (export "go") (result i32)
        (if (i32.le_s (call $spawn (i32.const 1)) (i32.const 0)) (then unreachable))
        (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
        (i32.load (i32.const 0))))"#;
    let user = r#"(module (import "t" "go" (func $go (result i32))) (func (export "main") (result i32) (call $go)))"#;
    let command = r#"(module (import "wasi" "thread-spawn" (func (param i32) (result i32)))
      (func (export "_start") unreachable))"#;
    let folder = Folder::with(&[("spawns.wat", spawns), ("user.wat", user), ("command.wat", command)]);
    for tier in ["interp", "jit"] {
        for args in ["spawns.wat --invoke go", "user.wat --preload t=spawns.wat --invoke main"] {
            let run = folder.run(&format!("exec {args} --tier {tier}"));
            assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "5\n", ""), "{args} {tier}");
        }
    }
    let run = folder.run("exec command.wat --without-wasi ignore");
    assert_eq!(run.status, 1, "it imports something of WASI, and its entry is one");
}
