//! Functions of the host that act, as they go over the wire.

use super::{
    protocol,
    serve::{imports, text},
};
use crate::{
    case::Does,
    runtime::{Acting, End, HostFunc, ModuleId, Recorder},
};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// What is asked for.
pub(super) fn show(acting: &Acting) -> Json {
    let mut json = match &acting.does {
        Does::Trap => json!({ "does": "trap" }),
        Does::Write { of, export, at, byte } => {
            json!({ "does": "write", "of": of, "export": export, "at": at, "byte": byte })
        }
        Does::Grow { of, export, by } => json!({ "does": "grow", "of": of, "export": export, "by": by }),
        Does::Throw { of, export, args } => json!({ "does": "throw", "of": of, "export": export, "args": args }),
        Does::Call { of, export, catches } => {
            json!({ "does": "call", "of": of, "export": export, "catches": catches })
        }
        Does::Instantiate { names, register, catches, .. } => {
            json!({ "does": "instantiate", "names": names, "register": register, "catches": catches })
        }
    };
    json["name"] = json!(acting.func.name);
    if let Some((module, all)) = &acting.instantiates {
        json["module"] = json!(module.0);
        json["imports"] = all.iter().map(protocol::import).collect();
    }
    json
}

/// Reads it.
pub(super) fn read(json: &Json, recorder: &Recorder) -> Result<Acting, End> {
    let number = |key: &str| json[key].as_u64().unwrap_or_default();
    let (of, export) = (text(&json["of"]), text(&json["export"]));
    let catches = json["catches"] == true;
    let mut instantiates = None;
    let does = match json["does"].as_str().unwrap_or_default() {
        "trap" => Does::Trap,
        "write" => Does::Write { of, export, at: number("at"), byte: number("byte") as u8 },
        "grow" => Does::Grow { of, export, by: number("by") },
        "throw" => Does::Throw { of, export, args: serde_json::from_value(json["args"].clone()).unwrap_or_default() },
        "call" => Does::Call { of, export, catches },
        "instantiate" => {
            instantiates = Some((ModuleId(number("module") as u32), imports(&json["imports"], recorder)?));
            Does::Instantiate {
                module: String::new(),
                names: serde_json::from_value(json["names"].clone()).unwrap_or_default(),
                given: BTreeMap::new(),
                register: json["register"].as_str().map(str::to_owned),
                catches,
            }
        }
        other => return Err(End::unsupported(format!("a function of the host that does {other:?}"))),
    };
    let func = HostFunc::new(text(&json["name"]), Vec::new(), Vec::new(), recorder.clone());
    Ok(Acting { func, does, instantiates })
}
