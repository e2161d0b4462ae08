//! The runtimes in this process, each behind a feature of its own: chosen cases end as its file of expectations says. All
//! cases are run by `preflight run --runtime NAME`, in a worker, which may crash.

#![cfg(any(feature = "wasmtime", feature = "tinywasm", feature = "wasmer", feature = "wasm_component_layer"))]

use preflight::{
    case::{self, Verdict},
    expect::Expectations,
    matrix,
    runtime::known,
};
use preflight_spec_tests::rules;

/// Runs the cases whose paths begin so, and wants no surprise and at least so many passed ones.
fn check(name: &str, chapters: &[&str], least: usize) {
    let catalogue = rules().expect("the catalogue");
    let mut cases = case::all().expect("the cases");
    cases.retain(|case| chapters.iter().any(|chapter| case.path.starts_with(chapter)));
    let make = known::in_this_process(name).expect("it is built in");
    let column = matrix::column(&mut *make(), &cases, &catalogue, &|| {});
    assert!(column.broken.is_none(), "{:?}", column.broken);
    let expectations = Expectations::built_in(name).expect("its expectations");
    assert!(expectations.speak_of(&column.about.version), "expect/{name}.toml is about another version");
    let surprises = column.surprises(&expectations, &cases, false);
    assert!(surprises.is_empty(), "{surprises:#?}");
    let passed = column.reports.iter().filter(|report| report.verdict == Verdict::Passed).count();
    assert!(passed >= least, "only {passed} of {} cases passed", cases.len());
}

#[cfg(feature = "wasmtime")]
#[test]
fn wasmtime() {
    check("wasmtime-lib", &["core/start-", "core/link-", "core/gen-", "component/ord-", "p1/cmd-", "p2/run-"], 60);
}

#[cfg(feature = "tinywasm")]
#[test]
fn tinywasm() {
    check("tinywasm", &["core/start-", "core/link-", "core/data-", "core/mem-"], 60);
}

#[cfg(feature = "wasmer")]
#[test]
fn wasmer() {
    check("wasmer-lib", &["core/start-", "core/link-", "core/data-", "core/mem-"], 60);
}

#[cfg(feature = "wasm_component_layer")]
#[test]
fn wasm_component_layer() {
    check("wasm_component_layer", &["component/"], 5);
}
