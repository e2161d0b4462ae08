//! What a store records.

use preflight_engine::{
    Store,
    trace::{Event, Sink},
};
use std::{cell::RefCell, rc::Rc};

/// The events of a store, shared with the sink that the store owns.
#[derive(Clone, Default)]
pub struct Events(Rc<RefCell<Vec<Event>>>);

impl Events {
    /// Records what happens in `store` from now on.
    pub fn attach(store: &mut Store) -> Events {
        let events = Events::default();
        store.set_sink(Some(Box::new(events.clone())));
        events
    }

    /// Adds something that the store does not know of.
    pub fn add(&self, event: Event) {
        self.0.borrow_mut().push(event);
    }

    /// The events since the last time.
    pub fn take(&self) -> Vec<Event> {
        self.0.take()
    }
}

impl Sink for Events {
    fn event(&mut self, event: Event) {
        self.0.borrow_mut().push(event);
    }
}
