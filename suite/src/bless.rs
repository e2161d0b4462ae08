//! New expected lines for a case: what a case says is changed only by a rule that somebody names.
//!
//! The reference engine may be wrong. So nothing here replaces an expectation by what the engine does: a [`Proposal`] shows
//! the two side by side, and [`Proposal::justified`] takes the rule that makes the new lines right.

use crate::{
    case::{self, Case, CaseError, Failure, Verdict, line},
    script::Options,
};
use preflight_spec_tests::Catalogue;
use thiserror::Error;

/// What stands before an expected line.
const MARK: &str = ";;=";

/// The lines that a case has, and those that the reference engine would write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The lines as they are written.
    pub written: Vec<String>,
    /// The lines of what happens on the reference engine.
    pub happens: Vec<String>,
}

/// Why no proposal can be made, or none be accepted.
#[derive(Debug, Error)]
pub enum BlessError {
    /// Something else than an expected line is wrong: a person has to decide what.
    #[error("{path}: {failure}\n  no expected line can mend that: the script, the header or the engine is wrong")]
    Other {
        /// The case.
        path: String,
        /// What is wrong.
        failure: String,
    },
    /// The case says nothing of the steps.
    #[error(
        "{path} has no `{MARK}` lines: write, from the rule, those of the instances that matter, and bless them then"
    )]
    NoLines {
        /// The case.
        path: String,
    },
    /// The engine cannot run the case.
    #[error("{path}: the reference engine cannot run it: {what}")]
    Unsupported {
        /// The case.
        path: String,
        /// What it lacks.
        what: String,
    },
    /// There is no such rule.
    #[error("there is no rule {0}; `preflight rules` lists them")]
    UnknownRule(String),
    /// The header's rules stand on several lines.
    #[error("{path}: the header's `rules` are not on one line, so {rule} cannot be added; add it by hand")]
    Rules {
        /// The case.
        path: String,
        /// The rule.
        rule: String,
    },
    /// The new text would be no case.
    #[error(transparent)]
    Case(#[from] CaseError),
}

/// What the expected lines of `case` would become; `None` if they are as the reference engine does it.
///
/// # Errors
/// [`BlessError`] where it is not the expected lines that differ.
pub fn propose(case: &Case, catalogue: &Catalogue, options: &Options) -> Result<Option<Proposal>, BlessError> {
    let path = || case.path.clone();
    if case.expected.events.is_empty() && !case.text.lines().any(|line| line.starts_with(MARK)) {
        return Err(BlessError::NoLines { path: path() });
    }
    let report = case::run(case, catalogue, options);
    let failures = match report.verdict {
        Verdict::Passed => return Ok(None),
        // It is as it is written; or written as another side reads the rule, which no expected line can mend.
        Verdict::Recorded(failures) if failures.iter().all(|failure| !matches!(failure, Failure::Trace(_))) => {
            return Ok(None);
        }
        Verdict::Unsupported(what) => return Err(BlessError::Unsupported { path: path(), what }),
        Verdict::Failed(failures) | Verdict::Recorded(failures) => failures,
    };
    if let Some(other) = failures.iter().find(|failure| !matches!(failure, Failure::Trace(_))) {
        return Err(BlessError::Other { path: path(), failure: other.to_string() });
    }
    let mut happens = line::print_all(&report.actual);
    if case.header.run.is_some() {
        // How a program ends is for the header to say.
        happens.retain(|line| !line.starts_with("=>"));
    }
    let written = line::print_all(&case.expected);
    Ok((written != happens).then_some(Proposal { written, happens }))
}

impl Proposal {
    /// The text of `case` with the new lines, justified by `rule`, which the header names from now on.
    ///
    /// # Errors
    /// There is no such rule, or the header cannot take it.
    pub fn justified(&self, case: &Case, rule: &str, catalogue: &Catalogue) -> Result<String, BlessError> {
        if catalogue.get(rule).is_none() {
            return Err(BlessError::UnknownRule(rule.to_owned()));
        }
        let text = with_rule(case, rule)?;
        let place = text.lines().position(|line| line.starts_with(MARK)).unwrap_or(usize::MAX);
        let mut lines: Vec<String> = text.lines().filter(|line| !line.starts_with(MARK)).map(str::to_owned).collect();
        let place = place.min(lines.len());
        lines.splice(place..place, self.happens.iter().map(|line| format!("{MARK} {line}")));
        let text = lines.join("\n") + "\n";
        Case::parse(&case.path, &text)?;
        Ok(text)
    }

