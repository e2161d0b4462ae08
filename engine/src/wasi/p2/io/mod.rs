//! `wasi:io`.

pub(super) mod error;
mod input;
mod output;
pub(super) mod poll;
pub(super) mod streams;
