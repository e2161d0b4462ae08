//! Streams and futures with the host at their other end (CanonicalABI.md, *Stream State*, *Future State*: `ReadableStream`,
//! `WritableStream` and their like are what hosts implement too).

use super::{
    canon,
    copy::{Buffer, CopyEnd, Flow, Shared, SharedId},
    types::ValType,
    value::{ComponentVal, check_values},
    waitable::{CopyResult, Pending, Waitable},
};
use crate::{Store, error::Fault};
use std::{cell::RefCell, collections::VecDeque, rc::Rc};

/// What takes the elements that a guest writes, and `None` once it has dropped its end.
type Sink = dyn FnMut(&mut Store, Option<Vec<ComponentVal>>);

/// The end that the host has.
#[derive(Clone)]
pub(crate) enum HostEnd {
    /// The writable end: what has not been read.
    Source(Rc<RefCell<VecDeque<ComponentVal>>>),
    /// The readable end.
    Sink(Rc<RefCell<Sink>>),
}

fn shared_id(val: &ComponentVal) -> Result<SharedId, Fault> {
    match val {
        ComponentVal::Stream(number) | ComponentVal::Future(number) => Ok(SharedId::from_number(*number)),
        _ => Err(Fault::Usage("only streams and futures can be read".to_owned())),
    }
}

impl Store {
    /// A stream of the type `ty` that has these elements and then ends, to be given to a component. Those of a stream without
    /// a type are empty tuples.
    ///
    /// # Errors
    /// [`Fault::Usage`] if an element is not of the type.
    pub fn stream_of(&mut self, ty: Option<ValType>, elements: Vec<ComponentVal>) -> Result<ComponentVal, Fault> {
        self.source(Flow::Stream, ty, elements).map(ComponentVal::Stream)
    }

    /// A future of the type `ty` that has its value, to be given to a component. That of a future without a type is an empty
    /// tuple.
    ///
    /// # Errors
    /// [`Fault::Usage`] if the value is not of the type.
    pub fn future_of(&mut self, ty: Option<ValType>, value: ComponentVal) -> Result<ComponentVal, Fault> {
        self.source(Flow::Future, ty, vec![value]).map(ComponentVal::Future)
    }

    fn source(&mut self, flow: Flow, ty: Option<ValType>, elements: Vec<ComponentVal>) -> Result<u64, Fault> {
        let of = ty.clone().unwrap_or_else(|| ValType::tuple([]));
        for element in &elements {
            check_values("an element of a stream or future", std::slice::from_ref(element), std::slice::from_ref(&of))?;
        }
        let host = HostEnd::Source(Rc::new(RefCell::new(elements.into())));
        Ok(self.components.shared.insert(Shared::with_host(flow, ty, host)).number())
    }

    /// Reads a stream or a future that a component has given: `sink` takes what is written, each time something is, and
    /// `None` once the other end has been dropped. It is called in the middle of the guest's calls: components cannot be
    /// called from there.
    ///
    /// # Errors
    /// [`Fault::Usage`] if `val` is no stream or future, or somebody else's by now; a trap if what is written cannot be lifted.
    pub fn read_all(
        &mut self,
        val: &ComponentVal,
        sink: impl FnMut(&mut Store, Option<Vec<ComponentVal>>) + 'static,
    ) -> Result<(), Fault> {
        let id = shared_id(val)?;
        let sink: Rc<RefCell<Sink>> = Rc::new(RefCell::new(sink));
        let written = self.components.take_readable(id, HostEnd::Sink(sink.clone()))?;
        if let Some(buffer) = written.pending {
            let vals = self.read_buffer(&buffer)?;
            self.reset_and_notify_pending(id, CopyResult::Completed)?;
            self.feed(&sink, Some(vals))?;
        }
        match written.is_dropped {
            true => self.feed(&sink, None),
            false => Ok(()),
        }
    }

    /// Drops the readable end of a stream or a future that a component has given.
    ///
    /// # Errors
    /// [`Fault::Usage`] if `val` is no stream or future, or not there any more.
    pub fn drop_readable(&mut self, val: &ComponentVal) -> Result<(), Fault> {
        self.drop_shared(shared_id(val)?)
    }

    fn feed(&mut self, sink: &RefCell<Sink>, vals: Option<Vec<ComponentVal>>) -> Result<(), Fault> {
        let Ok(mut sink) = sink.try_borrow_mut() else {
            return Err(Fault::Usage("what reads a stream was called while it runs".to_owned()));
        };
        sink(self, vals);
        Ok(())
    }

    /// All that is left in a guest's buffer.
    fn read_buffer(&mut self, buffer: &Buffer) -> Result<Vec<ComponentVal>, Fault> {
        let n = buffer.remain();
        let vals = match &buffer.t {
            Some(t) => canon::load_elements(self, &buffer.cx, buffer.ptr.get(), n, t)?,
            None => vec![ComponentVal::Tuple(vec![]); n as usize],
        };
        buffer.advance(n);
        Ok(vals)
    }

    /// `CopyEnd.copy`, with the host at the other end: it is always ready.
    pub(super) fn copy_with_host(
        &mut self,
        waitable: &Waitable,
        end: &CopyEnd,
        buffer: &Buffer,
        host: &HostEnd,
    ) -> Result<(), Fault> {
        let result = match host {
            HostEnd::Source(elements) => {
                let n = buffer.remain().min(elements.borrow().len() as u64);
                let is_over = elements.borrow().is_empty();
                if is_over && end.flow == Flow::Future {
                    return Err(Fault::Usage("a future of the host was given twice".to_owned()));
                }
                let vals: Vec<ComponentVal> = elements.borrow_mut().drain(..n as usize).collect();
                if let Some(t) = &buffer.t {
                    canon::store_elements(self, &buffer.cx, &vals, buffer.ptr.get(), t)?;
                }
                buffer.advance(n);
                if is_over { CopyResult::Dropped } else { CopyResult::Completed }
            }
            HostEnd::Sink(sink) => {
                let vals = self.read_buffer(buffer)?;
                self.feed(sink, Some(vals))?;
                CopyResult::Completed
            }
        };
        waitable.set_pending_event(Pending::Copy(result, false));
        Ok(())
    }

    /// The guest has dropped its end.
    pub(super) fn tell_host(&mut self, host: &HostEnd) -> Result<(), Fault> {
        match host {
            HostEnd::Sink(sink) => self.feed(sink, None),
            HostEnd::Source(_) => Ok(()),
        }
    }
}
