//! What stands in a post-mortem for the part that is too long to be shown.

use serde::{Deserialize, Serialize};

/// The runs of a memory or table that has too many of them: how much they hold, and a number that tells whether two
/// memories or tables hold the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beyond {
    /// Where the first of them starts: a byte of the memory or an index of the table.
    pub from: u64,
    /// The bytes or entries of all of them.
    pub count: u64,
    /// FNV-1a with 64 bits, in hexadecimal, over each run: its start and number of repetitions (eight bytes each,
    /// little-endian) and its content (the bytes, or the text of the value).
    pub hash: String,
}

/// A [`Beyond`] in the making.
#[derive(Debug)]
pub(super) struct Rest {
    from: u64,
    count: u64,
    hash: Fnv,
}

impl Rest {
    /// Nothing yet, from `from` on.
    pub(super) fn from(from: u64) -> Self {
        Rest { from, count: 0, hash: Fnv::default() }
    }

    /// Adds a run of `count` bytes or entries.
    pub(super) fn add(&mut self, start: u64, count: u64, times: u64, content: &[u8]) {
        self.count += count;
        for part in [&start.to_le_bytes(), &times.to_le_bytes(), content] {
            self.hash.write(part);
        }
    }

    /// As the trace tells it.
    pub(super) fn told(self) -> Beyond {
        Beyond { from: self.from, count: self.count, hash: format!("{:016x}", self.hash.0) }
    }
}

/// The hash that stands in traces: its definition may never change.
#[derive(Debug)]
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fnv;

    /// The published test vectors of FNV-1a.
    #[test]
    fn the_hash_is_fnv_1a() {
        for (text, hash) in
            [("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)]
        {
            let mut fnv = Fnv::default();
            fnv.write(text.as_bytes());
            assert_eq!(fnv.0, hash, "{text}");
        }
    }
}
