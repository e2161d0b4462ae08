//! `wasi:cli/exit`: ends the program at once (rules P2-EXIT-*).

use super::super::define::{Call, Interfaces};
use crate::{error::Fault, trace::Event};

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    interfaces.interface("cli/exit", |interface| {
        interface.func("exit", &["status"], exit).func("exit-with-code", &["status-code"], exit_with_code);
    });
}

/// Success is 0, failure 1 (rule P2-RUN-03).
fn exit(call: &mut Call<'_>, (status,): (Result<(), ()>,)) -> Result<(), Fault> {
    end(call, status.is_err().into())
}

/// Stable since 0.2.12; before, the interface kept it behind a gate.
fn exit_with_code(call: &mut Call<'_>, (code,): (u8,)) -> Result<(), Fault> {
    end(call, code.into())
}

/// Tells the trace, and ends the program.
fn end(call: &mut Call<'_>, code: i32) -> Result<(), Fault> {
    call.record(|at| Event::Exited { at, code });
    Err(Fault::Exit(code))
}
