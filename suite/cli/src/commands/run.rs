//! `preflight run`: the cases.

mod matrix;
pub(super) mod select;

pub use matrix::{Job, Target, finish, run_job, with_expectations};

use super::{driver::places, wast::Format};
use crate::{
    output,
    tier::{CompileArgs, Tier},
};
use anyhow::{Context, bail};
use clap::ValueEnum;
use preflight::runtime::{
    adapters::{CommandLine, Template},
    known::{KNOWN, Known, Places},
    process::Driver,
};
use preflight_spec_tests::rules;
use select::Selection;
use std::{path::PathBuf, process::ExitCode};

/// Run the cases of the conformance suite.
///
/// Without --runtime, --driver or --cmd they run on the reference engine. A case passes if its script does and if everything that the
/// runtime shows of the instances it speaks of is as it says. Cases of rules that the texts leave open are recorded and give
/// no verdict; what a runtime cannot do is unsupported.
///
/// Exit status: 0 everything is as the files of expectations say, 1 something is not, 2 a case, a rule, a runtime or a
/// filter is unusable.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  preflight run                               every case, on the reference engine
  preflight run --filter core/start           those whose path contains this text
  preflight run --rule CORE-START-04          those that prove this rule
  preflight run --runtime wasmi --runtime node
  preflight run --driver 'python3 my_driver.py'
                                              a runtime of your own, in any language
  preflight run --cmd 'tool run {preloads} {file} {args}'
                                              WASI programs, and cases that become such, on any command line
  preflight run --cases my-cases              the cases in a folder of your own")]
pub struct Args {
    #[command(flatten)]
    selection: Selection,
    /// Run on this runtime (`preflight runtimes` lists them; `reference` is the reference engine); may be given several
    /// times.
    #[arg(long = "runtime", value_name = "NAME")]
    runtimes: Vec<String>,
    /// Run on the runtime that a driver serves: the command that starts it, its words parted by blanks (suite/PROTOCOL.md);
    /// may be given several times.
    #[arg(long = "driver", value_name = "CMD")]
    drivers: Vec<String>,
    /// Run the WASI preview 1 programs on a command line, and those cases of core modules that can be made commands which check
    /// themselves. Places to be filled: {file}, {args}, {preloads} (each a `--preload NAME=FILE`), {env} (each an `--env
    /// NAME=VALUE`), {preopens} (each a `--dir FOLDER::NAME`), {invoke}.
    #[arg(long, value_name = "TEMPLATE")]
    cmd: Option<String>,
    /// Run the WASI preview 1 programs through an adapter of WebAssembly/wasi-testsuite, a Python file.
    #[arg(long, value_name = "FILE")]
    wasi_adapter: Option<PathBuf>,
    /// Which tier of the reference engine to run on; with both, what they do is compared step by step.
    #[arg(long, value_enum, default_value_t = DEFAULT_TIER)]
    tier: Tier,
    #[command(flatten)]
    compile: CompileArgs,
    /// A file of expectations for the one runtime that is run, instead of the built-in one.
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,
    /// Write what the runtimes do today as their expectations: into the file of --expect, or into the folder
    /// spec-tests/expect of a checkout.
    #[arg(long)]
    update_expectations: bool,
    /// Write results.json and report.html into this folder, which is made if need be.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// How many cases of the reference engine to run at the same time [default: as many as there are cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// What to print: a table for people, or one JSON document.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Every tier that this program has.
pub const DEFAULT_TIER: Tier = if cfg!(feature = "jit") { Tier::Both } else { Tier::Interp };

/// Runs the command.
///
/// # Errors
/// A case that cannot be read, a runtime, rule or filter that names nothing, or an output that cannot be written: exit
/// status 2.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let catalogue = rules().context("the catalogue of rules")?;
    let (cases, all) = args.selection.cases(&catalogue)?;
    let places = places()?;
    let targets = targets(&args, &places)?;
    // What is built in speaks of the built-in cases.
    let is_own = args.selection.folder().is_some() && args.expect.is_none();
    let chosen_from = if is_own { None } else { Some(args.selection.all()?) };
    let job = Job { cases, chosen_from, catalogue, places, targets, all, jobs: args.jobs, again: again(&args) };
    let columns = run_job(&job)?;
    if let Some(missing) = args.runtimes.iter().find(|name| !columns.iter().any(|column| column.about.name == **name)) {
        bail!("the runtime {missing} is not on this machine; `preflight runtimes install {missing}` may bring it");
    }
    let columns = with_expectations(columns, args.expect.as_deref())?;
    if args.update_expectations {
        return matrix::update(&job, columns, args.expect.as_deref());
    }
    finish(&job, columns, args.out.as_deref(), args.format)
}

