//! `wasi:random/insecure-seed`.

use super::{
    super::define::{Call, Interfaces},
    number,
};
use crate::error::Fault;

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    interfaces.interface("random/insecure-seed", |interface| {
        interface.func("insecure-seed", &[], insecure_seed);
    });
}

fn insecure_seed(call: &mut Call<'_>, (): ()) -> Result<(u64, u64), Fault> {
    Ok((number(call, ())?, number(call, ())?))
}
