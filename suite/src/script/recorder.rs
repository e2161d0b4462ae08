//! What a script or a program does, step by step.

use crate::trace::{Event, Level, Sink};
use preflight_engine::{InterruptHandle, Store};
use std::{cell::RefCell, rc::Rc};

/// How many steps of one directive, or of one program, are kept. What goes on beyond is stopped: it would fill the machine's memory.
const MOST: usize = 1 << 20;

/// Steps that a store records and the runner takes.
#[derive(Clone, Default)]
pub(crate) struct Events(Rc<RefCell<Vec<Event>>>);

impl Events {
    /// Of all that `store` does from now on, the steps up to `level`.
    pub(crate) fn of(store: &mut Store, level: Level) -> Events {
        let events = Events::default();
        let enough = store.interrupt_handle();
        store.set_sink(Some(Box::new(Recorder { events: events.clone(), level, enough })));
        events
    }

    pub(crate) fn len(&self) -> usize {
        self.0.borrow().len()
    }

    pub(crate) fn take(&self) -> Vec<Event> {
        self.0.take()
    }
}

/// Keeps the events up to a level.
struct Recorder {
    events: Events,
    level: Level,
    enough: InterruptHandle,
}

impl Sink for Recorder {
    fn event(&mut self, event: Event) {
        if event.level() > self.level {
            return;
        }
        let mut events = self.events.0.borrow_mut();
        if events.len() < MOST {
            events.push(event);
            // Once: what an interrupted call still tells is not to stop the next one.
            if events.len() == MOST {
                self.enough.interrupt();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::MOST;
    use crate::script::{self, Options, Status};
    use crate::trace::Level;

    /// Nothing bounds the loop but what is kept of it; what comes after it runs.
    #[test]
    fn steps_without_end_are_stopped() {
        let text = r#"
            (module (import "spectest" "print" (func $f)) (func (export "loop") (loop (call $f) (br 0))))
            (invoke "loop")
            (module (func (export "two") (result i32) (i32.const 2)))
            (assert_return (invoke "two") (i32.const 2))"#;
        let options = Options { level: Some(Level::Full), ..Options::default() };
        let script = script::run(text, &options).expect("a script");
        let statuses: Vec<_> = script.reports.iter().map(|report| &report.status).collect();
        assert!(
            matches!(statuses[..], [Status::Passed, Status::Failed { .. }, Status::Passed, Status::Passed]),
            "{statuses:?}"
        );
        assert!(script.reports.iter().all(|report| report.events.len() <= MOST));
    }
}
