//! Programs of WASI on a runtime: run as they are, and held against what is predicted of what they write and how they end.
//!
//! What no text decides may be done in any of the ways that there are (`preflight_plan::wasi::Reading`), and a runtime may have
//! bugs that are known: it has agreed if one of these predictions is what it did.

use super::{Foreign, OnRuntime, kind_of, nothing};
use crate::{
    case::{Broken, Ending},
    fuzz::{Class, Finding, Verdict},
    runtime::{Ability, About, End, Program, ProgramEnd, Reach, Runtime, WITHOUT_TIMES, World},
    trace::{Event, InstancePath, Level, Outcome, Phase, Stream, Trace, Value},
};
use preflight_plan::wasi::{Entry, Form, Unit, WasiExpected, WasiPlan, WasiWasm, Ways};
use std::collections::BTreeSet;

/// How many predictions are looked at before what a program did is said to be none of them.
const PREDICTIONS: usize = 512;

impl Foreign {
    /// What becomes of a program; `verdict` is that of the reference engine.
    pub(super) fn judge_program(&self, plan: &WasiPlan, verdict: &Verdict) -> OnRuntime {
        let lacks = |what: String| OnRuntime { lacks: Some(what), ..OnRuntime::of(self, Class::Unsupported) };
        let found = |what: &str, expected: Trace, actual: Trace| {
            let finding = Finding::new(self.signature(what), 0, expected, actual);
            OnRuntime { finding: Some(Box::new(finding)), ..OnRuntime::of(self, Class::Disagreed) }
        };
        let broke = |broken: &Broken| {
            found(&format!("it broke: {}", kind_of(broken)), nothing("an end"), nothing(&broken.to_string()))
        };
        let is_component = matches!(plan.form, Form::Component { .. });
        let program = program(plan);
        let end = self.with(|opened| match missing(&opened.about, &program) {
            Some(what) => Err(End::unsupported(what)),
            None => run(&mut *opened.runtime, &program),
        });
        let ended = match end {
            Ok(Ok(ProgramEnd { end: Err(End::Unsupported(what)), .. })) | Ok(Err(End::Unsupported(what))) => {
                return lacks(what);
            }
            Ok(Ok(ProgramEnd { end: Err(End::Broken(broken)), .. })) | Ok(Err(End::Broken(broken))) | Err(broken) => {
                return broke(&broken);
            }
            Ok(Ok(ended)) => ended,
            Ok(Err(end)) => ProgramEnd { stdout: Vec::new(), end: Err(end) },
        };
        if let Some(ways) = self.way_of(plan, &ended) {
            let class = if ways.deviations.is_empty() { verdict.class } else { Class::Known };
            let (known, readings) = (ways.deviations.into_iter().collect(), ways.readings.into_iter().collect());
            return OnRuntime { known, readings, ..OnRuntime::of(self, class) };
        }
        let expected = plan.expected();
        let of = if is_component { "program of WASI 0.2" } else { "program of preview 1" };
        let what = match is_end(&ended, &expected.trace.outcome, false) {
            true => format!("{of} (standard output)"),
            false => format!("{of} (the end: {} / {})", word(&wanted(&expected.trace.outcome)), word(&ending(&ended))),
        };
        found(&what, expected.trace, shown(&ended))
    }

    /// The readings, as few as can be, and the known bugs with which it is predicted what the program did.
    fn way_of(&self, plan: &WasiPlan, ended: &ProgramEnd) -> Option<Ways> {
        // First those without bugs, and of these the ones with few readings.
        let rank = |ways: Ways| (ways.deviations.len(), ways.readings.len(), ways);
        let mut left = BTreeSet::from([rank(Ways::default())]);
        let mut seen = BTreeSet::new();
        while let Some((.., ways)) = left.pop_first() {
            if seen.len() == PREDICTIONS {
                return None;
            }
            let (expected, mut met) = plan.expected_by(&ways);
            if is_as_expected(plan, ended, &expected, &ways) {
                return Some(ways);
            }
            met.deviations.retain(|deviation| self.known.contains(deviation));
            let more = ways.and_one_of(&met).into_iter().filter(|ways| !seen.contains(ways));
            left.extend(more.map(rank).collect::<Vec<_>>());
            seen.insert(ways);
        }
        None
    }
}

