//! The functions of the host that a case asks for.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A function of the host, of type `[] -> []`, that does something to what the script has made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostFunc {
    /// What steps call it: the two names by which it is imported, with a full stop between them, such as `host.f`.
    pub name: String,
    /// What happens when it is called.
    pub does: Does,
}

/// What a function of the host does.
///
/// It goes by the names that imports have: `of` is a name that the script has registered, `export` what the instance behind it
/// exports. Names count as they stand when the function is called; where there is nothing of these names, nothing happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Does {
    /// Traps.
    Trap,
    /// Writes a byte into a memory, and traps if it is out of bounds.
    Write {
        /// The memory's first name.
        of: String,
        /// Its second name.
        export: String,
        /// Where.
        at: u64,
        /// What.
        byte: u8,
    },
    /// Grows a memory; one that cannot grow stays as it is.
    Grow {
        /// The memory's first name.
        of: String,
        /// Its second name.
        export: String,
        /// By how many pages.
        by: u64,
    },
    /// Throws an exception.
    Throw {
        /// The tag's first name.
        of: String,
        /// Its second name.
        export: String,
        /// The arguments, all of type `i32`.
        #[serde(default)]
        args: Vec<i32>,
    },
    /// Calls a function without parameters, and drops what it returns.
    Call {
        /// The function's first name.
        of: String,
        /// Its second name.
        export: String,
        /// Whether traps and exceptions end here. What is exhausted stays exhausted.
        #[serde(default)]
        catches: bool,
    },
    /// Instantiates a `module definition`.
    Instantiate {
        /// Its name, such as `$M`.
        module: String,
        /// What the instance is called, such as `$N`: of the first call, of the second, and so on; the last name is that of all
        /// further calls. The script can use the names afterwards.
        names: Vec<String>,
        /// Which registered name takes the place of which first name of its imports.
        #[serde(default)]
        given: BTreeMap<String, String>,
        /// Under which name the instance is registered, when it is complete.
        register: Option<String>,
        /// Whether a failure ends here; otherwise a failure to link is a trap of the host, and what else ended it goes on.
        #[serde(default)]
        catches: bool,
    },
}

impl HostFunc {
    /// The two names by which it is imported; the second one is empty if there is no full stop.
    pub fn names(&self) -> (&str, &str) {
        self.name.split_once('.').unwrap_or((&self.name, ""))
    }

    /// What is wrong with it in the script `text`; nothing, if all is well.
    pub(super) fn mistakes(&self, text: &str) -> Vec<String> {
        let mut mistakes = Vec::new();
        let (module, item) = self.names();
        if module.is_empty() || item.is_empty() {
            mistakes.push(format!("the function {:?} has to have two names, such as \"host.f\"", self.name));
        }
        if let Does::Instantiate { module, names, .. } = &self.does {
            if !text.contains(&format!("(module definition {module}")) {
                mistakes.push(format!("{}: there is no (module definition {module} …)", self.name));
            }
            if names.is_empty() || !names.iter().chain([module]).all(|name| name.starts_with('$')) {
                mistakes.push(format!("{}: a module and its instances have names that begin with $", self.name));
            }
        }
        mistakes
    }
}
