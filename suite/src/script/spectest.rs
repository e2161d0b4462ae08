//! The host module `spectest`, as the specification's interpreter gives it to every script
//! (spec repository, `interpreter/host/spectest.ml`; `shared_memory` comes from the threads proposal).

use preflight_engine::{
    Extern, Linker, Ref, Store, Val,
    syntax::{FuncType, GlobalType, Limits, MemoryType, RefType, TableType, ValType},
    trace::Resource,
};

const NAME: &str = "spectest";

/// Defines `spectest` in `linker`. The functions print nothing: a script's output is its verdict, and who wants to see the
/// calls records a trace.
///
/// # Errors
/// The resource that ran out, if the store's limits leave no room for a table of 10 and a memory of 1 page.
pub fn define(store: &mut Store, linker: &mut Linker) -> Result<(), Resource> {
    functions(store, linker);
    globals(store, linker);
    tables(store, linker)?;
    memories(store, linker)
}

fn functions(store: &mut Store, linker: &mut Linker) {
    use ValType::{F32, F64, I32, I64};
    let all: [(&str, &[ValType]); 7] = [
        ("print", &[]),
        ("print_i32", &[I32]),
        ("print_i64", &[I64]),
        ("print_f32", &[F32]),
        ("print_f64", &[F64]),
        ("print_i32_f32", &[I32, F32]),
        ("print_f64_f64", &[F64, F64]),
    ];
    for (name, params) in all {
        let func = store.alloc_func(FuncType::new(params, []), format!("{NAME}.{name}"), |_, _, _| Ok(()));
        linker.define(NAME, name, Extern::Func(func));
    }
}

fn globals(store: &mut Store, linker: &mut Linker) {
    let all = [
        ("global_i32", ValType::I32, Val::I32(666)),
        ("global_i64", ValType::I64, Val::I64(666)),
        ("global_f32", ValType::F32, Val::F32(666.6_f32.to_bits())),
        ("global_f64", ValType::F64, Val::F64(666.6_f64.to_bits())),
    ];
    for (name, content, value) in all {
        let global = store.alloc_global(GlobalType { content, mutable: false }, value);
        linker.define(NAME, name, Extern::Global(global));
    }
}

fn tables(store: &mut Store, linker: &mut Linker) -> Result<(), Resource> {
    let limits = Limits { min: 10, max: Some(20) };
    for (name, is_64) in [("table", false), ("table64", true)] {
        let table = store.alloc_table(TableType { element: RefType::FUNCREF, limits, is_64 }, Ref::NULL)?;
        linker.define(NAME, name, Extern::Table(table));
    }
    Ok(())
}

fn memories(store: &mut Store, linker: &mut Linker) -> Result<(), Resource> {
    let limits = Limits { min: 1, max: Some(2) };
    for (name, shared) in [("memory", false), ("shared_memory", true)] {
        let memory = store.alloc_memory(MemoryType { limits, is_64: false, shared, page_size_log2: 16 })?;
        linker.define(NAME, name, Extern::Memory(memory));
    }
    Ok(())
}
