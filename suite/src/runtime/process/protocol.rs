//! The words of the protocol. What they mean is told in `PROTOCOL.md`.

use crate::{
    case::js,
    printable::printable,
    runtime::{About, End, HostFunc, Import, Item, Program, Reach, ValType},
    trace::{RefValue, Resource, TrapCode, Value},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// The version of the protocol that this program speaks.
pub const PROTOCOL: u32 = 1;

/// A request, without its number.
#[derive(Debug, Serialize)]
#[serde(tag = "cmd", rename_all = "snake_case")]
pub(super) enum Request<'a> {
    Hello { protocol: u32 },
    Reset,
    Limit,
    Compile { bytes: String },
    Instantiate { module: u32, imports: Vec<Json> },
    Hosts { hosts: Vec<Json> },
    Register { name: &'a str, instance: u32 },
    Made { name: &'a str },
    Call { instance: u32, export: &'a str, args: Vec<Json>, types: Vec<Option<ValType>> },
    Global { instance: u32, export: &'a str, types: Vec<Option<ValType>> },
    SetGlobal { instance: u32, export: &'a str, value: Json },
    MemorySize { instance: u32, export: &'a str },
    MemoryRead { instance: u32, export: &'a str, offset: u64, len: u64 },
    MemoryWrite { instance: u32, export: &'a str, offset: u64, bytes: String },
    TableSize { instance: u32, export: &'a str },
    TableGet { instance: u32, export: &'a str, index: u64 },
    CompileComponent { bytes: String },
    InstantiateComponent { component: u32, imports: Vec<Json> },
    CallComponent { instance: u32, export: &'a str, args: Vec<Json> },
    RunProgram(Json),
    RunJs { job: &'a js::Job },
}

/// A reply: what was asked for, or how it ended; and the calls of host functions meanwhile.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reply {
    pub(super) id: u64,
    pub(super) about: Option<About>,
    pub(super) protocol: Option<u32>,
    pub(super) module: Option<u32>,
    pub(super) instance: Option<u32>,
    pub(super) values: Option<Vec<Json>>,
    pub(super) size: Option<u64>,
    pub(super) bytes: Option<String>,
    pub(super) stdout: Option<String>,
    pub(super) js: Option<js::Answer>,
    pub(super) end: Option<WireEnd>,
    #[serde(default)]
    pub(super) calls: Vec<WireCall>,
}

/// A call of a host function.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireCall {
    pub(super) name: String,
    pub(super) args: Vec<Json>,
}

impl Reply {
    /// Whether it has what an answer to `command` has, and nothing else: either the field of the table in `PROTOCOL.md` or `end`.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub(super) fn answers(&self, command: &str) -> Result<(), String> {
        let fields = fields(command);
        let has = self.fields();
        if let Some(other) = has.iter().find(|field| !fields.contains(field)) {
            let rule = match fields {
                [] => "which has no field of its own: leave it out".to_owned(),
                fields => format!("which has `{}`: leave it out", fields.join("` and `")),
            };
            return Err(format!("`{other}` is no field of the answer to {command}, {rule}"));
        }
        match (has.first(), &self.end) {
            // A program may have written something before it ended.
            (Some(field), Some(_)) if command != "run_program" => Err(format!(
                "`{field}` and `end` in the answer to {command}: give the one if it succeeded, and else the other"
            )),
            _ => Ok(()),
        }
    }

    /// The fields that are there, but for those that every answer may have.
    fn fields(&self) -> Vec<&'static str> {
        let all = [
            ("about", self.about.is_some()),
            ("protocol", self.protocol.is_some()),
            ("module", self.module.is_some()),
            ("instance", self.instance.is_some()),
            ("values", self.values.is_some()),
            ("size", self.size.is_some()),
            ("bytes", self.bytes.is_some()),
            ("stdout", self.stdout.is_some()),
            ("js", self.js.is_some()),
        ];
        all.iter().filter(|(_, is_there)| *is_there).map(|(field, _)| *field).collect()
    }
}

/// The fields of the answer to a command, by the table of `PROTOCOL.md`.
fn fields(command: &str) -> &'static [&'static str] {
    match command {
        "hello" => &["protocol", "about"],
        "compile" | "compile_component" => &["module"],
        "instantiate" | "instantiate_component" | "made" => &["instance"],
        "call" | "global" | "table_get" | "call_component" => &["values"],
        "memory_size" | "table_size" => &["size"],
        "memory_read" => &["bytes"],
        "run_program" => &["stdout"],
        "run_js" => &["js"],
        _ => &[],
    }
}

/// How something ended.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WireEnd {
    class: Class,
    code: Option<Codes>,
    exit: Option<i32>,
    what: Option<Resource>,
    #[serde(default)]
    message: String,
}

/// The reason of a trap, or all those that the runtime's words stand for.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Codes {
    One(TrapCode),
    Several(Vec<TrapCode>),
}

impl From<Codes> for Vec<TrapCode> {
    fn from(codes: Codes) -> Self {
        match codes {
            Codes::One(code) => vec![code],
            Codes::Several(codes) => codes,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Class {
    Malformed,
    Invalid,
    Rejected,
    Unlinkable,
    Trap,
    Exception,
    Exhausted,
    Failed,
    Wrong,
    Exit,
    Unsupported,
}

impl TryFrom<WireEnd> for End {
    type Error = String;

    /// # Errors
    /// The rule that the end breaks: one of these classes without what it has to tell, or another with it.
    fn try_from(end: WireEnd) -> Result<Self, String> {
        let owned = [
            ("code", Class::Trap, end.code.is_some()),
            ("what", Class::Exhausted, end.what.is_some()),
            ("exit", Class::Exit, end.exit.is_some()),
        ];
        if let Some((field, class, _)) = owned.iter().find(|(_, class, is_there)| *is_there && *class != end.class) {
            let class = format!("{class:?}").to_lowercase();
            return Err(format!("an `end` with `{field}`, which only the class `{class}` has: leave it out"));
        }
        let text = printable(&end.message);
        Ok(match end.class {
            Class::Malformed => End::Malformed(text),
            Class::Invalid => End::Invalid(text),
            Class::Rejected => End::Rejected(text),
            Class::Unlinkable => End::Unlinkable(text),
            Class::Trap => End::Trap(codes(end.code)?, text),
            Class::Exception => End::Exception(Vec::new()),
            Class::Exhausted => {
                let none = "an `end` of class `exhausted` without `what`: say which limit it was, such as `stack`";
                End::Exhausted(end.what.ok_or(none)?, text)
            }
            Class::Failed => End::Failed(text),
            Class::Wrong => End::Wrong(text),
            Class::Exit => {
                End::Exit(end.exit.ok_or("an `end` of class `exit` without `exit`: give the program's code")?)
            }
            Class::Unsupported => End::Unsupported(text),
        })
    }
}

/// The reasons of a trap: none if the runtime does not tell.
fn codes(codes: Option<Codes>) -> Result<Vec<TrapCode>, String> {
    match codes.map(Vec::from) {
        Some(codes) if codes.is_empty() => {
            Err("a trap with an empty list for `code`: leave `code` out if the runtime does not tell the reason"
                .to_owned())
        }
        codes => Ok(codes.unwrap_or_default()),
    }
}

/// Bytes, two digits each.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// The bytes of pairs of digits.
pub(super) fn unhex(text: &str) -> Result<Vec<u8>, String> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    let pair = |pair: &[u8]| match *pair {
        [high, low] => Some((digit(high)? << 4 | digit(low)?) as u8),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(pair).collect();
    bytes.ok_or_else(|| "bytes that are not pairs of hexadecimal digits".to_owned())
}

pub(super) fn import(import: &Import) -> Json {
    let item = match &import.item {
        Item::Export(instance, name) => ("export", json!({ "instance": instance.0, "name": name })),
        Item::Host(func) => ("host", host(func)),
        Item::Acting(name) => ("acting", json!(name)),
        Item::Registered(of, name) => ("registered", json!({ "of": of, "name": name })),
    };
    json!({ "module": import.module, "name": import.name, item.0: item.1 })
}

fn host(func: &HostFunc) -> Json {
    let params: Vec<&str> = func.params.iter().map(|ty| val_type(*ty)).collect();
    json!({ "name": func.name, "params": params, "results": values(&func.results) })
}

fn val_type(ty: ValType) -> &'static str {
    match ty {
        ValType::I32 => "i32",
        ValType::I64 => "i64",
        ValType::F32 => "f32",
        ValType::F64 => "f64",
    }
}

pub(super) fn program(program: &Program) -> Json {
    let preload = |(name, bytes): &(String, Vec<u8>)| json!({ "name": name, "bytes": hex(bytes) });
    let (reach, export) = match &program.reach {
        Reach::Command => ("command", None),
        Reach::Reactor => ("reactor", None),
        Reach::Export(name) => ("export", Some(name)),
    };
    json!({
        "world": program.world,
        "main": hex(&program.main),
        "preloads": program.preloads.iter().map(preload).collect::<Vec<_>>(),
        "reach": reach,
        "export": export,
        "args": program.args,
        "env": program.env,
        "stdin": program.stdin,
        "preopens": program.preopens,
        "times": program.times,
    })
}

/// Core values, each as `{"type", "value"}`.
pub(super) fn values(values: &[Value]) -> Vec<Json> {
    values.iter().map(value).collect()
}

pub(super) fn value(value: &Value) -> Json {
    let (ty, value) = match value {
        Value::I32(v) => ("i32", v.to_string()),
        Value::I64(v) => ("i64", v.to_string()),
        Value::F32(bits) => ("f32", bits.to_string()),
        Value::F64(bits) => ("f64", bits.to_string()),
        Value::V128(bits) => ("v128", format!("{bits:#034x}")),
        Value::Ref(RefValue::Extern(number)) => ("externref", number.to_string()),
        Value::Ref(RefValue::Func(name)) => ("funcref", name.clone()),
        Value::Ref(RefValue::I31(number)) => ("i31ref", number.to_string()),
        Value::Ref(RefValue::Struct) => ("structref", "?".to_owned()),
        Value::Ref(RefValue::Array) => ("arrayref", "?".to_owned()),
        Value::Ref(RefValue::Exn) => ("exnref", "?".to_owned()),
        _ => ("ref", "null".to_owned()),
    };
    json!({ "type": ty, "value": value })
}

/// Before the bits of a NaN that may have been others where it came from.
const LOST_NAN: &str = "nan:";

/// Whether it is a NaN whose bits may have changed on the way.
pub(super) fn is_lost_nan(json: &Json) -> bool {
    json["value"].as_str().is_some_and(|value| value.starts_with(LOST_NAN))
}

/// Reads a core value. Integers may be signed or not.
pub(super) fn read_value(json: &Json) -> Result<Value, String> {
    let text = |key: &str| json.get(key).and_then(Json::as_str).ok_or_else(|| format!("a value without {key}: {json}"));
    let (ty, value) = (text("type")?, text("value")?);
    if json.as_object().is_some_and(|fields| fields.len() > 2) {
        return Err(format!("a value has `type` and `value` and nothing else: {json}"));
    }
    let value = value.strip_prefix(LOST_NAN).filter(|_| matches!(ty, "f32" | "f64")).unwrap_or(value);
    let integer = || value.parse::<i128>().map_err(|_| format!("{value:?} is no decimal number"));
    let bits = |digits: u32| match integer()? {
        number if (-(1 << (digits - 1))..1 << digits).contains(&number) => {
            Ok(number as u64 & (u64::MAX >> (64 - digits)))
        }
        _ => Err(format!("{value} is no {ty}: it does not fit into {digits} bits")),
    };
    Ok(match ty {
        "i32" => Value::I32(bits(32)? as i32),
        "i64" => Value::I64(bits(64)? as i64),
        "f32" => Value::F32(bits(32)? as u32),
        "f64" => Value::F64(bits(64)?),
        "v128" => {
            let digits = value.strip_prefix("0x").ok_or("a v128 begins with 0x")?;
            Value::V128(u128::from_str_radix(digits, 16).map_err(|error| error.to_string())?)
        }
        "externref" if value != "null" => Value::Ref(RefValue::Extern(bits(32)? as u32)),
        "i31ref" if value != "null" => Value::Ref(RefValue::I31(bits(32)? as i32)),
        _ if value == "null" => Value::Ref(RefValue::Null),
        "funcref" => Value::Ref(RefValue::Func(printable(value))),
        "arrayref" => Value::Ref(RefValue::Array),
        "structref" | "anyref" | "eqref" => Value::Ref(RefValue::Struct),
        "exnref" => Value::Ref(RefValue::Exn),
        other => return Err(format!("a value of the unknown type {other:?}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_went() {
        let all = [
            Value::I32(-1),
            Value::I64(i64::MIN),
            Value::F32(0x7fc0_0001),
            Value::F64(u64::MAX),
            Value::V128(1 << 127),
            Value::Ref(RefValue::Null),
            Value::Ref(RefValue::Extern(u32::MAX)),
        ];
        for one in all {
            assert_eq!(read_value(&value(&one)), Ok(one));
        }
        assert_eq!(read_value(&json!({"type": "i32", "value": "4294967295"})), Ok(Value::I32(-1)));
    }

    #[test]
    fn wrong_values_are_refused() {
        for wrong in [
            json!(1),
            json!({"type": "i32"}),
            json!({"type": "i32", "value": "x"}),
            json!({"type": "i32", "value": "4294967296"}),
            json!({"type": "i32", "value": "-2147483649"}),
            json!({"type": "i64", "value": "18446744073709551616"}),
            json!({"type": "f32", "value": "4294967296"}),
            json!({"type": "v128", "value": "1"}),
            json!({"type": "i32", "value": "1", "more": 1}),
        ] {
            assert!(read_value(&wrong).is_err(), "{wrong}");
        }
        assert!(["0", "zz", "é", "+f"].iter().all(|text| unhex(text).is_err()));
        assert_eq!(unhex("00ff"), Ok(vec![0, 255]));
    }
}
