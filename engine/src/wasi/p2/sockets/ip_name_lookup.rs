//! `wasi:sockets/ip-name-lookup`: nobody is asked.

use super::{
    super::{
        define::{Call, Interfaces},
        io::poll::subscribe,
        typing::{Borrow, Own, Resource},
    },
    Done,
    network::{ErrorCode, IpAddress, Network},
};
use std::convert::Infallible;

/// `resolve-address-stream`: there is none.
#[derive(Debug)]
pub(in crate::wasi::p2) struct ResolveAddressStream(Infallible);

impl Resource for ResolveAddressStream {
    const NAME: &'static str = "resolve-address-stream";
}

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    interfaces.interface("sockets/ip-name-lookup", |interface| {
        interface
            .fallible("resolve-addresses", &["network", "name"], resolve_addresses)
            .resource::<ResolveAddressStream>()
            .fallible("[method]resolve-address-stream.resolve-next-address", &["self"], resolve_next_address)
            .func("[method]resolve-address-stream.subscribe", &["self"], subscribe::<ResolveAddressStream>);
    });
}

fn resolve_addresses(
    call: &mut Call<'_>,
    (network, name): (Borrow<Network>, String),
) -> Done<Own<ResolveAddressStream>> {
    call.table().get(network)?;
    let is_name = !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control());
    Err(if is_name { ErrorCode::AccessDenied } else { ErrorCode::InvalidArgument }.into())
}

fn resolve_next_address(call: &mut Call<'_>, (this,): (Borrow<ResolveAddressStream>,)) -> Done<Option<IpAddress>> {
    match call.table().get(this)?.0 {}
}
