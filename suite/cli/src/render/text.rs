//! A trace for people.

use super::{
    Notes,
    state::{self, Most},
    style::{self, paint},
    tree::tree,
    words::Words,
};
use preflight_engine::trace::{Level, Outcome, State, StateItem, Trace};

/// Lines shown of one memory or table.
const MOST: Most = Most(16);

/// Component instances shown.
const MOST_COMPONENTS: usize = 50;

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
    let items: Vec<&StateItem> = trace.post_mortem.0.iter().filter(|item| !went_well || is_telling(item)).collect();
    let head = match (went_well, items.is_empty()) {
        (true, true) => return String::new(),
        (true, false) => "what can be reached now:",
        (false, true) => "no memory, table or global can still be reached",
        (false, false) if items.iter().any(|item| is_component(item)) => "what can still be reached:",
        (false, false) => "what survived and can still be reached:",
    };
    let words = Words::short(notes);
    let mut out = format!("\n{head}\n");
    let (components, others): (Vec<&StateItem>, Vec<&StateItem>) = items.iter().partition(|item| is_component(item));
    for line in others.into_iter().flat_map(|item| state::lines(item, &words, MOST)) {
        out += &format!("  {line}\n");
    }
    for line in components.iter().take(MOST_COMPONENTS).flat_map(|item| state::lines(item, &words, MOST)) {
        out += &format!("  {line}\n");
    }
    if let Some(more) = components.len().checked_sub(MOST_COMPONENTS).filter(|more| *more > 0) {
        out += &format!("  … {more} more component instances (--format json has all)\n");
    }
    out
}

fn is_component(item: &StateItem) -> bool {
    matches!(item.state, State::Component { .. })
}

/// That a component instance which came up can be called goes without saying.
fn is_telling(item: &StateItem) -> bool {
    !matches!(item.state, State::Component { locked: false, may_enter: true, handles: 0 })
}
