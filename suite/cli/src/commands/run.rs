//! `preflight run`: the cases.

use super::wast::{Format, Paint, Table};
use crate::tier::Tier;
use anyhow::{Context, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use preflight::{
    case::{self, Case, Failure, Report, Verdict, line},
    script::Options,
};
use preflight_spec_tests::{Catalogue, rules};
use serde_json::json;
use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Run the cases of the conformance suite on the reference engine.
///
/// A case passes if its script does and if every step of the instances it speaks of is as it says. Cases of rules that the
/// texts leave open are recorded and give no verdict.
///
/// Exit status: 0 nothing failed, 1 something did, 2 a case, a rule or a filter is unusable.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  preflight run                               every case
  preflight run --filter core/start           those whose path contains this text
  preflight run --rule CORE-START-04          those that prove this rule
  preflight run --cases my-cases              the cases in a folder of your own")]
pub struct Args {
    /// Only cases whose path contains this text.
    #[arg(long, value_name = "TEXT", default_value = "")]
    filter: String,
    /// Only cases of this rule; may be given several times.
    #[arg(long = "rule", value_name = "ID")]
    rules: Vec<String>,
    /// Run the cases (.wast) of this folder instead of the built-in ones.
    #[arg(long, value_name = "DIR")]
    cases: Option<PathBuf>,
    /// Which tier of the engine to run on; with both, what they do is compared step by step.
    #[arg(long, value_enum, default_value_t = DEFAULT_TIER)]
    tier: Tier,
    /// What to print: a table for people, or one JSON document.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Every tier that this program has.
const DEFAULT_TIER: Tier = if cfg!(feature = "jit") { Tier::Both } else { Tier::Interp };

/// Runs the command.
///
/// # Errors
/// A case that cannot be read, a rule or filter that names nothing, or an output that cannot be written: exit status 2.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let catalogue = rules().context("the catalogue of rules")?;
    let cases = selected(&args, &catalogue)?;
    let reports = run_all(&cases, &catalogue, &args.tier.options()?);
    let mut out = io::stdout().lock();
    match args.format {
        Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(&document(&cases, &reports))?)?,
        Format::Text => {
            let paint = Paint::for_stdout();
            write_table(&mut out, paint, &cases, &reports)?;
            write_failures(&mut out, paint, &cases, &reports, &catalogue)?;
            write_summary(&mut out, paint, &reports)?;
        }
    }
    let has_failed = reports.iter().any(|report| matches!(report.verdict, Verdict::Failed(_)));
    Ok(if has_failed { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn selected(args: &Args, catalogue: &Catalogue) -> anyhow::Result<Vec<Case>> {
    for id in &args.rules {
        ensure!(catalogue.get(id).is_some(), "there is no rule {id}; `preflight rules` lists them");
    }
    let mut cases = match &args.cases {
        Some(folder) => in_folder(folder)?,
        None => case::all()?,
    };
    let all = cases.len();
    let is_of = |case: &Case| args.rules.is_empty() || case.header.rules.iter().any(|id| args.rules.contains(id));
    cases.retain(|case| case.path.contains(&args.filter) && is_of(case));
    ensure!(!cases.is_empty(), "none of {all} cases is selected; give another --filter or --rule, or none");
    Ok(cases)
}

/// The cases of a folder and of the folders in it, named by their paths below it.
fn in_folder(folder: &Path) -> anyhow::Result<Vec<Case>> {
    let jobs = preflight::files::jobs(&[folder.to_owned()], &Options::default())?;
    let read = |job: &preflight::files::Job| {
        let path = Path::new(&job.path);
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", job.path))?;
        let name = path.strip_prefix(folder).unwrap_or(path).display().to_string();
        Ok(Case::parse(&name, &text)?)
    };
    jobs.iter().map(read).collect()
}

/// Runs the cases under a progress bar on standard error, which only a terminal shows.
fn run_all(cases: &[Case], catalogue: &Catalogue, options: &Options) -> Vec<Report> {
    let bar = ProgressBar::new(cases.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} cases  {wide_msg}") {
        bar.set_style(style);
    }
    let progress = |report: &Report| {
        bar.set_message(report.path.clone());
        bar.inc(1);
    };
    let reports = case::run_all(cases, catalogue, options, &progress);
    bar.finish_and_clear();
    reports
}

const COLUMNS: [&str; 4] = ["passed", "failed", "unsupported", "recorded"];

/// One row for each subject of the catalogue: what stands before the last hyphen of a rule's id.
fn write_table(out: &mut impl Write, paint: Paint, cases: &[Case], reports: &[Report]) -> anyhow::Result<()> {
    let mut subjects: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for (case, report) in cases.iter().zip(reports) {
        let ids = case.header.rules.iter().map(|id| id.rsplit_once('-').map_or(id.as_str(), |(subject, _)| subject));
        for subject in ids.collect::<std::collections::BTreeSet<_>>() {
            let counts = subjects.entry(subject).or_default();
            counts[COLUMNS.iter().position(|column| *column == report.verdict.word()).unwrap_or(0)] += 1;
        }
    }
    let colours = [paint.green(), paint.red(), paint.yellow(), paint.yellow()];
    let mut table = Table::new("rules", &COLUMNS);
    for (subject, counts) in subjects {
        let cell =
            |(count, colour): (usize, &'static str)| (count.to_string(), if count == 0 { paint.dim() } else { colour });
        table.row(subject, counts.into_iter().zip(colours).map(cell).collect());
    }
    table.write(out, paint).context("cannot write to standard output")
}

/// The failed cases: their rules in words, what was not as expected, and what happened.
fn write_failures(
    out: &mut impl Write,
    paint: Paint,
    cases: &[Case],
    reports: &[Report],
    catalogue: &Catalogue,
) -> anyhow::Result<()> {
    let (red, dim, end) = (paint.red(), paint.dim(), paint.end());
    for (case, report) in cases.iter().zip(reports) {
        let Verdict::Failed(failures) = &report.verdict else { continue };
        writeln!(out, "{red}FAILED{end} {}: {}", case.path, case.header.title)?;
        for rule in case.header.rules.iter().filter_map(|id| catalogue.get(id)) {
            writeln!(out, "  {} {}", rule.id, rule.statement)?;
        }
        for failure in failures {
            writeln!(out, "  {failure}")?;
        }
        if failures.iter().any(|failure| matches!(failure, Failure::Trace(_))) {
            for line in line::print_all(&report.actual) {
                writeln!(out, "    {dim}{line}{end}")?;
            }
        }
    }
    Ok(())
}

fn write_summary(out: &mut impl Write, paint: Paint, reports: &[Report]) -> anyhow::Result<()> {
    let count = |column: &str| reports.iter().filter(|report| report.verdict.word() == column).count();
    let (colour, verdict) = if count("failed") == 0 { (paint.green(), "ok") } else { (paint.red(), "FAILED") };
    let counts: Vec<_> = COLUMNS.iter().map(|column| format!("{} {column}", count(column))).collect();
    writeln!(out, "{colour}{verdict}{}: {} cases: {}", paint.end(), reports.len(), counts.join(", "))?;
    Ok(())
}

fn document(cases: &[Case], reports: &[Report]) -> serde_json::Value {
    let one = |(case, report): (&Case, &Report)| {
        json!({
            "path": case.path,
            "title": case.header.title,
            "rules": case.header.rules,
            "verdict": report.verdict.word(),
            "notes": report.verdict.notes(),
            "expected": line::print_all(&case.expected),
            "actual": line::print_all(&report.actual),
        })
    };
    let count = |column: &str| reports.iter().filter(|report| report.verdict.word() == column).count();
    let totals: serde_json::Map<_, _> =
        COLUMNS.iter().map(|column| ((*column).to_owned(), count(column).into())).collect();
    json!({ "cases": cases.iter().zip(reports).map(one).collect::<Vec<_>>(), "totals": totals })
}
