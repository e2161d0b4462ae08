//! Results: to standard output, or to a file that is there in full or not at all.

use crate::run::Agreement;
use anyhow::Context;
use preflight::leftovers::NewFile;
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Writes `text`, which may hold colours, to `file` or to standard output. Colours reach terminals that want them.
///
/// # Errors
/// The file or standard output cannot be written; what was in the file stays there.
pub fn data(file: Option<&Path>, text: &str) -> anyhow::Result<()> {
    match file {
        Some(path) if path != Path::new("-") => {
            let plain = anstream::adapter::strip_str(text).to_string();
            write_file(path, plain.as_bytes()).with_context(|| {
                format!("cannot write {}, which is left as it was (give another --out)", path.display())
            })
        }
        _ => to_stdout(text).context("cannot write to standard output"),
    }
}

/// As [`data`], but for text without colours, every byte of which stays as it is.
///
/// # Errors
/// The file or standard output cannot be written; what was in the file stays there.
pub fn raw(path: Option<&Path>, text: &str) -> anyhow::Result<()> {
    match path {
        Some(path) if path != Path::new("-") => file(path, text.as_bytes()),
        _ => {
            let mut out = stdout();
            out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("cannot write to standard output")
        }
    }
}

/// Writes `bytes` to `path`, in full or not at all.
///
/// # Errors
/// The file cannot be written; what was in it stays there.
pub fn file(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    write_file(path, bytes)
        .with_context(|| format!("cannot write {}: is its folder there and writable?", path.display()))
}

fn to_stdout(text: &str) -> io::Result<()> {
    let mut out = WhileRead(anstream::stdout().lock());
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Standard output, for as long as somebody reads it.
pub fn stdout() -> WhileRead<io::StdoutLock<'static>> {
    WhileRead(io::stdout().lock())
}

/// Standard error, for as long as somebody reads it.
pub fn stderr() -> WhileRead<io::StderrLock<'static>> {
    WhileRead(io::stderr().lock())
}

/// Whoever closes a pipe has read enough: what else is written there goes nowhere, and how a command ends does not depend on
/// it.
pub struct WhileRead<W>(W);

impl<W: Write> Write for WhileRead<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        unless_closed(self.0.write(bytes), bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        unless_closed(self.0.flush(), ())
    }
}

fn unless_closed<T>(result: io::Result<T>, done: T) -> io::Result<T> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(done),
        result => result,
    }
}

/// A message that is not data.
pub fn complain(message: &str) {
    note(&format!("error: {message}"));
}

/// Tells where the tiers differ, if they do, and how far they were compared, if that was not to the end.
pub fn complain_of_disagreement(agreement: &Agreement) {
    match agreement {
        Agreement::Differ(difference) => {
            complain(&format!("the tiers differ (old: the interpreter, new: the compiler); {}", difference.trim_end()));
        }
        Agreement::SoFar(text) => note(&format!("note: {text}")),
        Agreement::Whole => {}
    }
}

/// A remark that is not data. A standard error that cannot be written is nobody's concern.
pub fn note(message: &str) {
    let _ = writeln!(anstream::stderr(), "{message}");
}

/// Writes beside the file and renames, so that no reader sees half of it.
pub fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A link is followed: the file that it names is replaced. Devices and pipes cannot be replaced, only written.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let existing = fs::metadata(&target).ok();
    match &existing {
        Some(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Some(found) if !found.is_file() => return fs::OpenOptions::new().write(true).open(&target)?.write_all(bytes),
        _ => {}
    }
    let folder = folder(&target);
    let mut file = NewFile::in_folder(&new_file(), &folder).map_err(|error| without_new_path(&error, &folder))?;
    file.as_file().write_all(bytes)?;
    file.as_file().sync_all()?;
    if let Some(found) = existing {
        file.as_file().set_permissions(found.permissions())?;
    }
    file.persist(&target)
}

/// What prevented a new file in a folder: the name that it would have had is nobody's concern.
fn without_new_path(error: &io::Error, folder: &Path) -> io::Error {
    let why = match error.kind() {
        io::ErrorKind::NotFound => format!("there is no folder {}", folder.display()),
        io::ErrorKind::NotADirectory => format!("{} is no folder", folder.display()),
        io::ErrorKind::PermissionDenied => format!("no permission to write in {}", folder.display()),
        io::ErrorKind::ReadOnlyFilesystem => format!("{} cannot be written to: it is read-only", folder.display()),
        io::ErrorKind::StorageFull => format!("no space is left in {}", folder.display()),
        _ => error.to_string(),
    };
    io::Error::new(error.kind(), why)
}

fn folder(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Temporary files are private by default; this one becomes an ordinary file.
fn new_file<'a, 'b>() -> tempfile::Builder<'a, 'b> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".preflight-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder
}
