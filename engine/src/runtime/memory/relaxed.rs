//! Plain accesses to shared memory, as relaxed atomics: what races is then unordered and never undefined behaviour.
//!
//! Programs may access the same bytes with different widths at the same time (threads proposal, *Relaxed memory model*);
//! Rust leaves such races open, and the machines this runs on give each access its own atomicity.

use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering::Relaxed};

const WORD: usize = size_of::<u64>();

/// # Safety
///
/// `at` is inside a live memory.
#[inline]
unsafe fn byte<'a>(at: *const u8) -> &'a AtomicU8 {
    // SAFETY: the caller's promise; a byte is always aligned.
    unsafe { AtomicU8::from_ptr(at.cast_mut()) }
}

/// # Safety
///
/// `at` is the aligned address of 8 bytes inside a live memory.
#[inline]
unsafe fn word<'a>(at: *const u8) -> &'a AtomicU64 {
    // SAFETY: the caller's promise.
    unsafe { AtomicU64::from_ptr(at.cast_mut().cast()) }
}

/// Copies out of a memory. An aligned access of 2, 4 or 8 bytes does not tear.
///
/// # Safety
///
/// `from` points to `to.len()` bytes of a live memory that are apart from `to`.
pub(super) unsafe fn load(from: *const u8, to: &mut [u8]) {
    // SAFETY: the caller's promise covers each byte; the guards check the alignment.
    unsafe {
        match to.len() {
            2 if aligned(from, 2) => {
                let value = AtomicU16::from_ptr(from.cast_mut().cast()).load(Relaxed);
                to.copy_from_slice(&value.to_ne_bytes());
            }
            4 if aligned(from, 4) => {
                let value = AtomicU32::from_ptr(from.cast_mut().cast()).load(Relaxed);
                to.copy_from_slice(&value.to_ne_bytes());
            }
            len => {
                let head = head(from, len);
                for (i, to) in to[..head].iter_mut().enumerate() {
                    *to = byte(from.add(i)).load(Relaxed);
                }
                let mut words = to[head..].chunks_exact_mut(WORD);
                let mut at = from.add(head);
                for to in &mut words {
                    to.copy_from_slice(&word(at).load(Relaxed).to_ne_bytes());
                    at = at.add(WORD);
                }
                for (i, to) in words.into_remainder().iter_mut().enumerate() {
                    *to = byte(at.add(i)).load(Relaxed);
                }
            }
        }
    }
}

/// Copies into a memory. An aligned access of 2, 4 or 8 bytes does not tear.
///
/// # Safety
///
/// `to` points to `from.len()` bytes of a live memory that are apart from `from`.
pub(super) unsafe fn store(to: *mut u8, from: &[u8]) {
    // SAFETY: the caller's promise covers each byte; the guards check the alignment.
    unsafe {
        match *from {
            [a, b] if aligned(to, 2) => AtomicU16::from_ptr(to.cast()).store(u16::from_ne_bytes([a, b]), Relaxed),
            [a, b, c, d] if aligned(to, 4) => {
                AtomicU32::from_ptr(to.cast()).store(u32::from_ne_bytes([a, b, c, d]), Relaxed);
            }
            _ => {
                let (start, rest) = from.split_at(head(to, from.len()));
                for (i, &value) in start.iter().enumerate() {
                    byte(to.add(i)).store(value, Relaxed);
                }
                let (words, end) = rest.as_chunks::<WORD>();
                let mut at = to.add(start.len());
                for &value in words {
                    word(at).store(u64::from_ne_bytes(value), Relaxed);
                    at = at.add(WORD);
                }
                for (i, &value) in end.iter().enumerate() {
                    byte(at.add(i)).store(value, Relaxed);
                }
            }
        }
    }
}

/// Sets `len` bytes to `value`.
///
/// # Safety
///
/// `to` points to `len` bytes of a live memory.
pub(super) unsafe fn fill(to: *mut u8, value: u8, len: usize) {
    let head = head(to, len);
    let words = (len - head) / WORD;
    // SAFETY: the caller's promise covers each byte; `head` aligned the words.
    unsafe {
        (0..head).for_each(|i| byte(to.add(i)).store(value, Relaxed));
        let at = to.add(head);
        (0..words).for_each(|i| word(at.add(i * WORD)).store(u64::from_ne_bytes([value; WORD]), Relaxed));
        (head + words * WORD..len).for_each(|i| byte(to.add(i)).store(value, Relaxed));
    }
}

/// Copies `len` bytes as if through a buffer; either memory may be unshared.
///
/// # Safety
///
/// Both point to `len` bytes of live memories; they may overlap.
pub(super) unsafe fn copy(from: *const u8, to: *mut u8, len: usize) {
    // Equally aligned ranges that overlap lie a whole number of words apart, so that words are as good as bytes.
    let in_words = (from as usize ^ to as usize).is_multiple_of(WORD);
    let head = if in_words { head(to, len) } else { len };
    let words = (len - head) / WORD;
    let tail = head + words * WORD;
    // SAFETY: the caller's promise covers each byte; `head` aligned the words of both.
    let (copy_byte, copy_word) = unsafe {
        (
            |i: usize| byte(to.add(i)).store(byte(from.add(i)).load(Relaxed), Relaxed),
            |i: usize| {
                let at = head + i * WORD;
                word(to.add(at)).store(word(from.add(at)).load(Relaxed), Relaxed);
            },
        )
    };
    if (to.cast_const()) <= from {
        (0..head).for_each(copy_byte);
        (0..words).for_each(copy_word);
        (tail..len).for_each(copy_byte);
    } else {
        (tail..len).rev().for_each(copy_byte);
        (0..words).rev().for_each(copy_word);
        (0..head).rev().for_each(copy_byte);
    }
}

/// How many of `len` bytes come before the first aligned word.
#[inline]
fn head(at: *const u8, len: usize) -> usize {
    ((at as usize).wrapping_neg() % WORD).min(len)
}

#[inline]
fn aligned(at: *const u8, width: usize) -> bool {
    (at as usize).is_multiple_of(width)
}
