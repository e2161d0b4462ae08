//! Code memory: written once, then executable and never writable again; freed with its owner.

#![allow(unsafe_code, reason = "turning bytes into code, and code into functions")]

use super::{
    abi::RunContext,
    roots::{FrameMap, Registered},
};
use memmap2::{Mmap, MmapMut};
use std::sync::atomic::{AtomicPtr, Ordering};

/// A compiled function before it is put into memory; its bytes run wherever they stand.
pub(super) struct Code {
    /// Its instructions.
    pub bytes: Vec<u8>,
    /// Size of its frame.
    pub frame_bytes: u32,
    /// Where its frames hold references.
    pub map: FrameMap,
}

/// Executable memory that holds one or more functions.
pub(super) struct Region {
    // Before the memory, whose addresses they name.
    _maps: Registered,
    _map: Mmap,
}

/// Every function starts at a multiple of this.
const ALIGN: usize = 32;

impl Region {
    /// Puts functions into memory of their own; returns it and where each of them starts. `None` if there is no memory.
    pub fn new(functions: Vec<Code>) -> Option<(Region, Vec<usize>)> {
        let mut starts = Vec::with_capacity(functions.len());
        let mut len = 0;
        for code in &functions {
            starts.push(len);
            len = (len + code.bytes.len()).next_multiple_of(ALIGN);
        }
        let mut map = MmapMut::map_anon(len.max(1)).ok()?;
        for (code, start) in functions.iter().zip(&starts) {
            map[*start..start + code.bytes.len()].copy_from_slice(&code.bytes);
        }
        let map = map.make_exec().ok()?;
        synchronise(&map);
        let starts: Vec<usize> = starts.into_iter().map(|start| map.as_ptr() as usize + start).collect();
        let maps = functions.into_iter().zip(&starts).map(|(code, start)| (*start, code.bytes.len(), code.map));
        Some((Region { _maps: Registered::new(maps), _map: map }, starts))
    }
}

/// Makes the instruction side of the processor see what has been written.
#[cfg(not(target_arch = "aarch64"))]
fn synchronise(_: &[u8]) {}

/// Makes the instruction side of the processor see what has been written.
#[cfg(target_arch = "aarch64")]
fn synchronise(code: &[u8]) {
    use std::arch::asm;
    let (start, end) = (code.as_ptr() as usize, code.as_ptr() as usize + code.len());
    // The smallest cache lines there are.
    for line in (start..end).step_by(16) {
        // SAFETY: cleaning and invalidating cache lines of mapped memory changes no value.
        unsafe { asm!("dc cvau, {0}", in(reg) line, options(nostack)) };
    }
    // SAFETY: a barrier.
    unsafe { asm!("dsb ish", options(nostack)) };
    for line in (start..end).step_by(16) {
        // SAFETY: as above.
        unsafe { asm!("ic ivau, {0}", in(reg) line, options(nostack)) };
    }
    // SAFETY: barriers.
    unsafe { asm!("dsb ish", "isb", options(nostack)) };
}

/// Where a function's code is: null until it is compiled. Compiled code reads it with a plain load.
#[repr(transparent)]
#[derive(Default)]
pub(super) struct Cell(AtomicPtr<u8>);

impl Cell {
    /// The code, if it is compiled.
    pub fn get(&self) -> Option<usize> {
        let code = self.0.load(Ordering::Acquire) as usize;
        (code != 0).then_some(code)
    }

    /// Publishes code; whoever is first wins, since others may be running it already.
    pub fn publish(&self, code: usize) -> bool {
        let new = code as *mut u8;
        self.0.compare_exchange(std::ptr::null_mut(), new, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

/// Runs compiled code through the entry trampoline of its shape.
///
/// # Safety
/// `entry` is an entry trampoline of the shape of `code`, `code` a function compiled for the instance with the words
/// `instance`, all of the store of `run`; `words` has as many words as the shape's parameters or results take.
pub(super) unsafe fn enter(entry: usize, run: *mut RunContext, instance: *const u64, code: usize, words: *mut u64) {
    type Entry = unsafe extern "C" fn(*mut RunContext, *const u64, usize, *mut u64);
    // SAFETY: as promised by the caller.
    unsafe {
        let entry = std::mem::transmute::<usize, Entry>(entry);
        entry(run, instance, code, words);
    }
}
