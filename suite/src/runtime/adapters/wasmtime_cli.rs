//! wasmtime's command line: `wasmtime wast` for scripts, `wasmtime run` for programs.
//!
//! | wasmtime does | class |
//! |---|---|
//! | `wast` exits with 0 | the script holds |
//! | `wast` exits with another code | failed, in its own words; unsupported if these are of what the runner lacks ([`WasmtimeCli::lacking`]) |
//! | `run` exits with 134 and a line that begins with `Error: ` | a trap |
//! | `run` exits with 1 and such a line, or with 2 and its usage | failed: an error before or while it ran |
//! | `run` exits with another code, or without such a line | the program's own exit |
//! | a signal ends it | it has crashed |
//!
//! Programs of WASI 0.2 are run as commands; a component is instantiated and run once.

use super::files::{Files, Manner, program_end};
use crate::{
    case::Broken,
    commands::Command as ScriptCommand,
    messages::{self, Class},
    runtime::{
        Ability, About, End, Program, ProgramEnd, Reach, Runtime, World,
        adapters::no_primitives,
        process::{Limits, once},
    },
    trace::TrapCode,
};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The runtime.
pub struct WasmtimeCli {
    program: PathBuf,
    version: String,
    limits: Limits,
}

impl WasmtimeCli {
    /// Everything that the suite may use, switched on.
    pub const PROPOSALS: &str = "-Wgc=y,function-references=y,exceptions=y,tail-call=y,multi-memory=y,memory64=y,threads=y,\
                                 shared-memory=y,relaxed-simd=y,custom-page-sizes=y,component-model-async=y,\
                                 component-model-more-async-builtins=y,component-model-async-stackful=y,component-model-threading=y";

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
        let (files, mut text) = (Files::new()?, text.to_owned());
        // Each time it words a trap in its own way, which is one of the same class, it is asked again by these words.
        for _ in 0..WORDINGS {
            let mut command = Command::new(&self.program);
            command.env("RUST_BACKTRACE", "0");
            command.args(["wast", Self::PROPOSALS]).arg(files.write("script.wast", text.as_bytes())?);
            let left = once::run(command, "", self.limits).map_err(End::Broken)?;
            if left.status.success() {
                return Ok(());
            }
            let (words, all) = (left.words(), String::from_utf8_lossy(&left.stderr).into_owned());
            if all.contains("This is a bug in Wasmtime") {
                return Err(End::Broken(Broken::Crashed { status: "a bug that it reports".to_owned(), stderr: words }));
            }
            match reworded(&text, &all) {
                Some(again) => text = again,
                None => {
                    return Err(Self::lacking(&all).map_or_else(
                        || End::Failed(words.clone()),
                        |what| End::Unsupported(format!("{what}; it says: {words}")),
                    ));
                }
            }
        }
        Err(End::unsupported(BY_CLASS))
    }

    fn run_program(&mut self, program: &Program) -> Result<ProgramEnd, End> {
        if program.times != 1 {
            return Err(End::unsupported("entering a component never, or more than once"));
        }
        let files = Files::new()?;
        let (main, preloads) = files.program(program)?;
        let mut command = Command::new(&self.program);
        // The exit code of a component is an unstable function of WASI 0.2.
        command.args(["run", Self::PROPOSALS, "-Scli-exit-with-code"]);
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
        program_end(once::run(command, &program.stdin, self.limits).map_err(End::Broken)?, MANNER)
    }
}

/// Its own messages begin with this; what a program writes may hold the same words anywhere else.
const MANNER: Manner = Manner {
    complains: |code, said| match code {
        1 => has_error(said),
        2 => said.contains("For more information, try '--help'"),
        _ => false,
    },
    traps: has_error,
};

fn has_error(said: &str) -> bool {
    said.lines().any(|line| line.starts_with("Error: "))
}

/// How many traps of a script may be worded in another way.
const WORDINGS: usize = 16;

/// The script with the runtime's own words for a trap, if it says that it expected other words and these are of the same class.
fn reworded(script: &str, said: &str) -> Option<String> {
    relinked(script, said).or_else(|| retrapped(script, said))
}

