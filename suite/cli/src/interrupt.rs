//! Signals that ask for an end: nothing is left behind, and what wants to say something first may do so.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// Whether somebody looks at [`is_asked`] and will end.
static IS_HEEDED: AtomicBool = AtomicBool::new(false);

/// The signal that has asked for the end; 0 if there was none.
static ASKED: AtomicU8 = AtomicU8::new(0);

/// The exit status of a command that ended because it was asked to, as shells have it: 129 where the terminal is gone, 130 for an
/// interrupt, 143 for a request to terminate.
pub fn status() -> u8 {
    128 + ASKED.load(Ordering::SeqCst)
}

/// From now on the first signal only asks for the end: whoever calls this looks at [`is_asked`]. A second one ends the process.
pub fn heed() {
    IS_HEEDED.store(true, Ordering::SeqCst);
}

/// Whether a signal has asked for the end.
pub fn is_asked() -> bool {
    ASKED.load(Ordering::SeqCst) != 0
}

/// Listens for the interrupt of a terminal, its end, and the request to terminate. What cannot be listened to ends the process as ever.
#[cfg(unix)]
pub fn listen() {
    use signal_hook::{
        consts::{SIGHUP, SIGINT, SIGTERM},
        iterator::Signals,
    };
    // What a shell has told us to ignore (it does so for jobs in the background of a script) stays ignored.
    let wanted: Vec<i32> = [SIGHUP, SIGINT, SIGTERM].into_iter().filter(|signal| !is_ignored(*signal)).collect();
    let Ok(mut signals) = Signals::new(wanted) else { return };
    std::thread::spawn(move || {
        for signal in signals.forever() {
            let is_first = ASKED.swap(u8::try_from(signal).unwrap_or_default(), Ordering::SeqCst) == 0;
            if is_first && IS_HEEDED.load(Ordering::SeqCst) {
                continue;
            }
            preflight::leftovers::remove();
            // By the signal itself, so that whoever waits for this process sees it.
            let _ = signal_hook::low_level::emulate_default_handler(signal);
            std::process::exit(status().into());
        }
    });
}

/// Elsewhere the system ends the process.
#[cfg(not(unix))]
pub fn listen() {}

/// Whether this process was started with a signal ignored, where the system tells.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}
