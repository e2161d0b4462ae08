//! The Preflight reference engine.

#[cfg(feature = "interp")]
pub mod exec;
#[cfg(feature = "interp")]
pub mod syntax;
pub mod trace;
