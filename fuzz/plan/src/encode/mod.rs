//! Plans as bytes, and what a driver does with them.

mod body;
mod module;

pub(crate) use body::{has_objects, nesting};
pub(crate) use module::recurses;

use crate::{
    plan::{Export, GlobalType, Memory, Plan, Source, TableType, Twist},
    space::{ExternType, FuncType, Space, spaces},
};
use serde::{Deserialize, Serialize};

/// The name of the host's function that logs.
pub(crate) const LOG: &str = "spectest.print_i32";

/// A plan in binary form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wasm {
    /// The plan's modules in order.
    pub modules: Vec<Vec<u8>>,
    /// What to do with them.
    pub actions: Vec<Action>,
}

/// What a driver does next. Fuel, where there is any, starts afresh with each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum Action {
    /// Instantiates a node of the plan with the imports of [`Plan::imports`]. If it succeeds the instance takes the place of
    /// the node's earlier one; if not, the earlier one stays.
    Instantiate {
        /// Which node.
        node: usize,
    },
    /// Calls an export of the node's instance without arguments. If there is no instance nothing happens, and the class is
    /// *unlinkable*.
    Call {
        /// Which node.
        node: usize,
        /// The name of the export.
        export: String,
    },
    /// Calls, with zeros for arguments, the functions among the first [`PROBED`] elements of every table that can be reached.
    Probe,
}

/// How many elements of a table [`Action::Probe`] looks at.
pub const PROBED: usize = 8;

/// What is given for an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "given", rename_all = "kebab-case")]
pub enum Given {
    /// The host's function with this name: `spectest.print_i32`, or `host.f` and its index in the plan.
    Host {
        /// The import's two names with a point between.
        name: String,
    },
    /// An export of a node's instance.
    Export {
        /// Which node.
        node: usize,
        /// The export's name.
        name: String,
    },
    /// Nothing has its name.
    Nothing,
}

impl Plan {
    /// The modules as bytes, and what to do with them. The plan must be [normal](Plan::normalise).
    pub fn to_wasm(&self) -> Wasm {
        let spaces = spaces(self);
        let modules = self.modules.iter().zip(&spaces).map(|(module, space)| module::encode(module, space)).collect();
        Wasm { modules, actions: self.actions_with(&spaces) }
    }

    /// What a driver has to do. The plan must be [normal](Plan::normalise).
    pub fn actions(&self) -> Vec<Action> {
        self.actions_with(&spaces(self))
    }

    fn actions_with(&self, spaces: &[Space]) -> Vec<Action> {
        let instantiate = || (0..self.nodes.len()).map(|node| Action::Instantiate { node });
        let mut actions: Vec<Action> = instantiate().collect();
        if self.again {
            actions.extend(instantiate());
        }
        for (node, of) in self.nodes.iter().enumerate() {
            let space = &spaces[of.module];
            let exports = self.modules[of.module].exports.iter().enumerate();
            let is_called =
                |export: &Export| matches!(space.export(*export), ExternType::Func(FuncType::Unit | FuncType::Number));
            let called = exports.filter(|(_, export)| is_called(export)).take(2);
            actions.extend(called.map(|(i, _)| Action::Call { node, export: export_name(i) }));
        }
        actions.push(Action::Probe);
        actions
    }

    /// What is given for each import of a node's module, in order.
    pub fn imports(&self, node: usize) -> Vec<Given> {
        let node = &self.nodes[node];
        let given = |import: &crate::plan::Import| match (import.twist, import.source) {
            (Some(Twist::Missing), _) => Given::Nothing,
            (_, Source::Log) => Given::Host { name: LOG.to_owned() },
            (_, Source::Host(i)) => Given::Host { name: format!("host.f{i}") },
            (_, Source::Export { arg, export }) => Given::Export { node: node.args[arg], name: export_name(export) },
        };
        self.modules[node.module].imports.iter().map(given).collect()
    }

    /// Whether exceptions with a tag that a node exports have an argument, an `i32`.
    pub fn tag_has_argument(&self, node: usize, export: usize) -> bool {
        self.export_type(node, export) == Some(ExternType::Tag(true))
    }

    /// The type of a memory that a node exports.
    pub fn memory_type(&self, node: usize, export: usize) -> Option<Memory> {
        match self.export_type(node, export)? {
            ExternType::Memory(ty) => Some(ty),
            _ => None,
        }
    }

    /// The type of a table that a node exports.
    pub fn table_type(&self, node: usize, export: usize) -> Option<TableType> {
        match self.export_type(node, export)? {
            ExternType::Table(ty) => Some(ty),
            _ => None,
        }
    }

    /// The type of a global that a node exports.
    pub fn global_type(&self, node: usize, export: usize) -> Option<GlobalType> {
        match self.export_type(node, export)? {
            ExternType::Global(ty) => Some(ty),
            _ => None,
        }
    }

    fn export_type(&self, node: usize, export: usize) -> Option<ExternType> {
        let module = self.nodes.get(node)?.module;
        Some(spaces(self)[module].export(*self.modules[module].exports.get(export)?))
    }
}

/// The name of a module's export.
pub(crate) fn export_name(index: usize) -> String {
    format!("e{index}")
}

/// The two names of an import.
pub(crate) fn import_names(import: &crate::plan::Import) -> (String, String) {
    let (module, name) = match import.source {
        Source::Log => ("spectest".to_owned(), "print_i32".to_owned()),
        Source::Host(i) => ("host".to_owned(), format!("f{i}")),
        Source::Export { arg, export } => (format!("a{arg}"), export_name(export)),
    };
    match import.twist {
        Some(Twist::Missing) => (module, "none".to_owned()),
        _ => (module, name),
    }
}
