//! Lists the case files, so that they travel with the crate: the folders are scanned, no list is edited.

use std::{env, fmt::Write, fs, io, path::Path};

/// The folders of cases, one for each chapter.
const CHAPTERS: [&str; 6] = ["core", "p1", "component", "p2", "toolchain", "js"];

fn main() -> io::Result<()> {
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let mut list = String::from("&[\n");
    for chapter in CHAPTERS {
        println!("cargo::rerun-if-changed={chapter}");
        let folder = Path::new(&root).join(chapter);
        if !folder.is_dir() {
            continue;
        }
        let mut names = Vec::new();
        for entry in fs::read_dir(&folder)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.ends_with(".wast") || name.ends_with(".js") {
                names.push(name);
            }
        }
        names.sort();
        for name in names {
            let (path, file) = (format!("{chapter}/{name}"), folder.join(&name));
            writeln!(list, "    CaseFile {{ path: {path:?}, text: include_str!({file:?}) }},")
                .map_err(io::Error::other)?;
        }
    }
    list.push(']');
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("cases.rs"), list)?;
    fs::write(Path::new(&out).join("expect.rs"), expectations(Path::new(&root))?)
}

/// Lists the files of expectations, one for each runtime.
fn expectations(root: &Path) -> io::Result<String> {
    println!("cargo::rerun-if-changed=expect");
    let mut files = Vec::new();
    for entry in fs::read_dir(root.join("expect"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    let row = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        format!("    ({name:?}, include_str!({path:?})),\n")
    };
    Ok(format!("&[\n{}]", files.iter().map(row).collect::<String>()))
}
