//! Types that have to be the same (Explainer.md, *Import and Export Definitions*, `eq` bounds), and types in words.
//!
//! Two instance or component types are the same if they declare the same names, each as the same. The abstract resource
//! types of one stand for those of the other: the second is evaluated with those that the first has made.

use super::{
    Component,
    host_task::HostCode,
    link::Binder,
    linker::Given,
    resource::{Dtor, ResourceId, ResourceInst},
    scope::{Closure, CoreType, Instance, Item, ScopeId, Type, Value},
    syntax::{ComponentDef, Decl, Definition, ExternDesc, ModuleDecl, ModuleTypeDef, Name, TypeBounds},
    types::{FuncType, ValType},
};
use crate::syntax::{ExternType, Module as ModuleSyntax};
use std::{rc::Rc, sync::Arc};

/// What a declarator declares.
#[derive(Clone)]
enum Declared {
    Func(Rc<FuncType>),
    Value(ValType),
    /// A type that is known.
    Type(Type),
    /// An abstract resource type (`sub resource`).
    Resource(ResourceId),
    Instance(Rc<Interface>),
    Component(Rc<Interface>),
    Module(Arc<ModuleTypeDef>, ScopeId),
}

/// The imports and exports that an instance or component type declares.
#[derive(Clone, Default)]
struct Interface {
    imports: Vec<(Name, Declared)>,
    exports: Vec<(Name, Declared)>,
}

fn find<'d>(declared: &'d [(Name, Declared)], name: &Name) -> Option<&'d Declared> {
    declared.iter().find(|(other, _)| other == name).map(|(_, declared)| declared)
}

