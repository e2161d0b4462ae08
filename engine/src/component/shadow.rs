//! The shadow of a component that wasmparser validates: the same bytes without values.
//!
//! wasmparser accepts one start definition for each component and no value definitions, against the documents
//! (Explainer.md, *Value Definitions*, *Start Definitions*). So it gets to see neither: imports, exports, aliases,
//! arguments and declarators of the sort `value` are left out, and so are the sections of values and starts. No other
//! index space changes by that. Nor does it accept an export that hides which resource type it is (Explainer.md, *Type
//! Checking*): so it sees that without what is ascribed. What is left out is checked by [`super::check`], on the component
//! as it is.

use super::{names, syntax::Sort};
use crate::{config::Features, error::ModuleError};
use std::{borrow::Cow, collections::BTreeSet};
use wasmparser::{
    BinaryReader, BinaryReaderError, ComponentAlias, ComponentExport, ComponentExternName, ComponentImport,
    ComponentInstance, ComponentType, ComponentTypeDeclaration, ComponentTypeRef, CoreType, InstanceTypeDeclaration,
    ModuleTypeDeclaration, Payload, SectionLimited, TypeBounds, Validator,
};

/// How deep component and instance types may stand in each other: wasmparser's reader recurses.
const MAX_TYPE_DEPTH: usize = 100;

/// Why the shadow could not be made or is not valid.
pub(super) enum ShadowError {
    Reader(BinaryReaderError),
    Own(ModuleError),
}

impl From<BinaryReaderError> for ShadowError {
    fn from(error: BinaryReaderError) -> Self {
        ShadowError::Reader(error)
    }
}

/// The section id that start sections hide behind: wasmparser's parser refuses a second one in a component, and hands
/// out sections that it does not know.
pub(super) const HIDDEN_START: u8 = 0x7f;

/// The bytes of a component with its start sections hidden, and where their contents begin. All offsets stay as they are.
pub(super) fn hide_starts(bytes: &[u8]) -> (Cow<'_, [u8]>, BTreeSet<u64>) {
    let mut starts = BTreeSet::new();
    let mut hidden = Cow::Borrowed(bytes);
    // A component ends where its last section does, so that its parent's sections go on right there.
    let mut at = HEADER;
    while let Some(&id) = bytes.get(at) {
        let mut reader = BinaryReader::new(&bytes[at + 1..], at as u64 + 1);
        let Ok(len) = reader.read_var_u32() else { break };
        let contents = reader.original_position() as usize;
        match id {
            // A component inside: its sections follow its header.
            4 if (len as usize) >= HEADER => at = contents + HEADER,
            9 => {
                hidden.to_mut()[at] = HIDDEN_START;
                starts.insert(contents as u64);
                at = contents.saturating_add(len as usize);
            }
            _ => at = contents.saturating_add(len as usize),
        }
    }
    (hidden, starts)
}

/// The bytes of a magic number and a version.
const HEADER: usize = 8;

/// What makes shadows.
pub(super) struct Shadow<'a> {
    pub features: Features,
    /// With the start sections hidden.
    pub bytes: &'a [u8],
    /// Where the contents of the hidden start sections begin.
    pub starts: &'a BTreeSet<u64>,
    /// Whether anything has been left out.
    pub has_values: bool,
}

type Made<T> = Result<T, ShadowError>;

/// What becomes of an item of a section.
enum Item {
    Same,
    Drop,
    Other(Vec<u8>),
}

impl Item {
    fn unless(is_value: bool) -> Item {
        if is_value { Item::Drop } else { Item::Same }
    }
}

/// Validates a part as a section of changed bytes, if they did change.
macro_rules! feed {
    ($this:ident, $validator:ident, $reader:ident, $kind:ident, $item:expr) => {{
        let range = $reader.range();
        match $this.section(range.start, range.end, $item)? {
            None => Ok(false),
            Some(body) => {
                $this.has_values = true;
                let reader = BinaryReader::new_features(&body, range.start, $this.features);
                $validator.payload(&Payload::$kind(SectionLimited::new(reader)?))?;
                Ok(true)
            }
        }
    }};
}

