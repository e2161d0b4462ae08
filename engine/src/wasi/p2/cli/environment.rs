//! `wasi:cli/environment`: the same values at every call (rule P2-ENV-01).

use super::super::define::{Call, Interfaces};
use crate::error::Fault;

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    interfaces.interface("cli/environment", |interface| {
        interface.func("get-environment", &[], get_environment).func("get-arguments", &[], get_arguments).func(
            "initial-cwd",
            &[],
            initial_cwd,
        );
    });
}

fn get_environment(call: &mut Call<'_>, (): ()) -> Result<Vec<(String, String)>, Fault> {
    Ok(call.world().env.clone())
}

fn get_arguments(call: &mut Call<'_>, (): ()) -> Result<Vec<String>, Fault> {
    Ok(call.world().args.clone())
}

/// The world has no current directory: programs begin at their preopened ones.
fn initial_cwd(_: &mut Call<'_>, (): ()) -> Result<Option<String>, Fault> {
    Ok(None)
}
