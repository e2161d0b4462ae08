//! `preflight mutants`: engines with one bug each, and which case finds it.

mod build;
mod one;

use super::{
    run::select::in_folder,
    wast::{Format, Paint},
};
use crate::output;
use anyhow::{Context, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use one::Bait;
use preflight_engine::mutants::{About, MUTANTS};
use rayon::prelude::*;
use serde::Serialize;
use std::{io::Write, path::PathBuf, process::ExitCode, time::Duration};

/// Switch one bug after the other on in the engine, and see which case of the suite finds it.
///
/// Each mutant runs in a process of its own, case by case until one fails. A mutant that runs into the time limit counts as
/// killed by the case that it hangs in, and one that crashes by the case that it crashes in; a case that gives no verdict on
/// runtimes kills one that reads its rules otherwise than this engine does. The first run builds the
/// engine with the switches, for which cargo and the sources are needed.
///
/// Exit status: 0 every mutant was killed, 1 one survived, 2 the engine without a mutant fails or cannot be built.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  preflight mutants                       all of them
  preflight mutants --filter start        those whose id contains this text
  preflight mutants --sample 20           twenty, evenly spread over the table
  preflight mutants --plans --jobs 2      plans of the fuzzer instead of the cases
  preflight mutants --list                the table, nothing is run")]
pub struct Args {
    /// Only mutants whose id contains this text.
    #[arg(long, value_name = "TEXT", default_value = "")]
    filter: String,
    /// Only so many, evenly spread over the table.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    sample: Option<u16>,
    /// Print the mutants and run none.
    #[arg(long)]
    list: bool,
    /// End a mutant after this many seconds.
    #[arg(long, value_name = "SECONDS", value_parser = crate::run::limits::parse_seconds, default_value = "20")]
    timeout: Duration,
    /// How many to run at the same time [default: as many as there are cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// What to print: a table for people, or one JSON document.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The sources to build the mutant engine from [default: those that this program was built from].
    #[arg(long, value_name = "DIR")]
    source: Option<PathBuf>,
    /// Run the cases (.wast) of this folder instead of the built-in ones.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["plans", "commands"])]
    cases: Option<PathBuf>,
    /// Run the commands that cases become (`preflight export --format commands`) instead of the cases.
    #[arg(long, conflicts_with = "plans")]
    commands: bool,
    /// Run plans of the fuzzer instead of the cases: for a minute, or until one differs.
    #[arg(long)]
    plans: bool,
    /// How long to run plans on a mutant.
    #[arg(long, value_name = "SECONDS", value_parser = crate::run::limits::parse_seconds, default_value = "60",
        requires = "plans")]
    seconds: Duration,
    /// Run the cases on this mutant alone, and tell each that begins (what the other processes do).
    #[arg(long, value_name = "ID", hide = true)]
    one: Option<String>,
}

/// What became of a mutant.
#[derive(Debug, Serialize)]
struct Fate {
    id: &'static str,
    what: &'static str,
    /// The historical bug that it is, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    bug: Option<&'static str>,
    killed: bool,
    /// The case that found it; of a command also what it found.
    killed_by: Option<String>,
    /// How: a failed case, a crash or the time limit.
    how: Option<one::Kill>,
}

