//! The snapshots of preview 1: the interface was published twice under different module names, and old programs import the
//! first. Both have the same functions, numbered and typed alike. What differs is one enumeration and two records, and that
//! `sock_accept` came with the second.
//!
//! Sources: `WebAssembly/WASI@2c84c7b9:phases/old/snapshot_0/witx/typenames.witx`,
//! `WebAssembly/WASI@wasi-0.1:witx/typenames.witx`.

use super::{super::world::Stat, types::filetype};

/// Which snapshot a module imports from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Snapshot {
    /// The first, `wasi_unstable`.
    Unstable,
    /// The second, `wasi_snapshot_preview1`.
    Preview1,
}

/// What an offset of `fd_seek` counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whence {
    Start,
    Current,
    End,
}

impl Snapshot {
    /// Both, the newer first.
    pub const ALL: [Snapshot; 2] = [Snapshot::Preview1, Snapshot::Unstable];

    /// The module name of its functions.
    pub fn module(self) -> &'static str {
        match self {
            Snapshot::Unstable => "wasi_unstable",
            Snapshot::Preview1 => super::MODULE,
        }
    }

    /// The snapshot whose functions are imported from `module`.
    pub fn of(module: &str) -> Option<Snapshot> {
        Self::ALL.into_iter().find(|snapshot| snapshot.module() == module)
    }

    /// Whether it has the function `name`, one of the second snapshot's.
    pub(super) fn has(self, name: &str) -> bool {
        self == Snapshot::Preview1 || name != "sock_accept"
    }

    /// What `whence` says.
    pub(super) fn whence(self, whence: u32) -> Option<Whence> {
        let order = match self {
            Snapshot::Unstable => [Whence::Current, Whence::End, Whence::Start],
            Snapshot::Preview1 => [Whence::Start, Whence::Current, Whence::End],
        };
        order.get(whence as usize).copied()
    }

    /// The size of a `subscription` and, in it, the offset of a clock's record: the first snapshot names the clock once more.
    pub(super) fn subscription(self) -> (u32, usize) {
        match self {
            Snapshot::Unstable => (56, 24),
            Snapshot::Preview1 => (48, 16),
        }
    }

    /// A `filestat`: its count of links has 32 bits in the first snapshot and shares the kind's word.
    pub(super) fn filestat(self, stat: &Stat) -> Vec<u8> {
        let kind = u64::from(filetype(stat.kind));
        let times = [stat.atime, stat.mtime, stat.ctime];
        let head = match self {
            Snapshot::Unstable => vec![stat.dev, stat.ino, kind | links(stat.nlink) << 32, stat.size],
            Snapshot::Preview1 => vec![stat.dev, stat.ino, kind, stat.nlink, stat.size],
        };
        head.into_iter().chain(times).flat_map(u64::to_le_bytes).collect()
    }
}

/// As many links as 32 bits can tell.
fn links(count: u64) -> u64 {
    count.min(u32::MAX.into())
}
