//! Component-level values in the plain form: as a host language without static types has them.

use crate::trace::Value;
use serde_json::{Value as Json, json};

/// A component-level value in the plain form.
///
/// Numbers are numbers, but those of 64 bits `{"$int": "…"}` and those that are not finite `{"$float": "nan"}` (`inf`,
/// `-inf`); lists and tuples are arrays; records objects; a variant is `{"tag", "val"}`, an enum a string, flags the list of
/// those that are set; an option without a value is `{"$none": true}`, one with it the value; a result is
/// `{"tag": "ok" or "err", "val"}`.
pub fn plain(value: &Value) -> Json {
    let payload = |tag: &str, value: &Option<Box<Value>>| match value {
        Some(value) => json!({ "tag": tag, "val": plain(value) }),
        None => json!({ "tag": tag }),
    };
    match value {
        Value::Bool(v) => json!(v),
        Value::S8(v) => json!(v),
        Value::U8(v) => json!(v),
        Value::S16(v) => json!(v),
        Value::U16(v) => json!(v),
        Value::S32(v) => json!(v),
        Value::U32(v) => json!(v),
        Value::S64(v) => json!({ "$int": v.to_string() }),
        Value::U64(v) => json!({ "$int": v.to_string() }),
        Value::Float32(bits) => float(f64::from(f32::from_bits(*bits))),
        Value::Float64(bits) => float(f64::from_bits(*bits)),
        Value::Char(c) => json!(c),
        Value::String(text) => json!(text),
        Value::List(items) | Value::Tuple(items) => items.iter().map(plain).collect(),
        Value::Map(items) => items.iter().map(|(key, value)| json!([plain(key), plain(value)])).collect(),
        Value::Record(fields) => fields.iter().map(|(label, value)| (label.clone(), plain(value))).collect(),
        Value::Variant(label, value) => payload(label, value),
        Value::Enum(label) => json!(label),
        Value::Option(None) => json!({ "$none": true }),
        Value::Option(Some(value)) => plain(value),
        Value::Result(Ok(value)) => payload("ok", value),
        Value::Result(Err(value)) => payload("err", value),
        Value::Flags(labels) => json!(labels),
        // Core values and handles are no component-level literals.
        other => json!({ "$opaque": other.to_string() }),
    }
}

fn float(value: f64) -> Json {
    if value.is_nan() {
        return json!({ "$float": "nan" });
    }
    match value.is_finite() {
        // Whole numbers look alike in many languages.
        true if value.fract() == 0.0 && value.abs() < 9e15 => json!(value as i64),
        true => json!(value),
        false => json!({ "$float": if value > 0.0 { "inf" } else { "-inf" } }),
    }
}

/// What can be read out of a value in the plain form: nothing where it has none such.
#[derive(Debug, Clone, Copy)]
pub struct Plain<'j>(pub &'j Json);

impl<'j> Plain<'j> {
    /// A truth value.
    pub fn boolean(self) -> Option<bool> {
        self.0.as_bool()
    }

    /// An integer that fits.
    pub fn integer<T: TryFrom<i128>>(self) -> Option<T> {
        let number = match self.0.get("$int") {
            Some(digits) => digits.as_str()?.parse().ok()?,
            None => i128::from(self.0.as_i64()?),
        };
        number.try_into().ok()
    }

    /// A number, finite or not.
    pub fn float(self) -> Option<f64> {
        match self.0.get("$float") {
            Some(word) => match word.as_str()? {
                "nan" => Some(f64::NAN),
                "inf" => Some(f64::INFINITY),
                "-inf" => Some(f64::NEG_INFINITY),
                _ => None,
            },
            None => self.0.as_f64(),
        }
    }

    /// A text, which labels are too.
    pub fn text(self) -> Option<&'j str> {
        self.0.as_str()
    }

    /// A text of one character.
    pub fn character(self) -> Option<char> {
        let mut characters = self.text()?.chars();
        characters.next().filter(|_| characters.next().is_none())
    }

    /// The items of a list or a tuple, the labels of flags.
    pub fn items(self) -> Option<impl ExactSizeIterator<Item = Plain<'j>>> {
        self.0.as_array().map(|items| items.iter().map(Plain))
    }

    /// The field of a record.
    pub fn field(self, label: &str) -> Option<Plain<'j>> {
        self.0.get(label).map(Plain)
    }

    /// Whether it is an option without a value.
    pub fn is_none(self) -> bool {
        self.0.get("$none").is_some()
    }

    /// The label of a variant or a result, and what it holds.
    pub fn variant(self) -> Option<(&'j str, Option<Plain<'j>>)> {
        Some((self.0.get("tag")?.as_str()?, self.field("val")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_can_be_read() {
        let (small, large) = (plain(&Value::S8(i8::MIN)), plain(&Value::U64(u64::MAX)));
        assert_eq!((Plain(&small).integer(), Plain(&large).integer()), (Some(i8::MIN), Some(u64::MAX)));
        assert_eq!((Plain(&small).integer::<u8>(), Plain(&large).integer::<i64>()), (None, None));
        for number in [0.0, -1.5, 1e300, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Plain(&plain(&Value::Float64(number.to_bits()))).float(), Some(number));
        }
        assert!(Plain(&plain(&Value::Float32(f32::NAN.to_bits()))).float().is_some_and(f64::is_nan));
        let (one, two) = (json!("ä"), json!("ab"));
        assert_eq!((Plain(&one).character(), Plain(&two).character(), Plain(&two).boolean()), (Some('ä'), None, None));
    }

    #[test]
    fn what_has_parts_gives_them() {
        let some = Value::Option(Some(Box::new(Value::U8(7))));
        let value = plain(&Value::Result(Err(Some(Box::new(Value::Tuple(vec![some, Value::Option(None)]))))));
        let (label, held) = Plain(&value).variant().expect("a label");
        let items: Vec<_> = held.and_then(Plain::items).expect("a tuple").collect();
        assert_eq!((label, items.len(), items[0].integer(), items[1].is_none()), ("err", 2, Some(7), true));
        let record = plain(&Value::Record(vec![("a".to_owned(), Value::Bool(true))]));
        assert_eq!(Plain(&record).field("a").and_then(Plain::boolean), Some(true));
        assert!(Plain(&record).field("b").is_none() && Plain(&record).variant().is_none());
    }
}
