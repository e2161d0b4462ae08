//! What the run shows besides who called what: what start sections did, and how it ended.

use super::{
    Subject,
    finding::{Finding, Role},
};
use crate::run::{Unlinked, may_be_in};
use preflight_engine::{
    Module,
    trace::{Event, InstancePath, Outcome, Phase, TrapCode},
    wasi::p1,
};

/// What is found in the trace.
pub fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = wasi_in_start(subject);
    found.extend(exits_too_early(subject));
    found.extend(failed_start(subject));
    found.extend(not_linked(subject));
    found.extend(exhausted(subject));
    found
}

/// Steps between the beginning of a start section and its end, by instance.
fn in_start<'a>(subject: &'a Subject<'_>) -> impl Iterator<Item = (usize, &'a Event)> {
    let mut running: Vec<&InstancePath> = Vec::new();
    subject.events.iter().enumerate().filter(move |(_, event)| {
        match event {
            Event::StartEntered { at, .. } => running.push(at),
            Event::StartLeft { .. } => drop(running.pop()),
            _ => {}
        }
        running.contains(&event.at())
    })
}

/// WASI calls from a start section: P1-ENV-07.
fn wasi_in_start(subject: &Subject<'_>) -> Vec<Finding> {
    let is_wasi_name = |name: &str| name.split_once('.').is_some_and(|(module, _)| p1::is_module(module));
    let is_wasi = |event: &Event| matches!(event, Event::HostCalled { name, .. } if is_wasi_name(name));
    let mut found: Vec<Finding> = Vec::new();
    for (index, event) in in_start(subject).filter(|(_, event)| is_wasi(event)) {
        if found.iter().any(|finding| finding.at == *event.at()) {
            continue;
        }
        found.push(
            Finding::new(
                "P1-ENV-07",
                event.at(),
                "calls WASI from its start section: a host that reaches memory through the exports cannot serve it yet",
                "do it in _initialize (or in _start): there the instance is complete in every runtime",
            )
            .steps([index]),
        );
    }
    found
}

/// Programs that end before they have begun: P1-ENV-08, P1-REA-06, P2-EXIT-02.
fn exits_too_early(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let remedy =
        "end in _start or in a function that was called: whoever instantiates a library does not expect the end";
    for (index, event) in in_start(subject) {
        if let Event::Exited { at, code } = event {
            let message = format!("exits with {code} in its start section, during the instantiation");
            found.push(Finding::new("P1-ENV-08", at, message, remedy).steps([index]));
        }
    }
    found.extend(component_exits_too_early(subject, remedy));
    let mut initialising = None;
    for (index, event) in subject.events.iter().enumerate() {
        match event {
            Event::Called { name, .. } if name == "_initialize" => initialising = Some(index),
            Event::Returned { name, .. } if name == "_initialize" => initialising = None,
            Event::Exited { at, code } => {
                if let Some(called) = initialising {
                    let message = format!("exits with {code} in _initialize");
                    found.push(Finding::new("P1-REA-06", at, message, remedy).steps([called, index]));
                }
            }
            _ => {}
        }
    }
    found
}

/// The same in a component, which exits as a whole: the start section is that of a core instance in it.
fn component_exits_too_early(subject: &Subject<'_>, remedy: &'static str) -> Option<Finding> {
    let (index, at, code) = subject.events.iter().enumerate().find_map(|(index, event)| match event {
        Event::Exited { at, code } if subject.module(at).is_none() => Some((index, at, code)),
        _ => None,
    })?;
    let entered = running_start(&subject.events[..index])?;
    let message = format!("exits with {code} while it is instantiated, and is never run");
    Some(Finding::new("P2-EXIT-02", at, message, remedy).steps([entered, index]))
}

/// Where the innermost start section that has not ended was entered.
fn running_start(events: &[Event]) -> Option<usize> {
    let mut running = Vec::new();
    for (index, event) in events.iter().enumerate() {
        match event {
            Event::StartEntered { .. } => running.push(index),
            Event::StartLeft { .. } => drop(running.pop()),
            _ => {}
        }
    }
    running.pop()
}

