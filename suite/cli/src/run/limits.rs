//! How far a program may go: the flags, and the thread that watches the clock.

use indicatif::ProgressBar;
use preflight::script::stack;
use preflight_engine::{Config, InterruptHandle};
use std::{
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// The limits that a person can set.
#[derive(Debug, Clone, clap::Args)]
pub struct LimitArgs {
    /// Stop after this much fuel: one unit for each function entered and each backward branch taken.
    #[arg(long, value_name = "N", help_heading = "Limits")]
    fuel: Option<u64>,
    /// Stop after this many seconds.
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, help_heading = "Limits")]
    timeout: Option<Duration>,
    /// Greatest size of all memories together in bytes; K, M and G are understood [default: 4G].
    #[arg(long, value_name = "BYTES", value_parser = parse_size, help_heading = "Limits")]
    max_memory: Option<u64>,
}

impl LimitArgs {
    /// Only a limit of time.
    pub fn of_time(limit: Duration) -> Self {
        LimitArgs { fuel: None, timeout: Some(limit), max_memory: None }
    }

    /// The engine's settings under these limits.
    pub fn config(&self) -> Config {
        let mut config = Config::default();
        (config.limits.native_stack_bytes, config.limits.fiber_stack_bytes) =
            (stack::COMPILED_BYTES, stack::COMPILED_BYTES);
        config.limits.fuel = self.fuel;
        if let Some(bytes) = self.max_memory {
            config.limits.memory_bytes = bytes;
        }
        config
    }

    /// Watches the clock from now on.
    pub fn watch(&self, handle: InterruptHandle) -> Watch {
        let (done, closed) = mpsc::channel();
        let limit = self.timeout;
        let thread = thread::spawn(move || watch(&closed, limit, &handle));
        Watch { done, thread }
    }
}

/// A watch over the clock.
pub struct Watch {
    /// Closed to end the watch.
    done: mpsc::Sender<()>,
    /// Returns whether time was up.
    thread: thread::JoinHandle<bool>,
}

impl Watch {
    /// Ends the watch; the remark to make if time was up.
    pub fn end(self) -> Option<String> {
        drop(self.done);
        // The thread does not panic, and if it did, the program's result would be none the worse.
        let is_up = self.thread.join().unwrap_or(false);
        is_up.then(|| "the time that --timeout gives was up".to_owned())
    }
}

/// Interrupts when time is up, again and again: the store may have been between two calls. Whoever waits for longer than
/// a second sees that something is going on. Returns whether time was up.
fn watch(closed: &mpsc::Receiver<()>, limit: Option<Duration>, handle: &InterruptHandle) -> bool {
    const TICK: Duration = Duration::from_millis(100);
    let start = Instant::now();
    let mut is_up = false;
    let bar = ProgressBar::new_spinner();
    loop {
        let left = limit.map_or(TICK, |limit| limit.saturating_sub(start.elapsed()).min(TICK));
        if closed.recv_timeout(left.max(Duration::from_millis(1))) != Err(mpsc::RecvTimeoutError::Timeout) {
            break;
        }
        if limit.is_some_and(|limit| start.elapsed() >= limit) {
            is_up = true;
            handle.interrupt();
        }
        if start.elapsed() >= Duration::from_secs(1) {
            bar.set_message(format!("running for {} s (--timeout and --fuel limit it)", start.elapsed().as_secs()));
            bar.tick();
        }
    }
    bar.finish_and_clear();
    is_up
}

/// A number of seconds on the command line.
///
/// # Errors
/// The text is no positive number.
pub fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "expected a number of seconds, such as 10 or 0.5".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("expected a positive number of seconds".to_owned()),
    }
}

fn parse_size(text: &str) -> Result<u64, String> {
    let (digits, shift) = match text.char_indices().next_back() {
        Some((at, 'k' | 'K')) => (&text[..at], 10),
        Some((at, 'm' | 'M')) => (&text[..at], 20),
        Some((at, 'g' | 'G')) => (&text[..at], 30),
        _ => (text, 0),
    };
    let number: u64 = digits.parse().map_err(|_| "expected bytes, such as 65536, 64K, 16M or 2G".to_owned())?;
    number.checked_mul(1 << shift).ok_or_else(|| "too large".to_owned())
}
