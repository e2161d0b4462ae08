//! What a runtime accepts beyond and of release 2.0, found out by giving it a small module for each proposal.
//!
//! That a runtime lacks a proposal is no failure of the cases that need it. It is asked, not declared, so that the answer is
//! that of the version at hand.

use super::{Ability, End, Program, Runtime};
use crate::{case::Broken, commands, source};
use std::collections::BTreeMap;

/// A module for each core proposal that a case can need (see [`crate::case::needs`]).
const PROBES: &[(&str, &str)] = &[
    ("extended-const", "(module (global i32 (i32.add (i32.const 1) (i32.const 2))))"),
    ("tail-call", "(module (func $f (return_call $f)))"),
    ("multi-memory", "(module (memory 1) (memory 1))"),
    ("memory64", "(module (memory i64 1) (table i64 1 funcref))"),
    ("function-references", "(module (type $t (func)) (func $f (param (ref $t)) (call_ref $t (local.get 0))))"),
    ("gc", "(module (type $s (struct (field (mut i32)))) (global (ref $s) (struct.new $s (i32.const 1))))"),
    ("exception-handling", "(module (tag $e) (func (block $b (try_table (catch $e $b) (throw $e)))))"),
    (
        "relaxed-simd",
        "(module (func (param v128) (result v128)
           (i8x16.relaxed_swizzle (local.get 0) (local.get 0))))",
    ),
    ("threads", "(module (memory 1 1 shared) (func (drop (i32.atomic.load (i32.const 0)))))"),
    ("custom-page-sizes", "(module (memory 1 (pagesize 1)))"),
    ("wide-arithmetic", "(module (func (result i64 i64) (i64.mul_wide_u (i64.const 1) (i64.const 2))))"),
];

/// How a module shows whether what was accepted was understood.
#[derive(Debug, Clone, Copy)]
enum Proof {
    /// It can be instantiated.
    Instantiates,
    /// It cannot be instantiated.
    Fails,
    /// Its export `proof` can be called: what a function holds is looked at by some runtimes only then.
    Runs,
}

