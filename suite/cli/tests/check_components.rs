//! `preflight check`: what it says of components, with the programs of the cases where there are some.

#[path = "common/check.rs"]
mod check;
mod common;

use check::{check_in, finds, finds_in, finds_nothing, notes, says_nothing_of};
use common::{Folder, contains};
use std::{fs, path::Path};

/// The components of a case, as text: each is a balanced pair of brackets.
fn components_of(case: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec-tests/component").join(case);
    let text = fs::read_to_string(path).unwrap();
    let (mut found, mut rest) = (Vec::new(), text.as_str());
    while let Some(start) = rest.find("(component") {
        let mut depth = 0;
        let end = rest[start..].char_indices().find(|(_, c)| {
            depth += i32::from(*c == '(') - i32::from(*c == ')');
            depth == 0
        });
        let end = start + end.unwrap().0 + 1;
        found.push(rest[start..end].to_owned());
        rest = &rest[end..];
    }
    found
}

fn component_of(case: &str) -> String {
    components_of(case).swap_remove(0)
}

#[test]
fn readings_that_mattered_are_noted() {
    for (rule, case, args) in [
        ("CM-CALL-04", "call-own-lifted-function-from-start.wast", ""),
        ("CM-CALL-05", "call-child-from-parents-start.wast", ""),
        ("CM-CALL-06", "call-parent-from-childs-start.wast", ""),
        ("CM-ASYNC-04", "async-call-that-returns-in-start.wast", ""),
        ("CM-ASYNC-20", "async-partial-copy-cancelled.wast", "--invoke f"),
        ("CM-ASYNC-22", "async-blocked-task-keeps-lock.wast", "--invoke f"),
        ("CM-CANON-08", "canon-async-lowering-without-memory.wast", ""),
        ("CM-START-02", "start-several.wast", ""),
        ("CM-START-07", "start-post-return.wast", ""),
    ] {
        notes(rule, &component_of(case), args, &["ok: 0 findings"]);
        // Without what matters there is nothing to tell.
        says_nothing_of(rule, "(component (core module $M (func $s) (start $s)) (core instance (instantiate $M)))", "");
    }
}

/// One call that leaves a task in its event loop, and then another that yields.
#[test]
fn a_thread_that_waits_for_the_lock_during_a_synchronous_call_is_noted() {
    let callee = component_of("async-event-loop-during-synchronous-call.wast");
    let text = format!(
        r#"(component {} (instance $callee (instantiate $Callee))
          (component $Caller
            (import "park" (func $park async)) (import "f" (func $f (result u32)))
            (core func $park (canon lower (func $park) async)) (core func $f (canon lower (func $f)))
            (core module $M (import "" "park" (func $park (result i32))) (import "" "f" (func $f (result i32)))
              (func (export "g") (result i32) (drop (call $park)) (call $f)))
            (core instance $m (instantiate $M (with "" (instance (export "park" (func $park)) (export "f" (func $f))))))
            (func (export "g") (result u32) (canon lift (core func $m "g"))))
          (instance $caller (instantiate $Caller (with "park" (func $callee "park")) (with "f" (func $callee "f"))))
          (export "g" (func $caller "g")))"#,
        callee.replacen("(component", "(component $Callee", 1)
    );
    notes("CM-ASYNC-21", &text, "--invoke g", &["a thread that needs its lock was ready"]);
}

#[test]
fn readings_that_were_asked_for_are_noted_too() {
    let parts = components_of("res-handles-of-failed-instance-dropped.wast");
    let folder = Folder::with(&[("owner.wat", &parts[0]), ("a.wat", &parts[1])]);
    let (status, out) = check_in(&folder, "a.wat --preload owner=owner.wat --reading drop-dead-handles");
    assert!(status == 1 && out.contains("note CM-RES-07: /: it owned a handle when its instantiation failed"), "{out}");
    assert!(!check_in(&folder, "a.wat --preload owner=owner.wat").1.contains("CM-RES-07"));
    let trapping = "(component (core module $M (func $s unreachable) (start $s)) (core instance (instantiate $M)))";
    let folder = Folder::with(&[("a.wat", trapping)]);
    let (status, out) = check_in(&folder, "a.wat --reading lock-store");
    assert!(status == 1 && out.contains("note CM-TRAP-05: /: a trap has locked the whole store"), "{out}");
    assert!(!check_in(&folder, "a.wat").1.contains("CM-TRAP-05"));
}

