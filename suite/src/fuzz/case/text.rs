//! Modules and components in a script: as text, or in binary form where they have none.

use super::CaseError;
use crate::fuzz::{campaign::Input, text_of};
use std::fmt::Write;

/// The widest line of a case.
pub(super) const WIDTH: usize = 120;

/// The text of a module or component, without the parenthesis and the word that it begins with.
///
/// # Errors
/// It has none: the printer or the parser has no words for something in it.
pub(super) fn body(bytes: &[u8]) -> Result<String, CaseError> {
    let printed = text_of(bytes).and_then(|_| wasmprinter::print_bytes(bytes).map_err(|error| error.to_string()));
    let printed = printed.map_err(CaseError::Print)?;
    let body = ["(component", "(module"].into_iter().find_map(|word| printed.trim().strip_prefix(word));
    Ok(folded(body.unwrap_or_default()))
}

/// A list in a header: on one line, or, if that were too wide, with a line for each thing in it.
pub(super) fn list(key: &str, things: &[String]) -> String {
    let line = format!(";;! {key} = [{}]\n", things.join(", "));
    if line.chars().count() <= WIDTH {
        return line;
    }
    let lines: String = things.iter().map(|thing| format!(";;!   {thing},\n")).collect();
    format!(";;! {key} = [\n{lines};;! ]\n")
}

/// A component in a script.
pub(super) struct Literal {
    /// What follows `(component` and its name.
    pub body: String,
    /// Whether that are its bytes.
    pub is_binary: bool,
}

/// The component: its text, or its bytes if there is none.
pub(super) fn literal(bytes: &[u8]) -> Literal {
    match body(bytes) {
        Ok(body) => Literal { body, is_binary: false },
        Err(_) => binary(bytes),
    }
}

/// The component in binary form.
pub(super) fn binary(bytes: &[u8]) -> Literal {
    Literal { body: format!(" binary\n{})", strings(bytes)), is_binary: true }
}

/// Bytes as strings, a line each.
fn strings(bytes: &[u8]) -> String {
    let mut lines = vec![String::new()];
    for byte in bytes {
        let piece = match *byte {
            byte @ (b'"' | b'\\') => format!("\\{}", char::from(byte)),
            byte @ b' '..=b'~' => char::from(byte).to_string(),
            byte => format!("\\{byte:02x}"),
        };
        // Two blanks and two quotes stand around it, and parentheses behind the last.
        match lines.last_mut() {
            Some(line) if line.len() + piece.len() <= WIDTH - 10 => *line += &piece,
            _ => lines.push(piece),
        }
    }
    lines.iter().map(|line| format!("  \"{line}\"")).collect::<Vec<_>>().join("\n")
}

/// What stands above a component in binary form: the plan that it is made of.
pub(super) fn comment(input: &Input) -> String {
    let plan = serde_json::to_string(input).expect("plans are data");
    let mut text = ";; In binary form, since its text is long, or there is none (of value definitions, and of second start definitions):\n\
                    ;; a component around that of this plan, in which a sibling takes the place of the host.\n"
        .to_owned();
    let chars: Vec<char> = plan.chars().collect();
    for line in chars.chunks(WIDTH - 5) {
        let _ = writeln!(text, ";;   {}", line.iter().collect::<String>());
    }
    text
}

/// The text with lines that are not too wide, and none with nothing but a parenthesis.
pub(super) fn folded(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let closes = line.trim().chars().all(|c| c == ')');
        match lines.last_mut() {
            // What stands behind a comment is one, too.
            Some(last) if closes && !last.contains(";;") => *last += line.trim(),
            _ => lines.push(line.to_owned()),
        }
    }
    let narrow = |line: &String| if line.chars().count() > WIDTH - 5 { fold(line) } else { line.clone() };
    lines.iter().map(narrow).collect::<Vec<_>>().join("\n")
}

/// One line in several: they end between words, and in the strings of data, of which there may be several.
fn fold(line: &str) -> String {
    let indent: String = line.chars().take_while(|c| *c == ' ').chain("  ".chars()).collect();
    let is_data = line.trim_start().starts_with("(data ");
    let (mut text, mut rest) = (String::new(), line.to_owned());
    while rest.chars().count() > WIDTH - 5 {
        let Some(place) = place(&rest, is_data) else { break };
        match place {
            Place::Blank(at) => {
                let next = format!("{indent}{}", rest[at..].trim_start());
                let _ = writeln!(text, "{}", rest[..at].trim_end());
                rest = next;
            }
            Place::String(at) => {
                let next = format!("{indent}\"{}", &rest[at..]);
                let _ = writeln!(text, "{}\"", &rest[..at]);
                rest = next;
            }
        }
    }
    text + &rest
}

/// Where a line can end.
enum Place {
    Blank(usize),
    String(usize),
}

/// The last place where the line can end before it is too wide, behind its indent.
fn place(line: &str, is_data: bool) -> Option<Place> {
    let indent = line.len() - line.trim_start().len();
    let (mut last, mut is_string, mut escaped) = (None, false, 0);
    for (column, (at, c)) in line.char_indices().enumerate() {
        if column > WIDTH - 8 {
            break;
        }
        if escaped > 0 {
            // `\t`, or `\` and two digits.
            escaped = if escaped == 2 && c.is_ascii_hexdigit() { 1 } else { 0 };
            continue;
        }
        match c {
            '"' => is_string = !is_string,
            '\\' if is_string => {
                last = if is_data { Some(Place::String(at)) } else { last };
                escaped = 2;
            }
            _ if is_string && is_data && !line[..at].ends_with('"') => last = Some(Place::String(at)),
            ' ' if !is_string && at > indent => last = Some(Place::Blank(at)),
            _ => {}
        }
    }
    last
}
