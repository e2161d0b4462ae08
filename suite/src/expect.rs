//! What is known of a runtime: the cases that it does not pass, each with a reason.
//!
//! A file of expectations is TOML, one `[[entry]]` for each fact, with the keys of [`Entry`]. What such a file does not
//! mention has to pass. An entry whose case passes is an error, and so is an entry that matches no case: files of
//! expectations only ever tell the truth of today.
//!
//! A file may say which version of the runtime it speaks of. Another version may do better or worse: this is told, but is not
//! the fault of whoever has that version.

use crate::case::{Case, Verdict};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The case, or the beginning of the paths of several with `*` after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// The rule that the cases prove, or the beginning of several ids with `*` after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What becomes of them.
    pub expected: Expected,
    /// Why, in a sentence.
    pub reason: String,
    /// Where the runtime's own people speak of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The finding, a folder of `reports/findings`, that has the cause in its smallest form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
    /// Why a failure is no finding, in a sentence, though its rule is a must.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_finding: Option<String>,
}

/// What becomes of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expected {
    /// It fails.
    Failed,
    /// The runtime cannot do it.
    Unsupported,
    /// It passes at one time and fails at another.
    Flaky,
}

/// A bug of which the fuzzer's plans predict what it leads to, so that it does not find it every night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deviation {
    /// Which one: the name of a `preflight_plan::Deviation`.
    pub name: String,
    /// The finding, a folder of `reports/findings`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
    /// Why it is none, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_finding: Option<String>,
}

/// The expectations of one runtime.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectations {
    /// The version of the runtime that the entries speak of, in the runtime's own words; any, if there is none. A
    /// [`harness`](macro@crate::harness) does not ask: a project knows its own version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The bugs that plans know, too.
    #[serde(default, rename = "deviation", skip_serializing_if = "Vec::is_empty")]
    pub deviations: Vec<Deviation>,
    /// The facts.
    #[serde(default, rename = "entry", skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<Entry>,
}

/// A file that is none of expectations.
#[derive(Debug, Error)]
pub enum ExpectError {
    /// It isn't of the expected form.
    #[error("{path}: {error}")]
    Form {
        /// The file.
        path: String,
        /// What is wrong.
        error: Box<toml::de::Error>,
    },
    /// An entry names neither a case nor a rule, or both.
    #[error("{path}: entry {number} has to name a case or a rule, and not both")]
    Which {
        /// The file.
        path: String,
        /// Which entry, from 1.
        number: usize,
    },
}

/// Something that is not as the expectations say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Surprise {
    /// A case failed.
    Failed(String),
    /// A case that has to fail, or to be unsupported, is otherwise: its verdict.
    Otherwise(String, &'static str),
    /// An entry matches no case.
    Unmatched(String),
}

impl Expectations {
    /// Reads a file of expectations.
    ///
    /// # Errors
    /// [`ExpectError`].
    pub fn parse(path: &str, text: &str) -> Result<Self, ExpectError> {
        let form = |error| ExpectError::Form { path: path.to_owned(), error: Box::new(error) };
        let expectations: Expectations = toml::from_str(text).map_err(form)?;
        match expectations.entries.iter().position(|entry| entry.case.is_some() == entry.rule.is_some()) {
            Some(index) => Err(ExpectError::Which { path: path.to_owned(), number: index + 1 }),
            None => Ok(expectations),
        }
    }

    /// The built-in expectations of the runtime called `name`; none if there is no file of them.
    ///
    /// # Errors
    /// [`ExpectError`]; the tests of this crate read every file.
    pub fn built_in(name: &str) -> Result<Self, ExpectError> {
        let file = preflight_spec_tests::EXPECT.iter().find(|(runtime, _)| *runtime == name);
        file.map_or_else(|| Ok(Self::default()), |(name, text)| Self::parse(&format!("expect/{name}.toml"), text))
    }

    /// Whether the entries speak of this version of the runtime.
    pub fn speak_of(&self, version: &str) -> bool {
        self.version.as_ref().is_none_or(|spoken_of| spoken_of == version)
    }

