//! From bytes to instantiated: decode, validate, prepare, instantiate, run the start function.

use crate::{
    modules,
    peer::{self, Chosen},
    timing::{Contender, Table},
};

/// Measures all modules on all runtimes.
pub fn measure(rounds: usize, chosen: &Chosen) -> anyhow::Result<Table> {
    let mut table = Table::new("From bytes to instantiated (time; in brackets preflight's time by the peer's)");
    let peers = peer::all(chosen);
    for (name, wasm) in [("empty", modules::empty()), ("100 functions", modules::small()), ("1 MB", modules::large())] {
        let name = format!("{name}, {} B", wasm.len());
        let contenders = peers.iter().map(|peer| {
            let wasm = &wasm;
            Contender::new(peer.name(), move || peer.start(wasm))
        });
        table.row(&name, contenders.collect(), rounds)?;
    }
    Ok(table)
}
