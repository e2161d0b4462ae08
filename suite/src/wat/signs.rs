//! Signs where the text format has none.
//!
//! `wast` takes a plus sign before every integer. Only the value of a constant may have one (core `#text-int`): indices,
//! limits, lanes, counts, offsets and alignments are unsigned (`#text-idx`, `#text-limits`, `#text-memarg`).

use wast::{
    Error,
    lexer::{Lexer, Token, TokenKind},
    token::Span,
};

/// The shapes that stand between `v128.const` and its lanes.
const SHAPES: [&str; 6] = ["i8x16", "i16x8", "i32x4", "i64x2", "f32x4", "f64x2"];

/// # Errors
/// A plus sign stands before a number that is unsigned.
pub(super) fn check(lexer: &Lexer<'_>, text: &str) -> Result<(), Error> {
    if !may_have_any(text) {
        return Ok(());
    }
    let mut place = Place::default();
    // What is no token is for the parser to tell.
    match lexer.iter(0).map_while(Result::ok).find(|token| place.refuses(*token, text)) {
        None => Ok(()),
        Some(token) => {
            let why = "unexpected token: an unsigned number has no sign".to_owned();
            Err(Error::new(Span::from_offset(token.offset), why))
        }
    }
}

/// Whether a plus stands before a digit and is not within a number. Nearly every script has none, and is not read twice.
fn may_have_any(text: &str) -> bool {
    let is_sign = |three: &[u8]| three[1] == b'+' && three[2].is_ascii_digit() && !b"eEpP".contains(&three[0]);
    text.as_bytes().windows(3).any(is_sign)
}

/// Where the tokens so far have led.
#[derive(Default)]
struct Place {
    /// Whether numbers that come next are the value of a constant.
    in_constant: bool,
    /// How many parentheses are open.
    depth: usize,
    /// How many are open inside of the annotation: its tokens are its own matter (core `#text-annot`).
    annotation: Option<usize>,
}

impl Place {
    /// Goes on to the next token; whether it may not stand here.
    fn refuses(&mut self, token: Token, text: &str) -> bool {
        if self.skips(token, text) {
            return false;
        }
        let word = token.src(text);
        match token.kind {
            TokenKind::Integer(_) => word.starts_with('+') && !self.in_constant,
            // Those are lanes, too.
            TokenKind::Float(_) => false,
            TokenKind::Keyword if matches!(word, "nan:canonical" | "nan:arithmetic") => false,
            TokenKind::Keyword => {
                self.in_constant = word.ends_with(".const") || SHAPES.contains(&word);
                ["align=+", "offset=+"].iter().any(|start| word.starts_with(start))
            }
            _ => {
                self.in_constant = false;
                false
            }
        }
    }

    /// Whether the token is white space, or part of an annotation: white space as well (core `#text-space`).
    fn skips(&mut self, token: Token, text: &str) -> bool {
        let was_in_annotation = self.annotation.is_some();
        match token.kind {
            TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment => return true,
            TokenKind::LParen => {
                self.depth += 1;
                let begins = text.as_bytes().get(token.offset + 1) == Some(&b'@');
                if begins && !was_in_annotation {
                    self.annotation = Some(self.depth);
                }
            }
            TokenKind::RParen => {
                if self.annotation == Some(self.depth) {
                    self.annotation = None;
                }
                self.depth = self.depth.saturating_sub(1);
            }
            _ => {}
        }
        was_in_annotation || self.annotation.is_some()
    }
}

#[cfg(test)]
mod tests {
    fn is_text(text: &str) -> bool {
        crate::wat::buffer(text).is_ok()
    }

    #[test]
    fn an_unsigned_number_has_no_plus_sign() {
        for text in [
            "(memory +1)",
            "(memory 1 +2)",
            "(memory i64 +1)",
            "(memory 1\n+2)",
            "(memory 1(; a comment ;)+2)",
            "(table +1 funcref)",
            "(func (call +0))",
            "(func (br (; a comment ;) +0))",
            "(func i32.const 5 local.set +0)",
            "(func (drop (i32.const 5)) (br +0))",
            "(func) (start +0)",
            "(func (drop (i32.load align=+4 (i32.const 0))))",
            "(func (drop (i32.load offset=+4 (i32.const 0))))",
            "(func (i8x16.shuffle +0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (local.get 0) (local.get 0)))",
            "(func (drop (f32x4.extract_lane +0 (v128.const f32x4 0 0 0 0))))",
            "(func (drop (array.new_fixed $a +0)))",
            r#"(assert_return (invoke "f" (ref.extern +3)))"#,
            "(component (alias outer +0 0 (type)))",
            "(@name \"m\") (memory +1)",
        ] {
            assert!(!is_text(text), "{text}");
        }
    }

    #[test]
    fn constants_have_signs_and_annotations_are_not_read() {
        for text in [
            "(func (i32.const +1) (i64.const +0x1) (f32.const +1) (f64.const +inf))",
            "(func i32.const +1 i32.const +2 i32.add)",
            "(func (i32.const (@note (a +1) +2) (; ;) +1))",
            "(func (v128.const i32x4 +1 -2 +3 +4))",
            "(func (v128.const f64x2 1e+1 0x1p+1))",
            "(assert_return (invoke \"f\") (v128.const f32x4 +1 nan:canonical 0.5 +4))",
            "(assert_return (invoke \"f\" (s8.const +1)) (u32.const +1))",
            "(func $+1 (export \"+1\")) ;; +1",
            "(@custom +1)",
        ] {
            assert!(is_text(text), "{text}");
        }
    }

    #[test]
    fn most_texts_are_not_read_twice() {
        assert!(!super::may_have_any("(func (f32.const 1e+1) (f64.const 0x1P+1) (f64.const +inf) (i32.add))"));
        assert!(super::may_have_any("(memory +1)"));
    }
}
