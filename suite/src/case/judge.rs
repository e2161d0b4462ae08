//! What a program has to have done, whatever runtime it ran on.

use super::{Fails, Run};
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

/// All that a program did other than `run` says. What `run` does not mention is not judged; but a program of which it says
/// neither how it exits nor how it fails has to end by itself. `words` tell people how it ended.
pub fn judge(run: &Run, ending: &Ending, words: &str, stdout: &[u8]) -> Vec<Deviation> {
    let mut deviations = Vec::new();
    if let Some(expected) = run.stdout.as_ref().filter(|expected| expected.as_bytes() != stdout) {
        deviations.push(Deviation {
            what: "standard output",
            expected: format!("{expected:?}"),
            actual: format!("{:?}", String::from_utf8_lossy(stdout)),
        });
    }
    let expected = match (run.fails, run.exit) {
        (Some(Fails::Trap), _) => (!matches!(ending, Ending::Trap | Ending::Unexplained)).then(|| "a trap".to_owned()),
        (Some(Fails::Refused), exit) => {
            let is_refused = matches!(ending, Ending::Refused | Ending::Unexplained);
            let is_other = exit.is_some_and(|code| *ending == Ending::Exit(code));
            let or = exit.map_or_else(String::new, |code| format!(", or exit {code}"));
            (!is_refused && !is_other).then(|| format!("refused{or}"))
        }
        (None, Some(code)) => (*ending != Ending::Exit(code)).then(|| format!("exit {code}")),
        (None, None) => (!matches!(ending, Ending::Exit(_))).then(|| "an end of its own accord".to_owned()),
    };
    deviations.extend(expected.map(|expected| Deviation { what: "the end", expected, actual: words.to_owned() }));
    deviations
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
}
