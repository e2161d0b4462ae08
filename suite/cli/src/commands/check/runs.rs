//! What the run shows: who called what, when, and how it ended.

use super::{
    Subject,
    finding::{Finding, Role},
    shape::export,
};
use crate::run::Unlinked;
use preflight_engine::{
    Module,
    syntax::ExternIndex,
    trace::{Cause, Event, InstancePath, Outcome, Phase, TrapCode},
    wasi::p1,
};
use std::collections::BTreeSet;

/// What is found in the trace.
pub fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = twice(subject);
    found.extend(used_too_early(subject));
    found.extend(never_initialised(subject));
    found.extend(wasi_in_start(subject));
    found.extend(exits_too_early(subject));
    found.extend(failed_start(subject));
    found.extend(not_linked(subject));
    found.extend(exhausted(subject));
    found
}

/// The name and the cause of a call of an entry, whoever made it.
fn entry(event: &Event) -> Option<(&InstancePath, &str, &Cause)> {
    match event {
        Event::Called { at, name, cause, .. } | Event::EntryCalled { at, name, cause } => Some((at, name, cause)),
        _ => None,
    }
}

/// The steps at which `name` of `at` was called.
fn calls(subject: &Subject<'_>, at: &InstancePath, name: &str) -> Vec<usize> {
    let is_it = |event: &Event| entry(event).is_some_and(|(path, called, _)| path == at && called == name);
    (0..subject.events.len()).filter(|index| is_it(&subject.events[*index])).collect()
}

/// Entries and constructors that ran more than once in one instance: P1-REA-01, P1-CMD-03, TOOL-CMD-03.
fn twice(subject: &Subject<'_>) -> Vec<Finding> {
    let entries: BTreeSet<(&InstancePath, &str)> =
        subject.events.iter().filter_map(entry).map(|(at, name, _)| (at, name)).collect();
    let mut found = Vec::new();
    for (at, name) in entries {
        let steps = calls(subject, at, name);
        if steps.len() < 2 || steps.len() <= namesakes(subject, at, name) {
            continue;
        }
        let finding = match name {
            "_initialize" | "cm32p2_initialize" => Finding::new(
                "P1-REA-01",
                at,
                format!("{name} ran {} times", steps.len()),
                "let the environment call it and nobody else: a start section or an export must not",
            ),
            "_start" => Finding::new(
                "P1-CMD-03",
                at,
                format!("_start ran {} times", steps.len()),
                "enter a command once in its life; make a new instance for each run",
            ),
            name if is_constructor(name) => Finding::new(
                "TOOL-CMD-03",
                at,
                format!("{name} ran {} times: constructors find what they have made before", steps.len()),
                "link a library as a reactor (-mexec-model=reactor), so that constructors run in _initialize alone",
            ),
            _ => continue,
        };
        let causes: BTreeSet<&'static str> =
            steps.iter().filter_map(|step| entry(&subject.events[*step])).map(|(.., cause)| origin(cause)).collect();
        found.push(finding.said(format!("called by {}", Vec::from_iter(causes).join(", and by "))).steps(steps));
    }
    found
}

/// How many functions of the instance its module's name section calls so: objects whose sources have one name may each have
/// a constructor, and steps tell no more of a function than its name.
fn namesakes(subject: &Subject<'_>, at: &InstancePath, name: &str) -> usize {
    let modules = subject.instances.iter().filter(|(path, _)| path == at);
    modules.map(|(_, module)| module.func_names().values().filter(|other| *other == name).count()).max().unwrap_or(0)
}

fn is_constructor(name: &str) -> bool {
    name == "__wasm_call_ctors" || name.starts_with("_GLOBAL__sub_I_")
}

