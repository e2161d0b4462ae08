//! `preflight driver`: drivers, which give a runtime in any language a place in the matrix.

use crate::{output, render};
use anyhow::bail;
use preflight::runtime::{
    known::{self, Places},
    process::{self, Driver, Limits, check},
};
use std::{env, io::Write, process::ExitCode};

/// Check a driver, or be one.
///
/// A driver is a program that reads requests and writes answers, one JSON document a line; suite/PROTOCOL.md says which.
///
/// Exit status: 0 the driver is right in everything, 1 it is wrong in something, 2 there is no such runtime, or an output cannot
/// be written.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Tell what a driver gets wrong: each request of the protocol, what was expected, and what came.
    #[command(after_help = "Example:
  preflight driver check -- python3 my_driver.py")]
    Check {
        /// The command that starts the driver.
        #[arg(required = true, last = true, value_name = "CMD")]
        argv: Vec<String>,
    },
    /// Serve a runtime that is part of this program on standard input and output.
    Serve {
        /// Its name.
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// Runs the command.
///
/// # Errors
/// A runtime that is not part of this program, or a pipe that breaks: exit status 2.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::Serve { name } => {
            let Some(make) = known::in_this_process(&name) else {
                bail!("no runtime {name:?} is part of this program");
            };
            process::serve_standard(make)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Check { argv } => {
            let findings = check::check(&Driver::new(argv), Limits::default());
            let mut out = output::stdout();
            for finding in &findings {
                writeln!(out, "{finding}")?;
            }
            let wrong = findings.iter().filter(|finding| finding.is_wrong()).count();
            let checks = render::count(findings.len() as u64, "check", "checks");
            writeln!(out, "{}: {checks}, {wrong} wrong", if wrong == 0 { "ok" } else { "FAILED" })?;
            Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
        }
    }
}

/// The usual places of runtimes, those that are part of this program included.
pub fn places() -> Places {
    let mut places = Places::usual();
    places.program = env::current_exe().ok();
    places
}
