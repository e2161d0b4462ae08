//! `wasi:cli/exit`: ends the program at once (rules P2-EXIT-*).

use super::super::define::{Call, Interfaces};
use crate::error::Fault;

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    interfaces.interface("cli/exit", |interface| {
        interface.func("exit", &["status"], exit).func("exit-with-code", &["status-code"], exit_with_code);
    });
}

/// Success is 0, failure 1 (rule P2-RUN-03).
fn exit(_: &mut Call<'_>, (status,): (Result<(), ()>,)) -> Result<(), Fault> {
    Err(Fault::Exit(i32::from(status.is_err())))
}

/// Stable since 0.2.12; before, the interface kept it behind a gate.
fn exit_with_code(_: &mut Call<'_>, (code,): (u8,)) -> Result<(), Fault> {
    Err(Fault::Exit(code.into()))
}
