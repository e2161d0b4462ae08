//! The forms that directives have, each after the reference interpreter's *Scripts*.

use super::{fails, passes, reports};
use preflight::script::{self, Options, Status};

const GLOBAL: &str = r#"(module $G (global (export "g") i32 (i32.const 7)))"#;

#[test]
fn a_global_may_be_read_outside_of_an_assertion() {
    passes(&format!(r#"{GLOBAL} (get "g") (get $G "g")"#));
    fails(&format!(r#"{GLOBAL} (get "h")"#), "a value", "the instance exports no global \"h\"");
    fails(r#"(get "g")"#, "an instance", "there is no current instance");
}

#[test]
fn quoted_modules_have_names() {
    passes(r#"(module $q quote "(func (export \"f\"))") (module) (invoke $q "f") (register "q" $q)"#);
    passes(r#"(component $q quote "(core module)") (component) (register "q" $q)"#);
    passes(
        r#"(module definition $q quote "(func (export \"f\"))")
        (module instance $i $q)
        (invoke $i "f")"#,
    );
    passes(r#"(component definition $q quote "(core module)") (component instance $i $q)"#);
    passes(r#"(module definition quote "(func (export \"f\"))") (module instance) (invoke "f")"#);
    fails(r#"(module $q quote "(func")"#, "no error", "malformed text: ");
    fails(
        r#"(module definition $q quote "(func $f) (start $f)") (invoke $q "f")"#,
        "an instance",
        "there is no instance $q",
    );
}

#[test]
fn a_definition_may_be_asserted_to_be_refused() {
    passes(
        r#"(assert_malformed (module definition quote "(func") "unexpected end")
        (assert_malformed (module definition $m binary "") "unexpected end")
        (assert_malformed (module $m quote "(func") "unexpected end")
        (assert_invalid (module definition $m (func (result i32))) "type mismatch")
        (assert_invalid (module definition $m quote "(func (result i32))") "type mismatch")
        (assert_invalid (component definition quote "(export \"a\" (func 0))") "unknown func")"#,
    );
    fails("(assert_invalid (module definition) \"type mismatch\")", "invalid", "no error");
    fails("(assert_malformed (module definition quote) \"unexpected end\")", "malformed", "no error");
}

const DEFINITIONS: &str = r#"
    (module definition $unlinkable (import "no" "where" (func)))
    (module definition $trap (func $f unreachable) (start $f))
    (module definition $throw (tag $t) (func $f (throw $t)) (start $f))
    (module definition $fine (func (export "f")))
"#;

#[test]
fn instances_may_be_asserted_to_fail() {
    passes(&format!(
        r#"{DEFINITIONS}
        (assert_unlinkable (module instance $unlinkable) "unknown import")
        (assert_unlinkable (module instance $i $unlinkable) "unknown import")
        (assert_trap (module instance $trap) "unreachable")
        (assert_exception (module instance $throw))
        (assert_return (module instance $fine))
        (assert_trap (module quote "(func $f unreachable) (start $f)") "unreachable")
        (assert_unlinkable (module quote "(import \"no\" \"where\" (func))") "unknown import")"#
    ));
    let fails = |assertion: &str, expected, got| fails(&format!("{DEFINITIONS} {assertion}"), expected, got);
    fails(r#"(assert_trap (module instance $fine) "unreachable")"#, "trap: unreachable executed", "no error");
    fails(r#"(assert_unlinkable (module instance $trap) "unknown import")"#, "unlinkable: unknown import", "trap");
    fails(r#"(assert_trap (module instance $m) "unreachable")"#, "no error", "there is no module definition $m");
    // It gets no name.
    fails(r#"(assert_return (module instance $i $fine)) (invoke $i "f")"#, "an instance", "there is no instance $i");
}

#[test]
fn the_module_of_an_assertion_is_the_last_definition() {
    passes(
        r#"(module definition (func (export "f")))
        (assert_invalid (module (func (result i32))) "type mismatch")
        (module instance)
        (invoke "f")
        (assert_trap (module (func $f unreachable) (start $f)) "unreachable")
        (assert_trap (module instance) "unreachable")"#,
    );
}

#[test]
fn one_name_of_an_instance_is_that_of_its_module() {
    passes(
        r#"(module definition $a (func (export "a")))
        (module definition $b (func (export "b")))
        (module instance $a)
        (invoke "a")"#,
    );
    fails("(module definition $a) (module instance $a) (register \"a\" $a)", "an instance", "there is no instance $a");
}

const REFERENCES: &str = r#"
    (module
      (type $s (struct)) (type $f (func)) (tag $t)
      (elem declare func $throw)
      (func $throw (throw $t))
      (func (export "struct") (result (ref $s)) (struct.new $s))
      (func (export "func") (result funcref) (ref.func $throw))
      (func (export "defined") (result (ref $f)) (ref.func $throw))
      (func (export "extern") (param externref) (result externref) (local.get 0))
      (func (export "exn") (result exnref)
        (block $h (result exnref) (try_table (catch_all_ref $h) (call $throw)) (unreachable)))
      (func (export "no exn") (result exnref) (ref.null exn))
      (func (export "i32") (result i32) (i32.const 1)))
"#;

#[test]
fn references_of_any_kind_and_exceptions_are_expected() {
    passes(&format!(
        r#"{REFERENCES}
        (assert_return (invoke "struct") (ref))
        (assert_return (invoke "extern" (ref.extern 1)) (ref))
        (assert_return (invoke "exn") (ref))
        (assert_return (invoke "exn") (ref.exn))
        (assert_return (invoke "exn") (either (ref.null) (ref.exn)))
        (assert_return (invoke "struct") (either (ref.func) (either (ref.exn) (ref))))"#
    ));
    let fails =
        |assertion: &str, expected, got| fails(&format!("{REFERENCES} (assert_return {assertion})"), expected, got);
    let any = "a reference that is no function";
    fails(r#"(invoke "func") (ref)"#, any, "func ");
    fails(r#"(invoke "defined") (ref)"#, any, "func ");
    fails(r#"(invoke "defined") (ref.any)"#, "an any reference", "func ");
    fails(r#"(invoke "no exn") (ref)"#, any, "null");
    fails(r#"(invoke "i32") (ref)"#, any, "i32:1");
    fails(r#"(invoke "no exn") (ref.exn)"#, "an exn reference", "null");
    fails(r#"(invoke "struct") (ref.exn)"#, "an exn reference", "struct");
    fails(r#"(invoke "struct") (either (ref.exn) (ref.null))"#, "an exn reference or null", "struct");
}

#[test]
fn scripts_stand_within_scripts() {
    let text = format!(
        "(script $s\n {GLOBAL}\n (script (get \"g\")))\n(script)\n(assert_return (get $G \"g\") (i32.const 8))"
    );
    let found: Vec<_> =
        reports(&text).into_iter().map(|report| (report.line, report.directive, report.status)).collect();
    assert_eq!(found[0], (2, "module", Status::Passed));
    assert_eq!(found[1], (3, "get", Status::Passed));
    assert!(matches!(found[2], (5, "assert_return", Status::Failed { .. })), "{found:?}");
    assert_eq!(found.len(), 3);
    let deep = format!("{}{}", "(script ".repeat(200), ")".repeat(200));
    let error = script::run(&deep, &Options::default()).expect_err("no script");
    assert_eq!(error.message, "item nesting too deep");
}

#[test]
fn files_are_neither_read_nor_written() {
    let statuses = |text| reports(text).into_iter().map(|report| report.status).collect::<Vec<_>>();
    let unsupported = |what: &str| Status::Unsupported(what.to_owned());
    let input = "`input`: scripts read no files here";
    assert_eq!(
        statuses(r#"(input $a "a.wast") (invoke "f") (invoke $a "f") (module instance $i $a)"#),
        [input; 4].map(unsupported)
    );
    assert_eq!(statuses(r#"(input "a.wasm")"#), [unsupported(input)]);
    let output = unsupported("`output`: scripts write no files here");
    let all = statuses(r#"(module $m) (output) (output $m) (output "m.wasm") (output $m "m.wat") (register "m" $m)"#);
    assert_eq!(all[1..5], [output.clone(), output.clone(), output.clone(), output]);
    assert_eq!((&all[0], &all[5]), (&Status::Passed, &Status::Passed));
}

#[test]
fn what_has_no_such_form_is_no_script() {
    for (text, column) in [
        (r#"(assert_trap (module definition) "unreachable")"#, 15),
        (r#"(assert_unlinkable (invoke "f") "unknown import")"#, 20),
        (r#"(assert_exhaustion (module) "call stack exhausted")"#, 20),
        (r#"(assert_malformed (module instance) "unexpected end")"#, 19),
        (r#"(assert_return (invoke "f") (either))"#, 36),
        (r#"(assert_return (register "f"))"#, 17),
        (r#"(assert_nothing)"#, 2),
        (r#"(script (modul))"#, 10),
    ] {
        let error = script::run(text, &Options::default()).expect_err("no script");
        assert_eq!((error.line, error.column), (1, column), "{text}: {error}");
    }
}

#[test]
fn threads_have_the_same_forms() {
    passes(&format!(r#"{GLOBAL} (thread $T {GLOBAL} (script (get "g")) (module $q quote)) (wait $T)"#));
}
