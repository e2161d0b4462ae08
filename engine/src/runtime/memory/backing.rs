//! The bytes of a memory that is not shared: zeroed lazily, and growing without touching what is there.

use super::chunk::Piece;
use memmap2::{MmapMut, MmapOptions};
use std::{
    alloc::{Layout, alloc_zeroed, dealloc},
    ptr::NonNull,
};

/// From this size on a memory is a mapping of its own. Below it the allocator is faster than the system calls; above it
/// the allocator may hand out used pages, which it then has to clear.
pub(super) const MAP_FROM: usize = 256 << 10;

/// What every base is a multiple of: atomic accesses need 8, and C allocators give 16 without extra work.
const ALIGN: usize = 16;

/// Zeroed bytes at a stable address.
#[derive(Debug)]
pub(super) enum Backing {
    Heap(HeapBytes),
    Mapped(MmapMut),
    Piece(Piece),
}

impl Backing {
    /// At least `len` zeroed bytes, if they can be had.
    pub(super) fn zeroed(len: usize) -> Option<Backing> {
        if len < MAP_FROM { HeapBytes::zeroed(len).map(Backing::Heap) } else { reserve(len).map(Backing::Mapped) }
    }

    /// Where the bytes start.
    pub(super) fn base(&mut self) -> *mut u8 {
        match self {
            Backing::Heap(bytes) => bytes.base.as_ptr(),
            Backing::Mapped(map) => map.as_mut_ptr(),
            Backing::Piece(piece) => piece.base,
        }
    }

    /// Makes room for `new_len` bytes, of which those after `old_len` are zero; `None` changes nothing.
    pub(super) fn grow(&mut self, old_len: usize, new_len: usize) -> Option<()> {
        match self {
            Backing::Heap(bytes) if new_len <= bytes.capacity => Some(()),
            Backing::Piece(piece) if new_len <= piece.capacity => Some(()),
            #[cfg(target_os = "linux")]
            // SAFETY: the one user of the old address is the `MemoryInst` that calls this and reads `base` again; the
            // system fills the new pages with zeros, as the mapping is private and anonymous.
            Backing::Mapped(map) => unsafe { map.remap(new_len, memmap2::RemapOptions::new().may_move(true)).ok() },
            _ => {
                // Twice the size, so that growing byte by byte stays linear.
                let mut new = Backing::zeroed(new_len.max((old_len * 2).min(MAP_FROM)))?;
                // SAFETY: both have at least `old_len` bytes, and they are two allocations.
                unsafe { std::ptr::copy_nonoverlapping(self.base(), new.base(), old_len) };
                *self = new;
                Some(())
            }
        }
    }
}

/// A private anonymous mapping whose pages take up memory only once they are written.
pub(super) fn reserve(len: usize) -> Option<MmapMut> {
    // A mapping of nothing is an error.
    MmapOptions::new().len(len.max(1)).no_reserve_swap().map_anon().ok()
}

/// An allocation that is zeroed to begin with and never seen as a Rust slice.
#[derive(Debug)]
pub(super) struct HeapBytes {
    base: NonNull<u8>,
    capacity: usize,
}

impl HeapBytes {
    fn layout(capacity: usize) -> Option<Layout> {
        Layout::from_size_align(capacity, ALIGN).ok()
    }

    fn zeroed(capacity: usize) -> Option<HeapBytes> {
        // An allocation of nothing is not allowed, and a memory without pages still needs an aligned base.
        let capacity = capacity.max(ALIGN);
        // SAFETY: the size is not 0.
        let base = NonNull::new(unsafe { alloc_zeroed(Self::layout(capacity)?) })?;
        Some(HeapBytes { base, capacity })
    }
}

impl Drop for HeapBytes {
    fn drop(&mut self) {
        if let Some(layout) = Self::layout(self.capacity) {
            // SAFETY: `zeroed` allocated `base` with this very layout, and nobody frees it but this.
            unsafe { dealloc(self.base.as_ptr(), layout) }
        }
    }
}

/// `len` zeroed bytes, or `None` where `vec![0; len]` would abort. Pages of a big allocation are not touched.
pub(in crate::runtime) fn try_zeroed_bytes(len: usize) -> Option<Box<[u8]>> {
    if len == 0 {
        return Some(Box::default());
    }
    let layout = Layout::array::<u8>(len).ok()?;
    // SAFETY: the size is not 0.
    let base = NonNull::new(unsafe { alloc_zeroed(layout) })?;
    // SAFETY: the global allocator gave `len` initialised bytes with the layout that a box of them frees.
    Some(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(base.as_ptr(), len)) })
}
