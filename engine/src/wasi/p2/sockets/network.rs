//! `wasi:sockets/network` and `instance-network`.

use super::super::{
    Feature,
    define::{Call, Interfaces},
    io::error::IoError,
    typing::{Borrow, Own, Resource, enumeration, record, variant},
};
use crate::error::Fault;

/// `network`: the world's, which reaches nobody.
#[derive(Debug)]
pub(in crate::wasi::p2) struct Network;

impl Resource for Network {
    const NAME: &'static str = "network";
}

enumeration! {
    /// `error-code`.
    ErrorCode {
        Unknown "unknown",
        AccessDenied "access-denied",
        NotSupported "not-supported",
        InvalidArgument "invalid-argument",
        OutOfMemory "out-of-memory",
        Timeout "timeout",
        ConcurrencyConflict "concurrency-conflict",
        NotInProgress "not-in-progress",
        WouldBlock "would-block",
        InvalidState "invalid-state",
        NewSocketLimit "new-socket-limit",
        AddressNotBindable "address-not-bindable",
        AddressInUse "address-in-use",
        RemoteUnreachable "remote-unreachable",
        ConnectionRefused "connection-refused",
        ConnectionReset "connection-reset",
        ConnectionAborted "connection-aborted",
        DatagramTooLarge "datagram-too-large",
        NameUnresolvable "name-unresolvable",
        TemporaryResolverFailure "temporary-resolver-failure",
        PermanentResolverFailure "permanent-resolver-failure",
    }
}

enumeration! {
    /// `ip-address-family`.
    IpAddressFamily { Ipv4 "ipv4", Ipv6 "ipv6", }
}

type Ipv4Address = (u8, u8, u8, u8);
type Ipv6Address = (u16, u16, u16, u16, u16, u16, u16, u16);

variant! {
    /// `ip-address`.
    #[derive(Debug)]
    pub(in crate::wasi::p2) IpAddress { Ipv4(Ipv4Address) "ipv4", Ipv6(Ipv6Address) "ipv6", }
}

impl From<std::net::IpAddr> for IpAddress {
    fn from(address: std::net::IpAddr) -> Self {
        match address {
            std::net::IpAddr::V4(address) => IpAddress::Ipv4(address.octets().into()),
            std::net::IpAddr::V6(address) => IpAddress::Ipv6(address.segments().into()),
        }
    }
}

record! {
    /// `ipv4-socket-address`.
    Ipv4SocketAddress { port "port": u16, address "address": Ipv4Address, }
}

record! {
    /// `ipv6-socket-address`.
    Ipv6SocketAddress {
        port "port": u16,
        flow_info "flow-info": u32,
        address "address": Ipv6Address,
        scope_id "scope-id": u32,
    }
}

variant! {
    /// `ip-socket-address`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(in crate::wasi::p2) IpSocketAddress { Ipv4(Ipv4SocketAddress) "ipv4", Ipv6(Ipv6SocketAddress) "ipv6", }
}

impl IpSocketAddress {
    fn parts(&self) -> (std::net::IpAddr, u16) {
        match self {
            IpSocketAddress::Ipv4(Ipv4SocketAddress { port, address: (a, b, c, d) }) => {
                (std::net::Ipv4Addr::new(*a, *b, *c, *d).into(), *port)
            }
            IpSocketAddress::Ipv6(Ipv6SocketAddress { port, address: (a, b, c, d, e, f, g, h), .. }) => {
                (std::net::Ipv6Addr::new(*a, *b, *c, *d, *e, *f, *g, *h).into(), *port)
            }
        }
    }

    /// Whether it is the address of one interface; those of TCP are.
    pub fn is_unicast(&self) -> bool {
        match self.parts().0 {
            std::net::IpAddr::V4(address) => !address.is_multicast() && !address.is_broadcast(),
            std::net::IpAddr::V6(address) => !address.is_multicast(),
        }
    }

    /// Whether a socket of this family can have it as its own address.
    pub fn is_local(&self, family: IpAddressFamily) -> bool {
        match self.parts().0 {
            std::net::IpAddr::V4(_) => family == IpAddressFamily::Ipv4,
            std::net::IpAddr::V6(address) => family == IpAddressFamily::Ipv6 && address.to_ipv4_mapped().is_none(),
        }
    }

    /// Whether it is a peer that a socket of this family can have.
    pub fn is_remote(&self, family: IpAddressFamily) -> bool {
        let (address, port) = self.parts();
        self.is_local(family) && !address.is_unspecified() && port != 0
    }
}

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    interfaces.interface("sockets/network", |interface| {
        interface.resource::<Network>();
        if interface.has(Feature::NetworkErrorCode) {
            interface.func("network-error-code", &["err"], network_error_code);
        }
    });
    interfaces.interface("sockets/instance-network", |interface| {
        interface.func("instance-network", &[], instance_network);
    });
}

fn instance_network(call: &mut Call<'_>, (): ()) -> Result<Own<Network>, Fault> {
    call.table().add(Network)
}

/// No stream of this host is one of a network.
fn network_error_code(call: &mut Call<'_>, (error,): (Borrow<IoError>,)) -> Result<Option<ErrorCode>, Fault> {
    call.table().get(error)?;
    Ok(None)
}
