//! Which kind a module is, before anything of it runs (rules P1-KIND-*).

use super::{
    p1,
    rules::{BothEntries, DefaultExport, MissingMemory, NoEntry, StartRules, WithoutWasi, WrongEntry},
    threads,
};
use crate::{
    Module,
    mutants::{Mutant, on},
    syntax::{CompType, ExternIndex, Import},
};
use thiserror::Error;

/// The two kinds of modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Run once: P1-KIND-01.
    Command,
    /// Lives on: P1-KIND-02, P1-KIND-04.
    Reactor,
}

/// What a reading of a contested rule was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The rule's id.
    pub rule: &'static str,
    /// The reading.
    pub reading: &'static str,
}

/// How a module is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Starts {
    /// Its kind.
    pub kind: Kind,
    /// Whether `_initialize` is called before anything else.
    pub initialize: bool,
    /// The export that runs a command.
    pub main: Option<&'static str>,
    /// Contested rules that mattered.
    pub readings: Vec<Reading>,
}

/// Why a module is not started. Nothing of it has run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KindError {
    /// P1-KIND-03.
    #[error("exports both _start and _initialize, which are the entries of two kinds of modules (P1-KIND-03)")]
    BothEntries,
    /// P1-KIND-05.
    #[error("exports neither _start nor _initialize: there is nothing to run (P1-KIND-05)")]
    NoEntry,
    /// P1-KIND-05, where what it exports is no entry by a reading that was chosen.
    #[error(
        "exports _start or _initialize, which is no entry by the reading of {0} that was chosen: there is nothing to run (P1-KIND-05)"
    )]
    EntryIgnored(&'static str),
    /// P1-KIND-06.
    #[error("exports _start, but not as a function without parameters and results (P1-KIND-06)")]
    WrongStart,
    /// P1-KIND-07.
    #[error("exports _initialize, but not as a function without parameters and results (P1-KIND-07)")]
    WrongInitialize,
    /// P1-CMD-09.
    #[error("is a command and cannot be linked as a library (P1-CMD-09)")]
    CommandAsLibrary,
    /// P1-ENV-02.
    #[error("imports functions of WASI that need its memory, and exports no memory of the name memory (P1-ENV-02)")]
    MissingMemory,
}

impl KindError {
    /// The rule's id.
    pub fn rule(&self) -> &'static str {
        match self {
            KindError::BothEntries => "P1-KIND-03",
            KindError::NoEntry | KindError::EntryIgnored(_) => "P1-KIND-05",
            KindError::WrongStart => "P1-KIND-06",
            KindError::WrongInitialize => "P1-KIND-07",
            KindError::CommandAsLibrary => "P1-CMD-09",
            KindError::MissingMemory => "P1-ENV-02",
        }
    }
}

/// How `module` is started under `rules`. `is_main` tells whether it is to be run by its own entry.
///
/// # Errors
/// [`KindError`] where the rules reject it.
pub fn classify(module: &Module, rules: &StartRules, is_main: bool) -> Result<Starts, KindError> {
    let mut readings = Vec::new();
    if rules.missing_memory == MissingMemory::Reject && lacks_memory(module) {
        return Err(KindError::MissingMemory);
    }
    let (mut start, mut initialize) = entries(module, rules, &mut readings)?;
    if !imports_wasi(module) && (start || initialize) {
        let is_applied = rules.without_wasi == WithoutWasi::Apply;
        note(&mut readings, "P1-KIND-08", if is_applied { "applied without imports" } else { "ignored" });
        (start, initialize) = (start && is_applied, initialize && is_applied);
    }
    if start && initialize {
        match rules.both_entries {
            _ if on(Mutant::P1BothEntries) => {}
            BothEntries::Reject => return Err(KindError::BothEntries),
            BothEntries::InitializeThenStart => note(&mut readings, "P1-KIND-03", "_initialize, then _start"),
            BothEntries::StartWins => {
                initialize = false;
                note(&mut readings, "P1-KIND-03", "_start only");
            }
        }
    }
    let main = main_export(module, rules, start, &mut readings);
    if is_main && main.is_none() && !initialize {
        match rules.no_entry {
            NoEntry::Reject => return Err(no_entry(&readings)),
            NoEntry::Succeed if imports_wasi(module) => note(&mut readings, "P1-KIND-05", "nothing to run"),
            NoEntry::Succeed => {}
        }
    }
    let kind = if main.is_some() { Kind::Command } else { Kind::Reactor };
    Ok(Starts { kind, initialize, main, readings })
}

