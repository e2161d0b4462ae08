//! Value definitions (Binary.md, *Value Definitions*), decoded from their own binary format.

use super::{
    syntax::ValTypeRef,
    types::{Kind, ValType},
    value::ComponentVal,
};
use crate::error::ModuleError;
use ComponentVal as V;
use wasmparser::{BinaryReader, BinaryReaderError};

/// The id of the value section (Binary.md, *Component Definitions*).
pub(crate) const SECTION: u8 = 12;

/// A value definition (Binary.md, `value`): its type, and the bytes that stand for a value of it.
#[derive(Debug)]
pub(crate) struct ValueDef {
    pub ty: ValTypeRef,
    pub bytes: Box<[u8]>,
    /// Where the bytes begin.
    pub offset: usize,
}

impl ValueDef {
    /// The definitions of a section.
    pub fn section(reader: &mut BinaryReader<'_>) -> Result<Vec<ValueDef>, Mistake> {
        let count = reader.read_var_u32()?;
        let mut defs = Vec::new();
        for _ in 0..count {
            let ty = reader.read::<ValTypeRef>()?;
            let len = reader.read_var_u32()? as usize;
            let offset = reader.original_position() as usize;
            defs.push(ValueDef { ty, bytes: reader.read_bytes(len)?.into(), offset });
        }
        if !reader.eof() {
            return fail("unexpected content after the values");
        }
        Ok(defs)
    }

    /// The value, which has to be of the type `ty` and to take all bytes.
    pub fn decode(&self, ty: &ValType) -> Result<V, String> {
        let mut reader = BinaryReader::new(&self.bytes, self.offset as u64);
        // A few bytes can stand for very many values only in a fixed-length list of types without bytes, which there are none
        // of: each value takes a byte at least.
        match decode(&mut reader, ty) {
            Ok(val) if reader.eof() => Ok(val),
            Ok(_) => Err(format!("a value of the type {ty} is longer than it should be")),
            Err(Mistake::Own(message)) => Err(message),
            Err(Mistake::Reader(error)) => Err(error.message().to_owned()),
        }
    }
}

/// What is wrong with bytes that should be a value.
pub(crate) enum Mistake {
    Reader(BinaryReaderError),
    Own(String),
}

impl Mistake {
    /// As an error of the section that starts there.
    pub fn into_malformed(self, start: u64) -> ModuleError {
        match self {
            Mistake::Reader(error) => {
                ModuleError::Malformed { offset: error.offset() as usize, message: error.message().to_owned() }
            }
            Mistake::Own(message) => ModuleError::Malformed { offset: start as usize, message },
        }
    }
}

impl From<BinaryReaderError> for Mistake {
    fn from(error: BinaryReaderError) -> Mistake {
        Mistake::Reader(error)
    }
}

type Decoded<T> = Result<T, Mistake>;

fn fail<T>(message: impl Into<String>) -> Decoded<T> {
    Err(Mistake::Own(message.into()))
}

/// `val(t)`.
fn decode(r: &mut BinaryReader<'_>, ty: &ValType) -> Decoded<V> {
    Ok(match ty {
        ValType::Bool => match r.read_u8()? {
            0 => V::Bool(false),
            1 => V::Bool(true),
            byte => return fail(format!("{byte} is no bool")),
        },
        ValType::U8 => V::U8(r.read_u8()?),
        ValType::S8 => V::S8(r.read_u8()? as i8),
        ValType::U16 => V::U16(narrow_16(r, |r| r.read_var_u32())?),
        ValType::S16 => V::S16(narrow_16(r, |r| r.read_var_i32())?),
        ValType::U32 => V::U32(r.read_var_u32()?),
        ValType::S32 => V::S32(r.read_var_i32()?),
        ValType::U64 => V::U64(r.read_var_u64()?),
        ValType::S64 => V::S64(r.read_var_i64()?),
        ValType::F32 => {
            let bits = r.read_u32()?;
            if f32::from_bits(bits).is_nan() && bits != 0x7fc0_0000 {
                return fail("a NaN that is not the canonical one");
            }
            V::F32(bits)
        }
        ValType::F64 => {
            let bits = r.read_u64()?;
            if f64::from_bits(bits).is_nan() && bits != 0x7ff8_0000_0000_0000 {
                return fail("a NaN that is not the canonical one");
            }
            V::F64(bits)
        }
        ValType::Char => V::Char(decode_char(r)?),
        ValType::String => V::string(r.read_unlimited_string()?),
        ValType::Compound(compound) => decode_compound(r, &compound.kind)?,
        ValType::ErrorContext | ValType::Own(_) | ValType::Borrow(_) => {
            return fail(format!("there are no constants of the type {ty}"));
        }
    })
}

