//! What can be set on a socket: it is kept and given back, and nothing comes of it.

use super::{
    super::{
        define::Call,
        typing::{Borrow, Resource, Type},
    },
    Done,
    network::ErrorCode,
};

/// The options of a socket; times in nanoseconds, sizes in bytes.
#[derive(Debug, Clone)]
pub(super) struct Options {
    pub keep_alive_enabled: bool,
    pub keep_alive_idle_time: u64,
    pub keep_alive_interval: u64,
    pub keep_alive_count: u32,
    pub hop_limit: u8,
    pub receive_buffer_size: u64,
    pub send_buffer_size: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            keep_alive_enabled: false,
            keep_alive_idle_time: 7_200_000_000_000,
            keep_alive_interval: 75_000_000_000,
            keep_alive_count: 9,
            hop_limit: 64,
            receive_buffer_size: 1 << 16,
            send_buffer_size: 1 << 16,
        }
    }
}

/// A socket with options.
pub(super) trait Socket: Resource {
    fn options(&mut self) -> &mut Options;
}

/// A value that may be an option's.
pub(super) trait Value: Type + Copy {
    fn is_allowed(self) -> bool;
}

impl Value for bool {
    fn is_allowed(self) -> bool {
        true
    }
}

macro_rules! not_zero {
    ($($ty:ty)*) => {$(
        impl Value for $ty {
            fn is_allowed(self) -> bool {
                self != 0
            }
        }
    )*};
}

not_zero!(u8 u32 u64);

/// Sets the option that `place` finds; 0 is `invalid-argument`.
pub(super) fn set<S: Socket, T: Value>(
    call: &mut Call<'_>,
    (this, value): (Borrow<S>, T),
    place: fn(&mut Options) -> &mut T,
) -> Done {
    if !value.is_allowed() {
        return Err(ErrorCode::InvalidArgument.into());
    }
    *place(call.table().get(this)?.options()) = value;
    Ok(())
}

/// The functions that get and set an option.
macro_rules! option {
    ($interface:ident, $socket:ty, $resource:literal, $name:literal, $field:ident) => {
        $interface
            .fallible(concat!("[method]", $resource, ".", $name), &["self"], |call, (this,): (Borrow<$socket>,)| {
                let options = call.table().get(this)?.options();
                Ok::<_, $crate::wasi::p2::define::Failure<ErrorCode>>(options.$field)
            })
            .fallible(concat!("[method]", $resource, ".set-", $name), &["self", "value"], |call, args| {
                $crate::wasi::p2::sockets::options::set::<$socket, _>(call, args, |options| &mut options.$field)
            })
    };
}

pub(super) use option;
