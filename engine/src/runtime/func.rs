//! Function instances (core `#syntax-funcinst`).

use super::{InstanceAddr, TypeId, Val};
use crate::{Store, error::Fault, syntax::FuncType};
use std::rc::Rc;

/// A function: of an instance, or of the host.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FuncInst {
    /// Its type.
    pub ty: TypeId,
    /// Where its code is.
    pub kind: FuncKind,
}

/// Where a function's code is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FuncKind {
    /// In an instance's module, at this index of the function index space.
    Wasm {
        /// The instance.
        instance: InstanceAddr,
        /// The function's index.
        index: u32,
    },
    /// In the table of host functions.
    Host(u32),
}

/// A function that the embedder gave.
#[derive(Clone)]
pub(crate) struct HostFunc {
    /// What traces call it.
    pub name: Rc<str>,
    /// Its type, closed.
    pub ty: Rc<FuncType>,
    /// The closure.
    pub call: Rc<HostClosure>,
    /// Whether it is a canonical function of a component, which is no call of the host and not recorded as one.
    pub canon: bool,
}

/// A host function: the caller, the arguments, and the results to fill in (they come in as zeros and nulls).
pub(crate) type HostClosure = dyn Fn(&mut Caller<'_>, &[Val], &mut [Val]) -> Result<(), Fault>;

/// What a host function sees of its caller.
pub struct Caller<'a> {
    pub(crate) store: &'a mut Store,
    pub(crate) instance: Option<InstanceAddr>,
}

impl Caller<'_> {
    /// The store; instantiating and calling from here is allowed.
    pub fn store(&mut self) -> &mut Store {
        self.store
    }

    /// The instance whose code called, or `None` if the embedder did.
    pub fn instance(&self) -> Option<InstanceAddr> {
        self.instance
    }
}
