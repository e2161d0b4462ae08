//! One worker: a process of its own, with limits. It is asked one thing at a time.

use super::system::Group;
use crate::case::Broken;
use std::{
    io::{self, BufRead, BufReader, Read, Write},
    path::PathBuf,
    process::Command,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender},
    },
    thread,
    time::{Duration, Instant},
};

/// How a driver is started.
#[derive(Debug, Clone)]
pub struct Driver {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// Variables of its environment, beside those of this process.
    pub env: Vec<(String, String)>,
    /// Where it runs; where this process runs if `None`.
    pub folder: Option<PathBuf>,
}

impl Driver {
    /// A driver that is started by `argv`, in the environment of this process.
    pub fn new(argv: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Driver { argv: argv.into_iter().map(Into::into).collect(), env: Vec::new(), folder: None }
    }
}

/// What a worker may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Time for its first answer, in which it starts.
    pub start: Duration,
    /// Time for every other answer.
    pub answer: Duration,
    /// Bytes of one answer.
    pub answer_bytes: u64,
    /// Writable memory in bytes (`RLIMIT_DATA`, on Linux). Reserved address space, of which compilers take a lot, does not
    /// count.
    pub memory_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            start: Duration::from_secs(30),
            answer: Duration::from_secs(20),
            answer_bytes: 64 << 20,
            memory_bytes: 4 << 30,
        }
    }
}

/// How much of what a worker writes to standard error is kept: the end of it.
const STDERR_BYTES: usize = 2000;

/// How often it is looked whether a worker that does not answer still lives.
const TICK: Duration = Duration::from_millis(50);

/// A worker that runs.
pub(super) struct Worker {
    group: Group,
    requests: Sender<Vec<u8>>,
    answers: Receiver<Answer>,
    stderr: Arc<Mutex<Vec<u8>>>,
    /// Hears of nothing but its end: when standard error is closed.
    silence: Receiver<()>,
    limits: Limits,
}

enum Answer {
    Line(Vec<u8>),
    Flood,
    End,
}

impl Worker {
    /// Starts a worker.
    pub(super) fn start(driver: &Driver, limits: Limits) -> Result<Self, Broken> {
        let not_started = |error: io::Error| {
            Broken::NotStarted(format!("{}: {error}", driver.argv.first().map_or("no program", String::as_str)))
        };
        let Some((program, args)) = driver.argv.split_first() else {
            return Err(not_started(io::ErrorKind::InvalidInput.into()));
        };
        let mut command = Command::new(program);
        command.args(args).envs(driver.env.iter().cloned());
        if let Some(folder) = &driver.folder {
            command.current_dir(folder);
        }
        let mut group = Group::start(command, limits.memory_bytes).map_err(not_started)?;
        let (requests, answers) = (mpsc::channel(), mpsc::sync_channel(1));
        let stderr = Arc::default();
        let (speech, silence) = mpsc::channel();
        if let (Some(stdin), Some(stdout), Some(errors)) =
            (group.child.stdin.take(), group.child.stdout.take(), group.child.stderr.take())
        {
            // A worker that does not read must not block this thread, and one that writes too much must block itself.
            thread::spawn(move || write_all(stdin, requests.1));
            thread::spawn(move || read_lines(stdout, &answers.0, limits.answer_bytes));
            let tail = Arc::clone(&stderr);
            thread::spawn(move || {
                keep_tail(errors, &tail);
                drop(speech);
            });
        }
        Ok(Worker { group, requests: requests.0, answers: answers.1, stderr, silence, limits })
    }

    /// Sends a line, and waits for one.
    pub(super) fn ask(&mut self, line: &[u8], limit: Duration) -> Result<Vec<u8>, Broken> {
        // If the worker has ended, so has the thread that writes; the answer will say so.
        let _ = self.requests.send(line.to_vec());
        match self.answer(limit) {
            Ok(Answer::Line(line)) => Ok(line),
            Ok(Answer::Flood) => Err(Broken::Flooded { limit_bytes: self.limits.answer_bytes }),
            Err(RecvTimeoutError::Timeout) => Err(Broken::Hung { limit_ms: limit.as_millis() as u64 }),
            Ok(Answer::End) | Err(RecvTimeoutError::Disconnected) => Err(self.crash()),
        }
    }

    /// The next answer. A worker that has ended will give none, even if something that it started holds its output open.
    fn answer(&mut self, limit: Duration) -> Result<Answer, RecvTimeoutError> {
        let patience = Instant::now() + limit;
        loop {
            let rest = patience.saturating_duration_since(Instant::now());
            match self.answers.recv_timeout(rest.min(TICK)) {
                Err(RecvTimeoutError::Timeout) if matches!(self.group.ended(), Ok(Some(_))) => {
                    // What it wrote before its end may still be under way.
                    return self.answers.recv_timeout(TICK).or(Ok(Answer::End));
                }
                Err(RecvTimeoutError::Timeout) if rest > TICK => {}
                answer => return answer,
            }
        }
    }

    /// How it ended, which it has or is about to.
    fn crash(&mut self) -> Broken {
        let patience = Instant::now() + Duration::from_secs(1);
        let status = loop {
            match self.group.ended() {
                Ok(Some(status)) => break status.to_string(),
                Ok(None) if Instant::now() < patience => thread::sleep(Duration::from_millis(1)),
                Ok(None) => break "it closed its standard output and lives on".to_owned(),
                Err(error) => break error.to_string(),
            }
        };
        // What it said last may still be under way; something that it has started may hold the stream open.
        let _ = self.silence.recv_timeout(TICK);
        let tail = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        Broken::Crashed { status, stderr: String::from_utf8_lossy(&tail).trim().to_owned() }
    }
}

fn write_all(mut stdin: impl Write, requests: Receiver<Vec<u8>>) {
    for request in requests {
        if stdin.write_all(&request).and_then(|()| stdin.flush()).is_err() {
            return;
        }
    }
}

fn read_lines(stdout: impl Read, answers: &SyncSender<Answer>, limit: u64) {
    let mut stdout = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        let answer = match stdout.by_ref().take(limit + 1).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => Answer::End,
            Ok(_) if line.len() as u64 > limit => Answer::Flood,
            Ok(_) => Answer::Line(line),
        };
        let is_last = !matches!(answer, Answer::Line(_));
        if answers.send(answer).is_err() || is_last {
            return;
        }
    }
}

fn keep_tail(mut errors: impl Read, tail: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = errors.read(&mut buffer) {
        let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.extend_from_slice(&buffer[..count]);
        let excess = tail.len().saturating_sub(STDERR_BYTES);
        tail.drain(..excess);
    }
}
