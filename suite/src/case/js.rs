//! Cases of the JavaScript API: what a driver is given to run one, and what it answers.
//!
//! The form of such a case is told in the README of `preflight-spec-tests`; `suite/drivers/js-case.mjs` is what drivers run it
//! with.

use super::{Case, Failure};
use crate::source::{self, Source};
use preflight_spec_tests::Catalogue;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt::Write};

/// Everything that a driver needs to run a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The case: an ES module whose default export is an asynchronous function.
    pub source: String,
    /// The modules of its `/*wat NAME` comments, in the binary format, as hexadecimal digits.
    pub wasm: BTreeMap<String, String>,
    /// The texts of its `/*text NAME` comments.
    pub text: BTreeMap<String, String>,
}

/// What a driver answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// What became of the case.
    pub verdict: Word,
    /// What there is to say about it.
    pub notes: Vec<String>,
}

/// The verdict of a driver, before the level of the rules is considered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Word {
    /// Every check held.
    Passed,
    /// One did not.
    Failed,
    /// The runtime lacks something.
    Unsupported,
}

impl Job {
    /// The job of a case of the chapter `js/`.
    ///
    /// # Errors
    /// [`Failure::Module`] if one of its modules is none.
    pub fn of(case: &Case) -> Result<Self, Box<Failure>> {
        let mut job = Job { source: case.text.clone(), wasm: BTreeMap::new(), text: BTreeMap::new() };
        for Block { kind, name, text } in blocks(&case.text) {
            match kind {
                Kind::Text => _ = job.text.insert(name.to_owned(), text.to_owned()),
                Kind::Wat => match source::of_text(text) {
                    Source::Module(bytes) | Source::Component(bytes) => {
                        _ = job.wasm.insert(name.to_owned(), hex(&bytes))
                    }
                    Source::Malformed(error) => {
                        return Err(Box::new(Failure::Module { name: name.to_owned(), error }));
                    }
                },
            }
        }
        Ok(job)
    }
}

impl Answer {
    /// What was found of `case`.
    ///
    /// # Errors
    /// What the runtime lacks, in its own words.
    pub fn found(self, case: &Case, catalogue: &Catalogue) -> Result<Vec<Failure>, String> {
        match self.verdict {
            Word::Unsupported => Err(self.notes.join("; ")),
            Word::Passed if case.gives_verdict(catalogue) => Ok(Vec::new()),
            // What a driver notes of a case that gives no verdict is what there is to record.
            Word::Passed | Word::Failed => Ok(self.notes.into_iter().map(Failure::Check).collect()),
        }
    }
}

/// What a comment holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Wat,
    Text,
}

/// A comment that holds something.
struct Block<'t> {
    kind: Kind,
    name: &'t str,
    text: &'t str,
}

/// The comments `/*wat NAME … */` and `/*text NAME … */`, each mark on a line of its own.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(line_end) = rest.find('\n') {
        let (line, after) = (&rest[..line_end], &rest[line_end + 1..]);
        let head = line.strip_prefix("/*wat ").map(|name| (Kind::Wat, name));
        let head = head.or_else(|| line.strip_prefix("/*text ").map(|name| (Kind::Text, name)));
        rest = after;
        if let Some((kind, name)) = head {
            let end = after.find("\n*/").map_or(after.len(), |end| end + 1);
            found.push(Block { kind, name: name.trim(), text: &after[..end] });
            rest = &after[end..];
        }
    }
    found
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASE: &str =
        "//! title = \"t\"\n//! rules = [\"JS-ERR-01\"]\n/*wat m\n(module)\n*/\n/*text a\nx\ny\n*/\ncode\n";

    #[test]
    fn modules_and_texts_are_taken_out_of_comments() {
        let job = Job::of(&Case::parse("js/x.js", CASE).expect("a case")).expect("a job");
        assert_eq!(job.wasm["m"], "0061736d01000000");
        assert_eq!(job.text["a"], "x\ny\n");
        let wrong = Case::parse("js/x.js", &CASE.replace("(module)", "(modul)")).expect("a case");
        assert!(
            matches!(Job::of(&wrong), Err(failure) if matches!(&*failure, Failure::Module { name, .. } if name == "m"))
        );
    }
}
