//! `wasi:random/random`.

use super::{super::define::Interfaces, bytes, number};

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    interfaces.interface("random/random", |interface| {
        interface.func("get-random-bytes", &["len"], bytes).func("get-random-u64", &[], number);
    });
}
