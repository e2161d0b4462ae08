//! What plans of tasks hold.

use super::{Kinds, Stats};
use crate::tasks::{Ending, HostEnd, Lift, Pause, Place, Side, Step, TaskPlan};
use preflight_engine::trace::{Event, Outcome, TaskStep, ThreadStep, Trace, TrapCode};

/// The kinds that the generator has to reach.
pub(super) const KINDS: &[&str] = &[
    "task: backpressure",
    "task: call",
    "task: call that returns at once",
    "task: call that is not asynchronous",
    "task: call that waits",
    "task: cancel a call",
    "task: cancel a call and wait",
    "task: cancel a copy",
    "task: cancel a copy and wait",
    "task: context",
    "task: copy that waits",
    "task: drop a call",
    "task: drop a set",
    "task: drop an end",
    "task: ending: cancels itself",
    "task: ending: returns nothing",
    "task: ending: returns twice",
    "task: ending: traps",
    "task: error context",
    "task: error given to the host",
    "task: error message",
    "task: event delivered",
    "task: fails: deadlock",
    "task: fails: handle",
    "task: fails: host",
    "task: fails: other",
    "task: future",
    "task: future of the host",
    "task: give to the host",
    "task: host: ends later",
    "task: host: is called",
    "task: host: is called and waited for",
    "task: host: never ends",
    "task: host: traps",
    "task: in a call",
    "task: in a start function",
    "task: is told to cancel",
    "task: join",
    "task: join a call",
    "task: leave a set",
    "task: keeps the lock",
    "task: lift: callback",
    "task: lift: stackful",
    "task: lift: sync",
    "task: lingers",
    "task: memory",
    "task: pause: suspend",
    "task: pause: wait",
    "task: poll",
    "task: read",
    "task: result",
    "task: runs beneath a call",
    "task: set",
    "task: stream",
    "task: stream of the host",
    "task: thread blocks",
    "task: thread index",
    "task: thread: new",
    "task: thread: no function",
    "task: thread: promote",
    "task: thread: resume",
    "task: thread: resume later",
    "task: thread: suspend",
    "task: trap",
    "task: turn to a call",
    "task: wait",
    "task: write",
    "task: yield",
];

impl Stats {
    /// Counts a plan of tasks, with what is expected of it.
    pub fn count_task(&mut self, plan: &TaskPlan, expected: &[Trace]) {
        let mut kinds = Kinds::default();
        kinds.insert(match plan.place {
            Place::Start => "task: in a start function",
            Place::Called => "task: in a call",
        });
        kinds.extend(plan.all_steps().filter_map(|step| kind(*step)));
        let calls = plan.all_steps().any(|step| matches!(step, Step::Call | Step::CallSync));
        if calls {
            kinds.extend(calls_of(plan));
        }
        kinds.extend(plan.all_steps().flat_map(|step| hosts_of(plan, *step)));
        let functions = plan.threads.len();
        let is_none = |step: &Step| matches!(step, Step::NewThread { entry, .. } if *entry >= functions);
        kinds.extend(plan.all_steps().any(is_none).then_some("task: thread: no function"));
        for trace in expected {
            let is_delivered = |event: &Event| matches!(event, Event::EventDelivered { .. });
            kinds.extend(trace.events.iter().any(is_delivered).then_some("task: event delivered"));
            let blocks = |event: &Event| matches!(event, Event::Thread { thread: 2.., step: ThreadStep::Blocked, .. });
            kinds.extend(trace.events.iter().any(blocks).then_some("task: thread blocks"));
            let keeps = |event: &Event| matches!(event, Event::RuleApplied { rule, .. } if rule == "CM-ASYNC-22");
            kinds.extend(trace.events.iter().any(keeps).then_some("task: keeps the lock"));
            let beneath = |event: &Event| matches!(event, Event::RuleApplied { rule, .. } if rule == "CM-ASYNC-21");
            kinds.extend(trace.events.iter().any(beneath).then_some("task: runs beneath a call"));
            let is_cancelled = |event: &Event| matches!(event, Event::Task { step: TaskStep::Cancelled, .. });
            kinds.extend(trace.events.iter().any(is_cancelled).then_some("task: is told to cancel"));
            kinds.extend(match trace.outcome {
                Outcome::Trap { code: TrapCode::InvalidHandle, .. } => Some("task: fails: handle"),
                Outcome::Trap { code: TrapCode::Host, .. } => Some("task: fails: host"),
                Outcome::Trap { code: TrapCode::CannotBlock, .. } => Some("task: fails: deadlock"),
                Outcome::Trap { .. } => Some("task: fails: other"),
                _ => None,
            });
        }
        self.tasks += 1;
        self.insert(kinds);
    }
}

