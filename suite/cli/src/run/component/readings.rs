//! The readings of contested rules that can be asked for.

use preflight_engine::component::{
    Barging, BlockedLock, Blocking, DeadHandles, Lockdown, PartialCancel, Readings, Reentrance, StartEntry,
    StartException, StartPostReturn, Starts,
};

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
    /// The host may enter a component that is being instantiated (CM-CALL-03).
    EnterStarting,
    /// Of several start definitions a component is invalid (CM-START-02).
    OneStart,
    /// Post-return functions of component-level start functions run after the last definition (CM-START-07).
    PostReturnLast,
    /// While a synchronous call blocks, no thread runs whose task needs the instance's lock (CM-ASYNC-21).
    NoBarging,
    /// A copy that is cancelled when a part of it has been done says CANCELLED (CM-ASYNC-20).
    PartialCancelled,
    /// A task that blocks after it has returned gives up the lock of its instance (CM-ASYNC-22).
    LockGivenUp,
    /// The resources that a component instance owns are dropped if its instantiation fails (CM-RES-07).
    DropDeadHandles,
    /// What the Component Model's reference tests ask for against its documents: trap-relatives, eager-blocking,
    /// no-barging, partial-cancelled and lock-given-up. One of them (during-sync-call-may-block-if-other-ready-threads) is
    /// of the other reading of blocking.
    ReferenceTests,
}

/// What the reference tests ask for.
const REFERENCE_TESTS: [Reading; 5] = [
    Reading::TrapRelatives,
    Reading::EagerBlocking,
    Reading::NoBarging,
    Reading::PartialCancelled,
    Reading::LockGivenUp,
];

/// The defaults, changed by `chosen`.
pub fn readings(chosen: &[Reading]) -> Readings {
    let mut readings = Readings::default();
    apply(chosen, &mut readings);
    readings
}

fn apply(chosen: &[Reading], readings: &mut Readings) {
    for reading in chosen {
        match reading {
            Reading::TrapRelatives => readings.reentrance = Reentrance::TrapRelatives,
            Reading::EagerBlocking => readings.blocking = Blocking::Eager,
            Reading::LockStore => readings.lockdown = Lockdown::Store,
            Reading::ExceptionPasses => readings.start_exception = StartException::Passes,
            Reading::EnterStarting => readings.start_entry = StartEntry::Open,
            Reading::OneStart => readings.starts = Starts::One,
            Reading::PostReturnLast => readings.start_post_return = StartPostReturn::AfterLastDefinition,
            Reading::NoBarging => readings.barging = Barging::NoneThatNeedsLock,
            Reading::PartialCancelled => readings.partial_cancel = PartialCancel::Cancelled,
            Reading::LockGivenUp => readings.blocked_lock = BlockedLock::GivenUp,
            Reading::DropDeadHandles => readings.dead_handles = DeadHandles::Dropped,
            Reading::ReferenceTests => apply(&REFERENCE_TESTS, readings),
        }
    }
}
