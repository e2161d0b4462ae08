//! What can still be reached when an initialisation has ended, whether it failed or not.

use super::{Beyond, InstancePath, MemoryRun, TableRun, Value};
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
        /// The runs, by ascending offset, as far as they are shown.
        runs: Vec<MemoryRun>,
        /// What stands in place of the runs that are too many to be shown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        beyond: Option<Beyond>,
    },
    /// A table: its size and every entry that is not null.
    Table {
        /// Size in entries.
        size: u64,
        /// Equal entries that follow each other, by ascending index, as far as they are shown.
        runs: Vec<TableRun>,
        /// What stands in place of the runs that are too many to be shown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        beyond: Option<Beyond>,
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
