//! Many script files: found, run in parallel, reported in a fixed order.

use crate::{
    results::{Failure, FileResult, Results, StaleResult, Unsupported},
    script::{self, DirectiveReport, FailureKind, Options, Status, stack},
};
use rayon::prelude::*;
use std::{
    borrow::Cow,
    collections::HashSet,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    time::Instant,
};
use thiserror::Error;

/// One file to run.
#[derive(Debug, Clone)]
pub struct Job {
    /// What results call it.
    pub path: String,
    /// Where its text is.
    pub text: Text,
    /// How it is run.
    pub options: Options,
    /// Its directives that contradict today's specification.
    pub stale: Vec<StaleDirective>,
}

/// Where the text of a script is.
#[derive(Debug, Clone)]
pub enum Text {
    /// In this file, which is read when its turn comes.
    File(PathBuf),
    /// Here.
    Here(Cow<'static, str>),
}

/// A directive that contradicts today's specification: it is run, must fail, and is counted apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleDirective {
    /// Line of its opening parenthesis.
    pub line: u64,
    /// The clause that it contradicts.
    pub clause: String,
    /// Why.
    pub reason: String,
}

/// A path that cannot be run.
#[derive(Debug, Error)]
pub enum PathError {
    /// Nothing is there, or it cannot be read.
    #[error("{}: {error}; give the path of a .wast file, or of a folder that holds some", path.display())]
    Unreadable {
        /// The path as given.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A pipe, a socket or a device: reading it could last for ever.
    #[error("{}: neither a file nor a folder; give the path of a .wast file, or of a folder that holds some", path.display())]
    NoFile {
        /// The path as given.
        path: PathBuf,
    },
    /// A case is named by its path, and results have no other names than text.
    #[error("{path:?}: the name is no UTF-8, and results name cases by it: give the file another name")]
    NotUtf8 {
        /// The path as given.
        path: PathBuf,
    },
    /// A folder without scripts.
    #[error("{}: no .wast file in this folder or below it", path.display())]
    NoScripts {
        /// The path as given.
        path: PathBuf,
    },
}

/// The jobs for `paths`: a file is taken whatever its name, a folder is walked for `.wast` files. In the order of the
/// paths, and in a folder by name; a path that is there twice is run once.
///
/// # Errors
/// The first path that cannot be used.
pub fn jobs(paths: &[PathBuf], options: &Options) -> Result<Vec<Job>, PathError> {
    let (mut jobs, mut seen) = (Vec::new(), HashSet::new());
    for path in paths {
        let unreadable = |error| PathError::Unreadable { path: path.clone(), error };
        let mut found = Vec::new();
        let kind = fs::metadata(path).map_err(unreadable)?;
        if kind.is_dir() {
            walk(path, &mut found).map_err(unreadable)?;
            found.sort();
        } else if !kind.is_file() {
            return Err(PathError::NoFile { path: path.clone() });
        } else {
            // Opened now, so that a file that cannot be read stops the run before it begins.
            fs::File::open(path).map_err(unreadable)?;
            found.push(path.clone());
        }
        if found.is_empty() {
            return Err(PathError::NoScripts { path: path.clone() });
        }
        // A file that a folder and a path both name is run once.
        found.retain(|file| seen.insert(file.clone()));
        jobs.extend(found.into_iter().map(|file| Job::new(file, options)));
    }
    Ok(jobs)
}

/// The most that is read of a file or of a pipe: no offset of a module is larger than 32 bits, and no real module comes near.
pub const MAX_BYTES: u64 = 1 << 30;

/// The bytes of a file.
///
/// # Errors
/// It cannot be read, or is larger than [`MAX_BYTES`], as some devices are.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let file = fs::File::open(path)?;
    if file.metadata()?.len() > MAX_BYTES {
        return Err(too_large());
    }
    read_all(file)
}

/// All that comes.
///
/// # Errors
/// Reading fails, or it is more than [`MAX_BYTES`].
pub fn read_all(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES { Err(too_large()) } else { Ok(bytes) }
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, "larger than 1 GiB, which is the most that is read")
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        // A link to a folder is not followed: it could lead back here.
        if entry.file_type()?.is_dir() {
            walk(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "wast") {
            // A link that leads nowhere is told, and one to a folder is not followed.
            let found_there = fs::metadata(&path);
            let kind =
                found_there.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
            if kind.is_file() {
                found.push(path);
            }
        }
    }
    Ok(())
}

impl Job {
    fn new(file: PathBuf, options: &Options) -> Self {
        let path = file.display().to_string();
        Job { path, text: Text::File(file), options: options.clone(), stale: Vec::new() }
    }
}

