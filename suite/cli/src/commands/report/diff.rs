//! `preflight report diff`: what changed between two runs.

use crate::output;
use preflight_reports::delta::Delta;
use std::{path::PathBuf, process::ExitCode};

/// Say what changed between two results.json: new failures, fixed, changed, gone, added.
///
/// New failures are results that fail and did not before. A runtime or a case that was not there before has only those new
/// failures that its expectations do not speak of.
///
/// Exit status: 0 nothing new fails, 1 something does, 2 a file cannot be used.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The results before.
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The results after.
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// What to print: lists for people, or one JSON document.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// What to print.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Runs the command.
///
/// # Errors
/// A file that cannot be used, or an output that cannot be written: exit status 2.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let delta = Delta::between(&super::read(&args.old)?, &super::read(&args.new)?);
    let text = match args.format {
        Format::Text => delta.to_text(),
        Format::Json => serde_json::to_string_pretty(&delta)? + "\n",
    };
    output::raw(None, &text)?;
    Ok(ExitCode::from(u8::from(!delta.new_failures.is_empty())))
}
