//! `preflight check` on programs of WASI: what they import, what is given to them, and what they export to be entered through.

#[path = "common/check.rs"]
mod check;
mod common;

use check::{check, check_in, finds, finds_in, notes, says_nothing_of};
use common::{Folder, contains};

/// Spawns a thread and waits for it, without a function of preview 1.
const SPAWNS: &str = r#"(module
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32))) (import "env" "memory" (memory 1 1 shared))
  (export "memory" (memory 0))
  (func (export "wasi_thread_start") (param i32 i32)
    (i32.atomic.store (i32.const 0) (i32.const 5)) (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))
  (func (export "ENTRY") (result i32)
    (drop (call $spawn (i32.const 1))) (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
    (i32.load (i32.const 0))))"#;

#[test]
fn to_spawn_threads_is_to_use_wasi() {
    let (status, out) = check(&SPAWNS.replace("ENTRY", "go"), "--invoke go");
    assert_eq!(status, 0, "{out}");
    contains(&out, &["note P1-ENV-03: /: ", "it ended: returned"]);
    let reactor = SPAWNS.replace("(result i32)\n    (drop", "(drop").replace("(i32.load (i32.const 0))", "");
    says_nothing_of("P1-KIND-08", &reactor.replace("ENTRY", "_initialize"), "");
}

#[test]
fn a_function_of_the_second_snapshot_is_none_of_the_first() {
    let text = |module: &str| {
        let ty = "(func (param i32 i32 i32) (result i32))";
        format!(r#"(module (import "{module}" "sock_accept" {ty}) (memory (export "memory") 1))"#)
    };
    let says = ["wasi_unstable has no such function; wasi_snapshot_preview1 has one"];
    finds("CORE-LINK-01", &text("wasi_unstable"), "", &says);
    says_nothing_of("CORE-LINK-01", &text("wasi_snapshot_preview1"), "");
}

#[test]
fn what_is_given_and_does_not_meet_an_import_is_found() {
    let folder = Folder::with(&[
        ("main.wat", r#"(module (import "a" "f" (func $f)) (func (export "_start") (call $f)))"#),
        ("memory.wat", r#"(module (import "a" "memory" (memory 1)) (func (export "_start")))"#),
        ("empty.wat", r#"(module (func (export "_initialize")))"#),
        ("command.wat", r#"(module (memory (export "memory") 1) (func (export "f")) (func (export "_start")))"#),
        ("lib.wat", r#"(module (memory (export "memory") 1) (func (export "f")))"#),
        ("user.wat", r#"(module (import "a" "f" (func)) (func (export "_initialize")))"#),
    ]);
    let stub = "here a stub stands for it";
    finds_in(
        "CORE-LINK-01",
        &folder,
        "main.wat --preload a=empty.wat",
        &["/: imports a.f, which a does not export", stub],
    );
    finds_in(
        "P1-REA-09",
        &folder,
        "main.wat --preload b=user.wat --preload a=lib.wat",
        &["/$b: imports a.f, and a comes up later", stub],
    );
    finds_in(
        "P1-CMD-09",
        &folder,
        "memory.wat --preload a=command.wat",
        &["/: imports a.memory, and a is a command", stub],
    );
    for args in ["main.wat --preload a=lib.wat --preload b=user.wat", "memory.wat --preload a=lib.wat", "main.wat"] {
        assert_eq!(check_in(&folder, args).0, 0, "{args}");
    }
    for (args, told) in [
        ("main.wat --preload a=empty.wat", "--preload a is given, and has no export of this name"),
        ("main.wat --preload b=user.wat --preload a=lib.wat", "--preload a comes later: give it first"),
        ("memory.wat --preload a=command.wat", "a is a command, of which only functions can be imported"),
        ("main.wat", "provide it with --preload a=FILE"),
    ] {
        let run = folder.run(&format!("exec {args}"));
        assert_eq!(run.status, 1, "{args}");
        contains(&run.err, &["unknown imports", told]);
    }
}

#[test]
fn calls_in_a_start_section_that_need_no_memory_are_noted() {
    let text = r#"(module (import "wasi_snapshot_preview1" "sched_yield" (func $y (result i32)))
        (memory (export "memory") 1) (func $s (drop (call $y))) (start $s))"#;
    notes("P1-ENV-07", text, "", &["calls sched_yield of WASI from its start section: no text says whether it may"]);
    let both = text
        .replace(
            "(memory",
            r#"(import "wasi_snapshot_preview1" "random_get" (func $r (param i32 i32) (result i32))) (memory"#,
        )
        .replace("(drop (call $y))", "(drop (call $y)) (drop (call $r (i32.const 0) (i32.const 1)))");
    finds("P1-ENV-07", &both, "", &["a host that reaches memory through the exports", "random_get"]);
}

#[test]
fn a_module_without_memory_is_noted_though_it_imports_no_pointers() {
    let text =
        r#"(module (import "wasi_snapshot_preview1" "sched_yield" (func (result i32))) (func (export "_start")))"#;
    notes("P1-ENV-01", text, "", &["does not export a memory of the name memory"]);
    says_nothing_of("P1-ENV-01", &text.replace("(func (export", r#"(memory (export "memory") 1) (func (export"#), "");
}

#[test]
fn an_entry_that_is_ignored_is_not_called_missing() {
    let text = r#"(module (func (export "_start")))"#;
    notes("P1-KIND-05", text, "--without-wasi ignore", &["its entry is ignored by the readings chosen"]);
    let run = Folder::with(&[("a.wat", text)]).run("exec a.wat --without-wasi ignore --no-entry reject");
    assert_eq!(run.status, 1);
    contains(&run.err, &["no entry by the reading of P1-KIND-08 that was chosen", "P1-KIND-05"]);
}

/// Exports `wasi:cli/run` with something in it.
fn runs(name: &str, ty: &str, core: &str) -> String {
    format!(
        r#"(component
        (core module $M {core})
        (core instance $m (instantiate $M))
        (func $f {ty} (canon lift (core func $m "f") (memory $m "m")))
        (instance $r (export "{name}" (func $f)))
        (export "wasi:cli/run@0.2.0" (instance $r)))"#
    )
}

#[test]
fn run_has_the_type_that_wasi_gives_it() {
    let core = r#"(memory (export "m") 1) (func (export "f") (result i32) (i32.const 0))"#;
    let with_param = r#"(memory (export "m") 1) (func (export "f") (param i32) (result i32) (i32.const 0))"#;
    for (name, ty, core) in [
        ("run", "(result u32)", core),
        ("run", "(result (result (error string)))", core),
        ("run", r#"(param "x" u32) (result (result))"#, with_param),
        ("walk", "(result (result))", core),
    ] {
        let text = runs(name, ty, core);
        finds("P2-RUN-08", &text, "", &["the type () -> result that WASI gives it"]);
        let run = Folder::with(&[("a.wat", &text)]).run("exec a.wat");
        assert_eq!(run.status, 1);
        contains(&run.err, &["exports wasi:cli/run@0.2.0, and in it no run of the type () -> result"]);
    }
    says_nothing_of("P2-RUN-08", &runs("run", "(result (result))", core), "");
}
