//! What would be left if a signal ended this process: temporary folders, and workers in process groups of their own, which no
//! terminal reaches. Whoever handles signals calls [`remove`] before the end.

#[cfg(unix)]
mod mark;

#[cfg(unix)]
pub(crate) use mark::Mark;

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};
use tempfile::TempDir;

/// What is there now.
struct Open {
    folders: BTreeSet<PathBuf>,
    workers: BTreeSet<u32>,
}

static OPEN: Mutex<Open> = Mutex::new(Open { folders: BTreeSet::new(), workers: BTreeSet::new() });

fn open() -> MutexGuard<'static, Open> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A temporary folder, which goes with the value or with the process.
#[derive(Debug)]
pub struct Folder(TempDir);

impl Folder {
    /// A folder among the system's temporary ones; its name begins with `prefix`.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new(prefix: &str) -> io::Result<Self> {
        Self::make(|| tempfile::Builder::new().prefix(prefix).tempdir())
    }

    /// A folder in `parent`.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn in_folder(parent: &Path) -> io::Result<Self> {
        Self::make(|| tempfile::tempdir_in(parent))
    }

    fn make(make: impl FnOnce() -> io::Result<TempDir>) -> io::Result<Self> {
        let mut open = open();
        let folder = make()?;
        open.folders.insert(folder.path().to_owned());
        Ok(Folder(folder))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Gives the folder the place `path`, which holds nothing or what is to go. Should another process have been faster, its
    /// folder stays.
    ///
    /// # Errors
    /// What is there cannot be removed, or the folder cannot be moved.
    pub fn move_to(self, path: &Path) -> io::Result<()> {
        if path.exists() {
            fs::remove_dir_all(path)?;
        }
        match fs::rename(self.path(), path) {
            Err(_) if path.is_dir() => Ok(()),
            moved => moved,
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        open().folders.remove(self.0.path());
    }
}

/// Starts a worker. None is started once [`remove`] has begun.
#[cfg(unix)]
pub(crate) fn start(spawn: impl FnOnce() -> io::Result<std::process::Child>) -> io::Result<std::process::Child> {
    let mut open = open();
    let worker = spawn()?;
    open.workers.insert(worker.id());
    Ok(worker)
}

/// A worker is about to be ended, or has ended.
#[cfg(unix)]
pub(crate) fn ended(worker: u32) {
    open().workers.remove(&worker);
}

/// Ends all workers and removes all folders. Nothing can be done about what resists. Whoever starts or makes another after this
/// waits for ever: the process is about to end.
pub fn remove() {
    let open = open();
    for worker in &open.workers {
        end_group(*worker);
    }
    #[cfg(unix)]
    Mark::of_this_process().end_all();
    for folder in &open.folders {
        let _ = fs::remove_dir_all(folder);
    }
    std::mem::forget(open);
}

#[cfg(unix)]
fn end_group(worker: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(pid) = Pid::from_raw(worker.cast_signed()) {
        let _ = kill_process_group(pid, Signal::KILL);
    }
}

/// Elsewhere a worker ends with its input.
#[cfg(not(unix))]
fn end_group(_worker: u32) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_go_with_their_values_and_can_be_given_a_place() {
        let outer = Folder::new("preflight-test-").expect("a folder");
        let inner = Folder::in_folder(outer.path()).expect("a folder");
        fs::write(inner.path().join("a"), "1").expect("a file");
        let place = outer.path().join("place");
        fs::create_dir(&place).expect("what is to go");
        inner.move_to(&place).expect("it is moved");
        assert_eq!(fs::read_to_string(place.join("a")).expect("the file"), "1");
        let path = outer.path().to_owned();
        assert!(open().folders.contains(&path));
        drop(outer);
        assert!(!path.exists() && !open().folders.contains(&path));
    }
}
