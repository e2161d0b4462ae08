//! Programs of WASI, and scripts of the JavaScript API.

use super::{Talk, is};
use crate::{
    case::js::{Job, Word},
    runtime::{End, Program, ProgramEnd, Runtime, World},
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

/// It traps.
const TRAP: &str = r#"(module (memory (export "memory") 1) (func (export "_start") (unreachable)))"#;

/// It ends with what the module `lib` says.
const ASKING: &str = r#"(module
  (import "lib" "code" (func $code (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (call $code))))"#;
const LIB: &str = r#"(module (func (export "code") (result i32) (i32.const 7)))"#;

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
    talk.ask(
        "run_program of preview 1 that traps",
        |runtime| run(runtime, &trap),
        super::ends("a trap, or failed", |end| matches!(end, End::Trap(..) | End::Failed(_))),
    );
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
