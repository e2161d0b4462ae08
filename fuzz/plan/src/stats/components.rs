//! What plans of components hold.

use super::{Kinds, Stats};
use crate::component::{ComponentPlan, Def, Fail, Part, Reading, Step};
use preflight_engine::trace::{Event, Outcome, Trace, TrapCode};
use std::collections::BTreeSet;

/// The kinds that the generator has to reach.
pub(super) const KINDS: &[&str] = &[
    "component: again",
    "component: call between core instances",
    "component: call of a child",
    "component: call of a peer",
    "component: core instance",
    "component: core instance between component instances",
    "component: depth 1",
    "component: depth 2",
    "component: depth 3",
    "component: core module again",
    "component: core module from around",
    "component: core module given",
    "component: core module out of an instance",
    "component: destructor",
    "component: destructor that traps",
    "component: exports modules and components",
    "component: fails in a call",
    "component: fails in a child",
    "component: fails in a core start",
    "component: fails in a start definition",
    "component: host function that traps",
    "component: log",
    "component: peer",
    "component: peer passed on",
    "component: post-return function that traps",
    "component: read as one start definition",
    "component: read with dropped handles",
    "component: read with late post-return functions",
    "component: read with lock-down of the store",
    "component: read with passing exceptions",
    "component: read without calls of relatives",
    "component: representation asked for",
    "component: resource",
    "component: several starts",
    "component: start",
    "component: start with values",
    "component: start without a result",
    "component: throw",
    "component: trap",
    "component: two share a peer",
    "component: value definition",
    "component: value for a child",
    "component: value kept",
];

impl Stats {
    /// Counts a plan of components, with what is expected of it.
    pub fn count_component(&mut self, plan: &ComponentPlan, expected: &Trace) {
        let mut kinds = Kinds::default();
        let depth = part(&plan.root, &mut kinds);
        let depths = ["component: depth 1", "component: depth 2", "component: depth 3"];
        kinds.insert(depths[depth.clamp(1, depths.len()) - 1]);
        ends(expected, &mut kinds);
        kinds.extend(plan.reading.map(reading));
        self.components += 1;
        self.insert(kinds);
    }
}

/// The kinds of a component's definitions, and how deep it goes.
fn part(of: &Part, kinds: &mut Kinds) -> usize {
    let mut depth = 1;
    kinds.extend(of.shows.then_some("component: exports modules and components"));
    let (mut starts, mut was_child, mut is_between, mut peers) = (0, false, false, BTreeSet::new());
    for def in &of.defs {
        let is_child = matches!(def, Def::Child(_) | Def::Again(_));
        kinds.extend((is_child && is_between).then_some("component: core instance between component instances"));
        was_child |= is_child;
        is_between |= was_child && matches!(def, Def::Core { .. } | Def::Twin { .. } | Def::Given | Def::Outer { .. });
        match def {
            Def::Core { steps, fails, .. } => {
                kinds.insert("component: core instance");
                steps.iter().for_each(|step| {
                    kinds.insert(step_kind(*step));
                    kinds.extend(matches!(step, Step::MakeAndDrop(_)).then_some("component: destructor"));
                });
                kinds.extend(fails.map(|fail| match fail {
                    Fail::Trap => "component: trap",
                    Fail::Throw => "component: throw",
                    Fail::PostReturn => "component: post-return function that traps",
                }));
            }
            Def::Twin { bundled: false, .. } => {
                kinds.insert("component: core module again");
            }
            Def::Twin { bundled: true, .. } => {
                kinds.insert("component: core module out of an instance");
            }
            Def::Given => {
                kinds.insert("component: core module given");
            }
            Def::Outer { .. } => {
                kinds.insert("component: core module from around");
            }
            Def::Child(child) => {
                depth = depth.max(1 + part(child, kinds));
                kinds.extend(child.takes.then_some("component: value for a child"));
                if let Some(peer) = child.peer {
                    kinds.insert("component: peer");
                    kinds.extend((of.peer.is_some() && peer == 0).then_some("component: peer passed on"));
                    kinds.extend((!peers.insert(peer)).then_some("component: two share a peer"));
                }
            }
            Def::Again(_) => {
                kinds.insert("component: again");
            }
            Def::Resource { traps, .. } => {
                kinds.insert("component: resource");
                kinds.extend(traps.then_some("component: destructor that traps"));
            }
            Def::Start { takes, keeps, silent, .. } => {
                starts += 1;
                kinds.extend(silent.then_some("component: start without a result"));
                kinds.insert("component: start");
                kinds.extend((*takes > 0).then_some("component: start with values"));
                kinds.extend(keeps.then_some("component: value kept"));
            }
            Def::Value { keeps, .. } => {
                kinds.insert("component: value definition");
                kinds.extend(keeps.then_some("component: value kept"));
            }
        }
    }
    kinds.extend((starts > 1).then_some("component: several starts"));
    depth
}

fn reading(reading: Reading) -> &'static str {
    match reading {
        Reading::OneStart => "component: read as one start definition",
        Reading::LatePostReturn => "component: read with late post-return functions",
        Reading::StoreLockdown => "component: read with lock-down of the store",
        Reading::PassingException => "component: read with passing exceptions",
        Reading::DroppedHandles => "component: read with dropped handles",
        Reading::NoRelatives => "component: read without calls of relatives",
    }
}

fn step_kind(step: Step) -> &'static str {
    match step {
        Step::Log(_) => "component: log",
        Step::CallCore(_) => "component: call between core instances",
        Step::CallChild(_) => "component: call of a child",
        Step::CallPeer => "component: call of a peer",
        Step::Fail(_) => "component: host function that traps",
        Step::MakeAndAsk(_) => "component: representation asked for",
        Step::Make(_) | Step::MakeAndDrop(_) => "component: resource",
        Step::Trap => "component: trap",
        Step::Throw => "component: throw",
    }
}

/// Where it failed: the first instance that was ended.
fn ends(expected: &Trace, kinds: &mut Kinds) {
    let Outcome::Trap { code, .. } = expected.outcome else { return };
    let mut ended = expected
        .events
        .iter()
        .filter(|event| matches!(event, Event::Trapped { .. } | Event::Threw { .. } | Event::Locked { .. }));
    let Some(first) = ended.next() else { return };
    let path = first.at().as_str();
    kinds.insert(match first {
        // A component that was called is locked before the core instance that called it ends.
        Event::Locked { .. } if is_called(expected, path) => "component: fails in a call",
        Event::Locked { .. } => "component: fails in a start definition",
        _ => "component: fails in a core start",
    });
    kinds.extend((path.matches('/').count() > 1 || path.contains("/#")).then_some("component: fails in a child"));
    kinds.extend((code == TrapCode::Host).then_some("component: host function that traps"));
}

/// Whether the component instance had come up, so that it failed in a call.
fn is_called(expected: &Trace, path: &str) -> bool {
    expected.events.iter().any(|event| matches!(event, Event::ComponentDone { at } if at.as_str() == path))
}
