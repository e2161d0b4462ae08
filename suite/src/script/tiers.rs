//! A script on both tiers: they must agree on every directive, on every step in it, and on what is left.

use super::{DirectiveReport, FailureKind, Options, Script, ScriptError, Status, run};
use crate::{
    case::line::print_event,
    trace::{Difference, Event, Level, Outcome, PostMortem, Trace, compare},
};
use preflight_engine::Tier;

/// Runs the script on the interpreter and on the compiler. The reports are the interpreter's; where the compiler's differ,
/// or the steps that a directive brought about, there is a failure of the kind [`FailureKind::Disagreement`] instead.
pub(super) fn run_both(text: &str, options: &Options) -> Result<Script, ScriptError> {
    let on = |tier| {
        let mut options = Options { both: false, level: Some(Level::Full), ..options.clone() };
        options.config.tier = tier;
        run(text, &options)
    };
    let (interpreted, compiled) = (on(Tier::Interp)?, on(Tier::Jit)?);
    Ok(compare_all(interpreted, &compiled))
}

/// Compares directive by directive, then what is left.
fn compare_all(mut interpreted: Script, compiled: &Script) -> Script {
    assert_eq!(interpreted.reports.len(), compiled.reports.len(), "one text has one list of directives");
    let mut reports = std::mem::take(&mut interpreted.reports);
    for (report, other) in reports.iter_mut().zip(&compiled.reports) {
        if let Some((left, right)) = difference(&interpreted, report, compiled, other) {
            report.status = disagreement(&left, &right);
        }
    }
    if let Some(state) = state_difference(&interpreted.state, &compiled.state) {
        let (line, column) = reports.last().map_or((1, 1), |last| (last.line, last.column));
        let events = interpreted.events.len()..interpreted.events.len();
        let status = disagreement(&state.0, &state.1);
        reports.push(DirectiveReport { line, column, directive: "end of script", status, events, instantiation: None });
    }
    interpreted.reports = reports;
    interpreted
}

/// The first difference in one directive, as both sides tell it.
fn difference(
    script: &Script,
    report: &DirectiveReport,
    other_script: &Script,
    other: &DirectiveReport,
) -> Option<(String, String)> {
    let trace = |script: &Script, report: &DirectiveReport| Trace {
        level: Level::Full,
        events: script.events[report.events.clone()].to_vec(),
        outcome: report.instantiation.as_ref().map_or(Outcome::Unlinkable, |(_, outcome)| outcome.clone()),
        post_mortem: PostMortem::default(),
    };
    match compare(&trace(script, report), &trace(other_script, other)) {
        Some(Difference::Event { index, expected, actual }) => {
            let step = |event: Option<Event>| match event {
                Some(event) => format!("step {}: {}", index + 1, print_event(&event)),
                None => format!("no step {}", index + 1),
            };
            return Some((step(expected), step(actual)));
        }
        Some(Difference::Outcome { expected, actual }) => {
            return Some((format!("{expected:?}"), format!("{actual:?}")));
        }
        Some(Difference::PostMortem { .. }) | None => {}
    }
    let tell = |status: &Status| match status {
        Status::Passed => "passed".to_owned(),
        Status::Failed { got, .. } => format!("failed: {got}"),
        Status::Unsupported(what) => format!("unsupported: {what}"),
    };
    (report.status != other.status).then(|| (tell(&report.status), tell(&other.status)))
}

/// The first difference in what is left.
fn state_difference(left: &PostMortem, right: &PostMortem) -> Option<(String, String)> {
    let trace = |state: &PostMortem| {
        let mut trace = Trace::new(Level::Full, Outcome::Unlinkable);
        trace.post_mortem = state.clone();
        trace
    };
    let Difference::PostMortem { index } = compare(&trace(left), &trace(right))? else { return None };
    let tell = |state: &PostMortem| {
        /// The rest of a large memory tells nobody anything.
        const MOST: usize = 200;
        let item = state.0.get(index).map(|item| format!("{} {:?}: {:?}", item.at, item.name, item.state));
        item.unwrap_or_else(|| "nothing more".to_owned()).chars().take(MOST).collect()
    };
    Some((tell(left), tell(right)))
}

fn disagreement(interpreter: &str, compiler: &str) -> Status {
    Status::Failed {
        expected: format!("the same on both tiers; the interpreter: {interpreter}"),
        got: format!("the compiler: {compiler}"),
        kind: FailureKind::Disagreement,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{State, Value};

    const TEXT: &str = r#"(module (global (export "g") (mut i32) (i32.const 1))
          (func (export "f") (param i32) (result i32) (global.set 0 (local.get 0)) (local.get 0)))
        (invoke "f" (i32.const 2))
        (assert_return (invoke "f" (i32.const 3)) (i32.const 3))"#;

    fn script() -> Script {
        run(TEXT, &Options { level: Some(Level::Full), ..Options::default() }).expect("a script")
    }

    /// What the comparison finds after a change: line, directive, expected and got.
    fn failures(change: impl FnOnce(&mut Script)) -> Vec<(u64, &'static str, String, String)> {
        let mut changed = script();
        change(&mut changed);
        let failure = |report: DirectiveReport| match report.status {
            Status::Failed { expected, got, kind: FailureKind::Disagreement } => {
                Some((report.line, report.directive, expected, got))
            }
            _ => None,
        };
        compare_all(script(), &changed).reports.into_iter().filter_map(failure).collect()
    }

    #[test]
    fn equal_runs_agree() {
        assert_eq!(failures(|_| {}), []);
    }

    #[test]
    fn a_different_step_is_told_with_its_directive() {
        let found = failures(|script| {
            let Some(Event::Returned { results, .. }) =
                script.events.iter_mut().rev().find(|event| matches!(event, Event::Returned { .. }))
            else {
                panic!("a call has returned");
            };
            *results = vec![Value::I32(4)];
        });
        let [(4, "assert_return", expected, got)] = &found[..] else { panic!("{found:?}") };
        assert!(expected.contains("interpreter: step 2: ") && expected.contains("3"), "{expected}");
        assert!(got.contains("compiler: step 2: ") && got.contains("4"), "{got}");
    }

    #[test]
    fn a_missing_step_is_told() {
        let found = failures(|script| {
            script.events.pop();
            let last = script.reports.last_mut().expect("a directive");
            last.events.end -= 1;
        });
        let [(4, "assert_return", _, got)] = &found[..] else { panic!("{found:?}") };
        assert!(got.contains("no step 2"), "{got}");
    }

    #[test]
    fn different_ends_of_a_directive_are_told() {
        let found = failures(|script| script.reports[1].status = Status::Unsupported("it".to_owned()));
        let [(3, "invoke", expected, got)] = &found[..] else { panic!("{found:?}") };
        assert!(expected.ends_with("passed") && got.ends_with("unsupported: it"), "{expected} {got}");
    }

    #[test]
    fn what_is_left_is_compared() {
        let found = failures(|script| {
            let [item] = &mut script.state.0[..] else { panic!("one global: {:?}", script.state) };
            item.state = State::Global { value: Value::I32(9) };
        });
        let [(4, "end of script", expected, got)] = &found[..] else { panic!("{found:?}") };
        assert!(expected.contains("I32(3)") && got.contains("I32(9)"), "{expected} {got}");
    }
}
