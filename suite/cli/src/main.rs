//! scratch
mod commands;
use clap::Parser;
#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    job: commands::main_job::Args,
    #[command(subcommand)]
    c: Option<C>,
}
#[derive(clap::Subcommand)]
enum C {
    Wast(commands::wast::Args),
}
fn main() -> std::process::ExitCode {
    let c = Cli::parse();
    let r = match c.c {
        Some(C::Wast(a)) => commands::wast::run(a),
        None => commands::main_job::run(c.job),
    };
    r.unwrap_or_else(|e| {
        eprintln!("error: {e:#}");
        2.into()
    })
}
