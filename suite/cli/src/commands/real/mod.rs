//! `preflight real`: programs that nobody here wrote.

mod check;
mod components;
mod fetch;
mod manifest;
mod run;
mod steps;

use super::wast::{Format, Paint, Table};
use crate::{output, tier::Tier};
use anyhow::{Context, bail, ensure};
use fetch::Cache;
use indicatif::{ProgressBar, ProgressStyle};
use manifest::{Manifest, Program};
use run::Ran;
use serde_json::json;
use std::{io::Write, path::PathBuf, process::ExitCode};

/// Run real programs of the npm and Python registries, and compare both tiers with each other and with wasmtime.
///
/// The manifest names each program with its package, version, checksum, how it is run and what wasmtime gives. Packages are
/// fetched with npm and pip (both must be on PATH) into a cache and stay there; after that no network is needed. Each
/// program runs on both tiers in the virtual world; their traces must be equal at the observable level, and the output must be
/// the expected one.
///
/// Exit status: 0 all as expected, 1 something was not, 2 a program cannot be fetched or the manifest cannot be used.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  preflight real                               all programs of the built-in manifest
  preflight real --filter nextpnr              those whose name contains this text
  preflight real --manifest mine.toml          your own programs
  preflight real --fetch                       only fill the cache, for a machine without a network

The expected output was recorded with wasmtime: pip install wasmtime, then python spec-tests/real/record.py --cache DIR")]
pub struct Args {
    /// Only programs whose name contains this text.
    #[arg(long, value_name = "TEXT", default_value = "")]
    filter: String,
    /// Run the programs of this manifest (TOML) instead of the built-in ones.
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Where packages are kept [default: preflight/real in the user's cache].
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// Fetch what is missing, and run nothing.
    #[arg(long)]
    fetch: bool,
    /// Which tier of the engine to run on.
    #[arg(long, value_enum, default_value_t = Tier::Both)]
    tier: Tier,
    /// What to print: a table for people, or one JSON document.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Runs the command.
///
/// # Errors
/// A manifest, a package or a cache that cannot be used, or an output that cannot be written: exit status 2.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let tiers = args.tier.each()?;
    let programs = selected(&args)?;
    let cache = Cache::new(args.cache.as_deref())?;
    fill(&cache, &programs)?;
    if args.fetch {
        output::note(&format!("{} programs are in the cache", programs.len()));
        return Ok(ExitCode::SUCCESS);
    }
    let bar = bar(programs.len(), "programs");
    let mut ran = Vec::new();
    for program in &programs {
        bar.set_message(program.name.clone());
        ran.push(run::run(program, &cache.read(program)?, &cache.files(program)?, &tiers));
        bar.inc(1);
    }
    bar.finish_and_clear();
    match args.format {
        Format::Json => writeln!(output::stdout(), "{}", serde_json::to_string_pretty(&document(&programs, &ran))?)?,
        Format::Text => write_table(&programs, &ran)?,
    }
    Ok(ExitCode::from(u8::from(!ran.iter().all(Ran::is_ok))))
}

fn selected(args: &Args) -> anyhow::Result<Vec<Program>> {
    let (text, name) = match &args.manifest {
        None => (preflight_spec_tests::REAL.to_owned(), "the built-in manifest".to_owned()),
        Some(path) => {
            let text = crate::input::document(path).with_context(|| format!("cannot read {}", path.display()))?;
            (text, path.display().to_string())
        }
    };
    let manifest: Manifest = toml::from_str(&text).with_context(|| name.clone())?;
    let mut programs = manifest.program;
    let all = programs.len();
    programs.retain(|program| program.name.contains(&args.filter));
    ensure!(!programs.is_empty(), "{name}: none of {all} programs is selected; give another --filter, or none");
    Ok(programs)
}

/// Fetches what is not there. All that can be had is fetched, whatever fails.
fn fill(cache: &Cache, programs: &[Program]) -> anyhow::Result<()> {
    let missing: Vec<&Program> = programs.iter().filter(|program| cache.lacks(program)).collect();
    let bar = bar(missing.len(), "packages");
    let mut failures = Vec::new();
    for program in missing {
        bar.set_message(format!("fetching {} {}", program.package, program.version));
        // Two programs may be of one package.
        if cache.lacks(program)
            && let Err(error) = cache.fill(program)
        {
            failures.push(format!("{} ({} {}): {error:#}", program.name, program.package, program.version));
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    if !failures.is_empty() {
        bail!(
            "{} of {} programs cannot be fetched; --filter runs the others:\n{}",
            failures.len(),
            programs.len(),
            failures.join("\n")
        );
    }
    Ok(())
}

/// A bar on standard error, which only a terminal shows.
fn bar(len: usize, what: &str) -> ProgressBar {
    let bar = ProgressBar::new(len as u64);
    if let Ok(style) = ProgressStyle::with_template(&format!("{{bar:30}} {{pos}}/{{len}} {what}  {{wide_msg}}")) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    bar
}

fn write_table(programs: &[Program], ran: &[Ran]) -> anyhow::Result<()> {
    let paint = Paint::for_stdout();
    let mut out = output::stdout();
    let names: Vec<&str> = ran.first().map(|ran| ran.tiers.iter().map(|tier| tier.name).collect()).unwrap_or_default();
    let columns: Vec<&str> = ["version"].into_iter().chain(names).chain(["steps", "outcome", "verdict"]).collect();
    let mut table = Table::new("program", &columns);
    for (program, ran) in programs.iter().zip(ran) {
        let times = ran.tiers.iter().map(|tier| (format!("{:.2} s", tier.time.as_secs_f64()), paint.dim()));
        let verdict = if ran.is_ok() { ("ok".to_owned(), paint.green()) } else { ("FAILED".to_owned(), paint.red()) };
        let steps = ran.tiers.first().map_or(0, |tier| tier.trace.events.len());
        let cells = [(program.version.clone(), "")].into_iter().chain(times);
        table
            .row(&program.name, cells.chain([(steps.to_string(), ""), (brief(&ran.outcome()), ""), verdict]).collect());
    }
    table.write(&mut out, paint)?;
    for (program, ran) in programs.iter().zip(ran) {
        for failure in &ran.failures {
            writeln!(out, "{}FAILED{} {}: {failure}", paint.red(), paint.end(), program.name)?;
        }
    }
    let good = ran.iter().filter(|ran| ran.is_ok()).count();
    let verdict = if good == ran.len() { "ok" } else { "FAILED" };
    writeln!(out, "{verdict}: {good} of {} programs are as expected", ran.len())?;
    Ok(())
}

/// The beginning of an outcome: the values of components can be long.
fn brief(outcome: &str) -> String {
    const MOST: usize = 32;
    match outcome.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &outcome[..at]),
        None => outcome.to_owned(),
    }
}

fn document(programs: &[Program], ran: &[Ran]) -> serde_json::Value {
    let one = |(program, ran): (&Program, &Ran)| {
        let tiers = ran.tiers.iter().map(
            |tier| json!({ "tier": tier.name, "seconds": tier.time.as_secs_f64(), "steps": tier.trace.events.len() }),
        );
        json!({
            "name": program.name,
            "version": program.version,
            "ok": ran.is_ok(),
            "outcome": ran.outcome(),
            "tiers": tiers.collect::<Vec<_>>(),
            "failures": ran.failures,
        })
    };
    json!({ "programs": programs.iter().zip(ran).map(one).collect::<Vec<_>>() })
}
