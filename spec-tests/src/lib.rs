//! The data of the Preflight suite: the rules of WebAssembly initialisation, the cases that prove them, and the directives
//! of the official suites that are out of date. What a case is, and how one is written, is told in this crate's README.
//!
//! Nothing here runs anything: the crate `preflight` reads cases and runs them.

#![forbid(unsafe_code)]

mod bugs;
mod readings;
mod rules;

pub use bugs::{Bug, bugs};
pub use readings::{Reading, readings};
pub use rules::{Catalogue, Group, Level, Rule, RulesError, Source, rules, rules_called};

/// The directives of the official suites that contradict today's specification, as TOML.
pub const STALE: &str = include_str!("../stale.toml");

/// The known bugs, as TOML; [`bugs()`] reads them.
pub const BUGS: &str = include_str!("../bugs.toml");

/// The readings of rules that give no verdict, as TOML; [`readings()`] reads them.
pub const READINGS: &str = include_str!("../readings.toml");

/// The catalogue of rules, as TOML; [`rules`] reads it.
pub const RULES: &str = include_str!("../rules.toml");

/// The real programs, as TOML: where they come from, how they are run and what they give.
pub const REAL: &str = include_str!("../real.toml");

/// All cases, by chapter and name.
pub static CASES: &[CaseFile] = include!(concat!(env!("OUT_DIR"), "/cases.rs"));

/// What is known of runtimes, as TOML: the runtime's name, and the text of its file of expectations.
pub static EXPECT: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/expect.rs"));

/// A case as it is written: a script with a header and the expected trace in its comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseFile {
    /// Chapter and file name, such as `core/start-runs-last.wast`.
    pub path: &'static str,
    /// The text of the file.
    pub text: &'static str,
}
