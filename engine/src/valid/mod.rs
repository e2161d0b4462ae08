//! Core spec, *Validation*. wasmparser validates; it stays behind this door and the one of [`crate::binary`].

use crate::config::Features;
use wasmparser::{BinaryReaderError, FuncValidatorAllocations, Payload, ValidPayload, Validator};

/// Validates a module section by section, in the order of its bytes, function bodies included.
pub(crate) struct Validation {
    validator: Validator,
    /// Reused from body to body: most modules are many small functions.
    allocations: FuncValidatorAllocations,
}

impl Validation {
    /// A validation under `features`.
    pub(crate) fn new(features: Features) -> Self {
        Validation {
            validator: Validator::new_with_features(features),
            allocations: FuncValidatorAllocations::default(),
        }
    }

    /// Validates the next part.
    ///
    /// The end of a module has no rule of its own: whether the counts of the sections agree is part of the binary format and
    /// was seen by the parser. All that the validator would do there is to freeze the types for a caller that wants them.
    pub(crate) fn payload(&mut self, payload: &Payload<'_>) -> Result<(), BinaryReaderError> {
        if matches!(payload, Payload::End(_)) {
            return Ok(());
        }
        body(self.validator.payload(payload)?, &mut self.allocations)
    }
}

/// Validates the body of a function, if that is the part whose turn it was; `allocations` are for use again.
pub(crate) fn body(
    part: ValidPayload<'_>,
    allocations: &mut FuncValidatorAllocations,
) -> Result<(), BinaryReaderError> {
    if let ValidPayload::Func(func, body) = part {
        let mut validator = func.into_validator(std::mem::take(allocations));
        validator.validate(&body)?;
        *allocations = validator.into_allocations();
    }
    Ok(())
}
