//! The sections that wasmparser's readers cannot follow into what validation forbids: they take the first `end` after a
//! constant expression's beginning for its last, and refuse a list of several supertypes (core `#binary-module`).

use super::{Mistake, check_operator};
use crate::config::Features;
use wasmparser::{BinaryReader, CompositeType, FrameStack, GlobalType, OperatorsReader, RefType, TableType};

/// The type section (core `#binary-typesec`).
pub(super) fn types(reader: BinaryReader<'_>) -> Result<(), Mistake> {
    const REC: u8 = 0x4e;
    each(reader, |reader| {
        if peek(reader)? != REC {
            return sub_type(reader);
        }
        reader.read_u8()?;
        vector(reader, sub_type)
    })
}

/// core `#binary-subtype`.
fn sub_type(reader: &mut BinaryReader<'_>) -> Result<(), Mistake> {
    const SUB: u8 = 0x50;
    const SUB_FINAL: u8 = 0x4f;
    if matches!(peek(reader)?, SUB | SUB_FINAL) {
        reader.read_u8()?;
        vector(reader, index)?;
    }
    reader.read::<CompositeType>()?;
    Ok(())
}

/// The table section (core `#binary-tablesec`).
pub(super) fn tables(reader: BinaryReader<'_>, features: Features) -> Result<(), Mistake> {
    const WITH_INITIALISER: u8 = 0x40;
    each(reader, |reader| {
        if peek(reader)? != WITH_INITIALISER {
            reader.read::<TableType>()?;
            return Ok(());
        }
        reader.read_u8()?;
        let offset = reader.original_position();
        if reader.read_u8()? != 0 {
            return Err(Mistake { offset, message: "invalid table encoding".into() });
        }
        reader.read::<TableType>()?;
        const_expr(reader, features)
    })
}

/// The global section (core `#binary-globalsec`).
pub(super) fn globals(reader: BinaryReader<'_>, features: Features) -> Result<(), Mistake> {
    each(reader, |reader| {
        reader.read::<GlobalType>()?;
        const_expr(reader, features)
    })
}

/// The element section (core `#binary-elemsec`).
pub(super) fn elems(reader: BinaryReader<'_>, features: Features) -> Result<(), Mistake> {
    each(reader, |reader| {
        let offset = reader.original_position();
        let flags = reader.read_var_u32()?;
        if flags > 0b111 {
            return Err(Mistake { offset, message: "invalid flags byte in element segment".into() });
        }
        let (is_active, has_index, has_exprs) = (flags & 0b001 == 0, flags & 0b010 != 0, flags & 0b100 != 0);
        if is_active && has_index {
            index(reader)?;
        }
        if is_active {
            const_expr(reader, features)?;
        }
        match (is_active && !has_index, has_exprs) {
            (true, _) => {}
            (false, true) => {
                reader.read::<RefType>()?;
            }
            (false, false) => elem_kind(reader)?,
        }
        if has_exprs { vector(reader, |reader| const_expr(reader, features)) } else { vector(reader, index) }
    })
}

/// core `#binary-elemkind`.
fn elem_kind(reader: &mut BinaryReader<'_>) -> Result<(), Mistake> {
    let offset = reader.original_position();
    match reader.read_u8()? {
        0 => Ok(()),
        _ => Err(Mistake { offset, message: "malformed element kind".into() }),
    }
}

/// The data section (core `#binary-datasec`).
pub(super) fn datas(reader: BinaryReader<'_>, features: Features) -> Result<(), Mistake> {
    each(reader, |reader| {
        let offset = reader.original_position();
        let flags = reader.read_var_u32()?;
        if flags > 2 {
            return Err(Mistake { offset, message: "invalid flags byte in data segment".into() });
        }
        if flags == 2 {
            index(reader)?;
        }
        if flags != 1 {
            const_expr(reader, features)?;
        }
        reader.read_reader()?;
        Ok(())
    })
}

/// A constant expression, which ends with the `end` that closes no instruction within it (core `#binary-expr`).
fn const_expr(reader: &mut BinaryReader<'_>, features: Features) -> Result<(), Mistake> {
    let mut operators = OperatorsReader::new(reader.clone());
    while operators.current_frame().is_some() {
        let (operator, offset) = operators.read_with_offset()?;
        check_operator(&operator, offset, features)?;
    }
    *reader = operators.get_binary_reader();
    Ok(())
}

fn index(reader: &mut BinaryReader<'_>) -> Result<(), Mistake> {
    reader.read_var_u32()?;
    Ok(())
}

fn peek(reader: &BinaryReader<'_>) -> Result<u8, Mistake> {
    Ok(reader.clone().read_u8()?)
}

/// A section that is one list, and nothing after it.
fn each<'a>(
    mut reader: BinaryReader<'a>,
    item: impl FnMut(&mut BinaryReader<'a>) -> Result<(), Mistake>,
) -> Result<(), Mistake> {
    vector(&mut reader, item)?;
    if reader.eof() {
        return Ok(());
    }
    let message = "section size mismatch: unexpected data at the end of the section".into();
    Err(Mistake { offset: reader.original_position(), message })
}

/// core `#binary-list`.
fn vector<'a>(
    reader: &mut BinaryReader<'a>,
    mut item: impl FnMut(&mut BinaryReader<'a>) -> Result<(), Mistake>,
) -> Result<(), Mistake> {
    for _ in 0..reader.read_var_u32()? {
        item(reader)?;
    }
    Ok(())
}
