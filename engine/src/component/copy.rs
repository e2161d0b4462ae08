//! Streams and futures (CanonicalABI.md, *Buffer State*, *Stream State*, *Future State*).
//!
//! Both are one thing here, [`Shared`], with two ends: a future is a stream of exactly one element that says how it ended
//! a little differently. A lifted stream or future is the number of its `Shared`.

use super::{
    arena::Id,
    canon::{self, Context, trap_if},
    host_stream::HostEnd,
    task::{InstId, State},
    types::{Kind as TypeKind, ValType},
    waitable::{CopyResult, EventTuple, Kind, Pending, Waitable},
};
use crate::{
    Store,
    error::Fault,
    trace::{EventCode, TrapCode},
};
use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

/// Whether it is a stream or a future.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Stream,
    Future,
}

/// Which end it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Readable,
    Writable,
}

/// What the two ends share (`SharedStreamImpl`, `SharedFutureImpl`).
pub(crate) struct Shared {
    pub flow: Flow,
    pub t: Option<ValType>,
    dropped: bool,
    pending: Option<PendingCopy>,
    /// How many ends there are that guests have, those on their way through a call included.
    ends: u8,
    /// The other one, if the host has it.
    host: Option<HostEnd>,
}

/// What the writable end has done before the host took the readable one.
pub(super) struct Written {
    pub pending: Option<Rc<Buffer>>,
    pub is_dropped: bool,
}

impl Shared {
    /// One whose writable end the host has.
    pub fn with_host(flow: Flow, t: Option<ValType>, host: HostEnd) -> Shared {
        Shared { flow, t, dropped: false, pending: None, ends: 1, host: Some(host) }
    }
}

impl State {
    /// The host takes the readable end.
    pub(super) fn take_readable(&mut self, id: SharedId, host: HostEnd) -> Result<Written, Fault> {
        let not_there = || Fault::Usage("a stream or future that is not there any more".to_owned());
        let shared = self.shared.get_mut(id).ok_or_else(not_there)?;
        if shared.host.is_some() {
            return Err(Fault::Usage("a stream or future that the host has both ends of".to_owned()));
        }
        let is_dropped = shared.dropped;
        let pending = shared.pending.as_ref().map(|pending| (pending.inst, pending.buffer.clone()));
        shared.ends -= 1;
        shared.host = Some(host);
        if shared.ends == 0 {
            self.shared.remove(id);
        }
        let pending = pending.filter(|(inst, _)| !self.is_out_of_reach(*inst)).map(|(_, buffer)| buffer);
        Ok(Written { pending, is_dropped })
    }
}

pub(crate) type SharedId = Id<Shared>;

/// The copy that waits for the other end (`pending_inst`, `pending_buffer`, `pending_on_copy_done`).
#[derive(Clone)]
struct PendingCopy {
    inst: InstId,
    buffer: Rc<Buffer>,
    /// Which end it is. An end cannot be dropped while it copies, so that it is there as long as its instance.
    end: Weak<Waitable>,
}

/// `CopyState`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CopyState {
    Idle,
    Copying,
    CancellingCopy,
    Done,
}

/// An end of a stream or a future (`CopyEnd`).
pub(crate) struct CopyEnd {
    pub shared: SharedId,
    pub flow: Flow,
    pub side: Side,
    pub state: Cell<CopyState>,
    buffer: RefCell<Option<Rc<Buffer>>>,
}

/// `Buffer.MAX_LENGTH`.
const MAX_LENGTH: u64 = (1 << 28) - 1;

/// Elements in the memory of a guest (`BufferGuestImpl`).
pub(crate) struct Buffer {
    pub t: Option<ValType>,
    pub cx: Context,
    pub ptr: Cell<u64>,
    progress: Cell<u64>,
    length: u64,
}

impl Buffer {
    /// `BufferGuestImpl.__init__`.
    pub fn new(store: &Store, t: Option<ValType>, cx: Context, ptr: u64, length: u64) -> Result<Rc<Buffer>, Fault> {
        trap_if(length > MAX_LENGTH, TrapCode::InvalidPointer)?;
        if let Some(t) = &t
            && length > 0
        {
            let w = cx.opts.w;
            cx.check_range(store, ptr, length * t.elem_size(w), t.alignment(w))?;
        }
        Ok(Rc::new(Buffer { t, cx, ptr: Cell::new(ptr), progress: Cell::default(), length }))
    }

    pub fn remain(&self) -> u64 {
        self.length - self.progress.get()
    }

    fn is_zero_length(&self) -> bool {
        self.length == 0
    }

