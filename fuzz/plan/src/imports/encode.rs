//! Plans of imports as bytes: the component that imports, and what it is given.

use super::{Core, Func, ImportPlan, Interface, Item, Limits, Num, Prim, Shape};
use wasm_encoder::{
    Alias, CanonicalFunctionSection, CanonicalOption, CodeSection, Component, ComponentAliasSection,
    ComponentCoreTypeEncoder, ComponentExportKind, ComponentExportSection, ComponentImportSection,
    ComponentInstanceSection, ComponentType, ComponentTypeEncoder, ComponentTypeRef, ComponentTypeSection,
    ComponentValType, ConstExpr, CoreTypeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, GlobalType, ImportSection, InstanceSection, InstanceType, MemorySection, MemoryType, Module,
    ModuleArg, ModuleSection, ModuleType, NestedComponentSection, PrimitiveValType, RefType, TableSection, TableType,
    TagKind, TagSection, TagType, TypeBounds, TypeSection, ValType,
};

/// A plan of imports as bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportWasm {
    /// The component that imports.
    pub component: Vec<u8>,
    /// The component whose instance, at `/$provider`, is given as `p`; then the host gives nothing else.
    pub provider: Option<Vec<u8>>,
    /// What the host gives, by name.
    pub given: Vec<(String, Given)>,
}

/// What the host gives for an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// A function of this type.
    Func(Func),
    /// An instance with these exports.
    Instance(Vec<(String, Given)>),
    /// A core module.
    Module(Vec<u8>),
    /// A component.
    Component(Vec<u8>),
    /// A resource type.
    Resource,
}

impl ImportPlan {
    /// The components as bytes. The plan must be [normal](Self::normalise).
    pub fn to_wasm(&self) -> ImportWasm {
        let mut root = Scope::new(Out::Component(Component::new()));
        let named = self.imports.iter().enumerate().map(|(i, import)| (format!("x{i}"), import));
        if !self.is_exported {
            let (mut given, mut components) = (Vec::new(), Vec::new());
            for (name, import) in named {
                components.push(root.components);
                root.import(&name, &import.wanted);
                given.extend(import.given.as_ref().and_then(|item| Some((name, from_host(item)?))));
            }
            self.instantiated().for_each(|i| root.instantiate(components[i]));
            return ImportWasm { component: root.finish(), provider: None, given };
        }
        let mut wanted = Scope::new(Out::Instance(InstanceType::new()));
        named.clone().for_each(|(name, import)| wanted.declare(&name, &import.wanted));
        let ty = root.instance_type(wanted);
        root.import_as("p", ComponentTypeRef::Instance(ty));
        let provider = exporting(named.filter_map(|(name, import)| Some((name, import.given.as_ref()?))));
        ImportWasm { component: root.finish(), provider: Some(provider), given: Vec::new() }
    }
}

/// The component that exports these.
pub(super) fn exporting<'i>(items: impl Iterator<Item = (String, &'i Item)>) -> Vec<u8> {
    let mut scope = Scope::new(Out::Component(Component::new()));
    items.for_each(|(name, item)| scope.export(&name, item));
    scope.finish()
}

/// Hosts have no types to give, but those of resources.
fn from_host(item: &Item) -> Option<Given> {
    Some(match item {
        Item::Func(func) => Given::Func(func.clone()),
        Item::Instance(items) => {
            let named = items.iter().enumerate();
            Given::Instance(named.filter_map(|(i, item)| Some((format!("e{i}"), from_host(item)?))).collect())
        }
        Item::Module(shape) => Given::Module(module(shape).finish()),
        Item::Component(interface) => Given::Component(component(interface)),
        Item::Resource => Given::Resource,
        Item::Type(_) | Item::TypeOf(_) => return None,
    })
}

fn component(interface: &Interface) -> Vec<u8> {
    let mut scope = Scope::new(Out::Component(Component::new()));
    (0..).zip(&interface.imports).for_each(|(i, item): (u32, _)| scope.import(&format!("i{i}"), item));
    (0..).zip(&interface.exports).for_each(|(i, item): (u32, _)| scope.export(&format!("e{i}"), item));
    scope.finish()
}

