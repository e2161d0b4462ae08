//! Pages: self-contained HTML files, without any access to a network.
//!
//! Style and scripts are written as files of their own (`page/`) and put into the page here. The document stands in it as
//! JSON; the scripts make elements of it and never read a text as HTML. A policy in the page allows nothing but its own
//! style and script, by their hashes: whatever a runtime says, it is not executed.

use crate::matrix::Matrix;
use base64::{Engine, engine::general_purpose::STANDARD};
use preflight_engine::trace::{InstancePath, PostMortem};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

const STYLES: [&str; 3] =
    [include_str!("../page/base.css"), include_str!("../page/tables.css"), include_str!("../page/timeline.css")];
const REPORT: &str = include_str!("../page/report.html");
const TRACE: &str = include_str!("../page/trace.html");
/// What both pages need, in the order of use.
const COMMON: [&str; 4] = [
    include_str!("../page/dom.js"),
    include_str!("../page/steps.js"),
    include_str!("../page/timeline.js"),
    include_str!("../page/survived.js"),
];
const REPORT_SCRIPTS: [&str; 11] = [
    include_str!("../page/align.js"),
    include_str!("../page/data.js"),
    include_str!("../page/route.js"),
    include_str!("../page/filters.js"),
    include_str!("../page/grid.js"),
    include_str!("../page/matrix.js"),
    include_str!("../page/cases.js"),
    include_str!("../page/rules.js"),
    include_str!("../page/result.js"),
    include_str!("../page/mutants.js"),
    include_str!("../page/report.js"),
];
const TRACE_SCRIPTS: [&str; 1] = [include_str!("../page/trace.js")];

/// The report on a run, as one page.
///
/// # Errors
/// None that a document of this type has.
pub fn report_page(matrix: &Matrix) -> Result<String, serde_json::Error> {
    #[derive(Serialize)]
    struct Data<'m> {
        results: &'m Matrix,
        lineages: BTreeMap<&'m str, usize>,
    }
    let facts = format!(
        "version {}: {} cases, {} rules, {} runtimes",
        matrix.preflight,
        matrix.cases.len(),
        matrix.rules.len(),
        matrix.runtimes.len()
    );
    let data = serde_json::to_string(&Data { results: matrix, lineages: matrix.lineages() })?;
    Ok(page(REPORT, &REPORT_SCRIPTS, &facts, &data))
}

/// One file's initialisation.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TracePage {
    /// What it is called: the file's name.
    pub title: String,
    /// The steps, in the lines of cases; an end that no step tells comes last.
    pub lines: Vec<String>,
    /// What could be reached afterwards.
    pub state: PostMortem,
    /// What there is to say about the end.
    pub remarks: Vec<String>,
    /// The file behind an instance.
    pub files: BTreeMap<InstancePath, String>,
    /// What functions are called, by path and index: `/$b#3`.
    pub funcs: BTreeMap<String, String>,
    /// What an instance's import was given: instance, first and second name, provider.
    pub providers: Vec<(InstancePath, String, String, String)>,
    /// What is going to happen, from the binaries alone.
    pub plan: Vec<Planned>,
}

/// One step of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Planned {
    /// The instance that it belongs to.
    pub at: InstancePath,
    /// How deep it stands.
    pub depth: usize,
    /// Whether an instance begins here.
    pub head: bool,
    /// The step in words.
    pub text: String,
    /// What more the binary says of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// How the step's line begins, after its instance, when it happens; `None` for what happens without a step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// One file's initialisation, with its plan beside it, as one page.
///
/// # Errors
/// None that a value of this type has.
pub fn trace_page(trace: &TracePage) -> Result<String, serde_json::Error> {
    Ok(page(TRACE, &TRACE_SCRIPTS, &trace.title, &serde_json::to_string(trace)?))
}

fn page(template: &str, scripts: &[&str], facts: &str, data: &str) -> String {
    let mut script = "\"use strict\";\n".to_owned();
    COMMON.iter().chain(scripts).for_each(|part| script.push_str(part));
    let style = STYLES.concat();
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        hash(&style),
        hash(&script)
    );
    // In JSON, `<` only ever stands in strings: without it no text can end the element that it stands in.
    let data = data.replace('<', "\\u003c");
    let parts =
        [("policy", policy.as_str()), ("style", &style), ("facts", &html(facts)), ("data", &data), ("script", &script)];
    fill(template, &parts)
}

/// Puts the parts in their places, in one pass: what is put in is not looked at again.
fn fill(template: &str, parts: &[(&str, &str)]) -> String {
    let mut pieces = template.split("{{");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once("}}").unwrap_or_default();
        out.push_str(parts.iter().find(|(part, _)| *part == name).map_or("", |(_, text)| text));
        out.push_str(rest);
    }
    out
}

fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn nothing_of_a_document_ends_the_element_that_it_stands_in() {
        let page = report_page(&sample()).expect("a page");
        assert_eq!(page.matches("</script>").count(), 2);
        assert!(!page.contains("<img"));
        assert!(!page.contains("<!--"));
        let start = page.find("id=\"data\">").expect("the data") + "id=\"data\">".len();
        let data = &page[start..start + page[start..].find("</script>").expect("its end")];
        let data: serde_json::Value = serde_json::from_str(data).expect("JSON");
        assert_eq!(data["results"], serde_json::to_value(sample()).expect("JSON"));
    }

    #[test]
    fn a_page_loads_nothing() {
        for page in [report_page(&sample()), trace_page(&TracePage::default())] {
            let page = page.expect("a page");
            assert!(page.contains("default-src 'none'"));
            for loader in ["<link", "@import", "url(", "fetch(", "XMLHttpRequest", "src="] {
                let template = page.split("id=\"data\">").next().unwrap_or_default();
                let scripts = page.rsplit("<script>").next().unwrap_or_default();
                assert!(!template.contains(loader) && !scripts.contains(loader), "{loader}");
            }
        }
    }

    #[test]
    fn scripts_never_read_text_as_html() {
        for part in COMMON.iter().chain(&REPORT_SCRIPTS).chain(&TRACE_SCRIPTS) {
            for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"] {
                assert!(!part.contains(word), "{word}");
            }
            assert!(!part.contains("</script"));
        }
    }

    #[test]
    fn the_page_is_a_function_of_its_document() {
        assert_eq!(report_page(&sample()).expect("a page"), report_page(&sample()).expect("a page"));
        let trace = TracePage { title: "</title><script>alert(1)</script>".to_owned(), ..TracePage::default() };
        assert!(!trace_page(&trace).expect("a page").contains("<script>alert"));
    }
}
