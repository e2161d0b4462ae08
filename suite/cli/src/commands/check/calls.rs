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
pub fn findings(calls: &Calls<'_>) -> Vec<Finding> {
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
pub struct Call<'a> {
    /// The step, by its index.
    pub step: usize,
    /// The instance that was entered.
    pub at: &'a InstancePath,
    /// What the function is called.
    pub name: &'a str,
    /// On whose behalf.
    pub cause: &'a Cause,
    function: Function,
}

/// All calls of a run.
pub struct Calls<'a> {
    subject: &'a Subject<'a>,
    calls: Vec<Call<'a>>,
    /// Those of each function, by their places among all of them.
    of_functions: BTreeMap<Function, Vec<usize>>,
    /// Those into each instance.
    of_instances: BTreeMap<&'a InstancePath, Vec<usize>>,
    /// What functions are called by the name sections.
    names: BTreeMap<&'a InstancePath, BTreeMap<u32, String>>,
}

impl<'a> Calls<'a> {
    /// Those of `subject`.
    pub fn of(subject: &'a Subject<'a>) -> Self {
        let names = subject.instances.iter().map(|(at, module)| (at, module.func_names())).collect();
        let (of_functions, of_instances) = Default::default();
        let mut calls = Calls { subject, calls: Vec::new(), of_functions, of_instances, names };
        let mut known: BTreeMap<(&InstancePath, &str), Function> = BTreeMap::new();
        for (step, event) in subject.events.iter().enumerate() {
            let (Event::Called { at, name, cause, .. } | Event::EntryCalled { at, name, cause }) = event else {
                continue;
            };
            let function = known.entry((at, name)).or_insert_with(|| calls.function(at, name)).clone();
            let place = calls.calls.len();
            calls.of_functions.entry(function.clone()).or_default().push(place);
            calls.of_instances.entry(at).or_default().push(place);
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

    /// All of them in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Call<'a>> {
        self.calls.iter()
    }

    /// The step at which the function that is called `name` of `at` was first called, whatever the trace calls it.
    pub fn first(&self, at: &InstancePath, name: &str) -> Option<usize> {
        let function = self.function(at, name);
        self.calls(&function).next().map(|call| call.step)
    }

    /// The calls by which others used `module`, that of the instance `at`. What a module does with its own functions in its
    /// start section and while it is initialised is its own business, and a toolchain's allocator may be called at any time
    /// (P2-ADP-02).
    pub fn uses<'b>(&'b self, at: &'b InstancePath, module: &'b Module) -> impl Iterator<Item = &'b Call<'a>> + 'b {
        let is_used =
            move |name: &str| matches!(export(module, name), Some(ExternIndex::Func(_))) && !is_allocator(name);
        let is_own =
            move |cause: &Cause| matches!(cause, Cause::StartSection(by) | Cause::Export { at: by, .. } if by == at);
        self.calls_to(at).filter(move |call| is_used(call.name) && !is_own(call.cause))
    }

    /// The calls into an instance.
    fn calls_to(&self, at: &InstancePath) -> impl Iterator<Item = &Call<'a>> {
        self.of_instances.get(at).into_iter().flatten().map(|place| &self.calls[*place])
    }

    /// The functions that the name section of an instance's module calls so.
    fn named(&self, at: &InstancePath, name: &str) -> impl Iterator<Item = u32> {
        let names = self.names.get(at).into_iter().flatten();
        names.filter(move |(_, other)| *other == name).map(|(index, _)| *index)
    }

    /// The calls of a function.
    fn calls(&self, function: &Function) -> impl Iterator<Item = &Call<'a>> {
        self.of_functions.get(function).into_iter().flatten().map(|place| &self.calls[*place])
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
        let mut found = Vec::new();
        for function in self.of_functions.keys() {
            let count = self.calls(function).count();
            let namesakes = match &function.which {
                Which::Index(_) => 1,
                Which::Name(name) => self.named(&function.at, name).count(),
            };
            if count < 2 || count <= namesakes {
                continue;
            }
            let Some(finding) = again(&function.at, &self.names_of(function), count) else { continue };
            let causes: BTreeSet<String> = self.calls(function).map(|call| self.origin(call)).collect();
            let causes: Vec<String> = causes.into_iter().collect();
            let steps = self.calls(function).map(|call| call.step);
            let finding = finding.said(format!("called by {}", causes.join(", and by "))).steps(steps);
            // Of a command the rule says how often it is entered from outside.
            let is_from_outside =
                |call: &&Call<'_>| !matches!(call.cause, Cause::Export { at, .. } if *at == function.at);
            let is_own_business =
                finding.rule == "P1-CMD-03" && self.calls(function).filter(is_from_outside).count() < 2;
            found.push(if is_own_business { finding.said("its own code enters it again").note() } else { finding });
        }
        found
    }

    /// Exports that others called before the initialiser was: P1-REA-02, or TOOL-BT-01 by the names of the draft. An allocator
    /// may be called before it, which is worth a note (P2-ADP-02).
    fn used_too_early(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        for (at, module) in self.subject.instances {
            for (initialiser, rule, remedy) in [
                ("_initialize", "P1-REA-02", "call _initialize first, right after the instantiation"),
                ("cm32p2_initialize", "TOOL-BT-01", "call cm32p2_initialize first, right after the instantiation"),
            ] {
                let function = self.function(at, initialiser);
                let Some(first) = self.calls(&function).next() else { continue };
                let (initialised, cause) = (first.step, first.cause);
                let early = self.uses(at, module).filter(|call| call.step < initialised && !is_prelude(call.name));
                // Whoever initialises several libraries does so in some order, and they may need each other.
                let is_linked = |call: &&Call<'_>| call.cause == cause && matches!(cause, Cause::StartSection(_));
                let (linked, early): (Vec<&Call<'_>>, Vec<_>) = early.partition(is_linked);
                if !early.is_empty() {
                    let message = format!("an export was used before {initialiser}");
                    let steps = early.iter().map(|call| call.step);
                    found.push(Finding::new(rule, at, message, remedy).steps(steps).steps([initialised]));
                } else if !linked.is_empty() {
                    let message = format!("an export was used by what is initialised with it, before {initialiser}");
                    let remedy = "give the linker first the libraries that others need while they are initialised";
                    let steps = linked.iter().map(|call| call.step);
                    found
                        .push(Finding::new("P2-LINK-03", at, message, remedy).steps(steps).steps([initialised]).note());
                }
                let is_early = |call: &&Call<'_>| is_allocator(call.name) && call.step < initialised;
                let allocated: Vec<usize> = self.calls_to(at).filter(is_early).map(|call| call.step).collect();
                if !allocated.is_empty() {
                    let message = format!("its allocator was called before {initialiser}");
                    let remedy = "let the allocator need no initialisation: adapters take their stack from it first";
                    let finding = Finding::new("P2-ADP-02", at, message, remedy);
                    found.push(finding.steps(allocated).steps([initialised]).note());
                }
            }
        }
        found
    }

    /// Reactors that were used and never initialised: TOOL-BAS-01. A thread's instance is not to be (P1-THR-02).
    fn never_initialised(&self) -> Vec<Finding> {
        let subject = self.subject;
        let mut done: BTreeMap<&InstancePath, Vec<usize>> = BTreeMap::new();
        for (step, event) in subject.events.iter().enumerate() {
            if let Event::InstanceDone { at } = event {
                done.entry(at).or_default().push(step);
            }
        }
        let mut found = Vec::new();
        for (at, module) in subject.instances {
            let Some(ExternIndex::Func(index)) = export(module, "_initialize") else { continue };
            let is_start = module.syntax().start == Some(index);
            let has_returned = matches!(subject.end.outcome, Outcome::Returned { .. } | Outcome::Exit { .. });
            let is_program = Role::of(module).is_none() && export(module, "_start").is_none() && !subject.is_thread(at);
            // By the standard mangling it is another name that initialises (P2-WITC-06).
            let is_program = is_program && export(module, "cm32p2_initialize").is_none();
            if is_program && !is_start && has_returned && self.first(at, "_initialize").is_none() {
                let steps = done.get(at).into_iter().flatten().copied();
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

    /// Who is behind a call.
    fn origin(&self, call: &Call<'_>) -> String {
        let clean = render::clean;
        match call.cause {
            Cause::HostRule(_) => "the host, by a rule".to_owned(),
            Cause::Invoke => "the host, because it was asked to".to_owned(),
            Cause::StartSection(at) => format!("the start section of {}", clean(at.as_str())),
            Cause::Export { at, name } => {
                let Function { at: own, .. } = &call.function;
                // What an instance does not export is called by its own functions.
                let is_exported = self.subject.exported.contains_key(&(call.at.clone(), call.name.to_owned()));
                let is_wrapper = is_constructor(call.name) && at == own && !is_entry(name);
                let what = if is_wrapper { ", a wrapper as linkers make them for the exports of commands" } else { "" };
                let export = format!("the export {} of {}", render::safe(name), clean(at.as_str()));
                match at == own || is_exported {
                    true => format!("{export}{what}"),
                    false => format!("a function of {} that {export} called", clean(own.as_str())),
                }
            }
            Cause::ComponentStart => "a component's start definition".to_owned(),
            Cause::CanonicalAbi(_) => "the canonical ABI".to_owned(),
        }
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

/// What runs constructors, or is one.
pub fn is_constructor(name: &str) -> bool {
    name == "__wasm_call_ctors" || name.starts_with("_GLOBAL__sub_I_")
}

fn is_entry(name: &str) -> bool {
    matches!(name, "_start" | "_initialize" | "cm32p2_initialize")
}

/// What is called before a library is initialised, or around that: relocations and constructors, and the hook by which
/// toolchains frame it (P2-WITC-10).
fn is_prelude(name: &str) -> bool {
    is_constructor(name) || name.starts_with("__wasm_apply_") || name == "__wasm_task_hook"
}

/// The function by which the canonical ABI takes memory.
fn is_allocator(name: &str) -> bool {
    name.starts_with("cabi_") || name.starts_with("cm32p2_realloc") || name == "canonical_abi_realloc"
}

/// What a pre-initialiser leaves of the module that called initialisers: its imports, and no start section (TOOL-WIZ-02).
pub fn disarmed(subject: &Subject<'_>) -> Option<String> {
    subject.disarmed.get_or_init(|| look_for_disarmed(subject)).clone()
}

fn look_for_disarmed(subject: &Subject<'_>) -> Option<String> {
    let is_initialiser = |name: &str| matches!(name, "_initialize" | "__wasm_call_ctors" | "__wasm_apply_data_relocs");
    let imports = |module: &Module| module.syntax().imports.iter().any(|import| is_initialiser(&import.name));
    let mut modules = subject.instances.iter().filter(|_| subject.is_component());
    let (at, _) = modules.find(|(_, module)| module.syntax().start.is_none() && imports(module))?;
    Some(format!(
        "{at} imports initialisers and has no start section: a pre-initialiser has run them, and what they did is in the data \
         (TOOL-WIZ-02)"
    ))
}
