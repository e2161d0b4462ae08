//! How something that a runtime was asked for ended, if not well: classes, and the runtime's own words for people.

use crate::{
    case::{Broken, Ending},
    messages::{Class, LinkClass},
    trace::{Outcome, Phase, Resource, TrapCode, Value},
};
use std::fmt;

/// How it ended. The texts are the runtime's own; they are shown and never compared.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// The bytes do not decode.
    Malformed(String),
    /// They decode and do not validate.
    Invalid(String),
    /// One of those two; the runtime does not tell which.
    Rejected(String),
    /// The imports do not match.
    Unlinkable(String),
    /// A trap; its reason, if the runtime tells; several, if its words stand for all of them.
    Trap(Vec<TrapCode>, String),
    /// An exception that nothing caught; its arguments, if the runtime shows them.
    Exception(Vec<Value>),
    /// A limit of the runtime.
    Exhausted(Resource, String),
    /// A call or an instantiation failed in a way that the runtime does not explain: any class of failure at run time.
    Failed(String),
    /// It went wrong in a way that no script asks for: an error in code of the runtime's own, or something that is not there.
    Wrong(String),
    /// The program asked to end.
    Exit(i32),
    /// The runtime has no means for it.
    Unsupported(String),
    /// The runtime itself broke.
    Broken(Broken),
}

impl End {
    /// The runtime has no means for `what`.
    pub fn unsupported(what: impl Into<String>) -> Self {
        End::Unsupported(what.into())
    }

    /// There is no such thing of this number: none was made, or it has been forgotten.
    pub fn no_such(what: &str, number: u32) -> Self {
        End::Failed(format!("there is no such {what}: {number}"))
    }

    /// There is no such export.
    pub fn no_export(name: &str) -> Self {
        End::Failed(format!("there is no such export: {name:?}"))
    }

    /// An access beyond a memory or a table.
    pub fn out_of_bounds() -> Self {
        End::Failed("out of bounds".to_owned())
    }

    /// Whether it is of the class that a script asks for. What the runtime does not tell is not held against it.
    pub(super) fn is_of(&self, class: Class) -> bool {
        match (self, class) {
            (End::Trap(got, _), Class::Trap(codes)) => got.is_empty() || got.iter().any(|code| codes.contains(code)),
            // Some runtimes have one class for both.
            (End::Trap(got, _), Class::Exhausted(Resource::Stack)) => got.is_empty(),
            (End::Failed(_), Class::Trap(_) | Class::Exhausted(_) | Class::Unlinkable(_)) => true,
            (End::Exhausted(got, _), Class::Exhausted(what)) => *got == what,
            (End::Malformed(_) | End::Rejected(_), Class::Malformed) => true,
            (End::Invalid(_) | End::Rejected(_), Class::Invalid) => true,
            (End::Unlinkable(_), Class::Unlinkable(LinkClass::UnknownImport | LinkClass::IncompatibleType)) => true,
            _ => false,
        }
    }

    /// Whether `expected`, the outcome of an instantiation, may have looked like this. Whether a trap came before the start
    /// function or in it is not to be seen from outside.
    pub(crate) fn may_be(&self, expected: &Outcome) -> bool {
        match (self, expected) {
            (End::Trap(codes, _), Outcome::Trap { code, .. }) => codes.is_empty() || codes.contains(code),
            (End::Trap(codes, _), Outcome::Exhausted { what: Resource::Stack }) => codes.is_empty(),
            // Some count steps, others look at the clock.
            (End::Exhausted(Resource::Interrupt, _), Outcome::Exhausted { what: Resource::Fuel }) => true,
            (End::Exhausted(got, _), Outcome::Exhausted { what }) => got == what,
            (End::Exception(_), Outcome::Exception { .. }) | (End::Unlinkable(_), Outcome::Unlinkable) => true,
            (End::Failed(_), Outcome::Returned { .. }) => false,
            (End::Failed(_), _) => true,
            (End::Exit(code), Outcome::Exit { code: want }) => code == want,
            (End::Malformed(_) | End::Rejected(_), Outcome::Malformed) => true,
            (End::Invalid(_) | End::Rejected(_), Outcome::Invalid) => true,
            _ => false,
        }
    }

    /// How a program ended whose end this is.
    pub(crate) fn ending(&self) -> Ending {
        match self {
            End::Exit(code) => Ending::Exit(*code),
            End::Trap(..) => Ending::Trap,
            End::Unlinkable(_) | End::Rejected(_) | End::Malformed(_) | End::Invalid(_) => Ending::Refused,
            End::Failed(_) => Ending::Unexplained,
            End::Wrong(_) | End::Exception(_) | End::Exhausted(..) | End::Unsupported(_) | End::Broken(_) => {
                Ending::Other
            }
        }
    }

    /// The outcome for a trace. A trap whose reason is not told counts as the host's; of several reasons the first one counts.
    pub(crate) fn outcome(&self, phase: Phase) -> Outcome {
        match self {
            End::Malformed(_) => Outcome::Malformed,
            End::Invalid(_) | End::Rejected(_) => Outcome::Invalid,
            End::Unlinkable(_) => Outcome::Unlinkable,
            End::Trap(codes, _) => Outcome::Trap { code: codes.first().copied().unwrap_or(TrapCode::Host), phase },
            End::Failed(_) | End::Wrong(_) => Outcome::Trap { code: TrapCode::Host, phase },
            End::Exception(_) => Outcome::Exception { phase },
            End::Exhausted(what, _) => Outcome::Exhausted { what: *what },
            End::Exit(code) => Outcome::Exit { code: *code },
            End::Unsupported(what) => Outcome::Unsupported { what: what.clone() },
            End::Broken(broken) => Outcome::Unsupported { what: broken.to_string() },
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Malformed(text) => write!(f, "malformed ({text})"),
            End::Invalid(text) => write!(f, "invalid ({text})"),
            End::Rejected(text) => write!(f, "malformed or invalid ({text})"),
            End::Unlinkable(text) => write!(f, "unlinkable ({text})"),
            End::Trap(codes, text) if codes.is_empty() => write!(f, "trap ({text})"),
            End::Trap(codes, text) => {
                let codes: Vec<String> = codes.iter().map(TrapCode::to_string).collect();
                write!(f, "trap: {} ({text})", codes.join(" or "))
            }
            End::Exception(_) => f.write_str("uncaught exception"),
            End::Exhausted(what, text) => write!(f, "exhausted: {what} ({text})"),
            End::Failed(text) => write!(f, "failed ({text})"),
            End::Wrong(text) => write!(f, "gone wrong ({text})"),
            End::Exit(code) => write!(f, "exit {code}"),
            End::Unsupported(what) => write!(f, "unsupported: {what}"),
            End::Broken(broken) => broken.fmt(f),
        }
    }
}
