//! Colours, each with a meaning. They stand in the text as escape codes and are taken out where they are not wanted.

use anstyle::{AnsiColor, Style};

/// An instance.
pub const INSTANCE: Style = Style::new().bold();
/// A start function.
pub const START: Style = AnsiColor::Green.on_default();
/// A call into the host, or from it.
pub const CALL: Style = AnsiColor::Cyan.on_default();
/// Something that went wrong.
pub const WRONG: Style = AnsiColor::Red.on_default().bold();
/// Something that went well.
pub const WELL: Style = AnsiColor::Green.on_default().bold();
/// Something that a reader should know about.
pub const REMARK: Style = AnsiColor::Yellow.on_default();
/// Of little interest.
pub const QUIET: Style = Style::new().dimmed();
/// All else.
pub const PLAIN: Style = Style::new();

/// `text` in a style.
pub fn paint(style: Style, text: &str) -> String {
    if style.is_plain() || text.is_empty() { text.to_owned() } else { format!("{style}{text}{style:#}") }
}
