//! The references that compiled frames hold: a walk along the frame pointers, and for each return address the slots of the
//! frame that hold references there.
//!
//! A value that may refer to an object is declared to Cranelift, which spills it around every call and says where: the
//! *stack map* of that call. So the roots are exactly the references that are still needed. Functions with so many of them
//! in so many places that the maps would be larger than the code by far have none ([`FrameMap::Unknown`]): all words of
//! their frames count then. The heap does not move its objects, and a reference is told from other words by its tag and
//! generation, so that this keeps too much at worst.

#![allow(unsafe_code, reason = "reading the words of the stack")]

use super::abi::{REGISTERS, RunContext};
use std::{
    collections::BTreeMap,
    mem::offset_of,
    sync::{PoisonError, RwLock},
};

/// Where a function's frames hold references.
#[derive(Debug)]
pub(super) enum FrameMap {
    /// At these return addresses, in ascending order; nowhere at others.
    Known(Vec<Safepoint>),
    /// Anywhere: the frame has so many bytes.
    Unknown(u32),
}

/// A call, and where its frame holds references meanwhile.
#[derive(Debug)]
pub(super) struct Safepoint {
    /// Where it returns to, in bytes from the start of the function.
    pub at: u32,
    /// From the frame pointer down to the stack pointer, in bytes.
    pub span: u32,
    /// Offsets from the stack pointer, in bytes.
    pub slots: Box<[u32]>,
}

/// The maps of all code of the process that has some, by the address where a function starts, with the one where it ends.
static MAPS: RwLock<BTreeMap<usize, (usize, FrameMap)>> = RwLock::new(BTreeMap::new());

/// Functions in memory, for which there are maps as long as this lives.
pub(super) struct Registered(Vec<usize>);

impl Registered {
    /// Registers the maps of functions: where each starts, its length in bytes, and its map.
    pub fn new(functions: impl IntoIterator<Item = (usize, usize, FrameMap)>) -> Self {
        let needed = |map: &FrameMap| !matches!(map, FrameMap::Known(safepoints) if safepoints.is_empty());
        let functions: Vec<_> = functions.into_iter().filter(|(.., map)| needed(map)).collect();
        let starts = functions.iter().map(|(start, ..)| *start).collect();
        if !functions.is_empty() {
            let mut maps = MAPS.write().unwrap_or_else(PoisonError::into_inner);
            maps.extend(functions.into_iter().map(|(start, len, map)| (start, (start + len, map))));
        }
        Registered(starts)
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        if !self.0.is_empty() {
            let mut maps = MAPS.write().unwrap_or_else(PoisonError::into_inner);
            self.0.iter().for_each(|start| drop(maps.remove(start)));
        }
    }
}

/// The compiled frames of one run, while it is in a helper.
#[derive(Clone)]
pub(super) struct Segment {
    /// Where the helper returns to.
    pub pc: usize,
    /// The frame pointer of the innermost frame.
    pub fp: usize,
    /// The frame pointer of the entry trampoline, which is the outermost and holds nothing.
    pub entry_fp: usize,
    /// Registers that the innermost frame may have values in, if its map is unknown.
    pub registers: [u64; REGISTERS],
    /// References that the helper holds itself.
    pub operands: Vec<u64>,
}

/// Every reference that frames of these runs hold.
pub(super) fn roots<'s>(segments: impl Iterator<Item = &'s Segment>) -> Vec<u64> {
    let maps = MAPS.read().unwrap_or_else(PoisonError::into_inner);
    let mut found = Vec::new();
    for segment in segments {
        found.extend_from_slice(&segment.operands);
        let (mut pc, mut fp) = (segment.pc, segment.fp);
        let mut innermost = true;
        while fp != segment.entry_fp {
            let map = maps.range(..=pc).next_back().filter(|(_, (end, _))| pc <= *end);
            match map {
                Some((start, (_, FrameMap::Known(safepoints)))) => {
                    if let Ok(index) = safepoints.binary_search_by_key(&(pc - start), |point| point.at as usize) {
                        let Safepoint { span, slots, .. } = &safepoints[index];
                        found.extend(slots.iter().map(|slot| read_word(fp - *span as usize + *slot as usize)));
                    }
                }
                Some((_, (_, FrameMap::Unknown(bytes)))) => {
                    found.extend((fp - *bytes as usize..fp).step_by(8).map(read_word));
                    if innermost {
                        found.extend(segment.registers);
                    }
                }
                None => {}
            }
            innermost = false;
            let caller = read_word(fp) as usize;
            debug_assert!(caller > fp && caller <= segment.entry_fp, "frame pointers lead to the entry");
            (pc, fp) = (read_word(fp + 8) as usize, caller);
        }
    }
    found
}

