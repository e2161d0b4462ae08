//! What the specification asks for: the trace of every action of a plan.
//!
//! Nothing here looks at an engine, or at bytes: the specification's rules are applied to the plan.

mod actions;
mod atomic;
mod deviation;
mod instantiate;
pub(crate) mod left;
mod object;
mod run;
mod store;

pub use deviation::{Deviation, Subject};

use crate::{Plan, encode::Action, space::spaces};
use preflight_engine::trace::{Event, Outcome, Phase, Resource, Trace, TrapCode, Value};
use serde::{Deserialize, Serialize};

/// What is expected of each action, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// A trace for each action. After a failed instantiation its post-mortem is what can be reached through the exports of
    /// the latest instances of all nodes; after [`Action::Probe`](crate::Action::Probe) it begins with the calls made.
    pub traces: Vec<Trace>,
    /// For each call that an [`Action::Probe`] makes, in order: the function's type, and the table's.
    #[serde(default)]
    pub called: Vec<Called>,
    /// What functions of the host instantiate, in the order in which that begins.
    #[serde(default)]
    pub made: Vec<Made>,
    /// Whether an action makes more calls than anybody should wait for, or endlessly many. It and the actions after it are
    /// not predicted.
    pub is_unbounded: bool,
}

impl Expected {
    /// What is logged while an action is carried out.
    pub fn logged(&self, action: usize) -> Vec<i32> {
        let logged = |event: &Event| match event {
            Event::HostCalled { args, .. } => match args[..] {
                [Value::I32(value)] => Some(value),
                _ => None,
            },
            _ => None,
        };
        self.traces.get(action).map(|trace| trace.events.iter().filter_map(logged).collect()).unwrap_or_default()
    }

    /// Whether an action returns, if that can be seen of an engine without fuel: what exhausts anything is not waited for.
    pub fn returns(&self, action: usize) -> Option<bool> {
        match self.traces.get(action)?.outcome {
            Outcome::Returned { .. } => Some(true),
            Outcome::Exhausted { .. } => None,
            _ => Some(false),
        }
    }
}

/// A function that is called in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Called {
    /// What it takes and returns.
    pub signature: Signature,
    /// Whether indices of the table are of type `i64`.
    pub is_64: bool,
}

/// An instance that a function of the host makes, or fails to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// In which action.
    pub action: usize,
    /// By which function of the host.
    pub host: usize,
    /// Of which node.
    pub node: usize,
    /// How often the node had been instantiated before, or tried to.
    pub attempt: usize,
    /// Whether it came up.
    pub is_complete: bool,
}

/// The types that functions of plans have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signature {
    /// `[] -> []`.
    Unit,
    /// `[] -> [i32]`.
    Number,
    /// `[i32] -> []`: only the log.
    Log,
}

impl Plan {
    /// What the specification says about the plan, which must be [normal](Plan::normalise).
    pub fn expected(&self) -> Expected {
        self.expected_of(&self.actions())
    }

    /// What the specification says if a driver carries out these actions instead of [`Plan::actions`].
    pub fn expected_of(&self, actions: &[Action]) -> Expected {
        self.expected_with(actions, &[])
    }

    /// What an engine does with these actions that has these bugs, and else does what the specification says.
    pub fn expected_with(&self, actions: &[Action], deviations: &[Deviation]) -> Expected {
        let misread = deviation::misread(self, deviations);
        let plan = misread.as_ref().unwrap_or(self);
        let spaces = spaces(plan);
        store::World { deviations, ..store::World::new(plan, &spaces) }.expected(actions)
    }
}

/// Why something did not return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    Trap(TrapCode),
    /// The tag's address and the argument.
    Exception(usize, Option<i32>),
    Exhausted(Resource),
    /// Too long to be predicted.
    Unbounded,
}

impl Stop {
    fn outcome(self, phase: Phase) -> Outcome {
        match self {
            Stop::Trap(code) => Outcome::Trap { code, phase },
            Stop::Exception(..) => Outcome::Exception { phase },
            Stop::Exhausted(what) => Outcome::Exhausted { what },
            Stop::Unbounded => Outcome::Exhausted { what: Resource::Stack },
        }
    }
}

/// Why an instantiation failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    Link,
    Stop(Phase, Stop),
}

impl Failure {
    fn outcome(self) -> Outcome {
        match self {
            Failure::Link => Outcome::Unlinkable,
            Failure::Stop(phase, stop) => stop.outcome(phase),
        }
    }
}
