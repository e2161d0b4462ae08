//! The data of the Preflight suite. A data crate: it contains texts and no code.

#![forbid(unsafe_code)]

/// The directives of the official suites that contradict today's specification, as TOML.
pub const STALE: &str = include_str!("../stale.toml");
