//! What is no plan of core modules, on a runtime: as the case that it becomes, through the primitives, the script runner or the
//! programs that the runtime has.

use super::{Foreign, OnRuntime, kind_of, nothing};
use crate::{
    case::{Case, Failure, Verdict as Judged},
    fuzz::{Class, Finding, Verdict, campaign::Input, case},
    runtime,
    trace::{Level, Trace},
};

impl Foreign {
    /// What becomes of an input that is no plan of core modules; `verdict` is that of the reference engine.
    pub(in crate::fuzz) fn judge_case(&self, input: &Input, verdict: &Verdict) -> OnRuntime {
        let lacks = |what: String| OnRuntime { lacks: Some(what), ..OnRuntime::of(self, Class::Unsupported) };
        if !verdict.is_compared || verdict.finding.is_some() {
            return lacks("plans on which the reference engine is not as predicted".to_owned());
        }
        if matches!(input, Input::Component(plan) if plan.reading.is_some()) {
            return lacks("contested rules, read in another way than by default".to_owned());
        }
        let text = match case::any(input, "a plan", None) {
            Ok(text) => text,
            Err(why) => return lacks(why.kind().to_owned()),
        };
        let Ok(case) = Case::parse("plan.wast", &text) else { return lacks("a plan that is a case".to_owned()) };
        let report = self.with(|opened| {
            let judge = runtime::Judge::known(opened.about.clone(), opened.accepted.clone());
            runtime::run(&case, &mut *opened.runtime, &judge)
        });
        let found = |what: String, actual: Trace| {
            let expected = Trace { events: case.expected.events.clone(), ..nothing("a case that holds") };
            let finding = Finding::new(self.signature(&what), 0, expected, actual);
            OnRuntime { finding: Some(Box::new(finding)), ..OnRuntime::of(self, Class::Disagreed) }
        };
        let report = match report {
            Ok(report) => report,
            Err(broken) => return found(format!("it broke: {}", kind_of(&broken)), nothing("an answer")),
        };
        match report.verdict {
            Judged::Passed => OnRuntime::of(self, verdict.class),
            Judged::Unsupported(what) => lacks(what),
            Judged::Recorded(_) => lacks("a case whose rules give no verdict".to_owned()),
            Judged::Failed(failures) => {
                let what = failures.first().map_or_else(String::new, |failure| kind_of_failure(input, failure));
                found(what, Trace { level: Level::Outcome, ..report.actual })
            }
        }
    }
}

/// What failed, without what is particular to the plan: the directive, and where it is one of steps or of a program, that.
fn kind_of_failure(input: &Input, failure: &Failure) -> String {
    let what = match failure {
        Failure::Broken(broken) => return format!("it broke: {}", kind_of(broken)),
        Failure::Directive(failure) => failure.directive.to_owned(),
        Failure::Program(deviation) => deviation.what.to_owned(),
        Failure::Trace(_) => "steps".to_owned(),
        _ => "script".to_owned(),
    };
    format!("{} ({what})", input.source())
}
