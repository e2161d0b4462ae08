//! What the targets do with their input.

use preflight_engine::{Config, Extern, Fault, Limits, Module, Store, Val, syntax::ExternType, trace::Resource};

/// Limits under which every input ends within a second and a few megabytes.
pub fn limits() -> Limits {
    Limits {
        fuel: Some(100_000),
        call_depth: 1_000,
        stack_slots: 1 << 18,
        native_stack_bytes: 256 << 10,
        memory_bytes: 16 << 20,
        table_elements: 100_000,
        heap_bytes: 16 << 20,
        instances: 100,
        host_depth: 10,
    }
}

/// Decodes, validates and instantiates `bytes`, with functions that do nothing for its imports, and calls its exports.
/// Any end is right but a panic; what ran out is told, so that a caller can count.
pub fn start(bytes: &[u8]) -> Option<Resource> {
    let config = Config { limits: limits(), ..Config::default() };
    let module = Module::new(&config, bytes).ok()?;
    let mut store = Store::new(&config);
    let externs = stubs(&mut store, &module)?;
    let Ok(instance) = store.instantiate(&module, &externs, Default::default()) else { return None };
    for (_, item) in store.exports(instance) {
        let Extern::Func(func) = item else { continue };
        let params = store.func_type(func).params.clone();
        let args: Option<Vec<Val>> =
            params.iter().map(|ty| ty.is_defaultable().then(|| Val::default_of(*ty))).collect();
        if let Some(args) = args
            && let Err(Fault::Exhausted(what)) = store.invoke(func, &args)
        {
            return Some(what);
        }
    }
    None
}

/// Functions that return defaults for all imports; `None` if the module imports something else.
fn stubs(store: &mut Store, module: &Module) -> Option<Vec<Extern>> {
    let stub = |import: &preflight_engine::syntax::Import| match import.ty {
        ExternType::Func(_) => {
            let ty = module.import_func_type(&import.ty)?.clone();
            let concrete = |ty: &preflight_engine::syntax::ValType| ty.is_ref();
            if ty.params.iter().chain(&ty.results).any(concrete) {
                return None;
            }
            Some(Extern::Func(store.alloc_func(ty, "stub", |_, _, _| Ok(()))))
        }
        _ => None,
    };
    module.syntax().imports.iter().map(stub).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn smoke() {
        assert_eq!(super::start(b"\0asm\x01\0\0\0"), None);
        assert_eq!(super::start(b"no module"), None);
    }
}
