//! `wasi:cli/exit`: ends the program at once (rules P2-EXIT-*).

use super::super::{
    Feature,
    define::{Call, Interfaces},
};
use crate::error::Fault;

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    let has_code = interfaces.has(Feature::CliExitWithCode);
    interfaces.interface("cli/exit", |interface| {
        interface.func("exit", &["status"], exit);
        if has_code {
            interface.func("exit-with-code", &["status-code"], exit_with_code);
        }
    });
}

/// Success is 0, failure 1 (rule P2-RUN-03).
fn exit(_: &mut Call<'_>, (status,): (Result<(), ()>,)) -> Result<(), Fault> {
    Err(Fault::Exit(i32::from(status.is_err())))
}

fn exit_with_code(_: &mut Call<'_>, (code,): (u8,)) -> Result<(), Fault> {
    Err(Fault::Exit(code.into()))
}
