//! What workers and all that they start can be known by, wherever it has gone: a variable of the environment, which a process hands
//! on to its children. One that leaves its process group, its session and its parent keeps it; one that empties its environment
//! does not.

use std::{
    env,
    ffi::OsString,
    process::{self, Command},
    sync::atomic::{AtomicU32, Ordering},
};

/// The variable. Where this program is a worker of itself, the marks stand behind each other.
const VARIABLE: &str = "PREFLIGHT_WORKER";

/// What ends a mark.
const END: &str = ";";

/// The mark of one worker.
#[derive(Debug, Clone)]
pub(crate) struct Mark(String);

impl Mark {
    /// One that nobody has.
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Mark(format!("{}{}{END}", Self::of_this_process().0, NEXT.fetch_add(1, Ordering::Relaxed)))
    }

    /// The beginning of every mark that this process makes.
    pub(super) fn of_this_process() -> Self {
        Mark(format!("{END}{}.", process::id()))
    }

    /// Marks what will be started.
    pub(crate) fn put_on(&self, command: &mut Command) {
        let mut value = env::var_os(VARIABLE).unwrap_or_else(|| OsString::from(END));
        value.push(self.0.trim_start_matches(END));
        command.env(VARIABLE, value);
    }

    /// Ends every process that has the mark. What resists, or belongs to somebody else, stays.
    pub(crate) fn end_all(&self) {
        #[cfg(target_os = "linux")]
        linux::end_all(VARIABLE.as_bytes(), self.0.as_bytes());
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use rustix::{
        fd::OwnedFd,
        process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal},
    };
    use std::{fs, process, thread, time::Duration};

    /// How often it is looked again: a process may have started another while it was looked for, and ends a moment after its signal.
    const LOOKS: usize = 200;

    pub(super) fn end_all(variable: &[u8], mark: &[u8]) {
        for _ in 0..LOOKS {
            let found = marked(variable, mark);
            if found.is_empty() {
                return;
            }
            for process in found {
                // It may have ended meanwhile.
                let _ = pidfd_send_signal(process, Signal::KILL);
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// The processes that have the mark, this one left out. A descriptor means the same process for ever, which a number does not.
    fn marked(variable: &[u8], mark: &[u8]) -> Vec<OwnedFd> {
        let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
        let numbers = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
        let others = numbers.filter(|number| number.cast_unsigned() != process::id());
        others.filter_map(|number| has_mark(number, variable, mark)).collect()
    }

    fn has_mark(number: i32, variable: &[u8], mark: &[u8]) -> Option<OwnedFd> {
        let process = pidfd_open(Pid::from_raw(number)?, PidfdFlags::empty()).ok()?;
        // That of a process that has ended is empty.
        let environment = fs::read(format!("/proc/{number}/environ")).ok()?;
        let mut variables = environment.split(|byte| *byte == 0);
        let value = variables.find_map(|pair| pair.strip_prefix(variable)?.strip_prefix(b"="))?;
        value.windows(mark.len()).any(|window| window == mark).then_some(process)
    }
}
