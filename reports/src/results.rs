//! What a run of script files returns: one schema for the terminal, for JSON and for tests.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The results of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// One entry for each file, in the order in which the files were given.
    pub files: Vec<FileResult>,
    /// The sums over all files.
    pub totals: Totals,
}

/// The results of one file. `directives` is the sum of the four counts that follow it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FileResult {
    /// The path as given or found; for official suites `suite/file`.
    pub path: String,
    /// How many directives there are, those inside `thread` included.
    pub directives: u64,
    /// How many ended as the script says.
    pub passed: u64,
    /// How many did not.
    pub failed: u64,
    /// How many ask for something that the engine cannot do.
    pub unsupported: u64,
    /// How many contradict today's specification and failed, as they must.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stale: Vec<StaleResult>,
    /// The failures, by position.
    pub failures: Vec<Failure>,
    /// The unsupported directives, by position.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unsupported_directives: Vec<Unsupported>,
    /// Wall time of this file alone.
    #[serde(skip)]
    pub elapsed: Duration,
}

/// A directive that did not end as the script says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Line in the file, from 1.
    pub line: u64,
    /// Column in the line, from 1.
    pub column: u64,
    /// The directive's keyword, such as `assert_return`.
    pub directive: String,
    /// What the script says.
    pub expected: String,
    /// What happened.
    pub got: String,
    /// Whether the harness is at fault (a panic, a file that cannot be read) and not the engine or the script.
    #[serde(default, skip_serializing_if = "is_false")]
    pub harness: bool,
}

/// A directive that asks for something that the engine cannot do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsupported {
    /// Line in the file, from 1.
    pub line: u64,
    /// Column in the line, from 1.
    pub column: u64,
    /// The directive's keyword.
    pub directive: String,
    /// What is lacking.
    pub what: String,
}

/// A directive that contradicts today's specification, and failed, as it must.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaleResult {
    /// Line in the file, from 1.
    pub line: u64,
    /// The directive's keyword.
    pub directive: String,
    /// The clause of the specification that it contradicts.
    pub clause: String,
    /// Why.
    pub reason: String,
    /// What it expects.
    pub expected: String,
    /// What happened.
    pub got: String,
}

/// Sums over files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of FileResult")]
pub struct Totals {
    pub directives: u64,
    pub passed: u64,
    pub failed: u64,
    pub unsupported: u64,
    pub stale: u64,
}

impl Totals {
    /// Adds the counts of one file.
    pub fn add(&mut self, file: &FileResult) {
        self.directives += file.directives;
        self.passed += file.passed;
        self.failed += file.failed;
        self.unsupported += file.unsupported;
        self.stale += file.stale.len() as u64;
    }
}

impl Results {
    /// The results of `files` with their sums.
    pub fn new(files: Vec<FileResult>) -> Self {
        let mut totals = Totals::default();
        files.iter().for_each(|file| totals.add(file));
        Results { files, totals }
    }

    /// Whether the harness failed anywhere.
    pub fn harness_failed(&self) -> bool {
        self.files.iter().flat_map(|file| &file.failures).any(|failure| failure.harness)
    }
}

impl FileResult {
    /// The result of a file that could not be run at all: one failure of the harness kind, at its first character.
    pub fn not_run(path: impl Into<String>, directive: &str, expected: &str, got: impl Into<String>) -> Self {
        let failure = Failure {
            line: 1,
            column: 1,
            directive: directive.to_owned(),
            expected: expected.to_owned(),
            got: got.into(),
            harness: true,
        };
        FileResult { path: path.into(), directives: 1, failed: 1, failures: vec![failure], ..FileResult::default() }
    }
}

fn is_false(value: &bool) -> bool {
    !value
}
