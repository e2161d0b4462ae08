//! Programs of WASI, and scripts of the JavaScript API.

use super::{Talk, is};
use crate::{
    case::js::{Job, Word},
    runtime::{Ability, End, Program, ProgramEnd, Reach, Runtime, World},
    source,
};

/// It writes `hi` and ends with 5.
const COMMAND: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\02\00\00\00") (data (i32.const 16) "hi")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $exit (i32.const 5))))"#;

/// It writes `hi` and traps.
const TRAP: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\02\00\00\00") (data (i32.const 16) "hi")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (unreachable)))"#;

/// It ends with what the module `lib` says.
const ASKING: &str = r#"(module
  (import "lib" "code" (func $code (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (call $code))))"#;
const LIB: &str = r#"(module (func (export "code") (result i32) (i32.const 7)))"#;

/// It writes the texts of a list that preview 1 has two functions for, from the one with this index on, a line each.
fn lister(list: &str, first: u32) -> Vec<u8> {
    source::text(&format!(
        r#"(module
          (import "wasi_snapshot_preview1" "{list}_sizes_get" (func $sizes (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "{list}_get" (func $get (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 2)
          (func $print (param $text i32) (local $end i32)
            (local.set $end (local.get $text))
            (loop $next
              (if (i32.load8_u (local.get $end))
                (then (local.set $end (i32.add (local.get $end) (i32.const 1))) (br $next))))
            (i32.store8 (local.get $end) (i32.const 10))
            (i32.store (i32.const 0) (local.get $text))
            (i32.store (i32.const 4) (i32.add (i32.sub (local.get $end) (local.get $text)) (i32.const 1)))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
          (func (export "_start") (local $index i32)
            (if (call $sizes (i32.const 16) (i32.const 20)) (then (unreachable)))
            (if (call $get (i32.const 64) (i32.const 65536)) (then (unreachable)))
            (local.set $index (i32.const {first}))
            (loop $next
              (if (i32.lt_u (local.get $index) (i32.load (i32.const 16)))
                (then
                  (call $print (i32.load offset=64 (i32.mul (local.get $index) (i32.const 4))))
                  (local.set $index (i32.add (local.get $index) (i32.const 1)))
                  (br $next))))))"#
    ))
}

/// It writes what it reads.
const ECHO: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\40\00\00\00\00\10\00\00")
  (func (export "_start")
    (if (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)) (then (unreachable)))
    (i32.store (i32.const 4) (i32.load (i32.const 8)))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"#;

/// It writes the names of the folders that it finds open, a line each.
const FOLDERS: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_dir_name" (func $name (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (local $fd i32) (local $len i32)
    (local.set $fd (i32.const 3))
    (loop $next
      (if (i32.eqz (call $prestat (local.get $fd) (i32.const 16)))
        (then
          (local.set $len (i32.load (i32.const 20)))
          (drop (call $name (local.get $fd) (i32.const 64) (local.get $len)))
          (i32.store8 offset=64 (local.get $len) (i32.const 10))
          (i32.store (i32.const 0) (i32.const 64))
          (i32.store (i32.const 4) (i32.add (local.get $len) (i32.const 1)))
          (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
          (local.set $fd (i32.add (local.get $fd) (i32.const 1)))
          (br $next))))))"#;

/// Each of these two exports writes the first letter of its name.
fn letters(first: &str, second: &str) -> Vec<u8> {
    source::text(&format!(
        r#"(module
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 16) "{first}{second}")
          (func $print (param $at i32)
            (i32.store (i32.const 0) (local.get $at))
            (i32.store (i32.const 4) (i32.const 1))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
          (func (export "{first}") (call $print (i32.const 16)))
          (func (export "{second}") (call $print (i32.add (i32.const 16) (i32.const {length})))))"#,
        length = first.len()
    ))
}

/// A program of WASI 0.2 whose `run` returns ok for 0, an error for 1.
fn component(result: u32) -> Vec<u8> {
    source::text(&format!(
        r#"(component
          (core module $M (func (export "run") (result i32) (i32.const {result})))
          (core instance $m (instantiate $M))
          (func $run (result (result)) (canon lift (core func $m "run")))
          (component $Run (import "r" (func $r (result (result)))) (export "run" (func $r)))
          (instance $i (instantiate $Run (with "r" (func $run))))
          (export "wasi:cli/run@0.2.0" (instance $i)))"#
    ))
}

/// What a program wrote and how it ended: its exit code, 0 if it returned.
fn run(runtime: &mut dyn Runtime, program: &Program) -> Result<(String, i32), End> {
    let ProgramEnd { stdout, end } = runtime.run_program(program)?;
    let code = match end {
        Ok(()) => 0,
        Err(End::Exit(code)) => code,
        Err(end) => return Err(end),
    };
    Ok((String::from_utf8_lossy(&stdout).into_owned(), code))
}

pub(super) fn preview_1(talk: &mut Talk<'_>) {
    let command = Program::command(source::text(COMMAND));
    talk.ask("run_program of preview 1", |runtime| run(runtime, &command), is(("hi".to_owned(), 5)));
    let trap = Program::command(source::text(TRAP));
    let written = |runtime: &mut dyn Runtime| {
        let ProgramEnd { stdout, end } = runtime.run_program(&trap)?;
        match end {
            Err(End::Trap(..) | End::Failed(_)) => Ok(String::from_utf8_lossy(&stdout).into_owned()),
            Err(end) => Err(end),
            Ok(()) => Err(End::Failed("success, and no trap".to_owned())),
        }
    };
    talk.ask("run_program of preview 1 that writes and traps", written, is("hi".to_owned()));
    given(talk);
    reached(talk);
}