/// Who is behind a call.
fn origin(cause: &Cause) -> &'static str {
    match cause {
        Cause::HostRule(_) => "the host, by a rule",
        Cause::Invoke => "the host, because it was asked to",
        Cause::StartSection(_) => "a start section",
        Cause::Export { name, .. } if name == "_initialize" => "_initialize",
        Cause::Export { .. } => "an export's wrapper, as linkers make them for commands",
        Cause::ComponentStart => "a component's start definition",
        Cause::CanonicalAbi(_) => "the canonical ABI",
    }
}

/// Exports of a reactor that others called before `_initialize` was: P1-REA-02. What a module does with its own functions
/// in its start section is its own business, and a toolchain's allocator may be called at any time (P2-ADP-02).
fn used_too_early(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, module) in subject.instances {
        let is_used = |name: &str| {
            let is_func = matches!(export(module, name), Some(ExternIndex::Func(_)));
            is_func && !is_constructor(name) && !name.starts_with("cabi_") && !name.starts_with("cm32p2_")
        };
        let is_own =
            |cause: &Cause| matches!(cause, Cause::StartSection(by) | Cause::Export { at: by, .. } if by == at);
        let Some(initialised) = calls(subject, at, "_initialize").first().copied() else { continue };
        let is_early = |index: &usize| {
            let call = entry(&subject.events[*index]);
            call.is_some_and(|(path, name, cause)| path == at && is_used(name) && !is_own(cause))
        };
        let early: Vec<usize> = (0..initialised).filter(is_early).collect();
        if !early.is_empty() {
            found.push(
                Finding::new(
                    "P1-REA-02",
                    at,
                    "an export was used before _initialize",
                    "call _initialize first, right after the instantiation",
                )
                .steps(early.into_iter().chain([initialised])),
            );
        }
    }
    found
}

/// Reactors that were used and never initialised: TOOL-BAS-01.
fn never_initialised(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, module) in subject.instances {
        let Some(ExternIndex::Func(index)) = export(module, "_initialize") else { continue };
        let is_start = module.syntax().start == Some(index);
        let is_done = |event: &Event| matches!(event, Event::InstanceDone { at: path } if path == at);
        let has_returned = matches!(subject.end.outcome, Outcome::Returned { .. } | Outcome::Exit { .. });
        let is_program = Role::of(module).is_none() && export(module, "_start").is_none();
        if is_program && !is_start && has_returned && calls(subject, at, "_initialize").is_empty() {
            let steps = (0..subject.events.len()).filter(|index| is_done(&subject.events[*index]));
            let finding = Finding::new(
                "TOOL-BAS-01",
                at,
                "exports _initialize, and nobody called it: what it relies on was never set up",
                "let the host call it after the instantiation; in a component, wit-component's fix-up module does",
            )
            .steps(steps.collect::<Vec<_>>());
            found.push(match disarmed(subject) {
                Some(by) => finding.said(by).note(),
                None => finding,
            });
        }
    }
    found
}

/// What a pre-initialiser leaves of the module that called `_initialize`: its imports, and no start section (TOOL-WIZ-02).
fn disarmed(subject: &Subject<'_>) -> Option<String> {
    let imports = |module: &Module| module.syntax().imports.iter().any(|import| import.name == "_initialize");
    let mut modules = subject.instances.iter();
    let (at, _) = modules.find(|(_, module)| module.syntax().start.is_none() && imports(module))?;
    Some(format!(
        "{at} imports functions _initialize and has no start section: a pre-initialiser has run them, and what they did is in \
         the data (TOOL-WIZ-02)"
    ))
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
    let is_empty_entry = matches!(code, Some(TrapCode::UninitializedElement | TrapCode::UndefinedElement));
    let of_role = |wanted: &Role| subject.instances.iter().any(|(_, module)| Role::of(module).as_ref() == Some(wanted));
    let has_imports = subject.module(at).is_some_and(|module| !module.syntax().imports.is_empty());
    if phase == Phase::Start && is_empty_entry && of_role(&Role::Shim) && !of_role(&Role::FixUp) && has_imports {
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
