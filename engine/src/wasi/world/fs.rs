//! Files and directories, whatever keeps them.

use super::{FsError, HostDir, HostFile, Readiness, VirtualDir, VirtualFile};

/// What kind of object a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the variants are the interfaces' own words")]
pub enum FileKind {
    Unknown,
    BlockDevice,
    CharacterDevice,
    Directory,
    Fifo,
    RegularFile,
    Socket,
    SymbolicLink,
}

/// The attributes of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// Device.
    pub dev: u64,
    /// Inode number, unique on the device.
    pub ino: u64,
    /// Kind.
    pub kind: FileKind,
    /// Number of names.
    pub nlink: u64,
    /// Length in bytes; of a symbolic link that of its target.
    pub size: u64,
    /// Last access, in nanoseconds since 1970.
    pub atime: u64,
    /// Last change of the contents.
    pub mtime: u64,
    /// Last change of the attributes.
    pub ctime: u64,
}

/// New times; `None` leaves one as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// Last access, in nanoseconds since 1970.
    pub atime: Option<u64>,
    /// Last change of the contents.
    pub mtime: Option<u64>,
}

/// How to open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OpenOptions {
    /// Follow a symbolic link at the end of the path.
    pub follow: bool,
    /// Make a file if there is none.
    pub create: bool,
    /// Fail if there is something, whether a file is to be made or not.
    pub exclusive: bool,
    /// Cut the file to nothing.
    pub truncate: bool,
    /// Fail unless it is a directory.
    pub directory: bool,
    /// For reading.
    pub read: bool,
    /// For writing.
    pub write: bool,
}

/// What was opened.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the variants say it")]
pub enum Opened {
    File(File),
    Dir(Dir),
}

/// An entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Name.
    pub name: String,
    /// Inode number.
    pub ino: u64,
    /// Kind.
    pub kind: FileKind,
}

/// An open file; clones are the same file. Positions are the callers'.
#[derive(Debug, Clone)]
pub enum File {
    /// In memory.
    Virtual(VirtualFile),
    /// Of the host.
    Host(HostFile),
}

/// An open directory, which no path relative to it can leave; clones are the same directory.
#[derive(Debug, Clone)]
pub enum Dir {
    /// In memory.
    Virtual(VirtualDir),
    /// Of the host.
    Host(HostDir),
}

/// The longest target of a symbolic link, in bytes: what systems take.
const LONGEST_TARGET: usize = 4095;

/// Calls the method of whatever keeps the object.
macro_rules! forward {
    ($self:ident, $inner:ident => $call:expr) => {
        match $self {
            Self::Virtual($inner) => $call,
            Self::Host($inner) => $call,
        }
    };
}

/// The errors of all methods are the reasons of [`FsError`].
#[allow(clippy::missing_errors_doc, reason = "said once above")]
impl File {
    /// Reads from `offset`; 0 is the end.
    pub fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, FsError> {
        forward!(self, file => file.read_at(offset, buf))
    }

    /// Whether it has positions to read and write at. Pipes and terminals have none: [`read_next`](Self::read_next) and
    /// [`write_next`](Self::write_next) are for them, and what asks for a position is [`FsError::InvalidSeek`].
    pub fn has_positions(&self) -> bool {
        match self {
            File::Virtual(_) => true,
            File::Host(file) => file.has_positions(),
        }
    }

    /// Reads what comes next, of a file that has no positions; [`FsError::WouldBlock`] if there is nothing yet, and 0 is
    /// the end.
    pub fn read_next(&self, buf: &mut [u8]) -> Result<usize, FsError> {
        match self {
            File::Virtual(_) => Err(FsError::NotSupported),
            File::Host(file) => file.read_next(buf),
        }
    }

    /// Writes as much of `bytes` as is taken without waiting, of a file that has no positions; [`FsError::WouldBlock`] if
    /// that is nothing.
    pub fn write_next(&self, bytes: &[u8]) -> Result<usize, FsError> {
        match self {
            File::Virtual(_) => Err(FsError::NotSupported),
            File::Host(file) => file.write_next(bytes),
        }
    }

    /// What can be read without waiting, of a file that has no positions; `None` of any other.
    pub fn stream_ready(&self) -> Option<Readiness> {
        match self {
            File::Virtual(_) => None,
            File::Host(file) => file.stream_ready(),
        }
    }

    /// What kind of object it is: the host's directories have devices and pipes in them, too.
    pub fn kind(&self) -> FileKind {
        match self {
            File::Virtual(_) => FileKind::RegularFile,
            File::Host(file) => file.stat().map_or(FileKind::Unknown, |stat| stat.kind),
        }
    }

    /// Writes all of `bytes` at `offset`.
    pub fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), FsError> {
        forward!(self, file => file.write_at(offset, bytes))
    }

    /// The attributes.
    pub fn stat(&self) -> Result<Stat, FsError> {
        forward!(self, file => file.stat())
    }

    /// Cuts or extends with zeros.
    pub fn set_size(&self, size: u64) -> Result<(), FsError> {
        forward!(self, file => file.set_size(size))
    }

    /// Sets times.
    pub fn set_times(&self, times: Times) -> Result<(), FsError> {
        forward!(self, file => file.set_times(times))
    }

    /// Waits until everything is kept safe; `data_only` leaves the attributes out.
    pub fn sync(&self, data_only: bool) -> Result<(), FsError> {
        match self {
            File::Virtual(_) => Ok(()),
            File::Host(file) => file.sync(data_only),
        }
    }
}

