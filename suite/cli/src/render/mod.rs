//! Pictures of a trace: pure functions of it and of what is known besides.

mod diff;
mod html;
mod mermaid;
mod plan;
mod state;
mod style;
#[cfg(test)]
mod tests;
mod text;
mod tree;
mod words;

pub use diff::{MOST_IN_REMARKS, difference};
pub use html::html;
pub use mermaid::mermaid;
pub use text::text;
pub use words::Words;

use preflight_engine::trace::InstancePath;
use std::collections::BTreeMap;

/// What is known of a run besides its trace. Without it the pictures say less and nothing else.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    /// The file behind an instance.
    pub files: BTreeMap<InstancePath, String>,
    /// What functions are called, by path and index: `/$b#3`.
    pub funcs: BTreeMap<String, String>,
    /// What an instance's import was given: instance, first and second name, provider.
    pub providers: BTreeMap<(InstancePath, String, String), String>,
    /// What to say about the end: where it happened, what a stub did.
    pub remarks: Vec<String>,
}

/// A name that came with a module, fit for a terminal: control characters and the like are escaped.
pub fn safe(name: &str) -> String {
    let is_plain = |c: char| !c.is_whitespace() && !matches!(c, '"' | '\\' | '(' | ')');
    if !name.is_empty() && name.chars().all(is_plain) && name.escape_debug().eq(name.chars()) {
        name.to_owned()
    } else {
        format!("{name:?}")
    }
}

/// Text that may hold names, fit for a terminal.
pub fn clean(text: &str) -> String {
    let escape = |c: char| match c {
        '"' | '\'' | '\\' => c.to_string(),
        c => c.escape_debug().to_string(),
    };
    text.chars().map(escape).collect()
}

/// `text`, cut after `limit` characters.
fn shorten(text: String, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text,
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}

/// `1 byte`, `2 bytes`.
pub fn count(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
