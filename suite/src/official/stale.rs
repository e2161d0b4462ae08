//! Directives of the official suites that contradict today's specification: `spec-tests/stale.toml`.
//!
//! An old suite expects what the specification of its day said. Where a later release changed the rule, the engine follows
//! the later one, and the directive must fail. One that passes is a failure, and so is an entry that matches nothing.

use super::SUITES;
use crate::files::StaleDirective;
use serde::Deserialize;
use thiserror::Error;

/// The list, as its file says it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// The entries.
    pub stale: Vec<Entry>,
}

/// Some directives of one file that contradict one clause.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The suite's name.
    pub suite: String,
    /// The file's name.
    pub file: String,
    /// Lines of the directives' opening parentheses.
    pub lines: Vec<u64>,
    /// The clause: an anchor of the specification, such as `core#exec-instantiation`.
    pub clause: String,
    /// What changed.
    pub reason: String,
}

/// The list cannot be read.
#[derive(Debug, Error)]
pub enum StaleError {
    /// It is not of the expected form.
    #[error("spec-tests/stale.toml: {0}")]
    Form(#[from] toml::de::Error),
    /// It names a suite that does not exist.
    #[error("spec-tests/stale.toml: there is no suite {0:?}")]
    Suite(String),
}

impl List {
    /// Reads the list that is part of this build.
    ///
    /// # Errors
    /// [`StaleError`] if its form is wrong, or a suite does not exist.
    pub fn read() -> Result<Self, StaleError> {
        Self::parse(preflight_spec_tests::STALE)
    }

    /// Reads a list.
    ///
    /// # Errors
    /// As [`List::read`].
    pub fn parse(text: &str) -> Result<Self, StaleError> {
        let list: List = toml::from_str(text)?;
        match list.stale.iter().find(|entry| SUITES.iter().all(|suite| suite.name != entry.suite)) {
            Some(entry) => Err(StaleError::Suite(entry.suite.clone())),
            None => Ok(list),
        }
    }

    /// The stale directives of one file.
    pub fn of(&self, suite: &str, file: &str) -> Vec<StaleDirective> {
        let entries = self.stale.iter().filter(|entry| entry.suite == suite && entry.file == file);
        entries.flat_map(Entry::directives).collect()
    }

    /// The files of `suite` that have stale directives.
    pub fn files(&self, suite: &str) -> impl Iterator<Item = &str> {
        self.stale.iter().filter(move |entry| entry.suite == suite).map(|entry| entry.file.as_str())
    }
}

impl Entry {
    fn directives(&self) -> impl Iterator<Item = StaleDirective> + '_ {
        self.lines.iter().map(|line| StaleDirective {
            line: *line,
            clause: self.clause.clone(),
            reason: self.reason.clone(),
        })
    }
}
