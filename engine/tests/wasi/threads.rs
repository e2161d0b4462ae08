//! Threads of WASI programs: who runs when, on every tier.

use crate::guest::module;
use preflight_engine::{
    Config, Fault, Features, Linker, Module, Store, Tier, Val,
    trace::{Event, InstancePath, Sink, TrapCode},
    wasi::{Program, Purpose, StartRules, World, p1, threads},
};
use std::{cell::RefCell, rc::Rc};

#[derive(Clone, Default)]
struct Events(Rc<RefCell<Vec<Event>>>);

impl Sink for Events {
    fn event(&mut self, event: Event) {
        self.0.borrow_mut().push(event);
    }
}

/// Runs a program on every tier; how it ended and what it printed, which is the same everywhere.
fn run(body: &str) -> (Result<(), Fault>, String) {
    run_as(body, Purpose::Main, |store, program| program.run(store))
}

/// Calls these exports of a reactor one after the other, on every tier; what each returned, and what was printed.
fn invoke(body: &str, names: &[&str]) -> (Result<Vec<i32>, Fault>, String) {
    run_as(body, Purpose::Invoke, |store, program| {
        let call = |name: &&str| match program.invoke(store, name, &[])?[..] {
            [Val::I32(value)] => Ok(value),
            ref other => panic!("{name} gives a number, not {other:?}"),
        };
        names.iter().map(call).collect()
    })
}

/// Brings a program up on every tier and enters it.
fn run_as<T>(
    body: &str,
    purpose: Purpose,
    mut enter: impl FnMut(&mut Store, &mut Program) -> Result<T, Fault>,
) -> (Result<T, Fault>, String) {
    let text = format!(
        r#"(module
        (import "env" "memory" (memory 1 1 shared))
        (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (export "memory" (memory 0))
        (func $say (param i32)
          (i32.store (i32.const 1000) (i32.const 1016)) (i32.store (i32.const 1004) (i32.const 1))
          (i32.store8 (i32.const 1016) (i32.add (local.get 0) (i32.const 48)))
          (drop (call $fd_write (i32.const 1) (i32.const 1000) (i32.const 1) (i32.const 1008))))
        (func $wait (param $at i32) (param $while i32)
          (loop $again
            (br_if $again (i32.eqz (memory.atomic.wait32 (local.get $at) (local.get $while) (i64.const -1))))))
        (func $set (param $at i32) (param $value i32)
          (i32.atomic.store (local.get $at) (local.get $value))
          (drop (memory.atomic.notify (local.get $at) (i32.const -1))))
        {body})"#
    );
    let tiers = [
        Tier::Interp,
        #[cfg(feature = "jit")]
        Tier::Jit,
    ];
    let mut ends = Vec::new();
    for tier in tiers {
        let config = Config { tier, features: Features::WASM2 | Features::THREADS, ..Config::default() };
        let (mut store, mut linker) = (Store::new(&config), Linker::new());
        let events = Events::default();
        store.set_sink(Some(Box::new(events.clone())));
        let world = Rc::new(RefCell::new(World::new()));
        p1::add_to_linker(&mut linker, &mut store, world.clone());
        threads::add_to_linker(&mut linker, &mut store, &world);
        let module: Module = module(&text);
        threads::define_memories(&mut linker, &mut store, &module).expect("one page");
        let externs = linker.resolve(&store, &module).expect("all is there");
        let (root, rules) = (InstancePath::root(), StartRules::default());
        let mut program = Program::begin(&mut store, &module, &externs, root, rules, purpose).expect("it comes up");
        let end = enter(&mut store, &mut program);
        let printed = String::from_utf8(world.borrow().stdout.captured().to_vec()).expect("digits");
        ends.push((end, printed, events.0.take()));
    }
    let (end, printed, events) = ends.remove(0);
    for (_, other, other_events) in &ends {
        assert_eq!(printed, *other);
        assert!(events == *other_events, "the traces of the tiers are equal");
    }
    (end, printed)
}

#[test]
fn two_threads_take_turns() {
    let (end, printed) = run(r#"
        (func (export "wasi_thread_start") (param i32 i32) (local $n i32)
          (loop $again
            (call $wait (i32.const 0) (i32.const 0))
            (call $say (i32.const 2))
            (call $set (i32.const 0) (i32.const 0))
            (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 3)))))
        (func (export "_start") (local $n i32)
          (drop (call $spawn (i32.const 0)))
          (loop $again
            (call $say (i32.const 1))
            (call $set (i32.const 0) (i32.const 1))
            (call $wait (i32.const 0) (i32.const 1))
            (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 3)))))"#);
    assert!(end.is_ok(), "{end:?}");
    assert_eq!(printed, "121212");
}

