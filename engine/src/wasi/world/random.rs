//! Random bytes: a seeded generator, or the system's.

use super::FsError;

/// The source of random bytes.
#[derive(Debug, Clone)]
pub enum Random {
    /// SplitMix64 in this state: equal seeds give equal bytes. Of no use for secrets.
    Seeded(u64),
    /// The system's generator.
    System,
}

impl Default for Random {
    fn default() -> Self {
        Random::Seeded(0)
    }
}

impl Random {
    /// Fills `buf`.
    ///
    /// # Errors
    /// [`FsError::Io`] if the system has no randomness to give.
    pub fn fill(&mut self, buf: &mut [u8]) -> Result<(), FsError> {
        match self {
            Random::System => getrandom::fill(buf).map_err(|_| FsError::Io),
            Random::Seeded(state) => {
                for chunk in buf.chunks_mut(8) {
                    chunk.copy_from_slice(&split_mix(state).to_le_bytes()[..chunk.len()]);
                }
                Ok(())
            }
        }
    }
}

/// The next number of SplitMix64.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
