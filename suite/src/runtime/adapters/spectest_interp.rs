//! wabt's `spectest-interp`, which runs scripts in JSON.
//!
//! | it does | class |
//! |---|---|
//! | exits with 0, and says that all tests passed | the script holds |
//! | anything else | failed, in its own words |
//!
//! It does not know `module definition` and `module instance`, and no components: unsupported.

use super::files::Files;
use crate::{
    case::Broken,
    commands::{Command as ScriptCommand, CommandKind, to_json},
    runtime::{
        Ability, About, End, Runtime,
        adapters::no_primitives,
        process::{Limits, once},
    },
};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The runtime.
pub struct SpectestInterp {
    program: PathBuf,
    version: String,
    limits: Limits,
}

impl SpectestInterp {
    /// What wabt says it supports and has not got switched on. Function references and the garbage collector are no part of it: it
    /// does not claim them, and their beginnings change the types of what has nothing to do with them.
    pub const PROPOSALS: [&str; 7] = [
        "--enable-exceptions",
        "--enable-threads",
        "--enable-tail-call",
        "--enable-memory64",
        "--enable-multi-memory",
        "--enable-extended-const",
        "--enable-relaxed-simd",
    ];

    /// The one at `program`.
    ///
    /// # Errors
    /// It cannot be run.
    pub fn new(program: &Path, limits: Limits) -> Result<Self, Broken> {
        let mut command = Command::new(program);
        command.arg("--version");
        let left = once::run(command, "", limits)?;
        let version = String::from_utf8_lossy(&left.stdout).trim().to_owned();
        Ok(SpectestInterp { program: program.to_owned(), version, limits })
    }
}

impl Runtime for SpectestInterp {
    no_primitives!();

    fn about(&self) -> About {
        About::new("wabt", &self.version, "wabt", &[Ability::Scripts])
    }

    fn run_script(&mut self, _text: &str, commands: &[ScriptCommand]) -> Result<(), End> {
        let is_unknown = |kind: &CommandKind| {
            matches!(kind, CommandKind::ModuleDefinition { .. } | CommandKind::ModuleInstance { .. })
        };
        if commands.iter().any(|command| is_unknown(&command.kind)) {
            return Err(End::unsupported("module definitions in scripts"));
        }
        let script = to_json("script.wast", commands).map_err(End::Unsupported)?;
        let files = Files::new()?;
        for (name, bytes) in &script.files {
            files.write(name, bytes)?;
        }
        let mut command = Command::new(&self.program);
        command.args(Self::PROPOSALS).arg(files.write("script.json", script.text().as_bytes())?);
        let left = once::run(command, "", self.limits).map_err(End::Broken)?;
        let said = String::from_utf8_lossy(&left.stdout);
        let last = said.lines().last().unwrap_or_default();
        let all = last.split_once(' ').and_then(|(count, _)| count.split_once('/'));
        match (left.status.success(), all) {
            (true, Some((passed, all))) if passed == all => Ok(()),
            _ if left.code() >= 128 => {
                Err(End::Broken(Broken::Crashed { status: left.status.to_string(), stderr: left.words() }))
            }
            _ => Err(End::Failed(said.lines().chain([left.words().as_str()]).collect::<Vec<_>>().join(" | "))),
        }
    }
}
