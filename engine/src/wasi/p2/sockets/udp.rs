//! `wasi:sockets/udp` and `udp-create-socket`: a socket is never bound, and so has no streams.

use super::{
    super::{
        define::{Call, Interfaces},
        io::poll::subscribe,
        typing::{Borrow, Own, record, resources},
    },
    Done,
    network::{ErrorCode, IpAddressFamily, IpSocketAddress, Network},
    options::{Options, Socket, option},
};
use crate::error::Fault;
use std::convert::Infallible;

/// `udp-socket`.
#[derive(Debug)]
pub(in crate::wasi::p2) struct UdpSocket {
    family: IpAddressFamily,
    options: Options,
}

/// `incoming-datagram-stream`: there is none.
#[derive(Debug)]
pub(in crate::wasi::p2) struct IncomingDatagramStream(Infallible);

/// `outgoing-datagram-stream`: there is none.
#[derive(Debug)]
pub(in crate::wasi::p2) struct OutgoingDatagramStream(Infallible);

resources! {
    UdpSocket = "udp-socket",
    IncomingDatagramStream = "incoming-datagram-stream",
    OutgoingDatagramStream = "outgoing-datagram-stream",
}

impl Socket for UdpSocket {
    fn options(&mut self) -> &mut Options {
        &mut self.options
    }
}

record! {
    /// `incoming-datagram`.
    IncomingDatagram { data "data": Vec<u8>, remote_address "remote-address": IpSocketAddress, }
}

record! {
    /// `outgoing-datagram`.
    OutgoingDatagram { data "data": Vec<u8>, remote_address "remote-address": Option<IpSocketAddress>, }
}

type This = Borrow<UdpSocket>;

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    interfaces.interface("sockets/udp", |interface| {
        interface
            .resource::<UdpSocket>()
            .fallible("[method]udp-socket.start-bind", &["self", "network", "local-address"], start_bind)
            .fallible("[method]udp-socket.finish-bind", &["self"], finish_bind)
            .fallible("[method]udp-socket.stream", &["self", "remote-address"], stream)
            .fallible("[method]udp-socket.local-address", &["self"], address)
            .fallible("[method]udp-socket.remote-address", &["self"], address)
            .func("[method]udp-socket.address-family", &["self"], address_family)
            .func("[method]udp-socket.subscribe", &["self"], subscribe::<UdpSocket>)
            .resource::<IncomingDatagramStream>()
            .fallible("[method]incoming-datagram-stream.receive", &["self", "max-results"], receive)
            .func("[method]incoming-datagram-stream.subscribe", &["self"], subscribe::<IncomingDatagramStream>)
            .resource::<OutgoingDatagramStream>()
            .fallible("[method]outgoing-datagram-stream.check-send", &["self"], check_send)
            .fallible("[method]outgoing-datagram-stream.send", &["self", "datagrams"], send)
            .func("[method]outgoing-datagram-stream.subscribe", &["self"], subscribe::<OutgoingDatagramStream>);
        option!(interface, UdpSocket, "udp-socket", "unicast-hop-limit", hop_limit);
        option!(interface, UdpSocket, "udp-socket", "receive-buffer-size", receive_buffer_size);
        option!(interface, UdpSocket, "udp-socket", "send-buffer-size", send_buffer_size);
    });
    interfaces.interface("sockets/udp-create-socket", |interface| {
        interface.fallible("create-udp-socket", &["address-family"], create);
    });
}

fn create(call: &mut Call<'_>, (family,): (IpAddressFamily,)) -> Done<Own<UdpSocket>> {
    if !call.table().has_room() {
        return Err(ErrorCode::NewSocketLimit.into());
    }
    Ok(call.table().add(UdpSocket { family, options: Options::default() })?)
}

fn start_bind(call: &mut Call<'_>, (this, network, local): (This, Borrow<Network>, IpSocketAddress)) -> Done {
    call.table().get(network)?;
    let is_local = local.is_local(call.table().get(this)?.family);
    Err(if is_local { ErrorCode::AccessDenied } else { ErrorCode::InvalidArgument }.into())
}

fn finish_bind(call: &mut Call<'_>, (this,): (This,)) -> Done {
    call.table().get(this)?;
    Err(ErrorCode::NotInProgress.into())
}

type Streams = (Own<IncomingDatagramStream>, Own<OutgoingDatagramStream>);

fn stream(call: &mut Call<'_>, (this, remote): (This, Option<IpSocketAddress>)) -> Done<Streams> {
    let family = call.table().get(this)?.family;
    let is_remote = remote.is_none_or(|remote| remote.is_remote(family));
    Err(if is_remote { ErrorCode::InvalidState } else { ErrorCode::InvalidArgument }.into())
}

/// It has none, neither of its own nor of a peer.
fn address(call: &mut Call<'_>, (this,): (This,)) -> Done<IpSocketAddress> {
    call.table().get(this)?;
    Err(ErrorCode::InvalidState.into())
}

fn address_family(call: &mut Call<'_>, (this,): (This,)) -> Result<IpAddressFamily, Fault> {
    Ok(call.table().get(this)?.family)
}

fn receive(call: &mut Call<'_>, (this, _): (Borrow<IncomingDatagramStream>, u64)) -> Done<Vec<IncomingDatagram>> {
    match call.table().get(this)?.0 {}
}

fn check_send(call: &mut Call<'_>, (this,): (Borrow<OutgoingDatagramStream>,)) -> Done<u64> {
    match call.table().get(this)?.0 {}
}

fn send(call: &mut Call<'_>, (this, _): (Borrow<OutgoingDatagramStream>, Vec<OutgoingDatagram>)) -> Done<u64> {
    match call.table().get(this)?.0 {}
}
