//! Memories shared between the stores of several threads (threads proposal).

use super::{OutOfBounds, WaitError, backing, initial_bytes, max_pages, relaxed};
use crate::{
    syntax::{Limits, MemoryType},
    trace::Resource,
};
use memmap2::MmapMut;
use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{
            AtomicBool, AtomicUsize,
            Ordering::{Relaxed, SeqCst},
        },
    },
    time::{Duration, Instant},
};

/// How long a wait may overlook the interrupt flag.
const POLL: Duration = Duration::from_millis(5);

/// A linear memory that several stores on several threads use at once. Its maximum is reserved from the start, so its
/// base never moves; clones are the same memory.
#[derive(Debug, Clone)]
pub struct SharedMemory(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    base: *mut u8,
    /// Current size in bytes; it only ever grows, and never past the mapping.
    len: AtomicUsize,
    /// As declared: `limits.min` is the initial size.
    ty: MemoryType,
    max_pages: u64,
    waiters: Mutex<WaiterTable>,
    /// Keeps the bytes at `base`.
    _map: MmapMut,
}

/// Who waits at which effective address, in order of arrival.
type WaiterTable = HashMap<u64, VecDeque<Arc<Waiter>>>;

/// One suspended thread.
#[derive(Debug, Default)]
struct Waiter {
    wake: Condvar,
    /// Written by `notify` only: a wait never ends spuriously.
    woken: AtomicBool,
}

// SAFETY: `base` points into `_map`, which goes where `Inner` goes; all access to the bytes is atomic, and all else is
// `Send` and `Sync` by itself.
unsafe impl Send for Inner {}
// SAFETY: as above.
unsafe impl Sync for Inner {}

impl SharedMemory {
    /// A shared memory of the type's minimal size, all zero. `max_bytes` is the limit of the stores that use it.
    ///
    /// # Errors
    ///
    /// [`Resource::Memory`] if the minimal size is over the limit or the maximum cannot be reserved.
    pub fn new(ty: MemoryType, max_bytes: u64) -> Result<SharedMemory, Resource> {
        let ty = MemoryType { shared: true, ..ty };
        let max_pages = max_pages(&ty, max_bytes);
        let len = initial_bytes(&ty, max_pages)?;
        let mut map = backing::reserve((max_pages << ty.page_size_log2) as usize).ok_or(Resource::Memory)?;
        let base = map.as_mut_ptr();
        let waiters = Mutex::default();
        Ok(SharedMemory(Arc::new(Inner { base, len: AtomicUsize::new(len), ty, max_pages, waiters, _map: map })))
    }

    /// The type, with the current size as its minimum.
    pub fn ty(&self) -> MemoryType {
        let ty = self.0.ty;
        MemoryType { limits: Limits { min: self.size_pages(), ..ty.limits }, ..ty }
    }

    /// Current size in pages.
    pub fn size_pages(&self) -> u64 {
        (self.len_bytes() as u64) >> self.0.ty.page_size_log2
    }

    /// Current size in bytes.
    pub fn len_bytes(&self) -> usize {
        self.0.len.load(SeqCst)
    }

    /// Grows by `delta_pages` zeroed pages, as one atomic step, and returns the old size; `None` changes nothing.
    pub fn grow(&self, delta_pages: u64) -> Option<u64> {
        let log2 = self.0.ty.page_size_log2;
        let grown = |len: usize| {
            let new = ((len as u64) >> log2).checked_add(delta_pages)?;
            // The pages up to the maximum are mapped and untouched: the new length is all there is to do.
            (new <= self.0.max_pages).then_some((new << log2) as usize)
        };
        self.0.len.fetch_update(SeqCst, SeqCst, grown).ok().map(|old| (old as u64) >> log2)
    }

