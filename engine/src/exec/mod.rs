//! Core spec, *Execution*.
pub mod numerics;
