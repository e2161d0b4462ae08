//! What is given for imports is checked in full: the error names the path and both types (Explainer.md, *Import and Export
//! Definitions*, *Type Checking*).

#![cfg(feature = "component")]

mod component_support;

use component_support::*;
use preflight_engine::{
    Config, Fault, Module,
    component::{
        Component, ComponentError, ComponentFuncType, ComponentLinkError, ComponentLinker, ComponentVal,
        ComponentValType, HostInstance, HostItem, LinkMismatch,
    },
    trace::{Cause, InstancePath, Outcome},
};

/// Exports a component that stands in a scope of its own: `$Inc` imports a function and exports another, and captures a
/// type of the component around it.
const PROVIDER: &str = r#"(component
    (type $number u32)
    (component $Inc
        (import "f" (func $f (param "x" $number) (result $number)))
        (export "g" (func $f)))
    (core module $M (func (export "f") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))
    (core instance $m (instantiate $M))
    (func $inc (param "x" u32) (result u32) (canon lift (core func $m "f")))
    (export "inc" (func $inc))
    (export "make" (component $Inc)))"#;

/// Imports the provider's instance with these imports and exports of its component, and does `then` with it.
fn user(declared: &str, then: &str) -> String {
    format!(
        r#"(component
        (import "lib" (instance $lib
            (export "inc" (func (param "x" u32) (result u32)))
            (export "make" (component {declared}))))
        (alias export $lib "make" (component $make))
        {then})"#
    )
}

/// Links a user; gives what its `g` returns for 4, if it has that.
fn link(declared: &str, then: &str) -> Result<Vec<ComponentVal>, ComponentError> {
    let mut run = Run::new();
    let path = InstancePath::root().child("$lib");
    let lib = run.store.instantiate_component(&component(PROVIDER), &ComponentLinker::new(), path);
    run.linker.define("lib", HostItem::exports_of(&lib.expect("a provider")));
    let instance = run.instantiate(&user(declared, then))?;
    match instance.func_type(&["g"]) {
        Some(_) => Ok(run.call(&instance, "g", &[ComponentVal::U32(4)]).expect("a result")),
        None => Ok(vec![]),
    }
}

fn mismatch(declared: &str) -> LinkMismatch {
    match link(declared, "") {
        Err(error @ ComponentError::Link(ComponentLinkError::Mismatch(_))) => {
            assert_eq!(error.outcome(), Outcome::Unlinkable);
            let ComponentError::Link(ComponentLinkError::Mismatch(mismatch)) = error else { unreachable!() };
            *mismatch
        }
        other => panic!("{other:?}"),
    }
}

const F: &str = r#"(import "f" (func (param "x" u32) (result u32)))"#;
const G: &str = r#"(export "g" (func (param "x" u32) (result u32)))"#;

