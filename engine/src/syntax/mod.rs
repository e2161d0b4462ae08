//! Core spec, *Structure*: modules and types as data, and the one table of instructions.

mod module;
pub(crate) mod ops;
mod types;

pub use module::*;
pub(crate) use ops::*;
pub use types::*;
