//! What a run of the cases on runtimes returns: the document `results.json`.
//!
//! The document has a version, [`SCHEMA`], and a JSON Schema, `results.schema.json` beside this crate's manifest. Fields are
//! added without a new version; a field that goes or changes its meaning takes a new one. Everything that is rendered is a
//! pure function of it.
//!
//! What does not depend on the machine stands first. The times stand last and apart: two runs of the same thing give the
//! same bytes but for them.

use crate::traces::Packed;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};
use thiserror::Error;

/// The version of the document.
pub const SCHEMA: u32 = 2;

/// The JSON Schema of the document.
pub const JSON_SCHEMA: &str = include_str!("../results.schema.json");

/// The document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Matrix {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The version of the suite that wrote it.
    pub preflight: String,
    /// The chapters of the catalogue, by letter, in words.
    pub groups: BTreeMap<String, String>,
    /// The whole catalogue of rules, by id: also those that no case of the run proves.
    pub rules: BTreeMap<String, RuleInfo>,
    /// The cases that were run, by path.
    pub cases: Vec<CaseInfo>,
    /// The traces that cases and results refer to by their place here.
    pub traces: Vec<Packed>,
    /// Engines with one bug each, and which case found it, if that was tried: the cases' proof of their power.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mutants: Vec<Mutant>,
    /// The runtimes, in the order of their columns.
    pub runtimes: Vec<RuntimeResults>,
    /// How long it took: one for each runtime, in their order.
    pub times: Vec<Times>,
}

/// An engine with one bug, as `preflight mutants --format json` tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mutant {
    /// Its name.
    pub id: String,
    /// The bug.
    pub what: String,
    /// The historical bug that it is, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bug: Option<String>,
    /// Whether a case found it.
    pub killed: bool,
    /// The case that did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub killed_by: Option<String>,
    /// How: the case `failed`, the engine `crashed` in it, or the `time-limit` was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<String>,
}

/// How long a runtime took.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// Its name.
    pub runtime: String,
    /// Wall time of all its cases, in milliseconds.
    pub elapsed_ms: u64,
    /// Wall time of each case, in their order, in microseconds.
    pub cases_us: Vec<u64>,
}

/// One runtime.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuntimeResults {
    /// Its name.
    pub name: String,
    /// Its version, in its own words.
    pub version: String,
    /// How much of an initialisation it shows: `outcome`, `observable` or `full`.
    pub level: String,
    /// What kinds of cases it can be given.
    pub abilities: Vec<String>,
    /// Whose engine executes.
    pub engine: String,
    /// Whose code links and instantiates.
    pub linker: String,
    /// The proposals that it does not accept.
    pub refused: Vec<String>,
    /// Why it could not be run at all, if it could not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
    /// One for each case, in their order.
    pub results: Vec<CaseResult>,
}

/// What became of a case on a runtime.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseResult {
    /// The case.
    pub case: String,
    /// The verdict.
    pub verdict: Word,
    /// Whether that is what the runtime's expectations say.
    pub expected: bool,
    /// The reason that the expectations give, if they speak of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What there is to say about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What was seen, as far as the runtime shows it: its place among the traces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<usize>,
}

/// A verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Word {
    /// Everything was as the case says.
    Passed,
    /// Something was not.
    Failed,
    /// The runtime cannot do what the case takes: neither passed nor failed.
    Unsupported,
    /// The rules give no verdict; what happened is written down.
    Recorded,
}

impl Word {
    /// The word itself.
    pub fn as_str(self) -> &'static str {
        match self {
            Word::Passed => "passed",
            Word::Failed => "failed",
            Word::Unsupported => "unsupported",
            Word::Recorded => "recorded",
        }
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseInfo {
    /// Its path.
    pub path: String,
    /// The behaviour.
    pub title: String,
    /// The ids of the rules that it proves.
    pub rules: Vec<String>,
    /// The proposals, and the kind of host, that it takes beyond release 2.0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// The whole file.
    pub text: String,
    /// What it expects to be seen: its place among the traces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<usize>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleInfo {
    /// The chapter that it belongs to.
    pub group: String,
    /// How binding it is: `must`, `should`, `convention` or `unspecified`.
    pub level: String,
    /// The rule in words.
    pub statement: String,
    /// Where it is written.
    pub source: Vec<String>,
    /// Whether the texts contradict each other.
    pub contested: bool,
    /// Who reads it otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disagreement: Option<String>,
    /// The proposal, or the kind of host, that it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<String>,
    /// Why no case can show it on any runtime.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// If it gives no verdict: how it is read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<ReadingInfo>,
}

/// One reading of a rule that gives no verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingInfo {
    /// What one of the sides says.
    pub reading: String,
    /// Where that is written, or whose behaviour it is.
    pub source: String,
}

impl RuleInfo {
    /// Whether its cases give a verdict; otherwise what a runtime does is written down.
    pub fn gives_verdict(&self) -> bool {
        self.level != "unspecified" && !self.contested
    }
}

