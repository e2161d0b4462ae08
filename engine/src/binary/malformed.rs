//! Malformed, invalid, or beyond a limit? wasmparser reports all with one error type; only a failure pays for telling them
//! apart.
//!
//! The bytes are read once more without validation, every operator included. What fails here breaks the binary format
//! (core `#binary`); if nothing does, a rule of validation was broken, unless it is a limit that no specification sets.

mod limits;
mod sections;

use crate::{config::Features, error::ModuleError};
use limits::Count;
use std::ops::Range;
use wasmparser::{BinaryReader, BinaryReaderError, ExternalKind, Operator, Parser, Payload, TypeRef};

/// A mistake in the structure: where, and what.
pub(super) struct Mistake {
    offset: u64,
    message: String,
}

impl From<BinaryReaderError> for Mistake {
    fn from(error: BinaryReaderError) -> Self {
        Mistake { offset: error.offset(), message: super::words(&error) }
    }
}

impl Mistake {
    pub(super) fn malformed(self) -> ModuleError {
        ModuleError::Malformed { offset: self.offset as usize, message: self.message }
    }

    fn invalid(self) -> ModuleError {
        ModuleError::Invalid { offset: self.offset as usize, message: self.message }
    }

    fn unsupported(self) -> ModuleError {
        ModuleError::Unsupported { offset: self.offset as usize, message: self.message }
    }
}

/// The class of `error`, which decoding and validating `bytes` gave.
pub(super) fn classify(bytes: &[u8], features: Features, error: BinaryReaderError) -> ModuleError {
    let found = Mistake::from(error);
    let is_limit = limits::of_validation(&found.message);
    match read_all(bytes, features) {
        Err(mistake) => match limits::of_count(bytes, &mistake) {
            Some(Count::Limit) => mistake.unsupported(),
            Some(Count::Rule) => mistake.invalid(),
            None if is_unknown_type(&mistake.message) && is_limit => found.unsupported(),
            None if is_unknown_type(&mistake.message) => mistake.invalid(),
            None => mistake.malformed(),
        },
        Ok(()) if is_limit => found.unsupported(),
        Ok(()) if is_about_syntax(&found.message) => found.malformed(),
        Ok(()) => found.invalid(),
    }
}

/// Whether wasmparser refuses to read a type index since it is above the number of types that it takes: no module that it
/// takes has such a type.
fn is_unknown_type(message: &str) -> bool {
    message == "type index greater than implementation limits" || message.ends_with("type index too large")
}

/// Whether an opcode exists under `features`.
fn exists(operator: &Operator<'_>, features: Features) -> bool {
    macro_rules! enabled {
        (mvp) => {
            true
        };
        ($proposal:ident) => {
            features.$proposal()
        };
    }
    macro_rules! arms {
        ($(@$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident ($($arity:tt)*))*) => {
            match operator {
                $(Operator::$op { .. } => enabled!($proposal),)*
                _ => false,
            }
        };
    }
    wasmparser::for_each_operator!(arms)
}

/// wasmparser reads a kind of custom descriptors, the function of an exact type, whatever is enabled; the engine has none of
/// it.
pub(super) fn known_import(ty: &TypeRef, offset: u64) -> Result<(), Mistake> {
    match ty {
        TypeRef::FuncExact(_) => Err(Mistake { offset, message: "malformed import kind".into() }),
        _ => Ok(()),
    }
}

/// As [`known_import`].
pub(super) fn known_export(kind: ExternalKind, offset: u64) -> Result<(), Mistake> {
    match kind {
        ExternalKind::FuncExact => Err(Mistake { offset, message: "malformed export kind".into() }),
        _ => Ok(()),
    }
}

/// Mistakes of the grammar that wasmparser's validator finds, since they depend on the enabled proposals: an opcode or a
/// type code that does not exist without them.
fn is_about_syntax(message: &str) -> bool {
    // Bytes that are flags and codes of a proposal, read as such whether or not it is enabled.
    let codes = [
        // Mutability (core `#binary-mut`).
        "shared globals require",
        // Limits (core `#binary-limits`).
        "shared tables require",
        // Types (core `#binary-reftype`, `#binary-comptype`).
        "shared reference types require",
        "shared composite types require",
        "continuation refs not supported without",
        "cannot define continuation types",
        "custom descriptors ",
    ];
    let disabled = message.ends_with("support is not enabled") || codes.iter().any(|words| message.starts_with(words));
    // What the grammar of the day allowed and validation forbade.
    let validation = ["constant expression", "multiple tables", "multi-memory"];
    disabled && !validation.iter().any(|words| message.contains(words))
}

/// Counts that must agree between sections (core `#binary-module`).
struct Counts {
    /// The proposals that decide which opcodes exist.
    features: Features,
    funcs: u32,
    bodies: u32,
    data_count: Option<u32>,
    datas: u32,
    /// Whether some body uses a data index, which asks for a data count section.
    uses_data_index: Option<u64>,
}

impl Counts {
    fn new(features: Features) -> Self {
        Counts { features, funcs: 0, bodies: 0, data_count: None, datas: 0, uses_data_index: None }
    }
}

