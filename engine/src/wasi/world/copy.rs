//! Copies of directories: a program that runs several times finds the same each time, whatever it has written.

use super::{Clocks, File, FileKind, FsError, HostDir, OpenOptions, Opened, Times, VirtualDir};
use thiserror::Error;

/// Why a directory of the host cannot be copied.
#[derive(Debug, Error)]
#[error("{path}: {why}")]
pub struct CopyError {
    /// What of it.
    pub path: String,
    /// Why not.
    pub why: Obstacle,
}

/// What is in the way of a copy.
#[derive(Debug, Error)]
pub enum Obstacle {
    /// A pipe, a socket or a device.
    #[error("is neither a file nor a directory nor a symbolic link")]
    Special,
    /// Some operation failed; [`FsError::NoSpace`] if the copy would be larger than a directory in memory can be.
    #[error("{0}")]
    Failed(#[from] FsError),
}

/// How much is read at once.
const CHUNK: usize = 1 << 20;

impl HostDir {
    /// Everything in this directory, in memory: files, directories and symbolic links with their times. Names that are no
    /// UTF-8 are left out, as they cannot be said in WASI.
    ///
    /// # Errors
    /// What cannot be copied: pipes and devices, files that cannot be read, and more than a directory in memory can hold.
    pub fn copy(&self) -> Result<VirtualDir, CopyError> {
        let copy = VirtualDir::new(Clocks::default());
        self.copy_into(&copy, "")?;
        Ok(copy)
    }

    fn copy_into(&self, to: &VirtualDir, folder: &str) -> Result<(), CopyError> {
        let failed = |path: &str| {
            let path = path.to_owned();
            move |error: FsError| CopyError { path, why: error.into() }
        };
        let here = if folder.is_empty() { "." } else { folder };
        let dir = match self.open(here, OpenOptions { directory: true, ..OpenOptions::default() }) {
            Ok(Opened::Dir(dir)) => dir,
            Ok(Opened::File(_)) => return Err(failed(here)(FsError::NotDirectory)),
            Err(error) => return Err(failed(here)(error)),
        };
        for entry in dir.entries().map_err(failed(here))? {
            let path = if folder.is_empty() { entry.name } else { format!("{folder}/{}", entry.name) };
            match entry.kind {
                FileKind::Directory => {
                    to.create_dir(&path).map_err(failed(&path))?;
                    self.copy_into(to, &path)?;
                }
                FileKind::SymbolicLink => {
                    let made = self.read_link(&path).and_then(|target| to.symlink(&target, &path));
                    made.map_err(failed(&path))?;
                }
                FileKind::RegularFile => self.copy_file(to, &path).map_err(failed(&path))?,
                _ => return Err(CopyError { path, why: Obstacle::Special }),
            }
            // What is in a directory has changed its times.
            self.copy_times(to, &path).map_err(failed(&path))?;
        }
        self.copy_times(to, here).map_err(failed(here))
    }

    fn copy_file(&self, to: &VirtualDir, path: &str) -> Result<(), FsError> {
        let Opened::File(from) = self.open(path, OpenOptions { read: true, ..OpenOptions::default() })? else {
            return Err(FsError::IsDirectory);
        };
        let options = OpenOptions { create: true, write: true, ..OpenOptions::default() };
        let Opened::File(File::Virtual(to)) = to.open(path, options)? else { return Err(FsError::IsDirectory) };
        let mut chunk = vec![0; CHUNK];
        let mut offset = 0;
        loop {
            match from.read_at(offset, &mut chunk)? {
                0 => return Ok(()),
                read => to.write_at(offset, &chunk[..read])?,
            }
            offset = to.stat()?.size;
        }
    }

    fn copy_times(&self, to: &VirtualDir, path: &str) -> Result<(), FsError> {
        let stat = self.stat(path, false)?;
        to.set_times(path, false, Times { atime: Some(stat.atime), mtime: Some(stat.mtime) })
    }
}
