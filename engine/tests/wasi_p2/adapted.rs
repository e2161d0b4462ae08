//! Modules of preview 1, carried over by the adapters of wasi-preview1-component-adapter-provider (rules P2-ADP-*,
//! P2-WITC-*), on every tier.

use crate::guest::{Run, wat};
use preflight_engine::{
    Config, Fault, Tier,
    component::{Component, ComponentVal},
    trace::{Cause, Event, InstancePath},
    wasi::{
        World,
        p2::{Program, Purpose, StartError, StartRules, exit_code},
    },
};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME as ADAPTER, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER as COMMAND,
    WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER as REACTOR,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, UnresolvedPackageGroup};

/// What every guest here has: `$say` prints the digit of a number.
pub const SAY: &str = r#"
    (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (import "wasi_snapshot_preview1" "path_open"
        (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_sizes_get" (func $args (param i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func $say (param i32)
        (i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (i32.const 1))
        (i32.store8 (i32.const 16) (i32.add (local.get 0) (i32.const 48)))
        (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))"#;

/// A component of a module with `adapter`; `wit` gives the world `w` of what it exports itself.
fn adapt(module: &str, adapter: &[u8], wit: Option<&str>) -> Vec<u8> {
    adapt_module(&format!("(module {SAY} {module})"), adapter, wit)
}

/// The same for a whole module.
pub fn adapt_module(module: &str, adapter: &[u8], wit: Option<&str>) -> Vec<u8> {
    let mut bytes = wat(module);
    if let Some(wit) = wit {
        let mut resolve = Resolve::default();
        let package = resolve.push_group(UnresolvedPackageGroup::parse("w.wit", wit).expect("WIT")).expect("a package");
        let world = resolve.select_world(&[package], Some("w")).expect("a world");
        embed_component_metadata(&mut bytes, &resolve, world, StringEncoding::UTF8).expect("metadata");
    }
    let mut encoder = ComponentEncoder::default();
    encoder.validate(true).module(&bytes).expect("a module").adapter(ADAPTER, adapter).expect("an adapter");
    encoder.encode().unwrap_or_else(|error| panic!("{error:?}"))
}

fn tiers() -> Vec<Tier> {
    vec![
        Tier::Interp,
        #[cfg(feature = "jit")]
        Tier::Jit,
    ]
}

/// What a run of a command came to.
#[derive(Debug, PartialEq)]
pub struct Ran {
    pub stdout: String,
    /// The exit code; whether it came up says the next field.
    pub code: Option<i32>,
    pub came_up: bool,
}

/// Runs a component on every tier: the traces have to be equal.
pub fn run(bytes: &[u8], purpose: Purpose, world: impl Fn() -> World) -> (Ran, Vec<Event>) {
    let mut ends = Vec::new();
    for tier in tiers() {
        let config = Config { tier, ..Config::default() };
        let mut run = Run::new(&config, world(), &[]);
        let component = Component::new(&config, bytes).expect("a component");
        let rules = StartRules::default();
        let begun = Program::begin(&mut run.store, &component, &run.linker, InstancePath::root(), rules, purpose);
        let came_up = begun.is_ok();
        let code = match begun {
            Ok(mut program) if purpose == Purpose::Run => exit_code(&program.run(&mut run.store)),
            Ok(_) => None,
            Err(StartError::Instantiate(preflight_engine::component::ComponentError::Fault { fault, .. })) => {
                exit_code(&Err(fault))
            }
            Err(error) => panic!("{error}"),
        };
        let events = run.events.0.borrow().clone();
        ends.push((Ran { stdout: run.stdout(), code, came_up }, events));
    }
    let first = ends.remove(0);
    for other in ends {
        assert_eq!(first.0, other.0);
        assert!(first.1 == other.1, "the traces of the tiers are equal");
    }
    first
}

/// The instances that begin, start and are done, the calls of exports, and who calls `_initialize`, in order.
pub fn steps(events: &[Event]) -> Vec<String> {
    let step = |event: &Event| match event {
        Event::StartEntered { at, .. } => Some(format!("start {at}")),
        Event::InstanceDone { at } => Some(format!("done {at}")),
        Event::Called { name, cause: Cause::HostRule(rule), .. } => Some(format!("{rule} {name}")),
        Event::EntryCalled { at, name, cause: Cause::StartSection(by) } => Some(format!("{name} {at} by start {by}")),
        Event::EntryCalled { at, name, .. } => Some(format!("{name} {at}")),
        _ => None,
    };
    events.iter().filter_map(step).collect()
}

#[test]
fn a_command_runs_in_run() {
    // P2-ADP-04, P2-WITC-01, P2-WITC-08
    let bytes = adapt(r#"(func (export "_start") (call $say (i32.const 1)))"#, COMMAND, None);
    let (ran, events) = run(&bytes, Purpose::Run, World::new);
    assert_eq!(ran, Ran { stdout: "1".to_owned(), code: Some(0), came_up: true });
    let steps = steps(&events);
    let place =
        |what: &str| steps.iter().position(|step| step.contains(what)).unwrap_or_else(|| panic!("{what}: {steps:?}"));
    let order = [
        "done /$wit-component-shim-instance",
        "done /$main",
        "done /$wasi_snapshot_preview1",
        "done /$fixup",
        "P2-RUN-01",
    ];
    let order = order.map(place);
    assert!(order.is_sorted(), "{steps:?}");
}

#[test]
fn exit_codes_collapse() {
    // P2-ADP-03
    for (code, exit) in [(0, 0), (1, 1), (3, 1), (255, 1)] {
        let start = format!(r#"(func (export "_start") (call $exit (i32.const {code})) (call $say (i32.const 9)))"#);
        let (ran, _) = run(&adapt(&start, COMMAND, None), Purpose::Run, World::new);
        assert_eq!(ran, Ran { stdout: String::new(), code: Some(exit), came_up: true }, "{code}");
    }
}

#[test]
fn both_entries_run_at_their_times() {
    // P2-WITC-09, P2-WITC-02
    let both =
        r#"(func (export "_initialize") (call $say (i32.const 1))) (func (export "_start") (call $say (i32.const 2)))"#;
    let bytes = adapt(both, COMMAND, None);
    assert_eq!(run(&bytes, Purpose::Instantiate, World::new).0.stdout, "1");
    assert_eq!(run(&bytes, Purpose::Run, World::new).0.stdout, "12");
}

const LIBRARY: &str = "package test:p; world w { export answer: func() -> u32; }";

#[test]
fn a_reactor_is_initialised_by_the_fixup() {
    // P2-WITC-02, P2-WITC-03, P2-WITC-08
    let library = r#"(global $x (mut i32) (i32.const 0))
        (func (export "_initialize") (call $say (i32.const 1)) (global.set $x (i32.const 42)))
        (func (export "_start") (call $say (i32.const 2)))
        (func (export "answer") (result i32) (global.get $x))"#;
    let bytes = adapt(library, REACTOR, Some(LIBRARY));
    let (ran, events) = run(&bytes, Purpose::Instantiate, World::new);
    assert_eq!(ran, Ran { stdout: "1".to_owned(), code: None, came_up: true });
    let steps = steps(&events);
    assert!(steps.iter().any(|step| step.starts_with("start /$fixup")), "{steps:?}");
    let mut again = Run::new(&Config::default(), World::new(), &[]);
    let instance = again.instantiate(&bytes);
    let answer = again.store.call_component(&instance, &["answer"], &[], Cause::Invoke).expect("it answers");
    assert_eq!(answer, [ComponentVal::U32(42)]);
    assert_eq!(again.stdout(), "1");
    assert_eq!(again.host.live_resources(), 3, "the adapter keeps the three streams");
}

#[test]
fn a_start_section_comes_before_the_fixup() {
    // P2-WITC-04, P2-ENV-02: identical bodies, one called too early.
    let body = "(call $say (i32.const 1))";
    let answer = r#"(func (export "answer") (result i32) (i32.const 0))"#;
    let start = adapt(&format!("(func $s {body}) (start $s) {answer}"), REACTOR, Some(LIBRARY));
    let (ran, events) = run(&start, Purpose::Instantiate, World::new);
    assert_eq!(ran, Ran { stdout: String::new(), code: None, came_up: false });
    assert!(events.iter().any(|event| matches!(event, Event::Trapped { .. })));
    let initialize = adapt(&format!(r#"(func (export "_initialize") {body}) {answer}"#), REACTOR, Some(LIBRARY));
    assert_eq!(run(&initialize, Purpose::Instantiate, World::new).0.stdout, "1");
}

#[test]
fn exit_in_initialize_ends_the_program() {
    // P2-ADP-05, P2-EXIT-02
    for (code, exit) in [(0, 0), (7, 1)] {
        let library = format!(
            r#"(func (export "_initialize") (call $exit (i32.const {code})))
            (func (export "answer") (result i32) (i32.const 0))"#
        );
        let (ran, _) = run(&adapt(&library, REACTOR, Some(LIBRARY)), Purpose::Instantiate, World::new);
        assert_eq!(ran, Ran { stdout: String::new(), code: Some(exit), came_up: false });
    }
}

#[test]
fn a_trap_in_initialize_leaves_nothing_callable() {
    // P2-WITC-11
    let library = r#"(func (export "_initialize") unreachable) (func (export "answer") (result i32) (i32.const 0))"#;
    let mut started = Run::new(&Config::default(), World::new(), &[]);
    let component = Component::new(&Config::default(), &adapt(library, REACTOR, Some(LIBRARY))).expect("a component");
    let end = started.store.instantiate_component(&component, &started.linker, InstancePath::root());
    assert!(end.is_err());
    assert!(started.store.component_states().iter().all(|state| !state.may_enter));
}

#[test]
fn the_adapter_makes_its_state_on_the_first_call() {
    // P2-ADP-01: without a call of preview 1 the host hears nothing.
    let bytes = adapt(r#"(func (export "_start"))"#, COMMAND, None);
    let (_, events) = run(&bytes, Purpose::Run, World::new);
    let called = |events: &[Event]| events.iter().filter(|event| matches!(event, Event::HostCalled { .. })).count();
    assert_eq!(called(&events), 0);
    let bytes = adapt(r#"(func (export "_start") (call $say (i32.const 1)))"#, COMMAND, None);
    assert!(called(&run(&bytes, Purpose::Run, World::new).1) > 0);
}

#[test]
fn files_arguments_and_streams_go_through_the_adapter() {
    let module = r#"
        (data (i32.const 100) "in.txt")
        (func (export "_start")
            (if (call $args (i32.const 40) (i32.const 44)) (then unreachable))
            (call $say (i32.load (i32.const 40)))
            (if (call $open (i32.const 3) (i32.const 0) (i32.const 100) (i32.const 6) (i32.const 0)
                    (i64.const 2) (i64.const 2) (i32.const 0) (i32.const 48)) (then unreachable))
            (i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (i32.const 64))
            (if (call $read (i32.load (i32.const 48)) (i32.const 0) (i32.const 1) (i32.const 8)) (then unreachable))
            (i32.store (i32.const 4) (i32.load (i32.const 8)))
            (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))"#;
    let world = || {
        let mut world = World::new();
        world.args = ["main", "one", "two"].map(str::to_owned).to_vec();
        world.preopen_virtual("/").write("in.txt", b"from a file").expect("a file");
        world
    };
    let (ran, _) = run(&adapt(module, COMMAND, None), Purpose::Run, world);
    assert_eq!(ran, Ran { stdout: "3from a file".to_owned(), code: Some(0), came_up: true });
}

#[test]
fn a_fault_is_no_exit_code() {
    let bytes = adapt(r#"(func (export "_start") unreachable)"#, COMMAND, None);
    assert_eq!(run(&bytes, Purpose::Run, World::new).0.code, None);
    assert_eq!(exit_code(&Err(Fault::Exit(3))), Some(3));
}
