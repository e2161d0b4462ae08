//! The Preflight suite: what a WebAssembly runtime does before the first call, checked.
//!
//! - [`script`] runs one `.wast` script on the reference engine, directive by directive;
//! - [`case`](mod@case) reads cases and runs them: scripts that name their rules and the steps they expect;
//! - [`files`] runs many of them in parallel, in a fixed order of results;
//! - [`official`] holds the official core and proposal suites, each with the feature set of its day;
//! - `fuzz` (a feature, off by default) judges plans: predicted traces against both tiers;
//! - [`results`] is what a run returns, and what `preflight wast --format json` prints.
//!
//! - [`runtime`] is what other people's runtimes have to supply, and how they are judged; [`commands`] are what a case
//!   comes down to for them, and [`expect`] what is known of each;
//! - [`matrix`](mod@matrix) runs cases on many runtimes at once; [`harness`](macro@harness) makes them tests of a runtime project;
//! - `toolchain` (a feature) makes the components of cases that speak of what tools make;
//! - `bless` changes what a case expects, if a rule justifies it;
//! - `export` writes the cases in forms that others use, `self_check` makes commands of them.
//!
//! With default features off this crate contains no engine.
//! What is deliberately absent: any skip list, and any engine mode for old directives (they are *stale*, see
//! [`official::stale`]).

#![forbid(unsafe_code)]

#[cfg(feature = "reference")]
pub mod bless;
pub mod case;
pub mod expect;
pub mod explain;
#[cfg(feature = "reference")]
pub mod export;
#[cfg(feature = "reference")]
pub mod files;
#[cfg(feature = "fuzz")]
pub mod fuzz;
pub mod harness;
#[cfg(feature = "reference")]
mod host;
pub mod leftovers;
pub mod matrix;
pub mod messages;
#[cfg(feature = "official")]
pub mod official;
#[cfg(feature = "reference")]
pub mod post_mortem;
mod printable;
pub mod reading;

pub mod commands;
pub mod runtime;
#[cfg(feature = "reference")]
pub mod script;
#[cfg(feature = "reference")]
pub mod self_check;
mod source;
#[cfg(feature = "toolchain")]
pub mod toolchain;
pub mod wat;

pub use preflight_engine::trace;
pub use preflight_reports::results;
pub use printable::printable;
