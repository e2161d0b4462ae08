//! *Threads*: the built-ins of threads, and who runs next.

use crate::*;

/// `go` with a thread function at index 0 of the table, whose body is `thread`.
fn with_thread(thread: &str, body: &str) -> (End, Vec<u32>) {
    let text = format!(
        r#"(global $main (mut i32) (i32.const 0))
        (func $thread (param $c i32) {thread}) (elem (i32.const 0) func $thread) (elem (i32.const 1) func $other)
        (func $other)
        (func (export "go") (result i32) {LOCALS} (global.set $main (call $index)) {body})"#
    );
    let (end, logged, _) = run(&single(&text));
    (end, logged)
}

/// A new thread, in `$a`.
const NEW: &str = "(local.set $a (call $new-thread (i32.const 0) (i32.const 5)))";

#[test]
fn a_new_thread_waits_to_be_resumed() {
    let (end, logged) = with_thread("(call $log (local.get $c))", &format!("{NEW} (i32.const 0)"));
    assert_eq!((end, logged), (Ok(0), vec![]));
    let later = format!(
        "{NEW} (call $resume-later (local.get $a)) (call $log (i32.const 1)) (drop (call $yield)) (call $log (i32.const 2)) (local.get $a)"
    );
    let (end, logged) = with_thread("(call $log (local.get $c))", &later);
    assert_eq!((end, logged), (Ok(2), vec![1, 5, 2]), "it runs where the first one yields");
}

#[test]
fn threads_switch_to_each_other() {
    let ping = "(call $log (i32.const 10)) (call $resume-later (global.get $main)) (call $log (i32.const 11))";
    let body = format!(
        "{NEW} (call $log (i32.const 1)) (drop (call $suspend-then-resume (local.get $a))) (call $log (i32.const 2)) (i32.const 0)"
    );
    assert_eq!(with_thread(ping, &body), (Ok(0), vec![1, 10, 11, 2]));
    let body = format!(
        "{NEW} (call $log (i32.const 1)) (drop (call $yield-then-resume (local.get $a))) (call $log (i32.const 2)) (i32.const 0)"
    );
    assert_eq!(with_thread("(call $log (local.get $c))", &body), (Ok(0), vec![1, 5, 2]));
    let back =
        "(call $log (i32.const 10)) (drop (call $suspend-then-resume (global.get $main))) (call $log (i32.const 11))";
    let body = format!(
        "{NEW} (drop (call $suspend-then-resume (local.get $a))) (call $log (i32.const 2)) (drop (call $yield-then-resume (local.get $a))) (i32.const 0)"
    );
    assert_eq!(with_thread(back, &body), (Ok(0), vec![10, 2, 11]));
}

#[test]
fn a_ready_thread_is_promoted() {
    let two = "(local.set $a (call $new-thread (i32.const 0) (i32.const 5))) (local.set $b (call $new-thread (i32.const 0) (i32.const 6)))
        (call $resume-later (local.get $a)) (call $resume-later (local.get $b))";
    let body = format!("{two} (drop (call $yield-then-promote (local.get $b))) (i32.const 0)");
    assert_eq!(with_thread("(call $log (local.get $c))", &body), (Ok(0), vec![6, 5]), "the second before the first");
    let body = format!("{two} (drop (call $yield)) (i32.const 0)");
    assert_eq!(with_thread("(call $log (local.get $c))", &body), (Ok(0), vec![5, 6]), "who has waited longest");
    let resumes = "(call $log (local.get $c)) (if (i32.eq (local.get $c) (i32.const 5)) (then (call $resume-later (global.get $main))))";
    let body = format!("{two} (drop (call $suspend-then-promote (local.get $b))) (i32.const 0)");
    assert_eq!(with_thread(resumes, &body), (Ok(0), vec![6, 5]));
    // A thread that is only suspended is not ready: the call just yields.
    let body = format!("{NEW} (drop (call $yield-then-promote (local.get $a))) (i32.const 0)");
    assert_eq!(with_thread("(call $log (local.get $c))", &body), (Ok(0), vec![]));
}

