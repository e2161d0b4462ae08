//! What hostile components and embedders run into.

use crate::*;
use preflight_engine::{Limits, trace::Resource};

/// Runs `text` on every tier with `limits`: what the call of `go` ended with.
fn faults(text: &str, limits: Limits) -> Vec<Fault> {
    let component = component(text);
    let on = |config: Config| {
        let mut run = Run::with(&Config { limits, ..config });
        let instance = run.instantiate_component(&component).expect("an instance");
        run.call(&instance, "go", &[]).expect_err("a fault")
    };
    tiers().into_iter().map(on).collect()
}

fn exhausted(text: &str, limits: Limits) -> Vec<Option<Resource>> {
    let what = |fault| if let Fault::Exhausted(what) = fault { Some(what) } else { None };
    faults(text, limits).into_iter().map(what).collect()
}

/// `$C.f` waits for ever.
const SLEEPS: &str = r#"
    (func (export "f") (param i32) (drop (call $suspend)))
    (func (export "g") (param i32) (result i32) (i32.const 0))"#;

/// Calls `$f` for ever.
const CALLS: &str =
    r#"(func (export "go") (result i32) (loop $l (drop (call $f (i32.const 0) (i32.const 8))) (br $l)) unreachable)"#;

#[test]
fn thousands_of_tasks_hit_a_limit() {
    let ends = exhausted(&pair(SLEEPS, STACKFUL, CALLS), Limits::default());
    assert!(ends.iter().all(|end| *end == Some(Resource::Threads)), "{ends:?}");
    let threads = single(
        r#"(func $thread (param i32)) (elem (i32.const 0) func $thread)
        (func (export "go") (result i32) (loop $l (drop (call $new-thread (i32.const 0) (i32.const 0))) (br $l)) unreachable)"#,
    );
    let ends = exhausted(&threads, Limits { fibers: 50, ..Limits::default() });
    assert!(ends.iter().all(|end| *end == Some(Resource::Threads)), "{ends:?}");
}

#[test]
fn thousands_of_streams_hit_the_fuel() {
    let streams = single(r#"(func (export "go") (result i32) (loop $l (drop (call $stream)) (br $l)) unreachable)"#);
    let ends = exhausted(&streams, Limits { fuel: Some(100_000), ..Limits::default() });
    assert!(ends.iter().all(|end| *end == Some(Resource::Fuel)), "{ends:?}");
}

#[test]
fn the_stack_of_a_fiber_is_limited() {
    let deep = r#"(func $deep (param i32) (call $deep (i32.add (local.get 0) (i32.const 1))) (drop (call $yield)))
        (func (export "f") (param i32) (call $deep (i32.const 0)))
        (func (export "g") (param i32) (result i32) (i32.const 0))"#;
    let text = pair(deep, STACKFUL, CALLS);
    let ends = exhausted(&text, Limits { fiber_stack_bytes: 64 << 10, ..Limits::default() });
    assert!(ends.iter().all(|end| *end == Some(Resource::Stack)), "{ends:?}");
}

#[test]
fn fuel_and_interrupts_reach_fibers() {
    let spins = r#"(func (export "f") (param i32) (drop (call $yield)) (loop $l (br $l)))
        (func (export "g") (param i32) (result i32) (i32.const 0))"#;
    let text = pair(spins, STACKFUL, r#"(func (export "go") (result i32) (call $f-sync (i32.const 0)))"#);
    let ends = exhausted(&text, Limits { fuel: Some(10_000), ..Limits::default() });
    assert!(ends.iter().all(|end| *end == Some(Resource::Fuel)), "{ends:?}");
    let component = component(&text);
    for config in tiers() {
        let mut run = Run::with(&config);
        let instance = run.instantiate_component(&component).expect("an instance");
        let handle = run.store.interrupt_handle();
        let thread = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(20));
            handle.interrupt();
        });
        let end = run.call(&instance, "go", &[]);
        assert!(matches!(end, Err(Fault::Exhausted(Resource::Interrupt))), "{end:?}");
        thread.join().expect("no panic");
    }
}

/// `go` returns at once; a thread of it goes on, logs 1, yields, and logs 2.
fn background() -> String {
    single(
        r#"(func $thread (param i32) (call $log (i32.const 1)) (drop (call $yield)) (call $log (i32.const 2))
            (drop (call $suspend)))
        (elem (i32.const 0) func $thread)
        (func (export "go") (result i32)
            (drop (call $yield-then-resume (call $new-thread (i32.const 0) (i32.const 0)))) (i32.const 3))"#,
    )
}

#[test]
fn a_store_may_move_while_threads_are_suspended() {
    let component = component(&background());
    for config in tiers() {
        let mut run = Run::with(&config);
        let instance = run.instantiate_component(&component).expect("an instance");
        assert_eq!(end_of(run.call(&instance, "go", &[])).expect("a result"), 3);
        assert_eq!(run.logged(), [1]);
        // Elsewhere in memory, with something else where it was.
        let mut moved = Box::new(std::mem::replace(&mut run, Run::with(&config)));
        assert!(moved.store.tick().expect("no fault"), "the thread that yielded is ready");
        assert_eq!(moved.logged(), [1, 2]);
        assert!(!moved.store.tick().expect("no fault"), "now it is suspended for good");
    }
}

