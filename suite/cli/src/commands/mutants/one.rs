//! One mutant: cases or plans in order until one fails, in a process that may hang or crash.

use crate::commands::run::select::in_folder;
use anyhow::{Context, bail};
use preflight::{
    case::{self, Case, Verdict, needs},
    fuzz::{
        Judge,
        campaign::{self, Inputs, Until},
    },
    script::Options,
    self_check,
};
use preflight_engine::Tier;
use preflight_spec_tests::{Catalogue, rules};
use serde::Serialize;
use std::{
    collections::HashSet,
    env,
    ffi::OsString,
    fmt,
    io::{self, BufRead, BufReader, Write},
    path::PathBuf,
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
    /// A case that gives no verdict on runtimes is otherwise than on the engine without a mutant.
    Recorded,
}

impl fmt::Display for Kill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kill::Failed => "failed",
            Kill::Crashed => "crashed",
            Kill::TimeLimit => "ran into the time limit",
            Kill::Recorded => "recorded otherwise than without a mutant",
        })
    }
}

/// What mutants are run on.
#[derive(Debug, Clone)]
pub enum Bait {
    /// The cases: the built-in ones, or those of a folder.
    Cases(Option<PathBuf>),
    /// The commands that the built-in cases become.
    Commands,
    /// Plans, for so long.
    Plans(Duration),
}

/// The name of the engine without a mutant.
const UNCHANGED: &str = "none";

/// The exit status of a process in which a case was recorded otherwise.
const RECORDED: u8 = 3;

/// Runs the bait in this process, and tells each before it begins; exit status 1 with the first that fails, 3 with the first that
/// is recorded otherwise than without a mutant.
///
/// # Errors
/// There is no such mutant, or the cases cannot be read.
pub fn run(id: &str, bait: &Bait) -> anyhow::Result<ExitCode> {
    let cases = match bait {
        Bait::Cases(Some(folder)) => in_folder(folder)?,
        Bait::Cases(None) | Bait::Commands => case::all()?,
        Bait::Plans(_) => Vec::new(),
    };
    let catalogue = rules().context("the catalogue of rules")?;
    // The readings of this engine, as the cases have them written down.
    let settled: HashSet<String> = match bait {
        Bait::Cases(_) => settled(&cases, &catalogue),
        Bait::Commands | Bait::Plans(_) => HashSet::new(),
    };
    if id != UNCHANGED {
        preflight_engine::mutants::activate(id)?;
    }
    let kill = match bait {
        Bait::Cases(_) => any_case(&cases, &settled, &catalogue)?,
        Bait::Commands => any_command(&cases, &catalogue)?,
        Bait::Plans(time) => any_plan(*time)?,
    };
    Ok(match kill {
        None => ExitCode::SUCCESS,
        Some(Kill::Recorded) => ExitCode::from(RECORDED),
        Some(_) => ExitCode::from(1),
    })
}

/// The cases that give no verdict and are as they are written.
fn settled(cases: &[Case], catalogue: &Catalogue) -> HashSet<String> {
    let open = cases.iter().filter(|case| !case.gives_verdict(catalogue));
    let is_settled = |case: &&Case| match case::run(case, catalogue, &Options::default()).verdict {
        Verdict::Recorded(otherwise) => otherwise.is_empty(),
        _ => false,
    };
    open.filter(is_settled).map(|case| case.path.clone()).collect()
}

/// Tells what begins.
fn tell(what: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{what}")?;
    out.flush()
}

fn any_case(cases: &[Case], settled: &HashSet<String>, catalogue: &Catalogue) -> anyhow::Result<Option<Kill>> {
    let options = Options::default();
    for case in cases {
        tell(&case.path)?;
        match case::run(case, catalogue, &options).verdict {
            Verdict::Failed(_) => return Ok(Some(Kill::Failed)),
            Verdict::Recorded(otherwise) if !otherwise.is_empty() && settled.contains(&case.path) => {
                return Ok(Some(Kill::Recorded));
            }
            _ => {}
        }
    }
    Ok(None)
}

fn any_command(cases: &[Case], catalogue: &Catalogue) -> anyhow::Result<Option<Kill>> {
    for case in cases.iter().filter(|case| case.gives_verdict(catalogue)) {
        let mut options = Options::default();
        options.config.features = needs::features(&case.header.needs).0;
        for command in self_check::build(case, catalogue).commands {
            tell(&command.name)?;
            if let Some(failure) = command.judge(&command.run(&options)).first() {
                tell(&format!("{}: {failure}", command.name))?;
                return Ok(Some(Kill::Failed));
            }
        }
    }
    Ok(None)
}

fn any_plan(time: Duration) -> anyhow::Result<Option<Kill>> {
    tell("plans")?;
    let judge = Judge::new(&[Tier::Interp]);
    let inputs = Inputs::Seeds { first: 0 };
    let report = campaign::run(&judge, inputs, Until::Time(time), Some(1), &mut |report| report.found.is_empty())?;
    let Some(signature) = report.found.keys().next() else { return Ok(None) };
    tell(&format!("a plan of the first {}: {signature}", report.executions))?;
    Ok(Some(Kill::Failed))
}

/// Runs the bait on the mutant `id`, or on the engine without one, in a process of its own: what found it, and how.
///
/// # Errors
/// The process cannot be started.
pub fn watch(id: Option<&str>, bait: &Bait, timeout: Duration) -> anyhow::Result<Option<(String, Kill)>> {
    let program = env::current_exe().context("cannot find this program")?;
    let arguments: Vec<OsString> = match bait {
        Bait::Cases(None) => Vec::new(),
        Bait::Cases(Some(folder)) => vec!["--cases".into(), folder.into()],
        Bait::Commands => vec!["--commands".into()],
        Bait::Plans(time) => vec!["--plans".into(), "--seconds".into(), time.as_secs_f64().to_string().into()],
    };
    let mut child = Command::new(program)
        .args(["mutants", "--one", id.unwrap_or(UNCHANGED)])
        .args(arguments)
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
        Some(Some(code)) if code == i32::from(RECORDED) => Kill::Recorded,
        Some(Some(2)) => bail!("mutant {}: what it is run on could not be run", id.unwrap_or(UNCHANGED)),
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
