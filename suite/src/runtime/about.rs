//! What a runtime is, and what it can do.

use crate::trace::Level;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a runtime says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Its name: short, and the name of its file of expectations.
    pub name: String,
    /// Its version, in its own words.
    pub version: String,
    /// How much of an initialisation it shows.
    pub level: Level,
    /// What kinds of cases it can be given.
    pub abilities: BTreeSet<Ability>,
    /// Whose engine and whose linker it is.
    pub lineage: Lineage,
}

/// A kind of case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ability {
    /// Scripts of core modules, through the primitives of [`Runtime`](super::Runtime).
    Core,
    /// Functions of the host that act, in scripts of core modules (see [`Acting`](super::Acting)).
    Hosts,
    /// Scripts of components.
    Components,
    /// Programs of WASI Preview 1.
    P1,
    /// Programs of WASI Preview 1 with other modules loaded before them.
    Preloads,
    /// Programs of WASI Preview 2.
    P2,
    /// Calls of a program's export as often as is asked for, on one instance; in Preview 1 of its entry, too.
    Times,
    /// Exports of a component's instance as what imports of other components are given.
    Gives,
    /// Whole scripts, by a script runner of its own.
    Scripts,
    /// Scripts of the JavaScript API.
    Js,
}

impl Ability {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Ability::Core => "core",
            Ability::Hosts => "hosts",
            Ability::Components => "components",
            Ability::P1 => "p1",
            Ability::Preloads => "preloads",
            Ability::P2 => "p2",
            Ability::Times => "times",
            Ability::Gives => "gives",
            Ability::Scripts => "scripts",
            Ability::Js => "js",
        }
    }
}

/// Where a runtime comes from. That two runtimes of one lineage agree proves less than that two strangers do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lineage {
    /// Whose engine executes.
    pub engine: String,
    /// Whose code links and instantiates.
    pub linker: String,
}

impl About {
    /// The name of the reference engine, which no other runtime has.
    pub const REFERENCE: &'static str = "reference";

    /// Whether `name` can be one: 1 to 64 characters of `[A-Za-z0-9._ -]`, the first one no dot. It is printed, and a file
    /// has it.
    pub fn is_name(name: &str) -> bool {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ' ' | '-');
        (1..=64).contains(&name.len()) && !name.starts_with('.') && name.chars().all(is_part)
    }

    /// What a runtime says of itself, at level *observable*, with one name for engine and linker.
    pub fn new(name: &str, version: &str, lineage: &str, abilities: &[Ability]) -> Self {
        About {
            name: name.to_owned(),
            version: version.to_owned(),
            level: Level::Observable,
            abilities: abilities.iter().copied().collect(),
            lineage: Lineage { engine: lineage.to_owned(), linker: lineage.to_owned() },
        }
    }

    /// Whether it has this ability.
    pub fn can(&self, ability: Ability) -> bool {
        self.abilities.contains(&ability)
    }
}
