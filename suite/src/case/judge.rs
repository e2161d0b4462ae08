//! What a program has to have done, whatever runtime it ran on.

use super::{Fails, Failure, Run};
use crate::trace::{Event, Outcome};

/// What became of a program.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// How it ended. *Unlinkable* is also a host that refused to run it.
    pub outcome: Outcome,
    /// What it wrote to standard output.
    pub stdout: Vec<u8>,
    /// The steps, as far as the runtime shows them.
    pub events: Vec<Event>,
}

/// One thing that a program was to do and did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// What: `standard output`, or `the end`.
    pub what: &'static str,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub actual: String,
}

/// How a program ended, as far as a header can ask for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// By itself, with this exit code; returning is 0 (rule P1-CMD-06).
    Exit(i32),
    /// In a trap.
    Trap,
    /// The host refused to run it.
    Refused,
    /// Not by itself, and the runtime does not tell whether it refused the program or whether that trapped.
    Unexplained,
    /// In another way.
    Other,
}

impl Ended {
    /// How it ended.
    pub fn ending(&self) -> Ending {
        match self.outcome {
            Outcome::Returned { .. } => Ending::Exit(0),
            Outcome::Exit { code } => Ending::Exit(code),
            Outcome::Trap { .. } => Ending::Trap,
            Outcome::Unlinkable => Ending::Refused,
            _ => Ending::Other,
        }
    }
}

/// All that a program did other than `run` says, the check that failed first, if one did. What `run` does not mention is not
/// judged; but a program of which it says neither how it exits nor how it fails has to end by itself. `words` tell people how it
/// ended.
pub fn judge(run: &Run, ending: &Ending, words: &str, stdout: &[u8]) -> Vec<Failure> {
    let mut failures: Vec<_> = failed_check(run, ending).map(Failure::Check).into_iter().collect();
    if let Some(expected) = run.stdout.as_ref().filter(|expected| expected.as_bytes() != stdout) {
        failures.push(Failure::Program(Deviation {
            what: "standard output",
            expected: format!("{expected:?}"),
            actual: format!("{:?}", String::from_utf8_lossy(stdout)),
        }));
    }
    let expected = end_instead_of(run, ending);
    let of_end = |expected| Failure::Program(Deviation { what: "the end", expected, actual: words.to_owned() });
    failures.extend(expected.map(of_end));
    failures
}

/// The check that a program says has failed, in words.
fn failed_check(run: &Run, ending: &Ending) -> Option<String> {
    let Ending::Exit(code) = ending else { return None };
    run.checks.get(code).map(|what| format!("a check failed, exit code {code}: {what}"))
}

/// The end that was expected, if it is another.
fn end_instead_of(run: &Run, ending: &Ending) -> Option<String> {
    match (run.fails, run.exit) {
        (Some(Fails::Trap), _) => (!matches!(ending, Ending::Trap | Ending::Unexplained)).then(|| "a trap".to_owned()),
        (Some(Fails::Refused), exit) => {
            let is_refused = matches!(ending, Ending::Refused | Ending::Unexplained);
            let is_other = exit.is_some_and(|code| *ending == Ending::Exit(code));
            let or = exit.map_or_else(String::new, |code| format!(", or exit {code}"));
            (!is_refused && !is_other).then(|| format!("refused{or}"))
        }
        (None, Some(code)) => (*ending != Ending::Exit(code)).then(|| format!("exit {code}")),
        (None, None) => (!matches!(ending, Ending::Exit(_))).then(|| "an end of its own accord".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Phase, TrapCode};

    fn run(expectations: &str) -> Run {
        toml::from_str(&format!("kind = \"command\"\nmain = \"$Main\"\n{expectations}")).expect("a table")
    }

    #[test]
    fn only_what_is_written_is_judged() {
        let trap = Outcome::Trap { code: TrapCode::Unreachable, phase: Phase::Call };
        let ends = [Outcome::Returned { values: vec![] }, Outcome::Exit { code: 3 }, trap, Outcome::Unlinkable];
        let ended = |outcome: &Outcome| Ended { outcome: outcome.clone(), stdout: Vec::new(), events: Vec::new() };
        let endings: Vec<_> = ends.iter().map(|outcome| ended(outcome).ending()).chain([Ending::Unexplained]).collect();
        let verdicts = |expectations: &str| {
            let judged = |ending: &Ending| judge(&run(expectations), ending, "", b"x").is_empty();
            endings.iter().map(judged).collect::<Vec<_>>()
        };
        assert_eq!(verdicts(""), [true, true, false, false, false]);
        assert_eq!(verdicts("stdout = \"x\""), [true, true, false, false, false]);
        assert_eq!(verdicts("stdout = \"\""), [false; 5]);
        assert_eq!(verdicts("exit = 0"), [true, false, false, false, false]);
        assert_eq!(verdicts("exit = 3"), [false, true, false, false, false]);
        assert_eq!(verdicts("fails = \"trap\""), [false, false, true, false, true]);
        assert_eq!(verdicts("fails = \"refused\""), [false, false, false, true, true]);
        // A program that the host may run or refuse.
        assert_eq!(verdicts("fails = \"refused\"\nexit = 3"), [false, true, false, true, true]);
    }

    /// The exit code of a check is a failure that the check's words tell, whatever else is asked for.
    #[test]
    fn a_failed_check_comes_first_and_in_words() {
        let told = |expectations: &str, code: i32| {
            let run = run(&format!("{expectations}\n[checks]\n33 = \"it is new\"\n34 = \"it is old\""));
            let failures = judge(&run, &Ending::Exit(code), &format!("exit {code}"), b"");
            failures.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let failed = "a check failed, exit code 34: it is old";
        assert_eq!(told("exit = 0", 34), [failed, "the end: expected exit 0, got exit 34"]);
        assert_eq!(told("", 34), [failed]);
        assert_eq!(told("fails = \"trap\"", 34), [failed, "the end: expected a trap, got exit 34"]);
        assert_eq!(told("exit = 0", 35), ["the end: expected exit 0, got exit 35"]);
        assert!(told("exit = 0", 0).is_empty() && told("", 35).is_empty());
    }

    #[test]
    fn the_keys_of_checks_are_exit_codes() {
        let table = "kind = \"command\"\nmain = \"$Main\"\n[checks]\nfirst = \"w\"";
        let error = toml::from_str::<Run>(table).expect_err("no exit code").to_string();
        assert!(error.contains("\"first\" is no exit code"), "{error}");
    }
}
