//! WASI preview 1: its functions on both backends of the world, and the rules of starting.
#![cfg(feature = "wasi")]

#[cfg(target_os = "linux")]
mod backends;
mod descriptors;
mod every_function;
mod guest;
mod paths;
mod poll;
mod rights;
mod sandbox;
mod snapshot;
mod start;
mod streams;
mod threads;
