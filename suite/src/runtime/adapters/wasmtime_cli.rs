//! wasmtime's command line: `wasmtime wast` for scripts, `wasmtime run` for programs.
//!
//! | wasmtime does | class |
//! |---|---|
//! | `wast` exits with 0 | the script holds |
//! | `wast` exits with another code | failed, in its own words; unsupported if it says that something is not enabled, or that a module was refused with another text than the script has |
//! | `run` exits with 134 | a trap |
//! | `run` exits with 1 and complains | failed: an error before or while it ran |
//! | `run` exits with another code | the program's own exit |
//!
//! Programs of WASI 0.2 are run as commands; a component is instantiated and run once.

use super::files::{Files, program_end};
use crate::{
    case::Broken,
    commands::Command as ScriptCommand,
    runtime::{
        Ability, About, End, Program, ProgramEnd, Reach, Runtime, World,
        adapters::no_primitives,
        process::{Limits, once},
    },
};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Everything that the suite may use, switched on.
const PROPOSALS: &str = "-Wgc=y,function-references=y,exceptions=y,tail-call=y,multi-memory=y,memory64=y,threads=y,\
                         shared-memory=y,relaxed-simd=y,custom-page-sizes=y,component-model-async=y,\
                         component-model-more-async-builtins=y,component-model-threading=y";

/// The runtime.
pub struct WasmtimeCli {
    program: PathBuf,
    version: String,
    limits: Limits,
}

impl WasmtimeCli {
    /// The one at `program`.
    ///
    /// # Errors
    /// It cannot be run.
    pub fn new(program: &Path, limits: Limits) -> Result<Self, Broken> {
        let mut command = Command::new(program);
        command.arg("--version");
        let left = once::run(command, "", limits)?;
        let version = String::from_utf8_lossy(&left.stdout).trim().trim_start_matches("wasmtime ").to_owned();
        Ok(WasmtimeCli { program: program.to_owned(), version, limits })
    }
}

impl Runtime for WasmtimeCli {
    no_primitives!();

    fn about(&self) -> About {
        let abilities = [Ability::Scripts, Ability::P1, Ability::Preloads, Ability::P2];
        About::new("wasmtime", &self.version, "wasmtime", &abilities)
    }

    fn run_script(&mut self, text: &str, _commands: &[ScriptCommand]) -> Result<(), End> {
        let files = Files::new()?;
        let mut command = Command::new(&self.program);
        command.args(["wast", PROPOSALS]).arg(files.write("script.wast", text.as_bytes())?);
        let left = once::run(command, "", self.limits).map_err(End::Broken)?;
        let words = left.words();
        // It compares the texts of errors, which are each runtime's own, and not their classes.
        let by_text = ["assert_invalid: expected", "assert_malformed: expected", "assert_unlinkable: expected"];
        match left.status.success() {
            true => Ok(()),
            false if by_text.iter().any(|text| words.contains(text)) || words.contains("is not enabled") => {
                Err(End::Unsupported(words))
            }
            false => Err(End::Failed(words)),
        }
    }

    fn run_program(&mut self, program: &Program) -> Result<ProgramEnd, End> {
        if program.times != 1 {
            return Err(End::unsupported("entering a component never, or more than once"));
        }
        let files = Files::new()?;
        let (main, preloads) = files.program(program)?;
        let mut command = Command::new(&self.program);
        // The exit code of a component is an unstable function of WASI 0.2.
        command.args(["run", PROPOSALS, "-Scli-exit-with-code"]);
        for (folder, name) in files.preopens(program)? {
            command.arg("--dir").arg(format!("{folder}::{name}"));
        }
        for (name, value) in &program.env {
            command.arg("--env").arg(format!("{name}={value}"));
        }
        for (name, file) in preloads {
            command.arg("--preload").arg(format!("{name}={file}"));
        }
        if let Reach::Export(name) = &program.reach {
            let call = if program.world == World::P2 { format!("{name}()") } else { name.clone() };
            command.arg("--invoke").arg(call);
        }
        command.arg(main).args(&program.args);
        once::run(command, &program.stdin, self.limits).map(program_end).map_err(End::Broken)
    }
}
