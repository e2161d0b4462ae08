//! The modules of a script, in their three forms, as bytes.

use wast::{
    QuoteWat, QuoteWatTest, Wat,
    lexer::Lexer,
    parser::{self, Parse, ParseBuffer, Parser},
};

/// What a module of a script turned out to be.
pub(super) enum Source {
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
pub(super) fn source(module: &mut QuoteWat<'_>) -> Source {
    match module {
        QuoteWat::Wat(wat) => encode(wat),
        QuoteWat::QuoteModule(..) | QuoteWat::QuoteComponent(..) => match module.to_test() {
            Ok(QuoteWatTest::Text(text)) => quoted(&text),
            Ok(QuoteWatTest::Binary(bytes)) => Source::Module(bytes),
            Err(error) => Source::Malformed(error.message()),
        },
    }
}

/// The bytes of an unquoted module.
pub(super) fn encode(wat: &mut Wat<'_>) -> Source {
    match wat {
        Wat::Component(component) => match component.encode() {
            Ok(bytes) => Source::Component(bytes),
            Err(error) => Source::Malformed(error.message()),
        },
        Wat::Module(module) => match module.encode() {
            Ok(bytes) => Source::Module(bytes),
            Err(error) => Source::Malformed(error.message()),
        },
    }
}

fn quoted(text: &[u8]) -> Source {
    let Ok(text) = std::str::from_utf8(text) else {
        return Source::Malformed("malformed UTF-8 encoding".to_owned());
    };
    parse_quoted(text).unwrap_or_else(|error| Source::Malformed(error.message()))
}

fn parse_quoted(text: &str) -> Result<Source, wast::Error> {
    let buffer = buffer(text)?;
    let Text(module) = parser::parse(&buffer)?;
    Ok(match module {
        Some(mut module) => encode(&mut module),
        // `module` without fields, header only (core `#binary-module`).
        None => Source::Module(b"\0asm\x01\0\0\0".to_vec()),
    })
}

/// The tokens of `text`. The specification allows every Unicode scalar value in strings and comments, those that could
/// confuse a reader included.
pub(super) fn buffer(text: &str) -> Result<ParseBuffer<'_>, wast::Error> {
    let mut lexer = Lexer::new(text);
    lexer.allow_confusing_unicode(true);
    ParseBuffer::new_with_lexer(lexer)
}

/// The text of a module; none at all is the empty module, which `Wat` alone would refuse (core `#text-module`).
struct Text<'a>(Option<Wat<'a>>);

impl<'a> Parse<'a> for Text<'a> {
    fn parse(parser: Parser<'a>) -> parser::Result<Self> {
        if parser.is_empty() { Ok(Text(None)) } else { Ok(Text(Some(parser.parse()?))) }
    }
}
