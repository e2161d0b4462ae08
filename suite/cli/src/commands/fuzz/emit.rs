//! Plans as files, for fuzzers that are written in other languages.

use crate::output;
use anyhow::Context;
use preflight_plan::{
    Plan,
    component::ComponentPlan,
    imports::{Given, ImportPlan},
    resources::ResourcePlan,
    tasks::TaskPlan,
    values::ValuePlan,
    wasi::{WasiPlan, WasiWasm},
};
use serde_json::{Value, json};
use std::{fs, path::Path};

/// Writes `count` plans: for each a JSON document with what is expected, and beside it the binaries. Of eight, two are plans
/// of core modules, and one each is of components, of resources, of tasks, of imports, of a program of WASI, and of a value.
///
/// # Errors
/// The folder cannot be made, or a file in it cannot be written.
pub fn emit(folder: &Path, first: u64, count: u64) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    for seed in first..first.saturating_add(count) {
        let (binaries, document) = match seed % 8 {
            2 => component(seed),
            3 => resource(seed),
            4 => imports(seed),
            5 => program(seed),
            6 => task(seed),
            7 => value(seed),
            _ => core(seed),
        };
        for (name, bytes) in &binaries {
            output::file(&folder.join(name), bytes)?;
        }
        output::file(&folder.join(format!("{seed}.json")), serde_json::to_string_pretty(&document)?.as_bytes())?;
    }
    Ok(())
}

/// Names of files with what is in them.
type Binaries = Vec<(String, Vec<u8>)>;

fn core(seed: u64) -> (Binaries, Value) {
    let plan = Plan::from_seed(seed);
    let (wasm, expected) = (plan.to_wasm(), plan.expected());
    let binaries: Binaries = (0..).zip(wasm.modules).map(|(i, bytes)| (format!("{seed}-m{i}.wasm"), bytes)).collect();
    let node = |node: usize| json!({ "module": plan.nodes[node].module, "imports": plan.imports(node) });
    let document = json!({
        "kind": "modules",
        "modules": binaries.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        "nodes": (0..plan.nodes.len()).map(node).collect::<Vec<_>>(),
        "hosts": plan.hosts,
        "actions": wasm.actions,
        "expected": expected.traces,
        "called": expected.called,
        "is_unbounded": expected.is_unbounded,
    });
    (binaries, document)
}

/// The component imports `log` and `fail`, functions that take an `u32`; the second traps.
fn component(seed: u64) -> (Binaries, Value) {
    // As everybody else reads the rules, too.
    let plan = ComponentPlan { reading: None, ..ComponentPlan::from_seed(seed) };
    let name = format!("{seed}.wasm");
    let document = json!({ "kind": "component", "component": name, "expected": [plan.expected()] });
    (vec![(name, plan.to_wasm())], document)
}

/// As a component: it imports `log` and `fail`.
fn resource(seed: u64) -> (Binaries, Value) {
    let plan = ResourcePlan::from_seed(seed);
    let name = format!("{seed}.wasm");
    let document = json!({ "kind": "resource", "component": name, "expected": [plan.expected()] });
    (vec![(name, plan.to_wasm())], document)
}

/// The component imports `log`, and `host0` and so on, each of which does what `hosts` says; expected are the traces of its instantiation, of the call of `go`, which it exports, and of what
/// is left to run after that.
fn task(seed: u64) -> (Binaries, Value) {
    let plan = TaskPlan::from_seed(seed);
    let name = format!("{seed}.wasm");
    let document = json!({ "kind": "task", "component": name, "call": "go", "hosts": plan.hosts,
        "expected": plan.expected() });
    (vec![(name, plan.to_wasm())], document)
}

/// The component, and what it is given: by the host, or by an instance of `provider`, as `p`.
fn imports(seed: u64) -> (Binaries, Value) {
    // Stubs are a means of the reference engine.
    let plan = ImportPlan { stubs: false, ..ImportPlan::from_seed(seed) };
    let wasm = plan.to_wasm();
    let mut binaries = vec![(format!("{seed}.wasm"), wasm.component)];
    let provider = wasm.provider.map(|bytes| {
        let name = format!("{seed}-provider.wasm");
        binaries.push((name.clone(), bytes));
        name
    });
    let given: Value = wasm.given.into_iter().map(|(name, item)| (name, given(seed, item, &mut binaries))).collect();
    let document = json!({
        "kind": "imports",
        "component": binaries[0].0,
        "provider": provider,
        "given": given,
        "expected": [plan.expected()],
    });
    (binaries, document)
}

