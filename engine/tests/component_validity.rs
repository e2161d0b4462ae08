//! What is a valid component, where the validator below is laxer or stricter than the documents (Binary.md, Explainer.md,
//! CanonicalABI.md): each is decided by a clause that its test names.

#![cfg(feature = "component")]

mod component_support;

use component_support::*;
use preflight_engine::{Config, ModuleError, component::Component};

const HEADER: &[u8] = b"\0asm\x0d\0\x01\0";

fn decode(text: &str) -> Result<Component, ModuleError> {
    Component::new(&Config::default(), &bytes(text))
}

fn valid(text: &str) {
    assert!(decode(text).is_ok(), "{:?}\n{text}", decode(text).err());
}

/// Refused by validation, in words that have `why` in them.
fn invalid(text: &str, why: &str) {
    match decode(text) {
        Err(ModuleError::Invalid { message, .. }) => assert!(message.contains(why), "{message}\n{text}"),
        other => panic!("{other:?}\n{text}"),
    }
}

fn unsupported(text: &str, why: &str) {
    match decode(text) {
        Err(ModuleError::Unsupported { message, .. }) => assert!(message.contains(why), "{message}\n{text}"),
        other => panic!("{other:?}\n{text}"),
    }
}

fn of_sections(sections: &[&[u8]]) -> Result<Component, ModuleError> {
    Component::new(&Config::default(), &[HEADER, &sections.concat()].concat())
}

#[test]
fn sections_end_where_they_say() {
    // Binary.md, *Component Definitions*, with core `#binary-section`.
    let malformed: &[(&str, &[u8])] = &[
        ("a component that is cut short", b"\x04\x20\0asm\x0d\0\x01\0"),
        ("a byte after the types", b"\x07\x03\x01\x7d\0"),
        ("a byte after the core types", b"\x03\x04\x01\x50\0\0"),
        ("a start without its arguments", b"\x09\x01\0"),
        ("a byte after the start", b"\x09\x04\0\0\0\0"),
        ("a value that is cut short", b"\x0c\x04\x01\x7d\x05\x01"),
    ];
    for (what, section) in malformed {
        let end = of_sections(&[section]);
        assert!(matches!(end, Err(ModuleError::Malformed { .. })), "{what}: {end:?}");
        // After what is invalid, too.
        let end = of_sections(&[b"\x0b\x07\x01\0\x01v\x01\x05\0\0", section]);
        assert!(matches!(end, Err(ModuleError::Malformed { .. })), "{what}, later: {end:?}");
    }
    assert!(of_sections(&[b"\x04\x08\0asm\x0d\0\x01\0", b"\x07\x02\x01\x7d"]).is_ok());
}

#[test]
fn which_sorts_fit_is_a_rule_of_validation() {
    // Binary.md, `sort`: all of these are, and its notes say where they may stand.
    let lower: &[u8] = b"\x08\x02\x01\x24";
    let instance: &[u8] = b"\x02\x03\x01\x01\0";
    let invalid: [(&str, [&[u8]; 2]); 5] = [
        ("a core function that is exported", [lower, b"\x0b\x08\x01\0\x01a\0\0\0\0"]),
        ("a core function in an instance", [lower, b"\x05\x09\x01\x01\x01\0\x01a\0\0\0"]),
        ("a core instance that is exported", [instance, b"\x0b\x08\x01\0\x01a\0\x12\0\0"]),
        ("a function of a core instance", [instance, b"\x06\x06\x01\x01\x01\0\x01a"]),
        ("an instance of a core instance", [instance, b"\x06\x07\x01\0\x12\x01\0\x01a"]),
    ];
    for (what, sections) in invalid {
        let end = of_sections(&sections);
        assert!(matches!(end, Err(ModuleError::Invalid { .. })), "{what}: {end:?}");
    }
    let malformed: [(&str, [&[u8]; 2]); 4] = [
        ("no core sort", [lower, b"\x0b\x08\x01\0\x01a\0\x05\0\0"]),
        ("no sort", [lower, b"\x0b\x07\x01\0\x01a\x06\0\0"]),
        ("no sort of a core instance", [instance, b"\x06\x06\x01\x06\x01\0\x01a"]),
        // The last option that there is has 0x07.
        ("no option", [b"", b"\x08\x06\x01\x09\x01\0\x01\x09"]),
    ];
    for (what, sections) in malformed {
        let end = of_sections(&sections);
        assert!(matches!(end, Err(ModuleError::Malformed { .. })), "{what}: {end:?}");
    }
}

