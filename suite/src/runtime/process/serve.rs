//! The other end of the protocol: a runtime of this process, for a program that asks.
//!
//! It is how the runtimes in this program are run: one that aborts takes its worker with it and not the run. And it makes a
//! driver in Rust a matter of one line.

use super::{
    acting,
    protocol::{PROTOCOL, read_value, unhex, value, values},
};
use crate::{
    runtime::{
        ComponentImport, End, HostFunc, Import, InstanceId, Item, ModuleId, Program, Reach, Recorder, Runtime, ValType,
        World,
    },
    trace::Value,
};
use serde_json::{Value as Json, json};
use std::{
    io::{self, BufRead, Read, Write},
    thread,
};

/// The stack of a runtime in a worker. Interpreters whose handlers call each other need that much where calls in tail position
/// are not optimised, as in a build without optimisation: a million instructions without one return. Only what is used of it
/// is ever there.
const STACK_BYTES: usize = if cfg!(target_pointer_width = "64") { 1 << 30 } else { 64 << 20 };

/// Serves the runtime that `make` makes on standard input and output, on a thread with a large stack.
///
/// # Errors
/// As [`serve`], or the thread cannot be started.
pub fn serve_standard(make: impl FnOnce() -> Box<dyn Runtime> + Send + 'static) -> io::Result<()> {
    std::panic::set_hook(Box::new(|panic| tell(&panic.to_string())));
    let serve_it = move || serve(&mut *make(), io::stdin().lock(), io::stdout().lock());
    let thread = thread::Builder::new().name("runtime".to_owned()).stack_size(STACK_BYTES).spawn(serve_it)?;
    // A panic of the runtime ends the worker, as it would on the main thread.
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Writes a panic to standard error in its own words. By default the second of two, with which a panic ends that cannot be
/// unwound, has a backtrace even where nobody wants one, and to read the symbols of a program takes longer than most cases.
fn tell(panic: &str) {
    let thread = thread::current();
    // Nobody is left to be told that this failed.
    let _ = writeln!(io::stderr(), "thread '{}' {panic}", thread.name().unwrap_or("<unnamed>"));
}

/// Answers requests on `input` to `output` until there are no more.
///
/// # Errors
/// Reading or writing fails, or a request is none, or too long for one.
pub fn serve(runtime: &mut dyn Runtime, input: impl BufRead, output: impl Write) -> io::Result<()> {
    serve_within(runtime, input, output, MAX_REQUEST_BYTES)
}

/// The longest request: it has the bytes of a module, two digits each, and something besides.
const MAX_REQUEST_BYTES: u64 = (2 << 30) + (1 << 20);

fn serve_within(
    runtime: &mut dyn Runtime,
    mut input: impl BufRead,
    mut output: impl Write,
    limit_bytes: u64,
) -> io::Result<()> {
    let recorder = Recorder::default();
    let mut line = Vec::new();
    while input.by_ref().take(limit_bytes + 1).read_until(b'\n', &mut line)? > 0 {
        if line.len() as u64 > limit_bytes {
            let why = format!("a line of more than {limit_bytes} bytes, which no request has");
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        let request: Json = serde_json::from_slice(&line)?;
        line.clear();
        let answer = answer(runtime, &request, &recorder).unwrap_or_else(|end| json!({ "end": wire(&end) }));
        let calls = recorder.take().into_iter().map(|call| json!({ "name": call.name, "args": values(&call.args) }));
        let mut reply = json!({ "id": request["id"], "calls": calls.collect::<Vec<_>>() });
        if let (Some(reply), Json::Object(answer)) = (reply.as_object_mut(), answer) {
            reply.extend(answer);
        }
        writeln!(output, "{reply}")?;
        output.flush()?;
    }
    Ok(())
}

fn answer(runtime: &mut dyn Runtime, request: &Json, recorder: &Recorder) -> Result<Json, End> {
    let instance = InstanceId(request["instance"].as_u64().unwrap_or_default() as u32);
    let number = |key: &str| request[key].as_u64().unwrap_or_default();
    let export = request["export"].as_str().unwrap_or_default();
    let bytes = || unhex(request["bytes"].as_str().unwrap_or_default()).map_err(End::Failed);
    Ok(match request["cmd"].as_str().unwrap_or_default() {
        "hello" => json!({ "protocol": PROTOCOL, "about": runtime.about() }),
        "reset" => {
            runtime.reset()?;
            json!({})
        }
        "limit" => {
            runtime.limit()?;
            json!({})
        }
        "compile" => json!({ "module": runtime.compile(&bytes()?)?.0 }),
        "instantiate" => {
            let imports = imports(&request["imports"], recorder)?;
            json!({ "instance": runtime.instantiate(ModuleId(number("module") as u32), &imports)?.0 })
        }
        "hosts" => {
            let hosts = request["hosts"].as_array().map(Vec::as_slice).unwrap_or_default();
            let hosts = hosts.iter().map(|host| acting::read(host, recorder)).collect::<Result<Vec<_>, End>>()?;
            runtime.hosts(&hosts)?;
            json!({})
        }
        "register" => {
            runtime.register(&text(&request["name"]), instance)?;
            json!({})
        }
        "made" => match runtime.made(&text(&request["name"]))? {
            Some(instance) => json!({ "instance": instance.0 }),
            None => json!({}),
        },
        "call" => {
            expect(runtime, request);
            json!({ "values": values(&runtime.call(instance, export, &all(&request["args"])?)?) })
        }
        "global" => {
            expect(runtime, request);
            json!({ "values": [value(&runtime.global(instance, export)?)] })
        }
        "set_global" => {
            runtime.set_global(instance, export, &one(&request["value"])?)?;
            json!({})
        }
        "memory_size" => json!({ "size": runtime.memory_size(instance, export)? }),
        "memory_read" => {
            let bytes = runtime.memory_read(instance, export, number("offset"), number("len"))?;
            json!({ "bytes": super::protocol::hex(&bytes) })
        }
        "memory_write" => {
            runtime.memory_write(instance, export, number("offset"), &bytes()?)?;
            json!({})
        }
        "table_size" => json!({ "size": runtime.table_size(instance, export)? }),
        "table_get" => json!({ "values": [value(&runtime.table_get(instance, export, number("index"))?)] }),
        "compile_component" => json!({ "module": runtime.compile_component(&bytes()?)?.0 }),
        "instantiate_component" => {
            let imports = instances(&request["imports"]);
            json!({ "instance": runtime.instantiate_component(ModuleId(number("component") as u32), &imports)?.0 })
        }
        "call_component" => {
            let args = request["args"].as_array().map(Vec::as_slice).unwrap_or_default();
            json!({ "values": runtime.call_component(instance, export, args)? })
        }
        "run_js" => {
            let job = serde_json::from_value(request["job"].clone()).map_err(|error| End::Failed(error.to_string()))?;
            json!({ "js": runtime.run_js(&job)? })
        }
        "run_program" => {
            let end = runtime.run_program(&program(request)?)?;
            let stdout = super::protocol::hex(&end.stdout);
            json!({ "stdout": stdout, "end": end.end.err().map(|end| wire(&end)) })
        }
        other => return Err(End::unsupported(other)),
    })
}

fn instances(json: &Json) -> Vec<ComponentImport> {
    let one = |import: &Json| ComponentImport {
        name: import["name"].as_str().unwrap_or_default().to_owned(),
        instance: InstanceId(import["instance"].as_u64().unwrap_or_default() as u32),
        export: import["export"].as_str().map(str::to_owned),
    };
    json.as_array().map(|imports| imports.iter().map(one).collect()).unwrap_or_default()
}

fn program(request: &Json) -> Result<Program, End> {
    let bytes = |json: &Json| unhex(json.as_str().unwrap_or_default()).map_err(End::Failed);
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let preload = |json: &Json| -> Result<_, End> { Ok((text(&json["name"]), bytes(&json["bytes"])?)) };
    let preloads = request["preloads"].as_array().map_or(Ok(Vec::new()), |all| all.iter().map(preload).collect());
    Ok(Program {
        world: serde_json::from_value(request["world"].clone()).unwrap_or(World::P1),
        main: bytes(&request["main"])?,
        preloads: preloads?,
        reach: match request["reach"].as_str() {
            Some("reactor") => Reach::Reactor,
            Some("export") => Reach::Export(text(&request["export"])),
            _ => Reach::Command,
        },
        args: serde_json::from_value(request["args"].clone()).unwrap_or_default(),
        env: serde_json::from_value(request["env"].clone()).unwrap_or_default(),
        stdin: text(&request["stdin"]),
        preopens: serde_json::from_value(request["preopens"].clone()).unwrap_or_default(),
        times: request["times"].as_u64().unwrap_or(1) as u32,
    })
}

fn expect(runtime: &mut dyn Runtime, request: &Json) {
    let types: Vec<Option<ValType>> = serde_json::from_value(request["types"].clone()).unwrap_or_default();
    runtime.expect(&types);
}

fn one(json: &Json) -> Result<Value, End> {
    read_value(json).map_err(End::Failed)
}

fn all(json: &Json) -> Result<Vec<Value>, End> {
    json.as_array().map_or(Ok(Vec::new()), |values| values.iter().map(one).collect())
}

pub(super) fn text(json: &Json) -> String {
    json.as_str().unwrap_or_default().to_owned()
}

pub(super) fn imports(json: &Json, recorder: &Recorder) -> Result<Vec<Import>, End> {
    let import = |json: &Json| {
        let item = match (json.get("host"), json.get("acting"), json.get("registered")) {
            (Some(host), ..) => {
                let params = serde_json::from_value(host["params"].clone()).unwrap_or_default();
                Item::Host(HostFunc::new(text(&host["name"]), params, all(&host["results"])?, recorder.clone()))
            }
            (None, Some(name), _) => Item::Acting(text(name)),
            (None, None, Some(item)) => Item::Registered(text(&item["of"]), text(&item["name"])),
            (None, None, None) => {
                let export = &json["export"];
                let instance = export["instance"].as_u64().unwrap_or_default() as u32;
                Item::Export(InstanceId(instance), text(&export["name"]))
            }
        };
        Ok(Import { module: text(&json["module"]), name: text(&json["name"]), item })
    };
    json.as_array().map_or(Ok(Vec::new()), |imports| imports.iter().map(import).collect())
}

fn wire(end: &End) -> Json {
    match end {
        End::Malformed(text) => json!({ "class": "malformed", "message": text }),
        End::Invalid(text) => json!({ "class": "invalid", "message": text }),
        End::Rejected(text) => json!({ "class": "rejected", "message": text }),
        End::Unlinkable(text) => json!({ "class": "unlinkable", "message": text }),
        // Who does not tell the reason gives no code.
        End::Trap(codes, text) if codes.is_empty() => json!({ "class": "trap", "message": text }),
        End::Trap(codes, text) => json!({ "class": "trap", "code": codes, "message": text }),
        End::Exception(_) => json!({ "class": "exception" }),
        End::Exhausted(what, text) => json!({ "class": "exhausted", "what": what, "message": text }),
        End::Failed(text) => json!({ "class": "failed", "message": text }),
        End::Wrong(text) => json!({ "class": "wrong", "message": text }),
        End::Exit(code) => json!({ "class": "exit", "exit": code }),
        End::Unsupported(text) => json!({ "class": "unsupported", "message": text }),
        End::Broken(broken) => json!({ "class": "failed", "message": broken.to_string() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::{About, GivenUp};

    #[test]
    fn a_line_without_an_end_is_no_request() {
        let mut runtime =
            GivenUp { about: About::new("none", "", "", &[]), why: crate::case::Broken::NotStarted(String::new()) };
        let mut serve = |input: &[u8]| {
            let mut output = Vec::new();
            let end = serve_within(&mut runtime, input, &mut output, 50);
            (String::from_utf8(output).expect("text"), end.map_err(|error| error.to_string()))
        };
        let one = br#"{"id":1,"cmd":"what"}"#;
        let (answer, end) = serve(&[&one[..], b"\n", one].concat());
        assert_eq!((answer.lines().count(), end), (2, Ok(())));
        let (answer, end) = serve(&[&one[..], b"\n", &[b' '; 51]].concat());
        assert_eq!(
            (answer.lines().count(), end),
            (1, Err("a line of more than 50 bytes, which no request has".to_owned()))
        );
    }
}
