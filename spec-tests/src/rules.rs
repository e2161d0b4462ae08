//! The catalogue of rules, typed.

use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashSet},
    fmt,
};
use thiserror::Error;

/// A chapter of the catalogue: a capital letter, explained in [`Catalogue::groups`].
pub type Group = char;

/// Everything that `rules.toml` says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// What each group is about.
    pub groups: BTreeMap<Group, String>,
    /// The texts that the rules cite, as they were read.
    #[serde(rename = "source")]
    pub sources: Vec<Source>,
    /// The rules, by group and subject.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
}

/// A text that rules cite.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Owner and name of the repository.
    pub repo: String,
    /// Branch or path.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The commit at which it was read.
    pub commit: String,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name, which never changes.
    pub id: String,
    /// Its chapter.
    pub group: Group,
    /// How binding it is.
    pub level: Level,
    /// The rule in words.
    pub statement: String,
    /// Where it is written: repository, path and anchor.
    pub source: Vec<String>,
    /// How it shows from outside.
    pub observe: String,
    /// The proposal, or the kind of host, that it takes.
    pub gate: Option<String>,
    /// Who reads it otherwise.
    pub disagreement: Option<String>,
    /// Whether the texts contradict each other, so that cases give no verdict.
    #[serde(default)]
    pub contested: bool,
    /// Why no case can show it on any runtime.
    pub reason: Option<String>,
}

impl Rule {
    /// Whether a case of this rule gives a verdict; otherwise it records what a runtime does.
    pub fn gives_verdict(&self) -> bool {
        self.level != Level::Unspecified && !self.contested
    }
}

/// How binding a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Normative text, or its direct consequence.
    Must,
    /// A recommendation of a normative text, or a rule that only an official test fixes.
    Should,
    /// Tools agree on it.
    Convention,
    /// The texts are silent or contradict each other.
    Unspecified,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Level::Must => "must",
            Level::Should => "should",
            Level::Convention => "convention",
            Level::Unspecified => "unspecified",
        })
    }
}

/// The catalogue cannot be read.
#[derive(Debug, Error)]
pub enum RulesError {
    /// It is not of the expected form.
    #[error("rules.toml: {0}")]
    Form(#[from] toml::de::Error),
    /// Two rules have one id.
    #[error("rules.toml: two rules are called {0}")]
    Twice(String),
    /// A rule belongs to a group that is not explained.
    #[error("rules.toml: {id} belongs to group {group}, which is not explained")]
    Group {
        /// The rule.
        id: String,
        /// Its group.
        group: Group,
    },
}

/// As [`rules`], but of the rules only those called `ids`: in a fraction of the time, for who runs one case.
///
/// # Errors
/// As [`rules`].
pub fn rules_called(ids: &[String]) -> Result<Catalogue, RulesError> {
    const RULE: &str = "\n[[rule]]\n";
    let mut parts = crate::RULES.split(RULE);
    let mut text = parts.next().unwrap_or_default().to_owned();
    let is_wanted = |part: &&str| ids.iter().any(|id| part.starts_with(&format!("id = \"{id}\"\n")));
    for part in parts.filter(is_wanted) {
        text.push_str(RULE);
        text.push_str(part);
    }
    Catalogue::parse(&text)
}

/// The rules that are part of this build.
///
/// # Errors
/// [`RulesError`] if their form is wrong; the tests of this crate see to it that it is not.
pub fn rules() -> Result<Catalogue, RulesError> {
    Catalogue::parse(crate::RULES)
}

impl Catalogue {
    /// Reads a catalogue.
    ///
    /// # Errors
    /// [`RulesError`] if its form is wrong, two rules have one id, or a group is not explained.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        let catalogue: Catalogue = toml::from_str(text)?;
        let mut ids = HashSet::new();
        for rule in &catalogue.rules {
            if !ids.insert(&rule.id) {
                return Err(RulesError::Twice(rule.id.clone()));
            }
            if !catalogue.groups.contains_key(&rule.group) {
                return Err(RulesError::Group { id: rule.id.clone(), group: rule.group });
            }
        }
        Ok(catalogue)
    }

    /// The rule called `id`.
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_well_formed() {
        let catalogue = rules().expect("the catalogue");
        assert!(catalogue.rules.len() >= 344);
        for rule in &catalogue.rules {
            assert!(!rule.source.is_empty() && !rule.observe.is_empty(), "{}", rule.id);
            assert!(rule.statement.ends_with('.'), "{}: a statement is a sentence", rule.id);
        }
    }

    #[test]
    fn each_rule_can_be_had_alone() {
        for rule in rules().expect("the catalogue").rules {
            let one = rules_called(std::slice::from_ref(&rule.id)).expect("a catalogue of one rule");
            assert_eq!(one.rules, [rule]);
        }
    }

    #[test]
    fn wrong_catalogues_are_refused() {
        let rule =
            "[[rule]]\nid = \"X\"\ngroup = \"A\"\nlevel = \"must\"\nstatement = \"s\"\nsource = []\nobserve = \"o\"\n";
        let head = "source = []\n[groups]\nA = \"a\"\n";
        let parse = |text: &str| Catalogue::parse(text);
        assert!(parse(&format!("{head}{rule}")).is_ok());
        assert!(matches!(parse(&format!("{head}{rule}{rule}")), Err(RulesError::Twice(id)) if id == "X"));
        assert!(matches!(parse(&format!("source = []\n[groups]\n{rule}")), Err(RulesError::Group { group: 'A', .. })));
        assert!(matches!(parse(&format!("{head}{rule}why = 1\n")), Err(RulesError::Form(_))));
    }
}
