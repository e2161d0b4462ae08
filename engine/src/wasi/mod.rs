//! WASI on one virtual world: the functions of preview 1 ([`p1`]), the interfaces of preview 2 (`p2`), and the rules by
//! which commands and reactors start ([`command`], [`reactor`]; those of components are in `p2`).
//!
//! ```
//! use preflight_engine::{Config, Linker, Module, Store, trace::InstancePath, wasi};
//! use std::{cell::RefCell, rc::Rc};
//! let config = Config::default();
//! let module = Module::new(&config, *b"\0asm\x01\0\0\0").unwrap();
//! let (mut store, mut linker) = (Store::new(&config), Linker::new());
//! let world = Rc::new(RefCell::new(wasi::World::new()));
//! wasi::p1::add_to_linker(&mut linker, &mut store, world.clone());
//! let externs = linker.resolve(&store, &module).unwrap();
//! let rules = wasi::StartRules::default();
//! let mut program = wasi::Program::begin(
//!     &mut store, &module, &externs, InstancePath::root(), rules, wasi::Purpose::Main,
//! ).unwrap();
//! program.run(&mut store).unwrap();
//! assert!(world.borrow().stdout.captured().is_empty());
//! ```

pub mod command;
mod fuel;
mod kind;
pub mod p1;
#[cfg(feature = "component")]
pub mod p2;
mod patience;
mod program;
pub mod reactor;
mod rules;
pub mod threads;
pub mod world;

pub use kind::{Kind, KindError, Reading, Starts, classify, imports_wasi};
pub use program::{Program, Purpose, StartError};
pub use rules::{
    BothEntries, CommandAsLibrary, DefaultExport, MissingMemory, NoEntry, SecondCall, StartRules, WasiInStart,
    WithoutWasi, WrongEntry,
};
pub use world::World;
