//! Functions of the host that do something to what the runtime has made, as a runtime is given them.
//!
//! A case asks for them by names of the script ([`case::HostFunc`](crate::case::HostFunc)); the module that one of them
//! instantiates has the number here that the runtime has given it. Whatever is registered counts as it is when the function is
//! called, so that a runtime is told of it ([`Runtime::register`](super::Runtime::register)).

use super::{HostFunc, Import, ModuleId, Recorder};
use crate::case::{self, Does};

/// A function of the host, of type `[] -> []`, that acts.
#[derive(Debug, Clone)]
pub struct Acting {
    /// Its name, and who records its calls.
    pub func: HostFunc,
    /// What it does. If that is to instantiate, [`instantiates`](Self::instantiates) counts in place of the names of the module and
    /// of what it is given.
    pub does: Does,
    /// The module that it instantiates, and what is to be had for the imports, in their order.
    pub instantiates: Option<Instantiable>,
}

/// A module and what is to be had for its imports.
pub type Instantiable = (ModuleId, Vec<Import>);

impl Acting {
    /// The function that a case asks for. `instantiable` knows what it instantiates, if it does.
    pub(crate) fn of<E>(
        func: &case::HostFunc,
        recorder: &Recorder,
        instantiable: impl FnOnce(&Does) -> Result<Instantiable, E>,
    ) -> Result<Acting, E> {
        let instantiates = match &func.does {
            does @ Does::Instantiate { .. } => Some(instantiable(does)?),
            _ => None,
        };
        let recording = HostFunc::new(&*func.name, Vec::new(), Vec::new(), recorder.clone());
        Ok(Acting { func: recording, does: func.does.clone(), instantiates })
    }
}
