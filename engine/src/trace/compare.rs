//! Comparison of two traces at the lower of their levels.

use super::{Event, Level, Outcome, State, StateItem, Trace, Value};

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
/// The bits of a NaN do not count, since the specification leaves them open (core `#nan-propagation`); nor does which of
/// the two traces has which. The shape of a `v128` is not known here: two of them are the same if, as four `f32` or as two
/// `f64`, they differ in nothing but the bits of *arithmetic* NaNs, the only ones that instructions choose.
///
/// An *unsupported* on either side is no difference: it is neither pass nor fail.
pub fn compare(expected: &Trace, actual: &Trace) -> Option<Difference> {
    if [expected, actual].iter().any(|trace| matches!(trace.outcome, Outcome::Unsupported { .. })) {
        return None;
    }
    let level = expected.level.min(actual.level);
    if level > Level::Outcome {
        let (left, right) = (visible(expected, level), visible(actual, level));
        if let Some(index) = first_difference(&left, &right, |left, right| same_event(left, right)) {
            let at = |events: &[&Event]| events.get(index).copied().cloned();
            return Some(Difference::Event { index, expected: at(&left), actual: at(&right) });
        }
    }
    if !same_outcome(&expected.outcome, &actual.outcome) {
        return Some(Difference::Outcome { expected: expected.outcome.clone(), actual: actual.outcome.clone() });
    }
    let (left, right) = (&expected.post_mortem.0, &actual.post_mortem.0);
    if level > Level::Outcome && !left.is_empty() && !right.is_empty() {
        return first_difference(left, right, same_item).map(|index| Difference::PostMortem { index });
    }
    None
}

fn visible(trace: &Trace, level: Level) -> Vec<&Event> {
    trace.events.iter().filter(|event| event.level() <= level).collect()
}

/// Where two lists first differ, the end of one included.
fn first_difference<T>(left: &[T], right: &[T], same: impl Fn(&T, &T) -> bool) -> Option<usize> {
    let index = left.iter().zip(right).take_while(|(a, b)| same(a, b)).count();
    (index < left.len().max(right.len())).then_some(index)
}

fn same_event(left: &Event, right: &Event) -> bool {
    same(left, right, |left, right| settle_all(values_of(left), values_of(right)))
}

fn same_outcome(left: &Outcome, right: &Outcome) -> bool {
    same(left, right, settle_outcome)
}

fn same_item(left: &StateItem, right: &StateItem) -> bool {
    same(left, right, |left, right| match (&mut left.state, &mut right.state) {
        (State::Global { value: left }, State::Global { value: right }) => settle(left, right),
        (State::Func { outcome: left }, State::Func { outcome: right }) => settle_outcome(left, right),
        _ => {}
    })
}

/// Whether two things are equal once `settle` has made equal all that may differ.
fn same<T: Clone + PartialEq>(left: &T, right: &T, settle: impl FnOnce(&mut T, &mut T)) -> bool {
    left == right || {
        let (mut left, mut right) = (left.clone(), right.clone());
        settle(&mut left, &mut right);
        left == right
    }
}

fn settle_outcome(left: &mut Outcome, right: &mut Outcome) {
    if let (Outcome::Returned { values: left }, Outcome::Returned { values: right }) = (left, right) {
        settle_all(left, right);
    }
}

/// The values that an event carries.
fn values_of(event: &mut Event) -> &mut [Value] {
    match event {
        Event::Initialised { values, .. } | Event::Lifted { values, .. } | Event::Lowered { values, .. } => values,
        Event::Called { args, .. }
        | Event::HostCalled { args, .. }
        | Event::Threw { args, .. }
        | Event::ComponentStartEntered { args, .. } => args,
        Event::Returned { results, .. }
        | Event::HostReturned { results, .. }
        | Event::ComponentStartLeft { results, .. } => results,
        _ => &mut [],
    }
}

fn settle_all(left: &mut [Value], right: &mut [Value]) {
    left.iter_mut().zip(right).for_each(|(left, right)| settle(left, right));
}

