//! Index spaces at run time (Explainer.md, *Index Spaces*): what each index of a component, or of a type's declarators,
//! means in one instantiation.

use super::{
    canon::Options,
    host_task::HostCode,
    resource::ResourceId,
    syntax::{ComponentDef, CoreTypeDef, Decl, ModuleTypeDef, Name, Sort, SortIdx},
    task::InstId,
    types::{FuncType, ValType},
    value::ComponentVal,
};
use crate::{
    Module, Store,
    error::Fault,
    runtime::{Extern, FuncAddr, GlobalAddr, InstanceAddr, MemAddr, TableAddr, TagAddr},
    syntax::SubType,
};
use std::{collections::HashMap, rc::Rc, sync::Arc};

/// A scope of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ScopeId(pub u32);

/// The index spaces of a component instance, or of the declarators of a type.
#[derive(Default)]
pub(crate) struct Scope {
    /// The scope around it, which outer aliases reach.
    pub parent: Option<ScopeId>,
    pub core_funcs: Vec<FuncAddr>,
    pub core_tables: Vec<TableAddr>,
    pub core_memories: Vec<MemAddr>,
    pub core_globals: Vec<GlobalAddr>,
    pub core_tags: Vec<TagAddr>,
    pub core_types: Vec<CoreType>,
    pub core_modules: Vec<Module>,
    pub core_instances: Vec<CoreInstance>,
    pub funcs: Vec<Rc<Func>>,
    pub values: Vec<Value>,
    pub types: Vec<Type>,
    pub instances: Vec<Rc<Instance>>,
    pub components: Vec<Closure>,
}

impl Scope {
    pub fn new(parent: Option<ScopeId>) -> Scope {
        Scope { parent, ..Scope::default() }
    }

    /// What an index means.
    pub fn item(&self, at: SortIdx) -> Option<Item> {
        let i = at.index as usize;
        Some(match at.sort {
            Sort::Module => Item::Module(self.core_modules.get(i)?.clone()),
            Sort::Func => Item::Func(self.funcs.get(i)?.clone()),
            Sort::Value => Item::Value(self.values.get(i)?.clone()),
            Sort::Type => Item::Type(self.types.get(i)?.clone()),
            Sort::Instance => Item::Instance(self.instances.get(i)?.clone()),
            Sort::Component => Item::Component(self.components.get(i)?.clone()),
        })
    }

    /// Appends to the index space of the item's sort.
    pub fn push(&mut self, item: Item) {
        match item {
            Item::Module(item) => self.core_modules.push(item),
            Item::Func(item) => self.funcs.push(item),
            Item::Value(item) => self.values.push(item),
            Item::Type(item) => self.types.push(item),
            Item::Instance(item) => self.instances.push(item),
            Item::Component(item) => self.components.push(item),
        }
    }

    /// Appends to the core index space of the item's sort.
    pub fn push_core(&mut self, item: Extern) {
        match item {
            Extern::Func(addr) => self.core_funcs.push(addr),
            Extern::Table(addr) => self.core_tables.push(addr),
            Extern::Memory(addr) => self.core_memories.push(addr),
            Extern::Global(addr) => self.core_globals.push(addr),
            Extern::Tag(addr) => self.core_tags.push(addr),
        }
    }
}

/// A component function.
pub(crate) enum Func {
    /// By `canon lift`.
    Lifted { core: FuncAddr, ft: Rc<FuncType>, opts: Rc<Options>, inst: InstId, name: Name },
    /// By the host.
    Host { name: Name, ft: Rc<FuncType>, code: HostCode },
}

/// A host function over component values.
pub(crate) type HostCall = dyn Fn(&mut Store, &[ComponentVal]) -> Result<Vec<ComponentVal>, Fault>;

impl Func {
    pub fn ft(&self) -> &Rc<FuncType> {
        match self {
            Func::Lifted { ft, .. } | Func::Host { ft, .. } => ft,
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Func::Lifted { name, .. } | Func::Host { name, .. } => name,
        }
    }
}

/// What an import or export is at run time.
#[derive(Clone)]
pub(crate) enum Item {
    Module(Module),
    Func(Rc<Func>),
    Value(Value),
    Type(Type),
    Instance(Rc<Instance>),
    Component(Closure),
}

/// A value.
#[derive(Clone)]
pub(crate) enum Value {
    Known(ComponentVal),
    /// Only its type, if that: while a component is checked.
    Typed(Option<ValType>),
}

impl Value {
    pub fn known(&self) -> Option<&ComponentVal> {
        match self {
            Value::Known(val) => Some(val),
            Value::Typed(_) => None,
        }
    }
}

/// A type.
#[derive(Clone)]
pub(crate) enum Type {
    Value(ValType),
    Func(Rc<FuncType>),
    Resource(ResourceId),
    /// Declarators and the scope they stand in.
    Instance(Arc<Vec<Decl>>, ScopeId),
    /// Declarators and the scope they stand in.
    Component(Arc<Vec<Decl>>, ScopeId),
    /// Not known before the instantiation has come this far: only while imports are bound.
    Unknown,
}

/// A core type.
#[derive(Clone)]
pub(crate) enum CoreType {
    Sub(SubType),
    Module(Arc<ModuleTypeDef>, ScopeId),
}

impl CoreType {
    /// The types of a definition, which stands in `scope`.
    pub fn of(def: &CoreTypeDef, scope: ScopeId) -> Vec<CoreType> {
        match def {
            CoreTypeDef::Rec(types) => types.iter().cloned().map(CoreType::Sub).collect(),
            CoreTypeDef::Module(ty) => vec![CoreType::Module(ty.clone(), scope)],
        }
    }
}

impl CoreType {
    /// The function type that it is.
    pub fn as_func(&self) -> Option<&crate::syntax::FuncType> {
        match self {
            CoreType::Sub(SubType { comp: crate::syntax::CompType::Func(ty), .. }) => Some(ty),
            _ => None,
        }
    }
}

/// A component and what it captures: the scope it is defined in (Explainer.md, outer aliases).
#[derive(Clone)]
pub(crate) struct Closure {
    pub def: Arc<ComponentDef>,
    pub scope: Option<ScopeId>,
}

/// A core instance.
#[derive(Clone)]
pub(crate) enum CoreInstance {
    Real(InstanceAddr),
    Exports(Rc<HashMap<Name, Extern>>),
}

impl CoreInstance {
    pub fn export(&self, store: &Store, name: &str) -> Option<Extern> {
        match self {
            CoreInstance::Real(addr) => store.export(*addr, name),
            CoreInstance::Exports(exports) => exports.get(name).copied(),
        }
    }
}

/// A component-level instance: its exports by name, in order.
#[derive(Default, Clone)]
pub(crate) struct Instance {
    pub exports: Vec<(Name, Item)>,
    by_name: HashMap<Name, usize>,
}

impl Instance {
    pub fn new(exports: Vec<(Name, Item)>) -> Instance {
        let by_name = exports.iter().enumerate().map(|(i, (name, _))| (name.clone(), i)).collect();
        Instance { exports, by_name }
    }

    pub fn get(&self, name: &str) -> Option<&Item> {
        self.by_name.get(name).map(|i| &self.exports[*i].1)
    }
}
