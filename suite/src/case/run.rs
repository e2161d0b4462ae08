//! Cases on the reference engine.

use super::{
    Build, Case, Definition, DirectiveFailure, Ended, Failure, Report, Run, Verdict, js, judge, made, needs, program,
};
use crate::{
    reading::readings,
    script::{self, DirectiveReport, Options, Script, Status},
    trace::{Cause, Event, Level, Outcome, PostMortem, Trace, compare},
};
use preflight_spec_tests::Catalogue;
use rayon::prelude::*;

/// What a case that has to be stopped may use up: far more than the rest of its script needs, and gone in a moment.
const FUEL: u64 = 1_000_000;

/// Runs `cases` in parallel, and tells `progress` about each that is done. The reports stand in the order of the cases.
pub fn run_all(
    cases: &[Case],
    catalogue: &Catalogue,
    options: &Options,
    progress: &(dyn Fn(&Report) + Sync),
) -> Vec<Report> {
    let one = |case: &Case| {
        let report = run(case, catalogue, options);
        progress(&report);
        report
    };
    cases.par_iter().with_max_len(1).map(one).collect()
}

/// Runs one case. `options` gives everything but the features, which are release 2.0 and what the case needs.
pub fn run(case: &Case, catalogue: &Catalogue, options: &Options) -> Report {
    let mut options = Options { level: Some(Level::Full), ..options.clone() };
    let (features, missing) = needs::features(&case.header.needs);
    options.config.features = features;
    options.readings = readings(&case.header.readings);
    options.hosts = case.header.hosts.clone();
    options.gives.clone_from(&case.header.gives);
    if case.header.interrupt {
        options.config.limits.fuel = Some(FUEL);
    }
    if case.is_js() {
        let verdict = match js::Job::of(case) {
            Ok(_) => Verdict::Unsupported("a host of JavaScript".to_owned()),
            Err(failure) => Verdict::Failed(vec![*failure]),
        };
        return Report { path: case.path.clone(), verdict, actual: nothing() };
    }
    if let Some(Build { refused: Some(message), .. }) = &case.header.build {
        let verdict = made::refusal(case, message, catalogue);
        return Report { path: case.path.clone(), verdict, actual: nothing() };
    }
    let (verdict, actual) = match (&case.header.run, missing) {
        (Some(run), None) => run_program(case, run, catalogue, &options),
        (_, missing) => run_script(case, missing, catalogue, &options),
    };
    Report { path: case.path.clone(), verdict, actual }
}

/// Runs the program that a case of WASI is, and says what became of it, with every step; `None` for cases of other kinds.
/// `options` as for [`run`].
///
/// # Errors
/// If there is no such program in it, or the two tiers differ.
pub fn run_wasi(case: &Case, options: &Options) -> Option<Result<Ended, Box<Failure>>> {
    let run = case.header.run.as_ref()?;
    let mut options = options.clone();
    options.config.features = needs::features(&case.header.needs).0;
    options.readings = readings(&case.header.readings);
    Some(made::definitions(case).and_then(|definitions| on_each_tier(&definitions, run, &options)))
}

fn run_script(case: &Case, missing: Option<&str>, catalogue: &Catalogue, options: &Options) -> (Verdict, Trace) {
    let script = match script::run(&case.text, options) {
        Ok(script) => script,
        Err(error) => return (Verdict::Failed(vec![Failure::Script(error)]), nothing()),
    };
    let actual = actual(case, &script);
    let verdict = match missing {
        Some(need) => verdict_without(need, &script),
        None => verdict(case, catalogue, &script, &actual),
    };
    // No case says what is left; but where an instantiation failed, a reader wants to know.
    let is_success = matches!(actual.outcome, Outcome::Returned { .. });
    let events = if case.expected.events.is_empty() { all_steps(&script) } else { actual.events };
    let post_mortem = if is_success { PostMortem::default() } else { script.state };
    (verdict, Trace { events, post_mortem, ..actual })
}

fn run_program(case: &Case, run: &Run, catalogue: &Catalogue, options: &Options) -> (Verdict, Trace) {
    if case.header.build.is_some() && !made::CAN {
        return (Verdict::Unsupported(made::WITHOUT.to_owned()), nothing());
    }
    let ended = made::definitions(case).and_then(|definitions| on_each_tier(&definitions, run, options));
    let ended = match ended {
        Ok(ended) => ended,
        Err(failure) => return (Verdict::Failed(vec![*failure]), nothing()),
    };
    let instances = case.instances();
    let events = ended.events.iter().filter(|event| instances.contains(event.at())).cloned().collect();
    let actual = Trace { events, ..Trace::new(Level::Full, ended.outcome.clone()) };
    if let Outcome::Unsupported { what } = &ended.outcome {
        return (Verdict::Unsupported(what.clone()), actual);
    }
    let mut failures = judge(run, &ended.ending(), &ended.outcome.to_string(), &ended.stdout);
    if !case.expected.events.is_empty() {
        // How it ends is for `exit` and `fails` to say.
        let steps = Trace { outcome: case.expected.outcome.clone(), ..actual.clone() };
        failures.extend(compare(&case.expected, &steps).map(Failure::Trace));
    }
    // A case that speaks of no instance leaves it to the reader which ones are of interest.
    let events = if case.expected.events.is_empty() { ended.events } else { actual.events };
    (Verdict::on_reference(case, catalogue, failures), Trace { events, ..actual })
}

