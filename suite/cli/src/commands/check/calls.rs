//! Who called what, and when: what ran twice, too early or never.

use super::{
    Subject,
    finding::{Finding, Role},
    shape::export,
};
use crate::render;
use preflight_engine::{
    Module,
    syntax::ExternIndex,
    trace::{Cause, Event, InstancePath, Outcome},
};
use std::collections::{BTreeMap, BTreeSet};

/// What is found in the calls.
pub fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let calls = Calls::of(subject);
    let mut found = calls.twice();
    found.extend(calls.used_too_early());
    found.extend(calls.never_initialised());
    found.extend(calls.before_constructors());
    found
}

/// A function, whatever it is called by, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Function {
    /// The instance that defines it.
    at: InstancePath,
    which: Which,
}

/// Which function of an instance it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Which {
    Index(u32),
    /// One of those that the name section calls so: which, the trace does not tell.
    Name(String),
}

/// A call that the trace tells of.
struct Call<'a> {
    step: usize,
    at: &'a InstancePath,
    name: &'a str,
    cause: &'a Cause,
    function: Function,
}

/// All calls of a run.
struct Calls<'a> {
    subject: &'a Subject<'a>,
    calls: Vec<Call<'a>>,
    /// What functions are called by the name sections.
    names: BTreeMap<&'a InstancePath, BTreeMap<u32, String>>,
}

impl<'a> Calls<'a> {
    fn of(subject: &'a Subject<'a>) -> Self {
        let names = subject.instances.iter().map(|(at, module)| (at, module.func_names())).collect();
        let mut calls = Calls { subject, calls: Vec::new(), names };
        let mut known: BTreeMap<(&InstancePath, &str), Function> = BTreeMap::new();
        for (step, event) in subject.events.iter().enumerate() {
            let (Event::Called { at, name, cause, .. } | Event::EntryCalled { at, name, cause }) = event else {
                continue;
            };
            let function = known.entry((at, name)).or_insert_with(|| calls.function(at, name)).clone();
            calls.calls.push(Call { step, at, name, cause, function });
        }
        calls
    }

    /// The function that a trace calls `name` of `at`: an export, which may be another instance's function, or one that the
    /// name section names.
    fn function(&self, at: &InstancePath, name: &str) -> Function {
        if let Some((owner, index)) = self.subject.exported.get(&(at.clone(), name.to_owned())) {
            return Function { at: owner.clone(), which: Which::Index(*index) };
        }
        let mut named = self.named(at, name);
        let which = match (named.next(), named.next()) {
            (Some(index), None) => Which::Index(index),
            _ => Which::Name(name.to_owned()),
        };
        Function { at: at.clone(), which }
    }

    /// The functions that the name section of an instance's module calls so.
    fn named(&self, at: &InstancePath, name: &str) -> impl Iterator<Item = u32> {
        let names = self.names.get(at).into_iter().flatten();
        names.filter(move |(_, other)| *other == name).map(|(index, _)| *index)
    }

