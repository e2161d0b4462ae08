//! Where texts and runtimes disagree: the readings that mattered in this run, and what a program does about them.

use super::{
    Subject,
    finding::{Finding, Role},
    shape::export,
};
use crate::render;
use preflight_engine::trace::{Event, InstancePath};
use std::collections::{BTreeMap, BTreeSet};

/// What is found besides `others`, which have said more of the rules that they are about.
pub fn findings(subject: &Subject<'_>, others: &[Finding]) -> Vec<Finding> {
    let mut found = applied(subject, others);
    found.extend(nothing_to_run(subject, &found));
    found.extend(started_by_calls(subject, &found));
    found.extend(several_starts(subject));
    found.extend(data_of_threads(subject));
    found
}

/// The rules of which the trace tells how they were read.
fn applied(subject: &Subject<'_>, others: &[Finding]) -> Vec<Finding> {
    let told: BTreeSet<(&InstancePath, &str)> = others.iter().map(|other| (&other.at, other.rule)).collect();
    let mut seen: BTreeSet<(&InstancePath, &str)> = BTreeSet::new();
    let mut found = Vec::new();
    for (step, event) in subject.events.iter().enumerate() {
        let Event::RuleApplied { at, rule, reading } = event else { continue };
        if seen.insert((at, rule)) && !told.contains(&(at, rule.as_str())) {
            found.extend(reading_of(subject, rule, at, reading).map(|finding| finding.steps([step])));
        }
    }
    found
}

/// The readings of the Component Model, and what to do if a program is to depend on none.
const OF_COMPONENTS: [(&str, &str, &str); 10] = [
    (
        "CM-ASYNC-04",
        "something that can block was called in a task that may not: some hosts trap before it is known whether it blocks",
        "call it in a function that is async",
    ),
    (
        "CM-ASYNC-20",
        "a copy of which a part was done was cancelled: some hosts call it cancelled, others completed",
        "look at how much has been copied, whatever the result says",
    ),
    (
        "CM-ASYNC-21",
        "a thread that needs its lock was ready while a call of a function that is not async was blocked: some hosts let it run",
        "do not rely on which of them goes first",
    ),
    (
        "CM-ASYNC-22",
        "a task has returned and then blocked: in some hosts it keeps its instance locked until it is done",
        "end the task with its return, or wait in the event loop (callback)",
    ),
    ("CM-CALL-04", "the instance was called by itself, which traps in some hosts", CALL_INSIDE),
    ("CM-CALL-05", "the instance was called by the one that it is a part of, which traps in some hosts", CALL_INSIDE),
    ("CM-CALL-06", "the instance was called by one of its own parts, which traps in some hosts", CALL_INSIDE),
    (
        "CM-CANON-08",
        "it lowers a function with async and without a memory: the document asks for one, and some hosts may refuse it",
        "name a memory in each async lowering",
    ),
    (
        "CM-START-07",
        "its start definition has a post-return function: when that runs, the documents leave open",
        "do nothing there that others can see",
    ),
    (
        "CM-RES-07",
        "it owned a handle when its instantiation failed: whether the resource is then dropped, the documents leave open",
        "do not rely on the destructor",
    ),
];

const CALL_INSIDE: &str = "put what both need into a component of its own, which both import";

/// The rule that one host has several start definitions run and another none: CM-START-02.
fn several_starts(subject: &Subject<'_>) -> Vec<Finding> {
    let mut starts: BTreeMap<&InstancePath, Vec<usize>> = BTreeMap::new();
    for (step, event) in subject.events.iter().enumerate() {
        if let Event::ComponentStartEntered { at, .. } = event {
            starts.entry(at).or_default().push(step);
        }
    }
    let several = starts.into_iter().filter(|(_, steps)| steps.len() > 1);
    let one = |(at, steps): (&InstancePath, Vec<usize>)| {
        let message = "has several start definitions, and some tools accept only one";
        let remedy = "do it all in one start definition, the last one";
        Finding::new("CM-START-02", at, message, remedy).steps(steps).note()
    };
    several.map(one).collect()
}