#[test]
fn a_component_of_another_instance_is_given() {
    let then = r#"
        (instance $i (instantiate $make (with "f" (func $lib "inc"))))
        (alias export $i "g" (func $g))
        (export "g" (func $g))"#;
    assert_eq!(link(&format!("{F} {G}"), then).expect("it links"), [ComponentVal::U32(5)]);
    // It may import less than is declared, and export more.
    link(&format!(r#"{F} (import "more" (func)) {G}"#), "").expect("it links");
    link(F, "").expect("it links");
}

#[test]
fn a_component_of_another_instance_is_checked_in_full() {
    let export = mismatch(&format!(r#"{F} (export "g" (func (param "x" u64) (result u32)))"#));
    assert_eq!(export.path, r#""lib" "make" "g""#);
    assert_eq!(export.expected, r#"(func (param "x" u64) (result u32))"#);
    assert_eq!(export.actual, r#"(func (param "x" u32) (result u32))"#);

    let import = mismatch(&format!(r#"(import "f" (func (param "x" u8) (result u32))) {G}"#));
    assert_eq!(import.path, r#""lib" "make""#);
    for ty in [r#"(func (param "x" u8) (result u32))"#, r#"(func (param "x" u32) (result u32))"#, r#""f""#] {
        assert!(import.actual.contains(ty), "{import:?}");
    }

    match link(&format!(r#"{F} {G} (export "h" (func))"#), "") {
        Err(ComponentError::Link(ComponentLinkError::Unknown { path, expected })) => {
            assert_eq!((path.as_str(), expected.as_str()), (r#""lib" "make" "h""#, "(func)"));
        }
        other => panic!("{other:?}"),
    }

    let undeclared = mismatch(&format!(r#"(import "e" (func)) {G}"#));
    assert!(undeclared.actual.contains("missing import named \"f\""), "{undeclared:?}");
}

/// Links a component that exports the type `given` as `t` to one that imports it as equal to the type `declared`.
/// `None` if the validator takes no export or no import of such a type.
fn link_type(given: &str, declared: &str) -> Option<Result<(), ComponentError>> {
    let mut run = Run::new();
    let path = InstancePath::root().child("$lib");
    let made = |text: String| Component::new(&Config::default(), &bytes(&text)).ok();
    let given = made(format!(r#"(component (type $t {given}) (export "t" (type $t)))"#))?;
    let user =
        made(format!(r#"(component (import "lib" (instance (type $t {declared}) (export "t" (type (eq $t))))))"#))?;
    let lib = run.store.instantiate_component(&given, &ComponentLinker::new(), path);
    run.linker.define("lib", HostItem::exports_of(&lib.expect("a provider")));
    Some(run.instantiate_component(&user).map(drop))
}

/// Types that differ from each other, but for those of one line.
const TYPES: &[&[&str]] = &[
    &["u32", "u32"],
    &["(func)"],
    &[r#"(func (param "x" u32))"#, r#"(func (param "x" u32))"#],
    &["(instance)", "(instance)"],
    &[
        r#"(instance (export "a" (func)) (export "b" (func (result u8))))"#,
        r#"(instance (export "b" (func (result u8))) (export "a" (func)))"#,
        r#"(instance (type $u u8) (type $f (func (result $u))) (export "b" (func (type $f))) (export "a" (func)))"#,
    ],
    &[r#"(instance (export "a" (func)))"#],
    &[r#"(instance (export "a" (func)) (export "b" (func (result u16))))"#],
    &[r#"(instance (export "a" (func)) (export "c" (func (result u8))))"#],
    &[
        r#"(instance (export "i" (instance (export "a" (func)))))"#,
        r#"(instance (export "i" (instance (export "a" (func)))))"#,
    ],
    &[r#"(instance (export "i" (instance (export "a" (func async)))))"#],
    // Resource types: `g` takes the first or the second, and `s` may be another name of `r`.
    &[
        r#"(instance (export "r" (type $r (sub resource))) (export "s" (type $s (sub resource)))
             (export "g" (func (param "x" (own $r)))))"#,
        r#"(instance (export "s" (type $s (sub resource))) (export "r" (type $r (sub resource)))
             (export "g" (func (param "x" (own $r)))))"#,
    ],
    &[r#"(instance (export "r" (type $r (sub resource))) (export "s" (type $s (sub resource)))
           (export "g" (func (param "x" (own $s)))))"#],
    &[r#"(instance (export "r" (type $r (sub resource))) (export "s" (type $s (sub resource)))
           (export "g" (func (param "x" (borrow $r)))))"#],
    &[r#"(instance (export "r" (type $r (sub resource))) (export "s" (type $s (eq $r)))
           (export "g" (func (param "x" (own $r)))))"#],
    &[
        r#"(component (import "r" (type $r (sub resource))) (import "s" (type $s (sub resource)))
             (import "g" (func (param "x" (own $r)))))"#,
        r#"(component (import "s" (type $s (sub resource))) (import "r" (type $r (sub resource)))
             (import "g" (func (param "x" (own $r)))))"#,
    ],
    &[r#"(component (import "r" (type $r (sub resource))) (import "s" (type $s (sub resource)))
           (import "g" (func (param "x" (own $s)))))"#],
    &["(component)", "(component)"],
    &[
        r#"(component (import "a" (func)) (export "b" (func)))"#,
        r#"(component (import "a" (func)) (export "b" (func)))"#,
    ],
    &[r#"(component (import "b" (func)) (export "a" (func)))"#],
    &[r#"(component (import "a" (func (result char))) (export "b" (func)))"#],
    &[
        r#"(component (import "m" (core module (import "a" "b" (func (param i32))) (export "c" (memory 1)))))"#,
        r#"(component (import "m" (core module (type (func)) (type (func (param i32)))
             (export "c" (memory 1)) (import "a" "b" (func (type 1))))))"#,
    ],
    &[r#"(component (import "m" (core module (import "a" "b" (func (param i64))) (export "c" (memory 1)))))"#],
    &[r#"(component (import "m" (core module (import "a" "b" (func (param i32))) (export "c" (memory 2)))))"#],
];

#[test]
fn types_with_eq_bounds_are_the_same_in_full() {
    for (i, given) in TYPES.iter().enumerate() {
        for (j, declared) in TYPES.iter().enumerate() {
            let pairs = given.iter().flat_map(|given| declared.iter().map(move |declared| (given, declared)));
            for (given, declared) in pairs {
                let Some(end) = link_type(given, declared) else {
                    let has_resource = given.contains("sub resource") || declared.contains("sub resource");
                    assert!(has_resource, "{given}, {declared}");
                    continue;
                };
                match end {
                    Ok(()) => assert_eq!(i, j, "{given} is not {declared}"),
                    Err(ComponentError::Link(ComponentLinkError::Mismatch(mismatch))) => {
                        assert_ne!(i, j, "{given} is {declared}, but {mismatch:?}");
                        assert_eq!(mismatch.path, r#""lib" "t""#);
                        assert!(!mismatch.expected.is_empty() && !mismatch.actual.is_empty());
                    }
                    Err(error) => panic!("{given}, {declared}: {error}"),
                }
            }
        }
    }
}

/// What is given for the import `x` of the type `declared` does not match: the two types.
fn types_of_mismatch(declared: &str, given: impl FnOnce(&mut Run) -> HostItem) -> (String, String) {
    let mut run = Run::new();
    let item = given(&mut run);
    run.linker.define("x", item);
    // Values have to be used.
    let used = if declared.starts_with("(value") { r#"(export "y" (value 0))"# } else { "" };
    match run.instantiate(&format!(r#"(component (import "x" {declared}) {used})"#)) {
        Err(ComponentError::Link(ComponentLinkError::Mismatch(mismatch))) => {
            assert_eq!(mismatch.path, r#""x""#);
            (mismatch.expected, mismatch.actual)
        }
        other => panic!("{other:?}"),
    }
}

fn text(expected: &str, actual: &str) -> (String, String) {
    (expected.to_owned(), actual.to_owned())
}

#[test]
fn what_is_of_another_kind_is_told_with_both_types() {
    let value = |_: &mut Run| HostItem::value(ComponentVal::U32(7));
    assert_eq!(types_of_mismatch(r#"(func (param "a" u8))"#, value), text(r#"(func (param "a" u8))"#, "the value 7"));
    let instance = r#"(instance (export "f" (func)) (export "r" (type (sub resource))))"#;
    assert_eq!(
        types_of_mismatch(instance, value),
        text(r#"(instance (export "f" (func)) (export "r" (type)))"#, "the value 7")
    );
    let component_type = r#"(component (import "i" (func)) (export "e" (instance)))"#;
    assert_eq!(types_of_mismatch(component_type, value), text(component_type, "the value 7"));
    let module_type = r#"(core module (import "a" "b" (func)) (export "m" (memory 1)))"#;
    let names = r#"(core module (import "a" "b") (export "m"))"#;
    assert_eq!(types_of_mismatch(module_type, value), text(names, "the value 7"));
    assert_eq!(types_of_mismatch("(value u64)", value), text("a value of the type u64", "the value 7"));
    assert_eq!(types_of_mismatch("(type (sub resource))", value), text("a resource type", "the value 7"));
}

#[test]
fn what_is_given_of_another_kind_is_told_with_its_type() {
    let func = |_: &mut Run| {
        let ty = ComponentFuncType::new([("a", ComponentValType::U8)], None);
        HostItem::typed_func(ty, |_, _| Ok(vec![]))
    };
    assert_eq!(types_of_mismatch("(func)", func), text("(func)", r#"(func (param "a" u8))"#));
    assert_eq!(types_of_mismatch("(instance)", func), text("(instance)", r#"(func (param "a" u8))"#));
    let resource = |run: &mut Run| HostItem::resource(run.store.new_host_resource("file", |_, _| Ok(())));
    assert_eq!(types_of_mismatch("(func)", resource), text("(func)", "(resource file)"));
    let instance = |_: &mut Run| {
        let mut instance = HostInstance::new();
        instance.define("f", HostItem::func(|_, _| Ok(vec![])));
        HostItem::instance(instance)
    };
    assert_eq!(types_of_mismatch("(func)", instance), text("(func)", r#"(instance (export "f"))"#));
    let module = |_: &mut Run| {
        let text = r#"(module (import "a" "b" (func)) (memory (export "m") 1))"#;
        HostItem::module(Module::new(&Config::default(), bytes(text)).expect("a module"))
    };
    let names = r#"(core module (import "a" "b") (export "m"))"#;
    assert_eq!(types_of_mismatch("(func)", module), text("(func)", names));
    let made = |_: &mut Run| HostItem::component(component(r#"(component (import "i" (func)))"#));
    assert_eq!(types_of_mismatch("(func)", made), text("(func)", r#"(component (import "i" (func)))"#));
}

/// Exports an instance of the functions `a` and `b` as it is, and with types that say less.
const ASCRIBED: &str = r#"(component
    (core module $M (func (export "f") (result i32) (i32.const 7)))
    (core instance $m (instantiate $M))
    (func $f (result u32) (canon lift (core func $m "f")))
    (instance $inner (export "a" (func $f)) (export "b" (func $f)))
    (instance $both (export "a" (func $f)) (export "b" (func $f)) (export "in" (instance $inner)))
    (component $C
        (import "i" (instance $i
            (export "a" (func (result u32)))
            (export "in" (instance (export "b" (func (result u32)))))))
        (export "out" (instance $i)))
    (instance $c (instantiate $C (with "i" (instance $both))))
    (alias export $c "out" (instance $out))
    (export "all" (instance $both))
    (export "some" (instance $both) (instance (export "b" (func (result u32)))))
    (export "none" (instance $both) (instance))
    (export "nested" (instance $both) (instance (export "in" (instance (export "a" (func (result u32)))))))
    (export "through" (instance $out)))"#;

#[test]
fn what_an_ascribed_type_does_not_tell_is_not_there() {
    let paths = ["all a", "all b", "all in a", "all in b", "some b", "nested in a", "through a", "through in b"];
    let component = component(ASCRIBED);
    let names = |funcs: Vec<(Vec<String>, _)>| funcs.iter().map(|(path, _)| path.join(" ")).collect::<Vec<_>>();
    let mut run = Run::new();
    let instance = run.instantiate_component(&component).expect("an instance");
    assert_eq!(names(instance.funcs()), paths);
    for path in paths {
        let path: Vec<&str> = path.split(' ').collect();
        let results = run.store.call_component(&instance, &path, &[], Cause::Invoke);
        assert_eq!(results.expect("a result"), [ComponentVal::U32(7)]);
    }
    let hidden = run.store.call_component(&instance, &["some", "a"], &[], Cause::Invoke);
    assert!(matches!(hidden, Err(Fault::Usage(_))), "{hidden:?}");
    // Nobody can import it either.
    run.linker.define("c", HostItem::exports_of(&instance));
    let import = |name: &str| {
        let ty = format!(r#"(instance (export "some" (instance (export "{name}" (func (result u32))))))"#);
        format!(r#"(component (import "c" {ty}))"#)
    };
    run.instantiate(&import("b")).expect("it links");
    match run.instantiate(&import("a")) {
        Err(ComponentError::Link(ComponentLinkError::Unknown { path, expected })) => {
            assert_eq!((path.as_str(), expected.as_str()), (r#""c" "some" "a""#, "(func (result u32))"));
        }
        other => panic!("{other:?}"),
    }
    // Before the instantiation the same is known, as far as it is known at all.
    for path in names(component.exported_funcs()) {
        assert!(paths.contains(&&*path), "{path}");
    }
}

/// Links a component that imports `c`, a component with these imports and exports, and is given another.
fn link_component(declared: &str, given: &str) -> Result<(), String> {
    let mut run = Run::new();
    run.linker.define("c", HostItem::component(component(&format!("(component {given})"))));
    let linked = run.instantiate(&format!(r#"(component (import "c" (component {declared})))"#));
    linked.map(drop).map_err(|error| error.to_string())
}

/// What a component imports that is itself a component, a module or an instance is matched the other way round (Explainer.md,
/// *Type Checking*; Binary.md: subtyping of component types): it has to be satisfied with what is declared.
#[test]
fn what_a_given_component_imports_is_satisfied_by_what_its_declared_type_imports() {
    let fits = [
        // Modules: with fewer imports and more exports.
        (
            r#"(import "m" (core module (import "" "f" (func)) (export "a" (memory 2 3)) (export "b" (func))))"#,
            r#"(import "m" (core module
                (import "" "f" (func)) (import "" "g" (func)) (export "a" (memory 1))))"#,
        ),
        // Instances that export more than is asked for.
        (
            r#"(import "i" (instance (export "a" (func)) (export "b" (func (param "x" u8)))))"#,
            r#"(import "i" (instance (export "b" (func (param "x" u8)))))"#,
        ),
        // Components: the direction turns with each level.
        (
            r#"(import "k" (component (import "f" (func)) (export "a" (func)) (export "b" (func))))"#,
            r#"(import "k" (component (import "f" (func)) (import "g" (func)) (export "a" (func))))"#,
        ),
        (
            r#"(import "k" (component (import "l" (component (import "f" (func)) (import "g" (func))))))"#,
            r#"(import "k" (component (import "l" (component (import "f" (func))))))"#,
        ),
        // What is imported is handed on.
        (
            r#"(import "k" (component (export "r" (type (sub resource))) (export "a" (func))))
               (export "k" (component (export "a" (func))))"#,
            r#"(import "k" (component $k (export "r" (type (sub resource))) (export "a" (func))))
               (export "k" (component $k))"#,
        ),
        // An instance of what is imported.
        (
            r#"(import "k" (component (export "a" (func (result u8)))))
               (export "i" (instance (export "a" (func (result u8)))))"#,
            r#"(import "k" (component $k (export "a" (func (result u8)))))
               (instance $i (instantiate $k))
               (export "i" (instance $i))"#,
        ),
        (
            r#"(type $t (list u8)) (import "t" (type (eq $t))) (import "i" (instance))"#,
            r#"(type $t (list u8)) (import "t" (type (eq $t))) (import "i" (instance))"#,
        ),
    ];
    for (declared, given) in fits {
        assert_eq!(link_component(declared, given), Ok(()), "{declared} and {given}");
    }
}

#[test]
fn what_a_given_component_imports_is_not_taken_for_satisfied() {
    let misfits = [
        // A module with an import that is not declared, one without an export, and one of another type.
        (r#"(import "m" (core module (import "" "g" (func))))"#, r#"(import "m" (core module))"#, r#"import "" "g""#),
        (
            r#"(import "m" (core module (export "a" (func))))"#,
            r#"(import "m" (core module (export "a" (func)) (export "b" (func))))"#,
            r#"export "b""#,
        ),
        (
            r#"(import "m" (core module (export "a" (memory 1))))"#,
            r#"(import "m" (core module (export "a" (memory 2))))"#,
            r#"export "a""#,
        ),
        // Two exports are needed, and one is offered.
        (
            r#"(import "i" (instance (export "a" (func))))"#,
            r#"(import "i" (instance (export "a" (func)) (export "b" (func))))"#,
            r#""b""#,
        ),
        (
            r#"(import "i" (instance (export "a" (func (param "x" u8)))))"#,
            r#"(import "i" (instance (export "a" (func (param "x" u16)))))"#,
            "u16",
        ),
        (
            r#"(import "k" (component (export "a" (func))))"#,
            r#"(import "k" (component (export "a" (type (sub resource)))))"#,
            "resource",
        ),
        (
            r#"(import "k" (component (import "f" (func)) (import "g" (func))))"#,
            r#"(import "k" (component (import "f" (func))))"#,
            r#"missing import named "g""#,
        ),
        (
            r#"(import "k" (component (import "l" (component (import "f" (func))))))"#,
            r#"(import "k" (component (import "l" (component (import "f" (func)) (import "g" (func))))))"#,
            r#"missing import named "g""#,
        ),
        (
            r#"(import "k" (component (export "a" (func (result u8)))))
               (export "i" (instance (export "a" (func (result u16)))))"#,
            r#"(import "k" (component $k (export "a" (func (result u8)))))
               (instance $i (instantiate $k))
               (export "i" (instance $i))"#,
            "u16",
        ),
        // A component whose import is a module exports it, where a resource type is declared.
        (
            r#"(import "m" (core module)) (export "e" (type (sub resource)))"#,
            r#"(import "m" (core module $m)) (export "e" (core module $m))"#,
            "resource",
        ),
        // Hosts may leave out types and instances without exports; component types may not.
        ("", r#"(type $t (list u8)) (import "t" (type (eq $t)))"#, r#"missing import named "t""#),
        (r#"(type $t (list u8)) (export "t" (type (eq $t)))"#, "", "(list u8)"),
        ("", r#"(import "i" (instance))"#, r#"missing import named "i""#),
        (r#"(export "i" (instance))"#, "", "instance"),
    ];
    for (declared, given, word) in misfits {
        let error = link_component(declared, given).expect_err(declared);
        assert!(error.contains(word), "{declared} and {given}: {error}");
    }
}

#[test]
fn a_component_that_depends_on_what_comes_later_is_matched_then() {
    // The type of `c` refers to a type that an instance exports, which is there only when the instantiation has come so far.
    let text = |ty: &str| {
        format!(
            r#"(component
            (component $A (type $t (list u8)) (export "t" (type $t)))
            (instance $a (instantiate $A))
            (alias export $a "t" (type $t))
            (import "c" (component (type $u {ty}) (import "i" (instance (export "t" (type (eq $u))))))))"#
        )
    };
    let given = r#"(component (type $u (list u8)) (import "i" (instance (export "t" (type (eq $u))))))"#;
    let mut run = Run::new();
    run.linker.define("c", HostItem::component(component(given)));
    let own = "(list u16)";
    run.instantiate(&text("(list u8)")).expect("the same type");
    let error = run.instantiate(&text(own)).expect_err("another type").to_string();
    assert!(error.contains("(list u16)"), "{error}");
    let by_alias = text("(list u8)").replace("(type $u (list u8))", "(alias outer 1 $t (type $u))");
    run.instantiate(&by_alias).expect("the same type, known late");
    run.linker.define("c", HostItem::component(component(&given.replace("(list u8)", "(list u16)"))));
    let error = run.instantiate(&by_alias).expect_err("another type, known late").to_string();
    assert!(error.contains("(list u16)"), "{error}");
}
