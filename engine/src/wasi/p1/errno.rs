//! `errno` and how a function fails.

use super::super::world::FsError;
use crate::error::Fault;

/// The ABI's `errno`, by the names it has there (`2big` is [`Errno::TooBig`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u16)]
#[rustfmt::skip]
#[allow(missing_docs, reason = "the variants are the interface's own words")]
pub enum Errno {
    Success, TooBig, Acces, Addrinuse, Addrnotavail, Afnosupport,
    Again, Already, Badf, Badmsg, Busy, Canceled,
    Child, Connaborted, Connrefused, Connreset, Deadlk, Destaddrreq,
    Dom, Dquot, Exist, Fault, Fbig, Hostunreach,
    Idrm, Ilseq, Inprogress, Intr, Inval, Io,
    Isconn, Isdir, Loop, Mfile, Mlink, Msgsize,
    Multihop, Nametoolong, Netdown, Netreset, Netunreach, Nfile,
    Nobufs, Nodev, Noent, Noexec, Nolck, Nolink,
    Nomem, Nomsg, Noprotoopt, Nospc, Nosys, Notconn,
    Notdir, Notempty, Notrecoverable, Notsock, Notsup, Notty,
    Nxio, Overflow, Ownerdead, Perm, Pipe, Proto,
    Protonosupport, Prototype, Range, Rofs, Spipe, Srch,
    Stale, Timedout, Txtbsy, Xdev, Notcapable,
}

impl From<FsError> for Errno {
    fn from(error: FsError) -> Self {
        match error {
            FsError::Access => Errno::Acces,
            FsError::NotPermitted => Errno::Perm,
            FsError::WouldBlock => Errno::Again,
            FsError::BadDescriptor => Errno::Badf,
            FsError::Busy => Errno::Busy,
            FsError::Exists => Errno::Exist,
            FsError::TooLarge => Errno::Fbig,
            FsError::IllegalSequence => Errno::Ilseq,
            FsError::Invalid => Errno::Inval,
            FsError::Io => Errno::Io,
            FsError::IsDirectory => Errno::Isdir,
            FsError::Loop => Errno::Loop,
            FsError::TooManyLinks => Errno::Mlink,
            FsError::NameTooLong => Errno::Nametoolong,
            FsError::NoEntry => Errno::Noent,
            FsError::NoSpace => Errno::Nospc,
            FsError::NotDirectory => Errno::Notdir,
            FsError::NotEmpty => Errno::Notempty,
            FsError::NotSupported => Errno::Notsup,
            FsError::Overflow => Errno::Overflow,
            FsError::Pipe => Errno::Pipe,
            FsError::ReadOnly => Errno::Rofs,
            FsError::InvalidSeek => Errno::Spipe,
            FsError::CrossDevice => Errno::Xdev,
            FsError::NoSuchDevice => Errno::Nxio,
            FsError::NoDevice => Errno::Nodev,
            FsError::TextBusy => Errno::Txtbsy,
            FsError::TooManyOpen => Errno::Mfile,
            FsError::TooManyOpenAtAll => Errno::Nfile,
            FsError::Quota => Errno::Dquot,
            FsError::NoMemory => Errno::Nomem,
            FsError::Interrupted => Errno::Intr,
        }
    }
}

/// How a function fails: with an `errno` that the guest sees, or so that the guest does not go on.
#[derive(Debug, Clone)]
pub(super) enum Failure {
    Errno(Errno),
    Fault(Fault),
}

/// What functions return.
pub(super) type Done<T = ()> = Result<T, Failure>;

impl From<Errno> for Failure {
    fn from(errno: Errno) -> Self {
        Failure::Errno(errno)
    }
}

impl From<FsError> for Failure {
    fn from(error: FsError) -> Self {
        Failure::Errno(error.into())
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Failure::Fault(fault)
    }
}
