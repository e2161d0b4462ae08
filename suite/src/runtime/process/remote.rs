//! A runtime at the other end of the protocol.

use super::{
    Driver, Limits, acting,
    protocol::{self, PROTOCOL, Reply, Request, WireEnd, hex, is_lost_nan, read_value, unhex, value, values},
    worker::Worker,
};
use crate::{
    case::{Broken, js},
    printable::printable,
    runtime::{
        Ability, About, Acting, ComponentImport, End, HostFunc, Import, InstanceId, Item, Lineage, ModuleId, Program,
        ProgramEnd, Runtime, ValType,
    },
    trace::{Level, Value},
};
use serde_json::Value as Json;
use std::{collections::HashMap, time::Duration};

/// A runtime in another process, started when it is first needed and again after it broke.
pub struct Remote {
    driver: Driver,
    limits: Limits,
    worker: Option<Worker>,
    about: About,
    /// The host functions of the running case, by name.
    host: HashMap<String, HostFunc>,
    last_id: u64,
    /// The types of the next results.
    types: Vec<Option<ValType>>,
    /// Whether the last values have a NaN that may have changed.
    nan_lost: bool,
}

impl Remote {
    /// Starts the driver and asks what it is.
    ///
    /// # Errors
    /// It cannot be started, or its first answer is none.
    pub fn start(driver: Driver, limits: Limits) -> Result<Self, Broken> {
        let about = About::new("", "", "", &[]);
        let mut remote = Remote {
            driver,
            limits,
            worker: None,
            about,
            host: HashMap::new(),
            last_id: 0,
            types: Vec::new(),
            nan_lost: false,
        };
        remote.about = remote.hello()?;
        Ok(remote)
    }

    /// Makes sure that a worker runs; a new one is greeted.
    fn hello(&mut self) -> Result<About, Broken> {
        self.worker = Some(Worker::start(&self.driver, self.limits)?);
        let reply = self.ask(&Request::Hello { protocol: PROTOCOL }, self.limits.start)?;
        match (reply.protocol, reply.about) {
            (Some(PROTOCOL), Some(about)) => match refusal(&about) {
                Some(why) => Err(self.rubbish(&about.name, why)),
                None => Ok(About {
                    version: printable(&about.version),
                    lineage: Lineage {
                        engine: printable(&about.lineage.engine),
                        linker: printable(&about.lineage.linker),
                    },
                    ..about
                }),
            },
            (Some(PROTOCOL), None) => Err(self.rubbish("", "`hello` is answered without `about`")),
            (Some(other), _) => {
                Err(self.rubbish(&format!("protocol {other}"), &format!("protocol {PROTOCOL} is asked for")))
            }
            (None, _) => Err(self.rubbish("", "`hello` is answered without `protocol`")),
        }
    }

    /// Asks the worker, which is ended if its answer is none.
    fn ask(&mut self, request: &Request<'_>, limit: Duration) -> Result<Reply, Broken> {
        self.last_id += 1;
        let json = numbered(self.last_id, request);
        let line = format!("{json}\n");
        let Some(worker) = &mut self.worker else {
            return Err(Broken::NotStarted("it broke earlier in this case".to_owned()));
        };
        let answer = worker.ask(line.as_bytes(), limit).inspect_err(|_| self.worker = None)?;
        let reply: Reply = match serde_json::from_slice(&answer) {
            Ok(reply) => reply,
            Err(error) => return Err(self.rubbish(&String::from_utf8_lossy(&answer), &error.to_string())),
        };
        if reply.id != self.last_id {
            let error = format!("it answers request {}, but {} was asked", reply.id, self.last_id);
            return Err(self.rubbish(&String::from_utf8_lossy(&answer), &error));
        }
        match reply.answers(json["cmd"].as_str().unwrap_or_default()) {
            Ok(()) => Ok(reply),
            Err(error) => Err(self.rubbish(&String::from_utf8_lossy(&answer), &error)),
        }
    }

    /// Ends the worker, whose answer is none.
    fn rubbish(&mut self, text: &str, error: &str) -> Broken {
        self.worker = None;
        Broken::Rubbish { text: text.trim().chars().take(200).collect(), error: printable(error) }
    }

    /// Asks, and hands the calls of host functions to whoever records them.
    fn command(&mut self, request: &Request<'_>) -> Result<Reply, End> {
        let mut reply = self.ask(request, self.limits.answer).map_err(End::Broken)?;
        for call in std::mem::take(&mut reply.calls) {
            let args = self.read_values(&call.args)?;
            match self.host.get(&call.name) {
                Some(func) => func.record(args),
                None => {
                    return Err(End::Broken(
                        self.rubbish(&call.name, "a call of a host function that is not imported"),
                    ));
                }
            }
        }
        match reply.end.take() {
            Some(end) if reply.stdout.is_none() => Err(self.end(end)),
            end => Ok(Reply { end, ..reply }),
        }
    }

