//! The post-mortem of instances of a foreign runtime: what can still be reached, and what is in it.

use super::{End, InstanceId, Runtime, binary};
use crate::trace::{InstancePath, MemoryRun, PostMortem, State, StateItem, Value};

/// Memories beyond this size are not read: 64 pages.
const MAX_MEMORY_BYTES: u64 = 4 << 20;

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

fn state(runtime: &mut dyn Runtime, instance: InstanceId, name: &str, kind: u8) -> Result<Option<State>, End> {
    Ok(match kind {
        1 => {
            let size = runtime.table_size(instance, name)?;
            let entries: Result<Vec<Value>, End> =
                (0..size).map(|index| runtime.table_get(instance, name, index)).collect();
            Some(State::Table { entries: entries? })
        }
        2 => {
            let size_bytes = runtime.memory_size(instance, name)?;
            let bytes = runtime.memory_read(instance, name, 0, size_bytes.min(MAX_MEMORY_BYTES))?;
            Some(State::Memory { size_bytes, runs: MemoryRun::all(&bytes) })
        }
        3 => Some(State::Global { value: runtime.global(instance, name)? }),
        _ => None,
    })
}