/// What can be said of the calls of the other component.
fn calls_of(plan: &TaskPlan) -> Vec<&'static str> {
    let mut kinds = vec![match plan.lift {
        Lift::Sync => "task: lift: sync",
        Lift::Stackful => "task: lift: stackful",
        Lift::Callback => "task: lift: callback",
    }];
    kinds.extend(match plan.ends {
        _ if plan.lift == Lift::Sync => None,
        Ending::Return => None,
        Ending::Twice => Some("task: ending: returns twice"),
        Ending::Nothing => Some("task: ending: returns nothing"),
        Ending::Cancel => Some("task: ending: cancels itself"),
        Ending::Trap => Some("task: ending: traps"),
    });
    kinds.extend((plan.lingers && plan.lift != Lift::Sync).then_some("task: lingers"));
    kinds.extend(match plan.pause {
        _ if plan.yields == 0 => Some("task: call that returns at once"),
        Pause::Yield => None,
        Pause::Suspend => Some("task: pause: suspend"),
        Pause::Wait => Some("task: pause: wait"),
    });
    kinds
}

/// What can be said of a step that calls the host.
fn hosts_of(plan: &TaskPlan, step: Step) -> Vec<&'static str> {
    let (host, kind) = match step {
        Step::CallHost(host) => (host, "task: host: is called"),
        Step::CallHostSync(host) => (host, "task: host: is called and waited for"),
        _ => return Vec::new(),
    };
    let mut kinds = vec![kind];
    kinds.extend(match plan.hosts[host].end {
        HostEnd::Never => Some("task: host: never ends"),
        HostEnd::Trap => Some("task: host: traps"),
        HostEnd::Return(_) => (plan.hosts[host].polls > 0).then_some("task: host: ends later"),
    });
    kinds
}

fn kind(step: Step) -> Option<&'static str> {
    Some(match step {
        Step::Log(_) | Step::CallHost(_) | Step::CallHostSync(_) => return None,
        Step::SetContext(_) | Step::GetContext => "task: context",
        Step::Backpressure(_) => "task: backpressure",
        Step::ThreadIndex => "task: thread index",
        Step::Yield => "task: yield",
        Step::NewThread { .. } => "task: thread: new",
        Step::ResumeLater(_) => "task: thread: resume later",
        Step::Suspend => "task: thread: suspend",
        Step::Switch { promotes: true, .. } => "task: thread: promote",
        Step::Switch { .. } => "task: thread: resume",
        Step::PassError(_) => "task: error given to the host",
        Step::CancelSync { .. } => "task: cancel a copy and wait",
        Step::ErrorMessage(_) => "task: error message",
        Step::CallSync => "task: call that waits",
        Step::CallPlain => "task: call that is not asynchronous",
        Step::Turn(_) => "task: turn to a call",
        Step::CancelCallSync => "task: cancel a call and wait",
        Step::Result => "task: result",
        Step::Store(_) | Step::Load => "task: memory",
        Step::CopySync { .. } => "task: copy that waits",
        Step::GetFlow { is_future: true, .. } => "task: future of the host",
        Step::GetFlow { .. } => "task: stream of the host",
        Step::Give { .. } => "task: give to the host",
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