/// The program on the tier of `options`; or on both, which must agree on everything.
fn on_each_tier(definitions: &[Definition], run: &Run, options: &Options) -> Result<Ended, Box<Failure>> {
    #[cfg(feature = "jit")]
    if options.both {
        let on = |tier| {
            let mut options = options.clone();
            options.config.tier = tier;
            program::run(definitions, run, &options)
        };
        let (interpreted, compiled) = (on(preflight_engine::Tier::Interp)?, on(preflight_engine::Tier::Jit)?);
        return match disagreement(&interpreted, &compiled) {
            Some(failure) => Err(Box::new(failure)),
            None => Ok(interpreted),
        };
    }
    program::run(definitions, run, options)
}

/// What the second tier did otherwise than the first.
#[cfg(feature = "jit")]
fn disagreement(interpreted: &Ended, compiled: &Ended) -> Option<Failure> {
    let steps =
        |ended: &Ended| Trace { events: ended.events.clone(), ..Trace::new(Level::Full, ended.outcome.clone()) };
    let of_steps = compare(&steps(interpreted), &steps(compiled)).map(Failure::Trace);
    let show = |ended: &Ended| format!("{:?}", String::from_utf8_lossy(&ended.stdout));
    let of_output = || super::Deviation {
        what: "standard output on the second tier",
        expected: show(interpreted),
        actual: show(compiled),
    };
    of_steps.or_else(|| (interpreted.stdout != compiled.stdout).then(|| Failure::Program(of_output())))
}

fn nothing() -> Trace {
    Trace::new(Level::Full, Outcome::Returned { values: Vec::new() })
}

/// The verdict where the engine lacks what the case needs: unsupported, if only the case's modules are well-formed.
fn verdict_without(need: &str, script: &Script) -> Verdict {
    let is_bad = |report: &&DirectiveReport| {
        report.directive == "module definition" && matches!(report.status, Status::Failed { .. })
    };
    let failures: Vec<_> = script.reports.iter().filter(is_bad).map(failure).collect();
    if failures.is_empty() { Verdict::Unsupported(need.to_owned()) } else { Verdict::Failed(failures) }
}

fn verdict(case: &Case, catalogue: &Catalogue, script: &Script, actual: &Trace) -> Verdict {
    let unsupported = |report: &DirectiveReport| match &report.status {
        Status::Unsupported(what) => Some(what.clone()),
        _ => None,
    };
    if let Some(what) = script.reports.iter().find_map(unsupported) {
        return Verdict::Unsupported(what);
    }
    let failed = script.reports.iter().filter(|report| report.status != Status::Passed && !is_expected(case, report));
    let mut failures: Vec<_> = failed.map(failure).collect();
    let is_traced = !case.expected.events.is_empty() || case.expected.outcome != Outcome::Returned { values: vec![] };
    if is_traced {
        failures.extend(compare(&case.expected, actual).map(Failure::Trace));
    }
    Verdict::on_reference(case, catalogue, failures)
}

fn failure(report: &DirectiveReport) -> Failure {
    let (expected, got) = match &report.status {
        Status::Failed { expected, got, .. } => (expected.clone(), got.clone()),
        status => ("to be decided".to_owned(), format!("{status:?}")),
    };
    let DirectiveReport { line, column, directive, .. } = *report;
    Failure::Directive(DirectiveFailure { line, column, directive, expected, got })
}

/// A script has no words for a module that exhausts a resource: its `module` directive fails, and the expected outcome says
/// that it has to.
fn is_expected(case: &Case, report: &DirectiveReport) -> bool {
    let is_outcome = |(_, outcome): &(_, Outcome)| *outcome == case.expected.outcome;
    matches!(case.expected.outcome, Outcome::Exhausted { .. }) && report.instantiation.as_ref().is_some_and(is_outcome)
}

/// Every step, without the calls that the script itself makes.
fn all_steps(script: &Script) -> Vec<Event> {
    let steps = script.reports.iter().map(|report| script.events.get(report.events.clone()).unwrap_or_default());
    steps.filter(|steps| !is_invoked(steps)).flatten().cloned().collect()
}

fn is_invoked(steps: &[Event]) -> bool {
    matches!(steps.first(), Some(Event::Called { cause: Cause::Invoke, .. }))
}

/// The steps of the instances that the case speaks of, without the calls that the script itself makes; and how the last
/// instantiation that failed ended.
fn actual(case: &Case, script: &Script) -> Trace {
    let instances = case.instances();
    let mut trace = Trace::new(Level::Full, Outcome::Returned { values: Vec::new() });
    for report in &script.reports {
        let events = script.events.get(report.events.clone()).unwrap_or_default();
        if is_invoked(events) {
            continue;
        }
        trace.events.extend(events.iter().filter(|event| instances.contains(event.at())).cloned());
        if let Some((_, outcome)) = &report.instantiation
            && !matches!(outcome, Outcome::Returned { .. })
        {
            trace.outcome = outcome.clone();
        }
    }
    trace
}
