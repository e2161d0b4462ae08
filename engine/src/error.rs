//! One error enum per phase: decoding and validation, linking, execution.

use crate::{
    runtime::{Ref, Trap},
    trace::{Outcome, Phase, Resource},
};
use thiserror::Error;

/// The bytes are no valid module under the given features.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ModuleError {
    /// The bytes do not follow the binary format (core `#binary`).
    #[error("malformed at offset {offset:#x}: {message}")]
    Malformed {
        /// Where, in bytes from the start.
        offset: usize,
        /// What is wrong, for people.
        message: String,
    },
    /// They do, and break a rule of validation (core `#valid`).
    #[error("invalid at offset {offset:#x}: {message}")]
    Invalid {
        /// Where, in bytes from the start.
        offset: usize,
        /// What is wrong, for people.
        message: String,
    },
    /// They are beyond a limit of this engine, or use what it does not have: other engines may take them.
    #[error("unsupported at offset {offset:#x}: {message}")]
    Unsupported {
        /// Where, in bytes from the start.
        offset: usize,
        /// What is not supported, for people.
        message: String,
    },
}

/// The imports given do not match the imports declared (core `#exec-instantiation`, the matching of external addresses).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LinkError {
    /// Nothing was given for an import.
    #[error("unknown import {module:?} {name:?}: nothing of this name was provided (expected {expected})")]
    Unknown {
        /// The import's first name.
        module: String,
        /// The import's second name.
        name: String,
        /// The declared type.
        expected: String,
    },
    /// Something of another type was given.
    #[error("incompatible import type for {module:?} {name:?}: expected {expected}, got {actual}")]
    Mismatch {
        /// The import's first name.
        module: String,
        /// The import's second name.
        name: String,
        /// The declared type.
        expected: String,
        /// The type of what was given.
        actual: String,
    },
    /// The number of external values differs from the number of imports.
    #[error("the module has {expected} imports, {actual} external values were given")]
    Count {
        /// How many imports there are.
        expected: usize,
        /// How many values were given.
        actual: usize,
    },
}

/// Why an execution did not return.
#[derive(Debug, Clone, Error)]
pub enum Fault {
    /// A trap (core `#trap`).
    #[error("{0}")]
    Trap(Trap),
    /// An exception that nothing caught (core `#exec-throw-ref`).
    #[error("uncaught exception")]
    Exception(Ref),
    /// A limit of the configuration was reached.
    #[error("exhausted: {0}")]
    Exhausted(Resource),
    /// A host function ended the program with this exit code.
    #[error("exit with code {}", .0.cast_unsigned())]
    Exit(i32),
    /// Something that this engine cannot do.
    #[error("unsupported: {0}")]
    Unsupported(String),
    /// The embedder used the API wrongly: an argument of the wrong type, an address of another store.
    #[error("wrong use: {0}")]
    Usage(String),
}

impl Fault {
    /// The class of this end, in `phase`.
    pub fn outcome(&self, phase: Phase) -> Outcome {
        match self {
            Fault::Trap(trap) => Outcome::Trap { code: trap.code, phase },
            Fault::Exception(_) => Outcome::Exception { phase },
            Fault::Exhausted(what) => Outcome::Exhausted { what: *what },
            Fault::Exit(code) => Outcome::Exit { code: *code },
            Fault::Unsupported(what) | Fault::Usage(what) => Outcome::Unsupported { what: what.clone() },
        }
    }
}

/// Why an instantiation failed. What it had done by then stays done (core `#exec-instantiation`).
#[derive(Debug, Clone, Error)]
pub enum InstantiateError {
    /// Nothing has happened at all.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// An initialiser, a segment or the start function did not return.
    #[error("{fault} (while {})", match phase { Phase::Initialise => "initialising", Phase::Start => "running the start function", Phase::Call => "calling" })]
    Fault {
        /// Where it happened.
        phase: Phase,
        /// What happened.
        fault: Fault,
    },
}

impl InstantiateError {
    /// The class of this end.
    pub fn outcome(&self) -> Outcome {
        match self {
            InstantiateError::Link(_) => Outcome::Unlinkable,
            InstantiateError::Fault { phase, fault } => fault.outcome(*phase),
        }
    }
}
