//! Values in lines.

use super::scan::{Result, Scan, is_word};
use crate::trace::{RefValue, Value};
use std::fmt::{Display, LowerHex, Write};

/// A name: bare if it can be, a JSON string otherwise.
pub(super) fn print_name(name: &str) -> String {
    match !name.is_empty() && name.chars().all(is_word) {
        true => name.to_owned(),
        false => print_string(name),
    }
}

/// A JSON string.
pub(super) fn print_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Values between parentheses.
pub(super) fn print_args(values: &[Value]) -> String {
    list("(", values.iter().map(print), ")")
}

/// Values between brackets.
pub(super) fn print_items(values: &[Value]) -> String {
    list("[", values.iter().map(print), "]")
}

fn list(open: &str, items: impl Iterator<Item = String>, close: &str) -> String {
    format!("{open}{}{close}", items.collect::<Vec<_>>().join(", "))
}

/// One value.
pub(super) fn print(value: &Value) -> String {
    match value {
        Value::I32(v) => typed("i32", v),
        Value::I64(v) => typed("i64", v),
        Value::F32(bits) => float("f32", f32::from_bits(*bits).into(), bits, f32::from_bits(*bits)),
        Value::F64(bits) => float("f64", f64::from_bits(*bits), bits, f64::from_bits(*bits)),
        Value::V128(bits) => format!("v128:{bits:#x}"),
        Value::Ref(reference) => print_ref(reference),
        Value::Bool(v) => v.to_string(),
        Value::S8(v) => typed("s8", v),
        Value::U8(v) => typed("u8", v),
        Value::S16(v) => typed("s16", v),
        Value::U16(v) => typed("u16", v),
        Value::S32(v) => typed("s32", v),
        Value::U32(v) => typed("u32", v),
        Value::S64(v) => typed("s64", v),
        Value::U64(v) => typed("u64", v),
        Value::Float32(bits) => float("float32", f32::from_bits(*bits).into(), bits, f32::from_bits(*bits)),
        Value::Float64(bits) => float("float64", f64::from_bits(*bits), bits, f64::from_bits(*bits)),
        Value::Char(c) => typed("char", print_string(&c.to_string())),
        Value::String(text) => typed("string", print_string(text)),
        compound => print_compound(compound),
    }
}

fn typed(ty: &str, value: impl Display) -> String {
    format!("{ty}:{value}")
}

/// A float by its shortest decimal form, a NaN by its bits.
fn float(ty: &str, value: f64, bits: impl LowerHex, shown: impl std::fmt::Debug) -> String {
    if value.is_nan() { format!("{ty}:nan:{bits:#x}") } else { format!("{ty}:{shown:?}") }
}

fn print_ref(reference: &RefValue) -> String {
    match reference {
        RefValue::Null => "null".to_owned(),
        RefValue::Func(name) => format!("func {}", print_name(name)),
        RefValue::Extern(number) => format!("extern {number}"),
        RefValue::I31(number) => format!("i31 {number}"),
        RefValue::Struct => "struct".to_owned(),
        RefValue::Array => "array".to_owned(),
        RefValue::Exn => "exn".to_owned(),
    }
}

fn print_compound(value: &Value) -> String {
    let payload = |word: String, value: &Option<Box<Value>>| match value {
        Some(value) => format!("{word}({})", print(value)),
        None => word,
    };
    match value {
        Value::List(items) => print_items(items),
        Value::Map(items) => list("map{", items.iter().map(|(k, v)| format!("{} => {}", print(k), print(v))), "}"),
        Value::Record(fields) => {
            list("{", fields.iter().map(|(label, v)| format!("{} = {}", print_name(label), print(v))), "}")
        }
        Value::Tuple(items) => list("tuple(", items.iter().map(print), ")"),
        Value::Variant(label, value) => payload(format!("case {}", print_name(label)), value),
        Value::Enum(label) => format!("enum {}", print_name(label)),
        Value::Option(None) => "none".to_owned(),
        Value::Option(value) => payload("some".to_owned(), value),
        Value::Result(Ok(value)) => payload("ok".to_owned(), value),
        Value::Result(Err(value)) => payload("err".to_owned(), value),
        Value::Flags(labels) => list("flags{", labels.iter().map(|label| print_name(label)), "}"),
        Value::Own(resource, rep) => format!("own {} {rep}", print_name(resource)),
        Value::Borrow(resource, rep) => format!("borrow {} {rep}", print_name(resource)),
        Value::Stream => "stream".to_owned(),
        Value::Future => "future".to_owned(),
        Value::ErrorContext(message) => format!("error-context {}", print_string(message)),
        scalar => unreachable!("print: {scalar:?}"),
    }
}

/// Values between parentheses.
pub(super) fn parse_args(scan: &mut Scan<'_>) -> Result<Vec<Value>> {
    sequence(scan, "(", ")", parse)
}

/// Values between brackets.
pub(super) fn parse_items(scan: &mut Scan<'_>) -> Result<Vec<Value>> {
    sequence(scan, "[", "]", parse)
}

