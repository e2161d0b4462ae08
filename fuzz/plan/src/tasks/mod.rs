//! Plans of the asynchronous half of the Component Model: what one function does with threads, waitables, streams, futures
//! and calls of another component and of the host, step by step.
//!
//! The function is a core start function, or an `async` function that the host calls. In the second case it may wait, and
//! what it called goes on meanwhile. In the end the host lets everything run that still can.
//!
//! Where the documents leave open which of several threads goes on first, plans have the choices of an embedder that can be
//! repeated, from which predictions are made: of the threads that are ready the one that has waited longest; of a set the
//! event of the waitable that joined it first; of the host's calls those that began first, asked before any thread goes on.
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
mod normalise;
mod predict;

use serde::{Deserialize, Serialize};

/// A function, the functions of its threads, and what they call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskPlan {
    /// Where the steps stand.
    pub place: Place,
    /// What the function does.
    pub steps: Vec<Step>,
    /// What the functions of threads do: entries of the table, from 0 on. Each begins by logging its argument.
    pub threads: Vec<Vec<Step>>,
    /// How often the function of the other component pauses before it returns.
    pub yields: u8,
    /// What that one returns.
    pub value: u32,
    /// How that one is lifted.
    pub lift: Lift,
    /// How it pauses.
    pub pause: Pause,
    /// Whether it goes on even if it has been told to cancel.
    pub insists: bool,
    /// How it ends.
    pub ends: Ending,
    /// Whether it yields once more when it has returned its value (where it is lifted with `async`).
    pub lingers: bool,
    /// The asynchronous functions of the host.
    pub hosts: Vec<HostFunc>,
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

/// What the function of the other component returns that is not asynchronous.
const PLAIN: u32 = 5;

/// How the function of the other component is lifted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lift {
    /// Synchronously: it holds the lock of its instance until it has returned, and cannot be cancelled once it has begun.
    #[default]
    Sync,
    /// With `async`, and without a callback.
    Stackful,
    /// With `async` and a callback.
    Callback,
}

/// How the function of the other component pauses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pause {
    /// It yields.
    #[default]
    Yield,
    /// It is suspended, and nobody resumes it but a cancellation (with a callback: it yields).
    Suspend,
    /// It waits for a set that is empty.
    Wait,
}

/// How the function of the other component ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// It returns its value.
    #[default]
    Return,
    /// It returns its value twice (with `task.return`; otherwise once).
    Twice,
    /// Without having returned it (likewise).
    Nothing,
    /// By cancelling itself, whether it was told to or not (likewise).
    Cancel,
    /// With a trap.
    Trap,
}

/// An asynchronous function of the host.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct HostFunc {
    /// How often it is asked in vain before it ends. When nothing else can go on, it ends at once.
    pub polls: u8,
    /// How it ends.
    pub end: HostEnd,
    /// Whether it goes on when it is cancelled.
    pub insists: bool,
}

/// How a call of the host ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostEnd {
    /// With a value.
    Return(u32),
    /// Not at all.
    Never,
    /// With a trap of the host.
    Trap,
}

impl Default for HostEnd {
    fn default() -> Self {
        HostEnd::Return(0)
    }
}

/// One of the two ends of a stream or future.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the variants are the documents' own words")]
pub enum Side {
    Readable,
    Writable,
}

