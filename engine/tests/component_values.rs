//! Component-level values and start definitions (Explainer.md, *Value Definitions*, *Start Definitions*; rules CM-START,
//! CM-VAL).

#![cfg(feature = "component")]

mod component_support;

use component_support::*;
use preflight_engine::{
    Config, Features, ModuleError,
    component::{Component, ComponentVal, ComponentValType, HostItem},
    trace::{Outcome, Phase, TrapCode},
};

/// Lifted functions `$inc` (u32 to u32), `$log1` (u32) and `$now` (to u32).
const FUNCS: &str = r#"
    (import "log" (func $log (param "id" u32)))
    (core func $log' (canon lower (func $log)))
    (core module $m
        (import "" "log" (func $log (param i32)))
        (global $now (mut i32) (i32.const 40))
        (func (export "inc") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
        (func (export "log") (param i32) (call $log (local.get 0)))
        (func (export "now") (result i32)
            (global.set $now (i32.add (global.get $now) (i32.const 1)))
            (global.get $now))
        (func (export "bad") unreachable))
    (core instance $i (instantiate $m (with "" (instance (export "log" (func $log'))))))
    (func $inc (param "x" u32) (result u32) (canon lift (core func $i "inc")))
    (func $log1 (param "x" u32) (canon lift (core func $i "log")))
    (func $now (result u32) (canon lift (core func $i "now")))
    (func $bad (canon lift (core func $i "bad")))
"#;

fn refused(text: &str) -> String {
    match Component::new(&Config::default(), &bytes(text)) {
        Err(ModuleError::Invalid { message, .. }) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn several_starts_run_at_their_places() {
    // CM-START-01, CM-START-02, CM-START-04, CM-VAL-01, CM-VAL-03
    let text = format!(
        r#"(component (import "seed" (value $seed u32)) {FUNCS}
            (start $inc (value $seed) (result (value $a)))
            (core module $between (import "" "log" (func $log (param i32)))
                (func $s (call $log (i32.const 100))) (start $s))
            (core instance (instantiate $between (with "" (instance (export "log" (func $log'))))))
            (start $inc (value $a) (result (value $b)))
            (start $now (result (value $t)))
            (start $log1 (value $t))
            (export "result" (value $b)))"#
    );
    let mut run = Run::new();
    run.linker.define("seed", HostItem::value(ComponentVal::U32(5)));
    let instance = run.instantiate(&text).expect("an instance");
    assert_eq!(instance.value(&["result"]), Some(&ComponentVal::U32(7)));
    assert_eq!(run.logged(), [100, 41]);
    let starts: Vec<String> = run.steps().into_iter().filter(|step| step.contains("component-start")).collect();
    let expected = [
        "component-start / 1 [5]",
        "component-started / 1 [6]",
        "component-start / 1 [6]",
        "component-started / 1 [7]",
        "component-start / 3 []",
        "component-started / 3 [41]",
        "component-start / 2 [41]",
        "component-started / 2 []",
    ];
    assert_eq!(starts, expected);
}

#[test]
fn values_go_into_and_come_out_of_nested_instances() {
    let text = r#"(component
        (import "name" (value $name string))
        (component $C
            (import "s" (value $s string))
            (export "t" (value $s)))
        (instance $c (instantiate $C (with "s" (value $name))))
        (alias export $c "t" (value $t))
        (instance $out (export "deep" (value $t)))
        (export "out" (instance $out)))"#;
    let mut run = Run::new();
    run.linker.define("name", HostItem::value(ComponentVal::string("hé")));
    let instance = run.instantiate(text).expect("an instance");
    assert_eq!(instance.value(&["out", "deep"]), Some(&ComponentVal::string("hé")));
}

#[test]
fn strings_go_through_start() {
    // CM-START-06: realloc for the argument, memory for the result, a host call inside.
    let text = r#"(component
        (import "log" (func $log (param "id" u32)))
        (import "name" (value $name string))
        (core func $log' (canon lower (func $log)))
        (core module $m
            (import "" "log" (func $log (param i32)))
            (memory (export "m") 1)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64))
            (func (export "start") (param i32 i32) (result i32)
                (call $log (local.get 1))
                (i32.store (i32.const 0) (i32.add (local.get 0) (i32.const 1)))
                (i32.store (i32.const 4) (i32.sub (local.get 1) (i32.const 1)))
                (i32.const 0)))
        (core instance $i (instantiate $m (with "" (instance (export "log" (func $log'))))))
        (func $start (param "s" string) (result string) (canon lift (core func $i "start")
            (memory (core memory $i "m")) (realloc (core func $i "realloc"))))
        (start $start (value $name) (result (value $greeting)))
        (export "greeting" (value $greeting)))"#;
    let mut run = Run::new();
    run.linker.define("name", HostItem::value(ComponentVal::string("world")));
    let instance = run.instantiate(text).expect("an instance");
    assert_eq!(run.logged(), [5]);
    assert_eq!(instance.value(&["greeting"]), Some(&ComponentVal::string("orld")));
}

#[test]
fn a_trap_in_a_start_fails_the_instantiation() {
    // CM-START-09
    let text = format!("(component {FUNCS} (start $bad))");
    let mut run = Run::new();
    let error = run.instantiate(&text).expect_err("a trap");
    assert_eq!(error.outcome(), Outcome::Trap { code: TrapCode::Unreachable, phase: Phase::Start });
    assert!(run.steps().contains(&"locked /".to_owned()));
}

#[test]
fn values_are_used_exactly_once() {
    // CM-START-05
    let unused = refused(r#"(component (import "v" (value u32)))"#);
    assert!(unused.contains("not used"), "{unused}");
    let twice = refused(r#"(component (import "v" (value $v u32)) (export "a" (value $v)) (export "b" (value $v)))"#);
    assert!(twice.contains("used twice"), "{twice}");
    let result = refused(&format!("(component {FUNCS} (start $now (result (value $t))))"));
    assert!(result.contains("not used"), "{result}");
    let start = refused(&format!(
        r#"(component (import "v" (value $v u32)) {FUNCS} (start $log1 (value $v)) (start $log1 (value $v)))"#
    ));
    assert!(start.contains("used twice"), "{start}");
}

#[test]
fn several_starts_are_never_malformed() {
    // CM-START-02: the grammar has as many start sections as there are, in every component (Binary.md, *Component
    // Definitions*).
    let starts = "(start $f) (start $f) (type (func)) (start $f) (core module) (start $f) (component) (start $f)";
    let child = format!(r#"(component $C (import "f" (func $f)) {starts})"#);
    let text = format!(
        r#"(component (import "f" (func $f)) {child} {starts} (instance (instantiate $C (with "f" (func $f)))))"#
    );
    let mut run = Run::new();
    run.linker.define("f", HostItem::func(|_, _| Ok(vec![])));
    run.instantiate(&text).expect("an instance");
    assert_eq!(run.steps().iter().filter(|step| step.starts_with("component-started ")).count(), 10);
    // Where values are not enabled, one start is as much of a mistake as two.
    let mut config = Config::default();
    config.features.remove(Features::CM_VALUES);
    for starts in ["(start $f)", "(start $f) (start $f)"] {
        let text = format!(r#"(component (import "f" (func $f)) (component) {starts})"#);
        match Component::new(&config, &bytes(&text)) {
            Err(ModuleError::Invalid { message, .. }) => assert!(message.contains("not enabled"), "{message}"),
            other => panic!("{starts}: {other:?}"),
        }
    }
}

#[test]
fn starts_are_typed() {
    // CM-START-03
    let number = refused(&format!("(component {FUNCS} (start $log1))"));
    assert!(number.contains("takes 1 arguments and is given 0"), "{number}");
    let ty = refused(&format!(r#"(component (import "v" (value $v string)) {FUNCS} (start $log1 (value $v)))"#));
    assert!(ty.contains("expected u32, found string"), "{ty}");
    let results = refused(&format!("(component {FUNCS} (start $now))"));
    assert!(results.contains("has 1 results"), "{results}");
    let nested = refused(
        r#"(component (import "v" (value $v string))
            (component $C (import "v" (value $v u8)) (export "w" (value $v)))
            (instance (instantiate $C (with "v" (value $v)))))"#,
    );
    assert!(nested.contains("expected u8, found string"), "{nested}");
}

#[test]
fn the_host_gives_values_of_the_declared_type() {
    let text = r#"(component (import "v" (value $v u32)) (export "w" (value $v)))"#;
    let mut run = Run::new();
    assert_eq!(run.instantiate(text).expect_err("a missing value").outcome(), Outcome::Unlinkable);
    run.linker.define("v", HostItem::value(ComponentVal::string("5")));
    assert_eq!(component(text).value_imports(), [("v".to_owned(), ComponentValType::U32)]);
    let error = run.instantiate(text).expect_err("a mistyped value").to_string();
    assert!(error.contains("u32") && error.contains("\"5\""), "{error}");
}

/// A component of parts: text without cross references, and raw sections.
fn parts(parts: &[Result<&str, &[u8]>]) -> Vec<u8> {
    let mut all = b"\0asm\x0d\0\x01\0".to_vec();
    for part in parts {
        match part {
            Ok(text) => {
                let bytes = bytes(text);
                all.extend_from_slice(&bytes[8..]);
            }
            Err(section) => {
                all.push(12);
                all.push(section.len() as u8);
                all.extend_from_slice(section);
            }
        }
    }
    all
}

#[test]
fn value_definitions_are_constants_of_their_type() {
    // CM-VAL-02
    let types = r#"(component
        (type (record (field "a" (option string)) (field "b" u16)))
        (type (flags "x" "y" "z"))
        (type (list char))
        (type (result u8 (error string))))"#;
    // The types in `types` have the indices that the text format gave them: find the last four by trial is not needed,
    // since each is exported by nobody and nested types come first.
    let section: &[u8] = &[4, 0x79, 2, 0xac, 0x02, 0x7f, 1, 1, 0x73, 3, 2, b'h', b'i', 0x74, 2, 0xc3, 0xa9];
    let exports = r#"(component
        (export "n" (value 0)) (export "t" (value 1)) (export "s" (value 2)) (export "c" (value 3)))"#;
    let bytes = parts(&[Ok(types), Err(section), Ok(exports)]);
    let component = Component::new(&Config::default(), &bytes).expect("a component");
    let mut run = Run::new();
    let instance = run.instantiate_component(&component).expect("an instance");
    assert_eq!(instance.value(&["n"]), Some(&ComponentVal::U32(300)));
    assert_eq!(instance.value(&["t"]), Some(&ComponentVal::Bool(true)));
    assert_eq!(instance.value(&["s"]), Some(&ComponentVal::string("hi")));
    assert_eq!(instance.value(&["c"]), Some(&ComponentVal::Char('é')));
    assert!(run.steps().contains(&"initialised / Value(0) [300]".to_owned()));
}

#[test]
fn value_definitions_that_are_no_values_are_refused() {
    let export = r#"(component (export "v" (value 0)))"#;
    let cases: &[&[u8]] = &[
        &[1, 0x7f, 1, 2],                // a bool of 2
        &[1, 0x7d, 2, 1, 1],             // a u8 that is too long
        &[1, 0x7b, 3, 0xff, 0xff, 0x07], // a u16 that is too large
        &[1, 0x76, 4, 1, 0, 0xc0, 0x7f], // a NaN that is not canonical
        &[1, 0x74, 1, 0xff],             // no UTF-8
    ];
    for section in cases {
        let bytes = parts(&[Err(section), Ok(export)]);
        assert!(matches!(Component::new(&Config::default(), &bytes), Err(ModuleError::Invalid { .. })), "{section:?}");
    }
}

#[test]
fn types_of_values_that_the_documents_refuse() {
    const R: &str = r#"(import "r" (type $r (sub resource)))"#;
    // Binary.md, *Type Definitions*: (why, a type that is refused, its neighbour that is not).
    let types = [
        ("borrowed", "(type (stream (borrow $r)))", "(type (stream (own $r)))"),
        ("borrowed", "(type (future (borrow $r)))", "(type (future (own $r)))"),
        ("borrowed", "(type $t (tuple u8 (borrow $r))) (type (stream (list $t)))", "(type (list (borrow $r)))"),
        ("borrowed", "(type $t (option (borrow $r))) (type (future $t))", "(type (future))"),
        ("keys of a map", "(type (map f32 u8))", "(type (map char u8))"),
        ("keys of a map", "(type (map f64 u8))", "(type (map s64 u8))"),
        ("keys of a map", "(type (map (tuple u8) u8))", "(type (map string (tuple f32)))"),
        ("keys of a map", "(type $l (list u8)) (type (map $l u8))", "(type $k u8) (type (map $k u8))"),
        ("keys of a map", "(type (map (own $r) u8))", "(type (map u8 (own $r)))"),
        ("maximum byte size", "(type (list u8 268435456))", "(type (list u8 268435455))"),
    ];
    for (why, bad, good) in types {
        let at_every_place = |types: &str| {
            let alias = "(alias outer 1 $r (type $r))";
            [
                format!("(component {R} {types})"),
                format!("(component (component {R} {types}))"),
                format!("(component {R} (type (instance {alias} {types})))"),
                format!("(component {R} (type (component {alias} {types})))"),
                format!(
                    r#"(component (import "i" (instance (export "r" (type $r (sub resource)))
                        (type (instance (alias outer 1 $r (type $r)) {types})))))"#
                ),
            ]
        };
        for text in at_every_place(bad) {
            let message = refused(&text);
            assert!(message.contains(why), "{message}\n{text}");
        }
        at_every_place(good).iter().for_each(|text| drop(component(text)));
    }
    let value = |ty: &str| format!(r#"(component {R} (import "v" (value $v {ty})) (export "w" (value $v)))"#);
    assert!(refused(&value("(borrow $r)")).contains("borrowed"));
    component(&value("(own $r)"));
}
