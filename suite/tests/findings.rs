//! Every finding is about a rule that is a must, and about cases that its runtime is known to fail; and every such failure has
//! its finding, or a reason why it is none.

use preflight::{
    case::{self, Case},
    expect::{Expectations, Expected},
};
use preflight_spec_tests::{Catalogue, EXPECT, Level, rules};
use serde::Deserialize;
use std::{collections::BTreeMap, fs, path::Path};

/// Where the findings are, in a folder each.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../reports/findings");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Finding {
    title: String,
    runtime: String,
    version: String,
    rules: Vec<String>,
    cases: Vec<String>,
    kind: Kind,
    command: String,
}

#[derive(PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Conformance,
    /// Its input is not in the repository.
    Security,
}

#[test]
fn findings_are_about_musts_that_a_runtime_is_known_to_fail() {
    let (catalogue, cases) = (rules().expect("the catalogue"), case::all().expect("the cases"));
    let index = fs::read_to_string(Path::new(FOLDER).join("README.md")).expect("the list of findings");
    let mut mistakes = Vec::new();
    let mut count = 0;
    for (name, finding) in findings() {
        count += 1;
        let folder = Path::new(FOLDER).join(&name);
        let mut mistake = |what: String| mistakes.push(format!("{name}: {what}"));
        for id in &finding.rules {
            if !is_must(id, &catalogue) {
                mistake(format!("{id} is no rule that is a must and not contested"));
            }
        }
        let known = Expectations::built_in(&finding.runtime).expect("expectations");
        for path in &finding.cases {
            let is_known = |case: &Case| known.of(case).is_some_and(|entry| entry.expected == Expected::Failed);
            match cases.iter().find(|case| case.path == *path) {
                None => mistake(format!("there is no case {path}")),
                Some(case) if !is_known(case) => mistake(format!("{} is not known to fail {path}", finding.runtime)),
                Some(case) if !finding.rules.iter().any(|id| case.header.rules.contains(id)) => {
                    mistake(format!("{path} proves none of the rules {:?}", finding.rules));
                }
                Some(_) => {}
            }
        }
        if known.version.as_ref().is_some_and(|version| *version != finding.version) {
            mistake(format!("the expectations speak of another version than {}", finding.version));
        }
        let is_secret = finding.kind == Kind::Security;
        if is_secret != finding.command.is_empty() || is_secret == folder.join("output.txt").exists() {
            mistake("a command and its output, or a description alone".to_owned());
        }
        if is_secret && fs::read_dir(&folder).expect("the folder").count() != 2 {
            mistake("the input of a crash stays out of the repository".to_owned());
        }
        let readme = fs::read_to_string(folder.join("README.md")).unwrap_or_default();
        let parts = ["## The steps that are expected", &finding.version, "specification"];
        if let Some(part) = parts.iter().find(|part| !readme.contains(**part)) {
            mistake(format!("README.md says nothing of {part:?}"));
        }
        if !index.contains(&format!("[{}]({name}/README.md) | {} {}", finding.title, finding.runtime, finding.version))
        {
            mistake("it is not in the list, or is another one there".to_owned());
        }
    }
    assert!(count > 10, "only {count} findings");
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn failures_of_musts_have_a_finding_or_a_reason() {
    let (catalogue, cases) = (rules().expect("the catalogue"), case::all().expect("the cases"));
    let findings = findings();
    let mut mistakes = Vec::new();
    for (runtime, _) in EXPECT {
        let known = Expectations::built_in(runtime).expect("expectations");
        for deviation in &known.deviations {
            if let Some(mistake) = match (&deviation.finding, &deviation.no_finding) {
                (Some(name), None) if !findings.contains_key(name) => Some(format!("there is no finding {name}")),
                (Some(_), None) => None,
                (None, Some(reason)) if !reason.is_empty() => None,
                _ => Some("a finding, or the reason why it is none".to_owned()),
            } {
                mistakes.push(format!("spec-tests/expect/{runtime}.toml: {}: {mistake}", deviation.name));
            }
        }
        for entry in known.entries.iter().filter(|entry| entry.expected == Expected::Failed) {
            let of_entry = cases.iter().filter(|case| known.of(case) == Some(entry));
            let musts = of_entry.filter(|case| case.header.rules.iter().any(|id| is_must(id, &catalogue)));
            for case in musts {
                let is_named = |finding: &Finding| finding.runtime == *runtime && finding.cases.contains(&case.path);
                let has_cases = findings.values().any(is_named);
                if let Some(mistake) = match (&entry.finding, &entry.no_finding) {
                    (Some(name), None) if !findings.contains_key(name) => Some(format!("there is no finding {name}")),
                    (Some(_), None) | (None, Some(_)) if has_cases => {
                        Some("it is a case of a finding: the entry needs no word of it".to_owned())
                    }
                    (Some(_), None) => None,
                    (None, Some(reason)) if reason.is_empty() => Some("no_finding wants a reason".to_owned()),
                    (None, Some(_)) => None,
                    (None, None) if has_cases => None,
                    (None, None) => Some(
                        "name the case in a finding.toml, or the finding of its cause (`finding`), or say why it is none \
                         (`no_finding`): reports/findings/README.md"
                            .to_owned(),
                    ),
                    (Some(_), Some(_)) => Some("a finding and none".to_owned()),
                } {
                    mistakes.push(format!("spec-tests/expect/{runtime}.toml: {}: {mistake}", case.path));
                }
            }
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

/// All findings, by the names of their folders.
fn findings() -> BTreeMap<String, Finding> {
    let folders = fs::read_dir(FOLDER).expect("the folder of findings").map(|entry| entry.expect("an entry").path());
    let read = |folder: std::path::PathBuf| {
        let name = folder.file_name().unwrap_or_default().display().to_string();
        let text = fs::read_to_string(folder.join("finding.toml")).unwrap_or_else(|error| panic!("{name}: {error}"));
        let finding = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, finding)
    };
    folders.filter(|folder| folder.is_dir()).map(read).collect()
}

fn is_must(id: &str, catalogue: &Catalogue) -> bool {
    catalogue.get(id).is_some_and(|rule| rule.level == Level::Must && !rule.contested)
}
