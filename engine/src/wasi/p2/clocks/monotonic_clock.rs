//! `wasi:clocks/monotonic-clock`: in nanoseconds.

use super::super::{
    define::{Call, Interfaces},
    io::poll::Pollable,
    typing::Own,
};
use crate::error::Fault;

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    interfaces.interface("clocks/monotonic-clock", |interface| {
        interface
            .func("now", &[], now)
            .func("resolution", &[], resolution)
            .func("subscribe-instant", &["when"], subscribe_instant)
            .func("subscribe-duration", &["when"], subscribe_duration);
    });
}

/// A reading moves virtual clocks a little.
fn now(call: &mut Call<'_>, (): ()) -> Result<u64, Fault> {
    let clocks = &call.world().clocks;
    clocks.tick();
    Ok(clocks.monotonic())
}

fn resolution(call: &mut Call<'_>, (): ()) -> Result<u64, Fault> {
    Ok(call.world().clocks.resolution())
}

fn subscribe_instant(call: &mut Call<'_>, (when,): (u64,)) -> Result<Own<Pollable>, Fault> {
    call.table().add(Pollable::at(when))
}

fn subscribe_duration(call: &mut Call<'_>, (when,): (u64,)) -> Result<Own<Pollable>, Fault> {
    let now = call.world().clocks.monotonic();
    call.table().add(Pollable::at(now.saturating_add(when)))
}
