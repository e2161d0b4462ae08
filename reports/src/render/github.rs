//! Annotations of a GitHub workflow: what is not as expected, at the place in the case's file.

use super::{escape, line_of, unexpected};
use crate::matrix::{Matrix, Word};
use std::{collections::BTreeMap, fmt::Write};

/// The workflow commands. `root` is where the folder of the cases is in the repository, such as `spec-tests`.
pub fn github(matrix: &Matrix, root: &str) -> String {
    let mut text = String::new();
    for runtime in &matrix.runtimes {
        if let Some(broken) = &runtime.broken {
            let title = property(&format!("{} could not be run", runtime.name));
            // Writing to a string cannot fail.
            let _ = writeln!(text, "::error title={title}::{}", message(broken));
        }
    }
    // One annotation for each case: GitHub shows few, and a case often fails on several runtimes.
    let mut cases: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for notable in unexpected(matrix) {
        cases.entry(&notable.case.path).or_default().push(notable);
    }
    for (path, list) in cases {
        let Some(first) = list.first() else { continue };
        let line = list.iter().find_map(|notable| line_of(&notable.result.notes)).unwrap_or(1);
        let is_failure = list.iter().any(|notable| notable.result.verdict == Word::Failed);
        let kind = if is_failure { "error" } else { "warning" };
        let mut told = vec![format!("{} ({})", first.case.title, first.case.rules.join(", "))];
        for notable in &list {
            let note = notable.result.notes.first().map(|note| format!(": {note}")).unwrap_or_default();
            told.push(format!("{} {}{note}", notable.runtime.name, notable.what()));
        }
        let file = property(&format!("{}/{path}", root.trim_end_matches('/')));
        let title = property(&format!("preflight: {}", first.case.title));
        let _ = writeln!(text, "::{kind} file={file},line={line},title={title}::{}", message(&told.join("\n")));
    }
    text
}

/// A value of a property: GitHub decodes these escapes, and no others.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

fn message(text: &str) -> String {
    escape(text, |c| match c {
        '%' => Some("%25"),
        '\r' => Some("%0D"),
        '\n' => Some("%0A"),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use crate::render::sample;

    #[test]
    fn the_annotations_of_the_sample() {
        let text = super::github(&sample(), "spec-tests/");
        insta::assert_snapshot!(text);
        // Whatever a runtime says, it makes no command of its own.
        assert!(text.lines().all(|line| line.starts_with("::error ") || line.starts_with("::warning ")));
        assert_eq!(text.lines().count(), 2);
    }

    #[test]
    fn nothing_is_said_where_everything_is_well() {
        let mut matrix = sample();
        matrix.runtimes.truncate(1);
        assert_eq!(super::github(&matrix, "spec-tests"), "");
    }
}
