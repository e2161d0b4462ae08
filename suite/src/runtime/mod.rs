//! Other people's runtimes: what they have to supply, and how they are judged.
//!
//! A runtime is known through one trait, [`Runtime`], of primitives: compile bytes, instantiate, call, read and write. It
//! never sees text. Everything else is here: [`commands`](crate::commands) are what a case comes down to, [`run`] carries
//! them out on a runtime and judges what happened, `spectest` is the host module that scripts import, and
//! [`post_mortem`](fn@post_mortem) examines what is left.
//!
//! One file for each adapter: those in this process stand behind features of this crate ([`adapters`]); those in other
//! processes speak the protocol of [`process`] or are command lines.

mod about;
mod acting;
pub mod adapters;
mod binary;
mod end;
mod given_up;
pub mod known;
mod machine;
pub mod needs;
mod post_mortem;
pub mod process;
mod program;
mod run;
mod spectest;

pub use about::{Ability, About, Lineage};
pub use acting::{Acting, Instantiable};
pub use end::End;
pub(crate) use given_up::{GivenUp, Hangs};
pub use post_mortem::post_mortem;
#[cfg(feature = "fuzz")]
pub(crate) use post_mortem::state;
pub use program::{Program, ProgramEnd, Reach, World};
#[cfg(feature = "fuzz")]
pub(crate) use run::WITHOUT_TIMES;
#[cfg(feature = "reference")]
pub(crate) use run::assemble;
pub use run::{Judge, run};
pub(crate) use {binary::imports, spectest::NAME as SPECTEST};

use crate::{case::js, commands::Command, trace::Value};
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

/// A runtime under test: primitives only.
///
/// A value of this type runs one case at a time, from [`reset`](Self::reset) to the next. Every method that a runtime has
/// no means for ends in [`End::Unsupported`], in the runtime's own words; the ones with a body do so from the start.
///
/// Errors are classes ([`End`]): how a runtime's own errors are mapped to them is told in the adapter's documentation.
pub trait Runtime {
    /// What it is and what it can do. Asked once, after it was made.
    fn about(&self) -> About;

    /// Forgets everything: a case begins.
    ///
    /// # Errors
    /// [`End::Broken`] if no case can be run any more.
    fn reset(&mut self) -> Result<(), End>;

    /// Compiles and validates a core module.
    ///
    /// # Errors
    /// [`End::Malformed`], [`End::Invalid`], or [`End::Rejected`] if the runtime does not tell the two apart.
    fn compile(&mut self, bytes: &[u8]) -> Result<ModuleId, End>;

    /// Instantiates a compiled module. `imports` has what is to be had for its imports, in their order; imports for which
    /// there is nothing are missing in it.
    ///
    /// # Errors
    /// [`End::Unlinkable`], or how the initialisation or the start function ended. What a failed instantiation has written
    /// elsewhere stays, and functions of it that were stored elsewhere must still be callable.
    fn instantiate(&mut self, module: ModuleId, imports: &[Import]) -> Result<InstanceId, End>;

    /// Gives functions of the host that act to the case: all at once, before a module is instantiated that imports one. Asked of a
    /// runtime only that has [`Ability::Hosts`].
    ///
    /// # Errors
    /// [`End::Unsupported`] if it has no means for it.
    fn hosts(&mut self, hosts: &[Acting]) -> Result<(), End> {
        let _ = hosts;
        Err(End::unsupported("functions of the host that act"))
    }

    /// Tells which instance functions of the host find under a name from now on.
    ///
    /// # Errors
    /// As [`hosts`](Self::hosts).
    fn register(&mut self, name: &str, instance: InstanceId) -> Result<(), End> {
        let _ = (name, instance);
        Err(End::unsupported("functions of the host that act"))
    }

    /// The last complete instance that a function of the host has made under this name.
    ///
    /// # Errors
    /// As [`hosts`](Self::hosts).
    fn made(&mut self, name: &str) -> Result<Option<InstanceId>, End> {
        let _ = name;
        Err(End::unsupported("functions of the host that act"))
    }

    /// A case begins that never ends by itself: until the next [`reset`](Self::reset), what runs is to be stopped after a moment
    /// by the runtime's own means, and to end in [`End::Exhausted`].
    ///
    /// # Errors
    /// [`End::Unsupported`] if it has no such means.
    fn limit(&mut self) -> Result<(), End> {
        Err(End::unsupported("an embedder that interrupts"))
    }

