//! The trap conditions of `definitions.py` in built-ins that wait or copy, as far as no other file here has them: one
//! assertion for each `trap_if`, named by function and clause.

use crate::*;

const POINTER: End = Err(Some(TrapCode::InvalidPointer));
const UNREACHED: &str = "(unreachable)";

/// Zeros for the parameters of a built-in, and what takes its result away.
fn call_with_zeros(name: &str, ty: &str) -> String {
    let (params, results) = ty.split_once("(result").map_or((ty, ""), |(params, results)| (params, results));
    let zeros = "(i32.const 0)".repeat(params.matches("i32").count());
    let drop = if results.is_empty() { "" } else { "(drop)" };
    format!("{zeros} (call ${name}) {drop}")
}

#[test]
fn what_may_not_leave() {
    for (name, canon, ty) in BUILTINS {
        let body = format!(r#"(func (export "f")) (func (export "post") {})"#, call_with_zeros(name, ty));
        let text = format!(
            r#"(component {}
            (func (export "go") (canon lift (core func $i "f") (post-return (core func $i "post")))))"#,
            with_builtins(&body, &[])
        );
        let mut run = Run::new();
        let instance = run.instantiate(&text).expect("an instance");
        let end = run.call(&instance, "go", &[]).map_err(code);
        let expected = match *name {
            "inc" => Ok(vec![]),
            "dec" => Err(Some(TrapCode::CanonicalAbi)),
            _ => Err(Some(TrapCode::CannotLeave)),
        };
        assert_eq!(end, expected, "{canon}: not inst.may_leave");
    }
}

/// Streams and futures of other types than those of [`BUILTINS`].
const OTHERS: &[(&str, &str, &str)] = &[
    ("stream32", "stream.new $st32", "(result i64)"),
    ("read32", "stream.read $st32 async (memory $m2)", "(param i32 i32 i32) (result i32)"),
    ("write32", "stream.write $st32 async (memory $m2)", "(param i32 i32 i32) (result i32)"),
    ("streams", "stream.new $sts", "(result i64)"),
    ("reads", "stream.read $sts async (memory $m2) (realloc $r2)", "(param i32 i32 i32) (result i32)"),
    ("writes", "stream.write $sts async (memory $m2)", "(param i32 i32 i32) (result i32)"),
    ("futures", "future.new $fts", "(result i64)"),
    ("future-reads", "future.read $fts async (memory $m2) (realloc $r2)", "(param i32 i32) (result i32)"),
    ("future-writes", "future.write $fts async (memory $m2)", "(param i32 i32) (result i32)"),
    ("future-read-sync", "future.read $ft2 (memory $m2)", "(param i32 i32) (result i32)"),
    ("future-write-sync", "future.write $ft2 (memory $m2)", "(param i32 i32) (result i32)"),
    ("cancel-write-async", "stream.cancel-write $st2 async", "(param i32) (result i32)"),
];

