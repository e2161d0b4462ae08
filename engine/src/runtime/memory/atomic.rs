//! Atomic accesses, wait and notify (threads proposal, *Atomic Memory Instructions*).
//!
//! The order of the checks is the proposal's: its rules for `atomic.rmw` compare the effective address with the width
//! before they read the memory's length, and its interpreter checks the alignment, then that a memory to wait on is
//! shared, then the bounds.

use super::{MemoryInst, Owner};
use crate::trace::TrapCode;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering::SeqCst};

/// What `atomic.rmw` does with the old value and the operand (threads proposal, `atop`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the variants are the proposal's own words")]
pub enum RmwOp {
    Add,
    Sub,
    And,
    Or,
    Xor,
    Xchg,
}

/// Why `memory.atomic.wait` did not return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitError {
    /// It traps.
    Trap(TrapCode),
    /// The embedder interrupted the thread.
    Interrupted,
}

impl From<TrapCode> for WaitError {
    fn from(code: TrapCode) -> Self {
        WaitError::Trap(code)
    }
}

/// An integer as wide as an atomic access can be; all accesses are sequentially consistent.
trait Width: Copy {
    /// The value in a stack slot: zero-extended.
    fn extend(self) -> u64;

    /// The value from a stack slot: wrapped.
    fn wrap(slot: u64) -> Self;

    /// # Safety
    ///
    /// As for every function here: `at` is the aligned address of a value of this width in a live memory.
    unsafe fn load(at: *mut u8) -> Self;

    /// # Safety
    ///
    /// As [`load`](Self::load).
    unsafe fn store(at: *mut u8, value: Self);

    /// # Safety
    ///
    /// As [`load`](Self::load).
    unsafe fn rmw(at: *mut u8, op: RmwOp, value: Self) -> Self;

    /// # Safety
    ///
    /// As [`load`](Self::load).
    unsafe fn cmpxchg(at: *mut u8, expected: Self, replacement: Self) -> Self;
}

macro_rules! widths {
    ($($int:ty as $atomic:ty;)*) => {$(
        impl Width for $int {
            #[inline]
            fn extend(self) -> u64 {
                self as u64
            }

            #[inline]
            fn wrap(slot: u64) -> Self {
                slot as $int
            }

            #[inline]
            unsafe fn load(at: *mut u8) -> Self {
                // SAFETY: the caller's promise.
                unsafe { <$atomic>::from_ptr(at.cast()) }.load(SeqCst)
            }

            #[inline]
            unsafe fn store(at: *mut u8, value: Self) {
                // SAFETY: the caller's promise.
                unsafe { <$atomic>::from_ptr(at.cast()) }.store(value, SeqCst)
            }

            #[inline]
            unsafe fn rmw(at: *mut u8, op: RmwOp, value: Self) -> Self {
                // SAFETY: the caller's promise.
                let cell = unsafe { <$atomic>::from_ptr(at.cast()) };
                match op {
                    RmwOp::Add => cell.fetch_add(value, SeqCst),
                    RmwOp::Sub => cell.fetch_sub(value, SeqCst),
                    RmwOp::And => cell.fetch_and(value, SeqCst),
                    RmwOp::Or => cell.fetch_or(value, SeqCst),
                    RmwOp::Xor => cell.fetch_xor(value, SeqCst),
                    RmwOp::Xchg => cell.swap(value, SeqCst),
                }
            }

            #[inline]
            unsafe fn cmpxchg(at: *mut u8, expected: Self, replacement: Self) -> Self {
                // SAFETY: the caller's promise.
                let cell = unsafe { <$atomic>::from_ptr(at.cast()) };
                cell.compare_exchange(expected, replacement, SeqCst, SeqCst).unwrap_or_else(|old| old)
            }
        }
    )*};
}
widths! {
    u8 as AtomicU8;
    u16 as AtomicU16;
    u32 as AtomicU32;
    u64 as AtomicU64;
}

/// Runs `$body` with `$w` as the integer of `$width` bytes.
macro_rules! with_width {
    ($width:expr, $w:ident => $body:expr) => {
        match $width {
            1 => {
                type $w = u8;
                $body
            }
            2 => {
                type $w = u16;
                $body
            }
            4 => {
                type $w = u32;
                $body
            }
            8 => {
                type $w = u64;
                $body
            }
            width => unreachable!("no atomic access has {width} bytes"),
        }
    };
}

/// Widths are 1, 2, 4 or 8 bytes; values are zero-extended, and operands wrapped.
impl MemoryInst {
    /// The address of an aligned access of `width` bytes.
    #[inline(always)]
    fn atomic_at(&self, ea: u64, width: u8) -> Result<*mut u8, TrapCode> {
        check_alignment(ea, width)?;
        self.at(ea, width as u64).map_err(|_| TrapCode::OutOfBoundsMemory)
    }

