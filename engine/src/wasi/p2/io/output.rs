//! `output-stream`: where its bytes go to. Nothing here waits until they can.

use super::{super::typing::resources, poll::Pollable};
use crate::{
    trace::Stream,
    wasi::{
        World,
        world::{File, FsError, LARGEST_FILE},
    },
};
use std::{cell::RefCell, rc::Rc};

/// The most bytes that a message's body keeps.
const MOST_BODY: usize = 64 << 20;

/// `output-stream`.
#[derive(Debug)]
pub(in crate::wasi::p2) struct OutputStream {
    sink: Sink,
    /// Whether an operation has failed: the stream is closed then.
    pub has_failed: bool,
    /// How many bytes `check-write` has permitted for the next write.
    permit: u64,
}

/// Where bytes go to.
#[derive(Debug)]
pub(in crate::wasi::p2) enum Sink {
    /// The world's standard output.
    Stdout,
    /// The world's standard error.
    Stderr,
    /// A file from this offset on.
    File(File, u64),
    /// The end of a file.
    Append(File),
    /// A file without positions.
    Pipe(Rc<RefCell<Pipe>>),
    /// The body of a message; `token` tells the body that its stream is alive.
    Body {
        bytes: Rc<RefCell<Vec<u8>>>,
        #[allow(dead_code, reason = "only whether it is alive counts")]
        token: Rc<()>,
    },
}

resources! {
    OutputStream = "output-stream",
}

/// A file without positions, which may keep its writers waiting: what it has not taken yet is kept here, and nothing more is
/// permitted meanwhile.
#[derive(Debug)]
pub(in crate::wasi::p2) struct Pipe {
    file: File,
    left: Vec<u8>,
    failure: Option<FsError>,
}

impl Pipe {
    /// Hands on what is left, as far as it is taken at once; whether nothing is left.
    fn flush(&mut self) -> Result<bool, FsError> {
        while !self.left.is_empty() && self.failure.is_none() {
            match self.file.write_next(&self.left) {
                Ok(written) => drop(self.left.drain(..written)),
                Err(FsError::WouldBlock) => return Ok(false),
                Err(error) => self.failure = Some(error),
            }
        }
        self.failure.map_or(Ok(true), Err)
    }

    /// Whether it takes more, or says why not.
    pub fn is_ready(&mut self) -> bool {
        self.flush() != Ok(false)
    }
}

impl OutputStream {
    pub fn new(sink: Sink) -> Self {
        OutputStream { sink, has_failed: false, permit: 0 }
    }

    /// Permits the next write so many bytes.
    pub fn permit(&mut self, len: u64) {
        self.permit = len;
    }

    /// What the next write is permitted, which is this one: the one after it has to ask again.
    pub fn take_permit(&mut self) -> u64 {
        std::mem::take(&mut self.permit)
    }

    /// Hands on what is left of earlier writes, as far as it is taken at once; whether nothing is left.
    pub fn flush(&mut self) -> Result<bool, FsError> {
        match &self.sink {
            Sink::Pipe(pipe) => pipe.borrow_mut().flush(),
            _ => Ok(true),
        }
    }

    /// A pollable that is ready when more can be written.
    pub fn pollable(&self) -> Pollable {
        match &self.sink {
            Sink::Pipe(pipe) => Pollable::output(pipe.clone()),
            _ => Pollable::ready(),
        }
    }

    /// The standard stream, if it is one: what is written there is a step of the trace.
    pub fn standard(&self) -> Option<Stream> {
        match self.sink {
            Sink::Stdout => Some(Stream::Stdout),
            Sink::Stderr => Some(Stream::Stderr),
            _ => None,
        }
    }

    /// How many zeros come between the end of the file and the first byte that is written.
    pub fn gap(&self) -> u64 {
        match &self.sink {
            Sink::File(file, offset) => {
                let size = file.stat().map_or(*offset, |stat| stat.size);
                offset.saturating_sub(size).min(LARGEST_FILE)
            }
            _ => 0,
        }
    }

    pub fn write(&mut self, world: &mut World, bytes: &[u8]) -> Result<(), FsError> {
        self.sink.write(world, bytes)
    }
}

impl Sink {
    /// A file from this offset on, or its end: neither counts if it has no positions.
    pub fn file(file: File, from: Option<u64>) -> Self {
        match from {
            _ if !file.has_positions() => {
                Sink::Pipe(Rc::new(RefCell::new(Pipe { file, left: Vec::new(), failure: None })))
            }
            Some(offset) => Sink::File(file, offset),
            None => Sink::Append(file),
        }
    }

    fn write(&mut self, world: &mut World, bytes: &[u8]) -> Result<(), FsError> {
        match self {
            Sink::Stdout => world.stdout.write(bytes),
            Sink::Stderr => world.stderr.write(bytes),
            Sink::File(file, offset) => {
                file.write_at(*offset, bytes)?;
                *offset = offset.saturating_add(bytes.len() as u64);
                Ok(())
            }
            Sink::Append(file) => file.write_at(file.stat()?.size, bytes),
            Sink::Pipe(pipe) => {
                let mut pipe = pipe.borrow_mut();
                pipe.left.extend_from_slice(bytes);
                pipe.flush().map(drop)
            }
            Sink::Body { bytes: kept, .. } => {
                let mut kept = kept.borrow_mut();
                if kept.len() + bytes.len() > MOST_BODY {
                    return Err(FsError::NoSpace);
                }
                kept.extend_from_slice(bytes);
                Ok(())
            }
        }
    }
}
