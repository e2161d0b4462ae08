//! Runs the built program in a folder of its own.

use std::{fs, path::PathBuf};
use tempfile::TempDir;

/// A folder with files for one test.
pub struct Folder(TempDir);

/// What a run of the program did.
#[allow(dead_code, reason = "each test program takes what it needs")]
pub struct Run {
    /// The exit status.
    pub status: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Folder {
    /// A folder with these files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let folder = Folder(tempfile::tempdir().unwrap());
        for (name, text) in files {
            folder.write(name, text.as_bytes());
        }
        folder
    }

    /// Writes a file.
    pub fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// Where a file is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs `preflight` with these arguments, separated by blanks.
    #[allow(dead_code, reason = "each test program takes what it needs")]
    pub fn run(&self, args: &str) -> Run {
        self.run_with(args, &[], "")
    }

    /// Runs `preflight` with variables of the environment and standard input.
    #[allow(dead_code, reason = "each test program takes what it needs")]
    pub fn run_with(&self, args: &str, variables: &[(&str, &str)], stdin: &str) -> Run {
        self.run_list(&args.split_whitespace().collect::<Vec<_>>(), variables, stdin)
    }

    /// As [`run_with`](Self::run_with), with arguments that may have blanks in them.
    #[allow(dead_code, reason = "each test program takes what it needs")]
    pub fn run_list(&self, args: &[&str], variables: &[(&str, &str)], stdin: &str) -> Run {
        let mut command = assert_cmd::cargo::cargo_bin_cmd!("preflight");
        command.current_dir(self.0.path()).args(args).write_stdin(stdin);
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").envs(variables.iter().copied());
        let output = command.output().unwrap();
        Run {
            status: output.status.code().expect("the program is not killed by a signal"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Asserts that `text` holds all of `parts`.
#[allow(dead_code, reason = "each test program takes what it needs")]
#[track_caller]
pub fn contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "missing {part:?} in:\n{text}");
    }
}
