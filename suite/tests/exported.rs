//! Exported scripts on other people's script runners, where those are here: `wasmtime wast`, and wabt's `wast2json` with
//! `spectest-interp`. A runner that is not here is told, and its test ignored.

use libtest_mimic::{Arguments, Failed, Trial};
use preflight::{
    case::{self, Case},
    expect::{Entry, Expectations, Expected},
    export::{Format, export},
    runtime::{
        adapters::{SpectestInterp, WasmtimeCli},
        known::{Known, Places},
    },
};
use preflight_spec_tests::{Catalogue, rules};
use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Output},
};
use tempfile::TempDir;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let places = Places::usual();
    let wasmtime = find(&places, "wasmtime", "wasmtime_cli/wasmtime", "wasmtime");
    let wabt = find(&places, "wabt", "usr/bin/spectest-interp", "spectest-interp");
    let trials = vec![
        Trial::test("wasmtime_wast_reads_what_is_exported", {
            let program = wasmtime.clone();
            move || with_wasmtime(&program.unwrap_or_default())
        })
        .with_ignored_flag(wasmtime.is_none()),
        Trial::test("wasmtime_wast_reads_what_the_component_model_is_offered", {
            let program = wasmtime.clone();
            move || with_wasmtime_as_offered(&program.unwrap_or_default())
        })
        .with_ignored_flag(wasmtime.is_none()),
        Trial::test("spectest_interp_reads_what_is_exported", {
            let program = wabt.clone();
            move || with_wabt(&program.unwrap_or_default())
        })
        .with_ignored_flag(wabt.is_none()),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The program of a known runtime, from the cache or the search path.
fn find(places: &Places, name: &str, in_package: &str, on_path: &str) -> Option<PathBuf> {
    let package = Known::get(name).and_then(|known| known.package);
    let installed = package.map(|package| package.folder(&places.cache).join(in_package));
    let path = env::var_os("PATH").unwrap_or_default();
    let found = installed.into_iter().chain(env::split_paths(&path).map(|folder| folder.join(on_path)));
    let found = found.into_iter().find(|file| file.is_file());
    if found.is_none() {
        eprintln!(
            "note: {name} is not here, so that no exported script is read by it: preflight runtimes install {name}"
        );
    }
    found
}

/// Writes the export, and gives the scripts.
fn exported() -> Result<(TempDir, Vec<Case>), Failed> {
    let mut scripts = case::all()?;
    let (folder, _) = written(&scripts, Format::Wast)?;
    scripts.retain(|case| case.path.ends_with(".wast") && folder.path().join(&case.path).exists());
    Ok((folder, scripts))
}

/// Writes an export; the folder, and the files in it.
fn written(cases: &[Case], format: Format) -> Result<(TempDir, Vec<String>), Failed> {
    let folder = tempfile::tempdir()?;
    let mut names = Vec::new();
    for (path, content) in export(cases, &rules().expect("the catalogue"), format).files {
        let file = folder.path().join(&path);
        fs::create_dir_all(file.parent().unwrap_or(folder.path()))?;
        fs::write(file, content)?;
        names.push(path);
    }
    Ok((folder, names))
}

/// With the options of that repository's README, each script passes that its list does not leave out.
fn with_wasmtime_as_offered(program: &Path) -> Result<(), Failed> {
    const OPTIONS: [&str; 6] = [
        "component-model-more-async-builtins",
        "component-model-threading",
        "component-model-async-stackful",
        "component-model-implements",
        "component-model-fixed-length-lists",
        "component-model-map",
    ];
    let (folder, names) = written(&case::all()?, Format::ComponentModel)?;
    let not_yet = fs::read_to_string(folder.path().join("nyi.txt"))?;
    let is_left_out = |name: &str| not_yet.lines().any(|line| line.strip_prefix("./") == Some(name));
    let (mut count, mut wrong) = (0, Vec::new());
    for name in names.iter().filter(|name| name.ends_with(".wast") && !is_left_out(name)) {
        let mut command = Command::new(program);
        command.arg("wast").args(OPTIONS.iter().flat_map(|option| ["-W", option])).arg(folder.path().join(name));
        let output = command.env("WAST_STRICT_COMPONENT_INDICES", "1").env("RUST_BACKTRACE", "0").output()?;
        count += 1;
        if !output.status.success() {
            wrong.push(format!("{name}: {}", words(&output)));
        }
    }
    verdict(count, 60, wrong)
}

/// Why a script need not pass, whatever the runner says: the runtime is known to fail it, for the reason that its file of
/// expectations gives, or its rules give no verdict on any runtime.
fn excuse(case: &Case, known: &Expectations, catalogue: &Catalogue) -> Option<&'static str> {
    let is_known = |entry: &Entry| matches!(entry.expected, Expected::Failed | Expected::Flaky);
    match known.of(case).is_some_and(is_known) {
        true => Some(KNOWN),
        false => (!case.gives_verdict(catalogue)).then_some(NO_VERDICT),
    }
}

