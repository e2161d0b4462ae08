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

impl Ended {
    /// The exit code of a program that ended by itself; returning is 0 (rule P1-CMD-06).
    pub fn exit(&self) -> Option<i32> {
        match self.outcome {
            Outcome::Returned { .. } => Some(0),
            Outcome::Exit { code } => Some(code),
            _ => None,
        }
    }
}

/// All that `ended` is other than `run` says. What `run` does not mention is not judged; but a program of which it says
/// neither how it exits nor how it fails has to end by itself.
pub fn judge(run: &Run, ended: &Ended) -> Vec<Deviation> {
    let mut deviations = Vec::new();
    if let Some(expected) = run.stdout.as_ref().filter(|expected| expected.as_bytes() != ended.stdout) {
        deviations.push(Deviation {
            what: "standard output",
            expected: format!("{expected:?}"),
            actual: format!("{:?}", String::from_utf8_lossy(&ended.stdout)),
        });
    }
    let end = match (run.exit, run.fails) {
        (Some(code), _) if ended.exit() != Some(code) => Some(format!("exit {code}")),
        (_, Some(Fails::Trap)) if !matches!(ended.outcome, Outcome::Trap { .. }) => Some("a trap".to_owned()),
        (None, None) if ended.exit().is_none() => Some("an end of its own accord".to_owned()),
        (_, Some(Fails::Refused)) if ended.outcome != Outcome::Unlinkable => Some("refused".to_owned()),
        _ => None,
    };
    if let Some(expected) = end {
        deviations.push(Deviation { what: "the end", expected, actual: ended.outcome.to_string() });
    }
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
        let verdicts = |expectations: &str| {
            let judged = |outcome: &Outcome| {
                let ended = Ended { outcome: outcome.clone(), stdout: b"x".to_vec(), events: Vec::new() };
                judge(&run(expectations), &ended).is_empty()
            };
            ends.iter().map(judged).collect::<Vec<_>>()
        };
        assert_eq!(verdicts(""), [true, true, false, false]);
        assert_eq!(verdicts("stdout = \"x\""), [true, true, false, false]);
        assert_eq!(verdicts("stdout = \"\""), [false; 4]);
        assert_eq!(verdicts("exit = 0"), [true, false, false, false]);
        assert_eq!(verdicts("exit = 3"), [false, true, false, false]);
        assert_eq!(verdicts("fails = \"trap\""), [false, false, true, false]);
        assert_eq!(verdicts("fails = \"refused\""), [false, false, false, true]);
    }
}
