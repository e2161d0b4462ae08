//! Imports of a root component matched with what the host gives (Explainer.md, *Import and Export Definitions*), all of
//! them before any definition has a side effect.
//!
//! A declared type is evaluated with what is given as the witness of its abstract types: where an instance type exports
//! `(sub resource)`, the resource that was given takes its place in what follows.

use super::{
    Component,
    copy::Flow,
    host_task::HostCode,
    link_types::{describe_decls, describe_module},
    linker::{ComponentLinker, Given, HostItem},
    resource::{Dtor, ResourceInst},
    scope::{Closure, CoreType, Func, Instance, Item, ScopeId, Type, Value},
    syntax::{ComponentDef, Decl, Definition, ExternDesc, ModuleDecl, ModuleTypeDef, Name, TypeBounds},
    types::FuncType,
    value::{ComponentVal, Fresh},
};
use crate::{
    Module, Store, binary,
    error::Fault,
    syntax::{Export, ExternIndex, ExternType, Global, Import, Module as ModuleSyntax, Table},
};
use std::{collections::HashMap, fmt, rc::Rc, sync::Arc};
use thiserror::Error;

/// What the host gives does not match an import.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ComponentLinkError {
    /// Nothing was given.
    #[error("unknown import {path}: nothing of this name was provided (expected {expected})")]
    Unknown {
        /// The import, and the exports that lead to what is missing.
        path: String,
        /// The declared type.
        expected: String,
    },
    /// Something of another type was given.
    #[error("incompatible import type for {}: expected {}, got {}", .0.path, .0.expected, .0.actual)]
    Mismatch(Box<LinkMismatch>),
}

/// The two types of an import that do not match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkMismatch {
    /// The import, and the exports that lead to the mismatch.
    pub path: String,
    /// The declared type.
    pub expected: String,
    /// The type of what was given.
    pub actual: String,
}

/// How many imports, and exports inside of them, a store binds: types can name each other so that there are very many.
const MAX_BOUND: u32 = 10_000_000;

/// How deep declared instances may stand in each other.
const MAX_DEPTH: usize = 200;

/// Where the binding has come to.
pub(super) struct Binder<'a> {
    pub(super) store: &'a mut Store,
    stub_imports: bool,
    /// Whether values are only types.
    is_static: bool,
    pub(super) path: Vec<Name>,
}

/// The items for the imports of `component`, in order; `None` where the declared type is not known yet.
pub(super) fn bind_imports(
    store: &mut Store,
    component: &Component,
    linker: &ComponentLinker,
) -> Result<Vec<Option<Item>>, ComponentLinkError> {
    let scope = store.components.new_scope(None);
    let mut binder = Binder { store, stub_imports: linker.stub_imports, is_static: false, path: Vec::new() };
    let mut items = Vec::new();
    for definition in &component.0.definitions {
        if let Definition::Import { name, ty } = definition {
            let given = linker.get(name).map(|item| item.0.clone());
            let item = binder.named(name, scope, ty, given)?;
            if let Some(item) = &item {
                binder.store.components.scope_mut(scope).push(item.clone());
            } else {
                binder.push_unknown(scope, ty);
            }
            items.push(item);
        } else {
            binder.pass(scope, definition);
        }
    }
    Ok(items)
}

/// The item for one import whose type was not known when [`bind_imports`] ran.
pub(super) fn bind_late(
    store: &mut Store,
    scope: ScopeId,
    name: &Name,
    ty: &ExternDesc,
    linker: &ComponentLinker,
) -> Result<Item, ComponentLinkError> {
    let given = linker.get(name).map(|item| item.0.clone());
    let mut binder = Binder { store, stub_imports: linker.stub_imports, is_static: false, path: Vec::new() };
    let item = binder.named(name, scope, ty, given)?;
    item.ok_or_else(|| ComponentLinkError::Unknown { path: name.to_string(), expected: "a known type".to_owned() })
}

