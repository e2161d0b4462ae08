//! Reading a line from left to right.

use super::LineError;
use serde::de::DeserializeOwned;
use std::str::FromStr;

/// What is left of a line.
pub(super) struct Scan<'t> {
    rest: &'t str,
}

pub(super) type Result<T> = std::result::Result<T, LineError>;

/// Whether a bare name may contain `c`.
pub(super) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_./$#:-<>!?@+*&%^~|".contains(c)
}

impl<'t> Scan<'t> {
    pub(super) fn new(line: &'t str) -> Self {
        Scan { rest: line.trim() }
    }

    /// An error at this place.
    pub(super) fn fail<T>(&self, expected: &str) -> Result<T> {
        Err(LineError { expected: expected.to_owned(), rest: self.rest.to_owned() })
    }

    fn advance(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest.trim_start();
        taken
    }

    /// Takes `text` if it stands here.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let is_here = self.rest.starts_with(text);
        if is_here {
            self.advance(text.len());
        }
        is_here
    }

    /// Takes `text`, which must stand here.
    pub(super) fn want(&mut self, text: &str) -> Result<()> {
        if self.eat(text) { Ok(()) } else { self.fail(&format!("`{text}`")) }
    }

    /// Takes the whole word `word` if it stands here.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let is_here = self.peek_word() == word;
        if is_here {
            self.advance(word.len());
        }
        is_here
    }

    /// Takes the whole word `word`, which must stand here.
    pub(super) fn want_word(&mut self, word: &str) -> Result<()> {
        if self.eat_word(word) { Ok(()) } else { self.fail(&format!("`{word}`")) }
    }

    fn peek_word(&self) -> &'t str {
        let end = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
        &self.rest[..end]
    }

    /// Whether the line goes on with `text`.
    pub(super) fn is_at(&self, text: &str) -> bool {
        self.rest.starts_with(text)
    }

    /// A word of any kind.
    pub(super) fn word(&mut self, expected: &str) -> Result<&'t str> {
        match self.peek_word() {
            "" => self.fail(expected),
            word => Ok(self.advance(word.len())),
        }
    }

    /// A bare name, or a JSON string.
    pub(super) fn name(&mut self, expected: &str) -> Result<String> {
        if self.is_at("\"") { self.string() } else { self.word(expected).map(str::to_owned) }
    }

    /// A JSON string.
    pub(super) fn string(&mut self) -> Result<String> {
        let mut stream = serde_json::Deserializer::from_str(self.rest).into_iter::<String>();
        match (self.is_at("\""), stream.next()) {
            (true, Some(Ok(text))) => {
                let used = stream.byte_offset();
                self.advance(used);
                Ok(text)
            }
            _ => self.fail("a string"),
        }
    }

    /// A number.
    pub(super) fn number<T: FromStr>(&mut self, expected: &str) -> Result<T> {
        let word = self.peek_word();
        match word.parse() {
            Ok(number) => {
                self.advance(word.len());
                Ok(number)
            }
            Err(_) => self.fail(expected),
        }
    }

    /// A word of a closed set: the name of a variant.
    pub(super) fn variant<T: DeserializeOwned>(&mut self, expected: &str) -> Result<T> {
        let word = self.peek_word();
        match serde_json::from_value(serde_json::Value::String(word.to_owned())) {
            Ok(variant) => {
                self.advance(word.len());
                Ok(variant)
            }
            Err(_) => self.fail(expected),
        }
    }

    /// Nothing more.
    pub(super) fn end(&self) -> Result<()> {
        if self.rest.is_empty() { Ok(()) } else { self.fail("the end of the line") }
    }
}
