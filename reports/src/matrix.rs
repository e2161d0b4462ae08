//! What a run of the cases on runtimes returns: the document `results.json`.
//!
//! The document has a version, [`SCHEMA`]. Fields are added without a new version; a field that goes or changes its meaning
//! takes a new one. Everything that is rendered comes from it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the document.
pub const SCHEMA: u32 = 1;

/// The document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Matrix {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The version of the suite that wrote it.
    pub preflight: String,
    /// The runtimes, in the order of their columns.
    pub runtimes: Vec<RuntimeResults>,
    /// The cases that were run, by path.
    pub cases: Vec<CaseInfo>,
    /// The rules that those cases prove, by id.
    pub rules: BTreeMap<String, RuleInfo>,
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
    /// Wall time of all its cases, in milliseconds.
    pub elapsed_ms: u64,
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
    /// What was seen, in the lines of cases, unless it passed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actual: Vec<String>,
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

/// One case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseInfo {
    /// Its path.
    pub path: String,
    /// The behaviour.
    pub title: String,
    /// The ids of the rules that it proves.
    pub rules: Vec<String>,
    /// What it expects to be seen, in the lines of cases.
    pub expected: Vec<String>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleInfo {
    /// The rule in words.
    pub statement: String,
    /// How binding it is.
    pub level: String,
    /// Where it is written.
    pub source: Vec<String>,
    /// Whether the texts contradict each other.
    pub contested: bool,
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

impl RuntimeResults {
    /// The counts over all cases.
    pub fn totals(&self) -> Counts {
        let mut counts = Counts::default();
        self.results.iter().for_each(|result| counts.add(result.verdict));
        counts
    }
}