impl Binder<'_> {
    /// Whether two types are the same; `None` if that depends on a type that is not known yet.
    pub(super) fn same_type(&mut self, a: &Type, b: &Type) -> Option<bool> {
        match (a, b) {
            (Type::Unknown, _) | (_, Type::Unknown) => None,
            (Type::Value(a), Type::Value(b)) => Some(a == b),
            (Type::Func(a), Type::Func(b)) => Some(a == b),
            (Type::Resource(a), Type::Resource(b)) => Some(a == b),
            (Type::Instance(a, in_a), Type::Instance(b, in_b))
            | (Type::Component(a, in_a), Type::Component(b, in_b)) => {
                if Arc::ptr_eq(a, b) && in_a == in_b {
                    return Some(true);
                }
                let a = self.interface(a, *in_a, &Interface::default())?;
                let b = self.interface(b, *in_b, &a)?;
                self.same_interface(&a, &b)
            }
            _ => Some(false),
        }
    }

    /// What the declarators of a type declare, with the resource types of `witness` where it has some of their names.
    fn interface(&mut self, decls: &[Decl], outer: ScopeId, witness: &Interface) -> Option<Interface> {
        let scope = self.store.components.new_scope(Some(outer));
        let mut interface = Interface::default();
        for decl in decls {
            let (name, ty, known, is_import) = match decl {
                Decl::Import { name, ty } => (name, ty, &witness.imports, true),
                Decl::Export { name, ty } => (name, ty, &witness.exports, false),
                decl => {
                    self.store.components.push_decl(scope, decl);
                    continue;
                }
            };
            self.path.push(name.clone());
            self.count_bound().ok()?;
            let declared = self.declared(scope, ty, find(known, name))?;
            self.path.pop();
            self.push_declared(scope, &declared);
            let list = if is_import { &mut interface.imports } else { &mut interface.exports };
            list.push((name.clone(), declared));
        }
        Some(interface)
    }

    fn declared(&mut self, scope: ScopeId, ty: &ExternDesc, witness: Option<&Declared>) -> Option<Declared> {
        let known = |index: &u32| {
            let ty = self.store.components.scope(scope).types.get(*index as usize).cloned();
            ty.filter(|ty| !matches!(ty, Type::Unknown))
        };
        Some(match ty {
            ExternDesc::Func(index) => match known(index)? {
                Type::Func(ft) => Declared::Func(ft),
                _ => return None,
            },
            ExternDesc::Value(ty) => Declared::Value(self.store.components.val_type(scope, ty)?),
            ExternDesc::Type(TypeBounds::Eq(index)) => Declared::Type(known(index)?),
            ExternDesc::Type(TypeBounds::SubResource) => Declared::Resource(match witness {
                Some(Declared::Resource(id)) => *id,
                _ => {
                    let resource = ResourceInst { name: None, implementer: None, dtor: Dtor::None, rep_64: false };
                    self.store.components.new_resource(resource)
                }
            }),
            ExternDesc::Instance(index) | ExternDesc::Component(index) => {
                let nothing = Interface::default();
                let witness = match witness {
                    Some(Declared::Instance(inner) | Declared::Component(inner)) => inner,
                    _ => &nothing,
                };
                match known(index)? {
                    Type::Instance(decls, outer) => Declared::Instance(self.interface(&decls, outer, witness)?.into()),
                    Type::Component(decls, outer) => {
                        Declared::Component(self.interface(&decls, outer, witness)?.into())
                    }
                    _ => return None,
                }
            }
            ExternDesc::Module(index) => match self.store.components.scope(scope).core_types.get(*index as usize)? {
                CoreType::Module(ty, outer) => Declared::Module(ty.clone(), *outer),
                CoreType::Sub(_) => return None,
            },
        })
    }

    /// Appends what later declarators can refer to: types, and instances with types in them.
    fn push_declared(&mut self, scope: ScopeId, declared: &Declared) {
        if let Some(item) = type_item(declared) {
            self.store.components.scope_mut(scope).push(item);
        }
    }

    fn same_interface(&mut self, a: &Interface, b: &Interface) -> Option<bool> {
        Some(self.same_names(&a.imports, &b.imports)? && self.same_names(&a.exports, &b.exports)?)
    }

    fn same_names(&mut self, a: &[(Name, Declared)], b: &[(Name, Declared)]) -> Option<bool> {
        if a.len() != b.len() {
            return Some(false);
        }
        for (name, a) in a {
            let Some(b) = find(b, name) else { return Some(false) };
            if !self.same_declared(a, b)? {
                return Some(false);
            }
        }
        Some(true)
    }

    fn same_declared(&mut self, a: &Declared, b: &Declared) -> Option<bool> {
        match (a, b) {
            (Declared::Func(a), Declared::Func(b)) => Some(a == b),
            (Declared::Value(a), Declared::Value(b)) => Some(a == b),
            (Declared::Type(a), Declared::Type(b)) => self.same_type(a, b),
            (Declared::Resource(a), Declared::Resource(b)) => Some(a == b),
            (Declared::Instance(a), Declared::Instance(b)) | (Declared::Component(a), Declared::Component(b)) => {
                self.same_interface(a, b)
            }
            (Declared::Module(a, in_a), Declared::Module(b, in_b)) => Some(self.same_module(a, *in_a, b, *in_b)),
            _ => Some(false),
        }
    }

    fn same_module(&mut self, a: &ModuleTypeDef, in_a: ScopeId, b: &ModuleTypeDef, in_b: ScopeId) -> bool {
        let [a, b] = [(a, in_a), (b, in_b)].map(|(ty, outer)| {
            let (imports, exports) = self.declared_module(ty, outer);
            let ids = self.store.types.close(&imports);
            let close = |ty: ExternType| self.store.types.close_extern(&ids, ty);
            let mut imports: Vec<_> = named_imports(&imports).map(|(name, ty)| (name, close(ty))).collect();
            let mut exports: Vec<_> = exports.into_iter().map(|(name, ty)| (name, close(ty))).collect();
            imports.sort_by(|a, b| a.0.cmp(&b.0));
            exports.sort_by(|a, b| a.0.cmp(&b.0));
            (imports, exports)
        });
        a == b
    }

    /// What is given, in words: its type if it has one.
    pub(super) fn describe(&self, given: &Given) -> String {
        match given {
            Given::Func(None, HostCode::Sync(_)) => "a function".to_owned(),
            Given::Func(None, HostCode::Async(_)) => "an asynchronous function".to_owned(),
            Given::Func(Some(ft), _) => ft.to_string(),
            Given::Instance(instance) => exporting(instance.0.keys().map(|name| &**name)),
            Given::Resource(id) => self.describe_type(&Type::Resource(*id)),
            Given::Module(module) | Given::Item(Item::Module(module)) => describe_core_module(module.syntax()),
            Given::Component(Component(def)) | Given::Item(Item::Component(Closure { def, .. })) => {
                describe_component(def)
            }
            Given::Value(val) | Given::Item(Item::Value(Value::Known(val))) => {
                format!("the value {}", val.trace(&self.store.components))
            }
            Given::Item(Item::Value(Value::Typed(ty))) => match ty {
                Some(ty) => format!("a value of the type {ty}"),
                None => "a value".to_owned(),
            },
            Given::Item(Item::Func(func)) => func.ft().to_string(),
            Given::Item(Item::Instance(instance)) => exporting(instance.exports.iter().map(|(name, _)| &**name)),
            Given::Item(Item::Type(ty)) => format!("the type {}", self.describe_type(ty)),
        }
    }

    /// A type in words.
    pub(super) fn describe_type(&self, ty: &Type) -> String {
        match ty {
            Type::Value(ty) => ty.to_string(),
            Type::Func(ft) => ft.to_string(),
            Type::Resource(id) => format!("(resource {})", self.store.components.resource_name(*id)),
            Type::Instance(decls, _) => describe_decls("instance", decls),
            Type::Component(decls, _) => describe_decls("component", decls),
            Type::Unknown => "a type that is not known yet".to_owned(),
        }
    }
}

