//! `clock_*`. Of the clocks, `realtime` and `monotonic` are there; the text asks for `inval` for others.

use super::{
    super::world::Clocks,
    call::Call,
    errno::{Done, Errno},
};

/// Which clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    Realtime,
    Monotonic,
}

impl Clock {
    /// By `clockid`.
    pub fn of(id: u32) -> Result<Clock, Errno> {
        match id {
            0 => Ok(Clock::Realtime),
            1 => Ok(Clock::Monotonic),
            _ => Err(Errno::Inval),
        }
    }

    /// What it shows.
    pub fn now(self, clocks: &Clocks) -> u64 {
        match self {
            Clock::Realtime => clocks.wall(),
            Clock::Monotonic => clocks.monotonic(),
        }
    }
}

/// `clock_res_get`.
pub(super) fn clock_res_get(call: &mut Call<'_, '_>) -> Done {
    Clock::of(call.u32(0))?;
    let resolution = call.world().clocks.resolution();
    call.write_u64(call.u32(1), resolution)
}

/// `clock_time_get`. A reading moves virtual clocks a little.
pub(super) fn clock_time_get(call: &mut Call<'_, '_>) -> Done {
    let clock = Clock::of(call.u32(0))?;
    call.check(call.u32(2), 8)?;
    let clocks = call.world().clocks.clone();
    clocks.tick();
    call.write_u64(call.u32(2), clock.now(&clocks))
}
