//! Cases on command lines without a line of code, and through adapters of WebAssembly/wasi-testsuite: the command line is this
//! program's own `exec`, so that every answer is known.

mod common;

use common::{Folder, contains};
use serde_json::Value;

fn program() -> String {
    assert_cmd::cargo::cargo_bin!("preflight").display().to_string()
}

/// Runs `run` with these arguments; the one runtime in its results.
fn results(folder: &Folder, args: &[&str]) -> (i32, Value) {
    let all = [&["run", "--format", "json"], args].concat();
    let run = folder.run_list(&all, &[], "");
    let document: Value =
        serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {} {}", run.out, run.err));
    (run.status, document)
}

fn verdict<'d>(document: &'d Value, case: &str) -> &'d str {
    let results = document["runtimes"][0]["results"].as_array().unwrap();
    let result = results.iter().find(|result| result["case"] == case).unwrap_or_else(|| panic!("no {case}"));
    result["verdict"].as_str().unwrap()
}

#[test]
fn a_template_runs_programs_with_preloads() {
    let template =
        format!("{} exec {{preloads}} {{env}} {{preopens}} {{invoke}} --stdin - {{file}} -- {{args}}", program());
    let folder = Folder::with(&[]);
    let (status, document) = results(&folder, &["--cmd", &template, "--filter", "p1/"]);
    assert_eq!((status, &document["totals"]["failed"]), (0, &0.into()), "{document:#}");
    for case in [
        "p1/cmd-exit-zero.wast",
        "p1/cmd-exit-ends-the-program.wast",
        "p1/env-preopen-can-be-closed.wast",
        "p1/rea-preloads-in-order.wast",
        "p1/rea-initialized-before-selected-export.wast",
    ] {
        assert_eq!(verdict(&document, case), "passed", "{case}");
    }
    assert!(document["totals"]["passed"].as_u64() > Some(30));
}

/// A template whose program is given all that a program of preview 1 can be given, and does nothing with it.
fn deaf(program: &str) -> String {
    format!("{program} {{preloads}} {{env}} {{preopens}} {{invoke}} {{file}} {{args}}")
}

/// The check that failed is told in words, whatever the runtime is.
#[test]
fn the_exit_code_of_a_program_names_the_check_that_failed() {
    let folder = Folder::with(&[("exit.sh", "exit 34\n")]);
    let template = deaf("sh exit.sh");
    let run = folder.run_list(&["run", "--cmd", &template, "--filter", "p1/rea-initialized-once"], &[], "");
    assert_eq!(run.status, 1);
    let words = "a check failed, exit code 34: _initialize has run once";
    contains(&(run.out + &run.err), &[words, "the end: expected exit 0, got exit 34"]);
}

/// What succeeds without running anything is found out, but where a program that does nothing is right.
#[test]
fn a_runtime_that_runs_nothing_passes_hardly_any_program() {
    let folder = Folder::with(&[]);
    let (_, document) = results(&folder, &["--cmd", &deaf("true"), "--filter", "p1/"]);
    let results = document["runtimes"][0]["results"].as_array().unwrap();
    let passed = results.iter().filter(|result| result["verdict"] == "passed");
    let passed: Vec<_> = passed.map(|result| result["case"].as_str().unwrap()).collect();
    assert_eq!(passed, ["p1/cmd-returning-is-status-zero.wast", "p1/rea-selected-initialize-is-not-called-again.wast"]);
    let failed = document["totals"]["failed"].as_u64();
    assert!(failed > Some(35), "{failed:?}");
}

/// A runtime with nothing but a command line is judged by commands that check themselves.
#[test]
fn cases_of_core_modules_become_commands() {
    let template = format!("{} exec {{file}}", program());
    let folder = Folder::with(&[]);
    let (status, document) = results(&folder, &["--cmd", &template, "--filter", "core/data-"]);
    assert_eq!((status, &document["totals"]["failed"]), (0, &0.into()), "{document:#}");
    assert_eq!(verdict(&document, "core/data-ends-at-memory-end.wast"), "passed");
    assert!(document["totals"]["passed"].as_u64() > Some(10), "{document:#}");
    // Of two modules that import from one another no command can be made.
    assert_eq!(verdict(&document, "core/data-earlier-segment-persists.wast"), "unsupported");
    // One that succeeds at everything, traps included, is found out.
    let folder = Folder::with(&[]);
    let (status, document) = results(&folder, &["--cmd", "true {file}", "--filter", "core/data-offset-is-unsigned"]);
    assert_eq!((status, verdict(&document, "core/data-offset-is-unsigned.wast")), (1, "failed"), "{document:#}");
}

