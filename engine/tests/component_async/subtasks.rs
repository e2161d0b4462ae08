//! *Waitable State*, *Subtask State*, *Tasks*: waiting, backpressure, cancellation.

use crate::*;

/// `$C.f` yields once, then returns its argument plus one.
const YIELDS: &str = r#"
    (func (export "f") (param i32) (drop (call $yield)) (call $log (local.get 0))
        (call $return (i32.add (local.get 0) (i32.const 1))))
    (func (export "g") (param i32) (result i32) (i32.const 0))"#;

/// Waits for the subtask in `$a` with a new set `$s`; fails unless the event is `SUBTASK` with the state `state`.
fn wait_for(state: u32) -> String {
    format!(
        r#"(local.set $s (call $set)) (call $join (local.get $a) (local.get $s))
        (if (i32.ne (call $wait (local.get $s) (i32.const 0)) (i32.const 1)) (then unreachable))
        (if (i32.ne (i32.load (i32.const 0)) (local.get $a)) (then unreachable))
        (if (i32.ne (i32.load (i32.const 4)) (i32.const {state})) (then unreachable))"#
    )
}

fn caller(body: &str) -> String {
    format!(r#"(func (export "go") (result i32) {LOCALS} {body})"#)
}

#[test]
fn a_call_that_blocks_is_a_subtask_until_it_returns() {
    let body = format!(
        r#"(local.set $a (call $f (i32.const 41) (i32.const 16)))
        (if (i32.ne (i32.and (local.get $a) (i32.const 15)) (i32.const 1 (; STARTED ;))) (then unreachable))
        (local.set $a (i32.shr_u (local.get $a) (i32.const 4)))
        {} (call $subtask-drop (local.get $a)) (call $set-drop (local.get $s)) (local.get $a)"#,
        wait_for(2)
    );
    let (end, logged, steps) = run(&pair(YIELDS, STACKFUL, &caller(&body)));
    assert_eq!((end, logged), (Ok(1), vec![41]));
    let steps: Vec<&str> = steps.iter().map(String::as_str).filter(|step| step.starts_with(['t', 'e'])).collect();
    let expected = [
        "task /$d func 2 started",
        "task /$c func 1 started",
        "thread /$c 1 blocked",
        "thread /$d 1 blocked",
        "thread /$c 1 resumed",
        "task /$c func 1 returned",
        "thread /$d 1 resumed",
        "event /$d subtask 1 2",
        "task /$d func 2 returned",
    ];
    assert_eq!(steps, expected);
}

#[test]
fn a_synchronous_call_waits_for_its_callee() {
    assert_eq!(run(&pair(YIELDS, STACKFUL, &caller("(call $f-sync (i32.const 7))"))).0, Ok(8));
    let callback = r#"
        (func (export "f") (param i32) (result i32) (i32.const 1 (; YIELD ;)))
        (func (export "cb") (param i32 i32 i32) (result i32)
            (call $return (i32.const 9)) (i32.const 0 (; EXIT ;)))
        (func (export "g") (param i32) (result i32) (i32.const 0))"#;
    assert_eq!(run(&pair(callback, CALLBACK, &caller("(call $f-sync (i32.const 7))"))).0, Ok(9));
}

#[test]
fn calls_of_a_function_that_needs_the_lock_start_one_after_the_other() {
    // The first blocks in a synchronous wait, and holds the lock; those behind it start in the order of the calls.
    let callback = r#"
        (func (export "f") (param i32) (result i32) (call $log (local.get 0)) (drop (call $yield))
            (call $log (i32.add (local.get 0) (i32.const 10))) (call $return (i32.const 0)) (i32.const 0))
        (func (export "cb") (param i32 i32 i32) (result i32) unreachable)
        (func (export "g") (param i32) (result i32) (i32.const 0))"#;
    let body = format!(
        r#"(local.set $a (call $f (i32.const 1) (i32.const 16)))
        (local.set $b (call $f (i32.const 2) (i32.const 20)))
        (local.set $a (i32.shr_u (call $f (i32.const 3) (i32.const 24)) (i32.const 4)))
        {} {} (i32.and (local.get $b) (i32.const 15))"#,
        wait_for(1),
        wait_for(2)
    );
    let (end, logged, _) = run(&pair(callback, CALLBACK, &caller(&body)));
    assert_eq!((end, logged), (Ok(0), vec![1, 11, 2, 12, 3, 13]), "the second is STARTING");
}

/// `$C.g` changes the backpressure: 1 is `inc`, 2 is `dec`, 3 and 4 are `dec` with a yield or a block after it.
const PRESSURE: &str = r#"
    (func (export "f") (param i32) (call $log (local.get 0))
        (if (i32.eq (local.get 0) (i32.const 5))
            (then (loop $again (br_if $again (i32.eqz (call $yield-cancellable)))) (call $cancel) (return)))
        (if (i32.eq (local.get 0) (i32.const 6)) (then (drop (call $yield)) (drop (call $yield)) (drop (call $yield))))
        (call $return (local.get 0)))
    (func (export "g") (param i32) (result i32)
        (if (i32.eq (local.get 0) (i32.const 1)) (then (call $inc)))
        (if (i32.eq (local.get 0) (i32.const 2)) (then (call $dec)))
        (if (i32.eq (local.get 0) (i32.const 3)) (then (call $dec) (drop (call $yield)) (call $log (i32.const 99))))
        (if (i32.eq (local.get 0) (i32.const 4)) (then (call $dec) (drop (call $suspend)))) (i32.const 0))"#;

#[test]
fn backpressure_holds_calls_back() {
    let body = format!(
        r#"(drop (call $g (i32.const 1)))
        (local.set $a (call $f (i32.const 30) (i32.const 16)))
        (if (i32.and (local.get $a) (i32.const 15)) (then unreachable))
        (local.set $a (i32.shr_u (local.get $a) (i32.const 4)))
        (drop (call $g (i32.const 2)))
        {} (i32.const 3)"#,
        wait_for(2)
    );
    assert_eq!(run(&pair(PRESSURE, STACKFUL, &caller(&body))).0, Ok(3));
    let never = format!(
        "(drop (call $g (i32.const 1))) (local.set $a (i32.shr_u (call $f (i32.const 1) (i32.const 16)) (i32.const 4))) {} (i32.const 0)",
        wait_for(2)
    );
    assert_eq!(run(&pair(PRESSURE, STACKFUL, &caller(&never))).0, BLOCKED, "nobody takes it back: a deadlock");
    assert_eq!(go("(call $dec) (i32.const 0)"), ABI, "below zero");
    let many = "(loop $l (call $inc) (local.set $a (i32.add (local.get $a) (i32.const 1)))
        (br_if $l (i32.lt_u (local.get $a) (i32.const 65536)))) (i32.const 0)";
    assert_eq!(go(many), ABI, "65536 is too many");
    assert_eq!(go(&many.replace("65536", "65535")), Ok(0));
}

