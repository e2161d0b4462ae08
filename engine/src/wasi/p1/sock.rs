//! `sock_*`: the world has no sockets, so every open descriptor is `notsock`.

use super::{
    call::Call,
    errno::{Done, Errno},
    types::fdflags,
};

/// All `riflags`: peek, and wait for all.
const RIFLAGS: u16 = 3;
/// All `siflags`: the text defines none, and asks for zero.
const SIFLAGS: u16 = 0;
/// All `sdflags`: one for each direction.
const SDFLAGS: u16 = 3;

fn no_socket(call: &mut Call<'_, '_>) -> Done {
    let fd = call.u32(0);
    call.table().get(fd)?;
    Err(Errno::Notsock.into())
}

/// `sock_accept`.
pub(super) fn sock_accept(call: &mut Call<'_, '_>) -> Done {
    call.flags(1, fdflags::ALL)?;
    no_socket(call)
}

/// `sock_recv`.
pub(super) fn sock_recv(call: &mut Call<'_, '_>) -> Done {
    call.flags(3, RIFLAGS)?;
    no_socket(call)
}

/// `sock_send`.
pub(super) fn sock_send(call: &mut Call<'_, '_>) -> Done {
    call.flags(3, SIFLAGS)?;
    no_socket(call)
}

/// `sock_shutdown`.
pub(super) fn sock_shutdown(call: &mut Call<'_, '_>) -> Done {
    call.flags(1, SDFLAGS)?;
    no_socket(call)
}