fn read_all(bytes: &[u8], features: Features) -> Result<(), Mistake> {
    let mut parser = Parser::new(0);
    parser.set_features(features);
    let mut counts = Counts::new(features);
    let mut last_section = 0;
    for payload in parser.parse_all(bytes) {
        let payload = payload?;
        in_order(&payload, &mut last_section)?;
        read_section(bytes, payload, &mut counts)?;
    }
    let end = bytes.len() as u64;
    if counts.funcs != counts.bodies {
        return Err(Mistake { offset: end, message: "function and code section have inconsistent lengths".into() });
    }
    if counts.data_count.is_some_and(|count| count != counts.datas) {
        return Err(Mistake { offset: end, message: "data count and data section have inconsistent lengths".into() });
    }
    match counts.uses_data_index {
        Some(offset) if counts.data_count.is_none() => {
            Err(Mistake { offset, message: "data count section required".into() })
        }
        _ => Ok(()),
    }
}

/// Sections other than custom ones come at most once and in this order (core `#binary-module`).
fn in_order(payload: &Payload<'_>, last: &mut u32) -> Result<(), Mistake> {
    let (order, offset) = match payload {
        Payload::TypeSection(r) => (1, r.range().start),
        Payload::ImportSection(r) => (2, r.range().start),
        Payload::FunctionSection(r) => (3, r.range().start),
        Payload::TableSection(r) => (4, r.range().start),
        Payload::MemorySection(r) => (5, r.range().start),
        Payload::TagSection(r) => (6, r.range().start),
        Payload::GlobalSection(r) => (7, r.range().start),
        Payload::ExportSection(r) => (8, r.range().start),
        Payload::StartSection { range, .. } => (9, range.start),
        Payload::ElementSection(r) => (10, r.range().start),
        Payload::DataCountSection { range, .. } => (11, range.start),
        Payload::CodeSectionStart { range, .. } => (12, range.start),
        Payload::DataSection(r) => (13, r.range().start),
        _ => return Ok(()),
    };
    if order <= *last {
        return Err(Mistake { offset, message: "unexpected content after last section (section out of order)".into() });
    }
    *last = order;
    Ok(())
}

fn read_section(bytes: &[u8], payload: Payload<'_>, counts: &mut Counts) -> Result<(), Mistake> {
    let features = counts.features;
    let section = |range: Range<u64>| {
        BinaryReader::new_features(&bytes[range.start as usize..range.end as usize], range.start, features)
    };
    match payload {
        Payload::TypeSection(reader) => sections::types(section(reader.range()))?,
        Payload::ImportSection(reader) => read_imports(reader)?,
        Payload::FunctionSection(reader) => {
            counts.funcs = reader.count();
            read_items(reader)?;
        }
        Payload::TableSection(reader) => sections::tables(section(reader.range()), features)?,
        Payload::MemorySection(reader) => read_items(reader)?,
        Payload::TagSection(reader) => read_items(reader)?,
        Payload::GlobalSection(reader) => sections::globals(section(reader.range()), features)?,
        Payload::ExportSection(reader) => read_exports(reader)?,
        Payload::ElementSection(reader) => sections::elems(section(reader.range()), features)?,
        Payload::DataCountSection { count, .. } => counts.data_count = Some(count),
        Payload::DataSection(reader) => {
            counts.datas = reader.count();
            sections::datas(section(reader.range()), features)?;
        }
        Payload::CodeSectionStart { count, .. } => counts.bodies = count,
        Payload::CodeSectionEntry(body) => read_body(&body, counts)?,
        Payload::UnknownSection { range, .. } => {
            return Err(Mistake { offset: range.start, message: "malformed section id".into() });
        }
        _ => {}
    }
    Ok(())
}

fn read_items<'a, T: wasmparser::FromReader<'a>>(reader: wasmparser::SectionLimited<'a, T>) -> Result<(), Mistake> {
    for item in reader {
        item?;
    }
    Ok(())
}

fn read_imports(reader: wasmparser::ImportSectionReader<'_>) -> Result<(), Mistake> {
    for import in reader.into_imports_with_offsets() {
        let (offset, import) = import?;
        known_import(&import.ty, offset)?;
    }
    Ok(())
}

fn read_exports(reader: wasmparser::ExportSectionReader<'_>) -> Result<(), Mistake> {
    for export in reader.into_iter_with_offsets() {
        let (offset, export) = export?;
        known_export(export.kind, offset)?;
    }
    Ok(())
}

fn read_body(body: &wasmparser::FunctionBody<'_>, counts: &mut Counts) -> Result<(), Mistake> {
    let mut locals: u64 = 0;
    for group in body.get_locals_reader()? {
        let (count, _) = group?;
        locals += u64::from(count);
        if locals > u64::from(u32::MAX) {
            return Err(Mistake { offset: body.range().start, message: "too many locals".into() });
        }
    }
    read_expr(body.get_operators_reader()?, counts)
}

fn read_expr(mut reader: wasmparser::OperatorsReader<'_>, counts: &mut Counts) -> Result<(), Mistake> {
    while !reader.eof() {
        let (operator, offset) = reader.read_with_offset()?;
        check_operator(&operator, offset, counts.features)?;
        // Those of constant expressions do not ask for a data count section (core `#binary-module`, `dataidx(func*)`).
        let uses_data_index = matches!(
            operator,
            Operator::MemoryInit { .. }
                | Operator::DataDrop { .. }
                | Operator::ArrayNewData { .. }
                | Operator::ArrayInitData { .. }
        );
        if uses_data_index && counts.uses_data_index.is_none() {
            counts.uses_data_index = Some(offset);
        }
    }
    Ok(reader.finish()?)
}

fn check_operator(operator: &Operator<'_>, offset: u64, features: Features) -> Result<(), Mistake> {
    if exists(operator, features) { Ok(()) } else { Err(Mistake { offset, message: "illegal opcode".into() }) }
}
