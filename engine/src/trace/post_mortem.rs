//! What can still be reached when an initialisation has ended, whether it failed or not.

use super::{InstancePath, Value};
use serde::{Deserialize, Serialize};

/// The state that could still be reached, in the order in which it was examined.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PostMortem(pub Vec<StateItem>);

impl PostMortem {
    /// Whether nothing was examined.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One thing that was examined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StateItem {
    /// The instance through which it was reached.
    pub at: InstancePath,
    /// Its name: an export's name, or `#` and an index.
    pub name: String,
    /// What was found.
    #[serde(flatten)]
    pub state: State,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum State {
    /// A memory: its size and every run of bytes that are not zero.
    Memory {
        /// Size in bytes.
        size_bytes: u64,
        /// The runs, by ascending offset.
        runs: Vec<MemoryRun>,
    },
    /// A table, entry by entry.
    Table {
        /// Its entries.
        entries: Vec<Value>,
    },
    /// A global.
    Global {
        /// Its value.
        value: Value,
    },
    /// A function that escaped, and how a call of it ended.
    Func {
        /// The end of the call.
        outcome: super::Outcome,
    },
    /// A value that a component exports.
    Value {
        /// It.
        value: Value,
    },
    /// A component instance; it has no name.
    Component {
        /// Whether a trap has locked it.
        locked: bool,
        /// Whether the host could enter it.
        may_enter: bool,
        /// How many handles its table holds.
        handles: usize,
    },
}

/// A run of bytes in a memory. Gaps of fewer than eight zero bytes do not end a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryRun {
    /// Where it starts, in bytes.
    pub offset: u64,
    /// The bytes in hexadecimal, two digits each.
    pub bytes: String,
}

impl MemoryRun {
    /// The runs of non-zero bytes in `memory`.
    pub fn all(memory: &[u8]) -> Vec<MemoryRun> {
        /// As many zeros as end a run.
        const GAP: usize = 8;
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for (i, _) in memory.iter().enumerate().filter(|(_, byte)| **byte != 0) {
            match runs.last_mut() {
                Some((_, end)) if i - *end < GAP => *end = i + 1,
                _ => runs.push((i, i + 1)),
            }
        }
        let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
        let hex = |bytes: &[u8]| bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect::<String>();
        runs.into_iter()
            .map(|(start, end)| MemoryRun { offset: start as u64, bytes: hex(&memory[start..end]) })
            .collect()
    }
}
