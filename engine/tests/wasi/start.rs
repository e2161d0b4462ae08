//! The rules of starting: each with the events that show it.

use crate::guest::module;
use preflight_engine::{
    Config, Extern, Fault, Linker, Store, Val,
    trace::{Cause, Event, InstancePath, Outcome, Phase, Sink, TrapCode},
    wasi::{
        self, BothEntries, CommandAsLibrary, DefaultExport, KindError, MissingMemory, NoEntry, Program, Purpose,
        SecondCall, StartError, StartRules, WasiInStart, WithoutWasi, World, WrongEntry, reactor,
    },
};
use std::{cell::RefCell, rc::Rc};

/// A line of text that a guest prints with `(call $say (i32.const N))`: the digit N.
const SAY: &str = r#"
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func $say (param i32)
    (i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (i32.const 1))
    (i32.store8 (i32.const 16) (i32.add (local.get 0) (i32.const 48)))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))"#;

#[derive(Clone, Default)]
struct Events(Rc<RefCell<Vec<Event>>>);

impl Sink for Events {
    fn event(&mut self, event: Event) {
        self.0.borrow_mut().push(event);
    }
}

struct Host {
    store: Store,
    linker: Linker,
    world: Rc<RefCell<World>>,
    rules: StartRules,
    events: Events,
}

impl Host {
    fn new(rules: StartRules) -> Host {
        let (mut store, mut linker) = (Store::new(&Config::default()), Linker::new());
        let world = Rc::new(RefCell::new(World::new()));
        wasi::p1::add_to_linker_with(&mut linker, &mut store, world.clone(), rules, &[wasi::p1::Snapshot::Preview1]);
        let events = Events::default();
        store.set_sink(Some(Box::new(events.clone())));
        Host { store, linker, world, rules, events }
    }

    fn begin(&mut self, body: &str, purpose: Purpose) -> Result<Program, StartError> {
        let module = module(&format!("(module {body})"));
        let externs = self.linker.resolve(&self.store, &module).unwrap();
        Program::begin(&mut self.store, &module, &externs, InstancePath::root(), self.rules, purpose)
    }

    fn preload(&mut self, name: &str, body: &str) -> Result<(), StartError> {
        let module = module(&format!("(module {body})"));
        let externs = self.linker.resolve(&self.store, &module).unwrap();
        let path = InstancePath::root().child(&format!("${name}"));
        reactor::preload(&mut self.store, &mut self.linker, name, &module, &externs, path, self.rules).map(drop)
    }

    fn run(&mut self, body: &str) -> Result<(), Fault> {
        self.begin(body, Purpose::Main).unwrap().run(&mut self.store)
    }

    fn printed(&self) -> String {
        String::from_utf8(self.world.borrow().stdout.captured().to_vec()).unwrap()
    }

    /// The steps of starting, in short.
    fn steps(&self) -> Vec<String> {
        self.events.0.borrow().iter().filter_map(step).collect()
    }
}

fn step(event: &Event) -> Option<String> {
    Some(match event {
        Event::StartEntered { at, .. } => format!("{at} start"),
        Event::InstanceDone { at } => format!("{at} done"),
        Event::Called { at, name, cause: Cause::HostRule(rule), .. } => format!("{at} {name} {rule}"),
        Event::Called { at, name, .. } => format!("{at} {name}"),
        Event::RuleApplied { at, rule, reading } => format!("{at} {rule}: {reading}"),
        Event::Trapped { at, code, .. } => format!("{at} trapped: {code}"),
        _ => return None,
    })
}

fn host() -> Host {
    Host::new(StartRules::default())
}