    /// Loads atomically from the effective address `ea`.
    ///
    /// # Errors
    ///
    /// [`TrapCode::UnalignedAtomic`], then [`TrapCode::OutOfBoundsMemory`].
    ///
    /// # Panics
    ///
    /// If there is no such width, as all atomic accesses.
    #[inline]
    pub fn atomic_load(&self, ea: u64, width: u8) -> Result<u64, TrapCode> {
        let at = self.atomic_at(ea, width)?;
        // SAFETY: `atomic_at` checked the alignment (every base is a multiple of 16) and the bounds.
        Ok(unsafe { with_width!(width, W => <W as Width>::load(at).extend()) })
    }

    /// Stores atomically at the effective address `ea`.
    ///
    /// # Errors
    ///
    /// As [`atomic_load`](Self::atomic_load).
    #[inline]
    pub fn atomic_store(&mut self, ea: u64, width: u8, value: u64) -> Result<(), TrapCode> {
        let at = self.atomic_at(ea, width)?;
        // SAFETY: as in `atomic_load`, and `&mut self` says that nothing borrows the bytes.
        unsafe { with_width!(width, W => <W as Width>::store(at, W::wrap(value))) };
        Ok(())
    }

    /// Replaces the value at the effective address `ea` by `op` of it and `value`; returns the old one.
    ///
    /// # Errors
    ///
    /// As [`atomic_load`](Self::atomic_load).
    #[inline]
    pub fn atomic_rmw(&mut self, ea: u64, width: u8, op: RmwOp, value: u64) -> Result<u64, TrapCode> {
        let at = self.atomic_at(ea, width)?;
        // SAFETY: as in `atomic_store`.
        Ok(unsafe { with_width!(width, W => <W as Width>::rmw(at, op, W::wrap(value)).extend()) })
    }

    /// Replaces the value at the effective address `ea` by `replacement` if it is `expected`, wrapped; returns the old
    /// one.
    ///
    /// # Errors
    ///
    /// As [`atomic_load`](Self::atomic_load).
    #[inline]
    pub fn atomic_cmpxchg(&mut self, ea: u64, width: u8, expected: u64, replacement: u64) -> Result<u64, TrapCode> {
        let at = self.atomic_at(ea, width)?;
        // SAFETY: as in `atomic_store`.
        Ok(unsafe {
            with_width!(width, W => <W as Width>::cmpxchg(at, W::wrap(expected), W::wrap(replacement)).extend())
        })
    }

    /// `memory.atomic.wait32` and `wait64`: suspends the thread while the value of `width` bytes (4 or 8) at `ea` is
    /// `expected` and nobody notifies it; a negative timeout never ends. 0: notified, 1: not equal, 2: timed out.
    ///
    /// # Errors
    ///
    /// [`TrapCode::UnalignedAtomic`], then [`TrapCode::ExpectedSharedMemory`], then [`TrapCode::OutOfBoundsMemory`];
    /// [`WaitError::Interrupted`] soon after `interrupt` is set.
    pub fn atomic_wait(
        &self,
        ea: u64,
        width: u8,
        expected: u64,
        timeout_ns: i64,
        interrupt: &AtomicBool,
    ) -> Result<u32, WaitError> {
        check_alignment(ea, width)?;
        let Owner::Shared(memory) = &self.owner else { return Err(TrapCode::ExpectedSharedMemory.into()) };
        self.atomic_at(ea, width)?;
        let expected = if width == 4 { expected as u32 as u64 } else { expected };
        let equal = || self.atomic_load(ea, width) == Ok(expected);
        memory.wait(ea, equal, timeout_ns, interrupt)
    }

    /// `memory.atomic.notify`: wakes up to `count` threads that wait at `ea` and returns how many; nobody can wait on a
    /// memory that is not shared.
    ///
    /// # Errors
    ///
    /// [`TrapCode::UnalignedAtomic`], then [`TrapCode::OutOfBoundsMemory`].
    pub fn atomic_notify(&self, ea: u64, count: u32) -> Result<u32, TrapCode> {
        self.atomic_at(ea, 4)?;
        Ok(self.as_shared().map_or(0, |memory| memory.notify(ea, count)))
    }
}

/// Atomic accesses have to be naturally aligned, whatever the instruction's hint.
#[inline]
fn check_alignment(ea: u64, width: u8) -> Result<(), TrapCode> {
    if ea.is_multiple_of(width as u64) { Ok(()) } else { Err(TrapCode::UnalignedAtomic) }
}