/// What programs are given.
fn given(talk: &mut Talk<'_>) {
    let plain = Program::command;
    let texts = |texts: [&str; 2]| texts.map(str::to_owned).to_vec();
    let env = [("K".to_owned(), "v w".to_owned()), ("L".to_owned(), String::new())].into();
    for (asked, program, written) in [
        ("run_program with args", Program { args: texts(["x", "y z"]), ..plain(lister("args", 1)) }, "x\ny z\n"),
        ("run_program with stdin", Program { stdin: "a\nb".to_owned(), ..plain(source::text(ECHO)) }, "a\nb"),
        (
            "run_program with preopens",
            Program { preopens: texts(["/one", "/two"]), ..plain(source::text(FOLDERS)) },
            "/one\n/two\n",
        ),
    ] {
        talk.ask(asked, |runtime| run(runtime, &program), is((written.to_owned(), 0)));
    }
    // A host may have variables of its own.
    let program = Program { env, ..plain(lister("environ", 0)) };
    let of_ours = |runtime: &mut dyn Runtime| {
        let (stdout, code) = run(runtime, &program)?;
        let mut lines: Vec<String> = stdout
            .lines()
            .filter(|line| ["K=", "L="].iter().any(|name| line.starts_with(name)))
            .map(str::to_owned)
            .collect();
        lines.sort();
        Ok((lines, code))
    };
    talk.ask("run_program with env", of_ours, is((texts(["K=v w", "L="]), 0)));
}

/// How programs are entered.
fn reached(talk: &mut Talk<'_>) {
    for (asked, reach, module, written) in [
        ("run_program of a reactor", Reach::Reactor, letters("_initialize", "other"), "_"),
        (
            "run_program of an export of a reactor",
            Reach::Export("other".to_owned()),
            letters("_initialize", "other"),
            "_o",
        ),
        ("run_program of an export of a command", Reach::Export("other".to_owned()), letters("_start", "other"), "o"),
    ] {
        let program = Program { reach, ..Program::command(module) };
        talk.ask(asked, |runtime| run(runtime, &program), is((written.to_owned(), 0)));
    }
}

pub(super) fn preloads(talk: &mut Talk<'_>) {
    let preloads = vec![("lib".to_owned(), source::text(LIB))];
    let program = Program { preloads, ..Program::command(source::text(ASKING)) };
    talk.ask("run_program with a preload", |runtime| run(runtime, &program), is((String::new(), 7)));
}

pub(super) fn preview_2(talk: &mut Talk<'_>) {
    for (asked, code) in [("run_program of 0.2 that returns ok", 0), ("run_program of 0.2 that returns an error", 1)] {
        let program = Program { world: World::P2, ..Program::command(component(code)) };
        talk.ask(asked, |runtime| run(runtime, &program), is((String::new(), code as i32)));
    }
}

/// A component that can be called once.
const ONCE: &str = r#"(component
  (core module $M
    (global $n (mut i32) (i32.const 0))
    (func (export "f")
      (if (global.get $n) (then (unreachable)))
      (global.set $n (i32.const 1))))
  (core instance $m (instantiate $M))
  (func (export "f") (canon lift (core func $m "f"))))"#;

pub(super) fn times(talk: &mut Talk<'_>) {
    let about = talk.runtime.about();
    if about.can(Ability::P1) {
        let reach = Reach::Export("other".to_owned());
        let program = Program { reach, times: 3, ..Program::command(letters("_initialize", "other")) };
        let asked = "run_program of an export of a reactor, three times";
        talk.ask(asked, |runtime| run(runtime, &program), is(("_ooo".to_owned(), 0)));
    }
    if about.can(Ability::P2) {
        let (world, reach) = (World::P2, Reach::Export("f".to_owned()));
        let program = Program { world, reach, times: 2, ..Program::command(source::text(ONCE)) };
        talk.ask(
            "run_program of an export of a component, twice, that traps the second time",
            |runtime| run(runtime, &program),
            super::ends("a trap, or failed", |end| matches!(end, End::Trap(..) | End::Failed(_))),
        );
    }
}

pub(super) fn javascript(talk: &mut Talk<'_>) {
    for (asked, body, verdict) in [
        ("run_js of a check that holds", "assert(1 + wasm.m[0] === 1, 'no bytes')", Word::Passed),
        ("run_js of a check that does not hold", "assert(text.t !== 'x', 'text')", Word::Failed),
        ("run_js of a case that gives up", "unsupported('this')", Word::Unsupported),
    ] {
        let source = format!("export default async ({{ assert, unsupported, wasm, text }}) => {{ {body}; }};");
        let one = |key: &str, value: &str| [(key.to_owned(), value.to_owned())].into();
        let job = Job { source, wasm: one("m", "0061736d01000000"), text: one("t", "x") };
        talk.ask(asked, |runtime| runtime.run_js(&job).map(|answer| answer.verdict), is(verdict));
    }
}