/// What definitions or declarators are written to.
enum Out {
    Component(Component),
    Instance(InstanceType),
    ComponentType(ComponentType),
}

/// A component, or a type, in the making: how many things there are in each index space.
struct Scope {
    out: Out,
    types: u32,
    core_types: u32,
    core_modules: u32,
    core_instances: u32,
    core_funcs: u32,
    memories: u32,
    funcs: u32,
    instances: u32,
    components: u32,
}

impl Scope {
    fn new(out: Out) -> Scope {
        Scope {
            out,
            types: 0,
            core_types: 0,
            core_modules: 0,
            core_instances: 0,
            core_funcs: 0,
            memories: 0,
            funcs: 0,
            instances: 0,
            components: 0,
        }
    }

    fn component(&mut self) -> &mut Component {
        match &mut self.out {
            Out::Component(component) => component,
            _ => unreachable!("only components define something"),
        }
    }

    fn finish(self) -> Vec<u8> {
        match self.out {
            Out::Component(component) => component.finish(),
            _ => unreachable!("types are no files"),
        }
    }

    fn define_type(&mut self, define: impl FnOnce(ComponentTypeEncoder<'_>)) -> u32 {
        match &mut self.out {
            Out::Component(component) => {
                let mut section = ComponentTypeSection::new();
                define(section.ty());
                component.section(&section);
            }
            Out::Instance(ty) => define(ty.ty()),
            Out::ComponentType(ty) => define(ty.ty()),
        }
        self.types += 1;
        self.types - 1
    }

    fn define_core_type(&mut self, define: impl FnOnce(ComponentCoreTypeEncoder<'_>)) -> u32 {
        match &mut self.out {
            Out::Component(component) => {
                let mut section = CoreTypeSection::new();
                define(section.ty());
                component.section(&section);
            }
            Out::Instance(ty) => define(ty.core_type()),
            Out::ComponentType(ty) => define(ty.core_type()),
        }
        self.core_types += 1;
        self.core_types - 1
    }

    fn instance_type(&mut self, of: Scope) -> u32 {
        match of.out {
            Out::Instance(ty) => self.define_type(|types| types.instance(&ty)),
            _ => unreachable!("an instance type was begun"),
        }
    }

    /// The type of what is wanted.
    fn wanted(&mut self, item: &Item) -> ComponentTypeRef {
        match item {
            Item::Func(func) => ComponentTypeRef::Func(self.func_type(func)),
            Item::Instance(items) => {
                let mut inner = Scope::new(Out::Instance(InstanceType::new()));
                (0..).zip(items).for_each(|(i, item): (u32, _)| inner.declare(&format!("e{i}"), item));
                ComponentTypeRef::Instance(self.instance_type(inner))
            }
            Item::Module(shape) => {
                let ty = module_type(shape);
                ComponentTypeRef::Module(self.define_core_type(|types| types.module(&ty)))
            }
            Item::Component(interface) => {
                let mut inner = Scope::new(Out::ComponentType(ComponentType::new()));
                (0..).zip(&interface.imports).for_each(|(i, item): (u32, _)| inner.import(&format!("i{i}"), item));
                (0..).zip(&interface.exports).for_each(|(i, item): (u32, _)| inner.declare(&format!("e{i}"), item));
                let Out::ComponentType(ty) = inner.out else { unreachable!("a component type was begun") };
                ComponentTypeRef::Component(self.define_type(|types| types.component(&ty)))
            }
            Item::Resource => ComponentTypeRef::Type(TypeBounds::SubResource),
            Item::Type(prim) => {
                let prim = prim_type(*prim);
                ComponentTypeRef::Type(TypeBounds::Eq(self.define_type(|types| types.defined_type().list(prim))))
            }
            Item::TypeOf(of) => ComponentTypeRef::Type(TypeBounds::Eq(self.type_of(of))),
        }
    }

    /// The type of a function, an instance or a component.
    fn type_of(&mut self, of: &Item) -> u32 {
        match self.wanted(of) {
            ComponentTypeRef::Func(ty) | ComponentTypeRef::Instance(ty) | ComponentTypeRef::Component(ty) => ty,
            _ => unreachable!("in a normal plan it is one of these"),
        }
    }

    fn func_type(&mut self, func: &Func) -> u32 {
        let names: Vec<String> = (0..func.params.len()).map(|i| format!("p{i}")).collect();
        let params: Vec<_> = names.iter().map(String::as_str).zip(func.params.iter().map(|p| prim_type(*p))).collect();
        let result = func.result.map(prim_type);
        self.define_type(|types| {
            types.function().params(params).result(result);
        })
    }

    fn import(&mut self, name: &str, wanted: &Item) {
        let ty = self.wanted(wanted);
        self.import_as(name, ty);
    }

    fn import_as(&mut self, name: &str, ty: ComponentTypeRef) {
        match &mut self.out {
            Out::Component(component) => {
                let mut section = ComponentImportSection::new();
                section.import(name, ty);
                component.section(&section);
            }
            Out::ComponentType(out) => {
                out.import(name, ty);
            }
            Out::Instance(_) => unreachable!("instances import nothing"),
        }
        self.push(ty);
    }

    /// Declares an export.
    fn declare(&mut self, name: &str, wanted: &Item) {
        let ty = self.wanted(wanted);
        match &mut self.out {
            Out::Instance(out) => {
                out.export(name, ty);
            }
            Out::ComponentType(out) => {
                out.export(name, ty);
            }
            Out::Component(_) => unreachable!("components export something, and not only its type"),
        }
        self.push(ty);
    }

    /// An instance of a component that imports nothing.
    fn instantiate(&mut self, component: u32) {
        let mut section = ComponentInstanceSection::new();
        section.instantiate(component, [] as [(&str, ComponentExportKind, u32); 0]);
        self.component().section(&section);
        self.instances += 1;
    }

    fn push(&mut self, ty: ComponentTypeRef) {
        match ty {
            ComponentTypeRef::Module(_) => self.core_modules += 1,
            ComponentTypeRef::Func(_) => self.funcs += 1,
            ComponentTypeRef::Type(_) => self.types += 1,
            ComponentTypeRef::Instance(_) => self.instances += 1,
            ComponentTypeRef::Component(_) => self.components += 1,
            ComponentTypeRef::Value(_) => unreachable!("no values are imported"),
        }
    }

    /// Defines something and exports it.
    fn export(&mut self, name: &str, item: &Item) {
        let (kind, index) = self.define(item);
        let mut section = ComponentExportSection::new();
        section.export(name, kind, index, None);
        self.component().section(&section);
        // The export is a thing of its own.
        match kind {
            ComponentExportKind::Module => self.core_modules += 1,
            ComponentExportKind::Func => self.funcs += 1,
            ComponentExportKind::Type => self.types += 1,
            ComponentExportKind::Instance => self.instances += 1,
            ComponentExportKind::Component => self.components += 1,
            ComponentExportKind::Value => unreachable!("no values are exported"),
        }
    }

    fn define(&mut self, item: &Item) -> (ComponentExportKind, u32) {
        match item {
            Item::Func(func) => (ComponentExportKind::Func, self.lift(func)),
            Item::Instance(items) => {
                let defined: Vec<_> = items.iter().map(|item| self.define(item)).collect();
                let names: Vec<String> = (0..items.len()).map(|i| format!("e{i}")).collect();
                let mut section = ComponentInstanceSection::new();
                section.export_items(names.iter().zip(defined).map(|(name, (kind, i))| (name.as_str(), kind, i)));
                self.component().section(&section);
                self.instances += 1;
                (ComponentExportKind::Instance, self.instances - 1)
            }
            Item::Module(shape) => {
                self.component().section(&ModuleSection(&module(shape)));
                self.core_modules += 1;
                (ComponentExportKind::Module, self.core_modules - 1)
            }
            Item::Component(interface) => {
                let mut scope = Scope::new(Out::Component(Component::new()));
                (0..).zip(&interface.imports).for_each(|(i, item): (u32, _)| scope.import(&format!("i{i}"), item));
                (0..).zip(&interface.exports).for_each(|(i, item): (u32, _)| scope.export(&format!("e{i}"), item));
                let Out::Component(inner) = scope.out else { unreachable!("a component was begun") };
                self.component().section(&NestedComponentSection(&inner));
                self.components += 1;
                (ComponentExportKind::Component, self.components - 1)
            }
            Item::Resource => {
                let ty = self.define_type(|types| types.resource(ValType::I32, None));
                (ComponentExportKind::Type, ty)
            }
            Item::Type(prim) => {
                let prim = prim_type(*prim);
                (ComponentExportKind::Type, self.define_type(|types| types.defined_type().list(prim)))
            }
            Item::TypeOf(of) => (ComponentExportKind::Type, self.type_of(of)),
        }
    }

    /// A function of this type, which traps: a core module of its own, its instance, and the function lifted.
    fn lift(&mut self, func: &Func) -> u32 {
        self.component().section(&ModuleSection(&lifted(func)));
        let mut section = InstanceSection::new();
        section.instantiate(self.core_modules, [] as [(&str, ModuleArg); 0]);
        self.component().section(&section);
        let instance = self.core_instances;
        let mut section = ComponentAliasSection::new();
        for (kind, name) in [(ExportKind::Func, "f"), (ExportKind::Func, "r"), (ExportKind::Memory, "m")] {
            section.alias(Alias::CoreInstanceExport { instance, kind, name });
        }
        self.component().section(&section);
        let ty = self.func_type(func);
        let (core, realloc, memory) = (self.core_funcs, self.core_funcs + 1, self.memories);
        let mut section = CanonicalFunctionSection::new();
        section.lift(
            core,
            ty,
            [CanonicalOption::Memory(memory), CanonicalOption::Realloc(realloc), CanonicalOption::UTF8],
        );
        self.component().section(&section);
        self.core_modules += 1;
        self.core_instances += 1;
        self.core_funcs += 2;
        self.memories += 1;
        self.funcs += 1;
        self.funcs - 1
    }
}

fn prim_type(prim: Prim) -> ComponentValType {
    ComponentValType::Primitive(match prim {
        Prim::Bool => PrimitiveValType::Bool,
        Prim::U8 => PrimitiveValType::U8,
        Prim::U32 => PrimitiveValType::U32,
        Prim::U64 => PrimitiveValType::U64,
        Prim::F32 => PrimitiveValType::F32,
        Prim::Char => PrimitiveValType::Char,
        Prim::String => PrimitiveValType::String,
    })
}

/// The core parameters of a parameter (`flatten_type` of CanonicalABI.md).
fn flat(prim: Prim) -> &'static [ValType] {
    match prim {
        Prim::Bool | Prim::U8 | Prim::U32 | Prim::Char => &[ValType::I32],
        Prim::U64 => &[ValType::I64],
        Prim::F32 => &[ValType::F32],
        Prim::String => &[ValType::I32, ValType::I32],
    }
}

/// The module of a function that is lifted: `f`, its memory, and a `realloc`, neither of which is ever used.
fn lifted(func: &Func) -> Module {
    let params: Vec<ValType> = func.params.iter().flat_map(|prim| flat(*prim)).copied().collect();
    // A string is returned as the address of its address and length.
    let result = func.result.map(|prim| flat(prim)[0]);
    let mut types = TypeSection::new();
    types.ty().function(params, result);
    types.ty().function([ValType::I32; 4], [ValType::I32]);
    let mut functions = FunctionSection::new();
    functions.function(0).function(1);
    let mut memories = MemorySection::new();
    memories.memory(memory_type(Limits::default(), false));
    let mut exports = ExportSection::new();
    exports.export("f", ExportKind::Func, 0).export("r", ExportKind::Func, 1).export("m", ExportKind::Memory, 0);
    let mut code = CodeSection::new();
    code.function(&unreachable_body()).function(&unreachable_body());
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&memories).section(&exports).section(&code);
    module
}

