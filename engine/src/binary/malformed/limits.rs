//! The limits of wasmparser, which are those of this engine (core `#impl`): what is beyond one is no mistake of the module.

use super::Mistake;
use wasmparser::BinaryReader;

/// The longest name that wasmparser reads, in bytes.
const LONGEST_NAME: usize = 100_000;

/// Whether the validator's `message` is about a limit.
pub(super) fn of_validation(message: &str) -> bool {
    let parts = ["count exceeds limit of", "exceeds the limit of", "specifies too many data segments"];
    let starts = ["implementation limit", "too many locals: ", "sub type hierarchy too deep", "number of elements is"];
    parts.iter().any(|part| message.contains(part)) || starts.iter().any(|start| message.starts_with(start))
}

/// How far a count reaches that wasmparser did not read on from.
#[derive(PartialEq)]
pub(super) enum Count {
    /// It is above a limit of the implementation, and bytes stand behind it.
    Limit,
    /// It is above a limit that validation sets, and bytes stand behind it.
    Rule,
}

/// What `mistake` is if it is a count above a limit. `None` for any other, and for a count that reaches beyond its section,
/// as is malformed whatever the limits are.
pub(super) fn of_count(bytes: &[u8], mistake: &Mistake) -> Option<Count> {
    let offset = mistake.offset as usize;
    let section = bytes.get(..section_end(bytes, offset))?;
    if mistake.message == "string size out of bounds" {
        return name_ends_after(section, offset).then_some(Count::Limit);
    }
    let what = mistake.message.strip_suffix(" size is out of bounds")?;
    let mut reader = BinaryReader::new(section.get(offset..)?, 0);
    let count = reader.read_var_u32().ok()?;
    reader.read_bytes(count as usize).ok()?;
    // An annotated `select` may have any number of types in the grammar, and exactly one in a valid module.
    Some(if what == "select types" { Count::Rule } else { Count::Limit })
}

/// Whether a name stands in the section whose length ends at `last`: wasmparser tells no more than where that is.
fn name_ends_after(section: &[u8], last: usize) -> bool {
    (0..5).any(|more| {
        let name = || {
            let mut reader = BinaryReader::new(section.get(last.checked_sub(more)?..)?, 0);
            let name = reader.read_unlimited_string().ok()?;
            Some(name.len() > LONGEST_NAME && reader.original_position() as usize == more + 1 + name.len())
        };
        name() == Some(true)
    })
}

/// Where the section ends that `offset` lies in; `offset` itself if there is none.
fn section_end(bytes: &[u8], offset: usize) -> usize {
    const HEADER: usize = 8;
    let mut reader = BinaryReader::new(bytes.get(HEADER..).unwrap_or_default(), HEADER as u64);
    while reader.original_position() <= offset as u64 {
        if reader.read_u8().and_then(|_| reader.read_reader()).is_err() {
            return offset;
        }
    }
    reader.original_position() as usize
}
