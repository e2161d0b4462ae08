//! Tasks, borrows and the built-ins (CanonicalABI.md, *Tasks*, *Resource State*, *Canonical Definitions*), one test for each
//! trap.

#![cfg(feature = "component")]

mod component_support;

use component_support::*;
use preflight_engine::{
    Fault,
    component::{ComponentVal, HostInstance, HostItem, ResourceVal},
    trace::TrapCode,
};
use std::{cell::RefCell, rc::Rc};

/// `$C` implements a resource `r` (`make`, `peek` of a borrow); `$D` imports it, and exports `go`, whose core body is `go`.
/// `$keep` in `$C` is what `peek` does with its argument, the representation.
fn two(go: &str) -> String {
    format!(
        r#"(component
        (component $C
            (type $R (resource (rep i32)))
            (export $r "r" (type $R))
            (core func $new (canon resource.new $R))
            (core module $m (import "" "new" (func $new (param i32) (result i32)))
                (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
                (func (export "peek") (param i32) (result i32) (local.get 0))
                (func (export "both") (param i32 i32)))
            (core instance $i (instantiate $m (with "" (instance (export "new" (func $new))))))
            (func (export "make") (param "x" u32) (result (own $r)) (canon lift (core func $i "make")))
            (func (export "peek") (param "r" (borrow $r)) (result u32) (canon lift (core func $i "peek")))
            (func (export "both") (param "a" (borrow $r)) (param "b" (own $r)) (canon lift (core func $i "both"))))
        (instance $c (instantiate $C))
        (component $D
            (import "c" (instance $c
                (export "r" (type $r (sub resource)))
                (export "make" (func (param "x" u32) (result (own $r))))
                (export "peek" (func (param "r" (borrow $r)) (result u32)))
                (export "both" (func (param "a" (borrow $r)) (param "b" (own $r))))))
            (alias export $c "r" (type $r))
            (type $other (resource (rep i32)))
            (core func $make (canon lower (func $c "make")))
            (core func $peek (canon lower (func $c "peek")))
            (core func $both (canon lower (func $c "both")))
            (core func $drop (canon resource.drop $r))
            (core func $drop-other (canon resource.drop $other))
            (core func $new-other (canon resource.new $other))
            (core module $m
                (import "" "make" (func $make (param i32) (result i32)))
                (import "" "peek" (func $peek (param i32) (result i32)))
                (import "" "both" (func $both (param i32 i32)))
                (import "" "drop" (func $drop (param i32)))
                (import "" "drop-other" (func $drop-other (param i32)))
                (import "" "new-other" (func $new-other (param i32) (result i32)))
                (func (export "go") (result i32) {go})
                (func (export "take") (param i32)))
            (core instance $i (instantiate $m (with "" (instance
                (export "make" (func $make)) (export "peek" (func $peek)) (export "both" (func $both))
                (export "drop" (func $drop)) (export "drop-other" (func $drop-other))
                (export "new-other" (func $new-other))))))
            (func (export "go") (result u32) (canon lift (core func $i "go")))
            (func (export "take") (param "r" (borrow $r)) (canon lift (core func $i "take"))))
        (instance $d (instantiate $D (with "c" (instance $c))))
        (alias export $d "go" (func $go))
        (export "go" (func $go)))"#
    )
}

fn go(body: &str) -> Result<Vec<ComponentVal>, Option<TrapCode>> {
    let mut run = Run::new();
    let instance = run.instantiate(&two(body)).expect("an instance");
    run.call(&instance, "go", &[]).map_err(code)
}

#[test]
fn handles_are_lent_and_moved() {
    assert_eq!(go("(call $peek (call $make (i32.const 5)))"), Ok(vec![ComponentVal::U32(5)]));
    let reuse = r#"(drop (call $make (i32.const 5))) (drop (call $make (i32.const 6)))
        (call $drop (i32.const 1)) (call $make (i32.const 7))"#;
    assert_eq!(go(reuse), Ok(vec![ComponentVal::U32(1)]), "freed indices are used again");
}

#[test]
fn handles_that_are_not_there_trap() {
    let unknown = Err(Some(TrapCode::InvalidHandle));
    assert_eq!(go("(call $peek (i32.const 0))"), unknown, "index 0");
    assert_eq!(go("(call $peek (i32.const 9))"), unknown, "an index out of bounds");
    assert_eq!(go("(call $drop (i32.const 1)) (i32.const 0)"), unknown, "drop of nothing");
    let twice = "(local $h i32) (local.set $h (call $make (i32.const 1))) (call $drop (local.get $h)) (call $drop (local.get $h)) (i32.const 0)";
    assert_eq!(go(twice), unknown, "dropped twice");
    let other = "(call $drop-other (call $make (i32.const 1))) (i32.const 0)";
    assert_eq!(go(other), unknown, "another type");
    let wrong = "(call $peek (call $new-other (i32.const 1)))";
    assert_eq!(go(wrong), unknown, "lent as another type");
}

