//! `wasi:sockets/tcp` and `tcp-create-socket`: a socket is `unbound`, and `closed` after an attempt to connect, which is denied
//! (TcpSocketOperationalSemantics.md).

use super::{
    super::{
        define::{Call, Interfaces},
        io::{
            poll::subscribe,
            streams::{InputStream, OutputStream},
        },
        typing::{Borrow, Own, Resource, enumeration},
    },
    Done,
    network::{ErrorCode, IpAddressFamily, IpSocketAddress, Network},
    options::{Options, Socket, option},
};
use crate::error::Fault;

/// `tcp-socket`.
#[derive(Debug)]
pub(in crate::wasi::p2) struct TcpSocket {
    family: IpAddressFamily,
    options: Options,
    is_closed: bool,
}

impl Resource for TcpSocket {
    const NAME: &'static str = "tcp-socket";
}

impl Socket for TcpSocket {
    fn options(&mut self) -> &mut Options {
        &mut self.options
    }
}

enumeration! {
    /// `shutdown-type`.
    ShutdownType { Receive "receive", Send "send", Both "both", }
}

type This = Borrow<TcpSocket>;

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    interfaces.interface("sockets/tcp", |interface| {
        interface
            .resource::<TcpSocket>()
            .fallible("[method]tcp-socket.start-bind", &["self", "network", "local-address"], start_bind)
            .fallible("[method]tcp-socket.finish-bind", &["self"], not_in_progress::<()>)
            .fallible("[method]tcp-socket.start-connect", &["self", "network", "remote-address"], start_connect)
            .fallible(
                "[method]tcp-socket.finish-connect",
                &["self"],
                not_in_progress::<(Own<InputStream>, Own<OutputStream>)>,
            )
            .fallible("[method]tcp-socket.start-listen", &["self"], invalid_state::<()>)
            .fallible("[method]tcp-socket.finish-listen", &["self"], not_in_progress::<()>)
            .fallible(
                "[method]tcp-socket.accept",
                &["self"],
                invalid_state::<(Own<TcpSocket>, Own<InputStream>, Own<OutputStream>)>,
            )
            .fallible("[method]tcp-socket.local-address", &["self"], invalid_state::<IpSocketAddress>)
            .fallible("[method]tcp-socket.remote-address", &["self"], invalid_state::<IpSocketAddress>)
            .func("[method]tcp-socket.is-listening", &["self"], is_listening)
            .func("[method]tcp-socket.address-family", &["self"], address_family)
            .fallible("[method]tcp-socket.set-listen-backlog-size", &["self", "value"], set_listen_backlog_size)
            .func("[method]tcp-socket.subscribe", &["self"], subscribe::<TcpSocket>)
            .fallible("[method]tcp-socket.shutdown", &["self", "shutdown-type"], shutdown);
        option!(interface, TcpSocket, "tcp-socket", "keep-alive-enabled", keep_alive_enabled);
        option!(interface, TcpSocket, "tcp-socket", "keep-alive-idle-time", keep_alive_idle_time);
        option!(interface, TcpSocket, "tcp-socket", "keep-alive-interval", keep_alive_interval);
        option!(interface, TcpSocket, "tcp-socket", "keep-alive-count", keep_alive_count);
        option!(interface, TcpSocket, "tcp-socket", "hop-limit", hop_limit);
        option!(interface, TcpSocket, "tcp-socket", "receive-buffer-size", receive_buffer_size);
        option!(interface, TcpSocket, "tcp-socket", "send-buffer-size", send_buffer_size);
    });
    interfaces.interface("sockets/tcp-create-socket", |interface| {
        interface.fallible("create-tcp-socket", &["address-family"], create);
    });
}

fn create(call: &mut Call<'_>, (family,): (IpAddressFamily,)) -> Done<Own<TcpSocket>> {
    if !call.table().has_room() {
        return Err(ErrorCode::NewSocketLimit.into());
    }
    Ok(call.table().add(TcpSocket { family, options: Options::default(), is_closed: false })?)
}

fn start_bind(call: &mut Call<'_>, (this, network, local): (This, Borrow<Network>, IpSocketAddress)) -> Done {
    call.table().get(network)?;
    let socket = call.table().get(this)?;
    Err(match socket.is_closed {
        true => ErrorCode::InvalidState,
        false if local.is_local(socket.family) && local.is_unicast() => ErrorCode::AccessDenied,
        false => ErrorCode::InvalidArgument,
    }
    .into())
}

fn start_connect(call: &mut Call<'_>, (this, network, remote): (This, Borrow<Network>, IpSocketAddress)) -> Done {
    call.table().get(network)?;
    let socket = call.table().get(this)?;
    if socket.is_closed {
        return Err(ErrorCode::InvalidState.into());
    }
    // "After a failed connection attempt, the socket will be in the closed state" could be read so that arguments which allow
    // no attempt leave it as it was. The table of transitions that TcpSocketOperationalSemantics calls exhaustive has one only
    // for an error of `start-connect`: from unbound to closed.
    socket.is_closed = true;
    let is_possible = remote.is_remote(socket.family) && remote.is_unicast();
    Err(if is_possible { ErrorCode::AccessDenied } else { ErrorCode::InvalidArgument }.into())
}

/// Nothing was ever started.
fn not_in_progress<T>(call: &mut Call<'_>, (this,): (This,)) -> Done<T> {
    call.table().get(this)?;
    Err(ErrorCode::NotInProgress.into())
}

/// The socket is neither bound nor listening nor connected.
fn invalid_state<T>(call: &mut Call<'_>, (this,): (This,)) -> Done<T> {
    call.table().get(this)?;
    Err(ErrorCode::InvalidState.into())
}

fn is_listening(call: &mut Call<'_>, (this,): (This,)) -> Result<bool, Fault> {
    call.table().get(this)?;
    Ok(false)
}

fn address_family(call: &mut Call<'_>, (this,): (This,)) -> Result<IpAddressFamily, Fault> {
    Ok(call.table().get(this)?.family)
}

/// A hint, which is not even kept: there is no function that tells it.
fn set_listen_backlog_size(call: &mut Call<'_>, (this, value): (This, u64)) -> Done {
    call.table().get(this)?;
    if value == 0 { Err(ErrorCode::InvalidArgument.into()) } else { Ok(()) }
}

fn shutdown(call: &mut Call<'_>, (this, _): (This, ShutdownType)) -> Done {
    invalid_state(call, (this,))
}
