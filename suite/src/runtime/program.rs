//! Programs of WASI Preview 1.

use std::collections::BTreeMap;

/// A program, and what it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The main module.
    pub main: Vec<u8>,
    /// Modules that are instantiated before it, in this order, each under the name by which others import it.
    pub preloads: Vec<(String, Vec<u8>)>,
    /// How it is entered.
    pub reach: Reach,
    /// The arguments, the program's name left out.
    pub args: Vec<String>,
    /// The environment.
    pub env: BTreeMap<String, String>,
    /// Everything that can be read from standard input.
    pub stdin: String,
}

/// How a program is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Through `_start`.
    Command,
    /// Through `_initialize`, if it exports that.
    Reactor,
    /// Through this export, after whatever the host has to do before it.
    Export(String),
}

/// How a program ended, and what it wrote.
#[derive(Debug, Clone, PartialEq)]
pub struct ProgramEnd {
    /// What it wrote to standard output.
    pub stdout: Vec<u8>,
    /// `Ok` if it returned; the exit code of one that asked for it is [`End::Exit`](super::End::Exit).
    pub end: Result<(), super::End>,
}
