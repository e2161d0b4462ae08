//! wasmparser's types to those of [`crate::syntax`].

use crate::syntax::{
    CompType, ExternType, FieldType, FuncType, GlobalType, HeapType, Limits, MemoryType, RefType, StorageType, SubType,
    TableType, ValType,
};
use wasmparser::{AbstractHeapType, CompositeInnerType, PackedIndex, UnpackedIndex};

/// The module's type index in an index that wasmparser packed.
fn module_index(index: UnpackedIndex) -> u32 {
    match index {
        UnpackedIndex::Module(index) => index,
        other => unreachable!("types read from a module hold module indices, not {other:?}"),
    }
}

pub(crate) fn heap_type(ty: wasmparser::HeapType) -> HeapType {
    let ty = match ty {
        wasmparser::HeapType::Concrete(index) | wasmparser::HeapType::Exact(index) => {
            return HeapType::Concrete(module_index(index));
        }
        wasmparser::HeapType::Abstract { ty, .. } => ty,
    };
    match ty {
        AbstractHeapType::Any => HeapType::Any,
        AbstractHeapType::Eq => HeapType::Eq,
        AbstractHeapType::I31 => HeapType::I31,
        AbstractHeapType::Struct => HeapType::Struct,
        AbstractHeapType::Array => HeapType::Array,
        AbstractHeapType::None => HeapType::None,
        AbstractHeapType::Func => HeapType::Func,
        AbstractHeapType::NoFunc => HeapType::NoFunc,
        AbstractHeapType::Extern => HeapType::Extern,
        AbstractHeapType::NoExtern => HeapType::NoExtern,
        AbstractHeapType::Exn => HeapType::Exn,
        AbstractHeapType::NoExn => HeapType::NoExn,
        AbstractHeapType::Cont | AbstractHeapType::NoCont => {
            unreachable!("stack switching is not among the features that validation accepts")
        }
    }
}

pub(super) fn ref_type(ty: wasmparser::RefType) -> RefType {
    RefType { nullable: ty.is_nullable(), heap: heap_type(ty.heap_type()) }
}

pub(super) fn val_type(ty: wasmparser::ValType) -> ValType {
    match ty {
        wasmparser::ValType::I32 => ValType::I32,
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::F32 => ValType::F32,
        wasmparser::ValType::F64 => ValType::F64,
        wasmparser::ValType::V128 => ValType::V128,
        wasmparser::ValType::Ref(ty) => ValType::Ref(ref_type(ty)),
    }
}

pub(crate) fn sub_type(ty: &wasmparser::SubType) -> SubType {
    let comp = match &ty.composite_type.inner {
        CompositeInnerType::Func(ty) => CompType::Func(FuncType {
            params: ty.params().iter().copied().map(val_type).collect(),
            results: ty.results().iter().copied().map(val_type).collect(),
        }),
        CompositeInnerType::Struct(ty) => CompType::Struct(ty.fields.iter().map(field_type).collect()),
        CompositeInnerType::Array(ty) => CompType::Array(field_type(&ty.0)),
        CompositeInnerType::Cont(_) => {
            unreachable!("stack switching is not among the features that validation accepts")
        }
    };
    let supertype = ty.supertype_idx.map(|index: PackedIndex| module_index(index.unpack()));
    SubType { is_final: ty.is_final, supertype, comp }
}

fn field_type(ty: &wasmparser::FieldType) -> FieldType {
    let storage = match ty.element_type {
        wasmparser::StorageType::I8 => StorageType::I8,
        wasmparser::StorageType::I16 => StorageType::I16,
        wasmparser::StorageType::Val(ty) => StorageType::Val(val_type(ty)),
    };
    FieldType { storage, mutable: ty.mutable }
}

pub(super) fn table_type(ty: wasmparser::TableType) -> TableType {
    TableType {
        element: ref_type(ty.element_type),
        limits: Limits { min: ty.initial, max: ty.maximum },
        is_64: ty.table64,
    }
}

pub(super) fn memory_type(ty: wasmparser::MemoryType) -> MemoryType {
    MemoryType {
        limits: Limits { min: ty.initial, max: ty.maximum },
        is_64: ty.memory64,
        shared: ty.shared,
        page_size_log2: ty.page_size_log2.unwrap_or(16) as u8,
    }
}

pub(super) fn global_type(ty: wasmparser::GlobalType) -> GlobalType {
    GlobalType { content: val_type(ty.content_type), mutable: ty.mutable }
}

pub(crate) fn extern_type(ty: wasmparser::TypeRef) -> ExternType {
    match ty {
        wasmparser::TypeRef::Func(index) | wasmparser::TypeRef::FuncExact(index) => ExternType::Func(index),
        wasmparser::TypeRef::Table(ty) => ExternType::Table(table_type(ty)),
        wasmparser::TypeRef::Memory(ty) => ExternType::Memory(memory_type(ty)),
        wasmparser::TypeRef::Global(ty) => ExternType::Global(global_type(ty)),
        wasmparser::TypeRef::Tag(ty) => ExternType::Tag(ty.func_type_idx),
    }
}