/// What repeats this run on the runtime of a name.
fn again(args: &Args) -> Box<dyn Fn(&str) -> String + Sync> {
    let (cmd, adapter, drivers) = (args.cmd.clone(), args.wasi_adapter.clone(), args.drivers.clone());
    let mut rest = String::new();
    if args.tier != DEFAULT_TIER {
        rest +=
            &format!(" --tier {}", args.tier.to_possible_value().map_or_else(String::new, |v| v.get_name().to_owned()));
    }
    if let Some(folder) = args.selection.folder() {
        rest += &format!(" --cases '{}'", folder.display());
    }
    Box::new(move |name| {
        let runtime = match (&cmd, &adapter, &*drivers) {
            _ if name == "reference" || Known::get(name).is_some() => format!("--runtime {name}"),
            (Some(template), _, _) if name == COMMAND => format!("--cmd '{template}'"),
            (_, _, [driver]) => format!("--driver '{driver}'"),
            (_, Some(file), _) => format!("--wasi-adapter '{}'", file.display()),
            _ => format!("--runtime {name}"),
        };
        runtime + &rest
    })
}

/// What the runtime behind a template is called.
const COMMAND: &str = "cmd";

fn targets(args: &Args, places: &Places) -> anyhow::Result<Vec<Target>> {
    let options = args.compile.options(args.tier)?;
    let mut targets = Vec::new();
    for (i, name) in args.runtimes.iter().enumerate() {
        // Whoever is named twice runs once.
        if args.runtimes[..i].contains(name) {
            continue;
        }
        targets.push(match (name.as_str(), Known::get(name)) {
            ("reference", _) => Target::Reference { name: "reference".to_owned(), options: Box::new(options.clone()) },
            (_, Some(known)) => Target::Known(known),
            (_, None) => {
                let names: Vec<_> = KNOWN.iter().map(|known| known.name).collect();
                bail!("there is no runtime {name:?}; there are reference, {}", names.join(", "))
            }
        });
    }
    for command in &args.drivers {
        targets.push(Target::Driver(Driver::new(command.split_whitespace())));
    }
    if let Some(template) = &args.cmd {
        let template = Template::parse(template)?;
        targets.push(Target::Command(Box::new(CommandLine::new(COMMAND, "?", COMMAND, template, places.limits))));
    }
    if let Some(adapter) = &args.wasi_adapter {
        let runtime = preflight::runtime::adapters::WasiAdapter::new(adapter, places.limits)
            .map_err(|broken| anyhow::anyhow!("{}: {broken}", adapter.display()))?;
        targets.push(Target::Adapter(Box::new(runtime)));
    }
    if targets.is_empty() {
        targets.push(Target::Reference { name: "reference".to_owned(), options: Box::new(options) });
    }
    if args.expect.is_some() && targets.len() > 1 {
        bail!("--expect is about one runtime, and there are {}", targets.len());
    }
    if let Some(file) = args.expect.as_deref().filter(|file| !args.update_expectations && !file.exists()) {
        bail!("--expect {}: there is no such file; --update-expectations would write it", file.display());
    }
    if args.update_expectations && args.selection.is_partial() {
        output::note("note: expectations of cases that are not selected are kept as they are");
    }
    Ok(targets)
}
