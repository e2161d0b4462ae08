//! What toolchains rely on: who runs constructors and relocations, and in which order the modules that they add come up.

use super::{
    Subject,
    calls::{Calls, disarmed, is_constructor},
    finding::{Finding, Role},
    shape::{export, is_plain},
};
use preflight_engine::{
    Module,
    syntax::{ExternIndex, ExternType},
    trace::{Cause, Event, InstancePath, Outcome},
};

/// What is found in the steps that toolchains rely on.
pub fn findings(subject: &Subject<'_>, calls: &Calls<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, module) in subject.instances {
        found.extend(constructors(subject, calls, at, module));
        found.extend(relocations(subject, calls, at, module));
        found.extend(relocations_of_globals(module, at));
        found.extend(unset_globals(module, at));
        found.extend(names_of_a_draft(module, at));
        found.extend(nobody_calls(subject, calls, at, module));
    }
    found.extend(in_start_sections(subject, calls));
    found.extend(last_module(subject));
    found
}

const CONSTRUCTORS: &str = "__wasm_call_ctors";
const DATA_RELOCATIONS: &str = "__wasm_apply_data_relocs";
const GLOBAL_RELOCATIONS: &str = "__wasm_apply_global_relocs";

/// Whether the run ended as programs do.
fn has_ended_well(subject: &Subject<'_>) -> bool {
    matches!(subject.end.outcome, Outcome::Returned { .. } | Outcome::Exit { .. })
}

/// Constructors that nobody ran: TOOL-CTOR-04, TOOL-CRT-02, TOOL-CRT-05.
fn constructors(subject: &Subject<'_>, calls: &Calls<'_>, at: &InstancePath, module: &Module) -> Option<Finding> {
    let is_known =
        module.func_names().values().any(|name| name == CONSTRUCTORS) || export(module, CONSTRUCTORS).is_some();
    if !is_known || !has_ended_well(subject) || subject.is_thread(at) || calls.first(at, CONSTRUCTORS).is_some() {
        return None;
    }
    let entered = |name: &str| calls.first(at, name).map(|step| (name.to_owned(), step));
    let finding = match entered("_start").or_else(|| entered("_initialize")) {
        Some((entry, step)) => {
            let rule = if entry == "_start" { "TOOL-CRT-02" } else { "TOOL-CRT-05" };
            let message = format!("{entry} did not call {CONSTRUCTORS}: no constructor has run");
            let remedy = "link it with the start files of its C library, whose entry calls the constructors first";
            Finding::new(rule, at, message, remedy).steps([step])
        }
        None if export(module, CONSTRUCTORS).is_some() && !has_entry(module) => Finding::new(
            "TOOL-CTOR-04",
            at,
            format!("exports {CONSTRUCTORS}, and nobody called it: no constructor has run"),
            "let whoever loads the module call it once after the instantiation, or link it as a reactor (-mexec-model=reactor)",
        ),
        None => return None,
    };
    Some(match disarmed(subject) {
        Some(by) => finding.said(by).note(),
        None => finding.note(),
    })
}

fn has_entry(module: &Module) -> bool {
    export(module, "_start").is_some() || export(module, "_initialize").is_some()
}

