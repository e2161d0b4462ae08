//! Execution: the kernels, each with a size that takes a few milliseconds in an interpreter.

use crate::{
    peer::{self, Chosen},
    timing::{Contender, Table},
};

/// Name, text, and the argument of `run`.
const KERNELS: &[(&str, &str, i32)] = &[
    ("integer", include_str!("../kernels/integer.wat"), 3_000),
    ("hash", include_str!("../kernels/hash.wat"), 300_000),
    ("float", include_str!("../kernels/float.wat"), 60),
    ("memory", include_str!("../kernels/memory.wat"), 300_000),
    ("matrix", include_str!("../kernels/matrix.wat"), 60),
    ("calls", include_str!("../kernels/calls.wat"), 22),
    ("indirect", include_str!("../kernels/indirect.wat"), 200_000),
    ("branches", include_str!("../kernels/branches.wat"), 200_000),
    ("globals", include_str!("../kernels/globals.wat"), 200_000),
    ("simd", include_str!("../kernels/simd.wat"), 100_000),
    ("gc", include_str!("../kernels/gc.wat"), 300),
];

/// Measures all kernels on all runtimes that can run them, and checks that their results agree.
pub fn measure(rounds: usize, chosen: &Chosen) -> anyhow::Result<Table> {
    let mut table = Table::new("Execution (time; in brackets preflight's time by the peer's)");
    for (name, text, n) in KERNELS {
        let buffer = wast::parser::ParseBuffer::new(text)?;
        let wasm = wast::parser::parse::<wast::Wat<'_>>(&buffer)?.encode()?;
        let mut contenders = Vec::new();
        let mut expected = None;
        for peer in peer::all(chosen).into_iter().filter(|peer| peer.name() != "wasmi-lazy") {
            let Some(mut run) = peer.load(&wasm) else { continue };
            let result = run(*n)?;
            anyhow::ensure!(*expected.get_or_insert(result) == result, "{name}: {} gives {result}", peer.name());
            contenders.push(Contender::new(peer.name(), move || run(*n).map(drop)));
        }
        anyhow::ensure!(!contenders.is_empty(), "{name} does not load");
        table.row(name, contenders, rounds)?;
    }
    Ok(table)
}