#[test]
fn every_thread_has_its_own_storage() {
    let text = r#"(component
        (core module $Mem (table (export "t") 1 funcref)) (core instance $mem (instantiate $Mem))
        (core type $start (func (param i32)))
        (core func $new (canon thread.new-indirect $start (core table $mem "t")))
        (core func $switch (canon thread.yield-then-resume))
        (core func $get (canon context.get i32 1)) (core func $set (canon context.set i32 1))
        (core module $m (import "m" "t" (table 1 funcref)) (import "" "new" (func $new (param i32 i32) (result i32)))
            (import "" "switch" (func $switch (param i32) (result i32)))
            (import "" "get" (func $get (result i32))) (import "" "set" (func $set (param i32)))
            (func $thread (param i32) (if (call $get) (then unreachable)) (call $set (i32.const 7)))
            (elem (i32.const 0) func $thread)
            (func (export "go") (result i32) (call $set (i32.const 3))
                (drop (call $switch (call $new (i32.const 0) (i32.const 0)))) (call $get)))
        (core instance $i (instantiate $m (with "m" (instance $mem)) (with "" (instance (export "new" (func $new))
            (export "switch" (func $switch)) (export "get" (func $get)) (export "set" (func $set))))))
        (func (export "go") async (result u32) (canon lift (core func $i "go"))))"#;
    assert_eq!(run(text).0, Ok(3));
}

#[test]
fn threads_trap_as_the_documents_say() {
    let trap = |body: &str| with_thread("(drop (call $suspend))", &format!("{body} (i32.const 0)")).0;
    assert_eq!(trap("(call $resume-later (i32.const 9))"), INVALID, "no such thread");
    assert_eq!(trap("(call $resume-later (call $index))"), ABI, "it is not suspended");
    let twice = format!("{NEW} (call $resume-later (local.get $a)) (call $resume-later (local.get $a))");
    assert_eq!(trap(&twice), ABI, "it waits already");
    assert_eq!(trap("(drop (call $suspend-then-resume (call $index)))"), ABI, "itself");
    assert_eq!(
        trap("(drop (call $new-thread (i32.const 7) (i32.const 0)))"),
        Err(Some(TrapCode::UninitializedElement))
    );
    assert_eq!(trap("(drop (call $new-thread (i32.const 99) (i32.const 0)))"), Err(Some(TrapCode::UndefinedElement)));
    assert_eq!(
        trap("(drop (call $new-thread (i32.const 1) (i32.const 0)))"),
        Err(Some(TrapCode::IndirectCallTypeMismatch))
    );
    assert_eq!(trap("(drop (call $suspend))"), BLOCKED, "nobody resumes it");
    let ends = format!("{NEW} (call $resume-later (local.get $a)) unreachable");
    assert_eq!(trap(&ends), Err(Some(TrapCode::Unreachable)));
    let traps =
        with_thread("unreachable", &format!("{NEW} (drop (call $yield-then-resume (local.get $a))) (i32.const 0)"));
    assert_eq!(traps.0, Err(Some(TrapCode::Unreachable)), "a thread's trap ends the call that waits for it");
}

#[test]
fn a_function_that_is_not_async_blocks_only_while_other_threads_can_run() {
    let sync = |thread: &str, body: &str| {
        let body = with_builtins(
            &format!(
                r#"(global $main (mut i32) (i32.const 0)) (func $thread (param i32) {thread}) (elem (i32.const 0) func $thread)
                (func (export "go") (result i32) {LOCALS} (global.set $main (call $index)) {body})"#
            ),
            &[],
        );
        run(&format!(r#"(component {body} (func (export "go") (result u32) (canon lift (core func $i "go"))))"#)).0
    };
    let switch = format!("{NEW} (drop (call $suspend-then-resume (local.get $a))) (i32.const 4)");
    assert_eq!(sync("(call $resume-later (global.get $main))", &switch), Ok(4));
    assert_eq!(sync("(drop (call $suspend-then-resume (global.get $main)))", &switch), Ok(4), "switched back to");
    assert_eq!(sync("", &switch), BLOCKED, "the other thread has ended");
    assert_eq!(sync("", "(drop (call $yield)) (i32.const 1)"), Ok(1), "a yield is no block");
    assert_eq!(sync("", "(call $wait (call $set) (i32.const 0))"), BLOCKED);
}
