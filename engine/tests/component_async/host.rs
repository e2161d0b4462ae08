//! Asynchronous functions of the host: calls that are not over when they return, seen from their callers.

use crate::*;
use preflight_engine::{
    Store,
    component::{ComponentError, ComponentLinkError, ComponentValType, HostItem, HostTask},
};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// `go` may call `$f` (lowered `async`: the argument and where the result goes) and `$f-sync`, which the host implements.
fn user(ty: &str, body: &str) -> String {
    let more = [("f", "$f'", "(param i32 i32) (result i32)"), ("f-sync", "$f-sync", "(param i32) (result i32)")];
    let body = with_builtins(&format!(r#"(func (export "go") (result i32) {LOCALS} {body})"#), &more);
    format!(
        r#"(component
        (import "f" (func $f async (param "x" u32) (result u32)))
        (core module $M (memory (export "m") 1)) (core instance $dm (instantiate $M))
        (alias core export $dm "m" (core memory $dm))
        (core func $f-sync (canon lower (func $f)))
        (core func $f' (canon lower (func $f) async (memory $dm)))
        {body}
        (func (export "go") {ty} (result u32) (canon lift (core func $i "go"))))"#
    )
}

/// Returns its argument plus one when it is asked for the `n`th time, or once it is told to wait for that, and counts how
/// often it is asked.
struct Counts {
    n: u32,
    x: u32,
    refuses: bool,
    polls: Rc<Cell<u32>>,
}

impl HostTask for Counts {
    fn poll(&mut self, _: &mut Store, is_idle: bool) -> Result<Option<Vec<ComponentVal>>, Fault> {
        self.polls.set(self.polls.get() + 1);
        self.n = if is_idle { 0 } else { self.n - 1 };
        Ok((self.n == 0).then(|| vec![ComponentVal::U32(self.x + 1)]))
    }

    fn cancel(&mut self, _: &mut Store) -> bool {
        !self.refuses
    }
}

fn counts(n: u32, refuses: bool) -> (HostItem, Rc<Cell<u32>>) {
    let polls = Rc::<Cell<u32>>::default();
    let out = polls.clone();
    let item = HostItem::async_func(move |_, args| {
        let [ComponentVal::U32(x)] = *args else { panic!("{args:?}") };
        Ok(Box::new(Counts { n, x, refuses, polls: out.clone() }))
    });
    (item, polls)
}

/// Calls `go` on every tier, with a host that is asked `n` times.
fn with_host(n: u32, refuses: bool, body: &str) -> (End, u32, Vec<String>) {
    let component = component(&user("async", body));
    let on = |config: &Config| {
        let mut run = Run::with(config);
        let (item, polls) = counts(n, refuses);
        run.linker.define("f", item);
        let instance = run.instantiate_component(&component).expect("an instance");
        let end = end_of(run.call(&instance, "go", &[])).map_err(code);
        (end, polls.get(), run.steps())
    };
    let mut ends = tiers().iter().map(on).collect::<Vec<_>>();
    let last = ends.pop().expect("a tier");
    ends.iter().for_each(|end| assert_eq!(*end, last));
    last
}

/// As `go`, waits for the subtask in `$a` with a new set.
const WAIT: &str = r#"(local.set $s (call $set)) (call $join (local.get $a) (local.get $s))
    (if (i32.ne (call $wait (local.get $s) (i32.const 0)) (i32.const 1 (; SUBTASK ;))) (then unreachable))"#;

#[test]
fn a_synchronous_call_waits_for_the_host() {
    let (end, polls, steps) = with_host(3, false, "(call $f-sync (i32.const 7))");
    assert_eq!((end, polls), (Ok(8), 3));
    let steps: Vec<&str> = steps.iter().map(String::as_str).filter(|step| step.starts_with(['h', 't'])).collect();
    let expected = [
        "task / func 1 started",
        "host / f [7]",
        "thread / 1 blocked",
        "host-done / f [8]",
        "thread / 1 resumed",
        "task / func 1 returned",
    ];
    assert_eq!(steps, expected);
    // One that is over at once does not block.
    let (end, polls, steps) = with_host(1, false, "(call $f-sync (i32.const 7))");
    assert_eq!((end, polls), (Ok(8), 1));
    assert!(!steps.contains(&"thread / 1 blocked".to_owned()), "{steps:#?}");
}

#[test]
fn an_asynchronous_call_of_the_host_is_a_subtask() {
    let at_once = "(call $f (i32.const 7) (i32.const 16))";
    assert_eq!(with_host(1, false, at_once).0, Ok(2), "RETURNED, and no subtask");
    let body = format!(
        r#"(local.set $a (call $f (i32.const 7) (i32.const 16)))
        (if (i32.ne (i32.and (local.get $a) (i32.const 15)) (i32.const 1 (; STARTED ;))) (then unreachable))
        (local.set $a (i32.shr_u (local.get $a) (i32.const 4)))
        {WAIT} (call $subtask-drop (local.get $a)) (call $set-drop (local.get $s)) (i32.load (i32.const 4))"#
    );
    let (end, polls, steps) = with_host(2, false, &body);
    assert_eq!((end, polls), (Ok(2), 2), "the event says RETURNED");
    assert!(steps.contains(&"lowered / f result [8]".to_owned()), "{steps:#?}");
}

#[test]
fn a_guest_that_only_yields_gets_its_results() {
    let body = r#"(local.set $a (i32.shr_u (call $f (i32.const 7) (i32.const 16)) (i32.const 4)))
        (local.set $s (call $set)) (call $join (local.get $a) (local.get $s))
        (loop $again
            (drop (call $yield))
            (br_if $again (i32.eqz (call $poll (local.get $s) (i32.const 0)))))
        (i32.load (i32.const 4))"#;
    assert_eq!(with_host(9, false, body).0, Ok(2));
}

#[test]
fn a_call_of_the_host_can_be_cancelled() {
    let body = |cancel: &str| {
        format!(
            r#"(local.set $a (i32.shr_u (call $f (i32.const 7) (i32.const 16)) (i32.const 4)))
            (call ${cancel} (local.get $a))"#
        )
    };
    let (end, polls, steps) = with_host(5, false, &body("subtask-cancel"));
    assert_eq!((end, polls), (Ok(4), 1), "CANCELLED_BEFORE_RETURNED");
    assert!(!steps.iter().any(|step| step.starts_with("host-done")), "{steps:#?}");
    // The host need not obey.
    assert_eq!(with_host(5, true, &body("subtask-cancel")).0, Ok(2), "RETURNED after all");
    assert_eq!(with_host(5, true, &body("subtask-cancel-async")).0, Ok(u32::MAX), "BLOCKED");
}

#[test]
fn a_synchronous_task_cannot_wait_for_the_host() {
    let component = component(&user("", "(call $f-sync (i32.const 7))"));
    for (n, expected) in [(1, Ok(8)), (2, Err(Some(TrapCode::CannotBlock)))] {
        let mut run = Run::new();
        run.linker.define("f", counts(n, false).0);
        let instance = run.instantiate_component(&component).expect("an instance");
        assert_eq!(end_of(run.call(&instance, "go", &[])).map_err(code), expected);
    }
}

/// Never has results.
struct Never(Rc<Cell<bool>>);

impl HostTask for Never {
    fn poll(&mut self, _: &mut Store, is_idle: bool) -> Result<Option<Vec<ComponentVal>>, Fault> {
        self.0.set(self.0.get() || is_idle);
        Ok(None)
    }
}

#[test]
fn a_call_that_is_never_over_is_a_deadlock() {
    let mut run = Run::new();
    let was_idle = Rc::<Cell<bool>>::default();
    let out = was_idle.clone();
    run.linker.define("f", HostItem::async_func(move |_, _| Ok(Box::new(Never(out.clone())))));
    let instance = run.instantiate(&user("async", "(call $f-sync (i32.const 7))")).expect("an instance");
    assert_eq!(end_of(run.call(&instance, "go", &[])).map_err(code), BLOCKED);
    assert!(was_idle.get(), "it was told that nothing else goes on");
}

/// A host whose task ends with `end` when it is asked again.
fn ends_with(end: Result<Vec<ComponentVal>, Fault>) -> HostItem {
    HostItem::async_func(move |_, _| {
        let (end, mut asked) = (end.clone(), false);
        Ok(Box::new(move |_: &mut Store| match std::mem::replace(&mut asked, true) {
            false => Ok(None),
            true => end.clone().map(Some),
        }) as Box<dyn HostTask>)
    })
}

#[test]
fn what_goes_wrong_in_the_host_locks_its_caller() {
    let ends = [Err(Fault::Usage("as the test wants".to_owned())), Ok(vec![ComponentVal::Bool(true)]), Ok(vec![])];
    for end in ends {
        let mut run = Run::new();
        run.linker.define("f", ends_with(end));
        let instance = run.instantiate(&user("async", "(call $f-sync (i32.const 7))")).expect("an instance");
        let end = run.call(&instance, "go", &[]);
        assert!(matches!(end, Err(Fault::Usage(_))), "{end:?}");
        assert_eq!(run.call(&instance, "go", &[]).map_err(code), Err(Some(TrapCode::CannotEnter)));
        assert!(run.steps().contains(&"locked /".to_owned()));
        assert!(!run.store.tick().expect("nothing is left"));
    }
}

#[test]
fn a_function_that_is_not_async_is_not_given_an_asynchronous_one() {
    let mut run = Run::new();
    run.linker.define("f", counts(1, false).0);
    match run.instantiate(r#"(component (import "f" (func (param "x" u32) (result u32))))"#) {
        Err(ComponentError::Link(ComponentLinkError::Mismatch(mismatch))) => {
            assert_eq!(mismatch.path, r#""f""#);
            assert_eq!(mismatch.expected, r#"(func (param "x" u32) (result u32))"#);
            assert_eq!(mismatch.actual, "an asynchronous function");
        }
        other => panic!("{other:?}"),
    }
}

/// What the host has been told of a stream: elements, and `None` at its end.
type Told = Rc<RefCell<Vec<Option<Vec<ComponentVal>>>>>;

/// Calls `go`, which may call `$give` and `$give-future`, which give what the host has, and `$take`, `$take-future` and
/// `$refuse`, which the host reads or drops, on every tier.
fn with_streams(body: &str) -> (End, Vec<Option<Vec<ComponentVal>>>) {
    let (mut text, mut more) = (String::new(), Vec::new());
    for (name, ty, core) in [
        ("give", "(result (stream u8))", "(result i32)"),
        ("give-future", "(result (future u8))", "(result i32)"),
        ("take", "(param \"s\" (stream u8))", "(param i32)"),
        ("take-future", "(param \"s\" (future u8))", "(param i32)"),
        ("refuse", "(param \"s\" (stream u8))", "(param i32)"),
    ] {
        text += &format!(
            "(import \"{name}\" (func $h-{name} {ty})) (core func $l-{name} (canon lower (func $h-{name})))\n"
        );
        more.push((name, format!("$l-{name}"), core));
    }
    let more: Vec<_> = more.iter().map(|(name, func, core)| (*name, func.as_str(), *core)).collect();
    let body = with_builtins(&format!(r#"(func (export "go") (result i32) {LOCALS} {body})"#), &more);
    let text = format!(
        r#"(component {text} {body} (func (export "go") async (result u32) (canon lift (core func $i "go"))))"#
    );
    let component = component(&text);
    let on = |config: &Config| {
        let (mut run, told) = (Run::with(config), Told::default());
        let bytes = |bytes: &[u8]| bytes.iter().map(|byte| ComponentVal::U8(*byte)).collect::<Vec<_>>();
        let u8 = || Some(ComponentValType::U8);
        run.linker.define("give", HostItem::func(move |store, _| Ok(vec![store.stream_of(u8(), bytes(&[1, 2, 3]))?])));
        run.linker.define(
            "give-future",
            HostItem::func(move |store, _| Ok(vec![store.future_of(u8(), ComponentVal::U8(9))?])),
        );
        for name in ["take", "take-future"] {
            let told = told.clone();
            run.linker.define(
                name,
                HostItem::func(move |store, args| {
                    let told = told.clone();
                    store.read_all(&args[0], move |_, vals| told.borrow_mut().push(vals)).map(|()| vec![])
                }),
            );
        }
        run.linker.define("refuse", HostItem::func(|store, args| store.drop_readable(&args[0]).map(|()| vec![])));
        let instance = run.instantiate_component(&component).expect("an instance");
        let end = end_of(run.call(&instance, "go", &[])).map_err(code);
        (end, told.take())
    };
    let mut ends = tiers().iter().map(on).collect::<Vec<_>>();
    let last = ends.pop().expect("a tier");
    ends.iter().for_each(|end| assert_eq!(*end, last));
    last
}

#[test]
fn guests_read_streams_and_futures_of_the_host() {
    // Two elements (COMPLETED is 0), the third, and then DROPPED, which is 1.
    let body = r#"(local.set $a (call $give))
        (if (i32.ne (call $read-sync (local.get $a) (i32.const 16) (i32.const 2)) (i32.const 0x20)) (then unreachable))
        (if (i32.ne (call $read (local.get $a) (i32.const 18) (i32.const 0)) (i32.const 0)) (then unreachable))
        (if (i32.ne (call $read (local.get $a) (i32.const 18) (i32.const 9)) (i32.const 0x10)) (then unreachable))
        (if (i32.ne (call $read (local.get $a) (i32.const 19) (i32.const 9)) (i32.const 1)) (then unreachable))
        (call $drop-readable (local.get $a))
        (i32.load (i32.const 16))"#;
    assert_eq!(with_streams(body), (Ok(0x03_02_01), vec![]));
    let body = r#"(local.set $a (call $give-future))
        (if (call $future-read (local.get $a) (i32.const 16)) (then unreachable))
        (call $future-drop-readable (local.get $a))
        (i32.load (i32.const 16))"#;
    assert_eq!(with_streams(body), (Ok(9), vec![]));
    // An end that has not been read to its end can be dropped.
    assert_eq!(with_streams("(call $drop-readable (call $give)) (i32.const 5)"), (Ok(5), vec![]));
}

/// `$a` and `$b` are the readable and the writable end of a new stream or future.
fn ends(new: &str) -> String {
    format!(
        "(local.set $pair (call ${new}))
        (local.set $a (i32.wrap_i64 (local.get $pair)))
        (local.set $b (i32.wrap_i64 (i64.shr_u (local.get $pair) (i64.const 32))))
        (i32.store (i32.const 16) (i32.const 0x030201))"
    )
}

#[test]
fn the_host_reads_streams_and_futures_of_guests() {
    let bytes = |bytes: &[u8]| Some(bytes.iter().map(|byte| ComponentVal::U8(*byte)).collect::<Vec<_>>());
    let body = ends("stream")
        + r#"(call $take (local.get $a))
        (if (i32.ne (call $write-sync (local.get $b) (i32.const 16) (i32.const 2)) (i32.const 0x20)) (then unreachable))
        (if (i32.ne (call $write (local.get $b) (i32.const 18) (i32.const 1)) (i32.const 0x10)) (then unreachable))
        (call $drop-writable (local.get $b)) (i32.const 0)"#;
    assert_eq!(with_streams(&body), (Ok(0), vec![bytes(&[1, 2]), bytes(&[3]), None]));
    // What has been written before the host has its end: the event comes later.
    let body = ends("stream")
        + r#"(if (i32.ne (call $write (local.get $b) (i32.const 16) (i32.const 3)) (i32.const -1)) (then unreachable))
        (call $take (local.get $a))
        (local.set $s (call $set)) (call $join (local.get $b) (local.get $s))
        (if (i32.ne (call $wait (local.get $s) (i32.const 0)) (i32.const 3 (; STREAM_WRITE ;))) (then unreachable))
        (call $join (local.get $b) (i32.const 0)) (call $drop-writable (local.get $b))
        (i32.load (i32.const 4))"#;
    assert_eq!(with_streams(&body), (Ok(0x30), vec![bytes(&[1, 2, 3]), None]));
    // One that was over before.
    let body = ends("stream") + "(call $drop-writable (local.get $b)) (call $take (local.get $a)) (i32.const 0)";
    assert_eq!(with_streams(&body), (Ok(0), vec![None]));
    let body = ends("future")
        + r#"(call $take-future (local.get $a))
        (if (call $future-write (local.get $b) (i32.const 17)) (then unreachable))
        (call $future-drop-writable (local.get $b)) (i32.const 0)"#;
    assert_eq!(with_streams(&body), (Ok(0), vec![bytes(&[2]), None]));
}

#[test]
fn the_host_drops_streams_of_guests() {
    let body = ends("stream")
        + r#"(call $refuse (local.get $a))
        (local.set $s (call $write (local.get $b) (i32.const 16) (i32.const 2)))
        (call $drop-writable (local.get $b)) (local.get $s)"#;
    assert_eq!(with_streams(&body), (Ok(1), vec![]), "DROPPED");
    let body = ends("stream")
        + r#"(if (i32.ne (call $write (local.get $b) (i32.const 16) (i32.const 3)) (i32.const -1)) (then unreachable))
        (call $refuse (local.get $a))
        (call $cancel-write (local.get $b))"#;
    assert_eq!(with_streams(&body), (Ok(1), vec![]), "DROPPED, with nothing read");
}

#[test]
fn what_the_host_gives_as_elements_is_of_their_type() {
    let mut store = Store::new(&Config::default());
    let wrong = store.stream_of(Some(ComponentValType::U8), vec![ComponentVal::U8(1), ComponentVal::U16(2)]);
    assert!(matches!(wrong, Err(Fault::Usage(_))), "{wrong:?}");
    assert!(store.stream_of(None, vec![ComponentVal::Tuple(vec![])]).is_ok());
    assert!(matches!(store.drop_readable(&ComponentVal::U8(1)), Err(Fault::Usage(_))));
    assert!(matches!(store.read_all(&ComponentVal::Stream(7), |_, _| {}), Err(Fault::Usage(_))));
}
