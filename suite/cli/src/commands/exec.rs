//! `preflight exec`: just runs it.

use crate::{
    output,
    run::{self, Ended, Imports, Planned, RunArgs, http},
};
use anyhow::Context;
use preflight_engine::{
    Tier,
    trace::{Level, Outcome},
};
use serde_json::json;
use std::{io::Write, path::PathBuf, process::ExitCode};

/// Run a module or a component: instantiate it, then call an export; no trace.
///
/// The results are printed one per line, in the form in which they could be given as arguments. Imports must be provided
/// with --preload. A trap, an uncaught exception or a limit is told on standard error, a trap with its function and the
/// offset in the file. `preflight trace` shows the steps that led there.
///
/// A command of WASI preview 1 (it exports _start) is run, a reactor (_initialize) is initialised first; a component of WASI
/// 0.2 is run if it exports wasi:cli/run, and handles a request with --http. What they print goes where it belongs as it is
/// printed; clocks, randomness and files are virtual, and standard input is empty, unless flags
/// say otherwise. The exit code of the program becomes the exit status, 1 if it is none of 0 to 255.
///
/// Exit status: 0 it returned, 1 it trapped, threw, ran into a limit, could not be linked or did not answer the request, or
/// the tiers differ (--tier both), 2 a file or an argument cannot be used. A program may exit with 1 or 2 too: what is told on
/// standard error, and the outcome of --format json, tell the one from the other.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  preflight exec app.wasm                        instantiate it, the start function included
  preflight exec math.wat --invoke add 1 2       call an export
  preflight exec math.wat --invoke set 7 --invoke get         one after the other, on the same instance
  preflight exec math.wat --invoke sqrt -0x1p-3  numbers as in the text format, negative ones too
  preflight exec component.wasm --invoke a:b/math#sum '[1, 2]'       a component, values in WAVE
  preflight exec app.wasm --preload env=env.wat --fuel 1000000 --timeout 10
  preflight exec site.wasm --http 'GET /path' --header 'accept: text/html'
  preflight exec tool.wasm --dir .::/data --env LANG=C --stdin - -- --verbose /data/in.txt")]
pub struct Args {
    /// A module or a component, .wasm or .wat; - is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    run: RunArgs,
    /// Give imports that nobody provides stubs, which return zeros, empty values and the first cases.
    #[arg(long)]
    stub_imports: bool,
    /// How to show results and responses.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How to show what came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Lines.
    Text,
    /// One document: {"outcome", "results", "response"}. What the program itself prints goes to standard error then.
    Json,
}

/// Runs the command.
///
/// # Errors
/// A file or an argument that cannot be used, or an output that cannot be written: exit status 2.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let plan = args.run.plan(&args.file)?;
    let tiers = args.run.tiers()?;
    let imports = if args.stub_imports { Imports::Stubs } else { Imports::Strict };
    let [tier] = tiers[..] else { return run_on_both(&args, &plan, &tiers, imports) };
    let mut session = plan.session(imports, tier);
    if args.format == Format::Text {
        session.stream();
    }
    let watch = args.run.limits.watch(session.store().interrupt_handle());
    let end = session.run();
    let remark = watch.end();
    let (end, [stdout, stderr]) = (end?, session.captured());
    if args.format == Format::Json {
        print_captured(&mut output::stderr(), &stdout, &stderr)?;
    }
    finish(&end, remark.as_slice(), &args)
}

fn print_captured(to: &mut dyn Write, stdout: &[u8], stderr: &[u8]) -> anyhow::Result<()> {
    to.write_all(stdout).context("cannot write what the program printed")?;
    output::stderr().write_all(stderr).context("cannot write to standard error")
}

/// Prints what the program printed on the interpreter, once it is known whether the compiler agrees.
fn run_on_both(args: &Args, plan: &Planned, tiers: &[Tier], imports: Imports) -> anyhow::Result<ExitCode> {
    let record = run::record(plan, tiers, &args.run.limits, imports, Level::Full)?;
    let [stdout, stderr] = &record.captured;
    match args.format {
        Format::Text => print_captured(&mut output::stdout(), stdout, stderr)?,
        Format::Json => print_captured(&mut output::stderr(), stdout, stderr)?,
    }
    let status = finish(&record.ended, &record.remarks, args)?;
    output::complain_of_disagreement(&record.agreement);
    Ok(if record.agreement.is_broken() { ExitCode::from(1) } else { status })
}

/// Prints the results, or how it ended otherwise.
fn finish(end: &Ended, remarks: &[String], args: &Args) -> anyhow::Result<ExitCode> {
    if args.format == Format::Json {
        let response = end.response.as_ref().map(http::to_json);
        let document = json!({ "outcome": end.outcome, "results": end.results, "response": response });
        output::data(None, &(serde_json::to_string_pretty(&document)? + "\n"))?;
    } else {
        output::data(None, &end.results.iter().map(|value| format!("{value}\n")).collect::<String>())?;
    }
    let is_all_well = match end.outcome {
        Outcome::Returned { .. } => !end.is_unanswered,
        // Whoever waits for a response does not look at the exit status.
        Outcome::Exit { .. } => !args.run.is_request(),
        _ => false,
    };
    if !is_all_well {
        let remarks = remarks.iter().map(|remark| format!("\n  {remark}"));
        output::complain(&(end.explanation() + &remarks.collect::<String>()));
    }
    let is_unanswered = args.run.is_request() && end.response.is_none();
    Ok(if is_unanswered { ExitCode::from(1) } else { status(&end.outcome) })
}

/// The exit status of an end.
fn status(outcome: &Outcome) -> ExitCode {
    match outcome {
        Outcome::Exit { code } => ExitCode::from(u8::try_from(*code).unwrap_or(1)),
        Outcome::Returned { .. } => ExitCode::SUCCESS,
        _ => ExitCode::from(1),
    }
}
