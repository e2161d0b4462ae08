//! The Preflight reference engine.

#[cfg(feature = "interp")]
pub mod binary;
#[cfg(feature = "interp")]
pub mod config;
#[cfg(feature = "interp")]
pub mod error;
#[cfg(feature = "interp")]
pub mod exec;
#[cfg(feature = "interp")]
pub mod runtime;
#[cfg(feature = "interp")]
pub mod syntax;
#[cfg(feature = "interp")]
mod valid;
pub mod trace;
