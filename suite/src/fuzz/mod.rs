//! The oracle of the fuzzer: what a plan predicts is what every engine does.
//!
//! A [`Subject`] is something that carries out a plan: a tier of the reference engine ([`Tiers`]), or a foreign runtime.
//! [`judge`] runs a plan on several and returns a [`Verdict`]; no input is without one. [`campaign`] does it many times.

mod driver;
mod judge;

pub use driver::{config, run};
pub use judge::{Class, Finding, Judge, Verdict};
