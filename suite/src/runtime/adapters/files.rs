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

/// Reads an exit status: 0 returned; 134 (abort) or another signal: a trap; a code of 1 or 2, or any with a complaint on
/// standard error: a failure that is not explained further; any other code is the program's own.
pub(super) fn program_end(left: Left) -> ProgramEnd {
    let (code, words) = (left.code(), left.words());
    let complains =
        ["error", "trap", "exception", "unreachable"].iter().any(|word| words.to_lowercase().contains(word));
    let end = match code {
        0 => Ok(()),
        128.. => Err(End::Trap(Vec::new(), words)),
        _ if complains => Err(End::Failed(words)),
        code => Err(End::Exit(code)),
    };
    ProgramEnd { stdout: left.stdout, end }
}
