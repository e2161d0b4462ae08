//! Streams and futures: what their built-ins do, the events of their ends, and the host at one of them.

use super::{
    Entry, Inst, World,
    calls::BLOCKED,
    threads::{Numbers, Ready, Stop, Then},
};
use crate::tasks::{Side, Step};
use preflight_engine::trace::{EventCode, TrapCode, Value};
use std::collections::VecDeque;

/// `CopyState`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CopyState {
    Idle,
    Copying,
    Done,
}

/// `CopyResult`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    Completed = 0,
    Dropped = 1,
    Cancelled = 2,
}

/// A buffer: how long it is, and how far its copy has come.
#[derive(Debug, Clone, Copy, Default)]
struct Buffer {
    len: u32,
    progress: u32,
}

impl Buffer {
    fn remain(self) -> u32 {
        self.len - self.progress
    }
}

/// An end (*Stream State*, *Future State*).
#[derive(Debug, Clone, Copy)]
pub struct End {
    state: CopyState,
    buffer: Buffer,
    /// The event that is pending, and whether the buffer is to be reclaimed with it.
    pub pending: Option<(Copied, bool)>,
    pub set: Option<usize>,
    pub has_sync_waiter: bool,
    index: u32,
}

/// The host at the other end.
enum Host {
    /// What it gives.
    Source(VecDeque<u8>),
    /// It takes all.
    Sink,
}

/// A stream or future.
pub struct Flow {
    is_future: bool,
    is_dropped: bool,
    /// The end whose buffer waits for the other one.
    waiting: Option<Side>,
    host: Option<Host>,
    pub ends: [End; 2],
}

