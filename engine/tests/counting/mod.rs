//! An allocator that counts what the running thread allocates.
#![allow(unsafe_code, reason = "the interface of allocators is unsafe; every call goes on to the system's")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

/// The system's allocator, counted.
pub struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
    static BYTES: Cell<i64> = const { Cell::new(0) };
    static PEAK: Cell<i64> = const { Cell::new(0) };
}

fn note(allocations: u64, bytes: i64) {
    // A thread that ends has no counters any more.
    let _ = COUNT.try_with(|count| count.set(count.get() + allocations));
    let _ = BYTES.try_with(|total| {
        total.set(total.get() + bytes);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(total.get())));
    });
}

// SAFETY: every method is the system allocator's; counting touches no memory of the callers.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(1, layout.size() as i64);
        // SAFETY: the caller keeps the promises of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(1, layout.size() as i64);
        // SAFETY: the caller keeps the promises of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        note(1, new_size as i64 - layout.size() as i64);
        // SAFETY: the caller keeps the promises of `realloc`.
        unsafe { System.realloc(at, layout, new_size) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        note(0, -(layout.size() as i64));
        // SAFETY: the caller keeps the promises of `dealloc`.
        unsafe { System.dealloc(at, layout) }
    }
}

/// How many allocations `run` makes, and how many bytes more than before it has at its greatest.
pub fn measure<T>(run: impl FnOnce() -> T) -> (u64, u64, T) {
    let (count, bytes) = (COUNT.get(), BYTES.get());
    PEAK.set(bytes);
    let result = run();
    (COUNT.get() - count, (PEAK.get() - bytes) as u64, result)
}
