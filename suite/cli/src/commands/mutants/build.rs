//! The program with the mutants in it: built from the sources, with the switches and without what mutants do not need.

use anyhow::{Context, bail, ensure};
use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

/// Where this program was built from.
const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Builds the program with the switches, and runs this command on it.
///
/// # Errors
/// The sources or cargo are not there, or the build fails.
pub fn and_run(source: Option<&Path>) -> anyhow::Result<ExitCode> {
    let source = source.map_or_else(|| PathBuf::from(SOURCE), Path::to_owned);
    ensure!(
        source.join("suite/cli/Cargo.toml").is_file(),
        "{}: the sources of Preflight are not there, and this build has no mutants; give them with --source DIR",
        source.display()
    );
    let program = build(&source)?;
    let status = Command::new(&program)
        .args(env::args_os().skip(1))
        .status()
        .with_context(|| format!("cannot run {}", program.display()))?;
    match status.code() {
        Some(code) => Ok(ExitCode::from(u8::try_from(code).unwrap_or(2))),
        None => bail!("{} was ended by a signal", program.display()),
    }
}

fn build(source: &Path) -> anyhow::Result<PathBuf> {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| source.join("target"), PathBuf::from).join("mutants");
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--release", "--quiet", "--package", "preflight-cli"]);
    cargo.args(["--no-default-features", "--features", "mutants", "--target-dir"]).arg(&target);
    // It runs for a minute: what link-time optimisation saves is less than it costs.
    cargo.current_dir(source).envs([("CARGO_PROFILE_RELEASE_LTO", "off"), ("CARGO_PROFILE_RELEASE_DEBUG", "false")]);
    eprintln!("building the engine with its mutants (the first time takes a minute or two)");
    let status = cargo.status().context("cannot run cargo, which builds the engine with its mutants")?;
    ensure!(status.success(), "cargo could not build the engine with its mutants; its messages are above");
    Ok(target.join("release").join(format!("preflight{}", env::consts::EXE_SUFFIX)))
}
