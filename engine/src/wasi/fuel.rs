//! What the work of a host costs.

use crate::{Store, error::Fault, trace::Resource};

/// Pays for `len` bytes that move, as a bulk instruction does: one unit of fuel for each KiB.
///
/// # Errors
/// [`Fault::Exhausted`] if there is not so much fuel.
pub(super) fn pay(store: &mut Store, len: u64) -> Result<(), Fault> {
    let Some(fuel) = store.fuel() else { return Ok(()) };
    let left = fuel.checked_sub(len / 1024).ok_or(Fault::Exhausted(Resource::Fuel))?;
    store.set_fuel(Some(left));
    Ok(())
}
