//! The one table of numeric instructions.
