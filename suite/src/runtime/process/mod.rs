//! Runtimes in other processes, which speak the protocol of `PROTOCOL.md`: one JSON document a line, a worker that lives as
//! long as it behaves.
//!
//! A worker that hangs, crashes, eats memory or writes rubbish costs the case that it was running, with a typed result
//! ([`Broken`]); it is started again for the next one.

mod acting;
pub mod check;
pub(in crate::runtime) mod once;
mod plain;
mod protocol;
mod remote;
mod serve;
mod system;
mod worker;

pub use plain::{Plain, plain};
pub use protocol::PROTOCOL;
pub use remote::Remote;
pub use serve::{serve, serve_standard};
pub use worker::{Driver, Limits};

#[cfg(doc)]
use crate::case::Broken;