/// Instances in the words that a host gives them in: by what they export.
pub(super) fn exporting<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let exports: String = names.map(|name| format!(" (export {name:?})")).collect();
    format!("(instance{exports})")
}

/// A type of instances or components by its names, and what is of each.
pub(super) fn describe_decls(what: &str, decls: &[Decl]) -> String {
    let mut text = format!("({what}");
    for decl in decls {
        let (word, name, ty) = match decl {
            Decl::Import { name, ty } => ("import", name, ty),
            Decl::Export { name, ty } => ("export", name, ty),
            _ => continue,
        };
        text.push_str(&format!(" ({word} {name:?} ({}))", kind_word(ty)));
    }
    text + ")"
}

/// A type of core modules by its names.
pub(super) fn describe_module(ty: &ModuleTypeDef) -> String {
    let mut text = "(core module".to_owned();
    for decl in &ty.decls {
        match decl {
            ModuleDecl::Import { module, name, .. } => text.push_str(&format!(" (import {module:?} {name:?})")),
            ModuleDecl::Export { name, .. } => text.push_str(&format!(" (export {name:?})")),
            ModuleDecl::Type(_) | ModuleDecl::OuterAlias { .. } => {}
        }
    }
    text + ")"
}

/// A core module by its imports and exports.
fn describe_core_module(module: &ModuleSyntax) -> String {
    let imports = module.imports.iter().map(|import| format!(" (import {:?} {:?})", import.module, import.name));
    let exports = module.exports.iter().map(|export| format!(" (export {:?})", export.name));
    format!("(core module{})", imports.chain(exports).collect::<String>())
}

/// A component by its imports and exports.
fn describe_component(def: &ComponentDef) -> String {
    let mut text = "(component".to_owned();
    for definition in &def.definitions {
        match definition {
            Definition::Import { name, ty } => text.push_str(&format!(" (import {name:?} ({}))", kind_word(ty))),
            Definition::Export { name, .. } => text.push_str(&format!(" (export {name:?})")),
            Definition::Declared(decls) => return describe_decls("component", decls),
            _ => {}
        }
    }
    text + ")"
}

fn kind_word(ty: &ExternDesc) -> &'static str {
    match ty {
        ExternDesc::Module(_) => "core module",
        ExternDesc::Func(_) => "func",
        ExternDesc::Value(_) => "value",
        ExternDesc::Type(_) => "type",
        ExternDesc::Instance(_) => "instance",
        ExternDesc::Component(_) => "component",
    }
}

fn named_imports(module: &ModuleSyntax) -> impl Iterator<Item = ((String, String), ExternType)> {
    module.imports.iter().map(|import| ((import.module.clone(), import.name.clone()), import.ty))
}

/// What is declared, as far as it is a type or has types in it.
fn type_item(declared: &Declared) -> Option<Item> {
    Some(match declared {
        Declared::Type(ty) => Item::Type(ty.clone()),
        Declared::Resource(id) => Item::Type(Type::Resource(*id)),
        Declared::Instance(interface) => {
            let types = interface.exports.iter();
            let types = types.filter_map(|(name, declared)| Some((name.clone(), type_item(declared)?)));
            Item::Instance(Rc::new(Instance::new(types.collect())))
        }
        _ => return None,
    })
}
