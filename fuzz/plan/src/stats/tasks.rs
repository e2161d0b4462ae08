//! What plans of tasks hold.

use super::Stats;
use crate::tasks::{Place, Side, Step, TaskPlan};
use preflight_engine::trace::{Event, Outcome, Trace, TrapCode};
use std::collections::BTreeSet;

/// The kinds that the generator has to reach.
pub(super) const KINDS: &[&str] = &[
    "task: backpressure",
    "task: call",
    "task: call that returns at once",
    "task: cancel a call",
    "task: cancel a copy",
    "task: context",
    "task: drop a call",
    "task: drop a set",
    "task: drop an end",
    "task: error context",
    "task: event delivered",
    "task: fails: deadlock",
    "task: fails: handle",
    "task: fails: other",
    "task: future",
    "task: in a call",
    "task: in a start function",
    "task: join",
    "task: join a call",
    "task: leave a set",
    "task: poll",
    "task: read",
    "task: set",
    "task: stream",
    "task: thread index",
    "task: trap",
    "task: wait",
    "task: write",
    "task: yield",
];

impl Stats {
    /// Counts a plan of tasks, with what is expected of it.
    pub fn count_task(&mut self, plan: &TaskPlan, expected: &[Trace]) {
        let mut kinds = BTreeSet::new();
        kinds.insert(match plan.place {
            Place::Start => "task: in a start function",
            Place::Called => "task: in a call",
        });
        kinds.extend(plan.steps.iter().filter_map(|step| kind(*step)));
        let calls = plan.steps.contains(&Step::Call);
        kinds.extend((calls && plan.yields == 0).then_some("task: call that returns at once"));
        for trace in expected {
            let is_delivered = |event: &Event| matches!(event, Event::EventDelivered { .. });
            kinds.extend(trace.events.iter().any(is_delivered).then_some("task: event delivered"));
            kinds.extend(match trace.outcome {
                Outcome::Trap { code: TrapCode::InvalidHandle, .. } => Some("task: fails: handle"),
                Outcome::Trap { code: TrapCode::CannotBlock, .. } => Some("task: fails: deadlock"),
                Outcome::Trap { .. } => Some("task: fails: other"),
                _ => None,
            });
        }
        self.tasks += 1;
        self.insert(kinds);
    }
}

fn kind(step: Step) -> Option<&'static str> {
    Some(match step {
        Step::Log(_) => return None,
        Step::SetContext(_) | Step::GetContext => "task: context",
        Step::Backpressure(_) => "task: backpressure",
        Step::ThreadIndex => "task: thread index",
        Step::Yield => "task: yield",
        Step::NewError | Step::DropError(_) => "task: error context",
        Step::NewSet => "task: set",
        Step::DropSet(_) => "task: drop a set",
        Step::Poll(_) => "task: poll",
        Step::Wait(_) => "task: wait",
        Step::NewFlow { is_future: true } => "task: future",
        Step::NewFlow { is_future: false } => "task: stream",
        Step::Copy { side: Side::Readable, .. } => "task: read",
        Step::Copy { side: Side::Writable, .. } => "task: write",
        Step::Cancel { .. } => "task: cancel a copy",
        Step::DropEnd { .. } => "task: drop an end",
        Step::Join { set: None, .. } => "task: leave a set",
        Step::Join { .. } => "task: join",
        Step::Call => "task: call",
        Step::JoinCall(_) => "task: join a call",
        Step::CancelCall => "task: cancel a call",
        Step::DropCall => "task: drop a call",
        Step::Trap => "task: trap",
    })
}
