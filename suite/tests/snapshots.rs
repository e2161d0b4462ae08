//! The traces of every case of WASI preview 1 and of WASI 0.2, on both tiers, as snapshots that stand beside the reports. A change of one is
//! a change of how programs start, and is to be read like code: `INSTA_UPDATE=always cargo test -p preflight --test snapshots`
//! writes them anew.

use preflight::{
    case::{self, line},
    script::Options,
};
use std::{collections::BTreeSet, fs};

/// Where the snapshots are, in a folder for each chapter.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../reports/snapshots");

#[test]
fn programs_of_preview_1_start_as_they_did() {
    start_as_they_did("p1", 50);
}

#[test]
fn components_of_preview_2_start_as_they_did() {
    start_as_they_did("p2", 15);
}

/// Compares the traces of a chapter, in which at least `least` cases are programs.
fn start_as_they_did(chapter: &str, least: usize) {
    let folder = format!("{FOLDER}/{chapter}");
    let options = Options {
        #[cfg(feature = "jit")]
        both: true,
        ..Options::default()
    };
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(&folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut names = BTreeSet::new();
    for case in case::all().expect("the cases") {
        let path = case.path.strip_prefix(chapter).and_then(|path| path.strip_prefix('/'));
        let Some(name) = path.and_then(|path| path.strip_suffix(".wast")) else { continue };
        let Some(ended) = case::run_wasi(&case, &options) else { continue };
        let ended = ended.unwrap_or_else(|failure| panic!("{}: {failure}", case.path));
        let mut lines =
            vec![case.header.title.clone(), format!("rules: {}", case.header.rules.join(", ")), String::new()];
        lines.extend(ended.events.iter().map(line::print_event));
        lines.push(format!("=> {}", ended.outcome));
        settings.bind(|| insta::assert_snapshot!(name, lines.join("\n")));
        names.insert(format!("{name}.snap"));
    }
    assert!(names.len() >= least, "only {} cases have run", names.len());
    for entry in fs::read_dir(&folder).expect("the folder of snapshots") {
        let name = entry.expect("an entry").file_name().into_string().expect("a name in UTF-8");
        assert!(names.contains(&name) || name.ends_with(".snap.new"), "{name} is the snapshot of no case: remove it");
    }
}
