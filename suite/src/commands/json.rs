//! Commands as the JSON document and the files that `wasm-tools json-from-wast` writes.

use super::{Action, Command, CommandKind, Lane, ModuleSource, Pattern};
use crate::trace::{RefValue, Value};
use serde_json::{Value as Json, json};

/// A script in JSON, and the modules that it names.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonScript {
    /// The document.
    pub document: Json,
    /// File names and contents.
    pub files: Vec<(String, Vec<u8>)>,
}

/// The order of keys, which some readers take for granted.
const KEYS: [&str; 17] = [
    "source_filename",
    "commands",
    "type",
    "line",
    "module",
    "name",
    "instance",
    "as",
    "field",
    "args",
    "action",
    "filename",
    "text",
    "module_type",
    "expected",
    "lane_type",
    "value",
];

/// What has no words in an assertion.
const INSTANCE: &str = "an instance of a definition in an assertion";

impl JsonScript {
    /// The document as text, with its keys in the order that `wast2json` writes.
    pub fn text(&self) -> String {
        let mut text = String::new();
        write_ordered(&mut text, &self.document);
        text
    }
}

fn write_ordered(text: &mut String, json: &Json) {
    let mut separator = "";
    match json {
        Json::Object(fields) => {
            text.push('{');
            for key in KEYS.iter().filter(|key| fields.contains_key(**key)) {
                *text += &format!("{separator}\"{key}\": ");
                write_ordered(text, &fields[*key]);
                separator = ", ";
            }
            text.push('}');
        }
        Json::Array(items) => {
            text.push('[');
            for item in items {
                text.push_str(separator);
                write_ordered(text, item);
                separator = ",\n  ";
            }
            text.push(']');
        }
        scalar => *text += &scalar.to_string(),
    }
}

/// Writes a script whose file is called `name`.
///
/// # Errors
/// What the format has no words for: components, and what [`CommandKind::Unsupported`] names.
pub fn to_json(name: &str, commands: &[Command]) -> Result<JsonScript, String> {
    let mut files = Vec::new();
    let stem = name.rsplit('/').next().unwrap_or(name).trim_end_matches(".wast");
    let commands: Result<Vec<Json>, String> = commands
        .iter()
        .map(|command| {
            let with_type = command.directive.starts_with("assert_");
            one(command, &mut Files { with_type, stem, files: &mut files })
        })
        .collect();
    Ok(JsonScript { document: json!({ "source_filename": name, "commands": commands? }), files })
}

struct Files<'f> {
    /// Only assertions tell whether a module is text.
    with_type: bool,
    stem: &'f str,
    files: &'f mut Vec<(String, Vec<u8>)>,
}

impl Files<'_> {
    /// The keys that name a module's file.
    fn add(&mut self, module: &ModuleSource) -> Result<Json, String> {
        let (extension, ty, bytes) = match module {
            ModuleSource::Binary(bytes) => ("wasm", "binary", bytes.clone()),
            ModuleSource::Malformed(message) => ("wat", "text", format!("(; {message} ;) (").into_bytes()),
            ModuleSource::Component(_) => return Err("components".to_owned()),
        };
        let name = format!("{}.{}.{extension}", self.stem, self.files.len());
        self.files.push((name.clone(), bytes));
        Ok(match self.with_type {
            true => json!({ "filename": name, "module_type": ty }),
            false => json!({ "filename": name }),
        })
    }
}

fn one(command: &Command, files: &mut Files<'_>) -> Result<Json, String> {
    use CommandKind as K;
    let dollar = |name: &Option<String>| name.as_ref().map(|name| format!("${name}"));
    let (ty, more) = match &command.kind {
        K::Module { name, module } => ("module", merged(files.add(module)?, json!({ "name": dollar(name) }))),
        K::ModuleDefinition { name, module } => {
            ("module_definition", merged(files.add(module)?, json!({ "name": dollar(name) })))
        }
        K::ModuleInstance { name, module } => {
            ("module_instance", json!({ "instance": dollar(name), "module": dollar(module) }))
        }
        K::Register { name, registered } => ("register", json!({ "name": dollar(name), "as": registered })),
        K::Action(action) => ("action", json!({ "action": self::action(action)?, "expected": [] })),
        K::AssertReturn { action, expected } => {
            let expected: Vec<Json> = expected.iter().map(pattern).collect::<Result<_, _>>()?;
            ("assert_return", json!({ "action": self::action(action)?, "expected": expected }))
        }
        K::AssertTrap { action: Action::Module(module), text } => {
            ("assert_uninstantiable", merged(files.add(module)?, json!({ "text": text })))
        }
        K::AssertTrap { action, text } => {
            ("assert_trap", json!({ "action": self::action(action)?, "text": text, "expected": [] }))
        }
        K::AssertExhaustion { action, text } => {
            ("assert_exhaustion", json!({ "action": self::action(action)?, "text": text, "expected": [] }))
        }
        K::AssertException { action } => {
            ("assert_exception", json!({ "action": self::action(action)?, "expected": [] }))
        }
        K::AssertUnlinkable { action: Action::Module(module), text } => {
            ("assert_unlinkable", merged(files.add(module)?, json!({ "text": text })))
        }
        K::AssertUnlinkable { .. } => return Err(INSTANCE.to_owned()),
        K::AssertMalformed { module, text } => {
            ("assert_malformed", merged(files.add(module)?, json!({ "text": text })))
        }
        K::AssertInvalid { module, text } => ("assert_invalid", merged(files.add(module)?, json!({ "text": text }))),
        K::Unsupported(what) => return Err((*what).to_owned()),
    };
    Ok(merged(json!({ "type": ty, "line": command.line }), more))
}

