//! Global instances (core `#syntax-globalinst`).

use crate::syntax::GlobalType;

/// A global. `slots` come first: both tiers read and write them through the box's stable address.
#[repr(C, align(16))]
#[derive(Debug)]
pub struct GlobalInst {
    /// The value as stack slots; a vector takes both.
    pub(crate) slots: [u64; 2],
    /// The type, closed.
    pub(crate) ty: GlobalType,
}
