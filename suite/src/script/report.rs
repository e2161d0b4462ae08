//! What became of each directive.

use crate::trace::{Event, InstancePath, Outcome, PostMortem};
use std::ops::Range;

/// What running a script gave.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// One report for each directive, by position; those inside `thread` included.
    pub reports: Vec<DirectiveReport>,
    /// The steps that were recorded, if [`Options::level`](super::Options::level) asked for them; those of `thread`s not
    /// included, since their order is no property of the script.
    pub events: Vec<Event>,
    /// What the instances with a name, and the last one, export when the script has ended, if steps were recorded up to
    /// [`Level::Full`](crate::trace::Level::Full).
    pub state: PostMortem,
}

/// What became of one directive.
#[derive(Debug, Clone, PartialEq)]
pub struct DirectiveReport {
    /// Line of the directive's opening parenthesis in the file, from 1.
    pub line: u64,
    /// Column of the parenthesis, from 1.
    pub column: u64,
    /// The keyword, such as `assert_return` or `module definition`.
    pub directive: &'static str,
    /// What became of it.
    pub status: Status,
    /// Which of [`Script::events`] it brought about; empty inside `thread`.
    pub events: Range<usize>,
    /// The instance that it was to make, and how that ended: without values if it succeeded.
    pub instantiation: Option<(InstancePath, Outcome)>,
}

/// Passed, failed, or neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It ended as the script says.
    Passed,
    /// It did not.
    Failed {
        /// What the script says.
        expected: String,
        /// What happened.
        got: String,
        /// Who is at fault.
        kind: FailureKind,
    },
    /// It asks for something that the engine cannot do.
    Unsupported(String),
}

/// Who is at fault for a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The engine, or the script.
    Mismatch,
    /// The tiers do not agree ([`Options::both`](super::Options)).
    Disagreement,
    /// The harness: a panic, or a script that is no script.
    Harness,
}

/// Why a directive did not pass; the error half of every step of the runner.
#[derive(Debug)]
pub(super) enum Problem {
    /// It failed.
    Failed { expected: String, got: String },
    /// It cannot be decided here.
    Unsupported(String),
}

impl Problem {
    /// A mismatch of what the script says and what happened.
    pub(super) fn failed(expected: impl Into<String>, got: impl Into<String>) -> Self {
        Problem::Failed { expected: expected.into(), got: got.into() }
    }

    /// Something that the engine cannot do.
    pub(super) fn unsupported(what: impl Into<String>) -> Self {
        Problem::Unsupported(what.into())
    }
}

impl From<Result<(), Problem>> for Status {
    fn from(result: Result<(), Problem>) -> Self {
        match result {
            Ok(()) => Status::Passed,
            Err(Problem::Failed { expected, got }) => Status::Failed { expected, got, kind: FailureKind::Mismatch },
            Err(Problem::Unsupported(what)) => Status::Unsupported(what),
        }
    }
}