/// Why there is nothing to run: no such export, or a reading by which it is no entry.
fn no_entry(readings: &[Reading]) -> KindError {
    let ignores = |reading: &&Reading| matches!(reading.rule, "P1-KIND-06" | "P1-KIND-07" | "P1-KIND-08");
    readings.iter().find(ignores).map_or(KindError::NoEntry, |reading| KindError::EntryIgnored(reading.rule))
}

fn note(readings: &mut Vec<Reading>, rule: &'static str, reading: &'static str) {
    readings.push(Reading { rule, reading });
}

/// Whether `_start` and `_initialize` are entries.
fn entries(module: &Module, rules: &StartRules, readings: &mut Vec<Reading>) -> Result<(bool, bool), KindError> {
    let mut entry = |name, rule, wrong, error| match export(module, name) {
        None => Ok(false),
        Some(index) if is_plain_function(module, index) => Ok(true),
        Some(_) if wrong == WrongEntry::Reject => Err(error),
        Some(_) => {
            note(readings, rule, "an export like any other");
            Ok(false)
        }
    };
    let start = entry("_start", "P1-KIND-06", rules.wrong_start, KindError::WrongStart)?;
    let initialize = entry("_initialize", "P1-KIND-07", rules.wrong_initialize, KindError::WrongInitialize)?;
    Ok((start, initialize))
}

/// What runs a command: rule P1-CMD-01, or P1-CMD-11 if there is an export of the empty name.
fn main_export(module: &Module, rules: &StartRules, start: bool, readings: &mut Vec<Reading>) -> Option<&'static str> {
    let has_default = export(module, "").is_some_and(|index| is_plain_function(module, index));
    if has_default {
        let is_first = rules.default_export == DefaultExport::EmptyNameFirst;
        note(readings, "P1-CMD-11", if is_first { "the empty name is run" } else { "the empty name means nothing" });
        if is_first {
            return Some("");
        }
    }
    start.then_some("_start")
}

fn export(module: &Module, name: &str) -> Option<ExternIndex> {
    module.syntax().exports.iter().find(|export| export.name == name).map(|export| export.index)
}

/// A function without parameters and results.
fn is_plain_function(module: &Module, index: ExternIndex) -> bool {
    let syntax = module.syntax();
    let ExternIndex::Func(func) = index else { return false };
    match &syntax.types[syntax.funcs[func as usize] as usize].comp {
        CompType::Func(ty) => ty.params.is_empty() && ty.results.is_empty(),
        _ => false,
    }
}

/// Whether the module imports anything of preview 1, of either snapshot, or `thread-spawn` of wasi-threads.
pub fn imports_wasi(module: &Module) -> bool {
    let is_spawn = |import: &Import| import.module == threads::MODULE && import.name == threads::SPAWN;
    module.syntax().imports.iter().any(|import| p1::is_module(&import.module) || is_spawn(import))
}

/// Whether it imports a function that has to reach its memory, and does not export one.
fn lacks_memory(module: &Module) -> bool {
    let needs = |import: &Import| p1::is_module(&import.module) && p1::needs_memory(&import.name);
    let has_memory = matches!(export(module, "memory"), Some(ExternIndex::Memory(_)));
    !has_memory && module.syntax().imports.iter().any(needs)
}