impl World<'_> {
    /// `stream_event`, `future_event`.
    pub fn deliver_copy(&mut self, flow: usize, side: Side) -> (EventCode, u32, u32) {
        let of = &mut self.flows[flow];
        let end = &mut of.ends[side as usize];
        let (result, reclaims) = end.pending.take().expect("there is one");
        if reclaims {
            of.waiting = None;
        }
        let is_done = if of.is_future { result != Copied::Cancelled } else { result == Copied::Dropped };
        end.state = if is_done { CopyState::Done } else { CopyState::Idle };
        let code = match (of.is_future, side) {
            (false, Side::Readable) => EventCode::StreamRead,
            (false, Side::Writable) => EventCode::StreamWrite,
            (true, Side::Readable) => EventCode::FutureRead,
            (true, Side::Writable) => EventCode::FutureWrite,
        };
        let progress = if of.is_future { 0 } else { end.buffer.progress << 4 };
        (code, end.index, result as u32 | progress)
    }

    pub fn end_handle(&self, flow: usize, side: Side) -> u32 {
        self.handles.ends.get(&flow).map_or(0, |ends| ends[side as usize])
    }

    /// The end that a handle stands for, which has to be one of the kind that the step speaks of.
    fn end_at(&self, handle: u32, is_future: bool, side: Side) -> Result<usize, TrapCode> {
        match self.table.get(handle)? {
            Entry::End(flow, of) if of == side && self.flows[flow].is_future == is_future => Ok(flow),
            _ => Err(TrapCode::InvalidHandle),
        }
    }

    pub fn flow_step(&mut self, step: Step, number: Numbers) -> Result<Option<Stop>, TrapCode> {
        match step {
            Step::NewFlow { is_future } => {
                let flow = self.new_flow(is_future, None);
                let handles = [Side::Readable, Side::Writable].map(|side| self.add_end(flow, side));
                self.handles.ends.insert(place(self, number), handles);
                handles.into_iter().for_each(|index| self.log(index));
            }
            Step::GetFlow { is_future, len } => self.get_flow(is_future, len, place(self, number)),
            Step::Give { flow, reads } => self.give(flow, reads)?,
            Step::Copy { flow, side, len } => return self.copy_step(flow, side, len, true),
            Step::CopySync { flow, side, len } => return self.copy_step(flow, side, len, false),
            Step::Cancel { flow, side } => {
                let of = self.end_at(self.end_handle(flow, side), self.is_future[flow], side)?;
                let result = self.cancel(of, side)?;
                self.log(result);
            }
            Step::CancelSync { flow, side } => {
                self.check_blocking()?;
                let of = self.end_at(self.end_handle(flow, side), self.is_future[flow], side)?;
                let end = &self.flows[of].ends[side as usize];
                if end.state == CopyState::Copying && end.set.is_some() {
                    return Err(TrapCode::InvalidHandle);
                }
                let result = self.cancel(of, side)?;
                self.log(result);
            }
            Step::DropEnd { flow, side } => {
                let (handle, is_future) = (self.end_handle(flow, side), self.is_future[flow]);
                let of = self.end_at(handle, is_future, side);
                // Whatever it was, it is out of the table.
                self.table.remove(handle)?;
                self.drop_end(of?, side)?;
            }
            _ => unreachable!("a step of streams and futures"),
        }
        Ok(None)
    }

    fn new_flow(&mut self, is_future: bool, host: Option<Host>) -> usize {
        let (state, buffer, pending, set) = (CopyState::Idle, Buffer::default(), None, None);
        let end = End { state, buffer, pending, set, has_sync_waiter: false, index: 0 };
        self.flows.push(Flow { is_future, is_dropped: false, waiting: None, host, ends: [end; 2] });
        self.flows.len() - 1
    }

    fn add_end(&mut self, flow: usize, side: Side) -> u32 {
        let index = self.table.add(Entry::End(flow, side));
        self.flows[flow].ends[side as usize].index = index;
        index
    }

    /// The host gives a stream of the bytes from 1 on, or a future of one byte.
    fn get_flow(&mut self, is_future: bool, len: u8, place: usize) {
        let (name, result) = if is_future { ("get-future", Value::Future) } else { ("get-stream", Value::Stream) };
        let args = vec![Value::U32(len.into())];
        self.lifted(Inst::Root, format!("{name} params"), args.clone());
        self.host(name, args);
        self.host_returned(name, vec![result.clone()]);
        let elements = if is_future { VecDeque::from([len]) } else { (1..=len).collect() };
        let flow = self.new_flow(is_future, Some(Host::Source(elements)));
        let index = self.add_end(flow, Side::Readable);
        self.handles.ends.insert(place, [index, 0]);
        self.lowered(format!("{name} result"), vec![result]);
        self.log(index);
    }

    /// The host takes the readable end, and reads all that comes, or drops it.
    fn give(&mut self, flow: usize, reads: bool) -> Result<(), TrapCode> {
        let (handle, is_future) = (self.end_handle(flow, Side::Readable), self.is_future[flow]);
        let of = self.end_at(handle, is_future, Side::Readable);
        self.table.remove(handle)?;
        let of = of?;
        let end = self.flows[of].ends[Side::Readable as usize];
        if end.state != CopyState::Idle || end.set.is_some() {
            return Err(TrapCode::InvalidHandle);
        }
        let (name, value) = match (is_future, reads) {
            (true, true) => ("read-future", Value::Future),
            (true, false) => ("drop-future", Value::Future),
            (false, true) => ("read-stream", Value::Stream),
            (false, false) => ("drop-stream", Value::Stream),
        };
        self.lifted(Inst::Root, format!("{name} params"), vec![value.clone()]);
        self.host(name, vec![value]);
        if !reads {
            self.drop_shared(of);
        } else if self.flows[of].host.is_some() {
            // It has the other end already.
            return Err(TrapCode::Host);
        } else {
            self.flows[of].host = Some(Host::Sink);
            if self.flows[of].waiting.take().is_some() {
                self.feed(of);
                self.flows[of].ends[Side::Writable as usize].pending = Some((Copied::Completed, false));
            }
            if self.flows[of].is_dropped {
                self.host("end", Vec::new());
            }
        }
        self.host_returned(name, Vec::new());
        Ok(())
    }

    /// What is left in the buffer of the writable end goes to the host.
    fn feed(&mut self, flow: usize) {
        let buffer = &mut self.flows[flow].ends[Side::Writable as usize].buffer;
        let from = buffer.progress as usize;
        buffer.progress = buffer.len;
        let values = self.bytes[from..buffer.len as usize].iter().map(|byte| Value::U8(*byte)).collect();
        self.host("read", values);
    }

    fn copy_step(&mut self, flow: usize, side: Side, len: u8, is_async: bool) -> Result<Option<Stop>, TrapCode> {
        if !is_async {
            self.check_blocking()?;
        }
        let is_future = self.is_future[flow];
        let of = self.end_at(self.end_handle(flow, side), is_future, side)?;
        let end = &self.flows[of].ends[side as usize];
        if end.state != CopyState::Idle || end.set.is_some() && !is_async {
            return Err(TrapCode::InvalidHandle);
        }
        self.copy(of, side, if is_future { 1 } else { len.into() });
        let end = &mut self.flows[of].ends[side as usize];
        if end.pending.is_some() {
            self.take_copy(of, side);
        } else if is_async {
            self.log(BLOCKED);
        } else {
            end.has_sync_waiter = true;
            return self.wait_for(Ready::Copied(of, side), Then::TakeCopy(of, side));
        }
        Ok(None)
    }

    pub fn take_copy(&mut self, flow: usize, side: Side) {
        self.flows[flow].ends[side as usize].has_sync_waiter = false;
        let (_, _, result) = self.deliver(Entry::End(flow, side));
        self.log(result);
    }

    /// `stream_copy`, `future_copy`.
    fn copy(&mut self, flow: usize, side: Side, len: u32) {
        let of = &mut self.flows[flow];
        let (this, other) = (side as usize, 1 - side as usize);
        of.ends[this].state = CopyState::Copying;
        of.ends[this].buffer = Buffer { len, progress: 0 };
        let completed = Some((Copied::Completed, false));
        if of.is_dropped {
            of.ends[this].pending = Some((Copied::Dropped, false));
        } else if of.host.is_some() {
            self.copy_with_host(flow, side);
        } else if of.waiting.is_none() {
            of.waiting = Some(side);
        } else if of.is_future {
            self.transfer(flow, 1);
            let of = &mut self.flows[flow];
            of.ends[other].pending = completed;
            of.ends[this].pending = completed;
            of.waiting = None;
        } else if of.ends[other].buffer.remain() > 0 {
            let n = of.ends[other].buffer.remain().min(len);
            if len > 0 {
                of.ends[other].pending = Some((Copied::Completed, true));
                self.transfer(flow, n);
            }
            self.flows[flow].ends[this].pending = completed;
        } else if side == Side::Writable && len == 0 && of.ends[other].buffer.len == 0 {
            of.ends[this].pending = completed;
        } else {
            of.ends[other].pending = completed;
            of.waiting = Some(side);
        }
    }

    /// So many bytes go from the buffer of the one end to that of the other.
    fn transfer(&mut self, flow: usize, n: u32) {
        let [readable, writable] = &mut self.flows[flow].ends;
        let (from, to) = (writable.buffer.progress as usize, readable.buffer.progress as usize);
        self.bytes.copy_within(from..from + n as usize, to);
        readable.buffer.progress += n;
        writable.buffer.progress += n;
    }

    /// The host is always ready.
    fn copy_with_host(&mut self, flow: usize, side: Side) {
        let of = &mut self.flows[flow];
        let end = &mut of.ends[side as usize];
        let result = match &mut of.host {
            Some(Host::Source(elements)) => {
                let is_over = elements.is_empty();
                let n = (end.buffer.remain() as usize).min(elements.len());
                for (slot, byte) in self.bytes.iter_mut().zip(elements.drain(..n)) {
                    *slot = byte;
                }
                end.buffer.progress += n as u32;
                if is_over { Copied::Dropped } else { Copied::Completed }
            }
            _ => {
                self.feed(flow);
                Copied::Completed
            }
        };
        self.flows[flow].ends[side as usize].pending = Some((result, false));
    }

    /// `cancel_copy`.
    fn cancel(&mut self, flow: usize, side: Side) -> Result<u32, TrapCode> {
        let of = &mut self.flows[flow];
        let end = &mut of.ends[side as usize];
        if end.state != CopyState::Copying || end.has_sync_waiter {
            return Err(TrapCode::InvalidHandle);
        }
        match end.pending {
            // What has been done in part says so; that it does is a reading.
            Some((Copied::Completed, true)) => self.rule(Inst::Root, "CM-ASYNC-20", "Completed"),
            Some(_) => {}
            None => {
                of.waiting = None;
                end.pending = Some((Copied::Cancelled, false));
            }
        }
        Ok(self.deliver(Entry::End(flow, side)).2)
    }

    /// `CopyEnd.drop`.
    fn drop_end(&mut self, flow: usize, side: Side) -> Result<(), TrapCode> {
        let of = &mut self.flows[flow];
        let end = of.ends[side as usize];
        let must_be_done = of.is_future && side == Side::Writable;
        if must_be_done && end.state != CopyState::Done || end.state == CopyState::Copying {
            return Err(TrapCode::InvalidHandle);
        }
        self.drop_shared(flow);
        self.leave(Entry::End(flow, side));
        Ok(())
    }

    /// One end is gone: the other end's copy ends with it, and the host is told.
    fn drop_shared(&mut self, flow: usize) {
        let of = &mut self.flows[flow];
        if std::mem::replace(&mut of.is_dropped, true) {
            return;
        }
        if let Some(waiting) = of.waiting.take() {
            of.ends[waiting as usize].pending = Some((Copied::Dropped, false));
        }
        if let Some(Host::Sink) = of.host {
            self.host("end", Vec::new());
        }
    }
}

/// Which stream or future the step makes.
fn place(world: &World<'_>, number: Numbers) -> usize {
    number.of(world.plan, |step| matches!(step, Step::NewFlow { .. } | Step::GetFlow { .. }))
}