/// Writes down where compiled code is and what the registers hold that it may still need, and goes on in the helper that
/// the run context names. Compiled code calls every helper through this that may collect garbage or run something else.
///
/// # Safety
/// The first argument is the run context, the others are the target's.
#[cfg(all(target_arch = "x86_64", not(windows)))]
#[unsafe(naked)]
pub(super) unsafe extern "C" fn publish() {
    std::arch::naked_asm!(
        "mov rax, [rsp]",
        "mov [rdi + {pc}], rax",
        "mov [rdi + {fp}], rbp",
        "mov [rdi + {registers}], rbx",
        "mov [rdi + {registers} + 8], r12",
        "mov [rdi + {registers} + 16], r13",
        "mov [rdi + {registers} + 24], r14",
        "mov [rdi + {registers} + 32], r15",
        "jmp qword ptr [rdi + {target}]",
        pc = const offset_of!(RunContext, pc),
        fp = const offset_of!(RunContext, fp),
        registers = const offset_of!(RunContext, registers),
        target = const offset_of!(RunContext, target),
    )
}

/// As above.
///
/// # Safety
/// As above.
#[cfg(all(target_arch = "x86_64", windows))]
#[unsafe(naked)]
pub(super) unsafe extern "C" fn publish() {
    std::arch::naked_asm!(
        "mov rax, [rsp]",
        "mov [rcx + {pc}], rax",
        "mov [rcx + {fp}], rbp",
        "mov [rcx + {registers}], rbx",
        "mov [rcx + {registers} + 8], r12",
        "mov [rcx + {registers} + 16], r13",
        "mov [rcx + {registers} + 24], r14",
        "mov [rcx + {registers} + 32], r15",
        "mov [rcx + {registers} + 40], rdi",
        "mov [rcx + {registers} + 48], rsi",
        "jmp qword ptr [rcx + {target}]",
        pc = const offset_of!(RunContext, pc),
        fp = const offset_of!(RunContext, fp),
        registers = const offset_of!(RunContext, registers),
        target = const offset_of!(RunContext, target),
    )
}

/// As above.
///
/// # Safety
/// As above.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
pub(super) unsafe extern "C" fn publish() {
    std::arch::naked_asm!(
        "str x30, [x0, #{pc}]",
        "str x29, [x0, #{fp}]",
        "add x9, x0, #{registers}",
        "stp x19, x20, [x9]",
        "stp x21, x22, [x9, #16]",
        "stp x23, x24, [x9, #32]",
        "stp x25, x26, [x9, #48]",
        "stp x27, x28, [x9, #64]",
        "ldr x9, [x0, #{target}]",
        "br x9",
        pc = const offset_of!(RunContext, pc),
        fp = const offset_of!(RunContext, fp),
        registers = const offset_of!(RunContext, registers),
        target = const offset_of!(RunContext, target),
    )
}

/// Nothing is compiled on this machine.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) unsafe extern "C" fn publish() {
    unreachable!("nothing is compiled on this machine")
}

/// A word of the stack, whatever it belongs to. In assembly, since no language rule lets a function look at the frames of
/// others, and no sanitizer either.
#[cfg(target_arch = "x86_64")]
fn read_word(address: usize) -> u64 {
    let word: u64;
    // SAFETY: the address is in a compiled frame of a run that waits for the caller, as the frame pointers say.
    unsafe {
        std::arch::asm!("mov {0}, [{1}]", out(reg) word, in(reg) address, options(nostack, readonly, preserves_flags))
    };
    word
}

/// A word of the stack, whatever it belongs to. In assembly, since no language rule lets a function look at the frames of
/// others, and no sanitizer either.
#[cfg(target_arch = "aarch64")]
fn read_word(address: usize) -> u64 {
    let word: u64;
    // SAFETY: the address is in a compiled frame of a run that waits for the caller, as the frame pointers say.
    unsafe {
        std::arch::asm!("ldr {0}, [{1}]", out(reg) word, in(reg) address, options(nostack, readonly, preserves_flags))
    };
    word
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn read_word(_: usize) -> u64 {
    unreachable!("nothing is compiled on this machine")
}
