//! A command that runs once: what it wrote and how it ended, within limits.

use super::worker::system;
use crate::{case::Broken, runtime::process::Limits};
use std::{
    io::{Read, Write},
    process::{Command, ExitStatus},
    sync::mpsc,
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
        #[cfg(unix)]
        if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&self.status) {
            return 128 + signal;
        }
        self.status.code().unwrap_or(-1)
    }

    /// What it wrote to standard error, shortened.
    pub(in crate::runtime) fn words(&self) -> String {
        let text = String::from_utf8_lossy(&self.stderr);
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        lines.join(" | ").chars().take(400).collect()
    }
}

/// Runs `command` with `stdin`.
///
/// # Errors
/// It cannot be started, does not end in time, or writes too much.
pub(in crate::runtime) fn run(command: Command, stdin: &str, limits: Limits) -> Result<Left, Broken> {
    let name = command.get_program().display().to_string();
    let mut child =
        system::spawn(command, limits.memory_bytes).map_err(|error| Broken::NotStarted(format!("{name}: {error}")))?;
    if let Some(mut pipe) = child.stdin.take() {
        let text = stdin.to_owned();
        // A program that does not read its input is no error.
        thread::spawn(move || drop(pipe.write_all(text.as_bytes())));
    }
    let limit = limits.answer_bytes;
    let (out, err) = (collect(child.stdout.take(), limit), collect(child.stderr.take(), limit));
    let patience = Instant::now() + limits.answer;
    let left = |broken| Err(broken);
    let result = match (out.recv_timeout(limits.answer), err.recv_timeout(limits.answer)) {
        (Ok(Some(stdout)), Ok(Some(stderr))) => loop {
            match child.try_wait() {
                Ok(Some(status)) => break Ok(Left { status, stdout, stderr }),
                Ok(None) if Instant::now() < patience => thread::sleep(Duration::from_millis(1)),
                _ => break left(Broken::Hung { limit_ms: limits.answer.as_millis() as u64 }),
            }
        },
        (Ok(None), _) | (_, Ok(None)) => left(Broken::Flooded { limit_bytes: limit }),
        _ => left(Broken::Hung { limit_ms: limits.answer.as_millis() as u64 }),
    };
    system::end(&mut child);
    result
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
