//! The clocks: virtual ones, which only this world moves, or those of the system.

use std::{
    cell::Cell,
    rc::Rc,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant, SystemTime},
};

/// The clocks of a world; clones show the same time.
#[derive(Debug, Clone)]
pub struct Clocks(Rc<Kind>);

#[derive(Debug)]
enum Kind {
    Virtual { monotonic: Cell<u64>, epoch: u64, step: u64 },
    System { start: Instant },
}

/// What the virtual wall clock shows at first: 2000-01-01T00:00:00Z, in nanoseconds.
pub const VIRTUAL_EPOCH: u64 = 946_684_800_000_000_000;

/// How far each reading moves the virtual clocks, in nanoseconds. Without it a guest that waits by reading the clock
/// would wait for ever.
pub const VIRTUAL_STEP: u64 = 1_000;

/// How long real time passes before anyone looks whether to stop, in nanoseconds.
const SLICE: u64 = 20_000_000;

/// The embedder has stopped the program while it waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupted;

impl Default for Clocks {
    fn default() -> Self {
        Clocks::at(VIRTUAL_EPOCH, VIRTUAL_STEP)
    }
}

impl Clocks {
    /// Virtual clocks: the monotonic one begins at 0, the wall clock at `epoch`, and each reading moves both by `step`
    /// (all in nanoseconds).
    pub fn at(epoch: u64, step: u64) -> Self {
        Clocks(Rc::new(Kind::Virtual { monotonic: Cell::new(0), epoch, step }))
    }

    /// The clocks of the system; the monotonic one begins at 0 now.
    pub fn system() -> Self {
        Clocks(Rc::new(Kind::System { start: Instant::now() }))
    }

    /// Whether time is virtual.
    pub fn is_virtual(&self) -> bool {
        matches!(*self.0, Kind::Virtual { .. })
    }

    /// What the monotonic clock shows, in nanoseconds. Does not move it.
    pub fn monotonic(&self) -> u64 {
        match &*self.0 {
            Kind::Virtual { monotonic, .. } => monotonic.get(),
            Kind::System { start } => nanoseconds(start.elapsed()),
        }
    }

    /// What the wall clock shows, in nanoseconds since 1970-01-01T00:00:00Z. Does not move it.
    pub fn wall(&self) -> u64 {
        match &*self.0 {
            Kind::Virtual { monotonic, epoch, .. } => epoch.saturating_add(monotonic.get()),
            Kind::System { .. } => SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, nanoseconds),
        }
    }

    /// The resolution of both clocks, in nanoseconds.
    pub fn resolution(&self) -> u64 {
        match &*self.0 {
            Kind::Virtual { step, .. } => (*step).max(1),
            Kind::System { .. } => 1,
        }
    }

    /// Moves virtual clocks by one step, as a reading does.
    pub fn tick(&self) {
        if let Kind::Virtual { step, .. } = &*self.0 {
            self.wait(*step);
        }
    }

    /// Lets `nanoseconds` pass as [`wait`](Self::wait) does, real time in slices, so that the embedder can interrupt.
    ///
    /// # Errors
    /// [`Interrupted`] if `interrupt` was set meanwhile; it is cleared then.
    pub fn pass(&self, nanoseconds: u64, interrupt: &AtomicBool) -> Result<(), Interrupted> {
        let mut rest = nanoseconds;
        while rest > 0 {
            if interrupt.swap(false, Ordering::Relaxed) {
                return Err(Interrupted);
            }
            let slice = if self.is_virtual() { rest } else { rest.min(SLICE) };
            self.wait(slice);
            rest -= slice;
        }
        Ok(())
    }

    /// Lets `nanoseconds` pass: virtual clocks are moved, with real ones the thread sleeps.
    pub fn wait(&self, nanoseconds: u64) {
        match &*self.0 {
            Kind::Virtual { monotonic, .. } => monotonic.set(monotonic.get().saturating_add(nanoseconds)),
            Kind::System { .. } => std::thread::sleep(Duration::from_nanos(nanoseconds)),
        }
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