    /// The difference, a line a step: `-` for what is written and does not happen, `+` for what happens and is not written.
    pub fn difference(&self) -> Vec<String> {
        let (old, new) = (&self.written, &self.happens);
        let same = |(a, b): &(&String, &String)| a == b;
        let before = old.iter().zip(new).take_while(same).count();
        let rest = old.len().min(new.len()) - before;
        let behind = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(same).count();
        let shown =
            |sign: &str, lines: &[String]| lines.iter().map(|line| format!("{sign} {line}")).collect::<Vec<_>>();
        [
            shown(" ", &old[..before]),
            shown("-", &old[before..old.len() - behind]),
            shown("+", &new[before..new.len() - behind]),
            shown(" ", &old[old.len() - behind..]),
        ]
        .concat()
    }
}

/// The text of a case whose header names `rule`.
fn with_rule(case: &Case, rule: &str) -> Result<String, BlessError> {
    if case.header.rules.iter().any(|id| id == rule) {
        return Ok(case.text.clone());
    }
    let refused = || BlessError::Rules { path: case.path.clone(), rule: rule.to_owned() };
    let is_rules = |line: &&str| line.starts_with(";;! rules") && line.trim_end().ends_with(']');
    let line = case.text.lines().find(is_rules).ok_or_else(refused)?;
    let list = line.trim_end().trim_end_matches(']');
    let comma = if case.header.rules.is_empty() { "" } else { ", " };
    Ok(case.text.replacen(line, &format!("{list}{comma}\"{rule}\"]"), 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use preflight_spec_tests::rules;

    const HEAD: &str = ";;! title = \"t\"\n;;! rules = [\"CORE-START-09\"]\n";
    const SCRIPT: &str = "(assert_trap (module (func $f (unreachable)) (start $f)) \"unreachable\")\n";
    const STEPS: &str = ";;= /#0 allocated func 1\n;;= /#0 start 0 entered\n;;= /#0 trap unreachable in start\n";

    fn proposal(text: &str) -> (Case, Catalogue, Result<Option<Proposal>, BlessError>) {
        let (case, catalogue) = (Case::parse("c.wast", text).expect("a case"), rules().expect("the catalogue"));
        let proposal = propose(&case, &catalogue, &Options::default());
        (case, catalogue, proposal)
    }

    #[test]
    fn what_agrees_needs_no_blessing() {
        assert!(matches!(proposal(&format!("{HEAD}{SCRIPT}{STEPS}")).2, Ok(None)));
    }

    #[test]
    fn only_a_rule_makes_new_lines_right() {
        let wrong = format!("{HEAD}{SCRIPT}{}", STEPS.replace(";;= /#0 start 0 entered\n", ""));
        let (case, catalogue, proposal) = proposal(&wrong);
        let proposal = proposal.expect("it runs").expect("a step is missing");
        assert_eq!(proposal.difference()[1], "+ /#0 start 0 entered");
        assert!(matches!(
            proposal.justified(&case, "CORE-START-99", &catalogue),
            Err(BlessError::UnknownRule(rule)) if rule == "CORE-START-99"
        ));
        let text = |rule| proposal.justified(&case, rule, &catalogue).expect("a case");
        assert_eq!(text("CORE-START-09"), format!("{HEAD}{SCRIPT}{STEPS}"));
        assert!(text("CORE-START-04").contains(";;! rules = [\"CORE-START-09\", \"CORE-START-04\"]\n"));
    }

    #[test]
    fn what_no_expected_line_can_mend_is_not_blessed() {
        let script =
            "(module (func (export \"f\") (result i32) (i32.const 1)))\n(assert_return (invoke \"f\") (i32.const 2))\n";
        let (.., end) = proposal(&format!("{HEAD}{script};;= /#0 allocated func 2\n"));
        assert!(matches!(end, Err(BlessError::Other { .. })), "{end:?}");
        assert!(matches!(proposal(&format!("{HEAD}{SCRIPT}")).2, Err(BlessError::NoLines { .. })));
    }

    #[test]
    fn lines_stay_where_they_stand() {
        let wrong = format!("{HEAD}{};;; more\n{SCRIPT}", STEPS.replace("start 0", "start 1"));
        let (case, catalogue, proposal) = proposal(&wrong);
        let proposal = proposal.expect("it runs").expect("another index");
        let text = proposal.justified(&case, "CORE-START-09", &catalogue).expect("a case");
        assert_eq!(text, format!("{HEAD}{STEPS};;; more\n{SCRIPT}"));
    }
}
