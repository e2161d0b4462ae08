//! Core spec, *Binary format*: bytes to a [`Module`]. wasmparser reads the bytes; it stays behind this door and the one of
//! [`crate::valid`].

mod convert;
mod malformed;
pub(crate) mod names;

pub(crate) use convert::heap_type;
#[cfg(feature = "component")]
pub(crate) use convert::{extern_type, sub_type};

use crate::{
    config::Features,
    error::ModuleError,
    syntax::{
        Data, DataMode, Elem, ElemItems, ElemMode, Export, ExternIndex, ExternType, Global, Import, Module, Table,
    },
    valid::Validation,
};
use malformed::Mistake;
use std::{ops::Range, sync::Arc};
use wasmparser::{BinaryReaderError, Imports, KnownCustom, Parser, Payload};

/// Why the single pass over the bytes stopped.
enum Stop {
    /// wasmparser found a mistake.
    Reader(BinaryReaderError),
    /// There is a mistake of the grammar that wasmparser passes over.
    Grammar(Mistake),
    /// The bytes are a component.
    Component,
}

impl From<BinaryReaderError> for Stop {
    fn from(error: BinaryReaderError) -> Self {
        Stop::Reader(error)
    }
}

impl From<Mistake> for Stop {
    fn from(mistake: Mistake) -> Self {
        Stop::Grammar(mistake)
    }
}

impl Stop {
    fn into_error(self, of_reader: impl FnOnce(BinaryReaderError) -> ModuleError) -> ModuleError {
        match self {
            Stop::Reader(error) => of_reader(error),
            Stop::Grammar(mistake) => mistake.malformed(),
            Stop::Component => {
                ModuleError::Malformed { offset: 4, message: "this is a component, not a core module".to_owned() }
            }
        }
    }
}

