//! The manifest of real programs: where each comes from, how it is run, and what it gives.

use serde::Deserialize;
use std::collections::BTreeMap;

/// A manifest.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The programs, in the order in which they are run.
    pub program: Vec<Program>,
}

/// One program.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Its name here.
    pub name: String,
    /// Where it is to be had.
    pub registry: Registry,
    /// The package there; of a program that is built here, the folder's name.
    pub package: String,
    /// The package's version.
    pub version: String,
    /// The file in the package, a core module or a component.
    pub path: String,
    /// SHA-256 of the file. Programs that are built here have none: their tools do not build the same bytes twice.
    pub sha256: Option<String>,
    /// How a program that is built here is built: command lines, run in a folder of its own.
    #[serde(default)]
    pub build: Vec<Vec<String>>,
    /// Files to write into that folder before.
    #[serde(default)]
    pub sources: BTreeMap<String, String>,
    /// What it is.
    pub kind: Kind,
    /// Seconds after which it is stopped, on each tier.
    #[serde(default = "one_minute")]
    pub time_limit_s: u64,
    /// Arguments, without the program's name.
    #[serde(default)]
    pub args: Vec<String>,
    /// The environment.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Standard input.
    #[serde(default)]
    pub stdin: String,
    /// The files that it finds, by their paths from its root directory; their folder is preopened as `/`.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Files of the package that it finds too, by the same paths; given as paths in the package.
    #[serde(default)]
    pub package_files: BTreeMap<String, String>,
    /// Texts that steps name. `${NAME}` in them stands for the number or text NAME of that moment.
    #[serde(default)]
    pub texts: BTreeMap<String, String>,
    /// What is called once it is initialised, in order.
    #[serde(default)]
    pub step: Vec<Step>,
    /// What it gives, as wasmtime does.
    #[serde(default)]
    pub expect: Expect,
}

/// Where a program is to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registry {
    /// The npm registry.
    Npm,
    /// The Python package index.
    Pypi,
    /// Nowhere: it is built here, with tools from the two.
    Built,
}

/// What a program is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Run once, by `_start`.
    Command,
    /// Initialised, then called by the steps.
    Reactor,
    /// A component: run if it exports `wasi:cli/run` and there are no steps, else called by the steps.
    Component,
}

/// One step. Numbers are decimal, or `$NAME` for what was saved under this name; `$NAME.low` and `$NAME.high` are the halves
/// of a 64-bit number, and `$NAME.len` is the length of a text in bytes.
#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Step {
    /// Calls an export.
    Call {
        /// Its name.
        call: String,
        /// The arguments: numbers, or WAVE for a component.
        #[serde(default)]
        args: Vec<String>,
        /// The name under which the result is saved.
        save: Option<String>,
        /// The result, as `preflight exec` prints it.
        returns: Option<String>,
    },
    /// Writes a text into memory.
    Write {
        /// The text's name.
        write: String,
        /// The address.
        at: String,
    },
    /// Reads a 32-bit number from memory.
    Load {
        /// The address.
        load: String,
        /// The name under which it is saved.
        save: String,
    },
    /// Reads bytes of memory and compares them.
    Read {
        /// The address.
        read: String,
        /// How many; when absent, up to the first zero.
        len: Option<String>,
        /// What they are, as text.
        text: Option<String>,
        /// Their SHA-256.
        sha256: Option<String>,
    },
}

/// What a program gives. What is not here is not judged.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The exit code, where it is not 0.
    #[serde(default)]
    pub exit: i32,
    /// All of standard output.
    pub stdout: Option<String>,
    /// A part of standard output.
    pub stdout_contains: Option<String>,
    /// SHA-256 of standard output.
    pub stdout_sha256: Option<String>,
    /// All of standard error.
    pub stderr: Option<String>,
    /// SHA-256 of files that it has written, by their paths.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// The size of a PNG picture among the files: path, and width and height in pixels.
    #[serde(default)]
    pub png: BTreeMap<String, [u32; 2]>,
}

fn one_minute() -> u64 {
    60
}
