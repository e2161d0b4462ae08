//! Type definitions and aliases evaluated in a scope (Explainer.md, *Type Definitions*, *Alias Definitions*).

use super::{
    scope::{CoreType, Item, ScopeId, Type},
    syntax::{
        Alias, CoreTypeDef, Decl, DefValType, FuncTypeDef, OuterSort, PrimitiveValType, Sort, TypeDef, ValTypeRef,
    },
    task::State,
    types::{Field, FuncType, Kind, ValType},
};
use std::rc::Rc;

impl State {
    /// A type definition in `scope`. Resource types are made by the instantiation; here they stay unknown.
    pub(crate) fn eval_type(&self, scope: ScopeId, def: &TypeDef) -> Type {
        match def {
            TypeDef::Value(def) => self.eval_val_type(scope, def).map_or(Type::Unknown, Type::Value),
            TypeDef::Func(def) => self.eval_func_type(scope, def).map_or(Type::Unknown, |ty| Type::Func(Rc::new(ty))),
            TypeDef::Component(decls) => Type::Component(decls.clone(), scope),
            TypeDef::Instance(decls) => Type::Instance(decls.clone(), scope),
            TypeDef::Resource { .. } => Type::Unknown,
        }
    }

    fn eval_func_type(&self, scope: ScopeId, def: &FuncTypeDef) -> Option<FuncType> {
        let params =
            def.params.iter().map(|(label, ty)| Some(Field { label: label.clone(), ty: self.val_type(scope, ty)? }));
        Some(FuncType {
            is_async: def.is_async,
            params: params.collect::<Option<_>>()?,
            result: self.optional(scope, &def.result)?,
        })
    }

    /// A reference to a value type; `None` if it is not known or none.
    pub(crate) fn val_type(&self, scope: ScopeId, ty: &ValTypeRef) -> Option<ValType> {
        match ty {
            ValTypeRef::Primitive(ty) => Some(primitive(*ty)),
            ValTypeRef::Type(index) => match self.scope(scope).types.get(*index as usize)? {
                Type::Value(ty) => Some(ty.clone()),
                _ => None,
            },
        }
    }

    fn optional(&self, scope: ScopeId, ty: &Option<ValTypeRef>) -> Option<Option<ValType>> {
        match ty {
            Some(ty) => self.val_type(scope, ty).map(Some),
            None => Some(None),
        }
    }

    fn resource_type(&self, scope: ScopeId, index: u32) -> Option<super::ResourceId> {
        match self.scope(scope).types.get(index as usize)? {
            Type::Resource(id) => Some(*id),
            _ => None,
        }
    }

    fn eval_val_type(&self, scope: ScopeId, def: &DefValType) -> Option<ValType> {
        let ty = |ty| self.val_type(scope, ty);
        let kind = match def {
            DefValType::Primitive(ty) => return Some(primitive(*ty)),
            DefValType::Own(index) => return self.resource_type(scope, *index).map(ValType::Own),
            DefValType::Borrow(index) => return self.resource_type(scope, *index).map(ValType::Borrow),
            DefValType::Record(fields) => {
                let fields = fields.iter().map(|(label, of)| Some(Field { label: label.clone(), ty: ty(of)? }));
                Kind::Record(fields.collect::<Option<_>>()?)
            }
            DefValType::Variant(cases) => {
                let cases =
                    cases.iter().map(|(label, of)| Some(Field { label: label.clone(), ty: self.optional(scope, of)? }));
                Kind::Variant(cases.collect::<Option<_>>()?)
            }
            DefValType::List(of) => Kind::List(ty(of)?),
            DefValType::FixedList(of, len) => Kind::FixedList(ty(of)?, *len),
            DefValType::Map(key, value) => Kind::Map(ty(key)?, ty(value)?),
            DefValType::Tuple(types) => Kind::Tuple(types.iter().map(ty).collect::<Option<_>>()?),
            DefValType::Flags(labels) => Kind::Flags(labels.as_slice().into()),
            DefValType::Enum(labels) => Kind::Enum(labels.as_slice().into()),
            DefValType::Option(of) => Kind::Option(ty(of)?),
            DefValType::Result(ok, error) => Kind::Result(self.optional(scope, ok)?, self.optional(scope, error)?),
            DefValType::Stream(of) => Kind::Stream(self.optional(scope, of)?),
            DefValType::Future(of) => Kind::Future(self.optional(scope, of)?),
        };
        Some(ValType::compound(kind))
    }

