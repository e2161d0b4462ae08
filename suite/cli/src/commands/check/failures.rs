//! Initialisations that failed, and what the failure says of the program.

use super::{
    Subject,
    calls::is_constructor,
    finding::{Finding, Role},
    runs::running_start,
};
use crate::run::may_be_in;
use preflight_engine::{
    Module,
    trace::{Cause, Event, InstancePath, Phase, TrapCode},
};

/// What failed on the way up: of the program, and of its threads.
pub fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let threads = threads(subject);
    let Some(failure) = Failure::last(subject) else { return threads };
    let found = match failure.phase {
        Phase::Start => Some(in_start(subject, &failure)),
        Phase::Initialise => Some(
            Finding::new("CORE-START-13", failure.at, "its initialisation failed before the start section", LOOK)
                .steps([failure.step]),
        ),
        Phase::Call => in_initialize(subject, &failure).or_else(|| in_main(subject, &failure)),
    };
    threads.into_iter().chain(found).collect()
}

const LOOK: &str = "look at the trace (preflight trace): what it did before the failure stays done";

/// A trap or an exception that ended something.
struct Failure<'a> {
    step: usize,
    at: &'a InstancePath,
    /// What trapped; nothing for an exception.
    code: Option<TrapCode>,
    phase: Phase,
}

impl<'a> Failure<'a> {
    fn of((step, event): (usize, &'a Event)) -> Option<Self> {
        match event {
            Event::Trapped { at, code, phase } => Some(Failure { step, at, code: Some(*code), phase: *phase }),
            Event::Threw { at, phase, .. } => Some(Failure { step, at, code: None, phase: *phase }),
            _ => None,
        }
    }

    /// The one that ended the program: not that of a thread which could not be instantiated, since its parent goes on.
    fn last(subject: &'a Subject<'_>) -> Option<Self> {
        let failures = subject.events.iter().enumerate().rev().filter_map(Failure::of);
        failures.into_iter().find(|failure| failure.phase == Phase::Call || !subject.is_thread(failure.at))
    }
}

/// Threads whose instantiation failed: P1-THR-04.
fn threads(subject: &Subject<'_>) -> Vec<Finding> {
    let failures = subject.events.iter().enumerate().filter_map(Failure::of);
    let of_threads = failures.filter(|failure| failure.phase != Phase::Call && subject.is_thread(failure.at));
    let one = |failure: Failure<'_>| {
        let message = "its instantiation as a thread failed, so that thread-spawn did";
        let remedy = "let what initialises the module do nothing the second time: every thread instantiates it again (P1-THR-03)";
        Finding::new("P1-THR-04", failure.at, message, remedy).steps([failure.step])
    };
    of_threads.map(one).collect()
}

/// A start section, or a start definition, that failed.
fn in_start(subject: &Subject<'_>, failure: &Failure<'_>) -> Finding {
    let before = &subject.events[..failure.step];
    // A component tells of a trap as its own: the start section that was running is that of a core instance in it.
    let entered = running_start(before);
    let at = entered.map_or(failure.at, |entered| before[entered].at());
    let steps = entered.into_iter().chain([failure.step]);
    if is_in_shim(subject, at, failure.code) {
        let remedy = "do it in _initialize: the fix-up module calls it once the shim's table is filled";
        let message = "its start section called an import through the shim, before the fix-up module has run";
        return Finding::new("P2-WITC-04", at, message, remedy).steps(steps);
    }
    if let Some(entered) = entered
        && let Event::ComponentStartEntered { .. } = before[entered]
    {
        return Finding::new("CM-START-09", at, "its start definition failed, and with it the instantiation", LOOK)
            .steps(steps);
    }
    if let Some((step, initialised, name)) = initialiser(before, entered, at) {
        let is_fix_up = subject.module(at).is_some_and(|module| Role::of(module) == Some(Role::FixUp));
        let rule = if is_fix_up { "P2-WITC-11" } else { "P2-LINK-08" };
        let message = format!("{} failed, and with it the instantiation of the component", crate::render::safe(name));
        let remedy = "make it return; what can fail belongs into a function that callers can react to";
        return Finding::new(rule, initialised, message, remedy).steps(entered.into_iter().chain([step, failure.step]));
    }
    let (rule, message, remedy) = match failure.code {
        Some(code) if subject.is_component() => in_component(&before[entered.unwrap_or(0)..], code),
        Some(_) => ("CORE-START-09", FAILED, LOOK),
        None => ("CORE-START-15", FAILED, LOOK),
    };
    Finding::new(rule, at, message, remedy).steps(steps)
}

