//! *Buffer State*, *Stream State*, *Future State*, error contexts.

use crate::*;

/// Makes a stream or future: `$a` is the readable and `$b` the writable end.
fn new(what: &str) -> String {
    format!(
        "(local.set $pair (call ${what})) (local.set $a (i32.wrap_i64 (local.get $pair)))
        (local.set $b (i32.wrap_i64 (i64.shr_u (local.get $pair) (i64.const 32))))"
    )
}

fn stream(body: &str) -> End {
    go(&format!("{} {body}", new("stream")))
}

fn future(body: &str) -> End {
    go(&format!("{} {body}", new("future")))
}

#[test]
fn a_read_and_a_write_meet() {
    assert_eq!(
        stream("(i32.add (i32.mul (local.get $a) (i32.const 10)) (local.get $b))"),
        Ok(12),
        "the readable end first"
    );
    let meet = "(i32.store (i32.const 32) (i32.const 0x04030201))
        (if (i32.ne (call $write (local.get $b) (i32.const 32) (i32.const 4)) (i32.const -1)) (then unreachable))
        (if (i32.ne (call $read (local.get $a) (i32.const 48) (i32.const 100)) (i32.const 0x40)) (then unreachable))
        (i32.load (i32.const 48))";
    assert_eq!(stream(meet), Ok(0x0403_0201));
    let twice = "(i32.store (i32.const 32) (i32.const 0x04030201))
        (drop (call $write (local.get $b) (i32.const 32) (i32.const 4)))
        (drop (call $read (local.get $a) (i32.const 48) (i32.const 3)))
        (if (i32.ne (call $read (local.get $a) (i32.const 60) (i32.const 3)) (i32.const 0x10)) (then unreachable))
        (i32.load (i32.const 60))";
    assert_eq!(stream(twice), Ok(4), "the rest of the same write");
    assert_eq!(stream("(call $write-sync (local.get $b) (i32.const 32) (i32.const 4))"), BLOCKED, "nobody reads");
}

#[test]
fn an_end_that_is_dropped_is_told_to_the_other() {
    let dropped = "(call $drop-readable (local.get $a)) (call $write (local.get $b) (i32.const 0) (i32.const 1))";
    assert_eq!(stream(dropped), Ok(1), "DROPPED");
    let after = format!("{dropped} (drop) (call $write (local.get $b) (i32.const 0) (i32.const 1))");
    assert_eq!(stream(&after), INVALID, "the writable end is DONE");
    let pending = "(drop (call $read (local.get $a) (i32.const 0) (i32.const 1))) (call $drop-writable (local.get $b))
        (call $cancel-read (local.get $a))";
    assert_eq!(stream(pending), Ok(1), "DROPPED, and not CANCELLED");
    let partly = "(drop (call $write (local.get $b) (i32.const 0) (i32.const 8)))
        (drop (call $read (local.get $a) (i32.const 16) (i32.const 3))) (call $drop-readable (local.get $a))
        (call $cancel-write (local.get $b))";
    assert_eq!(stream(partly), Ok(0x31), "three elements, then DROPPED");
}

#[test]
fn copies_are_cancelled() {
    let read = "(drop (call $read (local.get $a) (i32.const 0) (i32.const 1)))";
    assert_eq!(stream(&format!("{read} (call $cancel-read (local.get $a))")), Ok(2), "CANCELLED");
    let again = format!("{read} (drop (call $cancel-read (local.get $a))) {read} (call $cancel-read (local.get $a))");
    assert_eq!(stream(&again), Ok(2), "it was IDLE again");
    assert_eq!(stream("(call $cancel-read (local.get $a))"), INVALID, "nothing to cancel");
    assert_eq!(stream(&format!("{read} (call $cancel-write (local.get $a))")), INVALID, "not the writable end");
    let joined = "(local.set $s (call $set)) (call $join (local.get $a) (local.get $s))";
    assert_eq!(stream(&format!("{read} {joined} (call $cancel-read (local.get $a))")), INVALID, "in a set");
}

