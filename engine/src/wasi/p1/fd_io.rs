//! `fd_read`, `fd_write`, `fd_pread`, `fd_pwrite`, `fd_seek`, `fd_tell`.

use super::{
    super::{
        patience::wait_a_moment,
        world::{File, FsError, Interrupted, LARGEST_FILE},
    },
    call::{Buffer, Call},
    errno::{Done, Errno, Failure},
    snapshot::Whence,
    table::{Descriptor, Object},
    types::{fdflags, rights},
};
use crate::{
    error::Fault,
    trace::{Event, Resource, Stream},
};

/// The most that a stream is asked for at once, in bytes.
const MOST_AT_ONCE: u64 = 64 << 10;

/// `fd_read`.
pub(super) fn fd_read(call: &mut Call<'_, '_>) -> Done {
    let fd = call.u32(0);
    let descriptor = readable(call, fd)?;
    let buffers = call.iovs(1)?;
    call.check(call.u32(3), 4)?;
    let read = match &descriptor.object {
        Object::Stdin => read_stdin(call, &buffers, !descriptor.has(fdflags::NONBLOCK))?,
        Object::File(file) => {
            let from = descriptor.position;
            let may_wait = !descriptor.has(fdflags::NONBLOCK);
            let read = match read_file(call, &buffers, file, from) {
                Err(Failure::Errno(Errno::Spipe)) => read_stream(call, &buffers, file, may_wait)?,
                read => read?,
            };
            call.table().get_mut(fd)?.position = from + u64::from(read);
            read
        }
        _ => return Err(Errno::Badf.into()),
    };
    call.write_u32(call.u32(3), read)
}

/// `fd_pread`.
pub(super) fn fd_pread(call: &mut Call<'_, '_>) -> Done {
    let (fd, offset) = (call.u32(0), call.u64(3));
    let descriptor = readable(call, fd)?;
    let file = descriptor.seekable()?;
    let buffers = call.iovs(1)?;
    call.check(call.u32(4), 4)?;
    let read = read_file(call, &buffers, file, offset)?;
    call.write_u32(call.u32(4), read)
}

fn readable(call: &mut Call<'_, '_>, fd: u32) -> Done<Descriptor> {
    let descriptor = call.table().get(fd)?;
    match &descriptor.object {
        Object::Dir(_) => Err(Errno::Badf.into()),
        _ if !descriptor.read => Err(Errno::Badf.into()),
        // Neither streams nor files have a listing: this is cheap.
        _ => Ok(descriptor.clone()),
    }
}

fn read_file(call: &mut Call<'_, '_>, buffers: &[Buffer], file: &File, from: u64) -> Done<u32> {
    scatter(call, buffers, |_, done, buf| Ok(file.read_at(from.saturating_add(done.into()), buf)?))
}

/// What a file without positions has to give, such as a pipe or a terminal.
fn read_stream(call: &mut Call<'_, '_>, buffers: &[Buffer], file: &File, may_wait: bool) -> Done<u32> {
    read_once(call, buffers, |call, buf| {
        loop {
            match file.read_next(buf) {
                Err(FsError::WouldBlock) if may_wait => wait_a_moment(call.caller.store())?,
                read => return Ok(read?),
            }
        }
    })
}

/// Standard input that has nothing yet is `again` for who may not wait.
fn read_stdin(call: &mut Call<'_, '_>, buffers: &[Buffer], may_wait: bool) -> Done<u32> {
    let is_at_hand = call.world().stdin.is_at_hand();
    let source = |call: &mut Call<'_, '_>, buf: &mut [u8]| {
        let world = call.state.world.clone();
        if !may_wait {
            return Ok(world.borrow_mut().stdin.read_now(buf)?);
        }
        let read = world.borrow_mut().stdin.read(buf, call.caller.store().interrupt_flag());
        Ok(read.map_err(|Interrupted| Fault::Exhausted(Resource::Interrupt))??)
    };
    match is_at_hand {
        true => scatter(call, buffers, |call, _, buf| source(call, buf)),
        false => read_once(call, buffers, source),
    }
}

