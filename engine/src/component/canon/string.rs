//! CanonicalABI.md, *Loading* and *Storing*: strings and their transcoding.

use super::super::value::{ComponentString, ComponentVal, Encoding};
use super::{Context, load::spend, pay_string, trap, trap_if};
use crate::{Store, error::Fault, trace::TrapCode};
use std::sync::Arc;

pub(crate) const MAX_STRING_BYTE_LENGTH: u64 = (1 << 28) - 1;

/// `utf16_tag`.
pub(crate) fn utf16_tag(w: usize) -> u64 {
    if w == 1 { 1 << 63 } else { 1 << 31 }
}

/// `load_string_from_range`.
pub(crate) fn load_string_from_range(
    store: &mut Store,
    cx: &Context,
    ptr: u64,
    tagged_code_units: u64,
) -> Result<ComponentVal, Fault> {
    let tag = utf16_tag(cx.opts.w);
    let tagged = cx.opts.string_encoding == Encoding::Latin1Utf16 && tagged_code_units & tag != 0;
    let (alignment, byte_length) = match cx.opts.string_encoding {
        Encoding::Utf8 => (1, tagged_code_units),
        Encoding::Utf16 => (2, tagged_code_units.saturating_mul(2)),
        Encoding::Latin1Utf16 if tagged => (2, (tagged_code_units ^ tag).saturating_mul(2)),
        Encoding::Latin1Utf16 => (2, tagged_code_units),
    };
    trap_if(byte_length > MAX_STRING_BYTE_LENGTH, TrapCode::InvalidPointer)?;
    cx.check_range(store, ptr, byte_length, alignment)?;
    spend(store, byte_length / 32)?;
    pay_string(store, byte_length)?;
    let text: Option<Arc<str>> = match store.memory(cx.memory()?).bytes() {
        // Checked where it lies, and copied once.
        Some(memory) if cx.opts.string_encoding == Encoding::Utf8 => {
            let bytes = &memory[ptr as usize..][..byte_length as usize];
            std::str::from_utf8(bytes).ok().map(Arc::from)
        }
        _ => {
            let mut bytes = vec![0; byte_length as usize];
            cx.read(store, ptr, &mut bytes)?;
            decode(bytes, cx.opts.string_encoding, tagged).map(Arc::from)
        }
    };
    let text = text.map_or_else(|| trap(TrapCode::InvalidString), Ok)?;
    Ok(ComponentVal::String(ComponentString::lifted(text, cx.opts.string_encoding, tagged)))
}

fn decode(bytes: Vec<u8>, encoding: Encoding, tagged: bool) -> Option<String> {
    match encoding {
        Encoding::Utf8 => String::from_utf8(bytes).ok(),
        Encoding::Latin1Utf16 if !tagged => Some(bytes.into_iter().map(char::from).collect()),
        Encoding::Utf16 | Encoding::Latin1Utf16 => {
            let units = bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
            char::decode_utf16(units).collect::<Result<_, _>>().ok()
        }
    }
}

fn encode_utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Every character is below 256.
fn encode_latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| c as u8).collect()
}

/// How the source stored the string (`src_simple_encoding`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Utf8,
    Utf16,
    Latin1,
}

/// `store_string_into_range`: the pointer and the tagged code units.
pub(crate) fn store_string_into_range(
    store: &mut Store,
    cx: &Context,
    v: &ComponentString,
) -> Result<(u64, u64), Fault> {
    let source = match v.source {
        Encoding::Utf8 => Source::Utf8,
        Encoding::Utf16 => Source::Utf16,
        Encoding::Latin1Utf16 if v.tagged => Source::Utf16,
        Encoding::Latin1Utf16 => Source::Latin1,
    };
    let src = v.as_str();
    let src_code_units = match source {
        Source::Utf8 => src.len(),
        Source::Utf16 => src.encode_utf16().count(),
        Source::Latin1 => src.chars().count(),
    } as u64;
    // A host can give more than any lift does.
    if src_code_units > MAX_STRING_BYTE_LENGTH {
        return Err(Fault::Exhausted(crate::trace::Resource::Memory));
    }
    pay_string(store, src.len() as u64)?;
    match (cx.opts.string_encoding, source) {
        (Encoding::Utf8, Source::Utf8) => store_string_copy(store, cx, src_code_units, 1, src.as_bytes()),
        (Encoding::Utf8, Source::Utf16) => store_string_to_utf8(store, cx, src, src_code_units, src_code_units * 3),
        (Encoding::Utf8, Source::Latin1) => store_string_to_utf8(store, cx, src, src_code_units, src_code_units * 2),
        (Encoding::Utf16, Source::Utf8) => store_utf8_to_utf16(store, cx, src, src_code_units),
        (Encoding::Utf16, Source::Utf16 | Source::Latin1) => {
            store_string_copy(store, cx, src_code_units, 2, &encode_utf16(src))
        }
        (Encoding::Latin1Utf16, Source::Latin1) => store_string_copy(store, cx, src_code_units, 2, &encode_latin1(src)),
        (Encoding::Latin1Utf16, Source::Utf16) if v.source == Encoding::Latin1Utf16 => {
            store_probably_utf16_to_latin1_or_utf16(store, cx, src, src_code_units)
        }
        (Encoding::Latin1Utf16, Source::Utf8 | Source::Utf16) => {
            store_string_to_latin1_or_utf16(store, cx, src, src_code_units)
        }
    }
}

