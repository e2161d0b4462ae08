//! One virtual world beneath every preview of WASI: deterministic by default, real where the embedder asks for it.

mod clock;
mod copy;
mod error;
mod fs;
mod host;
mod random;
mod resolve;
mod stream;
mod tree;
mod virtual_fs;

pub use clock::{Clocks, Interrupted, Tape, VIRTUAL_EPOCH, VIRTUAL_STEP};
pub use copy::{CopyError, Obstacle};
pub use error::FsError;
pub use fs::{Dir, Entry, File, FileKind, OpenOptions, Opened, Stat, Times};
pub use host::{HostDir, HostFile};
pub use random::Random;
pub use stream::{CAPTURE_LIMIT, Input, Live, Output, Readiness};
pub use virtual_fs::{VirtualDir, VirtualFile};

use crate::trace::Stream;
use std::{io, path::Path};

/// More than this of a file's size is never paid for, in bytes: no virtual file is larger.
pub const LARGEST_FILE: u64 = 1 << 30;

/// A directory that a program finds open when it starts.
#[derive(Debug, Clone)]
pub struct Preopen {
    /// Its name for the guest.
    pub name: String,
    /// The directory.
    pub dir: Dir,
}

/// What a descriptor may be used for that a program opens through another one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Grants {
    /// Whatever the other one passes on, asked for or not: as current runtimes have it, and so what programs were tried with.
    /// Only the access to a file is what was asked for. The adapters of preview 1 never ask for `mutate-directory`.
    #[default]
    Unasked,
    /// What was asked for: `fs_rights_base` are *the initial rights* (preview 1, `path_open`), and a directory can be changed
    /// through a descriptor if `mutate-directory` is set (WASI 0.2, `descriptor-flags`).
    Asked,
}

/// Everything outside the program: arguments, environment, clocks, randomness, streams and directories.
///
/// The default world has one argument (`main`), no environment, no preopened directory, virtual clocks, randomness of
/// seed 0, an empty standard input, and captures both outputs. Two runs in equal worlds are equal.
#[derive(Debug)]
pub struct World {
    /// Arguments; the first is the program's name.
    pub args: Vec<String>,
    /// Environment, in order.
    pub env: Vec<(String, String)>,
    /// Clocks.
    pub clocks: Clocks,
    /// Randomness.
    pub random: Random,
    /// Standard input.
    pub stdin: Input,
    /// Standard output.
    pub stdout: Output,
    /// Standard error.
    pub stderr: Output,
    /// Preopened directories, in order.
    pub preopens: Vec<Preopen>,
    /// What descriptors may be used for that the program opens.
    pub grants: Grants,
}

impl Default for World {
    fn default() -> Self {
        World {
            args: vec!["main".to_owned()],
            env: Vec::new(),
            clocks: Clocks::default(),
            random: Random::default(),
            stdin: Input::default(),
            stdout: Output::default(),
            stderr: Output::default(),
            preopens: Vec::new(),
            grants: Grants::default(),
        }
    }
}

impl World {
    /// The default world.
    pub fn new() -> Self {
        Self::default()
    }

    /// The standard stream `stream`.
    pub fn output(&mut self, stream: Stream) -> &mut Output {
        match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        }
    }

    /// Preopens a new, empty directory in memory as `name`, and returns it so that it can be filled.
    pub fn preopen_virtual(&mut self, name: impl Into<String>) -> VirtualDir {
        let dir = VirtualDir::new(self.clocks.clone());
        self.preopens.push(Preopen { name: name.into(), dir: Dir::Virtual(dir.clone()) });
        dir
    }

    /// Preopens the host's directory `path` as `name`. Nothing outside it can be reached through it.
    ///
    /// # Errors
    /// The system's, if it cannot be opened as a directory.
    pub fn preopen_host(&mut self, path: &Path, name: impl Into<String>) -> io::Result<()> {
        let dir = HostDir::ambient(path)?;
        self.preopens.push(Preopen { name: name.into(), dir: Dir::Host(dir) });
        Ok(())
    }
}