/// Asks a source once, since nobody knows whether it has more, and spreads what it gives over the buffers.
fn read_once(
    call: &mut Call<'_, '_>,
    buffers: &[Buffer],
    source: impl Fn(&mut Call<'_, '_>, &mut [u8]) -> Done<usize>,
) -> Done<u32> {
    let len: u64 = buffers.iter().map(|buffer| u64::from(buffer.len)).sum();
    let mut bytes = vec![0; len.min(MOST_AT_ONCE) as usize];
    let read = source(call, &mut bytes)?;
    let mut rest = &bytes[..read];
    for buffer in buffers {
        let (now, later) = rest.split_at(rest.len().min(buffer.len as usize));
        call.write(buffer.ptr, now)?;
        rest = later;
    }
    Ok(read as u32)
}

/// Fills the buffers until the source has no more to give; how many bytes.
fn scatter(
    call: &mut Call<'_, '_>,
    buffers: &[Buffer],
    mut source: impl FnMut(&mut Call<'_, '_>, u32, &mut [u8]) -> Done<usize>,
) -> Done<u32> {
    let mut done = 0;
    for (ptr, len) in buffers.iter().flat_map(|buffer| buffer.pieces()) {
        let mut bytes = vec![0; len as usize];
        let read = match source(call, done, &mut bytes) {
            // What has been read already is not lost.
            Err(Failure::Errno(_)) if done > 0 => break,
            read => read?,
        };
        call.write(ptr, &bytes[..read])?;
        done += read as u32;
        if read < len as usize {
            break;
        }
    }
    Ok(done)
}

/// `fd_write`.
pub(super) fn fd_write(call: &mut Call<'_, '_>) -> Done {
    let fd = call.u32(0);
    let descriptor = writable(call, fd)?;
    let buffers = call.iovs(1)?;
    call.check(call.u32(3), 4)?;
    let written = match &descriptor.object {
        Object::Stdout => write_stream(call, &buffers, Stream::Stdout)?,
        Object::Stderr => write_stream(call, &buffers, Stream::Stderr)?,
        Object::File(file) if !file.has_positions() => {
            write_pipe(call, &buffers, file, !descriptor.has(fdflags::NONBLOCK))?
        }
        Object::File(file) => {
            let from = if descriptor.appends() { file.stat()?.size } else { descriptor.position };
            let written = write_file(call, &buffers, file, from)?;
            call.table().get_mut(fd)?.position = from + u64::from(written);
            written
        }
        _ => return Err(Errno::Badf.into()),
    };
    call.write_u32(call.u32(3), written)
}

/// `fd_pwrite`: at the offset given, `append` or not.
pub(super) fn fd_pwrite(call: &mut Call<'_, '_>) -> Done {
    let (fd, offset) = (call.u32(0), call.u64(3));
    let descriptor = writable(call, fd)?;
    let file = descriptor.seekable()?;
    let buffers = call.iovs(1)?;
    call.check(call.u32(4), 4)?;
    let written = write_file(call, &buffers, file, offset)?;
    call.write_u32(call.u32(4), written)
}

fn writable(call: &mut Call<'_, '_>, fd: u32) -> Done<Descriptor> {
    let descriptor = call.table().get(fd)?;
    match &descriptor.object {
        Object::Dir(_) => Err(Errno::Badf.into()),
        _ if !descriptor.write => Err(Errno::Badf.into()),
        _ => Ok(descriptor.clone()),
    }
}

