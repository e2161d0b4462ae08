//! Speed of the Preflight engine, as ratios to other runtimes measured in the same run.
//!
//! `cargo run --release -p preflight-bench --features peers` prints the tables: modules from bytes to
//! instantiated, execution of the kernels under `kernels/`, components, and calls across their boundaries. Without the feature only the engine itself is measured.

mod command;
mod component;
mod execution;
mod modules;
mod peer;
mod startup;
mod timing;

use clap::Parser;

/// Measures start-up and execution against the peers that were compiled in.
#[derive(Parser)]
struct Args {
    /// Which table to print; all if none is named.
    #[arg(value_parser = ["startup", "command", "execution", "components", "calls"])]
    table: Option<String>,
    /// Print one JSON object instead of tables.
    #[arg(long)]
    json: bool,
    /// Rounds in which the runtimes take turns; the median of each is used.
    #[arg(long, default_value_t = 15)]
    rounds: usize,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let wanted = |name: &str| args.table.as_deref().is_none_or(|table| table == name);
    let mut tables = serde_json::Map::new();
    if wanted("startup") {
        let table = startup::measure(args.rounds)?;
        tables.insert("startup".to_owned(), table.finish(args.json));
    }
    if wanted("command") {
        let table = command::measure(args.rounds)?;
        tables.insert("command".to_owned(), table.finish(args.json));
    }
    if wanted("execution") {
        let table = execution::measure(args.rounds)?;
        tables.insert("execution".to_owned(), table.finish(args.json));
    }
    if wanted("components") {
        let table = component::startup(args.rounds)?;
        tables.insert("components".to_owned(), table.finish(args.json));
    }
    if wanted("calls") {
        let table = component::calls(args.rounds)?;
        tables.insert("calls".to_owned(), table.finish(args.json));
    }
    if args.json {
        println!("{}", serde_json::Value::Object(tables));
    }
    Ok(())
}