    /// An end as it was told; if what was told is none, the runtime has broken.
    fn end(&mut self, end: WireEnd) -> End {
        End::try_from(end).unwrap_or_else(|error| End::Broken(self.rubbish("", &error)))
    }

    /// Asks for something that a reply must have.
    fn wanted<T>(&mut self, request: &Request<'_>, name: &str, get: impl FnOnce(Reply) -> Option<T>) -> Result<T, End> {
        let reply = self.command(request)?;
        let missing = || format!("neither `{name}` nor `end` in the answer to {}", request_name(request));
        get(reply).ok_or_else(|| End::Broken(self.rubbish("", &missing())))
    }

    /// Knows who is to hear of calls of these.
    fn hear(&mut self, imports: &[Import]) {
        for import in imports {
            if let Item::Host(func) = &import.item {
                self.host.insert(func.name.clone(), func.clone());
            }
        }
    }

    fn read_values(&mut self, values: &[Json]) -> Result<Vec<Value>, End> {
        self.nan_lost = values.iter().any(is_lost_nan);
        let values: Result<Vec<Value>, String> = values.iter().map(read_value).collect();
        values.map_err(|error| End::Broken(self.rubbish("", &error)))
    }

    fn one_value(&mut self, request: &Request<'_>) -> Result<Value, End> {
        let values = self.wanted(request, "values", |reply| reply.values)?;
        let values = self.read_values(&values)?;
        match <[Value; 1]>::try_from(values) {
            Ok([value]) => Ok(value),
            Err(values) => Err(End::Broken(self.rubbish("", &format!("{} values instead of one", values.len())))),
        }
    }

    fn read_bytes(&mut self, text: &str) -> Result<Vec<u8>, End> {
        unhex(text).map_err(|error| End::Broken(self.rubbish(text, &error)))
    }
}

/// What a driver cannot say of itself.
fn refusal(about: &About) -> Option<&'static str> {
    if !About::is_name(&about.name) {
        return Some(
            "no name: one is 1 to 64 characters of A-Z, a-z, 0-9, `.`, `_`, `-` and blank, and begins with no dot",
        );
    }
    if about.name == About::REFERENCE {
        return Some("the reference engine has this name, and no driver: give it the name of its runtime");
    }
    if about.level == Level::Full {
        return Some("the level `full`, for which the protocol has no words: say `observable`, or `outcome`");
    }
    let scripts = "the ability `scripts`, for which the protocol has no request: leave it out";
    about.can(Ability::Scripts).then_some(scripts)
}

/// A request as it goes over the wire.
pub(super) fn numbered(id: u64, request: &Request<'_>) -> Json {
    let mut json = serde_json::to_value(request).unwrap_or_default();
    json["id"] = id.into();
    json
}

fn request_name(request: &Request<'_>) -> String {
    numbered(0, request)["cmd"].as_str().unwrap_or_default().to_owned()
}

impl Runtime for Remote {
    fn about(&self) -> About {
        self.about.clone()
    }

    fn reset(&mut self) -> Result<(), End> {
        self.host.clear();
        if self.worker.is_none() {
            self.hello().map_err(End::Broken)?;
        }
        self.command(&Request::Reset).map(drop)
    }

    fn limit(&mut self) -> Result<(), End> {
        self.command(&Request::Limit).map(drop)
    }

    fn compile(&mut self, bytes: &[u8]) -> Result<ModuleId, End> {
        self.wanted(&Request::Compile { bytes: hex(bytes) }, "module", |reply| reply.module).map(ModuleId)
    }

    fn instantiate(&mut self, module: ModuleId, imports: &[Import]) -> Result<InstanceId, End> {
        self.hear(imports);
        let imports = imports.iter().map(protocol::import).collect();
        let request = Request::Instantiate { module: module.0, imports };
        self.wanted(&request, "instance", |reply| reply.instance).map(InstanceId)
    }

    fn hosts(&mut self, hosts: &[Acting]) -> Result<(), End> {
        for Acting { func, instantiates, .. } in hosts {
            self.host.insert(func.name.clone(), func.clone());
            instantiates.iter().for_each(|(_, imports)| self.hear(imports));
        }
        self.command(&Request::Hosts { hosts: hosts.iter().map(acting::show).collect() }).map(drop)
    }

