//! Instantiation (core `#exec-instantiation`): for each step a case that fails there, and what it leaves behind.

#[path = "../common/mod.rs"]
mod common;

mod events;
mod imports;
mod initialisers;
mod segments;
mod start;

use common::{
    Recorder, call, exhausted_by, func, global, host, i32s, instance, instantiate, instantiate_err, limited, logger,
    memory, module, returns, root, store, table, trap_of,
};
use preflight_engine::{
    Extern, Fault, InstantiateError, LinkError, Linker, Ref, RefKind, Store, Trap, Val,
    syntax::{FuncType, GlobalType, HeapType, Limits, MemoryType, RefType, TableType, ValType},
    trace::{Event, ExternKind, Initialiser, Phase, RefValue, Resource, SegmentKind, TrapCode, Value},
};
use std::{cell::RefCell, rc::Rc, time::Duration};

/// When an instantiation failed, and how.
fn fault(error: InstantiateError) -> (Phase, Fault) {
    match error {
        InstantiateError::Fault { phase, fault } => (phase, fault),
        InstantiateError::Link(error) => panic!("expected a fault, got {error}"),
    }
}

/// When an instantiation trapped, and why.
fn trap(error: InstantiateError) -> (Phase, TrapCode) {
    let (phase, fault) = fault(error);
    (phase, trap_of::<()>(Err(fault)))
}

/// When an instantiation ran out of something, and of what.
fn exhausted(error: InstantiateError) -> (Phase, Resource) {
    let (phase, fault) = fault(error);
    (phase, exhausted_by::<()>(Err(fault)))
}

fn mem(min: u64, max: Option<u64>) -> MemoryType {
    MemoryType { limits: Limits { min, max }, is_64: false, shared: false, page_size_log2: 16 }
}

fn tab(element: RefType, min: u64, max: Option<u64>) -> TableType {
    TableType { element, limits: Limits { min, max }, is_64: false }
}

const FUNCREF: RefType = RefType::FUNCREF;

fn scalar(store: &mut Store, content: ValType, mutable: bool) -> Extern {
    Extern::Global(store.alloc_global(GlobalType { content, mutable }, Val::I32(5)))
}

/// A store with a table of four, a page of memory and a logger, that outlive what is instantiated.
struct Shared {
    store: Store,
    memory: preflight_engine::runtime::MemAddr,
    table: preflight_engine::runtime::TableAddr,
    log: Rc<RefCell<Vec<i32>>>,
    externs: [Extern; 3],
}

impl Shared {
    fn new() -> Shared {
        let mut store = store();
        let log = Rc::new(RefCell::new(Vec::new()));
        let memory = store.alloc_memory(mem(1, None)).expect("one page");
        let table = store.alloc_table(tab(FUNCREF, 4, None), Ref::NULL).expect("four elements");
        let externs = [logger(&mut store, &log), Extern::Memory(memory), Extern::Table(table)];
        Shared { store, memory, table, log, externs }
    }

    fn fail(&mut self, body: &str) -> InstantiateError {
        let text = format!(
            r#"(module (import "m" "log" (func $log (param i32))) (import "m" "mem" (memory 1))
                 (import "m" "tab" (table 4 funcref)) {body})"#
        );
        instantiate_err(&mut self.store, &text, &self.externs)
    }

    /// Which elements are not null.
    fn filled(&self) -> Vec<bool> {
        (0..4).map(|i| self.store.table(self.table).get(i) != Some(Ref::NULL)).collect()
    }

    fn bytes(&self, range: std::ops::Range<usize>) -> Vec<u8> {
        self.store.memory(self.memory).to_vec()[range].to_vec()
    }

    /// Calls the function at an index of the table.
    fn call(&mut self, index: u64, args: &[Val]) -> Result<Vec<Val>, Fault> {
        let element = self.store.table(self.table).get(index).expect("inside the table");
        let RefKind::Func(func) = element.kind() else { panic!("{element:?} is no function") };
        self.store.invoke(func, args)
    }
}

const START: &str = "(func $start (call $log (i32.const 1))) (start $start)";
