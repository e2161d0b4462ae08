//! The standard streams: captured or from memory by default, or streamed to and from wherever the embedder says.

use super::FsError;
use std::{
    fmt,
    io::{Read, Write},
};

/// The most that a captured stream keeps, in bytes.
pub const CAPTURE_LIMIT: usize = 64 << 20;

/// Standard input.
pub enum Input {
    /// These bytes, from this position on.
    Bytes(Vec<u8>, usize),
    /// Read when the guest reads.
    Stream(Box<dyn Read>),
}

impl Input {
    /// An input of these bytes.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Input::Bytes(bytes.into(), 0)
    }

    /// Reads up to `buf.len()` bytes; 0 is the end.
    ///
    /// # Errors
    /// What the stream says.
    pub fn read(&mut self, buf: &mut [u8]) -> Result<usize, FsError> {
        match self {
            Input::Stream(stream) => Ok(stream.read(buf)?),
            Input::Bytes(bytes, position) => {
                let rest = &bytes[*position..];
                let len = rest.len().min(buf.len());
                buf[..len].copy_from_slice(&rest[..len]);
                *position += len;
                Ok(len)
            }
        }
    }

    /// How many bytes can be read at once, if that is known.
    pub fn ready(&self) -> Option<usize> {
        match self {
            Input::Bytes(bytes, position) => Some(bytes.len() - position),
            Input::Stream(_) => None,
        }
    }
}

/// Standard output or standard error.
pub enum Output {
    /// Kept here.
    Captured(Vec<u8>),
    /// Written at once.
    Stream(Box<dyn Write>),
}

impl Output {
    /// Writes all of `bytes`.
    ///
    /// # Errors
    /// [`FsError::NoSpace`] if more than [`CAPTURE_LIMIT`] would be kept, or what the stream says.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), FsError> {
        match self {
            Output::Captured(kept) if kept.len() + bytes.len() > CAPTURE_LIMIT => Err(FsError::NoSpace),
            Output::Captured(kept) => {
                kept.extend_from_slice(bytes);
                Ok(())
            }
            Output::Stream(stream) => {
                stream.write_all(bytes)?;
                Ok(stream.flush()?)
            }
        }
    }

    /// What was captured; nothing if the output was streamed.
    pub fn captured(&self) -> &[u8] {
        match self {
            Output::Captured(bytes) => bytes,
            Output::Stream(_) => &[],
        }
    }
}

impl Default for Input {
    fn default() -> Self {
        Input::bytes([])
    }
}

impl Default for Output {
    fn default() -> Self {
        Output::Captured(Vec::new())
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Input::Bytes(bytes, position) => write!(f, "Bytes({position} of {})", bytes.len()),
            Input::Stream(_) => f.write_str("Stream"),
        }
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Output::Captured(bytes) => write!(f, "Captured({} bytes)", bytes.len()),
            Output::Stream(_) => f.write_str("Stream"),
        }
    }
}
