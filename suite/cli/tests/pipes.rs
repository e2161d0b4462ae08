//! What other programs do at the ends of pipes: those that stop reading, and those that never write.

mod common;

use common::Folder;
use std::{
    io::Read,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

fn start(folder: &Folder, args: &str, stdin: Stdio) -> Child {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("preflight"));
    command.current_dir(folder.path("")).args(args.split_whitespace()).stdin(stdin);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// How it ends, with nobody to read what it prints.
fn unread(folder: &Folder, args: &str) -> (ExitStatus, String) {
    let mut child = start(folder, args, Stdio::null());
    drop(child.stdout.take());
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    (child.wait().unwrap(), err)
}

#[test]
fn the_exit_status_does_not_depend_on_a_reader() {
    let folder = Folder::with(&[
        ("good.wat", "(module (func $s) (start $s))"),
        ("bad.wat", "(module (func $s unreachable) (start $s))"),
        ("fails.wast", "(module) (assert_trap (module) \"unreachable\")"),
    ]);
    for file in ["good", "bad"] {
        folder.run(&format!("trace {file}.wat --format json --out {file}.json"));
    }
    for (args, status) in [
        ("trace good.wat", 0),
        ("trace bad.wat --expect good.json", 1),
        ("trace diff good.json bad.json", 1),
        ("trace diff good.json good.json", 0),
        ("check bad.wat", 1),
        ("check good.wat --format json", 0),
        ("exec bad.wat", 1),
        ("wast fails.wast", 1),
        ("rules", 0),
    ] {
        let (end, err) = unread(&folder, args);
        assert_eq!(end.code(), Some(status), "{args}: {err}");
        assert!(!err.contains("cannot write"), "{args}: {err}");
    }
}

/// Reads four bytes of standard input, by whichever of the two ways.
const READS: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1) (data (i32.const 0) "\10\00\00\00\04\00\00\00")
  (func (export "_start") (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))))"#;

#[test]
fn time_is_up_in_a_read_that_nothing_answers() {
    let folder = Folder::with(&[("a.wat", READS)]);
    for command in ["exec", "trace", "exec --tier jit"] {
        let (command, tier) = command.split_once(' ').unwrap_or((command, ""));
        let began = Instant::now();
        let mut child = start(&folder, &format!("{command} a.wat --stdin - --timeout 0.3 {tier}"), Stdio::piped());
        // The pipe stays open, and nothing comes.
        let pipe = child.stdin.take();
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        assert!(text.contains("exhausted: interrupted") && text.contains("--timeout"), "{text}");
        assert!(began.elapsed() < Duration::from_secs(20), "it ended when time was up");
        drop(pipe);
    }
}

/// Polls standard input without a clock, reads, and exits with the number of bytes that were ready, plus ten if it is the end.
const POLLS: &str = r#"(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1) (data (i32.const 8) "\01")
  (func (export "_start")
    (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))
    (call $exit (i32.add (i32.load (i32.const 80)) (i32.mul (i32.const 10) (i32.load8_u (i32.const 88)))))))"#;

#[test]
fn who_polls_a_pipe_waits_until_there_is_something_to_read() {
    let folder = Folder::with(&[("a.wat", POLLS)]);
    for (written, status) in [(&b"x"[..], 1), (b"", 10)] {
        let mut child = start(&folder, "exec a.wat --stdin - --timeout 60", Stdio::piped());
        let mut pipe = child.stdin.take().unwrap();
        std::thread::sleep(Duration::from_millis(300));
        assert!(child.try_wait().unwrap().is_none(), "there is nothing to read yet");
        std::io::Write::write_all(&mut pipe, written).unwrap();
        drop(pipe);
        assert_eq!(child.wait().unwrap().code(), Some(status));
    }
    let mut child = start(&folder, "exec a.wat --stdin - --timeout 0.3", Stdio::piped());
    let pipe = child.stdin.take();
    assert_eq!(child.wait().unwrap().code(), Some(1), "time is up");
    drop(pipe);
}
