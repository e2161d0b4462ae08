//! Values as text in the syntax of WAVE (WebAssembly Value Encoding), read against their type: what a person writes on a
//! command line.

use super::{
    types::{Field, Kind, ValType},
    value::ComponentVal,
};
use ComponentVal as V;
use thiserror::Error;

/// Text that is no value of its type.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("at character {at}: expected {expected}")]
pub struct WaveError {
    /// Where, in characters from 1.
    pub at: usize,
    /// What should be there.
    pub expected: String,
}

impl ComponentVal {
    /// Reads a value of the type `ty`: `true`, `-1`, `"text"`, `'c'`, `[1, 2]`, `(1, "a")`, `{name: "x", age: 3}`,
    /// `case(1)`, `{flag-a, flag-b}`, `some(1)` or `1`, `none`, `ok(1)` or `1`, `err("no")`; a map is a list of pairs.
    ///
    /// ```
    /// use preflight_engine::component::{ComponentVal, ComponentValType};
    /// let ty = ComponentValType::list(ComponentValType::option(ComponentValType::U8));
    /// let val = ComponentVal::from_wave("[1, none, some(3)]", &ty).unwrap();
    /// assert!(val.is_of(&ty));
    /// assert!(ComponentVal::from_wave("[256]", &ty).is_err());
    /// ```
    ///
    /// # Errors
    /// [`WaveError`], with the place and what should be there. Resources have no text.
    pub fn from_wave(text: &str, ty: &ValType) -> Result<ComponentVal, WaveError> {
        let mut reader = Reader { chars: text.chars().collect(), at: 0 };
        let val = reader.value(ty)?;
        reader.space();
        if reader.at == reader.chars.len() { Ok(val) } else { reader.fail("the end") }
    }

    /// The value as text that [`from_wave`](Self::from_wave) reads; resources have no such text, and are shown with their
    /// representation.
    ///
    /// ```
    /// use preflight_engine::component::ComponentVal;
    /// assert_eq!(ComponentVal::Option(Some(Box::new(ComponentVal::string("a\"b")))).to_wave(), r#"some("a\"b")"#);
    /// ```
    pub fn to_wave(&self) -> String {
        let mut out = String::new();
        write(self, &mut out);
        out
    }
}

/// The text of a value; see [`ComponentVal::to_wave`].
fn write(val: &V, out: &mut String) {
    use std::fmt::Write;
    // Writing to a string cannot fail.
    let _ = match val {
        V::Bool(v) => write!(out, "{v}"),
        V::S8(v) => write!(out, "{v}"),
        V::U8(v) => write!(out, "{v}"),
        V::S16(v) => write!(out, "{v}"),
        V::U16(v) => write!(out, "{v}"),
        V::S32(v) => write!(out, "{v}"),
        V::U32(v) => write!(out, "{v}"),
        V::S64(v) => write!(out, "{v}"),
        V::U64(v) => write!(out, "{v}"),
        V::F32(bits) => float(f32::from_bits(*bits).is_nan(), f32::from_bits(*bits), out),
        V::F64(bits) => float(f64::from_bits(*bits).is_nan(), f64::from_bits(*bits), out),
        V::Char(c) => quote(&c.to_string(), '\'', out),
        V::String(text) => quote(text, '"', out),
        V::List(vals) => return sequence(('[', ']'), vals, out, write),
        V::Tuple(vals) => return sequence(('(', ')'), vals, out, write),
        V::Map(pairs) => {
            return sequence(('[', ']'), pairs, out, |(key, val), out| {
                out.push('(');
                write(key, out);
                out.push_str(", ");
                write(val, out);
                out.push(')');
            });
        }
        V::Record(fields) => {
            return sequence(('{', '}'), fields, out, |(label, val), out| {
                label_to(label, out);
                out.push_str(": ");
                write(val, out);
            });
        }
        V::Flags(labels) => return sequence(('{', '}'), labels, out, |label, out| label_to(label, out)),
        V::Enum(label) => return label_to(label, out),
        V::Variant(label, payload) => {
            if RESERVED.contains(&&**label) {
                out.push('%');
            }
            return case(label, payload, out);
        }
        V::Option(None) => return case("none", &None, out),
        V::Option(payload) => return case("some", payload, out),
        V::Result(Ok(payload)) => return case("ok", payload, out),
        V::Result(Err(payload)) => return case("err", payload, out),
        V::Own(val) => write!(out, "own {}", val.rep),
        V::Borrow(val) => write!(out, "borrow {}", val.rep),
        V::Stream(number) => write!(out, "stream {number}"),
        V::Future(number) => write!(out, "future {number}"),
        V::ErrorContext(message) => {
            out.push_str("error-context ");
            quote(message, '"', out)
        }
    };
}

