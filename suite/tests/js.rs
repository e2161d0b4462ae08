//! The cases of the JavaScript API on node, where node is installed; otherwise they are ignored.

use libtest_mimic::{Arguments, Failed, Trial};
use preflight::case::{
    self, Case, Verdict,
    js::{Answer, Job},
};
use preflight_spec_tests::{Catalogue, rules};
use std::{
    error::Error,
    fs,
    path::Path,
    process::{Command, ExitCode},
    sync::Arc,
};

/// The cases in which node 20 is known not to follow its specification; a later node may. This test is about the cases and
/// their driver.
const DEVIATIONS: [(&str, &str); 4] = [
    ("js/async-module-reads-at-once-runs-later.js", "V8 instantiates before it returns the promise"),
    ("js/imp-wrong-kind-stops-reading.js", "V8 reads all imports before it checks the first"),
    ("js/esm-export-is-unset-during-start.js", "node gives undefined for an export that is not there yet"),
    ("js/esm-cycle-of-two-modules.js", "node reads the peer's export, which is a ReferenceError"),
];

const DRIVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/drivers/js-case.mjs");

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let has_node = Command::new("node").arg("--version").output().is_ok();
    let catalogue = Arc::new(rules().expect("the catalogue"));
    let cases = case::all().unwrap_or_else(|error| panic!("{error}"));
    let trial = |case: Case| {
        let catalogue = catalogue.clone();
        Trial::test(case.path.clone(), move || judge(&case, &catalogue)).with_ignored_flag(!has_node)
    };
    let mut trials: Vec<_> = cases.into_iter().filter(Case::is_js).map(trial).collect();
    let checks = Trial::test("a_check_that_does_not_hold_fails", a_check_that_does_not_hold_fails);
    trials.push(checks.with_ignored_flag(!has_node));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn judge(case: &Case, catalogue: &Catalogue) -> Result<(), Failed> {
    match run(case)?.verdict(case, catalogue) {
        Verdict::Failed(_) if DEVIATIONS.iter().any(|(path, _)| *path == case.path) => Ok(()),
        Verdict::Failed(failures) => {
            let lines: Vec<_> = failures.iter().map(ToString::to_string).collect();
            Err(lines.join("\n").into())
        }
        Verdict::Passed | Verdict::Recorded(_) | Verdict::Unsupported(_) => Ok(()),
    }
}

fn a_check_that_does_not_hold_fails() -> Result<(), Failed> {
    let head = "//! title = \"t\"\n//! rules = [\"JS-ERR-01\"]\n";
    for (body, verdict) in [
        ("assert(true, 'holds')", "Passed"),
        ("assert(false, 'holds not')", "Failed"),
        ("await thrown(() => 1)", "Failed"),
        ("unsupported('this')", "Unsupported"),
        ("nonsense()", "Failed"),
    ] {
        let text = format!("{head}export default async ({{ assert, thrown, unsupported }}) => {{ {body}; }};\n");
        let answer = run(&Case::parse("js/x.js", &text)?)?;
        if format!("{:?}", answer.verdict) != verdict {
            return Err(format!("{body}: {answer:?}").into());
        }
    }
    Ok(())
}

fn run(case: &Case) -> Result<Answer, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("job.json");
    let job = Job::of(case).map_err(|failure| failure.to_string())?;
    fs::write(&file, serde_json::to_string(&job)?)?;
    let output = node(&file).output()?;
    if !output.status.success() {
        return Err(format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn node(job: &Path) -> Command {
    let mut node = Command::new("node");
    node.args(["--no-warnings", "--experimental-wasm-modules", DRIVER]).arg(job);
    node
}
