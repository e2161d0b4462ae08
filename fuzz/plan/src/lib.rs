//! Plans: small typed descriptions of link graphs whose initialisation is known before anything runs.
//!
//! A [`Plan`] is a list of core modules, a list of nodes (instances to be made of them, in order, each with the earlier
//! nodes that it imports from), and a list of host functions. It can be drawn with [`arbitrary`], written down as JSON,
//! enumerated ([`exhaustive`]), made smaller ([`shrink`](mod@shrink)), and it yields two things:
//!
//! 1. [`Plan::to_wasm`]: the modules as bytes and the [`Action`]s that a driver has to carry out on them;
//! 2. [`Plan::expected`]: for every action the trace that the specification asks for, with the state that can be reached
//!    when an action has failed and when all is over.
//!
//! So any single runtime can be judged, without a second one. There is no engine in this crate: it shares with the
//! reference engine the types of traces and nothing else.
//!
//! # The parts
//!
//! - [`plan`]: the data. Indices are plain numbers, and *every* value of these types stands for a plan:
//!   [`Plan::normalise`] takes indices modulo what there is, drops steps for which there is nothing (a write where there
//!   is no memory) and keeps sizes small. So drawing, mutating and shrinking need not know what is valid.
//! - `space`: which functions, tables, memories, globals and tags a module has, imports first, and of what types.
//! - `generate`: how plans are drawn; a fifth of the segments does not fit, start functions trap, imports do not match.
//! - `encode`: a module as bytes. All functions are `[] -> []` or `[] -> [i32]`; a step is a few instructions that leave
//!   the stack as it was.
//! - `predict`: the specification read as a program about plans: `store` has what instances share, `instantiate` the steps of
//!   core `#exec-instantiation` in order, `run` what each step of a function does, `actions` what the driver is asked.
//! - [`component`]: plans of components, in the same parts; [`resources`]: of resources that cross components; [`tasks`]: of the asynchronous half of the Component Model;
//!   [`values`]: of values that cross the boundary of a component; [`wasi`]: of programs of WASI.
//! - [`around`]: a component around that of a plan, for those who cannot be its host.
//! - [`stats`]: what kinds of things a plan holds, to see that none is rare.
//! - [`envelope`]: the versioned form in which plans stand in a corpus.
//!
//! # What is predicted
//!
//! Every event at [`Level::Full`](preflight_engine::trace::Level::Full), in order, because a plan has no data-dependent
//! branches: its control flow is calls, tail calls, exceptions and counted loops, and what a table holds when it is called
//! through is known. Two things the specification leaves to implementations are handled so: a plan whose calls go round in
//! circles is *unbounded* ([`Expected::is_unbounded`]): how far it comes is not predicted, only that it ends by
//! exhaustion; and the deliberate recursion and the deliberate endless loop do nothing else, so that what precedes them is
//! all there is.
//!
//! # An example
//!
//! ```
//! use preflight_plan::{Action, Plan};
//! let plan = Plan::from_seed(7);
//! let (wasm, expected) = (plan.to_wasm(), plan.expected());
//! assert!(wasm.modules.iter().all(|bytes| bytes.starts_with(b"\0asm")));
//! // The same number is the same plan, and for every action there is a trace.
//! assert_eq!(Plan::from_seed(7), plan);
//! assert!(expected.is_unbounded || wasm.actions.len() == expected.traces.len());
//! for (action, trace) in wasm.actions.iter().zip(&expected.traces) {
//!     if let Action::Instantiate { node } = action {
//!         println!("node {node} given {:?}: {}", plan.imports(*node), trace.outcome);
//!     }
//! }
//! ```
//!
//! # A driver
//!
//! A driver makes the host functions of the plan, keeps for each node its latest complete instance, and carries out the
//! actions in order; the fuzzer's own is in `suite/src/fuzz/driver.rs`, a small one for wasmi in `examples/wasmi.rs`.

#![forbid(unsafe_code)]

pub mod around;
pub mod component;
pub mod envelope;
pub mod exhaustive;
pub mod imports;
pub mod plan;
pub mod resources;
pub mod shrink;
pub mod stats;
pub mod tasks;
pub mod values;
pub mod wasi;

mod encode;
mod generate;
mod normalise;
mod predict;
mod space;

pub use encode::{Action, Given, PROBED, Wasm};
pub use generate::{Sizes, bytes_of_seed};
pub use plan::Plan;
pub use predict::{Called, Deviation, Expected, Made, Signature, Subject};