fn float(is_nan: bool, val: impl std::fmt::Debug, out: &mut String) -> std::fmt::Result {
    use std::fmt::Write;
    if is_nan { out.write_str("nan") } else { write!(out, "{val:?}") }
}

fn quote(text: &str, quote: char, out: &mut String) -> std::fmt::Result {
    use std::fmt::Write;
    out.push(quote);
    for c in text.chars() {
        match c {
            c if c == quote || c == '\\' => write!(out, "\\{c}")?,
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => write!(out, "\\u{{{:x}}}", c as u32)?,
            c => out.push(c),
        }
    }
    out.push(quote);
    Ok(())
}

fn sequence<T>((open, close): (char, char), items: &[T], out: &mut String, item: impl Fn(&T, &mut String)) {
    out.push(open);
    for (i, value) in items.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        item(value, out);
    }
    out.push(close);
}

/// Labels that could be read as something else: they are marked.
const RESERVED: [&str; 8] = ["true", "false", "some", "none", "ok", "err", "inf", "nan"];

fn label_to(label: &str, out: &mut String) {
    if RESERVED.contains(&label) {
        out.push('%');
    }
    out.push_str(label);
}

fn case(label: &str, payload: &Option<Box<V>>, out: &mut String) {
    out.push_str(label);
    if let Some(val) = payload {
        out.push('(');
        write(val, out);
        out.push(')');
    }
}

struct Reader {
    chars: Vec<char>,
    at: usize,
}

type Read<T> = Result<T, WaveError>;

