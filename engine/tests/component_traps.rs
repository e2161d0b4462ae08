//! The trap conditions of CanonicalABI.md (`definitions.py`) in calls and built-ins that do not block: one assertion for each
//! `trap_if` and `trap()`, named by function and clause. Those of loading, storing, lifting and lowering are next to that code
//! (`canon/tests/traps.rs`); those of subtasks, streams, futures and threads are in the tests of tasks.

#![cfg(feature = "component")]

mod component_support;

use component_support::*;
use preflight_engine::{
    component::{ComponentVal, HostItem},
    trace::TrapCode,
};

/// A component with every built-in that needs no handle to wait on. `f` takes and returns nothing; its core code is `body`,
/// and its post-return function is `post`, in which the instance may not be left. `peek` takes a borrow of its own resource,
/// and is lowered too: its core code is `peek`.
fn component_of(body: &str, post: &str, peek: &str) -> String {
    format!(
        r#"(component
        (import "log" (func $log (param "id" u32)))
        (type $R (resource (rep i32)))
        (type $Other (resource (rep i32)))
        (core func $log (canon lower (func $log)))
        (core func $new (canon resource.new $R))
        (core func $drop (canon resource.drop $R))
        (core func $rep (canon resource.rep $R))
        (core func $new-other (canon resource.new $Other))
        (core func $return (canon task.return))
        (core func $cancel (canon task.cancel))
        (core func $set (canon waitable-set.new))
        (core func $set-drop (canon waitable-set.drop))
        (core func $inc (canon backpressure.inc))
        (core func $dec (canon backpressure.dec))
        (core module $Shim
          (type $peek (func (param i32)))
          (table (export "t") 1 funcref)
          (func (export "peek") (param i32) (call_indirect (type $peek) (local.get 0) (i32.const 0))))
        (core instance $shim (instantiate $Shim))
        (core module $M
          (import "" "log" (func $log (param i32)))
          (import "" "new" (func $new (param i32) (result i32)))
          (import "" "drop" (func $drop (param i32)))
          (import "" "rep" (func $rep (param i32) (result i32)))
          (import "" "new-other" (func $new-other (param i32) (result i32)))
          (import "" "return" (func $return))
          (import "" "cancel" (func $cancel))
          (import "" "set" (func $set (result i32)))
          (import "" "set-drop" (func $set-drop (param i32)))
          (import "" "inc" (func $inc))
          (import "" "dec" (func $dec))
          (import "" "peek" (func $peek (param i32)))
          (tag $e)
          (global $h (mut i32) (i32.const 0))
          (func (export "peek") (param i32) {peek})
          (func (export "f") (local $i i32) {body})
          (func (export "post") {post}))
        (core instance $m (instantiate $M (with "" (instance
          (export "log" (func $log)) (export "new" (func $new)) (export "drop" (func $drop)) (export "rep" (func $rep))
          (export "new-other" (func $new-other)) (export "return" (func $return)) (export "cancel" (func $cancel))
          (export "set" (func $set)) (export "set-drop" (func $set-drop)) (export "inc" (func $inc))
          (export "dec" (func $dec)) (export "peek" (func $shim "peek"))))))
        (func $peek (param "r" (borrow $R)) (canon lift (core func $m "peek")))
        (core func $peek' (canon lower (func $peek)))
        (core module $Fill (import "" "t" (table 1 funcref)) (import "" "peek" (func $peek (param i32)))
          (elem (i32.const 0) func $peek))
        (core instance (instantiate $Fill (with "" (instance (export "t" (table $shim "t")) (export "peek" (func $peek'))))))
        (func (export "f") (canon lift (core func $m "f") (post-return (func $m "post")))))"#
    )
}

type End = Result<Vec<ComponentVal>, Option<TrapCode>>;

/// How `f` ends, and then how it does once more.
fn calls(body: &str, post: &str, peek: &str) -> (End, End) {
    let mut run = Run::new();
    let instance = run.instantiate(&component_of(body, post, peek)).expect("an instance");
    let mut call = || run.call(&instance, "f", &[]).map_err(code);
    (call(), call())
}

fn in_call(body: &str) -> End {
    calls(body, "", "").0
}

const DONE: End = Ok(vec![]);
const HANDLE: End = Err(Some(TrapCode::InvalidHandle));
const LEAVE: End = Err(Some(TrapCode::CannotLeave));
const ABI: End = Err(Some(TrapCode::CanonicalAbi));
const ENTER: End = Err(Some(TrapCode::CannotEnter));

#[test]
fn what_may_not_leave() {
    // Each works in a call, and traps in a post-return function: `trap_if(not inst.may_leave)`.
    let builtins = [
        ("canon_lower", "(call $log (i32.const 1))"),
        ("canon_resource_new", "(drop (call $new (i32.const 1)))"),
        ("canon_resource_drop", "(call $drop (global.get $h))"),
        ("canon_waitable_set_new", "(drop (call $set))"),
        ("canon_waitable_set_drop", "(call $set-drop (global.get $h))"),
    ];
    for (what, leave) in builtins {
        let make = if what.contains("set") {
            "(global.set $h (call $set))"
        } else {
            "(global.set $h (call $new (i32.const 1)))"
        };
        assert_eq!(in_call(&format!("{make} {leave}")), DONE, "{what}: may_leave");
        let (first, second) = calls(make, leave, "");
        assert_eq!(first, LEAVE, "{what}: not inst.may_leave");
        assert_eq!(second, ENTER, "{what}: the instance is locked");
    }
    // These trap for another reason in a synchronous call.
    for (what, leave) in [("canon_task_return", "(call $return)"), ("canon_task_cancel", "(call $cancel)")] {
        assert_eq!(calls("", leave, "").0, LEAVE, "{what}: not inst.may_leave");
        assert_eq!(in_call(leave), ABI, "{what}: not task.opts.async_");
    }
    // These may be called anywhere.
    for anywhere in ["(drop (call $rep (global.get $h)))", "(call $inc) (call $dec)"] {
        assert_eq!(calls("(global.set $h (call $new (i32.const 1)))", anywhere, ""), (DONE, DONE), "{anywhere}");
    }
}

#[test]
fn canon_resource_drop() {
    assert_eq!(in_call("(call $drop (i32.const 1))"), HANDLE, "Table.remove");
    assert_eq!(in_call("(call $drop (call $set))"), HANDLE, "not isinstance(h, ResourceHandle)");
    assert_eq!(in_call("(call $drop (call $new-other (i32.const 1)))"), HANDLE, "h.rt is not rt");
    // The handle is lent to the call of `peek`, which drops it.
    let lend = "(global.set $h (call $new (i32.const 1))) (call $peek (global.get $h))";
    assert_eq!(calls(lend, "", "(call $drop (global.get $h))").0, HANDLE, "h.num_lends != 0");
    assert_eq!(calls(&format!("{lend} (call $drop (global.get $h))"), "", "").0, DONE, "it has come back");
}

#[test]
fn canon_resource_rep() {
    assert_eq!(in_call("(drop (call $rep (i32.const 1)))"), HANDLE, "Table.get");
    assert_eq!(in_call("(drop (call $rep (call $set)))"), HANDLE, "not isinstance(h, ResourceHandle)");
    assert_eq!(in_call("(drop (call $rep (call $new-other (i32.const 1))))"), HANDLE, "h.rt is not rt");
    assert_eq!(in_call("(if (i32.ne (call $rep (call $new (i32.const 9))) (i32.const 9)) (then unreachable))"), DONE);
}

#[test]
fn canon_waitable_set_drop() {
    assert_eq!(in_call("(call $set-drop (i32.const 1))"), HANDLE, "Table.remove");
    assert_eq!(in_call("(call $set-drop (call $new (i32.const 1)))"), HANDLE, "not isinstance(wset, WaitableSet)");
}

#[test]
fn canon_backpressure() {
    assert_eq!(in_call("(call $dec)"), ABI, "inst.backpressure < 0");
    assert_eq!(in_call("(call $inc) (call $dec) (call $dec)"), ABI, "inst.backpressure < 0");
    let inc = |n: u32| {
        format!(
            "(loop $l (call $inc) (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const {n}))))"
        )
    };
    assert_eq!(in_call(&inc((1 << 16) - 1)), DONE);
    assert_eq!(in_call(&inc(1 << 16)), ABI, "inst.backpressure == 2**16");
}

#[test]
fn call_and_trap_on_throw() {
    assert_eq!(in_call("(throw $e)"), ABI, "canon_lift: the callee");
    assert_eq!(calls("", "(throw $e)", "").0, ABI, "canon_lift: post-return");
    let lend = "(call $peek (call $new (i32.const 1)))";
    assert_eq!(calls(lend, "", "(throw $e)").0, ABI, "a callee of a component's own");
    let caught = format!("(block $b (try_table (catch_all $b) {lend}))");
    assert_eq!(calls(&caught, "", "(throw $e)").0, ABI, "which its caller cannot catch");
}

#[test]
fn store_lift_may_enter_from() {
    // The host enters what is running: from a host function that it calls.
    let mut run = Run::new();
    let again = std::rc::Rc::new(std::cell::RefCell::new(None));
    let (slot, seen) = (again.clone(), std::rc::Rc::new(std::cell::Cell::new(None)));
    let out = seen.clone();
    run.linker.define(
        "log",
        HostItem::func(move |store, _| {
            let instance = slot.borrow().clone().expect("the instance");
            let end = store.call_component(&instance, &["f"], &[], preflight_engine::trace::Cause::Invoke);
            out.set(Some(end.map_err(code).is_err_and(|code| code == Some(TrapCode::CannotEnter))));
            Ok(vec![])
        }),
    );
    let instance = run.instantiate(&component_of("(call $log (i32.const 1))", "", "")).expect("an instance");
    *again.borrow_mut() = Some(instance.clone());
    assert_eq!(run.call(&instance, "f", &[]).map_err(code), DONE);
    assert_eq!(seen.get(), Some(true), "not inst.may_enter_from(caller)");
    // And what a trap has locked.
    assert_eq!(calls("unreachable", "", ""), (Err(Some(TrapCode::Unreachable)), ENTER));
}

#[test]
fn task_return_with_borrows() {
    // `Task.return_`: `trap_if(self.num_borrows > 0)`; the borrow of another component's resource has to be dropped.
    let text = |drop: &str| {
        format!(
            r#"(component
            (component $C
              (type $R' (resource (rep i32)))
              (export $R "r" (type $R'))
              (core func $new (canon resource.new $R'))
              (core module $M (import "" "new" (func $new (param i32) (result i32)))
                (func (export "make") (result i32) (call $new (i32.const 1))))
              (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
              (func (export "make") (result (own $R)) (canon lift (core func $m "make"))))
            (instance $c (instantiate $C))
            (alias export $c "r" (type $R))
            (component $D
              (import "r" (type $R (sub resource)))
              (core func $drop (canon resource.drop $R))
              (core module $M (import "" "drop" (func $drop (param i32))) (func (export "take") (param i32) {drop}))
              (core instance $m (instantiate $M (with "" (instance (export "drop" (func $drop))))))
              (func (export "take") (param "r" (borrow $R)) (canon lift (core func $m "take"))))
            (instance $d (instantiate $D (with "r" (type $R))))
            (core func $make (canon lower (func $c "make")))
            (core func $take (canon lower (func $d "take")))
            (core module $M
              (import "" "make" (func $make (result i32))) (import "" "take" (func $take (param i32)))
              (func (export "f") (call $take (call $make))))
            (core instance $m (instantiate $M (with "" (instance (export "make" (func $make)) (export "take" (func $take))))))
            (func (export "f") (canon lift (core func $m "f"))))"#
        )
    };
    for (drop, expected) in [("", HANDLE), ("(call $drop (local.get 0))", DONE)] {
        let mut run = Run::new();
        let instance = run.instantiate(&text(drop)).expect("an instance");
        assert_eq!(run.call(&instance, "f", &[]).map_err(code), expected, "self.num_borrows > 0: {drop:?}");
    }
}
