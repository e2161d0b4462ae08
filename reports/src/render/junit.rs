//! JUnit XML, the form that CI systems read: a suite for each runtime, a case for each case.
//!
//! A known failure is *skipped*, with its reason: it must not fail a build again and again. An unexpected pass is a failure.

use super::escape;
use crate::matrix::{CaseInfo, CaseResult, Matrix, RuntimeResults, Times, Word};
use std::fmt::{self, Write};

/// The results as JUnit XML.
pub fn junit(matrix: &Matrix) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    // Writing to a string cannot fail.
    let _ = suites(&mut text, matrix);
    text
}

fn suites(text: &mut String, matrix: &Matrix) -> fmt::Result {
    let none = Times::default();
    let suites: Vec<Suite<'_>> = (matrix.runtimes.iter().enumerate())
        .map(|(index, runtime)| Suite {
            runtime,
            cases: &matrix.cases,
            times: matrix.times.get(index).unwrap_or(&none),
        })
        .collect();
    let sum = |get: &dyn Fn(&Suite<'_>) -> usize| suites.iter().map(get).sum::<usize>();
    let time: u64 = suites.iter().map(|suite| suite.times.elapsed_ms).sum();
    writeln!(
        text,
        "<testsuites name=\"preflight {}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{}\">",
        xml(&matrix.preflight),
        sum(&|suite| suite.tests()),
        sum(&|suite| suite.failures()),
        sum(&|suite| suite.errors()),
        seconds(time * 1000),
    )?;
    suites.iter().try_for_each(|suite| suite.write(text))?;
    writeln!(text, "</testsuites>")
}

struct Suite<'m> {
    runtime: &'m RuntimeResults,
    cases: &'m [CaseInfo],
    times: &'m Times,
}

impl Suite<'_> {
    fn tests(&self) -> usize {
        self.runtime.results.len() + self.errors()
    }

    fn failures(&self) -> usize {
        self.runtime.results.iter().filter(|result| !result.expected).count()
    }

    fn errors(&self) -> usize {
        usize::from(self.runtime.broken.is_some())
    }

    fn skipped(&self) -> usize {
        self.runtime.results.iter().filter(|result| is_skipped(result)).count()
    }

    fn write(&self, text: &mut String) -> fmt::Result {
        writeln!(
            text,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{}\">",
            xml(&self.runtime.name),
            self.tests(),
            self.failures(),
            self.errors(),
            self.skipped(),
            seconds(self.times.elapsed_ms * 1000),
        )?;
        self.properties(text)?;
        if let Some(broken) = &self.runtime.broken {
            writeln!(text, "    <testcase classname=\"{}\" name=\"starts\" time=\"0.000\">", xml(&self.runtime.name))?;
            writeln!(text, "      <error message=\"{}\"/>\n    </testcase>", xml(broken))?;
        }
        for (index, (case, result)) in self.cases.iter().zip(&self.runtime.results).enumerate() {
            self.case(text, case, result, self.times.cases_us.get(index).copied().unwrap_or(0))?;
        }
        writeln!(text, "  </testsuite>")
    }

    fn properties(&self, text: &mut String) -> fmt::Result {
        let RuntimeResults { version, level, engine, linker, .. } = self.runtime;
        writeln!(text, "    <properties>")?;
        for (name, value) in [("version", version), ("level", level), ("engine", engine), ("linker", linker)] {
            writeln!(text, "      <property name=\"{name}\" value=\"{}\"/>", xml(value))?;
        }
        writeln!(text, "    </properties>")
    }

    fn case(&self, text: &mut String, case: &CaseInfo, result: &CaseResult, time_us: u64) -> fmt::Result {
        let chapter = case.path.split('/').next().unwrap_or_default();
        let class = format!("{}.{chapter}", self.runtime.name);
        let (name, time) = (xml(&case.path), seconds(time_us));
        write!(text, "    <testcase classname=\"{}\" name=\"{name}\" time=\"{time}\"", xml(&class))?;
        let notes = result.notes.join("\n");
        let first = result.notes.first().map_or("", String::as_str);
        match (result.verdict, result.expected) {
            (Word::Passed, true) => return writeln!(text, "/>"),
            (Word::Failed, true) => {
                let reason = result.reason.as_deref().unwrap_or(first);
                writeln!(text, ">\n      <skipped message=\"known failure: {}\"/>", xml(reason))?;
            }
            (Word::Failed, false) => {
                let told = format!("{}\nrules: {}\n{notes}", case.title, case.rules.join(", "));
                let told = xml(&told);
                writeln!(text, ">\n      <failure message=\"{}\" type=\"failed\">{told}</failure>", xml(first))?;
            }
            (word, false) => writeln!(
                text,
                ">\n      <failure message=\"{word}, and is expected to fail: {}\" type=\"unexpected\"/>",
                xml(result.reason.as_deref().unwrap_or_default())
            )?,
            (Word::Unsupported, true) => {
                writeln!(text, ">\n      <skipped message=\"unsupported: {}\"/>", xml(first))?;
            }
            (Word::Recorded, true) => {
                let told = if notes.is_empty() { "as the case describes it" } else { notes.as_str() };
                writeln!(text, ">\n      <system-out>recorded without a verdict: {}</system-out>", xml(told))?;
            }
        }
        writeln!(text, "    </testcase>")
    }
}

