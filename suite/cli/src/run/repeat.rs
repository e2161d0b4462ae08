//! What several runs of one program share, so that each finds the same world although parts of it are real.

use anyhow::Context;
use preflight_engine::wasi::world::{Clocks, Dir, HostDir, OpenOptions, Opened, Preopen, Random, Tape, VirtualDir};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What the runs share.
#[derive(Debug)]
pub struct Repeat {
    /// What the real clocks show, in each run.
    tape: Tape,
    /// A real number from which the random bytes of each run are made.
    seed: u64,
    /// Directories that lie in no other, copied before any run.
    copies: Vec<VirtualDir>,
    /// The directories that are given: their names, and where they are in which copy.
    dirs: Vec<(String, usize, String)>,
}

impl Repeat {
    /// For programs that are given these directories, with their names for the guest.
    ///
    /// # Errors
    /// A directory that cannot be copied.
    pub fn new(dirs: &[(&str, &str)]) -> anyhow::Result<Self> {
        let mut seed = [0; 8];
        Random::System.fill(&mut seed).context("the system gives no random number")?;
        let mut repeat =
            Repeat { tape: Tape::default(), seed: u64::from_le_bytes(seed), copies: Vec::new(), dirs: Vec::new() };
        let real = |host: &str| fs::canonicalize(host).with_context(|| format!("--dir {host}"));
        let paths = dirs.iter().map(|(host, _)| real(host)).collect::<anyhow::Result<Vec<PathBuf>>>()?;
        // What is written through one of them is there in the other: directories within directories are one copy.
        let outermost = |path: &PathBuf| {
            let around = paths.iter().filter(|other| path.starts_with(other));
            around.min_by_key(|other| other.components().count()).unwrap_or(path).clone()
        };
        let mut roots: Vec<PathBuf> = Vec::new();
        for ((host, guest), path) in dirs.iter().zip(&paths) {
            let root = outermost(path);
            let index = match roots.iter().position(|other| *other == root) {
                Some(index) => index,
                None => {
                    repeat.copies.push(copy(host, &root)?);
                    roots.push(root.clone());
                    roots.len() - 1
                }
            };
            let inside = path.strip_prefix(&root).unwrap_or(Path::new("")).to_string_lossy();
            let inside =
                if inside.is_empty() { ".".to_owned() } else { inside.replace(std::path::MAIN_SEPARATOR, "/") };
            repeat.dirs.push(((*guest).to_owned(), index, inside));
        }
        Ok(repeat)
    }

    /// The real clocks, for one run.
    pub fn clocks(&self) -> Clocks {
        Clocks::taped(&self.tape)
    }

    /// Real randomness, for one run.
    pub fn random(&self) -> Random {
        Random::Seeded(self.seed)
    }

    /// The directories as they were before any run, for one run.
    pub fn preopens(&self, clocks: &Clocks) -> Vec<Preopen> {
        let copies: Vec<VirtualDir> = self.copies.iter().map(|copy| copy.duplicate(clocks.clone())).collect();
        let open = |(name, copy, path): &(String, usize, String)| {
            let options = OpenOptions { follow: true, directory: true, ..OpenOptions::default() };
            match Dir::Virtual(copies[*copy].clone()).open(path, options) {
                Ok(Opened::Dir(dir)) => Some(Preopen { name: name.clone(), dir }),
                // Names that are no text are not in the copy.
                _ => None,
            }
        };
        self.dirs.iter().filter_map(open).collect()
    }
}

fn copy(host: &str, path: &Path) -> anyhow::Result<VirtualDir> {
    let dir = HostDir::ambient(path).with_context(|| format!("--dir {host}"))?;
    dir.copy().with_context(|| {
        format!(
            "--dir {host}: each of the two tiers works on a copy in memory (at most 1 GiB and 65,536 names), so that both find the \
             same, and there can be none; give a smaller directory, or one tier"
        )
    })
}
