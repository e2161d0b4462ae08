//! What a tool has to make of a script's definitions before the case can run.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A component that a tool makes. Exactly one of `componentize`, `link` and `compose` says how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// The name under which `[run]` finds it, such as `$Made`.
    pub name: String,
    /// A part of the tool's error message, if the tool has to refuse. Such a case has nothing to run.
    pub refused: Option<String>,
    /// A core module and its adapters, by wit-component.
    pub componentize: Option<Componentize>,
    /// Libraries that share a memory and a table, by wit-component's linker.
    pub link: Option<Link>,
    /// Components that are each other's imports, by wac-graph.
    pub compose: Option<Compose>,
}

/// A core module becomes a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Componentize {
    /// The core module, such as `$Main`.
    pub main: String,
    /// The world `w` of what it imports and exports itself, as WIT; none if its adapter knows all of it.
    #[serde(default)]
    pub wit: String,
    /// What carries the module's other imports.
    #[serde(default)]
    pub adapters: Vec<Adapter>,
    /// Whether names of the older mangling are no entry points.
    #[serde(default)]
    pub reject_legacy_names: bool,
}

/// A core module that stands between a main module and the component's imports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adapter {
    /// The module name that it satisfies; for an adapter of wasmtime `wasi_snapshot_preview1`.
    pub name: String,
    /// A module of the script, such as `$Adapter`; or `command`, `reactor`, `proxy`: those that come with wasmtime.
    pub module: String,
    /// The world `w` of an adapter of the script, as WIT.
    #[serde(default)]
    pub wit: String,
}

/// Dynamic libraries become one component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The libraries, in the order in which they are named to the linker.
    pub libraries: Vec<Library>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Library {
    /// Its name, such as `liba.so`.
    pub name: String,
    /// Its module in the script.
    pub module: String,
    /// The world `w` of what it exports and imports, as WIT.
    #[serde(default)]
    pub wit: String,
    /// Whether the program can open it by name when it runs.
    #[serde(default)]
    pub dlopen: bool,
}

/// Components become one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compose {
    /// The instances, in the order in which they are named to the tool.
    pub parts: Vec<Part>,
    /// What the result exports: name, and the part that exports it under the same name.
    pub exports: BTreeMap<String, String>,
}

/// One instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its name among the parts.
    pub name: String,
    /// Its component in the script.
    pub component: String,
    /// Its imports that other parts satisfy: name, and the part that exports it under the same name.
    #[serde(default)]
    pub with: BTreeMap<String, String>,
}
