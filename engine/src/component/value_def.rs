//! Values (Explainer.md, *Value Definitions*, *Start Definitions*).

use super::value::ComponentVal;

/// The id of the value section (Binary.md, *Component Definitions*).
pub(crate) const SECTION: u8 = 12;

/// A value definition.
#[derive(Debug)]
pub(crate) struct ValueDef {
    pub val: ComponentVal,
}
