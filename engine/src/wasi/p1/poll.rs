//! `poll_oneoff`: what is ready at once is told at once; otherwise time passes until the first clock is due. With virtual
//! clocks nobody waits: they are moved.

use super::{
    super::world::Readiness,
    call::Call,
    clock::Clock,
    errno::{Done, Errno},
    table::Object,
    types::rights,
};
use crate::{error::Fault, trace::Resource};

/// The most subscriptions of one call: beyond, `inval`.
const MAX_SUBSCRIPTIONS: u32 = 4096;
/// The size of an `event`, in bytes.
const EVENT: u32 = 32;

/// A `subscription`.
#[derive(Debug, Clone, Copy)]
struct Subscription {
    userdata: u64,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// A clock, when it shows this (absolute) time.
    Clock {
        clock: Clock,
        due: u64,
    },
    Read(u32),
    Write(u32),
    /// The subscription itself is wrong; the tag is that of its event.
    Wrong {
        tag: u8,
        error: Errno,
    },
}

/// What an `event` tells besides the userdata.
struct Ready {
    tag: u8,
    error: Errno,
    nbytes: u64,
    hangup: bool,
}

/// `poll_oneoff`.
pub(super) fn poll_oneoff(call: &mut Call<'_, '_>) -> Done {
    let (input, output, count) = (call.u32(0), call.u32(1), call.u32(2));
    if count == 0 || count > MAX_SUBSCRIPTIONS {
        return Err(Errno::Inval.into());
    }
    let (size, clock_at) = call.snapshot.subscription();
    call.check(input, u64::from(count) * u64::from(size))?;
    call.check(output, u64::from(count) * u64::from(EVENT))?;
    call.check(call.u32(3), 4)?;
    let bytes = call.read(input, count * size)?;
    let subscriptions = bytes.chunks_exact(size as usize).map(|bytes| parse(call, bytes, clock_at));
    let subscriptions = subscriptions.collect::<Done<Vec<Subscription>>>()?;
    let mut events = ready(call, &subscriptions);
    while events.is_empty() {
        wait(call, &subscriptions)?;
        events = ready(call, &subscriptions);
    }
    for (place, event) in (output..).step_by(EVENT as usize).zip(&events) {
        call.write(place, event)?;
    }
    call.write_u32(call.u32(3), events.len() as u32)
}

/// `clock_at` is where the record of a clock begins: its id, the timeout, the precision, its flags.
fn parse(call: &Call<'_, '_>, bytes: &[u8], clock_at: usize) -> Done<Subscription> {
    let u64_at = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
    let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    let kind = match bytes[8] {
        0 => {
            let flags = &bytes[clock_at + 24..clock_at + 26];
            // `subclockflags` has one flag.
            if flags[0] > 1 || flags[1] != 0 {
                return Err(Errno::Inval.into());
            }
            clock_kind(call, u32_at(clock_at), u64_at(clock_at + 8), flags[0] != 0)
        }
        1 => Kind::Read(u32_at(16)),
        2 => Kind::Write(u32_at(16)),
        _ => return Err(Errno::Inval.into()),
    };
    Ok(Subscription { userdata: u64_at(0), kind })
}

fn clock_kind(call: &Call<'_, '_>, id: u32, timeout: u64, is_absolute: bool) -> Kind {
    match Clock::of(id) {
        Err(error) => Kind::Wrong { tag: 0, error },
        Ok(clock) => {
            let from = if is_absolute { 0 } else { clock.now(&call.world().clocks) };
            Kind::Clock { clock, due: from.saturating_add(timeout) }
        }
    }
}

/// The events of everything that is ready now, in the order of the subscriptions.
fn ready(call: &mut Call<'_, '_>, subscriptions: &[Subscription]) -> Vec<[u8; EVENT as usize]> {
    let mut events = Vec::new();
    for subscription in subscriptions {
        if let Some(ready) = is_ready(call, subscription.kind) {
            events.push(encode(subscription.userdata, &ready));
        }
    }
    events
}

fn is_ready(call: &mut Call<'_, '_>, kind: Kind) -> Option<Ready> {
    let (tag, fd) = match kind {
        Kind::Wrong { tag, error } => return Some(Ready { tag, error, nbytes: 0, hangup: false }),
        Kind::Clock { clock, due } => {
            let is_due = clock.now(&call.world().clocks) >= due;
            return is_due.then_some(Ready { tag: 0, error: Errno::Success, nbytes: 0, hangup: false });
        }
        Kind::Read(fd) => (1, fd),
        Kind::Write(fd) => (2, fd),
    };
    let end = if tag == 1 { readable(call, fd) } else { writable(call, fd) };
    let (error, nbytes, hangup) = match end {
        Ok(Readiness::NotYet) => return None,
        Ok(Readiness::Bytes(count)) => (Errno::Success, count as u64, false),
        Ok(Readiness::End) => (Errno::Success, 0, true),
        Err(error) => (error, 0, false),
    };
    Some(Ready { tag, error, nbytes, hangup })
}

/// How much can be read. Files are always ready, at their end too.
fn readable(call: &mut Call<'_, '_>, fd: u32) -> Result<Readiness, Errno> {
    let descriptor = call.table().get(fd)?;
    descriptor.demand(rights::POLL_FD_READWRITE | rights::FD_READ)?;
    match &descriptor.object {
        Object::Stdin => Ok(call.world().stdin.ready()),
        Object::File(file) if descriptor.read => match file.stream_ready() {
            Some(ready) => Ok(ready),
            None => Ok(Readiness::Bytes(file.stat()?.size.saturating_sub(descriptor.position) as usize)),
        },
        _ => Err(Errno::Badf),
    }
}

fn writable(call: &mut Call<'_, '_>, fd: u32) -> Result<Readiness, Errno> {
    let descriptor = call.table().get(fd)?;
    descriptor.demand(rights::POLL_FD_READWRITE | rights::FD_WRITE)?;
    match descriptor.object {
        Object::Stdin | Object::Dir(_) => Err(Errno::Badf),
        _ if descriptor.write => Ok(Readiness::Bytes(1)),
        _ => Err(Errno::Badf),
    }
}

/// Lets time pass until the first clock is due, or a moment of it if there is a stream to look at again.
fn wait(call: &mut Call<'_, '_>, subscriptions: &[Subscription]) -> Done {
    let clocks = call.world().clocks.clone();
    let left = |subscription: &Subscription| match subscription.kind {
        Kind::Clock { clock, due } => Some(due.saturating_sub(clock.now(&clocks))),
        _ => None,
    };
    let first = subscriptions.iter().filter_map(left).min();
    let interrupt = call.caller.store().interrupt_flag();
    let is_looked_at = subscriptions.iter().any(|subscription| matches!(subscription.kind, Kind::Read(_)));
    let end = clocks.pass_beside_streams(first, is_looked_at, interrupt);
    Ok(end.map_err(|_| Fault::Exhausted(Resource::Interrupt))?)
}

fn encode(userdata: u64, ready: &Ready) -> [u8; EVENT as usize] {
    let mut bytes = [0; EVENT as usize];
    bytes[0..8].copy_from_slice(&userdata.to_le_bytes());
    bytes[8..10].copy_from_slice(&(ready.error as u16).to_le_bytes());
    bytes[10] = ready.tag;
    bytes[16..24].copy_from_slice(&ready.nbytes.to_le_bytes());
    bytes[24] = u8::from(ready.hangup);
    bytes
}
