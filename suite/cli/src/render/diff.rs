//! What changed between two traces.

use super::{
    Notes,
    state::{self, Most},
    style::{self, paint},
    words::Words,
};
use preflight_engine::trace::{Difference, Event, Level, Outcome, Trace, compare};
use similar::{Algorithm, ChangeTag, DiffOp, capture_diff_slices_deadline, group_diff_ops};
use std::time::{Duration, Instant};

/// How many lines of a difference are shown where it is no more than a remark.
pub const MOST_IN_REMARKS: usize = 100;

/// Unchanged lines shown around a change.
const CONTEXT: usize = 3;

/// The first difference and a listing of all, at most so many lines of it, or `None` if there is none at the lower of the
/// traces' levels.
pub fn difference(old: &Trace, new: &Trace, most: usize) -> Option<String> {
    let first = first(&compare(old, new)?, old, new);
    let level = old.level.min(new.level);
    let (old, new) = (listing(old, level), listing(new, level));
    // A listing that is not the shortest one is better than none.
    let deadline = Some(Instant::now() + Duration::from_secs(5));
    let ops = capture_diff_slices_deadline(Algorithm::Myers, &old, &new, deadline);
    let mut out = format!("first difference: {first}\n\n");
    out += &paint(style::WRONG, "--- old");
    out += &format!("\n{}\n", paint(style::WELL, "+++ new"));
    let (mut shown, mut left_out) = (0, 0);
    for group in group_diff_ops(ops, CONTEXT) {
        for line in hunk(&group, &old, &new) {
            if shown < most {
                out += &format!("{line}\n");
                shown += 1;
            } else {
                left_out += 1;
            }
        }
    }
    if left_out > 0 {
        out += &format!("… and {} of the difference\n", super::count(left_out, "more line", "more lines"));
    }
    Some(out)
}

/// Changes that stand close together.
fn hunk(group: &[DiffOp], old: &[String], new: &[String]) -> Vec<String> {
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return Vec::new() };
    let range = |start: usize, end: usize| format!("{},{}", start + 1, end - start);
    let old_range = range(first.old_range().start, last.old_range().end);
    let new_range = range(first.new_range().start, last.new_range().end);
    let mut out = vec![paint(style::CALL, &format!("@@ -{old_range} +{new_range} @@"))];
    for change in group.iter().flat_map(|op| op.iter_changes(old, new)) {
        let (sign, style) = match change.tag() {
            ChangeTag::Delete => ("-", style::WRONG),
            ChangeTag::Insert => ("+", style::WELL),
            ChangeTag::Equal => (" ", style::PLAIN),
        };
        out.push(paint(style, &format!("{sign}{}", change.value())));
    }
    out
}

fn first(difference: &Difference, old: &Trace, new: &Trace) -> String {
    let notes = Notes::default();
    let words = Words::short(&notes);
    let step = |event: &Option<Event>| match event {
        Some(event) => format!("{}: {}", super::clean(event.at().as_str()), words.event(event)),
        None => "no further step".to_owned(),
    };
    match difference {
        Difference::Event { index, expected, actual } => {
            format!("step {}\n  old  {}\n  new  {}", index + 1, step(expected), step(actual))
        }
        Difference::Outcome { expected, actual } => {
            format!("the outcome\n  old  {}\n  new  {}", outcome(expected), outcome(actual))
        }
        Difference::PostMortem { index } => {
            let item = |trace: &Trace| match trace.post_mortem.0.get(*index) {
                Some(item) => state::lines(item, &words, Most(2)).join("\n       "),
                None => "nothing further".to_owned(),
            };
            format!("what can be reached afterwards\n  old  {}\n  new  {}", item(old), item(new))
        }
    }
}

/// A trace as lines, everything in full.
fn listing(trace: &Trace, level: Level) -> Vec<String> {
    let notes = Notes::default();
    let words = Words::full(&notes);
    let mut lines = Vec::new();
    if level > Level::Outcome {
        let visible = trace.events.iter().filter(|event| event.level() <= level);
        lines.extend(visible.map(|event| format!("{}: {}", super::clean(event.at().as_str()), words.event(event))));
    }
    lines.push(format!("outcome: {}", outcome(&trace.outcome)));
    if level > Level::Outcome {
        lines.extend(trace.post_mortem.0.iter().flat_map(|item| state::lines(item, &words, Most(usize::MAX))));
    }
    lines
}

fn outcome(outcome: &Outcome) -> String {
    super::clean(&outcome.to_string())
}
