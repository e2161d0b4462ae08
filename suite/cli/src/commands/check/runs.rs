//! What the run shows besides who called what: what start sections did, and how it ended.

use super::{Subject, failures, finding::Finding};
use crate::run::Unlinked;
use preflight_engine::{
    trace::{Event, InstancePath, Outcome, Resource},
    wasi::p1,
};

/// What is found in the trace.
pub fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = wasi_in_start(subject);
    found.extend(exits_too_early(subject));
    found.extend(failures::findings(subject));
    found.extend(not_linked(subject));
    found.extend(exhausted(subject));
    found
}

/// Steps between the beginning of a start section and its end, by instance.
pub fn in_start<'a>(subject: &'a Subject<'_>) -> impl Iterator<Item = (usize, &'a Event)> {
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
    const REMEDY: &str = "do it in _initialize (or in _start): there the instance is complete in every runtime";
    let function = |event: &Event| match event {
        Event::HostCalled { name, .. } => {
            name.split_once('.').filter(|(module, _)| p1::is_module(module)).map(|(_, name)| name.to_owned())
        }
        _ => None,
    };
    let calls: Vec<_> = in_start(subject).filter_map(|(index, event)| Some((index, event, function(event)?))).collect();
    let mut found: Vec<Finding> = Vec::new();
    // Calls that some hosts cannot serve go before others of the same instance.
    for needs_memory in [true, false] {
        let of_kind = calls.iter().filter(|(.., name)| p1::needs_memory(name) == needs_memory);
        for (index, event, name) in of_kind {
            if found.iter().any(|finding| finding.at == *event.at()) {
                continue;
            }
            let finding = match needs_memory {
                true => Finding::new(
                    "P1-ENV-07",
                    event.at(),
                    "calls WASI from its start section: a host that reaches memory through the exports cannot serve it yet",
                    REMEDY,
                ),
                false => {
                    let message = format!("calls {name} of WASI from its start section: no text says whether it may");
                    Finding::new("P1-ENV-07", event.at(), message, REMEDY).note()
                }
            };
            found.push(finding.steps([*index]));
        }
    }
    found
}

/// Programs that end before they have begun: P1-ENV-08, P1-REA-06, P2-EXIT-02.
fn exits_too_early(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let remedy =
        "end in _start or in a function that was called: whoever instantiates a library does not expect the end";
    for (index, event) in subject.events.iter().enumerate() {
        // Whoever exits, a library that is called even: it is the start section that does not come to its end.
        if let Event::Exited { at, code } = event
            && subject.module(at).is_some()
            && let Some(entered) = running_start(&subject.events[..index])
        {
            let at = subject.events[entered].at();
            let message = format!("exits with {} in its start section, during the instantiation", code.cast_unsigned());
            found.push(Finding::new("P1-ENV-08", at, message, remedy).steps([index]));
        }
    }
    found.extend(component_exits_too_early(subject, remedy));
    let mut initialising = None;
    for (index, event) in subject.events.iter().enumerate() {
        match event {
            Event::Called { name, .. } if name == "_initialize" => initialising = Some(index),
            Event::Returned { name, .. } if name == "_initialize" => initialising = None,
            Event::Exited { code, .. } => {
                if let Some(called) = initialising {
                    let at = subject.events[called].at();
                    let message = format!("exits with {} in _initialize", code.cast_unsigned());
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
    let message = format!("exits with {} while it is instantiated, and is never run", code.cast_unsigned());
    Some(Finding::new("P2-EXIT-02", at, message, remedy).steps([entered, index]))
}

/// Where the innermost start section, or start definition of a component, that has not ended was entered.
pub fn running_start(events: &[Event]) -> Option<usize> {
    let mut running = Vec::new();
    for (index, event) in events.iter().enumerate() {
        match event {
            Event::StartEntered { .. } | Event::ComponentStartEntered { .. } => running.push(index),
            Event::StartLeft { .. } | Event::ComponentStartLeft { .. } => drop(running.pop()),
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

/// A start that ran into a limit: CORE-START-18, CORE-START-26 if it was stopped, or P1-REA-05 in `_initialize`.
fn exhausted(subject: &Subject<'_>) -> Option<Finding> {
    let Outcome::Exhausted { what } = &subject.end.outcome else { return None };
    let remedy = "if it should end, look for what repeats itself (preflight trace); if it needs more, raise the limit";
    let is_stopped = matches!(what, Resource::Interrupt | Resource::Fuel);
    if let Some(entered) = running_start(subject.events) {
        let message = format!("its start section ran into a limit ({what}), and with it the instantiation failed");
        let rule = if is_stopped { "CORE-START-26" } else { "CORE-START-18" };
        return Some(Finding::new(rule, subject.events[entered].at(), message, remedy).steps([entered]));
    }
    let called = initialising(subject.events)?;
    // What was stopped might have returned, given time: nothing is known of it.
    if is_stopped {
        return None;
    }
    let message = format!("_initialize ran into a limit ({what}): the instance may not be linked or used");
    Some(Finding::new("P1-REA-05", subject.events[called].at(), message, remedy).steps([called]))
}

/// Where `_initialize` was called that has not returned.
pub fn initialising(events: &[Event]) -> Option<usize> {
    let is_it = |event: &Event| matches!(event, Event::Called { name, .. } | Event::Returned { name, .. } if name == "_initialize");
    let last = events.iter().rposition(is_it)?;
    matches!(events[last], Event::Called { .. }).then_some(last)
}
