//! The Preflight reference engine.

#[cfg(feature = "interp")]
mod binary;
#[cfg(feature = "interp")]
pub mod config;
#[cfg(feature = "interp")]
mod error;
#[cfg(feature = "interp")]
mod exec;
#[cfg(feature = "interp")]
mod interp;
#[cfg(feature = "interp")]
mod linker;
#[cfg(feature = "interp")]
mod module;
#[cfg(feature = "interp")]
pub mod runtime;
#[cfg(feature = "interp")]
pub mod syntax;
pub mod trace;
#[cfg(feature = "interp")]
mod valid;
#[cfg(feature = "wasi")]
pub mod wasi;

#[cfg(feature = "interp")]
pub use {
    config::{Config, Features, Limits},
    error::{Fault, InstantiateError, LinkError, ModuleError},
    linker::Linker,
    module::Module,
    runtime::{Caller, Extern, InterruptHandle, Ref, RefKind, SharedMemory, Store, Trap, Val},
};
