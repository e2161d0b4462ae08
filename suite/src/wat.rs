//! Text to binary: what the `wast` crate makes of a module or a component, and three rules of the text format that it does not
//! keep by itself: which numbers have signs, where imports stand, and which types uses without an index mean.

mod signs;

use wast::{
    Error, Wat,
    component::{ComponentField, ComponentKind, CoreModuleKind, NestedComponentKind},
    core::{
        FuncKind, GlobalKind, InnerTypeKind, MemoryKind, ModuleField, ModuleKind, Rec, TableKind, TagKind, Type,
        TypeDef,
    },
    lexer::Lexer,
    parser::ParseBuffer,
    token::Span,
};

/// The tokens of `text`. The specification allows every Unicode scalar value in strings and comments, those that could
/// confuse a reader included (core `#text-comment`).
///
/// # Errors
/// A character is none that the format has (core `#text-lexical`), or an unsigned number has a sign (core `#text-int`).
pub fn buffer(text: &str) -> Result<ParseBuffer<'_>, Error> {
    let mut lexer = Lexer::new(text);
    lexer.allow_confusing_unicode(true);
    signs::check(&lexer, text)?;
    ParseBuffer::new_with_lexer(lexer)
}

/// The binary form of a module or component, not validated.
///
/// # Errors
/// The text breaks the grammar (core `#text`), which resolves names, too.
pub fn encode(wat: &mut Wat<'_>) -> Result<Vec<u8>, Error> {
    match wat {
        Wat::Module(module) => match &mut module.kind {
            ModuleKind::Text(fields) => prepare(fields)?,
            ModuleKind::Binary(_) => {}
        },
        Wat::Component(component) => match &mut component.kind {
            ComponentKind::Text(fields) => prepare_all(fields)?,
            ComponentKind::Binary(_) => {}
        },
    }
    wat.encode()
}

/// Prepares every core module that stands in a component. `wast` limits how deep components are in each other.
fn prepare_all(fields: &mut [ComponentField<'_>]) -> Result<(), Error> {
    fields.iter_mut().try_for_each(|field| match field {
        ComponentField::CoreModule(module) => match &mut module.kind {
            CoreModuleKind::Inline { fields } => prepare(fields),
            CoreModuleKind::Import { .. } => Ok(()),
        },
        ComponentField::Component(component) => match &mut component.kind {
            NestedComponentKind::Inline(fields) => prepare_all(fields),
            NestedComponentKind::Import { .. } => Ok(()),
        },
        _ => Ok(()),
    })
}

fn prepare(fields: &mut [ModuleField<'_>]) -> Result<(), Error> {
    if let Some(span) = import_after_tag(fields) {
        return Err(Error::new(span, "import after tag".to_owned()));
    }
    fields.iter_mut().for_each(mark_group);
    Ok(())
}

/// A type use without an index means the first type that is a final function type, alone in its group, with these parameters
/// and results (core `#text-typeuse`). `wast` takes every function type that is written without a group, and none that
/// is written with one: so those stand with a group that it is not to take, and without one that it is.
fn mark_group(field: &mut ModuleField<'_>) {
    match field {
        ModuleField::Type(ty) if is_function(&ty.def) && !is_meant_without_index(&ty.def) => {
            let (span, ty) = (ty.span, take(ty));
            *field = ModuleField::Rec(Rec { span, types: vec![ty] });
        }
        ModuleField::Rec(group) => {
            if let [ty] = &mut group.types[..]
                && is_meant_without_index(&ty.def)
            {
                *field = ModuleField::Type(take(ty));
            }
        }
        _ => {}
    }
}

fn is_function(def: &TypeDef<'_>) -> bool {
    matches!(def.kind, InnerTypeKind::Func(_))
}

fn is_meant_without_index(def: &TypeDef<'_>) -> bool {
    let is_plain = !def.shared && def.descriptor.is_none() && def.describes.is_none();
    is_function(def) && is_plain && def.parent.is_none() && def.final_type != Some(false)
}

/// The type itself, of which something empty is left, to be replaced.
fn take<'a>(ty: &mut Type<'a>) -> Type<'a> {
    let (shared, parent, descriptor, describes, final_type) = (false, None, None, None, None);
    let kind = InnerTypeKind::Func(Default::default());
    let empty = Type {
        span: ty.span,
        id: None,
        name: None,
        def: TypeDef { kind, shared, parent, descriptor, describes, final_type },
    };
    std::mem::replace(ty, empty)
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
