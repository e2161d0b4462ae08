//! Typed stubs for imports that nothing is given for: of every type that a function can return, asynchronous ones included.

#![cfg(feature = "component")]

mod component_support;

use component_support::*;
use preflight_engine::component::ComponentVal;

/// A function that calls the import and hands on what it got.
fn handed_on(types: &str, ty: &str) -> String {
    format!(
        r#"(component
            {types}
            (import "f" (func $f async (result {ty})))
            (core module $Libc
                (memory (export "m") 1)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64)))
            (core instance $libc (instantiate $Libc))
            (core func $f (canon lower (func $f) async
                (memory (core memory $libc "m")) (realloc (core func $libc "realloc"))))
            (core module $M
                (import "" "f" (func $f (param i32) (result i32)))
                (func (export "status") (result i32) (call $f (i32.const 0))))
            (core instance $m (instantiate $M (with "" (instance (export "f" (func $f))))))
            (func (export "status") (result u32) (canon lift (core func $m "status"))))"#
    )
}

#[test]
fn functions_of_every_result_type_have_stubs() {
    let types = r#"
        (type $record' (record (field "a" u8) (field "b" (list string)))) (import "record" (type $record (eq $record')))
        (type $flags' (flags "a" "b")) (import "flags" (type $flags (eq $flags')))
        (type $enum' (enum "a" "b")) (import "enum" (type $enum (eq $enum')))
        (type $variant' (variant (case "a" u8) (case "b"))) (import "variant" (type $variant (eq $variant')))
        (import "r" (type $r (sub resource)))
        (type $own (own $r))
        (type $stream (stream u8))
        (type $empty (stream))
        (type $future (future $enum))"#;
    let results = [
        "bool",
        "s8",
        "u64",
        "f32",
        "char",
        "string",
        "$record",
        "$flags",
        "$enum",
        "$variant",
        "(list u8)",
        "(tuple u8 string)",
        "(option u8)",
        "(result u8 (error string))",
        "$own",
        "$stream",
        "$empty",
        "$future",
        "(tuple $stream $future (option $own))",
    ];
    for ty in results {
        let mut run = Run::new();
        run.linker.stub_imports(true);
        let instance = run.instantiate(&handed_on(types, ty)).unwrap_or_else(|error| panic!("{ty}: {error}"));
        // RETURNED is 2: a stub never blocks.
        assert_eq!(run.call(&instance, "status", &[]).map_err(code), Ok(vec![ComponentVal::U32(2)]), "{ty}");
        let steps = run.steps();
        assert!(steps.iter().any(|step| step.starts_with("host /") && step.contains(" f")), "{ty}: {steps:?}");
    }
}

#[test]
fn the_stream_of_a_stub_has_ended_and_its_future_never_comes() {
    let text = r#"(component
        (type $stream (stream u8))
        (type $future (future u32))
        (import "f" (func $f async (result (tuple $stream $future))))
        (core module $Memory (memory (export "m") 1))
        (core instance $memory (instantiate $Memory))
        (core func $f (canon lower (func $f) async (memory (core memory $memory "m"))))
        (core func $read-stream (canon stream.read $stream async (memory (core memory $memory "m"))))
        (core func $read-future (canon future.read $future async (memory (core memory $memory "m"))))
        (core module $M
            (import "" "f" (func $f (param i32) (result i32)))
            (import "" "read-stream" (func $read-stream (param i32 i32 i32) (result i32)))
            (import "" "read-future" (func $read-future (param i32 i32) (result i32)))
            (import "" "m" (memory 1))
            (func (export "stream") (result i32)
                (drop (call $f (i32.const 0)))
                (call $read-stream (i32.load (i32.const 0)) (i32.const 16) (i32.const 1)))
            (func (export "future") (result i32)
                (drop (call $f (i32.const 0)))
                (call $read-future (i32.load (i32.const 4)) (i32.const 16))))
        (core instance $m (instantiate $M (with "" (instance
            (export "f" (func $f)) (export "m" (memory $memory "m"))
            (export "read-stream" (func $read-stream)) (export "read-future" (func $read-future))))))
        (func (export "stream") (result u32) (canon lift (core func $m "stream")))
        (func (export "future") (result u32) (canon lift (core func $m "future"))))"#;
    let mut run = Run::new();
    run.linker.stub_imports(true);
    let instance = run.instantiate(text).expect("an instance");
    // DROPPED after no element; BLOCKED
    assert_eq!(run.call(&instance, "stream", &[]).map_err(code), Ok(vec![ComponentVal::U32(1)]));
    assert_eq!(run.call(&instance, "future", &[]).map_err(code), Ok(vec![ComponentVal::U32(0xffff_ffff)]));
}

#[test]
fn a_component_that_nothing_is_given_for_has_instances_of_stubs() {
    let text = r#"(component
        (import "log" (func $log (param "id" u32)))
        (import "c" (component $C
            (import "log" (func (param "id" u32)))
            (export "r" (type $r (sub resource)))
            (export "make" (func (result (own $r))))
            (export "inner" (instance (export "seven" (func (result u32)))))))
        (instance $a (instantiate $C (with "log" (func $log))))
        (instance $b (instantiate $C (with "log" (func $log))))
        (alias export $a "inner" (instance $inner))
        (export "a" (instance $a))
        (export "inner" (instance $inner))
        (export "b" (instance $b)))"#;
    let mut run = Run::new();
    assert!(run.instantiate(text).err().is_some_and(|error| error.to_string().contains(r#"unknown import "c""#)));
    run.linker.stub_imports(true);
    let instance = run.instantiate(text).expect("an instance");
    let call = |run: &mut Run, path: &[&str]| {
        run.store.call_component(&instance, path, &[], preflight_engine::trace::Cause::Invoke).expect("a result")
    };
    assert_eq!(call(&mut run, &["inner", "seven"]), [ComponentVal::U32(0)]);
    let made: Vec<_> = ["a", "b"].map(|name| call(&mut run, &[name, "make"])).into();
    assert_ne!(made[0], made[1], "each instance has a resource type of its own");
}