#[test]
fn a_call_held_back_starts_beneath_no_synchronous_call() {
    // CM-ASYNC-23, for a task that needs the lock of its instance and for one that does not.
    let locks = PRESSURE.replace("(call $return (local.get 0))", "(call $return (local.get 0)) (i32.const 0)");
    let locks = locks
        .replace("(param i32) (call $log", "(param i32) (result i32) (call $log")
        .replace("(return)", "(return (i32.const 0))")
        + r#"(func (export "cb") (param i32 i32 i32) (result i32) unreachable)"#;
    let held = "(drop (call $g (i32.const 1))) (local.set $a (i32.shr_u (call $f (i32.const 30) (i32.const 16)) (i32.const 4)))";
    for (callee, lift) in [(PRESSURE, STACKFUL), (locks.as_str(), CALLBACK)] {
        let body = format!("{held} (drop (call $g (i32.const 3))) {} (i32.const 3)", wait_for(2));
        let (end, logged, steps) = run(&pair(callee, lift, &caller(&body)));
        assert_eq!((end, logged), (Ok(3), vec![99, 30]), "{lift}: it starts after the call that lets it");
        assert!(steps.iter().all(|step| !step.contains("CM-ASYNC-21")), "{lift}: no reading is asked\n{steps:#?}");
        let body = format!("{held} (call $g (i32.const 4))");
        let (end, logged, _) = run(&pair(callee, lift, &caller(&body)));
        assert_eq!((end, logged), (BLOCKED, vec![]), "{lift}: nobody else is there to go on");
    }
}