/// Runs the command.
///
/// # Errors
/// The mutant engine cannot be built, or the cases fail without a mutant: exit status 2.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let bait = bait(&args);
    if let Some(id) = &args.one {
        return one::run(id, &bait);
    }
    let chosen = chosen(&args)?;
    if args.list {
        return list(&args, &chosen);
    }
    // A folder without cases is told before an engine is built.
    if let Bait::Cases(Some(folder)) = &bait {
        in_folder(folder)?;
    }
    if !cfg!(feature = "mutants") {
        return build::and_run(args.source.as_deref());
    }
    let short = match &bait {
        Bait::Plans(time) => Bait::Plans((*time).min(Duration::from_secs(5))),
        other => other.clone(),
    };
    if let Some((case, _)) = one::watch(None, &short, time_limit(&args, &short))? {
        anyhow::bail!("{case} fails on the engine without a mutant: nothing can be said about the mutants");
    }
    let fates = run_all(&chosen, &args, &bait)?;
    print(&args, &fates)?;
    Ok(if fates.iter().all(|fate| fate.killed) { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn bait(args: &Args) -> Bait {
    match args.plans {
        true => Bait::Plans(args.seconds),
        false if args.commands => Bait::Commands,
        false => Bait::Cases(args.cases.clone()),
    }
}

/// When a mutant has had its time: plans take theirs first.
fn time_limit(args: &Args, bait: &Bait) -> Duration {
    match bait {
        Bait::Plans(time) => *time + args.timeout,
        Bait::Cases(_) | Bait::Commands => args.timeout,
    }
}

fn chosen(args: &Args) -> anyhow::Result<Vec<&'static About>> {
    let all: Vec<_> = MUTANTS.iter().filter(|mutant| mutant.id.contains(&args.filter)).collect();
    ensure!(!all.is_empty(), "no mutant's id contains {:?}; `preflight mutants --list` shows them", args.filter);
    let Some(sample) = args.sample else { return Ok(all) };
    let sample = usize::from(sample).min(all.len());
    Ok((0..sample).map(|i| all[i * all.len() / sample]).collect())
}

fn list(args: &Args, chosen: &[&About]) -> anyhow::Result<ExitCode> {
    let text = match args.format {
        Format::Json => {
            let mutants: Vec<_> =
                chosen.iter().map(|m| serde_json::json!({"id": m.id, "what": m.what, "bug": m.bug})).collect();
            serde_json::to_string_pretty(&serde_json::json!({ "mutants": mutants }))? + "\n"
        }
        Format::Text => chosen
            .iter()
            .map(|mutant| {
                let bug = mutant.bug.map(|bug| format!(" [{bug}]")).unwrap_or_default();
                format!("{:<24}  {}{bug}\n", mutant.id, mutant.what)
            })
            .collect(),
    };
    output::data(None, &text)?;
    Ok(ExitCode::SUCCESS)
}

fn run_all(chosen: &[&'static About], args: &Args, bait: &Bait) -> anyhow::Result<Vec<Fate>> {
    let bar = ProgressBar::new(chosen.len() as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} mutants  {wide_msg}") {
        bar.set_style(style);
    }
    let one = |mutant: &&'static About| {
        bar.set_message(mutant.id);
        let end = one::watch(Some(mutant.id), bait, time_limit(args, bait))?;
        bar.inc(1);
        let (killed_by, how) = end.unzip();
        Ok(Fate { id: mutant.id, what: mutant.what, bug: mutant.bug, killed: how.is_some(), killed_by, how })
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.jobs.map_or(0, usize::from)).build();
    let fates = pool.context("no threads to run mutants on")?.install(|| chosen.par_iter().map(one).collect());
    bar.finish_and_clear();
    fates
}

fn print(args: &Args, fates: &[Fate]) -> anyhow::Result<()> {
    let mut out = output::stdout();
    let killed = fates.iter().filter(|fate| fate.killed).count();
    if args.format == Format::Json {
        let totals = serde_json::json!({"mutants": fates.len(), "killed": killed, "survived": fates.len() - killed});
        let document = serde_json::json!({"mutants": fates, "totals": totals});
        writeln!(out, "{}", serde_json::to_string_pretty(&document)?)?;
        return Ok(());
    }
    let paint = Paint::for_stdout();
    for fate in fates {
        let (colour, word) = if fate.killed { (paint.green(), "killed  ") } else { (paint.red(), "SURVIVED") };
        let by = fate.killed_by.as_deref().unwrap_or(fate.what);
        let how = match &fate.how {
            Some(one::Kill::Failed) | None => String::new(),
            Some(how) => format!(" ({how})"),
        };
        writeln!(out, "{colour}{word}{}  {:<24}  {by}{how}", paint.end(), fate.id)?;
    }
    let (colour, word) = if killed == fates.len() { (paint.green(), "ok") } else { (paint.red(), "FAILED") };
    writeln!(
        out,
        "{colour}{word}{}: {} mutants: {killed} killed, {} survived",
        paint.end(),
        fates.len(),
        fates.len() - killed
    )?;
    Ok(())
}
