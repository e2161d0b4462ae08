//! The drivers in other languages, which travel with this crate.

use crate::leftovers::Folder;
use std::{fs, io};

const FILES: &[(&str, &str)] = &[
    ("acting.mjs", include_str!("../../../drivers/acting.mjs")),
    ("core.mjs", include_str!("../../../drivers/core.mjs")),
    ("ends.mjs", include_str!("../../../drivers/ends.mjs")),
    ("js-case.mjs", include_str!("../../../drivers/js-case.mjs")),
    ("node.mjs", include_str!("../../../drivers/node.mjs")),
    ("gjs.mjs", include_str!("../../../drivers/gjs.mjs")),
    ("jco.mjs", include_str!("../../../drivers/jco.mjs")),
    ("jco-ends.mjs", include_str!("../../../drivers/jco-ends.mjs")),
    ("jco-run.mjs", include_str!("../../../drivers/jco-run.mjs")),
    ("jco-transpile.mjs", include_str!("../../../drivers/jco-transpile.mjs")),
    ("preflight_driver.py", include_str!("../../../drivers/preflight_driver.py")),
    ("wasmtime_python.py", include_str!("../../../drivers/wasmtime_python.py")),
    ("wasmtime_acting.py", include_str!("../../../drivers/wasmtime_acting.py")),
    ("wasmtime_wasi.py", include_str!("../../../drivers/wasmtime_wasi.py")),
    ("pywasm_python.py", include_str!("../../../drivers/pywasm_python.py")),
    ("typed.mjs", include_str!("../../../drivers/typed.mjs")),
    ("wasmer_python.py", include_str!("../../../drivers/wasmer_python.py")),
    ("pywasm3_python.py", include_str!("../../../drivers/pywasm3_python.py")),
];

/// Writes them to a folder that goes when the value does.
pub(super) fn write() -> io::Result<Folder> {
    let folder = Folder::new("preflight-drivers-")?;
    for (name, text) in FILES {
        fs::write(folder.path().join(name), text)?;
    }
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drivers_are_short() {
        for (name, text) in FILES {
            assert!(text.lines().count() <= 150, "{name}");
        }
    }
}
