//! `preflight wast`: runs scripts.

mod table;

pub(super) use table::{Paint, Table};

use crate::{
    output,
    render::{self, clean},
    run::{
        component::{Choice, reading_parser, readings},
        limits::parse_seconds,
    },
    tier::{CompileArgs, Tier},
};
use anyhow::{Context, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use preflight::{
    files::{self, Job},
    official,
    results::{FileResult, Results, Totals},
};
use std::{
    io::Write,
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

/// Run script files (.wast), whole folders of them, or the official suites.
///
/// Every directive is checked for the class of end that it names: an assert_trap that traps for another reason fails, and
/// so does an assert_unlinkable whose module does not validate. What a script asks for and this engine cannot do is counted
/// as unsupported, which is neither passed nor failed.
///
/// Exit status: 0 nothing failed, 1 something did, 2 a path or script is unusable or the harness broke.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  preflight wast case.wast                    one script
  preflight wast tests --filter linking       the scripts of a folder whose path contains `linking`
  preflight wast tests --reading reference-tests   the Component Model's reference tests, as they read it
  preflight wast --official core-v3           an official suite, under the features of its day
  preflight wast --official all --format json | jq .totals")]
pub struct Args {
    /// Script files; folders are searched for .wast files.
    #[arg(value_name = "PATH", required_unless_present = "official", conflicts_with = "official")]
    paths: Vec<PathBuf>,
    /// Run an official suite instead: core-v1, core-v2, core-v3, core-latest, the name of a proposal, or all.
    #[arg(long, value_name = "NAME")]
    official: Option<String>,
    /// Follow this reading of a contested rule of the Component Model instead of the documents'; may be given several times.
    #[arg(long, value_name = "READING", value_parser = reading_parser(), conflicts_with = "official")]
    reading: Vec<Choice>,
    /// What to print: a table for people, or one JSON document.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// How many files to run at the same time [default: as many as there are cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// Which tier of the engine to run on; with both, what they do is compared step by step.
    #[arg(long, value_enum, default_value_t = Tier::Interp)]
    tier: Tier,
    #[command(flatten)]
    compile: CompileArgs,
    /// Collect garbage at every allocation, to find references that the collector does not see.
    #[arg(long)]
    gc_stress: bool,
    /// Interrupt a script after this many seconds; its remaining directives then fail.
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, default_value = "60")]
    timeout: Duration,
    /// Run only the files whose path contains this text.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
}

/// What to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A table, failures and a summary, for people.
    Text,
    /// One document, for programs.
    Json,
}

/// Runs the command.
///
/// # Errors
/// A path, a suite or a filter that names nothing, or an output that cannot be written: exit status 2.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let jobs = jobs(&args)?;
    let start = Instant::now();
    let results = run_jobs(&jobs, args.jobs);
    let mut out = output::stdout();
    match args.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &results)?;
            writeln!(out)?;
        }
        Format::Text => {
            let paint = Paint::for_stdout();
            write_table(&mut out, paint, &results.files)?;
            write_details(&mut out, paint, &results.files)?;
            let files = results.files.len();
            let scope = format!("{files} file{}", if files == 1 { "" } else { "s" });
            write_summary(&mut out, paint, &results.totals, &scope, start)?;
        }
    }
    Ok(exit_code(&results))
}

fn jobs(args: &Args) -> anyhow::Result<Vec<Job>> {
    let mut options = args.compile.options(args.tier)?;
    options.gc_stress = args.gc_stress;
    options.timeout = args.timeout;
    options.readings = readings(&args.reading);
    let mut jobs = match &args.official {
        Some(name) => official::jobs(&official::suites(name)?, &options)?,
        None => files::jobs(&args.paths, &options)?,
    };
    if let Some(text) = &args.filter {
        let all = jobs.len();
        jobs.retain(|job| job.path.contains(text));
        ensure!(!jobs.is_empty(), "no path among these {all} files contains {text:?}; give another --filter or none");
    }
    Ok(jobs)
}

