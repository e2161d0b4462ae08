//! Core spec, *Runtime structure*: the store and one small file per kind of instance.

mod value;
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
