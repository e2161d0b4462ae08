//! How an initialisation or a call ended: classes, never message texts.

use super::Value;
use serde::{Deserialize, Serialize};
use std::fmt;

/// When a trap or an exception happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// While initialisers were evaluated or segments written.
    Initialise,
    /// In the start function.
    Start,
    /// In a call after the instantiation.
    Call,
}

/// Why a trap happened; one code for each reason that the specifications distinguish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum TrapCode {
    /// `unreachable` was executed.
    Unreachable,
    /// Integer division or remainder by zero.
    IntegerDivideByZero,
    /// Integer overflow in a division or a float-to-int conversion.
    IntegerOverflow,
    /// A float-to-int conversion of NaN.
    InvalidConversionToInteger,
    /// An access outside a memory, `memory.init`/`copy`/`fill` and active data segments included.
    OutOfBoundsMemory,
    /// An access outside a table, `table.init`/`copy`/`fill` and active element segments included.
    OutOfBoundsTable,
    /// `call_indirect` with an index outside the table.
    UndefinedElement,
    /// `call_indirect` of a null entry.
    UninitializedElement,
    /// `call_indirect` of a function of another type.
    IndirectCallTypeMismatch,
    /// A null reference where the instruction needs an object, a function or an exception.
    NullReference,
    /// An access outside a GC array or, by `array.new_data`/`array.init_*`, outside its source.
    OutOfBoundsArray,
    /// `ref.cast` to a type that the value does not have.
    CastFailure,
    /// An atomic access at an address that is not a multiple of its width.
    UnalignedAtomic,
    /// `memory.atomic.wait` on a memory that is not shared.
    ExpectedSharedMemory,
    /// A host function asked for a trap.
    Host,
    /// The instance may not be left here (canonical ABI, `may_leave`).
    CannotLeave,
    /// The instance may not be entered here (canonical ABI, re-entrance, or locked after a trap).
    CannotEnter,
    /// A pointer into linear memory that is out of bounds or badly aligned (canonical ABI).
    InvalidPointer,
    /// Bytes that are no string of the declared encoding (canonical ABI).
    InvalidString,
    /// A discriminant, a `char` or another value outside its type (canonical ABI).
    InvalidValue,
    /// A handle that is unknown, of another type, lent out or otherwise not usable (canonical ABI).
    InvalidHandle,
    /// A call would block where it must not (canonical ABI).
    CannotBlock,
    /// Any other trap that the canonical ABI asks for.
    CanonicalAbi,
}

impl fmt::Display for TrapCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TrapCode::Unreachable => "unreachable executed",
            TrapCode::IntegerDivideByZero => "integer divide by zero",
            TrapCode::IntegerOverflow => "integer overflow",
            TrapCode::InvalidConversionToInteger => "invalid conversion to integer",
            TrapCode::OutOfBoundsMemory => "out of bounds memory access",
            TrapCode::OutOfBoundsTable => "out of bounds table access",
            TrapCode::UndefinedElement => "undefined element",
            TrapCode::UninitializedElement => "uninitialized element",
            TrapCode::IndirectCallTypeMismatch => "indirect call type mismatch",
            TrapCode::NullReference => "null reference",
            TrapCode::OutOfBoundsArray => "out of bounds array access",
            TrapCode::CastFailure => "cast failure",
            TrapCode::UnalignedAtomic => "unaligned atomic",
            TrapCode::ExpectedSharedMemory => "expected shared memory",
            TrapCode::Host => "host trap",
            TrapCode::CannotLeave => "cannot leave component instance",
            TrapCode::CannotEnter => "cannot enter component instance",
            TrapCode::InvalidPointer => "invalid pointer",
            TrapCode::InvalidString => "invalid string",
            TrapCode::InvalidValue => "invalid value",
            TrapCode::InvalidHandle => "invalid handle",
            TrapCode::CannotBlock => "cannot block",
            TrapCode::CanonicalAbi => "canonical ABI trap",
        })
    }
}

/// What ran out. The specification lets every implementation choose these limits (core `#impl`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Resource {
    /// The call stack.
    Stack,
    /// Fuel (function entries and taken backward branches).
    Fuel,
    /// The embedder asked to stop.
    Interrupt,
    /// A memory, a table or the heap would have grown past its limit.
    Memory,
    /// Too many instances, or too many definitions in one.
    Instances,
    /// Too many threads of component tasks.
    Threads,
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Resource::Stack => "call stack",
            Resource::Fuel => "fuel",
            Resource::Interrupt => "interrupted by the embedder",
            Resource::Memory => "memory",
            Resource::Instances => "instances",
            Resource::Threads => "threads",
        })
    }
}

/// The class of an end. Comparisons look at this and never at a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "class", rename_all = "lowercase")]
pub enum Outcome {
    /// The bytes or the text do not decode.
    Malformed,
    /// They decode and do not validate.
    Invalid,
    /// The imports do not match.
    Unlinkable,
    /// A trap.
    Trap {
        /// Why.
        code: TrapCode,
        /// When.
        phase: Phase,
    },
    /// An uncaught exception.
    Exception {
        /// When.
        phase: Phase,
    },
    /// A limit of the implementation.
    Exhausted {
        /// What ran out.
        what: Resource,
    },
    /// The program asked to end.
    Exit {
        /// Its exit code.
        code: i32,
    },
    /// All went well.
    Returned {
        /// The results of the last call; empty for an instantiation.
        values: Vec<Value>,
    },
    /// The runtime cannot do this; neither a pass nor a fail.
    Unsupported {
        /// What it lacks, in its own words.
        what: String,
    },
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Malformed => f.write_str("malformed"),
            Outcome::Invalid => f.write_str("invalid"),
            Outcome::Unlinkable => f.write_str("unlinkable"),
            Outcome::Trap { code, phase } => write!(f, "trap: {code} ({})", phase.as_str()),
            Outcome::Exception { phase } => write!(f, "uncaught exception ({})", phase.as_str()),
            Outcome::Exhausted { what } => write!(f, "exhausted: {what}"),
            // `exitcode` of preview 1 has no sign.
            Outcome::Exit { code } => write!(f, "exit {}", code.cast_unsigned()),
            Outcome::Returned { values } => {
                f.write_str("returned")?;
                values.iter().try_for_each(|value| write!(f, " {value}"))
            }
            Outcome::Unsupported { what } => write!(f, "unsupported: {what}"),
        }
    }
}

impl Phase {
    /// The phase as it stands in traces.
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Initialise => "initialise",
            Phase::Start => "start",
            Phase::Call => "call",
        }
    }
}