    fn register(&mut self, name: &str, instance: InstanceId) -> Result<(), End> {
        self.command(&Request::Register { name, instance: instance.0 }).map(drop)
    }

    fn made(&mut self, name: &str) -> Result<Option<InstanceId>, End> {
        Ok(self.command(&Request::Made { name })?.instance.map(InstanceId))
    }

    fn may_have_lost_nan(&self) -> bool {
        self.nan_lost
    }

    fn expect(&mut self, types: &[Option<ValType>]) {
        self.types = types.to_vec();
    }

    fn call(&mut self, instance: InstanceId, export: &str, args: &[Value]) -> Result<Vec<Value>, End> {
        let types = std::mem::take(&mut self.types);
        let request = Request::Call { instance: instance.0, export, args: values(args), types };
        let values = self.wanted(&request, "values", |reply| reply.values)?;
        self.read_values(&values)
    }

    fn global(&mut self, instance: InstanceId, export: &str) -> Result<Value, End> {
        let types = std::mem::take(&mut self.types);
        self.one_value(&Request::Global { instance: instance.0, export, types })
    }

    fn set_global(&mut self, instance: InstanceId, export: &str, new: &Value) -> Result<(), End> {
        self.command(&Request::SetGlobal { instance: instance.0, export, value: value(new) }).map(drop)
    }

    fn memory_size(&mut self, instance: InstanceId, export: &str) -> Result<u64, End> {
        self.wanted(&Request::MemorySize { instance: instance.0, export }, "size", |reply| reply.size)
    }

    fn memory_read(&mut self, instance: InstanceId, export: &str, offset: u64, len: u64) -> Result<Vec<u8>, End> {
        let request = Request::MemoryRead { instance: instance.0, export, offset, len };
        let text = self.wanted(&request, "bytes", |reply| reply.bytes)?;
        self.read_bytes(&text)
    }

    fn memory_write(&mut self, instance: InstanceId, export: &str, offset: u64, bytes: &[u8]) -> Result<(), End> {
        let request = Request::MemoryWrite { instance: instance.0, export, offset, bytes: hex(bytes) };
        self.command(&request).map(drop)
    }

    fn table_size(&mut self, instance: InstanceId, export: &str) -> Result<u64, End> {
        self.wanted(&Request::TableSize { instance: instance.0, export }, "size", |reply| reply.size)
    }

    fn table_get(&mut self, instance: InstanceId, export: &str, index: u64) -> Result<Value, End> {
        self.one_value(&Request::TableGet { instance: instance.0, export, index })
    }

    fn compile_component(&mut self, bytes: &[u8]) -> Result<ModuleId, End> {
        self.wanted(&Request::CompileComponent { bytes: hex(bytes) }, "module", |reply| reply.module).map(ModuleId)
    }

    fn instantiate_component(&mut self, component: ModuleId, imports: &[ComponentImport]) -> Result<InstanceId, End> {
        let import = |ComponentImport { name, instance, export }: &ComponentImport| match export {
            None => serde_json::json!({ "name": name, "instance": instance.0 }),
            Some(export) => serde_json::json!({ "name": name, "instance": instance.0, "export": export }),
        };
        let request =
            Request::InstantiateComponent { component: component.0, imports: imports.iter().map(import).collect() };
        self.wanted(&request, "instance", |reply| reply.instance).map(InstanceId)
    }

    fn call_component(&mut self, instance: InstanceId, export: &str, args: &[Json]) -> Result<Vec<Json>, End> {
        let request = Request::CallComponent { instance: instance.0, export, args: args.to_vec() };
        self.wanted(&request, "values", |reply| reply.values)
    }

    fn run_program(&mut self, program: &Program) -> Result<ProgramEnd, End> {
        let reply = self.command(&Request::RunProgram(protocol::program(program)))?;
        let Some(stdout) = reply.stdout else {
            return Err(End::Broken(self.rubbish("", "neither `stdout` nor `end` in the answer to run_program")));
        };
        let stdout = self.read_bytes(&stdout)?;
        match reply.end.map(|end| self.end(end)) {
            Some(broken @ End::Broken(_)) => Err(broken),
            end => Ok(ProgramEnd { stdout, end: end.map_or(Ok(()), Err) }),
        }
    }

    fn run_js(&mut self, job: &js::Job) -> Result<js::Answer, End> {
        let answer = self.wanted(&Request::RunJs { job }, "js", |reply| reply.js)?;
        Ok(js::Answer { notes: answer.notes.iter().map(|note| printable(note)).collect(), ..answer })
    }
}