/// Runs `jobs` on `threads` threads (`None`: as many as there are cores), and tells `progress` about each file that is
/// done, in whatever order that happens. The results stand in the order of the jobs.
///
/// # Panics
/// If the system gives no threads.
pub fn run(jobs: &[Job], threads: Option<usize>, progress: &(dyn Fn(&FileResult) + Sync)) -> Results {
    let pool = stack::pool(threads).expect("the system gives threads");
    let one = |job: &Job| {
        let result = run_with(job, &stack::in_pool(&job.options));
        progress(&result);
        result
    };
    // One file at a time to each thread: they differ much in length, and large chunks would leave threads without work.
    Results::new(pool.install(|| jobs.par_iter().with_max_len(1).map(one).collect()))
}

/// Runs one file, on this thread.
pub fn run_job(job: &Job) -> FileResult {
    run_with(job, &job.options)
}

fn run_with(job: &Job, options: &Options) -> FileResult {
    let start = Instant::now();
    let mut result = match text(&job.text) {
        Ok(text) => run_text(job, &text, options),
        Err(error) => FileResult::not_run(&job.path, "file", "a readable script", error.to_string()),
    };
    result.elapsed = start.elapsed();
    result
}

fn text(text: &Text) -> io::Result<Cow<'_, str>> {
    match text {
        Text::Here(text) => Ok(Cow::Borrowed(text)),
        Text::File(path) => {
            let bytes = read(path)?;
            let what = if bytes.starts_with(b"\0asm") {
                "a module or a component in the binary format; `preflight trace` and `preflight exec` take those"
            } else {
                "bytes that are no UTF-8"
            };
            match String::from_utf8(bytes) {
                Ok(text) if !text.starts_with("\0asm") => Ok(Cow::Owned(text)),
                _ => Err(io::Error::new(io::ErrorKind::InvalidData, what)),
            }
        }
    }
}

fn run_text(job: &Job, text: &str, options: &Options) -> FileResult {
    match script::run(text, options) {
        Ok(script) => collect(job, &script.reports),
        Err(error) => {
            let mut result = FileResult::not_run(&job.path, "script", "a script (.wast)", error.message);
            (result.failures[0].line, result.failures[0].column) = (error.line, error.column);
            result
        }
    }
}

/// Counts the reports, stale ones apart.
fn collect(job: &Job, reports: &[DirectiveReport]) -> FileResult {
    let mut result = FileResult { path: job.path.clone(), directives: reports.len() as u64, ..FileResult::default() };
    for report in reports {
        match job.stale.iter().find(|stale| stale.line == report.line) {
            Some(stale) => count_stale(&mut result, report, stale),
            None => count(&mut result, report),
        }
    }
    for stale in &job.stale {
        if !reports.iter().any(|report| report.line == stale.line) {
            push_stale_error(&mut result, stale, "nothing: the entry matches no directive");
        }
    }
    result.failures.sort_by_key(|failure| (failure.line, failure.column));
    result
}

fn count(result: &mut FileResult, report: &DirectiveReport) {
    let DirectiveReport { line, column, status, .. } = report;
    let directive = report.directive.to_owned();
    match status {
        Status::Passed => result.passed += 1,
        Status::Failed { expected, got, kind } => {
            result.failed += 1;
            let (expected, got, harness) = (expected.clone(), got.clone(), *kind == FailureKind::Harness);
            result.failures.push(Failure { line: *line, column: *column, directive, expected, got, harness });
        }
        Status::Unsupported(what) => {
            result.unsupported += 1;
            let what = what.clone();
            result.unsupported_directives.push(Unsupported { line: *line, column: *column, directive, what });
        }
    }
}

/// A stale directive that passes is a failure: either the engine or the list is wrong.
fn count_stale(result: &mut FileResult, report: &DirectiveReport, stale: &StaleDirective) {
    match &report.status {
        Status::Failed { expected, got, kind: FailureKind::Mismatch } => result.stale.push(StaleResult {
            line: report.line,
            directive: report.directive.to_owned(),
            clause: stale.clause.clone(),
            reason: stale.reason.clone(),
            expected: expected.clone(),
            got: got.clone(),
        }),
        Status::Passed => {
            result.failed += 1;
            result.failures.push(Failure {
                line: report.line,
                column: report.column,
                directive: report.directive.to_owned(),
                expected: format!("a failure, since it contradicts {} ({})", stale.clause, stale.reason),
                got: "it passed".to_owned(),
                harness: false,
            });
        }
        _ => count(result, report),
    }
}

/// An entry that matches nothing counts as a directive of its own, so that the counts still add up.
fn push_stale_error(result: &mut FileResult, stale: &StaleDirective, got: &str) {
    result.directives += 1;
    result.failed += 1;
    result.failures.push(Failure {
        line: stale.line,
        column: 1,
        directive: "stale".to_owned(),
        expected: format!("a directive that contradicts {}", stale.clause),
        got: got.to_owned(),
        harness: false,
    });
}
