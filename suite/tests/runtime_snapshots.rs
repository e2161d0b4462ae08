//! What the runtimes that are here do with the programs of WASI, as snapshots that stand beside the reports: one for each
//! runtime and chapter. A change of one is a change of how programs start there, and is to be read like code.
//!
//! A runtime that is not here, or that has another version than the one that was recorded, is left out, and this is said.
//! `PREFLIGHT_SNAPSHOTS=new INSTA_UPDATE=always cargo test -p preflight --test runtime_snapshots` records those that are here anew.

use preflight::{
    case::{self, Case, Verdict, line},
    runtime::{
        self, Ability, Judge, Runtime,
        known::{KNOWN, Places},
    },
};
use preflight_spec_tests::{Catalogue, rules};
use std::{env, fs};

/// Where the snapshots are, in a folder for each runtime.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../reports/snapshots/runtimes");

#[test]
fn programs_start_on_each_runtime_as_they_did() {
    let (cases, catalogue) = (case::all().expect("the cases"), rules().expect("the catalogue"));
    let places = Places::usual();
    for known in KNOWN {
        match known.open(&places) {
            Ok(Some(mut runtime)) => one(&mut *runtime, &cases, &catalogue),
            Ok(None) => eprintln!("NOT COMPARED: {} is not here", known.name),
            Err(broken) => eprintln!("NOT COMPARED: {} cannot be run: {broken}", known.name),
        }
    }
}

fn one(runtime: &mut dyn Runtime, cases: &[Case], catalogue: &Catalogue) {
    let about = runtime.about();
    if !about.can(Ability::P1) && !about.can(Ability::P2) {
        return;
    }
    let judge = match Judge::new(runtime, catalogue) {
        Ok(judge) => judge,
        Err(broken) => return eprintln!("NOT COMPARED: {} cannot be run: {broken}", about.name),
    };
    for chapter in ["p1", "p2"] {
        let folder = format!("{FOLDER}/{}", about.name);
        let file = format!("{folder}/{chapter}.snap");
        let version = format!("version: {}", about.version);
        let recorded = fs::read_to_string(&file).unwrap_or_default();
        let is_new = env::var_os("PREFLIGHT_SNAPSHOTS").is_some_and(|value| value == "new");
        if !is_new && !recorded.lines().any(|line| line == version) {
            eprintln!("NOT COMPARED: {} {} has not been recorded in {chapter}", about.name, about.version);
            continue;
        }
        let of_chapter = cases.iter().filter(|case| case.path.starts_with(&format!("{chapter}/")));
        let told: Vec<String> = of_chapter.filter_map(|case| program(case, runtime, &judge)).collect();
        if told.is_empty() {
            continue;
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(&folder);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        let text = format!("{version}\n\n{}", told.join("\n\n"));
        settings.bind(|| insta::assert_snapshot!(chapter, text));
    }
}

/// What a runtime did with a program; `None` if it cannot be asked.
fn program(case: &Case, runtime: &mut dyn Runtime, judge: &Judge<'_>) -> Option<String> {
    let report = runtime::run(case, runtime, judge);
    if let Verdict::Unsupported(_) = report.verdict {
        return None;
    }
    let mut lines = vec![format!("{}: {}", case.path, case.header.title), format!("  {}", report.verdict.word())];
    lines.extend(line::print_all(&report.actual).into_iter().map(|line| format!("  {line}")));
    Some(lines.join("\n"))
}
