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
    case::{self, Case, Verdict},
    expect::{Expectations, Surprise},
    explain::explain,
    runtime::{self, Judge, Runtime},
};
use libtest_mimic::{Arguments, Failed, Trial};
use preflight_spec_tests::{Catalogue, rules};
use std::{env, fs, path::Path, process::ExitCode, sync::Arc};

/// Makes `main` of a test file: every case as a test on the runtime, a type that is [`Runtime`] and [`Default`].
#[macro_export]
macro_rules! harness {
    ($runtime:ty) => {
        fn main() -> ::std::process::ExitCode {
            $crate::harness::main::<$runtime>(env!("CARGO_MANIFEST_DIR"))
        }
    };
}

/// Runs the tests that the command line asks for. `folder` is where the project's file of expectations lies.
pub fn main<R: Runtime + Default>(folder: &str) -> ExitCode {
    let arguments = Arguments::from_args();
    match trials::<R>(Path::new(folder)) {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn trials<R: Runtime + Default>(folder: &Path) -> Result<Vec<Trial>, Box<dyn std::error::Error>> {
    let catalogue = Arc::new(rules()?);
    let known = Arc::new(expectations(folder)?);
    let cases = case::all()?;
    let surprises = known.surprises(&cases, std::iter::empty(), true);
    let unmatched: Vec<String> = surprises.iter().map(describe).collect();
    let check = move || if unmatched.is_empty() { Ok(()) } else { Err(Failed::from(unmatched.join("\n"))) };
    let trial = |case: Case| {
        let (catalogue, known) = (Arc::clone(&catalogue), Arc::clone(&known));
        Trial::test(case.path.clone(), move || one::<R>(&case, &catalogue, &known))
    };
    Ok(cases.into_iter().map(trial).chain([Trial::test("expectations", check)]).collect())
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

/// One case on a runtime of its own: tests run at the same time, and under some runners in a process each.
fn one<R: Runtime + Default>(case: &Case, catalogue: &Catalogue, known: &Expectations) -> Result<(), Failed> {
    let mut runtime = R::default();
    let judge = Judge::for_case(&mut runtime, catalogue, case).map_err(|broken| broken.to_string())?;
    let report = runtime::run(case, &mut runtime, &judge);
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
