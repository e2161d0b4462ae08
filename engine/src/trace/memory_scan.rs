//! What a post-mortem keeps of a memory: little of an empty one, little of a filled one, and never more than a bound.

use super::{State, beyond::Rest};
use serde::{Deserialize, Serialize};

/// As many zeros as end a run.
const GAP: usize = 8;
/// As many equal bytes as become a run of their own.
const UNIFORM: usize = 64;
/// Greatest length of a run whose bytes differ; a longer one is several runs, one behind the other.
const RUN: usize = 1 << 16;
/// As many bytes of one memory are shown; what comes later is told as one [`Beyond`](super::Beyond).
const SHOWN: usize = 1 << 20;

/// A run of bytes in a memory. Gaps of fewer than eight zero bytes do not end a run; 64 equal bytes or more are a run of
/// their own; and a run has at most 64 KiB that differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryRun {
    /// Where it starts, in bytes.
    pub offset: u64,
    /// The bytes in hexadecimal, two digits each.
    pub bytes: String,
    /// How many times the bytes stand there, one after the other.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub times: u64,
}

pub(super) fn once() -> u64 {
    1
}

pub(super) fn is_once(times: &u64) -> bool {
    *times == 1
}

/// Reads a memory from its start to its end, piece by piece.
///
/// ```
/// use preflight_engine::trace::{MemoryScan, State};
/// let mut scan = MemoryScan::default();
/// scan.feed(&[0; 100]);
/// scan.feed(b"abc");
/// let State::Memory { size_bytes, runs, beyond } = scan.finish() else { unreachable!() };
/// assert_eq!((size_bytes, runs[0].offset, &*runs[0].bytes, beyond), (103, 100, "616263", None));
/// ```
#[derive(Debug, Default)]
pub struct MemoryScan {
    at: u64,
    open: Open,
    runs: Vec<MemoryRun>,
    shown: usize,
    beyond: Option<Rest>,
}

/// The run that is being read.
#[derive(Debug, Default)]
enum Open {
    #[default]
    None,
    /// Bytes that differ; the last `same` of them are equal.
    Bytes {
        start: u64,
        bytes: Vec<u8>,
        same: usize,
    },
    Uniform {
        start: u64,
        byte: u8,
        times: u64,
    },
}

impl MemoryScan {
    /// What a memory of these bytes is in a post-mortem.
    pub fn of(memory: &[u8]) -> State {
        let mut scan = MemoryScan::default();
        scan.feed(memory);
        scan.finish()
    }

    /// Takes the next bytes.
    pub fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let skipped = match &mut self.open {
                Open::None => leading(bytes, 0),
                Open::Uniform { byte, times, .. } => {
                    let more = leading(bytes, *byte);
                    *times += more as u64;
                    more
                }
                Open::Bytes { .. } => 0,
            };
            self.at += skipped as u64;
            bytes = &bytes[skipped..];
            if let Some((&byte, rest)) = bytes.split_first() {
                self.push(byte);
                self.at += 1;
                bytes = rest;
            }
        }
    }

    /// Takes the byte at `self.at`, which does not continue a uniform run and does not follow a gap if it is zero.
    fn push(&mut self, byte: u8) {
        match &mut self.open {
            Open::Bytes { bytes, same, .. } if bytes.len() < RUN => {
                *same = if bytes.last() == Some(&byte) { *same + 1 } else { 1 };
                bytes.push(byte);
                let (same, length) = (*same, bytes.len());
                if byte == 0 && same == GAP {
                    bytes.truncate(length - GAP);
                    self.close();
                } else if byte != 0 && same == UNIFORM {
                    bytes.truncate(length - UNIFORM);
                    self.close();
                    self.open = Open::Uniform { start: self.at + 1 - UNIFORM as u64, byte, times: UNIFORM as u64 };
                }
            }
            _ => {
                self.close();
                if byte != 0 {
                    self.open = Open::Bytes { start: self.at, bytes: vec![byte], same: 1 };
                }
            }
        }
    }

    fn close(&mut self) {
        match std::mem::take(&mut self.open) {
            Open::None => {}
            Open::Uniform { start, byte, times } => self.keep(start, &[byte], times),
            Open::Bytes { start, mut bytes, .. } => {
                bytes.truncate(bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
                if !bytes.is_empty() {
                    self.keep(start, &bytes, 1);
                }
            }
        }
    }

    fn keep(&mut self, offset: u64, bytes: &[u8], times: u64) {
        if self.beyond.is_none() && self.shown + bytes.len() <= SHOWN {
            self.shown += bytes.len();
            self.runs.push(MemoryRun { offset, bytes: hex(bytes), times });
            return;
        }
        let rest = self.beyond.get_or_insert_with(|| Rest::from(offset));
        rest.add(offset, bytes.len() as u64 * times, times, bytes);
    }

    /// What the memory is in a post-mortem.
    pub fn finish(mut self) -> State {
        self.close();
        State::Memory { size_bytes: self.at, runs: self.runs, beyond: self.beyond.map(Rest::told) }
    }
}

