//! `wasi:cli/stdin`, `stdout`, `stderr`: every call gives a new handle of the world's stream.

use super::super::{
    define::{Call, Interfaces},
    io::streams::{InputStream, OutputStream, Sink, Source},
    typing::Own,
};
use crate::error::Fault;

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    interfaces.interface("cli/stdin", |interface| {
        interface.func("get-stdin", &[], get_stdin);
    });
    interfaces.interface("cli/stdout", |interface| {
        interface.func("get-stdout", &[], get_stdout);
    });
    interfaces.interface("cli/stderr", |interface| {
        interface.func("get-stderr", &[], get_stderr);
    });
}

fn get_stdin(call: &mut Call<'_>, (): ()) -> Result<Own<InputStream>, Fault> {
    call.table().add(InputStream::new(Source::Stdin))
}

fn get_stdout(call: &mut Call<'_>, (): ()) -> Result<Own<OutputStream>, Fault> {
    call.table().add(OutputStream::new(Sink::Stdout))
}

fn get_stderr(call: &mut Call<'_>, (): ()) -> Result<Own<OutputStream>, Fault> {
    call.table().add(OutputStream::new(Sink::Stderr))
}
