//! The steps as a tree in time order: what happened inside a start, a call or an instantiation stands under it.

use super::{
    Notes,
    style::{self, paint},
    words::Words,
};
use anstyle::Style;
use preflight_engine::trace::{Event, Initialiser, InstancePath, Phase, SegmentKind, TrapCode, Value};

/// The tree, one line for each row.
pub fn tree(events: &[Event], notes: &Notes) -> String {
    let mut builder = Builder { words: Words::short(notes), rows: Vec::new(), open: Vec::new() };
    let mut rest = events;
    while let Some((event, _)) = rest.split_first() {
        let taken = builder.folded(rest).unwrap_or_else(|| {
            builder.single(event, events[..events.len() - rest.len()].last());
            1
        });
        rest = &rest[taken..];
    }
    draw(&builder.rows)
}

/// One line.
struct Row {
    depth: usize,
    style: Style,
    text: String,
}

/// What has begun and not ended.
enum Open {
    Instance(InstancePath),
    Start(InstancePath),
    Call(InstancePath),
    Host,
}

struct Builder<'a> {
    words: Words<'a>,
    rows: Vec<Row>,
    open: Vec<Open>,
}

impl Builder<'_> {
    /// Steps that follow each other at once and make one row; how many there were.
    fn folded(&mut self, events: &[Event]) -> Option<usize> {
        let (text, style, taken) = match events {
            [called @ Event::HostCalled { .. }, Event::HostReturned { results, .. }, ..]
            | [called @ Event::Called { .. }, Event::Returned { results, .. }, ..] => {
                (format!("{} → {}", self.words.event(called), self.words.results(results)), style::CALL, 2)
            }
            [entered @ Event::StartEntered { .. }, Event::StartLeft { .. }, ..] => {
                (format!("{} entered and left", self.words.event(entered)), style::START, 2)
            }
            events => {
                let taken = segment_steps(events)?;
                let applied = events[..taken].iter().find(|event| matches!(event, Event::SegmentApplied { .. }))?;
                let is_dropped = matches!(events[taken - 1], Event::SegmentDropped { .. });
                let dropped = if is_dropped { ", then dropped" } else { "" };
                (self.words.event(applied) + dropped, style::PLAIN, taken)
            }
        };
        self.instance(&events[0]);
        self.push(events[0].at(), style, text);
        Some(taken)
    }

    /// One step, after another.
    fn single(&mut self, event: &Event, before: Option<&Event>) {
        self.instance(event);
        let (at, text) = (event.at(), self.words.event(event));
        match event {
            // The instance's own row says so.
            Event::ComponentBegun { .. } => {}
            Event::StartEntered { .. } | Event::ComponentStartEntered { .. } => {
                self.push(at, style::START, text);
                self.open.push(Open::Start(at.clone()));
            }
            Event::Called { .. } => {
                self.push(at, style::CALL, text);
                self.open.push(Open::Call(at.clone()));
            }
            Event::HostCalled { .. } => {
                self.push(at, style::CALL, text);
                self.open.push(Open::Host);
            }
            Event::StartLeft { .. } | Event::ComponentStartLeft { .. } => {
                self.close(|open| matches!(open, Open::Start(path) if path == at));
                self.push(at, style::START, text);
            }
            Event::Returned { .. } => {
                self.close(|open| matches!(open, Open::Call(path) if path == at));
                self.push(at, style::CALL, text);
            }
            Event::HostReturned { .. } => {
                self.close(|open| matches!(open, Open::Host));
                self.push(at, style::CALL, text);
            }
            Event::InstanceDone { .. } | Event::ComponentDone { .. } => {
                self.close(|open| matches!(open, Open::Start(path) if path == at));
                self.push(at, style::WELL, text);
                self.close(|open| matches!(open, Open::Instance(path) if path == at));
            }
            Event::Trapped { code, phase, .. } => {
                self.push(at, style::WRONG, text + &misfit(*code, before));
                self.unwind(at, *phase);
            }
            Event::Threw { phase, .. } => {
                self.push(at, style::WRONG, text);
                self.unwind(at, *phase);
            }
            Event::EntryCalled { .. } => self.push(at, style::START, text),
            Event::Output { .. } | Event::Exited { .. } => self.push(at, style::CALL, text),
            Event::SegmentDropped { .. } | Event::ImportResolved { .. } | Event::InstanceAllocated { .. } => {
                self.push(at, style::QUIET, text);
            }
            _ => self.push(at, style::PLAIN, text),
        }
    }

    /// Opens the instance of a step that only an instantiation has.
    fn instance(&mut self, event: &Event) {
        let belongs_to_a_call = matches!(
            event,
            Event::Called { .. }
                | Event::Returned { .. }
                | Event::HostCalled { .. }
                | Event::HostReturned { .. }
                | Event::EntryCalled { .. }
                | Event::Output { .. }
                | Event::Exited { .. }
                | Event::Lifted { .. }
                | Event::Lowered { .. }
                | Event::ResourceMade { .. }
                | Event::ResourceDropped { .. }
                | Event::Locked { .. }
                | Event::RuleApplied { .. }
                | Event::Trapped { phase: Phase::Call, .. }
                | Event::Threw { phase: Phase::Call, .. }
        );
        let at = event.at();
        if belongs_to_a_call || self.open.iter().any(|open| matches!(open, Open::Instance(path) if path == at)) {
            return;
        }
        let component = if matches!(event, Event::ComponentBegun { .. }) { ": a component" } else { "" };
        let text = self.words.instance(at) + component;
        self.rows.push(Row { depth: self.open.len(), style: style::INSTANCE, text });
        self.open.push(Open::Instance(at.clone()));
    }

    /// A row under what is open. A step of another instance than the innermost one says so.
    fn push(&mut self, at: &InstancePath, style: Style, text: String) {
        let inside = self.open.iter().rev().find_map(|open| match open {
            Open::Instance(path) | Open::Start(path) | Open::Call(path) => Some(path),
            Open::Host => None,
        });
        let is_call = style == style::CALL && self.open.is_empty();
        let text = if inside == Some(at) && !is_call { text } else { format!("{}: {text}", super::clean(at.as_str())) };
        self.rows.push(Row { depth: self.open.len(), style, text });
    }

    /// Closes the innermost thing of this kind and all inside it; nothing, if there is none.
    fn close(&mut self, is_it: impl Fn(&Open) -> bool) {
        if let Some(index) = self.open.iter().rposition(is_it) {
            self.open.truncate(index);
        }
    }

    /// Closes what a trap or an exception ended.
    fn unwind(&mut self, at: &InstancePath, phase: Phase) {
        match phase {
            Phase::Call => self.close(|open| matches!(open, Open::Call(path) if path == at)),
            _ => self.close(|open| matches!(open, Open::Instance(path) if path == at)),
        }
    }
}

