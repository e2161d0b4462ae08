//! What adapters make of runtimes: small cases on those that are here, each of which must not pass, or must, for a reason that
//! is the adapter's and not the runtime's.
#![cfg(unix)]

use preflight::{
    case::Case,
    runtime::{
        self, Judge,
        known::{Known, Places},
        process::Limits,
    },
};
use preflight_spec_tests::rules;
use std::time::Duration;

/// The verdict on one case, and what is said of it; `None` if the runtime is not here.
fn verdict(name: &str, path: &str, rule: &str, more: &str, script: &str) -> Option<(&'static str, String)> {
    let mut places = Places::usual();
    places.limits = Limits { answer: Duration::from_secs(6), ..places.limits };
    let known = Known::get(name).expect("a known runtime");
    let Some(mut runtime) = known.open(&places).unwrap_or_else(|broken| panic!("{name}: {broken}")) else {
        eprintln!("note: {name} is not here, and not asked");
        return None;
    };
    let catalogue = rules().expect("the catalogue");
    let text = format!(";;! title = \"t\"\n;;! rules = [\"{rule}\"]\n{more}{script}\n");
    let case = Case::parse(path, &text).expect("a case");
    let judge = Judge::for_case(&mut *runtime, &catalogue, &case).expect("a runtime that answers");
    let report = runtime::run(&case, &mut *runtime, &judge);
    Some((report.verdict.word(), format!("{:?}", report.verdict)))
}

fn is(name: &str, script: &str, expected: &str) {
    if let Some((word, notes)) = verdict(name, "core/x.wast", "CORE-LINK-01", "", script) {
        assert_eq!(word, expected, "{name}: {script}: {notes}");
    }
}

const COMPONENT: &str = ";;! needs = [\"component-model\"]\n";

fn component(name: &str, needs: &str, script: &str) -> Option<(&'static str, String)> {
    verdict(name, "component/x.wast", "CM-ORD-11", needs, script)
}

fn command(name: &str, more: &str, body: &str) -> Option<(&'static str, String)> {
    let head = format!(
        ";;! needs = [\"wasip1\"]\n;;! [run]\n;;! kind = \"command\"\n;;! main = \"$Main\"\n;;! no_checks = \"x\"\n{more}"
    );
    let script = format!(
        r#"(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") {body}))"#
    );
    verdict(name, "p1/x.wast", "P1-CMD-01", &head, &script)
}

#[test]
fn what_a_program_writes_is_not_what_its_tool_says() {
    let body = r#"(i64.store (i32.const 0) (i64.const 0x600000008)) (i64.store (i32.const 8) (i64.const 0xa726f727265))
        (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 32))) (call $exit (i32.const CODE))"#;
    for code in ["1", "33"] {
        let found = command("wasmtime", &format!(";;! exit = {code}\n"), &body.replace("CODE", code));
        assert!(found.as_ref().is_none_or(|(word, _)| *word == "passed"), "{code}: {found:?}");
    }
    let trap = command("wasmtime", ";;! fails = \"trap\"\n", "(unreachable)");
    assert!(trap.as_ref().is_none_or(|(word, _)| *word == "passed"), "{trap:?}");
}

#[test]
fn a_program_on_jco_that_does_not_return_has_not_returned() {
    let script = r#"(component definition $Main
  (core module $M (func (export "run") (result i32) (loop (br 0)) (i32.const 0)))
  (core instance $m (instantiate $M))
  (func $run (result (result)) (canon lift (core func $m "run")))
  (component $Run (import "r" (func $r (result (result)))) (export "run" (func $r)))
  (instance $i (instantiate $Run (with "r" (func $run))))
  (export "wasi:cli/run@0.2.0" (instance $i)))"#;
    let head = ";;! needs = [\"wasip2\"]\n;;! [run]\n;;! kind = \"component\"\n;;! main = \"$Main\"\n;;! exit = 0\n";
    if let Some((word, notes)) = verdict("jco", "p2/x.wast", "P2-RUN-01", head, script) {
        assert!(word == "failed" && notes.contains("Hung"), "{notes}");
    }
}

#[test]
fn mistakes_of_code_that_jco_generates_are_no_traps() {
    let call = r#"(assert_trap (component
    (component $Callee
      (core module $M (func (export "f")))
      (core instance $m (instantiate $M))
      (func (export "f") (canon lift (core func $m "f"))))
    (component $Caller
      (import "f" (func $f))
      (core func $f (canon lower (func $f)))
      (core module $M (import "" "f" (func $f)) (start $f))
      (core instance (instantiate $M (with "" (instance (export "f" (func $f)))))))
    (instance $callee (instantiate $Callee))
    (instance (instantiate $Caller (with "f" (func $callee "f")))))
  "cannot leave component instance")"#;
    let found = component("jco", COMPONENT, call);
    assert!(found.as_ref().is_none_or(|(word, _)| *word == "failed"), "{found:?}");
    let unlinkable = r#"(assert_unlinkable (component
    (core func $return (canon task.return))
    (core module $M (import "" "return" (func $return)) (func $start (call $return)) (start $start))
    (core instance (instantiate $M (with "" (instance (export "return" (func $return))))))) "unknown import")"#;
    let needs = ";;! needs = [\"component-model\", \"component-async\"]\n";
    let found = component("jco", needs, unlinkable);
    assert!(found.as_ref().is_none_or(|(word, _)| *word == "failed"), "{found:?}");
}

