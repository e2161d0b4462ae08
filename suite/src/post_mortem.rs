//! The post-mortem: what can still be reached when an initialisation has ended, and what is in it.

use preflight_engine::{
    Extern, Store, Val,
    component::ComponentInstance,
    runtime::MemAddr,
    trace::{InstancePath, MemoryScan, PostMortem, State, StateItem, TableRun},
};
use std::collections::HashSet;

/// As many bytes of a shared memory are read at once.
const PIECE: usize = 1 << 16;

/// Examines every memory, table and global among `reachable`, in this order and each once, under the first name given.
///
/// Functions and tags are passed over: what a function does can only be seen by calling it.
pub fn examine(store: &mut Store, reachable: &[(InstancePath, String, Extern)]) -> PostMortem {
    let mut seen = HashSet::new();
    let mut items = Vec::new();
    for (at, name, item) in reachable {
        if seen.insert(*item)
            && let Some(state) = state(store, *item)
        {
            items.push(StateItem { at: at.clone(), name: name.clone(), state });
        }
    }
    PostMortem(items)
}

/// What a component exports as values, and the state of every component instance in `store`, in the order in which they
/// were made: also of those that did not come up.
pub fn examine_components(store: &Store, root: Option<&ComponentInstance>) -> PostMortem {
    let mut items = Vec::new();
    for (path, value) in root.map(ComponentInstance::values).unwrap_or_default() {
        let at = root.map(|root| root.path().clone()).unwrap_or_default();
        let values = store.trace_component_values(&[value]);
        items.extend(values.into_iter().map(|value| StateItem {
            at: at.clone(),
            name: path.join("#"),
            state: State::Value { value },
        }));
    }
    items.extend(store.component_states().into_iter().map(|found| StateItem {
        at: found.path,
        name: String::new(),
        state: State::Component { locked: found.is_locked, may_enter: found.may_enter, handles: found.handles },
    }));
    PostMortem(items)
}

fn state(store: &Store, item: Extern) -> Option<State> {
    Some(match item {
        Extern::Memory(addr) => memory(store, addr),
        Extern::Table(addr) => {
            let entries = store.table(addr).entries().iter();
            TableRun::all(entries.map(|entry| store.trace_value(Val::Ref(*entry))))
        }
        Extern::Global(addr) => State::Global { value: store.trace_value(store.global(addr)) },
        Extern::Func(_) | Extern::Tag(_) => return None,
    })
}

fn memory(store: &Store, addr: MemAddr) -> State {
    let memory = store.memory(addr);
    if let Some(bytes) = memory.bytes() {
        return MemoryScan::of(bytes);
    }
    // A shared memory has no slice, since other threads may write to it: it is read in pieces. It never shrinks, so what
    // was within bounds still is.
    let (mut scan, mut piece) = (MemoryScan::default(), vec![0; PIECE]);
    let mut left = memory.len_bytes();
    for offset in (0..left as u64).step_by(PIECE) {
        let piece = &mut piece[..left.min(PIECE)];
        memory.read(offset, piece).expect("memories never shrink");
        scan.feed(piece);
        left -= piece.len();
    }
    scan.finish()
}
