//! Why an operation of the world fails: the reasons that both previews can tell a guest.

use std::io;
use thiserror::Error;

/// Why a file operation failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum FsError {
    /// The system refuses access.
    #[error("permission denied")]
    Access,
    /// The path would leave the directory that it is relative to.
    #[error("operation not permitted")]
    NotPermitted,
    /// The operation would have to wait.
    #[error("would block")]
    WouldBlock,
    /// The object is not open for this.
    #[error("bad descriptor")]
    BadDescriptor,
    /// In use.
    #[error("busy")]
    Busy,
    /// There is something of this name.
    #[error("exists")]
    Exists,
    /// Larger than a file can be.
    #[error("file too large")]
    TooLarge,
    /// Not UTF-8.
    #[error("illegal byte sequence")]
    IllegalSequence,
    /// An argument outside its range.
    #[error("invalid argument")]
    Invalid,
    /// The device failed.
    #[error("input or output error")]
    Io,
    /// A directory where none may be.
    #[error("is a directory")]
    IsDirectory,
    /// Too many symbolic links.
    #[error("too many symbolic links")]
    Loop,
    /// More links than an inode can have.
    #[error("too many links")]
    TooManyLinks,
    /// A name that is too long.
    #[error("name too long")]
    NameTooLong,
    /// There is nothing of this name.
    #[error("no such file or directory")]
    NoEntry,
    /// No space is left.
    #[error("no space left")]
    NoSpace,
    /// No directory where one must be.
    #[error("not a directory")]
    NotDirectory,
    /// The directory has entries.
    #[error("directory not empty")]
    NotEmpty,
    /// The backend cannot do it.
    #[error("not supported")]
    NotSupported,
    /// A number outside its type.
    #[error("overflow")]
    Overflow,
    /// Nobody reads the other end.
    #[error("broken pipe")]
    Pipe,
    /// The file system is read-only.
    #[error("read-only file system")]
    ReadOnly,
    /// The object has no position.
    #[error("invalid seek")]
    InvalidSeek,
    /// The two names are on different file systems.
    #[error("cross-device link")]
    CrossDevice,
    /// There is no device, or nobody at the other end, behind the name.
    #[error("no such device or address")]
    NoSuchDevice,
    /// The device cannot do it.
    #[error("no such device")]
    NoDevice,
    /// A program that runs.
    #[error("text file busy")]
    TextBusy,
    /// This process has too many files open.
    #[error("too many open files")]
    TooManyOpen,
    /// The system has too many files open.
    #[error("too many open files in the system")]
    TooManyOpenAtAll,
    /// The user may keep no more.
    #[error("quota exceeded")]
    Quota,
    /// No memory is left.
    #[error("out of memory")]
    NoMemory,
    /// A signal came before it was done.
    #[error("interrupted")]
    Interrupted,
}

impl From<io::Error> for FsError {
    fn from(error: io::Error) -> Self {
        if let Some(known) = error.raw_os_error().and_then(by_number) {
            return known;
        }
        match error.kind() {
            io::ErrorKind::NotFound => FsError::NoEntry,
            // The capability crate refuses escapes without a number of the system.
            io::ErrorKind::PermissionDenied if error.raw_os_error().is_none() => FsError::NotPermitted,
            io::ErrorKind::PermissionDenied => FsError::Access,
            io::ErrorKind::AlreadyExists => FsError::Exists,
            io::ErrorKind::InvalidInput => FsError::Invalid,
            io::ErrorKind::InvalidData => FsError::IllegalSequence,
            io::ErrorKind::NotADirectory => FsError::NotDirectory,
            io::ErrorKind::IsADirectory => FsError::IsDirectory,
            io::ErrorKind::DirectoryNotEmpty => FsError::NotEmpty,
            io::ErrorKind::ReadOnlyFilesystem => FsError::ReadOnly,
            io::ErrorKind::StorageFull => FsError::NoSpace,
            io::ErrorKind::QuotaExceeded => FsError::Quota,
            io::ErrorKind::FileTooLarge => FsError::TooLarge,
            io::ErrorKind::NotSeekable => FsError::InvalidSeek,
            io::ErrorKind::ResourceBusy => FsError::Busy,
            io::ErrorKind::ExecutableFileBusy => FsError::TextBusy,
            io::ErrorKind::CrossesDevices => FsError::CrossDevice,
            io::ErrorKind::TooManyLinks => FsError::TooManyLinks,
            io::ErrorKind::BrokenPipe => FsError::Pipe,
            io::ErrorKind::WouldBlock => FsError::WouldBlock,
            io::ErrorKind::Unsupported => FsError::NotSupported,
            io::ErrorKind::OutOfMemory => FsError::NoMemory,
            io::ErrorKind::Interrupted => FsError::Interrupted,
            _ => FsError::Io,
        }
    }
}

/// Reasons that the standard library has no stable name for.
fn by_number(number: i32) -> Option<FsError> {
    if !cfg!(unix) {
        return None;
    }
    let (link_loop, name_too_long, overflow) =
        if cfg!(any(target_os = "linux", target_os = "android")) { (40, 36, 75) } else { (62, 63, 84) };
    match number {
        1 => Some(FsError::NotPermitted),
        6 => Some(FsError::NoSuchDevice),
        9 => Some(FsError::BadDescriptor),
        19 => Some(FsError::NoDevice),
        23 => Some(FsError::TooManyOpenAtAll),
        24 => Some(FsError::TooManyOpen),
        n if n == link_loop => Some(FsError::Loop),
        n if n == name_too_long => Some(FsError::NameTooLong),
        n if n == overflow => Some(FsError::Overflow),
        _ => None,
    }
}
