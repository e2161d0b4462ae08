//! `wasi:clocks/timezone`, behind its gate: the world is in UTC.

use super::{
    super::{
        define::{Call, Interfaces},
        typing::record,
    },
    wall_clock::Datetime,
};
use crate::error::Fault;

record! {
    /// `timezone-display`.
    TimezoneDisplay {
        utc_offset "utc-offset": i32,
        name "name": String,
        in_daylight_saving_time "in-daylight-saving-time": bool,
    }
}

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    interfaces.interface("clocks/timezone", |interface| {
        interface.func("display", &["when"], display).func("utc-offset", &["when"], utc_offset);
    });
}

fn display(_: &mut Call<'_>, (_,): (Datetime,)) -> Result<TimezoneDisplay, Fault> {
    Ok(TimezoneDisplay { utc_offset: 0, name: "UTC".to_owned(), in_daylight_saving_time: false })
}

fn utc_offset(_: &mut Call<'_>, (_,): (Datetime,)) -> Result<i32, Fault> {
    Ok(0)
}