/// Relocations of the data of a library that come too late or never: TOOL-DYL-03; and constructors of one library before
/// the relocations of another: P2-LINK-02.
fn relocations(subject: &Subject<'_>, calls: &Calls<'_>, at: &InstancePath, module: &Module) -> Vec<Finding> {
    if !matches!(export(module, DATA_RELOCATIONS), Some(ExternIndex::Func(_))) || !has_ended_well(subject) {
        return Vec::new();
    }
    let applied = calls.first(at, DATA_RELOCATIONS);
    let early: Vec<usize> = calls
        .uses(at, module)
        .map(|call| call.step)
        .take_while(|step| applied.is_none_or(|applied| *step < applied))
        .collect();
    let remedy = "let the loader call it right after the instantiation, before constructors and everything else";
    if let Some(applied) = applied {
        let is_sibling = |other: &InstancePath| other != at && other.parent() == at.parent();
        let others = subject.instances.iter().filter(|(other, _)| is_sibling(other));
        let initialised = others.flat_map(|(other, _)| {
            [CONSTRUCTORS, "_initialize"].into_iter().filter_map(|name| calls.first(other, name)).collect::<Vec<_>>()
        });
        let before: Vec<usize> = initialised.filter(|step| *step < applied).collect();
        let mut found = Vec::new();
        if !early.is_empty() {
            let message = format!("a function of it was called before {DATA_RELOCATIONS}");
            found.push(Finding::new("TOOL-DYL-03", at, message, remedy).steps(early).steps([applied]));
        } else if !before.is_empty() {
            let message = "constructors of another library ran before its relocations were applied";
            let remedy = "apply the relocations of all libraries first";
            found.push(Finding::new("P2-LINK-02", at, message, remedy).steps(before).steps([applied]).note());
        }
        return found;
    }
    let message = format!("exports {DATA_RELOCATIONS}, and nobody called it: pointers in its data are not set");
    let finding = Finding::new("TOOL-DYL-03", at, message, remedy);
    let is_used = !early.is_empty();
    vec![match disarmed(subject) {
        Some(by) => finding.said(by).note(),
        None if is_used => finding.steps(early),
        None => finding.said("nothing of it was used in this run either").note(),
    }]
}

/// Relocations of globals that no start section can apply: TOOL-DYL-04.
fn relocations_of_globals(module: &Module, at: &InstancePath) -> Option<Finding> {
    let is_there =
        module.syntax().start.is_none() && module.func_names().values().any(|name| name == GLOBAL_RELOCATIONS);
    is_there.then(|| {
        let message = format!("has {GLOBAL_RELOCATIONS}, and no start section that calls it");
        let remedy = "keep the start section that the linker made";
        Finding::new("TOOL-DYL-04", at, message, remedy).note()
    })
}

/// A library whose own start section may look at globals that its loader sets later: TOOL-DYL-05, in components P2-LINK-05.
fn unset_globals(module: &Module, at: &InstancePath) -> Option<Finding> {
    let names = module.func_names();
    let start = module.syntax().start?;
    // What linkers make themselves is about other things: the module's own globals, and its memory.
    let is_linkers = names.get(&start).is_some_and(|name| name.starts_with("__wasm_"));
    let mut imports = module.syntax().imports.iter();
    let is_unset = |ty: &ExternType| matches!(ty, ExternType::Global(ty) if ty.mutable);
    let has = imports.any(|import| matches!(&*import.module, "GOT.mem" | "GOT.func") && is_unset(&import.ty));
    (has && !is_linkers).then(|| {
        let rule = if *at == InstancePath::root() { "TOOL-DYL-05" } else { "P2-LINK-05" };
        let message = "has a start section of its own and imports addresses (GOT), which are set only after it";
        let remedy = "do it in a constructor: these run when all addresses are known";
        Finding::new(rule, at, message, remedy).note()
    })
}

/// Names of the draft of build targets beside older ones: P2-WITC-06.
fn names_of_a_draft(module: &Module, at: &InstancePath) -> Option<Finding> {
    let (imports, exports) = (&module.syntax().imports, &module.syntax().exports);
    let is_standard = imports.iter().any(|import| import.module.starts_with("cm32p2"))
        || exports.iter().any(|export| export.name.starts_with("cm32p2"));
    (is_standard && export(module, "_initialize").is_some()).then(|| {
        let message =
            "exports _initialize beside the names of the standard mangling (cm32p2), which calls it cm32p2_initialize";
        let remedy = "export it as cm32p2_initialize: componentisers that reject older names pass over _initialize";
        Finding::new("P2-WITC-06", at, message, remedy).note()
    })
}