/// The same for modules and components that do not link: the class is that of any link error.
fn relinked(script: &str, said: &str) -> Option<String> {
    let (_, rest) = said.split_once("expected \"")?;
    let (expected, got) = rest.split_once("\", got \"instantiation failed")?;
    messages::class(messages::Assertion::Unlinkable, expected)?;
    let is_link = |got: &str| !traps(got) && !got.contains("component imports instance `");
    let words = ["component imports ", "unknown import", "incompatible import type"];
    let found = words.iter().find(|words| got.contains(**words) && **words != expected).filter(|_| is_link(got))?;
    let quoted = format!("\"{expected}\"");
    script.contains(&quoted).then(|| script.replace(&quoted, &format!("\"{found}\"")))
}

fn retrapped(script: &str, said: &str) -> Option<String> {
    let (_, rest) = said.split_once("expected '")?;
    let (expected, got) = rest.split_once("', got '")?;
    // Of an error with its causes the last one counts, which may have a number before it.
    let last = got.trim_end().trim_end_matches('\'').lines().rev().map(str::trim).find(|line| !line.is_empty())?;
    let last = last.split_once(": ").filter(|(number, _)| number.parse::<u32>().is_ok()).map_or(last, |(_, text)| text);
    let class = |text| messages::class(messages::Assertion::Trap, text);
    let (wanted, found) = (class(expected)?, class(last)?);
    let quoted = |text: &str| format!("\"{text}\"");
    // What crosses components is copied by code that finds a pointer out of bounds only when it follows it.
    let is_followed =
        wanted == Class::Trap(&[TrapCode::InvalidPointer]) && found == Class::Trap(&[TrapCode::OutOfBoundsMemory]);
    let is_other = (wanted == found || is_followed) && expected != last && !last.contains(['"', '\\']);
    (is_other && script.contains(&quoted(expected))).then(|| script.replace(&quoted(expected), &quoted(last)))
}

/// What the runner says of a script, all of these texts, and what it lacks then. What it says of a wrong result, or of a trap that is
/// missing, is none of these.
const LACKS: &[(&[&str], &str)] = &[
    (
        &["expected 'uncaught exception', got 'error while executing", "thrown Wasm exception"],
        "a trap for an exception at a component's border that is compared by class",
    ),
    (&["expected 'expected shared memory', got 'error while executing", "atomic wait on non-shared memory"], BY_CLASS),
    (&["support for component model `value`s is not enabled"], VALUES),
    (&["malformed section id: 12"], VALUES),
    (&["64-bit memories require the `cm64` feature"], "64-bit memories of components"),
    (&["requires the component model error-context feature"], "error contexts"),
    (&["Maps require the component model map feature"], "maps"),
    (&["Fixed-length lists require the component model fixed-length lists feature"], "lists of a fixed length"),
    (&["root-level component imports are not supported"], "components that a root component imports"),
    (&["exporting a component from the root component is not supported"], "components that a root component exports"),
    (&["is not enabled"], "a proposal"),
    (&["unsupported type export"], "components that export types in this way"),
    // Of a component instance that has a name or is registered, its runner finds modules and resources, and no functions.
    (
        &["component imports instance `", "a matching implementation was not found in the linker"],
        "functions of registered instances for components that import them",
    ),
    (&["unsupported `action` found using a module"], "assertions of an exception that leaves an instantiation"),
    (&["no item named `", "missing definition for `"], "functions of component instances by name"),
];

const BY_CLASS: &str = "errors that are compared by class";
const VALUES: &str = "value definitions of components";

impl WasmtimeCli {
    /// What the script runner lacks, if that is why it says this of a script.
    pub fn lacking(words: &str) -> Option<&'static str> {
        if is_other_text(words) {
            return Some(BY_CLASS);
        }
        let found = LACKS.iter().find(|(texts, _)| texts.iter().all(|text| words.contains(text)));
        found.map(|(_, what)| *what)
    }
}

/// Whether the runner compares the texts of errors, which are each runtime's own, and not their classes: what it got instead is
/// of the class that the directive asks for. A trap where a module is not to link is none of it.
fn is_other_text(words: &str) -> bool {
    let kinds = ["assert_invalid: expected", "assert_malformed: expected", "assert_unlinkable: expected"];
    kinds.iter().any(|kind| words.contains(kind)) && !traps(words)
}