    /// Fills `buf` from the bytes at `offset`, unordered with other threads' accesses.
    ///
    /// # Errors
    ///
    /// [`OutOfBounds`], and `buf` is as it was.
    pub fn read(&self, offset: u64, buf: &mut [u8]) -> Result<(), OutOfBounds> {
        let from = self.at(offset, buf.len() as u64)?;
        // SAFETY: `at` checked the range, and `buf` is a host slice apart from it.
        unsafe { relaxed::load(from, buf) };
        Ok(())
    }

    /// Writes `bytes` at `offset`, unordered with other threads' accesses.
    ///
    /// # Errors
    ///
    /// [`OutOfBounds`], and nothing is written.
    pub fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), OutOfBounds> {
        let to = self.at(offset, bytes.len() as u64)?;
        // SAFETY: `at` checked the range, and `bytes` is a host slice apart from it.
        unsafe { relaxed::store(to, bytes) };
        Ok(())
    }

    /// Whether `other` is the same memory.
    pub fn same(&self, other: &SharedMemory) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(super) fn base(&self) -> *mut u8 {
        self.0.base
    }

    pub(super) fn declared(&self) -> MemoryType {
        self.0.ty
    }

    pub(super) fn max_pages(&self) -> u64 {
        self.0.max_pages
    }

    fn at(&self, offset: u64, len: u64) -> Result<*mut u8, OutOfBounds> {
        let end = offset.checked_add(len).ok_or(OutOfBounds)?;
        if end > self.len_bytes() as u64 {
            return Err(OutOfBounds);
        }
        // SAFETY: the mapping has at least `end` bytes.
        Ok(unsafe { self.0.base.add(offset as usize) })
    }

    fn waiters(&self) -> MutexGuard<'_, WaiterTable> {
        // The table is whole whenever the lock is free, even after a panic.
        self.0.waiters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Suspends the thread at `ea` if `equal` still holds, until a notification, the time or an interrupt. The table's
    /// lock makes the comparison and the suspension one step for every notifier.
    pub(super) fn wait(
        &self,
        ea: u64,
        equal: impl FnOnce() -> bool,
        timeout_ns: i64,
        interrupt: &AtomicBool,
    ) -> Result<u32, WaitError> {
        let deadline =
            u64::try_from(timeout_ns).ok().and_then(|ns| Instant::now().checked_add(Duration::from_nanos(ns)));
        let mut table = self.waiters();
        if !equal() {
            return Ok(1);
        }
        let waiter = Arc::new(Waiter::default());
        table.entry(ea).or_default().push_back(Arc::clone(&waiter));
        let result = loop {
            if waiter.woken.load(Relaxed) {
                // The notifier has taken it out of the table.
                return Ok(0);
            }
            if interrupt.load(Relaxed) {
                break Err(WaitError::Interrupted);
            }
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                break Ok(2);
            }
            let pause = left.unwrap_or(POLL).min(POLL);
            table = waiter.wake.wait_timeout(table, pause).unwrap_or_else(PoisonError::into_inner).0;
        };
        remove(&mut table, ea, &waiter);
        result
    }

    /// Wakes up to `count` threads that wait at `ea`, the first come first; returns how many.
    pub(super) fn notify(&self, ea: u64, count: u32) -> u32 {
        let mut table = self.waiters();
        let Some(queue) = table.get_mut(&ea) else { return 0 };
        let woken = queue.len().min(count as usize);
        for waiter in queue.drain(..woken) {
            waiter.woken.store(true, Relaxed);
            waiter.wake.notify_one();
        }
        if queue.is_empty() {
            table.remove(&ea);
        }
        woken as u32
    }
}

/// Takes a waiter out of the table that nobody has woken.
fn remove(table: &mut WaiterTable, ea: u64, waiter: &Arc<Waiter>) {
    if let Some(queue) = table.get_mut(&ea) {
        queue.retain(|other| !Arc::ptr_eq(other, waiter));
        if queue.is_empty() {
            table.remove(&ea);
        }
    }
}
