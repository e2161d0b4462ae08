//! A command that runs once: what it wrote and how it ended, within limits.

use super::{Limits, system::Group};
use crate::{case::Broken, printable::printable};
use std::{
    io::{Read, Write},
    process::{Command, ExitStatus},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

/// What a command left.
#[derive(Debug)]
pub(in crate::runtime) struct Left {
    pub(in crate::runtime) status: ExitStatus,
    pub(in crate::runtime) stdout: Vec<u8>,
    pub(in crate::runtime) stderr: Vec<u8>,
}

impl Left {
    /// The exit code; 128 and the signal's number if one ended it, as shells say it.
    pub(in crate::runtime) fn code(&self) -> i32 {
        self.signal().map_or_else(|| self.status.code().unwrap_or(-1), |signal| 128 + signal)
    }

    /// The number of the signal that ended it, if one did.
    pub(in crate::runtime) fn signal(&self) -> Option<i32> {
        #[cfg(unix)]
        return std::os::unix::process::ExitStatusExt::signal(&self.status);
        #[cfg(not(unix))]
        None
    }

    /// What it wrote to standard error, shortened.
    pub(in crate::runtime) fn words(&self) -> String {
        printable(&String::from_utf8_lossy(&self.stderr)).chars().take(400).collect()
    }
}

/// Runs `command` with `stdin`.
///
/// # Errors
/// It cannot be started, does not end in time, or writes too much.
pub(in crate::runtime) fn run(command: Command, stdin: &str, limits: Limits) -> Result<Left, Broken> {
    let name = command.get_program().display().to_string();
    let mut group =
        Group::start(command, limits.memory_bytes).map_err(|error| Broken::NotStarted(format!("{name}: {error}")))?;
    if let Some(mut pipe) = group.child.stdin.take() {
        let text = stdin.to_owned();
        // A program that does not read its input is no error.
        thread::spawn(move || drop(pipe.write_all(text.as_bytes())));
    }
    let limit = limits.answer_bytes;
    let (out, err) = (collect(group.child.stdout.take(), limit), collect(group.child.stderr.take(), limit));
    let patience = Instant::now() + limits.answer;
    let hung = || Broken::Hung { limit_ms: limits.answer.as_millis() as u64 };
    let mut all = |pipe: &Receiver<Option<Vec<u8>>>| match everything(&mut group, pipe, patience) {
        Some(Some(bytes)) => Ok(bytes),
        Some(None) => Err(Broken::Flooded { limit_bytes: limit }),
        None => Err(hung()),
    };
    let (stdout, stderr) = (all(&out)?, all(&err)?);
    loop {
        match group.ended() {
            Ok(Some(status)) => return Ok(Left { status, stdout, stderr }),
            Ok(None) if Instant::now() < patience => thread::sleep(Duration::from_millis(1)),
            _ => return Err(hung()),
        }
    }
}

/// How often it is looked whether a command whose output stays open still lives.
const TICK: Duration = Duration::from_millis(50);

/// What comes of a pipe: all of it, or `None` within if it is too much; `None` if there is no end of it. What a command left
/// running ends with it, and holds its output open no longer.
fn everything(group: &mut Group, pipe: &Receiver<Option<Vec<u8>>>, patience: Instant) -> Option<Option<Vec<u8>>> {
    loop {
        let rest = patience.saturating_duration_since(Instant::now());
        match pipe.recv_timeout(rest.min(TICK)) {
            Ok(bytes) => return Some(bytes),
            Err(RecvTimeoutError::Timeout) if matches!(group.ended(), Ok(Some(_))) => {
                return pipe.recv_timeout(Duration::from_secs(1)).ok();
            }
            Err(RecvTimeoutError::Timeout) if rest > TICK => {}
            Err(_) => return None,
        }
    }
}

/// Everything that comes, or `None` if it is too much.
fn collect(pipe: Option<impl Read + Send + 'static>, limit: u64) -> mpsc::Receiver<Option<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe {
            // What was read before an error is what there is.
            let _ = pipe.take(limit + 1).read_to_end(&mut bytes);
        }
        // Nobody may be waiting any more.
        let _ = sender.send((bytes.len() as u64 <= limit).then_some(bytes));
    });
    receiver
}