    /// Says of which types the results of the next [`call`](Self::call) or the next [`global`](Self::global) have to be.
    ///
    /// Only for runtimes whose API has numbers without types: others know better, and do nothing here.
    fn expect(&mut self, types: &[Option<ValType>]) {
        let _ = types;
    }

    /// Whether a NaN of the last answer went through a language that may have changed its bits.
    fn may_have_lost_nan(&self) -> bool {
        false
    }

    /// Calls an exported function.
    ///
    /// # Errors
    /// How the call ended, if it did not return.
    fn call(&mut self, instance: InstanceId, export: &str, args: &[Value]) -> Result<Vec<Value>, End>;

    /// Reads an exported global.
    ///
    /// # Errors
    /// [`End::Unsupported`] for a value that the runtime's API cannot show.
    fn global(&mut self, instance: InstanceId, export: &str) -> Result<Value, End> {
        let _ = (instance, export);
        Err(End::unsupported("reading globals"))
    }

    /// Writes an exported mutable global.
    ///
    /// # Errors
    /// [`End::Unsupported`] if the API has no means for it.
    fn set_global(&mut self, instance: InstanceId, export: &str, value: &Value) -> Result<(), End> {
        let _ = (instance, export, value);
        Err(End::unsupported("writing globals"))
    }

    /// The size of an exported memory, in bytes.
    ///
    /// # Errors
    /// [`End::Unsupported`] if the API has no means for it.
    fn memory_size(&mut self, instance: InstanceId, export: &str) -> Result<u64, End> {
        let _ = (instance, export);
        Err(End::unsupported("reading memories"))
    }

    /// Reads `len` bytes of an exported memory, all within its bounds.
    ///
    /// # Errors
    /// [`End::Unsupported`] if the API has no means for it.
    fn memory_read(&mut self, instance: InstanceId, export: &str, offset: u64, len: u64) -> Result<Vec<u8>, End> {
        let _ = (instance, export, offset, len);
        Err(End::unsupported("reading memories"))
    }

    /// Writes bytes to an exported memory, all within its bounds.
    ///
    /// # Errors
    /// [`End::Unsupported`] if the API has no means for it.
    fn memory_write(&mut self, instance: InstanceId, export: &str, offset: u64, bytes: &[u8]) -> Result<(), End> {
        let _ = (instance, export, offset, bytes);
        Err(End::unsupported("writing memories"))
    }

    /// The size of an exported table.
    ///
    /// # Errors
    /// [`End::Unsupported`] if the API has no means for it.
    fn table_size(&mut self, instance: InstanceId, export: &str) -> Result<u64, End> {
        let _ = (instance, export);
        Err(End::unsupported("reading tables"))
    }

    /// Reads an entry of an exported table, within its bounds.
    ///
    /// # Errors
    /// [`End::Unsupported`] if the API has no means for it.
    fn table_get(&mut self, instance: InstanceId, export: &str, index: u64) -> Result<Value, End> {
        let _ = (instance, export, index);
        Err(End::unsupported("reading tables"))
    }

    /// Compiles and validates a component.
    ///
    /// # Errors
    /// As [`compile`](Self::compile).
    fn compile_component(&mut self, bytes: &[u8]) -> Result<ModuleId, End> {
        let _ = bytes;
        Err(End::unsupported("components"))
    }

    /// Instantiates a component. What there is for its imports are instances of other components, and exports of such if the
    /// runtime has [`Ability::Gives`].
    ///
    /// # Errors
    /// As [`instantiate`](Self::instantiate).
    fn instantiate_component(&mut self, component: ModuleId, imports: &[ComponentImport]) -> Result<InstanceId, End> {
        let _ = (component, imports);
        Err(End::unsupported("components"))
    }

    /// Calls a function that a component exports. The arguments, and the one result if there is one, have the form of [`process::plain`].
    ///
    /// # Errors
    /// As [`call`](Self::call).
    fn call_component(
        &mut self,
        instance: InstanceId,
        export: &str,
        args: &[serde_json::Value],
    ) -> Result<Vec<serde_json::Value>, End> {
        let _ = (instance, export, args);
        Err(End::unsupported("components"))
    }

