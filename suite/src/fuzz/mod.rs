//! The oracle of the fuzzer: what a plan predicts is what every engine does.
//!
//! A [`Judge`] carries out a plan on the tiers of the reference engine, and on other runtimes ([`Foreign`]), and returns a
//! [`Verdict`]; no input is without one. Beyond the comparison of traces it has the oracles of [`Checks`].
//! A [`campaign`] does that many times. What no plan describes is judged by comparison ([`smith`], [`mutate`]).

pub mod campaign;
pub mod case;
mod component;
mod driver;
mod events;
mod fit;
mod foreign;
mod imports;
mod judge;
pub mod mutate;
mod oracles;
mod planned;
pub mod smith;
mod tasks;
mod valid;
mod values;
mod wasi;

pub use driver::{Probed, config, run};
pub use events::Events;
pub use fit::{HOSTS, Without};
pub use foreign::{Foreign, OnRuntime};
pub use judge::{Class, Finding, Judge, Verdict, first_difference};
pub use oracles::{Checks, text_of};