const FAILED: &str = "its start section failed, and with it the instantiation";

/// What a trap of a start section inside a component is about; `during` are the steps since it began.
fn in_component(during: &[Event], code: TrapCode) -> (&'static str, &'static str, &'static str) {
    let is_exception =
        during.iter().any(|event| matches!(event, Event::RuleApplied { rule, .. } if rule == "CM-EXN-01"));
    match code {
        _ if is_exception => (
            "CM-EXN-01",
            "an exception left its start section, which is a trap in a component",
            "catch it in the start section",
        ),
        TrapCode::CannotBlock => (
            "CM-ASYNC-01",
            "its start section would have blocked, and start functions are synchronous",
            "do it in a function that is async, such as run of WASI 0.3, or begin it in the start section without waiting",
        ),
        TrapCode::CannotLeave => (
            "CM-CANON-03",
            "its start section called an import where none may be called: in realloc or post-return",
            "let realloc and post-return call no imports",
        ),
        TrapCode::CannotEnter => (
            "CM-CALL-07",
            "its start section called into an instance that is on the stack",
            "call it once the call that is running there has returned",
        ),
        _ => ("CORE-START-09", FAILED, LOOK),
    }
}

/// The initialiser of another instance that the start section of `at` called last: the step, the instance and the name.
fn initialiser<'a>(
    before: &'a [Event],
    entered: Option<usize>,
    at: &InstancePath,
) -> Option<(usize, &'a InstancePath, &'a str)> {
    let is_initialiser = |name: &str| matches!(name, "_initialize" | "cm32p2_initialize") || is_constructor(name);
    let events = before.iter().enumerate().skip(entered?).rev();
    events.into_iter().find_map(|(step, event)| match event {
        Event::EntryCalled { at: other, name, cause: Cause::StartSection(by) } if by == at && other != at => {
            is_initialiser(name).then_some((step, other, name.as_str()))
        }
        _ => None,
    })
}

/// A failure in `_initialize` that the host has called: P1-REA-05. After that, traps are the program's own business.
fn in_initialize(subject: &Subject<'_>, failure: &Failure<'_>) -> Option<Finding> {
    let before = &subject.events[..failure.step];
    let is_call =
        |event: &Event| matches!(event, Event::Called { at, name, .. } if at == failure.at && name == "_initialize");
    let called = before.iter().rposition(is_call)?;
    let is_return = |event: &Event| matches!(event, Event::Returned { name, .. } if name == "_initialize");
    let has_returned = before[called..].iter().any(is_return);
    (!has_returned).then(|| {
        Finding::new(
            "P1-REA-05",
            failure.at,
            "_initialize failed: the instance may not be linked or used",
            "make _initialize return; what can fail belongs into a function that callers can react to",
        )
        .steps([called, failure.step])
    })
}

/// A command that failed: P1-CMD-08, under which it has run, and no rule is broken.
fn in_main(subject: &Subject<'_>, failure: &Failure<'_>) -> Option<Finding> {
    let is_main =
        |event: &Event| matches!(event, Event::Called { name, cause: Cause::HostRule(_), .. } if name == "_start");
    let called = subject.events[..failure.step].iter().rposition(is_main)?;
    let message = "_start failed: how that ends the program is left to the host";
    let finding = Finding::new("P1-CMD-08", subject.events[called].at(), message, LOOK);
    Some(finding.steps([called, failure.step]).note())
}

/// Whether a start section of the instance `at` trapped in the shim of its own component, which no fix-up has filled yet: a
/// null entry of the table, or with typed references a function that is `unreachable`.
fn is_in_shim(subject: &Subject<'_>, at: &InstancePath, code: Option<TrapCode>) -> bool {
    let is_empty = matches!(code, Some(TrapCode::UninitializedElement | TrapCode::UndefinedElement));
    let component = at.parent();
    let mut siblings =
        subject.instances.iter().filter(|(path, _)| path.parent() == component).map(|(_, module)| module);
    if siblings.clone().any(|module| Role::of(module) == Some(Role::FixUp)) {
        return false;
    }
    // Where the trap's place isn't known, its kind has to do.
    let is_there = |module: &Module| match &subject.end.trap {
        Some(trap) if trap.func.is_some() && trap.offset.is_some() => {
            may_be_in(module, trap) && (is_empty || code == Some(TrapCode::Unreachable))
        }
        _ => is_empty,
    };
    siblings.any(|module| Role::of(module) == Some(Role::Shim) && is_there(module))
}
