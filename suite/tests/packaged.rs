//! What `cargo package` makes, in a project outside of the workspace: a registry or a vendored folder has no more than that.
#![cfg(unix)]

use preflight::case;
use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

const CRATES: [&str; 5] =
    ["preflight", "preflight-engine", "preflight-plan", "preflight-reports", "preflight-spec-tests"];

/// A runtime that can do nothing; its project is one dependency and one line.
const PROJECT: &str = r#"
use preflight::{runtime::*, trace::Value};
#[derive(Default)]
struct Nothing;
impl Runtime for Nothing {
    fn about(&self) -> About { About::new("nothing", "1", "nothing", &[]) }
    fn reset(&mut self) -> Result<(), End> { Ok(()) }
    fn compile(&mut self, _: &[u8]) -> Result<ModuleId, End> { Err(End::unsupported("modules")) }
    fn instantiate(&mut self, _: ModuleId, _: &[Import]) -> Result<InstanceId, End> { Err(End::unsupported("modules")) }
    fn call(&mut self, _: InstanceId, _: &str, _: &[Value]) -> Result<Vec<Value>, End> { Err(End::unsupported("calls")) }
}
preflight::harness!(Nothing);
"#;

fn cargo(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(folder).env("RUSTFLAGS", "").args(args);
    command.output().expect("cargo can be started")
}

fn successful(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// Packages the crates and unpacks them into `into`.
fn package(workspace: &Path, into: &Path) {
    let target = into.join("target").display().to_string();
    let mut args = vec!["package", "--offline", "--no-verify", "--allow-dirty", "--quiet", "--target-dir", &target];
    args.extend(CRATES.iter().flat_map(|name| ["-p", name]));
    successful(cargo(workspace, &args));
    for name in CRATES {
        let archive = into.join(format!("target/package/{name}-{}.crate", env!("CARGO_PKG_VERSION")));
        successful(Command::new("tar").arg("xzf").arg(archive).arg("-C").arg(into).output().expect("tar"));
    }
}

#[test]
fn a_project_outside_finds_every_case() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    package(workspace, folder.path());
    let version = env!("CARGO_PKG_VERSION");
    let patches = CRATES.map(|name| format!("{name} = {{ path = \"{name}-{version}\" }}\n")).concat();
    let manifest = format!(
        "[workspace]\n[package]\nname = \"outside\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n\
         [dev-dependencies]\npreflight = {{ version = \"{version}\", default-features = false }}\n\
         [[test]]\nname = \"cases\"\npath = \"cases.rs\"\nharness = false\n[patch.crates-io]\n{patches}"
    );
    for (name, text) in [("Cargo.toml", &*manifest), ("lib.rs", ""), ("cases.rs", PROJECT)] {
        fs::write(path(name), text).expect("a file of the project");
    }
    // The versions that are known to fit, and that are here.
    fs::copy(workspace.join("Cargo.lock"), path("Cargo.lock")).expect("the lock file");
    // Built once: the sources are the same packages each time.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packaged").display().to_string();
    let test = |args: &[&str]| {
        let all = [&["test", "--offline", "--quiet", "--target-dir", &target, "--test", "cases", "--"], args].concat();
        successful(cargo(folder.path(), &all))
    };
    let listed = test(&["--list"]);
    let names: Vec<&str> = listed.lines().filter_map(|line| line.strip_suffix(": test")).collect();
    let cases = case::all().expect("the cases");
    // And one for the file of expectations.
    assert_eq!(names.len(), cases.len() + 1);
    assert!(cases.iter().all(|case| names.contains(&&*case.path)));
    let one = test(&["--exact", &cases[0].path, "--nocapture"]);
    assert!(one.contains("unsupported: scripts of core modules") && one.contains("1 passed"), "{one}");
}
