//! The program `preflight`: what WebAssembly modules do before their first call, on the reference engine.
//!
//! One file for each command in [`commands`]; what several of them share stands beside it: reading inputs ([`input`]),
//! writing results ([`output`]), linking and running ([`run`]), and the pictures of a trace ([`render`]), which are pure
//! functions of it. Exit status of every command: 0 all as expected, 1 something was not, 2 wrong usage or a failure of
//! the program itself.

#![forbid(unsafe_code)]

mod commands;
mod input;
mod interrupt;
mod output;
mod render;
mod run;
mod tier;

use clap::Parser;
use preflight_reports::text::plain;
use std::process::ExitCode;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Checks what a WebAssembly runtime does before the first call.
///
/// Without a command: the main job. Every case runs on both tiers of the reference engine and on each runtime that is found
/// here; the matrix is printed, and results.json and report.html, a page for a browser, are written.
#[derive(Debug, Parser)]
#[command(
    name = "preflight",
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  preflight                       the main job
  preflight trace app.wasm        what happens when app.wasm starts, step by step
  preflight exec math.wat --invoke add 1 2
  preflight wast tests/           every script in a folder

Exit status: 0 all as expected, 1 something was not, 2 wrong usage or a failure of preflight itself.
Each command explains itself: preflight COMMAND --help"
)]
struct Cli {
    #[command(flatten)]
    main_job: commands::main_job::Args,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Trace(commands::trace::Args),
    Exec(commands::exec::Args),
    Wast(commands::wast::Args),
    Run(commands::run::Args),
    Rules(commands::rules::Args),
    Bless(commands::bless::Args),
    Mutants(commands::mutants::Args),
    Fuzz(commands::fuzz::Args),
    Shrink(commands::shrink::Args),
    Runtimes(commands::runtimes::Args),
    Driver(commands::driver::Args),
    Export(commands::export::Args),
    Check(commands::check::Args),
    Real(commands::real::Args),
    Report(commands::report::Args),
}

impl Command {
    /// Whether there would be folders and workers left if a signal ended this command.
    fn leaves_something(&self) -> bool {
        !matches!(
            self,
            Command::Trace(_)
                | Command::Exec(_)
                | Command::Wast(_)
                | Command::Check(_)
                | Command::Rules(_)
                | Command::Report(_)
        )
    }
}

/// What the command line says. One without FILE has it behind `--invoke`, or is wrong.
fn command_line() -> Cli {
    let args = run::values::protect_negative_values(std::env::args_os());
    let parsed = Cli::try_parse_from(&args).or_else(|error| {
        let moved = match error.kind() {
            clap::error::ErrorKind::MissingRequiredArgument => run::invoke::with_file_before_invoke(&args),
            _ => None,
        };
        moved.and_then(|moved| Cli::try_parse_from(moved).ok()).ok_or(error)
    });
    parsed.unwrap_or_else(|error| error.exit())
}

/// Everything happens on a thread whose stack is as large as programs may need it.
fn main() -> ExitCode {
    let thread = std::thread::Builder::new()
        .name("preflight".to_owned())
        .stack_size(preflight::script::stack::THREAD_BYTES)
        .spawn(run_command);
    match thread.map(std::thread::JoinHandle::join) {
        Ok(Ok(status)) => status,
        // The panic has said what there is to say.
        Ok(Err(_)) => ExitCode::from(101),
        Err(error) => {
            output::complain(&format!("the system gives no thread to run on: {error}"));
            ExitCode::from(2)
        }
    }
}

fn run_command() -> ExitCode {
    let cli = command_line();
    if cli.command.as_ref().is_none_or(Command::leaves_something) {
        interrupt::listen();
    }
    let result = match cli.command {
        None => commands::main_job::run(cli.main_job),
        Some(Command::Trace(args)) => commands::trace::run(args),
        Some(Command::Exec(args)) => commands::exec::run(args),
        Some(Command::Wast(args)) => commands::wast::run(args),
        Some(Command::Run(args)) => commands::run::run(args),
        Some(Command::Rules(args)) => commands::rules::run(args),
        Some(Command::Bless(args)) => commands::bless::run(args),
        Some(Command::Mutants(args)) => commands::mutants::run(args),
        Some(Command::Fuzz(args)) => commands::fuzz::run(args),
        Some(Command::Shrink(args)) => commands::shrink::run(args),
        Some(Command::Runtimes(args)) => commands::runtimes::run(args),
        Some(Command::Driver(args)) => commands::driver::run(args),
        Some(Command::Export(args)) => commands::export::run(args),
        Some(Command::Check(args)) => commands::check::run(args),
        Some(Command::Real(args)) => commands::real::run(args),
        Some(Command::Report(args)) => commands::report::run(&args),
    };
    result.unwrap_or_else(|error| {
        // Names of files, of runtimes and of what modules have may be anything.
        output::complain(&format!("{error:#}").split('\n').map(plain).collect::<Vec<_>>().join("\n"));
        ExitCode::from(2)
    })
}