impl<'a> Shadow<'a> {
    /// Validates a part of a component, if its shadow is another than itself.
    ///
    /// # Errors
    /// A mistake that wasmparser found, or types that are nested too deeply.
    pub fn validate(&mut self, payload: &Payload<'a>, validator: &mut Validator) -> Made<bool> {
        if let Payload::ComponentTypeSection(reader) = payload {
            // Before wasmparser reads it, and whether there are values or not.
            return feed!(self, validator, reader, ComponentTypeSection, &|r| Self::ty(r, 0));
        }
        if let Payload::ComponentExportSection(reader) = payload {
            return feed!(self, validator, reader, ComponentExportSection, &|r| self.export(r));
        }
        if !self.features.cm_values() {
            return match payload {
                // By the grammar a start definition, and as many as there may be: so it is not malformed.
                Payload::UnknownSection { range, .. } if self.starts.contains(&range.start) => {
                    let message = "start definitions take component-level values, which are not enabled".to_owned();
                    Err(invalid(range.start, message))
                }
                _ => Ok(false),
            };
        }
        match payload {
            Payload::UnknownSection { id: super::value_def::SECTION, .. } => {
                self.has_values = true;
                Ok(true)
            }
            Payload::UnknownSection { range, .. } if self.starts.contains(&range.start) => {
                self.has_values = true;
                Ok(true)
            }
            Payload::ComponentImportSection(reader) => feed!(self, validator, reader, ComponentImportSection, &|r| {
                Ok(Item::unless(matches!(r.read::<ComponentImport<'a>>()?.ty, ComponentTypeRef::Value(_))))
            }),
            Payload::ComponentAliasSection(reader) => feed!(self, validator, reader, ComponentAliasSection, &|r| {
                Ok(Item::unless(is_value_alias(&r.read()?)))
            }),
            Payload::ComponentInstanceSection(reader) => {
                feed!(self, validator, reader, ComponentInstanceSection, &instance)
            }
            _ => Ok(false),
        }
    }

    /// An export: without values, and without the bound that hides which resource type it is, which wasmparser refuses.
    /// [`super::check`] makes it another type.
    fn export(&self, r: &mut BinaryReader<'a>) -> Made<Item> {
        let start = r.original_position();
        let export = r.read::<ComponentExport<'a>>()?;
        if let (Sort::Type, Some(ComponentTypeRef::Type(TypeBounds::SubResource))) = (export.kind, export.ty) {
            // The type is the last of the export: one byte that says that it is there, and its own two.
            let bytes = &self.bytes[start as usize..r.original_position() as usize];
            let [kept @ .., _, _, _] = bytes else { return Ok(Item::Same) };
            return Ok(Item::Other([kept, &[0x00]].concat()));
        }
        Ok(Item::unless(export.kind == Sort::Value && self.features.cm_values()))
    }

    /// Reads a section of types, without overflowing the stack.
    pub fn types(&self, reader: &SectionLimited<'a, ComponentType<'a>>) -> Made<()> {
        let range = reader.range();
        self.section(range.start, range.end, &|r| Self::ty(r, 0)).map(drop)
    }

    /// Reads a section of core types by the grammar, which has module types inside module types (Binary.md, `core:moduledecl`);
    /// validation refuses them, and wasmparser's reader does so already.
    pub fn core_types(&self, reader: &SectionLimited<'a, CoreType<'a>>) -> Made<()> {
        let range = reader.range();
        self.section(range.start, range.end, &|r| Self::core_type(r, 0)).map(drop)
    }

    fn core_type(r: &mut BinaryReader<'a>, depth: usize) -> Made<Item> {
        if r.clone().read_u8()? != 0x50 || depth >= MAX_TYPE_DEPTH {
            r.read::<CoreType<'a>>()?;
            return Ok(Item::Same);
        }
        r.read_u8()?;
        for _ in 0..r.read_var_u32()? {
            let mut ahead = r.clone();
            if (ahead.read_u8()?, ahead.read_u8()?) == (0x01, 0x50) {
                r.read_u8()?;
                Self::core_type(r, depth + 1)?;
            } else {
                r.read::<ModuleTypeDeclaration<'a>>()?;
            }
        }
        Ok(Item::Same)
    }

    /// The body of a section without its values; `None` if there are none.
    fn section(
        &self,
        start: u64,
        end: u64,
        item: &dyn Fn(&mut BinaryReader<'a>) -> Made<Item>,
    ) -> Made<Option<Vec<u8>>> {
        let body = &self.bytes[start as usize..end as usize];
        let mut reader = BinaryReader::new_features(body, start, self.features);
        let (changed, body) = items(&mut reader, body, start, item)?;
        if !reader.eof() {
            let message = "section size mismatch: unexpected data at the end of the section".to_owned();
            return Err(ShadowError::Own(ModuleError::Malformed {
                offset: reader.original_position() as usize,
                message,
            }));
        }
        Ok(changed.then_some(body))
    }

    /// A type (Binary.md, `deftype`): those of components and instances without their values.
    fn ty(r: &mut BinaryReader<'a>, depth: usize) -> Made<Item> {
        if depth >= MAX_TYPE_DEPTH {
            let (offset, message) = (r.original_position() as usize, "types are nested too deeply".to_owned());
            return Err(ShadowError::Own(ModuleError::Unsupported { offset, message }));
        }
        let mut ahead = r.clone();
        let opcode = ahead.read_u8()?;
        if !matches!(opcode, 0x41 | 0x42) {
            r.read::<ComponentType<'a>>()?;
            return Ok(Item::Same);
        }
        r.read_u8()?;
        let rest = r.clone();
        let start = r.original_position();
        let bytes = { rest.clone().read_bytes(rest.bytes_remaining())? };
        let (changed, decls) = items(r, bytes, start, &|r| Self::decl(r, opcode == 0x41, depth))?;
        Ok(if changed { Item::Other([vec![opcode], decls].concat()) } else { Item::Same })
    }

    /// A declarator (Binary.md, `componentdecl` and `instancedecl`).
    fn decl(r: &mut BinaryReader<'a>, in_component: bool, depth: usize) -> Made<Item> {
        let offset = r.original_position();
        if r.clone().read_u8()? == 0x01 {
            r.read_u8()?;
            return Ok(match Self::ty(r, depth + 1)? {
                Item::Other(ty) => Item::Other([vec![0x01], ty].concat()),
                item => item,
            });
        }
        if in_component {
            return Ok(match r.read::<ComponentTypeDeclaration<'a>>()? {
                ComponentTypeDeclaration::Alias(alias) => declared_alias(&alias, offset)?,
                ComponentTypeDeclaration::Export { name, ty } => declared_item(&name, &ty, offset)?,
                ComponentTypeDeclaration::Import(import) => declared_item(&import.name, &import.ty, offset)?,
                ComponentTypeDeclaration::CoreType(_) | ComponentTypeDeclaration::Type(_) => Item::Same,
            });
        }
        Ok(match r.read::<InstanceTypeDeclaration<'a>>()? {
            InstanceTypeDeclaration::Alias(alias) => declared_alias(&alias, offset)?,
            InstanceTypeDeclaration::Export { name, ty } => declared_item(&name, &ty, offset)?,
            InstanceTypeDeclaration::CoreType(_) | InstanceTypeDeclaration::Type(_) => Item::Same,
        })
    }
}

fn is_value_alias(alias: &ComponentAlias<'_>) -> bool {
    matches!(alias, ComponentAlias::InstanceExport { kind: Sort::Value, .. })
}

/// An alias among the declarators of a type: there none is of a value (Binary.md, *Type Definitions*).
fn declared_alias(alias: &ComponentAlias<'_>, offset: u64) -> Made<Item> {
    match is_value_alias(alias) {
        true => {
            Err(invalid(offset, "aliases in types are of instances and types, and this one is of a value".to_owned()))
        }
        false => Ok(Item::Same),
    }
}

/// An import or export among the declarators of a type.
fn declared_item(name: &ComponentExternName<'_>, ty: &ComponentTypeRef, offset: u64) -> Made<Item> {
    let is_value = names::is_value(ty);
    names::check_attributes(name, is_value).map_err(|message| invalid(offset, message))?;
    Ok(Item::unless(is_value))
}

fn invalid(offset: u64, message: String) -> ShadowError {
    ShadowError::Own(ModuleError::Invalid { offset: offset as usize, message })
}

/// An instance (Binary.md, `instance`) without the values among its arguments or exports.
fn instance(r: &mut BinaryReader<'_>) -> Made<Item> {
    let offset = r.original_position();
    let mut rebuilt = match r.clone().read_u8()? {
        0x00 => {
            let mut head = r.clone();
            head.read_u8()?;
            let component = head.read_var_u32()?;
            let mut rebuilt = vec![0x00];
            leb(&mut rebuilt, component);
            rebuilt
        }
        byte => vec![byte],
    };
    let mut kept: Vec<(&str, Sort, u32)> = Vec::new();
    let count = match r.read::<ComponentInstance<'_>>()? {
        ComponentInstance::Instantiate { args, .. } => {
            kept.extend(args.iter().filter(|arg| arg.kind != Sort::Value).map(|arg| (arg.name, arg.kind, arg.index)));
            args.len()
        }
        ComponentInstance::FromExports(exports) => {
            for item in &exports {
                names::check_attributes(&item.name, item.kind == Sort::Value)
                    .map_err(|message| invalid(offset, message))?;
            }
            let items = exports.iter().filter(|item| item.kind != Sort::Value);
            kept.extend(items.map(|item| (item.name.name, item.kind, item.index)));
            if kept.len() == exports.len() {
                return Ok(Item::Same);
            }
            leb(&mut rebuilt, kept.len() as u32);
            for (name, sort, index) in &kept {
                rebuilt.push(0x00);
                named(&mut rebuilt, name, *sort, *index);
            }
            return Ok(Item::Other(rebuilt));
        }
    };
    if kept.len() == count {
        return Ok(Item::Same);
    }
    leb(&mut rebuilt, kept.len() as u32);
    kept.iter().for_each(|(name, sort, index)| named(&mut rebuilt, name, *sort, *index));
    Ok(Item::Other(rebuilt))
}

/// A name and a `sortidx`.
fn named(out: &mut Vec<u8>, name: &str, sort: Sort, index: u32) {
    leb(out, name.len() as u32);
    out.extend_from_slice(name.as_bytes());
    match sort {
        Sort::Module => out.extend([0x00, 0x11]),
        Sort::Func => out.push(0x01),
        Sort::Value => out.push(0x02),
        Sort::Type => out.push(0x03),
        Sort::Component => out.push(0x04),
        Sort::Instance => out.push(0x05),
    }
    leb(out, index);
}

fn leb(out: &mut Vec<u8>, mut v: u32) {
    while v >= 0x80 {
        out.push(v as u8 | 0x80);
        v >>= 7;
    }
    out.push(v as u8);
}

/// A vector, item by item; `bytes` are those from `start`, where its length is. Whether it changed, and what it became.
fn items<'a>(
    r: &mut BinaryReader<'a>,
    bytes: &[u8],
    start: u64,
    item: &dyn Fn(&mut BinaryReader<'a>) -> Made<Item>,
) -> Made<(bool, Vec<u8>)> {
    let (mut changed, mut kept, mut body) = (false, 0, Vec::new());
    for _ in 0..r.read_var_u32()? {
        let from = (r.original_position() - start) as usize;
        match item(r)? {
            Item::Same => {
                let to = (r.original_position() - start) as usize;
                body.extend_from_slice(&bytes[from..to]);
            }
            Item::Drop => {
                changed = true;
                continue;
            }
            Item::Other(other) => {
                changed = true;
                body.extend(other);
            }
        }
        kept += 1;
    }
    let mut all = Vec::with_capacity(body.len() + 5);
    leb(&mut all, kept);
    all.extend(body);
    Ok((changed, all))
}
