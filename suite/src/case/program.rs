//! Programs of WASI on the reference engine. Those of preview 1: the preloads in their order, then the main module, each by the rules
//! of commands and reactors.

use super::{Broken, Definition, Ended, Failure, Kind, Run, component};
use crate::{
    script::{Options, Watchdog, panic_text},
    trace::{Event, InstancePath, Outcome, Phase, Sink},
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
    let events = Rc::new(RefCell::new(Vec::new()));
    store.set_sink(Some(Box::new(Recorder(events.clone()))));
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
    let end = match &run.invoke {
        Some(name) => program.invoke(store, name, &[]),
        None => program.run(store).map(|()| Vec::new()),
    };
    Ok(match end {
        Ok(values) => Outcome::Returned { values: values.iter().map(|value| store.trace_value(*value)).collect() },
        // The host may not make this call (P1-CMD-03, P1-REA-01), so it does not.
        Err(Fault::Usage(_)) => Outcome::Unlinkable,
        Err(fault) => fault.outcome(Phase::Call),
    })
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

/// Keeps every step.
struct Recorder(Rc<RefCell<Vec<Event>>>);

impl Sink for Recorder {
    fn event(&mut self, event: Event) {
        self.0.borrow_mut().push(event);
    }
}