/// Makes two values equal that differ in the bits of NaNs only.
fn settle(left: &mut Value, right: &mut Value) {
    match (left, right) {
        (Value::F32(left), Value::F32(right)) | (Value::Float32(left), Value::Float32(right))
            if f32::from_bits(*left).is_nan() && f32::from_bits(*right).is_nan() =>
        {
            *right = *left;
        }
        (Value::F64(left), Value::F64(right)) | (Value::Float64(left), Value::Float64(right))
            if f64::from_bits(*left).is_nan() && f64::from_bits(*right).is_nan() =>
        {
            *right = *left;
        }
        (Value::V128(left), Value::V128(right)) if same_vector(*left, *right) => *right = *left,
        (Value::List(left), Value::List(right)) | (Value::Tuple(left), Value::Tuple(right)) => settle_all(left, right),
        (Value::Map(left), Value::Map(right)) => {
            for ((key, value), (other_key, other_value)) in left.iter_mut().zip(right) {
                settle(key, other_key);
                settle(value, other_value);
            }
        }
        (Value::Record(left), Value::Record(right)) => {
            left.iter_mut().zip(right).for_each(|((_, left), (_, right))| settle(left, right));
        }
        (Value::Variant(_, left), Value::Variant(_, right)) | (Value::Option(left), Value::Option(right)) => {
            settle_option(left, right);
        }
        (Value::Result(Ok(left)), Value::Result(Ok(right))) | (Value::Result(Err(left)), Value::Result(Err(right))) => {
            settle_option(left, right)
        }
        _ => {}
    }
}

fn settle_option(left: &mut Option<Box<Value>>, right: &mut Option<Box<Value>>) {
    if let (Some(left), Some(right)) = (left, right) {
        settle(left, right);
    }
}

/// The bits that an arithmetic NaN has: the exponent, and the uppermost of the significand (core `#arithmetic-nan`).
const F32_ARITHMETIC: u128 = 0x7fc0_0000;
const F64_ARITHMETIC: u128 = 0x7ff8_0000_0000_0000;

/// Whether two vectors are the same in one of the shapes of floats.
fn same_vector(left: u128, right: u128) -> bool {
    same_lanes(left, right, 32, F32_ARITHMETIC) || same_lanes(left, right, 64, F64_ARITHMETIC)
}

/// Whether two vectors have the same lanes of so many bits, but for those that have the bits `arithmetic` in both.
fn same_lanes(left: u128, right: u128, width: u32, arithmetic: u128) -> bool {
    let mask = (1 << width) - 1;
    (0..128).step_by(width as usize).all(|at| {
        let (left, right) = (left >> at & mask, right >> at & mask);
        left == right || (left & arithmetic == arithmetic && right & arithmetic == arithmetic)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_same(left: Value, right: Value) -> bool {
        let trace = |value| Trace::new(Level::Full, Outcome::Returned { values: vec![value] });
        compare(&trace(left), &trace(right)).is_none()
    }

    #[test]
    fn bits_of_nans_do_not_count() {
        assert!(is_same(Value::F32(0x7fc0_0000), Value::F32(0xffc0_0001)));
        assert!(is_same(Value::F64(0x7ff8 << 48), Value::F64(0xfff8 << 48 | 5)));
        assert!(!is_same(Value::F32(0x7fc0_0000), Value::F32(0x7f80_0000)));
        assert!(!is_same(Value::I32(0x7fc0_0000), Value::I32(0x7fc0_0001)));
        let list = |bits| Value::List(vec![Value::Float32(bits), Value::U8(1)]);
        assert!(is_same(list(0x7fc0_0000), list(0x7fc0_0002)));
    }

    #[test]
    fn vectors_are_the_same_in_one_shape() {
        let f64_nans = |low: u128| Value::V128(0x7ff8 << 112 | 1 << 64 | 0x7ff8 << 48 | low);
        assert!(is_same(f64_nans(0), f64_nans(0xdead_beef)));
        let f32_nan = |lane: u128| Value::V128(7 << 96 | lane << 32 | 3);
        assert!(is_same(f32_nan(0x7fc0_0000), f32_nan(0xffc0_0055)));
        // A lane that is no NaN of either shape.
        assert!(!is_same(f32_nan(0x7fc0_0000), f32_nan(0x7f80_0000)));
        // Signalling NaNs are only copied.
        assert!(!is_same(f32_nan(0x7f80_0001), f32_nan(0x7f80_0002)));
        // Each half would do in a shape of its own.
        let mixed = |single: u128, double: u128| Value::V128((0x7ff8 << 48 | double) << 64 | single);
        assert!(!is_same(mixed(0x7fc0_0000, 1), mixed(0x7fc0_0001, 2)));
    }

    #[test]
    fn states_are_compared_the_same_way() {
        let trace = |bits| {
            let mut trace = Trace::new(Level::Full, Outcome::Unlinkable);
            let state = State::Global { value: Value::F32(bits) };
            trace.post_mortem.0.push(StateItem { at: Default::default(), name: "g".to_owned(), state });
            trace
        };
        assert_eq!(compare(&trace(0x7fc0_0000), &trace(0x7fc0_0001)), None);
        assert_eq!(compare(&trace(0), &trace(1)), Some(Difference::PostMortem { index: 0 }));
    }
}