    /// The first entry that speaks of a case.
    pub fn of(&self, case: &Case) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.matches(case))
    }

    /// What is not as expected, given the verdicts on `cases`.
    pub fn surprises<'v>(&self, cases: &[Case], verdicts: impl Iterator<Item = &'v Verdict>) -> Vec<Surprise> {
        cases.iter().zip(verdicts).filter_map(|(case, verdict)| self.surprise(case, verdict)).collect()
    }

    /// The entries that match none of `cases`, which have to be all that there are.
    pub fn unmatched(&self, cases: &[Case]) -> Vec<Surprise> {
        let unmatched = self.entries.iter().filter(|entry| !cases.iter().any(|case| entry.matches(case)));
        unmatched.map(|entry| Surprise::Unmatched(entry.pattern().to_owned())).collect()
    }

    /// How a verdict is not as expected, if it is not.
    pub fn surprise(&self, case: &Case, verdict: &Verdict) -> Option<Surprise> {
        let expected = self.of(case).map(|entry| entry.expected);
        match (expected, verdict) {
            (None, Verdict::Failed(_)) => Some(Surprise::Failed(case.path.clone())),
            (Some(Expected::Unsupported), Verdict::Unsupported(_)) | (Some(Expected::Failed), Verdict::Failed(_)) => {
                None
            }
            (None | Some(Expected::Flaky), _) | (Some(_), Verdict::Recorded(_)) => None,
            (Some(_), verdict) => Some(Surprise::Otherwise(case.path.clone(), verdict.word())),
        }
    }

    /// The expectations that the verdicts on all `cases` call for. What is known already keeps its reason; what is new has
    /// one that says that nobody has looked yet.
    pub fn updated<'v>(&self, cases: &[Case], verdicts: impl Iterator<Item = &'v Verdict>) -> Self {
        let entry = |(case, verdict): (&Case, &Verdict)| {
            let known = self.of(case).filter(|entry| {
                // What comes and goes is not decided by one run.
                entry.expected == Expected::Flaky || self.surprise(case, verdict).is_none()
            });
            match (known, verdict) {
                (Some(entry), _) => Some(Entry { case: Some(case.path.clone()), rule: None, ..entry.clone() }),
                (None, Verdict::Failed(_)) => Some(unexplained(case, verdict)),
                (None, _) => None,
            }
        };
        let entries = cases.iter().zip(verdicts).filter_map(entry).collect();
        let (version, deviations) = (self.version.clone(), self.deviations.clone());
        Expectations { version, deviations, entries }
    }

    /// As TOML.
    pub fn to_toml(&self) -> String {
        let quote = |text: &str| serde_json::Value::from(text).to_string();
        let entry = |entry: &Entry| {
            let mut lines = vec!["[[entry]]".to_owned()];
            let mut key = |key: &str, value: &Option<String>| {
                lines.extend(value.iter().map(|value| format!("{key} = {}", quote(value))));
            };
            key("case", &entry.case);
            key("rule", &entry.rule);
            key("expected", &Some(entry.expected.as_str().to_owned()));
            key("reason", &Some(entry.reason.clone()));
            key("link", &entry.link);
            key("finding", &entry.finding);
            key("no_finding", &entry.no_finding);
            lines.join("\n") + "\n"
        };
        let version = self.version.iter().map(|version| format!("version = {}\n", quote(version)));
        let deviation = |Deviation { name, finding, no_finding }: &Deviation| {
            let key = |key: &str, value: &Option<String>| {
                value.as_ref().map_or_else(String::new, |value| format!("{key} = {}\n", quote(value)))
            };
            let findings = key("finding", finding) + &key("no_finding", no_finding);
            format!("[[deviation]]\nname = {}\n{findings}", quote(name))
        };
        version
            .chain(self.deviations.iter().map(deviation))
            .chain(self.entries.iter().map(entry))
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// The entry of a case that fails and of which nothing is known.
fn unexplained(case: &Case, verdict: &Verdict) -> Entry {
    Entry {
        case: Some(case.path.clone()),
        rule: None,
        expected: Expected::Failed,
        reason: format!("Not looked into yet: {}", verdict.notes().first().map_or("", String::as_str)),
        link: None,
        finding: None,
        no_finding: None,
    }
}

impl Expected {
    fn as_str(self) -> &'static str {
        match self {
            Expected::Failed => "failed",
            Expected::Unsupported => "unsupported",
            Expected::Flaky => "flaky",
        }
    }
}

impl Entry {
    fn pattern(&self) -> &str {
        self.case.as_deref().or(self.rule.as_deref()).unwrap_or_default()
    }