    pub fn advance(&self, n: u64) {
        let size = self.t.as_ref().map_or(0, |t| t.elem_size(self.cx.opts.w));
        self.ptr.set(self.ptr.get() + n * size);
        self.progress.set(self.progress.get() + n);
    }
}

/// `dst.write(src.read(n))`.
fn transfer(store: &mut Store, src: &Buffer, dst: &Buffer, n: u64) -> Result<(), Fault> {
    if let Some(t) = &src.t {
        let vals = canon::load_elements(store, &src.cx, src.ptr.get(), n, t)?;
        src.advance(n);
        canon::store_elements(store, &dst.cx, &vals, dst.ptr.get(), t)?;
    } else {
        src.advance(n);
    }
    dst.advance(n);
    Ok(())
}

/// `none_or_number_type`.
fn is_none_or_number(t: Option<&ValType>) -> bool {
    use ValType as T;
    matches!(t, None | Some(T::U8 | T::U16 | T::U32 | T::U64 | T::S8 | T::S16 | T::S32 | T::S64 | T::F32 | T::F64))
}

impl CopyEnd {
    pub fn copying(&self) -> bool {
        matches!(self.state.get(), CopyState::Copying | CopyState::CancellingCopy)
    }

    /// The code of its events.
    fn event_code(&self) -> EventCode {
        match (self.flow, self.side) {
            (Flow::Stream, Side::Readable) => EventCode::StreamRead,
            (Flow::Stream, Side::Writable) => EventCode::StreamWrite,
            (Flow::Future, Side::Readable) => EventCode::FutureRead,
            (Flow::Future, Side::Writable) => EventCode::FutureWrite,
        }
    }

    /// `stream_event` and `future_event`.
    pub fn deliver(&self, store: &mut Store, index: u32, result: CopyResult, reclaim: bool) -> EventTuple {
        if reclaim && let Some(shared) = store.components.shared.get_mut(self.shared) {
            shared.pending = None;
        }
        let is_done = match self.flow {
            Flow::Stream => result == CopyResult::Dropped,
            Flow::Future => result != CopyResult::Cancelled,
        };
        self.state.set(if is_done { CopyState::Done } else { CopyState::Idle });
        let progress = self.buffer.take().map_or(0, |buffer| buffer.progress.get()) as u32;
        let payload = match self.flow {
            Flow::Stream => result as u32 | progress << 4,
            Flow::Future => result as u32,
        };
        EventTuple { code: self.event_code(), index, payload }
    }
}

impl Waitable {
    /// The end of the given kind and side (`trap_if(not isinstance(e, EndT))`), of a type of elements
    /// (`trap_if(e.shared.t != t)`).
    pub fn as_end(&self, store: &Store, flow: Flow, side: Side, t: &Option<ValType>) -> Result<&CopyEnd, Fault> {
        let fits = |end: &CopyEnd| {
            end.flow == flow
                && end.side == side
                && store.components.shared.get(end.shared).is_some_and(|shared| shared.t == *t)
        };
        match &self.kind {
            Kind::End(end) if fits(end) => Ok(end),
            _ => canon::trap(TrapCode::InvalidHandle),
        }
    }
}

/// Tells the end whose copy was pending how it ended (`on_copy`, `on_copy_done`).
fn notify(end: &Weak<Waitable>, result: CopyResult, reclaim: bool) {
    if let Some(end) = end.upgrade() {
        end.set_pending_event(Pending::Copy(result, reclaim));
    }
}

impl Store {
    /// A new stream or future.
    pub(crate) fn new_shared(&mut self, flow: Flow, t: Option<ValType>) -> SharedId {
        self.components.shared.insert(Shared { flow, t, dropped: false, pending: None, ends: 2, host: None })
    }

    /// An end of a stream or future in the table of an instance.
    pub(crate) fn add_end(&mut self, inst: InstId, shared: SharedId, flow: Flow, side: Side) -> Result<u32, Fault> {
        let state = Cell::new(CopyState::Idle);
        let end = CopyEnd { shared, flow, side, state, buffer: RefCell::default() };
        self.add_waitable(inst, Rc::new(Waitable::new(Kind::End(end))))
    }

    /// The stream or future that a value of the given type stands for: a host can give anything.
    pub(crate) fn shared_of(&self, number: u64, flow: Flow, kind: &TypeKind) -> Result<SharedId, Fault> {
        let (TypeKind::Stream(t) | TypeKind::Future(t)) = kind else { return Err(canon::broken("stream or future")) };
        let id = SharedId::from_number(number);
        match self.components.shared.get(id) {
            Some(shared) if shared.flow == flow && shared.t == *t => Ok(id),
            _ => Err(Fault::Usage("a value is not the stream or future that it says".to_owned())),
        }
    }

