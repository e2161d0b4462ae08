//! What check makes of each rule of the catalogue: `rules.toml`, beside this file.

use anyhow::Context;
use preflight_spec_tests::Catalogue;
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt::Write;

/// The lists, as they are written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Classes {
    finding: Vec<String>,
    note: Vec<String>,
    told: Vec<Told>,
    beyond: Vec<Beyond>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    by: String,
    rules: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Beyond {
    why: String,
    rules: Vec<String>,
}

/// What check makes of one rule.
#[derive(Debug, PartialEq, Eq)]
pub enum Class<'a> {
    /// It is found where a program breaks it.
    Finding,
    /// It is told.
    Note,
    /// This other rule stands for it.
    Told(&'a str),
    /// One trace cannot decide it, for this reason.
    Beyond(&'a str),
}

/// The lists that are part of this program.
///
/// # Errors
/// Their form is wrong; a test sees to it that it is not.
pub fn classes() -> anyhow::Result<Classes> {
    toml::from_str(include_str!("rules.toml")).context("what check makes of the rules")
}

impl Classes {
    /// The classes of a rule: one, or something is wrong with the lists.
    fn of<'a>(&'a self, rule: &'a str) -> impl Iterator<Item = Class<'a>> {
        let has = move |rules: &[String]| rules.iter().any(|other| other == rule);
        let plain = [(&self.finding, Class::Finding), (&self.note, Class::Note)];
        let plain = plain.into_iter().filter(move |(rules, _)| has(rules)).map(|(_, class)| class);
        let told = self.told.iter().filter(move |told| has(&told.rules)).map(|told| Class::Told(&told.by));
        let beyond = self.beyond.iter().filter(move |beyond| has(&beyond.rules));
        plain.chain(told).chain(beyond.map(|beyond| Class::Beyond(&beyond.why)))
    }

    /// A line for each rule of the catalogue.
    pub fn text(&self, catalogue: &Catalogue) -> String {
        let mut text = String::new();
        for rule in &catalogue.rules {
            let class = self.of(&rule.id).next();
            let words = match class {
                Some(Class::Finding) => "found".to_owned(),
                Some(Class::Note) => "noted".to_owned(),
                Some(Class::Told(by)) => format!("told as {by}"),
                Some(Class::Beyond(why)) => format!("not decided by one trace: {why}"),
                None => continue,
            };
            let _ = writeln!(text, "{:<14}{words}", rule.id);
        }
        text
    }

    /// The same for programs.
    pub fn document(&self, catalogue: &Catalogue) -> Value {
        let one = |id: &str| match self.of(id).next()? {
            Class::Finding => Some(json!({ "rule": id, "class": "finding" })),
            Class::Note => Some(json!({ "rule": id, "class": "note" })),
            Class::Told(by) => Some(json!({ "rule": id, "class": "told", "by": by })),
            Class::Beyond(why) => Some(json!({ "rule": id, "class": "beyond", "why": why })),
        };
        Value::Array(catalogue.rules.iter().filter_map(|rule| one(&rule.id)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::HashSet, fs, path::Path};

    #[test]
    fn every_rule_is_in_exactly_one_list() {
        let (classes, catalogue) = (classes().unwrap(), preflight_spec_tests::rules().unwrap());
        for rule in &catalogue.rules {
            let of: Vec<Class<'_>> = classes.of(&rule.id).collect();
            assert_eq!(of.len(), 1, "{} is in these lists: {of:?}", rule.id);
        }
        let told = classes.told.iter().flat_map(|told| &told.rules);
        let beyond = classes.beyond.iter().flat_map(|beyond| &beyond.rules);
        let all = classes.finding.iter().chain(&classes.note).chain(told).chain(beyond);
        let unknown: Vec<&String> = all.filter(|id| catalogue.get(id).is_none()).collect();
        assert!(unknown.is_empty(), "the catalogue has no rules {unknown:?}");
        for told in &classes.told {
            let of = classes.of(&told.by).next();
            assert!(matches!(of, Some(Class::Finding | Class::Note)), "{} tells of others and is {of:?}", told.by);
        }
    }

    /// The texts of the files of a folder whose names begin so.
    fn texts(folder: &str, begin: &str) -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let is_it = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(begin));
        files
            .filter(|path| is_it(path) && path.extension().is_some_and(|ext| ext == "rs"))
            .map(|path| fs::read_to_string(path).unwrap())
            .collect()
    }

    /// What stands between quotes and looks like a rule, outside of comments.
    fn quoted(texts: &[String]) -> HashSet<&str> {
        let lines = texts.iter().flat_map(|text| text.lines()).filter(|line| !line.trim_start().starts_with("//"));
        lines.flat_map(|line| line.split('"').skip(1).step_by(2)).collect()
    }

    #[test]
    fn what_is_found_and_noted_has_a_test_that_shows_it() {
        let (classes, tests) = (classes().unwrap(), texts("tests", "check"));
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let shown: HashSet<&str> = quoted(&tests).into_iter().flat_map(|text| text.split(|c| !is_of_name(c))).collect();
        let untested: Vec<&String> =
            classes.finding.iter().chain(&classes.note).filter(|id| !shown.contains(id.as_str())).collect();
        assert!(untested.is_empty(), "no test of tests/check*.rs shows {untested:?}");
    }

    #[test]
    fn the_code_finds_and_notes_what_the_lists_say() {
        let (classes, code) = (classes().unwrap(), texts("src/commands/check", ""));
        let catalogue = preflight_spec_tests::rules().unwrap();
        let named: HashSet<&str> = quoted(&code).into_iter().filter(|name| catalogue.get(name).is_some()).collect();
        let listed: HashSet<&str> = classes.finding.iter().chain(&classes.note).map(String::as_str).collect();
        let unlisted: Vec<&&str> = named.difference(&listed).collect();
        assert!(unlisted.is_empty(), "the code names {unlisted:?}, and rules.toml has no finding or note of them");
        let unused: Vec<&&str> = listed.difference(&named).collect();
        assert!(unused.is_empty(), "rules.toml has {unused:?}, and the code never names them");
    }
}
