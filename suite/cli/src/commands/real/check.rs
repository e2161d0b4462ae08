//! What a program gave against what the manifest says.

use super::{fetch::sha256, manifest::Program, run::Done};
use preflight_engine::trace::Outcome;

/// What was not as expected.
pub fn failures(program: &Program, outcome: &Outcome, done: &Done) -> Vec<String> {
    let expected = &program.expect;
    let mut failures = Vec::new();
    let mut check = |holds: bool, failure: String| {
        if !holds {
            failures.push(failure);
        }
    };
    let code = match outcome {
        Outcome::Exit { code } => Some(*code),
        Outcome::Returned { .. } => Some(0),
        _ => None,
    };
    check(code == Some(expected.exit), format!("it ended as {outcome}, expected exit {}", expected.exit));
    for (name, bytes, text) in
        [("output", &done.stdout, &expected.stdout), ("error output", &done.stderr, &expected.stderr)]
    {
        if let Some(text) = text {
            let actual = String::from_utf8_lossy(bytes);
            check(actual == text.as_str(), format!("standard {name} is {actual:?}, expected {text:?}"));
        }
    }
    if let Some(part) = &expected.stdout_contains {
        let actual = String::from_utf8_lossy(&done.stdout);
        check(actual.contains(part), format!("standard output {actual:?} does not contain {part:?}"));
    }
    if let Some(sum) = &expected.stdout_sha256 {
        let actual = sha256(&done.stdout);
        check(actual == *sum, format!("standard output has the SHA-256 {actual}, expected {sum}"));
    }
    for (path, bytes) in &done.files {
        let Some(bytes) = bytes else {
            check(false, format!("there is no file {path}"));
            continue;
        };
        if let Some(sum) = expected.files.get(path) {
            let actual = sha256(bytes);
            check(actual == *sum, format!("{path} has the SHA-256 {actual}, expected {sum}"));
        }
        if let Some(size) = expected.png.get(path) {
            let actual = png_size(bytes);
            check(actual == Some(*size), format!("{path} is no PNG of {size:?} pixels, but {actual:?}"));
        }
    }
    failures
}

/// Width and height of a PNG picture: the signature, then the header chunk (PNG specification, 5.2 and 11.2.1).
fn png_size(bytes: &[u8]) -> Option<[u32; 2]> {
    let rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let header = rest.strip_prefix(b"\0\0\0\x0dIHDR")?;
    let number = |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
    bytes.ends_with(b"IEND\xaeB`\x82").then_some([number(0)?, number(4)?])
}

#[cfg(test)]
mod tests {
    use super::png_size;

    #[test]
    fn only_whole_pictures_have_a_size() {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x02\0\0\0\x03".to_vec();
        assert_eq!(png_size(&bytes), None);
        bytes.extend(b"IEND\xaeB`\x82");
        assert_eq!(png_size(&bytes), Some([2, 3]));
        assert_eq!(png_size(b""), None);
    }
}
