//! What a post-mortem has of a memory or a table ([`State`]): put together from what was written, where the engine reads
//! everything from start to end.

use preflight_engine::trace::{Beyond, MemoryRun, RefValue, State, TableRun, Value};
use std::{collections::BTreeMap, iter};

/// As many zeros are between two runs at least.
const GAP: u64 = 8;
/// As many equal bytes are a run of their own.
const UNIFORM: u64 = 64;
/// No run has more bytes that differ.
const RUN: u64 = 1 << 16;
/// As many bytes of a memory are shown.
const BYTES_SHOWN: u64 = 1 << 20;
/// As many runs of a table are shown.
const RUNS_SHOWN: usize = 1 << 14;

/// A memory of `size` bytes; those that are not zero are in `bytes`.
pub(crate) fn memory(size: u64, bytes: &BTreeMap<u64, u8>) -> State {
    let mut runs = Runs::default();
    let mut equal: Option<Equal> = None;
    for (&at, &byte) in bytes {
        match &mut equal {
            Some(equal) if equal.byte == byte && equal.end() == at => equal.times += 1,
            _ => equal.replace(Equal { at, byte, times: 1 }).into_iter().for_each(|equal| runs.add(equal)),
        }
    }
    equal.into_iter().for_each(|equal| runs.add(equal));
    runs.close();
    State::Memory { size_bytes: size, runs: runs.told, beyond: runs.rest.map(Rest::told) }
}

/// A table of these entries.
pub(crate) fn table(entries: impl Iterator<Item = Value>) -> State {
    let (mut size, mut runs, mut rest) = (0, Vec::<TableRun>::new(), None);
    let mut entries = entries.inspect(|_| size += 1).enumerate().peekable();
    while let Some((index, value)) = entries.next() {
        let mut run = TableRun { index: index as u64, value, times: 1 };
        while entries.next_if(|(_, value)| *value == run.value).is_some() {
            run.times += 1;
        }
        match run.value {
            Value::Ref(RefValue::Null) => {}
            _ if runs.len() < RUNS_SHOWN => runs.push(run),
            _ => {
                let rest = rest.get_or_insert_with(|| Rest::from(run.index));
                rest.add(run.index, run.times, run.times, run.value.to_string().as_bytes());
            }
        }
    }
    drop(entries);
    State::Table { size, runs, beyond: rest.map(Rest::told) }
}

/// Equal bytes that follow each other.
struct Equal {
    at: u64,
    byte: u8,
    times: u64,
}

impl Equal {
    fn end(&self) -> u64 {
        self.at + self.times
    }
}

/// The runs of a memory, of which the last may go on.
#[derive(Default)]
struct Runs {
    told: Vec<MemoryRun>,
    shown: u64,
    rest: Option<Rest>,
    /// Where the last byte was that is not zero, and one more.
    end: u64,
    /// The run that may go on, and where it starts.
    open: Vec<u8>,
    start: u64,
}

impl Runs {
    /// Adds bytes that are not zero.
    fn add(&mut self, equal: Equal) {
        let zeros = Equal { at: self.end, byte: 0, times: equal.at - self.end };
        self.end = equal.end();
        if zeros.times < GAP && !self.open.is_empty() {
            self.join(zeros);
        } else {
            self.close();
        }
        if equal.times >= UNIFORM && self.room() >= UNIFORM { self.alone(equal) } else { self.join(equal) }
    }

    /// How many bytes the open run can still take.
    fn room(&self) -> u64 {
        RUN - self.open.len() as u64
    }

    /// Bytes that are a run of their own.
    fn alone(&mut self, equal: Equal) {
        self.close();
        self.tell(equal.at, &[equal.byte], equal.times);
    }

    /// Bytes that belong to the open run as far as it can take them, and otherwise begin a new one.
    fn join(&mut self, Equal { at, byte, times }: Equal) {
        if self.open.is_empty() {
            self.start = at;
        }
        let taken = times.min(self.room());
        self.open.extend(iter::repeat_n(byte, taken as usize));
        if taken < times {
            self.close();
            let left = Equal { at: at + taken, byte, times: times - taken };
            match byte {
                // No run starts with a zero.
                0 => {}
                _ if left.times >= UNIFORM => self.alone(left),
                _ => self.join(left),
            }
        }
    }

