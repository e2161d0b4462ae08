//! `wasi:filesystem`.
//!
//! Descriptors keep the way they were opened: reading and writing what was not opened for it is `bad-descriptor`, changing
//! what is in a directory that may only be read is `read-only`, and so are the times of what was opened through it. A directory that is opened through one that may be changed
//! may be changed too, also where `mutate-directory` was not asked for, since the adapters of preview 1 never ask; unless the
//! world says [`Asked`](crate::wasi::world::Grants::Asked).

mod descriptor;
mod directory;
pub(super) mod error;
pub(super) mod preopens;
pub(super) mod types;

use super::typing::Resource;
use crate::wasi::world::{Dir, Entry, File, FsError};
use error::{Done, ErrorCode};

/// `descriptor`.
#[derive(Debug, Clone)]
pub(in crate::wasi::p2) enum Descriptor {
    /// `is_mutable` says whether it was opened through a directory that may be changed.
    File {
        file: File,
        flags: types::DescriptorFlags,
        is_mutable: bool,
    },
    Dir {
        dir: Dir,
        flags: types::DescriptorFlags,
    },
}

impl Resource for Descriptor {
    const NAME: &'static str = "descriptor";
}

/// `directory-entry-stream`: the entries as they were when it was made.
#[derive(Debug)]
pub(in crate::wasi::p2) struct DirectoryEntryStream(std::vec::IntoIter<Entry>);

impl Resource for DirectoryEntryStream {
    const NAME: &'static str = "directory-entry-stream";
}

impl Descriptor {
    fn flags(&self) -> types::DescriptorFlags {
        match self {
            Descriptor::File { flags, .. } | Descriptor::Dir { flags, .. } => *flags,
        }
    }

    /// The file, if it is one.
    fn file(&self) -> Done<&File> {
        match self {
            Descriptor::File { file, .. } => Ok(file),
            Descriptor::Dir { .. } => Err(ErrorCode::BadDescriptor.into()),
        }
    }

    /// The file, if it may be read.
    fn readable(&self) -> Done<&File> {
        if self.flags().read { self.file() } else { Err(ErrorCode::BadDescriptor.into()) }
    }

    /// The file, if it may be written.
    fn writable(&self) -> Done<&File> {
        if self.flags().write { self.file() } else { Err(ErrorCode::BadDescriptor.into()) }
    }

    /// The directory, if it is one.
    fn dir(&self) -> Done<&Dir> {
        match self {
            Descriptor::Dir { dir, .. } => Ok(dir),
            Descriptor::File { .. } => Err(ErrorCode::NotDirectory.into()),
        }
    }

    /// The directory, if what is in it may be changed.
    fn mutable_dir(&self) -> Done<&Dir> {
        let dir = self.dir()?;
        if self.flags().mutate_directory { Ok(dir) } else { Err(FsError::ReadOnly.into()) }
    }
}
