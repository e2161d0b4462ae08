//! One step in words.

use super::{Notes, clean, count, safe, shorten};
use preflight_engine::trace::{
    Cause, Event, ExternKind, Initialiser, InstancePath, RefValue, SegmentKind, Value, Written,
};

/// How to say things.
pub struct Words<'a> {
    notes: &'a Notes,
    /// Longest value, in characters.
    value_limit: usize,
    /// Longest list, in values.
    list_limit: usize,
}

impl<'a> Words<'a> {
    /// For people: wide values are shortened.
    pub fn short(notes: &'a Notes) -> Self {
        Words { notes, value_limit: 64, list_limit: 8 }
    }

    /// For comparisons: everything in full.
    pub fn full(notes: &'a Notes) -> Self {
        Words { notes, value_limit: usize::MAX, list_limit: usize::MAX }
    }

    /// A step, without the instance that it belongs to.
    pub fn event(&self, event: &Event) -> String {
        match event {
            Event::ImportResolved { at, module, name, kind } => self.import(at, module, name, *kind),
            Event::InstanceAllocated { funcs, tables, memories, globals, tags, .. } => {
                allocated([*funcs, *tables, *memories, *globals, *tags])
            }
            Event::Initialised { what, values, .. } if values.is_empty() => format!("{}: none", initialiser(what)),
            Event::Initialised { what, values, .. } => format!("{} = {}", initialiser(what), self.values(values)),
            Event::SegmentApplied { kind, segment, target, offset, len, .. } => {
                applied(*kind, *segment, *target, *offset, *len)
            }
            Event::SegmentDropped { kind, segment, .. } => format!("{} {segment} dropped", segment_kind(*kind)),
            Event::StartEntered { at, func } => format!("start {}", self.func(at, *func)),
            Event::StartLeft { .. } => "start returned".to_owned(),
            Event::InstanceDone { .. } => "ready".to_owned(),
            Event::Called { name, args, cause, .. } => {
                format!("call {}({}){}", safe(name), self.values(args), cause_of(cause))
            }
            Event::Returned { name, results, .. } => format!("{} returned {}", safe(name), self.results(results)),
            Event::HostCalled { name, args, .. } => format!("host call {}({})", safe(name), self.values(args)),
            Event::HostReturned { name, results, .. } => format!("{} returned {}", safe(name), self.results(results)),
            Event::Trapped { code, phase, .. } => format!("TRAP {code} ({})", phase.as_str()),
            Event::Threw { phase, args, .. } => format!("EXCEPTION ({}) ({})", self.values(args), phase.as_str()),
            Event::EntryCalled { name, cause, .. } => {
                format!("{} called from within{}", safe(name), cause_of(cause))
            }
            Event::Output { stream, bytes, .. } => format!("{}: {}", stream.as_str(), self.written(bytes)),
            Event::Exited { code, .. } => format!("EXIT {}", code.cast_unsigned()),
            other => self.component_event(other),
        }
    }

    /// The steps that only components have.
    fn component_event(&self, event: &Event) -> String {
        match event {
            Event::ComponentBegun { .. } => "component instance begun".to_owned(),
            Event::ComponentDone { .. } => "component instance ready".to_owned(),
            Event::ComponentStartEntered { func, args, .. } => {
                format!("component start function {func}({})", self.values(args))
            }
            Event::ComponentStartLeft { results, .. } => format!("component start returned {}", self.results(results)),
            Event::Lifted { what, values, .. } => format!("lifted {}: {}", clean(what), self.values(values)),
            Event::Lowered { what, values, .. } => format!("lowered {}: {}", clean(what), self.values(values)),
            Event::ResourceMade { resource, rep, handle, .. } => {
                format!("resource {} {rep} made, handle {handle}", safe(resource))
            }
            Event::ResourceDropped { resource, rep, handle, .. } => {
                format!("resource {} {rep} dropped, handle {handle}", safe(resource))
            }
            Event::Locked { .. } => "locked: it may not be entered any more".to_owned(),
            Event::RuleApplied { rule, reading, .. } => {
                format!("rule {} read as {}", safe(rule), safe(&reading_of(reading)))
            }
            Event::Task { name, step, .. } => format!("task of {} {}", safe(name), step.as_str()),
            Event::Thread { thread, step, .. } => format!("thread {thread} {}", step.as_str()),
            Event::EventDelivered { code, index, payload, .. } => {
                format!("event {}: handle {index}, payload {payload}", code.as_str())
            }
            _ => unreachable!("`event` has seen to all others"),
        }
    }

    fn written(&self, bytes: &Written) -> String {
        match bytes {
            Written::Text(text) => shorten(format!("{text:?}"), self.value_limit),
            Written::Hex(digits) => shorten(format!("0x{digits}"), self.value_limit),
        }
    }

    fn import(&self, at: &InstancePath, module: &str, name: &str, kind: ExternKind) -> String {
        let key = (at.clone(), module.to_owned(), name.to_owned());
        let provider = self.notes.providers.get(&key).map(|provider| format!(" ← {provider}")).unwrap_or_default();
        // Imports of components have one name.
        let module = if module.is_empty() { String::new() } else { format!("{}.", safe(module)) };
        format!("import {module}{} ({}){provider}", safe(name), extern_kind(kind))
    }