#[test]
fn an_owned_handle_cannot_move_while_it_is_lent() {
    let both = "(local $h i32) (local.set $h (call $make (i32.const 1))) (call $both (local.get $h) (local.get $h)) (i32.const 0)";
    assert_eq!(go(both), Err(Some(TrapCode::InvalidHandle)));
}

#[test]
fn borrows_have_to_be_dropped_before_the_task_returns() {
    let text = |drop: &str| {
        format!(
            r#"(component
            (import "i" (instance $i (export "r" (type $r (sub resource)))))
            (alias export $i "r" (type $r))
            (core func $drop (canon resource.drop $r))
            (core module $m (import "" "drop" (func $drop (param i32))) (func (export "f") (param i32) {drop}))
            (core instance $m (instantiate $m (with "" (instance (export "drop" (func $drop))))))
            (func (export "f") (param "r" (borrow $r)) (canon lift (core func $m "f"))))"#
        )
    };
    for (drop, expected) in [("", Err(Some(TrapCode::InvalidHandle))), ("(call $drop (local.get 0))", Ok(vec![]))] {
        let mut run = Run::new();
        let ty = run.store.new_host_resource("r", |_, _| Ok(()));
        let mut host = HostInstance::new();
        host.define("r", HostItem::resource(ty));
        run.linker.define("i", HostItem::instance(host));
        let instance = run.instantiate(&text(drop)).expect("an instance");
        let arg = ComponentVal::Borrow(ResourceVal { ty, rep: 3 });
        assert_eq!(run.call(&instance, "f", &[arg]).map_err(code), expected);
    }
}

#[test]
fn hosts_have_resources_and_destructors() {
    let text = r#"(component
        (import "i" (instance $i (export "r" (type $r (sub resource))) (export "make" (func (result (own $r))))))
        (alias export $i "r" (type $r))
        (core func $drop (canon resource.drop $r))
        (core func $make (canon lower (func $i "make")))
        (core module $m (import "" "drop" (func $drop (param i32))) (import "" "make" (func $make (result i32)))
            (func $start (call $drop (call $make))) (start $start))
        (core instance (instantiate $m (with "" (instance (export "drop" (func $drop)) (export "make" (func $make)))))))"#;
    let mut run = Run::new();
    let dropped = Rc::<RefCell<Vec<u64>>>::default();
    let out = dropped.clone();
    let ty = run.store.new_host_resource("r", move |_, rep| {
        out.borrow_mut().push(rep);
        Ok(())
    });
    let mut host = HostInstance::new();
    host.define("r", HostItem::resource(ty));
    host.define("make", HostItem::func(move |_, _| Ok(vec![ComponentVal::Own(ResourceVal { ty, rep: 77 })])));
    run.linker.define("i", HostItem::instance(host));
    run.instantiate(text).expect("an instance");
    assert_eq!(*dropped.borrow(), [77]);
}

