//! Plans as files, for fuzzers that are written in other languages.

use crate::output;
use anyhow::Context;
use preflight_plan::Plan;
use serde_json::json;
use std::{fs, path::Path};

/// Writes `count` plans: for each a JSON document, and beside it the modules.
///
/// # Errors
/// The folder cannot be made, or a file in it cannot be written.
pub fn emit(folder: &Path, first: u64, count: u64) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    for seed in first..first.saturating_add(count) {
        let plan = Plan::from_seed(seed);
        let (wasm, expected) = (plan.to_wasm(), plan.expected());
        let names: Vec<String> = (0..wasm.modules.len()).map(|i| format!("{seed}-m{i}.wasm")).collect();
        for (name, bytes) in names.iter().zip(&wasm.modules) {
            output::file(&folder.join(name), bytes)?;
        }
        let node = |node: usize| json!({ "module": plan.nodes[node].module, "imports": plan.imports(node) });
        let document = json!({
            "modules": names,
            "nodes": (0..plan.nodes.len()).map(node).collect::<Vec<_>>(),
            "hosts": plan.hosts,
            "actions": wasm.actions,
            "expected": expected.traces,
            "called": expected.called,
            "is_unbounded": expected.is_unbounded,
        });
        output::file(&folder.join(format!("{seed}.json")), serde_json::to_string_pretty(&document)?.as_bytes())?;
    }
    Ok(())
}
