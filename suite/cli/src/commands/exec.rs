//! `preflight exec`: just runs it.

use crate::{
    output,
    run::{self, End, Imports, Plan, RunArgs, Session, values},
};
use anyhow::Context;
use preflight_engine::{Fault, trace::Level};
use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

/// Run a module: instantiate it, then call an export; no trace.
///
/// The results are printed one per line, in the form in which they could be given as arguments. Imports must be provided
/// with --preload. A trap, an uncaught exception or a limit is told on standard error: its class, the function and the
/// offset in the file.
///
/// A command of WASI preview 1 (it exports _start) is run, a reactor (_initialize) is initialised first. What they print goes
/// where it belongs as it is printed; clocks, randomness and files are virtual, and standard input is empty, unless flags
/// say otherwise. The exit code of the program becomes the exit status, 1 if it is none of 0 to 255.
///
/// Exit status: 0 it returned, 1 it trapped, threw, ran into a limit or could not be linked, or the tiers differ (--tier
/// both), 2 a file or an argument cannot be used.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  preflight exec app.wasm                        instantiate it, the start function included
  preflight exec math.wat --invoke add 1 2       call an export
  preflight exec math.wat --invoke sqrt -0x1p-3  numbers as in the text format, negative ones too
  preflight exec app.wasm --preload env=env.wat --fuel 1000000 --timeout 10
  preflight exec tool.wasm --dir .::/data --env LANG=C --stdin - -- --verbose /data/in.txt")]
pub struct Args {
    /// A module, .wasm or .wat; - is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
///
/// # Errors
/// A file or an argument that cannot be used, or an output that cannot be written: exit status 2.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let plan = args.run.plan(&args.file)?;
    if plan.tiers.len() > 1 {
        return run_on_both(&plan, &args.run);
    }
    let mut session = Session::new(&plan, Imports::Strict, plan.tiers[0]);
    session.stream();
    let watch = args.run.limits.watch(session.store.interrupt_handle());
    let end = session.run();
    let remark = watch.end();
    finish(&session, &end, remark.as_slice())
}

/// The program prints what it printed on the interpreter, once it is known whether the compiler agrees.
fn run_on_both(plan: &Plan, args: &RunArgs) -> anyhow::Result<ExitCode> {
    let record = run::record(plan, &args.limits, Imports::Strict, Level::Full);
    let [stdout, stderr] = record.session.captured();
    io::stdout().write_all(&stdout).context("cannot write to standard output")?;
    io::stderr().write_all(&stderr).context("cannot write to standard error")?;
    let status = finish(&record.session, &record.end, &record.remarks)?;
    output::complain_of_disagreement(record.disagreement.as_deref());
    Ok(if record.disagreement.is_some() { ExitCode::from(1) } else { status })
}

/// Prints the results, or how it ended otherwise.
fn finish(session: &Session<'_>, end: &End, remarks: &[String]) -> anyhow::Result<ExitCode> {
    if let Some(Fault::Exit(code)) = end.fault() {
        return Ok(ExitCode::from(u8::try_from(*code).unwrap_or(1)));
    }
    match end {
        End::Returned(results) => {
            let lines = results.iter().map(|value| values::result(&session.store, *value) + "\n");
            output::data(None, &lines.collect::<String>())?;
            Ok(ExitCode::SUCCESS)
        }
        failed => {
            let remarks = remarks.iter().map(|remark| format!("\n  {remark}"));
            output::complain(&(session.explain(failed) + &remarks.collect::<String>()));
            Ok(ExitCode::from(1))
        }
    }
}
