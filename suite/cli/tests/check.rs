//! `preflight check`: an input for each finding, and inputs without any.

#[path = "common/check.rs"]
mod check;
mod common;
#[path = "common/component.rs"]
mod component;

use check::{check, finds, finds_in, finds_nothing, notes};
use common::{Folder, contains};
use component::componentize;

const FD_WRITE: &str =
    r#"(import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))"#;
const EXIT: &str = r#"(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))"#;

#[test]
fn programs_without_faults_are_clean() {
    finds_nothing("(module)", "");
    finds_nothing(r#"(module (func (export "_start")))"#, "");
    finds_nothing(r#"(module (func (export "_initialize")) (func (export "f")))"#, "--invoke f");
    let table = r#"(memory (export "memory") 1) (table (export "__indirect_function_table") 1 funcref)"#;
    let body = "(drop (call $write (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 8)))";
    finds_nothing(&format!(r#"(module {FD_WRITE} {table} (func (export "_start") {body}))"#), "");
    let constructors = r#"(module (func $__wasm_call_ctors)
        (func (export "_initialize") (call $__wasm_call_ctors)) (func (export "f")))"#;
    finds_nothing(constructors, "--invoke f");
    finds_nothing("(component (core module $M (func $s) (start $s)) (core instance (instantiate $M)))", "");
}

#[test]
fn initialize_in_the_start_section_runs_twice() {
    let text = r#"(module (func $i (export "_initialize")) (start $i))"#;
    finds(
        "P1-REA-01",
        text,
        "",
        &["_initialize ran 2 times", "the start section of /", "the host, by a rule", "by rule P1-REA-01"],
    );
}

#[test]
fn initialize_called_by_an_export_runs_twice() {
    let text = r#"(module (func $i (export "_initialize")) (func (export "f") (call $i)))"#;
    finds("P1-REA-01", text, "--invoke f", &["called by the export f of /, and by the host"]);
    // A caller in another module is no wrapper either.
    let folder = Folder::with(&[
        ("lib.wat", r#"(module (func (export "_initialize")))"#),
        ("main.wat", r#"(module (import "lib" "_initialize" (func $i)) (func (export "_start") (call $i)))"#),
    ]);
    let run = folder.run("check main.wat --preload lib=lib.wat");
    contains(&run.out, &["FOUND P1-REA-01: /$lib: ", "called by the export _start of /, and by the host"]);
    assert!(!run.out.contains("wrapper"), "{}", run.out);
}

#[test]
fn constructors_in_wrappers_run_again() {
    let text = r#"(module (func $__wasm_call_ctors)
        (func (export "_initialize") (call $__wasm_call_ctors))
        (func (export "f") (call $__wasm_call_ctors)))"#;
    let parts = [
        "a wrapper as linkers make them",
        "__wasm_call_ctors ran 2 times",
        "by the export _initialize",
        "by the export f of /",
        "-mexec-model=reactor",
    ];
    finds("TOOL-CMD-03", text, "--invoke f", &parts);
}

#[test]
fn the_linkers_wrappers_are_known_by_their_names() {
    let text = r#"(module (func $__wasm_call_ctors) (func $f.command_export (export "f") (call $__wasm_call_ctors)))"#;
    finds("TOOL-CMD-03", text, "", &["command-export wrappers", "wrapped: f"]);
}

#[test]
fn functions_of_a_library_are_not_called_by_the_program() {
    let folder = Folder::with(&[
        ("lib.wat", r#"(module (func $__wasm_call_ctors) (func (export "f") (call $__wasm_call_ctors)))"#),
        ("main.wat", r#"(module (import "lib" "f" (func $f)) (func (export "_start") (call $f) (call $f)))"#),
    ]);
    let parts =
        ["/$lib: __wasm_call_ctors ran 2 times", "called by a function of /$lib that the export _start of / called\n"];
    finds_in("TOOL-CMD-03", &folder, "main.wat --preload lib=lib.wat", &parts);
}

#[test]
fn a_command_that_fails_is_noted() {
    let text = r#"(module (func (export "_start") unreachable))"#;
    notes("P1-CMD-08", text, "", &["_start failed", "by rule P1-CMD-01"]);
}

#[test]
fn start_called_by_itself_runs_twice() {
    let text = r#"(module (global $n (mut i32) (i32.const 0)) (func $s (export "_start")
        (if (i32.eqz (global.get $n)) (then (global.set $n (i32.const 1)) (call $s)))))"#;
    notes("P1-CMD-03", text, "", &["_start ran 2 times", "its own code enters it again"]);
    let text = r#"(module (func $s (export "_start")) (start $s))"#;
    finds(
        "P1-CMD-03",
        text,
        "",
        &["_start ran 2 times", "called by the host, by a rule, and by the start section of /"],
    );
}

#[test]
fn both_entries_are_one_too_many() {
    finds("P1-KIND-03", r#"(module (func (export "_start")) (func (export "_initialize")))"#, "", &["at once"]);
}

#[test]
fn entries_have_a_type() {
    finds("P1-KIND-06", r#"(module (func (export "_start") (param i32)))"#, "", &["_start"]);
    finds("P1-KIND-07", r#"(module (global (export "_initialize") i32 (i32.const 0)))"#, "", &["_initialize"]);
}

#[test]
fn wasi_needs_the_memory() {
    let text = format!(r#"(module {FD_WRITE} (memory 1) (func (export "_start")))"#);
    finds("P1-ENV-01", &text, "", &["it imports fd_write", "--export-memory"]);
    let body = "(drop (call $write (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 8)))";
    let (status, out) = check(&text.replace(r#""_start")"#, &format!(r#""_start") {body}"#)), "");
    assert_eq!(status, 1);
    contains(&out, &["FOUND P1-ENV-01: /: ", "note P1-ENV-02: /: called a function of WASI that needs its memory"]);
    assert!(!check(&text, "").1.contains("P1-ENV-02"));
}

#[test]
fn commands_that_export_state_are_noted() {
    let text = |export: &str| {
        format!(
            r#"(module (import "wasi_snapshot_preview1" "sched_yield" (func (result i32))) (func (export "_start"))
              (memory (export "memory") 1) (global {export} (mut i32) (i32.const 0)))"#
        )
    };
    notes("P1-CMD-05", &text(r#"(export "counter")"#), "", &["is a command and exports state: counter"]);
    assert!(!check(&text(""), "").1.contains("P1-CMD-05"));
}

#[test]
fn wasi_in_the_start_section_is_a_risk() {
    let text = format!(
        r#"(module {FD_WRITE} (memory (export "memory") 1) (func $s
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 8)))) (start $s))"#
    );
    finds("P1-ENV-07", &text, "", &["calls WASI from its start section", "fd_write"]);
}

#[test]
fn exits_belong_into_the_program() {
    let start = format!(r#"(module {EXIT} (func $s (call $exit (i32.const 3))) (start $s))"#);
    let (status, out) = check(&start, "");
    assert_eq!(status, 1);
    contains(&out, &["FOUND P1-ENV-08", "exits with 3 in its start section", "note P1-ENV-07"]);
    let initialize = format!(r#"(module {EXIT} (func (export "_initialize") (call $exit (i32.const 4))))"#);
    finds("P1-REA-06", &initialize, "", &["exits with 4 in _initialize"]);
    // Through a library, which does nothing of the kind by itself.
    let die = r#"(module (import "l" "die" (func $d))"#;
    let folder = Folder::with(&[
        ("lib.wat", &format!(r#"(module {EXIT} (func (export "die") (call $exit (i32.const 5))))"#)),
        ("start.wat", &format!("{die} (start $d))")),
        ("reactor.wat", &format!(r#"{die} (func (export "_initialize") (call $d)))"#)),
    ]);
    let run = folder.run("check start.wat --preload l=lib.wat");
    assert_eq!(run.status, 1);
    contains(&run.out, &["FOUND P1-ENV-08: /: exits with 5 in its start section"]);
    let run = folder.run("check reactor.wat --preload l=lib.wat");
    contains(&run.out, &["FOUND P1-REA-06: /: exits with 5 in _initialize"]);
}

#[test]
fn a_component_that_exits_while_it_is_instantiated_is_never_run() {
    let text = r#"(component
        (import "wasi:cli/exit@0.2.0" (instance $exit (export "exit" (func (param "status" (result))))))
        (core func $exit (canon lower (func $exit "exit")))
        (core module $M (import "" "exit" (func $exit (param i32))) (func $s (call $exit (i32.const 1))) (start $s))
        (core instance (instantiate $M (with "" (instance (export "exit" (func $exit)))))))"#;
    finds("P2-EXIT-02", text, "", &["exits with 1 while it is instantiated"]);
}

#[test]
fn what_fails_on_the_way_up_is_told() {
    finds("CORE-START-09", "(module (func $s unreachable) (start $s))", "", &["its start section failed"]);
    finds("CORE-START-13", r#"(module (memory 0) (data (i32.const 0) "x"))"#, "", &["before the start section"]);
    finds("CORE-START-15", "(module (tag $t) (func $s (throw $t)) (start $s))", "", &["its start section failed"]);
    finds("P1-REA-05", r#"(module (func (export "_initialize") unreachable))"#, "", &["_initialize failed"]);
    // After that, traps are the program's own business.
    finds_nothing(r#"(module (func (export "_start") unreachable))"#, "");
}

#[test]
fn a_reactor_that_nobody_initialises_is_told() {
    let text = r#"(component (core module $M (func (export "_initialize"))) (core instance (instantiate $M)))"#;
    finds("TOOL-BAS-01", text, "", &["nobody called it"]);
}

/// Objects whose sources have the same name: each has a constructor, and each of them runs once.
#[test]
fn constructors_of_one_name_are_not_one_constructor() {
    let text = |again: &str| {
        format!(
            r#"(module (func $a (@name "_GLOBAL__sub_I_reader.cc")) (func $b (@name "_GLOBAL__sub_I_reader.cc"))
              (func (export "_start") (call $a) (call $b) {again}))"#
        )
    };
    finds_nothing(&text(""), "");
    finds("TOOL-CMD-03", &text("(call $a)"), "", &["_GLOBAL__sub_I_reader.cc ran 3 times"]);
}

/// What componentize-py makes: the module that calls `_initialize` of the libraries has lost its start section.
#[test]
fn what_was_initialised_ahead_of_time_is_noted() {
    let text = |start: &str| {
        format!(
            r#"(component
              (core module $Lib (func (export "_initialize")) (func (export "f")))
              (core module $Init (import "lib" "_initialize" (func $i)) {start})
              (core instance $lib (instantiate $Lib))
              (core instance (instantiate $Init (with "lib" (instance $lib)))))"#
        )
    };
    let (status, out) = check(&text(""), "");
    assert_eq!(status, 0, "{out}");
    contains(
        &out,
        &[
            "note TOOL-BAS-01",
            "no start section: a pre-initialiser has run them",
            "0 findings and 2 notes",
            "note P2-RUN-08",
        ],
    );
    let (status, out) = check(&text("(start $i)"), "");
    assert_eq!((status, out.contains("TOOL-BAS-01")), (0, false), "{out}");
    let (status, out) = check(&text("(func $other) (start $other)"), "");
    assert_eq!(status, 1, "{out}");
    contains(&out, &["FOUND TOOL-BAS-01"]);
}

#[test]
fn a_library_has_one_way_to_its_constructors() {
    let text = r#"(module (func (export "__wasm_call_ctors")) (func (export "_initialize")))"#;
    finds("P2-LINK-04", text, "", &["both __wasm_call_ctors and _initialize"]);
}

/// A component as wit-component makes it, by hand: a shim, the main module, and the fix-up; `start` is in the main module.
fn shimmed(start: &str) -> String {
    format!(
        r#"(component
  (core module $shim (@name "wit-component:shim") (table (export "t") 1 funcref) (type $f (func))
    (func (export "f") (call_indirect (type $f) (i32.const 0))))
  (core module $main (import "host" "f" (func $f)) {start})
  (core module $fixup (@name "wit-component:fixups")
    (import "" "t" (table 1 funcref)) (import "" "f" (func $f)) (import "" "i" (func $i))
    (elem (i32.const 0) func $f) (start $i))
  (core module $host (func (export "f")))
  (core instance $shim (instantiate $shim))
  (core instance $main (instantiate $main (with "host" (instance $shim))))
  (core instance $host (instantiate $host))
  (alias core export $shim "t" (core table $t))
  (alias core export $host "f" (core func $f))
  (alias core export $main "_initialize" (core func $i))
  (core instance (instantiate $fixup
    (with "" (instance (export "t" (table $t)) (export "f" (func $f)) (export "i" (func $i)))))))"#
    )
}

#[test]
fn an_import_called_before_the_fix_up_is_told_with_the_modules_names() {
    let start = r#"(func (export "_initialize")) (func $s (call $f)) (start $s)"#;
    finds(
        "P2-WITC-04",
        &shimmed(start),
        "",
        &["before the fix-up module has run", "is the shim", "do it in _initialize"],
    );
    let initialize = r#"(func (export "_initialize") (call $f))"#;
    finds_nothing(&shimmed(initialize), "");
    let (_, out) = check(&shimmed(initialize), "");
    contains(&out, &["is the fix-up"]);
}

/// A reactor in a component, used by `user`'s start section, which stands before or behind the fix-up.
fn used(is_early: bool, export: &str) -> String {
    let user = format!(
        r#"(core module $User (import "main" "{export}" (func $f)) (func $start (call $f)) (start $start))
  (core instance $user (instantiate $User (with "main" (instance $main))))"#
    );
    let (early, late) = if is_early { (user.as_str(), "") } else { ("", user.as_str()) };
    format!(
        r#"(component
  (core module $Main (func (export "_initialize")) (func (export "f")) (func (export "cabi_realloc")))
  (core instance $main (instantiate $Main))
  {early}
  (core module $FixUp (@name "wit-component:fixups") (import "" "_initialize" (func $i)) (start $i))
  (core instance (instantiate $FixUp (with "" (instance (export "_initialize" (func $main "_initialize"))))))
  {late})"#
    )
}

#[test]
fn an_export_used_before_initialize_is_told_with_who_used_it() {
    let parts = [
        "FOUND P1-REA-02: /$main: an export was used before _initialize",
        "/$user",
        "/core#3",
        "call _initialize first",
    ];
    finds("P1-REA-02", &used(true, "f"), "", &parts);
    finds("P1-REA-02", &used(true, "f"), "--tier jit", &parts);
    finds_nothing(&used(false, "f"), "");
    // An adapter may want memory before that (P2-ADP-02).
    finds_nothing(&used(true, "cabi_realloc"), "");
    // A component function that is lifted from the same export, called by a child's start section.
    let lifted = r#"(component
  (core module $Main (func (export "_initialize")) (func (export "f")))
  (core instance $main (instantiate $Main))
  (func $f (canon lift (core func $main "f")))
  (component $User
    (import "f" (func $f))
    (core func $f (canon lower (func $f)))
    (core module $M (import "" "f" (func $f)) (func $start (call $f)) (start $start))
    (core instance (instantiate $M (with "" (instance (export "f" (func $f)))))))
  (instance (instantiate $User (with "f" (func $f))))
  (core module $FixUp (@name "wit-component:fixups") (import "" "_initialize" (func $i)) (start $i))
  (core instance (instantiate $FixUp (with "" (instance (export "_initialize" (func $main "_initialize")))))))"#;
    finds("P1-REA-02", lifted, "", &["an export was used before _initialize"]);
}

#[test]
fn a_function_that_bears_the_name_of_the_entry_which_calls_it_is_no_second_entry() {
    // As optimisers leave the name `_start` to the function within the wrapper that is exported.
    finds_nothing(r#"(module (func $_start) (func (export "_start") (call $_start)))"#, "");
    finds_nothing(r#"(module (func $_initialize) (func (export "_initialize") (call $_initialize)))"#, "");
}

#[test]
fn what_a_module_does_with_its_own_exports_in_its_start_section_is_its_own_business() {
    let text = r#"(module (func $f (export "f")) (func $s (call $f)) (start $s) (func (export "_initialize")))"#;
    finds_nothing(text, "");
}

#[test]
fn findings_are_data_too() {
    let folder = Folder::with(&[("a.wat", r#"(module (func $i (export "_initialize")) (start $i))"#)]);
    let run = folder.run("check a.wat --format json");
    assert_eq!(run.status, 1);
    let document: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let finding = &document["findings"][0];
    assert_eq!((finding["rule"].as_str(), finding["at"].as_str()), (Some("P1-REA-01"), Some("/")));
    assert!(finding["source"][0].as_str().unwrap().contains("application-abi.md"));
    assert_eq!(finding["evidence"].as_array().unwrap().len(), 3);
    assert_eq!(folder.run("check missing.wasm").status, 2);
}

#[test]
fn what_cannot_be_linked_is_found() {
    let folder = Folder::with(&[
        ("lib.wat", r#"(module (global (export "g") (mut i32) (i32.const 1)))"#),
        ("mutable.wat", r#"(module (import "lib" "g" (global i32)))"#),
        ("stubless.wat", r#"(module (import "lib" "r" (global (ref func))))"#),
        ("part.wat", r#"(component (component (export "x")))"#),
        ("component.wat", r#"(component (import "part" (func)))"#),
    ]);
    for (file, rule, what) in [
        ("mutable.wat --preload lib=lib.wat", "CORE-LINK-02", "expected (global i32), got (global (mut i32))"),
        ("stubless.wat", "CORE-LINK-01", "no stub can be made for the import"),
        ("component.wat --preload part=part.wat", "CM-ORD-11", "incompatible import type for \"part\""),
    ] {
        let run = folder.run(&format!("check {file}"));
        contains(&run.out, &[&format!("FOUND {rule}: /: "), what, "FAILED: 1 finding", "it ended: unlinkable"]);
        assert_eq!(run.status, 1, "{file}");
    }
}

#[test]
fn a_start_that_runs_into_a_limit_is_found() {
    finds("CORE-START-18", "(module (func $f (call $f)) (start $f))", "", &["ran into a limit (call stack)"]);
    let falls = r#"(module (func $f (call $f)) (func (export "_initialize") (call $f)))"#;
    finds("P1-REA-05", falls, "", &["_initialize ran into a limit (call stack)"]);
    let spins = "(module (func $f (loop (br 0))) (start $f))";
    finds("CORE-START-26", spins, "--fuel 1000", &["its start section ran into a limit (fuel)"]);
    finds(
        "CORE-START-26",
        spins,
        "--timeout 0.1",
        &["its start section ran into a limit (interrupted by the embedder)"],
    );
    // What comes after the start may take as long as it likes.
    finds_nothing(r#"(module (func (export "f") (loop (br 0))))"#, "--fuel 1000 --invoke f");
    finds_nothing(r#"(module (func (export "_start") (loop (br 0))))"#, "--fuel 1000");
}

#[test]
fn what_was_not_seen_to_its_end_is_undecided() {
    let folder = Folder::with(&[
        ("big.wat", "(module (memory 2))"),
        ("reactor.wat", r#"(module (func (export "_initialize")))"#),
        ("spins.wat", r#"(module (func (export "_initialize") (loop (br 0))))"#),
    ]);
    for (args, why) in [
        ("big.wat --max-memory 64K", "exhausted: memory"),
        ("reactor.wat --invoke _initialize", "P1-REA-01 forbids"),
        ("spins.wat --fuel 1000", "exhausted: fuel"),
        ("spins.wat --timeout 0.1", "interrupted by the embedder"),
    ] {
        let run = folder.run(&format!("check {args}"));
        contains(&run.out, &["UNDECIDED: 0 findings", why]);
        assert_eq!(run.status, 2, "{args}: {}", run.out);
        let run = folder.run(&format!("check {args} --format json"));
        let document: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        assert!(document["undecided"].as_str().is_some_and(|text| text.contains(why)), "{document}");
        assert_eq!(run.status, 2);
    }
}

#[test]
#[cfg(feature = "jit")]
fn both_tiers_are_run_and_compared() {
    finds_nothing("(module (func $s) (start $s))", "--tier both");
    finds("CORE-START-09", "(module (func $s (unreachable)) (start $s))", "--tier both", &["its start section failed"]);
}

/// The same function under another instance's name: how often it ran is a matter of the function.
#[test]
fn an_entry_that_another_instance_exports_again_is_one_function() {
    let lib = r#"(module (global $n (export "count") (mut i32) (i32.const 0))
        (func (export "_initialize") (global.set $n (i32.add (global.get $n) (i32.const 1)))))"#;
    let main = |start: &str| {
        format!(r#"(module (import "lib" "_initialize" (func $i)) {start} (export "_initialize" (func $i)))"#)
    };
    let started = main("(func $s (call $i)) (start $s)");
    for (main, times, other) in [(main(""), 2, ""), (started, 3, ", and by the start section of /")] {
        let folder = Folder::with(&[("lib.wat", lib), ("main.wat", &main)]);
        let run = folder.run("check main.wat --preload lib=lib.wat");
        assert_eq!((run.status, run.out.matches("FOUND").count()), (1, 1), "{}", run.out);
        let message = format!("FOUND P1-REA-01: /$lib: _initialize ran {times} times");
        contains(&run.out, &[&message, &format!("called by the host, by a rule{other}\n")]);
        // So often does the library itself count.
        let run = folder.run("trace main.wat --preload lib=lib.wat");
        contains(&run.out, &[&format!("global /$lib count = i32:{times}")]);
    }
}

/// A function has as many names as exports.
#[test]
fn an_entry_under_a_second_name_is_one_function() {
    let text = r#"(module (func $i (export "_initialize") (export "init")))"#;
    finds("P1-REA-01", text, "--invoke init", &["_initialize ran 2 times"]);
    finds_nothing(r#"(module (func (export "_initialize")) (func (export "init")))"#, "--invoke init");
}

/// wasi-threads: the instance of a thread is entered by wasi_thread_start alone.
const THREADS: &str = r#"(module
  (import "env" "memory" (memory 1 1 shared)) (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32))) (export "memory" (memory 0))
  (func (export "wasi_thread_start") (param i32 i32))
  (func (export "_initialize") (drop (call $spawn (i32.const 0))) (drop (call $spawn (i32.const 0))))
  (func (export "get") (result i32) (call $yield)) "#;

#[test]
fn threads_are_not_initialised_and_say_nothing_of_their_own() {
    for tail in [")", r#"(data (i32.const 8) "x"))"#] {
        let (status, out) = check(&format!("{THREADS}{tail}"), "--invoke get");
        assert_eq!((status, out.matches("P1-ENV-03").count() > 0), (0, true), "{out}");
        assert_eq!(out.matches("note P1-ENV-03").count(), 1, "{out}");
        assert_eq!(out.matches("note TOOL-MEM-01").count(), usize::from(tail.len() > 1), "{out}");
    }
}

#[test]
fn a_program_that_spawns_has_an_entry_for_threads() {
    let text = r#"(module (import "wasi" "thread-spawn" (func $s (param i32) (result i32)))
        (memory (export "memory") 1 1 shared) (func (export "_start") (drop (call $s (i32.const 5)))))"#;
    finds("P1-THR-07", text, "", &["no wasi_thread_start", "thread-spawn"]);
}

#[test]
fn functions_that_wasi_does_not_have_are_found_though_stubs_stand_for_them() {
    let text = r#"(module (import "wasi_snapshot_preview1" "fd_wirte" (func)) (func (export "_start")))"#;
    finds("CORE-LINK-01", text, "", &["imports wasi_snapshot_preview1.fd_wirte, which WASI does not have"]);
    finds_nothing(r#"(module (import "other" "fd_wirte" (func)) (func (export "_start")))"#, "");
    let adapters =
        r#"(module (import "wasi_snapshot_preview1" "reset_adapter_state" (func)) (func (export "_start")))"#;
    notes("P2-ADP-06", adapters, "", &["which adapters have and hosts do not"]);
    let given = Folder::with(&[("main.wat", text), ("lib.wat", r#"(module (func (export "fd_wirte")))"#)]);
    let run = given.run("check main.wat --preload wasi_snapshot_preview1=lib.wat");
    assert!(!run.out.contains("CORE-LINK-01"), "{}", run.out);
}

#[test]
fn what_runtimes_read_differently_is_noted() {
    let wasi = r#"(import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))"#;
    let ctors = "(func $__wasm_call_ctors nop)";
    for (rule, text, args) in [
        ("P1-CMD-11", format!(r#"(module {wasi} (func (export "")) (func (export "_start")))"#), ""),
        ("P1-KIND-05", "(module)".to_owned(), ""),
        ("P1-KIND-05", r#"(module (func (export "f")))"#.to_owned(), ""),
        ("P1-KIND-05", format!(r#"(module {wasi} (func (export "f")))"#), ""),
        ("P1-KIND-08", r#"(module (func (export "_initialize")))"#.to_owned(), ""),
        (
            "TOOL-CRT-07",
            format!(r#"(module {wasi} {ctors} (func (export "_start") (call 1)) (func (export "g")))"#),
            "--invoke g",
        ),
    ] {
        let (status, out) = check(&text, args);
        assert_eq!((status, out.matches(&format!("note {rule}: /: ")).count()), (0, 1), "{rule}: {out}");
    }
    for (rule, text, args) in [
        ("P1-KIND-05", r#"(module (func (export "f")))"#.to_owned(), "--invoke f"),
        ("P1-KIND-05", "(module (func $s) (start $s))".to_owned(), ""),
        ("P1-KIND-08", format!(r#"(module {wasi} (func (export "_initialize")))"#), ""),
        (
            "TOOL-CRT-07",
            format!(r#"(module {ctors} (func (export "_start") (call 0)) (func (export "g") (call 0)))"#),
            "--invoke g",
        ),
    ] {
        let (_, out) = check(&text, args);
        assert!(!out.contains(rule), "{rule}: {out}");
    }
    let folder = Folder::with(&[
        ("cmd.wat", r#"(module (func (export "_start")) (func (export "f")))"#),
        ("main.wat", r#"(module (import "cmd" "f" (func $f)) (func (export "_start") (call $f) (call $f)))"#),
    ]);
    let run = folder.run("check main.wat --preload cmd=cmd.wat");
    contains(&run.out, &["note P1-CMD-09: /$cmd: ", "0 findings"]);
}

#[test]
fn what_repeats_itself_is_shown_in_part() {
    let (status, out) = check(r#"(module (func $i (export "_initialize") (call $i)))"#, "");
    assert_eq!(status, 1);
    contains(&out, &["FOUND P1-REA-01: /: _initialize ran ", "more such steps"]);
    assert!(out.lines().count() < 40, "{out}");
}

/// wit-component names the modules that it adds in the component's name section; they have names of their own in debug
/// builds only.
#[test]
fn shim_and_fix_up_are_known_by_the_names_that_the_component_gives_them() {
    let start = r#"(func (export "_initialize")) (func $s (call $f)) (start $s)"#;
    let named = |text: String| {
        let text =
            text.replace(r#"$shim (@name "wit-component:shim")"#, r#"$shim (@name "wit-component-shim-module")"#);
        text.replace(r#"$fixup (@name "wit-component:fixups")"#, r#"$fixup (@name "wit-component-fixup")"#)
    };
    // A core module's annotation in the text format is its own name; its identifier is what the component calls it.
    let labelled = |text: String| {
        let text =
            text.replace(r#" (@name "wit-component:shim")"#, "").replace(r#" (@name "wit-component:fixups")"#, "");
        text.replace("$shim", "$wit-component-shim-module").replace("$fixup", "$wit-component-fixup")
    };
    // All names are stripped but that of the table.
    let stripped = |text: String| {
        let text =
            text.replace(r#" (@name "wit-component:shim")"#, "").replace(r#" (@name "wit-component:fixups")"#, "");
        text.replace(r#""t""#, r#""$imports""#)
    };
    for text in [named(shimmed(start)), labelled(shimmed(start)), stripped(shimmed(start))] {
        finds("P2-WITC-04", &text, "", &["before the fix-up module has run", "is the shim"]);
        finds("P2-WITC-04", &text, "--tier jit", &["before the fix-up module has run", "is the shim"]);
    }
    let initialize = labelled(shimmed(r#"(func (export "_initialize") (call $f))"#));
    finds_nothing(&initialize, "");
    contains(&check(&initialize, "").1, &["is the shim", "is the fix-up"]);
    // A trap of the module's own is no call of an import.
    let own = shimmed(
        r#"(func (export "_initialize")) (table 1 funcref) (type $t (func))
        (func $s (call_indirect (type $t) (i32.const 0))) (start $s)"#,
    );
    finds("CORE-START-09", &own, "", &["its start section failed"]);
}

/// The pair that differs in the start section alone, through wit-component itself: without debug names.
#[test]
fn the_modules_that_wit_component_adds_are_named() {
    let component = |entry: &str| {
        let main = format!(
            r#"(module (import "$root" "log" (func $log (param i32 i32))) (memory (export "memory") 1)
              (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 8)
              (func $s (call $log (i32.const 0) (i32.const 0))) {entry})"#
        );
        let folder = Folder::with(&[]);
        folder.write("a.wasm", &componentize(&main, "package t:t; world w { import log: func(text: string); }"));
        folder.run("check a.wasm")
    };
    let started = component(r#"(start $s) (func (export "_initialize"))"#);
    assert_eq!((started.status, started.out.matches("FOUND").count()), (1, 1), "{}{}", started.out, started.err);
    contains(
        &started.out,
        &["FOUND P2-WITC-04: /$main: ", "do it in _initialize", "/$wit-component-shim-instance is the shim"],
    );
    let initialised = component(r#"(export "_initialize" (func $s))"#);
    assert_eq!(initialised.status, 0, "{}", initialised.out);
    contains(&initialised.out, &["/$wit-component-shim-instance is the shim", "/$fixup is the fix-up", "0 findings"]);
}

#[test]
fn each_component_of_a_composition_has_its_own_fix_up() {
    let part = |name: &str, start: &str| shimmed(start).replacen("(component", &format!("(component ${name}"), 1);
    let good = part("Good", r#"(func (export "_initialize") (call $f))"#);
    let bad = part("Bad", r#"(func (export "_initialize")) (func $s (call $f)) (start $s)"#);
    let text =
        format!("(component {good} {bad} (instance $good (instantiate $Good)) (instance $bad (instantiate $Bad)))");
    finds("P2-WITC-04", &text, "", &["/$bad/$main", "/$good/$shim is the shim", "/$bad/$shim is the shim"]);
}

#[test]
fn what_is_made_of_each_rule_is_told() {
    let folder = Folder::with(&[]);
    let run = folder.run("check --rules");
    contains(&run.out, &["P1-REA-01     found\n", "P1-CMD-11     noted\n", "TOOL-CRT-04   told as P1-REA-01\n"]);
    contains(&run.out, &["JS-ESM-01     not decided by one trace: Only a JavaScript engine"]);
    let rules: serde_json::Value = serde_json::from_str(&folder.run("check --rules --format json").out).unwrap();
    assert!(rules.as_array().unwrap().len() >= 344);
    assert_eq!(folder.run("check").status, 2);
    assert_eq!(folder.run("check a.wat --rules").status, 2);
}