#[test]
fn a_synchronous_cancellation_waits_for_the_end_and_not_for_the_start() {
    // CM-ASYNC-24
    let body = "(drop (call $g (i32.const 1)))
        (local.set $a (i32.shr_u (call $f (i32.const 6) (i32.const 16)) (i32.const 4)))
        (drop (call $g (i32.const 2))) (drop (call $yield))
        (local.set $b (call $subtask-cancel (local.get $a)))
        (call $subtask-drop (local.get $a)) (local.get $b)";
    let (end, logged, steps) = run(&pair(PRESSURE, STACKFUL, &caller(body)));
    assert_eq!((end, logged), (Ok(2), vec![6]), "RETURNED\n{steps:#?}");
    let events: Vec<&String> = steps.iter().filter(|step| step.starts_with("event")).collect();
    assert_eq!(events, ["event /$d subtask 1 2"], "one event, and that of the end");
}

#[test]
fn a_call_that_has_not_started_is_cancelled_at_once() {
    let body = "(drop (call $g (i32.const 1)))
        (local.set $a (i32.shr_u (call $f (i32.const 30) (i32.const 16)) (i32.const 4)))
        (local.set $b (call $subtask-cancel (local.get $a)))
        (call $subtask-drop (local.get $a)) (local.get $b)";
    let (end, logged, _) = run(&pair(PRESSURE, STACKFUL, &caller(body)));
    assert_eq!((end, logged), (Ok(3), vec![]), "CANCELLED_BEFORE_STARTED, and no code of it has run");
}

#[test]
fn a_cancellable_wait_is_told_of_the_cancellation() {
    let body = "(local.set $a (i32.shr_u (call $f (i32.const 5) (i32.const 16)) (i32.const 4)))
        (call $subtask-cancel (local.get $a))";
    let (end, _, steps) = run(&pair(PRESSURE, STACKFUL, &caller(body)));
    assert_eq!(end, Ok(4), "CANCELLED_BEFORE_RETURNED");
    assert!(steps.contains(&"task /$c func 1 cancelled".to_owned()), "{steps:#?}");
    // One that may not be cancelled where it waits returns as if nothing had been asked.
    let body = "(local.set $a (i32.shr_u (call $f (i32.const 6) (i32.const 16)) (i32.const 4)))
        (call $subtask-cancel (local.get $a))";
    assert_eq!(run(&pair(PRESSURE, STACKFUL, &caller(body))).0, Ok(2), "RETURNED");
    let blocked = "(local.set $a (i32.shr_u (call $f (i32.const 6) (i32.const 16)) (i32.const 4)))
        (i32.add (call $subtask-cancel-async (local.get $a)) (i32.const 1))";
    assert_eq!(run(&pair(PRESSURE, STACKFUL, &caller(blocked))).0, Ok(0), "BLOCKED");
}

#[test]
fn an_event_loop_is_told_of_the_cancellation() {
    let callback = r#"
        (func (export "f") (param i32) (result i32)
            (i32.or (i32.shl (call $set) (i32.const 4)) (i32.const 2 (; WAIT ;))))
        (func (export "cb") (param i32 i32 i32) (result i32)
            (if (i32.ne (local.get 0) (i32.const 6 (; TASK_CANCELLED ;))) (then unreachable))
            (call $cancel) (i32.const 0))
        (func (export "g") (param i32) (result i32) (i32.const 0))"#;
    let body = "(local.set $a (i32.shr_u (call $f (i32.const 5) (i32.const 16)) (i32.const 4)))
        (call $subtask-cancel (local.get $a))";
    assert_eq!(run(&pair(callback, CALLBACK, &caller(body))).0, Ok(4));
}

