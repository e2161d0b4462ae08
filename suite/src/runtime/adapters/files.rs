//! What all command lines have in common: programs in files, and how an exit status is read.

use crate::{
    case::Broken,
    leftovers::Folder,
    runtime::{End, Program, ProgramEnd, process::once::Left},
};
use std::{fs, io, path::PathBuf};

/// A folder with what a command line is given.
pub(super) struct Files(Folder);

impl Files {
    pub(super) fn new() -> Result<Self, End> {
        Folder::new("preflight-").map(Files).map_err(broken)
    }

    /// Writes a file and gives its path.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<String, End> {
        let path: PathBuf = self.0.path().join(name);
        fs::write(&path, bytes).map_err(broken)?;
        Ok(path.display().to_string())
    }

    /// Makes the empty folders that a program finds open: each with the name that it has there.
    pub(super) fn preopens(&self, program: &Program) -> Result<Vec<(String, String)>, End> {
        let one = |(index, name): (usize, &String)| {
            let path = self.0.path().join(format!("dir{index}"));
            fs::create_dir(&path).map_err(broken)?;
            Ok((path.display().to_string(), name.clone()))
        };
        program.preopens.iter().enumerate().map(one).collect()
    }

    /// Writes the modules of a program: the main file, and the preloads with their names.
    pub(super) fn program(&self, program: &Program) -> Result<(String, Vec<(String, String)>), End> {
        let mut preloads = Vec::new();
        for (index, (name, bytes)) in program.preloads.iter().enumerate() {
            preloads.push((name.clone(), self.write(&format!("preload{index}.wasm"), bytes)?));
        }
        Ok((self.write("main.wasm", &program.main)?, preloads))
    }
}

fn broken(error: io::Error) -> End {
    End::Broken(Broken::NotStarted(format!("a temporary file: {error}")))
}

/// How a tool tells that it was at its own end, and not at that of the program: by what it wrote to standard error.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    /// Whether these are words of the tool, if it exits with this code.
    pub(super) complains: fn(i32, &str) -> bool,
    /// Whether 134, or the signal of that number, is a trap with these words. Without, it is an exit or a crash.
    pub(super) traps: fn(&str) -> bool,
}

/// Of a tool that is not known: 134 is a trap, and a complaint is a line that says more than one of the usual words. The word
/// alone says of nothing what is wrong with it, and may be the program's.
pub(super) const UNKNOWN: Manner = Manner { complains: |_, said| said.lines().any(is_complaint), traps: |_| true };

fn is_complaint(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    let word = ["error", "trap", "exception", "unreachable"].iter().find(|word| line.contains(**word));
    word.is_some_and(|word| line.trim_matches(|c: char| !c.is_alphanumeric()) != *word)
}

/// `SIGABRT`, and the exit code that shells and some tools make of it.
const ABORT: i32 = 6;

/// Reads an exit status: 0 returned; 134 or `SIGABRT`: a trap, if it is one in the tool's manner; any other signal: the tool has
/// crashed; a code with a complaint of the tool: a failure that is not explained further; any other code is the program's own.
///
/// # Errors
/// [`End::Broken`]: the tool crashed.
pub(super) fn program_end(left: Left, manner: Manner) -> Result<ProgramEnd, End> {
    let (code, signal, words) = (left.code(), left.signal(), left.words());
    let said = String::from_utf8_lossy(&left.stderr);
    let end = match (code, signal) {
        (_, Some(ABORT)) if (manner.traps)(&said) => Err(End::Trap(Vec::new(), words)),
        (_, Some(_)) => {
            return Err(End::Broken(Broken::Crashed { status: left.status.to_string(), stderr: words }));
        }
        (0, _) => Ok(()),
        (code, _) if code == 128 + ABORT && (manner.traps)(&said) => Err(End::Trap(Vec::new(), words)),
        (code, _) if (manner.complains)(code, &said) => Err(End::Failed(words)),
        (code, _) => Err(End::Exit(code)),
    };
    Ok(ProgramEnd { stdout: left.stdout, end })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::{os::unix::process::ExitStatusExt, process::ExitStatus};

    fn end(wait_status: i32, stderr: &str) -> Result<(), End> {
        let status = ExitStatus::from_raw(wait_status);
        program_end(Left { status, stdout: Vec::new(), stderr: stderr.into() }, UNKNOWN)?.end
    }

    #[test]
    fn a_signal_is_a_crash_but_for_that_of_abort() {
        for signal in [4, 9, 11, 15] {
            assert!(matches!(end(signal, ""), Err(End::Broken(Broken::Crashed { .. }))), "{signal}");
        }
        for status in [6, 134 << 8] {
            assert!(matches!(end(status, ""), Err(End::Trap(..))), "{status}");
        }
    }

    #[test]
    fn codes_are_the_programs_unless_the_tool_complains() {
        for (code, said) in [(1, "error\n"), (33, "Error!\n"), (1, "hello"), (128, ""), (139, ""), (200, "")] {
            assert_eq!(end(code << 8, said), Err(End::Exit(code)), "{code} {said}");
        }
        for said in ["Error: no such file", "error: RuntimeError: unreachable", "x\nException: unreachable"] {
            assert!(matches!(end(1 << 8, said), Err(End::Failed(_))), "{said}");
        }
        assert_eq!(end(0, "Error: none"), Ok(()));
    }
}