/// The words of a mistake, on one line: some of wasmparser's show bytes one below the other.
pub(crate) fn words(error: &BinaryReaderError) -> String {
    error.message().lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

/// Decodes and validates a module in one pass over its bytes.
///
/// # Errors
/// [`ModuleError::Malformed`] if the bytes do not follow the binary format, [`ModuleError::Invalid`] if they do and a rule
/// of validation is broken, [`ModuleError::Unsupported`] beyond a limit of wasmparser. Which of them is decided by a second
/// pass that only a failure pays for.
pub(crate) fn decode(bytes: Arc<[u8]>, features: Features) -> Result<Module, ModuleError> {
    let features = features.intersection(crate::config::supported_features());
    let mut reading = Reading::new(bytes.clone(), 0);
    match read(&mut reading, &bytes, features) {
        Ok(()) => Ok(reading.module),
        Err(stop) => Err(stop.into_error(|error| malformed::classify(&bytes, features, error))),
    }
}

fn read(reading: &mut Reading, bytes: &[u8], features: Features) -> Result<(), Stop> {
    let mut parser = Parser::new(0);
    parser.set_features(features);
    let mut validation = Validation::new(features);
    for payload in parser.parse_all(bytes) {
        let payload = payload?;
        if matches!(payload, Payload::Version { encoding: wasmparser::Encoding::Component, .. }) {
            return Err(Stop::Component);
        }
        validation.payload(&payload)?;
        reading.section(payload)?;
    }
    Ok(())
}

/// A module on its way: what its sections have said so far.
pub(crate) struct Reading {
    module: Module,
    /// Where the parser was when the module began: what it says of offsets is counted from elsewhere.
    base: u64,
}

impl Reading {
    /// A module of which nothing has been read, and whose `bytes` the parser meets at `base`.
    pub(crate) fn new(bytes: Arc<[u8]>, base: u64) -> Reading {
        Reading { module: Module::new(bytes), base }
    }

    /// Takes over what one section says, which somebody else has validated.
    ///
    /// # Errors
    /// There is a mistake in it nevertheless. Which of its rules is broken, [`decode`] says of the whole module.
    #[cfg(feature = "component")]
    pub(crate) fn valid_section(&mut self, payload: Payload<'_>) -> Result<(), ModuleError> {
        self.section(payload).map_err(|stop| stop.into_error(|error| Mistake::from(error).malformed()))
    }

    /// The module, when all has been taken over.
    #[cfg(feature = "component")]
    pub(crate) fn end(self) -> Module {
        self.module
    }

    /// Takes over what one validated section says (core `#binary-module`).
    fn section(&mut self, payload: Payload<'_>) -> Result<(), Stop> {
        let Reading { ref mut module, base } = *self;
        match payload {
            Payload::TypeSection(reader) => type_section(module, reader)?,
            Payload::ImportSection(reader) => {
                for group in reader.into_iter_with_offsets() {
                    let (offset, group) = group?;
                    import_group(module, group, offset)?;
                }
            }
            Payload::FunctionSection(reader) => {
                module.funcs.reserve(reader.count() as usize);
                for ty in reader {
                    module.funcs.push(ty?);
                }
            }
            Payload::TableSection(reader) => {
                for table in reader {
                    let table = table?;
                    let init = match table.init {
                        wasmparser::TableInit::RefNull => None,
                        wasmparser::TableInit::Expr(expr) => Some(const_expr(base, &expr)),
                    };
                    module.tables.push(Table { ty: convert::table_type(table.ty), init });
                }
            }
            Payload::MemorySection(reader) => {
                for memory in reader {
                    module.memories.push(convert::memory_type(memory?));
                }
            }
            Payload::TagSection(reader) => {
                for tag in reader {
                    module.tags.push(tag?.func_type_idx);
                }
            }
            Payload::GlobalSection(reader) => {
                for global in reader {
                    let global = global?;
                    let init = Some(const_expr(base, &global.init_expr));
                    module.globals.push(Global { ty: convert::global_type(global.ty), init });
                }
            }
            Payload::ExportSection(reader) => {
                module.exports.reserve(reader.count() as usize);
                for export in reader.into_iter_with_offsets() {
                    let (offset, export) = export?;
                    malformed::known_export(export.kind, offset)?;
                    module.exports.push(convert_export(export));
                }
            }
            Payload::StartSection { func, .. } => module.start = Some(func),
            Payload::ElementSection(reader) => {
                for elem in reader {
                    module.elems.push(elem_segment(base, elem?)?);
                }
            }
            Payload::DataSection(reader) => {
                for data in reader {
                    module.datas.push(data_segment(base, data?));
                }
            }
            Payload::CodeSectionStart { count, .. } => module.bodies.reserve(count as usize),
            Payload::CodeSectionEntry(body) => module.bodies.push(range(base, body.range())),
            Payload::CustomSection(custom) => {
                if let KnownCustom::Name(names) = custom.as_known() {
                    name_section(module, range(base, custom.data_range()), names);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn type_section(module: &mut Module, reader: wasmparser::TypeSectionReader<'_>) -> Result<(), BinaryReaderError> {
    module.types.reserve(reader.count() as usize);
    module.rec_groups.reserve(reader.count() as usize);
    for group in reader {
        let start = module.types.len() as u32;
        for sub_type in group?.into_types() {
            module.types.push(convert::sub_type(&sub_type));
        }
        module.rec_groups.push(start..module.types.len() as u32);
    }
    Ok(())
}

/// One entry of the import section: a single import, or several that share names (compact imports).
fn import_group(module: &mut Module, group: Imports<'_>, offset: u64) -> Result<(), Stop> {
    match group {
        Imports::Single(_, import) => {
            malformed::known_import(&import.ty, offset)?;
            push_import(module, import.module, import.name, import.ty);
        }
        Imports::Compact1 { module: first, items } => {
            for item in items {
                let item = item?;
                malformed::known_import(&item.ty, offset)?;
                push_import(module, first, item.name, item.ty);
            }
        }
        Imports::Compact2 { module: first, ty, names } => {
            malformed::known_import(&ty, offset)?;
            for name in names {
                push_import(module, first, name?, ty);
            }
        }
    }
    Ok(())
}

fn push_import(module: &mut Module, first: &str, second: &str, ty: wasmparser::TypeRef) {
    let ty = convert::extern_type(ty);
    match ty {
        ExternType::Func(index) => {
            module.funcs.push(index);
            module.imported.funcs += 1;
        }
        ExternType::Table(ty) => {
            module.tables.push(Table { ty, init: None });
            module.imported.tables += 1;
        }
        ExternType::Memory(ty) => {
            module.memories.push(ty);
            module.imported.memories += 1;
        }
        ExternType::Global(ty) => {
            module.globals.push(Global { ty, init: None });
            module.imported.globals += 1;
        }
        ExternType::Tag(index) => {
            module.tags.push(index);
            module.imported.tags += 1;
        }
    }
    module.imports.push(Import { module: first.to_owned(), name: second.to_owned(), ty });
}

fn convert_export(export: wasmparser::Export<'_>) -> Export {
    use wasmparser::ExternalKind;
    let index = match export.kind {
        ExternalKind::Func | ExternalKind::FuncExact => ExternIndex::Func(export.index),
        ExternalKind::Table => ExternIndex::Table(export.index),
        ExternalKind::Memory => ExternIndex::Memory(export.index),
        ExternalKind::Global => ExternIndex::Global(export.index),
        ExternalKind::Tag => ExternIndex::Tag(export.index),
    };
    Export { name: export.name.to_owned(), index }
}

fn elem_segment(base: u64, elem: wasmparser::Element<'_>) -> Result<Elem, BinaryReaderError> {
    let (ty, items) = match elem.items {
        wasmparser::ElementItems::Functions(reader) => {
            let items = reader.into_iter().collect::<Result<Box<[u32]>, _>>()?;
            (crate::syntax::RefType::FUNCREF, ElemItems::Funcs(items))
        }
        wasmparser::ElementItems::Expressions(ty, reader) => {
            let items =
                reader.into_iter().map(|expr| Ok(const_expr(base, &expr?))).collect::<Result<_, BinaryReaderError>>();
            (convert::ref_type(ty), ElemItems::Exprs(items?))
        }
    };
    let mode = match elem.kind {
        wasmparser::ElementKind::Passive => ElemMode::Passive,
        wasmparser::ElementKind::Declared => ElemMode::Declarative,
        wasmparser::ElementKind::Active { table_index, offset_expr } => {
            ElemMode::Active { table: table_index.unwrap_or(0), offset: const_expr(base, &offset_expr) }
        }
    };
    Ok(Elem { ty, items, mode })
}

fn data_segment(base: u64, data: wasmparser::Data<'_>) -> Data {
    let end = range(base, data.range).end;
    let mode = match data.kind {
        wasmparser::DataKind::Passive => DataMode::Passive,
        wasmparser::DataKind::Active { memory_index, offset_expr } => {
            DataMode::Active { memory: memory_index, offset: const_expr(base, &offset_expr) }
        }
    };
    Data { bytes: end - data.data.len()..end, mode }
}

fn const_expr(base: u64, expr: &wasmparser::ConstExpr<'_>) -> Range<usize> {
    range(base, expr.get_binary_reader().range())
}

/// A range of the module's bytes, which begin at `base`. wasmparser counts in `u64`; the bytes are in memory, so every offset
/// fits.
fn range(base: u64, range: Range<u64>) -> Range<usize> {
    (range.start - base) as usize..(range.end - base) as usize
}

/// The name section is advice: a mistake in it ends its reading and nothing else (core `#binary-namesec`).
fn name_section(module: &mut Module, range: Range<usize>, names: wasmparser::NameSectionReader<'_>) {
    for name in names {
        if let Ok(wasmparser::Name::Module { name, .. }) = name {
            module.name = Some(name.to_owned());
        } else {
            break;
        }
    }
    module.name_section = Some(range);
}
