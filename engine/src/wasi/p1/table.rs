//! File descriptors: what they stand for, and the table of them.
//!
//! A descriptor begins with the rights that the kind of object and the way it was opened allow; as in current runtimes,
//! `path_open` takes `fd_read` and `fd_write` for the access asked for, and gives the others unasked (unless the world says
//! [`Asked`](crate::wasi::world::Grants::Asked)). Rights are lost by `fd_fdstat_set_rights`, which leaves none but those that
//! it names, and by being opened through a directory that has lost them: `notcapable` is what a call gives for want of
//! those. Whatever else is not possible has an errno of its own.

use super::{
    super::world::{Dir, Entry, File, FileKind, World},
    errno::Errno,
    types::{fdflags, rights},
};
use std::collections::BTreeMap;

/// The most descriptors that are open at once.
const MAX_DESCRIPTORS: usize = 4096;

/// What a descriptor stands for.
#[derive(Debug, Clone)]
pub(super) enum Object {
    Stdin,
    Stdout,
    Stderr,
    File(File),
    Dir(Dir),
}

/// What can be done with a standard stream besides reading or writing it.
const OF_STREAMS: u64 = rights::POLL_FD_READWRITE | rights::FD_FDSTAT_SET_FLAGS | rights::FD_FILESTAT_GET;

/// An open descriptor.
#[derive(Debug, Clone)]
pub(super) struct Descriptor {
    pub object: Object,
    /// Whether it was opened for reading.
    pub read: bool,
    /// Whether it was opened for writing.
    pub write: bool,
    /// `fdflags`.
    pub flags: u16,
    /// The position in a file, in bytes.
    pub position: u64,
    /// The name under which the directory was preopened.
    pub preopen: Option<String>,
    /// What `fd_readdir` lists, from the call with cookie 0 on.
    pub listing: Option<Vec<Entry>>,
    /// The rights that have not been taken away.
    pub kept: Kept,
}

/// Which rights have not been taken away: of the descriptor, and of those that are opened through it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept {
    pub base: u64,
    pub inheriting: u64,
}

impl Kept {
    const ALL: Kept = Kept { base: u64::MAX, inheriting: u64::MAX };

    /// What a descriptor keeps that is opened through one that keeps this: `notcapable` if it asks for more.
    pub fn inherit(self, asked: u64) -> Result<Kept, Errno> {
        let kept = Kept { base: self.inheriting, inheriting: self.inheriting };
        if asked & !self.inheriting == 0 { Ok(kept) } else { Err(Errno::Notcapable) }
    }
}

impl Descriptor {
    pub fn new(object: Object, read: bool, write: bool, flags: u16) -> Self {
        Descriptor { object, read, write, flags, position: 0, preopen: None, listing: None, kept: Kept::ALL }
    }

    /// The file, for functions of files: `badf` for anything else.
    pub fn file(&self) -> Result<&File, Errno> {
        match &self.object {
            Object::File(file) => Ok(file),
            _ => Err(Errno::Badf),
        }
    }

    /// The file, for functions that need a position: `spipe` for streams and pipes, `badf` for directories.
    pub fn seekable(&self) -> Result<&File, Errno> {
        match &self.object {
            Object::File(file) if file.has_positions() => Ok(file),
            Object::Dir(_) => Err(Errno::Badf),
            _ => Err(Errno::Spipe),
        }
    }

    pub fn has(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }

    /// Whether writes go to the end.
    pub fn appends(&self) -> bool {
        self.has(fdflags::APPEND)
    }

    pub fn kind(&self) -> FileKind {
        match self.object {
            Object::File(ref file) => file.kind(),
            Object::Dir(_) => FileKind::Directory,
            // No stream of the world is a terminal, as `wasi:cli/terminal-stdout` says to components.
            _ => FileKind::Unknown,
        }
    }

    /// `fs_rights_base` and `fs_rights_inheriting`.
    pub fn rights(&self) -> (u64, u64) {
        let (base, inheriting) = self.rights_of_kind();
        (base & self.kept.base, inheriting & self.kept.inheriting)
    }

