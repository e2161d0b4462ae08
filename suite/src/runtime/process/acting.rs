//! Functions of the host that act, as they go over the wire.

use super::{
    protocol,
    serve::{imports, text},
};
use crate::runtime::{Act, Acting, End, HostFunc, ModuleId, Recorder};
use serde_json::{Value as Json, json};

/// What is asked for.
pub(super) fn show(acting: &Acting) -> Json {
    let mut json = match &acting.act {
        Act::Trap => json!({ "does": "trap" }),
        Act::Write { of, export, at, byte } => {
            json!({ "does": "write", "of": of, "export": export, "at": at, "byte": byte })
        }
        Act::Grow { of, export, by } => json!({ "does": "grow", "of": of, "export": export, "by": by }),
        Act::Throw { of, export, args } => json!({ "does": "throw", "of": of, "export": export, "args": args }),
        Act::Call { of, export, catches } => {
            json!({ "does": "call", "of": of, "export": export, "catches": catches })
        }
        Act::Instantiate { module, imports, names, register, catches } => {
            let imports: Vec<Json> = imports.iter().map(protocol::import).collect();
            json!({ "does": "instantiate", "module": module.0, "imports": imports, "names": names, "register": register,
                "catches": catches })
        }
    };
    json["name"] = json!(acting.func.name);
    json
}

/// Reads it.
pub(super) fn read(json: &Json, recorder: &Recorder) -> Result<Acting, End> {
    let number = |key: &str| json[key].as_u64().unwrap_or_default();
    let (of, export) = (text(&json["of"]), text(&json["export"]));
    let catches = json["catches"] == true;
    let act = match json["does"].as_str().unwrap_or_default() {
        "trap" => Act::Trap,
        "write" => Act::Write { of, export, at: number("at"), byte: number("byte") as u8 },
        "grow" => Act::Grow { of, export, by: number("by") },
        "throw" => Act::Throw { of, export, args: serde_json::from_value(json["args"].clone()).unwrap_or_default() },
        "call" => Act::Call { of, export, catches },
        "instantiate" => Act::Instantiate {
            module: ModuleId(number("module") as u32),
            imports: imports(&json["imports"], recorder)?,
            names: serde_json::from_value(json["names"].clone()).unwrap_or_default(),
            register: json["register"].as_str().map(str::to_owned),
            catches,
        },
        other => return Err(End::unsupported(format!("a function of the host that does {other:?}"))),
    };
    let func = HostFunc::new(text(&json["name"]), Vec::new(), Vec::new(), recorder.clone());
    Ok(Acting { func, act })
}
