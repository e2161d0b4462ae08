//! Comparison of two traces at the lower of their levels.

use super::{Event, Level, Outcome, Trace, Value};

/// Where two traces first differ.
#[derive(Debug, Clone, PartialEq)]
pub enum Difference {
    /// The event number `index` (counted among those visible at the common level) differs; `None` is the end of a trace.
    Event {
        /// Which event.
        index: usize,
        /// What was expected there.
        expected: Option<Event>,
        /// What was there.
        actual: Option<Event>,
    },
    /// The ends differ.
    Outcome {
        /// What was expected.
        expected: Outcome,
        /// What happened.
        actual: Outcome,
    },
    /// The states afterwards differ, first in item `index`.
    PostMortem {
        /// Which item.
        index: usize,
    },
}

/// The first difference between two traces, seen at the lower of their levels, or `None`.
///
/// NaN bits are made canonical in the comparison, since the specification leaves them open (core `#nan-propagation`).
/// An *unsupported* on either side is no difference: it is neither pass nor fail.
pub fn compare(expected: &Trace, actual: &Trace) -> Option<Difference> {
    if [expected, actual].iter().any(|trace| matches!(trace.outcome, Outcome::Unsupported { .. })) {
        return None;
    }
    let level = expected.level.min(actual.level);
    let visible = |trace: &Trace| -> Vec<Event> {
        let seen = trace.events.iter().filter(|event| event.level() <= level);
        seen.cloned().map(canonical_event).collect()
    };
    if level > Level::Outcome {
        let (left, right) = (visible(expected), visible(actual));
        let index = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
        if index < left.len().max(right.len()) {
            return Some(Difference::Event {
                index,
                expected: left.get(index).cloned(),
                actual: right.get(index).cloned(),
            });
        }
    }
    let (left, right) = (canonical_outcome(&expected.outcome), canonical_outcome(&actual.outcome));
    if left != right {
        return Some(Difference::Outcome { expected: left, actual: right });
    }
    let (left, right) = (&expected.post_mortem.0, &actual.post_mortem.0);
    if level > Level::Outcome && !left.is_empty() && !right.is_empty() {
        let index = left.iter().zip(right).take_while(|(a, b)| a == b).count();
        if index < left.len().max(right.len()) {
            return Some(Difference::PostMortem { index });
        }
    }
    None
}

fn canonical_outcome(outcome: &Outcome) -> Outcome {
    let mut outcome = outcome.clone();
    if let Outcome::Returned { values } = &mut outcome {
        values.iter_mut().for_each(canonical_value);
    }
    outcome
}

fn canonical_event(mut event: Event) -> Event {
    let values = match &mut event {
        Event::Initialised { values, .. } | Event::Lifted { values, .. } | Event::Lowered { values, .. } => values,
        Event::Called { args, .. }
        | Event::HostCalled { args, .. }
        | Event::Threw { args, .. }
        | Event::ComponentStartEntered { args, .. } => args,
        Event::Returned { results, .. }
        | Event::HostReturned { results, .. }
        | Event::ComponentStartLeft { results, .. } => results,
        _ => return event,
    };
    values.iter_mut().for_each(canonical_value);
    event
}

/// Replaces every NaN by the canonical one. The lanes of a `v128` are not known to be floats: each quarter is taken for
/// one, and the upper half of a 64-bit NaN is one too.
fn canonical_value(value: &mut Value) {
    match value {
        Value::F32(bits) | Value::Float32(bits) => *bits = canonical_bits(*bits),
        Value::F64(bits) | Value::Float64(bits) if f64::from_bits(*bits).is_nan() => *bits = 0x7ff8_0000_0000_0000,
        Value::V128(bits) => {
            let lane = |lane: u32| canonical_bits((*bits >> (32 * lane)) as u32) as u128;
            *bits = lane(0) | lane(1) << 32 | lane(2) << 64 | lane(3) << 96;
        }
        _ => {}
    }
}

fn canonical_bits(bits: u32) -> u32 {
    if f32::from_bits(bits).is_nan() { 0x7fc0_0000 } else { bits }
}
