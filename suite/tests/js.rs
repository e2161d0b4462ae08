//! The cases of the JavaScript API on the runtimes that are here: on each, what its file of expectations says, if that speaks
//! of the version at hand.

use libtest_mimic::{Arguments, Failed, Trial};
use preflight::{
    case::{self, Case, Verdict},
    expect::Expectations,
    matrix,
    runtime::{
        self, Judge, Runtime,
        known::{Known, Places},
    },
};
use preflight_spec_tests::rules;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trial = |name: &'static str, runtime: &'static str, test: fn(&'static str) -> Result<(), Failed>| {
        let is_missing = open(runtime, &places()).is_none();
        if is_missing {
            eprintln!("note: {runtime} is not here, so that no case in JavaScript runs on it");
        }
        Trial::test(name, move || test(runtime)).with_ignored_flag(is_missing)
    };
    let trials = vec![
        trial("cases_on_node", "node", as_expected),
        trial("cases_on_bun", "bun", as_expected),
        trial("cases_on_gjs", "gjs", as_expected),
        trial("a_check_that_does_not_hold_fails", "node", a_check_that_does_not_hold_fails),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn open(name: &str, places: &Places) -> Option<Box<dyn Runtime>> {
    let known = Known::get(name).expect("a known runtime");
    known.open(places).unwrap_or_else(|broken| panic!("{name}: {broken}"))
}

fn places() -> Places {
    Places::usual()
}

fn as_expected(name: &str) -> Result<(), Failed> {
    let places = places();
    let Some(mut runtime) = open(name, &places) else { return Ok(()) };
    let mut cases = case::all().expect("the cases");
    cases.retain(Case::is_js);
    let column = matrix::column(&mut *runtime, &cases, &rules().expect("the catalogue"), &|| ());
    let expectations = Expectations::built_in(name).expect("expectations");
    let surprises = column.surprises(&expectations, &cases);
    if expectations.speak_of(&column.about.version) {
        assert_eq!(surprises, [], "{name}");
    }
    let passed = column.reports.iter().filter(|report| report.verdict == Verdict::Passed).count();
    assert!(passed > cases.len() / 2, "{name}: only {passed} of {}", cases.len());
    Ok(())
}

fn a_check_that_does_not_hold_fails(name: &str) -> Result<(), Failed> {
    let places = places();
    let Some(mut node) = open(name, &places) else { return Ok(()) };
    let catalogue = rules().expect("the catalogue");
    let judge = Judge::new(&mut *node, &catalogue).expect("a runtime that answers");
    let head = "//! title = \"t\"\n//! rules = [\"JS-ERR-01\"]\n";
    for (body, verdict) in [
        ("assert(true, 'holds')", "passed"),
        ("assert(false, 'holds not')", "failed"),
        ("await thrown(() => 1)", "failed"),
        ("unsupported('this')", "unsupported"),
        ("nonsense()", "failed"),
    ] {
        let text = format!("{head}export default async ({{ assert, thrown, unsupported }}) => {{ {body}; }};\n");
        let case = Case::parse("js/x.js", &text).expect("a case");
        let report = runtime::run(&case, &mut *node, &judge);
        assert_eq!(report.verdict.word(), verdict, "{body}: {:?}", report.verdict.notes());
    }
    Ok(())
}
