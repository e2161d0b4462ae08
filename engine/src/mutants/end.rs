//! Mutants of what is around an instantiation: what it is given, what a failure leaves, and what it is called.

use super::{Mutant, on};
use crate::{
    Extern, Store, Val,
    error::{Fault, InstantiateError, LinkError},
    runtime::{FuncKind, InstanceAddr, Ref},
    syntax::RefType,
    trace::{Phase, Resource, TrapCode},
};
use std::borrow::Cow;

/// What a store remembers for a mutant.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Instances whose start functions are still to run.
    pub(super) pending: Vec<InstanceAddr>,
    /// The end of an instantiation that failed.
    stale: Option<InstantiateError>,
    /// Element segments that are still to be written.
    pub(super) late_elems: Vec<(InstanceAddr, u32)>,
    /// Whether instantiations leave out the start function.
    pub(crate) holds_start: bool,
}

/// Whether instantiations leave out the start function.
pub(super) fn holds_start(store: &mut Store) -> bool {
    state(store).is_some_and(|state| state.holds_start)
}

/// What `store` remembers; nothing where there are no mutants.
pub(super) fn state(_store: &mut Store) -> Option<&mut State> {
    #[cfg(feature = "mutants")]
    return Some(&mut _store.mutant);
    #[cfg(not(feature = "mutants"))]
    None
}

/// Before a call of the embedder: the arguments that it gets.
pub(crate) fn before_call<'a>(store: &mut Store, args: &'a [Val]) -> Result<Cow<'a, [Val]>, Fault> {
    if !cfg!(feature = "mutants") {
        return Ok(Cow::Borrowed(args));
    }
    let (pending, late) = state(store)
        .map(|state| (std::mem::take(&mut state.pending), std::mem::take(&mut state.late_elems)))
        .unwrap_or_default();
    for (instance, elem) in late {
        // What failed is forgotten.
        if store.instance(instance).done {
            let module = store.instance(instance).module.clone();
            store.run_elem(&module, instance, elem)?;
        }
    }
    let clobbers = on(Mutant::StartClobbersArgs) && !pending.is_empty();
    for instance in pending {
        let module = store.instance(instance).module.clone();
        store.run_start(&module, instance)?;
    }
    let zero = |arg: &Val| match arg {
        Val::I32(_) => Val::I32(0),
        Val::I64(_) => Val::I64(0),
        other => *other,
    };
    Ok(if clobbers { args.iter().map(zero).collect() } else { Cow::Borrowed(args) })
}

/// What the imports of a new instance are.
pub(crate) fn imports<'a>(store: &mut Store, externs: &'a [Extern]) -> Cow<'a, [Extern]> {
    let copied = [Mutant::ImportGlobalCopied, Mutant::ImportMemoryCopied, Mutant::ImportTableCopied];
    if !copied.into_iter().any(on) {
        return Cow::Borrowed(externs);
    }
    externs.iter().map(|item| copy(store, *item)).collect()
}

fn copy(store: &mut Store, item: Extern) -> Extern {
    match item {
        Extern::Global(addr) if on(Mutant::ImportGlobalCopied) => {
            let (ty, value) = (store.globals[addr.0 as usize].ty, store.global(addr));
            Extern::Global(store.alloc_global(ty, value))
        }
        Extern::Memory(addr) if on(Mutant::ImportMemoryCopied) => {
            let (ty, bytes) = (store.memory(addr).ty(), store.memory(addr).to_vec());
            let Ok(copy) = store.alloc_memory(ty) else { return item };
            // What has grown since is lost.
            let _ = store.memory_mut(copy).write(0, &bytes);
            Extern::Memory(copy)
        }
        Extern::Table(addr) if on(Mutant::ImportTableCopied) => {
            let (ty, entries) = (store.table(addr).ty(), store.table(addr).entries().to_vec());
            let Ok(copy) = store.alloc_table(ty, Ref::NULL) else { return item };
            let _ = store.table_mut(copy).init_from(&entries, 0, 0, entries.len() as u64);
            Extern::Table(copy)
        }
        item => item,
    }
}

/// What an instantiation may take back.
#[derive(Default)]
pub(crate) struct Before {
    memories: Vec<Vec<u8>>,
    tables: Vec<Vec<Ref>>,
    globals: Vec<[u64; 2]>,
    instances: usize,
}

/// Before an instantiation.
pub(crate) fn before(store: &Store) -> Before {
    let mut before = Before { instances: store.instances.len(), ..Before::default() };
    let is_all = on(Mutant::RollbackOnThrow) || on(Mutant::ComponentRollback);
    if is_all || on(Mutant::RollbackMemories) {
        before.memories = store.mems.iter().map(|memory| memory.to_vec()).collect();
    }
    if is_all || on(Mutant::RollbackTables) {
        before.tables = store.tables.iter().map(|table| table.entries().to_vec()).collect();
    }
    if is_all || on(Mutant::RollbackGlobals) {
        before.globals = store.globals.iter().map(|global| global.slots).collect();
    }
    before
}

