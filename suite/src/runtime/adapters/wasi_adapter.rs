//! The adapters of WebAssembly/wasi-testsuite: Python files with the functions `get_name`, `get_version` and `compute_argv`
//! (that repository, `doc/adapters.md`), taken as they are.
//!
//! Such an adapter has no means for preloads, for calling an export, or for an open folder that is not `/`: unsupported. The
//! exit status of what it starts is read as that of any command line (see [`CommandLine`](super::CommandLine)).

use super::files::{Files, UNKNOWN, program_end};
use crate::{
    case::Broken,
    printable::printable,
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
    time::Duration,
};

/// Calls a function of the adapter. Parameters have had other names and forms in other versions of the suite; the names of
/// today's are not relied on, their order is.
const SHIM: &str = r#"
import importlib.machinery, importlib.util, inspect, json, sys
loader = importlib.machinery.SourceFileLoader("adapter", sys.argv[1])
spec = importlib.util.spec_from_loader("adapter", loader)
adapter = importlib.util.module_from_spec(spec)
spec.loader.exec_module(adapter)
given = json.loads(sys.argv[2])
if given is None:
    versions = getattr(adapter, "get_wasi_versions", lambda: ["wasm32-wasip1"])()
    seconds = getattr(adapter, "get_timeout_seconds", lambda: 5)()
    print(json.dumps([adapter.get_name(), adapter.get_version(), "wasm32-wasip1" in versions, seconds]))
else:
    file, args, env, root = (given[key] for key in ("file", "args", "env", "root"))
    today = [file, (args, env, root), [], "wasi:cli/command", "wasm32-wasip1"]
    dirs = [(root, "/")] if root else []
    earlier = {"args_env_dirs": (args, env, dirs), "args": args, "env": env, "dirs": dirs}
    names = list(inspect.signature(adapter.compute_argv).parameters)
    print(json.dumps(adapter.compute_argv(*[earlier.get(name, *today[i:i + 1]) for i, name in enumerate(names)])))
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
        if !About::is_name(&text(0)) {
            let error = "get_name gives no name of 1 to 64 letters, digits and `._ -`".to_owned();
            return Err(Broken::Rubbish { text: text(0), error });
        }
        let name = format!("{} (wasi-testsuite)", text(0));
        let abilities: &[Ability] = if names[2] == true { &[Ability::P1] } else { &[] };
        let answer = names[3].as_f64().map_or(limits.answer, Duration::from_secs_f64);
        let about = About::new(&name, &printable(&text(1)), &text(0), abilities);
        Ok(WasiAdapter { file: file.to_owned(), about, limits: Limits { answer, ..limits } })
    }
}

fn call(file: &Path, given: &Json, limits: Limits) -> Result<Json, Broken> {
    let mut command = Command::new("python3");
    command.args(["-B", "-c", SHIM]).arg(file).arg(given.to_string());
    let left = once::run(command, "", limits)?;
    if !left.status.success() {
        // Of what Python says the last line has the reason.
        let said = String::from_utf8_lossy(&left.stderr);
        return Err(Broken::NotStarted(said.trim().lines().last().unwrap_or_default().to_owned()));
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
        if !program.preopens.is_empty() && program.preopens != ["/"] {
            return Err(End::unsupported("open folders other than /"));
        }
        let files = Files::new()?;
        let (main, _) = files.program(program)?;
        let root = files.preopens(program)?.pop().map(|(folder, _)| folder);
        let given = json!({ "file": main, "args": program.args, "env": program.env, "root": root });
        let argv: Vec<String> = match call(&self.file, &given, self.limits) {
            Ok(argv) => serde_json::from_value(argv).unwrap_or_default(),
            Err(broken) => return Err(End::Broken(broken)),
        };
        let Some((tool, args)) = argv.split_first() else {
            return Err(End::Broken(Broken::NotStarted("compute_argv gives no command".to_owned())));
        };
        let mut command = Command::new(tool);
        command.args(args);
        program_end(once::run(command, &program.stdin, self.limits).map_err(End::Broken)?, UNKNOWN)
    }
}