fn unreachable_body() -> Function {
    let mut body = Function::new([]);
    body.instructions().unreachable().end();
    body
}

fn num_types(types: &[Num]) -> Vec<ValType> {
    types.iter().copied().map(num_type).collect()
}

fn num_type(num: Num) -> ValType {
    match num {
        Num::I32 => ValType::I32,
        Num::I64 => ValType::I64,
        Num::F64 => ValType::F64,
    }
}

fn memory_type(limits: Limits, shared: bool) -> MemoryType {
    let (minimum, maximum) = (limits.min.into(), limits.max.map(u64::from));
    MemoryType { minimum, maximum, memory64: false, shared, page_size_log2: None }
}

fn table_type(limits: Limits) -> TableType {
    let (minimum, maximum) = (limits.min.into(), limits.max.map(u64::from));
    TableType { element_type: RefType::FUNCREF, table64: false, minimum, maximum, shared: false }
}

/// The type of an import or an export, whose function type, if it has one, `types` makes.
fn entity(core: &Core, types: &mut dyn FnMut(Vec<ValType>, Vec<ValType>) -> u32) -> EntityType {
    match core {
        Core::Func(params, results) => EntityType::Function(types(num_types(params), num_types(results))),
        Core::Table(limits) => EntityType::Table(table_type(*limits)),
        Core::Memory(limits, shared) => EntityType::Memory(memory_type(*limits, *shared)),
        Core::Global(ty, mutable) => {
            EntityType::Global(GlobalType { val_type: num_type(*ty), mutable: *mutable, shared: false })
        }
        Core::Tag(params) => {
            let func_type_idx = types(num_types(params), Vec::new());
            EntityType::Tag(TagType { kind: TagKind::Exception, func_type_idx })
        }
    }
}