/// Runs `jobs` under a progress bar on standard error, which only a terminal shows.
pub(super) fn run_jobs(jobs: &[Job], threads: Option<u16>) -> Results {
    let bar = ProgressBar::new(jobs.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} files  {wide_msg}") {
        bar.set_style(style);
    }
    let progress = |file: &FileResult| {
        bar.set_message(clean(&file.path));
        bar.inc(1);
    };
    let results = files::run(jobs, threads.map(usize::from), &progress);
    bar.finish_and_clear();
    results
}

/// 0 nothing failed, 1 something did, 2 the harness broke.
pub(super) fn exit_code(results: &Results) -> ExitCode {
    match results.totals.failed {
        _ if results.harness_failed() => ExitCode::from(2),
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(1),
    }
}

fn write_table(out: &mut impl Write, paint: Paint, files: &[FileResult]) -> anyhow::Result<()> {
    let mut table = Table::new("file", &COUNTS);
    for file in files {
        let totals = Results::new(vec![file.clone()]).totals;
        table.row(&clean(&file.path), counts(paint, &totals));
    }
    table.write(out, paint).context("cannot write to standard output")
}

/// The columns of [`counts`].
pub(super) const COUNTS: [&str; 5] = ["directives", "passed", "failed", "unsupported", "stale"];

/// The counts as cells, each with its colour.
pub(super) fn counts(paint: Paint, totals: &Totals) -> Vec<(String, &'static str)> {
    let quiet = |count: u64, colour: &'static str| (count.to_string(), if count == 0 { paint.dim() } else { colour });
    vec![
        (totals.directives.to_string(), ""),
        quiet(totals.passed, paint.green()),
        quiet(totals.failed, paint.red()),
        quiet(totals.unsupported, paint.yellow()),
        quiet(totals.stale, paint.yellow()),
    ]
}

/// Everything that a person has to look at: failures in full, the rest in one line each.
pub(super) fn write_details(out: &mut impl Write, paint: Paint, files: &[FileResult]) -> anyhow::Result<()> {
    let (red, yellow, dim, end) = (paint.red(), paint.yellow(), paint.dim(), paint.end());
    for file in files {
        for stale in &file.stale {
            let (path, line, directive) = (clean(&file.path), stale.line, &stale.directive);
            writeln!(out, "{yellow}stale{end} {path}:{line} {directive}: {}", stale.reason)?;
            writeln!(out, "      {dim}contradicts {}; got {}{end}", stale.clause, stale.got)?;
        }
    }
    for file in files {
        for item in &file.unsupported_directives {
            let (path, line, column) = (clean(&file.path), item.line, item.column);
            writeln!(out, "{yellow}unsupported{end} {path}:{line}:{column} {}: {}", item.directive, item.what)?;
        }
    }
    for file in files {
        for failure in &file.failures {
            let kind = if failure.harness { "HARNESS" } else { "FAILED" };
            let (path, line, column) = (clean(&file.path), failure.line, failure.column);
            writeln!(out, "{red}{kind}{end} {path}:{line}:{column} {}", failure.directive)?;
            writeln!(out, "  expected  {}", failure.expected)?;
            writeln!(out, "  got       {}", failure.got)?;
        }
    }
    Ok(())
}

/// The last line.
pub(super) fn write_summary(
    out: &mut impl Write,
    paint: Paint,
    totals: &Totals,
    scope: &str,
    start: Instant,
) -> anyhow::Result<()> {
    let Totals { directives, passed, failed, unsupported, stale } = totals;
    let (colour, word) = if *failed == 0 { (paint.green(), "ok") } else { (paint.red(), "FAILED") };
    let end = paint.end();
    let seconds = start.elapsed().as_secs_f64();
    writeln!(
        out,
        "{colour}{word}{end}: {} in {scope}: {passed} passed, {failed} failed, \
         {unsupported} unsupported, {stale} stale ({seconds:.2} s)",
        render::count(*directives, "directive", "directives")
    )?;
    Ok(())
}
