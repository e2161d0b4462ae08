//! Imports from a `--preload` that does not give them.

use super::{Member, Plan};
use preflight_engine::{
    syntax::{ExternType, Import},
    trace::InstancePath,
    wasi::{Kind, classify},
};
use std::fmt;

/// An import that names what is given to `--preload`, which yet does not meet it.
#[derive(Debug)]
pub struct Lack {
    /// The instance that imports.
    pub at: InstancePath,
    /// The import's first name.
    pub module: String,
    /// The import's second name.
    pub name: String,
    /// Why it is not met.
    pub why: WhyLacking,
}

/// Why an import from a preload is not met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyLacking {
    /// It has no export of this name.
    NoExport,
    /// It is instantiated afterwards.
    Later,
    /// It is a command, which has an instance for as long as a call takes: of that nothing but functions can be had.
    Command,
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let module = &self.module;
        match self.why {
            WhyLacking::NoExport => write!(f, "--preload {module} is given, and has no export of this name"),
            WhyLacking::Later => write!(f, "--preload {module} comes later: give it first"),
            WhyLacking::Command => {
                write!(f, "--preload {module} is a command, of which only functions can be imported")
            }
        }
    }
}

impl Plan {
    /// Why `import` of `member` is not met by the preload that it names; nothing if it names none, or is met by it.
    pub fn lack(&self, member: &Member, import: &Import) -> Option<Lack> {
        let place = |path: &InstancePath| self.members.iter().position(|other| other.path == *path);
        let given = self.members.iter().position(|other| other.name.as_ref() == Some(&import.module))?;
        let giver = &self.members[given];
        let is_exported = giver.module.syntax().exports.iter().any(|export| export.name == import.name);
        let is_command = || {
            let starts = classify(&giver.module, &self.start_rules, false);
            self.wasi.is_some() && starts.is_ok_and(|starts| starts.kind == Kind::Command)
        };
        let why = match Some(given) < place(&member.path) {
            false => WhyLacking::Later,
            true if !is_exported => WhyLacking::NoExport,
            true if !matches!(import.ty, ExternType::Func(_)) && is_command() => WhyLacking::Command,
            true => return None,
        };
        Some(Lack { at: member.path.clone(), module: import.module.clone(), name: import.name.clone(), why })
    }

    /// All of them.
    pub fn lacks(&self) -> Vec<Lack> {
        let of = |member: &Member| {
            let imports = &member.module.syntax().imports;
            let lacking = imports.iter().filter(|import| !self.is_for_threads(import));
            lacking.filter_map(|import| self.lack(member, import)).collect::<Vec<_>>()
        };
        self.members.iter().flat_map(of).collect()
    }

    /// A shared memory that a WASI program imports: by the convention of wasi-threads the host makes it.
    pub fn is_for_threads(&self, import: &Import) -> bool {
        self.wasi.is_some() && matches!(import.ty, ExternType::Memory(ty) if ty.shared)
    }
}