#[test]
fn both_readings_of_a_cancelled_copy_that_was_partly_done() {
    use preflight_engine::component::{PartialCancel, Readings};
    let body = format!(
        "{} (drop (call $write (local.get $b) (i32.const 0) (i32.const 8)))
        (drop (call $read (local.get $a) (i32.const 16) (i32.const 3))) (call $cancel-write (local.get $b))",
        new("stream")
    );
    let text = single(&format!(r#"(func (export "go") (result i32) {LOCALS} {body})"#));
    for (partial_cancel, expected) in [(PartialCancel::Completed, 0x30), (PartialCancel::Cancelled, 0x32)] {
        let mut run = Run::new();
        run.store.set_readings(Readings { partial_cancel, ..Readings::default() });
        let instance = run.instantiate(&text).expect("an instance");
        assert_eq!(end_of(run.call(&instance, "go", &[])).map_err(code), Ok(expected));
    }
}

#[test]
fn copies_trap_as_the_documents_say() {
    let read = "(call $read (local.get $a) (i32.const 0) (i32.const 1))";
    assert_eq!(stream(&format!("(drop {read}) {read}")), INVALID, "one copy at a time");
    assert_eq!(stream("(call $read (local.get $b) (i32.const 0) (i32.const 1))"), INVALID, "the other end");
    assert_eq!(stream("(call $future-read (local.get $a) (i32.const 0))"), INVALID, "no future");
    assert_eq!(
        stream(&format!("(drop {read}) (call $drop-readable (local.get $a)) (i32.const 0)")),
        INVALID,
        "it copies"
    );
    let joined = "(local.set $s (call $set)) (call $join (local.get $a) (local.get $s))";
    let sync = "(call $read-sync (local.get $a) (i32.const 0) (i32.const 1))";
    assert_eq!(stream(&format!("{joined} {sync}")), INVALID, "a synchronous copy of what is in a set");
    let pointer = Err(Some(TrapCode::InvalidPointer));
    assert_eq!(stream("(call $read (local.get $a) (i32.const 65530) (i32.const 10))"), pointer, "out of bounds");
    assert_eq!(stream("(call $read (local.get $a) (i32.const 0) (i32.const 0x10000000))"), pointer, "too long");
    assert_eq!(
        stream("(call $read (local.get $a) (i32.const -1) (i32.const 0))"),
        Ok(u32::MAX),
        "nothing at all, anywhere"
    );
}

#[test]
fn copies_of_nothing_meet() {
    let (read, write) = (
        "(call $read (local.get $a) (i32.const 0) (i32.const 0))",
        "(call $write (local.get $b) (i32.const 0) (i32.const 0))",
    );
    assert_eq!(stream(&format!("(drop {read}) {write}")), Ok(0), "the write completes");
    assert_eq!(stream(&format!("(drop {write}) {read}")), Ok(u32::MAX), "the read goes on waiting, the write is told");
}

#[test]
fn futures_are_written_once() {
    let meet = "(i32.store8 (i32.const 32) (i32.const 77))
        (if (i32.ne (call $future-write (local.get $b) (i32.const 32)) (i32.const -1)) (then unreachable))
        (if (call $future-read (local.get $a) (i32.const 48)) (then unreachable))
        (local.set $s (call $set)) (call $join (local.get $b) (local.get $s))
        (if (i32.ne (call $wait (local.get $s) (i32.const 0)) (i32.const 5)) (then unreachable))
        (call $future-drop-writable (local.get $b)) (call $future-drop-readable (local.get $a))
        (i32.load8_u (i32.const 48))";
    assert_eq!(future(meet), Ok(77));
    assert_eq!(future("(call $future-drop-writable (local.get $b)) (i32.const 0)"), INVALID, "never written");
    let dropped = "(call $future-drop-readable (local.get $a)) (call $future-write (local.get $b) (i32.const 0))";
    assert_eq!(future(dropped), Ok(1), "DROPPED");
    assert_eq!(future(&format!("{dropped} (call $future-drop-writable (local.get $b))")), Ok(1), "and then it may go");
    let cancelled =
        "(drop (call $future-write (local.get $b) (i32.const 0))) (call $future-cancel-write (local.get $b))";
    assert_eq!(future(cancelled), Ok(2), "CANCELLED");
    assert_eq!(
        future(&format!("{cancelled} (call $future-drop-writable (local.get $b))")),
        INVALID,
        "still to be written"
    );
    let read = "(drop (call $future-read (local.get $a) (i32.const 0))) (call $future-cancel-read (local.get $a))";
    assert_eq!(future(read), Ok(2), "CANCELLED");
}

#[test]
fn error_contexts_forget_their_message() {
    let message = "(i32.store (i32.const 64) (i32.const 9)) (i32.store (i32.const 68) (i32.const 9))
        (local.set $a (call $error (i32.const 0) (i32.const 3)))
        (call $error-message (local.get $a) (i32.const 64)) (call $error-drop (local.get $a)) (i32.load (i32.const 68))";
    assert_eq!(go(message), Ok(0), "a message without bytes");
    assert_eq!(go("(call $error-drop (i32.const 1)) (i32.const 0)"), INVALID);
    assert_eq!(go("(call $error-drop (call $set)) (i32.const 0)"), INVALID);
    assert_eq!(go("(call $error-message (call $set) (i32.const 64)) (i32.const 0)"), INVALID);
    let misaligned = "(call $error-message (call $error (i32.const 0) (i32.const 0)) (i32.const 65)) (i32.const 0)";
    assert_eq!(go(misaligned), Err(Some(TrapCode::InvalidPointer)));
}
