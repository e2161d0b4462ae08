//! `preflight check`: what toolchains rely on, each with an input that shows it and one that does not.

#[path = "common/check.rs"]
mod check;
mod common;

use check::{check, finds, finds_in, notes, notes_in, says_nothing_of};
use common::Folder;

#[test]
fn constructors_that_nobody_ran_are_noted() {
    let command = |call: &str| format!(r#"(module (func $__wasm_call_ctors) (func (export "_start") {call}))"#);
    notes("TOOL-CRT-02", &command(""), "", &["_start did not call __wasm_call_ctors"]);
    says_nothing_of("TOOL-CRT-02", &command("(call $__wasm_call_ctors)"), "");
    let reactor = |call: &str| format!(r#"(module (func $__wasm_call_ctors) (func (export "_initialize") {call}))"#);
    notes("TOOL-CRT-05", &reactor(""), "", &["_initialize did not call __wasm_call_ctors"]);
    says_nothing_of("TOOL-CRT-05", &reactor("(call $__wasm_call_ctors)"), "");
    let library = r#"(module (func (export "__wasm_call_ctors")) (func (export "f")))"#;
    notes("TOOL-CTOR-04", library, "--invoke f", &["exports __wasm_call_ctors, and nobody called it"]);
    says_nothing_of("TOOL-CTOR-04", library, "--invoke __wasm_call_ctors");
    // What did not end says nothing of what it would have done.
    let trapping =
        r#"(module (func $__wasm_call_ctors) (func (export "_start") unreachable (call $__wasm_call_ctors)))"#;
    says_nothing_of("TOOL-CRT-02", trapping, "");
}

#[test]
fn constructors_in_the_start_section_are_noted() {
    let text = r#"(module (func $__wasm_call_ctors) (func $s (call $__wasm_call_ctors)) (start $s))"#;
    notes("TOOL-CTOR-01", text, "", &["its start section runs constructors"]);
    notes("TOOL-CTOR-01", "(module (func $__wasm_call_ctors) (start $__wasm_call_ctors))", "", &[]);
    says_nothing_of("TOOL-CTOR-01", "(module (func $__wasm_call_ctors) (func $s) (start $s))", "");
    let tls = |start: &str| format!(r#"(module (func $t (export "__wasm_init_tls")) (func $s {start}) (start $s))"#);
    notes("TOOL-TLS-01", &tls("(call $t)"), "", &["sets up thread-local storage"]);
    says_nothing_of("TOOL-TLS-01", &tls(""), "");
}

/// A library that a module links: its relocations and constructors, in the order in which `calls` makes them.
fn loaded(exports: &str, calls: &str) -> Folder {
    let main = format!(
        r#"(module (import "lib" "__wasm_apply_data_relocs" (func $relocate)) (import "lib" "__wasm_call_ctors" (func $construct))
          (import "lib" "f" (func $f)) (func (export "_start") {calls}))"#
    );
    let lib = format!(
        r#"(module (func (export "__wasm_apply_data_relocs")) (func (export "__wasm_call_ctors")) (func (export "f")) {exports})"#
    );
    Folder::with(&[("main.wat", &main), ("lib.wat", &lib)])
}

#[test]
fn data_is_relocated_before_anything_else_is_called() {
    let args = "main.wat --preload lib=lib.wat";
    let right = loaded("", "(call $relocate) (call $construct) (call $f)");
    assert_eq!(check::check_in(&right, args).0, 0);
    let never = loaded("", "(call $construct) (call $f)");
    finds_in("TOOL-DYL-03", &never, args, &["/$lib: exports __wasm_apply_data_relocs, and nobody called it", "step "]);
    let late = loaded("", "(call $construct) (call $relocate)");
    finds_in("TOOL-DYL-03", &late, args, &["/$lib: a function of it was called before __wasm_apply_data_relocs"]);
    let used = loaded("", "(call $f) (call $relocate) (call $construct)");
    finds_in("TOOL-DYL-03", &used, args, &["was called before __wasm_apply_data_relocs"]);
    // Nobody has done anything wrong with it yet.
    let alone = r#"(module (func (export "__wasm_apply_data_relocs")))"#;
    notes("TOOL-DYL-03", alone, "", &["nobody called it: pointers in its data are not set"]);
    says_nothing_of("TOOL-DYL-03", alone, "--invoke __wasm_apply_data_relocs");
}

#[test]
fn all_libraries_are_relocated_before_one_is_constructed() {
    let lib = r#"(module (func (export "__wasm_apply_data_relocs")) (func (export "__wasm_call_ctors")))"#;
    let main = |calls: &str| {
        let imports = ["a", "b"].map(|name| {
            format!(
                r#"(import "{name}" "__wasm_apply_data_relocs" (func $relocate-{name}))
                  (import "{name}" "__wasm_call_ctors" (func $construct-{name}))"#
            )
        });
        format!(r#"(module {} (func (export "_start") {calls}))"#, imports.concat())
    };
    let args = "main.wat --preload a=lib.wat --preload b=lib.wat";
    let interleaved = main("(call $relocate-a) (call $construct-a) (call $relocate-b) (call $construct-b)");
    let folder = Folder::with(&[("lib.wat", lib), ("main.wat", &interleaved)]);
    notes_in("P2-LINK-02", &folder, args, &["/$b: constructors of another library ran before its relocations"]);
    let right = main("(call $relocate-a) (call $relocate-b) (call $construct-a) (call $construct-b)");
    let folder = Folder::with(&[("lib.wat", lib), ("main.wat", &right)]);
    assert!(!check::check_in(&folder, args).1.contains("P2-LINK-02"));
}

#[test]
fn relocations_of_globals_need_the_start_section() {
    let text = |start: &str| format!("(module (func $__wasm_apply_global_relocs) {start})");
    notes("TOOL-DYL-04", &text(""), "", &["no start section that calls it"]);
    says_nothing_of("TOOL-DYL-04", &text("(start $__wasm_apply_global_relocs)"), "");
}

#[test]
fn start_sections_of_libraries_come_before_their_addresses() {
    let text = |name: &str, ty: &str| {
        format!(r#"(module (import "GOT.mem" "x" (global {ty})) (func ${name}) (start ${name}))"#)
    };
    notes("TOOL-DYL-05", &text("s", "(mut i32)"), "", &["imports addresses (GOT)"]);
    says_nothing_of("TOOL-DYL-05", &text("__wasm_apply_global_relocs", "(mut i32)"), "");
    says_nothing_of("TOOL-DYL-05", &text("s", "i32"), "");
    let inside = format!(
        r#"(component (core module $G (global (export "x") (mut i32) (i32.const 0))) (core instance $g (instantiate $G))
          (core module $M {} (core instance (instantiate $M (with "GOT.mem" (instance $g)))))"#,
        text("s", "(mut i32)").strip_prefix("(module").unwrap()
    );
    notes("P2-LINK-05", &inside, "", &["/core#1: has a start section of its own"]);
}

/// The names of the draft of build targets.
#[test]
fn the_draft_of_build_targets_has_names_of_its_own() {
    let mixed = r#"(module (memory (export "cm32p2_memory") 1) (func (export "_initialize")))"#;
    notes("P2-WITC-06", mixed, "", &["cm32p2_initialize"]);
    says_nothing_of("P2-WITC-06", &mixed.replace("_initialize", "cm32p2_initialize"), "");
    let start = r#"(module (import "cm32p2|a:b/c" "f" (func $f)) (func $s (call $f)) (start $s))"#;
    notes("TOOL-BT-02", start, "", &["calls an import of the draft build target"]);
    says_nothing_of("TOOL-BT-02", &start.replace("cm32p2|", ""), "");
    let user = |calls: &str| {
        let lib = r#"(module (func (export "cm32p2_initialize")) (func (export "f")))"#;
        let main = format!(
            r#"(module (import "lib" "cm32p2_initialize" (func $i)) (import "lib" "f" (func $f)) (func (export "_start") {calls}))"#
        );
        Folder::with(&[("main.wat", &main), ("lib.wat", lib)])
    };
    let args = "main.wat --preload lib=lib.wat";
    finds_in("TOOL-BT-01", &user("(call $f) (call $i)"), args, &["used before cm32p2_initialize", "/$lib"]);
    assert_eq!(check::check_in(&user("(call $i) (call $f)"), args).0, 0);
}

/// wasi-threads: what the program makes of its second instantiation.
#[test]
fn a_thread_that_cannot_be_instantiated_is_found() {
    let text = r#"(module
      (import "env" "memory" (memory 1 1 shared)) (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
      (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
      (export "memory" (memory 0))
      (func (export "wasi_thread_start") (param i32 i32))
      (func $s (if (i32.atomic.rmw.add (i32.const 0) (i32.const 1)) (then unreachable))) (start $s)
      (func (export "_start") (drop (call $spawn (i32.const 0))) (drop (call $yield))))"#;
    finds("P1-THR-04", text, "", &["/thread-1: its instantiation as a thread failed", "step "]);
    let right = text.replace("(then unreachable)", "(then)");
    assert_eq!(check(&right, "").0, 0);
}

#[test]
fn the_start_section_of_a_command_runs_with_each_call_of_it() {
    let command = |start: &str| format!(r#"(module (func (export "_start")) (func (export "f")) {start})"#);
    let main = r#"(module (import "cmd" "f" (func $f)) (func (export "_start") (call $f) (call $f)))"#;
    let folder = |start: &str| Folder::with(&[("cmd.wat", &command(start)), ("main.wat", main)]);
    let args = "main.wat --preload cmd=cmd.wat";
    notes_in(
        "P1-CMD-10",
        &folder("(func $s) (start $s)"),
        args,
        &["/$cmd: its start section runs with each call", "2 times"],
    );
    assert!(!check::check_in(&folder(""), args).1.contains("P1-CMD-10"));
}