#[test]
fn names_are_strongly_unique() {
    // Explainer.md, *Name Uniqueness*; Binary.md, *Import and Export Definitions*.
    let why = "conflicts with";
    invalid(r#"(component (import "a:b/c" (func)) (import "a:b/C" (func)))"#, why);
    invalid(r#"(component (import "f" (func $f)) (export "a:b/c" (func $f)) (export "a:b/C" (func $f)))"#, why);
    invalid(r#"(component (type (instance (export "a:b/c" (func)) (export "a:b/C" (func)))))"#, why);
    invalid(r#"(component (type (component (import "a:b/c" (func)) (import "a:b/C" (func)))))"#, why);
    invalid(
        r#"(component (import "f" (func $f)) (instance (export "a:b/c" (func $f)) (export "a:b/C" (func $f))))"#,
        why,
    );
    let method = |name: &str| format!(r#"(import "[method]r.{name}" (func (param "self" (borrow $r))))"#);
    let methods =
        |a: &str, b: &str| format!(r#"(component (import "r" (type $r (sub resource))) {} {})"#, method(a), method(b));
    invalid(&methods("a", "A"), why);
    valid(&methods("a", "b"));
    // Values stand in the same scope.
    invalid(r#"(component (import "a" (value u8)) (import "A" (func)) (export "x" (value 0)))"#, why);
    invalid(r#"(component (import "a" (func)) (import "a" (value u8)) (export "x" (value 0)))"#, why);
    invalid(r#"(component (type (instance (export "a" (value u8)) (export "A" (func)))))"#, why);
    valid(r#"(component (import "a" (value u8)) (import "b" (func)) (export "a" (value 0)))"#);
}

#[test]
fn names_follow_the_grammar() {
    // Explainer.md, `externname`.
    for name in ["unlocked-dep=<a:b>", "locked-dep=<a:b>", "url=<https://a>", "integrity=<sha256-abc>"] {
        invalid(&format!(r#"(component (import "{name}" (func)))"#), "neither a plain name nor an interface name");
        invalid(&format!(r#"(component (type (component (import "{name}" (func)))))"#), "neither a plain name");
    }
    invalid(r#"(component (import "a_b" (value u8)) (export "x" (value 0)))"#, "not valid");
    // Binary.md: annotations are for functions.
    invalid(r#"(component (import "a" (value u8)) (export "[method]x.y" (value 0)))"#, "one of functions");
}

#[test]
fn memories_have_pages_of_64_kib() {
    // CanonicalABI.md, *Canonical Definitions*: "this is a subtype of (memory 0)".
    let lower = |page: &str| {
        format!(
            r#"(component (core module $m (memory (export "m") 1 {page})) (core instance $i (instantiate $m))
                (import "s" (func $s (param "x" string))) (core func (canon lower (func $s) (memory $i "m"))))"#
        )
    };
    invalid(&lower("(pagesize 1)"), "page size");
    valid(&lower("(pagesize 65536)"));
    let wait = r#"(component (core module $m (memory (export "m") 1 (pagesize 1))) (core instance $i (instantiate $m))
        (alias core export $i "m" (core memory $m)) (core func (canon waitable-set.wait (memory $m))))"#;
    invalid(wait, "page size");
}

#[test]
fn labels_are_compared_with_their_case() {
    // Explainer.md, *Type Checking*: "type equality is defined to be AST equality".
    let export = |label: &str| {
        format!(
            r#"(component (import "f" (func $f (param "x" u8))) (export "g" (func $f) (func (param "{label}" u8))))"#
        )
    };
    invalid(&export("X"), "incompatible");
    valid(&export("x"));
    for (given, declared) in [
        (r#"(enum "a" "b")"#, r#"(enum "a" "B")"#),
        (r#"(flags "a" "b")"#, r#"(flags "A" "b")"#),
        (r#"(record (field "a" u8))"#, r#"(record (field "A" u8))"#),
        (r#"(variant (case "a"))"#, r#"(variant (case "A"))"#),
    ] {
        let argument = |declared: &str| {
            format!(
                r#"(component (type $a {given}) (import "a" (type $a2 (eq $a)))
                    (component $k (type $b {declared}) (import "d" (type (eq $b))))
                    (instance (instantiate $k (with "d" (type $a2)))))"#
            )
        };
        invalid(&argument(declared), "incompatible");
        valid(&argument(given));
    }
    // Where labels have acronyms, everything else still fits.
    valid(
        r#"(component
            (type $t (record (field "in-URL" string))) (import "t" (type $t' (eq $t)))
            (import "r" (type $r (sub resource)))
            (import "i" (instance $i (export "f" (func (param "in-URL" string)))
                (export "q" (type $q (sub resource))) (export "[constructor]q" (func (result (own $q))))))
            (component $C
                (type $t (record (field "in-URL" string))) (import "t" (type $t' (eq $t)))
                (import "r" (type $r (sub resource)))
                (import "i" (instance $i (export "q" (type $q (sub resource)))
                    (export "[constructor]q" (func (result (own $q))))))
                (alias export $i "q" (type $q))
                (import "g" (func (param "x" $t') (param "y" (borrow $q))))
                (type $own (resource (rep i32)))
                (export "own" (type $own)) (export "i" (instance $i)))
            (alias export $i "q" (type $q))
            (import "g" (func $g (param "x" $t') (param "y" (borrow $q))))
            (instance $c (instantiate $C (with "t" (type $t')) (with "r" (type $r)) (with "i" (instance $i))
                (with "g" (func $g))))
            (alias export $c "own" (type $own))
            (component $D (import "own" (type (sub resource))))
            (instance (instantiate $D (with "own" (type $own))))
            (export "c" (instance $c)))"#,
    );
}

#[test]
fn bounds_of_equality_take_no_subtypes() {
    // Explainer.md: "the imported type is structurally equivalent to the type referenced in the bound".
    const TYPES: &str = r#"(type $a (instance (export "f" (func)) (export "g" (func)))) (type $b (instance (export "f" (func))))
        (type $c (instance (export "f" (func))))"#;
    let export = |ty: &str| format!(r#"(component {TYPES} (export "x" (type {ty}) (type (eq $b))))"#);
    invalid(&export("$a"), "incompatible");
    valid(&export("$c"));
    let argument = |ty: &str| {
        format!(
            r#"(component {TYPES} (component $k (type $b (instance (export "f" (func)))) (import "d" (type (eq $b))))
                (instance (instantiate $k (with "d" (type {ty})))))"#
        )
    };
    invalid(&argument("$a"), "incompatible");
    valid(&argument("$c"));
}

#[test]
fn types_that_children_export_are_known() {
    // Binary.md, *Type Definitions*.
    let from_child = |child: &str, name: &str, ty: &str| {
        format!(
            r#"(component (component $c {child} (export "t" (type $t))) (instance $i (instantiate $c))
                (alias export $i "t" (type {name})) (type {ty}))"#
        )
    };
    let resource = "(type $t (resource (rep i32)))";
    invalid(&from_child(resource, "$r", "(stream (borrow $r))"), "borrowed");
    valid(&from_child(resource, "$r", "(stream (own $r))"));
    invalid(&from_child("(type $t (list u8 200000000))", "$t", "(tuple $t $t)"), "maximum byte size");
    valid(&from_child("(type $t (list u8 100000000))", "$t", "(tuple $t $t)"));
    invalid(&from_child("(type $t f32)", "$k", "(map $k u8)"), "keys of a map");
    valid(&from_child("(type $t u32)", "$k", "(map $k u8)"));
}

#[test]
fn values_are_of_the_types_that_they_are_declared_to_have() {
    // Binary.md, *Import and Export Definitions*, *Instance Definitions*, *Type Definitions*.
    invalid(r#"(component (import "a" (value u8)) (export "x" (value 0) (value u16)))"#, "u16");
    valid(r#"(component (import "a" (value u8)) (export "x" (value 0) (value u8)))"#);
    invalid(
        r#"(component (import "i" (instance $i (export "v" (value u8)))) (alias export $i "w" (value $v))
            (export "x" (value $v)))"#,
        "exports no value",
    );
    let argument = |ty: &str| {
        format!(
            r#"(component (component $c (import "i" (instance (export "v" (value u8)))))
                (import "a" (instance $a (export "v" (value {ty})))) (instance (instantiate $c (with "i" (instance $a)))))"#
        )
    };
    invalid(&argument("u16"), "u16");
    valid(&argument("u8"));
    invalid(
        r#"(component (import "a" (instance $a)) (export "b" (instance $a) (instance (export "v" (value u8)))))"#,
        "unknown",
    );
    invalid(r#"(component (component $e) (export "b" (component $e) (component (export "v" (value u8)))))"#, "unknown");
    // An import of a type that there is not, and of one that values do not have.
    let import = |types: &[u8]| of_sections(&[types, b"\x0a\x06\x01\0\x01v\x02\0", b"\x0b\x07\x01\0\x01w\x02\0\0"]);
    assert!(matches!(import(b""), Err(ModuleError::Invalid { .. })));
    assert!(matches!(import(b"\x07\x05\x01\x40\0\x01\0"), Err(ModuleError::Invalid { .. })));
    assert!(import(b"\x07\x02\x01\x7d").is_ok());
}

#[test]
fn types_of_values_have_names() {
    // Explainer.md, *Import and Export Definitions*, on externally-visible names.
    let why = "no import or export names";
    invalid(r#"(component (type $r (resource (rep i32))) (import "a" (value (own $r))) (export "x" (value 0)))"#, why);
    invalid(r#"(component (type $e (enum "a")) (import "a" (value (tuple $e))) (export "x" (value 0)))"#, why);
    invalid(r#"(component (type $e (enum "a")) (import "a" (value (list $e))) (export "x" (value 0)))"#, why);
    valid(
        r#"(component (type $e (enum "a")) (import "e" (type $e' (eq $e))) (import "a" (value (list $e')))
            (export "x" (value 0)))"#,
    );
    valid(
        r#"(component (import "i" (instance $i (type $e (enum "a")) (export "e" (type (eq $e)))))
            (alias export $i "e" (type $e)) (import "a" (value (tuple $e))) (export "x" (value 0)))"#,
    );
    // Binary.md: no borrowed handles in what component types export.
    invalid(
        r#"(component (import "r" (type $r (sub resource)))
            (type (component (alias outer 1 $r (type $r)) (export "v" (value (borrow $r))))))"#,
        "borrowed",
    );
}

#[test]
fn small_integers_are_short() {
    // Binary.md, *Value Definitions*: `core:u16` and `core:s16` take three bytes at most.
    let value = |ty: u8, bytes: &[u8]| {
        let section = [&[1, ty, bytes.len() as u8], bytes].concat();
        of_sections(&[&[&[12, section.len() as u8], &*section].concat(), b"\x0b\x07\x01\0\x01v\x02\0\0"])
    };
    assert!(value(0x7b, &[0x81, 0x80, 0x00]).is_ok());
    assert!(value(0x7b, &[0x81, 0x80, 0x80, 0x00]).is_err());
    assert!(value(0x7c, &[0xff, 0xff, 0x7f]).is_ok());
    assert!(value(0x7c, &[0xff, 0xff, 0xff, 0xff, 0x7f]).is_err());
}

#[test]
fn resource_types_can_be_hidden() {
    // Explainer.md, *Type Checking*: its example.
    let hide =
        |ty: &str| format!(r#"(type $r {ty}) (export "r1" (type $r)) (export "r2" (type $r) (type (sub resource)))"#);
    let resource = hide("(resource (rep i32))");
    let text = format!("(component {resource})");
    valid(&text);
    let instance = Run::new().instantiate(&text).expect("an instance");
    assert!(instance.exports().eq(["r1", "r2"]));
    invalid(&format!("(component {})", hide("(list u8)")), "resource");
    // To those who instantiate it they are two types.
    let pair = |hidden: &str| {
        format!(
            r#"(component
                (component $C (type $r (resource (rep i32))) (export "r1" (type $r)) (export $r2 "r2" (type $r) {hidden})
                    (core module $m (func (export "f") (param i32))) (core instance $m (instantiate $m))
                    (func (export "f") (param "x" (own $r2)) (canon lift (core func $m "f"))))
                (instance $c (instantiate $C))
                (alias export $c "r1" (type $r1)) (alias export $c "r2" (type $r2)) (alias export $c "f" (func $f))
                (component $D (import "r" (type $r (sub resource))) (import "f" (func (param "x" (own $r)))))
                (instance (instantiate $D (with "r" (type $r2)) (with "f" (func $f))))
                (component $eq (import "a" (type $a (sub resource))) (import "b" (type (eq $a))))
                (instance (instantiate $eq (with "a" (type $r1)) (with "b" (type $r2)))))"#
        )
    };
    valid(&pair(""));
    invalid(&pair("(type (sub resource))"), "incompatible");
    valid(&pair("(type (sub resource))").replace(r#"(with "a" (type $r1))"#, r#"(with "a" (type $r2))"#));
}

#[test]
fn what_the_validator_cannot_type_is_unsupported() {
    // CanonicalABI.md types these by the memory's or the table's address type.
    const MEMORY: &str = r#"(core module $l (memory (export "m") i64 1)) (core instance $l (instantiate $l))
        (alias core export $l "m" (core memory $m))"#;
    for canon in [
        "(type $s (stream u8)) (core func (canon stream.read $s async (memory $m)))",
        "(type $f (future u8)) (core func (canon future.write $f async (memory $m)))",
        "(core func (canon error-context.new (memory $m)))",
        r#"(import "f" (func $f async (result u32))) (core func (canon lower (func $f) async (memory $m)))"#,
    ] {
        unsupported(&format!("(component {MEMORY} {canon})"), "with a 64-bit memory");
    }
    valid(&format!("(component {MEMORY} (core func (canon waitable-set.wait (memory $m))))"));
    let thread = |param: &str, table: &str| {
        format!(
            r#"(component (core type $ft (func (param {param})))
                (core module $m (type $t (func (param i32))) (table (export "t") {table})) (core instance $i (instantiate $m))
                (alias core export $i "t" (core table $t)) (core func (canon thread.new-indirect $ft (table $t))))"#
        )
    };
    valid(&thread("i32", "1 funcref"));
    unsupported(&thread("i32", "i64 1 funcref"), "64-bit indices");
    unsupported(&thread("i64", "1 funcref"), "takes an i64");
    unsupported(&thread("i32", "1 (ref null $t)"), "element type");
    invalid(&thread("f32", "1 funcref"), "");
    invalid(&thread("i32", "1 externref"), "");
}

#[test]
fn limits_are_no_mistakes() {
    let instances = "(core instance (instantiate $m))".repeat(1_001);
    unsupported(&format!("(component (core module $m) {instances})"), "limit");
    let params: String = (0..1_001).map(|i| format!(r#"(param "p{i}" u8)"#)).collect();
    unsupported(&format!("(component (type (func {params})))"), "out of bounds");
    // A count without what is counted.
    let end = of_sections(&[b"\x07\x05\x01\x6d\xff\xff\x03"]);
    assert!(matches!(end, Err(ModuleError::Malformed { .. })), "{end:?}");
}

#[test]
fn mistakes_say_where_they_are() {
    let text = r#"(component (import "a" (value u8)) (export "x" (value 0)) (export "y" (value 0)))"#;
    let Err(ModuleError::Invalid { offset, .. }) = decode(text) else { panic!("it is invalid") };
    assert_eq!(bytes(text)[offset + 2], b'y', "{offset}");
}

#[test]
fn values_of_a_component_that_is_only_declared_are_of_that_component() {
    // Binary.md, *Start Definitions*: each value of this component is consumed exactly once.
    valid(
        r#"(component (import "c" (component $c (export "w" (value u8)))) (instance $i (instantiate $c))
             (alias export $i "w" (value $w)) (export "w" (value $w)))"#,
    );
    valid(
        r#"(component (import "c" (component $c (import "v" (value u8)))) (import "v" (value $v u8))
             (instance (instantiate $c (with "v" (value $v)))))"#,
    );
    invalid(
        r#"(component (import "c" (component $c (export "w" (value u8)))) (instance $i (instantiate $c))
             (alias export $i "w" (value $w)))"#,
        "is not used",
    );
}

#[test]
fn what_is_no_value_is_given_for_none() {
    // Binary.md, *Instance Definitions*: the types match.
    let instance = r#"(component $D (import "i" (instance (export "v" (value u16)))))"#;
    for (sort, item) in [("func", "(func $x)"), ("component", "(component $x)"), ("instance", "(instance $x)")] {
        let given = format!(
            r#"(component (import "x" {item}) {instance} (instance $i (export "v" ({sort} $x)))
                 (instance (instantiate $D (with "i" (instance $i)))))"#
        );
        invalid(&given, "incompatible import type");
        let ascribed = format!(
            r#"(component (import "x" {item}) (instance $i (export "v" ({sort} $x)))
                 (export "i" (instance $i) (instance (export "v" (value u8)))))"#
        );
        invalid(&ascribed, "incompatible import type");
    }
    invalid(
        r#"(component
             (component $D (import "c" (component (export "v" (value u8)))))
             (component $c (import "f" (func $f)) (export "v" (func $f)))
             (instance (instantiate $D (with "c" (component $c)))))"#,
        "",
    );
}

#[test]
fn what_an_exported_value_is_ascribed_is_a_type_of_a_value() {
    // Binary.md, *Import and Export Definitions*. The import of a value, and an export of it with a type.
    let export = |ty: &[u8]| {
        let items = [&[1, 0, 1, b'w', 2, 0, 1][..], ty].concat();
        let section = [&[0x0b, items.len() as u8][..], &items].concat();
        of_sections(&[b"\x0a\x06\x01\0\x01v\x02\x7d", &section])
    };
    assert!(export(&[2, 0x7d]).is_ok());
    for (what, ty) in [
        ("a type that is not there", &[2, 0x63][..]),
        ("an instance", &[5, 0x63]),
        ("a function", &[1, 0x63]),
        ("a module", &[0, 0x11, 0x63]),
        ("a type", &[3, 0, 0x63]),
        ("another type", &[2, 0x7f]),
    ] {
        let end = export(ty);
        assert!(matches!(end, Err(ModuleError::Invalid { .. })), "{what}: {end:?}");
    }
}

#[test]
fn aliases_in_types_are_of_no_values() {
    // Binary.md, *Type Definitions*.
    for kind in [0x41, 0x42] {
        let end = of_sections(&[&[0x07, 11, 1, kind, 1, 2, 2, 0, 0x63, 3, b'z', b'z', b'z']]);
        assert!(matches!(end, Err(ModuleError::Invalid { .. })), "{end:?}");
    }
}

#[test]
fn types_of_values_have_names_that_can_be_seen_there() {
    // Explainer.md, *External Visibility of Types*.
    let why = "that no import or export names";
    let record = r#"(type $R (record (field "x" u8)))"#;
    valid(&format!(
        r#"(component {record} (import "r" (type $S (eq $R))) (import "v" (value (list $S))) (export "w" (value 0)))"#
    ));
    // Imports do not refer to what is exported.
    invalid(
        r#"(component (type $R (resource (rep i32))) (export $S "r" (type $R)) (import "v" (value (own $S)))
             (export "w" (value 0)))"#,
        why,
    );
    invalid(
        &format!(
            r#"(component {record} (export $S "r" (type $R)) (import "v" (value (list $S))) (export "w" (value 0)))"#
        ),
        why,
    );
    // What a name is given to has none by that.
    invalid(
        &format!(
            r#"(component {record} (import "r" (type $S (eq $R))) (import "v" (value (list $R))) (export "w" (value 0)))"#
        ),
        why,
    );
    // An instance brings its own.
    let instance = |exports: &str| {
        format!(
            r#"(component (import "i" (instance $i {record} {exports})) (alias export $i "v" (value $v)) (export "v" (value $v)))"#
        )
    };
    invalid(&instance(r#"(export "v" (value (list $R)))"#), why);
    valid(
        &instance(r#"(export "r" (type $S (eq $R))) (export "v" (value (list $S)))"#)
            .replace(r#"(export "v" (value $v)))"#, r#"(alias export $i "r" (type $r)) (export "v" (value $v)))"#),
    );
}

#[test]
fn arguments_of_one_name_are_one() {
    // Binary.md, *Instance Definitions*: plain string equality.
    let with = |arguments: &str| {
        format!(
            r#"(component (import "f" (func $f)) (import "x" (value $x u8))
                 (component $c (import "v" (value u8)) (export "w" (value 0)))
                 (instance $i (instantiate $c {arguments})) (alias export $i "w" (value $w)) (export "w" (value $w)))"#
        )
    };
    valid(&with(r#"(with "v" (value $x))"#));
    valid(&with(r#"(with "v" (value $x)) (with "V" (func $f))"#));
    invalid(&with(r#"(with "v" (value $x)) (with "v" (func $f))"#), "conflicts with");
    invalid(&with(r#"(with "v" (func $f)) (with "v" (value $x))"#), "conflicts with");
}

#[test]
fn types_that_are_nested_deeper_than_the_validator_goes_are_no_mistake() {
    let lists: String = (1..1000).map(|i| format!("(type (list {}))", i - 1)).collect();
    unsupported(&format!("(component (type (list u8)) {lists})"), "too deep");
}