fn sequence<T>(
    scan: &mut Scan<'_>,
    open: &str,
    close: &str,
    mut item: impl FnMut(&mut Scan<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    scan.want(open)?;
    let mut items = Vec::new();
    while !scan.eat(close) {
        if !items.is_empty() {
            scan.want(",")?;
        }
        items.push(item(scan)?);
    }
    Ok(items)
}

/// One value.
pub(super) fn parse(scan: &mut Scan<'_>) -> Result<Value> {
    if scan.is_at("[") {
        return parse_items(scan).map(Value::List);
    }
    if scan.is_at("{") {
        return sequence(scan, "{", "}", field).map(Value::Record);
    }
    for (prefix, number) in SCALARS {
        if scan.eat(prefix) {
            return number(scan);
        }
    }
    match scan.word("a value")? {
        "true" => Ok(Value::Bool(true)),
        "false" => Ok(Value::Bool(false)),
        "null" => Ok(Value::Ref(RefValue::Null)),
        "func" => scan.name("a function").map(|name| Value::Ref(RefValue::Func(name))),
        "extern" => scan.number("a number").map(|number| Value::Ref(RefValue::Extern(number))),
        "i31" => scan.number("a number").map(|number| Value::Ref(RefValue::I31(number))),
        "struct" => Ok(Value::Ref(RefValue::Struct)),
        "array" => Ok(Value::Ref(RefValue::Array)),
        "exn" => Ok(Value::Ref(RefValue::Exn)),
        word => parse_compound(scan, word),
    }
}

fn parse_compound(scan: &mut Scan<'_>, word: &str) -> Result<Value> {
    Ok(match word {
        "map" => Value::Map(sequence(scan, "{", "}", entry)?),
        "tuple" => Value::Tuple(parse_args(scan)?),
        "case" => Value::Variant(scan.name("a label")?, payload(scan)?),
        "enum" => Value::Enum(scan.name("a label")?),
        "none" => Value::Option(None),
        "some" => Value::Option(payload(scan)?),
        "ok" => Value::Result(Ok(payload(scan)?)),
        "err" => Value::Result(Err(payload(scan)?)),
        "flags" => Value::Flags(sequence(scan, "{", "}", |scan| scan.name("a label"))?),
        "own" => Value::Own(scan.name("a resource")?, scan.number("a representation")?),
        "borrow" => Value::Borrow(scan.name("a resource")?, scan.number("a representation")?),
        "stream" => Value::Stream,
        "future" => Value::Future,
        "error-context" => Value::ErrorContext(scan.string()?),
        _ => return scan.fail("a value before this"),
    })
}

fn field(scan: &mut Scan<'_>) -> Result<(String, Value)> {
    let label = scan.name("a label")?;
    scan.want("=")?;
    Ok((label, parse(scan)?))
}

fn entry(scan: &mut Scan<'_>) -> Result<(Value, Value)> {
    let key = parse(scan)?;
    scan.want("=>")?;
    Ok((key, parse(scan)?))
}

fn payload(scan: &mut Scan<'_>) -> Result<Option<Box<Value>>> {
    if !scan.eat("(") {
        return Ok(None);
    }
    let value = parse(scan)?;
    scan.want(")")?;
    Ok(Some(Box::new(value)))
}

/// How the rest of a scalar is read, by what stands before it.
type Scalar = fn(&mut Scan<'_>) -> Result<Value>;

const SCALARS: [(&str, Scalar); 17] = [
    ("i32:", |s| s.number("an i32").map(Value::I32)),
    ("i64:", |s| s.number("an i64").map(Value::I64)),
    ("f32:", |s| f32_bits(s).map(Value::F32)),
    ("f64:", |s| f64_bits(s).map(Value::F64)),
    ("v128:", |s| hex(s, |digits| u128::from_str_radix(digits, 16)).map(Value::V128)),
    ("s8:", |s| s.number("an s8").map(Value::S8)),
    ("u8:", |s| s.number("a u8").map(Value::U8)),
    ("s16:", |s| s.number("an s16").map(Value::S16)),
    ("u16:", |s| s.number("a u16").map(Value::U16)),
    ("s32:", |s| s.number("an s32").map(Value::S32)),
    ("u32:", |s| s.number("a u32").map(Value::U32)),
    ("s64:", |s| s.number("an s64").map(Value::S64)),
    ("u64:", |s| s.number("a u64").map(Value::U64)),
    ("float32:", |s| f32_bits(s).map(Value::Float32)),
    ("float64:", |s| f64_bits(s).map(Value::Float64)),
    ("char:", character),
    ("string:", |s| s.string().map(Value::String)),
];

fn f32_bits(scan: &mut Scan<'_>) -> Result<u32> {
    match scan.eat("nan:") {
        true => hex(scan, |digits| u32::from_str_radix(digits, 16)),
        false => scan.number("a number").map(f32::to_bits),
    }
}

fn f64_bits(scan: &mut Scan<'_>) -> Result<u64> {
    match scan.eat("nan:") {
        true => hex(scan, |digits| u64::from_str_radix(digits, 16)),
        false => scan.number("a number").map(f64::to_bits),
    }
}

fn hex<T, E>(scan: &mut Scan<'_>, read: impl Fn(&str) -> std::result::Result<T, E>) -> Result<T> {
    scan.want("0x")?;
    let digits = scan.word("digits")?;
    match read(digits) {
        Ok(bits) => Ok(bits),
        Err(_) => scan.fail("hexadecimal digits before this"),
    }
}

fn character(scan: &mut Scan<'_>) -> Result<Value> {
    let text = scan.string()?;
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => Ok(Value::Char(c)),
        _ => scan.fail("one character before this"),
    }
}

/// Appends ` WORD N` unless `count` is zero.
pub(super) fn print_count(line: &mut String, word: &str, count: u32) {
    if count > 0 {
        // Writing to a string cannot fail.
        let _ = write!(line, " {word} {count}");
    }
}