#[test]
fn post_return_may_not_leave() {
    // CM-CALL-08
    let text = |post: &str| {
        format!(
            r#"(component (import "log" (func $log (param "id" u32)))
            (core func $log' (canon lower (func $log)))
            (core module $m (import "" "log" (func $log (param i32)))
                (func (export "f") (result i32) (call $log (i32.const 1)) (i32.const 9))
                (func (export "post") (param i32) {post}))
            (core instance $i (instantiate $m (with "" (instance (export "log" (func $log'))))))
            (func (export "f") (result u32) (canon lift (core func $i "f") (post-return (core func $i "post")))))"#
        )
    };
    let mut run = Run::new();
    let instance = run.instantiate(&text("(if (i32.ne (local.get 0) (i32.const 9)) (then unreachable))")).expect("one");
    assert_eq!(run.call(&instance, "f", &[]).expect("a result"), [ComponentVal::U32(9)]);
    assert_eq!(run.call(&instance, "f", &[]).expect("a result"), [ComponentVal::U32(9)]);
    let instance = run.instantiate(&text("(call $log (i32.const 2))")).expect("another");
    assert_eq!(run.call(&instance, "f", &[]).map_err(code), Err(Some(TrapCode::CannotLeave)));
    assert_eq!(run.logged(), [1, 1, 1]);
}

/// An async lift with a callback; `body` is the core function, `callback` what the callback returns.
fn async_lift(body: &str, callback: &str) -> String {
    format!(
        r#"(component
        (core func $return (canon task.return (result u32)))
        (core func $get (canon context.get i32 0))
        (core func $set (canon context.set i32 0))
        (core func $cancel (canon task.cancel))
        (core module $m (import "" "return" (func $return (param i32))) (import "" "get" (func $get (result i32)))
            (import "" "set" (func $set (param i32))) (import "" "cancel" (func $cancel))
            (func (export "f") (result i32) {body})
            (func (export "cb") (param i32 i32 i32) (result i32) {callback}))
        (core instance $i (instantiate $m (with "" (instance (export "return" (func $return)) (export "get" (func $get))
            (export "set" (func $set)) (export "cancel" (func $cancel))))))
        (func (export "f") async (result u32)
            (canon lift (core func $i "f") async (callback (core func $i "cb")))))"#
    )
}

fn call_async(body: &str, callback: &str) -> Result<Vec<ComponentVal>, Fault> {
    let mut run = Run::new();
    let instance = run.instantiate(&async_lift(body, callback)).expect("an instance");
    run.call(&instance, "f", &[])
}

#[test]
fn async_calls_that_do_not_block_work() {
    let returned = |end: Result<Vec<ComponentVal>, Fault>| end.expect("a result");
    assert_eq!(
        returned(call_async("(call $return (i32.const 4)) (i32.const 0)", "unreachable")),
        [ComponentVal::U32(4)]
    );
    let yields = call_async("(call $set (i32.const 8)) (i32.const 1)", "(call $return (call $get)) (i32.const 0)");
    assert_eq!(returned(yields), [ComponentVal::U32(8)], "the thread's storage is there in the callback");
}

#[test]
fn tasks_trap_as_the_documents_say() {
    let trap = |body: &str, callback: &str| call_async(body, callback).map_err(code);
    let abi = Err(Some(TrapCode::CanonicalAbi));
    assert_eq!(trap("(i32.const 0)", "unreachable"), abi, "never returned");
    let twice = "(call $return (i32.const 1)) (call $return (i32.const 2)) (i32.const 0)";
    assert_eq!(trap(twice, "unreachable"), abi, "returned twice");
    assert_eq!(trap("(i32.const 3)", "unreachable"), abi, "no such callback code");
    assert_eq!(trap("(call $cancel) (i32.const 0)", "unreachable"), abi, "not cancelled");
    assert_eq!(trap("(i32.const 0x12)", "unreachable"), Err(Some(TrapCode::InvalidHandle)), "waits for no set");
}

#[test]
fn asynchronous_builtins_in_start_functions() {
    // CM-ASYNC-02, CM-ASYNC-07, CM-ASYNC-12, CM-ASYNC-13
    let text = |start: &str| {
        format!(
            r#"(component
            (type $st (stream u8))
            (core module $mem (memory (export "m") 1)) (core instance $mem (instantiate $mem))
            (core func $stream (canon stream.new $st))
            (core func $set (canon waitable-set.new))
            (core func $wait (canon waitable-set.wait (memory (core memory $mem "m"))))
            (core func $poll (canon waitable-set.poll (memory (core memory $mem "m"))))
            (core func $drop (canon waitable-set.drop))
            (core func $dec (canon backpressure.dec))
            (core func $return (canon task.return))
            (core func $subtask (canon subtask.drop))
            (core module $m
                (import "" "stream" (func $stream (result i64))) (import "" "set" (func $set (result i32)))
                (import "" "wait" (func $wait (param i32 i32) (result i32)))
                (import "" "poll" (func $poll (param i32 i32) (result i32)))
                (import "" "drop" (func $drop (param i32))) (import "" "dec" (func $dec))
                (import "" "return" (func $return)) (import "" "subtask" (func $subtask (param i32)))
                (func $start {start}) (start $start))
            (core instance (instantiate $m (with "" (instance
                (export "stream" (func $stream)) (export "set" (func $set)) (export "wait" (func $wait))
                (export "poll" (func $poll)) (export "drop" (func $drop)) (export "dec" (func $dec))
                (export "return" (func $return)) (export "subtask" (func $subtask)))))))"#
        )
    };
    let end = |start: &str| match Run::new().instantiate(&text(start)) {
        Ok(_) => "done".to_owned(),
        Err(error) => error.to_string(),
    };
    assert_eq!(end(""), "done");
    assert_eq!(end("(drop (call $stream))"), "done");
    assert!(end("(drop (call $wait (call $set) (i32.const 0)))").contains("cannot block"));
    assert_eq!(
        end("(if (call $poll (call $set) (i32.const 0)) (then unreachable)) (call $drop (i32.const 1))"),
        "done"
    );
    assert!(end("(call $drop (i32.const 1))").contains("invalid handle"));
    assert!(end("(call $dec)").contains("canonical ABI"));
    assert!(end("(call $return)").contains("canonical ABI"));
    assert!(end("(call $subtask (i32.const 1))").contains("invalid handle"));
}
