//! Where texts and runtimes disagree: the readings that mattered in this run, and what a program does about them.

use super::{
    Subject,
    finding::{Finding, Role},
};
use crate::render;
use preflight_engine::{
    syntax::ExternIndex,
    trace::{Event, InstancePath},
    wasi::p1,
};
use std::collections::BTreeSet;

/// What is found besides `others`, which have said more of the rules that they are about.
pub fn findings(subject: &Subject<'_>, others: &[Finding]) -> Vec<Finding> {
    let mut found = applied(subject, others);
    found.extend(nothing_to_run(subject, &found));
    found.extend(unknown_functions(subject));
    found.extend(data_of_threads(subject));
    found
}

/// The rules of which the trace tells how they were read.
fn applied(subject: &Subject<'_>, others: &[Finding]) -> Vec<Finding> {
    let mut seen: BTreeSet<(&InstancePath, &str)> = BTreeSet::new();
    let mut found = Vec::new();
    for (step, event) in subject.events.iter().enumerate() {
        let Event::RuleApplied { at, rule, reading } = event else { continue };
        // A missing memory is a finding before it is a reading of what happens then.
        let told = if rule == "P1-ENV-02" { "P1-ENV-01" } else { rule };
        if seen.insert((at, rule)) && !others.iter().any(|other| other.rule == told && other.at == *at) {
            found.extend(reading_of(rule, at, reading).map(|finding| finding.steps([step])));
        }
    }
    found
}

/// What a reading means for the program; nothing if the rule is the host's own business.
fn reading_of(rule: &str, at: &InstancePath, reading: &str) -> Option<Finding> {
    let note = |rule, message: &str, remedy| {
        Some(Finding::new(rule, at, message, remedy).said(format!("here: {}", render::clean(reading))).note())
    };
    match rule {
        "P1-THR-07" => Some(Finding::new(
            "P1-THR-07",
            at,
            "spawns a thread and has no wasi_thread_start: thread-spawn fails",
            "export wasi_thread_start, a function (i32, i32) -> () (wasi-libc for wasm32-wasip1-threads has it)",
        )),
        "P1-KIND-05" => note("P1-KIND-05", NO_ENTRY, NO_ENTRY_REMEDY),
        "P1-KIND-08" => note(
            "P1-KIND-08",
            "exports an entry and imports nothing of WASI: some runtimes then do not call it",
            "call the entry yourself where the runtime does not",
        ),
        "P1-CMD-09" => note(
            "P1-CMD-09",
            "is a command that is linked as a library: few runtimes give each call an instance of its own",
            "link it as a reactor (-mexec-model=reactor)",
        ),
        "P1-CMD-11" => note(
            "P1-CMD-11",
            "exports a function of the empty name, which some runtimes run in place of _start",
            "give the export a name",
        ),
        "P1-ENV-02" => note(
            "P1-ENV-02",
            "called a function of WASI that needs its memory, and exports none",
            "export the memory: (export \"memory\" (memory 0))",
        ),
        "P2-RUN-07" => note(
            "P2-RUN-07",
            "exports run of more than one version of WASI: which of them is called is the host's choice",
            "let all of them do the same, or export one",
        ),
        _ => None,
    }
}

const NO_ENTRY: &str =
    "exports neither _start nor _initialize: as a program it has nothing to run, and some runtimes refuse it";
const NO_ENTRY_REMEDY: &str = "export _start to be a program; for a library it is as it should be (P1-KIND-04)";

/// A module without WASI that nobody can use in any way: P1-KIND-05. Libraries without an entry are fine.
fn nothing_to_run(subject: &Subject<'_>, others: &[Finding]) -> Option<Finding> {
    let root = InstancePath::root();
    let module = subject.module(&root).filter(|module| Role::of(module).is_none())?.syntax();
    let is_func = |index: ExternIndex| matches!(index, ExternIndex::Func(_));
    let is_empty = module.start.is_none() && !module.exports.iter().any(|export| is_func(export.index));
    let is_told = others.iter().any(|other| other.rule == "P1-KIND-05");
    (is_empty && subject.is_up() && !is_told)
        .then(|| Finding::new("P1-KIND-05", &root, NO_ENTRY, NO_ENTRY_REMEDY).note())
}

/// Functions that are asked of WASI, and that no WASI has: CORE-LINK-01. Only a stub could stand for them.
fn unknown_functions(subject: &Subject<'_>) -> Vec<Finding> {
    let is_unknown = |module: &str, name: &str| p1::is_module(module) && p1::names().all(|other| other != name);
    let stubs = subject.providers.iter().filter(|(_, provider)| *provider == "stub");
    let unknown = stubs.filter(|((_, module, name), _)| is_unknown(module, name));
    let one = |((at, module, name), _): (&(InstancePath, String, String), &String)| {
        let message = format!("imports {}.{}, which WASI does not have", render::safe(module), render::safe(name));
        let remedy = "look for a slip in the name or for a version of it; no runtime can link the module as it is";
        Finding::new("CORE-LINK-01", at, message, remedy).said("here a stub stands for it, which exec would not make")
    };
    unknown.map(one).collect()
}

/// Active data in memory that threads share: every new thread writes it again (TOOL-MEM-01).
fn data_of_threads(subject: &Subject<'_>) -> Option<Finding> {
    use preflight_engine::trace::SegmentKind::Data;
    let is_thread = |at: &InstancePath| subject.is_thread(at);
    let steps = (0..subject.events.len()).filter(|index| match &subject.events[*index] {
        Event::SegmentApplied { at, kind: Data, target, .. } => {
            let imported = |module: &preflight_engine::Module| module.syntax().imported.memories;
            is_thread(at) && subject.module(at).is_some_and(|module| *target < imported(module))
        }
        _ => false,
    });
    let steps: Vec<usize> = steps.collect();
    let at = subject.events[*steps.first()?].at();
    let message = "its active data is written into the shared memory again, over what the program has made of it";
    let remedy = "link with --shared-memory, which makes the data passive and copies it once";
    Some(Finding::new("TOOL-MEM-01", at, message, remedy).steps(steps).note())
}
