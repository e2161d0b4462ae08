//! `preflight export`: the cases for those who do not use this program.

use crate::output;
use anyhow::Context;
use preflight::{
    case,
    export::{self, export},
};
use preflight_spec_tests::rules;
use std::{fs, path::PathBuf, process::ExitCode};

/// Write the cases in a form that others can use without this program.
///
/// What a form has no place for is left out, and told with the reason.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  preflight export --format wast scripts
  wasmtime wast -W gc=y,exceptions=y scripts/core/start-runs-last.wast
  preflight export --format commands commands
  wasmtime run commands/core/start-runs-last.wasm; echo $?
                              0, or the code of the check that failed (commands/manifest.json)
  preflight export --format wasi-testsuite wasi-testsuite/tests/preflight
                              for the runner of WebAssembly/wasi-testsuite")]
pub struct Args {
    /// The form: plain scripts with a manifest; commands of WASI preview 1 that check themselves; the same as the runner of
    /// wasi-testsuite reads them; or scripts laid out for the `test` folder of the Component Model's repository.
    #[arg(long, value_enum)]
    format: Format,
    /// Where to write; the folder is made if need be.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Wast,
    Commands,
    WasiTestsuite,
    ComponentModel,
}

/// Runs the command.
///
/// # Errors
/// The folder cannot be written: exit status 2.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let format = match args.format {
        Format::Wast => export::Format::Wast,
        Format::Commands => export::Format::Commands,
        Format::WasiTestsuite => export::Format::WasiTestsuite,
        Format::ComponentModel => export::Format::ComponentModel,
    };
    let export = export(&case::all()?, &rules().context("the catalogue of rules")?, format);
    for (path, content) in &export.files {
        let path = args.folder.join(path);
        let folder = path.parent().unwrap_or(&args.folder);
        fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        output::write_file(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let (files, folder) = (export.files.len(), args.folder.display());
    output::note(&format!("{} cases in {files} files written to {folder}", export.cases));
    for (why, cases) in &export.left_out {
        output::note(&format!("left out, {}: {why}", cases.len()));
    }
    Ok(ExitCode::SUCCESS)
}