/// Imports that what is given does not meet: CORE-LINK-01, CORE-LINK-02, and CM-ORD-11 of components.
fn not_linked(subject: &Subject<'_>) -> Option<Finding> {
    let unlinked = subject.end.unlinked.filter(|_| subject.end.outcome == Outcome::Unlinkable)?;
    let is_component = subject.module(&InstancePath::root()).is_none();
    let (rule, message, remedy) = match unlinked {
        Unlinked::Missing => (
            "CORE-LINK-01",
            "an import is given nothing, and a stub cannot stand for it",
            "give it with --preload NAME=FILE, or with --value NAME=WAVE if it is a value",
        ),
        Unlinked::Mismatch => (
            "CORE-LINK-02",
            "what an import is given has another type: nothing of it has run",
            "give it what it asks for, or change the declared type of the import",
        ),
    };
    let rule = if is_component { "CM-ORD-11" } else { rule };
    let said = subject.end.explanation().lines().map(crate::render::clean).collect::<Vec<_>>().join("\n  ");
    Some(Finding::new(rule, &InstancePath::root(), message, remedy).said(said))
}

/// A start that ran into a limit: CORE-START-18, or P1-REA-05 in `_initialize`.
fn exhausted(subject: &Subject<'_>) -> Option<Finding> {
    let Outcome::Exhausted { what } = &subject.end.outcome else { return None };
    let remedy = "if it should end, look for what repeats itself (preflight trace); if it needs more, raise the limit";
    if let Some(entered) = running_start(subject.events) {
        let message = format!("its start section ran into a limit ({what}), and with it the instantiation failed");
        return Some(Finding::new("CORE-START-18", subject.events[entered].at(), message, remedy).steps([entered]));
    }
    let (index, event) = subject.events.iter().enumerate().rev().find(|(_, event)| {
        matches!(event, Event::Called { name, .. } | Event::Returned { name, .. } if name == "_initialize")
    })?;
    let Event::Called { at, .. } = event else { return None };
    let message = format!("_initialize ran into a limit ({what}): the instance may not be linked or used");
    Some(Finding::new("P1-REA-05", at, message, remedy).steps([index]))
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

/// A start that failed: P2-WITC-04 if it called an import through a shim that was still empty, else CORE-START-09.
fn failed_start(subject: &Subject<'_>) -> Vec<Finding> {
    let failure = subject.events.iter().enumerate().rev().find_map(|(index, event)| match event {
        Event::Trapped { at, code, phase } => Some((index, at, Some(*code), *phase)),
        Event::Threw { at, phase, .. } => Some((index, at, None, *phase)),
        _ => None,
    });
    let Some((index, at, code, phase)) = failure else { return Vec::new() };
    // A component tells of a trap as its own: the start section that was running is that of a core instance in it.
    let entered = running_start(&subject.events[..index]).filter(|_| phase == Phase::Start);
    let at = entered.map_or(at, |entered| subject.events[entered].at());
    let steps = entered.into_iter().chain([index]);
    if phase == Phase::Start && is_in_shim(subject, at, code) {
        let remedy = "do it in _initialize: the fix-up module calls it once the shim's table is filled";
        let message = "its start section called an import through the shim, before the fix-up module has run";
        return vec![Finding::new("P2-WITC-04", at, message, remedy).steps(steps)];
    }
    if phase != Phase::Call {
        let remedy = "look at the trace (preflight trace): what it did before the failure stays done";
        let rule = if code.is_some() { "CORE-START-09" } else { "CORE-START-15" };
        return match phase {
            Phase::Start => vec![
                Finding::new(rule, at, "its start section failed, and with it the instantiation", remedy).steps(steps),
            ],
            _ => vec![
                Finding::new("CORE-START-13", at, "its initialisation failed before the start section", remedy)
                    .steps(steps),
            ],
        };
    }
    let called = subject.events[..index].iter().rposition(
        |event| matches!(event, Event::Called { at: path, name, .. } if path == at && name == "_initialize"),
    );
    let has_returned = called.is_some_and(|called| {
        subject.events[called..index]
            .iter()
            .any(|event| matches!(event, Event::Returned { name, .. } if name == "_initialize"))
    });
    match called {
        Some(called) if !has_returned => vec![
            Finding::new(
                "P1-REA-05",
                at,
                "_initialize failed: the instance may not be linked or used",
                "make _initialize return; what can fail belongs into a function that callers can react to",
            )
            .steps([called, index]),
        ],
        _ => Vec::new(),
    }
}
