//! The text of a script: its directives, and its modules, in their three forms, as bytes.

mod directive;
mod parse;

pub(crate) use directive::{Action, Directive, DirectiveKind, Expected, Instance, Thread};
pub(crate) use parse::Directives;

use thiserror::Error;
use wast::{
    QuoteWat, Wat,
    parser::{self, Parse, Parser},
    token::{Id, Span},
};

/// The text is no script.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{line}:{column}: {message}")]
pub struct ScriptError {
    /// Line of the mistake, from 1.
    pub line: u64,
    /// Column of the mistake, from 1.
    pub column: u64,
    /// What is wrong.
    pub message: String,
}

impl ScriptError {
    /// The mistake in `text` that the parser found.
    pub(crate) fn new(text: &str, error: &wast::Error) -> Self {
        let (line, column) = error.span().linecol_in(text);
        ScriptError { line: line as u64 + 1, column: column as u64 + 1, message: error.message() }
    }
}

/// A module or a component of a script.
pub(crate) struct ScriptModule<'a> {
    /// Its name; `wast` knows of none if the text is quoted.
    pub(crate) name: Option<Id<'a>>,
    /// Its text, or its bytes.
    pub(crate) text: QuoteWat<'a>,
}

impl ScriptModule<'_> {
    /// Whether it says of itself that it is a component.
    pub(crate) fn is_component(&self) -> bool {
        matches!(self.text, QuoteWat::QuoteComponent(..) | QuoteWat::Wat(Wat::Component(_)))
    }
}

/// What a module of a script turned out to be.
pub(crate) enum Source {
    /// A core module in the binary format (not validated).
    Module(Vec<u8>),
    /// Text that is no module: it does not parse, or its names do not resolve.
    ///
    /// Both are matters of the text format's grammar (core `#text`), whose identifier contexts make an unknown identifier
    /// a syntax error. The engine sees only what has passed this.
    Malformed(String),
    /// A component in the binary format (not validated).
    Component(Vec<u8>),
}

/// The bytes of `module`.
pub(crate) fn of(module: &mut ScriptModule<'_>) -> Source {
    match &mut module.text {
        QuoteWat::Wat(wat) => encode(wat),
        QuoteWat::QuoteModule(_, strings) => quoted(&joined(strings)),
        // The strings are the fields. Whatever ends them, be it a comment, does not swallow the parenthesis.
        QuoteWat::QuoteComponent(_, strings) => quoted(&[b"(component ", &*joined(strings), b"\n)"].concat()),
    }
}

/// The text of a quoted module: its strings one after the other, with nothing between (the reference interpreter's *Scripts*).
fn joined(strings: &[(Span, &[u8])]) -> Vec<u8> {
    strings.iter().flat_map(|(_, part)| *part).copied().collect()
}

/// The bytes of an unquoted module.
fn encode(wat: &mut Wat<'_>) -> Source {
    let is_component = matches!(wat, Wat::Component(_));
    match crate::wat::encode(wat) {
        Ok(bytes) if is_component => Source::Component(bytes),
        Ok(bytes) => Source::Module(bytes),
        Err(error) => Source::Malformed(error.message()),
    }
}

/// The bytes of a module that this crate itself has written as text.
///
/// # Panics
/// If it is none; the tests meet every such text.
pub(crate) fn text(text: &str) -> Vec<u8> {
    match quoted(text.as_bytes()) {
        Source::Module(bytes) | Source::Component(bytes) => bytes,
        Source::Malformed(message) => unreachable!("{message} in {text}"),
    }
}

fn quoted(text: &[u8]) -> Source {
    let Ok(text) = std::str::from_utf8(text) else {
        return Source::Malformed("malformed UTF-8 encoding".to_owned());
    };
    of_text(text)
}

/// The bytes of the module or component whose text this is.
pub(crate) fn of_text(text: &str) -> Source {
    parse_quoted(text).unwrap_or_else(|error| Source::Malformed(error.message()))
}

fn parse_quoted(text: &str) -> Result<Source, wast::Error> {
    let buffer = crate::wat::buffer(text)?;
    let Text(module) = parser::parse(&buffer)?;
    Ok(match module {
        Some(mut module) => encode(&mut module),
        // `module` without fields, header only (core `#binary-module`).
        None => Source::Module(b"\0asm\x01\0\0\0".to_vec()),
    })
}

/// The text of a module; none at all is the empty module, which `Wat` alone would refuse (core `#text-module`).
struct Text<'a>(Option<Wat<'a>>);

impl<'a> Parse<'a> for Text<'a> {
    fn parse(parser: Parser<'a>) -> parser::Result<Self> {
        if parser.is_empty() { Ok(Text(None)) } else { Ok(Text(Some(parser.parse()?))) }
    }
}

/// Lines and columns of ascending offsets, in one pass over the text.
pub(crate) struct Position<'t> {
    text: &'t str,
    offset: usize,
    line: u64,
    line_start: usize,
}

impl<'t> Position<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Position { text, offset: 0, line: 1, line_start: 0 }
    }

    /// Line and column of a directive's parenthesis, both from 1; the column counts characters.
    pub(crate) fn of(&mut self, directive: &Directive<'_>) -> (u64, u64) {
        let offset = directive.span.offset();
        if offset < self.offset {
            *self = Position::new(self.text);
        }
        for (i, _) in self.text[self.offset..offset].match_indices('\n') {
            self.line += 1;
            self.line_start = self.offset + i + 1;
        }
        self.offset = offset;
        (self.line, self.text[self.line_start..offset].chars().count() as u64 + 1)
    }
}