/// The keys of both objects, those that are null left out.
fn merged(mut left: Json, right: Json) -> Json {
    if let (Some(left), Json::Object(right)) = (left.as_object_mut(), right) {
        left.extend(right.into_iter().filter(|(_, value)| !value.is_null()));
    }
    left
}

fn action(action: &Action) -> Result<Json, String> {
    let (ty, module, field, args) = match action {
        Action::Invoke { module, field, args } => {
            ("invoke", module, field, Some(args.iter().map(value).collect::<Result<Vec<_>, _>>()?))
        }
        Action::Get { module, field } => ("get", module, field, None),
        Action::Module(_) => return Err("a module in an assertion of this kind".to_owned()),
        Action::Instance { .. } => return Err(INSTANCE.to_owned()),
    };
    let module = module.as_ref().map(|name| format!("${name}"));
    Ok(merged(json!({ "type": ty }), json!({ "module": module, "field": field, "args": args })))
}

/// Numbers by their bits, without a sign.
fn value(value: &Value) -> Result<Json, String> {
    let (ty, text) = match value {
        Value::I32(v) => ("i32", v.cast_unsigned().to_string()),
        Value::I64(v) => ("i64", v.cast_unsigned().to_string()),
        Value::F32(bits) => ("f32", bits.to_string()),
        Value::F64(bits) => ("f64", bits.to_string()),
        Value::V128(bits) => return Ok(vector(32, (0..4).map(|i| (bits >> (32 * i)) as u32).map(|v| v.to_string()))),
        Value::Ref(RefValue::Null) => ("externref", "null".to_owned()),
        Value::Ref(RefValue::Extern(number)) => ("externref", number.to_string()),
        other => return Err(format!("the value {other}")),
    };
    Ok(json!({ "type": ty, "value": text }))
}

fn pattern(pattern: &Pattern) -> Result<Json, String> {
    let lane = |lane: &Lane| match lane {
        Lane::Bits(bits) => bits.to_string(),
        nan => nan.to_string(),
    };
    Ok(match pattern {
        Pattern::Is(expected) => value(expected)?,
        Pattern::Float(width, bits) => json!({ "type": format!("f{width}"), "value": lane(bits) }),
        Pattern::Lanes(width, lanes) => vector(*width, lanes.iter().map(lane)),
        Pattern::Ref("ref") => return Err("a reference of any kind".to_owned()),
        // As `wast2json` writes any reference of this kind; wabt reads none without a value.
        Pattern::Ref(kind) => json!({ "type": format!("{kind}ref"), "value": "0" }),
        Pattern::Either(_) => return Err("a choice of results".to_owned()),
    })
}

fn vector(width: u32, lanes: impl Iterator<Item = String>) -> Json {
    json!({ "type": "v128", "lane_type": format!("i{width}"), "value": lanes.collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::lower;

    #[test]
    fn a_reference_of_a_kind_has_a_value() {
        let text = "(module (func (export \"f\") (result funcref) (ref.null func)))\n(assert_return (invoke \"f\") (ref.func))";
        let script = to_json("x.wast", &lower(text).expect("a script")).expect("words for all of it");
        assert_eq!(script.document["commands"][1]["expected"], json!([{ "type": "funcref", "value": "0" }]));
    }

    #[test]
    fn a_script_becomes_a_document_and_its_files() {
        let text = "(module $M (func (export \"f\") (param i32) (result i32) (local.get 0)))\n\
                    (assert_return (invoke $M \"f\" (i32.const -1)) (i32.const -1))\n\
                    (assert_trap (module (func $f (unreachable)) (start $f)) \"unreachable\")";
        let script = to_json("core/x.wast", &lower(text).expect("a script")).expect("words for all of it");
        let commands = &script.document["commands"];
        assert_eq!(commands[0], json!({ "type": "module", "line": 1, "name": "$M", "filename": "x.0.wasm" }));
        assert_eq!(commands[1]["expected"], json!([{ "type": "i32", "value": "4294967295" }]));
        assert_eq!(
            (&commands[2]["type"], &commands[2]["filename"]),
            (&json!("assert_uninstantiable"), &json!("x.1.wasm"))
        );
        assert_eq!(script.files.len(), 2);
    }
}
