//! The cases that plans become, in the forms in which others get cases.

use crate::scripts::{catalogue, inputs};
use preflight::{
    case::{Case, needs},
    commands::lower,
    export::{Export, Format, export},
    fuzz::case::any,
    script::{self, Options, Status},
    self_check::build,
};
use preflight_spec_tests::Catalogue;

/// The cases of so many plans of each kind, each in the chapter where it belongs.
fn cases(count: u64) -> Vec<Case> {
    let case = |(number, text): (usize, String)| {
        let chapter = [("wasip1", "p1"), ("wasip2", "p2"), ("component-model", "component")];
        let chapter = chapter.iter().find(|(need, _)| text.contains(&format!("{need:?}"))).map_or("core", |(_, of)| of);
        Case::parse(&format!("{chapter}/plan-{number}.wast"), &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    };
    let texts = (0..count).flat_map(inputs).filter_map(|input| any(&input, "A title with \"quotes\"", None).ok());
    texts.enumerate().map(case).collect()
}

fn options(case: &Case) -> Options {
    let mut options = Options::default();
    options.config.features = needs::features(&case.header.needs).0;
    options
}

/// Each case is in an export, or left out for a reason.
fn complete(cases: &[Case], catalogue: &Catalogue, format: Format) -> Export {
    let export = export(cases, catalogue, format);
    let left_out: usize = export.left_out.values().map(Vec::len).sum();
    let is_meant = |case: &&Case| format != Format::ComponentModel || case.path.starts_with("component/");
    assert_eq!(export.cases + left_out, cases.iter().filter(is_meant).count(), "{format:?}: {:?}", export.left_out);
    export
}

/// What is exported as a script passes on a runner that reads scripts and nothing else.
#[test]
fn generated_cases_are_scripts_for_others() {
    let (catalogue, cases) = (catalogue(), cases(seeds(40)));
    for (format, least) in [(Format::Wast, 100), (Format::ComponentModel, 80)] {
        let export = complete(&cases, &catalogue, format);
        assert!(export.cases >= least, "{format:?}: {} {:?}", export.cases, export.left_out.keys());
        for (path, content) in export.files.iter().filter(|(path, _)| path.ends_with(".wast")) {
            let text = std::str::from_utf8(content).expect("text");
            let name = path.rsplit('/').next();
            let case = cases.iter().find(|case| case.path.rsplit('/').next() == name).expect("its case");
            lower(text).unwrap_or_else(|error| panic!("{path}: {error}\n{text}"));
            let script = script::run(text, &options(case)).unwrap_or_else(|error| panic!("{path}: {error}\n{text}"));
            for report in script.reports {
                assert_eq!(report.status, Status::Passed, "{path}:{} {}\n{text}", report.line, report.directive);
            }
        }
    }
}

/// The commands that generated cases become end as is written of them.
#[test]
fn generated_cases_are_commands_that_hold() {
    let (catalogue, cases) = (catalogue(), cases(seeds(40)));
    for format in [Format::Commands, Format::WasiTestsuite] {
        let export = complete(&cases, &catalogue, format);
        for (path, content) in export.files.iter().filter(|(path, _)| path.ends_with(".json")) {
            serde_json::from_slice::<serde_json::Value>(content).unwrap_or_else(|error| panic!("{path}: {error}"));
        }
    }
    let mut commands = 0;
    for case in &cases {
        for command in build(case, &catalogue).commands {
            let failures = command.judge(&command.run(&options(case)));
            let failures: Vec<_> = failures.iter().map(ToString::to_string).collect();
            assert_eq!(failures, [""; 0], "{}\n{}", command.name, case.text);
            commands += 1;
        }
    }
    // Most of them are programs: modules of plans import from each other, or log.
    assert!(commands > 15, "{commands} commands");
}

/// How many plans of each kind; more if somebody asks for it.
fn seeds(count: u64) -> u64 {
    std::env::var("PREFLIGHT_PLANS").map_or(count, |n| n.parse().expect("a number"))
}
