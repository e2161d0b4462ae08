//! The time limit of a script: one thread that interrupts every store of the script when time is up.

use preflight_engine::InterruptHandle;
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

/// How often an expired script is interrupted again: a store may have been between two calls the time before.
const AGAIN: Duration = Duration::from_millis(20);

/// Watches over one script. Dropping it ends the watch.
pub(crate) struct Watchdog {
    shared: Arc<Shared>,
    /// Closed to end the watch.
    done: Option<mpsc::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
    limit: Duration,
}

#[derive(Default)]
struct Shared {
    expired: AtomicBool,
    handles: Mutex<Vec<InterruptHandle>>,
}

impl Shared {
    fn interrupt(&self) {
        // A poisoned lock is of no interest: the list is only ever appended to.
        let handles = self.handles.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        handles.iter().for_each(InterruptHandle::interrupt);
    }
}

impl Watchdog {
    /// A watch that ends after `limit`.
    pub(crate) fn new(limit: Duration) -> Self {
        let shared = Arc::new(Shared::default());
        let (done, closed) = mpsc::channel();
        let watched = shared.clone();
        let thread = thread::spawn(move || watch(&watched, &closed, limit));
        Watchdog { shared, done: Some(done), thread: Some(thread), limit }
    }

    /// Puts a store under the watch.
    pub(crate) fn watch(&self, handle: InterruptHandle) {
        self.shared.handles.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(handle);
    }

    /// Whether time is up.
    pub(crate) fn expired(&self) -> bool {
        self.shared.expired.load(Ordering::Relaxed)
    }

    /// The limit.
    pub(crate) fn limit(&self) -> Duration {
        self.limit
    }
}

fn watch(shared: &Shared, closed: &mpsc::Receiver<()>, limit: Duration) {
    let mut wait = limit;
    while let Err(mpsc::RecvTimeoutError::Timeout) = closed.recv_timeout(wait) {
        shared.expired.store(true, Ordering::Relaxed);
        shared.interrupt();
        wait = AGAIN;
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.done.take());
        if let Some(thread) = self.thread.take() {
            // It cannot panic, and an end that is not waited for is none the worse.
            let _ = thread.join();
        }
    }
}
