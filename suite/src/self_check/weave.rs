//! A module with one function more: `_start`, and the import that it exits by.

use super::shape::Shape;
use std::convert::Infallible;
use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection, MemorySection,
    MemoryType, Module, SectionId, TypeSection, ValType,
    reencode::{Error, Reencode, utils},
};

/// The sections that something is added to, in their order.
const CHANGED: [SectionId; 6] =
    [SectionId::Type, SectionId::Import, SectionId::Function, SectionId::Memory, SectionId::Export, SectionId::Code];

/// The module `bytes`, of which `shape` tells, with `start` as its `_start`.
///
/// It gets the import behind its own, so that the functions that it defines move up by one; and a memory, which programs of WASI
/// have to export, if it has none.
/// An index that there is not in an invalid module is not there in the new one either.
pub(super) fn weave(bytes: &[u8], shape: &Shape<'_>, is_valid: bool, start: Function) -> Result<Vec<u8>, String> {
    let mut module = Module::new();
    let mut weaver = Weaver { shape, is_valid, start };
    let parser = wasmparser::Parser::new(0);
    weaver.parse_core_module(&mut module, parser, bytes).map_err(|error| error.to_string())?;
    Ok(module.finish())
}

struct Weaver<'s> {
    shape: &'s Shape<'s>,
    is_valid: bool,
    start: Function,
}

/// The place of a section in a module.
fn rank(section: SectionId) -> u8 {
    match section {
        SectionId::Custom => 0,
        SectionId::Type => 1,
        SectionId::Import => 2,
        SectionId::Function => 3,
        SectionId::Table => 4,
        SectionId::Memory => 5,
        SectionId::Tag => 6,
        SectionId::Global => 7,
        SectionId::Export => 8,
        SectionId::Start => 9,
        SectionId::Element => 10,
        SectionId::DataCount => 11,
        SectionId::Code => 12,
        SectionId::Data => 13,
    }
}

impl Weaver<'_> {
    fn type_of_exit(&self) -> u32 {
        self.shape.types.len() as u32
    }

    fn add_types(&self, types: &mut TypeSection) {
        types.ty().function([ValType::I32], []);
        types.ty().function([], []);
    }

    fn add_import(&self, imports: &mut ImportSection) {
        imports.import("wasi_snapshot_preview1", "proc_exit", EntityType::Function(self.type_of_exit()));
    }

    fn add_function(&self, functions: &mut FunctionSection) {
        functions.function(self.type_of_exit() + 1);
    }

    fn add_memory(&self, memories: &mut MemorySection) {
        if self.adds_memory() {
            memories.memory(MemoryType {
                minimum: 0,
                maximum: None,
                memory64: false,
                shared: false,
                page_size_log2: None,
            });
        }
    }

    fn add_exports(&self, exports: &mut ExportSection) {
        let has_memory = self.shape.memories > 0 || self.adds_memory();
        if has_memory && !self.exports_memory() {
            exports.export("memory", ExportKind::Memory, 0);
        }
        exports.export("_start", ExportKind::Func, self.shape.funcs.len() as u32 + 1);
    }

    /// An invalid module may be so for want of one.
    fn adds_memory(&self) -> bool {
        self.shape.memories == 0 && self.is_valid
    }

    fn exports_memory(&self) -> bool {
        matches!(self.shape.exports.get("memory"), Some((wasmparser::ExternalKind::Memory, _)))
    }

    fn add(&mut self, module: &mut Module, section: SectionId) {
        macro_rules! section {
            ($section:ty, $add:ident) => {{
                let mut section = <$section>::new();
                self.$add(&mut section);
                if !section.is_empty() {
                    module.section(&section);
                }
            }};
        }
        match section {
            SectionId::Type => section!(TypeSection, add_types),
            SectionId::Import => section!(ImportSection, add_import),
            SectionId::Function => section!(FunctionSection, add_function),
            SectionId::Memory => section!(MemorySection, add_memory),
            SectionId::Export => section!(ExportSection, add_exports),
            _ => {
                let mut code = CodeSection::new();
                code.function(&self.start);
                module.section(&code);
            }
        }
    }
}

impl Reencode for Weaver<'_> {
    type Error = Infallible;

    fn function_index(&mut self, func: u32) -> Result<u32, Error<Infallible>> {
        let is_there = (func as usize) < self.shape.funcs.len();
        Ok(func + u32::from(func >= self.shape.imported_funcs) + u32::from(!is_there))
    }

    fn type_index(&mut self, ty: u32) -> Result<u32, Error<Infallible>> {
        let is_there = (ty as usize) < self.shape.types.len();
        Ok(ty + if is_there { 0 } else { 2 })
    }

    fn parse_type_section(
        &mut self,
        types: &mut TypeSection,
        section: wasmparser::TypeSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        utils::parse_type_section(self, types, section)?;
        self.add_types(types);
        Ok(())
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        utils::parse_import_section(self, imports, section)?;
        self.add_import(imports);
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        utils::parse_function_section(self, functions, section)?;
        self.add_function(functions);
        Ok(())
    }

    fn parse_memory_section(
        &mut self,
        memories: &mut MemorySection,
        section: wasmparser::MemorySectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        utils::parse_memory_section(self, memories, section)?;
        self.add_memory(memories);
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: wasmparser::ExportSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        utils::parse_export_section(self, exports, section)?;
        self.add_exports(exports);
        Ok(())
    }

    fn parse_export(
        &mut self,
        exports: &mut ExportSection,
        export: wasmparser::Export<'_>,
    ) -> Result<(), Error<Infallible>> {
        // Names that say something to a host of WASI say it of the new module. The functions are still there.
        let is_entry = matches!(export.name, "_start" | "_initialize");
        if is_entry || export.name == "memory" && !self.exports_memory() {
            let name = format!("case:{}", export.name);
            return utils::parse_export(self, exports, wasmparser::Export { name: &name, ..export });
        }
        utils::parse_export(self, exports, export)
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: wasmparser::CodeSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        utils::parse_code_section(self, code, section)?;
        code.function(&self.start);
        Ok(())
    }

    fn parse_custom_section(
        &mut self,
        _: &mut Module,
        _: wasmparser::CustomSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        // Names and other people's notes speak of the old indices.
        Ok(())
    }

    fn intersperse_section_hook(
        &mut self,
        module: &mut Module,
        after: Option<SectionId>,
        before: Option<SectionId>,
    ) -> Result<(), Error<Infallible>> {
        let is_missing_here = |section: &SectionId| {
            after.is_none_or(|after| rank(after) < rank(*section)) && before.is_none_or(|b| rank(*section) < rank(b))
        };
        for section in CHANGED.into_iter().filter(is_missing_here) {
            self.add(module, section);
        }
        Ok(())
    }
}
