//! Plans of values as cases.

use super::{
    CaseError,
    around::{self, Head, Surrounded},
    imports, text, words,
};
use crate::{
    fuzz::campaign::Input,
    trace::{Event, Outcome, Trace, Value},
};
use preflight_plan::{
    around::Provider,
    values::{Import, Ty, ValuePlan},
};
use std::fmt::Write;

/// The case of a plan of a value, which is instantiated where a sibling has what it imports, or, where that does not match, is given
/// it by the header. If scripts have words for the
/// value, the case looks at `v`, and calls `echo`.
pub(super) fn case(input: &Input, plan: &ValuePlan, expected: &[Trace], title: &str) -> Result<String, CaseError> {
    let [made, called @ ..] = expected else { return Err(CaseError::Compared) };
    let rule = if plan.across.is_some() { "CM-CANON-01" } else { "CM-VAL-01" };
    let head = Head { title, rule, more: String::new() };
    let Some(bytes) = plan.around() else {
        let why = match plan.import {
            Some(Import::Missing) => "unknown import",
            _ => "incompatible import type",
        };
        let providers: Vec<Provider> = plan.provider().into_iter().collect();
        return Ok(imports::registered(&plan.to_wasm(), &providers, made, head, why));
    };
    let calls = called.first().map_or_else(String::new, |called| calls(plan, called));
    Ok(around::case(input, &Surrounded::of(bytes), made, &head, &calls))
}

/// The directives after the instantiation: what is exported, and the call of `echo`.
fn calls(plan: &ValuePlan, called: &Trace) -> String {
    if !has_words(&plan.ty) {
        let why = "Scripts have no words for maps and lists of a fixed length, so that `echo` is not called here.";
        return format!(";; {why}\n");
    }
    let all = |values: &[Value]| values.iter().map(constant).collect::<Vec<_>>().join(" ");
    let args = called.events.iter().find_map(|event| match event {
        Event::Called { args, .. } => Some(all(args)),
        _ => None,
    });
    let invoke = format!("(invoke \"echo\"\n  {})", args.unwrap_or_default());
    let mut text = String::new();
    let _ = match &called.outcome {
        Outcome::Trap { code, .. } => writeln!(text, "(assert_trap {invoke} {:?})", words(*code)),
        Outcome::Returned { values } if plan.has_labels() => {
            writeln!(text, "(assert_return {invoke}\n  {})", all(values))
        }
        Outcome::Returned { values } => {
            let values = all(values);
            writeln!(text, "(assert_return (get \"v\")\n  {values})\n(assert_return {invoke}\n  {values})")
        }
        other => unreachable!("calls of plans do not end like this: {other}"),
    };
    text::folded(&text) + "\n"
}

/// Whether scripts have words for values of the type.
fn has_words(ty: &Ty) -> bool {
    match ty {
        Ty::FixedList(..) | Ty::Map(..) => false,
        Ty::List(ty) | Ty::Option(ty) => has_words(ty),
        Ty::Tuple(types) | Ty::Record(types) => types.iter().all(has_words),
        Ty::Variant(cases) => cases.iter().flatten().all(has_words),
        Ty::Result(ok, err) => [ok, err].into_iter().flatten().all(|ty| has_words(ty)),
        _ => true,
    }
}

/// A value in the words of scripts.
fn constant(value: &Value) -> String {
    format!("({})", words_of(value))
}

/// The same without the parentheses.
fn words_of(value: &Value) -> String {
    let all = |values: &[Value]| values.iter().map(|value| format!(" {}", constant(value))).collect::<String>();
    let payload =
        |value: &Option<Box<Value>>| value.as_ref().map_or(String::new(), |value| format!(" {}", constant(value)));
    match value {
        Value::Bool(v) => format!("bool.const {v}"),
        Value::U8(v) => format!("u8.const {v}"),
        Value::S8(v) => format!("s8.const {v}"),
        Value::U16(v) => format!("u16.const {v}"),
        Value::S16(v) => format!("s16.const {v}"),
        Value::U32(v) => format!("u32.const {v}"),
        Value::S32(v) => format!("s32.const {v}"),
        Value::U64(v) => format!("u64.const {v}"),
        Value::S64(v) => format!("s64.const {v}"),
        Value::Float32(bits) => format!("f32.const {}", float(format!("{:?}", f32::from_bits(*bits)))),
        Value::Float64(bits) => format!("f64.const {}", float(format!("{:?}", f64::from_bits(*bits)))),
        Value::Char(c) => format!("char.const {}", quoted(&c.to_string())),
        Value::String(text) => format!("str.const {}", quoted(text)),
        Value::List(values) => format!("list.const{}", all(values)),
        Value::Tuple(values) => format!("tuple.const{}", all(values)),
        Value::Record(fields) => {
            // Here the value has no parentheses of its own.
            let field = |(name, value): &(String, Value)| format!(" (field \"{name}\" {})", words_of(value));
            format!("record.const{}", fields.iter().map(field).collect::<String>())
        }
        Value::Variant(label, value) => format!("variant.const \"{label}\"{}", payload(value)),
        Value::Enum(label) => format!("enum.const \"{label}\""),
        Value::Option(None) => "option.none".to_owned(),
        Value::Option(value) => format!("option.some{}", payload(value)),
        Value::Result(Ok(value)) => format!("result.ok{}", payload(value)),
        Value::Result(Err(value)) => format!("result.err{}", payload(value)),
        Value::Flags(labels) => {
            format!("flags.const{}", labels.iter().map(|label| format!(" \"{label}\"")).collect::<String>())
        }
        other => unreachable!("values of plans are no {other}"),
    }
}

/// Rust's text of a float in that of scripts.
fn float(text: String) -> String {
    text.replace("NaN", "nan")
}

/// A string in the text format.
fn quoted(text: &str) -> String {
    let one = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        ' '..='~' => c.to_string(),
        c => format!("\\u{{{:x}}}", u32::from(c)),
    };
    format!("\"{}\"", text.chars().map(one).collect::<String>())
}
