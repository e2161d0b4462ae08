//! Core spec, *Runtime structure*: the store and one small file per kind of instance.

mod func;
mod global;
mod heap;
mod imports;
mod instance;
mod memory;
mod room;
mod store;
mod table;
mod types;
mod value;

pub use func::Caller;
pub(crate) use func::{FuncInst, FuncKind, HostFunc};
pub use global::GlobalInst;
pub use heap::*;
pub use instance::Extern;
pub(crate) use instance::{DataInst, ElemInst, InstanceInst, TagInst};
pub use memory::*;
pub use store::{InterruptHandle, Store};
pub use table::*;
pub use types::*;
pub use value::*;

/// Address newtypes of the store (core `#syntax-addr`).
macro_rules! addresses {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub(crate) u32);
    )*};
}
addresses! {
    /// Address of a function instance.
    FuncAddr;
    /// Address of a table instance.
    TableAddr;
    /// Address of a memory instance.
    MemAddr;
    /// Address of a global instance.
    GlobalAddr;
    /// Address of a tag instance.
    TagAddr;
    /// Address of an element instance.
    ElemAddr;
    /// Address of a data instance.
    DataAddr;
    /// Address of a module instance.
    InstanceAddr;
    /// A closed defined type of the store; equal types have equal ids.
    TypeId;
}

use crate::trace::TrapCode;

/// A trap and where in its module it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trap {
    /// Why.
    pub code: TrapCode,
    /// The function's index in its module, if the trap was in a function.
    pub func: Option<u32>,
    /// Offset of the instruction in the module's bytes, if known.
    pub offset: Option<u32>,
}

impl From<TrapCode> for Trap {
    fn from(code: TrapCode) -> Self {
        Trap { code, func: None, offset: None }
    }
}

impl std::fmt::Display for Trap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "trap: {}", self.code)?;
        if let Some(func) = self.func {
            write!(f, " in function {func}")?;
        }
        match self.offset {
            Some(offset) => write!(f, " at offset {offset:#x}"),
            None => Ok(()),
        }
    }
}
