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
use preflight::{
    matrix::Chosen,
    runtime::{
        About, Runtime,
        adapters::{CommandLine, Template},
        known::{KNOWN, Known, Places},
        process::{Driver, Remote},
    },
};
use preflight_spec_tests::rules;
use select::Selection;
use std::{collections::BTreeSet, path::PathBuf, process::ExitCode};

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
    /// NAME=VALUE`), {preopens} (each a `--dir FOLDER::NAME`), {invoke}. Exit code 134, or the signal of an abort, is a trap;
    /// any other signal is a crash of the runtime; a code with a complaint on standard error, a line with more than a word, is a
    /// failure; any other code is the program's own.
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
    /// A file of expectations for the one runtime that is run, instead of the built-in one. That holds for a driver only if it
    /// has the name and the version that the file is about.
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
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
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
    let places = places();
    let targets = targets(&args, &places)?;
    refuse_namesakes(&targets, &places)?;
    let chosen_from = match all {
        true => Some(cases.clone()),
        // What is built in speaks of the built-in cases.
        false if args.selection.folder().is_some() && args.expect.is_none() => None,
        false => Some(args.selection.all()?),
    };
    let (jobs, again, expect) = (args.jobs, again(&args), args.expect.clone());
    let job = Job { cases, chosen_from, catalogue, places, targets, all, jobs, again, expect };
    let columns = run_job(&job)?;
    let is_run = |name: &str| columns.iter().any(|column| column.chosen == Chosen::Known && column.about.name == name);
    if let Some(missing) = args.runtimes.iter().find(|name| !is_run(name)) {
        bail!("the runtime {missing} is not on this machine; `preflight runtimes install {missing}` may bring it");
    }
    let columns = with_expectations(columns, args.expect.as_deref())?;
    if args.update_expectations {
        return matrix::update(&job, columns, args.expect.as_deref());
    }
    finish(&job, columns, args.out.as_deref(), args.format)
}

/// What else than the runtime and the case a run was given, to repeat it.
fn again(args: &Args) -> String {
    let mut rest = String::new();
    if let (true, Some(tier)) = (args.tier != DEFAULT_TIER, args.tier.to_possible_value()) {
        rest += &format!(" --tier {}", tier.get_name());
    }
    if let Some(folder) = args.selection.folder() {
        rest += &format!(" --cases {}", quote(&folder.display().to_string()));
    }
    if let Some(file) = &args.expect {
        rest += &format!(" --expect {}", quote(&file.display().to_string()));
    }
    rest
}

/// A word of a shell's command line.
pub(super) fn quote(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-+=:,./@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
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
            (About::REFERENCE, _) => Target::Reference { name: name.clone(), options: Box::new(options.clone()) },
            (_, Some(known)) => Target::Known(known),
            (_, None) => {
                let names: Vec<_> = KNOWN.iter().map(|known| known.name).collect();
                bail!("there is no runtime {name:?}; there are reference, {}", names.join(", "))
            }
        });
    }
    for command in &args.drivers {
        let chosen = Chosen::Given(format!("--driver {}", quote(command)));
        targets.push(Target::Driver(Driver::new(command.split_whitespace()), chosen));
    }
    if let Some(text) = &args.cmd {
        let template = Template::parse(text)?;
        let line = CommandLine::new(COMMAND, "?", COMMAND, template, places.limits);
        targets.push(Target::Command(Box::new(line), Chosen::Given(format!("--cmd {}", quote(text)))));
    }
    if let Some(adapter) = &args.wasi_adapter {
        let runtime = preflight::runtime::adapters::WasiAdapter::new(adapter, places.limits)
            .map_err(|broken| anyhow::anyhow!("{}: {broken}", adapter.display()))?;
        let chosen = Chosen::Given(format!("--wasi-adapter {}", quote(&adapter.display().to_string())));
        targets.push(Target::Adapter(Box::new(runtime), chosen));
    }
    if targets.is_empty() {
        targets.push(Target::Reference { name: About::REFERENCE.to_owned(), options: Box::new(options) });
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

/// By their names runtimes are told apart in results and in files of expectations.
fn refuse_namesakes(targets: &[Target], places: &Places) -> anyhow::Result<()> {
    let mut names = BTreeSet::new();
    // One alone has no namesake, and need not be asked twice.
    for target in targets.iter().filter(|_| targets.len() > 1) {
        let (name, argument) = match target {
            Target::Reference { name, .. } => (name.clone(), None),
            Target::Known(known) => (known.name.to_owned(), None),
            Target::Command(line, chosen) => (line.about().name, Some(chosen)),
            Target::Adapter(line, chosen) => (line.about().name, Some(chosen)),
            // One that does not start has no name; that it does not start is told in its place in the matrix.
            Target::Driver(driver, chosen) => match Remote::start(driver.clone(), places.limits) {
                Ok(remote) => (remote.about().name, Some(chosen)),
                Err(_) => continue,
            },
        };
        if let (false, Some(Chosen::Given(argument))) = (names.insert(name.clone()), argument) {
            bail!(
                "{argument}: its runtime calls itself {name:?}, and so does another of this run\n  let each have a name of \
                 its own, or run them one after the other"
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn words_are_quoted_where_a_shell_would_part_them() {
        assert_eq!(quote("core/start/a-b.wast"), "core/start/a-b.wast");
        assert_eq!(quote("python3 it's.py"), r"'python3 it'\''s.py'");
        assert_eq!((quote(""), quote("$x")), ("''".to_owned(), "'$x'".to_owned()));
    }
}
