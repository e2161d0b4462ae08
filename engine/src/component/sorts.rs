//! The grammar of the sections that name sorts (Binary.md, *Instance Definitions*, *Alias Definitions*, *Import and Export
//! Definitions*), for bytes that wasmparser refuses: it reads no sort that cannot stand where it stands, which Binary.md leaves
//! to validation.

use wasmparser::{BinaryReader, ComponentExternName, ComponentTypeRef};

/// Nothing if it is not what the grammar has there: what is wrong has been said by wasmparser.
type Read<T = ()> = Option<T>;

/// Whether these are core instances: `vec(core:instance)`.
pub(super) fn core_instances(reader: BinaryReader<'_>) -> bool {
    is_vec(reader, |reader| match reader.read_u8().ok()? {
        0x00 => {
            reader.read_var_u32().ok()?;
            vec(reader, |reader| {
                reader.read_string().ok()?;
                one_of(reader, &[0x12])?;
                index(reader)
            })
        }
        0x01 => vec(reader, |reader| {
            reader.read_string().ok()?;
            core_sort(reader)?;
            index(reader)
        }),
        _ => None,
    })
}

/// Whether these are instances: `vec(instance)`.
pub(super) fn instances(reader: BinaryReader<'_>) -> bool {
    is_vec(reader, |reader| match reader.read_u8().ok()? {
        0x00 => {
            reader.read_var_u32().ok()?;
            vec(reader, |reader| {
                reader.read_string().ok()?;
                sort(reader)?;
                index(reader)
            })
        }
        0x01 => vec(reader, |reader| {
            reader.read::<ComponentExternName<'_>>().ok()?;
            sort(reader)?;
            index(reader)
        }),
        _ => None,
    })
}

/// Whether these are aliases: `vec(alias)`.
pub(super) fn aliases(reader: BinaryReader<'_>) -> bool {
    is_vec(reader, |reader| {
        let of = sort(reader)?;
        match reader.read_u8().ok()? {
            0x00 | 0x01 => {
                index(reader)?;
                reader.read_string().ok().map(drop)
            }
            // `outeraliassort` is part of the grammar.
            0x02 if matches!(of, (0x00, 0x10 | 0x11) | (0x03 | 0x04, _)) => {
                index(reader)?;
                index(reader)
            }
            _ => None,
        }
    })
}

/// Whether these are exports: `vec(export)`.
pub(super) fn exports(reader: BinaryReader<'_>) -> bool {
    is_vec(reader, |reader| {
        reader.read::<ComponentExternName<'_>>().ok()?;
        sort(reader)?;
        index(reader)?;
        match reader.read_u8().ok()? {
            0x00 => Some(()),
            0x01 => reader.read::<ComponentTypeRef>().ok().map(drop),
            _ => None,
        }
    })
}

/// Whether that is all there is.
fn is_vec(mut reader: BinaryReader<'_>, item: impl Fn(&mut BinaryReader<'_>) -> Read) -> bool {
    vec(&mut reader, item).is_some() && reader.eof()
}

fn vec<'a>(reader: &mut BinaryReader<'a>, item: impl Fn(&mut BinaryReader<'a>) -> Read) -> Read {
    (0..reader.read_var_u32().ok()?).try_for_each(|_| item(reader))
}

/// `sort`, of which the second byte is only there after a zero.
fn sort(reader: &mut BinaryReader<'_>) -> Read<(u8, u8)> {
    match one_of(reader, &[0x00, 0x01, 0x02, 0x03, 0x04, 0x05])? {
        0x00 => Some((0x00, core_sort(reader)?)),
        byte => Some((byte, 0x00)),
    }
}

/// `core:sort`.
fn core_sort(reader: &mut BinaryReader<'_>) -> Read<u8> {
    one_of(reader, &[0x00, 0x01, 0x02, 0x03, 0x04, 0x10, 0x11, 0x12])
}

fn one_of(reader: &mut BinaryReader<'_>, bytes: &[u8]) -> Read<u8> {
    let byte = reader.read_u8().ok()?;
    bytes.contains(&byte).then_some(byte)
}

fn index(reader: &mut BinaryReader<'_>) -> Read {
    reader.read_var_u32().ok().map(drop)
}