/// How `go` ends that has all these built-ins, and can hand a stream, a future or an error context to a sibling.
fn with_others(more: &str, body: &str) -> End {
    let (mut funcs, mut names) = (String::new(), Vec::new());
    for (name, canon, ty) in OTHERS {
        funcs += &format!("(core func $other-{name} (canon {canon}))\n");
        names.push((*name, format!("$other-{name}"), *ty));
    }
    let taken = [("take-stream", "stream"), ("take-future", "future"), ("take-error", "error")];
    names.extend(taken.map(|(name, _)| (name, format!("${name}"), "(param i32)")));
    let more_funcs: Vec<_> = names.iter().map(|(name, func, ty)| (*name, func.as_str(), *ty)).collect();
    let body = format!(r#"{more} (func (export "go") (result i32) {LOCALS} {body})"#);
    let text = format!(
        r#"(component
        (import "log" (func (param "id" u32)))
        (component $C
            (type $st (stream u8)) (type $ft (future u8))
            (core module $M (func (export "take") (param i32)))
            (core instance $m (instantiate $M))
            (func (export "stream") (param "x" $st) (canon lift (core func $m "take")))
            (func (export "future") (param "x" $ft) (canon lift (core func $m "take")))
            (func (export "error") (param "x" error-context) (canon lift (core func $m "take"))))
        (component $D
            (type $st2 (stream u8)) (type $ft2 (future u8))
            (import "stream" (func $stream' (param "x" $st2)))
            (import "future" (func $future' (param "x" $ft2)))
            (import "error" (func $error' (param "x" error-context)))
            (core func $take-stream (canon lower (func $stream')))
            (core func $take-future (canon lower (func $future')))
            (core func $take-error (canon lower (func $error')))
            (type $st32 (stream u32)) (type $sts (stream string)) (type $fts (future string))
            (core module $Mem2 (memory (export "m") 1)
                (func (export "r") (param i32 i32 i32 i32) (result i32) (i32.const 64)))
            (core instance $mem2 (instantiate $Mem2))
            (alias core export $mem2 "m" (core memory $m2))
            (alias core export $mem2 "r" (core func $r2))
            {funcs}
            {}
            (func (export "go") async (result u32) (canon lift (core func $i "go"))))
        (instance $c (instantiate $C))
        (instance $d (instantiate $D (with "stream" (func $c "stream")) (with "future" (func $c "future"))
            (with "error" (func $c "error"))))
        (export "go" (func $d "go")))"#,
        with_builtins(&body, &more_funcs)
    );
    run(&text).0
}

/// `$a` is the readable and `$b` the writable end of what `new` makes.
fn ends(new: &str, body: &str) -> End {
    ends_with("", new, body)
}

fn ends_with(more: &str, new: &str, body: &str) -> End {
    let made = format!(
        "(local.set $pair (call ${new})) (local.set $a (i32.wrap_i64 (local.get $pair)))
        (local.set $b (i32.wrap_i64 (i64.shr_u (local.get $pair) (i64.const 32))))"
    );
    with_others(more, &format!("{made} {body}"))
}

#[test]
fn buffer_guest_impl() {
    let read = |ptr: i32, length: u32| {
        ends("stream32", &format!("(call $read32 (local.get $a) (i32.const {ptr}) (i32.const {length}))"))
    };
    assert_eq!(read(4, 1), Ok(u32::MAX), "BLOCKED");
    assert_eq!(read(2, 1), POINTER, "ptr != align_to(ptr, alignment(t))");
    assert_eq!(read(65532, 1), Ok(u32::MAX), "the last one");
    assert_eq!(read(65532, 2), POINTER, "ptr + length * elem_size(t) > len(memory)");
    assert_eq!(read(0, 1 << 28), POINTER, "length > Buffer.MAX_LENGTH");
}

#[test]
fn both_ends_in_one_instance() {
    // `trap_if(inst is self.pending_inst and not none_or_number_type(self.t))`, by who comes second.
    let (read, write) = (
        "(call $reads (local.get $a) (i32.const 0) (i32.const 1))",
        "(call $writes (local.get $b) (i32.const 0) (i32.const 1))",
    );
    assert_eq!(ends("streams", &format!("(drop {read}) {write}")), INVALID, "SharedStreamImpl.write");
    assert_eq!(ends("streams", &format!("(drop {write}) {read}")), INVALID, "SharedStreamImpl.read");
    let (read, write) =
        ("(call $future-reads (local.get $a) (i32.const 0))", "(call $future-writes (local.get $b) (i32.const 0))");
    assert_eq!(ends("futures", &format!("(drop {read}) {write}")), INVALID, "SharedFutureImpl.write");
    assert_eq!(ends("futures", &format!("(drop {write}) {read}")), INVALID, "SharedFutureImpl.read");
    let number = "(drop (call $read32 (local.get $a) (i32.const 0) (i32.const 1)))
        (call $write32 (local.get $b) (i32.const 0) (i32.const 1))";
    assert_eq!(ends("stream32", number), Ok(0x10), "numbers may");
}

#[test]
fn stream_copy() {
    assert_eq!(go("(call $read (i32.const 9) (i32.const 0) (i32.const 1))"), INVALID, "Table.get");
    assert_eq!(go("(call $read (call $set) (i32.const 0) (i32.const 1))"), INVALID, "not isinstance(e, EndT)");
    let other = "(call $read (local.get $a) (i32.const 0) (i32.const 1))";
    assert_eq!(ends("stream32", other), INVALID, "e.shared.t != stream_t.t");
    let write = "(call $write (local.get $b) (i32.const 0) (i32.const 1))";
    assert_eq!(ends("stream", &format!("(drop {write}) {write}")), INVALID, "e.state != CopyState.IDLE");
    let joined = "(local.set $s (call $set)) (call $join (local.get $b) (local.get $s))";
    let sync = "(call $write-sync (local.get $b) (i32.const 0) (i32.const 1))";
    assert_eq!(ends("stream", &format!("{joined} {sync}")), INVALID, "e.in_waitable_set() and not opts.async_");
    assert_eq!(ends("stream", &format!("{joined} {write}")), Ok(u32::MAX), "async may");
}

#[test]
fn future_copy() {
    assert_eq!(go("(call $future-read (i32.const 9) (i32.const 0))"), INVALID, "Table.get");
    assert_eq!(go("(call $future-read (call $set) (i32.const 0))"), INVALID, "not isinstance(e, EndT)");
    let (read, write) =
        ("(call $future-read (local.get $a) (i32.const 0))", "(call $future-write (local.get $b) (i32.const 0))");
    assert_eq!(ends("future", "(call $future-read (local.get $b) (i32.const 0))"), INVALID, "the other end");
    assert_eq!(ends("futures", read), INVALID, "e.shared.t != future_t.t");
    assert_eq!(ends("future", &format!("(drop {read}) {read}")), INVALID, "read: e.state != CopyState.IDLE");
    assert_eq!(ends("future", &format!("(drop {write}) {write}")), INVALID, "write: e.state != CopyState.IDLE");
    for (end, sync) in [("$a", "$future-read-sync"), ("$b", "$future-write-sync")] {
        let joined =
            format!("(call $join (local.get {end}) (call $set)) (call {sync} (local.get {end}) (i32.const 0))");
        assert_eq!(ends("future", &joined), INVALID, "{sync}: e.in_waitable_set() and not opts.async_");
    }
    assert_eq!(ends("future", "(call $future-read (local.get $a) (i32.const -1))"), POINTER, "out of bounds");
}

#[test]
fn cancel_copy() {
    for (new, cancel, end) in [
        ("stream", "cancel-read", "$a"),
        ("stream", "cancel-write", "$b"),
        ("future", "future-cancel-read", "$a"),
        ("future", "future-cancel-write", "$b"),
    ] {
        assert_eq!(go(&format!("(call ${cancel} (i32.const 9))")), INVALID, "{cancel}: Table.get");
        assert_eq!(go(&format!("(call ${cancel} (call $set))")), INVALID, "{cancel}: not isinstance(e, EndT)");
        let other = if end == "$a" { "$b" } else { "$a" };
        assert_eq!(ends(new, &format!("(call ${cancel} (local.get {other}))")), INVALID, "{cancel}: the other end");
        let idle = format!("(call ${cancel} (local.get {end}))");
        assert_eq!(ends(new, &idle), INVALID, "{cancel}: e.state != CopyState.COPYING");
    }
    let read32 = "(drop (call $read32 (local.get $a) (i32.const 0) (i32.const 1))) (call $cancel-read (local.get $a))";
    assert_eq!(ends("stream32", read32), INVALID, "e.shared.t != stream_or_future_t.t");
    let joined = "(drop (call $write (local.get $b) (i32.const 0) (i32.const 1)))
        (call $join (local.get $b) (call $set))";
    let cancel = |what: &str| ends("stream", &format!("{joined} (call ${what} (local.get $b))"));
    assert_eq!(cancel("cancel-write"), INVALID, "e.in_waitable_set() and not async_");
    assert_eq!(cancel("cancel-write-async"), Ok(2), "async may: CANCELLED");
}

/// A thread that blocks in a synchronous read of `$end`, and then `body`.
fn while_a_thread_reads(body: &str) -> End {
    let thread = r#"(global $end (mut i32) (i32.const 0))
        (func $thread (param i32) (drop (call $read-sync (global.get $end) (i32.const 0) (i32.const 1))))
        (elem (i32.const 0) func $thread)"#;
    let begin = "(global.set $end (local.get $a))
        (call $resume-later (call $new-thread (i32.const 0) (i32.const 0))) (drop (call $yield))";
    ends_with(thread, "stream", &format!("{begin} {body}"))
}

#[test]
fn what_has_a_sync_waiter() {
    assert_eq!(while_a_thread_reads("(i32.const 3)"), Ok(3));
    let join = "(call $join (local.get $a) (call $set)) (i32.const 0)";
    assert_eq!(while_a_thread_reads(join), INVALID, "canon_waitable_join: w.has_sync_waiter");
    let cancel = "(call $cancel-read (local.get $a))";
    assert_eq!(while_a_thread_reads(cancel), INVALID, "cancel_copy: e.has_sync_waiter");
}

#[test]
fn waitable_join_and_set_drop() {
    assert_eq!(go("(call $join (i32.const 9) (i32.const 0)) (i32.const 0)"), INVALID, "Table.get of the waitable");
    let no_set = "(call $join (local.get $a) (local.get $b)) (i32.const 0)";
    assert_eq!(ends("stream", no_set), INVALID, "not isinstance(wset, WaitableSet)");
    assert_eq!(
        ends("stream", "(call $join (local.get $a) (i32.const 9)) (i32.const 0)"),
        INVALID,
        "Table.get of the set"
    );
    let thread = r#"(global $wset (mut i32) (i32.const 0))
        (func $thread (param i32) (drop (call $wait (global.get $wset) (i32.const 0))))
        (elem (i32.const 0) func $thread)"#;
    let drop = "(global.set $wset (call $set))
        (call $resume-later (call $new-thread (i32.const 0) (i32.const 0))) (drop (call $yield))
        (call $set-drop (global.get $wset)) (i32.const 0)";
    assert_eq!(with_others(thread, drop), INVALID, "WaitableSet.drop: self.num_waiting > 0");
    assert_eq!(go("(call $poll (i32.const 9) (i32.const 0))"), INVALID, "canon_waitable_set_poll: Table.get");
    assert_eq!(ends("stream", "(call $poll (local.get $a) (i32.const 0))"), INVALID, "poll: not isinstance(wset, …)");
    assert_eq!(ends("stream", "(call $wait (local.get $a) (i32.const 0))"), INVALID, "wait: not isinstance(wset, …)");
}

#[test]
fn dropping_ends() {
    for (new, drop, end) in
        [("stream", "drop-readable", "$a"), ("stream", "drop-writable", "$b"), ("future", "future-drop-readable", "$a")]
    {
        let of = |new: &str, end: &str| ends(new, &format!("(call ${drop} (local.get {end})) (i32.const 0)"));
        assert_eq!(of(new, end), Ok(0));
        let other = if end == "$a" { "$b" } else { "$a" };
        assert_eq!(of(new, other), INVALID, "{drop}: not isinstance(e, EndT)");
        assert_eq!(of(&format!("{new}s"), end), INVALID, "{drop}: e.shared.t != stream_or_future_t.t");
        assert_eq!(go(&format!("(call ${drop} (i32.const 9)) (i32.const 0)")), INVALID, "{drop}: Table.remove");
    }
    let copying = "(drop (call $future-read (local.get $a) (i32.const 0)))
        (call $future-drop-readable (local.get $a)) (i32.const 0)";
    assert_eq!(ends("future", copying), INVALID, "CopyEnd.drop: self.copying()");
}

#[test]
fn lifting_ends_and_error_contexts() {
    for (what, take, read) in [
        ("stream", "take-stream", "(call $read (local.get $a) (i32.const 0) (i32.const 1))"),
        ("future", "take-future", "(call $future-read (local.get $a) (i32.const 0))"),
    ] {
        let taken = |new: &str, before: &str, end: &str| {
            ends(new, &format!("{before} (call ${take} (local.get {end})) (i32.const 0)"))
        };
        assert_eq!(taken(what, "", "$a"), Ok(0));
        assert_eq!(taken(what, "", "$b"), INVALID, "lift_{what}: not isinstance(e, ReadableEndT)");
        assert_eq!(taken(&format!("{what}s"), "", "$a"), INVALID, "lift_{what}: e.shared.t != t");
        assert_eq!(taken(what, &format!("(drop {read})"), "$a"), INVALID, "lift_{what}: e.state != CopyState.IDLE");
        let joined = "(call $join (local.get $a) (call $set))";
        assert_eq!(taken(what, joined, "$a"), INVALID, "lift_{what}: e.in_waitable_set()");
        assert_eq!(taken(what, "(local.set $s (call $set))", "$s"), INVALID, "lift_{what}: a set");
        assert_eq!(taken(what, "", "$s"), INVALID, "lift_{what}: Table.remove of 0");
    }
    let error = |body: &str| with_others("", &format!("(call $take-error {body}) (i32.const 0)"));
    assert_eq!(error("(call $error (i32.const 0) (i32.const 0))"), Ok(0));
    assert_eq!(error("(call $set)"), INVALID, "lift_error_context: not isinstance(errctx, ErrorContext)");
    assert_eq!(error("(i32.const 9)"), INVALID, "lift_error_context: Table.get");
}

#[test]
fn thread_builtins_of_others() {
    for resume in ["suspend-then-resume", "yield-then-resume", "suspend-then-promote", "yield-then-promote"] {
        assert_eq!(go(&format!("(call ${resume} (i32.const 9))")), INVALID, "{resume}: Table.get");
    }
    for resume in ["suspend-then-resume", "yield-then-resume"] {
        let own = format!("(call ${resume} (call $index))");
        assert_eq!(go(&own), ABI, "{resume}: not other_thread.suspended()");
    }
}

/// How a call ends whose function, lifted with `lift`, returns through `task.return` as `canon` defines it.
fn task_return(canon: &str, lift: &str, ty: &str) -> Result<Vec<ComponentVal>, Option<TrapCode>> {
    let text = format!(
        r#"(component
        (core module $Mem (memory (export "m") 1))
        (core instance $mem (instantiate $Mem)) (core instance $other (instantiate $Mem))
        (core func $return (canon task.return {canon}))
        (core module $m (import "" "return" (func $return (param {ty})))
            (func (export "f") (call $return ({ty}.const 7))))
        (core instance $i (instantiate $m (with "" (instance (export "return" (func $return))))))
        (func (export "f") async (result u32) (canon lift (core func $i "f") async {lift})))"#
    );
    let mut run = Run::new();
    let instance = run.instantiate(&text).expect("an instance");
    run.call(&instance, "f", &[]).map_err(code)
}

#[test]
fn canon_task_return() {
    let memory = r#"(memory (core memory $mem "m"))"#;
    let abi = Err(Some(TrapCode::CanonicalAbi));
    assert_eq!(task_return("(result u32)", "", "i32"), Ok(vec![ComponentVal::U32(7)]));
    assert_eq!(task_return("(result u8)", "", "i32"), abi, "result_type != task.ft.result");
    assert_eq!(task_return("(result u64)", "", "i64"), abi, "result_type != task.ft.result");
    let utf16 = "string-encoding=utf16";
    assert_eq!(task_return(&format!("(result u32) {utf16}"), "", "i32"), abi, "LiftOptions.equal: string_encoding");
    assert_eq!(task_return("(result u32)", utf16, "i32"), abi, "LiftOptions.equal: string_encoding");
    let other = r#"(result u32) (memory (core memory $other "m"))"#;
    assert_eq!(task_return(other, memory, "i32"), abi, "LiftOptions.equal: memory");
    let same = format!("(result u32) {memory}");
    assert_eq!(task_return(&same, memory, "i32"), Ok(vec![ComponentVal::U32(7)]));
}

/// A task that is cancelled while it holds the borrow of another component's resource, which it may have dropped.
fn cancelled_with_borrow(drop: &str) -> End {
    let callee = format!(
        r#"(func (export "f") (param $h i32)
            (drop (call $wait-cancellable (call $set) (i32.const 0))) {drop} (call $cancel))"#
    );
    let caller = format!(
        r#"(func (export "go") (result i32) {LOCALS}
            (local.set $a (i32.shr_u (call $f (call $make)) (i32.const 4)))
            (call $subtask-cancel (local.get $a)))"#
    );
    let text = format!(
        r#"(component
        (component $R
            (type $r' (resource (rep i32)))
            (export $r "r" (type $r'))
            (core func $new (canon resource.new $r'))
            (core module $M (import "" "new" (func $new (param i32) (result i32)))
                (func (export "make") (result i32) (call $new (i32.const 1))))
            (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
            (func (export "make") (result (own $r)) (canon lift (core func $m "make"))))
        (instance $r (instantiate $R))
        (component $C
            (import "r" (type $r (sub resource)))
            (core func $drop-r (canon resource.drop $r))
            {}
            (func (export "f") async (param "x" (borrow $r)) (canon lift (core func $i "f") async)))
        (instance $c (instantiate $C (with "r" (type $r "r"))))
        (component $D
            (import "r" (type $r (sub resource)))
            (import "make" (func $make (result (own $r))))
            (import "f" (func $f async (param "x" (borrow $r))))
            (core func $make' (canon lower (func $make)))
            (core func $f' (canon lower (func $f) async))
            {}
            (func (export "go") async (result u32) (canon lift (core func $i "go"))))
        (instance $d (instantiate $D (with "r" (type $r "r")) (with "make" (func $r "make")) (with "f" (func $c "f"))))
        (export "go" (func $d "go")))"#,
        with_builtins(&callee, &[("drop-r", "$drop-r", "(param i32)")]),
        with_builtins(&caller, &[("make", "$make'", "(result i32)"), ("f", "$f'", "(param i32) (result i32)")]),
    );
    let mut run = Run::new();
    let instance = run.instantiate(&text).expect("an instance");
    end_of(run.call(&instance, "go", &[])).map_err(code)
}

#[test]
fn task_cancel_with_borrows() {
    assert_eq!(cancelled_with_borrow(""), INVALID, "Task.cancel: self.num_borrows > 0");
    assert_eq!(cancelled_with_borrow("(call $drop-r (local.get $h))"), Ok(4), "CANCELLED_BEFORE_RETURNED");
    assert_eq!(cancelled_with_borrow(UNREACHED), Err(Some(TrapCode::Unreachable)), "it is told of the cancellation");
}

#[test]
fn built_ins_of_shared_everything_threads_are_refused_by_name() {
    let types = "(core type $ft (func (param i32)))";
    let table = r#"(core module $M (table (export "t") 1 funcref)) (core instance $m (instantiate $M))"#;
    let builtins = [
        ("thread.spawn-ref", format!("{types} (core func (canon thread.spawn-ref $ft))")),
        (
            "thread.spawn-indirect",
            format!("{types} {table} (core func (canon thread.spawn-indirect $ft (table $m \"t\")))"),
        ),
        ("thread.available-parallelism", "(core func (canon thread.available_parallelism))".to_owned()),
    ];
    let mut refused: Vec<(&str, Vec<u8>)> =
        builtins.iter().map(|(name, text)| (*name, bytes(&format!("(component {text})")))).collect();
    // With the `shared?` of today's Binary.md.
    refused.push(("thread.available-parallelism", b"\0asm\x0d\0\x01\0\x08\x03\x01\x42\0".to_vec()));
    refused.push(("thread.spawn-ref", b"\0asm\x0d\0\x01\0\x08\x04\x01\x40\0\0".to_vec()));
    for (name, bytes) in refused {
        match preflight_engine::component::Component::new(&Config::default(), &bytes) {
            Err(preflight_engine::ModuleError::Unsupported { message, .. }) => {
                assert!(message.contains(name) && message.contains("shared-everything-threads"), "{message}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}
