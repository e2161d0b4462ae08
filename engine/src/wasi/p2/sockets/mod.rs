//! `wasi:sockets`: everything is there and may be configured; what would reach a network is denied, since the world has
//! none.

pub(super) mod ip_name_lookup;
pub(super) mod network;
mod options;
pub(super) mod tcp;
pub(super) mod udp;

use super::define::Failure;
use network::ErrorCode;

/// What functions of sockets return.
type Done<T = ()> = Result<T, Failure<ErrorCode>>;

impl From<ErrorCode> for Failure<ErrorCode> {
    fn from(code: ErrorCode) -> Self {
        Failure::Code(code)
    }
}
