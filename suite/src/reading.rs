//! Readings of contested rules of the Component Model that are not the documents': by name, in headers of cases and on the
//! command line.

#[cfg(feature = "reference")]
use preflight_engine::component::{
    AsyncMemory, Barging, BlockedLock, Blocking, DeadHandles, Lockdown, PartialCancel, Readings, Reentrance,
    StartEntry, StartException, StartPostReturn, Starts,
};
use serde::{Deserialize, Serialize};

/// The table of all readings: name, the rule that is read so, and what is read.
macro_rules! readings {
    ($($variant:ident $name:literal $rule:literal $about:literal)*) => {
        /// A reading that is not the default: what a known runtime or a reference test does, against the documents.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Reading {
            $(
                #[doc = $about]
                #[doc = concat!("(", $rule, ".)")]
                #[serde(rename = $name)]
                $variant,
            )*
        }

        impl Reading {
            /// All of them.
            pub const ALL: &[Reading] = &[$(Reading::$variant),*];

            /// Its name in headers and on the command line.
            pub fn name(self) -> &'static str {
                match self {
                    $(Reading::$variant => $name,)*
                }
            }

            /// The rule that is read so.
            pub fn rule(self) -> &'static str {
                match self {
                    $(Reading::$variant => $rule,)*
                }
            }

            /// What is read, in a sentence.
            pub fn about(self) -> &'static str {
                match self {
                    $(Reading::$variant => $about,)*
                }
            }
        }
    };
}

readings! {
    TrapRelatives "trap-relatives" "CM-CALL-05"
        "Calls between an instance and its ancestors or descendants, or itself, trap."
    EagerBlocking "eager-blocking" "CM-ASYNC-04"
        "What can block traps in a synchronous task before it is called."
    LockStore "lock-store" "CM-TRAP-05"
        "After a trap nothing of the whole store can be entered."
    ExceptionPasses "exception-passes" "CM-EXN-01"
        "An exception that leaves a core start function is not turned into a trap."
    EnterStarting "enter-starting" "CM-CALL-03"
        "The host may enter a component that is being instantiated."
    OneStart "one-start" "CM-START-02"
        "Of several start definitions a component is invalid."
    PostReturnLast "post-return-last" "CM-START-07"
        "Post-return functions of component-level start functions run after the last definition."
    NoBarging "no-barging" "CM-ASYNC-21"
        "While a synchronous call blocks, no thread runs whose task needs the instance's lock."
    PartialCancelled "partial-cancelled" "CM-ASYNC-20"
        "A copy that is cancelled when a part of it has been done says CANCELLED."
    LockGivenUp "lock-given-up" "CM-ASYNC-22"
        "A task that blocks after it has returned gives up the lock of its instance."
    DropDeadHandles "drop-dead-handles" "CM-RES-07"
        "The resources that a component instance owns are dropped if its instantiation fails."
    AsyncMemory "async-memory" "CM-CANON-08"
        "A component that lowers a function with async and without a memory is invalid."
}

/// What the Component Model's reference tests ask for against its documents. One of them
/// (during-sync-call-may-block-if-other-ready-threads) is of the other reading of blocking.
pub const REFERENCE_TESTS: [Reading; 5] = [
    Reading::TrapRelatives,
    Reading::EagerBlocking,
    Reading::NoBarging,
    Reading::PartialCancelled,
    Reading::LockGivenUp,
];

/// The engine's defaults, changed by `chosen`.
#[cfg(feature = "reference")]
pub fn readings(chosen: &[Reading]) -> Readings {
    let mut readings = Readings::default();
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
            Reading::AsyncMemory => readings.async_memory = AsyncMemory::Always,
            Reading::DropDeadHandles => readings.dead_handles = DeadHandles::Dropped,
        }
    }
    readings
}
