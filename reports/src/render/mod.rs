//! What people and other programs read of a run: pure functions of [`Matrix`].

mod github;
mod html;
mod junit;
mod markdown;

pub use github::github;
pub use html::{Planned, TracePage, report_page, trace_page};
pub use junit::junit;
pub use markdown::markdown;

use crate::{
    matrix::{CaseInfo, CaseResult, Matrix, RuntimeResults, Word},
    text::is_plain,
};

/// A result that stands otherwise than the expectations say, or that failed as they say.
struct Notable<'m> {
    runtime: &'m RuntimeResults,
    case: &'m CaseInfo,
    result: &'m CaseResult,
}

impl Notable<'_> {
    /// What became of it, in words.
    fn what(&self) -> &'static str {
        match (self.result.verdict, self.result.expected) {
            (Word::Failed, true) => "known failure",
            (Word::Failed, false) => "failed",
            (Word::Passed, false) => "passed, and is expected to fail",
            (_, false) => "not as expected",
            (word, true) => word.as_str(),
        }
    }
}

/// What is not as expected: by case, and there by runtime.
fn unexpected(matrix: &Matrix) -> Vec<Notable<'_>> {
    notable(matrix, |result| !result.expected)
}

/// What satisfies `is_it`: by case, and there by runtime.
fn notable(matrix: &Matrix, is_it: impl Fn(&CaseResult) -> bool) -> Vec<Notable<'_>> {
    let of_case = |(index, case)| {
        let at = move |runtime: &RuntimeResults| runtime.results.get::<usize>(index).map(|_| ());
        matrix.runtimes.iter().filter(move |runtime| at(runtime).is_some()).map(move |runtime| Notable {
            runtime,
            case,
            result: &runtime.results[index],
        })
    };
    matrix.cases.iter().enumerate().flat_map(of_case).filter(|notable| is_it(notable.result)).collect()
}

/// The line of a case's file that a note speaks of: notes of directives begin with line and column.
fn line_of(notes: &[String]) -> Option<u64> {
    let (line, rest) = notes.first()?.split_once(':')?;
    let column = rest.split(' ').next()?;
    column.parse::<u64>().ok().and_then(|_| line.parse().ok())
}

/// `text`, with what `of` says in the place of a character. Others that are not plain are shown as escapes.
fn escape(text: &str, of: impl Fn(char) -> Option<&'static str>) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match of(c) {
            Some(escaped) => out.push_str(escaped),
            None if !is_plain(c) => out.extend(c.escape_default()),
            None => out.push(c),
        }
    }
    out
}

/// A document with everything in it that a renderer has to cope with: every verdict, expected and not, a contested rule, a
/// rule without a case, a runtime that broke, and names that mean something to HTML, XML, Markdown and terminals.
#[cfg(test)]
pub(crate) fn sample() -> Matrix {
    serde_json::from_str(include_str!("sample.json")).expect("the sample")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_a_document() {
        let text = sample().write().expect("JSON");
        assert_eq!(Matrix::read(&text).expect("a document"), sample());
    }

    #[test]
    fn lines_are_found_in_notes_of_directives_only() {
        let line = |note: &str| line_of(&[note.to_owned()]);
        assert_eq!(line("12:3 assert_return: expected i32:1"), Some(12));
        assert_eq!(line("step 3: expected nothing"), None);
        assert_eq!(line("the end: expected 1:2"), None);
        assert_eq!(line_of(&[]), None);
    }
}
