//! `preflight export`: the cases for those who do not use this program.

use crate::output;
use anyhow::Context;
use preflight::{
    case,
    export::{self, export},
};
use std::{fs, path::PathBuf, process::ExitCode};

/// Write the cases in a form that others can use without this program.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  preflight export --format wast scripts
  wasmtime wast -W gc=y,exceptions=y scripts/core/start-runs-last.wast
  preflight export --format wasi-testsuite programs
                              for the runners of WebAssembly/wasi-testsuite")]
pub struct Args {
    /// The form: plain scripts with a manifest, programs with the JSON of wasi-testsuite, or scripts laid out for the `test`
    /// folder of the Component Model's repository.
    #[arg(long, value_enum)]
    format: Format,
    /// Where to write; the folder is made if need be.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Wast,
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
        Format::WasiTestsuite => export::Format::WasiTestsuite,
        Format::ComponentModel => export::Format::ComponentModel,
    };
    let files = export(&case::all()?, format);
    for (path, content) in &files {
        let path = args.folder.join(path);
        let folder = path.parent().unwrap_or(&args.folder);
        fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        output::write_file(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    output::note(&format!("{} files written to {}", files.len(), args.folder.display()));
    Ok(ExitCode::SUCCESS)
}