#[test]
fn a_store_is_dropped_with_suspended_threads() {
    let component = component(&pair(
        SLEEPS,
        STACKFUL,
        r#"(func (export "go") (result i32)
        (loop $l (drop (call $f (i32.const 0) (i32.const 8))) (drop (call $yield)) (br_if $l (i32.lt_u (call $count) (i32.const 100))))
        (i32.const 1))
        (global $n (mut i32) (i32.const 0))
        (func $count (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n))"#,
    ));
    for config in tiers() {
        let mut run = Run::with(&config);
        let held = std::rc::Rc::new(());
        let inside = held.clone();
        // What the store holds is freed with it: a host's destructor, here.
        run.store.new_host_resource("r", move |_, _| {
            let _ = &inside;
            Ok(())
        });
        let instance = run.instantiate_component(&component).expect("an instance");
        assert_eq!(end_of(run.call(&instance, "go", &[])).expect("a result"), 1);
        drop(instance);
        drop(run);
        assert_eq!(std::rc::Rc::strong_count(&held), 1);
    }
}

#[test]
fn references_of_suspended_threads_stay_alive() {
    let text = r#"(component
        (core func $yield (canon thread.yield))
        (core func $return (canon task.return (result u32)))
        (core module $m (import "" "yield" (func $yield (result i32))) (import "" "return" (func $return (param i32)))
            (type $box (struct (field i32)))
            (func $keep (export "f") (param i32) (local $b (ref null $box))
                (local.set $b (struct.new $box (local.get 0)))
                (drop (call $yield)) (drop (struct.new $box (i32.const 0))) (drop (call $yield))
                (call $return (struct.get $box 0 (local.get $b)))))
        (core instance $i (instantiate $m (with "" (instance (export "yield" (func $yield)) (export "return" (func $return))))))
        (func (export "f") async (param "x" u32) (result u32) (canon lift (core func $i "f") async))
        (func (export "go") async (param "x" u32) (result u32) (canon lift (core func $i "f") async)))"#;
    // Two calls of one function, with the first half done when the second runs.
    let outer = format!(
        r#"(component
        (component $C {}
        (instance $c (instantiate $C))
        (core module $Mem (memory (export "m") 1)) (core instance $mem (instantiate $Mem))
        (core func $f (canon lower (func $c "f") async (memory (core memory $mem "m"))))
        (core func $g (canon lower (func $c "go")))
        (core func $yield (canon thread.yield))
        (core module $m (import "m" "m" (memory 1)) (import "" "f" (func $f (param i32 i32) (result i32)))
            (import "" "g" (func $g (param i32) (result i32))) (import "" "yield" (func $yield (result i32)))
            (func (export "go") (result i32)
                (drop (call $f (i32.const 30) (i32.const 8)))
                (i32.store (i32.const 16) (call $g (i32.const 4)))
                (drop (call $yield)) (drop (call $yield)) (drop (call $yield))
                (i32.add (i32.load (i32.const 8)) (i32.load (i32.const 16)))))
        (core instance $i (instantiate $m (with "m" (instance $mem)) (with "" (instance
            (export "f" (func $f)) (export "g" (func $g)) (export "yield" (func $yield))))))
        (func (export "go") async (result u32) (canon lift (core func $i "go"))))"#,
        text.trim_start_matches("(component")
    );
    let component = component(&outer);
    for config in tiers() {
        let mut run = Run::with(&config);
        run.store.set_gc_stress(true);
        let instance = run.instantiate_component(&component).expect("an instance");
        assert_eq!(end_of(run.call(&instance, "go", &[])).expect("a result"), 34);
    }
}

#[test]
fn a_trap_locks_what_a_thread_had_entered() {
    let text = pair(
        r#"(func (export "f") (param i32) (drop (call $yield)) unreachable)
        (func (export "g") (param i32) (result i32) (i32.const 0))"#,
        STACKFUL,
        r#"(func (export "go") (result i32) (call $f-sync (i32.const 0)))"#,
    );
    let (end, _, steps) = run(&text);
    assert_eq!(end, Err(Some(TrapCode::Unreachable)));
    assert!(steps.contains(&"locked /$c".to_owned()), "{steps:#?}");
}

#[test]
fn a_panic_of_a_host_function_leaves_its_fiber() {
    let component = component(&single(
        r#"(func (export "go") (result i32) (drop (call $yield)) (call $log (i32.const 1)) (i32.const 0))"#,
    ));
    for config in tiers() {
        let mut run = Run::with(&config);
        run.linker.define("log", preflight_engine::component::HostItem::func(|_, _| panic!("as the test wants")));
        let instance = run.instantiate_component(&component).expect("an instance");
        let end = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run.call(&instance, "go", &[])));
        assert!(end.is_err());
    }
}
