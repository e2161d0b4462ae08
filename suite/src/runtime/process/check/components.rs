//! Components.

use super::{Scene, Talk, ends, is, succeeds};
use crate::{
    runtime::{ComponentImport, End, InstanceId, Runtime},
    source,
};
use serde_json::json;

const COMPONENT: &str = r#"(component
  (core module $M
    (func (export "sub") (param i32 i32) (result i32) (i32.sub (local.get 0) (local.get 1)))
    (func (export "big") (result i64) (i64.const -1))
    (func (export "nan") (result f64) (f64.const nan))
    (func (export "trap") (unreachable)))
  (core instance $m (instantiate $M))
  (func (export "sub") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $m "sub")))
  (func (export "big") (result u64) (canon lift (core func $m "big")))
  (func (export "nan") (result f64) (canon lift (core func $m "nan")))
  (func (export "trap") (canon lift (core func $m "trap"))))"#;

/// It calls what that one exports.
const IMPORTER: &str = r#"(component
  (import "other" (instance $other (export "sub" (func (param "a" u32) (param "b" u32) (result u32)))))
  (core func $sub (canon lower (func $other "sub")))
  (core module $M
    (import "other" "sub" (func $sub (param i32 i32) (result i32)))
    (func (export "rest") (result i32) (call $sub (i32.const 44) (i32.const 2))))
  (core instance $m (instantiate $M (with "other" (instance (export "sub" (func $sub))))))
  (func (export "rest") (result u32) (canon lift (core func $m "rest"))))"#;

/// It calls a function that it is given.
const CALLER: &str = r#"(component
  (import "f" (func $f (param "a" u32) (param "b" u32) (result u32)))
  (core func $f (canon lower (func $f)))
  (core module $M
    (import "" "f" (func $f (param i32 i32) (result i32)))
    (func (export "rest") (result i32) (call $f (i32.const 44) (i32.const 2))))
  (core instance $m (instantiate $M (with "" (instance (export "f" (func $f))))))
  (func (export "rest") (result u32) (canon lift (core func $m "rest"))))"#;

fn make(runtime: &mut dyn Runtime) -> Result<InstanceId, End> {
    let component = runtime.compile_component(&source::text(COMPONENT))?;
    runtime.instantiate_component(component, &[])
}

pub(super) fn ask(talk: &mut Talk<'_>) {
    let is_refusal = |end: &End| matches!(end, End::Malformed(_) | End::Invalid(_) | End::Rejected(_));
    let none = |runtime: &mut dyn Runtime| runtime.compile_component(b"\0asm\x0d\0\x01");
    talk.ask("compile_component of what is no component", none, ends("malformed, invalid or rejected", is_refusal));
    let mut is_there = false;
    talk.ask("compile_component and instantiate_component", |runtime| make(runtime).map(|_| is_there = true), succeeds);
    if !is_there {
        return;
    }
    let mut scene = Scene::new(make);
    let args = [json!(44), json!(2)];
    let sub = |runtime: &mut dyn Runtime, made: &InstanceId| runtime.call_component(*made, "sub", &args);
    scene.ask(talk, "call_component with u32", sub, is(vec![json!(42)]));
    let big = |runtime: &mut dyn Runtime, made: &InstanceId| runtime.call_component(*made, "big", &[]);
    scene.ask(talk, "call_component that returns a u64", big, is(vec![json!({ "$int": u64::MAX.to_string() })]));
    let nan = |runtime: &mut dyn Runtime, made: &InstanceId| runtime.call_component(*made, "nan", &[]);
    scene.ask(talk, "call_component that returns a NaN", nan, is(vec![json!({ "$float": "nan" })]));
    let linked = |runtime: &mut dyn Runtime, made: &InstanceId| {
        let component = runtime.compile_component(&source::text(IMPORTER))?;
        let other = ComponentImport { name: "other".to_owned(), instance: *made, export: None };
        let instance = runtime.instantiate_component(component, &[other])?;
        runtime.call_component(instance, "rest", &[])
    };
    scene.ask(talk, "instantiate_component with another instance", linked, is(vec![json!(42)]));
    let trap = |runtime: &mut dyn Runtime, made: &InstanceId| runtime.call_component(*made, "trap", &[]);
    scene.ask(talk, "call_component that traps", trap, ends("a trap", |end| matches!(end, End::Trap(..))));
}

pub(super) fn gives(talk: &mut Talk<'_>) {
    let given = |runtime: &mut dyn Runtime, made: &InstanceId| {
        let component = runtime.compile_component(&source::text(CALLER))?;
        let import = ComponentImport { name: "f".to_owned(), instance: *made, export: Some("sub".to_owned()) };
        let instance = runtime.instantiate_component(component, &[import])?;
        runtime.call_component(instance, "rest", &[])
    };
    let asked = "instantiate_component with an export of another instance";
    Scene::new(make).ask(talk, asked, given, is(vec![json!(42)]));
}
