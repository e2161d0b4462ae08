//! Programs of WASI on the reference engine. Those of preview 1: the preloads in their order, then the main module, each by the rules
//! of commands and reactors.

use super::{Broken, Definition, Ended, Failure, Kind, Run, component};
use crate::{
    script::{Events, Options, Watchdog, panic_text},
    trace::{InstancePath, Level, Outcome, Phase},
};
use preflight_engine::{
    Fault, InstantiateError, Linker, Module, Store,
    wasi::{
        Program, Purpose, StartError, StartRules, World, p1, reactor, threads,
        world::{Input, Output},
    },
};
use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
};

/// Runs the program `run` of these definitions on the tier of `options`, and records every step.
pub(crate) fn run(definitions: &[Definition], run: &Run, options: &Options) -> Result<Ended, Box<Failure>> {
    let result = catch_unwind(AssertUnwindSafe(|| start(definitions, run, options)));
    let broken = |panic: &str| Broken::Crashed { status: format!("panic: {panic}"), stderr: String::new() };
    result.unwrap_or_else(|panic| Err(Box::new(Failure::Broken(broken(panic_text(&*panic))))))
}

fn start(definitions: &[Definition], run: &Run, options: &Options) -> Result<Ended, Box<Failure>> {
    let world = Rc::new(RefCell::new(world(run)));
    let mut store = Store::new(&options.config);
    store.set_readings(options.readings);
    let events = Events::of(&mut store, Level::Full);
    let watchdog = Watchdog::new(options.timeout);
    watchdog.watch(store.interrupt_handle());

    let outcome = match run.kind {
        Kind::Component => {
            let bytes = bytes_of(definitions, &run.main)?;
            component::start(&mut store, &bytes, run, options, world.clone())?
        }
        Kind::Command | Kind::Reactor => start_modules(&mut store, definitions, run, options, world.clone())?,
    };
    drop(store);
    let world = world.borrow();
    let stdout = match &world.stdout {
        Output::Captured(bytes) => bytes.clone(),
        Output::Stream(_) => Vec::new(),
    };
    Ok(Ended { outcome, stdout, events: events.take() })
}

fn start_modules(
    store: &mut Store,
    definitions: &[Definition],
    run: &Run,
    options: &Options,
    world: Rc<RefCell<World>>,
) -> Result<Outcome, Box<Failure>> {
    let mut linker = Linker::new();
    p1::add_to_linker(&mut linker, store, world.clone());
    threads::add_to_linker(&mut linker, store, &world);
    let module = |name: &str| module(definitions, name, options);
    let preloads =
        run.preloads.iter().map(|preload| Ok((preload.name.as_str(), &preload.module, module(&preload.module)?)));
    let preloads: Vec<_> = preloads.collect::<Result<_, Box<Failure>>>()?;
    let main = module(&run.main)?;
    for module in preloads.iter().map(|(.., module)| module).chain([&main]) {
        if let Err(what) = threads::define_memories(&mut linker, store, module) {
            return Ok(Outcome::Exhausted { what });
        }
    }
    let mut bring_up = || {
        for (name, path, module) in &preloads {
            let externs = linker.resolve(store, module).map_err(InstantiateError::Link)?;
            let path = InstancePath::root().child(path);
            reactor::preload(store, &mut linker, name, module, &externs, path, StartRules::default())?;
        }
        enter(store, &linker, &main, run)
    };
    Ok(bring_up().unwrap_or_else(|error: StartError| error.outcome()))
}

/// Starts the main module and enters it as `run` asks for.
fn enter(store: &mut Store, linker: &Linker, main: &Module, run: &Run) -> Result<Outcome, StartError> {
    let externs = linker.resolve(store, main).map_err(InstantiateError::Link)?;
    let purpose = if run.invoke.is_some() { Purpose::Invoke } else { Purpose::Main };
    let path = InstancePath::root().child(&run.main);
    let mut program = Program::begin(store, main, &externs, path, StartRules::default(), purpose)?;
    let mut outcome = Outcome::Returned { values: Vec::new() };
    for _ in 0..run.times {
        let end = match &run.invoke {
            Some(name) => program.invoke(store, name, &[]),
            None => program.run(store).map(|()| Vec::new()),
        };
        outcome = match end {
            Ok(values) => Outcome::Returned { values: values.iter().map(|value| store.trace_value(*value)).collect() },
            // The host may not make this call (P1-CMD-03, P1-REA-01), so it does not.
            Err(Fault::Usage(_)) => return Ok(Outcome::Unlinkable),
            Err(fault) => return Ok(fault.outcome(Phase::Call)),
        };
    }
    Ok(outcome)
}

