//! What is valid by one reading of the documents and invalid by another: it is known once the component is decoded, and asked
//! before anything of it runs.

use super::{
    Component, ComponentError,
    readings::{AsyncMemory, Readings, Starts},
    syntax::{ComponentDef, Definition},
};
use crate::{
    Store,
    trace::{Event, InstancePath},
};
use wasmparser::{CanonicalFunction, CanonicalOption};

impl Component {
    /// Why, standing at `path`, it is invalid with `readings` (rules CM-START-02 and CM-CANON-08), and is not instantiated.
    ///
    /// # Errors
    /// [`ComponentError::SeveralStarts`] or [`ComponentError::NoAsyncMemory`].
    pub fn allowed(&self, readings: Readings, path: &InstancePath) -> Result<(), ComponentError> {
        if readings.starts == Starts::One
            && let Some(at) = several_starts(&self.0, path)
        {
            return Err(ComponentError::SeveralStarts { at });
        }
        if readings.async_memory == AsyncMemory::Always
            && let Some(at) = async_without_memory(&self.0, path)
        {
            return Err(ComponentError::NoAsyncMemory { at });
        }
        Ok(())
    }
}

impl Store {
    /// Records the reading by which a component was refused.
    pub(super) fn record_refusal(&mut self, error: &ComponentError) {
        let (at, rule, reading) = match error {
            ComponentError::SeveralStarts { at } => (at, "CM-START-02", "one"),
            ComponentError::NoAsyncMemory { at } => (at, "CM-CANON-08", "always"),
            _ => return,
        };
        self.record(|| Event::RuleApplied { at: at.clone(), rule: rule.to_owned(), reading: reading.to_owned() });
    }
}

/// The path, below `path`, of the first component in `def` that has several start definitions.
fn several_starts(def: &ComponentDef, path: &InstancePath) -> Option<InstancePath> {
    let is_start = |definition: &&Definition| matches!(definition, Definition::Start(_));
    first_where(def, path, &|def| def.definitions.iter().filter(is_start).count() > 1)
}

/// The path, below `path`, of the first component in `def` that lowers a function with `async` and without a memory.
fn async_without_memory(def: &ComponentDef, path: &InstancePath) -> Option<InstancePath> {
    let lowers = |definition: &Definition| match definition {
        Definition::Canon(CanonicalFunction::Lower { options, .. }) => is_async_without_memory(options),
        _ => false,
    };
    first_where(def, path, &|def| def.definitions.iter().any(lowers))
}

/// Whether a lowering with these options is of the kind that CM-CANON-08 is about.
pub(super) fn is_async_without_memory(options: &[CanonicalOption]) -> bool {
    let has_memory = options.iter().any(|option| matches!(option, CanonicalOption::Memory(_)));
    options.contains(&CanonicalOption::Async) && !has_memory
}

/// The path, below `path`, of the first component of `def` and those inside it of which `holds` holds.
fn first_where(def: &ComponentDef, path: &InstancePath, holds: &dyn Fn(&ComponentDef) -> bool) -> Option<InstancePath> {
    if holds(def) {
        return Some(path.clone());
    }
    let inner = def.definitions.iter().filter_map(|definition| match definition {
        Definition::Component(def) => Some(def),
        _ => None,
    });
    inner.enumerate().find_map(|(index, def)| first_where(def, &path.child(&format!("component {index}")), holds))
}
