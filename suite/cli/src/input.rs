//! Files that the person names: read, told apart, decoded and validated, with errors that say what to do.

use preflight::files;
use preflight_engine::{Config, Module, ModuleError, component::Component};
use std::{io, path::Path};
use thiserror::Error;

/// The first bytes of a core module.
const CORE: [u8; 8] = *b"\0asm\x01\0\0\0";

/// Why a file cannot be used.
#[derive(Debug, Error)]
pub enum InputError {
    /// There is nothing of this name.
    #[error("{path}: no such file\n  give the path of a .wasm or .wat file, or - for standard input")]
    NotFound {
        /// The file.
        path: String,
    },
    /// It is a folder.
    #[error(
        "{path}: this is a directory\n  give a .wasm or .wat file in it (`preflight wast` runs folders of scripts)"
    )]
    Directory {
        /// The folder.
        path: String,
    },
    /// The system refused.
    #[error("{path}: cannot be read")]
    Read {
        /// The file.
        path: String,
        /// The system's reason.
        source: io::Error,
    },
    /// No bytes.
    #[error("{path}: the file is empty\n  the smallest module has 8 bytes: {}", hex(&CORE))]
    Empty {
        /// The file.
        path: String,
    },
    /// Larger than [`files::MAX_BYTES`].
    #[error("{path}: larger than 1 GiB, which no module can be")]
    TooLarge {
        /// The file.
        path: String,
    },
    /// Text, but not in UTF-8.
    #[error(
        "{path}: malformed text: no UTF-8 from offset {offset:#x} on\n  save the file as UTF-8; in strings, any byte can be written as \\hh"
    )]
    NotUtf8 {
        /// The file.
        path: String,
        /// Where the first byte stands that is no UTF-8.
        offset: usize,
    },
    /// Neither the binary nor the text format.
    #[error(
        "{path}: not WebAssembly: it begins with {}{}\n  a module begins with {} (binary; the fifth byte of a component is 0d, the seventh 01) or an opening parenthesis (text)",
        hex(first), known_format(first).map(|name| format!(" ({name})")).unwrap_or_default(), hex(&CORE)
    )]
    NotWasm {
        /// The file.
        path: String,
        /// Its first bytes.
        first: Vec<u8>,
    },
    /// The bytes do not follow the binary format.
    #[error("{path}: malformed at offset {offset:#x}{form}: {message}{there}\n  {}", unreadable(message))]
    Malformed {
        /// The file.
        path: String,
        /// Where, in bytes.
        offset: usize,
        /// ` of the binary form` for text.
        form: &'static str,
        /// What is wrong.
        message: String,
        /// The bytes there.
        there: String,
    },
    /// They do and break a rule of validation.
    #[error("{path}: invalid at offset {offset:#x}{form}: {message}\n  {}", mistaken(message))]
    Invalid {
        /// The file.
        path: String,
        /// Where, in bytes.
        offset: usize,
        /// ` of the binary form` for text.
        form: &'static str,
        /// What is wrong.
        message: String,
    },
    /// They are beyond a limit of the engine, or use what it does not have.
    #[error(
        "{path}: unsupported at offset {offset:#x}{form}: {message}\n  this is no mistake in the file: the limit is this \
         engine's, and another may take it"
    )]
    Unsupported {
        /// The file.
        path: String,
        /// Where, in bytes.
        offset: usize,
        /// ` of the binary form` for text.
        form: &'static str,
        /// What is not supported.
        message: String,
    },
    /// The text format is not followed.
    #[error("{path}:{line}:{column}: {message}{excerpt}{hint}")]
    Text {
        /// The file.
        path: String,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong.
        message: String,
        /// The source line and a mark under it.
        excerpt: String,
        /// What to do.
        hint: &'static str,
    },
}

/// What can be started.
#[derive(Debug)]
pub enum Input {
    /// A core module.
    Module(Module),
    /// A component.
    Component(Component),
}

