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
use tempfile::{NamedTempFile, TempDir};

/// What is there now.
struct Open {
    files: BTreeSet<PathBuf>,
    folders: BTreeSet<PathBuf>,
    workers: BTreeSet<u32>,
}

static OPEN: Mutex<Open> =
    Mutex::new(Open { files: BTreeSet::new(), folders: BTreeSet::new(), workers: BTreeSet::new() });

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

/// A file that is not complete yet, which goes with the value or with the process unless it is given its place.
#[derive(Debug)]
pub struct NewFile(NamedTempFile);

impl NewFile {
    /// The file that `builder` makes in `parent`.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn in_folder(builder: &tempfile::Builder<'_, '_>, parent: &Path) -> io::Result<Self> {
        let mut open = open();
        let file = builder.tempfile_in(parent)?;
        open.files.insert(file.path().to_owned());
        Ok(NewFile(file))
    }

    /// To write to.
    pub fn as_file(&mut self) -> &mut fs::File {
        self.0.as_file_mut()
    }

    /// Gives the file the place `path`, in the place of what is there.
    ///
    /// # Errors
    /// It cannot be moved.
    pub fn persist(self, path: &Path) -> io::Result<()> {
        // From here on nobody removes it, under whichever of its names.
        let mut open = open();
        open.files.remove(self.0.path());
        self.0.persist(path).map(drop).map_err(|error| error.error)
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

/// Ends all workers and removes all folders and files that are not complete. Nothing can be done about what resists. Whoever starts or makes another after this
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
    for file in &open.files {
        let _ = fs::remove_file(file);
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
    use std::io::Write as _;

    #[test]
    fn files_are_kept_when_they_have_their_place() {
        let folder = Folder::new("preflight-test-").expect("a folder");
        let place = folder.path().join("place");
        let mut file = NewFile::in_folder(&tempfile::Builder::new(), folder.path()).expect("a file");
        file.as_file().write_all(b"1").expect("it is written");
        let path = file.0.path().to_owned();
        assert!(open().files.contains(&path));
        file.persist(&place).expect("it is moved");
        assert!(!path.exists() && !open().files.contains(&path));
        assert_eq!(fs::read_to_string(&place).expect("the file"), "1");
    }

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
