//! `wasi:io/streams`: whatever moves bytes. Only what is called `blocking` waits, and only for what the embedder has made real:
//! a standard input that is read live, and the pipes and terminals among the host's files.

pub(in crate::wasi::p2) use super::{
    input::{InputStream, Source},
    output::{OutputStream, Sink},
};

use super::{
    super::{
        define::{Call, Failure, Interfaces},
        trap,
        typing::{Borrow, Own, variant},
    },
    error::IoError,
    poll::Pollable,
};
use crate::{
    error::Fault,
    trace::Event,
    wasi::{patience::wait_a_moment, world::FsError},
};

/// The most bytes that one call moves.
const MOST: u64 = 64 << 10;
/// The most bytes that a call which writes and flushes takes, as the interface says.
const MOST_BLOCKING: u64 = 4096;

variant! {
    /// `stream-error`.
    pub(in crate::wasi::p2) StreamError {
        LastOperationFailed(Own<IoError>) "last-operation-failed",
        Closed(()) "closed",
    }
}

type Done<T> = Result<T, Failure<StreamError>>;
type Input = Borrow<InputStream>;
type Output = Borrow<OutputStream>;

fn closed() -> Failure<StreamError> {
    Failure::Code(StreamError::Closed(()))
}

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    interfaces.interface("io/streams", |interface| {
        interface
            .resource::<InputStream>()
            .fallible("[method]input-stream.read", &["self", "len"], read)
            .fallible("[method]input-stream.blocking-read", &["self", "len"], blocking_read)
            .fallible("[method]input-stream.skip", &["self", "len"], skip)
            .fallible("[method]input-stream.blocking-skip", &["self", "len"], blocking_skip)
            .func("[method]input-stream.subscribe", &["self"], subscribe_to_input)
            .resource::<OutputStream>()
            .fallible("[method]output-stream.check-write", &["self"], check_write)
            .fallible("[method]output-stream.write", &["self", "contents"], write)
            .fallible("[method]output-stream.blocking-write-and-flush", &["self", "contents"], write_and_flush)
            .fallible("[method]output-stream.flush", &["self"], flush)
            .fallible("[method]output-stream.blocking-flush", &["self"], blocking_flush)
            .func("[method]output-stream.subscribe", &["self"], subscribe_to_output)
            .fallible("[method]output-stream.write-zeroes", &["self", "len"], write_zeroes)
            .fallible("[method]output-stream.blocking-write-zeroes-and-flush", &["self", "len"], write_zeroes_and_flush)
            .fallible("[method]output-stream.splice", &["self", "src", "len"], splice)
            .fallible("[method]output-stream.blocking-splice", &["self", "src", "len"], blocking_splice);
    });
}

fn read(call: &mut Call<'_>, (this, len): (Input, u64)) -> Done<Vec<u8>> {
    take(call, this, len, false)
}

fn blocking_read(call: &mut Call<'_>, (this, len): (Input, u64)) -> Done<Vec<u8>> {
    take(call, this, len, true)
}

fn skip(call: &mut Call<'_>, (this, len): (Input, u64)) -> Done<u64> {
    Ok(take(call, this, len, false)?.len() as u64)
}

fn blocking_skip(call: &mut Call<'_>, (this, len): (Input, u64)) -> Done<u64> {
    Ok(take(call, this, len, true)?.len() as u64)
}

