//! The runtimes in this process, each behind a feature of its own: chosen cases end as its file of expectations says. All
//! cases are run by `preflight run --runtime NAME`, in a worker, which may crash.

#![cfg(any(feature = "wasmtime", feature = "tinywasm", feature = "wasmer", feature = "wasm_component_layer"))]

use preflight::{
    case::{self, Verdict},
    expect::{Expectations, Expected},
    matrix,
    runtime::known,
};
use preflight_spec_tests::rules;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    slice,
};

/// Runs the cases whose paths begin so, and wants no surprise and at least so many passed ones. A case in which the runtime
/// panics, as a worker may, has to be one that it is known to fail.
fn check(name: &str, chapters: &[&str], least: usize) {
    let catalogue = rules().expect("the catalogue");
    let mut cases = case::all().expect("the cases");
    cases.retain(|case| chapters.iter().any(|chapter| case.path.starts_with(chapter)));
    let make = known::in_this_process(name).expect("it is built in");
    let expectations = Expectations::built_in(name).expect("its expectations");
    let version = make().about().version;
    assert!(expectations.speak_of(&version), "expect/{name}.toml is about another version than {version}");
    let (mut passed, mut wrong) = (0, Vec::new());
    for case in &cases {
        let one = slice::from_ref(case);
        match catch_unwind(AssertUnwindSafe(|| matrix::column(&mut *make(), one, &catalogue, &|| {}))) {
            Ok(column) => {
                assert!(column.broken.is_none(), "{}: {:?}", case.path, column.broken);
                wrong.extend(column.surprises(&expectations, one).iter().map(|surprise| format!("{surprise:?}")));
                passed += column.reports.iter().filter(|report| report.verdict == Verdict::Passed).count();
            }
            Err(_) if expectations.of(case).is_some_and(|entry| entry.expected == Expected::Failed) => {}
            Err(_) => wrong.push(format!("{} makes it panic", case.path)),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
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