/// The program of a plan.
fn program(plan: &WasiPlan) -> Program {
    let is_command = |unit: &Unit| matches!(unit.start, Entry::Func(_));
    let (world, main, preloads) = match plan.to_wasm() {
        WasiWasm::Component(bytes) => (World::P2, bytes, Vec::new()),
        WasiWasm::Modules { libraries, main } => (World::P1, main, libraries),
    };
    let reach = match plan.invoke {
        true => Reach::Export("f".to_owned()),
        false if world == World::P2 || is_command(&plan.main) => Reach::Command,
        false => Reach::Reactor,
    };
    Program { world, preloads, reach, times: 1 + u32::from(plan.again), ..Program::command(main) }
}

/// What the runtime has no means for, if the program takes it.
fn missing(about: &About, program: &Program) -> Option<&'static str> {
    match program.world {
        World::P2 if !about.can(Ability::P2) => Some("programs of WASI 0.2"),
        World::P1 if !about.can(Ability::P1) => Some("programs of WASI preview 1"),
        _ if !program.preloads.is_empty() && !about.can(Ability::Preloads) => Some("preloads"),
        _ if program.takes_times() && !about.can(Ability::Times) => Some(WITHOUT_TIMES),
        _ => None,
    }
}

fn run(runtime: &mut dyn Runtime, program: &Program) -> Result<ProgramEnd, End> {
    runtime.reset()?;
    runtime.run_program(program)
}

fn is_as_expected(plan: &WasiPlan, ended: &ProgramEnd, expected: &WasiExpected, ways: &Ways) -> bool {
    // Who fails by a reading of its own does so in its own way.
    let is_free = !ways.readings.is_empty();
    is_end(ended, &expected.trace.outcome, is_free) && is_output(plan, &ended.stdout, expected)
}

/// Whether this was written. A command line may print what the function returned that it was to call.
fn is_output(plan: &WasiPlan, stdout: &[u8], expected: &WasiExpected) -> bool {
    let printed = match &expected.trace.outcome {
        Outcome::Returned { values } if plan.invoke => values.iter().map(printed).collect(),
        _ => String::new(),
    };
    stdout == expected.stdout || stdout == [&expected.stdout, printed.as_bytes()].concat()
}

fn printed(value: &Value) -> String {
    match value {
        Value::I32(value) => format!("{value}\n"),
        Value::U32(value) => format!("{value}\n"),
        _ => String::new(),
    }
}

/// Whether a program ended in this way, or, if it `may_fail` in any, in another failure.
fn is_end(ended: &ProgramEnd, outcome: &Outcome, may_fail: bool) -> bool {
    let is_failure = |ending: &Ending| matches!(ending, Ending::Trap | Ending::Refused | Ending::Unexplained);
    match (wanted(outcome), ending(ended)) {
        (Ending::Trap | Ending::Refused, Ending::Unexplained) => true,
        (wanted, ending) if may_fail && is_failure(&wanted) => is_failure(&ending),
        (wanted, ending) => wanted == ending,
    }
}

/// How a program is to end. Returning is exit 0 (rule P1-CMD-06).
fn wanted(outcome: &Outcome) -> Ending {
    match outcome {
        Outcome::Returned { .. } => Ending::Exit(0),
        Outcome::Exit { code } => Ending::Exit(*code),
        Outcome::Trap { .. } => Ending::Trap,
        Outcome::Unlinkable => Ending::Refused,
        _ => Ending::Other,
    }
}

fn ending(ended: &ProgramEnd) -> Ending {
    ended.end.as_ref().map_or_else(End::ending, |()| Ending::Exit(0))
}

/// An end without what is particular to the program.
fn word(ending: &Ending) -> &'static str {
    match ending {
        Ending::Exit(_) => "exit",
        Ending::Trap => "trap",
        Ending::Refused => "refused",
        Ending::Unexplained => "failed",
        Ending::Other => "another end",
    }
}

/// What was seen of a program.
fn shown(ended: &ProgramEnd) -> Trace {
    let outcome = match &ended.end {
        Ok(()) => Outcome::Returned { values: Vec::new() },
        Err(end) => end.outcome(Phase::Call),
    };
    let mut trace = Trace::new(Level::Outcome, outcome);
    if !ended.stdout.is_empty() {
        let (at, bytes) = (InstancePath::root().child("$main"), ended.stdout.as_slice().into());
        trace.events.push(Event::Output { at, stream: Stream::Stdout, bytes });
    }
    trace
}
