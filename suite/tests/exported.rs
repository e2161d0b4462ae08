//! Exported scripts on other people's script runners, where those are here: `wasmtime wast`, and wabt's `wast2json` with
//! `spectest-interp`. A runner that is not here is told, and its test ignored.

use libtest_mimic::{Arguments, Failed, Trial};
use preflight::{
    case::{self, Case},
    expect::{Expectations, Expected},
    export::{Format, export},
    runtime::known::{Known, Places},
};
use preflight_spec_tests::rules;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Output},
};
use tempfile::TempDir;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let places = Places::usual().expect("a folder for drivers");
    let wasmtime = find(&places, "wasmtime", "wasmtime_cli/wasmtime", "wasmtime");
    let wabt = find(&places, "wabt", "usr/bin/spectest-interp", "spectest-interp");
    let trials = vec![
        Trial::test("wasmtime_wast_reads_what_is_exported", {
            let program = wasmtime.clone();
            move || with_wasmtime(&program.unwrap_or_default())
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

/// Writes the export, and gives the scripts that the runtime is not known to fail.
fn exported(name: &str) -> Result<(TempDir, Vec<Case>), Failed> {
    let folder = tempfile::tempdir()?;
    let cases = case::all()?;
    let catalogue = rules().expect("the catalogue");
    for (path, content) in export(&cases, &catalogue, Format::Wast).files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder.path()))?;
        fs::write(path, content)?;
    }
    let known = Expectations::built_in(name)?;
    let passes = |case: &Case| {
        let is_known = known.of(case).is_some_and(|entry| matches!(entry.expected, Expected::Failed | Expected::Flaky));
        let is_script = folder.path().join(&case.path).exists() && case.path.ends_with(".wast");
        is_script && !is_known && case.gives_verdict(&catalogue)
    };
    let scripts = cases.into_iter().filter(passes).collect();
    Ok((folder, scripts))
}

fn with_wasmtime(program: &Path) -> Result<(), Failed> {
    let (folder, scripts) = exported("wasmtime")?;
    // Components may need more than is switched on here; core scripts need no more.
    let core = scripts.iter().filter(|case| case.path.starts_with("core/"));
    let flags = "-Wgc=y,function-references=y,exceptions=y,tail-call=y,multi-memory=y,memory64=y,threads=y,shared-memory=y,\
                 relaxed-simd=y,custom-page-sizes=y";
    let (mut count, mut wrong) = (0, Vec::new());
    for case in core {
        count += 1;
        let output = Command::new(program).args(["wast", flags]).arg(folder.path().join(&case.path)).output()?;
        // It compares the texts of errors, which are each runtime's own; and it has no `assert_exception` of a module.
        let is_beyond = [": expected", "unsupported `action`"].iter().any(|text| words(&output).contains(text));
        if !output.status.success() && !is_beyond {
            wrong.push(format!("{}: {}", case.path, words(&output)));
        }
    }
    verdict(count, 180, wrong)
}

/// What wabt claims to support; with all that it has begun, types of other proposals are others.
const PROPOSALS: [&str; 7] = [
    "--enable-exceptions",
    "--enable-threads",
    "--enable-tail-call",
    "--enable-memory64",
    "--enable-multi-memory",
    "--enable-extended-const",
    "--enable-relaxed-simd",
];

fn with_wabt(program: &Path) -> Result<(), Failed> {
    let (folder, scripts) = exported("wabt")?;
    let (mut count, mut wrong) = (0, Vec::new());
    // Its exceptions are those of an earlier proposal.
    let is_read = |case: &&Case| !case.header.needs.iter().any(|need| need == "exception-handling");
    for case in scripts.iter().filter(|case| case.path.starts_with("core/")).filter(is_read) {
        let json = folder.path().join("script.json");
        let mut translate = Command::new(program.with_file_name("wast2json"));
        translate.args(PROPOSALS).arg(folder.path().join(&case.path)).arg("-o").arg(&json);
        if !translate.output()?.status.success() {
            // Its text format is older than the script's.
            continue;
        }
        count += 1;
        let output = Command::new(program).args(PROPOSALS).arg(&json).output()?;
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