const TRAP_AT_LINK: &str = r#"(assert_unlinkable (module (func $s (unreachable)) (start $s)) "unknown import")"#;
const OTHER_TRAP: &str =
    r#"(assert_trap (module (func $s (drop (i32.div_s (i32.const 1) (i32.const 0)))) (start $s)) "unreachable")"#;

#[test]
fn a_script_runner_is_held_to_the_class_of_an_end() {
    for name in ["wasmtime", "wabt"] {
        is(name, TRAP_AT_LINK, "failed");
        is(name, OTHER_TRAP, "failed");
        is(name, &OTHER_TRAP.replace("\"unreachable\"", "\"integer divide by zero\""), "passed");
        is(name, r#"(assert_unlinkable (module (import "a" "b" (func))) "incompatible import type")"#, "passed");
    }
    let missing = r#"(assert_unlinkable (component (import "missing" (func))) "unknown import")"#;
    let found = component("wasmtime", COMPONENT, missing);
    assert!(found.as_ref().is_none_or(|(word, _)| *word == "passed"), "{found:?}");
}

#[test]
fn wabt_reads_a_reference_of_a_kind() {
    is(
        "wabt",
        r#"(module (func $f) (elem declare func $f) (func (export "m") (result funcref) (ref.func $f)))
           (assert_return (invoke "m") (ref.func))"#,
        "passed",
    );
}

#[test]
fn bun_and_wasmer_read_standard_input_to_its_end() {
    let echo = r#"(loop $l
      (i32.store (i32.const 0) (i32.const 100)) (i32.store (i32.const 4) (i32.const 4096))
      (if (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)) (then (call $exit (i32.const 40))))
      (if (i32.eqz (i32.load (i32.const 16))) (then (return)))
      (i32.store (i32.const 4) (i32.load (i32.const 16)))
      (if (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 20)) (then (call $exit (i32.const 41))))
      (br $l))"#;
    for (name, length) in [("bun", 5), ("node", 5), ("wasmer", 320_000)] {
        let text = "a".repeat(length);
        let found = command(name, &format!(";;! stdin = \"{text}\"\n;;! stdout = \"{text}\"\n;;! exit = 0\n"), echo);
        let word = found.as_ref().map(|(word, _)| *word);
        assert!(word.is_none_or(|word| word == "passed"), "{name}: {:.200}", found.unwrap_or_default().1);
    }
}

#[test]
fn what_is_not_there_is_no_trap() {
    for name in ["wasmi", "node", "bun", "gjs", "pywasm", "wasmtime-python"] {
        is(name, r#"(module (func (export "f"))) (assert_trap (invoke "g") "unreachable")"#, "failed");
        is(name, r#"(module (func (export "f") (unreachable))) (assert_trap (invoke "f") "unreachable")"#, "passed");
    }
}

#[test]
fn names_are_no_vectors() {
    let name = r#"(module $N (func (export "v128") (param i32))) (register "s128" $N)
        (assert_unlinkable (module (import "s128" "v128" (func))) "incompatible import type")"#;
    let vector = r#"(module (func (export "f") (result v128) (v128.const i64x2 1 2)))
        (assert_return (invoke "f") (v128.const i64x2 1 2))"#;
    for runtime in ["node", "bun", "gjs"] {
        is(runtime, name, "passed");
    }
    // The others do not name it here.
    is("gjs", vector, "unsupported");
}

#[test]
fn bits_of_a_nan_that_the_driver_may_change_are_not_judged() {
    let result = r#"(module (func (export "n") (result f32) (f32.const nan:0x200000)))
        (assert_return (invoke "n") (f32.const nan:0x200000))"#;
    let argument = r#"(module (func (export "n") (param f32) (result i32) (i32.reinterpret_f32 (local.get 0))))
        (assert_return (invoke "n" (f32.const nan:0x200000)) (i32.const 0x7fa00000))"#;
    let some = r#"(module (func (export "n") (result f32) (f32.const nan)))
        (assert_return (invoke "n") (f32.const nan:arithmetic))"#;
    for name in ["node", "bun", "gjs", "wasmtime-python"] {
        for script in [result, argument] {
            let found = verdict(name, "core/x.wast", "CORE-LINK-01", "", script);
            assert!(found.as_ref().is_none_or(|(word, _)| *word != "failed"), "{name}: {script}: {found:?}");
        }
        is(name, some, "passed");
    }
    is("wasmi", result, "passed");
}

#[test]
fn every_form_of_an_action_is_carried_out() {
    let script = r#"(module definition $M (global (export "g") i32 (i32.const 1)) (func $f unreachable) (start $f))
        (module definition $N quote "(import \"no\" \"where\" (func))")
        (assert_trap (module instance $M) "unreachable")
        (assert_unlinkable (module instance $N) "unknown import")
        (assert_trap (module (func $f unreachable) (start $f)) "unreachable")
        (assert_trap (module instance) "unreachable")
        (module $G (global (export "g") i32 (i32.const 1)))
        (get $G "g") (assert_return (get "g") (i32.const 1))"#;
    let wrong = r#"(module definition $M) (assert_trap (module instance $M) "unreachable")"#;
    let missing = r#"(module definition $M) (assert_trap (module instance $N) "unreachable")"#;
    for name in ["wasmi", "node", "pywasm"] {
        is(name, script, "passed");
        is(name, wrong, "failed");
        is(name, missing, "failed");
    }
}
