//! `wasi:random/insecure`.

use super::{super::define::Interfaces, bytes, number};

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    interfaces.interface("random/insecure", |interface| {
        interface.func("get-insecure-random-bytes", &["len"], bytes).func("get-insecure-random-u64", &[], number);
    });
}