    /// Runs a program of WASI, from the instantiation of its preloads to its end.
    ///
    /// # Errors
    /// [`End::Unsupported`] or [`End::Broken`]; however the program itself ends is a [`ProgramEnd`].
    fn run_program(&mut self, program: &Program) -> Result<ProgramEnd, End> {
        let _ = program;
        Err(End::unsupported("programs of WASI"))
    }

    /// Runs a case in JavaScript (see [`js`]).
    ///
    /// # Errors
    /// [`End::Unsupported`] or [`End::Broken`]; what becomes of the case is the answer.
    fn run_js(&mut self, job: &js::Job) -> Result<js::Answer, End> {
        let _ = job;
        Err(End::unsupported("the JavaScript API"))
    }

    /// Runs a whole script on the runtime's own script runner (see [`Ability::Scripts`]): its text, for runners that read
    /// text, and its commands, for those that read what `wasm-tools json-from-wast` writes.
    ///
    /// # Errors
    /// [`End::Failed`] with the runner's words if it says that the script does not hold.
    fn run_script(&mut self, text: &str, commands: &[Command]) -> Result<(), End> {
        let _ = (text, commands);
        Err(End::unsupported("scripts"))
    }
}

/// What a runtime calls a compiled module or component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ModuleId(pub u32);

/// What a runtime calls an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct InstanceId(pub u32);

/// What is to be had for an import.
#[derive(Debug, Clone)]
pub struct Import {
    /// The import's first name.
    pub module: String,
    /// The import's second name.
    pub name: String,
    /// What it is.
    pub item: Item,
}

/// What is to be had for an import of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentImport {
    /// The import's name.
    pub name: String,
    /// The instance of a component.
    pub instance: InstanceId,
    /// That export of the instance, and not the instance itself.
    pub export: Option<String>,
}

/// What an import can be given.
#[derive(Debug, Clone)]
pub enum Item {
    /// An export of an instance.
    Export(InstanceId, String),
    /// A function of the host.
    Host(HostFunc),
    /// A function of the host that acts, by its name.
    Acting(String),
    /// An export of what is registered under a name when the import is resolved, which a function of the host does. It is missing if
    /// there is none.
    Registered(String, String),
}

/// The types of core values in the signatures of host functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the variants are the specification's own words")]
pub enum ValType {
    I32,
    I64,
    F32,
    F64,
}

/// A function of the host that records its calls and returns always the same.
#[derive(Clone)]
pub struct HostFunc {
    /// Its name in traces, `module.name`.
    pub name: String,
    /// The types of its parameters.
    pub params: Vec<ValType>,
    /// What it returns.
    pub results: Vec<Value>,
    recorder: Recorder,
}

impl fmt::Debug for HostFunc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostFunc({})", self.name)
    }
}

impl ValType {
    /// The type of a number; there is none of anything else.
    pub fn of(value: &Value) -> Option<ValType> {
        Some(match value {
            Value::I32(_) => ValType::I32,
            Value::I64(_) => ValType::I64,
            Value::F32(_) => ValType::F32,
            Value::F64(_) => ValType::F64,
            _ => return None,
        })
    }
}

impl HostFunc {
    /// A host function whose calls go to `recorder`.
    pub fn new(name: impl Into<String>, params: Vec<ValType>, results: Vec<Value>, recorder: Recorder) -> Self {
        HostFunc { name: name.into(), params, results, recorder }
    }

    /// The types of what it returns, which are numbers.
    pub fn result_types(&self) -> Vec<ValType> {
        self.results.iter().filter_map(ValType::of).collect()
    }

    /// What an adapter in this process does when the guest calls: records the call and gives the results.
    pub fn call(&self, args: Vec<Value>) -> &[Value] {
        self.record(args);
        &self.results
    }

    /// Records a call that has been answered already, as workers do.
    pub fn record(&self, args: Vec<Value>) {
        self.recorder.push(HostCall { name: self.name.clone(), args, results: self.results.clone() });
    }
}

/// One call of a host function.
#[derive(Debug, Clone, PartialEq)]
pub struct HostCall {
    /// The function, `module.name`.
    pub name: String,
    /// The arguments.
    pub args: Vec<Value>,
    /// The results.
    pub results: Vec<Value>,
}

/// Where host functions write their calls down.
#[derive(Debug, Clone, Default)]
pub struct Recorder(Arc<Mutex<Vec<HostCall>>>);

impl Recorder {
    fn push(&self, call: HostCall) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }

    /// The calls since the last time.
    pub fn take(&self) -> Vec<HostCall> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