    fn close(&mut self) {
        let bytes = std::mem::take(&mut self.open);
        if let Some(last) = bytes.iter().rposition(|byte| *byte != 0) {
            self.tell(self.start, &bytes[..=last], 1);
        }
    }

    fn tell(&mut self, offset: u64, bytes: &[u8], times: u64) {
        let count = bytes.len() as u64;
        if self.rest.is_none() && self.shown + count <= BYTES_SHOWN {
            self.shown += count;
            let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
            let bytes = digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect();
            self.told.push(MemoryRun { offset, bytes, times });
        } else {
            self.rest.get_or_insert_with(|| Rest::from(offset)).add(offset, count * times, times, bytes);
        }
    }
}

/// What is told of runs that are not shown ([`Beyond`]).
struct Rest {
    from: u64,
    count: u64,
    hash: u64,
}

impl Rest {
    /// Nothing yet, from `from` on: the hash is the offset basis of FNV-1a.
    fn from(from: u64) -> Rest {
        Rest { from, count: 0, hash: 14_695_981_039_346_656_037 }
    }

    fn add(&mut self, start: u64, count: u64, times: u64, content: &[u8]) {
        self.count += count;
        let bytes = start.to_le_bytes().into_iter().chain(times.to_le_bytes()).chain(content.iter().copied());
        self.hash = bytes.fold(self.hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(1_099_511_628_211));
    }

    fn told(self) -> Beyond {
        Beyond { from: self.from, count: self.count, hash: format!("{:016x}", self.hash) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use preflight_engine::trace::MemoryScan;
    use proptest::prelude::*;

    /// What the trace room reads in the same bytes.
    fn read(size: usize, bytes: &BTreeMap<u64, u8>) -> State {
        let mut all = vec![0; size];
        bytes.iter().for_each(|(at, byte)| all[*at as usize] = *byte);
        MemoryScan::of(&all)
    }

    /// Bytes as pieces of equal ones, whose lengths are around those at which something else begins.
    fn pieces() -> impl Strategy<Value = Vec<(u8, usize)>> {
        let length = prop_oneof![1..10_usize, 60..70_usize, 65_400..65_600_usize];
        prop::collection::vec((0..3_u8, length), 0..12)
    }

    proptest! {
        #[test]
        fn a_memory_is_told_as_one_that_is_read(pieces in pieces()) {
            let all: Vec<u8> = pieces.iter().flat_map(|(byte, times)| iter::repeat_n(*byte, *times)).collect();
            // Now and then two bytes that differ by turns, so that runs become long.
            let turns = |(at, byte): (usize, &u8)| (at as u64, if *byte == 2 { 2 + at as u8 % 2 } else { *byte });
            let bytes = all.iter().enumerate().map(turns).filter(|(_, byte)| *byte != 0).collect();
            prop_assert_eq!(memory(all.len() as u64, &bytes), read(all.len(), &bytes));
        }

        #[test]
        fn a_table_is_told_as_one_that_is_read(entries in prop::collection::vec(0..3_u32, 0..30)) {
            let entry = |n: &u32| Value::Ref(if *n == 0 { RefValue::Null } else { RefValue::Func(format!("/#{n}")) });
            prop_assert_eq!(table(entries.iter().map(entry)), TableRun::all(entries.iter().map(entry)));
        }
    }

    #[test]
    fn what_is_too_long_is_told_as_when_it_is_read() {
        let bytes: BTreeMap<u64, u8> = (0..(3 << 19)).map(|at| (at, 1 + at as u8 % 2)).collect();
        let told = memory(3 << 19, &bytes);
        assert!(matches!(&told, State::Memory { beyond: Some(beyond), .. } if beyond.count == 1 << 19), "{told:?}");
        assert_eq!(told, read(3 << 19, &bytes));
        let entry = |n: u32| Value::Ref(RefValue::Func(format!("/#{n}")));
        let told = table((0..20_000).map(entry));
        assert!(matches!(&told, State::Table { beyond: Some(_), .. }));
        assert_eq!(told, TableRun::all((0..20_000).map(entry)));
    }
}