/// Start sections that run with every call of a command that is linked as a library: P1-CMD-10.
fn started_by_calls(subject: &Subject<'_>, found: &[Finding]) -> Vec<Finding> {
    let commands = found.iter().filter(|finding| finding.rule == "P1-CMD-09").map(|finding| finding.at.clone());
    let one = |at: InstancePath| {
        let is_start = |step: &usize| {
            let event = &subject.events[*step];
            matches!(event, Event::StartEntered { .. }) && event.at().parent().as_ref() == Some(&at)
        };
        let steps: Vec<usize> = (0..subject.events.len()).filter(is_start).collect();
        let message = format!(
            "its start section runs with each call of it: {} here",
            render::count(steps.len() as u64, "time", "times")
        );
        let remedy = "link it as a reactor (-mexec-model=reactor), whose one instance is started once";
        (!steps.is_empty()).then(|| Finding::new("P1-CMD-10", &at, message, remedy).steps(steps).note())
    };
    commands.filter_map(one).collect()
}

/// What a reading means for the program; nothing if the rule is the host's own business.
fn reading_of(subject: &Subject<'_>, rule: &str, at: &InstancePath, reading: &str) -> Option<Finding> {
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
        "P1-KIND-05" => note("P1-KIND-05", no_entry(subject, at), NO_ENTRY_REMEDY),
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
        "P2-RUN-08" if reading.starts_with("of another type") => Some(
            Finding::new(
                "P2-RUN-08",
                at,
                "exports an interface of WASI 0.2 to be entered through, and not the function that WASI has there",
                "give the function the type that WASI gives it, or the interface another name",
            )
            .said(subject.end.what.clone()),
        ),
        "P2-RUN-08" => note(
            "P2-RUN-08",
            "exports run of wasi:cli/run in no version that is run here",
            "export it as one of WASI 0.2, or run it with a host of its version",
        ),
        "CM-TRAP-05" => note(
            "CM-TRAP-05",
            "a trap has locked the whole store: other hosts lock only what has trapped",
            "make a store for each program that is to outlive the others",
        ),
        rule => {
            let (rule, message, remedy) = OF_COMPONENTS.iter().find(|(other, ..)| *other == rule)?;
            note(rule, message, remedy)
        }
    }
}

const NO_ENTRY: &str =
    "exports neither _start nor _initialize: as a program it has nothing to run, and some runtimes refuse it";
const ENTRY_IGNORED: &str =
    "its entry is ignored by the readings chosen: as a program it has nothing to run, and some runtimes refuse it";
const NO_ENTRY_REMEDY: &str = "export _start to be a program; for a library it is as it should be (P1-KIND-04)";

/// Why a module has nothing to run.
fn no_entry(subject: &Subject<'_>, at: &InstancePath) -> &'static str {
    let has = |name: &str| subject.module(at).is_some_and(|module| export(module, name).is_some());
    if has("_start") || has("_initialize") { ENTRY_IGNORED } else { NO_ENTRY }
}

/// A module or a component that does nothing when it is run as a program: P1-KIND-05, P2-RUN-08. If one of its functions was
/// called, it is a library, and that is as it should be.
fn nothing_to_run(subject: &Subject<'_>, others: &[Finding]) -> Option<Finding> {
    let root = InstancePath::root();
    let is_entered = |event: &Event| {
        matches!(event, Event::Called { .. } | Event::StartEntered { .. } | Event::ComponentStartEntered { .. })
    };
    let is_told = others.iter().any(|other| other.rule == "P1-KIND-05");
    let mut events = subject.events.iter().filter(|event| subject.is_component() || *event.at() == root);
    if !subject.is_up() || is_told || events.any(is_entered) {
        return None;
    }
    Some(match subject.module(&root) {
        Some(module) if Role::of(module).is_some() => return None,
        Some(_) => Finding::new("P1-KIND-05", &root, no_entry(subject, &root), NO_ENTRY_REMEDY).note(),
        None if subject.exports.iter().any(|name| name.starts_with("wasi:")) => return None,
        None => Finding::new(
            "P2-RUN-08",
            &root,
            "exports no run of wasi:cli/run, and nothing in it has a start: as a program it does nothing",
            "export wasi:cli/run to be a program; a library is used by those who import it",
        )
        .note(),
    })
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
