//! The text form of a trace: one step to a line, for people to write and to read.
//!
//! A line begins with the path of the instance, then says what happened there in the words of the specification:
//!
//! ```text
//! /$N import "A" "t" table             an import was matched
//! /$N global 0 = i32:1                 an initialiser was evaluated: of a global, of a table, of a value definition,
//! /$N elem 0 = [null, func /$N#2]      the items of an element segment,
//! /$N data 0 offset = i32:16           the offset of an active segment
//! /$N allocated func 3 memory 1        the instance was allocated: how many it defines of each kind, zeros left out
//! /$N elem 0 -> table 0 at 1 len 2     an active segment was written
//! /$N data 0 -> memory 0 at 16 len 3
//! /$N elem 0 dropped                   a segment was dropped by the instantiation
//! /$N start 1 entered                  the start function, with its index
//! /$N start 1 left
//! /$N done                             the instantiation is complete
//! /$N trap unreachable in start        it ended in a trap: which, and when (initialise, start or call)
//! /$N throw (i32:7) in start           it ended in an exception with these arguments
//! /$N host spectest.print_i32 (i32:1)  a host function was called from here
//! /$N host spectest.print_i32 returned ()
//! /$N call "_start" () by rule P1-CMD-01      a call from outside, and why (by invoke, by component start,
//! /$N return "_start" ()                      by canonical abi REASON, or by a rule of the host)
//! /$N entry "_initialize" by start of /$M     guest code called an entry or the constructors, while this start
//! /$N entry "__wasm_call_ctors" by export "f" of /$N      function or this export ran
//! /$N output stdout "text\n"           bytes were written to a standard stream (`hex ff00` if they are no text)
//! /$N exit 3                           the program asked to end
//! /$C component begun                  a component instance was begun, and was completed
//! /$C component done
//! /$C component start 0 (u32:7)        a component-level start definition called its function, which returned
//! /$C component start 0 returned (string:"x")
//! /$C lifted "f results" (u32:7)       values were lifted out, or lowered into, an instance
//! /$C lowered "f params" (u32:7)
//! /$C resource "r" made rep 5 handle 1
//! /$C resource "r" dropped rep 5 handle 1
//! /$C locked                           the instance may not be entered any more
//! /$C rule CM-START-02 reading "several are accepted"
//! /$C task "$f" started                a task of an async function went past the backpressure; it was resolved
//! /$C task "$f" returned               (or: cancelled)
//! /$C thread 1 blocked                 a thread gave up control, and went on; 0 is one that has no index yet
//! /$C thread 1 resumed
//! /$C event subtask index 1 payload 2  an event was delivered to code of the instance (subtask, stream-read,
//!                                      stream-write, future-read, future-write, task-cancelled)
//! => unlinkable                        how the last failed instantiation ended; needed only if no line above tells
//! ```
//!
//! Core values are `i32:1`, `i64:-1`, `f32:1.5`, `f64:nan:0x7ff8000000000000`, `v128:0x0f`; references `null`, `func PATH#INDEX`,
//! `extern 3`, `i31 5`, `struct`, `array`, `exn`. Component values name their type where it isn't evident: `u8:1`, `true`,
//! `char:"x"`, `string:"x"`, `[u8:1]`, `tuple(u8:1, u8:2)`, `{label = u8:1}`, `map{u8:1 => true}`, `case c(u8:1)`, `enum e`, `none`,
//! `some(u8:1)`, `ok`, `err(u8:1)`, `flags{a, b}`, `own r 5`, `borrow r 5`,
//! `stream`, `future`, `error-context "x"`. A name with other characters than letters, digits and
//! `_ . / $ # : - < > ! ? @ + * & % ^ ~ |` is written as a JSON string.

mod parse;
mod print;
mod scan;
mod value;

pub use parse::parse_event;
pub use print::print_event;

use crate::trace::{Event, Level, Outcome, Trace};
use thiserror::Error;

/// A line that isn't of this form.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("expected {expected} at {rest:?}")]
pub struct LineError {
    /// What could stand there.
    pub expected: String,
    /// What stands there, to the end of the line.
    pub rest: String,
}

/// What stands before an outcome.
const OUTCOME: &str = "=>";

/// The lines of a trace: its events, and its outcome if they do not tell it.
pub fn print_all(trace: &Trace) -> Vec<String> {
    let mut lines: Vec<String> = trace.events.iter().map(print_event).collect();
    if trace.outcome != told(&trace.events) {
        lines.push(format!("{OUTCOME} {}", print::outcome(&trace.outcome)));
    }
    lines
}

/// Reads the lines of a trace, each given with its number.
///
/// # Errors
/// The number of the first line that cannot be read, and what is wrong with it.
pub fn parse_all<'t>(
    lines: impl IntoIterator<Item = (usize, &'t str)>,
    level: Level,
) -> Result<Trace, (usize, LineError)> {
    let (mut events, mut outcome) = (Vec::new(), None);
    for (number, line) in lines {
        let line = line.trim();
        let result = match line.strip_prefix(OUTCOME) {
            _ if outcome.is_some() => {
                Err(LineError { expected: "nothing after the outcome".to_owned(), rest: line.to_owned() })
            }
            Some(text) => parse::outcome(text).map(|end| outcome = Some(end)),
            None => parse_event(line).map(|event| events.push(event)),
        };
        result.map_err(|error| (number, error))?;
    }
    let outcome = outcome.unwrap_or_else(|| told(&events));
    Ok(Trace { events, ..Trace::new(level, outcome) })
}

/// The outcome that the events tell: that of the last failure among them that did not end in a function of the host.
fn told(events: &[Event]) -> Outcome {
    // For each call of the host that has not returned, how many failures there were before.
    let (mut failures, mut before) = (Vec::new(), Vec::new());
    for event in events {
        match event {
            Event::Trapped { code, phase, .. } => failures.push(Outcome::Trap { code: *code, phase: *phase }),
            Event::Threw { phase, .. } => failures.push(Outcome::Exception { phase: *phase }),
            Event::HostCalled { .. } => before.push(failures.len()),
            // It returned, so that it caught what failed meanwhile.
            Event::HostReturned { .. } => before.pop().into_iter().for_each(|before| failures.truncate(before)),
            _ => {}
        }
    }
    failures.pop().unwrap_or(Outcome::Returned { values: Vec::new() })
}

#[cfg(test)]
mod tests;
