//! Core spec, *Execution*: numerics, instantiation, invocation. The tiers run what is in function bodies.

mod instantiate;
mod invoke;
pub(crate) mod numerics;
