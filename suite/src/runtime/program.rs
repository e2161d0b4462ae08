//! Programs of WASI, of Preview 1 and of 0.2.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A program, and what it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Which WASI it is for.
    pub world: World,
    /// The main module; a component in WASI 0.2.
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
    /// The names under which it finds an empty directory open, in this order.
    pub preopens: Vec<String>,
    /// How often it is entered as `reach` says, on one instance; in preview 1 a call that does not return is the last.
    pub times: u32,
}

impl Program {
    /// A command of preview 1 that is given nothing.
    pub fn command(main: Vec<u8>) -> Self {
        Program {
            world: World::P1,
            main,
            preloads: Vec::new(),
            reach: Reach::Command,
            args: Vec::new(),
            env: BTreeMap::new(),
            stdin: String::new(),
            preopens: Vec::new(),
            times: 1,
        }
    }

    /// Whether it is entered so often that a runtime has to have [`Ability::Times`](super::Ability::Times): all who run components
    /// call `wasi:cli/run` as often as is asked for.
    pub fn takes_times(&self) -> bool {
        let is_counted = match self.reach {
            Reach::Command => self.world == World::P1,
            Reach::Export(_) => true,
            // There is nothing to enter.
            Reach::Reactor => false,
        };
        is_counted && self.times != 1
    }
}

/// A version of WASI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum World {
    /// Preview 1.
    P1,
    /// 0.2.
    P2,
}

/// How a program is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Through `_start`; a component through `wasi:cli/run`.
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
