//! The Component Model: instantiation, linking and the canonical ABI, written from its documents (Explainer.md, Binary.md,
//! CanonicalABI.md and canonical-abi/definitions.py of the Component Model). Names are those of the documents; the files
//! under `canon` follow the order of CanonicalABI.md.
//!
//! wasmparser decodes and validates ([`Component::new`]); everything after is done here. A [`Component`] is a list of
//! definitions. Instantiating it walks the list once, in order, with every index space as a growing list of *run-time*
//! things: a type definition becomes a type whose resources are those of this very instantiation, an instance definition
//! becomes an instance at once. So generativity needs no substitution, and order needs no plan.

mod allowed;
mod arena;
mod canon;
mod canon_rules;
mod check;
mod check_types;
mod convert;
mod copy;
mod decode;
mod define_canon;
mod embed;
mod evaluate;
pub(crate) mod fiber;
mod host_stream;
mod host_task;
mod instantiate;
mod link;
mod link_types;
mod linker;
mod named;
mod names;
mod plan;
mod readings;
mod resource;
mod scope;
mod shadow;
mod sorts;
pub(crate) mod syntax;
mod task;
mod thread;
mod types;
mod value;
mod value_def;
mod waitable;
mod wave;

pub use decode::Component;
pub use embed::{ComponentError, ComponentInstance, ComponentState};
pub use host_task::HostTask;
pub use link::{ComponentLinkError, LinkMismatch};
pub use linker::{ComponentLinker, HostInstance, HostItem};
#[cfg(feature = "wasi")]
pub(crate) use linker::{canonical_name, precedence};
pub use plan::{PlanStep, PlannedDefinition};
pub use readings::{
    AsyncMemory, Barging, BlockedLock, Blocking, DeadHandles, Lockdown, PartialCancel, Readings, Reentrance,
    StartEntry, StartException, StartPostReturn, Starts,
};
pub use resource::{ResourceId, ResourceVal};
pub use types::{Field, FuncType as ComponentFuncType, ValType as ComponentValType};
pub use value::{ComponentString, ComponentVal, Encoding};
pub use wave::WaveError;

pub(crate) use task::State;
