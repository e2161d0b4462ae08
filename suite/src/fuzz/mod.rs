//! The oracle of the fuzzer: what a plan predicts is what every engine does.
//!
//! A [`Judge`] carries out a plan on the tiers of the reference engine and returns a [`Verdict`]; no input is without one.
//! A [`campaign`] does that many times. Modules that no plan describes are judged by comparison ([`smith`]).

pub mod campaign;
pub mod case;
mod component;
mod driver;
mod events;
mod judge;
pub mod smith;
mod tasks;
mod values;
mod wasi;

pub use driver::{config, run};
pub use events::Events;
pub use judge::{Class, Finding, Judge, Verdict};