/// An instance as one of the type that an import or an export ascribes to it: it exports no more than that (Explainer.md,
/// *Import and Export Definitions*). Validation has matched the types, and other items look the same under all of theirs.
pub(super) fn narrow(
    store: &mut Store,
    scope: ScopeId,
    name: &Name,
    ty: &ExternDesc,
    item: Item,
    is_static: bool,
) -> Result<Item, ComponentLinkError> {
    let (ExternDesc::Instance(index), Item::Instance(instance)) = (ty, &item) else { return Ok(item) };
    let Some(Type::Instance(decls, _)) = store.components.scope(scope).types.get(*index as usize) else {
        return Ok(item);
    };
    let mut declared = 0;
    let has_instances = decls.iter().any(|decl| match decl {
        Decl::Export { ty, .. } => {
            declared += 1;
            matches!(ty, ExternDesc::Instance(_))
        }
        _ => false,
    });
    if !has_instances && declared == instance.exports.len() {
        return Ok(item);
    }
    let mut binder = Binder { store, stub_imports: false, is_static, path: Vec::new() };
    Ok(binder.named(name, scope, ty, Some(Given::Item(item.clone())))?.unwrap_or(item))
}

/// The stub of what a component exports of which only the type is known.
pub(super) fn export_stub(
    store: &mut Store,
    scope: ScopeId,
    name: &Name,
    ty: &ExternDesc,
) -> Result<Item, ComponentLinkError> {
    let mut binder = Binder { store, stub_imports: true, is_static: false, path: Vec::new() };
    let item = binder.named(name, scope, ty, None)?;
    item.ok_or_else(|| ComponentLinkError::Unknown { path: name.to_string(), expected: "a known type".to_owned() })
}

/// Makes stubs of all imports, modules too; their values are only types.
pub(super) fn static_binder(store: &mut Store) -> Binder<'_> {
    Binder { store, stub_imports: true, is_static: true, path: Vec::new() }
}

/// Matches what such stubs and types are made of, where everything that is declared has to be given.
pub(super) fn static_matcher(store: &mut Store) -> Binder<'_> {
    Binder { store, stub_imports: false, is_static: true, path: Vec::new() }
}

type Bound = Result<Option<Item>, ComponentLinkError>;