fn module_type(shape: &Shape) -> ModuleType {
    let mut ty = ModuleType::new();
    let of = |core: &Core, ty: &mut ModuleType| {
        entity(core, &mut |params, results| {
            ty.ty().function(params, results);
            ty.type_count() - 1
        })
    };
    for (i, core) in shape.imports.iter().enumerate() {
        let import = of(core, &mut ty);
        ty.import("", &format!("i{i}"), import);
    }
    for (i, core) in shape.exports.iter().enumerate() {
        let export = of(core, &mut ty);
        ty.export(&format!("e{i}"), export);
    }
    ty
}

/// A module of this shape; its functions trap.
fn module(shape: &Shape) -> Module {
    let mut types = TypeSection::new();
    let mut of = |core: &Core| {
        entity(core, &mut |params, results| {
            types.ty().function(params, results);
            types.len() - 1
        })
    };
    // How many functions, tables, memories, globals and tags there are.
    let mut counts = [0; 5];
    let mut imports = ImportSection::new();
    for (i, core) in shape.imports.iter().enumerate() {
        imports.import("", &format!("i{i}"), of(core));
        counts[place(core).0] += 1;
    }
    let (mut functions, mut tables, mut memories) = (FunctionSection::new(), TableSection::new(), MemorySection::new());
    let (mut globals, mut tags, mut exports) = (GlobalSection::new(), TagSection::new(), ExportSection::new());
    let mut code = CodeSection::new();
    for (i, core) in shape.exports.iter().enumerate() {
        let (place, kind) = place(core);
        exports.export(&format!("e{i}"), kind, counts[place]);
        counts[place] += 1;
        match of(core) {
            EntityType::Function(ty) => {
                functions.function(ty);
                code.function(&unreachable_body());
            }
            EntityType::Table(ty) => {
                tables.table(ty);
            }
            EntityType::Memory(ty) => {
                memories.memory(ty);
            }
            EntityType::Global(ty) => {
                globals.global(ty, &zero(ty.val_type));
            }
            EntityType::Tag(ty) => {
                tags.tag(ty);
            }
            EntityType::FunctionExact(_) => unreachable!("no function is exact"),
        }
    }
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&tables).section(&memories);
    module.section(&tags).section(&globals).section(&exports).section(&code);
    module
}

fn place(core: &Core) -> (usize, ExportKind) {
    match core {
        Core::Func(..) => (0, ExportKind::Func),
        Core::Table(_) => (1, ExportKind::Table),
        Core::Memory(..) => (2, ExportKind::Memory),
        Core::Global(..) => (3, ExportKind::Global),
        Core::Tag(_) => (4, ExportKind::Tag),
    }
}

fn zero(ty: ValType) -> ConstExpr {
    match ty {
        ValType::I64 => ConstExpr::i64_const(0),
        ValType::F64 => ConstExpr::f64_const(0.0.into()),
        _ => ConstExpr::i32_const(0),
    }
}