    fn matches(&self, case: &Case) -> bool {
        let is = |pattern: &str, text: &str| match pattern.strip_suffix('*') {
            Some(stem) => text.starts_with(stem),
            None => text == pattern,
        };
        self.case.as_ref().is_some_and(|pattern| is(pattern, &case.path))
            || self.rule.as_ref().is_some_and(|pattern| case.header.rules.iter().any(|rule| is(pattern, rule)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(path: &str) -> Case {
        let text = ";;! title = \"t\"\n;;! rules = [\"CORE-LINK-01\"]\n(module)\n";
        Case::parse(path, text).expect("a case")
    }

    fn entry(case: &str, expected: &str) -> String {
        format!("[[entry]]\ncase = {case:?}\nexpected = {expected:?}\nreason = \"r\"\n")
    }

    fn surprises(text: &str, verdicts: [Verdict; 2]) -> Vec<Surprise> {
        let cases = [case("core/a.wast"), case("core/b.wast")];
        let known = Expectations::parse("x", text).expect("expectations");
        known.surprises(&cases, verdicts.iter()).into_iter().chain(known.unmatched(&cases)).collect()
    }

    fn failed() -> Verdict {
        Verdict::Failed(Vec::new())
    }

    #[test]
    fn what_is_not_mentioned_has_to_pass() {
        assert_eq!(surprises("", [failed(), Verdict::Passed]), [Surprise::Failed("core/a.wast".to_owned())]);
        let unsupported = Verdict::Unsupported("x".to_owned());
        assert_eq!(surprises("", [unsupported, Verdict::Recorded(Vec::new())]), []);
    }

    #[test]
    fn what_is_mentioned_has_to_fail() {
        let known = entry("core/a.wast", "failed");
        assert_eq!(surprises(&known, [failed(), Verdict::Passed]), []);
        let passed = Surprise::Otherwise("core/a.wast".to_owned(), "passed");
        assert_eq!(surprises(&known, [Verdict::Passed, Verdict::Passed]), std::slice::from_ref(&passed));
        let both = entry("core/*", "failed");
        assert_eq!(surprises(&both, [Verdict::Passed, failed()]), [passed]);
    }

    #[test]
    fn a_file_may_speak_of_one_version() {
        let one = Expectations::parse("x", "version = \"1.0\"\n").expect("expectations");
        assert!(one.speak_of("1.0") && !one.speak_of("1.1"));
        assert!(Expectations::default().speak_of("1.1"));
    }

    #[test]
    fn an_entry_that_matches_nothing_is_told() {
        let text = entry("core/c.wast", "failed");
        assert_eq!(
            surprises(&text, [Verdict::Passed, Verdict::Passed]),
            [Surprise::Unmatched("core/c.wast".to_owned())]
        );
    }

    #[test]
    fn wrong_files_are_refused() {
        let message = |text: &str| Expectations::parse("x.toml", text).expect_err("wrong").to_string();
        assert!(
            message("[[entry]]\nexpected = \"failed\"\nreason = \"r\"\n").starts_with("x.toml: entry 1 has to name")
        );
        assert!(message(&(entry("a", "failed") + "why = 1\n")).contains("unknown field `why`"));
        assert!(message(&entry("a", "passed")).contains("unknown variant `passed`"));
    }

    #[test]
    fn updates_keep_reasons_and_can_be_read_again() {
        let cases = [case("core/a.wast"), case("core/b.wast")];
        let more = "link = \"l\"\nfinding = \"f\"\nno_finding = \"n\"\n";
        let text = "version = \"1.0 (a)\"\n".to_owned() + &entry("core/*", "failed") + more;
        let old = Expectations::parse("x", &text).expect("expectations");
        let new = old.updated(&cases, [failed(), Verdict::Passed].iter());
        assert_eq!((new.entries.len(), new.entries[0].reason.as_str()), (1, "r"));
        let kept = &new.entries[0];
        assert_eq!(
            [&kept.link, &kept.finding, &kept.no_finding].map(Option::as_deref),
            [Some("l"), Some("f"), Some("n")]
        );
        assert_eq!(Expectations::parse("x", &new.to_toml()).expect("expectations"), new);
    }

    #[test]
    fn updates_keep_what_is_as_expected_and_what_comes_and_goes() {
        let cases = [case("core/a.wast"), case("core/b.wast"), case("core/c.wast")];
        let text =
            entry("core/a.wast", "flaky") + &entry("core/b.wast", "unsupported") + &entry("core/c.wast", "failed");
        let old = Expectations::parse("x", &text).expect("expectations");
        let after = |verdicts: [Verdict; 3]| old.updated(&cases, verdicts.iter());
        let unsupported = || Verdict::Unsupported("u".to_owned());
        assert_eq!(after([Verdict::Passed, unsupported(), failed()]), old);
        let new = after([failed(), failed(), Verdict::Passed]);
        let left: Vec<_> = new.entries.iter().map(|entry| (entry.pattern(), entry.expected)).collect();
        assert_eq!(left, [("core/a.wast", Expected::Flaky), ("core/b.wast", Expected::Failed)]);
        assert!(new.entries[1].reason.starts_with("Not looked into yet"));
    }

    #[test]
    fn every_built_in_file_can_be_read() {
        for (name, _) in preflight_spec_tests::EXPECT {
            Expectations::built_in(name).unwrap_or_else(|error| panic!("{error}"));
        }
    }
}
