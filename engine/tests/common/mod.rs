//! What the integration tests share: text to modules, stores with a recorder, and short ways to call and to fail.
#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod rng;
pub mod stub;

use preflight_engine::{
    Config, Extern, Fault, InstantiateError, Limits, Module, Store, Val,
    runtime::{FuncAddr, GlobalAddr, InstanceAddr, MemAddr, TableAddr},
    syntax::{FuncType, ValType},
    trace::{Event, InstancePath, Resource, Sink, TrapCode},
};
use std::{cell::RefCell, rc::Rc};

/// The binary of a module in text form.
pub fn wasm(text: &str) -> Vec<u8> {
    let mut buffer = wast::parser::ParseBuffer::new(text).unwrap_or_else(|error| panic!("{error}"));
    buffer.track_instr_spans(false);
    let mut wat = wast::parser::parse::<wast::Wat<'_>>(&buffer).unwrap_or_else(|error| panic!("{error}"));
    wat.encode().unwrap_or_else(|error| panic!("{error}"))
}

/// The default settings, on the tier that `PREFLIGHT_TIER` names: what holds for one holds for the other.
pub fn config() -> Config {
    #[cfg(feature = "jit")]
    if std::env::var("PREFLIGHT_TIER").is_ok_and(|tier| tier == "jit") {
        return Config { tier: preflight_engine::Tier::Jit, ..Config::default() };
    }
    Config::default()
}

/// The module of this text, under the default features.
pub fn module(text: &str) -> Module {
    Module::new(&config(), wasm(text)).unwrap_or_else(|error| panic!("{error}"))
}

/// A store with the default limits.
pub fn store() -> Store {
    Store::new(&config())
}

/// A store with limits of one's own.
pub fn limited(change: impl FnOnce(&mut Limits)) -> Store {
    let mut config = config();
    change(&mut config.limits);
    Store::new(&config)
}

/// The root path.
pub fn root() -> InstancePath {
    InstancePath::root()
}

/// A store with one instance of this text, which imports nothing.
pub fn instance(text: &str) -> (Store, InstanceAddr) {
    let mut store = store();
    let instance = instantiate(&mut store, text, &[]);
    (store, instance)
}

/// An instance that must come to be.
pub fn instantiate(store: &mut Store, text: &str, externs: &[Extern]) -> InstanceAddr {
    store.instantiate(&module(text), externs, root()).unwrap_or_else(|error| panic!("{error}"))
}

/// The error of an instantiation that must fail.
pub fn instantiate_err(store: &mut Store, text: &str, externs: &[Extern]) -> InstantiateError {
    store.instantiate(&module(text), externs, root()).expect_err("the instantiation must fail")
}

/// The exported function of this name.
pub fn func(store: &Store, instance: InstanceAddr, name: &str) -> FuncAddr {
    match store.export(instance, name) {
        Some(Extern::Func(addr)) => addr,
        other => panic!("{name} is {other:?}"),
    }
}

/// The exported global of this name.
pub fn global(store: &Store, instance: InstanceAddr, name: &str) -> GlobalAddr {
    match store.export(instance, name) {
        Some(Extern::Global(addr)) => addr,
        other => panic!("{name} is {other:?}"),
    }
}

/// The exported memory of this name.
pub fn memory(store: &Store, instance: InstanceAddr, name: &str) -> MemAddr {
    match store.export(instance, name) {
        Some(Extern::Memory(addr)) => addr,
        other => panic!("{name} is {other:?}"),
    }
}

/// The exported table of this name.
pub fn table(store: &Store, instance: InstanceAddr, name: &str) -> TableAddr {
    match store.export(instance, name) {
        Some(Extern::Table(addr)) => addr,
        other => panic!("{name} is {other:?}"),
    }
}

/// Calls an export.
pub fn call(store: &mut Store, instance: InstanceAddr, name: &str, args: &[Val]) -> Result<Vec<Val>, Fault> {
    let func = func(store, instance, name);
    store.invoke(func, args)
}

/// Calls an export that must return.
pub fn returns(store: &mut Store, instance: InstanceAddr, name: &str, args: &[Val]) -> Vec<Val> {
    call(store, instance, name, args).unwrap_or_else(|fault| panic!("{name}: {fault}"))
}

/// Calls an export of a fresh instance of this text.
pub fn eval(text: &str, name: &str, args: &[Val]) -> Vec<Val> {
    let (mut store, instance) = instance(text);
    returns(&mut store, instance, name, args)
}

/// Calls an export of a fresh instance of this text that must trap.
pub fn eval_trap(text: &str, name: &str, args: &[Val]) -> TrapCode {
    let (mut store, instance) = instance(text);
    trap_of(call(&mut store, instance, name, args))
}

/// The code of the trap that a call must have ended in.
pub fn trap_of<T: std::fmt::Debug>(result: Result<T, Fault>) -> TrapCode {
    match result {
        Err(Fault::Trap(trap)) => trap.code,
        other => panic!("expected a trap, got {other:?}"),
    }
}

/// What a call must have used up.
pub fn exhausted_by<T: std::fmt::Debug>(result: Result<T, Fault>) -> Resource {
    match result {
        Err(Fault::Exhausted(what)) => what,
        other => panic!("expected exhaustion, got {other:?}"),
    }
}

/// `i32` values.
pub fn i32s(values: &[i32]) -> Vec<Val> {
    values.iter().copied().map(Val::I32).collect()
}

/// `i64` values.
pub fn i64s(values: &[i64]) -> Vec<Val> {
    values.iter().copied().map(Val::I64).collect()
}

/// A host function without parameters and results.
pub fn host(
    store: &mut Store,
    name: &str,
    call: impl Fn(&mut preflight_engine::Caller<'_>) -> Result<(), Fault> + 'static,
) -> Extern {
    Extern::Func(store.alloc_func(FuncType::default(), name, move |caller, _, _| call(caller)))
}

/// A host function from `i32` to nothing that keeps its arguments in the list.
pub fn logger(store: &mut Store, log: &Rc<RefCell<Vec<i32>>>) -> Extern {
    let log = log.clone();
    Extern::Func(store.alloc_func(FuncType::new([ValType::I32], []), "host.log", move |_, args, _| {
        let Val::I32(value) = args[0] else { panic!("the engine checks argument types") };
        log.borrow_mut().push(value);
        Ok(())
    }))
}

/// A sink whose events can be read while the store has it.
#[derive(Clone, Default)]
pub struct Recorder(Rc<RefCell<Vec<Event>>>);

impl Recorder {
    /// A recorder that the store sends its events to.
    pub fn of(store: &mut Store) -> Recorder {
        let recorder = Recorder::default();
        store.set_sink(Some(Box::new(recorder.clone())));
        recorder
    }

    /// The events since the last call.
    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.0.borrow_mut())
    }
}

impl Sink for Recorder {
    fn event(&mut self, event: Event) {
        self.0.borrow_mut().push(event);
    }
}
