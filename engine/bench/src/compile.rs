//! Compile time for each function of a large module, all of them compiled, on one thread.

use crate::{
    modules,
    peer::{self, Chosen},
    timing::{Contender, Table},
};

/// Measures the runtimes that compile to machine code. Decoding and validation are part of it.
pub fn measure(rounds: usize, chosen: &Chosen) -> anyhow::Result<Table> {
    let mut table =
        Table::new("Compiling a whole module on one thread (time; in brackets preflight's time by the peer's)");
    // The peer is built without parallel compilation, and compiles on the thread that asks.
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let wasm = modules::large();
    let functions = modules::function_count(&wasm)?;
    let peers = peer::all(chosen);
    let mut contenders = Vec::new();
    for peer in &peers {
        let Some(first) = one.install(|| peer.compile(&wasm)) else { continue };
        first?;
        let (wasm, one) = (&wasm, &one);
        contenders
            .push(Contender::new(peer.name(), move || one.install(|| peer.compile(wasm)).expect("it could before")));
    }
    anyhow::ensure!(!contenders.is_empty(), "none of these runtimes compiles");
    let name = format!("{functions} functions, {} B", wasm.len());
    table.row(&name, contenders, rounds)?;
    table.divide(functions as f64);
    Ok(table)
}