    /// Takes all rights away but these: `notcapable` if the descriptor does not have them.
    pub fn set_rights(&mut self, base: u64, inheriting: u64) -> Result<(), Errno> {
        let (has, passes_on) = self.rights();
        if base & !has != 0 || inheriting & !passes_on != 0 {
            return Err(Errno::Notcapable);
        }
        (self.kept.base, self.kept.inheriting) = (self.kept.base & base, self.kept.inheriting & inheriting);
        Ok(())
    }

    /// `notcapable` if one of these rights was taken away.
    pub fn demand(&self, rights: u64) -> Result<(), Errno> {
        if self.kept.base & rights == rights { Ok(()) } else { Err(Errno::Notcapable) }
    }

    fn rights_of_kind(&self) -> (u64, u64) {
        match self.object {
            Object::Stdin => (OF_STREAMS | rights::FD_READ, 0),
            Object::Stdout | Object::Stderr => (OF_STREAMS | rights::FD_WRITE, 0),
            Object::File(_) => (self.without_access(rights::ALL & !rights::FD_READDIR), 0),
            Object::Dir(_) => {
                let position = rights::FD_SEEK | rights::FD_TELL;
                let not_here = position | rights::FD_READ | rights::FD_WRITE | rights::FD_FILESTAT_SET_SIZE;
                (rights::ALL & !not_here, rights::ALL)
            }
        }
    }

    fn without_access(&self, all: u64) -> u64 {
        let read = if self.read { 0 } else { rights::FD_READ };
        let write = if self.write { 0 } else { rights::FD_WRITE };
        all & !read & !write
    }
}

/// All open descriptors of a program.
#[derive(Debug)]
pub(super) struct Table(BTreeMap<u32, Descriptor>);

impl Table {
    /// 0, 1 and 2 are the standard streams, the preopened directories follow.
    pub fn new(world: &World) -> Self {
        let mut open = BTreeMap::new();
        open.insert(0, Descriptor::new(Object::Stdin, true, false, 0));
        open.insert(1, Descriptor::new(Object::Stdout, false, true, 0));
        open.insert(2, Descriptor::new(Object::Stderr, false, true, 0));
        for (fd, preopen) in (3..).zip(&world.preopens) {
            let descriptor = Descriptor::new(Object::Dir(preopen.dir.clone()), true, false, 0);
            open.insert(fd, Descriptor { preopen: Some(preopen.name.clone()), ..descriptor });
        }
        Table(open)
    }

    pub fn get(&self, fd: u32) -> Result<&Descriptor, Errno> {
        self.0.get(&fd).ok_or(Errno::Badf)
    }

    pub fn get_mut(&mut self, fd: u32) -> Result<&mut Descriptor, Errno> {
        self.0.get_mut(&fd).ok_or(Errno::Badf)
    }

    /// The directory of a descriptor: `notdir` if it stands for something else.
    pub fn dir(&self, fd: u32) -> Result<&Dir, Errno> {
        match &self.get(fd)?.object {
            Object::Dir(dir) => Ok(dir),
            _ => Err(Errno::Notdir),
        }
    }

    /// Whether one more descriptor can be open: `mfile` if not.
    pub fn check_room(&self) -> Result<(), Errno> {
        if self.0.len() < MAX_DESCRIPTORS { Ok(()) } else { Err(Errno::Mfile) }
    }

    /// Takes the lowest number that is free.
    pub fn insert(&mut self, descriptor: Descriptor) -> Result<u32, Errno> {
        self.check_room()?;
        let fd = (0..).find(|fd| !self.0.contains_key(fd)).ok_or(Errno::Mfile)?;
        self.0.insert(fd, descriptor);
        Ok(fd)
    }

    pub fn remove(&mut self, fd: u32) -> Result<Descriptor, Errno> {
        self.0.remove(&fd).ok_or(Errno::Badf)
    }

    /// `fd_renumber`: both numbers must be open; `to` is closed first.
    pub fn renumber(&mut self, from: u32, to: u32) -> Result<(), Errno> {
        self.get(from)?;
        self.get(to)?;
        if from != to {
            let descriptor = self.remove(from)?;
            self.0.insert(to, descriptor);
        }
        Ok(())
    }
}