#[test]
fn what_has_no_place_in_a_template_is_unsupported() {
    let folder = Folder::with(&[]);
    let template = format!("{} exec {{file}} -- {{args}}", program());
    let (status, document) = results(&folder, &["--cmd", &template, "--filter", "p1/rea-"]);
    assert_eq!(status, 0);
    assert_eq!(verdict(&document, "p1/rea-preloads-in-order.wast"), "unsupported");
    let run = folder.run_list(&["run", "--cmd", "tool {files}"], &[], "");
    assert_eq!(run.status, 2);
    contains(&run.err, &["{files} is no place; there are {file}, {args}"]);
}

/// As those of today, which have the three parameters in a tuple; and one of an earlier form.
const ADAPTER: &str = r#"
import os, shlex
TOOL = shlex.split(os.environ["PREFLIGHT"])
def get_name(): return "own"
def get_version(): return "1.2"
def get_wasi_versions(): return ["wasm32-wasip1"]
def get_wasi_worlds(): return ["wasi:cli/command"]
def compute_argv(test_path, args_env_root, proposals, wasi_world, wasi_version):
    assert wasi_world == "wasi:cli/command" and wasi_version == "wasm32-wasip1" and proposals == []
    args, env, root = args_env_root
    argv = TOOL + ["exec", "--stdin", "-"]
    for name, value in env.items():
        argv += ["--env", f"{name}={value}"]
    if root:
        argv += ["--dir", f"{root}::/"]
    return argv + [test_path, "--"] + args
"#;
const EARLIER: &str = r#"
import os
def get_name(): return "earlier"
def get_version(): return "0"
def compute_argv(test_path, args, env, dirs):
    pairs = [word for name, value in env.items() for word in ("--env", f"{name}={value}")]
    return [os.environ["PREFLIGHT"], "exec", "--stdin", "-", *pairs, test_path, "--", *args]
"#;

#[test]
fn adapters_of_wasi_testsuite_are_taken_as_they_are() {
    let has_python = std::process::Command::new("python3").arg("--version").output().is_ok();
    if !has_python {
        eprintln!("note: python3 is not here, so that no adapter is tried");
        return;
    }
    let folder = Folder::with(&[("own.py", ADAPTER), ("earlier.py", EARLIER), ("none.py", "def get_name(): return 1")]);
    for file in ["own.py", "earlier.py"] {
        let args = ["run", "--format", "json", "--wasi-adapter", file, "--filter", "p1/"];
        let run = folder.run_list(&args, &[("PREFLIGHT", &program())], "");
        let document: Value = serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}", run.err));
        assert_eq!((run.status, &document["totals"]["failed"]), (0, &0.into()), "{file}: {document:#}");
        assert_eq!(verdict(&document, "p1/cmd-exit-ends-the-program.wast"), "passed");
        assert_eq!(verdict(&document, "p1/cmd-returning-is-status-zero.wast"), "passed");
        assert_eq!(verdict(&document, "p1/rea-preloads-in-order.wast"), "unsupported");
        assert!(document["totals"]["passed"].as_u64() > Some(10), "{file}");
    }
    let run = folder.run("run --wasi-adapter none.py");
    assert_eq!(run.status, 2);
    contains(&run.err, &["none.py", "get_version"]);
}

#[test]
fn a_driver_in_another_language_is_a_column() {
    let has_python = std::process::Command::new("python3").arg("--version").output().is_ok();
    if !has_python {
        eprintln!("note: python3 is not here, so that no driver is tried");
        return;
    }
    let template = format!("python3 {}/../examples/driver.py", env!("CARGO_MANIFEST_DIR"));
    let (status, document) = results(&Folder::with(&[]), &["--driver", &template, "--filter", "core/start-"]);
    assert_eq!((status, &document["runtimes"][0]["name"]), (0, &"template".into()), "{document:#}");
    // It knows no runtime.
    assert_eq!(verdict(&document, "core/start-runs-last.wast"), "unsupported");
    let run = Folder::with(&[]).run("run --driver false --filter core/start-");
    assert_eq!(run.status, 2);
    contains(&run.out, &["BROKEN", "false"]);
}

