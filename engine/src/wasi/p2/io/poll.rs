//! `wasi:io/poll`: who waits lets time pass. With virtual clocks nobody waits: they are moved.
//!
//! Nothing but a clock can be waited for here: streams, sockets and requests are ready at once, or never will be and say
//! so.

use super::super::{
    define::{Call, Interfaces},
    trap,
    typing::{Borrow, Own, Resource},
};
use crate::{error::Fault, trace::Resource as Limit};

/// `pollable`.
#[derive(Debug, Clone, Copy)]
pub(in crate::wasi::p2) struct Pollable {
    /// When it is ready on the monotonic clock, in nanoseconds; `None` is always.
    due: Option<u64>,
}

impl Resource for Pollable {
    const NAME: &'static str = "pollable";
}

impl Pollable {
    /// Of something that never keeps anybody waiting.
    pub fn ready() -> Self {
        Pollable { due: None }
    }

    /// Ready when the monotonic clock shows `due`.
    pub fn at(due: u64) -> Self {
        Pollable { due: Some(due) }
    }

    fn is_ready(self, now: u64) -> bool {
        self.due.is_none_or(|due| due <= now)
    }
}

/// A `subscribe` of something that is always ready.
pub(in crate::wasi::p2) fn subscribe<T: Resource>(
    call: &mut Call<'_>,
    (this,): (Borrow<T>,),
) -> Result<Own<Pollable>, Fault> {
    call.table().get(this)?;
    call.table().add(Pollable::ready())
}

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    interfaces.interface("io/poll", |interface| {
        interface
            .resource::<Pollable>()
            .func("[method]pollable.ready", &["self"], ready)
            .func("[method]pollable.block", &["self"], block)
            .func("poll", &["in"], poll);
    });
}

/// Looking at a clock moves it a little, so that who looks again and again does not look for ever.
fn ready(call: &mut Call<'_>, (this,): (Borrow<Pollable>,)) -> Result<bool, Fault> {
    let pollable = *call.table().get(this)?;
    let clocks = call.world().clocks.clone();
    clocks.tick();
    Ok(pollable.is_ready(clocks.monotonic()))
}

fn block(call: &mut Call<'_>, (this,): (Borrow<Pollable>,)) -> Result<(), Fault> {
    let pollable = *call.table().get(this)?;
    wait(call, &[pollable])
}

/// The places of those that are ready, in ascending order. An empty list traps, as the interface says.
fn poll(call: &mut Call<'_>, (pollables,): (Vec<Borrow<Pollable>>,)) -> Result<Vec<u32>, Fault> {
    if pollables.is_empty() {
        return Err(trap());
    }
    let pollables = pollables.into_iter().map(|this| call.table().get(this).copied());
    let pollables = pollables.collect::<Result<Vec<_>, _>>()?;
    wait(call, &pollables)?;
    let now = call.world().clocks.monotonic();
    let ready = (0..).zip(&pollables).filter(|(_, pollable)| pollable.is_ready(now));
    Ok(ready.map(|(place, _)| place).collect())
}

/// Lets time pass until the first of them is ready.
fn wait(call: &mut Call<'_>, pollables: &[Pollable]) -> Result<(), Fault> {
    let clocks = call.world().clocks.clone();
    let now = clocks.monotonic();
    let first = pollables.iter().map(|pollable| pollable.due.unwrap_or(now)).min().unwrap_or(now);
    let interrupt = call.store.interrupt_flag();
    clocks.pass(first.saturating_sub(now), interrupt).map_err(|_| Fault::Exhausted(Limit::Interrupt))
}
