//! The index spaces of a module (core `#syntax-index`): imports first, then its own definitions.

use crate::plan::{Content, Export, GlobalType, Memory, Module, Plan, Source, TableType, Twist};

/// The types that functions of plans have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FuncType {
    /// `[] -> []`.
    Unit,
    /// `[] -> [i32]`.
    Number,
    /// `[i32] -> []`: only the log.
    Log,
}

/// The type of an import or export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExternType {
    Func(FuncType),
    Table(TableType),
    Memory(Memory),
    Global(GlobalType),
    /// Whether the exception has an argument.
    Tag(bool),
}

/// The index spaces of one module.
#[derive(Debug, Clone, Default)]
pub(crate) struct Space {
    pub funcs: Vec<FuncType>,
    pub tables: Vec<TableType>,
    pub memories: Vec<Memory>,
    pub globals: Vec<GlobalType>,
    pub tags: Vec<bool>,
    /// How many functions are imported.
    pub imported_funcs: usize,
    /// How many globals are imported.
    pub imported_globals: usize,
    /// The declared types of the imports, in order.
    pub imports: Vec<ExternType>,
    /// The function that logs.
    pub log: Option<usize>,
}

impl Space {
    /// The index spaces of `module`; `earlier` are those of the modules before it, which its arguments are among.
    pub fn of(module: &Module, modules: &[Module], earlier: &[Space]) -> Space {
        let mut space = Space::default();
        for import in &module.imports {
            space.push(declared(import.source, import.twist, module, modules, earlier));
        }
        space.imported_funcs = space.funcs.len();
        space.imported_globals = space.globals.len();
        space.log = space.funcs.iter().position(|ty| *ty == FuncType::Log);
        let func_type = |result: Option<i32>| if result.is_some() { FuncType::Number } else { FuncType::Unit };
        space.funcs.extend(module.funcs.iter().map(|func| func_type(func.result)));
        space.tables.extend(module.tables.iter().map(|table| table.ty));
        space.memories.extend(&module.memories);
        space.globals.extend(module.globals.iter().map(|global| global.ty));
        space.tags.extend(&module.tags);
        space
    }

    fn push(&mut self, ty: ExternType) {
        self.imports.push(ty);
        match ty {
            ExternType::Func(ty) => self.funcs.push(ty),
            ExternType::Table(ty) => self.tables.push(ty),
            ExternType::Memory(ty) => self.memories.push(ty),
            ExternType::Global(ty) => self.globals.push(ty),
            ExternType::Tag(ty) => self.tags.push(ty),
        }
    }

    /// The type of an export.
    pub fn export(&self, export: Export) -> ExternType {
        match export {
            Export::Func(i) => ExternType::Func(self.funcs[i]),
            Export::Table(i) => ExternType::Table(self.tables[i]),
            Export::Memory(i) => ExternType::Memory(self.memories[i]),
            Export::Global(i) => ExternType::Global(self.globals[i]),
            Export::Tag(i) => ExternType::Tag(self.tags[i]),
        }
    }

    /// Whether a constant expression of type `content` may read the global, one of the first `before`.
    pub fn is_constant(&self, global: usize, content: Content, before: usize) -> bool {
        global < before && self.globals[global] == GlobalType { content, mutable: false }
    }
}

/// The index spaces of all modules of a normal plan.
pub(crate) fn spaces(plan: &Plan) -> Vec<Space> {
    let mut spaces = Vec::with_capacity(plan.modules.len());
    for module in &plan.modules {
        let space = Space::of(module, &plan.modules, &spaces);
        spaces.push(space);
    }
    spaces
}

/// The type with which an import is declared: what is given for it, or by intent another one.
fn declared(
    source: Source,
    twist: Option<Twist>,
    module: &Module,
    modules: &[Module],
    earlier: &[Space],
) -> ExternType {
    let given = match source {
        Source::Log => ExternType::Func(FuncType::Log),
        Source::Host(_) => ExternType::Func(FuncType::Unit),
        Source::Export { arg, export } => {
            let from = module.args[arg];
            earlier[from].export(modules[from].exports[export])
        }
    };
    match twist {
        None | Some(Twist::Missing) => given,
        Some(Twist::Kind) => other_kind(given),
        Some(Twist::Type) => other_type(given),
    }
}

fn other_kind(given: ExternType) -> ExternType {
    match given {
        ExternType::Func(_) => ExternType::Memory(Memory::default()),
        _ => ExternType::Func(FuncType::Unit),
    }
}

/// A type of the same kind that the given one does not match (core `#match-externtype`).
fn other_type(given: ExternType) -> ExternType {
    match given {
        ExternType::Func(FuncType::Unit) => ExternType::Func(FuncType::Number),
        ExternType::Func(_) => ExternType::Func(FuncType::Unit),
        ExternType::Table(ty) => ExternType::Table(TableType { is_64: !ty.is_64, ..ty }),
        ExternType::Memory(ty) if ty.shared => ExternType::Memory(Memory { shared: false, ..ty }),
        ExternType::Memory(ty) => ExternType::Memory(Memory { is_64: !ty.is_64, ..ty }),
        ExternType::Global(ty) => ExternType::Global(GlobalType { mutable: !ty.mutable, ..ty }),
        ExternType::Tag(has_argument) => ExternType::Tag(!has_argument),
    }
}
