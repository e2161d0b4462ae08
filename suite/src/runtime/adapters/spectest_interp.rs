//! wabt's `spectest-interp`, which runs scripts in JSON.
//!
//! | it does | class |
//! |---|---|
//! | exits with 0, says that all tests passed, and of each trap and link error words of the class asserted | the script holds |
//! | anything else | failed, in its own words |
//!
//! Any failure satisfies its `assert_unlinkable`, and any trap its `assert_trap`; it says which it was. Of `assert_uninstantiable`
//! it says nothing, so that it is given `assert_unlinkable` instead.
//!
//! It does not know `module definition` and `module instance`, and no components: unsupported.

use super::files::Files;
use crate::{
    case::Broken,
    commands::{Command as ScriptCommand, CommandKind, to_json},
    messages::{self, Assertion, Class},
    runtime::{
        Ability, About, End, Runtime,
        adapters::no_primitives,
        process::{Limits, once},
    },
    trace::TrapCode,
};
use serde_json::{Value as Json, json};
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
        let mut script = to_json("script.wast", commands).map_err(End::Unsupported)?;
        for command in script.document["commands"].as_array_mut().into_iter().flatten() {
            tell_why(command);
        }
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
            (true, Some((passed, all))) if passed == all => other_end(commands, &said).map_or(Ok(()), Err),
            _ if left.code() >= 128 => {
                Err(End::Broken(Broken::Crashed { status: left.status.to_string(), stderr: left.words() }))
            }
            _ => Err(End::Failed(said.lines().chain([left.words().as_str()]).collect::<Vec<_>>().join(" | "))),
        }
    }
}

/// Makes of a command about a module that traps one of which the runner says how it ended.
fn tell_why(command: &mut Json) {
    if command["type"] == "assert_uninstantiable" {
        command["type"] = json!("assert_unlinkable");
    }
}

/// The runner's words for traps where they are not those of scripts, and what they stand for.
const TRAPS: [(&str, &[TrapCode]); 6] = [
    ("undefined table index", &[TrapCode::UndefinedElement]),
    ("uninitialized table element", &[TrapCode::UninitializedElement]),
    ("indirect call signature mismatch", &[TrapCode::IndirectCallTypeMismatch]),
    ("invalid atomic access", &[TrapCode::UnalignedAtomic, TrapCode::OutOfBoundsMemory]),
    ("call stack exhausted", &[]),
    ("uncaught exception", &[]),
];

/// The runner's words for imports that do not match.
const LINKS: [&str; 5] =
    ["invalid import", "import signature mismatch", "expected import", "in imported", "imported tag"];

/// The first assertion that passed by another end than the one that it asks for.
fn other_end(commands: &[ScriptCommand], said: &str) -> Option<End> {
    let asserted = commands.iter().filter_map(|command| match &command.kind {
        CommandKind::AssertTrap { text, .. } => Some((command.line, Assertion::Trap, text)),
        CommandKind::AssertUnlinkable { text, .. } => Some((command.line, Assertion::Unlinkable, text)),
        _ => None,
    });
    asserted.zip(ends(said)).find_map(|((line, assertion, text), end)| {
        let is_it = messages::class(assertion, text).is_none_or(|class| end.is_of(class));
        (!is_it).then(|| End::Failed(format!("line {line}: {text:?} is asserted, and it ended so: {end}")))
    })
}

/// How the modules and calls ended of which it says that, one after the other.
fn ends(said: &str) -> impl Iterator<Item = End> {
    let mut lines = said.lines();
    std::iter::from_fn(move || {
        loop {
            let line = lines.next()?;
            if let Some((_, words)) = line.split_once(": assert_trap passed: ") {
                return Some(end(words));
            }
            if line.ends_with(": assert_unlinkable passed:") {
                return Some(end(lines.next().unwrap_or_default().trim().trim_start_matches("error: ")));
            }
        }
    })
}

/// Words that are not known may stand for any end.
fn end(words: &str) -> End {
    if let Some((_, codes)) = TRAPS.iter().find(|(trap, _)| words.starts_with(trap)) {
        return End::Trap(codes.to_vec(), words.to_owned());
    }
    // What it appends is where: `out of bounds memory access: access at 65536+4 >= max value 65536`.
    let words_of_scripts = words.split(": ").next().unwrap_or(words);
    if let Some(Class::Trap(codes)) = messages::class(Assertion::Trap, words_of_scripts) {
        return End::Trap(codes.to_vec(), words.to_owned());
    }
    let is_link = LINKS.iter().any(|link| words.contains(link));
    if is_link { End::Unlinkable(words.to_owned()) } else { End::Failed(words.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::lower;

    #[test]
    fn a_passed_assertion_is_held_against_what_it_says() {
        let trap = r#"(assert_trap (module (func $s (unreachable)) (start $s)) "unreachable")"#;
        let unlinkable = r#"(assert_unlinkable (module (import "a" "b" (func))) "unknown import")"#;
        let said = |words: &str| format!("s.wast:1: assert_unlinkable passed:\n  error: {words}\n1/1 tests passed.\n");
        for (script, words, holds) in [
            (trap, "unreachable executed", true),
            (trap, "integer divide by zero", false),
            (trap, "invalid import \"a.b\"", false),
            (trap, "new words", true),
            (unlinkable, "invalid import \"a.b\"", true),
            (unlinkable, "import signature mismatch", true),
            (unlinkable, "unreachable executed", false),
        ] {
            let commands = lower(script).expect("a script");
            assert_eq!(other_end(&commands, &said(words)).is_none(), holds, "{script} {words}");
        }
        let call =
            lower(r#"(module (func (export "f"))) (assert_trap (invoke "f") "integer overflow")"#).expect("a script");
        assert!(other_end(&call, "s.wast:1: assert_trap passed: integer overflow").is_none());
        assert!(other_end(&call, "s.wast:1: assert_trap passed: undefined table index").is_some());
    }
}
