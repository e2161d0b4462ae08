//! Every case is a test of its own on the reference engine: `cargo test --test cases -- core/start`. Those that need what the
//! engine does not have are ignored.

use libtest_mimic::{Arguments, Failed, Trial};
use preflight::{
    case::{self, Case, Failure, Verdict, line, needs},
    script::Options,
    trace::Trace,
};
use preflight_spec_tests::{Catalogue, rules};
use std::{process::ExitCode, sync::Arc};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let catalogue = Arc::new(rules().expect("the catalogue"));
    let cases = case::all().unwrap_or_else(|error| panic!("{error}"));
    let trial = |case: Case| {
        let catalogue = catalogue.clone();
        let is_beyond = needs::features(&case.header.needs).1.is_some();
        Trial::test(case.path.clone(), move || judge(&case, &catalogue)).with_ignored_flag(is_beyond)
    };
    libtest_mimic::run(&arguments, cases.into_iter().map(trial).collect()).exit_code()
}

/// Cases of contested rules that are written as another side reads them, with what this engine does by its default.
const READ_OTHERWISE: [(&str, &str); 8] = [
    ("p1/cmd-empty-name-is-default.wast", "the empty name means nothing"),
    ("p1/env-without-memory-export.wast", "a program without a memory traps at the first call that needs one"),
    ("p1/kind-initialize-with-result.wast", "an entry of the wrong type is an error"),
    ("p1/kind-initialize-without-wasi-imports.wast", "the entries count without imports of WASI, too"),
    ("p1/kind-start-is-a-global.wast", "an entry of the wrong type is an error"),
    ("p1/kind-start-with-parameter.wast", "an entry of the wrong type is an error"),
    ("p2/env-async-import-called-synchronously-in-start.wast", "WASI 0.2 has no such import"),
    ("toolchain/initialize-beside-start-export.wast", "both entries are an error"),
];

/// On every tier that this build has.
fn options() -> Options {
    Options {
        #[cfg(feature = "jit")]
        both: true,
        ..Options::default()
    }
}

fn judge(case: &Case, catalogue: &Catalogue) -> Result<(), Failed> {
    let report = case::run(case, catalogue, &options());
    let is_read_otherwise = READ_OTHERWISE.iter().any(|(path, _)| *path == case.path);
    match report.verdict {
        // Other runtimes may read a rule otherwise; this one has to do as the case says, or is known not to.
        Verdict::Recorded(otherwise) if otherwise.is_empty() == is_read_otherwise => {
            Err(told(&otherwise, &report.actual))
        }
        Verdict::Passed | Verdict::Recorded(_) => Ok(()),
        Verdict::Unsupported(what) => Err(format!("unsupported: {what}").into()),
        Verdict::Failed(failures) => Err(told(&failures, &report.actual)),
    }
}

fn told(failures: &[Failure], actual: &Trace) -> Failed {
    let mut text: Vec<_> = failures.iter().map(ToString::to_string).collect();
    text.push("what happened:".to_owned());
    text.extend(line::print_all(actual).into_iter().map(|line| format!("  {line}")));
    text.join("\n").into()
}
