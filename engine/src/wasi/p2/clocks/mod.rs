//! `wasi:clocks`.

pub(super) mod monotonic_clock;
pub(super) mod timezone;
pub(super) mod wall_clock;
