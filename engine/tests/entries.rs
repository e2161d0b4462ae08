//! Who a trace says has called an entry of a program, and what it says was printed; on every tier.
#![cfg(feature = "wasi")]

mod common;

use common::wasm;
use preflight_engine::{
    Config, Linker, Module, Store, Tier,
    trace::{Cause, Event, InstancePath, Sink, Stream, Written},
    wasi::{World, p1},
};
use std::{cell::RefCell, rc::Rc};

#[derive(Clone, Default)]
struct Events(Rc<RefCell<Vec<Event>>>);

impl Sink for Events {
    fn event(&mut self, event: Event) {
        self.0.borrow_mut().push(event);
    }
}

/// The steps of a life: the instantiation of each module, under its name, and calls of exports of the last one.
fn steps(config: &Config, modules: &[(&str, &str)], calls: &[&str]) -> Vec<Event> {
    let (mut store, events) = (Store::new(config), Events::default());
    store.set_sink(Some(Box::new(events.clone())));
    let mut linker = Linker::new();
    p1::add_to_linker(&mut linker, &mut store, Rc::new(RefCell::new(World::new())));
    let mut last = None;
    for (name, text) in modules {
        let module = Module::new(config, wasm(text)).unwrap_or_else(|error| panic!("{error}"));
        let instance = linker.instantiate(&mut store, &module, InstancePath::root().child(name)).expect("it links");
        linker.define_instance(&store, name, instance);
        last = Some(instance);
    }
    for call in calls {
        store.call_export(last.expect("an instance"), call, &[], Cause::Invoke).expect("it returns");
    }
    drop(store);
    events.0.take()
}

/// The entries that guest code has called: where, by which name, and on whose behalf.
fn entries(trace_exports: bool, modules: &[(&str, &str)], calls: &[&str]) -> Vec<String> {
    let on = |tier| {
        let config = Config { tier, trace_exports, ..Config::default() };
        let entry = |event: &Event| match event {
            Event::EntryCalled { at, name, cause } => Some(match cause {
                Cause::StartSection(by) => format!("{name} of {at} by start of {by}"),
                Cause::Export { at: by, name: export } => format!("{name} of {at} by {export} of {by}"),
                cause => format!("{name} of {at} by {cause:?}"),
            }),
            _ => None,
        };
        steps(&config, modules, calls).iter().filter_map(entry).collect::<Vec<_>>()
    };
    let first = on(Tier::Interp);
    #[cfg(feature = "jit")]
    assert_eq!(on(Tier::Jit), first);
    first
}

#[test]
fn a_start_section_an_export_and_another_module_are_told_apart() {
    let library = r#"(module (func $i (export "_initialize")) (start $i) (func (export "f") (call $i)))"#;
    assert_eq!(entries(false, &[("lib", library)], &[]), ["_initialize of /lib by start of /lib"]);
    let twice = ["_initialize of /lib by start of /lib", "_initialize of /lib by f of /lib"];
    assert_eq!(entries(false, &[("lib", library)], &["f"]), twice);
    let main = r#"(module (import "lib" "_initialize" (func $i)) (start $i))"#;
    let by_main = ["_initialize of /lib by start of /lib", "_initialize of /lib by start of /main"];
    assert_eq!(entries(false, &[("lib", library), ("main", main)], &[]), by_main);
}

#[test]
fn what_the_host_calls_is_told_once() {
    let text = r#"(module (func (export "_start")))"#;
    assert_eq!(entries(false, &[("main", text)], &["_start", "_start"]), [""; 0]);
    let calls_itself = r#"(module (global $n (mut i32) (i32.const 0)) (func $s (export "_start")
        (if (i32.eqz (global.get $n)) (then (global.set $n (i32.const 1)) (call $s)))))"#;
    assert_eq!(entries(false, &[("main", calls_itself)], &["_start"]), ["_start of /main by _start of /main"]);
}

#[test]
fn constructors_are_known_by_the_name_section() {
    let text = r#"(module (func $__wasm_call_ctors (call $_GLOBAL__sub_I_a)) (func $_GLOBAL__sub_I_a) (func $other)
        (func (export "_initialize") (call $__wasm_call_ctors) (call $other)))"#;
    let expected =
        ["__wasm_call_ctors of /lib by _initialize of /lib", "_GLOBAL__sub_I_a of /lib by _initialize of /lib"];
    assert_eq!(entries(false, &[("lib", text)], &["_initialize"]), expected);
}

#[test]
fn an_exported_name_is_that_of_the_export_alone() {
    let text = r#"(module (func $_start) (func (export "_start") (call $_start)))"#;
    assert_eq!(entries(false, &[("main", text)], &["_start"]), [""; 0]);
}

#[test]
fn every_export_is_told_if_asked_for() {
    let library = r#"(module (func $f (export "f")) (func (export "g") (call $f)) (func (export "_initialize")))"#;
    let main = r#"(module (import "lib" "g" (func $g)) (func $s (call $g)) (start $s))"#;
    let modules = [("lib", library), ("main", main)];
    assert_eq!(entries(false, &modules, &[]), [""; 0]);
    assert_eq!(entries(true, &modules, &[]), ["g of /lib by start of /main", "f of /lib by start of /main"]);
}

#[test]
fn what_is_printed_is_a_step_with_its_bytes() {
    let text = r#"(module
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "\20\00\00\00\02\00\00\00\22\00\00\00\01\00\00\00")
        (data (i32.const 32) "hi\ff")
        (func (export "text") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 64))))
        (func (export "bytes") (drop (call $write (i32.const 2) (i32.const 8) (i32.const 1) (i32.const 64))))
        (func (export "nowhere") (drop (call $write (i32.const 9) (i32.const 0) (i32.const 1) (i32.const 64)))))"#;
    let mut tiers = vec![Tier::Interp];
    #[cfg(feature = "jit")]
    tiers.push(Tier::Jit);
    for tier in tiers {
        let config = Config { tier, ..Config::default() };
        let events = steps(&config, &[("main", text)], &["text", "bytes", "nowhere"]);
        let output = |event: &Event| match event {
            Event::Output { at, stream, bytes } => Some((at.to_string(), *stream, bytes.clone())),
            _ => None,
        };
        let written: Vec<_> = events.iter().filter_map(output).collect();
        let expected = [
            ("/main".to_owned(), Stream::Stdout, Written::Text("hi".to_owned())),
            ("/main".to_owned(), Stream::Stderr, Written::Hex("ff".to_owned())),
        ];
        assert_eq!(written, expected, "what is refused is not printed");
    }
}
