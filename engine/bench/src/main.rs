//! Speed of the Preflight engine, as ratios to other runtimes measured in the same run.
//!
//! `cargo run --release -p preflight-bench --features peers` prints the tables: modules from bytes to
//! instantiated, whole modules compiled, execution of the kernels under `kernels/`, components, and calls across their
//! boundaries. Without the feature only the engine itself is measured.

mod command;
mod compile;
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
    #[arg(value_parser = ["startup", "compile", "command", "execution", "components", "calls"])]
    table: Option<String>,
    /// Print one JSON object instead of tables.
    #[arg(long)]
    json: bool,
    /// Rounds in which the runtimes take turns; the median of each is used.
    #[arg(long, default_value_t = 15)]
    rounds: usize,
    /// Measure start-up, compilation and execution on this runtime only; may be given several times.
    #[arg(long = "runtime", value_name = "NAME")]
    runtimes: Vec<String>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let wanted = |name: &str| args.table.as_deref().is_none_or(|table| table == name);
    let chosen = peer::Chosen(args.runtimes);
    let mut tables = serde_json::Map::new();
    if wanted("startup") {
        let table = startup::measure(args.rounds, &chosen)?;
        tables.insert("startup".to_owned(), table.finish(args.json));
    }
    if wanted("compile") {
        let table = compile::measure(args.rounds, &chosen)?;
        tables.insert("compile".to_owned(), table.finish(args.json));
    }
    if wanted("command") {
        let table = command::measure(args.rounds)?;
        tables.insert("command".to_owned(), table.finish(args.json));
    }
    if wanted("execution") {
        let table = execution::measure(args.rounds, &chosen)?;
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