/// The world that the header describes; everything else in it is virtual and always the same.
fn world(run: &Run) -> World {
    let mut world = World::new();
    world.args.extend(run.args.iter().cloned());
    world.env.extend(run.env.iter().map(|(name, value)| (name.clone(), value.clone())));
    world.stdin = Input::bytes(run.stdin.clone());
    for name in &run.preopens {
        world.preopen_virtual(name);
    }
    world
}

fn module(definitions: &[Definition], name: &str, options: &Options) -> Result<Module, Box<Failure>> {
    let bytes = bytes_of(definitions, name)?;
    Module::new(&options.config, bytes).map_err(|error| unusable(name, &error.to_string()))
}

/// The bytes of a definition.
fn bytes_of(definitions: &[Definition], name: &str) -> Result<Vec<u8>, Box<Failure>> {
    let definition = definitions.iter().find(|definition| definition.name == name);
    let bytes = definition.map(|definition| definition.bytes.clone());
    bytes.ok_or_else(|| unusable(name, "the script has no `module definition` or `component definition` of this name"))
}

/// A definition that cannot be run.
pub(super) fn unusable(name: &str, error: &str) -> Box<Failure> {
    Box::new(Failure::Module { name: name.to_owned(), error: error.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Case;

    /// What becomes of a program whose exports print the digit that they count up to; from the third on `count` traps.
    fn ended(table: &str) -> (Outcome, String) {
        let text = format!(
            r#";;! title = "t"
;;! rules = ["P1-REA-03"]
;;! needs = ["wasip1"]
;;! [run]
;;! main = "$Main"
{table}
(module definition $Main
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\01\00\00\00") (data (i32.const 16) "0")
  (func $count (export "count")
    (i32.store8 (i32.const 16) (i32.add (i32.load8_u (i32.const 16)) (i32.const 1)))
    (if (i32.eq (i32.load8_u (i32.const 16)) (i32.const 0x33)) (then (unreachable)))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "NAME") (call $count)))"#
        );
        let name = if table.contains("\"command\"") { "_start" } else { "_initialize" };
        let case = Case::parse("p1/t.wast", &text.replace("NAME", name)).expect("a case");
        let ended = crate::case::run_wasi(&case, &Options::default()).expect("a program").expect("it can be run");
        (ended.outcome, String::from_utf8(ended.stdout).expect("digits"))
    }

    /// Each call finds what the one before it has left, until one does not return.
    #[test]
    fn a_reactor_is_entered_as_often_as_is_asked_for() {
        let returned = Outcome::Returned { values: Vec::new() };
        let called = |times: &str| ended(&format!(";;! kind = \"reactor\"\n;;! invoke = \"count\"\n{times}"));
        assert_eq!(called(""), (returned.clone(), "12".to_owned()));
        assert_eq!(called(";;! times = 0"), (returned.clone(), "1".to_owned()));
        for times in 2..4 {
            let (outcome, stdout) = called(&format!(";;! times = {times}"));
            assert!(matches!(outcome, Outcome::Trap { .. }) && stdout == "12", "{outcome} {stdout}");
        }
        // By itself it is entered by nothing but `_initialize`, which is called once.
        assert_eq!(ended(";;! kind = \"reactor\"\n;;! times = 2"), (returned, "1".to_owned()));
    }

    /// A command may be entered once, whatever its entry is (P1-CMD-03).
    #[test]
    fn a_command_is_not_entered_again() {
        for entry in ["", ";;! invoke = \"count\"\n"] {
            let (outcome, stdout) = ended(&format!(";;! kind = \"command\"\n{entry};;! times = 2"));
            assert_eq!((outcome, stdout.as_str()), (Outcome::Unlinkable, "1"), "{entry}");
        }
    }
}
