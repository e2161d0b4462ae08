//! Linear memories (core `#syntax-meminst`; memory64, custom-page-sizes and threads).
//!
//! The interpreter and compiled code read [`MemoryInst`]'s first two words, `base` and `len_bytes`, through the stable
//! address of the box that a store keeps each instance in. This is the one file (with its submodules) of the run time
//! that needs `unsafe`: every byte of a linear memory is reached through a raw pointer, because a shared memory has other
//! writers and because compiled code writes without the borrow checker's knowledge.
#![allow(unsafe_code)]

#[cfg(target_endian = "big")]
compile_error!("linear memory is little-endian, and its atomic accesses are the host's");

mod atomic;
mod backing;
mod chunk;
mod relaxed;
mod shared;
#[cfg(test)]
mod tests;

pub use atomic::{RmwOp, WaitError};
pub(super) use backing::try_zeroed_bytes;
pub(crate) use chunk::Nursery;
pub use shared::SharedMemory;

use crate::{
    syntax::{Limits, MemoryType},
    trace::Resource,
};
use backing::Backing;

/// An access reaches past the end of its memory or table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("out of bounds")]
pub struct OutOfBounds;

/// A memory instance (core `#syntax-meminst`).
///
/// Of a shared memory this is one store's view: `len_bytes` is what the store last saw, and since memories never shrink
/// it is always safe to trust. An access past it has to [`refresh`](Self::refresh) before it may trap.
#[repr(C)]
#[derive(Debug)]
pub struct MemoryInst {
    pub(crate) base: *mut u8,
    pub(crate) len_bytes: usize,
    /// `limits.min` is the initial size.
    ty: MemoryType,
    /// Greatest size in pages: the least of the type's, the address type's and the store's limit.
    max_pages: u64,
    owner: Owner,
}

/// What keeps the bytes alive.
#[derive(Debug)]
enum Owner {
    Own(Backing),
    Shared(SharedMemory),
}

// SAFETY: `base` points into what `owner` keeps, which is this instance's own or a `SharedMemory`, which is `Send`.
unsafe impl Send for MemoryInst {}

impl MemoryInst {
    /// A memory of the type's minimal size, all zero (core `#alloc-mem`). `max_bytes` is the store's limit.
    ///
    /// # Errors
    ///
    /// [`Resource::Memory`] if the minimal size is over the limit or cannot be had.
    pub fn new(ty: MemoryType, max_bytes: u64) -> Result<MemoryInst, Resource> {
        Self::new_in(&mut Nursery::default(), ty, max_bytes)
    }