/// The path without slashes at its end, for functions that are about directories anyway: not every system takes them, and
/// none follows a symbolic link there.
fn without_slash(path: &str) -> &str {
    let name = path.trim_end_matches('/');
    if name.is_empty() { path } else { name }
}

/// Whether a path ends so that a symbolic link before that end is followed in any case.
fn means_directory(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some("" | "." | ".."))
}

/// Paths are relative to the directory, and separated by `/`. The errors of all methods are the reasons of [`FsError`];
/// a path that would leave the directory is [`FsError::NotPermitted`].
#[allow(clippy::missing_errors_doc, reason = "said once above")]
impl Dir {
    /// Opens a file or a directory.
    pub fn open(&self, path: &str, options: OpenOptions) -> Result<Opened, FsError> {
        // A directory is not made by opening it.
        if options.create && options.directory {
            return Err(FsError::Invalid);
        }
        // Where nothing may be, a link is something.
        let follow = (options.follow && !options.exclusive) || means_directory(path);
        let options = OpenOptions { follow, ..options };
        forward!(self, dir => dir.open(path, options))
    }

    /// Makes a directory.
    pub fn create_dir(&self, path: &str) -> Result<(), FsError> {
        let path = without_slash(path);
        forward!(self, dir => dir.create_dir(path))
    }

    /// The attributes of what `path` stands for; `.` is the directory itself.
    pub fn stat(&self, path: &str, follow: bool) -> Result<Stat, FsError> {
        let follow = follow || means_directory(path);
        forward!(self, dir => dir.stat(path, follow))
    }

    /// Sets times.
    pub fn set_times(&self, path: &str, follow: bool, times: Times) -> Result<(), FsError> {
        let follow = follow || means_directory(path);
        forward!(self, dir => dir.set_times(path, follow, times))
    }

    /// The target of a symbolic link; an absolute one, which leads out of the directory, is [`FsError::NotPermitted`].
    pub fn read_link(&self, path: &str) -> Result<String, FsError> {
        let target = forward!(self, dir => dir.read_link(path))?;
        if target.starts_with('/') { Err(FsError::NotPermitted) } else { Ok(target) }
    }

    /// Removes an empty directory.
    pub fn remove_dir(&self, path: &str) -> Result<(), FsError> {
        let path = without_slash(path);
        forward!(self, dir => dir.remove_dir(path))
    }

    /// Removes a name of a file or a symbolic link.
    pub fn unlink(&self, path: &str) -> Result<(), FsError> {
        forward!(self, dir => dir.unlink(path))
    }

    /// Makes a symbolic link at `path`, which must not be absolute itself nor have an absolute target.
    pub fn symlink(&self, target: &str, path: &str) -> Result<(), FsError> {
        if target.starts_with('/') {
            return Err(FsError::NotPermitted);
        }
        if target.is_empty() {
            return Err(FsError::NoEntry);
        }
        if target.len() > LONGEST_TARGET {
            return Err(FsError::NameTooLong);
        }
        forward!(self, dir => dir.symlink(target, path))
    }

    /// All entries, in the order of their names, without `.` and `..`.
    pub fn entries(&self) -> Result<Vec<Entry>, FsError> {
        let mut entries = forward!(self, dir => dir.entries())?;
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// Gives what `old` stands for the name `new` in `to`, in place of what may be there.
    ///
    /// A slash at the end says that there is a directory: [`FsError::NotDirectory`] if it is none, or a link to one
    /// (POSIX, `rename`). Systems and backends differ in what they make of it, so that they do not get to see it.
    pub fn rename(&self, old: &str, to: &Dir, new: &str) -> Result<(), FsError> {
        let is_said = old.ends_with('/') || new.ends_with('/');
        let (old, new) = (without_slash(old), without_slash(new));
        if is_said && !means_directory(old) {
            let is_dir = |stat: Stat| stat.kind == FileKind::Directory;
            let is_other = match to.stat(new, false) {
                Ok(stat) => !is_dir(stat),
                Err(FsError::NoEntry) => false,
                Err(error) => return Err(error),
            };
            if !is_dir(self.stat(old, false)?) || is_other {
                return Err(FsError::NotDirectory);
            }
        }
        match (self, to) {
            (Dir::Virtual(from), Dir::Virtual(to)) => from.rename(old, to, new),
            (Dir::Host(from), Dir::Host(to)) => from.rename(old, to, new),
            _ => Err(FsError::CrossDevice),
        }
    }

    /// Gives what `old` stands for another name, `new` in `to`; `follow` says what to do with a symbolic link there.
    pub fn link(&self, old: &str, follow: bool, to: &Dir, new: &str) -> Result<(), FsError> {
        match (self, to) {
            (Dir::Virtual(from), Dir::Virtual(to)) => from.link(old, follow, to, new),
            (Dir::Host(from), Dir::Host(to)) => from.link(old, follow, to, new),
            _ => Err(FsError::CrossDevice),
        }
    }
}