/// Writes to a standard stream, and tells the trace what was written.
fn write_stream(call: &mut Call<'_, '_>, buffers: &[Buffer], stream: Stream) -> Done<u32> {
    let is_recording = call.caller.store().is_recording();
    let mut taken = Vec::new();
    let written = gather(call, buffers, |call, _, bytes| {
        call.world().output(stream).write(bytes)?;
        if is_recording {
            taken.extend_from_slice(bytes);
        }
        Ok(())
    });
    if !taken.is_empty() {
        call.record(|at| Event::Output { at, stream, bytes: taken.as_slice().into() });
    }
    written
}

fn write_file(call: &mut Call<'_, '_>, buffers: &[Buffer], file: &File, from: u64) -> Done<u32> {
    // Zeros fill what is between the end of the file and the first byte.
    call.pay(from.saturating_sub(file.stat()?.size).min(LARGEST_FILE))?;
    gather(call, buffers, |_, done, bytes| {
        let at = from.checked_add(done.into()).ok_or(Errno::Fbig)?;
        Ok(file.write_at(at, bytes)?)
    })
}

/// Hands the buffers' bytes to a file without positions: all of them by and by, or what is taken at once if it may not wait.
fn write_pipe(call: &mut Call<'_, '_>, buffers: &[Buffer], file: &File, may_wait: bool) -> Done<u32> {
    let mut done = 0;
    for (ptr, len) in buffers.iter().flat_map(|buffer| buffer.pieces()) {
        let bytes = call.read(ptr, len)?;
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            match file.write_next(rest) {
                Err(FsError::WouldBlock) if may_wait => wait_a_moment(call.caller.store())?,
                // What has been taken already is not written again.
                Err(_) if done > 0 => return Ok(done),
                written => {
                    let written = written?;
                    rest = &rest[written..];
                    done += written as u32;
                }
            }
        }
    }
    Ok(done)
}

/// Hands the buffers' bytes to the sink; how many it took.
fn gather(
    call: &mut Call<'_, '_>,
    buffers: &[Buffer],
    mut sink: impl FnMut(&mut Call<'_, '_>, u32, &[u8]) -> Done,
) -> Done<u32> {
    let mut done = 0;
    for (ptr, len) in buffers.iter().flat_map(|buffer| buffer.pieces()) {
        let bytes = call.read(ptr, len)?;
        match sink(call, done, &bytes) {
            Err(Failure::Errno(_)) if done > 0 => break,
            end => end?,
        }
        done += len;
    }
    Ok(done)
}

/// `fd_seek`.
pub(super) fn fd_seek(call: &mut Call<'_, '_>) -> Done {
    let (fd, delta, whence) = (call.u32(0), call.u64(1) as i64, call.snapshot.whence(call.u32(2)));
    let descriptor = call.table().get(fd)?;
    match (delta, whence) {
        (0, Some(Whence::Current)) => demand_tell(descriptor)?,
        _ => descriptor.demand(rights::FD_SEEK)?,
    }
    let file = descriptor.seekable()?;
    let from = match whence.ok_or(Errno::Inval)? {
        Whence::Start => 0,
        Whence::Current => descriptor.position,
        Whence::End => file.stat()?.size,
    };
    let to = from.checked_add_signed(delta).filter(|to| i64::try_from(*to).is_ok()).ok_or(Errno::Inval)?;
    // Before anything has changed, and not before it is known that there is something to tell.
    call.check(call.u32(3), 8)?;
    call.table().get_mut(fd)?.position = to;
    call.write_u64(call.u32(3), to)
}

/// `fd_tell`.
pub(super) fn fd_tell(call: &mut Call<'_, '_>) -> Done {
    let fd = call.u32(0);
    let descriptor = call.table().get(fd)?;
    demand_tell(descriptor)?;
    descriptor.seekable()?;
    let position = descriptor.position;
    call.write_u64(call.u32(1), position)
}

/// The right to know the position, which that to change it includes.
fn demand_tell(descriptor: &Descriptor) -> Result<(), Errno> {
    descriptor.demand(rights::FD_TELL).or_else(|_| descriptor.demand(rights::FD_SEEK))
}
