//! Text of others, fit for a terminal and for whoever reads a report.

/// Whether a character stands for itself, and does nothing else: it neither moves the cursor, nor turns the direction of writing,
/// nor ends the line.
pub fn is_plain(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let ends_a_line = matches!(c, '\u{2028}' | '\u{2029}');
    !c.is_control() && !turns && !ends_a_line
}

/// A text in which everything that is not plain is an escape: whoever wrote it cannot make it look as if this program had.
pub fn plain(text: &str) -> String {
    let one = |c: char| if is_plain(c) { c.to_string() } else { c.escape_default().to_string() };
    text.chars().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_moves_text_is_shown() {
        assert_eq!(plain("é \"x\" \\"), "é \"x\" \\");
        assert_eq!(
            plain("a\u{1b}[2J\n\u{202e}b\u{2028}\u{2069}\u{61c}"),
            "a\\u{1b}[2J\\n\\u{202e}b\\u{2028}\\u{2069}\\u{61c}"
        );
    }
}