#[test]
fn threads_run_in_the_order_in_which_they_were_spawned() {
    let (end, printed) = run(r#"
        (func (export "wasi_thread_start") (param i32 i32)
          (call $say (local.get 1)) (drop (call $yield)) (call $say (local.get 1)))
        (func (export "_start")
          (drop (call $spawn (i32.const 1))) (drop (call $spawn (i32.const 2))) (drop (call $spawn (i32.const 3)))
          (call $say (i32.const 0))
          (drop (call $yield)) (call $say (i32.const 0)) (drop (call $yield)) (call $say (i32.const 0)))"#);
    assert!(end.is_ok(), "{end:?}");
    assert_eq!(printed, "012301230");
}

#[test]
fn a_loop_lets_others_run() {
    let (end, printed) = run(r#"
        (func (export "wasi_thread_start") (param i32 i32) (i32.atomic.store (i32.const 0) (i32.const 1)))
        (func (export "_start")
          (drop (call $spawn (i32.const 1)))
          (loop $spin (br_if $spin (i32.eqz (i32.atomic.load (i32.const 0)))))
          (call $say (i32.const 7)))"#);
    assert!(end.is_ok(), "{end:?}");
    assert_eq!(printed, "7");
}

#[test]
fn when_all_wait_for_ever_the_program_traps() {
    let (end, _) = run(r#"
        (func (export "wasi_thread_start") (param i32 i32) (call $wait (i32.const 0) (i32.const 0)))
        (func (export "_start")
          (drop (call $spawn (i32.const 1)))
          (call $wait (i32.const 4) (i32.const 0)))"#);
    assert!(matches!(end, Err(Fault::Trap(trap)) if trap.code == TrapCode::CannotBlock), "{end:?}");
}

#[test]
fn threads_spawn_threads() {
    let (end, printed) = run(r#"
        (func (export "wasi_thread_start") (param i32 i32)
          (call $say (local.get 1))
          (if (i32.lt_u (local.get 1) (i32.const 4)) (then (drop (call $spawn (i32.add (local.get 1) (i32.const 1))))))
          (if (i32.eq (local.get 1) (i32.const 4)) (then (call $set (i32.const 0) (i32.const 1)))))
        (func (export "_start")
          (drop (call $spawn (i32.const 1)))
          (call $wait (i32.const 0) (i32.const 0)))"#);
    assert!(end.is_ok(), "{end:?}");
    assert_eq!(printed, "1234");
}

#[test]
fn an_exit_in_a_loop_of_a_thread_ends_a_main_thread_that_spins() {
    let (end, _) = run(r#"
        (func (export "wasi_thread_start") (param i32 i32) (call $exit (i32.const 5)))
        (func (export "_start") (drop (call $spawn (i32.const 1))) (loop $forever (br $forever)))"#);
    assert!(matches!(end, Err(Fault::Exit(5))), "{end:?}");
}

#[test]
fn an_exit_during_a_start_section_of_a_new_thread_is_no_failed_spawn() {
    // The second spawn's start section spins until the first thread, which runs meanwhile, ends the program.
    let (end, printed) = run(r#"
        (func $s (if (i32.atomic.load (i32.const 0)) (then (loop $forever (br $forever)))))
        (start $s)
        (func (export "wasi_thread_start") (param i32 i32) (call $exit (i32.const 5)))
        (func (export "_start")
          (drop (call $spawn (i32.const 1)))
          (i32.atomic.store (i32.const 0) (i32.const 1))
          (drop (call $spawn (i32.const 2)))
          (call $say (i32.const 9)))"#);
    assert!(matches!(end, Err(Fault::Exit(5))), "{end:?}");
    assert_eq!(printed, "");
}

#[test]
fn a_call_of_the_host_is_not_the_end_of_a_turn() {
    let (end, printed) = run(r#"
        (func (export "wasi_thread_start") (param i32 i32) (call $say (i32.const 2)))
        (func (export "_start") (local $n i32)
          (drop (call $spawn (i32.const 1)))
          (loop $again
            (call $say (i32.const 1))
            (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 9))))
          (drop (call $yield)))"#);
    assert!(end.is_ok(), "{end:?}");
    assert_eq!(printed, "1111111112");
}

/// A thread sets address 0 when it has run.
const SETS: &str = r#"
    (func (export "wasi_thread_start") (param i32 i32)
      (call $say (i32.const 7)) (call $set (i32.const 0) (i32.const 42)))
    (func (export "get") (result i32) (call $wait (i32.const 0) (i32.const 0)) (i32.atomic.load (i32.const 0)))"#;

#[test]
fn threads_outlive_the_call_of_a_reactor_that_spawned_them() {
    let initialize = format!(r#"{SETS} (func (export "_initialize") (drop (call $spawn (i32.const 0))))"#);
    let (end, printed) = invoke(&initialize, &["get"]);
    assert_eq!((end.unwrap(), printed.as_str()), (vec![42], "7"), "spawned in _initialize");
    // The start section of each thread runs, too: a flag makes it spawn once.
    let start = format!(
        r#"{SETS} (func $s
          (if (i32.eqz (i32.atomic.rmw.xchg (i32.const 4) (i32.const 1))) (then (drop (call $spawn (i32.const 0))))))
        (start $s) (func (export "_initialize"))"#
    );
    let (end, printed) = invoke(&start, &["get"]);
    assert_eq!((end.unwrap(), printed.as_str()), (vec![42], "7"), "spawned in the start section");
    let export = format!(
        r#"{SETS} (func (export "_initialize")) (func (export "make") (result i32) (call $spawn (i32.const 0)))"#
    );
    let (end, printed) = invoke(&export, &["make", "get"]);
    assert_eq!((end.unwrap(), printed.as_str()), (vec![1, 42], "7"), "spawned in another export");
}

#[test]
fn a_thread_that_waits_is_woken_by_a_later_call() {
    let (end, printed) = invoke(
        r#"
        (func (export "wasi_thread_start") (param i32 i32)
          (call $wait (i32.const 0) (i32.const 0)) (call $say (i32.const 7)) (call $set (i32.const 4) (i32.const 5)))
        (func (export "_initialize") (drop (call $spawn (i32.const 0))) (drop (call $yield)))
        (func (export "wake") (result i32)
          (i32.atomic.store (i32.const 0) (i32.const 1)) (memory.atomic.notify (i32.const 0) (i32.const -1)))
        (func (export "get") (result i32) (call $wait (i32.const 4) (i32.const 0)) (i32.atomic.load (i32.const 4)))"#,
        &["wake", "get"],
    );
    assert_eq!((end.unwrap(), printed.as_str()), (vec![1, 5], "7"));
}

#[test]
fn a_trap_in_a_call_ends_the_threads_of_earlier_ones() {
    let body = r#"
        (func (export "wasi_thread_start") (param i32 i32)
          (call $say (i32.const 7)) (call $wait (i32.const 0) (i32.const 0)))
        (func (export "_initialize") (drop (call $spawn (i32.const 0))))
        (func (export "fail") (result i32) unreachable)
        (func (export "get") (result i32) (drop (call $yield)) (call $say (i32.const 8)) (i32.const 1))"#;
    let (end, printed) = run_as(body, Purpose::Invoke, |store, program| {
        assert!(matches!(program.invoke(store, "fail", &[]), Err(Fault::Trap(_))));
        program.invoke(store, "get", &[])
    });
    assert_eq!((end.unwrap(), printed.as_str()), (vec![Val::I32(1)], "8"), "P1-THR-06");
}

#[test]
fn a_thread_that_traps_ends_the_call_during_which_it_runs() {
    let (end, _) = invoke(
        r#"
        (func (export "wasi_thread_start") (param i32 i32) unreachable)
        (func (export "_initialize") (drop (call $spawn (i32.const 0))))
        (func (export "get") (result i32) (drop (call $yield)) (i32.const 1))"#,
        &["get"],
    );
    assert!(matches!(end, Err(Fault::Trap(trap)) if trap.code == TrapCode::Unreachable), "{end:?}");
}

#[test]
fn the_threads_of_a_command_end_with_it_by_whatever_export_it_was_entered() {
    let body = r#"
        (func (export "wasi_thread_start") (param i32 i32) (call $say (i32.const 7)))
        (func (export "_start") (drop (call $spawn (i32.const 0))))
        (func (export "f") (result i32) (call $spawn (i32.const 0)))"#;
    let (end, printed) = run(body);
    assert_eq!((end.is_ok(), printed.as_str()), (true, ""));
    let (end, printed) = invoke(body, &["f"]);
    assert_eq!((end.unwrap(), printed.as_str()), (vec![1], ""));
}