impl Binder<'_> {
    /// The stub of an import; `None` if there is none.
    pub(super) fn stub(&mut self, name: &Name, scope: ScopeId, ty: &ExternDesc) -> Option<Item> {
        self.named(name, scope, ty, None).ok().flatten()
    }

    /// A definition that is no import: only what later types can refer to is kept.
    fn pass(&mut self, scope: ScopeId, definition: &Definition) {
        let state = &mut self.store.components;
        match definition {
            Definition::CoreModule(module) => state.scope_mut(scope).core_modules.push(module.clone()),
            Definition::CoreType(def) => state.push_core_types(scope, def),
            Definition::Component(def) => {
                let closure = Closure { def: def.clone(), scope: Some(scope) };
                state.scope_mut(scope).components.push(closure);
            }
            Definition::Instance(_) => state.scope_mut(scope).instances.push(Rc::default()),
            Definition::Type(def) => {
                let ty = state.eval_type(scope, def);
                state.scope_mut(scope).types.push(ty);
            }
            Definition::Alias(alias) => state.push_alias(scope, alias),
            Definition::Export { item, .. } => {
                if let Some(item) = state.scope(scope).item(*item) {
                    state.scope_mut(scope).push(item);
                }
            }
            _ => {}
        }
    }

    fn push_unknown(&mut self, scope: ScopeId, ty: &ExternDesc) {
        let scope = self.store.components.scope_mut(scope);
        match ty {
            ExternDesc::Type(_) => scope.types.push(Type::Unknown),
            ExternDesc::Instance(_) => scope.instances.push(Rc::default()),
            _ => {}
        }
    }

    /// As [`stub`](Self::stub), with the item to check against the declared type.
    pub(super) fn checked(
        &mut self,
        name: &Name,
        scope: ScopeId,
        ty: &ExternDesc,
        item: Item,
    ) -> Result<(), ComponentLinkError> {
        self.named(name, scope, ty, Some(Given::Item(item))).map(drop)
    }

    fn named(&mut self, name: &Name, scope: ScopeId, ty: &ExternDesc, given: Option<Given>) -> Bound {
        self.path.push(name.clone());
        self.count_bound()?;
        let item = self.bind(scope, ty, given)?;
        if let Some(Item::Type(Type::Resource(id))) = &item {
            self.store.components.name_resource(*id, name);
        }
        self.path.pop();
        Ok(item)
    }

    /// Counts one more import or export.
    pub(super) fn count_bound(&mut self) -> Result<(), ComponentLinkError> {
        self.store.components.bound += 1;
        match self.store.components.bound > MAX_BOUND || self.path.len() > MAX_DEPTH {
            true => Err(self.unknown("fewer imports and exports, or less deep ones: those of this store are too many")),
            false => Ok(()),
        }
    }

    fn path(&self) -> String {
        self.path.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(" ")
    }

    fn mismatch(&self, expected: impl fmt::Display, actual: impl fmt::Display) -> ComponentLinkError {
        ComponentLinkError::Mismatch(Box::new(LinkMismatch {
            path: self.path(),
            expected: expected.to_string(),
            actual: actual.to_string(),
        }))
    }

    /// Nothing is given, and there is no stub.
    fn unknown(&self, expected: impl fmt::Display) -> ComponentLinkError {
        ComponentLinkError::Unknown { path: self.path(), expected: expected.to_string() }
    }

    /// What is given as the declared type; `None` if that is not known.
    fn bind(&mut self, scope: ScopeId, ty: &ExternDesc, given: Option<Given>) -> Bound {
        let type_at = |index: u32| self.store.components.scope(scope).types.get(index as usize).cloned();
        match ty {
            ExternDesc::Func(index) => match type_at(*index) {
                Some(Type::Func(ft)) => self.bind_func(&ft, given).map(Some),
                _ => Ok(None),
            },
            ExternDesc::Instance(index) => match type_at(*index) {
                Some(Type::Instance(decls, outer)) => self.bind_instance(&decls, outer, given),
                _ => Ok(None),
            },
            ExternDesc::Type(TypeBounds::Eq(index)) => match type_at(*index) {
                Some(Type::Unknown) | None => Ok(None),
                Some(ty) => {
                    let is_structural = matches!(ty, Type::Instance(..) | Type::Component(..));
                    self.store.components.has_structural_bounds |= is_structural;
                    self.bind_type(ty, given)
                }
            },
            ExternDesc::Type(TypeBounds::SubResource) => self.bind_resource(given).map(Some),
            ExternDesc::Value(ty) => match self.store.components.val_type(scope, ty) {
                Some(ty) => self.bind_value(&ty, given).map(Some),
                None => Ok(None),
            },
            ExternDesc::Module(index) => {
                match self.store.components.scope(scope).core_types.get(*index as usize).cloned() {
                    Some(CoreType::Module(ty, outer)) => self.bind_module(&ty, outer, given).map(Some),
                    _ => Ok(None),
                }
            }
            ExternDesc::Component(index) => {
                let declared = type_at(*index);
                self.bind_component(declared, given)
            }
        }
    }

    fn bind_func(&mut self, ft: &Rc<FuncType>, given: Option<Given>) -> Result<Item, ComponentLinkError> {
        let name: Name = self.path.iter().map(|name| &**name).collect::<Vec<_>>().join(".").into();
        let code = match given {
            Some(Given::Func(Some(actual), _)) if actual != **ft => return Err(self.mismatch(ft, actual)),
            Some(Given::Func(None, HostCode::Async(_))) if !ft.is_async => {
                return Err(self.mismatch(ft, "an asynchronous function"));
            }
            Some(Given::Func(_, code)) => code,
            Some(Given::Item(Item::Func(func))) if func.ft() == ft => return Ok(Item::Func(func)),
            Some(Given::Item(Item::Func(func))) => return Err(self.mismatch(ft, func.ft())),
            Some(other) => return Err(self.mismatch(ft, self.describe(&other))),
            None if self.stub_imports => {
                if !self.is_static {
                    self.store.components.stubs.push(self.path.iter().map(|name| name.to_string()).collect());
                }
                HostCode::Sync(stub(name.clone(), ft.clone()))
            }
            None => return Err(self.unknown(ft)),
        };
        Ok(Item::Func(Rc::new(Func::Host { name, ft: ft.clone(), code })))
    }

    fn bind_instance(&mut self, decls: &Arc<Vec<Decl>>, outer: ScopeId, given: Option<Given>) -> Bound {
        match &given {
            Some(Given::Instance(_) | Given::Item(Item::Instance(_))) => {}
            Some(other) => return Err(self.mismatch(describe_decls("instance", decls), self.describe(other))),
            None if self.stub_imports => {}
            // Hosts need not give an instance without exports.
            None if !self.is_static && decls.iter().all(|decl| !matches!(decl, Decl::Export { .. })) => {}
            None => return Err(self.unknown(describe_decls("instance", decls))),
        }
        let scope = self.store.components.new_scope(Some(outer));
        let mut exports = Vec::new();
        for decl in decls.iter() {
            let Decl::Export { name, ty } = decl else {
                self.store.components.push_decl(scope, decl);
                continue;
            };
            let given = match &given {
                Some(Given::Instance(instance)) => instance.0.get(&**name).map(|HostItem(item)| item.clone()),
                Some(Given::Item(Item::Instance(instance))) => instance.get(name).cloned().map(Given::Item),
                _ => None,
            };
            let Some(item) = self.named(name, scope, ty, given)? else { return Ok(None) };
            self.store.components.scope_mut(scope).push(item.clone());
            exports.push((name.clone(), item));
        }
        Ok(Some(Item::Instance(Rc::new(Instance::new(exports)))))
    }

    fn bind_component(&mut self, declared: Option<Type>, given: Option<Given>) -> Bound {
        let closure = match given {
            Some(Given::Component(component)) => Closure { def: component.0, scope: None },
            // What an instance exports captures a scope of the store.
            Some(Given::Item(Item::Component(closure))) => closure,
            Some(other) => return Err(self.mismatch(self.describe_component(&declared), self.describe(&other))),
            None if self.stub_imports => return Ok(component_stub(declared)),
            None => return Err(self.unknown(self.describe_component(&declared))),
        };
        let Some(Type::Component(decls, outer)) = declared else { return Ok(None) };
        let is_known = self.match_component(&decls, outer, &closure)?;
        Ok(is_known.then_some(Item::Component(closure)))
    }

    /// A component matches a component type if it does with stubs of the declared imports, and then exports no less than
    /// is declared. That is tried: without side effects, as in [`super::check`]. The result is whether the types that this
    /// depends on are known.
    fn match_component(
        &mut self,
        decls: &Arc<Vec<Decl>>,
        outer: ScopeId,
        closure: &Closure,
    ) -> Result<bool, ComponentLinkError> {
        let scope = self.store.components.new_scope(Some(outer));
        let mut args = HashMap::new();
        let mut exports: Option<Rc<Instance>> = None;
        for decl in decls.iter() {
            match decl {
                Decl::Import { name, ty } => {
                    let stub = static_binder(self.store).stub(name, scope, ty);
                    let Some(stub) = stub else { return Ok(false) };
                    self.store.components.scope_mut(scope).push(stub.clone());
                    args.insert(name.clone(), stub);
                }
                Decl::Export { name, ty } => {
                    let tried = match exports.take() {
                        Some(tried) => tried,
                        None => self.try_component(closure, &args)?,
                    };
                    let given = tried.get(name).cloned().map(Given::Item);
                    exports = Some(tried);
                    let Some(item) = self.matched(name, scope, ty, given)? else { return Ok(false) };
                    self.store.components.scope_mut(scope).push(item);
                }
                decl => self.store.components.push_decl(scope, decl),
            }
        }
        if exports.is_none() {
            self.try_component(closure, &args)?;
        }
        Ok(true)
    }

    fn try_component(
        &mut self,
        closure: &Closure,
        args: &HashMap<Name, Item>,
    ) -> Result<Rc<Instance>, ComponentLinkError> {
        let tried = super::check::try_with(self.store, closure, args);
        tried.map_err(|message| self.mismatch("a component of its type", message))
    }

    /// As [`named`](Self::named), with what is made of types only, and without stubs.
    fn matched(&mut self, name: &Name, scope: ScopeId, ty: &ExternDesc, given: Option<Given>) -> Bound {
        let before = (self.stub_imports, self.is_static);
        (self.stub_imports, self.is_static) = (false, true);
        let item = self.named(name, scope, ty, given);
        (self.stub_imports, self.is_static) = before;
        item
    }

    fn describe_component(&self, declared: &Option<Type>) -> String {
        declared.as_ref().map_or("a component".to_owned(), |ty| self.describe_type(ty))
    }

    /// A type with an `eq` bound is known already: hosts need not give it.
    fn bind_type(&mut self, ty: Type, given: Option<Given>) -> Bound {
        let actual = match given {
            None if self.is_static && !self.stub_imports => return Err(self.unknown(self.describe_type(&ty))),
            None => return Ok(Some(Item::Type(ty))),
            Some(Given::Resource(id)) => Type::Resource(id),
            Some(Given::Item(Item::Type(actual))) => actual,
            Some(other) => return Err(self.mismatch(self.describe_type(&ty), self.describe(&other))),
        };
        let depth = self.path.len();
        let same = self.same_type(&ty, &actual);
        self.path.truncate(depth);
        match same {
            None => Ok(None),
            Some(true) => Ok(Some(Item::Type(ty))),
            Some(false) => Err(self.mismatch(self.describe_type(&ty), self.describe_type(&actual))),
        }
    }

    fn bind_resource(&mut self, given: Option<Given>) -> Result<Item, ComponentLinkError> {
        match given {
            Some(Given::Resource(id)) => Ok(Item::Type(Type::Resource(id))),
            Some(Given::Item(item @ Item::Type(Type::Resource(_)))) => Ok(item),
            Some(other) => Err(self.mismatch("a resource type", self.describe(&other))),
            None if self.stub_imports => {
                let name = self.path.last().cloned();
                let resource = ResourceInst { name, implementer: None, dtor: Dtor::None, rep_64: false };
                Ok(Item::Type(Type::Resource(self.store.components.new_resource(resource))))
            }
            None => Err(self.unknown("a resource type")),
        }
    }

    fn bind_value(&mut self, ty: &super::ComponentValType, given: Option<Given>) -> Result<Item, ComponentLinkError> {
        let expected = format!("a value of the type {ty}");
        if self.is_static {
            return match given {
                Some(Given::Item(Item::Value(Value::Typed(Some(actual))))) if actual != *ty => {
                    Err(self.mismatch(expected, actual))
                }
                None if !self.stub_imports => Err(self.unknown(expected)),
                None | Some(Given::Value(_) | Given::Item(Item::Value(_))) => {
                    Ok(Item::Value(Value::Typed(Some(ty.clone()))))
                }
                Some(other) => Err(self.mismatch(expected, self.describe(&other))),
            };
        }
        match given {
            Some(Given::Value(val) | Given::Item(Item::Value(Value::Known(val)))) => match val.is_of(ty) {
                true => Ok(Item::Value(Value::Known(val))),
                false => Err(self.mismatch(expected, format!("the value {}", val.trace(&self.store.components)))),
            },
            Some(other) => Err(self.mismatch(expected, self.describe(&other))),
            None if self.stub_imports => {
                let val = ComponentVal::default_of(ty, &mut |what| matches!(what, Fresh::Resource).then_some(0));
                val.map(|val| Item::Value(Value::Known(val))).ok_or_else(|| self.unknown(expected))
            }
            None => Err(self.unknown(expected)),
        }
    }

    fn bind_module(
        &mut self,
        ty: &Arc<ModuleTypeDef>,
        outer: ScopeId,
        given: Option<Given>,
    ) -> Result<Item, ComponentLinkError> {
        let module = match given {
            Some(Given::Module(module) | Given::Item(Item::Module(module))) => module,
            Some(other) => return Err(self.mismatch(describe_module(ty), self.describe(&other))),
            None if self.stub_imports && self.is_static => {
                let (syntax, exports) = self.declared_module(ty, outer);
                return Ok(Item::Module(module_stub(syntax, exports)));
            }
            None => return Err(self.unknown(describe_module(ty))),
        };
        self.match_module(ty, outer, &module)?;
        Ok(Item::Module(module))
    }

    /// A module matches a module type if it imports no more and exports no less (Binary.md, *Type Definitions*).
    fn match_module(&mut self, ty: &ModuleTypeDef, outer: ScopeId, module: &Module) -> Result<(), ComponentLinkError> {
        let (declared, exports) = self.declared_module(ty, outer);
        let expected_ids = self.store.types.close(&declared);
        let actual = module.syntax();
        let actual_ids = self.store.types.close(actual);
        let types = &self.store.types;
        for (name, ty) in exports {
            let expected = types.close_extern(&expected_ids, ty);
            let export = actual.exports.iter().find(|export| *export.name == *name);
            let got = export.map(|export| types.close_extern(&actual_ids, export_type(actual, export.index)));
            if got.is_none_or(|got| !types.match_extern(got, expected)) {
                let (expected, got) = match got {
                    Some(got) => types.describe_mismatch(expected, got),
                    None => (types.describe_extern(expected), "no such export".to_owned()),
                };
                return Err(self.mismatch(format!("export {name:?} of the type {expected}"), got));
            }
        }
        for import in &actual.imports {
            let got = types.close_extern(&actual_ids, import.ty);
            let same = |other: &&Import| other.module == import.module && other.name == import.name;
            let given = declared.imports.iter().find(same);
            let given = given.map(|import| types.close_extern(&expected_ids, import.ty));
            if given.is_none_or(|given| !types.match_extern(given, got)) {
                let (expected, got) = match given {
                    Some(given) => types.describe_mismatch(given, got),
                    None => ("no such import".to_owned(), types.describe_extern(got)),
                };
                let got = format!("import {:?} {:?} of the type {got}", import.module, import.name);
                return Err(self.mismatch(expected, got));
            }
        }
        Ok(())
    }

    /// A module type as the imports of a module, and its exports.
    pub(super) fn declared_module(
        &self,
        ty: &ModuleTypeDef,
        outer: ScopeId,
    ) -> (ModuleSyntax, Vec<(Name, ExternType)>) {
        let (mut syntax, mut exports) = (ModuleSyntax::new([].into()), Vec::new());
        let define = |syntax: &mut ModuleSyntax, types: &[crate::syntax::SubType]| {
            let start = syntax.types.len() as u32;
            syntax.types.extend_from_slice(types);
            syntax.rec_groups.push(start..syntax.types.len() as u32);
        };
        for decl in &ty.decls {
            match decl {
                ModuleDecl::Type(types) => define(&mut syntax, types),
                ModuleDecl::OuterAlias { count, index } => {
                    // The declarators of a module type are a scope of their own, which the store does not keep.
                    let state = &self.store.components;
                    let scope = (1..*count).try_fold(outer, |scope, _| state.scope(scope).parent);
                    let ty = scope.and_then(|scope| state.scope(scope).core_types.get(*index as usize));
                    if let Some(CoreType::Sub(ty)) = ty {
                        define(&mut syntax, std::slice::from_ref(ty));
                    }
                }
                ModuleDecl::Import { module, name, ty } => syntax.imports.push(Import {
                    module: module.to_string(),
                    name: name.to_string(),
                    ty: binary::extern_type(*ty),
                }),
                ModuleDecl::Export { name, ty } => exports.push((name.clone(), binary::extern_type(*ty))),
            }
        }
        (syntax, exports)
    }
}

