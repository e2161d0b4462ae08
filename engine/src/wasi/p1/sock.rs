//! `sock_*`: the world has no sockets, so every open descriptor is `notsock`.

use super::{
    call::Call,
    errno::{Done, Errno},
};

fn no_socket(call: &mut Call<'_, '_>) -> Done {
    let fd = call.u32(0);
    call.table().get(fd)?;
    Err(Errno::Notsock.into())
}

/// `sock_accept`.
pub(super) fn sock_accept(call: &mut Call<'_, '_>) -> Done {
    no_socket(call)
}

/// `sock_recv`.
pub(super) fn sock_recv(call: &mut Call<'_, '_>) -> Done {
    no_socket(call)
}

/// `sock_send`.
pub(super) fn sock_send(call: &mut Call<'_, '_>) -> Done {
    no_socket(call)
}

/// `sock_shutdown`.
pub(super) fn sock_shutdown(call: &mut Call<'_, '_>) -> Done {
    no_socket(call)
}
