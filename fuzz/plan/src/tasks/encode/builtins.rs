//! What the steps import: built-ins, and functions of the host and of the other component, lowered.

use crate::tasks::{Side, Step, TaskPlan};
use wasm_encoder::{CanonicalFunctionSection, CanonicalOption, ValType};

/// The core types.
pub mod types {
    /// `[] -> []`.
    pub const UNIT: u32 = 0;
    /// `[] -> [i32]`.
    pub const GET: u32 = 1;
    /// `[] -> [i64]`.
    pub const PAIR: u32 = 2;
    /// `[i32] -> []`.
    pub const PUT: u32 = 3;
    /// `[i32] -> [i32]`.
    pub const ASK: u32 = 4;
    /// `[i32 i32] -> []`.
    pub const PUT_TWO: u32 = 5;
    /// `[i32 i32] -> [i32]`.
    pub const ASK_TWO: u32 = 6;
    /// `[i32 i32 i32] -> [i32]`.
    pub const ASK_THREE: u32 = 7;
}

/// What can be imported, with the core type, in the order in which it is.
const GIVEN: [(&str, u32); 60] = [
    ("backpressure.dec", types::UNIT),
    ("backpressure.inc", types::UNIT),
    ("call", types::ASK),
    ("call-host0", types::ASK),
    ("call-host0-sync", types::GET),
    ("call-host1", types::ASK),
    ("call-host1-sync", types::GET),
    ("call-plain", types::GET),
    ("call-sync", types::GET),
    ("context.get", types::GET),
    ("context.set", types::PUT),
    ("drop-future", types::PUT),
    ("drop-stream", types::PUT),
    ("error-context.debug-message", types::PUT_TWO),
    ("error-context.drop", types::PUT),
    ("error-context.new", types::ASK_TWO),
    ("future.cancel-read", types::ASK),
    ("future.cancel-read-sync", types::ASK),
    ("future.cancel-write", types::ASK),
    ("future.cancel-write-sync", types::ASK),
    ("future.drop-readable", types::PUT),
    ("future.drop-writable", types::PUT),
    ("future.new", types::PAIR),
    ("future.read", types::ASK_TWO),
    ("future.read-sync", types::ASK_TWO),
    ("future.write", types::ASK_TWO),
    ("future.write-sync", types::ASK_TWO),
    ("get-future", types::ASK),
    ("get-stream", types::ASK),
    ("log", types::PUT),
    ("pass-error", types::ASK),
    ("read-future", types::PUT),
    ("read-stream", types::PUT),
    ("stream.cancel-read", types::ASK),
    ("stream.cancel-read-sync", types::ASK),
    ("stream.cancel-write", types::ASK),
    ("stream.cancel-write-sync", types::ASK),
    ("stream.drop-readable", types::PUT),
    ("stream.drop-writable", types::PUT),
    ("stream.new", types::PAIR),
    ("stream.read", types::ASK_THREE),
    ("stream.read-sync", types::ASK_THREE),
    ("stream.write", types::ASK_THREE),
    ("stream.write-sync", types::ASK_THREE),
    ("subtask.cancel", types::ASK),
    ("subtask.cancel-sync", types::ASK),
    ("subtask.drop", types::PUT),
    ("thread.index", types::GET),
    ("thread.new-indirect", types::ASK_TWO),
    ("thread.resume-later", types::PUT),
    ("thread.suspend", types::GET),
    ("thread.suspend-then-promote", types::ASK),
    ("thread.suspend-then-resume", types::ASK),
    ("thread.yield", types::GET),
    ("thread.yield-then-promote", types::ASK),
    ("thread.yield-then-resume", types::ASK),
    ("waitable-set.drop", types::PUT),
    ("waitable-set.new", types::GET),
    ("waitable-set.poll", types::ASK_TWO),
    ("waitable-set.wait", types::ASK_TWO),
];

/// `waitable.join`, which comes last.
const JOIN: (&str, u32) = ("waitable.join", types::PUT_TWO);

/// The functions of the host that are not asynchronous, besides `log`, in the order in which they are imported.
pub const HOST_FUNCS: [&str; 7] =
    ["drop-future", "drop-stream", "get-future", "get-stream", "pass-error", "read-future", "read-stream"];

