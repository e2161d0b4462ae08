//! The traces of a document: each distinct one once, and the long ones compressed.
//!
//! Cases and results refer to traces by their place in one table. Most results have the trace that their case expects, or
//! show the same few host calls: sharing makes a document of ten thousand results a small one. What is still long after
//! that is compressed, as raw DEFLATE (RFC 1951) in base64, which a browser inflates with `DecompressionStream`.

use base64::{Engine, engine::general_purpose::STANDARD};
use miniz_oxide::{deflate::compress_to_vec, inflate::decompress_to_vec_with_limit};
use preflight_engine::trace::PostMortem;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use thiserror::Error;

/// JSON of more bytes than this is compressed.
pub const LONG_BYTES: usize = 4096;
/// A compressed trace that becomes longer than this is refused: documents come from elsewhere, too.
pub const MAX_BYTES: usize = 1 << 28;
/// The compression level of DEFLATE: long traces repeat themselves, and the time does not count.
const DEFLATE_LEVEL: u8 = 9;

/// What was seen, or is expected to be seen: the steps in the lines of cases, and what could be reached afterwards.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Lines {
    /// One step to a line; an end that no step tells comes last, after `=>`.
    pub lines: Vec<String>,
    /// What could be reached afterwards, if it was examined.
    #[serde(default, skip_serializing_if = "PostMortem::is_empty")]
    pub state: PostMortem,
}

/// A trace in the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Packed {
    /// As it is.
    Plain(Lines),
    /// Its JSON, compressed.
    Deflated {
        /// Base64 of the raw DEFLATE stream.
        deflate: String,
        /// Length of the JSON, in bytes.
        size_bytes: usize,
    },
}

/// The compressed form of a trace cannot be read.
#[derive(Debug, Error)]
pub enum UnpackError {
    /// It is no base64.
    #[error("a compressed trace is no base64: {0}")]
    Base64(#[from] base64::DecodeError),
    /// It is no DEFLATE stream, or too long.
    #[error("a compressed trace cannot be inflated: {0}")]
    Deflate(String),
    /// What came out is no trace.
    #[error("a compressed trace is none: {0}")]
    Json(#[from] serde_json::Error),
}

impl Packed {
    fn new(lines: &Lines) -> Self {
        // Strings, lists and numbers always become JSON.
        let json = serde_json::to_vec(lines).unwrap_or_default();
        if json.len() <= LONG_BYTES {
            return Packed::Plain(lines.clone());
        }
        let deflate = STANDARD.encode(compress_to_vec(&json, DEFLATE_LEVEL));
        Packed::Deflated { deflate, size_bytes: json.len() }
    }

    /// The trace itself.
    ///
    /// # Errors
    /// [`UnpackError`], if a compressed one does not hold a trace.
    pub fn unpack(&self) -> Result<Lines, UnpackError> {
        match self {
            Packed::Plain(lines) => Ok(lines.clone()),
            Packed::Deflated { deflate, .. } => {
                let inflated = decompress_to_vec_with_limit(&STANDARD.decode(deflate)?, MAX_BYTES);
                Ok(serde_json::from_slice(&inflated.map_err(|error| UnpackError::Deflate(error.to_string()))?)?)
            }
        }
    }
}

/// The table while it grows.
#[derive(Debug, Default)]
pub struct Traces {
    table: Vec<Packed>,
    /// The place of each trace, by its packed JSON.
    places: HashMap<Vec<u8>, usize>,
}

impl Traces {
    /// The place of a trace in the table; `None` for one that tells nothing.
    pub fn place(&mut self, lines: Lines) -> Option<usize> {
        if lines.lines.is_empty() && lines.state.is_empty() {
            return None;
        }
        Some(self.place_packed(Packed::new(&lines)))
    }

    /// The place of a trace that is packed already.
    pub fn place_packed(&mut self, packed: Packed) -> usize {
        let key = serde_json::to_vec(&packed).unwrap_or_default();
        let table = &mut self.table;
        *self.places.entry(key).or_insert_with(|| {
            table.push(packed);
            table.len() - 1
        })
    }

    /// The table, when everything is in it.
    pub fn into_table(self) -> Vec<Packed> {
        self.table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(count: usize) -> Lines {
        let lines = (0..count).map(|n| format!("/$N global {n} = i32:{n}")).collect();
        Lines { lines, state: PostMortem::default() }
    }

    #[test]
    fn equal_traces_share_a_place() {
        let mut traces = Traces::default();
        let places = [traces.place(lines(2)), traces.place(lines(3)), traces.place(lines(2)), traces.place(lines(0))];
        assert_eq!(places, [Some(0), Some(1), Some(0), None]);
        assert_eq!(traces.into_table().len(), 2);
    }

    #[test]
    fn long_traces_are_compressed_and_come_back() {
        let (short, long) = (Packed::new(&lines(5)), Packed::new(&lines(5000)));
        assert!(matches!(short, Packed::Plain(_)));
        let Packed::Deflated { deflate, size_bytes } = &long else { panic!("not compressed") };
        assert!(deflate.len() * 4 < *size_bytes);
        let read: Packed = serde_json::from_str(&serde_json::to_string(&long).expect("JSON")).expect("a trace");
        assert_eq!(read.unpack().expect("a trace"), lines(5000));
    }

    #[test]
    fn rubbish_is_refused() {
        let packed = |deflate: &str| Packed::Deflated { deflate: deflate.to_owned(), size_bytes: 1 }.unpack();
        assert!(matches!(packed("!"), Err(UnpackError::Base64(_))));
        assert!(matches!(packed("AAAA"), Err(UnpackError::Deflate(_))));
        let other = STANDARD.encode(compress_to_vec(b"[1]", DEFLATE_LEVEL));
        assert!(matches!(packed(&other), Err(UnpackError::Json(_))));
    }
}
