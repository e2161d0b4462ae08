//! `thread-spawn`: the import, and the new instance.

use crate::{
    Caller, Extern, Linker, Module, Store, Val,
    component::fiber,
    error::{Fault, InstantiateError},
    mutants::{self, Mutant, on},
    runtime::InstanceAddr,
    syntax::{ExternIndex, ExternType, FuncType, ValType},
    trace::{Cause, Resource},
    wasi::{World, program::apply},
};
use std::{cell::RefCell, rc::Rc};

/// The module name of the import.
pub const MODULE: &str = "wasi";
/// The name of the import.
pub const SPAWN: &str = "thread-spawn";
/// The export by which a thread is entered.
pub const START: &str = "wasi_thread_start";

/// More threads than this at a time, and the spawn fails.
const MOST: usize = 1_000;
/// What a failed spawn returns: any negative number (P1-THR-04).
const FAILED: i32 = -1;

/// Makes `thread-spawn` available. The time of waits is that of `world`.
pub fn add_to_linker(linker: &mut Linker, store: &mut Store, world: &Rc<RefCell<World>>) {
    store.threads.enable(world.borrow().clocks.clone());
    let ty = FuncType::new([ValType::I32], [ValType::I32]);
    let spawn = store.alloc_func(ty, format!("{MODULE}.{SPAWN}"), |caller, args, results| {
        let Val::I32(arg) = args[0] else { unreachable!("the signature says i32") };
        results[0] = Val::I32(spawn(caller, arg)?);
        Ok(())
    });
    linker.define(MODULE, SPAWN, Extern::Func(spawn));
}

/// Makes the shared memories that `module` imports and nobody provides, as hosts of such programs do.
///
/// # Errors
/// [`Resource::Memory`] if one cannot be had.
pub fn define_memories(linker: &mut Linker, store: &mut Store, module: &Module) -> Result<(), Resource> {
    for import in &module.syntax().imports {
        if let ExternType::Memory(ty) = import.ty
            && ty.shared
            && linker.get(&import.module, &import.name).is_none()
        {
            let memory = store.alloc_memory(ty)?;
            linker.define(&import.module, &import.name, Extern::Memory(memory));
        }
    }
    Ok(())
}

/// The id of the new thread, or a negative number if there is none.
fn spawn(caller: &mut Caller<'_>, arg: i32) -> Result<i32, Fault> {
    let Some(parent) = caller.instance() else { return Ok(FAILED) };
    let store = caller.store();
    let module = store.instance(parent).module.clone();
    if !has_start(&module) {
        let at = store.path(parent).clone();
        apply(store, &at, "P1-THR-07", "a module without wasi_thread_start spawns no thread");
        return Ok(FAILED);
    }
    if store.threads.count() >= MOST {
        return Ok(FAILED);
    }
    let Some(id) = store.threads.next_id() else { return Ok(FAILED) };
    let path = store.path(parent).child(&format!("thread-{id}"));
    let externs = imports(store, parent, &module);
    mutants::hold_start(store, on(Mutant::P1ThreadStartSkipped));
    let child = store.instantiate(&module, &externs, path);
    mutants::hold_start(store, false);
    let child = match child {
        Ok(child) => child,
        // That is no failure to make a thread, but the end of the program: it has exited (P1-ENV-08), it was interrupted or
        // has no fuel left, or another thread that ran meanwhile has ended it (P1-THR-06).
        Err(InstantiateError::Fault {
            fault: fault @ (Fault::Exit(_) | Fault::Exhausted(Resource::Interrupt | Resource::Fuel)),
            ..
        }) => return Err(fault),
        Err(_) => return Ok(FAILED),
    };
    let body = move |store: &mut Store| {
        if on(Mutant::P1ThreadInitializes) && store.export(child, "_initialize").is_some() {
            store.call_export(child, "_initialize", &[], Cause::HostRule("P1-REA-01".to_owned()))?;
        }
        let args = [Val::I32(id), Val::I32(arg)];
        store.call_export(child, START, &args, Cause::HostRule("P1-THR-02".to_owned())).map(drop)
    };
    match fiber::create(store, Box::new(body)) {
        Ok(fiber) => store.push_thread(id, fiber),
        Err(_) => return Ok(FAILED),
    }
    Ok(id)
}

/// Whether the module can be entered as a thread.
fn has_start(module: &Module) -> bool {
    let export = module.syntax().exports.iter().find(|export| export.name == START);
    let Some(ExternIndex::Func(index)) = export.map(|export| export.index) else { return false };
    let ty = module.func_type(module.syntax().funcs[index as usize]);
    *ty.params == [ValType::I32, ValType::I32] && ty.results.is_empty()
}

/// What the instance's imports were given, in their order (P1-THR-01).
fn imports(store: &Store, instance: InstanceAddr, module: &Module) -> Vec<Extern> {
    let instance = store.instance(instance);
    let (mut funcs, mut tables, mut memories, mut globals, mut tags) = (0, 0, 0, 0, 0);
    let next = |counter: &mut usize| {
        *counter += 1;
        *counter - 1
    };
    let given = |ty: &ExternType| match ty {
        ExternType::Func(_) => Extern::Func(instance.funcs[next(&mut funcs)]),
        ExternType::Table(_) => Extern::Table(instance.tables[next(&mut tables)]),
        ExternType::Memory(_) => Extern::Memory(instance.mems[next(&mut memories)]),
        ExternType::Global(_) => Extern::Global(instance.globals[next(&mut globals)]),
        ExternType::Tag(_) => Extern::Tag(instance.tags[next(&mut tags)]),
    };
    let mut given = given;
    module.syntax().imports.iter().map(|import| given(&import.ty)).collect()
}
