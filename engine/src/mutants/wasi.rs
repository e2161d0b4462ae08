//! Mutants of the rules by which programs of WASI start and end.

use super::{Mutant, on};
use crate::{error::Fault, trace::TrapCode, wasi::Purpose};

/// Whether `_initialize` is not called when a module comes up for this purpose.
pub(crate) fn leaves_out_initialize(purpose: Purpose) -> bool {
    on(Mutant::P1InitializeSkipped)
        || on(Mutant::P1InitializeLate) && purpose == Purpose::Invoke
        || on(Mutant::P1LibraryNotInitialized) && purpose == Purpose::Library
}

/// How a command of preview 1 ends.
pub(crate) fn command_end(end: Result<(), Fault>) -> Result<(), Fault> {
    match end {
        Ok(()) if on(Mutant::P1ReturnFails) => Err(Fault::Exit(1)),
        Err(Fault::Exit(_)) if on(Mutant::P1ExitIgnored) => Ok(()),
        Err(Fault::Exit(_)) if on(Mutant::P1ExitTrap) => Err(Fault::Trap(TrapCode::Unreachable.into())),
        end => end,
    }
}

/// How a call of `run` ends.
#[cfg(feature = "component")]
pub(crate) fn run_end(end: Result<Result<(), ()>, Fault>) -> Result<Result<(), ()>, Fault> {
    match end {
        Ok(Err(())) if on(Mutant::P2RunErrorIgnored) => Ok(Ok(())),
        Err(Fault::Exit(_)) if on(Mutant::P2ExitIgnored) => Ok(Ok(())),
        Err(Fault::Exit(_)) if on(Mutant::P2ExitTrap) => Err(Fault::Trap(TrapCode::Unreachable.into())),
        end => end,
    }
}
