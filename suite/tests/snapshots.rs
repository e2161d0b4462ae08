//! The traces of every case of a rule of WASI preview 1 or of WASI 0.2, on both tiers, as snapshots that stand beside the reports. A change of one is
//! a change of how programs start, and is to be read like code: `INSTA_UPDATE=always cargo test -p preflight --test snapshots`
//! writes them anew.

use preflight::{
    case::{self, Case, Verdict, line},
    script::Options,
    trace::{Event, Outcome},
};
use preflight_spec_tests::{Catalogue, rules};
use std::{collections::BTreeSet, fs};

/// Where the snapshots are, in a folder for each chapter.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../reports/snapshots");

#[test]
fn programs_of_preview_1_start_as_they_did() {
    start_as_they_did("p1", "P1-");
}

#[test]
fn components_of_preview_2_start_as_they_did() {
    start_as_they_did("p2", "P2-");
}

/// Compares the traces of the cases in a folder and of those of its rules elsewhere. Every rule that has a case has a trace.
fn start_as_they_did(folder: &str, chapter: &str) {
    let catalogue = rules().expect("the catalogue");
    let snapshots = format!("{FOLDER}/{folder}");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(&snapshots);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let (mut names, mut shown) = (BTreeSet::new(), BTreeSet::new());
    for case in case::all().expect("the cases") {
        let is_of_chapter = case.header.rules.iter().any(|rule| rule.starts_with(chapter));
        let (place, file) = case.path.rsplit_once('/').expect("a folder and a file");
        let Some(name) = file.strip_suffix(".wast").filter(|_| is_of_chapter || place == folder) else { continue };
        let (events, outcome) = trace(&case, &catalogue);
        let mut lines =
            vec![case.header.title.clone(), format!("rules: {}", case.header.rules.join(", ")), String::new()];
        lines.extend(events.iter().map(line::print_event));
        lines.push(format!("=> {outcome}"));
        settings.bind(|| insta::assert_snapshot!(name, lines.join("\n")));
        assert!(names.insert(format!("{name}.snap")), "{}: another case has this name", case.path);
        shown.extend(case.header.rules.clone());
    }
    let due = catalogue.rules.iter().filter(|rule| rule.id.starts_with(chapter) && rule.reason.is_none());
    let hidden: Vec<&str> = due.map(|rule| rule.id.as_str()).filter(|id| !shown.contains(*id)).collect();
    assert!(hidden.is_empty(), "no trace shows these rules: {hidden:?}");
    for entry in fs::read_dir(&snapshots).expect("the folder of snapshots") {
        let name = entry.expect("an entry").file_name().into_string().expect("a name in UTF-8");
        assert!(names.contains(&name) || name.ends_with(".snap.new"), "{name} is the snapshot of no case: remove it");
    }
}

/// The steps of a program, or else of a script without the calls that it makes itself, and how it ended. Both tiers agree.
fn trace(case: &Case, catalogue: &Catalogue) -> (Vec<Event>, Outcome) {
    let options = Options {
        #[cfg(feature = "jit")]
        both: true,
        ..Options::default()
    };
    if let Some(ended) = case::run_wasi(case, &options) {
        let ended = ended.unwrap_or_else(|failure| panic!("{}: {failure}", case.path));
        return (ended.events, ended.outcome);
    }
    let report = case::run(case, catalogue, &options);
    if let Verdict::Failed(failures) = &report.verdict {
        panic!("{}: {failures:?}", case.path);
    }
    (report.actual.events, report.actual.outcome)
}