/// How many bytes at the start of `bytes` are `byte`.
fn leading(bytes: &[u8], byte: u8) -> usize {
    /// Wide steps first, each without a branch: most of a memory is zero.
    const STEP: usize = 512;
    let is_equal = |chunk: &&[u8]| chunk.iter().fold(0, |others, b| others | (b ^ byte)) == 0;
    let wide = bytes.chunks_exact(STEP).take_while(is_equal).count() * STEP;
    wide + bytes[wide..].iter().take_while(|b| **b == byte).count()
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Beyond;

    fn scan(memory: &[u8]) -> (Vec<(u64, String, u64)>, Option<Beyond>) {
        let State::Memory { size_bytes, runs, beyond } = MemoryScan::of(memory) else { unreachable!() };
        assert_eq!(size_bytes, memory.len() as u64);
        (runs.into_iter().map(|run| (run.offset, run.bytes, run.times)).collect(), beyond)
    }

    fn run(offset: u64, bytes: &str, times: u64) -> (u64, String, u64) {
        (offset, bytes.to_owned(), times)
    }

    #[test]
    fn zeros_are_left_out_and_short_gaps_are_not() {
        assert_eq!(scan(&[]), (vec![], None));
        assert_eq!(scan(&[0; 5000]), (vec![], None));
        assert_eq!(scan(&[0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0]), (vec![run(1, "010000000000000002", 1)], None));
        assert_eq!(scan(&[1, 0, 0, 0, 0, 0, 0, 0, 0, 2]), (vec![run(0, "01", 1), run(9, "02", 1)], None));
    }

    #[test]
    fn equal_bytes_are_counted() {
        let memory = [&[7, 8][..], &[9; 63], &[0; 8], &[9; 64], &[5], &[6; 1000]].concat();
        let short = format!("0708{}", "09".repeat(63));
        let runs = vec![run(0, &short, 1), run(73, "09", 64), run(137, "05", 1), run(138, "06", 1000)];
        assert_eq!(scan(&memory), (runs, None));
    }

    #[test]
    fn pieces_make_no_difference() {
        let memory: Vec<u8> = (0..3000u32).map(|i| if i % 700 < 300 { 3 } else { (i % 3) as u8 }).collect();
        for size in [1, 7, 64, 257, 1000] {
            let mut pieces = MemoryScan::default();
            memory.chunks(size).for_each(|piece| pieces.feed(piece));
            assert_eq!(pieces.finish(), MemoryScan::of(&memory), "{size}");
        }
    }

    #[test]
    fn a_full_memory_is_bounded_and_still_compared() {
        let mut memory: Vec<u8> = (0..3u32 << 20).map(|i| (i.wrapping_mul(0x9e37_79b9) >> 24) as u8 | 1).collect();
        let (runs, beyond) = scan(&memory);
        assert_eq!(runs.iter().map(|(_, bytes, _)| bytes.len() / 2).sum::<usize>(), SHOWN);
        let beyond = beyond.expect("two of three megabytes");
        assert_eq!((beyond.from, beyond.count), (SHOWN as u64, 2 * SHOWN as u64));
        *memory.last_mut().expect("not empty") ^= 2;
        assert_ne!(scan(&memory).1, Some(beyond));
    }
}
