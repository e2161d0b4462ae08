//! `preflight report`: what people and other programs read of a run.

mod diff;

use crate::output;
use anyhow::Context;
use preflight_reports::{
    matrix::Matrix,
    render::{github, junit, markdown, report_page},
};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Make a report of results.json, or say what changed between two.
///
/// `preflight` and `preflight run --out DIR` write results.json. Of several, of the same cases on other runtimes or machines,
/// the runtimes stand side by side. A report depends on nothing but its results: the same results give the same bytes.
///
/// Exit status: 0 the report was written, whatever it says; 2 a file cannot be used.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true,
    after_help = "Examples:
  preflight report results.json --out report.html        a page for a browser, in one file, without a network
  preflight report results.json --format markdown        a summary for a pull request
  preflight report results.json --format junit --out junit.xml
  preflight report results.json --format github          annotations, in a workflow of GitHub
  preflight report linux.json mac.json --format json     one results.json of two
  preflight report diff before.json after.json           exit status 1 if something fails that did not"
)]
pub struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    /// The results; - is standard input.
    #[arg(value_name = "RESULTS", required = true)]
    results: Vec<PathBuf>,
    /// What to make: a page, Markdown, JUnit XML, GitHub annotations, or the results themselves.
    #[arg(long, value_enum, default_value_t = Format::Html)]
    format: Format,
    /// What `preflight mutants --format json` wrote: the table becomes part of the results.
    #[arg(long, value_name = "FILE")]
    mutants: Option<PathBuf>,
    /// Where the folder of the cases is in the repository that annotations are about.
    #[arg(long, value_name = "DIR", default_value = "spec-tests")]
    cases_root: String,
    /// Write to this file instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Diff(diff::Args),
}

/// What to make.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// One self-contained page: the matrix, every rule, case and result, with timelines.
    Html,
    /// A summary in GitHub's Markdown.
    Markdown,
    /// JUnit XML: known failures are skipped, with their reasons.
    Junit,
    /// Workflow commands that annotate what is not as expected.
    Github,
    /// results.json, of all that were given.
    Json,
}

/// Runs the command.
///
/// # Errors
/// A file that cannot be used, or an output that cannot be written: exit status 2.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if let Some(Action::Diff(args)) = &args.action {
        return diff::run(args);
    }
    let mut matrix = merged(&args.results)?;
    if let Some(path) = &args.mutants {
        let name = crate::input::display(path);
        let text = crate::input::document(path).with_context(|| format!("{name}: cannot be read"))?;
        matrix = matrix
            .with_mutants(&text)
            .with_context(|| format!("{name} is not what `preflight mutants --format json` writes"))?;
    }
    let text = match args.format {
        Format::Html => report_page(&matrix)?,
        Format::Markdown => markdown(&matrix),
        Format::Junit => junit(&matrix),
        Format::Github => github(&matrix, &args.cases_root),
        Format::Json => matrix.write()?,
    };
    output::raw(args.out.as_deref(), &text)?;
    Ok(ExitCode::SUCCESS)
}

/// The results in all the files, side by side.
fn merged(paths: &[PathBuf]) -> anyhow::Result<Matrix> {
    let mut merged: Vec<Matrix> = Vec::new();
    for path in paths {
        merged.push(read(path)?);
        let matrix = Matrix::merge(std::mem::take(&mut merged)).with_context(|| {
            format!("{} cannot stand in one report with the results before it", crate::input::display(path))
        })?;
        merged.push(matrix);
    }
    merged.pop().context("there are no results")
}

/// The results in a file.
fn read(path: &Path) -> anyhow::Result<Matrix> {
    let name = crate::input::display(path);
    let text = crate::input::document(path);
    let text =
        text.with_context(|| format!("{name}: cannot be read; `preflight run --out DIR` writes DIR/results.json"))?;
    Matrix::read(&text).with_context(|| format!("{name} cannot be used"))
}
