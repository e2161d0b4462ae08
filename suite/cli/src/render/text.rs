//! A trace for people.

use super::{
    Notes,
    state::{self, Most},
    style::{self, paint},
    tree::tree,
    words::Words,
};
use preflight_engine::trace::{Level, Outcome, Trace};

/// Lines shown of one memory or table.
const MOST: Most = Most(16);

/// The tree of steps, the end, and what can be reached after it. Colours stand in the text as escape codes.
pub fn text(trace: &Trace, notes: &Notes) -> String {
    let mut out = tree(&trace.events, notes);
    if !out.is_empty() {
        out.push('\n');
    }
    out += &format!("outcome: {}\n", outcome(&trace.outcome, &Words::short(notes)));
    for remark in &notes.remarks {
        for line in remark.lines() {
            out += &format!("  {}\n", paint(style::REMARK, &super::clean(line)));
        }
    }
    if trace.level > Level::Outcome {
        out += &post_mortem(trace, notes);
    }
    out
}

fn outcome(outcome: &Outcome, words: &Words<'_>) -> String {
    match outcome {
        Outcome::Returned { values } if values.is_empty() => paint(style::WELL, "returned"),
        Outcome::Returned { values } => paint(style::WELL, &format!("returned {}", words.values(values))),
        other => paint(style::WRONG, &super::clean(&other.to_string())),
    }
}

fn post_mortem(trace: &Trace, notes: &Notes) -> String {
    let went_well = matches!(trace.outcome, Outcome::Returned { .. } | Outcome::Exit { .. });
    let items = &trace.post_mortem.0;
    let head = match (went_well, items.is_empty()) {
        (true, true) => return String::new(),
        (true, false) => "what can be reached now:",
        (false, true) => "no memory, table or global can still be reached",
        (false, false) => "what survived and can still be reached:",
    };
    let words = Words::short(notes);
    let mut out = format!("\n{head}\n");
    for line in items.iter().flat_map(|item| state::lines(item, &words, MOST)) {
        out += &format!("  {line}\n");
    }
    out
}
