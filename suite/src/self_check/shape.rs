//! What has to be known of a module before a function is added to it.

use std::collections::HashMap;
use wasmparser::{
    CompositeInnerType, ExternalKind, FuncType, FunctionBody, GlobalType, Operator, Parser, Payload, Result, TypeRef,
    ValType,
};

/// The index spaces of a module, as far as they matter here.
#[derive(Default)]
pub(super) struct Shape<'m> {
    /// How many types it has, and those that are functions.
    pub types: Vec<Option<FuncType>>,
    /// Module and name of its first import, if it has one.
    pub import: Option<(String, String)>,
    /// How many of its functions are imported.
    pub imported_funcs: u32,
    /// The types of its functions, imported ones first.
    pub funcs: Vec<u32>,
    /// Its globals.
    pub globals: Vec<GlobalType>,
    /// How many memories it has.
    pub memories: u32,
    /// What it exports.
    pub exports: HashMap<String, (ExternalKind, u32)>,
    bodies: Vec<FunctionBody<'m>>,
}

impl<'m> Shape<'m> {
    /// Reads a module, which need not be valid.
    pub fn of(bytes: &'m [u8]) -> Result<Self> {
        let mut shape = Shape::default();
        for payload in Parser::new(0).parse_all(bytes) {
            shape.section(payload?)?;
        }
        Ok(shape)
    }

    fn section(&mut self, payload: Payload<'m>) -> Result<()> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    let func = |ty: wasmparser::SubType| match ty.composite_type.inner {
                        CompositeInnerType::Func(func) => Some(func),
                        _ => None,
                    };
                    self.types.extend(group?.into_types().map(func));
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    self.import.get_or_insert_with(|| (import.module.to_owned(), import.name.to_owned()));
                    match import.ty {
                        TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                            self.imported_funcs += 1;
                            self.funcs.push(ty);
                        }
                        TypeRef::Global(ty) => self.globals.push(ty),
                        TypeRef::Memory(_) => self.memories += 1,
                        TypeRef::Table(_) | TypeRef::Tag(_) => {}
                    }
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    self.funcs.push(ty?);
                }
            }
            Payload::MemorySection(section) => self.memories += section.count(),
            Payload::GlobalSection(section) => {
                for global in section {
                    self.globals.push(global?.ty);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    self.exports.insert(export.name.to_owned(), (export.kind, export.index));
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            _ => {}
        }
        Ok(())
    }

    /// The function that is exported under this name, and its type.
    pub fn func(&self, name: &str) -> Option<(u32, &FuncType)> {
        let (ExternalKind::Func, index) = self.exports.get(name)? else { return None };
        Some((*index, self.types.get(*self.funcs.get(*index as usize)? as usize)?.as_ref()?))
    }

    /// The global that is exported under this name, and its type.
    pub fn global(&self, name: &str) -> Option<(u32, ValType)> {
        let (ExternalKind::Global, index) = self.exports.get(name)? else { return None };
        Some((*index, self.globals.get(*index as usize)?.content_type))
    }

    /// Whether a call of this exported function that traps is sure to have changed nothing before.
    pub fn traps_without_effect(&self, name: &str) -> bool {
        let body = self.func(name).and_then(|(index, _)| self.bodies.get((index - self.imported_funcs) as usize));
        body.is_some_and(|body| is_without_effect(body).unwrap_or(false))
    }
}

/// Whether nothing in a body has an effect but instructions that trap as a whole, and those come last of all that may trap.
fn is_without_effect(body: &FunctionBody<'_>) -> Result<bool> {
    use Operator as O;
    let mut has_written = false;
    for operator in body.get_operators_reader()? {
        match operator? {
            O::I32Const { .. }
            | O::I64Const { .. }
            | O::F32Const { .. }
            | O::F64Const { .. }
            | O::LocalGet { .. }
            | O::LocalSet { .. }
            | O::LocalTee { .. }
            | O::GlobalGet { .. }
            | O::RefNull { .. }
            | O::RefFunc { .. }
            | O::RefIsNull
            | O::MemorySize { .. }
            | O::TableSize { .. }
            | O::Drop
            | O::End => {}
            O::Unreachable
            | O::I32Load { .. }
            | O::I64Load { .. }
            | O::I32Load8U { .. }
            | O::I32Load8S { .. }
            | O::I32Load16U { .. }
            | O::I32Load16S { .. }
            | O::TableGet { .. }
            | O::RefAsNonNull
            | O::ArrayNewData { .. }
            | O::ArrayNewElem { .. }
                if !has_written => {}
            O::MemoryInit { .. }
            | O::TableInit { .. }
            | O::MemoryFill { .. }
            | O::TableFill { .. }
            | O::MemoryCopy { .. }
            | O::TableCopy { .. }
            | O::TableSet { .. }
            | O::I32Store { .. }
            | O::I64Store { .. }
            | O::I32Store8 { .. }
                if !has_written =>
            {
                has_written = true;
            }
            _ => return Ok(false),
        }
    }
    Ok(true)
}
