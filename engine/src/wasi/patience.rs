//! Waiting for somebody outside.

use crate::{Store, error::Fault, trace::Resource};
use std::{sync::atomic::Ordering, thread, time::Duration};

/// Lets a little real time pass, so that the embedder can interrupt who waits for somebody else.
///
/// # Errors
/// [`Fault::Exhausted`] if it has.
pub(super) fn wait_a_moment(store: &Store) -> Result<(), Fault> {
    if store.interrupt_flag().swap(false, Ordering::Relaxed) {
        return Err(Fault::Exhausted(Resource::Interrupt));
    }
    thread::sleep(Duration::from_millis(5));
    Ok(())
}
