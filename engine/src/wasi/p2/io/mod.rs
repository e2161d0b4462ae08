//! `wasi:io`.

pub(super) mod error;
pub(super) mod poll;
pub(super) mod streams;
