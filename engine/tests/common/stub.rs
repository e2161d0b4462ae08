//! Stand-ins for everything that a module imports, and values to call its exports with.

use super::rng::Rng;
use preflight_engine::{
    Extern, Module, Ref, Store, Val,
    runtime::TypeId,
    syntax::{ExternType, HeapType, RefType, ValType},
};

/// One external value for each import; `None` if one of them has no default value or is over the limits.
pub fn imports(store: &mut Store, module: &Module) -> Option<Vec<Extern>> {
    let imports = &module.syntax().imports;
    imports.iter().map(|import| external(store, module, import.ty, &import.name)).collect()
}

fn external(store: &mut Store, module: &Module, ty: ExternType, name: &str) -> Option<Extern> {
    Some(match store.close_import(module, ty) {
        ExternType::Func(id) => Extern::Func(store.alloc_func_of_type(TypeId::of(id), name, |_, _, _| Ok(()))),
        ExternType::Table(ty) if ty.element.nullable => Extern::Table(store.alloc_table(ty, Ref::NULL).ok()?),
        ExternType::Table(_) => return None,
        ExternType::Memory(ty) => Extern::Memory(store.alloc_memory(ty).ok()?),
        ExternType::Global(ty) => {
            let value = zero(ty.content)?;
            Extern::Global(store.alloc_global(ty, value))
        }
        ExternType::Tag(id) => Extern::Tag(store.alloc_tag_of_type(TypeId::of(id))),
    })
}

fn zero(ty: ValType) -> Option<Val> {
    Some(match ty {
        ValType::I32 => Val::I32(0),
        ValType::I64 => Val::I64(0),
        ValType::F32 => Val::F32(0),
        ValType::F64 => Val::F64(0),
        ValType::V128 => Val::V128(0),
        ValType::Ref(ty) => Val::Ref(reference(ty)?),
    })
}

fn reference(ty: RefType) -> Option<Ref> {
    match ty.heap {
        _ if ty.nullable => Some(Ref::NULL),
        HeapType::I31 | HeapType::Eq | HeapType::Any => Some(Ref::i31(7)),
        HeapType::Extern => Some(Ref::host(7)),
        _ => None,
    }
}

/// A value of the type, of the kind that finds mistakes; `None` if the host can make none.
pub fn argument(rng: &mut Rng, ty: ValType) -> Option<Val> {
    let bits = match rng.below(5) {
        0 => 0,
        1 => 1,
        2 => u128::MAX,
        3 => 1 << 127 | 1 << 63 | 1 << 31,
        _ => (rng.next() as u128) << 64 | rng.next() as u128,
    };
    Some(match ty {
        ValType::I32 => Val::I32(bits as i32),
        ValType::I64 => Val::I64(bits as i64),
        ValType::F32 => Val::F32(bits as u32),
        ValType::F64 => Val::F64(bits as u64),
        ValType::V128 => Val::V128(bits),
        ValType::Ref(ty) => Val::Ref(reference(ty)?),
    })
}
