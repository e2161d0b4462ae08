//! `preflight trace diff`: what changed between two traces.

use crate::{output, render};
use anyhow::Context;
use preflight_engine::trace::{Outcome, Trace};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Compare two traces that --format json wrote, at the lower of their levels.
///
/// Exit status: 0 start-up is the same, 1 it has changed, 2 a file cannot be used. NaNs are equal whatever their bits; a
/// trace that ended as *unsupported* differs from none. A file named diff is traced as ./diff.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The trace before.
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The trace after.
    #[arg(value_name = "NEW")]
    new: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// A file that cannot be used, or an output that cannot be written: exit status 2.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    match render::difference(&old, &new, usize::MAX) {
        Some(difference) => {
            output::data(None, &difference)?;
            Ok(ExitCode::from(1))
        }
        None => {
            output::data(None, &same(&old, &new))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn same(old: &Trace, new: &Trace) -> String {
    let is_unsupported = |trace: &Trace| matches!(trace.outcome, Outcome::Unsupported { .. });
    if is_unsupported(old) || is_unsupported(new) {
        return "not compared: a trace ended as unsupported\n".to_owned();
    }
    let level = old.level.min(new.level);
    let steps = old.events.iter().filter(|event| event.level() <= level).count();
    format!("no difference: {steps} steps, outcome and what can be reached afterwards are the same\n")
}

/// A trace from a file.
///
/// # Errors
/// The file cannot be read, or holds no trace.
pub fn read(path: &Path) -> anyhow::Result<Trace> {
    let name = crate::input::display(path);
    let text = crate::input::document(path).with_context(|| format!("{name}: cannot be read"))?;
    serde_json::from_str(&text)
        .with_context(|| format!("{name}: this is no trace; make one with `preflight trace FILE --format json`"))
}