/// Reads, decodes and validates a module or a component; `-` is standard input, text is translated first.
///
/// # Errors
/// As the variants of [`InputError`] say.
pub fn load(path: &Path, config: &Config) -> Result<Input, InputError> {
    let name = display(path);
    let bytes = read(path, &name)?;
    decode(&name, bytes, config)
}

/// Decodes and validates the bytes of the file `name`; text is translated first.
///
/// # Errors
/// As [`load`], once the file is read.
pub fn decode(name: &str, bytes: Vec<u8>, config: &Config) -> Result<Input, InputError> {
    let is_text = !bytes.starts_with(b"\0asm");
    let binary = if is_text { translate(name, &bytes)? } else { bytes };
    let form = if is_text { " of the binary form" } else { "" };
    let input = match is_component(&binary) {
        true => Component::new(config, &binary).map(Input::Component),
        false => Module::new(config, binary.as_slice()).map(Input::Module),
    };
    let path = name.to_owned();
    input.map_err(|error| match error {
        ModuleError::Malformed { offset, message } => {
            let there = there(&binary, offset);
            InputError::Malformed { path, offset, form, message, there }
        }
        ModuleError::Invalid { offset, message } => InputError::Invalid { path, offset, form, message },
        ModuleError::Unsupported { offset, message } => InputError::Unsupported { path, offset, form, message },
    })
}

/// The path for messages.
pub fn display(path: &Path) -> String {
    if is_stdin(path) { "standard input".to_owned() } else { path.display().to_string() }
}

/// Whether the path stands for standard input.
pub fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// The bytes of a file, of which there is at least one.
fn read(path: &Path, name: &str) -> Result<Vec<u8>, InputError> {
    let path_text = || name.to_owned();
    let fail = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => InputError::NotFound { path: path_text() },
        io::ErrorKind::IsADirectory => InputError::Directory { path: path_text() },
        io::ErrorKind::FileTooLarge => InputError::TooLarge { path: path_text() },
        _ => InputError::Read { path: path_text(), source },
    };
    match bytes(path).map_err(fail)? {
        bytes if bytes.is_empty() => Err(InputError::Empty { path: path_text() }),
        bytes => Ok(bytes),
    }
}

/// The bytes of a file, or of standard input for `-`.
///
/// # Errors
/// It cannot be read, or is larger than [`files::MAX_BYTES`].
pub fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    match path {
        path if is_stdin(path) => files::read_all(io::stdin().lock()),
        path if path.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        path => files::read(path),
    }
}

/// The text of a file, or of standard input for `-`.
///
/// # Errors
/// As [`bytes`], or it is no UTF-8.
pub fn text(path: &Path) -> io::Result<String> {
    String::from_utf8(bytes(path)?).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        io::Error::new(io::ErrorKind::InvalidData, format!("no UTF-8 from offset {offset:#x} on"))
    })
}

