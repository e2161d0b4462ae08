//! What became of a case, on whatever runtime.

use super::{Deviation, line};
use crate::{
    printable::printable,
    source::ScriptError,
    trace::{Difference, Trace},
};
use preflight_spec_tests::Catalogue;
use std::fmt;

/// What became of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The case.
    pub path: String,
    /// The verdict.
    pub verdict: Verdict,
    /// What happened in the instances that the case speaks of.
    pub actual: Trace,
}

/// The verdict on a case.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Everything was as the case says.
    Passed,
    /// Something was not.
    Failed(Vec<Failure>),
    /// The runtime cannot do what the case takes, in its own words: neither passed nor failed.
    Unsupported(String),
    /// The rules of the case give no verdict; what was found other than it is written down here, if anything.
    Recorded(Vec<Failure>),
}

impl Verdict {
    /// The verdict on a case about which `failures` were found: passed, failed, or recorded if its rules give none.
    pub fn of(case: &super::Case, catalogue: &Catalogue, failures: Vec<Failure>) -> Self {
        match case.gives_verdict(catalogue) {
            false => Verdict::Recorded(failures),
            true => Verdict::judged(failures),
        }
    }

    /// As [`of`](Self::of), on the reference engine: it follows the readings that a case names, and is held to them.
    #[cfg(feature = "reference")]
    pub(super) fn on_reference(case: &super::Case, catalogue: &Catalogue, failures: Vec<Failure>) -> Self {
        if case.header.readings.is_empty() { Self::of(case, catalogue, failures) } else { Self::judged(failures) }
    }

    fn judged(failures: Vec<Failure>) -> Self {
        if failures.is_empty() { Verdict::Passed } else { Verdict::Failed(failures) }
    }

    /// The word for it: `passed`, `failed`, `unsupported` or `recorded`.
    pub fn word(&self) -> &'static str {
        match self {
            Verdict::Passed => "passed",
            Verdict::Failed(_) => "failed",
            Verdict::Unsupported(_) => "unsupported",
            Verdict::Recorded(_) => "recorded",
        }
    }

    /// What there is to say about it, one line a thing.
    pub fn notes(&self) -> Vec<String> {
        match self {
            Verdict::Passed => Vec::new(),
            Verdict::Failed(failures) | Verdict::Recorded(failures) => {
                failures.iter().map(ToString::to_string).collect()
            }
            Verdict::Unsupported(what) => vec![what.clone()],
        }
    }
}

/// One thing that was not as the case says.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// The case is no script.
    Script(ScriptError),
    /// A directive did not end as the script says.
    Directive(DirectiveFailure),
    /// The steps, or the end, were others.
    Trace(Difference),
    /// A module of the program is missing from the script, or is none.
    Module {
        /// Its name.
        name: String,
        /// What is wrong.
        error: String,
    },
    /// A check of a case in JavaScript did not hold, or this is what it has to record.
    Check(String),
    /// The program did something other than its header says.
    Program(Deviation),
    /// The runtime itself broke: it hung, crashed or talked nonsense.
    Broken(Broken),
}

/// A directive that did not end as the script says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectiveFailure {
    /// Line of the directive's parenthesis in the file, from 1.
    pub line: u64,
    /// Column of the parenthesis, from 1.
    pub column: u64,
    /// The keyword, such as `assert_return`.
    pub directive: &'static str,
    /// What the script says.
    pub expected: String,
    /// What happened.
    pub got: String,
}

/// How a runtime broke. It costs the case that it was running, and the runtime is started again for the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// It could not be started.
    NotStarted(String),
    /// It gave no answer in time.
    Hung {
        /// The limit, in milliseconds.
        limit_ms: u64,
    },
    /// It ended: how, and the last that it wrote to standard error.
    Crashed {
        /// Exit status or signal, in the system's words.
        status: String,
        /// The end of what it wrote to standard error.
        stderr: String,
    },
    /// It wrote something that is no answer.
    Rubbish {
        /// The beginning of what it wrote.
        text: String,
        /// What is wrong with it.
        error: String,
    },
    /// It wrote more than an answer may have.
    Flooded {
        /// The limit, in bytes.
        limit_bytes: u64,
    },
    /// It gave no answer to several cases, and was not asked any more.
    GivenUp {
        /// How many.
        hangs: usize,
        /// Whether the last of them came one after the other.
        in_a_row: bool,
    },
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Broken::NotStarted(why) => write!(f, "the runtime could not be started: {}", printable(why)),
            Broken::Hung { limit_ms } => write!(f, "the runtime gave no answer within {limit_ms} ms and was ended"),
            Broken::Crashed { status, stderr } => {
                // Who ends in peace and without an answer has not crashed.
                let how = if status == "exit status: 0" { "ended before it had answered" } else { "crashed" };
                let said = if stderr.is_empty() { String::new() } else { format!("; it said: {}", printable(stderr)) };
                write!(f, "the runtime {how} ({status}){said}")
            }
            Broken::Rubbish { text, error } if text.is_empty() => write!(f, "the runtime's answer is none: {error}"),
            Broken::Rubbish { text, error } => write!(f, "the runtime's answer {text:?} is none: {error}"),
            Broken::Flooded { limit_bytes } => write!(f, "the runtime wrote more than {limit_bytes} bytes at once"),
            Broken::GivenUp { hangs, in_a_row } => {
                let row = if *in_a_row { ", the last of them in a row" } else { "" };
                write!(f, "the runtime was not asked any more: it gave no answer to {hangs} cases{row}")
            }
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Script(error) => error.fmt(f),
            Failure::Directive(DirectiveFailure { line, column, directive, expected, got }) => {
                write!(f, "{line}:{column} {directive}: expected {expected}, got {got}")
            }
            Failure::Trace(Difference::Event { index, expected, actual }) => {
                let show = |event: &Option<_>| event.as_ref().map_or("nothing".to_owned(), line::print_event);
                write!(f, "step {}: expected {}, got {}", index + 1, show(expected), show(actual))
            }
            Failure::Trace(Difference::Outcome { expected, actual }) => {
                write!(f, "the end: expected {expected}, got {actual}")
            }
            Failure::Trace(Difference::PostMortem { index }) => {
                write!(f, "what can be reached afterwards differs in item {}", index + 1)
            }
            Failure::Check(what) => f.write_str(what),
            Failure::Module { name, error } => write!(f, "{name}: {error}"),
            Failure::Program(Deviation { what, expected, actual }) => {
                write!(f, "{what}: expected {expected}, got {actual}")
            }
            Failure::Broken(broken) => broken.fmt(f),
        }
    }
}