/// What the steps import; `log` always.
pub fn used(plan: &TaskPlan) -> Vec<(&'static str, u32)> {
    let flows = plan.flows();
    let mut names: Vec<_> = plan.all_steps().filter_map(|step| name(*step, &flows)).collect();
    names.push("log");
    if names.contains(&"pass-error") {
        names.push("error-context.drop");
    }
    GIVEN.into_iter().chain([JOIN]).filter(|(name, _)| names.contains(name)).collect()
}

/// What of the host the component imports besides `log`.
pub fn imported(plan: &TaskPlan) -> Vec<&'static str> {
    let hosts = ["host0", "host1"].into_iter().take(plan.hosts.len());
    let used = used(plan);
    let others = HOST_FUNCS.into_iter().filter(|name| used.iter().any(|(other, _)| other == name));
    hosts.chain(others).collect()
}

/// The import of a step; `flows` says of each stream or future whether it is a future.
pub fn name(step: Step, flows: &[bool]) -> Option<&'static str> {
    let of = |flow: usize, side: Side, stream: [&'static str; 2], future: [&'static str; 2]| {
        let pair = if flows[flow] { future } else { stream };
        pair[usize::from(side == Side::Writable)]
    };
    Some(match step {
        Step::Log(_) | Step::Store(_) | Step::Load | Step::Turn(_) | Step::Result | Step::Trap => return None,
        Step::SetContext(_) => "context.set",
        Step::GetContext => "context.get",
        Step::Backpressure(true) => "backpressure.inc",
        Step::Backpressure(false) => "backpressure.dec",
        Step::ThreadIndex => "thread.index",
        Step::Yield => "thread.yield",
        Step::NewThread { .. } => "thread.new-indirect",
        Step::ResumeLater(_) => "thread.resume-later",
        Step::Suspend => "thread.suspend",
        Step::Switch { suspends: true, promotes: true, .. } => "thread.suspend-then-promote",
        Step::Switch { suspends: true, promotes: false, .. } => "thread.suspend-then-resume",
        Step::Switch { suspends: false, promotes: true, .. } => "thread.yield-then-promote",
        Step::Switch { suspends: false, promotes: false, .. } => "thread.yield-then-resume",
        Step::NewError => "error-context.new",
        Step::ErrorMessage(_) => "error-context.debug-message",
        Step::PassError(_) => "pass-error",
        Step::DropError(_) => "error-context.drop",
        Step::NewSet => "waitable-set.new",
        Step::DropSet(_) => "waitable-set.drop",
        Step::Poll(_) => "waitable-set.poll",
        Step::Wait(_) => "waitable-set.wait",
        Step::NewFlow { is_future: true } => "future.new",
        Step::NewFlow { is_future: false } => "stream.new",
        Step::GetFlow { is_future: true, .. } => "get-future",
        Step::GetFlow { is_future: false, .. } => "get-stream",
        Step::Give { flow, reads } => match (flows[flow], reads) {
            (true, true) => "read-future",
            (true, false) => "drop-future",
            (false, true) => "read-stream",
            (false, false) => "drop-stream",
        },
        Step::Copy { flow, side, .. } => {
            of(flow, side, ["stream.read", "stream.write"], ["future.read", "future.write"])
        }
        Step::CopySync { flow, side, .. } => {
            let stream = ["stream.read-sync", "stream.write-sync"];
            of(flow, side, stream, ["future.read-sync", "future.write-sync"])
        }
        Step::Cancel { flow, side } => {
            let stream = ["stream.cancel-read", "stream.cancel-write"];
            of(flow, side, stream, ["future.cancel-read", "future.cancel-write"])
        }
        Step::CancelSync { flow, side } => {
            let stream = ["stream.cancel-read-sync", "stream.cancel-write-sync"];
            of(flow, side, stream, ["future.cancel-read-sync", "future.cancel-write-sync"])
        }
        Step::DropEnd { flow, side } => {
            let stream = ["stream.drop-readable", "stream.drop-writable"];
            of(flow, side, stream, ["future.drop-readable", "future.drop-writable"])
        }
        Step::Join { .. } | Step::JoinCall(_) => "waitable.join",
        Step::Call => "call",
        Step::CallSync => "call-sync",
        Step::CallPlain => "call-plain",
        Step::CallHost(0) => "call-host0",
        Step::CallHost(_) => "call-host1",
        Step::CallHostSync(0) => "call-host0-sync",
        Step::CallHostSync(_) => "call-host1-sync",
        Step::CancelCall => "subtask.cancel",
        Step::CancelCallSync => "subtask.cancel-sync",
        Step::DropCall => "subtask.drop",
    })
}