/// A document that cannot be used.
#[derive(Debug, Error)]
pub enum ReadError {
    /// It is no document.
    #[error("this is no results.json")]
    Form(#[from] serde_json::Error),
    /// It is one of another version.
    #[error(
        "its schema is {found}, and this program reads {SCHEMA}: run the cases again, or use the version that wrote it"
    )]
    Schema {
        /// The version that it has.
        found: u64,
    },
    /// Something in it refers to something that is not there.
    #[error("{what} does not fit the rest of the document")]
    Broken {
        /// What it is.
        what: String,
    },
}

/// Counts of verdicts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// As the case says.
    pub passed: usize,
    /// Otherwise.
    pub failed: usize,
    /// Neither.
    pub unsupported: usize,
    /// Without a verdict.
    pub recorded: usize,
}

impl Counts {
    /// Counts one.
    pub fn add(&mut self, word: Word) {
        match word {
            Word::Passed => self.passed += 1,
            Word::Failed => self.failed += 1,
            Word::Unsupported => self.unsupported += 1,
            Word::Recorded => self.recorded += 1,
        }
    }
}

/// The subject of a rule: what stands before the last hyphen of its id.
pub fn subject(rule: &str) -> &str {
    rule.rsplit_once('-').map_or(rule, |(subject, _)| subject)
}

impl Matrix {
    /// Reads a document.
    ///
    /// # Errors
    /// [`ReadError`]
    pub fn read(text: &str) -> Result<Self, ReadError> {
        #[derive(Deserialize)]
        struct Version {
            schema: u64,
        }
        let version: Version = serde_json::from_str(text)?;
        if version.schema != u64::from(SCHEMA) {
            return Err(ReadError::Schema { found: version.schema });
        }
        let matrix: Matrix = serde_json::from_str(text)?;
        match matrix.broken() {
            Some(what) => Err(ReadError::Broken { what }),
            None => Ok(matrix),
        }
    }

    /// With what `preflight mutants --format json` wrote.
    ///
    /// # Errors
    /// [`ReadError::Form`], if it is nothing of the kind.
    pub fn with_mutants(mut self, text: &str) -> Result<Self, ReadError> {
        #[derive(Deserialize)]
        struct Mutants {
            mutants: Vec<Mutant>,
        }
        self.mutants = serde_json::from_str::<Mutants>(text)?.mutants;
        Ok(self)
    }

    /// The document as it is written: one field to a line.
    ///
    /// # Errors
    /// None that a document of this type has.
    pub fn write(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// What refers to something that is not there.
    fn broken(&self) -> Option<String> {
        let is_trace = |place: Option<usize>| place.is_none_or(|place| place < self.traces.len());
        if let Some(case) = self.cases.iter().find(|case| !is_trace(case.expected)) {
            return Some(format!("the trace of the case {}", case.path));
        }
        for runtime in &self.runtimes {
            let fits = runtime.results.len() == self.cases.len()
                && runtime.results.iter().zip(&self.cases).all(|(result, case)| result.case == case.path);
            if !fits && runtime.broken.is_none() {
                return Some(format!("the list of results of {}", runtime.name));
            }
            if let Some(result) = runtime.results.iter().find(|result| !is_trace(result.actual)) {
                return Some(format!("the trace of {} on {}", result.case, runtime.name));
            }
        }
        None
    }

    /// The rules of a case that are in the catalogue.
    pub fn rules_of<'a>(&'a self, case: &'a CaseInfo) -> impl Iterator<Item = (&'a str, &'a RuleInfo)> {
        case.rules.iter().filter_map(|id| Some((id.as_str(), self.rules.get(id)?)))
    }

    /// The counts of each subject and runtime, by subject, in the order of the runtimes. A case counts once for each subject
    /// of its rules.
    pub fn by_subject(&self) -> BTreeMap<&str, Vec<Counts>> {
        let mut table: BTreeMap<&str, Vec<Counts>> = BTreeMap::new();
        for (index, case) in self.cases.iter().enumerate() {
            let mut subjects: Vec<&str> = case.rules.iter().map(|rule| subject(rule)).collect();
            subjects.sort_unstable();
            subjects.dedup();
            for subject in subjects {
                let row = table.entry(subject).or_insert_with(|| vec![Counts::default(); self.runtimes.len()]);
                for (counts, runtime) in row.iter_mut().zip(&self.runtimes) {
                    if let Some(result) = runtime.results.get(index) {
                        counts.add(result.verdict);
                    }
                }
            }
        }
        table
    }
}

impl Counts {
    /// The counts with their words, zeros left out.
    pub fn some(&self) -> impl Iterator<Item = (usize, Word)> {
        let all = [
            (self.passed, Word::Passed),
            (self.failed, Word::Failed),
            (self.unsupported, Word::Unsupported),
            (self.recorded, Word::Recorded),
        ];
        all.into_iter().filter(|(count, _)| *count > 0)
    }
}

impl RuntimeResults {
    /// The counts over all cases.
    pub fn totals(&self) -> Counts {
        let mut counts = Counts::default();
        self.results.iter().for_each(|result| counts.add(result.verdict));
        counts
    }
}
