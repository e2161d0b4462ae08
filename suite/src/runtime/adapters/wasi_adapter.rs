//! The adapters of WebAssembly/wasi-testsuite: Python files with the functions `get_name`, `get_version` and `compute_argv`
//! (that repository, `doc/adapters.md`), taken as they are.
//!
//! Such an adapter has no means for preloads or for calling an export: unsupported. The exit status of what it starts is
//! read as that of any command line (see [`CommandLine`](super::CommandLine)).

use super::files::{Files, program_end};
use crate::{
    case::Broken,
    runtime::{
        Ability, About, End, Program, ProgramEnd, Reach, Runtime,
        adapters::no_primitives,
        process::{Limits, once},
    },
};
use serde_json::{Value as Json, json};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Calls a function of the adapter, with the parameters that this version of it has.
const SHIM: &str = r#"
import importlib.util, inspect, json, sys
spec = importlib.util.spec_from_file_location("adapter", sys.argv[1])
adapter = importlib.util.module_from_spec(spec)
spec.loader.exec_module(adapter)
given = json.loads(sys.argv[2])
if given is None:
    print(json.dumps([adapter.get_name(), adapter.get_version()]))
else:
    every = {
        "test_path": given["file"],
        "args_env_root": (given["args"], given["env"], None),
        "args_env_dirs": (given["args"], given["env"], []),
        "args": given["args"],
        "env": given["env"],
        "dirs": [],
        "proposals": [],
        "wasi_world": "wasi:cli/command",
        "wasi_version": "wasm32-wasip1",
    }
    names = inspect.signature(adapter.compute_argv).parameters
    print(json.dumps(adapter.compute_argv(**{name: every[name] for name in names})))
"#;

/// The runtime behind an adapter.
#[derive(Clone)]
pub struct WasiAdapter {
    file: PathBuf,
    about: About,
    limits: Limits,
}

impl WasiAdapter {
    /// The adapter in `file`.
    ///
    /// # Errors
    /// There is no Python, the file is no adapter, or its runtime is not here.
    pub fn new(file: &Path, limits: Limits) -> Result<Self, Broken> {
        let names = call(file, &Json::Null, limits)?;
        let text = |index: usize| names[index].as_str().unwrap_or("?").to_owned();
        let name = format!("{} (wasi-testsuite)", text(0));
        Ok(WasiAdapter { file: file.to_owned(), about: About::new(&name, &text(1), &text(0), &[Ability::P1]), limits })
    }
}

fn call(file: &Path, given: &Json, limits: Limits) -> Result<Json, Broken> {
    let mut command = Command::new("python3");
    command.args(["-B", "-c", SHIM]).arg(file).arg(given.to_string());
    let left = once::run(command, "", limits)?;
    if !left.status.success() {
        return Err(Broken::NotStarted(left.words()));
    }
    serde_json::from_slice(&left.stdout).map_err(|error| Broken::Rubbish {
        text: String::from_utf8_lossy(&left.stdout).into_owned(),
        error: error.to_string(),
    })
}

impl Runtime for WasiAdapter {
    no_primitives!();

    fn about(&self) -> About {
        self.about.clone()
    }

    fn run_program(&mut self, program: &Program) -> Result<ProgramEnd, End> {
        if program.reach != Reach::Command {
            return Err(End::unsupported("anything but commands"));
        }
        let files = Files::new()?;
        let (main, _) = files.program(program)?;
        let given = json!({ "file": main, "args": program.args, "env": program.env });
        let argv: Vec<String> = match call(&self.file, &given, self.limits) {
            Ok(argv) => serde_json::from_value(argv).unwrap_or_default(),
            Err(broken) => return Err(End::Broken(broken)),
        };
        let Some((tool, args)) = argv.split_first() else {
            return Err(End::Broken(Broken::NotStarted("compute_argv gives no command".to_owned())));
        };
        let mut command = Command::new(tool);
        command.args(args);
        once::run(command, &program.stdin, self.limits).map(program_end).map_err(End::Broken)
    }
}