    /// A function of an instance.
    pub fn func(&self, at: &InstancePath, index: u32) -> String {
        let name = self.notes.funcs.get(&format!("{at}#{index}"));
        format!("function {index}{}", name.map(|name| format!(" ({})", safe(name))).unwrap_or_default())
    }

    /// An instance, with the file that it came of.
    pub fn instance(&self, at: &InstancePath) -> String {
        let file = self.notes.files.get(at).map(|file| format!(" ({})", clean(file))).unwrap_or_default();
        format!("{}{file}", clean(at.as_str()))
    }

    /// One value.
    pub fn value(&self, value: &Value) -> String {
        let text = match value {
            Value::Ref(RefValue::Func(func)) => match self.notes.funcs.get(func) {
                Some(name) => format!("func {} ({})", clean(func), safe(name)),
                None => format!("func {}", clean(func)),
            },
            other => clean(&other.to_string()),
        };
        shorten(text, self.value_limit)
    }

    /// Some values, separated by commas.
    pub fn values(&self, values: &[Value]) -> String {
        let shown: Vec<String> = values.iter().take(self.list_limit).map(|value| self.value(value)).collect();
        match values.len().saturating_sub(self.list_limit) {
            0 => shown.join(", "),
            more => format!("{}, … {more} more", shown.join(", ")),
        }
    }

    /// What came back.
    pub fn results(&self, values: &[Value]) -> String {
        if values.is_empty() { "nothing".to_owned() } else { self.values(values) }
    }
}

/// An active segment that was written.
fn applied(kind: SegmentKind, segment: u32, target: u32, offset: u64, len: u64) -> String {
    match kind {
        SegmentKind::Data => {
            format!("data {segment} → memory {target}: {} at {offset:#x}", count(len, "byte", "bytes"))
        }
        SegmentKind::Elem => {
            format!("elem {segment} → table {target}: {} at {offset}", count(len, "entry", "entries"))
        }
    }
}

/// Element or data.
fn segment_kind(kind: SegmentKind) -> &'static str {
    match kind {
        SegmentKind::Elem => "elem",
        SegmentKind::Data => "data",
    }
}

/// Which constant expression.
fn initialiser(what: &Initialiser) -> String {
    match what {
        Initialiser::Global(index) => format!("global {index}"),
        Initialiser::Table(index) => format!("initial element of table {index}"),
        Initialiser::Elem(index) => format!("items of elem {index}"),
        Initialiser::ElemOffset(index) => format!("offset of elem {index}"),
        Initialiser::DataOffset(index) => format!("offset of data {index}"),
        Initialiser::Value(index) => format!("value {index}"),
    }
}

fn allocated(counts: [u32; 5]) -> String {
    let names = [
        ("function", "functions"),
        ("table", "tables"),
        ("memory", "memories"),
        ("global", "globals"),
        ("tag", "tags"),
    ];
    let some = counts.iter().zip(names).filter(|(n, _)| **n > 0);
    let list: Vec<String> = some.map(|(n, (one, many))| count(u64::from(*n), one, many)).collect();
    if list.is_empty() {
        "allocated, with nothing of its own".to_owned()
    } else {
        format!("allocated {}", list.join(", "))
    }
}

fn cause_of(cause: &Cause) -> String {
    match cause {
        Cause::Invoke => String::new(),
        Cause::HostRule(rule) => format!(", by rule {}", safe(rule)),
        Cause::ComponentStart => ", by a component's start definition".to_owned(),
        Cause::StartSection(at) => format!(", by the start section of {}", clean(at.as_str())),
        Cause::Export { at, name } => format!(", by the export {} of {}", safe(name), clean(at.as_str())),
        Cause::CanonicalAbi(what) => format!(", by the canonical ABI ({})", safe(what)),
    }
}

/// What kind of thing it is, as traces say it.
pub fn extern_kind(kind: ExternKind) -> &'static str {
    match kind {
        ExternKind::Func => "func",
        ExternKind::Table => "table",
        ExternKind::Memory => "memory",
        ExternKind::Global => "global",
        ExternKind::Tag => "tag",
        ExternKind::Module => "module",
        ExternKind::Instance => "instance",
        ExternKind::Component => "component",
        ExternKind::Type => "type",
        ExternKind::Value => "value",
    }
}

/// A reading as flags write it: the engine's own name `TrapRelatives` is `trap-relatives` to `--reading`; words stay words.
fn reading_of(reading: &str) -> String {
    if !reading.starts_with(|c: char| c.is_ascii_uppercase()) || !reading.chars().all(|c| c.is_ascii_alphabetic()) {
        return reading.to_owned();
    }
    let kebab: String = reading
        .chars()
        .flat_map(|c| [c.is_ascii_uppercase().then_some('-'), Some(c.to_ascii_lowercase())])
        .flatten()
        .collect();
    kebab.trim_start_matches('-').to_owned()
}
