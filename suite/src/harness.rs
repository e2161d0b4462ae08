//! The cases as tests of a runtime project: one file with `harness = false`, and one line in it.
//!
//! ```no_run
//! # use preflight::{case::Broken, runtime::*, trace::Value};
//! # #[derive(Default)]
//! # struct MyRuntime;
//! # impl Runtime for MyRuntime {
//! #     fn about(&self) -> About { About::new("mine", "1", "mine", &[]) }
//! #     fn reset(&mut self) -> Result<(), End> { Ok(()) }
//! #     fn compile(&mut self, _: &[u8]) -> Result<ModuleId, End> { Err(End::unsupported("")) }
//! #     fn instantiate(&mut self, _: ModuleId, _: &[Import]) -> Result<InstanceId, End> { Err(End::unsupported("")) }
//! #     fn call(&mut self, _: InstanceId, _: &str, _: &[Value]) -> Result<Vec<Value>, End> { Err(End::unsupported("")) }
//! # }
//! preflight::harness!(MyRuntime);
//! ```
//!
//! Each case is a test of its own, called by its path, which never changes; filters, lists and runners such as nextest work as
//! with any test. The test of a case that the runtime cannot do passes, and says so on standard output.
//!
//! What the project knows about itself stands in a file of [`expect`](crate::expect), named by the variable
//! `PREFLIGHT_EXPECT`, or `preflight-expect.toml` beside the project's `Cargo.toml`. A test of a case that is expected to fail
//! fails if the case passes; and a test called `expectations` fails if an entry matches no case.

use crate::{
    case::{self, Broken, Case, Failure, Verdict},
    expect::{Expectations, Surprise},
    explain::explain,
    runtime::{
        self, Judge, Runtime,
        process::{self, Driver, Limits, Remote},
    },
};
use libtest_mimic::{Arguments, Failed, Trial};
use preflight_spec_tests::{CASES, CaseFile, rules_called};
use std::{cell::RefCell, env, fs, path::Path, process::ExitCode, sync::Arc};

/// Makes `main` of a test file: every case as a test on the runtime, a type that is [`Runtime`] and [`Default`].
#[macro_export]
macro_rules! harness {
    ($runtime:ty) => {
        fn main() -> ::std::process::ExitCode {
            $crate::harness::main::<$runtime>(env!("CARGO_MANIFEST_DIR"))
        }
    };
}

/// The argument with which a test program starts itself as the worker that has the runtime.
const WORKER: &str = "--preflight-worker";

/// Runs the tests that the command line asks for. `folder` is where the project's file of expectations lies.
///
/// The runtime lives in workers, which are this program again: a case that crashes or hangs it is a failure of this case
/// alone.
pub fn main<R: Runtime + Default + 'static>(folder: &str) -> ExitCode {
    if env::args().any(|argument| argument == WORKER) {
        return match process::serve_standard(|| Box::new(R::default())) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("error: {error}");
                ExitCode::from(2)
            }
        };
    }
    let arguments = Arguments::from_args();
    match trials(Path::new(folder)) {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Only the names of all cases are looked at: under a runner with a process for each case, most are never needed.
fn trials(folder: &Path) -> Result<Vec<Trial>, Box<dyn std::error::Error>> {
    let known = Arc::new(expectations(folder)?);
    let trial = |file: &'static CaseFile| {
        let known = Arc::clone(&known);
        Trial::test(file.path, move || one(&Case::parse(file.path, file.text)?, &known))
    };
    let trials: Vec<Trial> = CASES.iter().map(trial).collect();
    let check = move || {
        let surprises = known.unmatched(&case::all()?);
        let unmatched: Vec<String> = surprises.iter().map(describe).collect();
        if unmatched.is_empty() { Ok(()) } else { Err(Failed::from(unmatched.join("\n"))) }
    };
    Ok(trials.into_iter().chain([Trial::test("expectations", check)]).collect())
}

fn expectations(folder: &Path) -> Result<Expectations, Box<dyn std::error::Error>> {
    let usual = folder.join("preflight-expect.toml");
    let path = match env::var_os("PREFLIGHT_EXPECT") {
        Some(path) => path.into(),
        None if usual.exists() => usual,
        None => return Ok(Expectations::default()),
    };
    let text = fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    Ok(Expectations::parse(&path.display().to_string(), &text)?)
}

thread_local! {
    /// The worker of a thread of tests, which serves one case after the other.
    static WORKERS: RefCell<Option<Remote>> = const { RefCell::new(None) };
}

/// One test. It stands alone: a runtime that hangs costs the limit of time in each, since runners start tests in any order and
/// in processes of their own, and a test must not fail for what another one saw.
fn one(case: &Case, known: &Expectations) -> Result<(), Failed> {
    let catalogue = &rules_called(&case.header.rules)?;
    let report = WORKERS.with_borrow_mut(|worker| {
        let remote = match worker.take() {
            Some(remote) => worker.insert(remote),
            None => worker.insert(start()?),
        };
        let judge = Judge::for_case(remote, catalogue, case)?;
        let report = runtime::run(case, remote, &judge);
        match &report.verdict {
            // A runtime that broke would only break again.
            Verdict::Failed(failures) if !failures.iter().any(|failure| matches!(failure, Failure::Broken(_))) => {
                let judge = Judge::new(remote, catalogue)?;
                Ok(runtime::run(case, remote, &judge))
            }
            _ => Ok(report),
        }
    });
    let report = report.map_err(|broken: Broken| broken.to_string())?;
    if let Verdict::Unsupported(what) = &report.verdict {
        println!("{}: unsupported: {what}", case.path);
    }
    match known.surprise(case, &report.verdict) {
        None => Ok(()),
        Some(Surprise::Failed(_)) => {
            let again = format!("cargo test --test {} -- --exact {}", test_name(), case.path);
            Err(explain(case, &report, catalogue, &again).into())
        }
        Some(surprise) => Err(describe(&surprise).into()),
    }
}

fn start() -> Result<Remote, Broken> {
    let program = env::current_exe().map_err(|error| Broken::NotStarted(error.to_string()))?;
    let mut driver = Driver::new([program.display().to_string(), WORKER.to_owned()]);
    // Of a panic the first line is what counts.
    driver.env = vec![("RUST_BACKTRACE".to_owned(), "0".to_owned())];
    Remote::start(driver, Limits::default())
}

/// The name of the test file: that of this program without the hash after its last hyphen.
fn test_name() -> String {
    let program = env::args().next().unwrap_or_default();
    let stem = Path::new(&program).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    stem.rsplit_once('-').map_or(stem.clone(), |(name, _)| name.to_owned())
}

fn describe(surprise: &Surprise) -> String {
    match surprise {
        Surprise::Failed(path) => format!("{path} failed"),
        Surprise::Otherwise(path, word) => {
            format!("{path}: {word}, which the file of expectations does not expect: remove its entry")
        }
        Surprise::Unmatched(pattern) => format!("an entry of the file of expectations matches no case: {pattern}"),
    }
}