/// The types of streams and futures of bytes, and where other things are that built-ins speak of.
pub struct Indices {
    pub stream: u32,
    pub future: u32,
    /// The function of the other component.
    pub work: u32,
    /// What is imported of the host after `log`.
    pub imported: Vec<&'static str>,
}

impl Indices {
    /// The function that the host gives under this name.
    fn host(&self, name: &str) -> u32 {
        let place = self.imported.iter().position(|other| *other == name).expect("imported");
        1 + place as u32
    }

    /// A built-in under the name that it is imported by.
    pub fn canon(&self, section: &mut CanonicalFunctionSection, name: &str) {
        let none = || [] as [CanonicalOption; 0];
        let copy = || [CanonicalOption::Memory(0), CanonicalOption::Async];
        let copy_sync = || [CanonicalOption::Memory(0)];
        let (stream, future) = (self.stream, self.future);
        match name {
            "backpressure.dec" => section.backpressure_dec(),
            "backpressure.inc" => section.backpressure_inc(),
            "call" => section.lower(self.work, copy()),
            "call-host0" => section.lower(self.host("host0"), copy()),
            "call-host0-sync" => section.lower(self.host("host0"), none()),
            "call-host1" => section.lower(self.host("host1"), copy()),
            "call-host1-sync" => section.lower(self.host("host1"), none()),
            "call-plain" => section.lower(self.work + 1, none()),
            "call-sync" => section.lower(self.work, none()),
            "context.get" => section.context_get(ValType::I32, 0),
            "context.set" => section.context_set(ValType::I32, 0),
            "error-context.debug-message" => {
                section.error_context_debug_message([CanonicalOption::Memory(0), CanonicalOption::Realloc(0)])
            }
            "error-context.drop" => section.error_context_drop(),
            "error-context.new" => section.error_context_new([CanonicalOption::Memory(0)]),
            "future.cancel-read" => section.future_cancel_read(future, true),
            "future.cancel-read-sync" => section.future_cancel_read(future, false),
            "future.cancel-write-sync" => section.future_cancel_write(future, false),
            "future.cancel-write" => section.future_cancel_write(future, true),
            "future.drop-readable" => section.future_drop_readable(future),
            "future.drop-writable" => section.future_drop_writable(future),
            "future.new" => section.future_new(future),
            "future.read" => section.future_read(future, copy()),
            "future.read-sync" => section.future_read(future, copy_sync()),
            "future.write" => section.future_write(future, copy()),
            "future.write-sync" => section.future_write(future, copy_sync()),
            "log" => section.lower(0, none()),
            "stream.cancel-read" => section.stream_cancel_read(stream, true),
            "stream.cancel-read-sync" => section.stream_cancel_read(stream, false),
            "stream.cancel-write-sync" => section.stream_cancel_write(stream, false),
            "stream.cancel-write" => section.stream_cancel_write(stream, true),
            "stream.drop-readable" => section.stream_drop_readable(stream),
            "stream.drop-writable" => section.stream_drop_writable(stream),
            "stream.new" => section.stream_new(stream),
            "stream.read" => section.stream_read(stream, copy()),
            "stream.read-sync" => section.stream_read(stream, copy_sync()),
            "stream.write" => section.stream_write(stream, copy()),
            "stream.write-sync" => section.stream_write(stream, copy_sync()),
            "subtask.cancel" => section.subtask_cancel(true),
            "subtask.cancel-sync" => section.subtask_cancel(false),
            "subtask.drop" => section.subtask_drop(),
            "thread.index" => section.thread_index(),
            "thread.new-indirect" => section.thread_new_indirect(0, 0),
            "thread.resume-later" => section.thread_resume_later(),
            "thread.suspend" => section.thread_suspend(false),
            "thread.suspend-then-promote" => section.thread_suspend_then_promote(false),
            "thread.suspend-then-resume" => section.thread_suspend_then_resume(false),
            "thread.yield" => section.thread_yield(false),
            "thread.yield-then-promote" => section.thread_yield_then_promote(false),
            "thread.yield-then-resume" => section.thread_yield_then_resume(false),
            "waitable-set.drop" => section.waitable_set_drop(),
            "waitable-set.new" => section.waitable_set_new(),
            "waitable-set.poll" => section.waitable_set_poll(false, 0),
            "waitable-set.wait" => section.waitable_set_wait(false, 0),
            "waitable.join" => section.waitable_join(),
            host => section.lower(self.host(host), none()),
        };
    }
}
