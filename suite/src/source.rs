//! The text of a script: its directives, and its modules, in their three forms, as bytes.

use thiserror::Error;
use wast::{
    QuoteWat, WastDirective, Wat,
    parser::{self, Parse, Parser},
    token::Span,
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

/// The directives of a script: none at all is the empty script, which `Wast` alone would refuse.
pub(crate) struct Directives<'a>(pub(crate) Vec<WastDirective<'a>>);

impl<'a> Parse<'a> for Directives<'a> {
    fn parse(parser: Parser<'a>) -> parser::Result<Self> {
        if parser.is_empty() {
            return Ok(Directives(Vec::new()));
        }
        Ok(Directives(parser.parse::<wast::Wast<'a>>()?.directives))
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
pub(crate) fn of(module: &mut QuoteWat<'_>) -> Source {
    match module {
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
pub(crate) fn encode(wat: &mut Wat<'_>) -> Source {
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

/// The words a script writes for a directive.
pub(crate) fn keyword(directive: &WastDirective<'_>) -> &'static str {
    match directive {
        WastDirective::Module(_) => "module",
        WastDirective::ModuleDefinition(_) => "module definition",
        WastDirective::ModuleInstance { .. } => "module instance",
        WastDirective::AssertMalformed { .. } => "assert_malformed",
        WastDirective::AssertInvalid { .. } => "assert_invalid",
        WastDirective::AssertInvalidCustom { .. } => "assert_invalid_custom",
        WastDirective::Register { .. } => "register",
        WastDirective::Invoke(_) => "invoke",
        WastDirective::AssertTrap { .. } => "assert_trap",
        WastDirective::AssertReturn { .. } => "assert_return",
        WastDirective::AssertExhaustion { .. } => "assert_exhaustion",
        WastDirective::AssertUnlinkable { .. } => "assert_unlinkable",
        WastDirective::AssertException { .. } => "assert_exception",
        WastDirective::AssertSuspension { .. } => "assert_suspension",
        WastDirective::Thread(_) => "thread",
        WastDirective::Wait { .. } => "wait",
        WastDirective::AssertMalformedCustom { .. } => "assert_malformed_custom",
    }
}

/// Offset of the parenthesis that opens a directive. Its span lies somewhere in its first words.
fn start_of(text: &str, directive: &WastDirective<'_>) -> usize {
    text.get(..directive.span().offset()).and_then(|before| before.rfind('(')).unwrap_or(0)
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
    pub(crate) fn of(&mut self, directive: &WastDirective<'_>) -> (u64, u64) {
        let offset = start_of(self.text, directive);
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
