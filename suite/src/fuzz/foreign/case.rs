//! What is no plan of core modules, on a runtime: as the case that it becomes, through the primitives or the script runner that
//! the runtime has; programs are run as they are.
//!
//! A case that fails may be one of a bug that is known: then the case by which a runtime with that bug is right holds.

use super::{Foreign, OnRuntime, kind_of, nothing};
use crate::{
    case::{Broken, Case, Failure, Report, Verdict as Judged},
    fuzz::{Class, Finding, Verdict, campaign::Input, case},
    runtime::{self, Ability},
    trace::{Level, Trace},
};
use preflight_plan::{Deviation, Subject};

impl Foreign {
    /// What becomes of an input that is no plan of core modules; `verdict` is that of the reference engine.
    pub(in crate::fuzz) fn judge_case(&self, input: &Input, verdict: &Verdict) -> OnRuntime {
        let lacks = |what: String| OnRuntime { lacks: Some(what), ..OnRuntime::of(self, Class::Unsupported) };
        if !verdict.is_compared || verdict.finding.is_some() {
            return lacks(not_judged(verdict).to_owned());
        }
        if matches!(input, Input::Component(plan) if plan.reading.is_some()) {
            return lacks("contested rules, read in another way than by default".to_owned());
        }
        if let Input::Program(plan) = input {
            return self.judge_program(plan, verdict);
        }
        let text = match case::any_with(input, TITLE, &[]) {
            Ok(text) => text,
            Err(why) => return lacks(why.kind().to_owned()),
        };
        let Some(result) = self.on_case(&text) else { return lacks("a plan that is a case".to_owned()) };
        let report = match result {
            Ok(Some(report)) => report,
            Ok(None) => return lacks("components".to_owned()),
            Err(broken) => return self.unless_known(input, &text, &Failure::Broken(broken), None),
        };
        match &report.verdict {
            Judged::Passed => OnRuntime::of(self, verdict.class),
            Judged::Unsupported(what) => lacks(what.clone()),
            Judged::Recorded(_) => lacks("a case whose rules give no verdict".to_owned()),
            Judged::Failed(failures) => match failures.first() {
                Some(failure) => self.unless_known(input, &text, failure, Some(&report)),
                None => OnRuntime::of(self, verdict.class),
            },
        }
    }

    /// What becomes of a case here: nothing if the text is none, or the runtime has no means for components.
    fn on_case(&self, text: &str) -> Option<Result<Option<Report>, Broken>> {
        let case = Case::parse("plan.wast", text).ok()?;
        Some(self.with(|opened| {
            let can = |ability| opened.about.can(ability);
            if !can(Ability::Components) && !can(Ability::Scripts) {
                return None;
            }
            let judge = runtime::Judge::known(opened.about.clone(), opened.accepted.clone());
            Some(runtime::run(&case, &mut *opened.runtime, &judge))
        }))
    }

    /// The finding, if none of the known bugs predicts what happened.
    fn unless_known(&self, input: &Input, text: &str, failure: &Failure, report: Option<&Report>) -> OnRuntime {
        let known = match failure {
            // A runtime that breaks does what nobody predicts.
            Failure::Broken(_) => self.known.iter().copied().find(|bug| breaks(*bug, input)).map(|bug| vec![bug]),
            _ => self.known_sets(Subject::Components).into_iter().find(|bugs| self.predicts(input, text, bugs)),
        };
        if let Some(known) = known {
            return OnRuntime { known, ..OnRuntime::of(self, Class::Known) };
        }
        let what = kind_of_failure(input, failure);
        let expected = match Case::parse("plan.wast", text) {
            Ok(case) => Trace { events: case.expected.events, ..nothing("a case that holds") },
            Err(_) => nothing("a case that holds"),
        };
        let actual = match (report, failure) {
            (Some(report), _) => report.actual.clone(),
            (None, Failure::Broken(broken)) => nothing(&broken.to_string()),
            (None, _) => nothing("no answer"),
        };
        let actual = Trace { level: Level::Outcome, ..actual };
        let finding = Finding::new(self.signature(&what), 0, expected, actual);
        OnRuntime { finding: Some(Box::new(finding)), ..OnRuntime::of(self, Class::Disagreed) }
    }

    /// Whether these bugs make another case of the input than `text`, and that one holds.
    fn predicts(&self, input: &Input, text: &str, bugs: &[Deviation]) -> bool {
        let Ok(other) = case::any_with(input, TITLE, bugs) else { return false };
        let holds = |report: Option<Report>| report.is_some_and(|report| report.verdict == Judged::Passed);
        other != text && self.on_case(&other).is_some_and(|result| result.is_ok_and(holds))
    }
}

const TITLE: &str = "a plan";

/// Whether nothing is predicted of an input by this bug, and a runtime may break on it.
fn breaks(bug: Deviation, input: &Input) -> bool {
    match (bug, input) {
        (Deviation::TasksBreak, Input::Task(plan)) => plan.has_threads_or_cancels(),
        (Deviation::CallsOfStartHang, Input::Task(plan)) => plan.calls_in_start(),
        _ => false,
    }
}

/// Why an input is not given to other runtimes.
fn not_judged(verdict: &Verdict) -> &'static str {
    match verdict.class {
        Class::Disagreed => "plans on which the reference engine is not as predicted",
        Class::Invalid => "changed bytes that are no module any more",
        Class::Exhausted => "what exhausts something and is not compared",
        _ => "what the reference engine lacks, or what is compared between its tiers alone",
    }
}

/// What failed, without what is particular to the plan: the directive, and where it is one of steps, that.
fn kind_of_failure(input: &Input, failure: &Failure) -> String {
    let what = match failure {
        Failure::Broken(broken) => format!("it broke: {}", kind_of(broken)),
        Failure::Directive(failure) => failure.directive.to_owned(),
        Failure::Trace(_) => "steps".to_owned(),
        _ => "script".to_owned(),
    };
    format!("{} ({what})", input.source())
}
