//! What programs of WASI hold.

use super::{Kinds, Stats};
use crate::wasi::{Entry, Form, Step, Unit, WasiExpected, WasiPlan};
use preflight_engine::trace::{Event, Outcome, Phase};

/// The kinds that the generator has to reach.
pub(super) const KINDS: &[&str] = &[
    "wasi: again",
    "wasi: both entries",
    "wasi: bump",
    "wasi: call of a library",
    "wasi: close",
    "wasi: command",
    "wasi: command as a library",
    "wasi: component",
    "wasi: component in a component",
    "wasi: empty name",
    "wasi: exit",
    "wasi: exit 0",
    "wasi: exit in _initialize",
    "wasi: exit in a start section",
    "wasi: exit in a call",
    "wasi: fails in _initialize",
    "wasi: fails in a start section",
    "wasi: fails in a call",
    "wasi: fresh instance",
    "wasi: import that nobody has",
    "wasi: invoke",
    "wasi: memory that is not exported",
    "wasi: modules",
    "wasi: neither entry",
    "wasi: pointer out of bounds",
    "wasi: print",
    "wasi: reactor",
    "wasi: reactor as a library",
    "wasi: refused",
    "wasi: start section",
    "wasi: three libraries",
    "wasi: trap",
    "wasi: warn",
    "wasi: wrong entry",
    "wasi: yield",
];

impl Stats {
    /// Counts a program of WASI, with what is expected of it.
    pub fn count_program(&mut self, plan: &WasiPlan, expected: &WasiExpected) {
        let mut kinds = Kinds::default();
        kinds.insert(match plan.form {
            Form::Modules => "wasi: modules",
            Form::Component { nested: false } => "wasi: component",
            Form::Component { nested: true } => "wasi: component in a component",
        });
        kinds.extend(plan.invoke.then_some("wasi: invoke"));
        kinds.extend(plan.again.then_some("wasi: again"));
        kinds.extend((plan.libraries.len() == 3).then_some("wasi: three libraries"));
        plan.libraries.iter().for_each(|library| unit(library, true, &mut kinds));
        unit(&plan.main, false, &mut kinds);
        ends(expected, &mut kinds);
        self.programs += 1;
        self.insert(kinds);
    }
}

fn unit(unit: &Unit, is_library: bool, kinds: &mut Kinds) {
    kinds.extend(unit.section.is_some().then_some("wasi: start section"));
    kinds.extend(unit.hides_memory.then_some("wasi: memory that is not exported"));
    kinds.extend(unit.lacks_import.then_some("wasi: import that nobody has"));
    kinds.extend(unit.has_default.then_some("wasi: empty name"));
    let (start, initialize) = (unit.start != Entry::None, unit.initialize != Entry::None);
    kinds.insert(match (start, initialize, is_library) {
        _ if unit.start == Entry::Wrong || unit.initialize == Entry::Wrong => "wasi: wrong entry",
        (true, true, _) => "wasi: both entries",
        (false, false, _) => "wasi: neither entry",
        (true, false, false) => "wasi: command",
        (true, false, true) => "wasi: command as a library",
        (false, true, false) => "wasi: reactor",
        (false, true, true) => "wasi: reactor as a library",
    });
    let entries = [&unit.start, &unit.initialize].into_iter().filter_map(|entry| match entry {
        Entry::Func(steps) => Some(steps),
        _ => None,
    });
    for step in entries.chain(&unit.section).chain([&unit.func]).flatten() {
        kinds.insert(match step {
            Step::Print(_) => "wasi: print",
            Step::Warn(_) => "wasi: warn",
            Step::Bump => "wasi: bump",
            Step::Call(_) => "wasi: call of a library",
            Step::Exit(_) => "wasi: exit",
            Step::Trap => "wasi: trap",
            Step::Close => "wasi: close",
            Step::Yield => "wasi: yield",
            Step::Beyond => "wasi: pointer out of bounds",
        });
    }
}

/// How it ended, and what was running then.
fn ends(expected: &WasiExpected, kinds: &mut Kinds) {
    let events = &expected.trace.events;
    let is_fresh = |event: &Event| matches!(event, Event::HostCalled { name, .. } if name.ends_with(".f"));
    kinds.extend(events.iter().any(is_fresh).then_some("wasi: fresh instance"));
    let entered = events.iter().rev().find_map(|event| match event {
        Event::StartEntered { .. } => Some("section"),
        Event::EntryCalled { .. } => Some("_initialize"),
        Event::Called { name, .. } if name == "_initialize" => Some("_initialize"),
        Event::Called { .. } => Some("call"),
        _ => None,
    });
    kinds.extend(match (&expected.trace.outcome, entered) {
        (Outcome::Unlinkable, _) => Some("wasi: refused"),
        (Outcome::Exit { .. }, Some("section")) => Some("wasi: exit in a start section"),
        (Outcome::Exit { .. }, Some("_initialize")) => Some("wasi: exit in _initialize"),
        (Outcome::Exit { .. }, _) => Some("wasi: exit in a call"),
        (Outcome::Trap { phase: Phase::Start, .. }, Some("section")) => Some("wasi: fails in a start section"),
        (Outcome::Trap { .. }, Some("_initialize")) => Some("wasi: fails in _initialize"),
        (Outcome::Trap { .. }, _) => Some("wasi: fails in a call"),
        _ => None,
    });
    kinds.extend((expected.trace.outcome == Outcome::Exit { code: 0 }).then_some("wasi: exit 0"));
}