fn is_skipped(result: &CaseResult) -> bool {
    result.expected && matches!(result.verdict, Word::Failed | Word::Unsupported)
}

fn seconds(us: u64) -> String {
    format!("{}.{:03}", us / 1_000_000, us / 1000 % 1000)
}

/// Text for XML, in attributes too. What no XML document can hold, not even escaped, is shown as an escape.
fn xml(text: &str) -> String {
    escape(text, |c| match c {
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '&' => Some("&amp;"),
        '"' => Some("&quot;"),
        '\n' => Some("&#10;"),
        '\t' => Some("&#9;"),
        '\u{fffe}' => Some("\\u{fffe}"),
        '\u{ffff}' => Some("\\u{ffff}"),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use crate::{matrix::Matrix, render::sample};
    use roxmltree::{Document, Node};

    #[test]
    fn the_document_of_the_sample() {
        insta::assert_snapshot!(super::junit(&sample()));
    }

    /// The rules that the readers of JUnit XML have in common: nesting, required attributes, and counts that are true.
    fn check(matrix: &Matrix) {
        let text = super::junit(matrix);
        let document = Document::parse(&text).expect("well-formed XML");
        let root = document.root_element();
        assert_eq!(root.tag_name().name(), "testsuites");
        let number = |node: Node<'_, '_>, name: &str| node.attribute(name).and_then(|text| text.parse::<usize>().ok());
        let elements = |node: Node<'_, '_>, name: &'static str| {
            node.descendants().filter(move |node| node.has_tag_name(name)).count()
        };
        for suite in root.children().filter(Node::is_element) {
            assert_eq!(suite.tag_name().name(), "testsuite");
            for (attribute, element) in
                [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]
            {
                assert_eq!(number(suite, attribute), Some(elements(suite, element)), "{attribute}");
            }
            for case in suite.children().filter(|node| node.has_tag_name("testcase")) {
                assert!(["classname", "name", "time"].iter().all(|name| case.attribute(*name).is_some()));
                assert!(case.attribute("time").and_then(|time| time.parse::<f64>().ok()).is_some());
                assert!(case.children().filter(Node::is_element).count() <= 1);
            }
        }
        assert_eq!(number(root, "tests"), Some(elements(root, "testcase")));
    }

    #[test]
    fn it_is_what_readers_of_junit_take() {
        check(&sample());
        let mut matrix = sample();
        for c in (0..0x2030).chain(0xfff0..0x1_0010).filter_map(char::from_u32) {
            matrix.runtimes[1].results[4].notes[0].push(c);
        }
        check(&matrix);
    }
}
