//! `error-code` of `wasi:filesystem/types`.

use super::super::{
    define::{Call, Failure},
    io::error::IoError,
    typing::{Borrow, enumeration},
};
use crate::{error::Fault, wasi::world::FsError};

enumeration! {
    /// `error-code`.
    ErrorCode {
        Access "access",
        WouldBlock "would-block",
        Already "already",
        BadDescriptor "bad-descriptor",
        Busy "busy",
        Deadlock "deadlock",
        Quota "quota",
        Exist "exist",
        FileTooLarge "file-too-large",
        IllegalByteSequence "illegal-byte-sequence",
        InProgress "in-progress",
        Interrupted "interrupted",
        Invalid "invalid",
        Io "io",
        IsDirectory "is-directory",
        Loop "loop",
        TooManyLinks "too-many-links",
        MessageSize "message-size",
        NameTooLong "name-too-long",
        NoDevice "no-device",
        NoEntry "no-entry",
        NoLock "no-lock",
        InsufficientMemory "insufficient-memory",
        InsufficientSpace "insufficient-space",
        NotDirectory "not-directory",
        NotEmpty "not-empty",
        NotRecoverable "not-recoverable",
        Unsupported "unsupported",
        NoTty "no-tty",
        NoSuchDevice "no-such-device",
        Overflow "overflow",
        NotPermitted "not-permitted",
        Pipe "pipe",
        ReadOnly "read-only",
        InvalidSeek "invalid-seek",
        TextFileBusy "text-file-busy",
        CrossDevice "cross-device",
    }
}

/// What functions of files return.
pub(in crate::wasi::p2) type Done<T = ()> = Result<T, Failure<ErrorCode>>;

impl From<ErrorCode> for Failure<ErrorCode> {
    fn from(code: ErrorCode) -> Self {
        Failure::Code(code)
    }
}

impl From<FsError> for Failure<ErrorCode> {
    fn from(error: FsError) -> Self {
        Failure::Code(error.into())
    }
}

impl From<FsError> for ErrorCode {
    fn from(error: FsError) -> Self {
        match error {
            FsError::Access => ErrorCode::Access,
            FsError::NotPermitted => ErrorCode::NotPermitted,
            FsError::WouldBlock => ErrorCode::WouldBlock,
            FsError::BadDescriptor => ErrorCode::BadDescriptor,
            FsError::Busy => ErrorCode::Busy,
            FsError::Exists => ErrorCode::Exist,
            FsError::TooLarge => ErrorCode::FileTooLarge,
            FsError::IllegalSequence => ErrorCode::IllegalByteSequence,
            FsError::Invalid => ErrorCode::Invalid,
            FsError::Io => ErrorCode::Io,
            FsError::IsDirectory => ErrorCode::IsDirectory,
            FsError::Loop => ErrorCode::Loop,
            FsError::TooManyLinks => ErrorCode::TooManyLinks,
            FsError::NameTooLong => ErrorCode::NameTooLong,
            FsError::NoEntry => ErrorCode::NoEntry,
            FsError::NoSpace => ErrorCode::InsufficientSpace,
            FsError::NotDirectory => ErrorCode::NotDirectory,
            FsError::NotEmpty => ErrorCode::NotEmpty,
            FsError::NotSupported => ErrorCode::Unsupported,
            FsError::Overflow => ErrorCode::Overflow,
            FsError::Pipe => ErrorCode::Pipe,
            FsError::ReadOnly => ErrorCode::ReadOnly,
            FsError::InvalidSeek => ErrorCode::InvalidSeek,
            FsError::CrossDevice => ErrorCode::CrossDevice,
            FsError::NoSuchDevice => ErrorCode::NoSuchDevice,
            FsError::NoDevice => ErrorCode::NoDevice,
            FsError::TextBusy => ErrorCode::TextFileBusy,
            FsError::Quota => ErrorCode::Quota,
            // The interface has no code for descriptors that have run out, which are memory of the host.
            FsError::TooManyOpen | FsError::TooManyOpenAtAll | FsError::NoMemory => ErrorCode::InsufficientMemory,
            FsError::Interrupted => ErrorCode::Interrupted,
        }
    }
}

/// `filesystem-error-code`: the errors of streams are those of files.
pub(super) fn filesystem_error_code(
    call: &mut Call<'_>,
    (error,): (Borrow<IoError>,),
) -> Result<Option<ErrorCode>, Fault> {
    Ok(Some(call.table().get(error)?.0.into()))
}