    /// An alias of a component-level export or of an outer definition; `None` for what is not known, and for core
    /// exports, which only an instantiation has.
    pub(crate) fn resolve_alias(&self, scope: ScopeId, alias: &Alias) -> Option<Aliased> {
        match alias {
            Alias::Export { instance, name, .. } => {
                self.scope(scope).instances.get(*instance as usize)?.get(name).cloned().map(Aliased::Item)
            }
            Alias::CoreExport { .. } => None,
            Alias::Outer { sort, count, index } => self.resolve_outer(scope, *sort, *count, *index),
        }
    }

    fn resolve_outer(&self, scope: ScopeId, sort: OuterSort, count: u32, index: u32) -> Option<Aliased> {
        let mut scope = self.scope(scope);
        for _ in 0..count {
            scope = self.scope(scope.parent?);
        }
        let index = index as usize;
        Some(match sort {
            OuterSort::CoreModule => Aliased::Item(Item::Module(scope.core_modules.get(index)?.clone())),
            OuterSort::CoreType => Aliased::CoreType(scope.core_types.get(index)?.clone()),
            OuterSort::Type => Aliased::Item(Item::Type(scope.types.get(index)?.clone())),
            OuterSort::Component => Aliased::Item(Item::Component(scope.components.get(index)?.clone())),
        })
    }

    /// Appends what `alias` means to its index space, or an unknown type where types are aliased.
    pub(crate) fn push_alias(&mut self, scope: ScopeId, alias: &Alias) {
        let is_type =
            matches!(alias, Alias::Export { sort: Sort::Type, .. } | Alias::Outer { sort: OuterSort::Type, .. });
        match self.resolve_alias(scope, alias) {
            Some(Aliased::Item(item)) => self.scope_mut(scope).push(item),
            Some(Aliased::CoreType(ty)) => self.scope_mut(scope).core_types.push(ty),
            None if is_type => self.scope_mut(scope).types.push(Type::Unknown),
            None => {
                if let Alias::Export { sort: Sort::Instance, .. } = alias {
                    self.scope_mut(scope).instances.push(Rc::default());
                }
            }
        }
    }

    pub(crate) fn push_core_types(&mut self, scope: ScopeId, def: &CoreTypeDef) {
        let types = CoreType::of(def, scope);
        self.scope_mut(scope).core_types.extend(types);
    }

    /// A declarator that is no export.
    pub(crate) fn push_decl(&mut self, scope: ScopeId, decl: &Decl) {
        match decl {
            Decl::CoreType(def) => self.push_core_types(scope, def),
            Decl::Type(def) => {
                let ty = self.eval_type(scope, def);
                self.scope_mut(scope).types.push(ty);
            }
            Decl::Alias(alias) => self.push_alias(scope, alias),
            Decl::Export { .. } | Decl::Import { .. } => {}
        }
    }
}

/// What an alias means.
pub(crate) enum Aliased {
    Item(Item),
    CoreType(CoreType),
}

pub(crate) fn primitive(ty: PrimitiveValType) -> ValType {
    match ty {
        PrimitiveValType::Bool => ValType::Bool,
        PrimitiveValType::S8 => ValType::S8,
        PrimitiveValType::U8 => ValType::U8,
        PrimitiveValType::S16 => ValType::S16,
        PrimitiveValType::U16 => ValType::U16,
        PrimitiveValType::S32 => ValType::S32,
        PrimitiveValType::U32 => ValType::U32,
        PrimitiveValType::S64 => ValType::S64,
        PrimitiveValType::U64 => ValType::U64,
        PrimitiveValType::F32 => ValType::F32,
        PrimitiveValType::F64 => ValType::F64,
        PrimitiveValType::Char => ValType::Char,
        PrimitiveValType::String => ValType::String,
        PrimitiveValType::ErrorContext => ValType::ErrorContext,
    }
}
