//! What is found, and what toolchains call the modules that they add.

use preflight_engine::{Module, trace::InstancePath};
use std::fmt;

/// One thing that a rule forbids, advises against, or leaves open.
pub struct Finding {
    /// The rule.
    pub rule: &'static str,
    /// Where.
    pub at: InstancePath,
    /// What.
    pub message: String,
    /// What shows it.
    pub evidence: Vec<Evidence>,
    /// What to do.
    pub remedy: &'static str,
    /// Whether nobody minds, although the rule is written.
    pub is_note: bool,
}

/// What shows a finding.
pub enum Evidence {
    /// A step of the trace, by its index.
    Step(usize),
    /// Something about the module.
    Said(String),
}

impl Finding {
    /// A finding without evidence.
    pub fn new(rule: &'static str, at: &InstancePath, message: impl Into<String>, remedy: &'static str) -> Self {
        Finding { rule, at: at.clone(), message: message.into(), evidence: Vec::new(), remedy, is_note: false }
    }

    /// With these steps of the trace.
    pub fn steps(mut self, steps: impl IntoIterator<Item = usize>) -> Self {
        self.evidence.extend(steps.into_iter().map(Evidence::Step));
        self
    }

    /// With this remark.
    pub fn said(mut self, text: impl Into<String>) -> Self {
        self.evidence.push(Evidence::Said(text.into()));
        self
    }

    /// As a note only.
    pub fn note(mut self) -> Self {
        self.is_note = true;
        self
    }
}

/// What wit-component calls the modules that it adds to a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// Functions that call through a table which is empty at first.
    Shim,
    /// It fills the table, and its start section calls `_initialize`.
    FixUp,
    /// It carries the imports of one interface over to others.
    Adapter(String),
}

impl Role {
    /// The role that the module's name tells.
    pub fn of(module: &Module) -> Option<Role> {
        let name = module.syntax().name.as_deref()?.strip_prefix("wit-component:")?;
        match name {
            "shim" => Some(Role::Shim),
            "fixups" => Some(Role::FixUp),
            name => Some(Role::Adapter(name.strip_prefix("adapter:")?.to_owned())),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Role::Shim => f.write_str("the shim: its functions call through a table that is empty until the fix-up"),
            Role::FixUp => {
                f.write_str("the fix-up: it fills the shim's table, then its start section calls _initialize")
            }
            Role::Adapter(name) => write!(f, "the adapter of {}", crate::render::safe(name)),
        }
    }
}