/// What the stream can give at once, up to `len` bytes; `closed` at its end. If there is nothing yet, that is it, unless it
/// `waits` for more.
fn take(call: &mut Call<'_>, this: Input, len: u64, waits: bool) -> Done<Vec<u8>> {
    let world = call.state.world.clone();
    let mut bytes = vec![0; len.min(MOST) as usize];
    loop {
        let stream = call.table().get(this)?;
        if stream.is_closed() {
            return Err(closed());
        }
        match stream.read(&mut world.borrow_mut(), &mut bytes) {
            Err(FsError::WouldBlock) if waits => wait_a_moment(call.store)?,
            Err(FsError::WouldBlock) => return Ok(Vec::new()),
            Err(error) => return Err(failed(call, error)),
            Ok(0) if len > 0 => return Err(closed()),
            Ok(read) => {
                call.pay(read as u64)?;
                bytes.truncate(read);
                return Ok(bytes);
            }
        }
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

fn subscribe_to_input(call: &mut Call<'_>, (this,): (Input,)) -> Result<Own<Pollable>, Fault> {
    let pollable = call.table().get(this)?.pollable();
    call.table().add(pollable)
}

fn subscribe_to_output(call: &mut Call<'_>, (this,): (Output,)) -> Result<Own<Pollable>, Fault> {
    let pollable = call.table().get(this)?.pollable();
    call.table().add(pollable)
}

/// Nothing is permitted while something is left of earlier writes.
fn check_write(call: &mut Call<'_>, (this,): (Output,)) -> Done<u64> {
    let permitted = if is_flushed(call, this)? { MOST } else { 0 };
    call.table().get(this)?.permit(permitted);
    Ok(permitted)
}

/// Writes what `check-write` has permitted; more traps, as the interface says.
fn write(call: &mut Call<'_>, (this, contents): (Output, Vec<u8>)) -> Done<()> {
    use_permit(call, this, contents.len() as u64)?;
    put(call, this, &contents)
}

fn write_zeroes(call: &mut Call<'_>, (this, len): (Output, u64)) -> Done<()> {
    use_permit(call, this, len)?;
    put(call, this, &vec![0; len as usize])
}

fn use_permit(call: &mut Call<'_>, this: Output, len: u64) -> Result<(), Fault> {
    if call.table().get(this)?.take_permit() < len { Err(trap()) } else { Ok(()) }
}

fn write_and_flush(call: &mut Call<'_>, (this, contents): (Output, Vec<u8>)) -> Done<()> {
    if contents.len() as u64 > MOST_BLOCKING {
        return Err(trap().into());
    }
    blocking_flush(call, (this,))?;
    put(call, this, &contents)?;
    wait_until_flushed(call, this)
}

fn write_zeroes_and_flush(call: &mut Call<'_>, (this, len): (Output, u64)) -> Done<()> {
    if len > MOST_BLOCKING {
        return Err(trap().into());
    }
    write_and_flush(call, (this, vec![0; len as usize]))
}

/// Whatever was written is on its way already.
fn flush(call: &mut Call<'_>, (this,): (Output,)) -> Done<()> {
    is_flushed(call, this).map(drop)
}

fn blocking_flush(call: &mut Call<'_>, (this,): (Output,)) -> Done<()> {
    wait_until_flushed(call, this)
}

/// Whether nothing is left of what was written.
fn is_flushed(call: &mut Call<'_>, this: Output) -> Done<bool> {
    let stream = call.table().get(this)?;
    if stream.has_failed {
        return Err(closed());
    }
    let end = stream.flush();
    stream.has_failed = end.is_err();
    end.map_err(|error| failed(call, error))
}

fn wait_until_flushed(call: &mut Call<'_>, this: Output) -> Done<()> {
    while !is_flushed(call, this)? {
        wait_a_moment(call.store)?;
    }
    Ok(())
}

fn splice(call: &mut Call<'_>, (this, src, len): (Output, Input, u64)) -> Done<u64> {
    move_bytes(call, this, src, len, false)
}

fn blocking_splice(call: &mut Call<'_>, (this, src, len): (Output, Input, u64)) -> Done<u64> {
    blocking_flush(call, (this,))?;
    move_bytes(call, this, src, len, true)
}

/// `check-write`, a read, and a write of what was read.
fn move_bytes(call: &mut Call<'_>, this: Output, src: Input, len: u64, waits: bool) -> Done<u64> {
    let permitted = check_write(call, (this,))?;
    let bytes = take(call, src, len.min(permitted), waits)?;
    use_permit(call, this, bytes.len() as u64)?;
    put(call, this, &bytes)?;
    Ok(bytes.len() as u64)
}

fn put(call: &mut Call<'_>, this: Output, bytes: &[u8]) -> Done<()> {
    let world = call.state.world.clone();
    if call.table().get(this)?.has_failed {
        return Err(closed());
    }
    call.pay(bytes.len() as u64)?;
    let gap = call.table().get(this)?.gap();
    call.pay(gap)?;
    let stream = call.table().get(this)?;
    match stream.write(&mut world.borrow_mut(), bytes) {
        Ok(()) => {
            let standard = stream.standard().filter(|_| !bytes.is_empty());
            if let Some(stream) = standard {
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