/// What the function does. Results are logged. Numbers are those of what is made by earlier steps of the same kind, the
/// functions of threads counted after the function itself, modulo how many there are; that it is still there, or there
/// already, is not said. All handles are known to all functions.
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
    /// `thread.yield`.
    Yield,
    /// `thread.new-indirect`.
    NewThread {
        /// The entry of the table. After the functions of threads there are an entry that is null, one that is a function of
        /// another type, and no more.
        entry: usize,
        /// The argument.
        with: u32,
    },
    /// `thread.resume-later`, of the thread with this index.
    ResumeLater(u32),
    /// `thread.suspend`.
    Suspend,
    /// `thread.{suspend,yield}-then-{resume,promote}`.
    Switch {
        /// Whether this thread is suspended; it yields otherwise.
        suspends: bool,
        /// Whether the other one is promoted; it is resumed otherwise.
        promotes: bool,
        /// The index of the other one.
        thread: u32,
    },
    /// `error-context.new`.
    NewError,
    /// `error-context.debug-message`: how long it is.
    ErrorMessage(usize),
    /// Calls a function of the host that returns the error context that it is given; the handle is logged, and dropped.
    PassError(usize),
    /// `error-context.drop`.
    DropError(usize),
    /// `waitable-set.new`.
    NewSet,
    /// `waitable-set.drop`.
    DropSet(usize),
    /// `waitable-set.poll`.
    Poll(usize),
    /// `waitable-set.wait` (of functions that the host calls, or where there are threads).
    Wait(usize),
    /// `stream.new` or `future.new`, of bytes.
    NewFlow {
        /// Which of the two.
        is_future: bool,
    },
    /// Calls a function of the host that gives a stream or future of bytes.
    GetFlow {
        /// Which of the two.
        is_future: bool,
        /// How many bytes there are in the stream; the value of the future.
        len: u8,
    },
    /// Calls a function of the host that takes the readable end.
    Give {
        /// Which stream or future.
        flow: usize,
        /// Whether the host reads all that comes; it drops the end otherwise.
        reads: bool,
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
    /// `{stream,future}.{read,write}` that waits (likewise).
    CopySync {
        /// Which stream or future.
        flow: usize,
        /// Which end.
        side: Side,
        /// How many bytes (of streams).
        len: u8,
    },
    /// Stores a number where bytes are copied from and to.
    Store(u32),
    /// Logs the number that is there.
    Load,
    /// `{stream,future}.cancel-{read,write}`.
    Cancel {
        /// Which stream or future.
        flow: usize,
        /// Which end.
        side: Side,
    },
    /// `{stream,future}.cancel-{read,write}` that would wait.
    CancelSync {
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
    /// Calls the function of the other component, without waiting.
    Call,
    /// Calls it and waits.
    CallSync,
    /// Calls a function of the other component that is not asynchronous, and yields: what it can of the other calls of that
    /// component goes on meanwhile.
    CallPlain,
    /// Calls an asynchronous function of the host, without waiting.
    CallHost(usize),
    /// Calls it and waits.
    CallHostSync(usize),
    /// Turns to a call that was made without waiting: the steps that follow are about this one, and no longer about the last.
    Turn(usize),
    /// `waitable.join`, of the call.
    JoinCall(usize),
    /// `subtask.cancel` with `async`, of the call.
    CancelCall,
    /// `subtask.cancel` that waits, of the call.
    CancelCallSync,
    /// `subtask.drop`, of the call.
    DropCall,
    /// Logs the result of the last call without waiting that has returned.
    Result,
    /// Traps.
    Trap,
}

impl TaskPlan {
    /// What of the host it imports besides `log`: asynchronous functions, and what gives and takes streams, futures and
    /// error contexts. The plan must be [normal](Self::normalise).
    pub fn imports(&self) -> Vec<&'static str> {
        encode::imported(self)
    }

    /// The steps of all functions, in the order in which what they make is counted.
    pub(crate) fn all_steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().chain(self.threads.iter().flatten())
    }

    /// Of each stream or future whether it is a future.
    fn flows(&self) -> Vec<bool> {
        let is_future = |step: &Step| match step {
            Step::NewFlow { is_future } | Step::GetFlow { is_future, .. } => Some(*is_future),
            _ => None,
        };
        self.all_steps().filter_map(is_future).collect()
    }

    /// Whether the other component has a function that is not asynchronous.
    fn has_plain(&self) -> bool {
        self.all_steps().any(|step| *step == Step::CallPlain)
    }

    /// Whether there is a table of functions.
    fn has_table(&self) -> bool {
        self.all_steps().any(|step| matches!(step, Step::NewThread { .. }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope;

    /// What plans have got since has its default.
    #[test]
    fn a_plan_of_the_first_form_is_what_it_was() {
        let old =
            br#"{"place":"called","steps":["new-set","call",{"join-call":0},{"wait":0},"cancel-call","drop-call"],
            "yields":1,"value":7}"#;
        let plan: TaskPlan = envelope::open_as(&[b"PLAN\x01", &old[..]].concat()).expect("a plan");
        let steps = vec![Step::NewSet, Step::Call, Step::JoinCall(0), Step::Wait(0), Step::CancelCall, Step::DropCall];
        assert_eq!(plan, TaskPlan { place: Place::Called, steps, yields: 1, value: 7, ..TaskPlan::default() });
        let outcomes: Vec<_> = plan.expected().iter().map(|trace| trace.outcome.to_string()).collect();
        // It has been told of the end of the call, so that there is nothing left to be cancelled.
        assert!(outcomes[1].starts_with("trap: "), "{outcomes:?}");
    }
}