/// How many steps at the beginning are the writing of one active segment that worked.
fn segment_steps(events: &[Event]) -> Option<usize> {
    let offset_of = |event: &Event| match event {
        Event::Initialised { what: Initialiser::ElemOffset(index), .. } => Some((SegmentKind::Elem, *index)),
        Event::Initialised { what: Initialiser::DataOffset(index), .. } => Some((SegmentKind::Data, *index)),
        _ => None,
    };
    let offset = offset_of(events.first()?);
    let skipped = usize::from(offset.is_some());
    let Some(Event::SegmentApplied { kind, segment, .. }) = events.get(skipped) else { return None };
    if offset.is_some_and(|offset| offset != (*kind, *segment)) {
        return None;
    }
    let is_dropped = matches!(events.get(skipped + 1),
        Some(Event::SegmentDropped { kind: k, segment: s, .. }) if (k, s) == (kind, segment));
    Some(skipped + 1 + usize::from(is_dropped))
}

/// What an out-of-bounds trap of the instantiation was about: the segment whose offset came just before.
fn misfit(code: TrapCode, before: Option<&Event>) -> String {
    let Some(Event::Initialised { what, values, .. }) = before else { return String::new() };
    // Offsets are unsigned, whatever the value's type says.
    let offset = match values.as_slice() {
        [Value::I32(offset)] => u64::from(*offset as u32),
        [Value::I64(offset)] => *offset as u64,
        _ => return String::new(),
    };
    match (what, code) {
        (Initialiser::DataOffset(index), TrapCode::OutOfBoundsMemory) => {
            format!(": data {index} does not fit at {offset:#x}")
        }
        (Initialiser::ElemOffset(index), TrapCode::OutOfBoundsTable) => {
            format!(": elem {index} does not fit at {offset}")
        }
        _ => String::new(),
    }
}

/// Rows with the lines that connect them, from the last row to the first: a line goes on where a row below is on it.
fn draw(rows: &[Row]) -> String {
    let mut below: Vec<bool> = Vec::new();
    let mut lines = Vec::with_capacity(rows.len());
    for Row { depth, style, text } in rows.iter().rev() {
        below.resize(depth + 1, false);
        let mut guides = String::new();
        for &goes_on in below.iter().take(*depth).skip(1) {
            guides += if goes_on { "│  " } else { "   " };
        }
        if *depth > 0 {
            guides += if below[*depth] { "├─ " } else { "└─ " };
        }
        below[*depth] = true;
        lines.push(format!("{}{}\n", paint(style::QUIET, &guides), paint(*style, text)));
    }
    lines.into_iter().rev().collect()
}
