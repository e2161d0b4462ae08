//! The trace costs nothing when nobody listens: without a sink no event is built, which the allocator counts here.

mod common;
mod counting;

use common::{host, instantiate, module, root, store};
use counting::{Counting, measure};
use preflight_engine::{
    Extern, Fault, Store, Val,
    syntax::{FuncType, ValType},
    trace::{Cause, Event, Sink},
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Takes events and drops them.
struct Nobody;

impl Sink for Nobody {
    fn event(&mut self, event: Event) {
        drop(event);
    }
}

/// Whether somebody listens.
#[derive(Clone, Copy, PartialEq)]
enum Listener {
    Never,
    Gone,
    Present,
}

fn listening(listener: Listener) -> Store {
    let mut store = store();
    if listener != Listener::Never {
        store.set_sink(Some(Box::new(Nobody)));
    }
    if listener == Listener::Gone {
        store.set_sink(None);
    }
    store
}

/// Allocations of an instantiation of this text, whose imports are `imports` times one host function.
fn allocations(text: &str, imports: usize, listener: Listener) -> u64 {
    let module = module(text);
    let allocations = || {
        let mut store = listening(listener);
        let function = host(&mut store, "host.function", |_| Ok(()));
        let externs = vec![function; imports];
        let path = root();
        let (count, _, result) = measure(|| store.instantiate(&module, &externs, path));
        result.expect("it fits");
        count
    };
    // The first time, functions are translated too.
    allocations();
    allocations()
}

/// A module with every kind of step, `n` times.
fn busy(n: usize) -> String {
    let import = r#"(import "a module" "a function" (func)) "#.repeat(n);
    let call = "(call 0) ".repeat(n);
    let global = "(global i32 (i32.const 5)) ".repeat(n);
    let elem = "(elem (i32.const 1) 0 0 0) ".repeat(n);
    let data = r#"(data (i32.const 8) "text") "#.repeat(n);
    format!("(module {import} (memory 1) (table 4 funcref) {global} {elem} {data} (func $s {call}) (start $s))")
}

#[test]
fn an_instantiation_without_a_sink_allocates_as_if_there_were_no_tracing() {
    let text = busy(50);
    let [never, gone, present] =
        [Listener::Never, Listener::Gone, Listener::Present].map(|listener| allocations(&text, 50, listener));
    assert_eq!(never, gone);
    // Two names for each import, the values of each initialiser, the name of each host call twice.
    assert!(present >= never + 50 * 2 + 50 * 4 + 50 * 2, "{never} without, {present} with a sink");
}

/// A module with as many of something, and how many imports it has.
type Case<'a> = &'a dyn Fn(usize) -> (String, usize);

// Where the engine itself has nothing to allocate, more of the same costs no allocation.
#[test]
fn imports_elements_and_host_calls_cost_no_allocation_of_their_own() {
    let imports = |n: usize| (format!("(module {})", r#"(import "m" "f" (func)) "#.repeat(n)), n);
    let elements =
        |n: usize| (format!("(module (table {n} funcref) (func $f) (elem (i32.const 0) {}))", "$f ".repeat(n)), 0);
    let loops = |n: usize| {
        let call = format!(
            r#"(module (import "m" "f" (func $f)) (func $s (local i32) (loop $l (call $f)
                 (br_if $l (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const {n}))))) (start $s))"#
        );
        (call, 1)
    };
    let cases: [(&str, Case<'_>); 3] = [("imports", &imports), ("elements", &elements), ("host calls", &loops)];
    for (what, case) in cases {
        let count = |n, listener| {
            let (text, externs) = case(n);
            allocations(&text, externs, listener)
        };
        let (few, many) = (count(10, Listener::Never), count(1000, Listener::Never));
        assert_eq!(few, many, "{what}");
        let (few, many) = (count(10, Listener::Present), count(1000, Listener::Present));
        assert!(many >= few + 990, "{what}: {few} for ten and {many} for a thousand, with a sink");
    }
}

#[test]
fn calls_of_exports_build_no_events_without_a_sink() {
    let text =
        r#"(module (func (export "a long name that would have to be copied") (param i32) (result i32) (local.get 0)))"#;
    let count = |listener| {
        let mut store = listening(listener);
        let instance = instantiate(&mut store, text, &[]);
        let mut call = |n| {
            let name = "a long name that would have to be copied";
            store.call_export(instance, name, &[Val::I32(n)], Cause::Invoke).expect("it returns");
        };
        // The first call translates the body and makes the stack.
        call(0);
        measure(|| (0..100).for_each(&mut call)).0
    };
    let (never, gone, present) = (count(Listener::Never), count(Listener::Gone), count(Listener::Present));
    assert_eq!(never, gone);
    // Arguments, results, and the name for both events.
    assert!(present >= never + 400, "{never} without, {present} with a sink");
    // What stays is not more than the lists of parameter types and of results.
    assert!(never <= 300, "{never} for 100 calls");
}

#[test]
fn traps_and_exceptions_build_no_events_without_a_sink() {
    let text = r#"(module (import "m" "f" (func $f (param i32))) (tag $t (param i32 i32 i32))
        (func (export "trap") (unreachable)) (func (export "throw") (throw $t (i32.const 1) (i32.const 2) (i32.const 3))))"#;
    let count = |name: &str, listener| {
        let mut store = listening(listener);
        let f = store.alloc_func(FuncType::new([ValType::I32], []), "m.f", |_, _, _| Ok(()));
        let instance = instantiate(&mut store, text, &[Extern::Func(f)]);
        let mut call = || {
            let result = store.call_export(instance, name, &[], Cause::Invoke);
            assert!(matches!(result, Err(Fault::Trap(_) | Fault::Exception(_))));
        };
        call();
        measure(|| (0..100).for_each(|_| call())).0
    };
    for name in ["trap", "throw"] {
        let (never, gone, present) =
            (count(name, Listener::Never), count(name, Listener::Gone), count(name, Listener::Present));
        assert_eq!(never, gone, "{name}");
        assert!(present >= never + 100, "{name}: {never} without, {present} with a sink");
    }
}

#[test]
fn record_does_not_call_the_closure_without_a_sink() {
    let mut store = store();
    assert!(!store.is_recording());
    store.record(|| panic!("nobody listens"));
    store.set_sink(Some(Box::new(Nobody)));
    assert!(store.is_recording());
    let mut built = 0;
    store.record(|| {
        built += 1;
        Event::InstanceDone { at: root() }
    });
    assert_eq!(built, 1);
}
