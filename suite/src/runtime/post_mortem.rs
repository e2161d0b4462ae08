//! The post-mortem of instances of a foreign runtime: what can still be reached, and what is in it.

use super::{End, InstanceId, Runtime, binary};
use crate::trace::{InstancePath, MemoryScan, PostMortem, State, StateItem, TableRun};

/// Memories are read in pieces of this size.
const PIECE_BYTES: u64 = 1 << 20;
/// As many entries of a table are asked for, one by one.
const MAX_ENTRIES: u64 = 10_000;

/// Examines every exported memory, table and global of `instances`: where they stand, what the runtime calls them, and the
/// module that they are instances of. What the runtime's API cannot show is left out.
///
/// # Errors
/// [`End::Broken`] if the runtime broke meanwhile.
pub fn post_mortem(
    runtime: &mut dyn Runtime,
    instances: &[(InstancePath, InstanceId, &[u8])],
) -> Result<PostMortem, End> {
    let mut items = Vec::new();
    for (at, instance, module) in instances {
        for (name, kind) in binary::exports(module) {
            match state(runtime, *instance, &name, kind) {
                Ok(Some(state)) => items.push(StateItem { at: at.clone(), name, state }),
                Err(End::Broken(broken)) => return Err(End::Broken(broken)),
                Ok(None) | Err(_) => {}
            }
        }
    }
    Ok(PostMortem(items))
}

/// What is in an export: a table (1), a memory (2) or a global (3).
pub(crate) fn state(
    runtime: &mut dyn Runtime,
    instance: InstanceId,
    name: &str,
    kind: u8,
) -> Result<Option<State>, End> {
    Ok(match kind {
        1 => {
            let size = runtime.table_size(instance, name)?;
            let entries = (0..size.min(MAX_ENTRIES)).map(|index| runtime.table_get(instance, name, index));
            Some(TableRun::all(entries.collect::<Result<Vec<_>, End>>()?))
        }
        2 => {
            let (mut scan, size) = (MemoryScan::default(), runtime.memory_size(instance, name)?);
            for offset in (0..size).step_by(PIECE_BYTES as usize) {
                scan.feed(&runtime.memory_read(instance, name, offset, PIECE_BYTES.min(size - offset))?);
            }
            Some(scan.finish())
        }
        3 => Some(State::Global { value: runtime.global(instance, name)? }),
        _ => None,
    })
}
