//! What wasmparser reads of a component, as [syntax](super::syntax) (Binary.md).

use super::syntax::*;
use crate::binary;
use std::sync::Arc;
use wasmparser::{
    ComponentAlias, ComponentDefinedType, ComponentInstance, ComponentType, CoreType, Instance,
    InstanceTypeDeclaration, ModuleTypeDeclaration,
};

pub(super) fn start_def(start: wasmparser::ComponentStartFunction) -> Definition {
    let args = start.arguments.into();
    Definition::Start(StartDef { func: start.func_index, args, results: start.results })
}

pub(super) fn core_instance(item: Instance<'_>) -> Definition {
    Definition::CoreInstance(match item {
        Instance::Instantiate { module_index, args } => CoreInstanceDef::Instantiate {
            module: module_index,
            args: args.iter().map(|arg| (arg.name.into(), arg.index)).collect(),
        },
        Instance::FromExports(exports) => {
            CoreInstanceDef::Exports(exports.iter().map(|item| (item.name.into(), item.kind, item.index)).collect())
        }
    })
}

pub(super) fn instance(item: ComponentInstance<'_>) -> Definition {
    Definition::Instance(match item {
        ComponentInstance::Instantiate { component_index, args } => InstanceDef::Instantiate {
            component: component_index,
            args: args.iter().map(|arg| (arg.name.into(), SortIdx { sort: arg.kind, index: arg.index })).collect(),
        },
        ComponentInstance::FromExports(exports) => InstanceDef::Exports(
            exports
                .iter()
                .map(|item| (item.name.name.into(), SortIdx { sort: item.kind, index: item.index }))
                .collect(),
        ),
    })
}

pub(super) fn alias(item: ComponentAlias<'_>) -> Alias {
    match item {
        ComponentAlias::InstanceExport { kind, instance_index, name } => {
            Alias::Export { sort: kind, instance: instance_index, name: name.into() }
        }
        ComponentAlias::CoreInstanceExport { instance_index, name, .. } => {
            Alias::CoreExport { instance: instance_index, name: name.into() }
        }
        ComponentAlias::Outer { kind, count, index } => Alias::Outer { sort: kind, count, index },
    }
}

pub(super) fn core_type(item: CoreType<'_>) -> CoreTypeDef {
    match item {
        CoreType::Rec(group) => CoreTypeDef::Rec(group.types().map(binary::sub_type).collect()),
        CoreType::Module(decls) => {
            let decls = decls.into_vec().into_iter().map(module_decl).collect();
            CoreTypeDef::Module(Arc::new(ModuleTypeDef { decls }))
        }
    }
}

fn module_decl(decl: ModuleTypeDeclaration<'_>) -> ModuleDecl {
    match decl {
        ModuleTypeDeclaration::Type(group) => ModuleDecl::Type(group.types().map(binary::sub_type).collect()),
        ModuleTypeDeclaration::OuterAlias { count, index, .. } => ModuleDecl::OuterAlias { count, index },
        ModuleTypeDeclaration::Export { name, ty } => ModuleDecl::Export { name: name.into(), ty },
        ModuleTypeDeclaration::Import(import) => {
            ModuleDecl::Import { module: import.module.into(), name: import.name.into(), ty: import.ty }
        }
    }
}

pub(super) fn type_def(item: ComponentType<'_>) -> TypeDef {
    match item {
        ComponentType::Defined(ty) => TypeDef::Value(val_type(ty)),
        ComponentType::Func(ty) => TypeDef::Func(FuncTypeDef {
            is_async: ty.async_,
            params: ty.params.iter().map(|(name, ty)| ((*name).into(), *ty)).collect(),
            result: ty.result,
        }),
        ComponentType::Component(decls) => {
            TypeDef::Component(Arc::new(decls.into_vec().into_iter().map(component_decl).collect()))
        }
        ComponentType::Instance(decls) => TypeDef::Instance(Arc::new(decls.into_vec().into_iter().map(decl).collect())),
        ComponentType::Resource { rep, dtor } => TypeDef::Resource { rep, dtor },
    }
}

fn component_decl(item: wasmparser::ComponentTypeDeclaration<'_>) -> Decl {
    use wasmparser::ComponentTypeDeclaration as D;
    match item {
        D::CoreType(ty) => Decl::CoreType(core_type(ty)),
        D::Type(ty) => Decl::Type(type_def(ty)),
        D::Alias(item) => Decl::Alias(alias(item)),
        D::Export { name, ty } => Decl::Export { name: name.name.into(), ty },
        D::Import(import) => Decl::Import { name: import.name.name.into(), ty: import.ty },
    }
}

fn decl(item: InstanceTypeDeclaration<'_>) -> Decl {
    match item {
        InstanceTypeDeclaration::CoreType(ty) => Decl::CoreType(core_type(ty)),
        InstanceTypeDeclaration::Type(ty) => Decl::Type(type_def(ty)),
        InstanceTypeDeclaration::Alias(item) => Decl::Alias(alias(item)),
        InstanceTypeDeclaration::Export { name, ty } => Decl::Export { name: name.name.into(), ty },
    }
}

fn val_type(ty: ComponentDefinedType<'_>) -> DefValType {
    let names = |names: &[&str]| names.iter().map(|name| (*name).into()).collect();
    match ty {
        ComponentDefinedType::Primitive(ty) => DefValType::Primitive(ty),
        ComponentDefinedType::Record(fields) => {
            DefValType::Record(fields.iter().map(|(name, ty)| ((*name).into(), *ty)).collect())
        }
        ComponentDefinedType::Variant(cases) => {
            DefValType::Variant(cases.iter().map(|case| (case.name.into(), case.ty)).collect())
        }
        ComponentDefinedType::List(ty) => DefValType::List(ty),
        ComponentDefinedType::Map(key, value) => DefValType::Map(key, value),
        ComponentDefinedType::FixedLengthList(ty, len) => DefValType::FixedList(ty, len),
        ComponentDefinedType::Tuple(types) => DefValType::Tuple(types.into()),
        ComponentDefinedType::Flags(labels) => DefValType::Flags(names(&labels)),
        ComponentDefinedType::Enum(labels) => DefValType::Enum(names(&labels)),
        ComponentDefinedType::Option(ty) => DefValType::Option(ty),
        ComponentDefinedType::Result { ok, err } => DefValType::Result(ok, err),
        ComponentDefinedType::Own(ty) => DefValType::Own(ty),
        ComponentDefinedType::Borrow(ty) => DefValType::Borrow(ty),
        ComponentDefinedType::Stream(ty) => DefValType::Stream(ty),
        ComponentDefinedType::Future(ty) => DefValType::Future(ty),
    }
}
