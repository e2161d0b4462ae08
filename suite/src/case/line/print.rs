//! Steps to lines.

use super::value::{print, print_args, print_count, print_items, print_name, print_string};
use crate::trace::{Cause, Event, Initialiser, Outcome, SegmentKind, Value, Written};
use serde::Serialize;

/// The line of one step.
pub fn print_event(event: &Event) -> String {
    format!("{} {}", print_name(event.at().as_str()), step(event))
}

fn step(event: &Event) -> String {
    match event {
        Event::ImportResolved { module, name, kind, .. } => {
            format!("import {} {} {}", print_string(module), print_string(name), word(kind))
        }
        Event::InstanceAllocated { funcs, tables, memories, globals, tags, .. } => {
            allocated([*funcs, *tables, *memories, *globals, *tags])
        }
        Event::Initialised { what, values, .. } => format!("{} = {}", initialiser(what), initial(what, values)),
        Event::SegmentApplied { kind, segment, target, offset, len, .. } => {
            let to = match kind {
                SegmentKind::Elem => "table",
                SegmentKind::Data => "memory",
            };
            format!("{} {segment} -> {to} {target} at {offset} len {len}", word(kind))
        }
        Event::SegmentDropped { kind, segment, .. } => format!("{} {segment} dropped", word(kind)),
        Event::StartEntered { func, .. } => format!("start {func} entered"),
        Event::StartLeft { func, .. } => format!("start {func} left"),
        Event::InstanceDone { .. } => "done".to_owned(),
        Event::Trapped { code, phase, .. } => format!("trap {} in {}", word(code), word(phase)),
        Event::Threw { phase, args, .. } => format!("throw {} in {}", print_args(args), word(phase)),
        call => call_step(call),
    }
}

fn call_step(event: &Event) -> String {
    match event {
        Event::Called { name, args, cause: why, .. } => {
            format!("call {} {} by {}", print_string(name), print_args(args), cause(why))
        }
        Event::Returned { name, results, .. } => format!("return {} {}", print_string(name), print_args(results)),
        Event::HostCalled { name, args, .. } => format!("host {} {}", print_name(name), print_args(args)),
        Event::HostReturned { name, results, .. } => {
            format!("host {} returned {}", print_name(name), print_args(results))
        }
        Event::EntryCalled { name, cause: why, .. } => format!("entry {} by {}", print_string(name), cause(why)),
        Event::Output { stream, bytes: Written::Text(text), .. } => {
            format!("output {} {}", word(stream), print_string(text))
        }
        Event::Output { stream, bytes: Written::Hex(digits), .. } => format!("output {} hex {digits}", word(stream)),
        Event::Exited { code, .. } => format!("exit {code}"),
        component => component_step(component),
    }
}

fn component_step(event: &Event) -> String {
    match event {
        Event::ComponentBegun { .. } => "component begun".to_owned(),
        Event::ComponentDone { .. } => "component done".to_owned(),
        Event::ComponentStartEntered { func, args, .. } => format!("component start {func} {}", print_args(args)),
        Event::ComponentStartLeft { func, results, .. } => {
            format!("component start {func} returned {}", print_args(results))
        }
        Event::Lifted { what, values, .. } => format!("lifted {} {}", print_string(what), print_args(values)),
        Event::Lowered { what, values, .. } => format!("lowered {} {}", print_string(what), print_args(values)),
        Event::ResourceMade { resource, rep, handle, .. } => {
            format!("resource {} made rep {rep} handle {handle}", print_string(resource))
        }
        Event::ResourceDropped { resource, rep, handle, .. } => {
            format!("resource {} dropped rep {rep} handle {handle}", print_string(resource))
        }
        Event::Locked { .. } => "locked".to_owned(),
        Event::RuleApplied { rule, reading, .. } => {
            format!("rule {} reading {}", print_name(rule), print_string(reading))
        }
        other => task_step(other),
    }
}

fn task_step(event: &Event) -> String {
    match event {
        Event::Task { name, step, .. } => format!("task {} {}", print_string(name), word(step)),
        Event::Thread { thread, step, .. } => format!("thread {thread} {}", word(step)),
        Event::EventDelivered { code, index, payload, .. } => {
            format!("event {} index {index} payload {payload}", word(code))
        }
        other => unreachable!("step: {other:?}"),
    }
}

fn allocated([funcs, tables, memories, globals, tags]: [u32; 5]) -> String {
    let mut line = "allocated".to_owned();
    print_count(&mut line, "func", funcs);
    print_count(&mut line, "table", tables);
    print_count(&mut line, "memory", memories);
    print_count(&mut line, "global", globals);
    print_count(&mut line, "tag", tags);
    line
}

fn initialiser(what: &Initialiser) -> String {
    match what {
        Initialiser::Global(index) => format!("global {index}"),
        Initialiser::Table(index) => format!("table {index}"),
        Initialiser::Elem(index) => format!("elem {index}"),
        Initialiser::ElemOffset(index) => format!("elem {index} offset"),
        Initialiser::DataOffset(index) => format!("data {index} offset"),
        Initialiser::Value(index) => format!("value {index}"),
    }
}

/// One value, or the items of an element segment.
fn initial(what: &Initialiser, values: &[Value]) -> String {
    match (what, values) {
        (Initialiser::Elem(_), items) => print_items(items),
        (_, [value]) => print(value),
        (_, values) => format!("values {}", print_args(values)),
    }
}

fn cause(cause: &Cause) -> String {
    match cause {
        Cause::Invoke => "invoke".to_owned(),
        Cause::HostRule(rule) => format!("rule {}", print_name(rule)),
        Cause::ComponentStart => "component start".to_owned(),
        Cause::CanonicalAbi(why) => format!("canonical abi {}", print_name(why)),
        Cause::StartSection(at) => format!("start of {}", print_name(at.as_str())),
        Cause::Export { at, name } => format!("export {} of {}", print_string(name), print_name(at.as_str())),
    }
}

/// The text of an outcome, without the arrow.
pub(super) fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Malformed => "malformed".to_owned(),
        Outcome::Invalid => "invalid".to_owned(),
        Outcome::Unlinkable => "unlinkable".to_owned(),
        Outcome::Trap { code, phase } => format!("trap {} in {}", word(code), word(phase)),
        Outcome::Exception { phase } => format!("exception in {}", word(phase)),
        Outcome::Exhausted { what } => format!("exhausted {}", word(what)),
        Outcome::Exit { code } => format!("exit {code}"),
        Outcome::Returned { values } => format!("returned {}", print_args(values)),
        Outcome::Unsupported { what } => format!("unsupported {}", print_string(what)),
    }
}

/// The name of a variant, as traces write it.
fn word(variant: &impl Serialize) -> String {
    match serde_json::to_value(variant) {
        Ok(serde_json::Value::String(word)) => word,
        other => unreachable!("a variant without fields is a word, not {other:?}"),
    }
}
