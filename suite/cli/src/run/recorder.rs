//! Takes down what happens.

use preflight_engine::{
    Store,
    trace::{Event, Sink},
};
use std::{cell::RefCell, rc::Rc};

/// Nobody reads more steps than this, and an endless loop of host calls must not fill the memory. The program goes on:
/// how it ends is not the recorder's business.
const MOST: usize = 1_000_000;

/// The events of a store, shared with the sink that the store owns.
#[derive(Clone)]
pub struct Recorder(Rc<RefCell<Inner>>);

struct Inner {
    events: Vec<Event>,
    is_full: bool,
}

impl Recorder {
    /// Records what happens in `store` from now on.
    pub fn attach(store: &mut Store) -> Self {
        let inner = Inner { events: Vec::new(), is_full: false };
        let recorder = Recorder(Rc::new(RefCell::new(inner)));
        store.set_sink(Some(Box::new(recorder.clone())));
        recorder
    }

    /// The events so far, which the recorder forgets.
    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.0.borrow_mut().events)
    }

    /// The remark to make if there were more steps.
    pub fn remark(&self) -> Option<String> {
        self.0.borrow().is_full.then(|| format!("only the first {MOST} steps were recorded"))
    }
}

impl Sink for Recorder {
    fn event(&mut self, event: Event) {
        let mut inner = self.0.borrow_mut();
        if inner.events.len() < MOST {
            inner.events.push(event);
        } else {
            inner.is_full = true;
        }
    }
}
