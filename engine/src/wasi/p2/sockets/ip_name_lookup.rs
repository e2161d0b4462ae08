//! `wasi:sockets/ip-name-lookup`: nobody is asked, and so only addresses are found.

use super::{
    super::{
        define::{Call, Interfaces},
        io::poll::subscribe,
        typing::{Borrow, Own, Resource},
    },
    Done,
    network::{ErrorCode, IpAddress, Network},
};
use std::net::IpAddr;

/// The longest name, in bytes (RFC 1035, 2.3.4).
const MAX_NAME: usize = 253;
/// The longest label, in bytes.
const MAX_LABEL: usize = 63;

/// `resolve-address-stream`: the address, until it has been told, or why there is none.
#[derive(Debug)]
pub(in crate::wasi::p2) struct ResolveAddressStream(Result<Option<IpAddress>, ErrorCode>);

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

/// The text of an address is the address, for which nobody has to be asked; names are denied.
fn resolve_addresses(
    call: &mut Call<'_>,
    (network, name): (Borrow<Network>, String),
) -> Done<Own<ResolveAddressStream>> {
    call.table().get(network)?;
    let found = match name.parse::<IpAddr>() {
        // An address is given back as it is, and one like this is never given: there is no suitable one.
        Ok(IpAddr::V6(address)) if address.to_ipv4_mapped().is_some() => Err(ErrorCode::NameUnresolvable),
        Ok(address) => Ok(Some(address.into())),
        Err(_) if is_domain(&name) => return Err(ErrorCode::AccessDenied.into()),
        Err(_) => return Err(ErrorCode::InvalidArgument.into()),
    };
    Ok(call.table().add(ResolveAddressStream(found))?)
}

/// Whether it may be a domain name (RFC 1035, 2.3.4, with the underscores that RFC 2181 allows). What is not ASCII may
/// become a name by IDNA. What ends in a number is an address that cannot be (RFC 1123, 2.1).
fn is_domain(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_number = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_digit());
    let mut labels = name.split(['.', '\u{3002}']);
    (!name.is_ascii() || name.len() <= MAX_NAME)
        && !labels.clone().next_back().is_some_and(is_number)
        && labels.all(is_label)
}

fn is_label(label: &str) -> bool {
    let is_letter = |c: char| match c.is_ascii() {
        true => c.is_ascii_alphanumeric() || c == '-' || c == '_',
        false => !c.is_whitespace() && !c.is_control(),
    };
    // IDNA makes `xn--` and at least one letter a letter of it.
    let len = if label.is_ascii() { label.len() } else { label.chars().count() + "xn--".len() };
    (1..=MAX_LABEL).contains(&len)
        && label.chars().all(is_letter)
        && !(label.is_ascii() && (label.starts_with('-') || label.ends_with('-')))
}

fn resolve_next_address(call: &mut Call<'_>, (this,): (Borrow<ResolveAddressStream>,)) -> Done<Option<IpAddress>> {
    match &mut call.table().get(this)?.0 {
        Ok(address) => Ok(address.take()),
        Err(code) => Err((*code).into()),
    }
}