#[test]
fn subtasks_trap_as_the_documents_say() {
    let with = |body: &str| {
        let text = format!(
            "(local.set $a (i32.shr_u (call $f (i32.const 6) (i32.const 16)) (i32.const 4))) {body} (i32.const 0)"
        );
        run(&pair(PRESSURE, STACKFUL, &caller(&text))).0
    };
    assert_eq!(with("(call $subtask-drop (local.get $a))"), INVALID, "dropped before it is resolved");
    let cancel = "(drop (call $subtask-cancel-async (local.get $a)))";
    assert_eq!(with(&format!("{cancel} {cancel}")), INVALID, "cancelled twice");
    assert_eq!(
        with("(drop (call $subtask-cancel (local.get $a))) (drop (call $subtask-cancel (local.get $a)))"),
        INVALID
    );
    let joined = "(local.set $s (call $set)) (call $join (local.get $a) (local.get $s))";
    assert_eq!(with(&format!("{joined} (drop (call $subtask-cancel (local.get $a)))")), INVALID, "in a set");
    assert_eq!(with(&format!("{joined} (call $set-drop (local.get $s))")), INVALID, "a set that is not empty");
    assert_eq!(
        with(&format!("{joined} (call $join (local.get $a) (i32.const 0)) (call $set-drop (local.get $s))")),
        Ok(0)
    );
    assert_eq!(go("(call $subtask-cancel (i32.const 9))"), INVALID, "no such handle");
    assert_eq!(go("(call $subtask-cancel (call $set))"), INVALID, "no subtask");
    assert_eq!(go("(call $cancel) (i32.const 0)"), ABI, "task.cancel of a task that was not lifted async");
    let not_asked = r#"(func (export "f") (param i32) (call $cancel))
        (func (export "g") (param i32) (result i32) (i32.const 0))"#;
    assert_eq!(
        run(&pair(not_asked, STACKFUL, &caller("(call $f-sync (i32.const 0))"))).0,
        ABI,
        "nobody has asked for it"
    );
}

#[test]
fn waitable_sets_trap_as_the_documents_say() {
    assert_eq!(go("(call $wait (i32.const 3) (i32.const 0))"), INVALID, "no such set");
    assert_eq!(go("(call $poll (call $index) (i32.const 0))"), INVALID, "no such set");
    assert_eq!(go("(call $join (call $set) (i32.const 0)) (i32.const 0)"), INVALID, "a set is no waitable");
    assert_eq!(go("(call $set-drop (i32.const 5)) (i32.const 0)"), INVALID, "no such set");
    assert_eq!(go("(call $wait (call $set) (i32.const 0))"), BLOCKED, "nothing can ever happen: a deadlock");
    assert_eq!(go("(call $poll (call $set) (i32.const 0))"), Ok(0), "EventCode.NONE");
    assert_eq!(go("(call $poll (call $set) (i32.const 2))"), Err(Some(TrapCode::InvalidPointer)), "badly aligned");
    assert_eq!(go("(call $poll (call $set) (i32.const 65532))"), Err(Some(TrapCode::InvalidPointer)), "out of bounds");
}

#[test]
fn of_two_events_the_first_that_joined_comes_first() {
    let both = r#"
        (local.set $pair (call $stream))
        (local.set $a (i32.wrap_i64 (local.get $pair)))
        (local.set $b (i32.wrap_i64 (i64.shr_u (local.get $pair) (i64.const 32))))
        (local.set $s (call $set))
        (drop (call $write (local.get $b) (i32.const 32) (i32.const 4)))
        (drop (call $read (local.get $a) (i32.const 40) (i32.const 2)))
        (call $join (local.get $b) (local.get $s))
        (call $wait (local.get $s) (i32.const 0))"#;
    assert_eq!(go(both), Ok(3), "STREAM_WRITE");
}
