//! The clocks: virtual ones, which only this world moves, those of the system, or what these showed in another run.

use std::{
    cell::{Cell, RefCell},
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
    Taped { tape: Tape, next: Cell<usize> },
}

/// What the clocks of the system show in a first run, and then in all others: runs that read the clocks alike see the same
/// times, although the clocks are real.
#[derive(Debug, Clone)]
pub struct Tape(Rc<Recording>);

#[derive(Debug)]
struct Recording {
    start: Instant,
    /// What each reading showed.
    readings: RefCell<Vec<u64>>,
    /// The monotonic and the wall clock when the tape was full.
    end: Cell<Option<(u64, u64)>>,
}

/// A tape holds no more readings than this. Beyond, each reading is a [`VIRTUAL_STEP`] later than the one before.
const TAPE_LENGTH: usize = 1 << 22;

impl Default for Tape {
    fn default() -> Self {
        let (readings, end) = (RefCell::default(), Cell::default());
        Tape(Rc::new(Recording { start: Instant::now(), readings, end }))
    }
}

impl Tape {
    /// The clocks of the system: the monotonic and the wall clock.
    fn system(&self) -> (u64, u64) {
        (nanoseconds(self.0.start.elapsed()), wall())
    }

    /// Whether what comes after so many readings is known already.
    fn is_known(&self, count: usize) -> bool {
        count < self.0.readings.borrow().len() || count >= TAPE_LENGTH
    }

    /// What the reading after so many others shows, of one of the two clocks.
    fn read(&self, count: usize, which: impl Fn((u64, u64)) -> u64) -> u64 {
        let mut readings = self.0.readings.borrow_mut();
        if let Some(known) = readings.get(count) {
            return *known;
        }
        if count < TAPE_LENGTH {
            let now = which(self.system());
            readings.push(now);
            return now;
        }
        let end = self.0.end.get().unwrap_or_else(|| self.system());
        self.0.end.set(Some(end));
        which(end).saturating_add((count - TAPE_LENGTH) as u64 * VIRTUAL_STEP)
    }
}

/// What the virtual wall clock shows at first: 2000-01-01T00:00:00Z, in nanoseconds.
pub const VIRTUAL_EPOCH: u64 = 946_684_800_000_000_000;

/// How far each reading moves the virtual clocks, in nanoseconds. Without it a guest that waits by reading the clock
/// would wait for ever.
pub const VIRTUAL_STEP: u64 = 1_000;

/// How long real time passes before anyone looks whether to stop, in nanoseconds.
const SLICE: u64 = 20_000_000;

/// After this time a stream is looked at again, in nanoseconds.
const MOMENT: u64 = 1_000_000;

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

    /// The clocks of the system for one of several runs, which share `tape`. Only the first of them waits.
    pub fn taped(tape: &Tape) -> Self {
        Clocks(Rc::new(Kind::Taped { tape: tape.clone(), next: Cell::new(0) }))
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
            Kind::Taped { tape, next } => tape.read(next.replace(next.get() + 1), |(monotonic, _)| monotonic),
        }
    }

    /// What the wall clock shows, in nanoseconds since 1970-01-01T00:00:00Z. Does not move it.
    pub fn wall(&self) -> u64 {
        match &*self.0 {
            Kind::Virtual { monotonic, epoch, .. } => epoch.saturating_add(monotonic.get()),
            Kind::System { .. } => wall(),
            Kind::Taped { tape, next } => tape.read(next.replace(next.get() + 1), |(_, wall)| wall),
        }
    }

    /// The resolution of both clocks, in nanoseconds.
    pub fn resolution(&self) -> u64 {
        match &*self.0 {
            Kind::Virtual { step, .. } => (*step).max(1),
            Kind::System { .. } | Kind::Taped { .. } => 1,
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

    /// Lets time pass as [`pass`](Self::pass) does for somebody who waits for clocks, the first of them due in so many
    /// nanoseconds, and for streams if it `has_streams`: after a moment these are looked at again. Virtual time does not wait for
    /// them: to look at them has given them a moment of real time.
    ///
    /// # Errors
    /// As those of `pass`.
    pub fn pass_beside_streams(
        &self,
        first: Option<u64>,
        has_streams: bool,
        interrupt: &AtomicBool,
    ) -> Result<(), Interrupted> {
        let rest = match first {
            Some(rest) if self.is_virtual() || !has_streams => rest,
            rest => rest.unwrap_or(MOMENT).min(MOMENT),
        };
        self.pass(rest, interrupt)?;
        if has_streams && self.is_virtual() {
            std::thread::sleep(Duration::from_nanos(MOMENT));
        }
        Ok(())
    }

    /// Lets `nanoseconds` pass: virtual clocks are moved, with real ones the thread sleeps.
    pub fn wait(&self, nanoseconds: u64) {
        match &*self.0 {
            Kind::Virtual { monotonic, .. } => monotonic.set(monotonic.get().saturating_add(nanoseconds)),
            Kind::Taped { tape, next } if tape.is_known(next.get()) => {}
            Kind::System { .. } | Kind::Taped { .. } => std::thread::sleep(Duration::from_nanos(nanoseconds)),
        }
    }
}

/// The system's wall clock.
fn wall() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, nanoseconds)
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_that_share_a_tape_see_the_same_times() {
        let tape = Tape::default();
        let run = || {
            let clocks = Clocks::taped(&tape);
            clocks.tick();
            let first = (clocks.monotonic(), clocks.wall());
            clocks.wait(30_000_000);
            (first, clocks.monotonic(), clocks.wall())
        };
        let began = Instant::now();
        let first = run();
        assert!(first.1 >= first.0.0 + 30_000_000 && first.0.1 > VIRTUAL_EPOCH, "{first:?}");
        let took = began.elapsed();
        assert_eq!(run(), first);
        assert!(began.elapsed() < took + Duration::from_millis(30), "only the first run waits");
    }

    #[test]
    fn a_full_tape_goes_on_in_steps() {
        let tape = Tape::default();
        let read = |count: usize| tape.read(count, |(monotonic, _)| monotonic);
        let last = (0..TAPE_LENGTH).fold(0, |_, count| read(count));
        let [next, later] = [0, 7].map(|more| read(TAPE_LENGTH + more));
        assert!(next >= last && later == next + 7 * VIRTUAL_STEP, "{last} {next} {later}");
        assert_eq!(read(TAPE_LENGTH), next);
    }
}
