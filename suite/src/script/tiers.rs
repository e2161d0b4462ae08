//! A script on both tiers: they must agree on every directive and every step.

use super::{DirectiveReport, FailureKind, Options, Script, ScriptError, Status, run};
use preflight_engine::{
    Tier,
    trace::{Difference, Level, Outcome, PostMortem, Trace, compare},
};

/// Runs the script on the interpreter and on the compiler. The reports are the interpreter's; where the compiler's differ
/// there is a failure instead, and a difference between the recorded steps is one more.
pub(super) fn run_both(text: &str, options: &Options) -> Result<Script, ScriptError> {
    let on = |tier| {
        let mut options = Options { both: false, level: Some(Level::Full), ..options.clone() };
        options.config.tier = tier;
        run(text, &options)
    };
    let (mut script, compiled) = (on(Tier::Interp)?, on(Tier::Jit)?);
    for (report, other) in script.reports.iter_mut().zip(&compiled.reports) {
        if report.status != other.status {
            report.status = disagreement(&report.status, &other.status);
        }
    }
    let steps = |script: &Script| Trace {
        level: Level::Full,
        events: script.events.clone(),
        outcome: Outcome::Returned { values: Vec::new() },
        post_mortem: PostMortem::default(),
    };
    if let Some(Difference::Event { index, expected, actual }) = compare(&steps(&script), &steps(&compiled)) {
        script.reports.push(DirectiveReport {
            line: 1,
            column: 1,
            directive: "script",
            status: disagreement(&(index, expected), &(index, actual)),
            events: 0..script.events.len(),
            instantiation: None,
        });
    }
    Ok(script)
}

fn disagreement<T: std::fmt::Debug>(interpreter: &T, compiler: &T) -> Status {
    Status::Failed {
        expected: format!("the same on both tiers; the interpreter: {interpreter:?}"),
        got: format!("the compiler: {compiler:?}"),
        kind: FailureKind::Mismatch,
    }
}
