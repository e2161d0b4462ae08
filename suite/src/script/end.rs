//! How an action of a script ended, and what each assertion asks of an end.

use super::{
    component,
    report::Problem,
    values::{self, Typed},
};
use crate::{
    messages::{self, Assertion, Class, LinkClass},
    source::Expected,
};
use preflight_engine::{
    Fault, InstantiateError, LinkError, ModuleError, Store,
    component::{ComponentError, ComponentLinkError, ComponentVal, ComponentValType},
};

/// How an action ended: every class there is.
pub(super) enum End {
    /// It returned these values.
    Returned(Vec<Typed>),
    /// A component function or value: this value, of this type if it is known.
    ReturnedComponent(Option<ComponentVal>, Option<ComponentValType>),
    /// The module's bytes or text do not decode.
    Malformed(String),
    /// They decode and do not validate.
    Invalid(String),
    /// The module validates and does not link.
    Unlinkable(LinkError),
    /// As [`Unlinkable`](Self::Unlinkable), of a component.
    UnlinkableComponent(ComponentLinkError),
    /// A call, an initialiser or the start function did not return.
    Fault(Fault),
}

impl From<ModuleError> for End {
    fn from(error: ModuleError) -> Self {
        match error {
            ModuleError::Malformed { .. } => End::Malformed(error.to_string()),
            ModuleError::Invalid { .. } => End::Invalid(error.to_string()),
            ModuleError::Unsupported { .. } => End::Fault(Fault::Unsupported(error.to_string())),
        }
    }
}

impl From<InstantiateError> for End {
    fn from(error: InstantiateError) -> Self {
        match error {
            InstantiateError::Link(error) => End::Unlinkable(error),
            InstantiateError::Fault { fault, .. } => End::Fault(fault),
        }
    }
}

impl From<ComponentError> for End {
    fn from(error: ComponentError) -> Self {
        match error {
            ComponentError::Link(error) => End::UnlinkableComponent(error),
            ComponentError::Core(error) => End::Unlinkable(error),
            ComponentError::SeveralStarts { .. } | ComponentError::NoAsyncMemory { .. } => {
                End::Invalid(error.to_string())
            }
            ComponentError::Fault { fault, .. } => End::Fault(fault),
        }
    }
}

impl End {
    /// In words, for a failure.
    pub(super) fn describe(&self, store: &Store) -> String {
        match self {
            End::Returned(values) if values.is_empty() => "no error".to_owned(),
            End::Returned(values) => values::show_all(store, values),
            End::ReturnedComponent(value, _) => component::show(store, value),
            End::Malformed(message) | End::Invalid(message) => message.clone(),
            End::UnlinkableComponent(error) => format!("unlinkable: {error}"),
            End::Unlinkable(error) => format!("unlinkable: {error}"),
            End::Fault(fault) => fault.to_string(),
        }
    }

    /// The end, unless the engine cannot do what was asked.
    pub(super) fn supported(self) -> Result<Self, Problem> {
        match self {
            End::Fault(Fault::Unsupported(what)) => Err(Problem::unsupported(what)),
            end => Ok(end),
        }
    }
}

/// The action must return whatever it likes: `invoke` and `module` outside an assertion.
pub(super) fn expect_success(store: &Store, end: &End) -> Result<(), Problem> {
    match end {
        End::Returned(_) | End::ReturnedComponent(..) => Ok(()),
        end => Err(Problem::failed("no error", end.describe(store))),
    }
}

/// The action must return values that match `patterns`.
pub(super) fn expect_values(store: &Store, end: &End, patterns: &[Expected<'_>]) -> Result<(), Problem> {
    if let End::ReturnedComponent(value, ty) = end {
        return component::expect_value(store, value, ty, patterns);
    }
    if patterns.iter().any(|pattern| matches!(pattern, Expected::Component(_))) {
        return Err(Problem::failed("component values", end.describe(store)));
    }
    let expected = || values::show_patterns(patterns);
    match end {
        End::Returned(values) if values.len() == patterns.len() => {
            for (value, pattern) in values.iter().zip(patterns) {
                if !values::matches(store, *value, pattern)? {
                    return Err(Problem::failed(expected(), end.describe(store)));
                }
            }
            Ok(())
        }
        End::Returned(values) => {
            let counts = format!("{} ({} values instead of {})", end.describe(store), values.len(), patterns.len());
            Err(Problem::failed(expected(), counts))
        }
        end => Err(Problem::failed(expected(), end.describe(store))),
    }
}

/// The action must end in an exception that nothing catches.
pub(super) fn expect_exception(store: &Store, end: &End) -> Result<(), Problem> {
    match end {
        End::Fault(Fault::Exception(_)) => Ok(()),
        end => Err(Problem::failed("uncaught exception", end.describe(store))),
    }
}

/// The action must end in the class that `text` stands for.
pub(super) fn expect_class(store: &Store, end: &End, assertion: Assertion, text: &str) -> Result<(), Problem> {
    let Some(class) = messages::class(assertion, text) else {
        let got = format!("a text that stands for no class known here; it ended so: {}", end.describe(store));
        return Err(Problem::failed(format!("{text:?}"), got));
    };
    if is_of(end, class) { Ok(()) } else { Err(Problem::failed(class.to_string(), end.describe(store))) }
}

fn is_of(end: &End, class: Class) -> bool {
    match (end, class) {
        (End::Fault(Fault::Trap(trap)), Class::Trap(codes)) => codes.contains(&trap.code),
        (End::Fault(Fault::Exhausted(got)), Class::Exhausted(what)) => *got == what,
        (End::Malformed(_), Class::Malformed) | (End::Invalid(_), Class::Invalid) => true,
        (End::Unlinkable(LinkError::Unknown { .. }), Class::Unlinkable(LinkClass::UnknownImport))
        | (End::UnlinkableComponent(ComponentLinkError::Unknown { .. }), Class::Unlinkable(LinkClass::UnknownImport))
        | (End::UnlinkableComponent(ComponentLinkError::Mismatch(_)), Class::Unlinkable(LinkClass::IncompatibleType)) => {
            true
        }
        (End::Unlinkable(LinkError::Mismatch { .. }), Class::Unlinkable(LinkClass::IncompatibleType)) => true,
        _ => false,
    }
}
