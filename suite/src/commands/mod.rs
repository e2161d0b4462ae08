//! A script as a list of commands: what is left of a `.wast` when all text is gone.
//!
//! The commands have the names that `wasm-tools json-from-wast` gives them. Modules are bytes, values are typed, and what an
//! assertion expects is a [`Pattern`] or one of the texts of [`messages`](crate::messages). Runtimes never see text.

mod json;
mod lower;
mod pattern;

pub use json::{JsonScript, to_json};
pub use lower::lower;
pub use pattern::{Lane, Pattern};

use crate::trace::Value;

/// One directive.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// Line of the directive's parenthesis, from 1.
    pub line: u64,
    /// Column of the parenthesis, from 1.
    pub column: u64,
    /// The directive's keyword in the script.
    pub directive: &'static str,
    /// What is to be done.
    pub kind: CommandKind,
}

/// What a command does. Names of modules are those of the script without their `$`.
#[derive(Debug, Clone, PartialEq)]
pub enum CommandKind {
    /// `module`: define and instantiate.
    Module {
        /// Its name.
        name: Option<String>,
        /// The module.
        module: ModuleSource,
    },
    /// `module_definition`: define only.
    ModuleDefinition {
        /// Its name.
        name: Option<String>,
        /// The module.
        module: ModuleSource,
    },
    /// `module_instance`: instantiate a definition.
    ModuleInstance {
        /// The name of the instance.
        name: Option<String>,
        /// The definition; the last one if it has no name.
        module: Option<String>,
    },
    /// `register`: lets others import the exports of an instance.
    Register {
        /// The instance; the current one if it has no name.
        name: Option<String>,
        /// The name to import by.
        registered: String,
    },
    /// `action`: what it ends in must be a return.
    Action(Action),
    /// `assert_return`.
    AssertReturn {
        /// What is done.
        action: Action,
        /// What it returns.
        expected: Vec<Pattern>,
    },
    /// `assert_trap`, and `assert_uninstantiable` if the action is a module.
    AssertTrap {
        /// What is done.
        action: Action,
        /// The text of the trap.
        text: String,
    },
    /// `assert_exhaustion`.
    AssertExhaustion {
        /// What is done.
        action: Action,
        /// The text.
        text: String,
    },
    /// `assert_exception`.
    AssertException {
        /// What is done.
        action: Action,
    },
    /// `assert_unlinkable`.
    AssertUnlinkable {
        /// What is instantiated.
        action: Action,
        /// The text.
        text: String,
    },
    /// `assert_malformed`.
    AssertMalformed {
        /// The module.
        module: ModuleSource,
        /// The text.
        text: String,
    },
    /// `assert_invalid`.
    AssertInvalid {
        /// The module.
        module: ModuleSource,
        /// The text.
        text: String,
    },
    /// A directive that takes what only the reference engine's script runner has (threads of a script, custom sections).
    Unsupported(&'static str),
}

/// What an assertion is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// `invoke`: calls an exported function.
    Invoke {
        /// The instance; the current one if it has no name.
        module: Option<String>,
        /// The export.
        field: String,
        /// The arguments.
        args: Vec<Value>,
    },
    /// `get`: reads an exported global.
    Get {
        /// The instance; the current one if it has no name.
        module: Option<String>,
        /// The export.
        field: String,
    },
    /// Instantiates a module that gets no name.
    Module(ModuleSource),
    /// Instantiates a definition; the instance gets no name.
    Instance {
        /// The definition; the last one if it has no name.
        module: Option<String>,
    },
}

/// A module or component of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModuleSource {
    /// A core module.
    Binary(Vec<u8>),
    /// A component.
    Component(Vec<u8>),
    /// Text that is no module. No runtime sees it: it is malformed by the text format's grammar.
    Malformed(String),
}

/// The first `module definition` of this name, which stands without its `$`.
pub(crate) fn definition<'c>(commands: &'c [Command], wanted: &str) -> Option<&'c ModuleSource> {
    commands.iter().find_map(|command| match &command.kind {
        CommandKind::ModuleDefinition { name: Some(name), module } if name == wanted => Some(module),
        _ => None,
    })
}

impl CommandKind {
    /// The module or component that the command defines or instantiates.
    pub fn module(&self) -> Option<&ModuleSource> {
        use CommandKind as K;
        match self {
            K::Module { module, .. }
            | K::ModuleDefinition { module, .. }
            | K::AssertMalformed { module, .. }
            | K::AssertInvalid { module, .. } => Some(module),
            K::Action(action)
            | K::AssertReturn { action, .. }
            | K::AssertTrap { action, .. }
            | K::AssertUnlinkable { action, .. }
            | K::AssertExhaustion { action, .. }
            | K::AssertException { action } => match action {
                Action::Module(module) => Some(module),
                _ => None,
            },
            K::ModuleInstance { .. } | K::Register { .. } | K::Unsupported(_) => None,
        }
    }
}
