//! The imports and exports of a binary module: as much of the format as linking by name takes.
//!
//! A module that does not decode has no imports here; it is the runtime that has to refuse it.

/// The two names of each import, in order.
pub(crate) fn imports(bytes: &[u8]) -> Vec<(String, String)> {
    const SECTION: u8 = 2;
    section(bytes, SECTION).and_then(read_imports).unwrap_or_default()
}

/// The exports: name and kind (0 function, 1 table, 2 memory, 3 global, 4 tag; core `#binary-exportsec`).
pub(super) fn exports(bytes: &[u8]) -> Vec<(String, u8)> {
    const SECTION: u8 = 7;
    section(bytes, SECTION).and_then(read_exports).unwrap_or_default()
}

/// The content of the first section with this id (core `#binary-module`).
fn section(bytes: &[u8], id: u8) -> Option<Reader<'_>> {
    let mut reader = Reader(bytes.strip_prefix(b"\0asm\x01\0\0\0")?);
    while !reader.0.is_empty() {
        let (found, len) = (reader.byte()?, reader.number()? as usize);
        let content = reader.take(len)?;
        if found == id {
            return Some(Reader(content));
        }
    }
    None
}

fn read_imports(mut reader: Reader<'_>) -> Option<Vec<(String, String)>> {
    (0..reader.number()?)
        .map(|_| {
            let names = (reader.name()?, reader.name()?);
            reader.skip_extern_type()?;
            Some(names)
        })
        .collect()
}

fn read_exports(mut reader: Reader<'_>) -> Option<Vec<(String, u8)>> {
    (0..reader.number()?)
        .map(|_| {
            let export = (reader.name()?, reader.byte()?);
            reader.number()?;
            Some(export)
        })
        .collect()
}

struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, len: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    /// LEB128 (core `#binary-int`); signed numbers are only skipped with it.
    fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn name(&mut self) -> Option<String> {
        let len = self.number()? as usize;
        String::from_utf8(self.take(len)?.to_vec()).ok()
    }

    /// Core `#binary-importdesc`.
    fn skip_extern_type(&mut self) -> Option<()> {
        match self.byte()? {
            0 => drop(self.number()?),
            1 => {
                self.skip_value_type()?;
                self.skip_limits()?;
            }
            2 => self.skip_limits()?,
            3 => {
                self.skip_value_type()?;
                self.byte()?;
            }
            4 => {
                self.byte()?;
                self.number()?;
            }
            _ => return None,
        }
        Some(())
    }

    /// A type of one byte, or `ref` with a heap type after it (core `#binary-reftype`).
    fn skip_value_type(&mut self) -> Option<()> {
        if matches!(self.byte()?, 0x63 | 0x64) {
            self.number()?;
        }
        Some(())
    }

    /// Core `#binary-limits`; bit 3 says that a page size follows (the custom-page-sizes proposal).
    fn skip_limits(&mut self) -> Option<()> {
        let flags = self.byte()?;
        self.number()?;
        if flags & 1 != 0 {
            self.number()?;
        }
        if flags & 8 != 0 {
            self.number()?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::{ModuleSource, lower};

    fn module(text: &str) -> Vec<u8> {
        let commands = lower(text).expect("a script");
        let Some(ModuleSource::Binary(bytes)) = commands[0].kind.module() else { panic!("no module") };
        bytes.clone()
    }

    #[test]
    fn names_are_read_whatever_the_types() {
        let bytes = module(
            r#"(module (type $f (func (param i32))) (import "a" "f" (func (type $f)))
                 (import "a" "t" (table i64 1 2 (ref null $f))) (import "b" "m" (memory 1 2 shared))
                 (import "b" "p" (memory i64 1 (pagesize 1))) (import "" "g" (global (mut externref)))
                 (import "c" "e" (tag (type $f))) (func (export "x")) (export "m" (memory 0)))"#,
        );
        let names: Vec<_> = imports(&bytes).into_iter().map(|(a, b)| a + "." + &b).collect();
        assert_eq!(names, ["a.f", "a.t", "b.m", "b.p", ".g", "c.e"]);
        assert_eq!(exports(&bytes), [("x".to_owned(), 0), ("m".to_owned(), 2)]);
    }

    #[test]
    fn broken_modules_have_none() {
        let bytes = module(r#"(module (import "a" "f" (func)))"#);
        for end in 0..bytes.len() {
            // Whatever the cut leaves, nothing is made up.
            assert!(imports(&bytes[..end]).len() <= 1);
        }
        assert!(imports(b"\0asm\x01\0\0\0\x02\xff\xff\xff\xff\x0f").is_empty() && exports(b"").is_empty());
    }
}
