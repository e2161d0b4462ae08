//! `wasi:io/streams`: whatever moves bytes, never waiting.

use super::super::{
    define::{Call, Failure, Interfaces},
    trap,
    typing::{Borrow, Own, resources, variant},
};
use super::{error::IoError, poll::subscribe};
use crate::{
    error::Fault,
    trace::{Event, Resource, Stream},
    wasi::{
        World,
        world::{File, FsError, Interrupted},
    },
};
use std::{cell::RefCell, rc::Rc, sync::atomic::AtomicBool};

/// The most bytes that one call moves.
const MOST: u64 = 64 << 10;
/// The most bytes that a call which writes and flushes takes, as the interface says.
const MOST_BLOCKING: u64 = 4096;

/// `input-stream`.
#[derive(Debug)]
pub(in crate::wasi::p2) struct InputStream {
    source: Source,
    /// Whether an operation has failed: the stream is closed then.
    has_failed: bool,
}

/// Where bytes come from.
#[derive(Debug)]
pub(in crate::wasi::p2) enum Source {
    /// The world's standard input.
    Stdin,
    /// A file from this offset on.
    File(File, u64),
    /// A body from this place on; `token` tells the body that its stream is alive.
    Bytes {
        bytes: Rc<[u8]>,
        place: usize,
        #[allow(dead_code, reason = "only whether it is alive counts")]
        token: Rc<()>,
    },
}

/// `output-stream`.
#[derive(Debug)]
pub(in crate::wasi::p2) struct OutputStream {
    sink: Sink,
    has_failed: bool,
    /// How many bytes `check-write` has permitted that have not been written.
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
    /// The body of a message; `token` tells the body that its stream is alive.
    Body {
        bytes: Rc<RefCell<Vec<u8>>>,
        #[allow(dead_code, reason = "only whether it is alive counts")]
        token: Rc<()>,
    },
}

/// The most bytes that a message's body keeps.
const MOST_BODY: usize = 64 << 20;

resources! {
    InputStream = "input-stream",
    OutputStream = "output-stream",
}

impl InputStream {
    pub fn new(source: Source) -> Self {
        InputStream { source, has_failed: false }
    }
}

impl OutputStream {
    pub fn new(sink: Sink) -> Self {
        OutputStream { sink, has_failed: false, permit: 0 }
    }
}

variant! {
    /// `stream-error`.
    pub(in crate::wasi::p2) StreamError {
        LastOperationFailed(Own<IoError>) "last-operation-failed",
        Closed(()) "closed",
    }
}

type Done<T> = Result<T, Failure<StreamError>>;

fn closed() -> Failure<StreamError> {
    Failure::Code(StreamError::Closed(()))
}

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    interfaces.interface("io/streams", |interface| {
        interface
            .resource::<InputStream>()
            .fallible("[method]input-stream.read", &["self", "len"], read)
            .fallible("[method]input-stream.blocking-read", &["self", "len"], read)
            .fallible("[method]input-stream.skip", &["self", "len"], skip)
            .fallible("[method]input-stream.blocking-skip", &["self", "len"], skip)
            .func("[method]input-stream.subscribe", &["self"], subscribe::<InputStream>)
            .resource::<OutputStream>()
            .fallible("[method]output-stream.check-write", &["self"], check_write)
            .fallible("[method]output-stream.write", &["self", "contents"], write)
            .fallible("[method]output-stream.blocking-write-and-flush", &["self", "contents"], write_and_flush)
            .fallible("[method]output-stream.flush", &["self"], flush)
            .fallible("[method]output-stream.blocking-flush", &["self"], flush)
            .func("[method]output-stream.subscribe", &["self"], subscribe::<OutputStream>)
            .fallible("[method]output-stream.write-zeroes", &["self", "len"], write_zeroes)
            .fallible("[method]output-stream.blocking-write-zeroes-and-flush", &["self", "len"], write_zeroes_and_flush)
            .fallible("[method]output-stream.splice", &["self", "src", "len"], splice)
            .fallible("[method]output-stream.blocking-splice", &["self", "src", "len"], splice);
    });
}

/// What the stream can give at once, up to `len` bytes; `closed` at its end. A real standard input is waited for.
fn read(call: &mut Call<'_>, (this, len): (Borrow<InputStream>, u64)) -> Done<Vec<u8>> {
    let world = call.state.world.clone();
    let interrupt = call.store.interrupt_flag();
    let stream = call.state.table.get(this)?;
    if stream.has_failed {
        return Err(closed());
    }
    let mut bytes = vec![0; len.min(MOST) as usize];
    let end = stream.source.read(&mut world.borrow_mut(), &mut bytes, interrupt);
    let end = end.map_err(|Interrupted| Fault::Exhausted(Resource::Interrupt))?;
    // What is closed has no more input, whatever becomes of the file.
    if end.is_err() || (end == Ok(0) && len > 0) {
        stream.has_failed = true;
    }
    match end {
        Err(error) => Err(failed(call, error)),
        Ok(0) if len > 0 => Err(closed()),
        Ok(read) => {
            call.pay(read as u64)?;
            bytes.truncate(read);
            Ok(bytes)
        }
    }
}