/// A component of which only the type is known: its instances export stubs. `None` if the type is not known either.
fn component_stub(declared: Option<Type>) -> Option<Item> {
    let Some(Type::Component(decls, outer)) = declared else { return None };
    let def = ComponentDef { definitions: vec![Definition::Declared(decls)], ..ComponentDef::default() };
    Some(Item::Component(Closure { def: Arc::new(def), scope: Some(outer) }))
}

/// A module that is only a type: it has imports and exports, and nothing in it.
fn module_stub(mut syntax: ModuleSyntax, exports: Vec<(Name, ExternType)>) -> Module {
    for (name, ty) in exports {
        let index = match ty {
            ExternType::Func(ty) => ExternIndex::Func(push_index(&mut syntax.funcs, ty)),
            ExternType::Table(ty) => ExternIndex::Table(push_index(&mut syntax.tables, Table { ty, init: None })),
            ExternType::Memory(ty) => ExternIndex::Memory(push_index(&mut syntax.memories, ty)),
            ExternType::Global(ty) => ExternIndex::Global(push_index(&mut syntax.globals, Global { ty, init: None })),
            ExternType::Tag(ty) => ExternIndex::Tag(push_index(&mut syntax.tags, ty)),
        };
        syntax.exports.push(Export { name: name.to_string(), index });
    }
    Module::of_syntax(syntax, false)
}

