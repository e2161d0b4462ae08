//! Malformed or invalid? wasmparser reports both with one error type; only a failure pays for telling them apart.
//!
//! The bytes are read once more without validation, every operator included. What fails here breaks the binary format
//! (core `#binary`); if nothing does, a rule of validation was broken.

use crate::{config::Features, error::ModuleError};
use wasmparser::{BinaryReaderError, ElementItems, ElementKind, Operator, Parser, Payload, TableInit, TypeRef};

/// A mistake in the structure: where, and what.
struct Mistake {
    offset: u64,
    message: String,
}

impl From<BinaryReaderError> for Mistake {
    fn from(error: BinaryReaderError) -> Self {
        Mistake { offset: error.offset(), message: error.message().to_owned() }
    }
}

/// The class of `error`, which decoding and validating `bytes` gave.
pub(super) fn classify(bytes: &[u8], features: Features, error: BinaryReaderError) -> ModuleError {
    match read_all(bytes, features) {
        Err(mistake) => ModuleError::Malformed { offset: mistake.offset as usize, message: mistake.message },
        Ok(()) if is_about_syntax(error.message()) => {
            ModuleError::Malformed { offset: error.offset() as usize, message: error.message().to_owned() }
        }
        Ok(()) => ModuleError::Invalid { offset: error.offset() as usize, message: error.message().to_owned() },
    }
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

/// Mistakes of the grammar that wasmparser's validator finds, since they depend on the enabled proposals: an opcode or a
/// type code that does not exist without them.
fn is_about_syntax(message: &str) -> bool {
    // Mutability bytes beyond 0 and 1 (core `#binary-mut`) are read as flags of a proposal.
    let disabled = message.ends_with("support is not enabled")
        || ["shared globals require", "custom descriptors "].iter().any(|words| message.starts_with(words));
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
        read_section(payload, &mut counts)?;
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

fn read_section(payload: Payload<'_>, counts: &mut Counts) -> Result<(), Mistake> {
    match payload {
        Payload::TypeSection(reader) => read_items(reader)?,
        Payload::ImportSection(reader) => read_imports(reader)?,
        Payload::FunctionSection(reader) => {
            counts.funcs = reader.count();
            read_items(reader)?;
        }
        Payload::TableSection(reader) => {
            for table in reader {
                if let TableInit::Expr(expr) = table?.init {
                    read_const_expr(expr.get_operators_reader(), counts.features)?;
                }
            }
        }
        Payload::MemorySection(reader) => read_items(reader)?,
        Payload::TagSection(reader) => read_items(reader)?,
        Payload::GlobalSection(reader) => {
            for global in reader {
                read_const_expr(global?.init_expr.get_operators_reader(), counts.features)?;
            }
        }
        Payload::ExportSection(reader) => read_items(reader)?,
        Payload::ElementSection(reader) => {
            for elem in reader {
                let elem = elem?;
                if let ElementKind::Active { offset_expr, .. } = elem.kind {
                    read_const_expr(offset_expr.get_operators_reader(), counts.features)?;
                }
                match elem.items {
                    ElementItems::Functions(reader) => read_items(reader)?,
                    ElementItems::Expressions(_, reader) => {
                        for expr in reader {
                            read_const_expr(expr?.get_operators_reader(), counts.features)?;
                        }
                    }
                }
            }
        }
        Payload::DataCountSection { count, .. } => counts.data_count = Some(count),
        Payload::DataSection(reader) => {
            counts.datas = reader.count();
            for data in reader {
                if let wasmparser::DataKind::Active { offset_expr, .. } = data?.kind {
                    read_const_expr(offset_expr.get_operators_reader(), counts.features)?;
                }
            }
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
    for group in reader {
        match group? {
            wasmparser::Imports::Single(..) => {}
            wasmparser::Imports::Compact1 { items, .. } => read_items(items)?,
            wasmparser::Imports::Compact2 { names, ty, .. } => {
                let _: TypeRef = ty;
                read_items(names)?;
            }
        }
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

/// Only data indices in function bodies ask for a data count section (core `#binary-module`, `dataidx(func*)`).
fn read_const_expr(reader: wasmparser::OperatorsReader<'_>, features: Features) -> Result<(), Mistake> {
    read_expr(reader, &mut Counts::new(features))
}

fn read_expr(mut reader: wasmparser::OperatorsReader<'_>, counts: &mut Counts) -> Result<(), Mistake> {
    while !reader.eof() {
        let (operator, offset) = reader.read_with_offset()?;
        if !exists(&operator, counts.features) {
            return Err(Mistake { offset, message: "illegal opcode".into() });
        }
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
