//! What changed between two documents.

use crate::{
    matrix::{CaseResult, Matrix, Word},
    text::plain,
};
use serde::Serialize;
use std::{collections::BTreeMap, fmt::Write};

/// The changes, by kind; each list by runtime and case, in the order of the documents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Delta {
    /// They fail, and did not: of a case or a runtime that was not there before only what nothing is known of.
    pub new_failures: Vec<Change>,
    /// They failed, and pass.
    pub fixed: Vec<Change>,
    /// Otherwise than before, and neither of these: another verdict, or another thing that failed or was recorded.
    pub changed: Vec<Change>,
    /// They were there, and are not.
    pub gone: Vec<Change>,
    /// They were not there, and are.
    pub added: Vec<Change>,
    /// Runtimes whose version is another one: name, and both versions.
    pub versions: Vec<(String, String, String)>,
}

/// A result that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The runtime.
    pub runtime: String,
    /// The case.
    pub case: String,
    /// The verdict before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Word>,
    /// The verdict now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Word>,
    /// What there is to say about it: the first note of the newer result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Delta {
    /// What changed from `old` to `new`.
    pub fn between(old: &Matrix, new: &Matrix) -> Self {
        let mut delta = Delta::default();
        let (before, after) = (results(old), results(new));
        for (runtime, result) in in_order(new) {
            delta.one(runtime, before.get(&(runtime, &*result.case)).copied(), result);
        }
        for (runtime, result) in in_order(old) {
            if !after.contains_key(&(runtime, &*result.case)) {
                delta.gone.push(Change::new(runtime, Some(result), None));
            }
        }
        let version = |matrix: &Matrix, name: &str| {
            matrix.runtimes.iter().find(|runtime| runtime.name == name).map(|runtime| runtime.version.clone())
        };
        for runtime in &new.runtimes {
            if let Some(was) = version(old, &runtime.name).filter(|was| *was != runtime.version) {
                delta.versions.push((runtime.name.clone(), was, runtime.version.clone()));
            }
        }
        delta
    }

    fn one(&mut self, runtime: &str, old: Option<&CaseResult>, new: &CaseResult) {
        let change = || Change::new(runtime, old, Some(new));
        match (old.map(|old| old.verdict), new.verdict) {
            (Some(Word::Failed), Word::Failed) | (Some(Word::Recorded), Word::Recorded) => {
                if old.is_some_and(|old| old.notes != new.notes) {
                    self.changed.push(change());
                }
            }
            (Some(old), new) if old == new => {}
            // Some of what is expected to fail does so now and then.
            (Some(_), Word::Failed) if !new.expected => self.new_failures.push(change()),
            (None, Word::Failed) if !new.expected => self.new_failures.push(change()),
            (Some(Word::Failed), Word::Passed) => self.fixed.push(change()),
            (Some(_), _) => self.changed.push(change()),
            (None, _) => self.added.push(change()),
        }
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        *self == Delta::default()
    }

    /// The changes for people.
    pub fn to_text(&self) -> String {
        let lists = [
            ("new failures", &self.new_failures),
            ("fixed", &self.fixed),
            ("changed", &self.changed),
            ("gone", &self.gone),
            ("added", &self.added),
        ];
        let mut text = String::new();
        // Writing to a string cannot fail.
        for (name, old, new) in &self.versions {
            let _ = writeln!(text, "{} was {}, and is {}", plain(name), plain(old), plain(new));
        }
        for (name, changes) in lists.iter().filter(|(_, changes)| !changes.is_empty()) {
            let _ = writeln!(text, "{name}:");
            for change in *changes {
                let _ = writeln!(text, "  {}", change.to_text());
            }
        }
        let counts: Vec<String> = lists.iter().map(|(name, changes)| format!("{} {name}", changes.len())).collect();
        text + &counts.join(", ") + "\n"
    }
}

impl Change {
    fn new(runtime: &str, old: Option<&CaseResult>, new: Option<&CaseResult>) -> Self {
        let (runtime, newer) = (runtime.to_owned(), new.or(old));
        Change {
            runtime,
            case: newer.map(|result| result.case.clone()).unwrap_or_default(),
            old: old.map(|old| old.verdict),
            new: new.map(|new| new.verdict),
            note: new.and_then(|new| new.notes.first().cloned()),
        }
    }

    fn to_text(&self) -> String {
        let verdicts = match (self.old, self.new) {
            (Some(old), Some(new)) if old == new => format!("{old} otherwise"),
            (Some(old), Some(new)) => format!("{old} → {new}"),
            (Some(old), None) => format!("was {old}"),
            (None, Some(new)) => new.to_string(),
            (None, None) => String::new(),
        };
        let note = self.note.as_deref().map(|note| format!("; {}", plain(note))).unwrap_or_default();
        format!("{} {}: {verdicts}{note}", plain(&self.runtime), plain(&self.case))
    }
}

fn in_order(matrix: &Matrix) -> impl Iterator<Item = (&str, &CaseResult)> {
    matrix.runtimes.iter().flat_map(|runtime| runtime.results.iter().map(|result| (runtime.name.as_str(), result)))
}

fn results(matrix: &Matrix) -> BTreeMap<(&str, &str), &CaseResult> {
    in_order(matrix).map(|(runtime, result)| ((runtime, result.case.as_str()), result)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn nothing_changes_between_a_document_and_itself() {
        let delta = Delta::between(&sample(), &sample());
        assert!(delta.is_empty());
        assert_eq!(delta.to_text(), "0 new failures, 0 fixed, 0 changed, 0 gone, 0 added\n");
    }

    #[test]
    fn every_kind_of_change_is_told() {
        let (old, mut new) = (sample(), sample());
        let node = &mut new.runtimes[1];
        node.version = "2".to_owned();
        (node.results[0].verdict, node.results[0].expected) = (Word::Failed, false);
        node.results[0].notes = vec!["step 1: \n\u{1b}[31m".to_owned()];
        node.results[1].verdict = Word::Passed;
        node.results[2].notes = vec!["otherwise".to_owned()];
        node.results[3].case = "core/other.wast".to_owned();
        new.cases[3].path = "core/other.wast".to_owned();
        new.runtimes[0].results[3].case = "core/other.wast".to_owned();
        insta::assert_snapshot!(Delta::between(&old, &new).to_text());
    }

    #[test]
    fn a_new_runtime_only_has_new_failures_that_nobody_knows_of() {
        let (mut old, mut new) = (sample(), sample());
        old.runtimes.truncate(1);
        let failures = |new: &Matrix| Delta::between(&old, new).new_failures.len();
        assert_eq!(failures(&new), 1);
        new.runtimes[1].results[4].expected = true;
        assert_eq!(failures(&new), 0);
        // Known failures come and go.
        let (old, mut new) = (sample(), sample());
        for (expected, count) in [(false, 1), (true, 0)] {
            let result = &mut new.runtimes[1].results[0];
            (result.verdict, result.expected) = (Word::Failed, expected);
            let delta = Delta::between(&old, &new);
            assert_eq!((delta.new_failures.len(), delta.changed.len()), (count, 1 - count));
        }
    }
}