    /// The same, of a store whose memories come from `nursery`.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub(crate) fn new_in(nursery: &mut Nursery, ty: MemoryType, max_bytes: u64) -> Result<MemoryInst, Resource> {
        if ty.shared {
            return SharedMemory::new(ty, max_bytes).map(Self::from_shared);
        }
        let max_pages = max_pages(&ty, max_bytes);
        let len_bytes = initial_bytes(&ty, max_pages)?;
        let mut backing = nursery.zeroed(len_bytes).ok_or(Resource::Memory)?;
        Ok(MemoryInst { base: backing.base(), len_bytes, ty, max_pages, owner: Owner::Own(backing) })
    }

    /// One store's view of a shared memory.
    pub fn from_shared(memory: SharedMemory) -> MemoryInst {
        MemoryInst {
            base: memory.base(),
            len_bytes: memory.len_bytes(),
            ty: memory.declared(),
            max_pages: memory.max_pages(),
            owner: Owner::Shared(memory),
        }
    }

    /// The shared memory that this is a view of, if it is one.
    pub fn shared(&self) -> Option<SharedMemory> {
        self.as_shared().cloned()
    }

    fn as_shared(&self) -> Option<&SharedMemory> {
        match &self.owner {
            Owner::Own(_) => None,
            Owner::Shared(memory) => Some(memory),
        }
    }

    /// The type, with the current size as its minimum.
    pub fn ty(&self) -> MemoryType {
        MemoryType { limits: Limits { min: self.size_pages(), ..self.ty.limits }, ..self.ty }
    }

    /// Current size in pages (core `#exec-memory.size`).
    pub fn size_pages(&self) -> u64 {
        (self.len_bytes() as u64) >> self.ty.page_size_log2
    }

    /// Current size in bytes; of a shared memory, what it is at this moment.
    #[inline]
    pub fn len_bytes(&self) -> usize {
        match &self.owner {
            Owner::Own(_) => self.len_bytes,
            Owner::Shared(memory) => memory.len_bytes(),
        }
    }

    /// Where the bytes start. Growing moves it, unless the memory is shared.
    #[inline]
    pub fn base(&self) -> *mut u8 {
        self.base
    }

    /// Takes over the size that other threads gave a shared memory; returns the size in bytes.
    pub fn refresh(&mut self) -> usize {
        self.len_bytes = self.len_bytes();
        self.len_bytes
    }

    /// Grows by `delta_pages` zeroed pages and returns the old size; `None` (the instruction's -1) changes nothing
    /// (core `#exec-memory.grow`).
    pub(crate) fn grow(&mut self, delta_pages: u64) -> Option<u64> {
        let old = match &mut self.owner {
            Owner::Shared(memory) => memory.grow(delta_pages)?,
            Owner::Own(backing) => {
                let old = (self.len_bytes as u64) >> self.ty.page_size_log2;
                let new = old.checked_add(delta_pages).filter(|&new| new <= self.max_pages)?;
                if new != old {
                    // No overflow: `max_pages` pages fit into a `usize`.
                    let new_bytes = (new << self.ty.page_size_log2) as usize;
                    backing.grow(self.len_bytes, new_bytes)?;
                    self.base = backing.base();
                    self.len_bytes = new_bytes;
                }
                old
            }
        };
        self.refresh();
        Some(old)
    }

    /// The offset as an index, if `len` bytes from `offset` are inside.
    #[inline]
    fn range(&self, offset: u64, len: u64) -> Result<usize, OutOfBounds> {
        let end = offset.checked_add(len).ok_or(OutOfBounds)?;
        // The cached size first: the shared one is another cache line.
        if end <= self.len_bytes as u64 || end <= self.len_bytes() as u64 {
            Ok(offset as usize)
        } else {
            Err(OutOfBounds)
        }
    }

    /// The address of `len` bytes from `offset`.
    #[inline]
    fn at(&self, offset: u64, len: u64) -> Result<*mut u8, OutOfBounds> {
        let index = self.range(offset, len)?;
        // SAFETY: `range` found `index` inside (or one past) the allocation that `owner` keeps.
        Ok(unsafe { self.base.add(index) })
    }

    /// Fills `buf` from the bytes at `offset`.
    ///
    /// # Errors
    ///
    /// [`OutOfBounds`], and `buf` is as it was.
    #[inline]
    pub fn read(&self, offset: u64, buf: &mut [u8]) -> Result<(), OutOfBounds> {
        let from = self.at(offset, buf.len() as u64)?;
        match self.owner {
            // SAFETY: `at` checked the range; an unshared memory has no writer but through `&mut self`, and no host
            // slice overlaps it.
            Owner::Own(_) => unsafe { std::ptr::copy_nonoverlapping(from, buf.as_mut_ptr(), buf.len()) },
            // SAFETY: `at` checked the range, and `buf` is a host slice apart from it.
            Owner::Shared(_) => unsafe { relaxed::load(from, buf) },
        }
        Ok(())
    }

    /// Writes `bytes` at `offset`.
    ///
    /// # Errors
    ///
    /// [`OutOfBounds`], and nothing is written.
    #[inline]
    pub fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), OutOfBounds> {
        let to = self.at(offset, bytes.len() as u64)?;
        match self.owner {
            // SAFETY: as in `read`, and `&mut self` says that nothing borrows the bytes.
            Owner::Own(_) => unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) },
            // SAFETY: `at` checked the range, and `bytes` is a host slice apart from it.
            Owner::Shared(_) => unsafe { relaxed::store(to, bytes) },
        }
        Ok(())
    }

    /// All bytes; `None` if the memory is shared, since others may write them at any time.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self.owner {
            // SAFETY: the backing has `len_bytes` initialised bytes at `base`, and writes need `&mut self`.
            Owner::Own(_) => Some(unsafe { std::slice::from_raw_parts(self.base, self.len_bytes) }),
            Owner::Shared(_) => None,
        }
    }

    /// All bytes, to write; `None` if the memory is shared.
    pub fn bytes_mut(&mut self) -> Option<&mut [u8]> {
        match self.owner {
            // SAFETY: as in `bytes`, and `&mut self` is the only way to them.
            Owner::Own(_) => Some(unsafe { std::slice::from_raw_parts_mut(self.base, self.len_bytes) }),
            Owner::Shared(_) => None,
        }
    }

    /// A copy of all bytes. Of a shared memory it need not be a state that the memory ever had as a whole.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.len_bytes()];
        // Memories never shrink: what was the length is inside.
        self.read(0, &mut bytes).expect("the length was read before");
        bytes
    }

    /// Sets `len` bytes from `offset` to `value` (core `#exec-memory.fill`).
    ///
    /// # Errors
    ///
    /// [`OutOfBounds`], and nothing is written.
    pub fn fill(&mut self, offset: u64, value: u8, len: u64) -> Result<(), OutOfBounds> {
        let to = self.at(offset, len)?;
        match self.owner {
            // SAFETY: `at` checked the range, and `&mut self` says that nothing borrows it.
            Owner::Own(_) => unsafe { std::ptr::write_bytes(to, value, len as usize) },
            // SAFETY: `at` checked the range.
            Owner::Shared(_) => unsafe { relaxed::fill(to, value, len as usize) },
        }
        Ok(())
    }

    /// Copies `len` bytes from `src` to `dst` as if through a buffer (core `#exec-memory.copy`).
    ///
    /// # Errors
    ///
    /// [`OutOfBounds`], and nothing is written.
    pub fn copy_within(&mut self, dst: u64, src: u64, len: u64) -> Result<(), OutOfBounds> {
        let (to, from) = (self.at(dst, len)?, self.at(src, len)?);
        match self.owner {
            // SAFETY: `at` checked both ranges, and `ptr::copy` allows that they overlap.
            Owner::Own(_) => unsafe { std::ptr::copy(from, to, len as usize) },
            // SAFETY: `at` checked both ranges.
            Owner::Shared(_) => unsafe { relaxed::copy(from, to, len as usize) },
        }
        Ok(())
    }

    /// Copies `len` bytes from `src_offset` of another memory to `dst` (core `#exec-memory.copy`). Two views of one shared
    /// memory are as good as two memories.
    ///
    /// # Errors
    ///
    /// [`OutOfBounds`], and nothing is written.
    pub fn copy_from(&mut self, dst: u64, src: &MemoryInst, src_offset: u64, len: u64) -> Result<(), OutOfBounds> {
        let (to, from) = (self.at(dst, len)?, src.at(src_offset, len)?);
        match (&self.owner, &src.owner) {
            // SAFETY: `at` checked both ranges; two unshared memories never overlap.
            (Owner::Own(_), Owner::Own(_)) => unsafe { std::ptr::copy_nonoverlapping(from, to, len as usize) },
            // SAFETY: `at` checked both ranges; `relaxed::copy` allows that they overlap.
            _ => unsafe { relaxed::copy(from, to, len as usize) },
        }
        Ok(())
    }
}

/// The greatest number of pages a memory of this type can have in a store with the limit `max_bytes`; as many bytes fit
/// into an `isize`, as every allocation must.
fn max_pages(ty: &MemoryType, max_bytes: u64) -> u64 {
    // A 32-bit `memory.size` cannot say 2^32, which only pages of one byte would need.
    let addressable = if ty.is_64 { u64::MAX } else { ((1 << 32) >> ty.page_size_log2).min(u32::MAX as u64) };
    let limit = max_bytes.min(isize::MAX as u64) >> ty.page_size_log2;
    ty.limits.max.unwrap_or(u64::MAX).min(addressable).min(limit)
}

/// The type's minimal size in bytes, if it is within `max_pages`.
fn initial_bytes(ty: &MemoryType, max_pages: u64) -> Result<usize, Resource> {
    if ty.limits.min > max_pages { Err(Resource::Memory) } else { Ok((ty.limits.min << ty.page_size_log2) as usize) }
}