    fn shared_mut(&mut self, id: SharedId) -> Result<&mut Shared, Fault> {
        let shared = self.components.shared.get_mut(id);
        shared.ok_or_else(|| Fault::Usage("a stream or future that is not there any more".to_owned()))
    }

    /// `reset_and_notify_pending`.
    pub(super) fn reset_and_notify_pending(&mut self, id: SharedId, result: CopyResult) -> Result<(), Fault> {
        if let Some(pending) = self.shared_mut(id)?.pending.take() {
            notify(&pending.end, result, false);
        }
        Ok(())
    }

    /// `SharedStreamImpl.cancel` and `SharedFutureImpl.cancel`.
    pub(crate) fn cancel_copy(&mut self, id: SharedId) -> Result<(), Fault> {
        self.reset_and_notify_pending(id, CopyResult::Cancelled)
    }

    /// `CopyEnd.drop`, once it is out of the table.
    pub(crate) fn drop_end(&mut self, waitable: &Rc<Waitable>, end: &CopyEnd) -> Result<(), Fault> {
        let must_be_done = end.flow == Flow::Future && end.side == Side::Writable;
        trap_if(must_be_done && end.state.get() != CopyState::Done, TrapCode::InvalidHandle)?;
        trap_if(end.copying(), TrapCode::InvalidHandle)?;
        self.drop_shared(end.shared)?;
        waitable.join(None);
        Ok(())
    }

    /// `SharedStreamImpl.drop`: one end is gone.
    pub(crate) fn drop_shared(&mut self, id: SharedId) -> Result<(), Fault> {
        let shared = self.shared_mut(id)?;
        shared.ends -= 1;
        let is_first = !std::mem::replace(&mut shared.dropped, true);
        let (is_last, host) = (shared.ends == 0, shared.host.clone());
        if is_first {
            self.reset_and_notify_pending(id, CopyResult::Dropped)?;
            if let Some(host) = host {
                self.tell_host(&host)?;
            }
        }
        if is_last {
            self.components.shared.remove(id);
        }
        Ok(())
    }

    /// `CopyEnd.copy`: reads into the buffer or writes out of it, as far as the other end is there.
    pub(crate) fn copy(
        &mut self,
        waitable: &Rc<Waitable>,
        end: &CopyEnd,
        inst: InstId,
        buffer: &Rc<Buffer>,
    ) -> Result<(), Fault> {
        end.buffer.replace(Some(buffer.clone()));
        let shared = self.shared_mut(end.shared)?;
        if shared.dropped {
            waitable.set_pending_event(Pending::Copy(CopyResult::Dropped, false));
            return Ok(());
        }
        if let Some(host) = shared.host.clone() {
            return self.copy_with_host(waitable, end, buffer, &host);
        }
        let this = PendingCopy { inst, buffer: buffer.clone(), end: Rc::downgrade(waitable) };
        let pending = shared.pending.clone();
        // One of an instance that has been locked never gets further: as if it were not there.
        let Some(other) = pending.filter(|other| !self.components.is_out_of_reach(other.inst)) else {
            self.shared_mut(end.shared)?.pending = Some(this);
            return Ok(());
        };
        // "Temporary", say the documents: both ends in one instance only where nothing is allocated.
        let may_copy = other.inst != inst || is_none_or_number(buffer.t.as_ref());
        trap_if(!may_copy, TrapCode::InvalidHandle)?;
        let (src, dst) = match end.side {
            Side::Readable => (&other.buffer, buffer),
            Side::Writable => (buffer, &other.buffer),
        };
        let completed = Pending::Copy(CopyResult::Completed, false);
        if end.flow == Flow::Future {
            transfer(self, src, dst, 1)?;
            self.reset_and_notify_pending(end.shared, CopyResult::Completed)?;
            waitable.set_pending_event(completed);
        } else if other.buffer.remain() > 0 {
            if buffer.remain() > 0 {
                transfer(self, src, dst, src.remain().min(dst.remain()))?;
                notify(&other.end, CopyResult::Completed, true);
            }
            waitable.set_pending_event(completed);
        } else if end.side == Side::Writable && buffer.is_zero_length() && other.buffer.is_zero_length() {
            waitable.set_pending_event(completed);
        } else {
            self.reset_and_notify_pending(end.shared, CopyResult::Completed)?;
            self.shared_mut(end.shared)?.pending = Some(this);
        }
        Ok(())
    }
}
