//! Mutants of the rules by which programs of WASI start and end.

use super::{Mutant, on};
use crate::{
    Store,
    error::Fault,
    trace::TrapCode,
    wasi::{KindError, Purpose, StartError},
};

/// Whether the next instantiations leave out the start function; whether they did before.
pub(crate) fn hold_start(store: &mut Store, hold: bool) -> bool {
    super::end::state(store).is_some_and(|state| std::mem::replace(&mut state.holds_start, hold))
}

/// How `_initialize` ends.
pub(crate) fn initialize_end(end: Result<(), StartError>) -> Result<(), StartError> {
    match end {
        Err(_) if on(Mutant::P1InitializeTrapIgnored) => Ok(()),
        Err(StartError::Initialize(Fault::Trap(_))) if on(Mutant::P1InitializeTrapRefuses) => {
            Err(KindError::NoEntry.into())
        }
        Err(StartError::Initialize(Fault::Exit(_))) if on(Mutant::P1InitializeExitIgnored) => Ok(()),
        end => end,
    }
}

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
        Err(Fault::Trap(_)) if on(Mutant::P1StartTrapIgnored) => Ok(()),
        Err(Fault::Trap(_)) if on(Mutant::P1StartTrapExit) => Err(Fault::Exit(1)),
        Err(Fault::Exit(_)) if on(Mutant::P1ExitTrap) => Err(Fault::Trap(TrapCode::Unreachable.into())),
        end => end,
    }
}

/// How a call of `run` ends.
#[cfg(feature = "component")]
pub(crate) fn run_end(end: Result<Result<(), ()>, Fault>) -> Result<Result<(), ()>, Fault> {
    match end {
        Ok(Err(())) if on(Mutant::P2RunErrorIgnored) => Ok(Ok(())),
        Ok(Ok(())) if on(Mutant::P2RunOkFails) => Ok(Err(())),
        Err(Fault::Trap(_)) if on(Mutant::P2TrapExit) => Err(Fault::Exit(1)),
        Err(Fault::Exit(_)) if on(Mutant::P2ExitIgnored) => Ok(Ok(())),
        Err(Fault::Exit(_)) if on(Mutant::P2ExitTrap) => Err(Fault::Trap(TrapCode::Unreachable.into())),
        end => end,
    }
}
