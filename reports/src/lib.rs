//! The results of Preflight's runs: one schema for the terminal, for JSON and for tests.
//!
//! What reads or writes results depends on this crate and not on whatever produced them.

#![forbid(unsafe_code)]

pub mod matrix;
pub mod results;