/// An integer of 16 bits, which takes three bytes at most (core `#binary-int`).
fn narrow_16<'a, W, N: TryFrom<W>>(
    r: &mut BinaryReader<'a>,
    read: impl Fn(&mut BinaryReader<'a>) -> Result<W, BinaryReaderError>,
) -> Decoded<N> {
    let start = r.original_position();
    let wide = read(r)?;
    if r.original_position() - start > 3 {
        return fail("integer representation too long");
    }
    match N::try_from(wide) {
        Ok(v) => Ok(v),
        Err(_) => fail("integer too large"),
    }
}

/// One code point in UTF-8.
fn decode_char(r: &mut BinaryReader<'_>) -> Decoded<char> {
    let mut bytes = vec![r.read_u8()?];
    let more = match bytes[0] {
        0..0x80 => 0,
        0xc0..0xe0 => 1,
        0xe0..0xf0 => 2,
        _ => 3,
    };
    bytes.extend_from_slice(r.read_bytes(more)?);
    let text = std::str::from_utf8(&bytes).ok().and_then(|text| text.chars().next());
    text.map_or_else(|| fail("malformed UTF-8 encoding"), Ok)
}

fn decode_compound(r: &mut BinaryReader<'_>, kind: &Kind) -> Decoded<V> {
    Ok(match kind {
        Kind::Record(fields) => {
            let fields = fields.iter().map(|field| Ok((field.label.clone(), decode(r, &field.ty)?)));
            V::Record(fields.collect::<Decoded<_>>()?)
        }
        Kind::Tuple(types) => V::Tuple(types.iter().map(|ty| decode(r, ty)).collect::<Decoded<_>>()?),
        Kind::List(ty) => {
            let count = r.read_var_u32()?;
            V::List((0..count).map(|_| decode(r, ty)).collect::<Decoded<_>>()?)
        }
        Kind::FixedList(ty, len) => V::List((0..*len).map(|_| decode(r, ty)).collect::<Decoded<_>>()?),
        Kind::Map(key, value) => {
            let count = r.read_var_u32()?;
            V::Map((0..count).map(|_| Ok((decode(r, key)?, decode(r, value)?))).collect::<Decoded<_>>()?)
        }
        Kind::Flags(labels) => {
            let bytes = r.read_bytes(labels.len().div_ceil(8))?;
            let set = labels.iter().enumerate().filter(|(i, _)| bytes[i / 8] >> (i % 8) & 1 == 1);
            V::Flags(set.map(|(_, label)| label.clone()).collect())
        }
        Kind::Stream(_) | Kind::Future(_) => return fail(format!("there are no constants of the type {kind}")),
        Kind::Variant(_) | Kind::Enum(_) => {
            let index = r.read_var_u32()?;
            decode_case(r, kind, index)?
        }
        Kind::Option(_) | Kind::Result(..) => {
            let index = u32::from(r.read_u8()?);
            decode_case(r, kind, index)?
        }
    })
}

fn decode_case(r: &mut BinaryReader<'_>, kind: &Kind, index: u32) -> Decoded<V> {
    let index = index as usize;
    if index >= kind.case_count() {
        return fail(format!("{kind} has no case {index}"));
    }
    let payload = match kind.case_type(index) {
        Some(ty) => Some(decode(r, ty)?),
        None => None,
    };
    Ok(kind.make_case(index, payload))
}