/// Behind an instantiation.
pub(crate) fn after(
    store: &mut Store,
    before: Before,
    end: Result<InstanceAddr, InstantiateError>,
) -> Result<InstanceAddr, InstantiateError> {
    if !cfg!(feature = "mutants") {
        return end;
    }
    let made = InstanceAddr(before.instances as u32);
    match end {
        Err(InstantiateError::Fault { phase, fault }) => {
            assert!(
                !on(Mutant::FailedInstanceDrop) || phase != Phase::Initialise,
                "a reference that was never initialised is dropped"
            );
            let is_throw = matches!(fault, Fault::Exception(_));
            if !on(Mutant::ComponentRollback) && (is_throw || !on(Mutant::RollbackOnThrow)) {
                restore(store, before);
            }
            if on(Mutant::RollbackDrops) && (made.0 as usize) < store.instances.len() {
                undrop(store, made);
            }
            if on(Mutant::LeakedFuncsRemoved) {
                remove_leaked(store, made);
            }
            let end = renamed(phase, fault, made);
            if on(Mutant::StaleTrap)
                && let (Err(error), Some(state)) = (&end, state(store))
            {
                state.stale = Some(error.clone());
            }
            end
        }
        Err(InstantiateError::Link(_)) if on(Mutant::LinkErrorTrap) => {
            Err(InstantiateError::Fault { phase: Phase::Initialise, fault: Fault::Trap(TrapCode::Unreachable.into()) })
        }
        Ok(instance) => state(store).and_then(|state| state.stale.take()).map_or(Ok(instance), Err),
        end => end,
    }
}

/// Makes the segments of an instance as they were before any was dropped.
fn undrop(store: &mut Store, made: InstanceAddr) {
    let module = store.instance(made).module.clone();
    let datas = store.instance(made).datas.clone();
    for (addr, data) in datas.iter().zip(&module.syntax().datas) {
        store.datas[addr.0 as usize].range = data.bytes.clone();
    }
}

pub(super) fn restore(store: &mut Store, before: Before) {
    for (memory, bytes) in store.mems.iter_mut().zip(before.memories) {
        // It can only have grown.
        memory.write(0, &bytes).expect("memories never shrink");
    }
    for (table, entries) in store.tables.iter_mut().zip(before.tables) {
        table.init_from(&entries, 0, 0, entries.len() as u64).expect("tables never shrink");
    }
    for (global, value) in store.globals.iter_mut().zip(before.globals) {
        global.slots = value;
    }
}

fn remove_leaked(store: &mut Store, made: InstanceAddr) {
    let leaked: Vec<Ref> = (0..store.funcs.len() as u32)
        .map(crate::runtime::FuncAddr)
        .filter(
            |addr| matches!(store.funcs[addr.0 as usize].kind, FuncKind::Wasm { instance, .. } if instance.0 >= made.0),
        )
        .map(Ref::func)
        .collect();
    for table in store.tables.iter_mut().filter(|table| table.ty().element == RefType::FUNCREF) {
        for index in 0..table.len() {
            if table.get(index).is_some_and(|entry| leaked.contains(&entry)) {
                table.set(index, Ref::NULL);
            }
        }
    }
}

/// The end under another name.
fn renamed(phase: Phase, fault: Fault, made: InstanceAddr) -> Result<InstanceAddr, InstantiateError> {
    let is_trap = matches!(fault, Fault::Trap(_));
    let code = if let Fault::Trap(trap) = &fault { Some(trap.code) } else { None };
    let unlinkable = match phase {
        Phase::Start => is_trap && on(Mutant::StartTrapUnlinkable),
        _ => {
            code == Some(TrapCode::OutOfBoundsTable) && on(Mutant::ElemOutOfBoundsUnlinkable)
                || code == Some(TrapCode::OutOfBoundsMemory) && on(Mutant::DataOutOfBoundsUnlinkable)
        }
    };
    if unlinkable {
        return Err(LinkError::Count { expected: 0, actual: 0 }.into());
    }
    let is_throw = matches!(fault, Fault::Exception(_));
    let is_exhausted = match phase {
        Phase::Start => is_trap && on(Mutant::StartTrapExhausted) || is_throw && on(Mutant::StartThrowExhausted),
        _ => is_trap && on(Mutant::SegmentTrapExhausted),
    };
    if is_exhausted {
        return Err(InstantiateError::Fault { phase, fault: Fault::Exhausted(Resource::Memory) });
    }
    match phase {
        Phase::Start if is_trap && on(Mutant::StartTrapIgnored) => return Ok(made),
        Phase::Start if is_throw && on(Mutant::StartThrowIgnored) => return Ok(made),
        _ => {}
    }
    let fault = match fault {
        Fault::Exception(_) if phase == Phase::Start && on(Mutant::StartThrowTrap) => {
            Fault::Trap(TrapCode::Unreachable.into())
        }
        Fault::Exhausted(Resource::Stack | Resource::Fuel | Resource::Memory) if on(Mutant::ExhaustionTrap) => {
            Fault::Trap(TrapCode::Unreachable.into())
        }
        Fault::Trap(_) if phase == Phase::Start && on(Mutant::StartCodeLost) => {
            Fault::Trap(TrapCode::Unreachable.into())
        }
        Fault::Trap(_) if code == Some(TrapCode::OutOfBoundsTable) && on(Mutant::ElemOutOfBoundsRenamed) => {
            Fault::Trap(TrapCode::OutOfBoundsMemory.into())
        }
        Fault::Trap(_) if code == Some(TrapCode::OutOfBoundsMemory) && on(Mutant::DataOutOfBoundsRenamed) => {
            Fault::Trap(TrapCode::OutOfBoundsTable.into())
        }
        fault => fault,
    };
    let phase = match phase {
        Phase::Initialise if on(Mutant::InitialiseIsStart) => Phase::Start,
        Phase::Start if on(Mutant::StartIsInitialise) => Phase::Initialise,
        phase => phase,
    };
    Err(InstantiateError::Fault { phase, fault })
}