#[test]
fn starts_that_fail_are_told_by_what_they_did() {
    finds("CM-START-09", &component_of("start-trap-fails-component.wast"), "", &["its start definition failed"]);
    finds("CM-EXN-01", &component_of("exn-leaving-start-is-a-trap.wast"), "", &["an exception left its start section"]);
    let blocks = component_of("async-call-that-returns-in-start.wast");
    let blocks = blocks.replacen(
        r#"(core module $M (func (export "f") (result i32) (i32.const 7)))
    (core instance $m (instantiate $M))"#,
        r#"(core func $new (canon waitable-set.new)) (core module $Memory (memory (export "m") 1))
          (core instance $memory (instantiate $Memory))
          (core func $wait (canon waitable-set.wait (memory (core memory $memory "m"))))
          (core module $M (import "" "new" (func $new (result i32))) (import "" "wait" (func $wait (param i32 i32) (result i32)))
            (func (export "f") (result i32) (call $wait (call $new) (i32.const 0))))
          (core instance $m (instantiate $M (with "" (instance (export "new" (func $new)) (export "wait" (func $wait))))))"#,
        1,
    );
    finds("CM-ASYNC-01", &blocks, "", &["/$d/$m: its start section would have blocked"]);
}

#[test]
fn realloc_that_calls_an_import_in_a_start_is_told() {
    let text = r#"(component
      (component $C
        (core module $M (memory (export "m") 1) (data (i32.const 8) "\10\00\00\00\01\00\00\00a")
          (func (export "f") (result i32) (i32.const 8)))
        (core instance $m (instantiate $M))
        (func (export "f") (result string) (canon lift (core func $m "f") (memory (core memory $m "m")))))
      (component $D
        (import "f" (func $f (result string)))
        (core func $id (canon waitable-set.new))
        (core module $Lib (import "" "call" (func $call (result i32))) (memory (export "m") 1)
          (func (export "realloc") (param i32 i32 i32 i32) (result i32) (call $call)))
        (core instance $lib (instantiate $Lib (with "" (instance (export "call" (func $id))))))
        (core func $f (canon lower (func $f) (memory (core memory $lib "m")) (realloc (core func $lib "realloc"))))
        (core module $M (import "" "f" (func $f (param i32))) (func $s (call $f (i32.const 0))) (start $s))
        (core instance $m (instantiate $M (with "" (instance (export "f" (func $f)))))))
      (instance $c (instantiate $C))
      (instance (instantiate $D (with "f" (func $c "f")))))"#;
    finds("CM-CANON-03", text, "", &["/$m: its start section called an import where none may be called"]);
}

/// A parent whose start calls its child, which calls the parent, which calls the child again.
#[test]
fn a_call_back_into_what_is_on_the_stack_is_told() {
    let text = r#"(component
      (core module $Shim (table (export "t") 1 funcref) (type $f (func))
        (func (export "f") (call_indirect (type $f) (i32.const 0))))
      (core instance $shim (instantiate $Shim))
      (func $back (canon lift (core func $shim "f")))
      (component $Child (import "back" (func $back)) (core func $back (canon lower (func $back)))
        (core module $M (import "" "back" (func $back)) (func (export "f") (call $back)))
        (core instance $m (instantiate $M (with "" (instance (export "back" (func $back))))))
        (func (export "f") (canon lift (core func $m "f"))))
      (instance $child (instantiate $Child (with "back" (func $back))))
      (core func $f (canon lower (func $child "f")))
      (core module $Start (import "" "t" (table 1 funcref)) (import "" "f" (func $f)) (elem (i32.const 0) func $f) (start $f))
      (core instance $start (instantiate $Start (with "" (instance (export "t" (table $shim "t")) (export "f" (func $f)))))))"#;
    finds("CM-CALL-07", text, "", &["called into an instance that is on the stack"]);
}

/// Two modules, of which the second is the fix-up and calls the initialiser of the first.
fn initialised(main: &str, name: &str, after: &str) -> String {
    format!(
        r#"(component
          (core module $Main {main})
          (core instance $main (instantiate $Main))
          (core module $Last {name} (import "" "_initialize" (func $i)) (start $i))
          (core instance $last (instantiate $Last (with "" (instance (export "_initialize" (func $main "_initialize"))))))
          {after})"#
    )
}

