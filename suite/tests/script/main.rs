//! Small scripts: that right ends pass, and, more important, that every wrong end fails, with what the failure says.

mod forms;
mod text;

use preflight::{
    case::Give,
    script::{self, DirectiveReport, FailureKind, Options, Status},
    trace::{Event, Level},
};
use std::time::Duration;

fn reports(text: &str) -> Vec<DirectiveReport> {
    script::run(text, &Options::default()).expect("a script").reports
}

/// All directives of `text` pass.
#[track_caller]
fn passes(text: &str) {
    for report in reports(text) {
        assert_eq!(report.status, Status::Passed, "{}:{} {}", report.line, report.column, report.directive);
    }
}

/// The last directive of `text` fails so; all before it pass.
#[track_caller]
fn fails(text: &str, expected: &str, got: &str) {
    let mut reports = reports(text);
    let last = reports.pop().expect("a directive");
    for report in reports {
        assert_eq!(report.status, Status::Passed, "{}:{} {}", report.line, report.column, report.directive);
    }
    match last.status {
        Status::Failed { expected: e, got: g, kind } => {
            assert_eq!(e, expected);
            assert!(g.starts_with(got), "got {g:?} instead of {got:?}");
            assert_eq!(kind, FailureKind::Mismatch);
        }
        status => panic!("{status:?} instead of a failure"),
    }
}

const TRAPS: &str = r#"
    (module $m
      (memory 1) (table 1 funcref) (tag $e)
      (func (export "unreachable") unreachable)
      (func (export "memory") (drop (i32.load (i32.const 65536))))
      (func (export "table") (drop (table.get (i32.const 1))))
      (func (export "null") (call_indirect (i32.const 0)))
      (func $again (export "recursion") (call $again))
      (func (export "throw") (throw $e))
      (func (export "ok")))
"#;

#[test]
fn traps_of_the_named_reason_pass() {
    passes(&format!(
        r#"{TRAPS}
        (assert_trap (invoke "unreachable") "unreachable")
        (assert_trap (invoke "memory") "out of bounds memory access")
        (assert_trap (invoke "table") "out of bounds table access")
        (assert_trap (invoke "memory") "out of bounds")
        (assert_trap (invoke "null") "uninitialized element")
        (assert_exhaustion (invoke "recursion") "call stack exhausted")
        (assert_exception (invoke "throw"))
        (assert_return (invoke $m "ok"))"#
    ));
}

