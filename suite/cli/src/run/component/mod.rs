//! Components: what will run, and what they are given.

mod call;
mod readings;
mod session;

pub use readings::{Choice, parser as reading_parser, readings};
pub use session::ComponentSession;

use super::{invoke::InvokeArgs, preloaded, wasi::Setup};
use crate::input::Input;
use anyhow::{Context, bail, ensure};
use call::{Call, read_wave};
use preflight_engine::{
    Config, Module,
    component::{Component, ComponentVal, Readings},
    trace::{ExternKind, InstancePath},
    wasi::p2::{Purpose, Request},
};

/// A component that will run, and what it is given.
#[derive(Debug)]
pub struct ComponentPlan {
    /// The engine's settings.
    config: Config,
    /// What is given by name, in order.
    preloads: Vec<Preload>,
    root: Component,
    /// The root's file, for people.
    file: String,
    /// Values for value imports.
    values: Vec<(String, ComponentVal)>,
    /// The calls to make at the end.
    calls: Vec<Call>,
    /// The world outside, if any of the components is of WASI 0.2.
    wasi: Option<Setup>,
    /// The request to handle.
    request: Option<Request>,
    /// How contested rules are read.
    readings: Readings,
}

/// One `--preload`.
#[derive(Debug)]
struct Preload {
    name: String,
    path: InstancePath,
    /// The file, for people.
    file: String,
    what: Preloaded,
}

/// What is given.
#[derive(Debug)]
enum Preloaded {
    /// A core module, not instantiated.
    Module(Module),
    /// A component, not instantiated: that is what somebody imports under this name.
    Component(Component),
    /// An instance of this component.
    Instance(Component),
}

impl ComponentPlan {
    /// A plan to instantiate `root`, a file and its component, after the preloads: name, file, and what is in it.
    ///
    /// # Errors
    /// A core module where an instance is imported.
    pub fn new(
        config: Config,
        preloads: Vec<(String, String, Input)>,
        (file, root): (String, Component),
    ) -> anyhow::Result<ComponentPlan> {
        let components = || preloads.iter().filter_map(|(.., input)| component(input)).chain([&root]);
        let is_imported_as = |name: &str, kind| {
            components().any(|component| component.import_kinds().any(|import| import == (name, kind)))
        };
        let mut planned = Vec::new();
        for (name, file, input) in &preloads {
            let what = match input {
                Input::Module(_) if is_imported_as(name, ExternKind::Instance) => {
                    bail!("--preload {name}: {file} is a core module, and what is imported as {name:?} is an instance");
                }
                Input::Module(module) => Preloaded::Module(module.clone()),
                Input::Component(component) if is_imported_as(name, ExternKind::Component) => {
                    Preloaded::Component(component.clone())
                }
                Input::Component(component) => Preloaded::Instance(component.clone()),
            };
            planned.push(Preload { name: name.clone(), path: preloaded(name), file: file.clone(), what });
        }
        Ok(ComponentPlan {
            config,
            preloads: planned,
            root,
            file,
            values: Vec::new(),
            calls: Vec::new(),
            wasi: None,
            request: None,
            readings: Readings::default(),
        })
    }

    /// With readings of contested rules.
    pub fn with_readings(mut self, chosen: &[Choice]) -> Self {
        self.readings = readings(chosen);
        self
    }

    /// With values for the root's value imports, in WAVE.
    ///
    /// # Errors
    /// A name that is none of a value import, is given twice, or a text that is no value of its type.
    pub fn with_values(mut self, values: &[(String, String)]) -> anyhow::Result<Self> {
        let imports = self.root.value_imports();
        for (name, text) in values {
            let Some((_, ty)) = imports.iter().find(|(import, _)| import == name) else {
                let names: Vec<String> = imports.iter().map(|(name, ty)| format!("{name:?} ({ty})")).collect();
                let names = if names.is_empty() { "no value".to_owned() } else { names.join(", ") };
                bail!("--value {name}: {} imports no value of this name; it imports {names}", self.file);
            };
            ensure!(self.values.iter().all(|(other, _)| other != name), "--value {name} is given twice");
            let val = read_wave(text, ty).with_context(|| format!("--value {name}: {text:?} is no value of {ty}"))?;
            self.values.push((name.clone(), val));
        }
        Ok(self)
    }

    /// All components that will be there.
    pub fn components(&self) -> impl Iterator<Item = &Component> {
        let given = self.preloads.iter().filter_map(|preload| match &preload.what {
            Preloaded::Component(component) | Preloaded::Instance(component) => Some(component),
            Preloaded::Module(_) => None,
        });
        given.chain([&self.root])
    }

    /// The components that will be instantiated, in order, and where their instances will stand.
    pub fn instances(&self) -> impl Iterator<Item = (InstancePath, &str, &Component)> {
        let given = self.preloads.iter().filter_map(|preload| match &preload.what {
            Preloaded::Instance(component) => Some((preload.path.clone(), preload.file.as_str(), component)),
            Preloaded::Module(_) | Preloaded::Component(_) => None,
        });
        given.chain([(InstancePath::root(), self.file.as_str(), &self.root)])
    }

    /// The names of the exports that are called at the end.
    pub fn called(&self) -> impl Iterator<Item = &str> {
        self.calls.iter().map(|call| call.name.as_str())
    }

    /// With the world of WASI, and a request to handle.
    ///
    /// # Errors
    /// A request and a call, or a request to a component that handles none.
    pub fn with_wasi(mut self, wasi: Option<Setup>, request: Option<Request>) -> anyhow::Result<Self> {
        if request.is_some() {
            ensure!(self.calls.is_empty(), "--http and --invoke cannot be given together");
            ensure!(wasi.is_some(), "--http: {} exports no wasi:http/incoming-handler", self.file);
        }
        (self.wasi, self.request) = (wasi, request);
        Ok(self)
    }

    /// The names of what the root exports.
    pub fn exports(&self) -> impl Iterator<Item = &str> {
        self.root.exports()
    }

    /// What the root is started for: to handle a request, to be called, or to be run if it can be.
    fn purpose(&self) -> Purpose {
        // Of whichever version, or none: one that cannot be run is refused, and not passed over in silence.
        let runs = self.root.exports().any(|name| name.split('@').next() == Some("wasi:cli/run"));
        match &self.request {
            Some(_) => Purpose::Handle,
            None if runs && self.calls.is_empty() => Purpose::Run,
            _ => Purpose::Instantiate,
        }
    }

    /// With calls: each a name and arguments in WAVE.
    ///
    /// # Errors
    /// A name or an argument that does not fit, as far as that is known before the instantiation.
    pub fn with_calls(mut self, invoke: &InvokeArgs) -> anyhow::Result<Self> {
        let funcs = self.root.exported_funcs();
        for (name, args) in invoke.calls() {
            let call = Call { name: name.clone(), args: args.to_vec() };
            if call.find(&funcs).is_some() {
                call.resolve(&funcs, &self.file)?;
            }
            self.calls.push(call);
        }
        Ok(self)
    }
}

fn component(input: &Input) -> Option<&Component> {
    match input {
        Input::Component(component) => Some(component),
        Input::Module(_) => None,
    }
}
