//! Mutants of the rules by which programs of WASI start.

use super::{Mutant, on};
use crate::wasi::{BothEntries, MissingMemory, Purpose, StartRules, WrongEntry};

/// The rules as this engine has them.
pub(crate) fn start_rules(rules: StartRules) -> StartRules {
    let mut rules = rules;
    if on(Mutant::P1BothEntriesStart) {
        rules.both_entries = BothEntries::StartWins;
    }
    if on(Mutant::P1BothEntriesBoth) {
        rules.both_entries = BothEntries::InitializeThenStart;
    }
    if on(Mutant::P1WrongEntryIgnored) {
        (rules.wrong_start, rules.wrong_initialize) = (WrongEntry::Ignore, WrongEntry::Ignore);
    }
    if on(Mutant::P1MemoryNeeded) {
        rules.missing_memory = MissingMemory::Reject;
    }
    rules
}

/// Whether `_initialize` is not called when a module comes up for this purpose.
pub(crate) fn leaves_out_initialize(purpose: Purpose) -> bool {
    on(Mutant::P1InitializeSkipped)
        || on(Mutant::P1InitializeLate) && purpose == Purpose::Invoke
        || on(Mutant::P1LibraryNotInitialized) && purpose == Purpose::Library
}
