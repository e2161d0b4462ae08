//! The results of Preflight's runs: one schema for the terminal, for JSON and for tests, and everything that people read of it.
//!
//! What reads or writes results depends on this crate and not on whatever produced them. [`matrix`] is the document
//! `results.json`; everything in [`render`] and [`delta`] is a pure function of it.

#![forbid(unsafe_code)]

pub mod delta;
mod lineage;
pub mod matrix;
mod merge;
pub mod render;
pub mod results;
pub mod text;
pub mod traces;

pub use lineage::Standing;