/// Entries inside components that nobody calls: P2-WITC-07 of an adapter, P2-WITC-08 of a command.
fn nobody_calls(subject: &Subject<'_>, calls: &Calls<'_>, at: &InstancePath, module: &Module) -> Option<Finding> {
    if *at == InstancePath::root() || !subject.is_component() || !has_ended_well(subject) {
        return None;
    }
    let never = |name: &str| {
        export(module, name).is_some_and(|index| is_plain(module, index)) && calls.first(at, name).is_none()
    };
    match Role::of(module) {
        Some(Role::Adapter(_)) if never("_initialize") => Some(
            Finding::new(
                "P2-WITC-07",
                at,
                "is an adapter and exports _initialize, which nobody calls in an adapter",
                "do it in its start section, or with the first call",
            )
            .note(),
        ),
        None if never("_start") => Some(
            Finding::new(
                "P2-WITC-08",
                at,
                "exports _start, and nobody called it: a component runs it only through an adapter of commands",
                "make the component with the command adapter, or link the module as a reactor",
            )
            .note(),
        ),
        _ => None,
    }
}

/// What start sections did that others should do: TOOL-CTOR-01, TOOL-TLS-01, TOOL-BT-02.
fn in_start_sections(subject: &Subject<'_>, calls: &Calls<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    let mut note = |finding: Finding| {
        if found.iter().all(|other| (other.rule, &other.at) != (finding.rule, &finding.at)) {
            found.push(finding.note());
        }
    };
    for call in calls.iter().filter(|call| *call.cause == Cause::StartSection(call.at.clone())) {
        if is_constructor(call.name) {
            let message = format!("its start section runs constructors ({})", crate::render::safe(call.name));
            let remedy =
                "run them in _initialize or _start: constructors may want what a host gives to whole instances only";
            note(Finding::new("TOOL-CTOR-01", call.at, message, remedy).steps([call.step]));
        }
        if call.name == "__wasm_init_tls" {
            let message = "its start section sets up thread-local storage with __wasm_init_tls";
            let remedy =
                "call it where a thread starts: the start section also runs in instances that have a block already";
            note(Finding::new("TOOL-TLS-01", call.at, message, remedy).steps([call.step]));
        }
    }
    for (step, event) in super::runs::in_start(subject) {
        let Event::HostCalled { at, name, .. } = event else { continue };
        if name.starts_with("cm32p2|") {
            let message = "its start section calls an import of the draft build target, which traps if it needs memory";
            let remedy = "do it in cm32p2_initialize";
            note(Finding::new("TOOL-BT-02", at, message, remedy).steps([step]));
        }
    }
    found
}

/// Whether the fix-up is the last core instance of its component: P2-WITC-01.
fn last_module(subject: &Subject<'_>) -> Vec<Finding> {
    let allocated: Vec<(usize, &InstancePath)> = subject.events.iter().enumerate().filter_map(allocated).collect();
    let mut found = Vec::new();
    for (step, at) in &allocated {
        let is_fix_up = subject.module(at).is_some_and(|module| Role::of(module) == Some(Role::FixUp));
        if !is_fix_up {
            continue;
        }
        let after = allocated.iter().filter(|(other, path)| other > step && path.parent() == at.parent());
        let after: Vec<usize> = after.map(|(step, _)| *step).collect();
        if !after.is_empty() {
            let message = "is the fix-up and not the last core instance of its component";
            let remedy = "let the fix-up come last: what comes after it is not there yet when it calls _initialize";
            found.push(Finding::new("P2-WITC-01", at, message, remedy).steps([*step]).steps(after).note());
        }
    }
    found
}

fn allocated((step, event): (usize, &Event)) -> Option<(usize, &InstancePath)> {
    match event {
        Event::InstanceAllocated { at, .. } => Some((step, at)),
        _ => None,
    }
}
