//! What is found, and what toolchains call the modules that they add.

use preflight_engine::{
    Module,
    syntax::{ExternIndex, ExternType, Import},
    trace::InstancePath,
};
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

/// How many steps are shown for a finding.
const MOST_STEPS: usize = 8;

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

    /// With these steps of the trace: the first of them, if they are many.
    pub fn steps(mut self, steps: impl IntoIterator<Item = usize>) -> Self {
        let mut steps = steps.into_iter();
        self.evidence.extend(steps.by_ref().take(MOST_STEPS).map(Evidence::Step));
        match steps.count() {
            0 => self,
            more => self.said(format!("and {more} more such {}", if more == 1 { "step" } else { "steps" })),
        }
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
    /// It fills the table, and then calls `_initialize` in its start section, if it has one.
    FixUp,
    /// It carries the imports of one interface over to others.
    Adapter(String),
}

impl Role {
    /// The role that the toolchain's names tell: that of the module itself, which it has only with debug names, that which
    /// the component's name section gives it, or the names by which shim and fix-up share their table, which are left when
    /// all others are stripped.
    pub fn of(module: &Module) -> Option<Role> {
        let names = [module.syntax().name.as_deref(), module.label()];
        names.into_iter().flatten().find_map(Role::named).or_else(|| Role::of_table(module))
    }

    /// The names are those of wit-component's encoder.
    fn named(name: &str) -> Option<Role> {
        match name {
            "wit-component:shim" | "wit-component-shim-module" => Some(Role::Shim),
            "wit-component:fixups" | "wit-component-fixup" => Some(Role::FixUp),
            name => Some(Role::Adapter(name.strip_prefix("wit-component:adapter:")?.to_owned())),
        }
    }

    /// The shim exports the table, and has no imports; the fix-up imports it.
    fn of_table(module: &Module) -> Option<Role> {
        let (imports, exports) = (&module.syntax().imports, &module.syntax().exports);
        let is_table = |import: &Import| matches!(import.ty, ExternType::Table(_)) && import.name == TABLE;
        if imports.iter().any(is_table) {
            return Some(Role::FixUp);
        }
        let mut tables = exports.iter().filter(|export| matches!(export.index, ExternIndex::Table(_)));
        (imports.is_empty() && tables.any(|export| export.name == TABLE)).then_some(Role::Shim)
    }
}

/// What wit-component calls the shim's table.
const TABLE: &str = "$imports";

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Role::Shim => f.write_str("the shim: its functions call through a table that is empty until the fix-up"),
            Role::FixUp => f.write_str(
                "the fix-up: it fills the shim's table, then calls _initialize in its start section, if it has one",
            ),
            Role::Adapter(name) => write!(f, "the adapter of {}", crate::render::safe(name)),
        }
    }
}
