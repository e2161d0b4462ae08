//! What is left of the limits that the objects of one store share: many small memories or tables cost as much as a big one.

use crate::{config::Limits, trace::Resource};

/// The bytes of memories and the elements of tables and element segments that a store may still allocate.
#[derive(Debug)]
pub(crate) struct Room {
    bytes: u64,
    elements: u64,
}

impl Room {
    /// All that `limits` give.
    pub(crate) fn new(limits: &Limits) -> Self {
        Room { bytes: limits.memory_bytes, elements: limits.table_elements }
    }

    /// Takes room for `bytes` of a memory, or nothing.
    ///
    /// # Errors
    /// [`Resource::Memory`] if there is less.
    pub(crate) fn take_bytes(&mut self, bytes: u64) -> Result<(), Resource> {
        self.bytes = self.bytes.checked_sub(bytes).ok_or(Resource::Memory)?;
        Ok(())
    }

    /// Takes room for `elements` of a table or an element segment, or nothing.
    ///
    /// # Errors
    /// [`Resource::Memory`] if there is less.
    pub(crate) fn take_elements(&mut self, elements: u64) -> Result<(), Resource> {
        self.elements = self.elements.checked_sub(elements).ok_or(Resource::Memory)?;
        Ok(())
    }

    /// Gives back the elements of a segment that was dropped, or of a growth that failed.
    pub(crate) fn give_elements(&mut self, elements: u64) {
        self.elements += elements;
    }

    /// Gives back the bytes of a growth that failed.
    pub(crate) fn give_bytes(&mut self, bytes: u64) {
        self.bytes += bytes;
    }
}