/// A document in JSON or TOML, without the byte order mark that some editors write before it, and that is no part of it (RFC 8259,
/// section 8.1).
///
/// # Errors
/// As [`text`].
pub fn document(path: &Path) -> io::Result<String> {
    let text = text(path)?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// A binary component: the same magic number, layer 1.
fn is_component(binary: &[u8]) -> bool {
    binary.len() >= 8 && binary[6..8] == [1, 0]
}

/// Text to binary.
fn translate(name: &str, bytes: &[u8]) -> Result<Vec<u8>, InputError> {
    let not_wasm = || InputError::NotWasm { path: name.to_owned(), first: bytes[..bytes.len().min(8)].to_vec() };
    let text = std::str::from_utf8(bytes).map_err(|error| match bytes.trim_ascii_start().first() {
        Some(b'(' | b';') => InputError::NotUtf8 { path: name.to_owned(), offset: error.valid_up_to() },
        _ => not_wasm(),
    })?;
    if !text.trim_start_matches(['\u{feff}']).trim_start().starts_with(['(', ';']) {
        return Err(not_wasm());
    }
    let encode = || -> Result<Vec<u8>, wast::Error> {
        let buffer = preflight::wat::buffer(text)?;
        preflight::wat::encode(&mut wast::parser::parse(&buffer)?)
    };
    encode().map_err(|error| text_error(name, text, &error))
}

fn text_error(name: &str, text: &str, error: &wast::Error) -> InputError {
    let (line, column) = error.span().linecol_in(text);
    let is_script = name.ends_with(".wast") || ["(assert_", "(register", "(invoke"].iter().any(|d| text.contains(d));
    InputError::Text {
        path: name.to_owned(),
        line: line + 1,
        column: column + 1,
        message: error.message(),
        excerpt: excerpt(text.lines().nth(line).unwrap_or_default(), column),
        hint: if text.starts_with('\u{feff}') {
            "\n  the text format has no byte order mark: save the file as UTF-8 without one"
        } else if is_script {
            "\n  this looks like a script: `preflight wast` runs those"
        } else {
            ""
        },
    }
}

/// The source line, at most a terminal's width of it, and a mark under the column (which counts bytes).
fn excerpt(line: &str, column: usize) -> String {
    const BEFORE: usize = 60;
    const WIDTH: usize = 100;
    let before = line.get(..column).unwrap_or(line).chars().count();
    let skipped = before.saturating_sub(BEFORE);
    let shown: String = line.chars().skip(skipped).take(WIDTH).map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("\n  | {shown}\n  | {}^", " ".repeat(before - skipped))
}

/// Why bytes may not follow the binary format, and what to do.
fn unreadable(message: &str) -> &'static str {
    match message.contains("legacy_exceptions") {
        true => {
            "it uses the instructions for exceptions from before the standard's (try, catch, rethrow, delegate), which \
             no version of the core specification has\n  translate it with Binaryen's `wasm-opt -all \
             --disable-compact-imports --disable-custom-descriptors --emit-exnref IN.wasm -o OUT.wasm`, or build it for \
             try_table (Emscripten: -sWASM_LEGACY_EXCEPTIONS=0; LLVM: -mllvm -wasm-use-legacy-eh=false)"
        }
        false => "the file is damaged, cut short, or uses a proposal that this engine does not have",
    }
}

/// Whose fault it is that something is not valid.
fn mistaken(message: &str) -> &'static str {
    // The message has the name between backquotes.
    let version = message.split('`').nth(1).and_then(|name| name.split_once('@')).map(|(_, version)| version);
    match version.is_some_and(is_canonical) {
        true => {
            "this is a canonical interface name, which the Component Model has behind a gate and this engine does not \
             have\n  give the interface its whole version, such as 0.2.0"
        }
        false => "whatever made this file made a mistake; no engine would instantiate it",
    }
}

/// Whether it is a `canonversion`: numbers that end with the first that is not zero, or three zeros (Explainer.md, *Canonical
/// Interface Name*).
fn is_canonical(version: &str) -> bool {
    let numbers: Vec<&str> = version.split('.').collect();
    let is_number = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    match numbers.split_last() {
        Some((last, zeros)) if zeros.len() < 3 && zeros.iter().all(|number| *number == "0") => {
            is_number(last) && !last.is_empty() || zeros.len() == 2 && *last == "0"
        }
        _ => false,
    }
}

/// The bytes at an offset, for people.
fn there(bytes: &[u8], offset: usize) -> String {
    match bytes.get(offset..) {
        None | Some([]) => format!("\n  the file ends at {:#x}", bytes.len()),
        Some(rest) => format!("\n  the bytes there: {}", hex(&rest[..rest.len().min(8)])),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

/// Formats that people give by mistake.
fn known_format(first: &[u8]) -> Option<&'static str> {
    let known: [(&[u8], &str); 8] = [
        (b"\x7fELF", "an ELF file"),
        (b"MZ", "a Windows program"),
        (b"PK\x03\x04", "a zip archive"),
        (b"\x1f\x8b", "gzip data: unpack it first"),
        (b"!<arch>", "an archive of object files"),
        (b"\xcf\xfa\xed\xfe", "a Mach-O file"),
        (b"BC\xc0\xde", "LLVM bitcode"),
        (b"<", "HTML or XML"),
    ];
    known.iter().find(|(magic, _)| first.starts_with(magic)).map(|(_, name)| *name)
}
