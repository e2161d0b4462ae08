//! Inputs as files: binaries, and what is expected of them, for fuzzers in other languages and for whoever looks at a finding.

use crate::output;
use anyhow::Context;
use preflight::fuzz::{campaign::Input, mutate, smith};
use preflight_plan::{
    Plan, Wasm,
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
    for seed in first..first.saturating_add(count) {
        let input = match seed % 8 {
            // As everybody else reads the rules, too.
            2 => Input::Component(ComponentPlan { reading: None, ..ComponentPlan::from_seed(seed) }),
            3 => Input::Resource(ResourcePlan::from_seed(seed)),
            // Stubs are a means of the reference engine.
            4 => Input::Imports(ImportPlan { stubs: false, ..ImportPlan::from_seed(seed) }),
            5 => Input::Program(WasiPlan::from_seed(seed)),
            6 => Input::Task(TaskPlan::from_seed(seed)),
            7 => Input::Value(ValuePlan::from_seed(seed)),
            _ => Input::Plan(Plan::from_seed(seed)),
        };
        write(folder, &seed.to_string(), &input)?;
    }
    Ok(())
}

/// Writes an input: `STEM.json`, and the binaries that it names.
///
/// # Errors
/// As [`emit`].
pub fn write(folder: &Path, stem: &str, input: &Input) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let (binaries, document) = files(stem, input);
    for (name, bytes) in &binaries {
        output::file(&folder.join(name), bytes)?;
    }
    output::file(&folder.join(format!("{stem}.json")), serde_json::to_string_pretty(&document)?.as_bytes())
}

/// Names of files with what is in them.
type Binaries = Vec<(String, Vec<u8>)>;

fn files(stem: &str, input: &Input) -> (Binaries, Value) {
    let one = |bytes: Vec<u8>, document: Value| (vec![(format!("{stem}.wasm"), bytes)], document);
    let name = format!("{stem}.wasm");
    match input {
        Input::Plan(plan) => {
            let (binaries, mut document) = modules(stem, plan, plan.to_wasm());
            let expected = plan.expected();
            document["expected"] = json!(expected.traces);
            document["called"] = json!(expected.called);
            document["made"] = json!(expected.made);
            document["is_unbounded"] = json!(expected.is_unbounded);
            (binaries, document)
        }
        // It imports `log` and `fail`, functions that take an `u32`; the second traps.
        Input::Component(plan) => {
            let mut document = json!({ "kind": "component", "component": name, "expected": [plan.expected()] });
            if let Some(reading) = plan.reading {
                document["reading"] = json!(reading);
            }
            one(plan.to_wasm(), document)
        }
        Input::Resource(plan) => {
            one(plan.to_wasm(), json!({ "kind": "resource", "component": name, "expected": [plan.expected()] }))
        }
        // It imports `log`, and `host0` and so on, each of which does what `hosts` says; expected are the traces of its
        // instantiation, of the call of `go`, which it exports, and of what is left to run after that.
        Input::Task(plan) => {
            let document = json!({ "kind": "task", "component": name, "call": "go", "hosts": plan.hosts,
                "expected": plan.expected() });
            one(plan.to_wasm(), document)
        }
        Input::Imports(plan) => imports(stem, plan),
        Input::Program(plan) => program(stem, plan),
        // It imports `show`, a function that takes the value; `argument` is what `echo` is called with. Where the value goes
        // from one component to another there is nothing to call, and `see` and `log` are imported, too. `value` is what is
        // to be given where a value `w` is imported; if it is `null`, nothing is, or something of another type.
        Input::Value(plan) => {
            let document = json!({
                "kind": "value",
                "component": name,
                "argument": plan.across.is_none().then(|| plan.wave()),
                "value": plan.wave_imported(),
                "expected": plan.expected(),
            });
            one(plan.to_wasm(), document)
        }
        Input::Shaped(plan, seed) => {
            compared(stem, plan, smith::shaped_wasm(plan, *seed).unwrap_or_else(|| plan.to_wasm()))
        }
        Input::Changed(plan, seed) => {
            let changed = mutate::changed_wasm(plan, *seed).map(|(wasm, _)| wasm);
            compared(stem, plan, changed.unwrap_or_else(|| plan.to_wasm()))
        }
        Input::Module(bytes) => one(bytes.clone(), json!({ "kind": "bytes", "file": name })),
    }
}

/// A graph of core modules, without what is expected.
fn modules(stem: &str, plan: &Plan, wasm: Wasm) -> (Binaries, Value) {
    let binaries: Binaries = (0..).zip(wasm.modules).map(|(i, bytes)| (format!("{stem}-m{i}.wasm"), bytes)).collect();
    let node = |node: usize| json!({ "module": plan.nodes[node].module, "imports": plan.imports(node) });
    let document = json!({
        "kind": "modules",
        "modules": binaries.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        "nodes": (0..plan.nodes.len()).map(node).collect::<Vec<_>>(),
        "hosts": plan.hosts,
        "actions": wasm.actions,
    });
    (binaries, document)
}

/// What no plan describes: nothing is expected but that all engines do the same.
fn compared(stem: &str, plan: &Plan, wasm: Wasm) -> (Binaries, Value) {
    let (binaries, mut document) = modules(stem, plan, wasm);
    document["kind"] = json!("compared");
    (binaries, document)
}

/// The component, and what it is given: by the host, or by an instance of `provider`, as `p`.
fn imports(stem: &str, plan: &ImportPlan) -> (Binaries, Value) {
    let wasm = plan.to_wasm();
    let mut binaries = vec![(format!("{stem}.wasm"), wasm.component)];
    let provider = wasm.provider.map(|bytes| {
        let name = format!("{stem}-provider.wasm");
        binaries.push((name.clone(), bytes));
        name
    });
    let given: Value = wasm.given.into_iter().map(|(name, item)| (name, given(stem, item, &mut binaries))).collect();
    let mut document = json!({
        "kind": "imports",
        "component": binaries[0].0,
        "provider": provider,
        "given": given,
        "expected": [plan.expected()],
    });
    if plan.stubs {
        document["stubs"] = json!(true);
    }
    (binaries, document)
}

/// What a host gives, in words; modules and components are files of their own.
fn given(stem: &str, item: Given, binaries: &mut Binaries) -> Value {
    let mut file = |bytes: Vec<u8>| {
        let name = format!("{stem}-g{}.wasm", binaries.len());
        binaries.push((name.clone(), bytes));
        name
    };
    match item {
        Given::Func(func) => json!({ "func": { "params": func.params, "result": func.result } }),
        Given::Module(bytes) => json!({ "module": file(bytes) }),
        Given::Component(bytes) => json!({ "component": file(bytes) }),
        Given::Resource => json!("resource"),
        Given::Instance(items) => {
            let exports: Value = items.into_iter().map(|(name, item)| (name, given(stem, item, binaries))).collect();
            json!({ "instance": exports })
        }
    }
}

fn program(stem: &str, plan: &WasiPlan) -> (Binaries, Value) {
    let file = |name: &str| format!("{stem}-{name}.wasm");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nothing_is_predicted_the_kind_says_so() {
        let plan = Plan::from_seed(1);
        for input in [Input::Shaped(plan.clone(), 1), Input::Changed(plan, 1)] {
            let (binaries, document) = files("x", &input);
            assert_eq!((&document["kind"], document.get("expected")), (&json!("compared"), None));
            assert_eq!(document["modules"].as_array().map(Vec::len), Some(binaries.len()));
        }
    }

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
