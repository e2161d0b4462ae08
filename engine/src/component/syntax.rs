//! Components as data (Explainer.md, *Grammar*): the definitions of a component in the order of its bytes, with indices
//! instead of references. Nothing is resolved here; instantiation walks the list.

use crate::{Module, syntax::SubType};
use std::sync::Arc;
pub(crate) use wasmparser::{
    CanonicalFunction, CanonicalOption, ComponentExternalKind as Sort, ComponentTypeRef as ExternDesc,
    ComponentValType as ValTypeRef, ExternalKind as CoreSort, PrimitiveValType, TypeBounds, TypeRef as CoreTypeRef,
    ValType as CoreValType,
};

/// A name that many values share.
pub(crate) type Name = Arc<str>;

/// A component definition (Explainer.md, *Component Definitions*).
#[derive(Debug, Default)]
pub(crate) struct ComponentDef {
    /// Its definitions in order.
    pub definitions: Vec<Definition>,
    /// Where they stand in the bytes.
    pub offsets: Vec<usize>,
    /// Names for people, from the name section.
    pub names: Names,
}

/// What the name section says (Binary.md, *Name Section*).
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// The component's own name.
    pub component: Option<String>,
    /// Core modules by index.
    pub core_modules: Vec<(u32, String)>,
    /// Core instances by index.
    pub core_instances: Vec<(u32, String)>,
    /// Instances by index.
    pub instances: Vec<(u32, String)>,
    /// Types by index.
    pub types: Vec<(u32, String)>,
    /// Functions by index.
    pub funcs: Vec<(u32, String)>,
}

impl Names {
    /// The name of `index` in `map`, which is sorted by index.
    pub fn get(map: &[(u32, String)], index: u32) -> Option<&str> {
        let at = map.binary_search_by_key(&index, |(index, _)| *index).ok()?;
        Some(&map[at].1)
    }
}

/// One definition (Explainer.md, `definition`).
#[derive(Debug)]
pub(crate) enum Definition {
    CoreModule(Module),
    CoreInstance(CoreInstanceDef),
    CoreType(CoreTypeDef),
    Component(Arc<ComponentDef>),
    Instance(InstanceDef),
    Alias(Alias),
    Type(TypeDef),
    Canon(CanonicalFunction),
    Start(StartDef),
    Import {
        name: Name,
        ty: ExternDesc,
    },
    Export {
        name: Name,
        item: SortIdx,
        ty: Option<ExternDesc>,
    },
    Value(super::value_def::ValueDef),
    /// All of a component of which only the type is known (a stub): its declarators in place of definitions.
    Declared(Arc<Vec<Decl>>),
}

/// A sort and an index into its index space (Binary.md, `sortidx`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SortIdx {
    pub sort: Sort,
    pub index: u32,
}

/// A core instance definition (Explainer.md, `core:instance`).
#[derive(Debug)]
pub(crate) enum CoreInstanceDef {
    Instantiate { module: u32, args: Vec<(Name, u32)> },
    Exports(Vec<(Name, CoreSort, u32)>),
}

/// An instance definition (Explainer.md, `instance`).
#[derive(Debug)]
pub(crate) enum InstanceDef {
    Instantiate { component: u32, args: Vec<(Name, SortIdx)> },
    Exports(Vec<(Name, SortIdx)>),
}

/// An alias definition (Explainer.md, `alias`).
#[derive(Debug, Clone)]
pub(crate) enum Alias {
    Export { sort: Sort, instance: u32, name: Name },
    CoreExport { instance: u32, name: Name },
    Outer { sort: OuterSort, count: u32, index: u32 },
}

pub(crate) use wasmparser::ComponentOuterAliasKind as OuterSort;

/// A type definition (Explainer.md, `deftype`).
#[derive(Debug)]
pub(crate) enum TypeDef {
    Value(DefValType),
    Func(FuncTypeDef),
    Component(Arc<Vec<Decl>>),
    Instance(Arc<Vec<Decl>>),
    Resource { rep: CoreValType, dtor: Option<u32> },
}

/// A defined value type (Explainer.md, `defvaltype`).
#[derive(Debug)]
pub(crate) enum DefValType {
    Primitive(PrimitiveValType),
    Record(Vec<(Name, ValTypeRef)>),
    Variant(Vec<(Name, Option<ValTypeRef>)>),
    List(ValTypeRef),
    FixedList(ValTypeRef, u32),
    Map(ValTypeRef, ValTypeRef),
    Tuple(Vec<ValTypeRef>),
    Flags(Vec<Name>),
    Enum(Vec<Name>),
    Option(ValTypeRef),
    Result(Option<ValTypeRef>, Option<ValTypeRef>),
    Own(u32),
    Borrow(u32),
    Stream(Option<ValTypeRef>),
    Future(Option<ValTypeRef>),
}

/// A function type definition (Explainer.md, `functype`).
#[derive(Debug)]
pub(crate) struct FuncTypeDef {
    pub is_async: bool,
    pub params: Vec<(Name, ValTypeRef)>,
    pub result: Option<ValTypeRef>,
}

/// A declarator of an instance or component type (Explainer.md, `instancedecl`, `componentdecl`).
#[derive(Debug)]
pub(crate) enum Decl {
    CoreType(CoreTypeDef),
    Type(TypeDef),
    Alias(Alias),
    Export {
        name: Name,
        ty: ExternDesc,
    },
    /// In component types only.
    Import {
        name: Name,
        ty: ExternDesc,
    },
}

/// A core type definition (Explainer.md, `core:type`).
#[derive(Debug)]
pub(crate) enum CoreTypeDef {
    /// A recursion group.
    Rec(Vec<SubType>),
    /// A module type.
    Module(Arc<ModuleTypeDef>),
}

/// A core module type (Explainer.md, `core:moduletype`).
#[derive(Debug, Default)]
pub(crate) struct ModuleTypeDef {
    pub decls: Vec<ModuleDecl>,
}

/// A declarator of a core module type (Explainer.md, `core:moduledecl`).
#[derive(Debug)]
pub(crate) enum ModuleDecl {
    Type(Vec<SubType>),
    OuterAlias { count: u32, index: u32 },
    Import { module: Name, name: Name, ty: CoreTypeRef },
    Export { name: Name, ty: CoreTypeRef },
}

/// A start definition (Explainer.md, *Start Definitions*).
#[derive(Debug)]
pub(crate) struct StartDef {
    pub func: u32,
    pub args: Vec<u32>,
    pub results: u32,
}

/// The kind of an import or export.
pub(crate) fn kind_of(ty: &ExternDesc) -> crate::trace::ExternKind {
    use crate::trace::ExternKind;
    match ty {
        ExternDesc::Module(_) => ExternKind::Module,
        ExternDesc::Func(_) => ExternKind::Func,
        ExternDesc::Value(_) => ExternKind::Value,
        ExternDesc::Type(_) => ExternKind::Type,
        ExternDesc::Instance(_) => ExternKind::Instance,
        ExternDesc::Component(_) => ExternKind::Component,
    }
}
