//! The memories of a store that has many: pieces of a few big mappings. A mapping, its page tables and their end cost more
//! than all else that a small instance needs, and so does a page that the system has to find and clear.

use super::backing::{Backing, MAP_FROM, reserve};
use memmap2::MmapMut;
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

/// As many memories of one store are few: the allocator's are as fast.
const FEW: usize = 4;

/// From this size on one memory among many is a piece of a chunk: a page of WebAssembly.
const PIECE_FROM: usize = 64 << 10;

/// The size of a chunk.
const CHUNK_BYTES: usize = 4 << 20;

/// So many chunks are kept for use again, by all stores together.
const SPARE_CHUNKS: usize = 16;

/// What every piece begins at a multiple of: a page of the system, on the machines where chunks are used again.
const PAGE_BYTES: usize = 4 << 10;

/// Where one store's memories come from.
#[derive(Debug, Default)]
pub(crate) struct Nursery {
    /// How many it has made.
    memories: usize,
    /// The chunk that the next piece is cut from.
    chunk: Option<Arc<Chunk>>,
}

impl Nursery {
    /// At least `len` zeroed bytes, if they can be had.
    pub(super) fn zeroed(&mut self, len: usize) -> Option<Backing> {
        self.memories += 1;
        if self.memories <= FEW || !(PIECE_FROM..MAP_FROM).contains(&len) {
            return Backing::zeroed(len);
        }
        if let Some(piece) = self.chunk.as_ref().and_then(|chunk| Piece::cut(chunk, len)) {
            return Some(Backing::Piece(piece));
        }
        let chunk = self.chunk.insert(Arc::new(Chunk::new()?));
        Piece::cut(chunk, len).map(Backing::Piece)
    }
}

/// A part of a chunk that nobody else has.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) base: *mut u8,
    pub(super) capacity: usize,
    /// Keeps the bytes at `base`.
    _chunk: Arc<Chunk>,
}

impl Piece {
    /// The next `len` bytes of a chunk, if there are as many.
    fn cut(chunk: &Arc<Chunk>, len: usize) -> Option<Piece> {
        let capacity = len.next_multiple_of(PAGE_BYTES);
        let cut = |used: usize| used.checked_add(capacity).filter(|&end| end <= CHUNK_BYTES);
        let from = chunk.used.fetch_update(Relaxed, Relaxed, cut).ok()?;
        // SAFETY: `from + capacity` is within the mapping.
        let base = unsafe { chunk.base.add(from) };
        Some(Piece { base, capacity, _chunk: chunk.clone() })
    }
}

/// A mapping that is zero where no piece has been written. It lives as long as its pieces do.
#[derive(Debug)]
struct Chunk {
    base: *mut u8,
    /// What the pieces have taken of it, from the front. It never shrinks: each byte is in one piece at most.
    used: AtomicUsize,
    /// `None` only while it is dropped.
    map: Option<MmapMut>,
}

// SAFETY: `base` points into `map`, which goes where the chunk goes.
unsafe impl Send for Chunk {}
// SAFETY: a shared chunk gives nothing but pieces, which do not overlap, and `used` is atomic.
unsafe impl Sync for Chunk {}

/// Chunks that are zero all over.
static SPARE: Mutex<Vec<MmapMut>> = Mutex::new(Vec::new());

impl Chunk {
    fn new() -> Option<Chunk> {
        // The list is whole whenever the lock is free, even after a panic.
        let spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut map = spare.or_else(|| reserve(CHUNK_BYTES))?;
        Some(Chunk { base: map.as_mut_ptr(), used: AtomicUsize::new(0), map: Some(map) })
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        let Some(mut map) = self.map.take() else { return };
        if !clear(&mut map, *self.used.get_mut()) {
            return;
        }
        let mut spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < SPARE_CHUNKS {
            spare.push(map);
        }
    }
}

/// Makes the first `used` bytes zero again where they have been written; `false` if nobody knows where, or if that are so
/// many pages that the system had better have them back.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn clear(map: &mut MmapMut, used: usize) -> bool {
    const MOST: usize = CHUNK_BYTES / PAGE_BYTES / 4;
    let mut entries = [0; CHUNK_BYTES / PAGE_BYTES * pagemap::ENTRY_BYTES];
    let entries = &mut entries[..used / PAGE_BYTES * pagemap::ENTRY_BYTES];
    if !pagemap::read(map.as_ptr() as usize / PAGE_BYTES, entries) {
        return false;
    }
    let written = || pagemap::touched(entries);
    if written().count() > MOST {
        return false;
    }
    written().for_each(|page| map[page * PAGE_BYTES..][..PAGE_BYTES].fill(0));
    true
}

/// Elsewhere pages have many sizes, or the system does not tell.
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
fn clear(_: &mut MmapMut, _: usize) -> bool {
    false
}

/// What Linux tells about the pages of this process (`Documentation/admin-guide/mm/pagemap.rst` of its source).
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod pagemap {
    use std::{
        fs::File,
        os::unix::fs::FileExt,
        sync::{Mutex, PoisonError},
    };

    /// An entry for each page.
    pub const ENTRY_BYTES: usize = size_of::<u64>();

    /// The file and the process that it tells of: a forked one needs its own.
    static OPEN: Mutex<Option<(u32, File)>> = Mutex::new(None);

    /// Reads the entries of the pages from the number `first` on; whether that could be done.
    pub fn read(first: usize, entries: &mut [u8]) -> bool {
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        let process = std::process::id();
        if open.as_ref().is_none_or(|(of, _)| *of != process) {
            *open = File::open("/proc/self/pagemap").ok().map(|file| (process, file));
        }
        let Some((_, file)) = &*open else { return false };
        file.read_exact_at(entries, (first * ENTRY_BYTES) as u64).is_ok()
    }

    /// The pages that are in memory (bit 63) or swapped out (bit 62): those that have been touched.
    pub fn touched(entries: &[u8]) -> impl Iterator<Item = usize> {
        let entries = entries.as_chunks::<ENTRY_BYTES>().0.iter().map(|bytes| u64::from_le_bytes(*bytes));
        entries.enumerate().filter(|(_, entry)| entry >> 62 != 0).map(|(page, _)| page)
    }
}
