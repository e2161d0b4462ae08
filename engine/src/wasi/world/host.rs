//! Files and directories of the host, through a crate that resolves every path beneath the directory that was opened:
//! neither `..` nor an absolute path nor a symbolic link leads out of it.

use super::{Dir, Entry, File, FileKind, FsError, OpenOptions, Opened, Readiness, Stat, Times};
use cap_fs_ext::{DirExt, FollowSymlinks, MetadataExt, OpenOptionsFollowExt, OpenOptionsSyncExt, SystemTimeSpec};
use cap_std::{ambient_authority, fs, time::SystemTime};
use std::{
    cell::{Cell, RefCell},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
    rc::Rc,
    time::{Duration, SystemTime as StdTime},
};

/// A directory of the host.
#[derive(Debug, Clone)]
pub struct HostDir(Rc<fs::Dir>);

/// An open file of the host.
#[derive(Debug, Clone)]
pub struct HostFile {
    file: Rc<RefCell<fs::File>>,
    /// A byte that was read of a stream by somebody who only looked.
    ahead: Rc<Cell<Option<u8>>>,
}

impl HostDir {
    /// Opens the host's directory `path`.
    ///
    /// # Errors
    /// The system's.
    pub fn ambient(path: &Path) -> io::Result<Self> {
        Ok(HostDir(Rc::new(fs::Dir::open_ambient_dir(path, ambient_authority())?)))
    }

    pub(super) fn stat(&self, path: &str, follow: bool) -> Result<Stat, FsError> {
        let metadata = if follow { self.0.metadata(path)? } else { self.0.symlink_metadata(path)? };
        Ok(stat(&metadata))
    }

    pub(super) fn create_dir(&self, path: &str) -> Result<(), FsError> {
        Ok(self.0.create_dir(path)?)
    }

    pub(super) fn set_times(&self, path: &str, follow: bool, times: Times) -> Result<(), FsError> {
        let (atime, mtime) = (times.atime.map(time_spec), times.mtime.map(time_spec));
        let end = match follow {
            true => self.0.set_times(path, atime, mtime),
            false => self.0.set_symlink_times(path, atime, mtime),
        };
        Ok(end?)
    }

    /// The target as it is: absolute ones too.
    pub(super) fn read_link(&self, path: &str) -> Result<String, FsError> {
        let target = self.0.read_link_contents(path)?;
        target.into_os_string().into_string().map_err(|_| FsError::IllegalSequence)
    }

    pub(super) fn remove_dir(&self, path: &str) -> Result<(), FsError> {
        Ok(self.0.remove_dir(path)?)
    }

    pub(super) fn unlink(&self, path: &str) -> Result<(), FsError> {
        Ok(self.0.remove_file_or_symlink(path)?)
    }

    pub(super) fn symlink(&self, target: &str, path: &str) -> Result<(), FsError> {
        Ok(DirExt::symlink(&*self.0, target, path)?)
    }

    pub(super) fn rename(&self, old: &str, to: &HostDir, new: &str) -> Result<(), FsError> {
        Ok(self.0.rename(old, &to.0, new)?)
    }

    pub(super) fn link(&self, old: &str, follow: bool, to: &HostDir, new: &str) -> Result<(), FsError> {
        match follow {
            // Resolved beneath the directory, as every path is.
            true => Ok(self.0.hard_link(self.0.canonicalize(old)?, &to.0, new)?),
            false => Ok(self.0.hard_link(old, &to.0, new)?),
        }
    }

    pub(super) fn entries(&self) -> Result<Vec<Entry>, FsError> {
        let mut entries = Vec::new();
        for entry in self.0.entries()? {
            let entry = entry?;
            // A name that is no UTF-8 cannot be said in WASI.
            if let Ok(name) = entry.file_name().into_string() {
                let stat = stat(&entry.metadata()?);
                entries.push(Entry { name, ino: stat.ino, kind: stat.kind });
            }
        }
        Ok(entries)
    }

    pub(super) fn open(&self, path: &str, options: OpenOptions) -> Result<Opened, FsError> {
        match self.stat(path, options.follow) {
            Ok(_) if options.exclusive => Err(FsError::Exists),
            Ok(Stat { kind: FileKind::Directory, .. }) if options.write || options.truncate || options.create => {
                Err(FsError::IsDirectory)
            }
            Ok(Stat { kind: FileKind::Directory, .. }) => {
                let dir = if options.follow { self.0.open_dir(path)? } else { self.0.open_dir_nofollow(path)? };
                Ok(Opened::Dir(Dir::Host(HostDir(Rc::new(dir)))))
            }
            Ok(Stat { kind: FileKind::SymbolicLink, .. }) => Err(FsError::Loop),
            Ok(_) if options.directory => Err(FsError::NotDirectory),
            Ok(_) => self.open_file(path, options),
            Err(FsError::NoEntry) if options.create => self.open_file(path, options),
            Err(error) => Err(error),
        }
    }

    fn open_file(&self, path: &str, options: OpenOptions) -> Result<Opened, FsError> {
        let mut how = fs::OpenOptions::new();
        let writes = options.write || options.create || options.truncate;
        how.read(options.read || !writes).write(writes).truncate(options.truncate);
        how.create(options.create && !options.exclusive).create_new(options.create && options.exclusive);
        how.follow(if options.follow { FollowSymlinks::Yes } else { FollowSymlinks::No });
        // Nobody waits here for the other end of a pipe; files and directories do not know the flag.
        how.nonblock(true);
        let file = self.0.open_with(path, &how)?;
        Ok(Opened::File(File::Host(HostFile { file: Rc::new(RefCell::new(file)), ahead: Rc::default() })))
    }
}

