//! Text of others, fit for a terminal.

/// One line, its blanks kept.
pub(crate) use preflight_reports::text::plain as escaped;

/// `text` on one line, in which nothing moves the cursor, turns the direction of writing, or ends the line: whoever wrote it
/// cannot make it look as if this program had.
pub fn printable(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(escaped).collect();
    lines.join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_plain_characters_is_left() {
        assert_eq!(printable("é \"x\" 'y' \\"), "é \"x\" 'y' \\");
        assert_eq!(printable("\u{1b}[2Jok: 5\u{9b}m\tx\u{202e}"), "\\u{1b}[2Jok: 5\\u{9b}m\\tx\\u{202e}");
        assert_eq!(printable("  a\n\n b\r\nc\rd\n"), "a | b | c\\rd");
    }
}