const KNOWN: &str = "a failure that the runtime's file of expectations explains";
const NO_VERDICT: &str = "a behaviour that its rules leave open";

/// Each script passes, or does not for a reason that is one of these: the adapter says what the runner lacks. Of components'
/// value definitions this holds only where a script says that it needs them, and of a whole proposal never: all are on.
fn with_wasmtime(program: &Path) -> Result<(), Failed> {
    let (folder, scripts) = exported()?;
    let (known, catalogue) = (Expectations::built_in("wasmtime")?, rules().expect("the catalogue"));
    let (mut reasons, mut wrong) = (BTreeMap::<&str, usize>::new(), Vec::new());
    for case in &scripts {
        let script = folder.path().join(&case.path);
        let mut command = Command::new(program);
        let output = command.args(["wast", WasmtimeCli::PROPOSALS]).arg(script).env("RUST_BACKTRACE", "0").output()?;
        let (words, excuse) = (words(&output), excuse(case, &known, &catalogue));
        let needs_values = case.header.needs.iter().any(|need| need == "values");
        let lacks = WasmtimeCli::lacking(&words).filter(|what| match *what {
            "value definitions of components" => needs_values,
            what => what != "a proposal",
        });
        match (output.status.success(), excuse.or(lacks)) {
            // What is known to fail fails every time.
            (true, _) if known.of(case).is_some_and(|entry| entry.expected == Expected::Failed) => {
                wrong.push(format!("{}: passes, but is known to fail", case.path));
            }
            (true, _) => *reasons.entry("passed").or_default() += 1,
            (false, Some(reason)) => *reasons.entry(reason).or_default() += 1,
            (false, None) => wrong.push(format!("{}: {words}", case.path)),
        }
    }
    println!("{} exported scripts on wasmtime: {reasons:#?}", scripts.len());
    verdict(reasons.get("passed").copied().unwrap_or_default(), 300, wrong)
}

fn with_wabt(program: &Path) -> Result<(), Failed> {
    let (folder, mut scripts) = exported()?;
    let (known, catalogue) = (Expectations::built_in("wabt")?, rules().expect("the catalogue"));
    scripts.retain(|case| excuse(case, &known, &catalogue).is_none());
    let (mut count, mut wrong) = (0, Vec::new());
    // Its exceptions are those of an earlier proposal.
    let is_read = |case: &&Case| !case.header.needs.iter().any(|need| need == "exception-handling");
    for case in scripts.iter().filter(|case| case.path.starts_with("core/")).filter(is_read) {
        let json = folder.path().join("script.json");
        let mut translate = Command::new(program.with_file_name("wast2json"));
        translate.args(SpectestInterp::PROPOSALS).arg(folder.path().join(&case.path)).arg("-o").arg(&json);
        if !translate.output()?.status.success() {
            // Its text format is older than the script's.
            continue;
        }
        count += 1;
        let output = Command::new(program).args(SpectestInterp::PROPOSALS).arg(&json).output()?;
        // What wast2json writes, spectest-interp may be too old for.
        if !output.status.success() && !words(&output).contains("error reading module") {
            wrong.push(format!("{}: {}", case.path, words(&output)));
        }
    }
    verdict(count, 100, wrong)
}

fn verdict(count: usize, least: usize, wrong: Vec<String>) -> Result<(), Failed> {
    match count < least {
        _ if !wrong.is_empty() => Err(wrong.join("\n").into()),
        true => Err(format!("only {count} scripts were read").into()),
        false => Ok(()),
    }
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).trim().to_owned()
}
