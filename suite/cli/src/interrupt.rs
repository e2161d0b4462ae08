//! Signals that ask for an end: nothing is left behind, and what wants to say something first may do so.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether somebody looks at [`is_asked`] and will end.
static IS_HEEDED: AtomicBool = AtomicBool::new(false);

/// Whether there was a signal.
static IS_ASKED: AtomicBool = AtomicBool::new(false);

/// The exit status of a command that ended because it was asked to.
pub const STATUS: u8 = 130;

/// From now on the first signal only asks for the end: whoever calls this looks at [`is_asked`]. A second one ends the process.
pub fn heed() {
    IS_HEEDED.store(true, Ordering::SeqCst);
}

/// Whether a signal has asked for the end.
pub fn is_asked() -> bool {
    IS_ASKED.load(Ordering::SeqCst)
}

/// Listens for the interrupt of a terminal and the request to terminate. What cannot be listened to ends the process as ever.
#[cfg(unix)]
pub fn listen() {
    use signal_hook::{
        consts::{SIGINT, SIGTERM},
        iterator::Signals,
    };
    // What a shell has told us to ignore (it does so for jobs in the background of a script) stays ignored.
    let wanted: Vec<i32> = [SIGINT, SIGTERM].into_iter().filter(|signal| !is_ignored(*signal)).collect();
    let Ok(mut signals) = Signals::new(wanted) else { return };
    std::thread::spawn(move || {
        for signal in signals.forever() {
            if IS_HEEDED.load(Ordering::SeqCst) && !IS_ASKED.swap(true, Ordering::SeqCst) {
                continue;
            }
            preflight::leftovers::remove();
            // By the signal itself, so that whoever waits for this process sees it.
            let _ = signal_hook::low_level::emulate_default_handler(signal);
            std::process::exit(STATUS.into());
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
