//! The readings of contested rules that can be asked for.

use preflight_engine::component::{Blocking, Lockdown, Readings, Reentrance, StartException};

/// A reading that is not the default: what a known runtime or a reference test does, against the documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Reading {
    /// Calls between an instance and its ancestors or descendants, or itself, trap (CM-CALL-04 to CM-CALL-06).
    TrapRelatives,
    /// What can block traps in a synchronous task before it is called (CM-ASYNC-04).
    EagerBlocking,
    /// After a trap nothing of the whole store can be entered (CM-TRAP-05).
    LockStore,
    /// An exception that leaves a core start function is not turned into a trap (CM-EXN-01).
    ExceptionPasses,
}

/// The defaults, changed by `chosen`.
pub fn readings(chosen: &[Reading]) -> Readings {
    let mut readings = Readings::default();
    for reading in chosen {
        match reading {
            Reading::TrapRelatives => readings.reentrance = Reentrance::TrapRelatives,
            Reading::EagerBlocking => readings.blocking = Blocking::Eager,
            Reading::LockStore => readings.lockdown = Lockdown::Store,
            Reading::ExceptionPasses => readings.start_exception = StartException::Passes,
        }
    }
    readings
}