const FIX_UP: &str = r#"(@name "wit-component:fixups")"#;

#[test]
fn an_initialiser_that_fails_inside_a_component_is_told() {
    let main = r#"(func (export "_initialize") unreachable)"#;
    finds("P2-WITC-11", &initialised(main, FIX_UP, ""), "", &["/$main: _initialize failed"]);
    finds("P2-LINK-08", &initialised(main, "", ""), "", &["/$main: _initialize failed"]);
    finds_nothing(&initialised(r#"(func (export "_initialize"))"#, FIX_UP, ""), "");
}

#[test]
fn the_modules_of_wit_component_have_their_places() {
    let main = r#"(func (export "_initialize"))"#;
    let after = r#"(core module $More) (core instance $more (instantiate $More))"#;
    notes("P2-WITC-01", &initialised(main, FIX_UP, after), "", &["/$last: is the fix-up and not the last"]);
    says_nothing_of("P2-WITC-01", &initialised(main, FIX_UP, ""), "");
    says_nothing_of("P2-WITC-01", &initialised(main, "", after), "");
    let adapter = |call: &str| {
        format!(
            r#"(component (core module $A (@name "wit-component:adapter:x") (func $i {call}))
              (core instance $a (instantiate $A)))"#
        )
    };
    notes("P2-WITC-07", &adapter(r#"(export "_initialize")"#), "", &["/$a: is an adapter and exports _initialize"]);
    says_nothing_of("P2-WITC-07", &adapter(""), "");
}

#[test]
fn entries_of_commands_inside_components_are_noted() {
    let module = |exports: &str| format!("(component (core module $M {exports}) (core instance $m (instantiate $M)))");
    let start = module(r#"(func (export "_start"))"#);
    notes("P2-WITC-08", &start, "", &["/$m: exports _start, and nobody called it"]);
    let both = initialised(r#"(func (export "_initialize")) (func (export "_start"))"#, FIX_UP, "");
    notes("P2-WITC-09", &both, "", &["/$main: exports both _start and _initialize"]);
    says_nothing_of("P2-WITC-09", &start, "");
}

/// Libraries that one module initialises in some order, and of which one needs the other for it.
#[test]
fn libraries_that_are_initialised_together_may_need_each_other() {
    let text = |calls: &str| {
        format!(
            r#"(component
              (core module $Foo (func (export "_initialize")) (func (export "ready")) (func (export "__wasm_task_hook")))
              (core instance $foo (instantiate $Foo))
              (core module $Bar (import "foo" "ready" (func $ready)) (func (export "_initialize") (call $ready)))
              (core instance $bar (instantiate $Bar (with "foo" (instance $foo))))
              (core module $Init (import "bar" "_initialize" (func $bar)) (import "foo" "_initialize" (func $foo))
                (import "foo" "__wasm_task_hook" (func $hook)) (func $start (call $hook) {calls}) (start $start))
              (core instance (instantiate $Init (with "foo" (instance $foo)) (with "bar" (instance $bar)))))"#
        )
    };
    notes(
        "P2-LINK-03",
        &text("(call $bar) (call $foo)"),
        "",
        &["/$foo: an export was used by what is initialised with it"],
    );
    let right = text("(call $foo) (call $bar)");
    says_nothing_of("P2-LINK-03", &right, "");
    finds_nothing(&right, "");
}

#[test]
fn an_initialiser_by_the_standard_name_is_enough() {
    let main = r#"(func (export "cm32p2_initialize")) (func (export "_initialize"))"#;
    let text =
        initialised(main, FIX_UP, "").replace(r#"(func $main "_initialize")"#, r#"(func $main "cm32p2_initialize")"#);
    notes("P2-WITC-06", &text, "", &["ok: 0 findings"]);
}

#[test]
fn an_allocator_may_be_called_before_everything_else() {
    let main = r#"(func (export "_initialize")) (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))"#;
    let text = initialised(main, FIX_UP, "").replacen(
        "(core module $Last",
        r#"(core module $Early (import "main" "cabi_realloc" (func $r (param i32 i32 i32 i32) (result i32)))
          (func $s (drop (call $r (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))) (start $s))
        (core instance (instantiate $Early (with "main" (instance $main)))) (core module $Last"#,
        1,
    );
    notes("P2-ADP-02", &text, "", &["/$main: its allocator was called before _initialize"]);
    says_nothing_of("P2-ADP-02", &initialised(main, FIX_UP, ""), "");
}

#[test]
fn a_component_that_nobody_can_run_is_noted() {
    notes("P2-RUN-08", "(component)", "", &["exports no run of wasi:cli/run"]);
    says_nothing_of("P2-RUN-08", &component_of("start-several.wast"), "");
    says_nothing_of("P2-RUN-08", &component_of("call-child-from-parents-start.wast"), "--invoke seen");
}

#[test]
fn more_than_one_run_is_noted() {
    let text = |versions: &[&str]| {
        let export = |version: &&str| format!(r#"(export "wasi:cli/run@{version}" (instance $run))"#);
        let exports: String = versions.iter().map(export).collect();
        format!(
            r#"(component (core module $M (func (export "run") (result i32) (i32.const 0)))
              (core instance $m (instantiate $M))
              (func $run (result (result)) (canon lift (core func $m "run")))
              (instance $run (export "run" (func $run))) {exports})"#
        )
    };
    notes("P2-RUN-07", &text(&["0.2.0", "0.3.0"]), "", &["exports run of more than one version", "here: "]);
    says_nothing_of("P2-RUN-07", &text(&["0.2.0"]), "");
}

#[test]
fn functions_that_wasi_0_2_does_not_have_are_found_though_stubs_stand_for_them() {
    let text = |interface: &str, func: &str| {
        format!(r#"(component (import "{interface}" (instance (export "{func}" (func (result (list string)))))))"#)
    };
    let slip = text("wasi:cli/environment@0.2.0", "get-arguements");
    finds("CM-ORD-11", &slip, "", &["imports wasi:cli/environment@0.2.0 get-arguements, which WASI does not have"]);
    let slip = text("wasi:cli/enviroment@0.2.0", "get-arguments");
    finds("CM-ORD-11", &slip, "", &["imports wasi:cli/enviroment@0.2.0, which WASI does not have"]);
    notes("CM-ORD-11", &text("wasi:cli/environment@0.2.99", "get-more"), "", &["a later version may"]);
    finds_nothing(&text("wasi:cli/environment@0.2.3", "get-arguments"), "");
    finds_nothing(&text("other:cli/environment@0.2.3", "get-arguements"), "");
    finds_nothing(&text("wasi:keyvalue/store@0.2.0-draft", "open"), "");
    // A component that provides it is no slip.
    let folder = Folder::with(&[
        ("main.wat", &text("wasi:cli/environment@0.2.0", "get-arguements")),
        (
            "lib.wat",
            r#"(component (core module $M (memory (export "m") 1) (func (export "f") (result i32) (i32.const 0)))
          (core instance $m (instantiate $M))
          (func $f (result (list string)) (canon lift (core func $m "f") (memory (core memory $m "m"))))
          (instance $i (export "get-arguements" (func $f)))
          (export "wasi:cli/environment@0.2.0" (instance $i)))"#,
        ),
    ]);
    assert_eq!(check_in(&folder, "main.wat --preload lib=lib.wat").0, 0);
    let unlinked = Folder::with(&[
        ("part.wat", r#"(component (component (export "x")))"#),
        ("a.wat", r#"(component (import "part" (func)))"#),
    ]);
    finds_in("CM-ORD-11", &unlinked, "a.wat --preload part=part.wat", &["incompatible import type"]);
}

/// However many core instances there are, each is looked at a few times and not once for each other one: what --timeout ends is
/// the run, and the judgement has to end by itself.
#[test]
fn many_instances_take_no_longer_each_than_few() {
    let instances = "(core instance (instantiate $M))".repeat(1000);
    let components = "(instance (instantiate $C))".repeat(30);
    let text = format!(
        r#"(component (component $C (core module $M (func (export "_initialize")) (func $s) (start $s)) {instances})
        {components})"#
    );
    let began = std::time::Instant::now();
    let run = Folder::with(&[("many.wat", &text)]).run("check many.wat");
    contains(&run.out, &["FAILED: 30000 findings"]);
    assert!(began.elapsed() < std::time::Duration::from_secs(20), "{:?}", began.elapsed());
}
