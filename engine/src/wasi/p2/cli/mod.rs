//! `wasi:cli`, except `run`, which programs export: see [`super::command`].

pub(super) mod environment;
pub(super) mod exit;
pub(super) mod stdio;
pub(super) mod terminal;
