//! The Preflight reference engine: WebAssembly modules and what happens when they start, every step traced.
//!
//! - [`Module::new`] decodes and validates, under the features of a [`Config`];
//! - a [`Store`] holds what instances share; [`Store::instantiate`] reads as the specification's list of steps;
//! - [`Linker`] links by name; host functions are closures ([`Store::alloc_func`]);
//! - [`trace`] is the language of what happened: give a store a sink ([`Store::set_sink`]) and it tells every step.
//!
//! Bytes may be hostile: whatever they are, the answer is a value or a typed error ([`ModuleError`],
//! [`InstantiateError`], [`Fault`]) within the [`Limits`], never a panic.
//!
//! ```
//! use preflight_engine::{Config, Extern, Module, Store, Val, trace::{Event, InstancePath, Sink}};
//! use std::{cell::RefCell, rc::Rc};
//!
//! /// Keeps the names of the steps.
//! struct Steps(Rc<RefCell<Vec<String>>>);
//! impl Sink for Steps {
//!     fn event(&mut self, event: Event) {
//!         if let Event::StartEntered { at, func } = event {
//!             self.0.borrow_mut().push(format!("{at}: start function {func}"));
//!         }
//!     }
//! }
//!
//! // (module (global (export "g") (mut i32) (i32.const 0))
//! //         (func (global.set 0 (i32.const 7))) (start 0))
//! let wasm = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x06\x06\x01\x7f\x01\x41\0\x0b\
//!     \x07\x05\x01\x01g\x03\0\x08\x01\0\x0a\x08\x01\x06\0\x41\x07\x24\0\x0b";
//! let config = Config::default();
//! let module = Module::new(&config, &wasm[..])?;
//! let mut store = Store::new(&config);
//! let steps = Rc::default();
//! store.set_sink(Some(Box::new(Steps(Rc::clone(&steps)))));
//! let instance = store.instantiate(&module, &[], InstancePath::root())?;
//! assert_eq!(*steps.borrow(), ["/: start function 0"]);
//! let Some(Extern::Global(global)) = store.export(instance, "g") else { panic!() };
//! assert_eq!(store.global(global), Val::I32(7));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! With default features off this crate is [`trace`] alone.

#[cfg(feature = "interp")]
mod binary;
#[cfg(feature = "component")]
pub mod component;
#[cfg(feature = "interp")]
pub mod config;
#[cfg(feature = "interp")]
mod error;
#[cfg(feature = "interp")]
mod exec;
#[cfg(feature = "interp")]
mod interp;
#[cfg(feature = "jit")]
mod jit;
#[cfg(feature = "interp")]
mod linker;
#[cfg(feature = "interp")]
mod module;
#[cfg(feature = "interp")]
pub mod mutants;
#[cfg(feature = "interp")]
pub mod runtime;
#[cfg(feature = "interp")]
pub mod syntax;
pub mod trace;
#[cfg(feature = "interp")]
mod valid;
#[cfg(feature = "wasi")]
pub mod wasi;

#[cfg(feature = "jit")]
pub use jit::UNSUPPORTED_BY_JIT;

#[cfg(feature = "interp")]
pub use {
    config::{Compile, Config, Features, Limits, Tier},
    error::{Fault, InstantiateError, LinkError, ModuleError},
    linker::Linker,
    module::Module,
    runtime::{Caller, Extern, InterruptHandle, Ref, RefKind, SharedMemory, Store, Trap, Val},
};
