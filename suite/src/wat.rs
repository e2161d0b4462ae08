//! Text to binary: what the `wast` crate makes of a module, and a rule of the text format that it does not check.

use wast::{
    Error, Wat,
    core::{FuncKind, GlobalKind, MemoryKind, ModuleField, ModuleKind, TableKind, TagKind},
    token::Span,
};

/// The binary form of a module or component, not validated.
///
/// # Errors
/// The text breaks the grammar (core `#text`), which resolves names, too.
pub fn encode(wat: &mut Wat<'_>) -> Result<Vec<u8>, Error> {
    if let Wat::Module(module) = wat
        && let ModuleKind::Text(fields) = &module.kind
        && let Some(span) = import_after_tag(fields)
    {
        return Err(Error::new(span, "import after tag".to_owned()));
    }
    wat.encode()
}

/// An import that comes after the definition of a tag (core `#text-module`). After any other definition `wast` finds it.
fn import_after_tag(fields: &[ModuleField<'_>]) -> Option<Span> {
    let is_tag =
        |field: &ModuleField<'_>| matches!(field, ModuleField::Tag(tag) if matches!(tag.kind, TagKind::Inline()));
    let tag = fields.iter().position(is_tag)?;
    fields[tag..].iter().find_map(import)
}

/// Where an import stands, if the field is one or an abbreviation of one.
fn import(field: &ModuleField<'_>) -> Option<Span> {
    match field {
        ModuleField::Import(imports) => Some(imports.span),
        ModuleField::Func(func) => matches!(func.kind, FuncKind::Import(..)).then_some(func.span),
        ModuleField::Table(table) => matches!(table.kind, TableKind::Import { .. }).then_some(table.span),
        ModuleField::Memory(memory) => matches!(memory.kind, MemoryKind::Import { .. }).then_some(memory.span),
        ModuleField::Global(global) => matches!(global.kind, GlobalKind::Import(_)).then_some(global.span),
        ModuleField::Tag(tag) => matches!(tag.kind, TagKind::Import(_)).then_some(tag.span),
        _ => None,
    }
}