impl Source {
    fn read(
        &mut self,
        world: &mut World,
        buf: &mut [u8],
        interrupt: &AtomicBool,
    ) -> Result<Result<usize, FsError>, Interrupted> {
        Ok(match self {
            Source::Stdin => return world.stdin.read(buf, interrupt),
            Source::File(file, offset) => {
                file.read_at(*offset, buf).inspect(|&read| *offset = offset.saturating_add(read as u64))
            }
            Source::Bytes { bytes, place, .. } => {
                let rest = &bytes[*place..];
                let len = rest.len().min(buf.len());
                buf[..len].copy_from_slice(&rest[..len]);
                *place += len;
                Ok(len)
            }
        })
    }
}

/// The error of an operation that failed.
fn failed(call: &mut Call<'_>, error: FsError) -> Failure<StreamError> {
    if error == FsError::Pipe {
        return closed();
    }
    match call.table().add(IoError(error)) {
        Ok(error) => Failure::Code(StreamError::LastOperationFailed(error)),
        Err(fault) => Failure::Fault(fault),
    }
}

fn skip(call: &mut Call<'_>, args: (Borrow<InputStream>, u64)) -> Done<u64> {
    Ok(read(call, args)?.len() as u64)
}

fn check_write(call: &mut Call<'_>, (this,): (Borrow<OutputStream>,)) -> Done<u64> {
    let stream = call.table().get(this)?;
    if stream.has_failed {
        return Err(closed());
    }
    stream.permit = MOST;
    Ok(MOST)
}

/// Writes what `check-write` has permitted; more traps, as the interface says.
fn write(call: &mut Call<'_>, (this, contents): (Borrow<OutputStream>, Vec<u8>)) -> Done<()> {
    let stream = call.table().get(this)?;
    stream.permit = stream.permit.checked_sub(contents.len() as u64).ok_or_else(trap)?;
    put(call, this, &contents)
}

fn write_and_flush(call: &mut Call<'_>, (this, contents): (Borrow<OutputStream>, Vec<u8>)) -> Done<()> {
    if contents.len() as u64 > MOST_BLOCKING {
        return Err(trap().into());
    }
    put(call, this, &contents)
}

fn write_zeroes(call: &mut Call<'_>, (this, len): (Borrow<OutputStream>, u64)) -> Done<()> {
    let stream = call.table().get(this)?;
    stream.permit = stream.permit.checked_sub(len).ok_or_else(trap)?;
    put(call, this, &vec![0; len as usize])
}

fn write_zeroes_and_flush(call: &mut Call<'_>, (this, len): (Borrow<OutputStream>, u64)) -> Done<()> {
    if len > MOST_BLOCKING {
        return Err(trap().into());
    }
    put(call, this, &vec![0; len as usize])
}

/// Everything is where it belongs already: nothing has to be flushed.
fn flush(call: &mut Call<'_>, (this,): (Borrow<OutputStream>,)) -> Done<()> {
    if call.table().get(this)?.has_failed { Err(closed()) } else { Ok(()) }
}

fn splice(call: &mut Call<'_>, (this, src, len): (Borrow<OutputStream>, Borrow<InputStream>, u64)) -> Done<u64> {
    if call.table().get(this)?.has_failed {
        return Err(closed());
    }
    let bytes = read(call, (src, len))?;
    put(call, this, &bytes)?;
    Ok(bytes.len() as u64)
}

fn put(call: &mut Call<'_>, this: Borrow<OutputStream>, bytes: &[u8]) -> Done<()> {
    let world = call.state.world.clone();
    if call.table().get(this)?.has_failed {
        return Err(closed());
    }
    call.pay(bytes.len() as u64)?;
    let stream = call.table().get(this)?;
    let gap = stream.sink.gap()?;
    call.pay(gap)?;
    let stream = call.table().get(this)?;
    let end = stream.sink.write(&mut world.borrow_mut(), bytes);
    match end {
        Ok(()) => {
            let stream = stream.sink.stream().filter(|_| !bytes.is_empty());
            if let Some(stream) = stream {
                call.record(|at| Event::Output { at, stream, bytes: bytes.into() });
            }
            Ok(())
        }
        Err(error) => {
            stream.has_failed = true;
            Err(failed(call, error))
        }
    }
}

impl Sink {
    /// The standard stream, if it is one: what is written there is a step of the trace.
    fn stream(&self) -> Option<Stream> {
        match self {
            Sink::Stdout => Some(Stream::Stdout),
            Sink::Stderr => Some(Stream::Stderr),
            _ => None,
        }
    }

    /// How many zeros come between the end of the file and the first byte that is written.
    fn gap(&self) -> Result<u64, Fault> {
        match self {
            Sink::File(file, offset) => {
                let size = file.stat().map_or(*offset, |stat| stat.size);
                Ok(offset.saturating_sub(size).min(crate::wasi::world::LARGEST_FILE))
            }
            _ => Ok(0),
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
