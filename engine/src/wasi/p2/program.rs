//! A component on its way through its life: instantiated, run, or handling requests (rules P2-RUN-*, P2-EXIT-*).

use crate::{
    Store,
    component::{
        Component, ComponentError, ComponentFuncType, ComponentInstance, ComponentLinker, ComponentVal,
        ComponentValType, canonical_name, precedence,
    },
    error::Fault,
    mutants::{self, Mutant, on},
    trace::{Cause, InstancePath, Outcome},
    wasi::program::apply,
};
use thiserror::Error;

/// What a component is started for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// To run it: it has to export `wasi:cli/run`.
    Run,
    /// To handle requests: it has to export `wasi:http/incoming-handler`.
    Handle,
    /// To call what it exports, or nothing at all (P2-RUN-02).
    Instantiate,
}

/// How components are started where there is a choice; a trace tells each time that a choice mattered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StartRules {
    /// P2-RUN-08: the component lacks the export that it is started for.
    pub no_run: NoRun,
}

/// P2-RUN-08.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NoRun {
    /// An error, before anything has run.
    #[default]
    Refuse,
    /// An error, found after the instantiation: start functions have run.
    InstantiateFirst,
}

/// Why a component did not start.
#[derive(Debug, Clone, Error)]
pub enum StartError {
    /// It exports no `wasi:cli/run` of a version 0.2 (P2-RUN-08).
    #[error(
        "exports no wasi:cli/run of a version 0.2 (without a version it is another interface): there is nothing to run (P2-RUN-08)"
    )]
    NoRun,
    /// The interface of this name that it exports is not the one of WASI: in it there is no function `run` of that type.
    #[error(
        "exports {name}, and in it no run of the type () -> result that WASI gives it: it is another interface of this name, and \
         there is nothing to run (P2-RUN-08)"
    )]
    OtherRun {
        /// The name.
        name: String,
    },
    /// The same of a handler.
    #[error(
        "exports {name}, and in it no handle of the type (request: incoming-request, response-out: response-outparam) that WASI \
         gives it: it is another interface of this name, and cannot handle requests"
    )]
    OtherHandler {
        /// The name.
        name: String,
    },
    /// It exports no `wasi:http/incoming-handler` of a version 0.2.
    #[error("exports no wasi:http/incoming-handler of a version 0.2: it cannot handle requests")]
    NoHandler,
    /// The instantiation failed, start functions included; [`Fault::Exit`] if the program ended there (P2-EXIT-02).
    #[error(transparent)]
    Instantiate(#[from] ComponentError),
}

impl StartError {
    /// The class of this end.
    pub fn outcome(&self) -> Outcome {
        match self {
            StartError::Instantiate(error) => error.outcome(),
            _ => Outcome::Unlinkable,
        }
    }

    /// How the trace tells what is lacking, if it is not the interface as a whole.
    fn what(&self) -> &'static str {
        match self {
            StartError::OtherRun { .. } | StartError::OtherHandler { .. } => "of another type: ",
            _ => "",
        }
    }

    /// The fault, if it was one.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            StartError::Instantiate(ComponentError::Fault { fault, .. }) => Some(fault),
            _ => None,
        }
    }
}

/// What a program that has run to its end says: `run`'s result.
pub type Ended = Result<(), ()>;

/// The exit code of a run: 0 or 1 by `run`'s result (P2-RUN-03), what `exit` said (P2-EXIT-01), `None` if it ended
/// otherwise, for which the host chooses one that is neither (P2-RUN-04).
pub fn exit_code(end: &Result<Ended, Fault>) -> Option<i32> {
    match end {
        Ok(Ok(())) => Some(0),
        Ok(Err(())) => Some(1),
        Err(Fault::Exit(code)) => Some(*code),
        Err(_) => None,
    }
}

/// A component that has come up.
#[derive(Debug)]
pub struct Program {
    instance: ComponentInstance,
    /// The name of the interface that it is entered through.
    entry: Option<String>,
    runs: u32,
}

impl Program {
    /// Instantiates a component, all its start functions included (P2-RUN-01): nothing else of it runs here (P2-RUN-02).
    ///
    /// # Errors
    /// As the variants of [`StartError`] say.
    pub fn begin(
        store: &mut Store,
        component: &Component,
        linker: &ComponentLinker,
        path: InstancePath,
        rules: StartRules,
        purpose: Purpose,
    ) -> Result<Program, StartError> {
        let interface = if purpose == Purpose::Handle { HANDLER } else { RUN };
        let entry = entry(component, interface);
        tell_choice(store, component, &path, purpose);
        // Types are worked out twice only where nothing may run before they are known.
        let has_before = |name: &str, function: &str| {
            rules.no_run == NoRun::InstantiateFirst
                || component.may_export([name, function], |ty| is_as_declared(ty, purpose))
        };
        let before = lacking(entry.as_deref(), purpose, has_before);
        if let Some(error) = before.filter(|_| rules.no_run == NoRun::Refuse) {
            apply(store, &path, "P2-RUN-08", &format!("{}refused before anything has run", error.what()));
            return Err(error);
        }
        let instance = store.instantiate_component(component, linker, path.clone()).inspect_err(|error| {
            if let ComponentError::Fault { fault: Fault::Exit(_), .. } = error {
                apply(store, &path, "P2-EXIT-02", "the program ends with this status, and is never run");
            }
        })?;
        let has = |name: &str, function: &str| {
            instance.func_type(&[name, function]).is_some_and(|ty| is_as_declared(ty, purpose))
        };
        if let Some(error) = lacking(entry.as_deref(), purpose, has) {
            apply(store, &path, "P2-RUN-08", &format!("{}refused after the instantiation", error.what()));
            return Err(error);
        }
        let mut program = Program { instance, entry, runs: 0 };
        if on(Mutant::P2RunByInstantiation) && interface == RUN && program.entry.is_some() {
            // Only that it runs is the bug.
            let _ = program.run(store);
        }
        Ok(program)
    }