/// Modules that show whether what was accepted was understood, for runtimes that do not validate.
const PROOFS: &[(&str, &str, Proof)] = &[
    (
        "multi-memory",
        "(module (memory 1) (memory 1)
           (func $second
             (i32.store8 1 (i32.const 0) (i32.const 7))
             (if (i32.or (i32.load8_u 0 (i32.const 0)) (i32.ne (i32.load8_u 1 (i32.const 0)) (i32.const 7)))
               (then (unreachable))))
           (start $second))",
        Proof::Instantiates,
    ),
    ("custom-page-sizes", r#"(module (memory 1 (pagesize 1)) (data (i32.const 0) "ab"))"#, Proof::Fails),
    ("memory64", r#"(module (memory i64 1) (func (export "proof") (drop (memory.grow (i64.const 0)))))"#, Proof::Runs),
    (
        "exception-handling",
        r#"(module (tag $e) (func (export "proof") (block $b (try_table (catch $e $b) (throw $e)))))"#,
        Proof::Runs,
    ),
    (
        "threads",
        r#"(module (memory 1 1 shared) (func (export "proof") (drop (i32.atomic.load (i32.const 0)))))"#,
        Proof::Runs,
    ),
];

/// A module for each proposal of release 2.0, which every case may use.
const RELEASE_2: &[(&str, &str)] = &[
    ("mutable-global", r#"(module (global (export "g") (mut i32) (i32.const 0)))"#),
    ("sign-extension", "(module (func (result i32) (i32.extend8_s (i32.const 1))))"),
    ("multi-value", "(module (func (result i32 i32) (i32.const 1) (i32.const 2)))"),
    ("bulk-memory", r#"(module (memory 1) (data "x") (func (data.drop 0)))"#),
    (
        "reference-types",
        "(module (table 1 externref) (table 1 funcref) (func $f) (elem declare func $f)
           (func (table.set 1 (i32.const 0) (ref.func $f))))",
    ),
    ("simd", "(module (func (result v128) (v128.const i64x2 1 2)))"),
];

/// How many questions in a row a runtime may break in. It is started again after each; one that breaks in everything, or hangs
/// and costs its limit of time for each question, is given up.
const BROKEN_IN_A_ROW: usize = 3;

/// What a runtime accepts.
#[derive(Debug, Clone, Default)]
pub struct Accepted {
    /// For each core proposal that a case can need: `None`, or what the runtime says against it.
    refused: BTreeMap<&'static str, Option<String>>,
    /// The proposals of release 2.0 that it lacks.
    lacks: Vec<&'static str>,
    /// In the module of which of those it broke, and how.
    broke: BTreeMap<&'static str, String>,
}

impl Accepted {
    /// About how many modules [`ask`](Self::ask) asks a runtime before its first case, if it accepts none.
    pub fn questions() -> usize {
        PROBES.len() + RELEASE_2.len()
    }

    /// Asks `runtime`, through whatever it has for core modules: primitives, a script runner, or programs. What it breaks in
    /// counts as refused, and it is started again.
    ///
    /// # Errors
    /// [`End::Broken`] if the runtime broke several times in a row.
    pub fn ask(runtime: &mut dyn Runtime) -> Result<Self, End> {
        Self::ask_about(runtime, |_| true, RELEASE_2)
    }

    /// As [`ask`](Self::ask), but only about `needs`, and not about release 2.0: for a case that passes this is enough.
    ///
    /// # Errors
    /// [`End::Broken`] if the runtime broke several times in a row.
    pub fn ask_for(runtime: &mut dyn Runtime, needs: &[String]) -> Result<Self, End> {
        Self::ask_about(runtime, |name| needs.iter().any(|need| need == name), &[])
    }

    fn ask_about(
        runtime: &mut dyn Runtime,
        is_wanted: impl Fn(&str) -> bool,
        release_2: &[(&'static str, &str)],
    ) -> Result<Self, End> {
        let about = runtime.about();
        let means = [(Ability::Core, Means::Bytes), (Ability::Scripts, Means::Script), (Ability::P1, Means::Program)];
        let Some((_, means)) = means.into_iter().find(|(ability, _)| about.can(*ability)) else {
            return Ok(Accepted::default());
        };
        let mut patience = Patience::default();
        patience.reset(runtime)?;
        let mut accepted = Accepted::default();
        for (name, text) in PROBES.iter().filter(|(name, _)| is_wanted(name)) {
            let refusal = match patience.ask(runtime, |runtime| probe(runtime, text, means))? {
                Ok(refusal) => refusal,
                Err(broken) => Some(format!("asked for {name}, {broken}")),
            };
            accepted.refused.insert(name, refusal);
        }
        for (name, text, proof) in PROOFS {
            let is_accepted = matches!(accepted.refused.get(name), Some(None));
            if !is_accepted || !matches!(means, Means::Bytes) {
                continue;
            }
            match patience.ask(runtime, |runtime| holds(runtime, text, *proof))? {
                Ok(true) => continue,
                Ok(false) => accepted.refused.insert(name, Some(format!("{name} is accepted and not understood"))),
                Err(broken) => accepted.refused.insert(name, Some(format!("{name} is accepted, and {broken}"))),
            };
        }
        for (name, text) in release_2 {
            match patience.ask(runtime, |runtime| probe(runtime, text, means))? {
                Ok(None) => continue,
                Ok(Some(_)) => {}
                Err(broken) => drop(accepted.broke.insert(name, broken.to_string())),
            }
            accepted.lacks.push(name);
        }
        Ok(accepted)
    }

    /// What the runtime says against the core proposal `name`, if it says anything.
    pub fn refusal(&self, name: &str) -> Option<&str> {
        self.refused.get(name).and_then(Option::as_deref)
    }

    /// Whether `name` is a core proposal about which the runtime was not asked.
    pub fn is_unknown(&self, name: &str) -> bool {
        PROBES.iter().any(|(probe, _)| *probe == name) && !self.refused.contains_key(name)
    }

    /// The proposals of release 2.0 that the runtime lacks.
    pub fn lacks(&self) -> &[&'static str] {
        &self.lacks
    }

    /// The proposals of release 2.0 that the runtime lacks, in words; `None` if it lacks none.
    pub fn lacking(&self) -> Option<String> {
        let one = |name: &&str| match self.broke.get(name) {
            Some(broken) => format!("{name} (asked for it, {broken})"),
            None => (*name).to_owned(),
        };
        let all: Vec<String> = self.lacks.iter().map(one).collect();
        (!all.is_empty()).then(|| format!("release 2.0 without {}", all.join(", ")))
    }

    /// The core proposals beyond release 2.0 that the runtime refuses.
    pub fn refused(&self) -> Vec<&'static str> {
        self.refused.iter().filter(|(_, why)| why.is_some()).map(|(name, _)| *name).collect()
    }
}

/// How often a runtime may break before it is given up.
#[derive(Debug, Default)]
struct Patience {
    broken_in_a_row: usize,
}

impl Patience {
    /// Asks something. A runtime that breaks in it is started again, and how it broke is the answer.
    fn ask<T>(
        &mut self,
        runtime: &mut dyn Runtime,
        question: impl FnOnce(&mut dyn Runtime) -> Result<T, End>,
    ) -> Result<Result<T, Broken>, End> {
        match question(runtime) {
            Ok(answer) => {
                self.broken_in_a_row = 0;
                Ok(Ok(answer))
            }
            Err(End::Broken(broken)) => {
                self.count(&broken)?;
                self.reset(runtime)?;
                Ok(Err(broken))
            }
            Err(end) => Err(end),
        }
    }

    /// Starts the runtime if need be, and again if it breaks in that.
    fn reset(&mut self, runtime: &mut dyn Runtime) -> Result<(), End> {
        loop {
            match runtime.reset() {
                Err(End::Broken(broken)) => self.count(&broken)?,
                end => return end,
            }
        }
    }

    fn count(&mut self, broken: &Broken) -> Result<(), End> {
        self.broken_in_a_row += 1;
        if self.broken_in_a_row < BROKEN_IN_A_ROW { Ok(()) } else { Err(End::Broken(broken.clone())) }
    }
}

/// How a runtime can be given a module.
#[derive(Debug, Clone, Copy)]
enum Means {
    /// As it is.
    Bytes,
    /// As a script.
    Script,
    /// As a program that does nothing.
    Program,
}

fn probe(runtime: &mut dyn Runtime, text: &str, means: Means) -> Result<Option<String>, End> {
    let end: Result<(), End> = match means {
        Means::Bytes => runtime.compile(&source::text(text)).map(drop),
        Means::Script => {
            let commands = commands::lower(text).unwrap_or_default();
            runtime.run_script(text, &commands)
        }
        Means::Program => runtime.run_program(&program(text)).and_then(|end| end.end),
    };
    match end {
        Ok(()) => Ok(None),
        Err(End::Broken(broken)) => Err(End::Broken(broken)),
        Err(end) => Ok(Some(end.to_string())),
    }
}

/// Whether the module shows what it is to show.
fn holds(runtime: &mut dyn Runtime, text: &str, proof: Proof) -> Result<bool, End> {
    let instantiated = runtime.compile(&source::text(text)).and_then(|module| runtime.instantiate(module, &[]));
    let end = match (instantiated, proof) {
        (Ok(instance), Proof::Runs) => runtime.call(instance, "proof", &[]).map(drop),
        (instantiated, _) => instantiated.map(drop),
    };
    match end {
        Err(End::Broken(broken)) => Err(End::Broken(broken)),
        end => Ok(end.is_ok() != matches!(proof, Proof::Fails)),
    }
}

/// A command that has everything of a module, and does nothing. It exports a memory, as every program does and some runtimes
/// demand: one of its own, or the module's first, so that it needs no second one.
fn program(text: &str) -> Program {
    let open = text.trim_end().strip_suffix(')').unwrap_or(text);
    let memory =
        if text.contains("(memory ") { "(export \"memory\" (memory 0))" } else { "(memory (export \"memory\") 1)" };
    Program::command(source::text(&format!("{open} {memory} (func (export \"_start\")))")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::needs;

    #[test]
    fn every_program_exports_one_memory() {
        for (name, text) in PROBES.iter().chain(RELEASE_2) {
            let main = program(text).main;
            assert!(super::super::binary::exports(&main).contains(&("memory".to_owned(), 2)), "{name}");
        }
    }

    #[test]
    fn every_probe_is_a_module_and_every_core_need_has_one() {
        for (name, text, _) in PROOFS {
            assert!(
                source::text(text).starts_with(b"\0asm") && PROBES.iter().any(|(probe, _)| probe == name),
                "{name}"
            );
        }
        for (_, text) in PROBES.iter().chain(RELEASE_2) {
            assert!(source::text(text).starts_with(b"\0asm") && program(text).main.starts_with(b"\0asm"));
        }
        let core = needs::NEEDS.iter().take_while(|need| need.name != "component-model");
        for need in core {
            assert!(PROBES.iter().any(|(name, _)| *name == need.name), "{}", need.name);
        }
    }
}
