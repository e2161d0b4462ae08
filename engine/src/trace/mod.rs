//! The shared language of the project: what an initialisation did, step by step.
//!
//! A [`Trace`] is what a plan predicts, what the tiers record, what adapters return, what the comparer compares and what
//! the reports show. It is a list of [`Event`]s (steps that a specification names), an [`Outcome`] (a class, never a
//! message text) and a [`PostMortem`] (what can still be reached afterwards, and what is in it).
//!
//! This module depends on nothing else in the engine: with default features off it *is* the crate.

mod beyond;
mod compare;
mod event;
mod memory_scan;
mod outcome;
mod output;
mod post_mortem;
mod table_scan;
mod value;

pub use beyond::Beyond;
pub use compare::{Difference, compare};
pub use event::{Cause, Event, EventCode, ExternKind, Initialiser, InstancePath, SegmentKind, TaskStep, ThreadStep};
pub use memory_scan::{MemoryRun, MemoryScan};
pub use outcome::{Outcome, Phase, Resource, TrapCode};
pub use output::{Stream, Written};
pub use post_mortem::{PostMortem, State, StateItem};
pub use table_scan::TableRun;
pub use value::{RefValue, Value};

use serde::{Deserialize, Serialize};

/// How much of an initialisation a runtime can show. Two traces are compared at the lower of their levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Only the class of the result.
    Outcome,
    /// Host calls, output, exit code, and what can be reached afterwards.
    Observable,
    /// Every step; what the reference tiers record.
    Full,
}

/// Everything that one initialisation (and the calls that followed it) did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// How much the recorder was able to see.
    pub level: Level,
    /// The steps in the order in which they happened.
    pub events: Vec<Event>,
    /// How it ended.
    pub outcome: Outcome,
    /// What could still be reached when it had ended, and what was in it.
    #[serde(default, skip_serializing_if = "PostMortem::is_empty")]
    pub post_mortem: PostMortem,
}

impl Trace {
    /// A trace without events, at `level`, that ended in `outcome`.
    pub fn new(level: Level, outcome: Outcome) -> Self {
        Trace { level, events: Vec::new(), outcome, post_mortem: PostMortem::default() }
    }
}

/// Receives events while they happen.
///
/// A store without a sink does not even build the events (see `Store::set_sink`).
pub trait Sink {
    /// Takes one event; called in the order of the events.
    fn event(&mut self, event: Event);
}

impl Sink for Vec<Event> {
    fn event(&mut self, event: Event) {
        self.push(event);
    }
}