    /// The instance.
    pub fn instance(&self) -> &ComponentInstance {
        &self.instance
    }

    /// The interface that it is entered through, with its version, if it exports that.
    pub fn entry(&self) -> Option<&str> {
        self.entry.as_deref()
    }

    /// Runs it. Nothing forbids to do so again (P2-RUN-05), and no start function runs again then (P2-RUN-06).
    ///
    /// # Errors
    /// How the call ended; [`Fault::Exit`] is how a program ends that calls `exit`, with 0 too (P2-EXIT-01).
    /// [`Fault::Usage`] if it exports no `run`.
    pub fn run(&mut self, store: &mut Store) -> Result<Ended, Fault> {
        let Some(entry) = &self.entry else { return Err(Fault::Usage(StartError::NoRun.to_string())) };
        self.runs += 1;
        if self.runs > 1 {
            apply(store, self.instance.path(), "P2-RUN-05", "run again on the same instance");
        }
        if on(Mutant::P2RunSkipped) {
            return Ok(Ok(()));
        }
        if on(Mutant::P2RunTwice) {
            self.call_run(store, entry)?.ok();
        }
        mutants::run_end(self.call_run(store, entry))
    }

    fn call_run(&self, store: &mut Store, entry: &str) -> Result<Ended, Fault> {
        // Where nobody has asked for a run before.
        let is_run = |ty: &ComponentFuncType| is_as_declared(ty, Purpose::Run);
        if !self.instance.func_type(&[entry, "run"]).is_some_and(is_run) {
            return Err(Fault::Usage(StartError::OtherRun { name: entry.to_owned() }.to_string()));
        }
        let cause = Cause::HostRule("P2-RUN-01".to_owned());
        match store.call_component(&self.instance, &[entry, "run"], &[], cause)?.as_slice() {
            [ComponentVal::Result(Err(None))] => Ok(Err(())),
            _ => Ok(Ok(())),
        }
    }
}

const RUN: &str = "wasi:cli/run";
const HANDLER: &str = "wasi:http/incoming-handler";

/// What is lacking of what the component is started for. `has` tells whether the interface of this name has the function.
fn lacking(entry: Option<&str>, purpose: Purpose, has: impl Fn(&str, &str) -> bool) -> Option<StartError> {
    match (entry, purpose) {
        (_, Purpose::Instantiate) => None,
        (None, Purpose::Run) => Some(StartError::NoRun),
        (None, Purpose::Handle) => Some(StartError::NoHandler),
        (Some(name), Purpose::Run) => (!has(name, "run")).then(|| StartError::OtherRun { name: name.to_owned() }),
        (Some(name), Purpose::Handle) => {
            (!has(name, "handle")).then(|| StartError::OtherHandler { name: name.to_owned() })
        }
    }
}

/// Whether a function is of the type that the interface declares for `run`, or for `handle`. Of the resource types of requests
/// nobody knows before the instantiation which they are.
fn is_as_declared(ty: &ComponentFuncType, purpose: Purpose) -> bool {
    if purpose != Purpose::Handle {
        return *ty == ComponentFuncType::new::<&str>([], Some(ComponentValType::result(None, None)));
    }
    let is_own = |ty: &ComponentValType| matches!(ty, ComponentValType::Own(_));
    let labels = ty.params.iter().map(|param| &*param.label);
    !ty.is_async
        && ty.result.is_none()
        && labels.eq(["request", "response-out"])
        && ty.params.iter().all(|param| is_own(&param.ty))
}

/// The name of the exported interface whose canonical version is 0.2, what came before a release too (Explainer.md,
/// *Canonical Interface Name*: 0.2.6-rc.1 is 0.2); the latest, if there are several.
fn entry(component: &Component, interface: &str) -> Option<String> {
    let is_it = |name: &&str| canonical_name(name) == Some((interface, "0.2"));
    component.exports().filter(is_it).max_by_key(|name| precedence(name)).map(str::to_owned)
}

/// The version of `name`, if it is one of `interface`.
fn version<'a>(name: &'a str, interface: &str) -> Option<&'a str> {
    name.strip_prefix(interface)?.strip_prefix('@')
}

/// P2-RUN-07: the run of which version is called, if there are two.
fn tell_choice(store: &mut Store, component: &Component, path: &InstancePath, purpose: Purpose) {
    let versions = component.exports().filter_map(|name| version(name, "wasi:cli/run"));
    if purpose == Purpose::Run && versions.count() > 1 {
        apply(store, path, "P2-RUN-07", "the run of version 0.2");
    }
}
