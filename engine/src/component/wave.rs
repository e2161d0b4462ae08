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

    fn space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
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

    /// A word or a number, up to punctuation.
    fn word(&mut self) -> String {
        self.space();
        // `%` marks a label that is a keyword.
        if self.peek() == Some('%') {
            self.at += 1;
        }
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '+' | '.' | '_')) {
            self.at += 1;
        }
        self.chars[start..self.at].iter().collect()
    }

    fn number<N: std::str::FromStr>(&mut self, ty: &ValType) -> Read<N> {
        let start = self.at;
        match self.word().parse() {
            Ok(n) => Ok(n),
            Err(_) => {
                self.at = start;
                self.fail(format!("a number of the type {ty}"))
            }
        }
    }

    fn value(&mut self, ty: &ValType) -> Read<V> {
        self.space();
        Ok(match ty {
            ValType::Bool => match &*self.word() {
                "true" => V::Bool(true),
                "false" => V::Bool(false),
                _ => return self.fail("true or false"),
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
                    _ => return self.fail("one character"),
                }
            }
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
                c => text.push(c),
            }
        }
    }

    fn escape(&mut self) -> Read<char> {
        let c = self.peek();
        self.at += 1;
        Ok(match c {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some(c @ ('\\' | '\'' | '"')) => c,
            Some('u') => {
                self.expect('{')?;
                let digits = self.word();
                let c = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                self.expect('}')?;
                return c.map_or_else(|| self.fail("a character's number"), Ok);
            }
            _ => return self.fail("an escape: \\n \\t \\r \\\\ \\' \\\" \\u{…}"),
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
                let set = self.items('}', &mut |this, _| Ok(this.word()))?;
                if let Some(unknown) = set.iter().find(|set| !labels.iter().any(|label| **label == ***set)) {
                    return self.fail(format!("a label of {kind}, not {unknown:?}"));
                }
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
        let mut given = self.items('}', &mut |this, _| {
            let label = this.word();
            let Some(field) = fields.iter().find(|field| *field.label == *label) else {
                return this.fail(format!("a field, not {label:?}"));
            };
            this.expect(':')?;
            Ok((label, this.value(&field.ty)?))
        })?;
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
        if given.is_empty() { Ok(V::Record(record)) } else { self.fail("each field once") }
    }

    /// A case by its label. The values of `some` and of `ok` may stand for themselves.
    fn case(&mut self, kind: &Kind) -> Read<V> {
        let labels: Vec<&str> = match kind {
            Kind::Variant(cases) => cases.iter().map(|case| &*case.label).collect(),
            Kind::Enum(labels) => labels.iter().map(|label| &**label).collect(),
            Kind::Option(_) => vec!["none", "some"],
            _ => vec!["ok", "err"],
        };
        self.space();
        let start = self.at;
        let word = self.word();
        if let Some(index) = labels.iter().position(|label| *label == word) {
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
            Kind::Option(ty) => Ok(V::Option(Some(Box::new(self.value(ty)?)))),
            Kind::Result(Some(ty), _) => Ok(V::Result(Ok(Some(Box::new(self.value(ty)?))))),
            _ => self.fail(format!("one of {}", labels.join(", "))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, ty: &ValType) -> Result<V, String> {
        V::from_wave(text, ty).map_err(|error| error.to_string())
    }

    #[test]
    fn every_type_has_a_text() {
        let record = ValType::record([
            ("name", ValType::String),
            ("age", ValType::option(ValType::U8)),
            ("at", ValType::tuple([ValType::F32, ValType::S64])),
        ]);
        let text = r#" { at: (-inf, -9), name: "a\u{e9}\n\"" } "#;
        let expected = V::Record(vec![
            ("name".into(), V::string("aé\n\"")),
            ("age".into(), V::Option(None)),
            ("at".into(), V::Tuple(vec![V::F32(f32::NEG_INFINITY.to_bits()), V::S64(-9)])),
        ]);
        assert_eq!(read(text, &record), Ok(expected));

        let variant = ValType::variant([("a", None), ("b", Some(ValType::list(ValType::Char)))]);
        assert_eq!(read("a", &variant), Ok(V::Variant("a".into(), None)));
        let b = V::Variant("b".into(), Some(Box::new(V::List(vec![V::Char('x'), V::Char('\'')]))));
        assert_eq!(read(r"b(['x', '\'',])", &variant), Ok(b));

        let result = ValType::result(Some(ValType::Bool), Some(ValType::enumeration(["no", "never"])));
        assert_eq!(read("true", &result), Ok(V::Result(Ok(Some(Box::new(V::Bool(true)))))));
        assert_eq!(read("err(never)", &result), Ok(V::Result(Err(Some(Box::new(V::Enum("never".into())))))));

        let flags = ValType::flags(["r", "w", "x"]);
        assert_eq!(read("{x, r}", &flags), Ok(V::Flags(vec!["r".into(), "x".into()])));
        let map = ValType::map(ValType::String, ValType::U8);
        assert_eq!(read(r#"[("a", 1)]"#, &map), Ok(V::Map(vec![(V::string("a"), V::U8(1))])));
        assert_eq!(read("[1, 2]", &ValType::fixed_list(ValType::U8, 2)), Ok(V::List(vec![V::U8(1), V::U8(2)])));
        assert_eq!(read("nan", &ValType::F64), Ok(V::F64(0x7ff8_0000_0000_0000)));
    }

    #[test]
    fn what_is_written_is_read_as_the_same() {
        let ty = ValType::tuple([
            ValType::map(ValType::String, ValType::option(ValType::option(ValType::Char))),
            ValType::result(None, Some(ValType::F32)),
            ValType::variant([("none", Some(ValType::S8)), ("b", None)]),
            ValType::record([("ok", ValType::F64), ("x-y", ValType::list(ValType::U64))]),
            ValType::flags(["nan", "w"]),
        ]);
        let entry = |text: &str, c| (V::string(text), V::Option(Some(Box::new(V::Option(c)))));
        let val = V::Tuple(vec![
            V::Map(vec![entry("\u{1}\n\"\\é", Some(Box::new(V::Char('\'')))), entry("", None)]),
            V::Result(Err(Some(Box::new(V::F32(0xff80_0000))))),
            V::Variant("none".into(), Some(Box::new(V::S8(-128)))),
            V::Record(vec![
                ("ok".into(), V::F64(0x7ff8_0000_0000_0000)),
                ("x-y".into(), V::List(vec![V::U64(u64::MAX), V::U64(0)])),
            ]),
            V::Flags(vec!["nan".into()]),
        ]);
        let text = val.to_wave();
        let expected = r#"([("\u{1}\n\"\\é", some(some('\''))), ("", some(none))], err(-inf), %none(-128), {%ok: nan, x-y: [18446744073709551615, 0]}, {%nan})"#;
        assert_eq!(text, expected);
        assert_eq!(read(&text, &ty), Ok(val));
    }

    #[test]
    fn mistakes_say_where_and_what() {
        assert_eq!(read("256", &ValType::U8), Err("at character 1: expected a number of the type u8".to_owned()));
        assert_eq!(read("1 2", &ValType::U8), Err("at character 3: expected the end".to_owned()));
        assert_eq!(read("\"x", &ValType::String), Err("at character 3: expected '\"'".to_owned()));
        let record = ValType::record([("a", ValType::U8)]);
        assert_eq!(read("{}", &record), Err("at character 3: expected the field \"a\"".to_owned()));
        assert!(read("{a: 1, a: 2}", &record).is_err());
        assert!(read("{b: 1}", &record).is_err());
        assert!(read("maybe", &ValType::enumeration(["yes", "no"])).expect_err("a mistake").contains("yes, no"));
        assert!(read("(1)", &ValType::tuple([ValType::U8, ValType::U8])).is_err());
        assert!(read("", &ValType::Bool).is_err());
    }
}
