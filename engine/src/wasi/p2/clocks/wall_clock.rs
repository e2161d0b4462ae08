//! `wasi:clocks/wall-clock`.

use super::super::{
    define::{Call, Interfaces},
    typing::record,
};
use crate::error::Fault;

/// Nanoseconds of a second.
const SECOND: u64 = 1_000_000_000;

record! {
    /// `datetime`: since 1970-01-01T00:00:00Z.
    Datetime { seconds "seconds": u64, nanoseconds "nanoseconds": u32, }
}

impl Datetime {
    /// From nanoseconds.
    pub fn from_nanoseconds(time: u64) -> Self {
        Datetime { seconds: time / SECOND, nanoseconds: (time % SECOND) as u32 }
    }

    /// As nanoseconds; `None` if they are too many, or if there is more than a second of them.
    pub fn as_nanoseconds(&self) -> Option<u64> {
        let part = Some(u64::from(self.nanoseconds)).filter(|part| *part < SECOND)?;
        self.seconds.checked_mul(SECOND)?.checked_add(part)
    }
}

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    interfaces.interface("clocks/wall-clock", |interface| {
        interface.func("now", &[], now).func("resolution", &[], resolution);
    });
}

/// A reading moves virtual clocks a little.
fn now(call: &mut Call<'_>, (): ()) -> Result<Datetime, Fault> {
    let clocks = &call.world().clocks;
    clocks.tick();
    Ok(Datetime::from_nanoseconds(clocks.wall()))
}

fn resolution(call: &mut Call<'_>, (): ()) -> Result<Datetime, Fault> {
    Ok(Datetime::from_nanoseconds(call.world().clocks.resolution()))
}