/// Whether these words are of code that has run.
fn traps(words: &str) -> bool {
    let all = ["wasm trap", "error while executing", "wasm backtrace", "uncaught exception", "thrown Wasm exception"];
    all.iter().any(|trap| words.contains(trap))
}

#[cfg(test)]
mod tests {
    use super::{MANNER, WasmtimeCli, reworded};

    #[test]
    fn its_own_messages_begin_lines() {
        assert!((MANNER.complains)(1, "Error: failed to run main module") && (MANNER.traps)("a\nError: failed"));
        assert!(!(MANNER.complains)(1, "error\n") && !(MANNER.complains)(33, "Error: x") && !(MANNER.traps)("error"));
    }

    #[test]
    fn traps_are_compared_by_their_class() {
        let script = r#"(assert_trap (component) "unknown handle index 0")"#;
        let said = |got: &str| format!("1: expected 'unknown handle index 0', got '{got}'\n\n");
        let other = "error while executing at wasm backtrace:\n    0: 0x1\n\nCaused by:\n    unknown handle index 7\n";
        assert_eq!(reworded(script, &said(other)).as_deref(), Some(&*script.replace('0', "7")));
        let several = "error\n\nCaused by:\n    0: error while executing\n    1: wasm trap: cannot drop it\n";
        assert!(reworded(script, &said(several)).is_some_and(|again| again.contains("wasm trap: cannot drop it")));
        let pointer = script.replace("unknown handle index 0", "unaligned pointer");
        let followed =
            "1: expected 'unaligned pointer', got 'error\n\nCaused by:\n    wasm trap: out of bounds memory access\n'";
        assert!(reworded(&pointer, followed).is_some_and(|again| again.contains("out of bounds memory access")));
        for other in ["wasm trap: out of bounds memory access", "something new", "unknown handle index 0"] {
            assert_eq!(reworded(script, &said(other)), None, "{other}");
        }
        assert_eq!(reworded(script, "result 0 didn't match"), None);
    }

    #[test]
    fn link_errors_are_of_one_class_and_traps_are_not() {
        let script = r#"(assert_unlinkable (component) "unknown import")"#;
        let said =
            |got: &str| format!("1: assert_invalid: expected \"unknown import\", got \"instantiation failed\n{got}\"");
        let missing =
            "0: component imports function `missing`, but a matching implementation was not found in the linker";
        assert_eq!(reworded(script, &said(missing)), Some(script.replace("unknown import", "component imports ")));
        let trap = said("0: error while executing at wasm backtrace:\n1: wasm trap: unreachable");
        assert_eq!((reworded(script, &trap), WasmtimeCli::lacking(&trap)), (None, None));
        let instance = said(&missing.replace("function", "instance"));
        assert!(reworded(script, &instance).is_none() && WasmtimeCli::lacking(&instance).is_some());
    }

    #[test]
    fn what_the_runner_lacks_is_no_failure_and_what_the_engine_does_is() {
        let error = "failed directive on script.wast:14 | ";
        for lacks in [
            "component imports instance `a`, but a matching implementation was not found in the linker",
            "no item named `A::f` found | missing definition for `A::f`",
            "expected 'uncaught exception', got 'error while executing at wasm backtrace: | thrown Wasm exception'",
            "failed to parse WebAssembly module | malformed section id: 12 (at offset 0xa)",
            "failed to parse WebAssembly module | exporting a component from the root component is not supported",
        ] {
            assert!(WasmtimeCli::lacking(&format!("{error}{lacks}")).is_some(), "{lacks}");
        }
        for fails in [
            "expected trap, got Component([])",
            "result 0 didn't match | expected 0",
            "expected 'unreachable', got 'error while executing at wasm backtrace: | wasm trap: out of bounds memory access'",
            "failed to parse WebAssembly module | malformed section id: 11 (at offset 0xa)",
        ] {
            assert_eq!(WasmtimeCli::lacking(&format!("{error}{fails}")), None, "{fails}");
        }
    }
}
