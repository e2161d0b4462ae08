//! `wasi:cli/terminal-input`, `terminal-output`, `terminal-stdin`, `terminal-stdout`, `terminal-stderr`: no stream of the
//! world is a terminal.

use super::super::{
    define::{Call, Interfaces},
    typing::{Own, Resource, resources},
};
use crate::error::Fault;
use std::convert::Infallible;

/// `terminal-input`: there is none.
#[derive(Debug)]
pub(in crate::wasi::p2) struct TerminalInput(#[allow(dead_code, reason = "there is no value of it")] Infallible);

/// `terminal-output`: there is none.
#[derive(Debug)]
pub(in crate::wasi::p2) struct TerminalOutput(#[allow(dead_code, reason = "there is no value of it")] Infallible);

resources! {
    TerminalInput = "terminal-input",
    TerminalOutput = "terminal-output",
}

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    interfaces.interface("cli/terminal-input", |interface| {
        interface.resource::<TerminalInput>();
    });
    interfaces.interface("cli/terminal-output", |interface| {
        interface.resource::<TerminalOutput>();
    });
    interfaces.interface("cli/terminal-stdin", |interface| {
        interface.func("get-terminal-stdin", &[], no_terminal::<TerminalInput>);
    });
    interfaces.interface("cli/terminal-stdout", |interface| {
        interface.func("get-terminal-stdout", &[], no_terminal::<TerminalOutput>);
    });
    interfaces.interface("cli/terminal-stderr", |interface| {
        interface.func("get-terminal-stderr", &[], no_terminal::<TerminalOutput>);
    });
}

fn no_terminal<T: Resource>(_: &mut Call<'_>, (): ()) -> Result<Option<Own<T>>, Fault> {
    Ok(None)
}