#[test]
fn a_trap_for_another_reason_fails() {
    let script = format!(r#"{TRAPS} (assert_trap (invoke "memory") "unreachable")"#);
    fails(&script, "trap: unreachable executed", "trap: out of bounds memory access");
}

#[test]
fn an_unknown_text_fails() {
    let script = format!(r#"{TRAPS} (assert_trap (invoke "unreachable") "something went wrong")"#);
    fails(
        &script,
        "\"something went wrong\"",
        "a text that stands for no class known here; it ended so: trap: unreachable executed",
    );
}

#[test]
fn exhaustion_exception_and_trap_are_three_classes() {
    fails(
        &format!(r#"{TRAPS} (assert_trap (invoke "recursion") "unreachable")"#),
        "trap: unreachable executed",
        "exhausted: call stack",
    );
    fails(
        &format!(r#"{TRAPS} (assert_trap (invoke "throw") "unreachable")"#),
        "trap: unreachable executed",
        "uncaught exception",
    );
    fails(
        &format!(r#"{TRAPS} (assert_exhaustion (invoke "unreachable") "call stack exhausted")"#),
        "exhausted: call stack",
        "trap: unreachable",
    );
    fails(&format!(r#"{TRAPS} (assert_exception (invoke "unreachable"))"#), "uncaught exception", "trap: unreachable");
    fails(&format!(r#"{TRAPS} (assert_exception (invoke "ok"))"#), "uncaught exception", "no error");
}

#[test]
fn a_return_where_a_trap_is_expected_fails_and_the_other_way_round() {
    fails(&format!(r#"{TRAPS} (assert_trap (invoke "ok") "unreachable")"#), "trap: unreachable executed", "no error");
    fails(&format!(r#"{TRAPS} (assert_return (invoke "unreachable"))"#), "no values", "trap: unreachable executed");
    fails(&format!(r#"{TRAPS} (invoke "unreachable")"#), "no error", "trap: unreachable executed");
    fails("(module (func $f unreachable) (start $f))", "no error", "trap: unreachable executed");
}

#[test]
fn a_module_may_trap() {
    passes(r#"(assert_trap (module (func $f unreachable) (start $f)) "unreachable")"#);
    passes(r#"(assert_trap (module (memory 1) (data (i32.const 65536) "x")) "out of bounds memory access")"#);
    fails(
        r#"(assert_trap (module (import "no" "where" (func))) "unreachable")"#,
        "trap: unreachable executed",
        "unlinkable: unknown import",
    );
    fails(
        r#"(assert_trap (module (func (result i32))) "unreachable")"#,
        "trap: unreachable executed",
        "invalid at offset",
    );
}

#[test]
fn malformed_and_invalid_are_two_classes() {
    passes(r#"(assert_invalid (module (func (result i32))) "type mismatch")"#);
    passes(r#"(assert_malformed (module quote "(func") "unexpected end")"#);
    passes(r#"(assert_malformed (module quote "(func (call $f))") "unknown function")"#);
    passes(r#"(assert_malformed (module binary "") "unexpected end")"#);
    fails(
        r#"(assert_malformed (module quote "(func (result i32))") "unexpected token")"#,
        "malformed",
        "invalid at offset",
    );
    fails(r#"(assert_invalid (module quote "(func") "type mismatch")"#, "invalid", "malformed text: ");
    fails(r#"(assert_invalid (module binary "\00asm") "type mismatch")"#, "invalid", "malformed at offset");
    fails(r#"(assert_invalid (module) "type mismatch")"#, "invalid", "no error");
    fails(r#"(assert_malformed (module quote "") "unexpected token")"#, "malformed", "no error");
    fails(r#"(module quote "(func")"#, "no error", "malformed text: ");
}

#[test]
fn a_limit_of_the_engine_is_neither_malformed_nor_invalid() {
    let module = format!("(module quote \"(type (func (param {})))\")", "i32 ".repeat(1001));
    for assertion in ["assert_malformed", "assert_invalid"] {
        let reports = reports(&format!("({assertion} {module} \"type mismatch\")"));
        let statuses: Vec<_> = reports.into_iter().map(|report| report.status).collect();
        assert!(matches!(statuses[..], [Status::Unsupported(_)]), "{assertion}: {statuses:?}");
    }
}

#[test]
fn imports_come_before_every_definition() {
    for import in [
        "(import \\\"m\\\" \\\"f\\\" (func))",
        "(func (import \\\"m\\\" \\\"f\\\"))",
        "(tag (import \\\"m\\\" \\\"f\\\"))",
    ] {
        for definition in ["tag", "func", "memory 0", "table 0 funcref", "global i32 (i32.const 0)"] {
            passes(&format!("(assert_malformed (module quote \"({definition}){import}\") \"import after\")"));
        }
        let export = "(tag (export \\\"e\\\"))";
        passes(&format!("(assert_malformed (module quote \"{export}{import}\") \"import after tag\")"));
        let unquoted = import.replace('\\', "");
        passes(&format!("(assert_unlinkable (module {unquoted}(tag)) \"unknown import\")"));
        passes(&format!(
            "(assert_malformed (module quote \"(tag (import \\\"a\\\" \\\"b\\\")) (tag) {import}\") \"import after tag\")"
        ));
    }
}

#[test]
fn imports_come_before_every_definition_in_modules_of_components() {
    let module = |fields: &str| format!("(component quote \"(component (core module (tag) {fields}))\")");
    passes(&format!("(assert_malformed {} \"import after tag\")", module(r#"(import \"a\" \"b\" (func))"#)));
    passes("(component (component (core module (import \"a\" \"b\" (func)) (tag))))");
}

/// Core `#text-typeuse`: the first type that is final, without supertypes, and alone in its group.
#[test]
fn types_without_an_index_are_final_and_alone_in_their_group() {
    // Each type, and whether a use without an index means it.
    for (ty, is_meant) in [
        ("(type $t (func (param i32)))", true),
        ("(type $t (sub final (func (param i32))))", true),
        ("(rec (type $t (func (param i32))))", true),
        ("(type $t (sub (func (param i32))))", false),
        ("(type $s (sub (func (param i32)))) (type $t (sub final $s (func (param i32))))", false),
        ("(rec (type $t (func (param i32))) (type (struct)))", false),
    ] {
        let exports = format!("{ty} (func (export \"with\") (type $t)) (func (export \"without\") (param i32))");
        // What a use without an index means is the type that it means elsewhere, too.
        let plain = "(module (type $p (func (param i32))) (import \"M\" \"without\" (func (type $p))))";
        let with = format!("(module {ty} (import \"M\" \"with\" (func (type $t))))");
        let crossed = format!("(module {ty} (import \"M\" \"without\" (func (type $t))))");
        let crossed =
            if is_meant { crossed } else { format!("(assert_unlinkable {crossed} \"incompatible import type\")") };
        passes(&format!("(module $M {exports}) (register \"M\") {plain} {with} {crossed}"));
        // In a component, too.
        let module = format!("(core module $m {exports}) (core instance $i (instantiate $m))");
        let import = "(core module $n (import \"M\" \"without\" (func (param i32))))";
        passes(&format!("(component {module} {import} (core instance (instantiate $n (with \"M\" (instance $i)))))"));
    }
}

#[test]
fn arguments_are_of_the_hierarchy_of_their_parameters() {
    let module = r#"(module (func (export "any") (param anyref)) (func (export "extern") (param externref))
        (func (export "func") (param funcref)) (func (export "i31") (param i31ref)))"#;
    for (name, arg) in [
        ("any", "(ref.host 1)"),
        ("extern", "(ref.extern 1)"),
        ("any", "(ref.null none)"),
        ("i31", "(ref.null any)"),
        ("extern", "(ref.null noextern)"),
        ("func", "(ref.null func)"),
    ] {
        passes(&format!("{module} (assert_return (invoke \"{name}\" {arg}))"));
    }
    for (name, arg, what) in [
        ("any", "(ref.extern 1)", "argument 0, an extern reference, is not of the type anyref"),
        ("extern", "(ref.host 1)", "argument 0, a host reference, is not of the type externref"),
        ("func", "(ref.null extern)", "argument 0, a null reference of another hierarchy, is not of the type funcref"),
        ("i31", "(ref.host 1)", "a value is not of the type i31ref"),
    ] {
        fails(
            &format!("{module} (assert_return (invoke \"{name}\" {arg}))"),
            "no values",
            &format!("wrong use: {what}"),
        );
    }
}

#[test]
fn unlinkable_needs_a_valid_module_and_the_right_reason() {
    passes(r#"(assert_unlinkable (module (import "no" "where" (func))) "unknown import")"#);
    passes(r#"(assert_unlinkable (module (import "spectest" "print" (func (param i32)))) "incompatible import type")"#);
    fails(
        r#"(assert_unlinkable (module (import "no" "where" (func)) (func (result i32))) "unknown import")"#,
        "unlinkable: unknown import",
        "invalid at offset",
    );
    fails(
        r#"(assert_unlinkable (module (import "no" "where" (func))) "incompatible import type")"#,
        "unlinkable: incompatible import type",
        "unlinkable: unknown import",
    );
    fails(
        r#"(assert_unlinkable (module (import "spectest" "print" (table 1 funcref))) "unknown import")"#,
        "unlinkable: unknown import",
        "unlinkable: incompatible import type",
    );
    fails(
        r#"(assert_unlinkable (module (func $f unreachable) (start $f)) "unknown import")"#,
        "unlinkable: unknown import",
        "trap: unreachable executed",
    );
    fails(r#"(assert_unlinkable (module) "unknown import")"#, "unlinkable: unknown import", "no error");
}

const VALUES: &str = r#"
    (module
      (type $s (struct)) (type $a (array i8))
      (global (export "g") i64 (i64.const 7))
      (func (export "pair") (result i32 i64) (i32.const 1) (i64.const 2))
      (func (export "f32") (param i32) (result f32) (f32.reinterpret_i32 (local.get 0)))
      (func (export "f64") (param i64) (result f64) (f64.reinterpret_i64 (local.get 0)))
      (func (export "v128") (result v128) (v128.const i32x4 1 2 0x7fc00000 0x3f800000))
      (func (export "extern") (param externref) (result externref) (local.get 0))
      (func (export "any") (param externref) (result anyref) (any.convert_extern (local.get 0)))
      (func $self (export "func") (result funcref) (ref.func $self))
      (func (export "struct") (result anyref) (struct.new $s))
      (func (export "array") (result anyref) (array.new_default $a (i32.const 1)))
      (func (export "i31") (result anyref) (ref.i31 (i32.const 1)))
      (func (export "null") (result funcref) (ref.null nofunc)))
"#;

#[test]
fn patterns_match() {
    passes(&format!(
        r#"{VALUES}
        (assert_return (get "g") (i64.const 7))
        (assert_return (invoke "pair") (i32.const 1) (i64.const 2))
        (assert_return (invoke "pair") (either (i32.const 3) (i32.const 1)) (i64.const 2))
        (assert_return (invoke "f32" (i32.const 0x7fc00000)) (f32.const nan:canonical))
        (assert_return (invoke "f32" (i32.const 0xffc00000)) (f32.const nan:canonical))
        (assert_return (invoke "f32" (i32.const 0x7fc00001)) (f32.const nan:arithmetic))
        (assert_return (invoke "f32" (i32.const 0x7f800001)) (f32.const nan:0x1))
        (assert_return (invoke "f64" (i64.const 0xfff8000000000000)) (f64.const nan:canonical))
        (assert_return (invoke "f64" (i64.const 0x7ff8000000000001)) (f64.const nan:arithmetic))
        (assert_return (invoke "v128") (v128.const i32x4 1 2 0x7fc00000 0x3f800000))
        (assert_return (invoke "v128") (v128.const f32x4 0x1p-149 0x1p-148 nan:canonical 1.0))
        (assert_return (invoke "extern" (ref.extern 3)) (ref.extern 3))
        (assert_return (invoke "extern" (ref.extern 3)) (ref.extern))
        (assert_return (invoke "extern" (ref.null extern)) (ref.null extern))
        (assert_return (invoke "any" (ref.extern 3)) (ref.host 3))
        (assert_return (invoke "any" (ref.extern 3)) (ref.any))
        (assert_return (invoke "func") (ref.func))
        (assert_return (invoke "func") (ref.func 6))
        (assert_return (invoke "struct") (ref.struct))
        (assert_return (invoke "struct") (ref.eq))
        (assert_return (invoke "array") (ref.array))
        (assert_return (invoke "i31") (ref.i31))
        (assert_return (invoke "null") (ref.null func))
        (assert_return (invoke "null") (ref.null))"#
    ));
}

#[test]
fn patterns_refuse() {
    let fails = |assertion: &str, expected, got| fails(&format!("{VALUES} (assert_return {assertion})"), expected, got);
    fails(r#"(get "g") (i64.const 8)"#, "i64:8", "i64:7");
    fails(r#"(get "g") (i32.const 7)"#, "i32:7", "i64:7");
    fails(r#"(invoke "pair") (i32.const 1)"#, "i32:1", "i32:1 i64:2 (2 values instead of 1)");
    fails(
        r#"(invoke "f32" (i32.const 0x7fc00001)) (f32.const nan:canonical)"#,
        "f32:nan:canonical",
        "f32:NaN (0x7fc00001)",
    );
    fails(
        r#"(invoke "f32" (i32.const 0x7f800001)) (f32.const nan:arithmetic)"#,
        "f32:nan:arithmetic",
        "f32:NaN (0x7f800001)",
    );
    fails(r#"(invoke "f32" (i32.const 0)) (f32.const -0)"#, "f32:-0.0 (0x80000000)", "f32:0.0 (0x00000000)");
    fails(r#"(invoke "extern" (ref.extern 3)) (ref.extern 4)"#, "extern 4", "extern 3");
    fails(r#"(invoke "extern" (ref.null extern)) (ref.extern)"#, "an extern reference", "null");
    fails(r#"(invoke "extern" (ref.extern 3)) (ref.host 3)"#, "host 3", "extern 3");
    fails(r#"(invoke "any" (ref.extern 3)) (ref.extern 3)"#, "extern 3", "extern 3");
    fails(r#"(invoke "func") (ref.func 4)"#, "func 4", "func ");
    fails(r#"(invoke "func") (ref.any)"#, "an any reference", "func ");
    fails(r#"(invoke "struct") (ref.array)"#, "an array reference", "struct");
    fails(r#"(invoke "i31") (ref.struct)"#, "a struct reference", "i31 1");
    fails(r#"(invoke "null") (ref.null extern)"#, "null", "null");
    fails(r#"(invoke "null") (ref.func)"#, "a func reference", "null");
    fails(
        r#"(invoke "v128") (v128.const i32x4 1 2 3 4)"#,
        "i32x4:[0x00000001 0x00000002 0x00000003 0x00000004]",
        "v128:",
    );
    fails(
        r#"(invoke "pair") (either (i32.const 3) (i32.const 4)) (i64.const 2)"#,
        "i32:3 or i32:4 i64:2",
        "i32:1 i64:2",
    );
}

#[test]
fn what_does_not_exist_is_no_end_at_all() {
    fails(r#"(module) (assert_trap (invoke "f") "unreachable")"#, "a call", "the instance exports no function \"f\"");
    fails(r#"(module) (assert_return (get "g"))"#, "a value", "the instance exports no global \"g\"");
    fails(r#"(invoke "f")"#, "an instance", "there is no current instance");
    fails(r#"(module $m) (invoke $n "f")"#, "an instance", "there is no instance $n");
    fails(r#"(register "x" $n)"#, "an instance", "there is no instance $n");
    fails("(module instance $i $m)", "no error", "there is no module definition $m");
}

#[test]
fn a_failed_module_leaves_no_current_instance() {
    let text = r#"(module (func (export "f"))) (module (func $g unreachable) (start $g)) (invoke "f")"#;
    let all = reports(text);
    assert_eq!(all[0].status, Status::Passed);
    assert!(matches!(&all[2].status, Status::Failed { expected, .. } if expected == "an instance"));
}

#[test]
fn an_asserted_module_does_not_become_the_current_instance() {
    passes(
        r#"(module (func (export "f")))
        (assert_invalid (module (func (result i32))) "type mismatch")
        (assert_trap (module (func $g unreachable) (start $g)) "unreachable")
        (invoke "f")"#,
    );
}

#[test]
fn definitions_can_be_instantiated_more_than_once() {
    passes(
        r#"(module definition $d
          (global $g (mut i32) (i32.const 0))
          (func (export "next") (result i32)
            (global.set $g (i32.add (global.get $g) (i32.const 1))) (global.get $g)))
        (module instance $a $d)
        (module instance $b $d)
        (assert_return (invoke $a "next") (i32.const 1))
        (assert_return (invoke $a "next") (i32.const 2))
        (assert_return (invoke $b "next") (i32.const 1))
        (assert_return (invoke "next") (i32.const 2))"#,
    );
}

#[test]
fn spectest_is_the_official_one() {
    passes(
        r#"(module
          (import "spectest" "print" (func))
          (import "spectest" "print_i32" (func $i32 (param i32)))
          (import "spectest" "print_i64" (func (param i64)))
          (import "spectest" "print_f32" (func (param f32)))
          (import "spectest" "print_f64" (func (param f64)))
          (import "spectest" "print_i32_f32" (func (param i32 f32)))
          (import "spectest" "print_f64_f64" (func (param f64 f64)))
          (import "spectest" "global_i32" (global $a i32))
          (import "spectest" "global_i64" (global $b i64))
          (import "spectest" "global_f32" (global $c f32))
          (import "spectest" "global_f64" (global $d f64))
          (import "spectest" "table" (table 10 20 funcref))
          (import "spectest" "table64" (table i64 10 20 funcref))
          (import "spectest" "memory" (memory 1 2))
          (import "spectest" "shared_memory" (memory 1 2 shared))
          (export "a" (global $a)) (export "b" (global $b)) (export "c" (global $c)) (export "d" (global $d))
          (func (export "print") (call $i32 (i32.const 1))))
        (invoke "print")
        (assert_return (get "a") (i32.const 666))
        (assert_return (get "b") (i64.const 666))
        (assert_return (get "c") (f32.const 666.6))
        (assert_return (get "d") (f64.const 666.6))"#,
    );
}

#[test]
fn threads_share_memories_and_nothing_else() {
    passes(
        r#"(module $m (memory (export "shared") 1 1 shared) (memory (export "own") 1))
        (register "m")
        (thread $t (shared (module $m))
          (register "m" $m)
          (assert_unlinkable (module (import "m" "own" (memory 1))) "unknown import")
          (module (import "m" "shared" (memory 1 1 shared))
            (func (export "store") (i32.atomic.store (i32.const 0) (i32.const 42))))
          (invoke "store"))
        (wait $t)
        (module (import "m" "shared" (memory 1 1 shared))
          (func (export "load") (result i32) (i32.atomic.load (i32.const 0))))
        (assert_return (invoke "load") (i32.const 42))"#,
    );
}

#[test]
fn failures_inside_a_thread_are_reported() {
    let all = reports("(module) (thread $t\n(invoke \"f\"))\n(wait $t)\n(wait $t)");
    let kinds: Vec<_> = all.iter().map(|report| (report.line, report.directive)).collect();
    assert_eq!(kinds, [(1, "module"), (1, "thread"), (2, "invoke"), (3, "wait"), (4, "wait")]);
    let failed: Vec<_> = all.iter().map(|report| matches!(report.status, Status::Failed { .. })).collect();
    assert_eq!(failed, [false, false, true, false, true]);
}

#[test]
fn a_thread_that_is_not_waited_for_is_reported_too() {
    let all = reports("(module) (thread $t (invoke \"f\"))");
    assert_eq!(all.len(), 3);
}

#[test]
fn time_is_limited() {
    let text = r#"(module (func (export "spin") (loop (br 0)))) (invoke "spin") (module)"#;
    let options = Options { timeout: Duration::from_millis(100), ..Options::default() };
    let all = script::run(text, &options).expect("a script").reports;
    for report in &all[1..] {
        let Status::Failed { expected, got, .. } = &report.status else { panic!("{report:?}") };
        assert_eq!(expected, "an end within the script's limit of 100ms");
        assert!(got.starts_with("time was up"), "{got}");
    }
}

#[test]
fn components_are_defined_instantiated_registered_and_called() {
    let text = r#"
        (component definition $d
            (core module $m (func (export "f") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))
            (core instance $i (instantiate $m))
            (func (export "f") (param "x" u8) (result u16) (canon lift (core func $i "f"))))
        (component instance $i $d)
        (component instance $j $d)
        (assert_return (invoke $i "f" (u8.const 1)) (u16.const 2))
        (register "other" $j)
        (component (import "other" (instance $o (export "f" (func (param "x" u8) (result u16)))))
            (export "g" (func $o "f")))
        (assert_return (invoke "g" (u8.const 255)) (u16.const 256))
        (assert_unlinkable (component (import "nobody" (func))) "unknown import")
        (assert_unlinkable (component (import "other" (func))) "incompatible import type")
        (assert_invalid (component (export "f" (func 0))) "unknown function")
        (assert_malformed (component binary "\00asm" "\0d\00\01\00" "\3f\00") "malformed section id")
        (assert_trap (component (core module $m (func $f unreachable) (start $f)) (core instance (instantiate $m)))
            "unreachable")"#;
    for report in reports(text) {
        assert_eq!(report.status, Status::Passed, "{}:{} {}", report.line, report.column, report.directive);
    }
}

#[test]
fn wrong_results_of_components_fail() {
    let text = r#"
        (component
            (core module $m (func (export "f") (result i32) (i32.const 3)))
            (core instance $i (instantiate $m))
            (func (export "f") (result u8) (canon lift (core func $i "f"))))
        (assert_return (invoke "f") (u8.const 4))
        (assert_return (invoke "f") (u16.const 3))
        (assert_return (invoke "f"))
        (assert_return (invoke "f" (u8.const 1)) (u8.const 3))
        (assert_trap (invoke "f") "unreachable")
        (assert_return (invoke "g"))"#;
    for report in &reports(text)[1..] {
        assert!(matches!(report.status, Status::Failed { .. }), "{}: {:?}", report.line, report.status);
    }
}

/// Functions, modules, types and components at the top level find what they are given, of which the type counts; what is not exported
/// cannot be given.
#[test]
fn imports_are_given_exports_of_registered_instances() {
    let provider = r#"(component $P
          (core module $M (func (export "g") (result i32) (i32.const 7)))
          (core instance $m (instantiate $M))
          (func (export "g") (result u32) (canon lift (core func $m "g")))
          (export "m" (core module $M))
          (type $r (resource (rep i32)))
          (export "r" (type $r))
          (component (export "c")))"#;
    let last = |exports: &[(&str, &str)], script: &str| {
        let give = |(import, export): &(&str, &str)| Give {
            import: (*import).to_owned(),
            of: "p".to_owned(),
            export: (*export).to_owned(),
        };
        let options = Options { gives: exports.iter().map(give).collect(), ..Options::default() };
        let script = script::run(&format!("{provider}\n{script}"), &options).expect("a script");
        script.reports.into_iter().map(|report| report.status).next_back().expect("a directive")
    };
    let register = "(register \"p\" $P)";
    let all = r#"(component
          (import "f" (func $f (result u32)))
          (import "n" (core module (export "g" (func (result i32)))))
          (import "s" (type (sub resource)))
          (import "d" (component))
          (export "f2" (func $f)))"#;
    let gives = [("f", "g"), ("n", "m"), ("s", "r"), ("d", "c")];
    let call = format!("{register}{all}(assert_return (invoke \"f2\") (u32.const 7))");
    assert_eq!(last(&gives, &call), Status::Passed);
    for without in 0..gives.len() {
        let some: Vec<_> = gives.into_iter().enumerate().filter(|(i, _)| *i != without).map(|(_, give)| give).collect();
        let unknown = format!("{register}(assert_unlinkable {all} \"unknown import\")");
        assert_eq!(last(&some, &unknown), Status::Passed);
    }
    // It is not registered yet, and of another type.
    let early = format!("(assert_unlinkable {all} \"unknown import\")");
    assert_eq!(last(&gives, &early), Status::Passed);
    let other = format!("{register}(component (import \"f\" (func)))");
    assert!(matches!(last(&gives, &other), Status::Failed { .. }));
    let Status::Failed { got, .. } = last(&[("f", "h")], register) else { panic!("nothing is exported as h") };
    assert_eq!(got, "the instance exports no \"h\", which the import \"f\" is to be given");
}

#[test]
fn stack_switching_is_unsupported() {
    let text = r#"(assert_suspension (invoke "f") "unhandled")"#;
    assert_eq!(reports(text)[0].status, Status::Unsupported("stack switching".to_owned()));
}

#[test]
fn positions_are_those_of_the_parentheses() {
    let all = reports("\n  (module)\n (module quote \"(\")");
    assert_eq!((all[0].line, all[0].column), (2, 3));
    assert_eq!((all[1].line, all[1].column, all[1].directive), (3, 2, "module"));
}

#[test]
fn what_is_no_script_says_where() {
    let error = script::run("(module)\n(modul)", &Options::default()).expect_err("no script");
    assert_eq!((error.line, error.column), (2, 2));
    assert_eq!(script::run(" ;; nothing\n", &Options::default()).expect("empty").reports, []);
}

#[test]
fn steps_are_recorded_with_the_paths_of_their_instances() {
    let options = Options { level: Some(Level::Full), ..Options::default() };
    let script = script::run("(module) (module $b) (module)", &options).expect("a script");
    let done = |event: &Event| matches!(event, Event::InstanceDone { .. }).then(|| event.at().to_string());
    let paths: Vec<_> = script.events.iter().filter_map(done).collect();
    assert_eq!(paths, ["/#0", "/$b", "/#1"]);
}
