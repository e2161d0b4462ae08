//! `preflight` without a command: the main job. For now all official suites on the reference engine.

use super::wast::{COUNTS, Paint, Table, counts, exit_code, run_jobs, write_details, write_summary};
use preflight::{
    files::Job,
    official::{self, SUITES, Suite},
    results::{FileResult, Results},
    script::Options,
};
use std::{
    io::{self, Write},
    process::ExitCode,
    time::{Duration, Instant},
};

/// The main job: every official suite on the reference engine.
#[derive(Debug, Default, clap::Args)]
pub struct Args {
    /// How many files to run at the same time [default: as many as there are cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

/// Runs the job. It writes nothing but the table.
///
/// # Errors
/// An output that cannot be written: exit status 2.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let required: Vec<&Suite> = SUITES.iter().filter(|suite| suite.required).collect();
    let jobs: Vec<Job> = official::jobs(&required, &Options::default())?;
    let start = Instant::now();
    let results = run_jobs(&jobs, args.jobs);
    let (mut out, paint) = (io::stdout().lock(), Paint::for_stdout());
    table(paint, &results).write(&mut out, paint)?;
    for suite in SUITES.iter().filter(|suite| !suite.required) {
        let name = suite.name;
        writeln!(out, "{name}: not supported by this engine (to run it: preflight wast --official {name})")?;
    }
    write_details(&mut out, paint, &results.files)?;
    let scope = format!("{} official suites", required.len());
    write_summary(&mut out, paint, &results.totals, &scope, start)?;
    Ok(exit_code(&results))
}

/// One row for each suite. The time of a suite is the sum over its files, which run at the same time.
fn table(paint: Paint, results: &Results) -> Table {
    let columns: Vec<&str> = COUNTS.into_iter().chain(["time"]).collect();
    let mut table = Table::new("suite", &columns);
    for suite in SUITES.iter().filter(|suite| suite.required) {
        let prefix = format!("{}/", suite.name);
        let files: Vec<FileResult> =
            results.files.iter().filter(|file| file.path.starts_with(&prefix)).cloned().collect();
        let time: Duration = files.iter().map(|file| file.elapsed).sum();
        let mut cells = counts(paint, &Results::new(files).totals);
        cells.push((format!("{:.2} s", time.as_secs_f64()), ""));
        table.row(suite.name, cells);
    }
    table
}
