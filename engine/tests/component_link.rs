//! What is given for imports is checked in full: the error names the path and both types (Explainer.md, *Import and Export
//! Definitions*, *Type Checking*).

#![cfg(feature = "component")]

mod component_support;

use component_support::*;
use preflight_engine::{
    component::{ComponentError, ComponentLinkError, ComponentLinker, ComponentVal, HostItem, LinkMismatch},
    trace::{InstancePath, Outcome},
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
