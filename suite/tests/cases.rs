//! Every case is a test of its own on the reference engine: `cargo test --test cases -- core/start`. Those that need what the
//! engine does not have are ignored.

use libtest_mimic::{Arguments, Failed, Trial};
use preflight::{
    case::{self, Case, Verdict, line, needs},
    script::Options,
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
    match report.verdict {
        Verdict::Passed | Verdict::Recorded(_) => Ok(()),
        Verdict::Unsupported(what) => Err(format!("unsupported: {what}").into()),
        Verdict::Failed(failures) => {
            let mut text: Vec<_> = failures.iter().map(ToString::to_string).collect();
            text.push("what happened:".to_owned());
            text.extend(line::print_all(&report.actual).into_iter().map(|line| format!("  {line}")));
            Err(text.join("\n").into())
        }
    }
}
