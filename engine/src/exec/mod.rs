//! Core spec, *Execution*: numerics, instantiation, invocation, and the instructions whose meaning both tiers share. The
//! tiers run what is in function bodies.

mod activation;
pub(crate) mod entry;
pub(crate) mod exception;
pub(crate) mod instantiate;
mod invoke;
pub(crate) mod memory;
pub(crate) mod numerics;
pub(crate) mod reference;
pub(crate) mod table;

pub(crate) use activation::Activation;
pub(crate) use entry::Entered;