impl Reader {
    fn fail<T>(&self, expected: impl Into<String>) -> Read<T> {
        Err(WaveError { at: self.at + 1, expected: expected.into() })
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    /// A mistake in what began at `start`.
    fn fail_at<T>(&mut self, start: usize, expected: impl Into<String>) -> Read<T> {
        self.at = start;
        self.fail(expected)
    }

    /// Whitespace and comments.
    fn space(&mut self) {
        loop {
            while self.peek().is_some_and(char::is_whitespace) {
                self.at += 1;
            }
            if !self.chars[self.at..].starts_with(&['/', '/']) {
                return;
            }
            while self.peek().is_some_and(|c| c != '\n') {
                self.at += 1;
            }
        }
    }

    fn take(&mut self, c: char) -> bool {
        self.space();
        let is_there = self.peek() == Some(c);
        self.at += usize::from(is_there);
        is_there
    }

    fn expect(&mut self, c: char) -> Read<()> {
        if self.take(c) { Ok(()) } else { self.fail(format!("{c:?}")) }
    }

    /// A keyword, a label or a number, up to punctuation.
    fn word(&mut self) -> String {
        self.space();
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '+' | '.' | '_')) {
            self.at += 1;
        }
        self.chars[start..self.at].iter().collect()
    }

    /// A label, and whether it is marked as one that is no keyword.
    fn label(&mut self) -> (bool, String) {
        let is_marked = self.take('%');
        match is_marked && self.peek().is_some_and(char::is_whitespace) {
            true => (true, String::new()),
            false => (is_marked, self.word()),
        }
    }

    fn number<N: std::str::FromStr>(&mut self, ty: &ValType) -> Read<N> {
        self.space();
        let start = self.at;
        let word = self.word();
        let is_number = match ty {
            ValType::F32 | ValType::F64 => matches!(&*word, "nan" | "inf" | "-inf") || is_json_number(&word),
            _ => is_integer(word.strip_prefix('-').unwrap_or(&word)),
        };
        match word.parse() {
            Ok(n) if is_number => Ok(n),
            _ => self.fail_at(start, format!("a number of the type {ty}")),
        }
    }

    fn value(&mut self, ty: &ValType) -> Read<V> {
        self.space();
        let start = self.at;
        Ok(match ty {
            ValType::Bool => match &*self.word() {
                "true" => V::Bool(true),
                "false" => V::Bool(false),
                _ => return self.fail_at(start, "true or false"),
            },
            ValType::S8 => V::S8(self.number(ty)?),
            ValType::U8 => V::U8(self.number(ty)?),
            ValType::S16 => V::S16(self.number(ty)?),
            ValType::U16 => V::U16(self.number(ty)?),
            ValType::S32 => V::S32(self.number(ty)?),
            ValType::U32 => V::U32(self.number(ty)?),
            ValType::S64 => V::S64(self.number(ty)?),
            ValType::U64 => V::U64(self.number(ty)?),
            ValType::F32 => V::F32(super::canon::canonicalize_nan32(self.number::<f32>(ty)?.to_bits())),
            ValType::F64 => V::F64(super::canon::canonicalize_nan64(self.number::<f64>(ty)?.to_bits())),
            ValType::Char => {
                let text = self.quoted('\'')?;
                let mut chars = text.chars();
                match (chars.next(), chars.next()) {
                    (Some(c), None) => V::Char(c),
                    _ => return self.fail_at(start, "one character"),
                }
            }
            ValType::String if self.chars[start..].starts_with(&['"'; 3]) => V::string(&self.multiline()?),
            ValType::String => V::string(&self.quoted('"')?),
            ValType::Compound(compound) => self.compound(&compound.kind)?,
            ValType::ErrorContext | ValType::Own(_) | ValType::Borrow(_) => {
                return self.fail(format!("another type: {ty} has no text"));
            }
        })
    }

    /// Text between quotes, with escapes.
    fn quoted(&mut self, quote: char) -> Read<String> {
        self.expect(quote)?;
        let mut text = String::new();
        loop {
            let Some(c) = self.peek() else { return self.fail(format!("{quote:?}")) };
            self.at += 1;
            match c {
                c if c == quote => return Ok(text),
                '\\' => text.push(self.escape()?),
                '\n' => return self.fail_at(self.at - 1, "\\n for the end of a line"),
                c => text.push(c),
            }
        }
    }

    /// Lines between triple quotes, which stand on lines of their own; how far the last ones are indented, all are.
    fn multiline(&mut self) -> Read<String> {
        const QUOTES: [char; 3] = ['"'; 3];
        self.at += QUOTES.len();
        let break_len = match self.chars[self.at..] {
            ['\n', ..] => 1,
            ['\r', '\n', ..] => 2,
            _ => return self.fail("the end of the line"),
        };
        let first = self.at;
        let Some(len) = self.chars[first..].windows(3).position(|window| window == QUOTES) else {
            return self.fail_at(self.chars.len(), r#"""""""#);
        };
        let end = first + len;
        let indent = self.chars[first..end].iter().rev().take_while(|c| **c == ' ').count();
        let body = end - indent;
        if self.chars[body - 1] != '\n' {
            return self.fail_at(end, r#"""""" on a line of its own"#);
        }
        self.at = first + break_len;
        let mut text = String::new();
        while self.at < body {
            if !self.chars[self.at..].starts_with(&vec![' '; indent]) {
                return self.fail(format!("{indent} spaces, as before the last quotes"));
            }
            self.at += indent;
            self.line(&mut text)?;
            if self.at < body {
                text.push('\n');
            }
        }
        self.at = end + QUOTES.len();
        Ok(text)
    }

    /// The rest of a line of a multiline string, without its end.
    fn line(&mut self, text: &mut String) -> Read<()> {
        loop {
            let rest = &self.chars[self.at..];
            let (c, len) = match rest {
                ['\n', ..] => ('\n', 1),
                ['\r', '\n', ..] => ('\n', 2),
                [c, ..] => (*c, 1),
                [] => return self.fail("the end of the line"),
            };
            self.at += len;
            match c {
                '\n' => return Ok(()),
                '\\' => text.push(self.escape()?),
                c => text.push(c),
            }
        }
    }

    fn escape(&mut self) -> Read<char> {
        let (start, c) = (self.at, self.peek());
        self.at += usize::from(c.is_some());
        Ok(match c {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some(c @ ('\\' | '\'' | '"')) => c,
            Some('u') => {
                let rest = &self.chars[self.at..];
                let len = rest.iter().position(|c| *c == '}').unwrap_or(0);
                let digits: String = rest.iter().take(len).skip(1).collect();
                let is_hex = rest.first() == Some(&'{') && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                let c = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).filter(|_| is_hex);
                self.at += len + 1;
                return c.map_or_else(|| self.fail_at(start, "u{…} with the hexadecimal number of a character"), Ok);
            }
            _ => return self.fail_at(start, "an escape: \\n \\t \\r \\\\ \\' \\\" \\u{…}"),
        })
    }

    /// Items up to `close`, separated by commas.
    fn items<T>(&mut self, close: char, item: &mut dyn FnMut(&mut Self, usize) -> Read<T>) -> Read<Vec<T>> {
        let mut items = Vec::new();
        while !self.take(close) {
            if !items.is_empty() {
                self.expect(',')?;
                if self.take(close) {
                    break;
                }
            }
            items.push(item(self, items.len())?);
        }
        Ok(items)
    }

    fn compound(&mut self, kind: &Kind) -> Read<V> {
        match kind {
            Kind::List(ty) => {
                self.expect('[')?;
                Ok(V::List(self.items(']', &mut |this, _| this.value(ty))?))
            }
            Kind::FixedList(ty, len) => {
                self.expect('[')?;
                let vals = self.items(']', &mut |this, _| this.value(ty))?;
                if vals.len() == *len as usize { Ok(V::List(vals)) } else { self.fail(format!("a list of {len}")) }
            }
            Kind::Map(key, value) => {
                self.expect('[')?;
                Ok(V::Map(self.items(']', &mut |this, _| this.pair(key, value))?))
            }
            Kind::Tuple(types) => {
                self.expect('(')?;
                let vals = self.items(')', &mut |this, i| match types.get(i) {
                    Some(ty) => this.value(ty),
                    None => this.fail("')'"),
                })?;
                if vals.len() == types.len() { Ok(V::Tuple(vals)) } else { self.fail(format!("a value of {kind}")) }
            }
            Kind::Record(fields) => self.record(fields),
            Kind::Flags(labels) => {
                self.expect('{')?;
                let set = self.items('}', &mut |this, _| {
                    this.space();
                    let start = this.at;
                    let (_, word) = this.label();
                    match labels.iter().any(|label| **label == *word) {
                        true => Ok(word),
                        false => this.fail_at(start, format!("a label of {kind}, not {word:?}")),
                    }
                })?;
                Ok(V::Flags(labels.iter().filter(|label| set.iter().any(|set| **set == ***label)).cloned().collect()))
            }
            Kind::Stream(_) | Kind::Future(_) => self.fail(format!("another type: {kind} has no text")),
            Kind::Variant(_) | Kind::Enum(_) | Kind::Option(_) | Kind::Result(..) => self.case(kind),
        }
    }

    fn pair(&mut self, key: &ValType, value: &ValType) -> Read<(V, V)> {
        self.expect('(')?;
        let key = self.value(key)?;
        self.expect(',')?;
        let value = self.value(value)?;
        self.expect(')')?;
        Ok((key, value))
    }

    /// Fields in any order; options may be left out.
    fn record(&mut self, fields: &[Field]) -> Read<V> {
        self.expect('{')?;
        let is_empty = self.take(':');
        let mut given = self.items('}', &mut |this, _| {
            if is_empty {
                return this.fail("'}'");
            }
            this.space();
            let start = this.at;
            let (_, label) = this.label();
            let Some(field) = fields.iter().find(|field| *field.label == *label) else {
                return this.fail_at(start, format!("a field, not {label:?}"));
            };
            this.expect(':')?;
            Ok((label, this.value(&field.ty)?))
        })?;
        let is_marked = is_empty || !given.is_empty();
        let mut record = Vec::new();
        for Field { label, ty } in fields {
            let is_option = matches!(ty, ValType::Compound(compound) if matches!(compound.kind, Kind::Option(_)));
            let val = match given.iter().position(|(name, _)| **name == **label) {
                Some(at) => given.swap_remove(at).1,
                None if is_option => V::Option(None),
                None => return self.fail(format!("the field {label:?}")),
            };
            record.push((label.clone(), val));
        }
        match given.is_empty() {
            false => self.fail("each field once"),
            true if !is_marked => self.fail("{:}, a record of which all fields are left out"),
            true => Ok(V::Record(record)),
        }
    }

    /// A case by its label. The values of `some` and of `ok` may stand for themselves.
    fn case(&mut self, kind: &Kind) -> Read<V> {
        let (is_keyword, labels): (bool, Vec<&str>) = match kind {
            Kind::Variant(cases) => (false, cases.iter().map(|case| &*case.label).collect()),
            Kind::Enum(labels) => (false, labels.iter().map(|label| &**label).collect()),
            Kind::Option(_) => (true, vec!["none", "some"]),
            _ => (true, vec!["ok", "err"]),
        };
        self.space();
        let start = self.at;
        let (is_marked, word) = self.label();
        // What is a keyword is no label, unless it is marked as one.
        let is_case = is_keyword != is_marked || !RESERVED.contains(&&*word);
        if let Some(index) = labels.iter().position(|label| *label == word).filter(|_| is_case) {
            let payload = match kind.case_type(index) {
                None => None,
                Some(ty) => {
                    self.expect('(')?;
                    let val = self.value(ty)?;
                    self.expect(')')?;
                    Some(val)
                }
            };
            return Ok(kind.make_case(index, payload));
        }
        self.at = start;
        match kind {
            Kind::Option(ty) if is_flat(ty) => Ok(V::Option(Some(Box::new(self.value(ty)?)))),
            Kind::Result(Some(ty), _) if is_flat(ty) => Ok(V::Result(Ok(Some(Box::new(self.value(ty)?))))),
            _ if !is_keyword && !is_case => self.fail(format!("%{word}: {word} alone is a keyword")),
            _ => self.fail(format!("one of {}", labels.join(", "))),
        }
    }
}

/// Whether a payload of this type may stand for the `some` or `ok` around it.
fn is_flat(ty: &ValType) -> bool {
    !matches!(ty, ValType::Compound(compound) if matches!(compound.kind, Kind::Option(_) | Kind::Result(..)))
}

/// Digits without zeros in front.
fn is_integer(text: &str) -> bool {
    is_digits(text) && (text.len() == 1 || !text.starts_with('0'))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number as in JSON (RFC 8259, *Numbers*).
fn is_json_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (text, exponent) = match text.split_once(['e', 'E']) {
        Some((text, exponent)) => (text, exponent.strip_prefix(['-', '+']).unwrap_or(exponent)),
        None => (text, "0"),
    };
    let (integer, fraction) = text.split_once('.').unwrap_or((text, "0"));
    is_integer(integer) && is_digits(fraction) && is_digits(exponent)
}

#[cfg(test)]
mod tests;
