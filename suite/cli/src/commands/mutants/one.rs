//! One mutant: the cases in order until one fails, in a process that may hang or crash.

use crate::commands::run::select::in_folder;
use anyhow::{Context, bail};
use preflight::{
    case::{self, Verdict},
    script::Options,
};
use preflight_spec_tests::rules;
use serde::Serialize;
use std::{
    env,
    ffi::OsStr,
    fmt,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, ExitCode, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How a mutant was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kill {
    /// A case failed.
    Failed,
    /// The engine broke down in a case.
    Crashed,
    /// A case did not end within the time limit.
    TimeLimit,
}

impl fmt::Display for Kill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kill::Failed => "failed",
            Kill::Crashed => "crashed",
            Kill::TimeLimit => "ran into the time limit",
        })
    }
}

/// The name of the engine without a mutant.
const UNCHANGED: &str = "none";

/// Runs the cases in this process, and tells each before it begins; exit status 1 with the first that fails.
///
/// # Errors
/// There is no such mutant, or the cases cannot be read.
pub fn run(id: &str, folder: Option<&Path>) -> anyhow::Result<ExitCode> {
    if id != UNCHANGED {
        preflight_engine::mutants::activate(id)?;
    }
    let catalogue = rules().context("the catalogue of rules")?;
    let options = Options::default();
    let mut out = std::io::stdout().lock();
    for case in folder.map_or_else(|| Ok(case::all()?), in_folder)? {
        writeln!(out, "{}", case.path)?;
        out.flush()?;
        if let Verdict::Failed(_) = case::run(&case, &catalogue, &options).verdict {
            return Ok(ExitCode::from(1));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs the cases on the mutant `id`, or on the engine without one, in a process of its own: the case that found it, and how.
///
/// # Errors
/// The process cannot be started.
pub fn watch(id: Option<&str>, folder: Option<&Path>, timeout: Duration) -> anyhow::Result<Option<(String, Kill)>> {
    let program = env::current_exe().context("cannot find this program")?;
    let mut child = Command::new(program)
        .args(["mutants", "--one", id.unwrap_or(UNCHANGED)])
        .args(folder.iter().flat_map(|folder| [OsStr::new("--cases"), folder.as_os_str()]))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("cannot start another process of this program")?;
    let stdout = child.stdout.take().context("the process has no output")?;
    // Whoever reads ends when the process does: nobody else has the pipe.
    let reader = thread::spawn(move || BufReader::new(stdout).lines().map_while(Result::ok).last());
    let status = wait(&mut child, timeout)?;
    let last = reader.join().ok().flatten();
    let how = match status {
        None => Kill::TimeLimit,
        Some(Some(0)) => return Ok(None),
        Some(Some(1)) => Kill::Failed,
        Some(Some(2)) => bail!("mutant {}: the cases could not be run", id.unwrap_or(UNCHANGED)),
        Some(_) => Kill::Crashed,
    };
    Ok(Some((last.unwrap_or_else(|| "the first case".to_owned()), how)))
}

/// The exit status, which a crash has none of; nothing if the time was up and the process was ended.
fn wait(child: &mut Child, timeout: Duration) -> anyhow::Result<Option<Option<i32>>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.code()));
        }
        if start.elapsed() > timeout {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(5));
    }
}