/// A call of `realloc` whose result is checked as all of them are.
fn realloc(store: &mut Store, cx: &Context, old: (u64, u64), alignment: u64, len: u64) -> Result<u64, Fault> {
    let ptr = cx.reallocate(store, old.0, old.1, alignment, len)?;
    cx.check_range(store, ptr, len, alignment)?;
    Ok(ptr)
}

/// `store_string_copy`, of bytes that are encoded already.
fn store_string_copy(
    store: &mut Store,
    cx: &Context,
    src_code_units: u64,
    dst_alignment: u64,
    encoded: &[u8],
) -> Result<(u64, u64), Fault> {
    let ptr = realloc(store, cx, (0, 0), dst_alignment, encoded.len() as u64)?;
    cx.write(store, ptr, encoded)?;
    Ok((ptr, src_code_units))
}

/// `store_string_to_utf8`: hopes for ASCII, and grows to the worst case where that fails.
fn store_string_to_utf8(
    store: &mut Store,
    cx: &Context,
    src: &str,
    src_code_units: u64,
    worst_case_size: u64,
) -> Result<(u64, u64), Fault> {
    let mut ptr = realloc(store, cx, (0, 0), 1, src_code_units)?;
    let ascii = src.bytes().take_while(u8::is_ascii).count();
    cx.write(store, ptr, &src.as_bytes()[..ascii])?;
    if ascii == src.len() {
        return Ok((ptr, src_code_units));
    }
    ptr = realloc(store, cx, (ptr, src_code_units), 1, worst_case_size)?;
    cx.write(store, ptr + ascii as u64, &src.as_bytes()[ascii..])?;
    let len = src.len() as u64;
    if worst_case_size > len {
        ptr = realloc(store, cx, (ptr, worst_case_size), 1, len)?;
    }
    Ok((ptr, len))
}

/// `store_utf8_to_utf16`.
fn store_utf8_to_utf16(store: &mut Store, cx: &Context, src: &str, src_code_units: u64) -> Result<(u64, u64), Fault> {
    let worst_case_size = 2 * src_code_units;
    let mut ptr = realloc(store, cx, (0, 0), 2, worst_case_size)?;
    let encoded = encode_utf16(src);
    cx.write(store, ptr, &encoded)?;
    let len = encoded.len() as u64;
    if len < worst_case_size {
        ptr = realloc(store, cx, (ptr, worst_case_size), 2, len)?;
    }
    Ok((ptr, len / 2))
}

/// `store_string_to_latin1_or_utf16`: hopes for Latin-1, and inflates what it has where that fails.
fn store_string_to_latin1_or_utf16(
    store: &mut Store,
    cx: &Context,
    src: &str,
    src_code_units: u64,
) -> Result<(u64, u64), Fault> {
    let mut ptr = realloc(store, cx, (0, 0), 2, src_code_units)?;
    let latin1: Vec<u8> = src.chars().map_while(|c| u8::try_from(u32::from(c)).ok()).collect();
    cx.write(store, ptr, &latin1)?;
    let len = latin1.len() as u64;
    if src.chars().nth(latin1.len()).is_none() {
        if len < src_code_units {
            ptr = realloc(store, cx, (ptr, src_code_units), 2, len)?;
        }
        return Ok((ptr, len));
    }
    let worst_case_size = 2 * src_code_units;
    ptr = realloc(store, cx, (ptr, src_code_units), 2, worst_case_size)?;
    // What is there already is inflated from what `realloc` kept, not from the source.
    let mut kept = vec![0; latin1.len()];
    cx.read(store, ptr, &mut kept)?;
    let inflated: Vec<u8> = kept.into_iter().flat_map(|byte| [byte, 0]).collect();
    let encoded = encode_utf16(src);
    cx.write(store, ptr, &inflated)?;
    cx.write(store, ptr + inflated.len() as u64, &encoded[inflated.len()..])?;
    let len = encoded.len() as u64;
    if worst_case_size > len {
        ptr = realloc(store, cx, (ptr, worst_case_size), 2, len)?;
    }
    Ok((ptr, (len / 2) | utf16_tag(cx.opts.w)))
}

/// `store_probably_utf16_to_latin1_or_utf16`.
fn store_probably_utf16_to_latin1_or_utf16(
    store: &mut Store,
    cx: &Context,
    src: &str,
    src_code_units: u64,
) -> Result<(u64, u64), Fault> {
    let src_byte_length = 2 * src_code_units;
    let mut ptr = realloc(store, cx, (0, 0), 2, src_byte_length)?;
    let encoded = encode_utf16(src);
    cx.write(store, ptr, &encoded)?;
    if src.chars().any(|c| u32::from(c) >= 1 << 8) {
        return Ok((ptr, src_code_units | utf16_tag(cx.opts.w)));
    }
    let latin1 = encode_latin1(src);
    cx.write(store, ptr, &latin1)?;
    ptr = realloc(store, cx, (ptr, src_byte_length), 1, latin1.len() as u64)?;
    Ok((ptr, latin1.len() as u64))
}
