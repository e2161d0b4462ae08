//! Functions of the host that do something to what the runtime has made, as a runtime is given them.
//!
//! A case asks for them by names of the script ([`case::HostFunc`](crate::case::HostFunc)); here modules have the numbers that the
//! runtime has given them. Whatever is registered counts as it is when the function is called, so that a runtime is told of it
//! ([`Runtime::register`](super::Runtime::register)).

use super::{HostFunc, Import, ModuleId, Recorder};
use crate::case::{self, Does};

/// A function of the host, of type `[] -> []`, that acts.
#[derive(Debug, Clone)]
pub struct Acting {
    /// Its name, and who records its calls.
    pub func: HostFunc,
    /// What it does.
    pub act: Act,
}

/// What a function of the host does. `of` and `export` are a registered name and an export of what is registered there: if there
/// is none, or one of another kind, nothing happens.
#[derive(Debug, Clone)]
pub enum Act {
    /// Traps.
    Trap,
    /// Writes a byte into a memory, and traps if it is out of bounds.
    Write {
        /// What is registered.
        of: String,
        /// Its export.
        export: String,
        /// Where.
        at: u64,
        /// What.
        byte: u8,
    },
    /// Grows a memory, if it can grow.
    Grow {
        /// What is registered.
        of: String,
        /// Its export.
        export: String,
        /// By how many pages.
        by: u64,
    },
    /// Throws an exception.
    Throw {
        /// What is registered.
        of: String,
        /// Its export.
        export: String,
        /// The arguments, of type `i32`.
        args: Vec<i32>,
    },
    /// Calls a function without parameters.
    Call {
        /// What is registered.
        of: String,
        /// Its export.
        export: String,
        /// Whether traps and exceptions end here.
        catches: bool,
    },
    /// Instantiates a module.
    Instantiate {
        /// Which.
        module: ModuleId,
        /// What is to be had for its imports, in their order.
        imports: Vec<Import>,
        /// What the instances of the first call, the second, and so on are called; the last name is that of all further ones.
        names: Vec<String>,
        /// Under which name the instance is registered.
        register: Option<String>,
        /// Whether a failure ends here; otherwise a failure to link is a trap of the host.
        catches: bool,
    },
}

/// What a module that a function of the host instantiates is: its number, and what is to be had for its imports.
pub(crate) type Instantiable = (ModuleId, Vec<Import>);

impl Acting {
    /// The function that a case asks for. `instantiable` knows what is instantiated, of the module's name and of what takes the place
    /// of its imports' first names; what it does not know is an error.
    pub(crate) fn of<E>(
        func: &case::HostFunc,
        recorder: &Recorder,
        instantiable: impl FnOnce(&Does) -> Result<Instantiable, E>,
    ) -> Result<Acting, E> {
        let act = match func.does.clone() {
            Does::Trap => Act::Trap,
            Does::Write { of, export, at, byte } => Act::Write { of, export, at, byte },
            Does::Grow { of, export, by } => Act::Grow { of, export, by },
            Does::Throw { of, export, args } => Act::Throw { of, export, args },
            Does::Call { of, export, catches } => Act::Call { of, export, catches },
            Does::Instantiate { names, register, catches, .. } => {
                let (module, imports) = instantiable(&func.does)?;
                Act::Instantiate { module, imports, names, register, catches }
            }
        };
        Ok(Acting { func: HostFunc::new(&*func.name, Vec::new(), Vec::new(), recorder.clone()), act })
    }
}