/// What a host gives, in words; modules and components are files of their own.
fn given(seed: u64, item: Given, binaries: &mut Binaries) -> Value {
    let mut file = |bytes: Vec<u8>| {
        let name = format!("{seed}-g{}.wasm", binaries.len());
        binaries.push((name.clone(), bytes));
        name
    };
    match item {
        Given::Func(func) => json!({ "func": { "params": func.params, "result": func.result } }),
        Given::Module(bytes) => json!({ "module": file(bytes) }),
        Given::Component(bytes) => json!({ "component": file(bytes) }),
        Given::Resource => json!("resource"),
        Given::Instance(items) => {
            let exports: Value = items.into_iter().map(|(name, item)| (name, given(seed, item, binaries))).collect();
            json!({ "instance": exports })
        }
    }
}

fn program(seed: u64) -> (Binaries, Value) {
    let plan = WasiPlan::from_seed(seed);
    let file = |name: &str| format!("{seed}-{name}.wasm");
    let (binaries, what): (Binaries, Value) = match plan.to_wasm() {
        WasiWasm::Component(bytes) => (vec![(file("main"), bytes)], json!({ "component": file("main") })),
        WasiWasm::Modules { libraries, main } => {
            let preloads: Vec<Value> =
                libraries.iter().map(|(name, _)| json!({ "name": name, "module": file(name) })).collect();
            let mut all: Binaries = libraries.into_iter().map(|(name, bytes)| (file(&name), bytes)).collect();
            all.push((file("main"), main));
            (all, json!({ "main": file("main"), "preloads": preloads }))
        }
    };
    let expected = plan.expected();
    let document = json!({
        "kind": "program",
        "program": what,
        "invoke": plan.invoke.then_some("f"),
        "times": 1 + u32::from(plan.again),
        "expected": [expected.trace],
        "stdout": String::from_utf8_lossy(&expected.stdout),
        "stderr": String::from_utf8_lossy(&expected.stderr),
    });
    (binaries, document)
}

/// The component imports `show`, a function that takes the value; `argument` is what `echo` is called with. Where the value
/// goes from one component to another there is nothing to call, and `see` and `log` are imported, too. `value` is what is to
/// be given where a value `w` is imported; if it is `null`, nothing is, or something of another type.
fn value(seed: u64) -> (Binaries, Value) {
    let plan = ValuePlan::from_seed(seed);
    let name = format!("{seed}.wasm");
    let document = json!({
        "kind": "value",
        "component": name,
        "argument": plan.across.is_none().then(|| plan.wave()),
        "value": plan.wave_imported(),
        "expected": plan.expected(),
    });
    (vec![(name, plan.to_wasm())], document)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        emit(folder.path(), 0, 16).expect("written");
        let mut kinds = std::collections::BTreeSet::new();
        for seed in 0..16 {
            let text = fs::read(folder.path().join(format!("{seed}.json"))).expect("a document");
            let document: Value = serde_json::from_slice(&text).expect("JSON");
            kinds.insert(document["kind"].as_str().expect("a kind").to_owned());
            assert!(document["expected"].as_array().is_some_and(|traces| !traces.is_empty()), "{seed}");
            if let Some(name) = document["component"].as_str() {
                let bytes = fs::read(folder.path().join(name)).expect("a component");
                assert!(bytes.starts_with(b"\0asm\x0d\0\x01\0"), "{name}");
            }
            for name in document["modules"].as_array().into_iter().flatten() {
                let name = name.as_str().expect("a name");
                assert!(fs::read(folder.path().join(name)).expect("a module").starts_with(b"\0asm\x01\0\0\0"));
            }
        }
        assert_eq!(
            kinds.into_iter().collect::<Vec<_>>(),
            ["component", "imports", "modules", "program", "resource", "task", "value"]
        );
    }
}
