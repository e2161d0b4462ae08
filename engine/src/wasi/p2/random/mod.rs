//! `wasi:random`: three interfaces of one source, which the world seeds.

pub(super) mod insecure;
pub(super) mod insecure_seed;
#[allow(clippy::module_inception, reason = "the interface is called like its package")]
pub(super) mod random;

use super::define::Call;
use crate::{
    component::ComponentVal,
    error::Fault,
    trace::{Resource, TrapCode},
};

/// Exactly `len` bytes, as many as the store's limit of memory lets a list of values have.
fn bytes(call: &mut Call<'_>, (len,): (u64,)) -> Result<Vec<u8>, Fault> {
    if len > call.store.limits.heap_bytes / size_of::<ComponentVal>() as u64 {
        return Err(Fault::Exhausted(Resource::Memory));
    }
    call.pay(len)?;
    let mut bytes = vec![0; len as usize];
    call.world().random.fill(&mut bytes).map_err(|_| Fault::Trap(TrapCode::Host.into()))?;
    Ok(bytes)
}

/// Eight of them as a number.
fn number(call: &mut Call<'_>, (): ()) -> Result<u64, Fault> {
    let bytes = bytes(call, (8,))?;
    Ok(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}
