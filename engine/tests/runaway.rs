//! Start functions that do not end are ended: by fuel, by an interrupt from another thread, by the limits of calls; on
//! each tier, and however its functions are compiled.

mod common;

use common::wasm;
use preflight_engine::{
    Compile, Config, Extern, Fault, InstantiateError, Module, Store, Tier,
    syntax::FuncType,
    trace::{InstancePath, Phase, Resource},
};
use std::{thread, time::Duration};

/// Ways not to end without deep calls, each a function `$s`.
const ENDLESS: &[(&str, &str)] = &[
    ("a loop", "(func $s (loop $l (br $l)))"),
    ("a loop with a condition", "(func $s (local i32) (loop $l (br_if $l (i32.eqz (local.get 0)))))"),
    ("a table of branches", "(func $s (loop $l (br_table $l $l $l (i32.const 1))))"),
    ("a tail call", "(func $s (return_call $s))"),
    ("two tail calls", "(func $s (return_call $t)) (func $t (return_call $s))"),
    (
        "an indirect tail call",
        "(type $f (func)) (table funcref (elem $s)) (func $s (return_call_indirect (type $f) (i32.const 0)))",
    ),
    ("calls of the host", r#"(func $s (loop $l (call $host) (br $l)))"#),
    (
        "an exception that is caught again and again",
        "(tag $e) (func $s (loop $l (try_table (catch_all $l) (throw $e))))",
    ),
    (
        "a long copy, again and again",
        "(memory 16) (func $s (loop $l (memory.fill (i32.const 0) (i32.const 1) (i32.const 1000000)) (br $l)))",
    ),
];

fn configs() -> Vec<Config> {
    let interp = Config::default();
    #[cfg(feature = "jit")]
    let jit = [Compile::Lazy, Compile::Eager].map(|compile| Config { tier: Tier::Jit, compile, ..Config::default() });
    #[cfg(not(feature = "jit"))]
    let jit: [Config; 0] = [];
    [interp].into_iter().chain(jit).collect()
}

/// Instantiates a module that starts with `$s`, in a store that `prepare` has seen: why it ended.
fn start(config: &Config, text: &str, prepare: impl FnOnce(&mut Store)) -> (Phase, Resource) {
    let text = format!(r#"(module (import "" "host" (func $host)) {text} (start $s))"#);
    let module = Module::new(config, wasm(&text)).unwrap();
    let mut store = Store::new(config);
    let host = Extern::Func(store.alloc_func(FuncType::default(), "host", |_, _, _| Ok(())));
    prepare(&mut store);
    match store.instantiate(&module, &[host], InstancePath::root()) {
        Err(InstantiateError::Fault { phase, fault: Fault::Exhausted(what) }) => (phase, what),
        other => panic!("{:?}: {:?}", config.tier, other.map(drop)),
    }
}

#[test]
fn fuel_ends_them() {
    for config in configs() {
        for (what, text) in ENDLESS {
            let end = start(&config, text, |store| store.set_fuel(Some(100_000)));
            assert_eq!(end, (Phase::Start, Resource::Fuel), "{what} on {:?}", config.tier);
        }
    }
}

#[test]
fn an_interrupt_from_another_thread_ends_them() {
    for config in configs() {
        for (what, text) in ENDLESS {
            let mut watch = None;
            let end = start(&config, text, |store| {
                let handle = store.interrupt_handle();
                watch = Some(thread::spawn(move || {
                    thread::sleep(Duration::from_millis(5));
                    handle.interrupt();
                }));
            });
            assert_eq!(end, (Phase::Start, Resource::Interrupt), "{what} on {:?}", config.tier);
            watch.expect("it was made").join().expect("it only sleeps");
        }
    }
}

#[test]
fn the_limits_of_calls_end_recursion() {
    for config in configs() {
        for (what, text) in [
            ("a call", "(func $s (call $s) (call $s))"),
            ("two calls", "(func $s (call $t) (nop)) (func $t (call $s) (nop))"),
            (
                "an indirect call",
                "(type $f (func)) (table funcref (elem $s)) (func $s (call_indirect (type $f) (i32.const 0)) (nop))",
            ),
        ] {
            assert_eq!(start(&config, text, |_| {}), (Phase::Start, Resource::Stack), "{what} on {:?}", config.tier);
        }
    }
}
