//! The standard streams: captured or from memory by default, or streamed to and from wherever the embedder says.

use super::{FsError, Interrupted};
use std::{
    fmt,
    io::{self, Read, Write},
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Duration,
};

/// The most that a captured stream keeps, in bytes.
pub const CAPTURE_LIMIT: usize = 64 << 20;

/// Standard input.
pub enum Input {
    /// These bytes, from this position on.
    Bytes(Vec<u8>, usize),
    /// Read when the guest reads ([`Input::live`]).
    Live(Live),
}

/// A stream that may keep its readers waiting: a thread reads it, no more than was asked for, so that who waits can be
/// interrupted.
pub struct Live {
    /// Lengths that the thread is to read.
    asked: Sender<usize>,
    /// What it has read.
    given: Receiver<io::Result<Vec<u8>>>,
    /// Whether an answer is still to come: the guest was interrupted while it waited.
    is_waiting: bool,
    /// What was read for an earlier, interrupted reader, who may have asked for more.
    left: Vec<u8>,
    /// Whether the end was seen by somebody who only looked.
    is_at_end: bool,
}

/// What can be read of a stream without waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// So many bytes at least, and not its end.
    Bytes(usize),
    /// Its end.
    End,
    /// Nothing yet.
    NotYet,
}

/// How long anybody waits before looking whether to stop.
const SLICE: Duration = Duration::from_millis(20);

impl Live {
    fn new(mut stream: impl Read + Send + 'static) -> Self {
        let ((asked, lengths), (answers, given)) = (channel::<usize>(), channel());
        // It ends with this input, or else with the program while it waits for the system.
        thread::spawn(move || {
            for len in lengths {
                let mut bytes = vec![0; len];
                let answer = stream.read(&mut bytes).map(|read| {
                    bytes.truncate(read);
                    bytes
                });
                if answers.send(answer).is_err() {
                    break;
                }
            }
        });
        Live { asked, given, is_waiting: false, left: Vec::new(), is_at_end: false }
    }

    /// What the thread reads within `patience`, of at most `len` bytes if it has not been asked already.
    fn fetch(&mut self, len: usize, patience: Duration) -> Option<Result<Vec<u8>, FsError>> {
        if !self.is_waiting && self.asked.send(len).is_err() {
            return Some(Err(FsError::Io));
        }
        let answer = match self.given.recv_timeout(patience) {
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Err(FsError::Io)),
            Ok(answer) => Some(answer.map_err(FsError::from)),
        };
        self.is_waiting = answer.is_none();
        answer
    }

    fn read(&mut self, buf: &mut [u8], interrupt: &AtomicBool) -> Result<Result<usize, FsError>, Interrupted> {
        loop {
            match self.read_now(buf) {
                Err(FsError::WouldBlock) if interrupt.swap(false, Ordering::Relaxed) => return Err(Interrupted),
                Err(FsError::WouldBlock) => {}
                end => return Ok(end),
            }
        }
    }

    /// What comes within a moment.
    fn read_now(&mut self, buf: &mut [u8]) -> Result<usize, FsError> {
        if self.left.is_empty() && !buf.is_empty() && !std::mem::take(&mut self.is_at_end) {
            self.left = self.fetch(buf.len(), SLICE).unwrap_or(Err(FsError::WouldBlock))?;
        }
        let len = self.left.len().min(buf.len());
        buf[..len].copy_from_slice(&self.left[..len]);
        self.left.drain(..len);
        Ok(len)
    }

    /// What can be read now or within a moment: one byte is asked for, and kept for whoever reads next. An error is for the
    /// reader to see.
    fn ready(&mut self) -> Readiness {
        if self.left.is_empty() && !self.is_at_end {
            match self.fetch(1, SLICE) {
                None => return Readiness::NotYet,
                Some(answer) => self.left = answer.unwrap_or_default(),
            }
            self.is_at_end = self.left.is_empty();
        }
        if self.is_at_end { Readiness::End } else { Readiness::Bytes(self.left.len()) }
    }
}

impl Input {
    /// An input of these bytes.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Input::Bytes(bytes.into(), 0)
    }

    /// An input that reads `stream` when the guest reads, and waits for it if need be.
    pub fn live(stream: impl Read + Send + 'static) -> Self {
        Input::Live(Live::new(stream))
    }

    /// Reads up to `buf.len()` bytes; 0 is the end. The inner result is what the stream says.
    ///
    /// # Errors
    /// [`Interrupted`] if `interrupt` was set while there was nothing to read; it is cleared then.
    pub fn read(&mut self, buf: &mut [u8], interrupt: &AtomicBool) -> Result<Result<usize, FsError>, Interrupted> {
        match self {
            Input::Live(stream) => stream.read(buf, interrupt),
            Input::Bytes(..) => Ok(self.read_now(buf)),
        }
    }

    /// Reads up to `buf.len()` bytes as far as they are there; 0 is the end. A stream that may keep its readers waiting has a
    /// moment to give some.
    ///
    /// # Errors
    /// What the stream says, [`FsError::WouldBlock`] if there is nothing yet.
    pub fn read_now(&mut self, buf: &mut [u8]) -> Result<usize, FsError> {
        match self {
            Input::Live(stream) => stream.read_now(buf),
            Input::Bytes(bytes, position) => {
                let rest = &bytes[*position..];
                let len = rest.len().min(buf.len());
                buf[..len].copy_from_slice(&rest[..len]);
                *position += len;
                Ok(len)
            }
        }
    }

    /// Whether nobody ever waits for it.
    pub fn is_at_hand(&self) -> bool {
        matches!(self, Input::Bytes(..))
    }

    /// What can be read without waiting; a stream that may keep its readers waiting has a moment to say so.
    pub fn ready(&mut self) -> Readiness {
        match self {
            Input::Bytes(bytes, position) if *position == bytes.len() => Readiness::End,
            Input::Bytes(bytes, position) => Readiness::Bytes(bytes.len() - *position),
            Input::Live(stream) => stream.ready(),
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
            Input::Live(_) => f.write_str("Live"),
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