    /// The calls of a function.
    fn calls(&self, function: &Function) -> impl Iterator<Item = &Call<'a>> {
        self.calls.iter().filter(move |call| call.function == *function)
    }

    /// What a function is called by its own module and in the trace.
    fn names_of(&self, function: &Function) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = self.calls(function).map(|call| call.name.to_owned()).collect();
        if let Which::Index(index) = function.which {
            let exports = self.subject.module(&function.at).into_iter().flat_map(|module| &module.syntax().exports);
            let exports = exports.filter(|export| export.index == ExternIndex::Func(index));
            names.extend(exports.map(|export| export.name.clone()));
            names.extend(self.names.get(&function.at).and_then(|names| names.get(&index)).cloned());
        }
        names
    }

    /// Entries and constructors that ran more than once in one instance: P1-REA-01, P1-CMD-03, TOOL-CMD-03. Objects whose
    /// sources have one name may each have a constructor of one name.
    fn twice(&self) -> Vec<Finding> {
        let functions: BTreeSet<&Function> = self.calls.iter().map(|call| &call.function).collect();
        let mut found = Vec::new();
        for function in functions {
            let count = self.calls(function).count();
            let namesakes = match &function.which {
                Which::Index(_) => 1,
                Which::Name(name) => self.named(&function.at, name).count(),
            };
            if count < 2 || count <= namesakes {
                continue;
            }
            let Some(finding) = again(&function.at, &self.names_of(function), count) else { continue };
            let causes: BTreeSet<String> = self.calls(function).map(origin).collect();
            let causes: Vec<String> = causes.into_iter().collect();
            let steps = self.calls(function).map(|call| call.step);
            found.push(finding.said(format!("called by {}", causes.join(", and by "))).steps(steps));
        }
        found
    }

    /// Exports of a reactor that others called before `_initialize` was: P1-REA-02. What a module does with its own functions
    /// in its start section is its own business, and a toolchain's allocator may be called at any time (P2-ADP-02).
    fn used_too_early(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        for (at, module) in self.subject.instances {
            let is_used = |name: &str| {
                let is_func = matches!(export(module, name), Some(ExternIndex::Func(_)));
                is_func && !is_constructor(name) && !name.starts_with("cabi_") && !name.starts_with("cm32p2_")
            };
            let is_own =
                |cause: &Cause| matches!(cause, Cause::StartSection(by) | Cause::Export { at: by, .. } if by == at);
            let Some(initialised) = self.initialised(at) else { continue };
            let before = self.calls.iter().take_while(|call| call.step < initialised);
            let early = before.filter(|call| call.at == at && is_used(call.name) && !is_own(call.cause));
            let early: Vec<usize> = early.map(|call| call.step).collect();
            if !early.is_empty() {
                found.push(
                    Finding::new(
                        "P1-REA-02",
                        at,
                        "an export was used before _initialize",
                        "call _initialize first, right after the instantiation",
                    )
                    .steps(early)
                    .steps([initialised]),
                );
            }
        }
        found
    }

    /// When what `at` exports as `_initialize` was first called.
    fn initialised(&self, at: &InstancePath) -> Option<usize> {
        let function = self.function(at, "_initialize");
        self.calls(&function).next().map(|call| call.step)
    }

    /// Reactors that were used and never initialised: TOOL-BAS-01. A thread's instance is not to be (P1-THR-02).
    fn never_initialised(&self) -> Vec<Finding> {
        let subject = self.subject;
        let mut found = Vec::new();
        for (at, module) in subject.instances {
            let Some(ExternIndex::Func(index)) = export(module, "_initialize") else { continue };
            let is_start = module.syntax().start == Some(index);
            let is_done = |event: &Event| matches!(event, Event::InstanceDone { at: path } if path == at);
            let has_returned = matches!(subject.end.outcome, Outcome::Returned { .. } | Outcome::Exit { .. });
            let is_program = Role::of(module).is_none() && export(module, "_start").is_none() && !subject.is_thread(at);
            if is_program && !is_start && has_returned && self.initialised(at).is_none() {
                let steps = (0..subject.events.len()).filter(|index| is_done(&subject.events[*index]));
                let finding = Finding::new(
                    "TOOL-BAS-01",
                    at,
                    "exports _initialize, and nobody called it: what it relies on was never set up",
                    "let the host call it after the instantiation; in a component, wit-component's fix-up module does",
                )
                .steps(steps);
                found.push(match disarmed(subject) {
                    Some(by) => finding.said(by).note(),
                    None => finding,
                });
            }
        }
        found
    }

    /// Exports of a command that were selected in place of `_start`, which alone runs the constructors: TOOL-CRT-07.
    fn before_constructors(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        for call in self.calls.iter().filter(|call| *call.cause == Cause::Invoke && !is_entry(call.name)) {
            let Some(module) = self.subject.module(call.at) else { continue };
            let Some(index) = self.named(call.at, "__wasm_call_ctors").next() else { continue };
            let constructors = Function { at: call.at.clone(), which: Which::Index(index) };
            if export(module, "_start").is_some() && self.calls(&constructors).next().is_none() {
                let message = format!("the export {} was called, and no constructor has run", render::safe(call.name));
                let remedy = "let _start run the program, or link it as a reactor (-mexec-model=reactor): its _initialize runs \
                              the constructors";
                found.push(Finding::new("TOOL-CRT-07", call.at, message, remedy).steps([call.step]).note());
            }
        }
        found
    }
}

/// What it means that a function of these names ran again; nothing if it is neither an entry nor a constructor.
fn again(at: &InstancePath, names: &BTreeSet<String>, count: usize) -> Option<Finding> {
    let named = |is_it: &dyn Fn(&str) -> bool| names.iter().find(|name| is_it(name));
    if let Some(name) = named(&|name| matches!(name, "_initialize" | "cm32p2_initialize")) {
        let remedy = "let the environment call it and nobody else: a start section or an export must not";
        return Some(Finding::new("P1-REA-01", at, format!("{name} ran {count} times"), remedy));
    }
    if named(&|name| name == "_start").is_some() {
        let remedy = "enter a command once in its life; make a new instance for each run";
        return Some(Finding::new("P1-CMD-03", at, format!("_start ran {count} times"), remedy));
    }
    let name = named(&is_constructor)?;
    let remedy = "link a library as a reactor (-mexec-model=reactor), so that constructors run in _initialize alone";
    let message = format!("{name} ran {count} times: constructors find what they have made before");
    Some(Finding::new("TOOL-CMD-03", at, message, remedy))
}

fn is_constructor(name: &str) -> bool {
    name == "__wasm_call_ctors" || name.starts_with("_GLOBAL__sub_I_")
}

/// Who is behind a call.
fn origin(call: &Call<'_>) -> String {
    let clean = render::clean;
    match call.cause {
        Cause::HostRule(_) => "the host, by a rule".to_owned(),
        Cause::Invoke => "the host, because it was asked to".to_owned(),
        Cause::StartSection(at) => format!("the start section of {}", clean(at.as_str())),
        Cause::Export { at, name } => {
            let is_wrapper = is_constructor(call.name) && *at == call.function.at && !is_entry(name);
            let what = if is_wrapper { ", a wrapper as linkers make them for the exports of commands" } else { "" };
            format!("the export {} of {}{what}", render::safe(name), clean(at.as_str()))
        }
        Cause::ComponentStart => "a component's start definition".to_owned(),
        Cause::CanonicalAbi(_) => "the canonical ABI".to_owned(),
    }
}

fn is_entry(name: &str) -> bool {
    matches!(name, "_start" | "_initialize" | "cm32p2_initialize")
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
