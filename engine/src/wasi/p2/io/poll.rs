//! `wasi:io/poll`: who waits lets time pass. With virtual clocks nobody waits: they are moved.
//!
//! Beside a clock, a live standard input can be waited for, and the pipes and terminals among the host's files. Everything else
//! is ready at once, or never will be and says so.

use super::{
    super::{
        define::{Call, Interfaces},
        trap,
        typing::{Borrow, Own, Resource},
    },
    input::Watch,
    output::Pipe,
};
use crate::{error::Fault, trace::Resource as Limit};
use std::{cell::RefCell, rc::Rc};

/// `pollable`.
#[derive(Debug, Clone)]
pub(in crate::wasi::p2) struct Pollable(Awaited);

/// What has to happen first.
#[derive(Debug, Clone)]
enum Awaited {
    Nothing,
    /// The monotonic clock shows so many nanoseconds.
    Time(u64),
    /// There is something to read.
    Input(Watch),
    /// There is room to write.
    Output(Rc<RefCell<Pipe>>),
}

impl Resource for Pollable {
    const NAME: &'static str = "pollable";
}

impl Pollable {
    /// Of something that never keeps anybody waiting.
    pub fn ready() -> Self {
        Pollable(Awaited::Nothing)
    }

    /// Ready when the monotonic clock shows `due`.
    pub fn at(due: u64) -> Self {
        Pollable(Awaited::Time(due))
    }

    pub(super) fn input(watch: Watch) -> Self {
        Pollable(Awaited::Input(watch))
    }

    pub(super) fn output(pipe: Rc<RefCell<Pipe>>) -> Self {
        Pollable(Awaited::Output(pipe))
    }

    fn is_ready(&self, call: &Call<'_>, now: u64) -> bool {
        match &self.0 {
            Awaited::Nothing => true,
            Awaited::Time(due) => *due <= now,
            Awaited::Input(watch) => watch.is_ready(call),
            Awaited::Output(pipe) => pipe.borrow_mut().is_ready(),
        }
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
    let pollable = call.table().get(this)?.clone();
    let clocks = call.world().clocks.clone();
    clocks.tick();
    Ok(pollable.is_ready(call, clocks.monotonic()))
}

fn block(call: &mut Call<'_>, (this,): (Borrow<Pollable>,)) -> Result<(), Fault> {
    poll(call, (vec![this],)).map(drop)
}

/// The places of those that are ready, in ascending order. An empty list traps, as the interface says.
fn poll(call: &mut Call<'_>, (pollables,): (Vec<Borrow<Pollable>>,)) -> Result<Vec<u32>, Fault> {
    if pollables.is_empty() {
        return Err(trap());
    }
    let pollables = pollables.into_iter().map(|this| call.table().get(this).cloned());
    let pollables = pollables.collect::<Result<Vec<_>, _>>()?;
    loop {
        let now = call.world().clocks.monotonic();
        let ready = (0..).zip(&pollables).filter(|(_, pollable)| pollable.is_ready(call, now));
        let ready: Vec<u32> = ready.map(|(place, _)| place).collect();
        if !ready.is_empty() {
            return Ok(ready);
        }
        wait(call, &pollables, now)?;
    }
}

/// Lets time pass until the first clock is due, or a moment of it if there is a stream to look at again.
fn wait(call: &mut Call<'_>, pollables: &[Pollable], now: u64) -> Result<(), Fault> {
    let left = |pollable: &Pollable| match pollable.0 {
        Awaited::Time(due) => Some(due.saturating_sub(now)),
        _ => None,
    };
    let first = pollables.iter().filter_map(left).min();
    let has_streams = pollables.iter().any(|pollable| !matches!(pollable.0, Awaited::Time(_)));
    let clocks = call.world().clocks.clone();
    let end = clocks.pass_beside_streams(first, has_streams, call.store.interrupt_flag());
    end.map_err(|_| Fault::Exhausted(Limit::Interrupt))
}
