//! Streams and futures: what their built-ins do, and the events of their ends.

use super::{BLOCKED, Buffer, Copied, CopyState, End, Entry, Flow, World, root};
use crate::tasks::{Side, Step};
use preflight_engine::trace::{Event, EventCode, TrapCode};

impl World<'_> {
    /// `stream_event`, `future_event`.
    pub(super) fn deliver_copy(&mut self, flow: usize, side: Side) -> (EventCode, u32, u32) {
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

    pub(super) fn flow_step(&mut self, step: Step) -> Result<(), TrapCode> {
        match step {
            Step::NewFlow { is_future } => {
                let end = End { state: CopyState::Idle, buffer: Buffer::default(), pending: None, set: None, index: 0 };
                self.flows.push(Flow { is_future, is_dropped: false, waiting: None, ends: [end; 2] });
                let flow = self.flows.len() - 1;
                let handles = [Side::Readable, Side::Writable].map(|side| self.add(Entry::End(flow, side)));
                for (end, index) in self.flows[flow].ends.iter_mut().zip(handles) {
                    end.index = index;
                }
                self.end_handles.push(handles);
                handles.into_iter().for_each(|index| self.log(index));
            }
            Step::Copy { flow, side, len } => {
                let is_future = self.flows[flow].is_future;
                let of = self.end_at(self.end_handles[flow][side as usize], is_future, side)?;
                let result = self.copy(of, side, if is_future { 1 } else { len.into() })?;
                self.log(result);
            }
            Step::Cancel { flow, side } => {
                let is_future = self.flows[flow].is_future;
                let of = self.end_at(self.end_handles[flow][side as usize], is_future, side)?;
                let result = self.cancel(of, side)?;
                self.log(result);
            }
            Step::DropEnd { flow, side } => {
                let is_future = self.flows[flow].is_future;
                let handle = self.end_handles[flow][side as usize];
                let of = self.end_at(handle, is_future, side);
                // Whatever it was, it is out of the table.
                self.remove(handle)?;
                self.drop_end(of?, side)?;
            }
            _ => unreachable!("a step of streams and futures"),
        }
        Ok(())
    }

    /// `stream_copy`, `future_copy`.
    fn copy(&mut self, flow: usize, side: Side, len: u32) -> Result<u32, TrapCode> {
        let of = &mut self.flows[flow];
        let (this, other) = (side as usize, 1 - side as usize);
        if of.ends[this].state != CopyState::Idle {
            return Err(TrapCode::InvalidHandle);
        }
        of.ends[this].state = CopyState::Copying;
        of.ends[this].buffer = Buffer { len, progress: 0 };
        let completed = Some((Copied::Completed, false));
        if of.is_dropped {
            of.ends[this].pending = Some((Copied::Dropped, false));
        } else if of.waiting.is_none() {
            of.waiting = Some(side);
        } else if of.is_future {
            of.ends.iter_mut().for_each(|end| end.buffer.progress = 1);
            of.ends[other].pending = completed;
            of.ends[this].pending = completed;
            of.waiting = None;
        } else if of.ends[other].buffer.remain() > 0 {
            let n = of.ends[other].buffer.remain().min(len);
            if len > 0 {
                of.ends.iter_mut().for_each(|end| end.buffer.progress += n);
                of.ends[other].pending = Some((Copied::Completed, true));
            }
            of.ends[this].pending = completed;
        } else if side == Side::Writable && len == 0 && of.ends[other].buffer.len == 0 {
            of.ends[this].pending = completed;
        } else {
            of.ends[other].pending = completed;
            of.waiting = Some(side);
        }
        if of.ends[this].pending.is_none() {
            return Ok(BLOCKED);
        }
        Ok(self.deliver(Entry::End(flow, side)).2)
    }

    /// `cancel_copy`.
    fn cancel(&mut self, flow: usize, side: Side) -> Result<u32, TrapCode> {
        let of = &mut self.flows[flow];
        let end = &mut of.ends[side as usize];
        if end.state != CopyState::Copying {
            return Err(TrapCode::InvalidHandle);
        }
        match end.pending {
            // What has been done in part says so; that it does is a reading.
            Some((Copied::Completed, true)) => {
                let (rule, reading) = ("CM-ASYNC-20".to_owned(), "Completed".to_owned());
                self.events.push(Event::RuleApplied { at: root(), rule, reading });
            }
            Some(_) => {}
            None => {
                of.waiting = None;
                end.pending = Some((Copied::Cancelled, false));
            }
        }
        Ok(self.deliver(Entry::End(flow, side)).2)
    }

    /// `CopyEnd.drop`: the other end's copy ends with it.
    fn drop_end(&mut self, flow: usize, side: Side) -> Result<(), TrapCode> {
        let of = &mut self.flows[flow];
        let end = of.ends[side as usize];
        let must_be_done = of.is_future && side == Side::Writable;
        if must_be_done && end.state != CopyState::Done || end.state == CopyState::Copying {
            return Err(TrapCode::InvalidHandle);
        }
        if !std::mem::replace(&mut of.is_dropped, true)
            && let Some(waiting) = of.waiting.take()
        {
            of.ends[waiting as usize].pending = Some((Copied::Dropped, false));
        }
        self.leave(Entry::End(flow, side));
        Ok(())
    }
}