fn push_index<T>(list: &mut Vec<T>, item: T) -> u32 {
    list.push(item);
    list.len() as u32 - 1
}

fn export_type(module: &ModuleSyntax, index: ExternIndex) -> ExternType {
    match index {
        ExternIndex::Func(x) => ExternType::Func(module.funcs[x as usize]),
        ExternIndex::Table(x) => ExternType::Table(module.tables[x as usize].ty),
        ExternIndex::Memory(x) => ExternType::Memory(module.memories[x as usize]),
        ExternIndex::Global(x) => ExternType::Global(module.globals[x as usize].ty),
        ExternIndex::Tag(x) => ExternType::Tag(module.tags[x as usize]),
    }
}

/// A stub records its calls as every host function does, and returns a default value: of a stream, one that has ended; of a
/// future, one that never comes.
fn stub(name: Name, ft: Rc<FuncType>) -> Rc<super::scope::HostCall> {
    Rc::new(move |store, _| {
        let Some(ty) = &ft.result else { return Ok(vec![]) };
        let val = ComponentVal::default_of(ty, &mut |what| match what {
            Fresh::Resource => {
                store.components.next_stub_rep += 1;
                Some(store.components.next_stub_rep)
            }
            Fresh::Stream(t) => {
                let stream = store.new_shared(Flow::Stream, t.clone());
                store.drop_shared(stream).ok()?;
                Some(stream.number())
            }
            Fresh::Future(t) => Some(store.new_shared(Flow::Future, t.clone()).number()),
        });
        val.map(|val| vec![val])
            .ok_or_else(|| Fault::Unsupported(format!("a stub of {name:?}: {ty} has no default value")))
    })
}
