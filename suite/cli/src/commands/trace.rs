//! `preflight trace`: what happens when a file starts.

mod diff;

use crate::{
    output,
    render::{self, Notes},
    run::{self, Imports, Planned, Record, RunArgs},
};
use preflight_engine::trace::{Level, Outcome, Trace};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Show what happens when a module or a component starts, step by step, and what is left if it fails.
///
/// FILE is instantiated on the reference engine, after the --preload files. Shown in time order: imports resolved,
/// initialisers evaluated, segments written, the start function and the host calls in it, and how it ended; after that, what
/// is in every memory, table and global that can still be reached. Imports that nobody provides get stubs that record their
/// calls and return zero or null.
///
/// Of a component: every instance inside with its path, core modules and their start functions, component-level starts, calls
/// with the values lifted and lowered, resources; after a failure, which instances are locked. Its unknown imports get stubs
/// of their types: default values, fresh handles.
///
/// Commands and reactors of WASI preview 1 run in a virtual world as they would with `preflight exec`: the trace tells who
/// called _start and _initialize and by which rule, and what was printed is shown at the end.
///
/// Exit status: 0 the trace was taken (however the program ended) and is as --expect says; 1 it is not, or FILE could not be
/// linked, or the tiers differ (--tier both); 2 a file or an argument cannot be used.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true,
    after_help = "Examples:
  preflight trace app.wasm
  preflight trace app.wasm --preload env=env.wat --invoke main 1 2
  preflight trace component.wasm --value limit=10 --invoke a:b/c#run '{verbose}'
  preflight trace app.wasm --format json --out before.json
  preflight trace app.wasm --expect before.json     exit status 1 if start-up has changed
  preflight trace diff before.json after.json       what has changed
  preflight trace app.wasm --format html --out app.html   a timeline, with the plan beside it
  cat app.wat | preflight trace - --format mermaid"
)]
pub struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    /// A module or a component, .wasm or .wat; - is standard input.
    #[arg(value_name = "FILE", required = true)]
    file: Option<PathBuf>,
    #[command(flatten)]
    run: RunArgs,
    /// Imports that nobody provides are link errors: no stubs.
    #[arg(long)]
    strict_imports: bool,
    /// How much to show.
    #[arg(long, value_enum, default_value_t = ShownLevel::Full)]
    level: ShownLevel,
    /// A tree for people, JSON for programs (`trace diff` and --expect read it), a Mermaid sequence diagram, or a page.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Compare with this trace (JSON), at the lower of the two levels.
    #[arg(long, value_name = "TRACE")]
    expect: Option<PathBuf>,
    /// Write to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Diff(diff::Args),
}

/// How much of a trace to show.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum ShownLevel {
    /// How it ended, and nothing else.
    Outcome,
    /// Host calls, the end, and what can be reached afterwards.
    Observable,
    /// Every step.
    Full,
}

/// How to show a trace.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// A tree, for people.
    Text,
    /// The trace itself, for programs.
    Json,
    /// A sequence diagram.
    Mermaid,
    /// A page for a browser: the timeline, and beside it the plan, made from the binary alone.
    Html,
}

/// Runs the command.
///
/// # Errors
/// A file or an argument that cannot be used, or an output that cannot be written: exit status 2.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    match (args.action, &args.file) {
        (Some(Action::Diff(args)), _) => diff::run(&args),
        (None, Some(file)) => {
            let expected = args.expect.as_deref().map(diff::read).transpose()?;
            let plan = args.run.plan(file)?;
            let imports = if args.strict_imports { Imports::Strict } else { Imports::Stubs };
            let record = run::record(&plan, &args.run.tiers()?, &args.run.limits, imports, args.level.into())?;
            let Record { trace, notes, agreement, .. } = record;
            // A page has no colours to take away: every byte stays.
            let write = if let Format::Html = args.format { output::raw } else { output::data };
            write(args.out.as_deref(), &shown(file, &plan, &trace, &notes, args.format)?)?;
            let is_expected = expected.is_none_or(|expected| as_expected(&expected, &trace));
            let is_linked = trace.outcome != Outcome::Unlinkable;
            complain_of_the_link(&trace, &notes, args.format);
            output::complain_of_disagreement(&agreement);
            let is_failed = !is_expected || (!is_linked && args.expect.is_none()) || agreement.is_broken();
            Ok(ExitCode::from(u8::from(is_failed)))
        }
        (None, None) => unreachable!("clap asks for a file where there is no command"),
    }
}

fn shown(file: &Path, plan: &Planned, trace: &Trace, notes: &Notes, format: Format) -> anyhow::Result<String> {
    Ok(match format {
        Format::Text => render::text(trace, notes),
        Format::Json => serde_json::to_string_pretty(trace)? + "\n",
        Format::Mermaid => render::mermaid(trace, notes),
        Format::Html => render::html(&crate::input::display(file), plan, trace, notes)?,
    })
}

/// Says what is different, where it does not disturb the data.
fn as_expected(expected: &Trace, actual: &Trace) -> bool {
    match render::difference(expected, actual, render::MOST_IN_REMARKS) {
        None => true,
        Some(difference) => {
            output::note(&format!("start-up is not as expected; {}", difference.trim_end()));
            false
        }
    }
}

/// The tree says it already; other forms hold the class only.
fn complain_of_the_link(trace: &Trace, notes: &Notes, format: Format) {
    if trace.outcome == Outcome::Unlinkable && !matches!(format, Format::Text) {
        output::complain(&notes.remarks.join("\n"));
    }
}

impl From<ShownLevel> for Level {
    fn from(level: ShownLevel) -> Level {
        match level {
            ShownLevel::Outcome => Level::Outcome,
            ShownLevel::Observable => Level::Observable,
            ShownLevel::Full => Level::Full,
        }
    }
}
