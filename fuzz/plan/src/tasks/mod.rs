//! Plans of the asynchronous half of the Component Model: what one function does with waitables, streams, futures and a call
//! of another component, step by step.
//!
//! The function is a core start function, or an `async` function that the host calls. In the second case it may wait, and
//! what it called goes on meanwhile. In the end the host lets everything run that still can.
//!
//! Nothing here depends on which of several threads goes on first, which the documents leave open: there is at most one
//! call, and who has made it does not yield.
//!
//! ```
//! use preflight_plan::tasks::{Place, Step, TaskPlan};
//! let steps = vec![Step::NewSet, Step::Call, Step::JoinCall(0), Step::Wait(0), Step::DropCall];
//! let plan = TaskPlan { place: Place::Called, steps, yields: 1, ..TaskPlan::default() }.normalise();
//! let traces = plan.expected();
//! assert_eq!(traces[1].outcome.to_string(), "returned 0");
//! ```

mod encode;
mod generate;
mod predict;

use serde::{Deserialize, Serialize};

/// A function and what it calls.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskPlan {
    /// Where the steps stand.
    pub place: Place,
    /// What the function does.
    pub steps: Vec<Step>,
    /// How often the function of the other component yields before it returns.
    pub yields: u8,
    /// What that one returns.
    pub value: u32,
}

/// Where the steps stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// In the start function of a core instance.
    #[default]
    Start,
    /// In a function that the host calls.
    Called,
}

/// One of the two ends of a stream or future.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the variants are the documents' own words")]
pub enum Side {
    Readable,
    Writable,
}

/// What the function does. Results are logged. Numbers are those of what was made by earlier steps of the same kind, modulo how
/// many there are; that it is still there is not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Logs a number.
    Log(u32),
    /// `context.set`.
    SetContext(u32),
    /// `context.get`.
    GetContext,
    /// `backpressure.inc`, or `backpressure.dec`.
    Backpressure(bool),
    /// `thread.index`.
    ThreadIndex,
    /// `thread.yield` (of functions that the host calls).
    Yield,
    /// `error-context.new`.
    NewError,
    /// `error-context.drop`.
    DropError(usize),
    /// `waitable-set.new`.
    NewSet,
    /// `waitable-set.drop`.
    DropSet(usize),
    /// `waitable-set.poll`.
    Poll(usize),
    /// `waitable-set.wait` (of functions that the host calls).
    Wait(usize),
    /// `stream.new` or `future.new`, of bytes.
    NewFlow {
        /// Which of the two.
        is_future: bool,
    },
    /// `{stream,future}.{read,write}`, without waiting.
    Copy {
        /// Which stream or future.
        flow: usize,
        /// Which end.
        side: Side,
        /// How many bytes (of streams).
        len: u8,
    },
    /// `{stream,future}.cancel-{read,write}`.
    Cancel {
        /// Which stream or future.
        flow: usize,
        /// Which end.
        side: Side,
    },
    /// `{stream,future}.drop-{readable,writable}`.
    DropEnd {
        /// Which stream or future.
        flow: usize,
        /// Which end.
        side: Side,
    },
    /// `waitable.join`, of an end; without a set it leaves the one in which it is.
    Join {
        /// Which stream or future.
        flow: usize,
        /// Which end.
        side: Side,
        /// Which set.
        set: Option<usize>,
    },
    /// Calls the function of the other component, without waiting: once at most.
    Call,
    /// `waitable.join`, of the call.
    JoinCall(usize),
    /// `subtask.cancel`, of the call.
    CancelCall,
    /// `subtask.drop`, of the call.
    DropCall,
    /// Traps.
    Trap,
}

/// What a plan holds at most.
mod most {
    pub const STEPS: usize = 24;
    pub const YIELDS: u8 = 3;
}

impl TaskPlan {
    /// The normal plan that this one stands for: what steps speak of has been made before.
    pub fn normalise(&self) -> TaskPlan {
        let calls = self.steps.contains(&Step::Call);
        let [mut sets, mut flows, mut errors, mut called] = [0; 4];
        let pick = |raw: usize, len: usize| (len > 0).then(|| raw % len);
        let is_called = self.place == Place::Called;
        let normal = |step: &Step| {
            Some(match *step {
                Step::NewSet => {
                    sets += 1;
                    Step::NewSet
                }
                Step::NewFlow { is_future } => {
                    flows += 1;
                    Step::NewFlow { is_future }
                }
                Step::NewError => {
                    errors += 1;
                    Step::NewError
                }
                Step::Call if called == 0 => {
                    called = 1;
                    Step::Call
                }
                Step::Call => return None,
                Step::JoinCall(set) if called > 0 => Step::JoinCall(pick(set, sets)?),
                Step::JoinCall(_) => return None,
                Step::CancelCall | Step::DropCall if called == 0 => return None,
                Step::DropError(raw) => Step::DropError(pick(raw, errors)?),
                Step::DropSet(raw) => Step::DropSet(pick(raw, sets)?),
                Step::Poll(raw) => Step::Poll(pick(raw, sets)?),
                Step::Wait(raw) if is_called => Step::Wait(pick(raw, sets)?),
                Step::Wait(raw) => Step::Poll(pick(raw, sets)?),
                Step::Copy { flow, side, len } => Step::Copy { flow: pick(flow, flows)?, side, len: len % 9 },
                Step::Cancel { flow, side } => Step::Cancel { flow: pick(flow, flows)?, side },
                Step::DropEnd { flow, side } => Step::DropEnd { flow: pick(flow, flows)?, side },
                Step::Join { flow, side, set } => {
                    let set = set.and_then(|set| pick(set, sets));
                    Step::Join { flow: pick(flow, flows)?, side, set }
                }
                Step::Yield if calls || !is_called => return None,
                step => step,
            })
        };
        let steps = self.steps.iter().take(most::STEPS).filter_map(normal).collect();
        TaskPlan { steps, yields: self.yields % (most::YIELDS + 1), ..self.clone() }
    }
}