impl HostFile {
    pub(super) fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, FsError> {
        if i64::try_from(offset).is_err() {
            // Behind every end; systems would call it an invalid argument.
            return Ok(0);
        }
        let mut file = self.file.borrow_mut();
        match file.seek(SeekFrom::Start(offset)).map_err(FsError::from) {
            Ok(_) => Ok(file.read(buf)?),
            // Beyond what the file system can count to: behind every end too.
            Err(FsError::Invalid) => Ok(0),
            Err(error) => Err(error),
        }
    }

    pub(super) fn has_positions(&self) -> bool {
        self.file.borrow_mut().stream_position().is_ok()
    }

    pub(super) fn read_next(&self, buf: &mut [u8]) -> Result<usize, FsError> {
        if let (Some(first), Some(ahead)) = (buf.first_mut(), self.ahead.take()) {
            *first = ahead;
            return Ok(1);
        }
        Ok(self.file.borrow_mut().read(buf)?)
    }

    /// What can be read without waiting, if it has no positions.
    pub(super) fn stream_ready(&self) -> Option<Readiness> {
        let mut file = self.file.borrow_mut();
        if self.ahead.get().is_some() {
            return Some(Readiness::Bytes(1));
        }
        if file.stream_position().is_ok() {
            return None;
        }
        let mut byte = [0];
        Some(match file.read(&mut byte) {
            Ok(0) => Readiness::End,
            Ok(_) => {
                self.ahead.set(Some(byte[0]));
                Readiness::Bytes(1)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Readiness::NotYet,
            // The reader is to see it.
            Err(_) => Readiness::End,
        })
    }

    pub(super) fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), FsError> {
        if bytes.is_empty() {
            return Ok(());
        }
        if i64::try_from(offset).is_err() {
            return Err(FsError::TooLarge);
        }
        let mut file = self.file.borrow_mut();
        match file.seek(SeekFrom::Start(offset)).map_err(FsError::from) {
            Ok(_) => Ok(file.write_all(bytes)?),
            // Beyond what the file system can count to.
            Err(FsError::Invalid) => Err(FsError::TooLarge),
            Err(error) => Err(error),
        }
    }

    pub(super) fn write_next(&self, bytes: &[u8]) -> Result<usize, FsError> {
        match self.file.borrow_mut().write(bytes)? {
            0 if !bytes.is_empty() => Err(FsError::Io),
            written => Ok(written),
        }
    }

    pub(super) fn stat(&self) -> Result<Stat, FsError> {
        Ok(stat(&self.file.borrow().metadata()?))
    }

    pub(super) fn set_size(&self, size: u64) -> Result<(), FsError> {
        if i64::try_from(size).is_err() {
            return Err(FsError::TooLarge);
        }
        Ok(self.file.borrow().set_len(size)?)
    }

    pub(super) fn set_times(&self, times: Times) -> Result<(), FsError> {
        let mut how = std::fs::FileTimes::new();
        if let Some(atime) = times.atime {
            how = how.set_accessed(std_time(atime));
        }
        if let Some(mtime) = times.mtime {
            how = how.set_modified(std_time(mtime));
        }
        Ok(self.file.borrow().try_clone()?.into_std().set_times(how)?)
    }

    pub(super) fn sync(&self, data_only: bool) -> Result<(), FsError> {
        let file = self.file.borrow();
        let end = if data_only { file.sync_data() } else { file.sync_all() };
        Ok(end?)
    }
}

fn stat(metadata: &fs::Metadata) -> Stat {
    let time = |time: io::Result<SystemTime>| time.map_or(0, |time| nanoseconds(time.into_std()));
    let mtime = time(metadata.modified());
    Stat {
        dev: metadata.dev(),
        ino: metadata.ino(),
        kind: kind(metadata.file_type()),
        nlink: metadata.nlink(),
        size: metadata.len(),
        atime: time(metadata.accessed()),
        mtime,
        ctime: ctime(metadata).unwrap_or(mtime),
    }
}

/// When the attributes last changed, where the system tells.
#[cfg(unix)]
fn ctime(metadata: &fs::Metadata) -> Option<u64> {
    use cap_std::fs::MetadataExt;
    let seconds = u64::try_from(metadata.ctime()).ok()?;
    let rest = u64::try_from(metadata.ctime_nsec()).ok()?;
    seconds.checked_mul(1_000_000_000)?.checked_add(rest)
}

/// When the attributes last changed, where the system tells.
#[cfg(not(unix))]
fn ctime(_: &fs::Metadata) -> Option<u64> {
    None
}

fn kind(ty: fs::FileType) -> FileKind {
    use cap_fs_ext::FileTypeExt;
    match ty {
        ty if ty.is_dir() => FileKind::Directory,
        ty if ty.is_file() => FileKind::RegularFile,
        ty if ty.is_symlink() => FileKind::SymbolicLink,
        ty if ty.is_block_device() => FileKind::BlockDevice,
        ty if ty.is_char_device() => FileKind::CharacterDevice,
        ty if ty.is_fifo() => FileKind::Fifo,
        ty if ty.is_socket() => FileKind::Socket,
        _ => FileKind::Unknown,
    }
}

fn std_time(nanoseconds: u64) -> StdTime {
    StdTime::UNIX_EPOCH + Duration::from_nanos(nanoseconds)
}

fn time_spec(nanoseconds: u64) -> SystemTimeSpec {
    SystemTimeSpec::Absolute(SystemTime::from_std(std_time(nanoseconds)))
}

fn nanoseconds(time: StdTime) -> u64 {
    let since = time.duration_since(StdTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