/// A driver that says yes to everything, under the name of another runtime.
#[cfg(unix)]
const LIAR: &str = r#"
about='"protocol":1,"about":{"name":"wasmi","version":"99","level":"observable","abilities":["core"],
"lineage":{"engine":"e","linker":"l"}}'
while read -r line; do
  id=${line#*\"id\":}; id=${id%%[,\}]*}
  case $line in
    *'"hello"'*) echo "{\"id\":$id,$(echo $about)}" ;;
    *'"compile"'*) echo "{\"id\":$id,\"module\":0}" ;;
    *'"instantiate"'*) echo "{\"id\":$id,\"instance\":0}" ;;
    *'"memory_read"'*) echo "{\"id\":$id,\"bytes\":\"\"}" ;;
    *_size\"*) echo "{\"id\":$id,\"size\":0}" ;;
    *'"call"'*|*'"global"'*|*'"table_get"'*) echo "{\"id\":$id,\"values\":[]}" ;;
    *) echo "{\"id\":$id}" ;;
  esac
done
"#;

#[cfg(unix)]
#[test]
fn a_name_that_a_driver_gives_itself_proves_nothing() {
    let folder = Folder::with(&[("liar.sh", LIAR), ("it's known.toml", "")]);
    std::fs::create_dir_all(folder.path("spec-tests/expect")).unwrap();
    let case = preflight::expect::Expectations::built_in("wasmi").expect("expectations").entries.remove(0).case;
    let case = case.expect("the first entry names a case");
    // What is known of wasmi is not known of it.
    let run = folder.run_list(&["run", "--driver", "sh liar.sh", "--filter", &case], &[], "");
    assert_eq!(run.status, 1, "{}{}", run.out, run.err);
    contains(&run.out, &["FAILED wasmi", &format!("again: preflight run --driver 'sh liar.sh' --filter {case}\n")]);
    let args = ["run", "--driver", "sh liar.sh", "--filter", &case, "--expect", "it's known.toml"];
    let run = folder.run_list(&args, &[], "");
    let again = format!("again: preflight run --driver 'sh liar.sh' --expect 'it'\\''s known.toml' --filter {case}\n");
    contains(&run.out, &[&again]);
    // Nor does its file become that of wasmi.
    let run = folder.run_list(&["run", "--driver", "sh liar.sh", "--filter", &case, "--update-expectations"], &[], "");
    assert_eq!(run.status, 2, "{}{}", run.out, run.err);
    contains(&run.err, &["is not the wasmi that is known", "--expect"]);
    // It is told which file was used.
    let entry = format!("[[entry]]\ncase = {case:?}\nexpected = \"unsupported\"\nreason = \"r\"\n");
    let folder = Folder::with(&[("liar.sh", LIAR), ("known.toml", &entry)]);
    let args = ["run", "--driver", "sh liar.sh", "--filter", &case, "--expect", "known.toml"];
    contains(&folder.run_list(&args, &[], "").out, &[&format!("{case}: failed, which known.toml does not expect")]);
}

/// Results and expectations know runtimes by their names.
#[cfg(unix)]
#[test]
fn two_runtimes_of_one_name_are_refused() {
    let folder = Folder::with(&[("liar.sh", LIAR)]);
    let args = ["run", "--filter", "core/start-runs-last", "--driver", "sh liar.sh", "--driver"];
    let run = folder.run_list(&[&args[..], &["sh ./liar.sh"]].concat(), &[], "");
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    contains(&run.err, &["error: --driver 'sh ./liar.sh': its runtime calls itself \"wasmi\", and so does another"]);
    folder.write("reference.sh", LIAR.replace("\"name\":\"wasmi\"", "\"name\":\"reference\"").as_bytes());
    let run = folder.run_list(&["run", "--filter", "core/start-runs-last", "--driver", "sh reference.sh"], &[], "");
    assert_eq!(run.status, 2);
    contains(&run.out, &["BROKEN", "the reference engine has this name, and no driver"]);
}