fn kind_error(result: Result<Program, StartError>) -> KindError {
    match result {
        Err(StartError::Kind(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_command_runs_its_start_once() {
    let mut host = host();
    let body = format!("{SAY} (func (export \"_start\") (call $say (i32.const 1)))");
    let mut program = host.begin(&body, Purpose::Main).unwrap();
    let end = program.run(&mut host.store);
    assert_eq!(wasi::command::exit_code(&end), Some(0));
    assert_eq!(host.printed(), "1");
    assert_eq!(host.steps(), ["/ done", "/ _start P1-CMD-01"]);
    assert!(matches!(program.run(&mut host.store), Err(Fault::Usage(_))), "P1-CMD-03");
    assert_eq!(host.steps()[2..], ["/ P1-CMD-03: not called again"]);
}

#[test]
fn a_second_call_is_made_if_the_switch_says_so() {
    let mut host = Host::new(StartRules { second_call: SecondCall::Allow, ..StartRules::default() });
    let body = format!("{SAY} (func (export \"_start\") (call $say (i32.const 1)))");
    let mut program = host.begin(&body, Purpose::Main).unwrap();
    program.run(&mut host.store).unwrap();
    program.run(&mut host.store).unwrap();
    assert_eq!(host.printed(), "11");
    assert_eq!(host.steps()[2], "/ P1-CMD-03: called again");
}

#[test]
fn another_function_of_a_command_is_run_in_place_of_start() {
    let mut host = host();
    let body = format!(
        "{SAY} (func (export \"_start\") (call $say (i32.const 1))) (func (export \"other\") (call $say (i32.const 2)))"
    );
    let mut program = host.begin(&body, Purpose::Invoke).unwrap();
    program.invoke(&mut host.store, "other", &[]).unwrap();
    assert_eq!(host.printed(), "2");
    assert_eq!(host.steps(), ["/ done", "/ other"]);
}

#[test]
fn proc_exit_ends_the_program_with_its_code() {
    let mut host = host();
    let body = format!("{SAY} (func (export \"_start\") (call $exit (i32.const 3)) (call $say (i32.const 1)))");
    let end = host.run(&body);
    assert_eq!(wasi::command::exit_code(&end), Some(3));
    assert_eq!(host.printed(), "");
}

#[test]
fn proc_exit_in_the_start_section_ends_the_program() {
    let mut host = host();
    let body = format!(
        "{SAY} (func $s (call $exit (i32.const 4))) (start $s) (func (export \"_start\") (call $say (i32.const 1)))"
    );
    let error = host.begin(&body, Purpose::Main).unwrap_err();
    assert_eq!(error.outcome(), Outcome::Exit { code: 4 }, "P1-ENV-08");
    assert_eq!((host.printed(), host.steps()), (String::new(), vec!["/ start".to_owned()]));
}

#[test]
fn a_trap_in_start_has_no_code_of_its_own() {
    let mut host = host();
    let end = host.run(&format!("{SAY} (func (export \"_start\") unreachable)"));
    assert_eq!(wasi::command::exit_code(&end), None, "P1-CMD-08");
    assert_eq!(host.steps().last().unwrap(), "/ trapped: unreachable executed");
}

#[test]
fn a_reactor_is_initialised_after_its_start_section_and_lives_on() {
    let mut host = host();
    let body = format!(
        "{SAY} (global $n (mut i32) (i32.const 0))
        (func $s (call $say (i32.const 1))) (start $s)
        (func (export \"_initialize\") (call $say (i32.const 2)))
        (func (export \"next\") (result i32)
          (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n))"
    );
    let mut program = host.begin(&body, Purpose::Invoke).unwrap();
    assert_eq!(program.invoke(&mut host.store, "next", &[]).unwrap(), [Val::I32(1)]);
    assert_eq!(program.invoke(&mut host.store, "next", &[]).unwrap(), [Val::I32(2)], "P1-REA-03");
    assert_eq!(host.printed(), "12", "P1-REA-07");
    let expected = ["/ start", "/ P1-ENV-07: served", "/ done", "/ _initialize P1-REA-04", "/ next", "/ next"];
    assert_eq!(host.steps(), expected);
    assert!(matches!(program.invoke(&mut host.store, "_initialize", &[]), Err(Fault::Usage(_))));
    assert_eq!(host.steps().last().unwrap(), "/ P1-REA-01: not called again");
    assert_eq!(host.printed(), "12");
}

#[test]
fn a_module_with_both_entries_is_initialised_once_whatever_is_selected() {
    let body = format!(
        "{SAY} (func (export \"_start\") (call $say (i32.const 1))) (func (export \"_initialize\") (call $say (i32.const 2)))"
    );
    let both_entries = BothEntries::InitializeThenStart;
    let mut host = Host::new(StartRules { both_entries, ..StartRules::default() });
    let mut program = host.begin(&body, Purpose::Invoke).unwrap();
    assert!(matches!(program.invoke(&mut host.store, "_initialize", &[]), Err(Fault::Usage(_))));
    assert_eq!(host.steps().last().unwrap(), "/ P1-REA-01: not called again");
    assert_eq!(host.printed(), "2");
    let mut host = Host::new(StartRules { both_entries, second_call: SecondCall::Allow, ..StartRules::default() });
    let mut program = host.begin(&body, Purpose::Invoke).unwrap();
    program.invoke(&mut host.store, "_initialize", &[]).unwrap();
    assert!(host.steps().contains(&"/ P1-REA-01: called again".to_owned()));
    assert_eq!(host.printed(), "22");
}

#[test]
fn a_reactor_as_main_program_is_initialised_and_that_is_all() {
    let mut host = host();
    host.run(&format!("{SAY} (func (export \"_initialize\") (call $say (i32.const 2)))")).unwrap();
    assert_eq!(host.printed(), "2");
    assert_eq!(host.steps(), ["/ done", "/ _initialize P1-REA-01"]);
}

#[test]
fn calls_from_the_start_section_trap_if_the_switch_says_so() {
    let mut host = Host::new(StartRules { wasi_in_start: WasiInStart::Trap, ..StartRules::default() });
    let error = host.begin(&format!("{SAY} (func $s (call $say (i32.const 1))) (start $s)"), Purpose::Main);
    assert_eq!(error.unwrap_err().outcome(), Outcome::Trap { code: TrapCode::Host, phase: Phase::Start });
    assert_eq!(host.steps()[1..3], ["/ start", "/ P1-ENV-07: trapped"]);
}

#[test]
fn both_entries_are_an_error_or_what_the_switch_says() {
    let body = format!(
        "{SAY} (func (export \"_start\") (call $say (i32.const 1)))
         (func (export \"_initialize\") (call $say (i32.const 2)))"
    );
    let mut rejecting = host();
    assert_eq!(kind_error(rejecting.begin(&body, Purpose::Main)), KindError::BothEntries);
    assert!(matches!(rejecting.preload("lib", &body), Err(StartError::Kind(KindError::BothEntries))));
    assert_eq!((rejecting.printed(), rejecting.steps().len()), (String::new(), 0));
    for (both_entries, printed) in [(BothEntries::InitializeThenStart, "21"), (BothEntries::StartWins, "1")] {
        let mut host = Host::new(StartRules { both_entries, ..StartRules::default() });
        host.run(&body).unwrap();
        assert_eq!(host.printed(), printed);
        assert!(host.steps()[0].starts_with("/ P1-KIND-03: "));
    }
}

#[test]
fn neither_entry_is_nothing_to_run_or_an_error() {
    let mut accepting = host();
    accepting.run(SAY).unwrap();
    assert_eq!(accepting.steps(), ["/ P1-KIND-05: nothing to run", "/ done"]);
    let mut rejecting = Host::new(StartRules { no_entry: NoEntry::Reject, ..StartRules::default() });
    assert_eq!(kind_error(rejecting.begin(SAY, Purpose::Main)), KindError::NoEntry);
    rejecting.preload("lib", SAY).unwrap();
}

#[test]
fn entries_of_wrong_types_are_errors_or_exports_like_any_other() {
    let ignore =
        StartRules { wrong_start: WrongEntry::Ignore, wrong_initialize: WrongEntry::Ignore, ..StartRules::default() };
    for (export, error) in [
        ("(func (export \"_start\") (param i32))", KindError::WrongStart),
        ("(func (export \"_start\") (result i32) (i32.const 0))", KindError::WrongStart),
        ("(global (export \"_start\") i32 (i32.const 0))", KindError::WrongStart),
        ("(func (export \"_initialize\") (param i32))", KindError::WrongInitialize),
        ("(global (export \"_initialize\") i32 (i32.const 0))", KindError::WrongInitialize),
    ] {
        let body = format!("{SAY} {export}");
        assert_eq!(kind_error(host().begin(&body, Purpose::Main)), error);
        let mut host = Host::new(ignore);
        host.run(&body).unwrap();
        assert_eq!(host.steps()[0], format!("/ {}: an export like any other", error.rule()));
    }
}

#[test]
fn modules_without_imports_of_wasi_follow_the_rules_too() {
    let body = "(func (export \"_start\") unreachable)";
    let mut applying = host();
    assert!(applying.run(body).is_err());
    assert_eq!(applying.steps()[0], "/ P1-KIND-08: applied without imports");
    let mut host = Host::new(StartRules { without_wasi: WithoutWasi::Ignore, ..StartRules::default() });
    host.run(body).unwrap();
    assert_eq!(host.steps(), ["/ P1-KIND-08: ignored", "/ done"]);
}

#[test]
fn the_empty_name_is_a_default_export_if_the_switch_says_so() {
    let body = format!(
        "{SAY} (func (export \"_start\") (call $say (i32.const 1))) (func (export \"\") (call $say (i32.const 2)))"
    );
    let mut plain = host();
    plain.run(&body).unwrap();
    assert_eq!(plain.printed(), "1");
    let rules = StartRules { default_export: DefaultExport::EmptyNameFirst, ..StartRules::default() };
    let mut host = Host::new(rules);
    host.run(&body).unwrap();
    assert_eq!(host.printed(), "2");
    assert_eq!(host.steps(), ["/ P1-CMD-11: the empty name is run", "/ done", "/  P1-CMD-11"]);
}

#[test]
fn without_a_memory_the_call_traps_or_nothing_starts() {
    let body = r#"
      (import "wasi_snapshot_preview1" "fd_write" (func $w (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_close" (func $c (param i32) (result i32)))
      (memory 1)
      (func (export "_start") (drop (call $c (i32.const 0)))
        (drop (call $w (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))"#;
    let mut trapping = host();
    assert!(matches!(trapping.run(body), Err(Fault::Trap(trap)) if trap.code == TrapCode::Host));
    assert_eq!(trapping.steps()[2], "/ P1-ENV-02: trapped at the call");
    let mut host = Host::new(StartRules { missing_memory: MissingMemory::Reject, ..StartRules::default() });
    assert_eq!(kind_error(host.begin(body, Purpose::Main)), KindError::MissingMemory);
}

const LIBRARY: &str = r#"
  (global $ready (mut i32) (i32.const 0))
  (func $s (call $say (i32.const 1))) (start $s)
  (func (export "_initialize") (call $say (i32.const 2)) (global.set $ready (i32.const 1)))
  (func (export "use") (if (i32.eqz (global.get $ready)) (then unreachable)) (call $say (i32.const 3)))"#;

#[test]
fn preloaded_reactors_are_ready_before_anything_uses_them() {
    let mut host = host();
    host.preload("lib", &format!("{SAY} {LIBRARY}")).unwrap();
    let main = r#"(import "lib" "use" (func $use)) (func $s (call $use)) (start $s)
      (func (export "_start") (call $use))"#;
    host.run(main).unwrap();
    assert_eq!(host.printed(), "1233");
    let expected = [
        "/$lib start",
        "/$lib P1-ENV-07: served",
        "/$lib done",
        "/$lib _initialize P1-REA-08",
        "/ P1-KIND-08: applied without imports",
        "/ start",
        "/ done",
        "/ _start P1-CMD-01",
    ];
    assert_eq!(host.steps(), expected);
}

#[test]
fn preloaded_reactors_come_up_in_the_order_given() {
    let mut host = host();
    host.preload("a", &format!("{SAY} {LIBRARY}")).unwrap();
    let second = format!(r#"(import "a" "use" (func $use)) {SAY} (func (export "_initialize") (call $use))"#);
    host.preload("b", &second).unwrap();
    assert_eq!(host.printed(), "123", "P1-REA-09");
}

#[test]
fn a_reactor_that_fails_to_initialise_is_not_linked() {
    let mut trapping = host();
    let body = format!("{SAY} (func (export \"_initialize\") unreachable) (func (export \"f\"))");
    let error = trapping.preload("lib", &body).unwrap_err();
    assert_eq!(error.outcome(), Outcome::Trap { code: TrapCode::Unreachable, phase: Phase::Call });
    assert!(trapping.linker.get("lib", "f").is_none(), "P1-REA-05");
    let mut exiting = host();
    let body = format!("{SAY} (func (export \"_initialize\") (call $exit (i32.const 5)))");
    assert_eq!(exiting.preload("lib", &body).unwrap_err().outcome(), Outcome::Exit { code: 5 }, "P1-REA-06");
}

const COUNTER: &str = r#"
  (global $n (mut i32) (i32.const 0))
  (func $s (call $say (i32.const 1))) (start $s)
  (func (export "_start"))
  (func (export "count") (result i32)
    (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n))"#;

#[test]
fn a_command_as_a_library_gets_a_fresh_instance_for_each_call() {
    let mut host = host();
    host.preload("cmd", &format!("{SAY} {COUNTER}")).unwrap();
    assert_eq!(host.printed(), "", "nothing is instantiated yet");
    let main = r#"(import "cmd" "count" (func $count (result i32)))
      (func (export "f") (result i32) (drop (call $count)) (call $count))"#;
    let mut program = host.begin(main, Purpose::Invoke).unwrap();
    assert_eq!(program.invoke(&mut host.store, "f", &[]).unwrap(), [Val::I32(1)], "P1-CMD-09");
    assert_eq!(host.printed(), "11", "P1-CMD-10");
    let steps = host.steps();
    assert_eq!(steps[0], "/$cmd P1-CMD-09: a fresh instance for each call");
    assert!(steps.contains(&"/$cmd/2 count P1-CMD-09".to_owned()));
    let mut rejecting = Host::new(StartRules { command_as_library: CommandAsLibrary::Reject, ..StartRules::default() });
    let error = rejecting.preload("cmd", &format!("{SAY} {COUNTER}")).unwrap_err();
    assert!(matches!(error, StartError::Kind(KindError::CommandAsLibrary)));
}

#[test]
fn linked_modules_share_descriptors_and_use_their_own_memories() {
    let mut host = host();
    let library = r#"
      (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
      (func (export "close") (param i32) (result i32) (call $close (local.get 0)))"#;
    host.preload("lib", library).unwrap();
    let main = format!(
        r#"(import "lib" "close" (func $close (param i32) (result i32))) {SAY}
        (func (export "f") (result i32) (call $say (i32.const 1)) (drop (call $close (i32.const 1)))
          (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))"#
    );
    let mut program = host.begin(&main, Purpose::Invoke).unwrap();
    assert_eq!(program.invoke(&mut host.store, "f", &[]).unwrap(), [Val::I32(8)], "badf, P1-ENV-09");
    assert_eq!(host.printed(), "1");
}

#[test]
fn two_runs_have_equal_events() {
    let run = || {
        let mut host = host();
        host.preload("lib", &format!("{SAY} {LIBRARY}")).unwrap();
        host.run(r#"(import "lib" "use" (func $use)) (func (export "_start") (call $use))"#).unwrap();
        host.events.0.borrow().clone()
    };
    assert_eq!(run(), run());
}

#[test]
fn a_host_that_calls_a_function_itself_has_no_memory() {
    let mut host = host();
    let Some(Extern::Func(func)) = host.linker.get(wasi::p1::MODULE, "random_get") else { panic!("it is there") };
    let end = host.store.invoke(func, &[Val::I32(0), Val::I32(1)]);
    assert!(matches!(end, Err(Fault::Trap(trap)) if trap.code == TrapCode::Host));
}

#[test]
fn standard_descriptors_are_there_when_a_reactor_is_initialised() {
    let mut host = host();
    let body = format!(
        r#"(import "wasi_snapshot_preview1" "fd_fdstat_get" (func $stat (param i32 i32) (result i32))) {SAY}
        (func $one (param i32) (call $say (call $stat (local.get 0) (i32.const 64))))
        (func (export "_initialize")
          (call $one (i32.const 0)) (call $one (i32.const 1)) (call $one (i32.const 2)) (call $one (i32.const 3)))"#
    );
    host.run(&body).unwrap();
    assert_eq!(host.printed(), "0008", "P1-ENV-04, P1-REA-10: the fourth is badf");
}

#[test]
fn a_module_without_an_entry_for_threads_spawns_none() {
    let mut host = host();
    wasi::threads::add_to_linker(&mut host.linker, &mut host.store, &host.world);
    let body = r#"(import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
      (func (export "_start") (if (i32.ge_s (call $spawn (i32.const 0)) (i32.const 0)) (then unreachable)))"#;
    host.run(body).expect("P1-THR-07: a negative number, and no crash");
}
