//! What functions of the host do to a store of the reference engine, whoever asks for it: a case, or a plan. What is given as
//! `None`, of another kind or of another type is left alone.

use preflight_engine::{Extern, Fault, InstantiateError, Store, Val, trace::TrapCode};

/// A trap of the host.
pub(crate) fn trap() -> Fault {
    Fault::Trap(TrapCode::Host.into())
}

/// Writes a byte into a memory, and traps if it is out of bounds.
pub(crate) fn write(store: &mut Store, memory: Option<Extern>, at: u64, byte: u8) -> Result<(), Fault> {
    match memory {
        Some(Extern::Memory(memory)) => store.memory_mut(memory).write(at, &[byte]).map_err(|_| trap()),
        _ => Ok(()),
    }
}

/// Grows a memory by so many pages; one that cannot grow stays as it is.
pub(crate) fn grow(store: &mut Store, memory: Option<Extern>, by: u64) {
    if let Some(Extern::Memory(memory)) = memory {
        let _old = store.memory_grow(memory, by);
    }
}

/// Throws an exception, if the tag takes these arguments.
pub(crate) fn throw(store: &mut Store, tag: Option<Extern>, args: &[Val]) -> Result<(), Fault> {
    match tag {
        Some(Extern::Tag(tag)) => match store.throw(tag, args) {
            Fault::Usage(_) => Ok(()),
            fault => Err(fault),
        },
        _ => Ok(()),
    }
}

/// Calls a function without parameters.
pub(crate) fn call(store: &mut Store, func: Option<Extern>, catches: bool) -> Result<(), Fault> {
    match func {
        Some(Extern::Func(func)) if store.func_type(func).params.is_empty() => {
            end_here(store.invoke(func, &[]).map(drop), catches)
        }
        _ => Ok(()),
    }
}

/// A host function that catches lets traps and exceptions end; what is exhausted stays exhausted.
pub(crate) fn end_here(result: Result<(), Fault>, catches: bool) -> Result<(), Fault> {
    match result {
        Err(Fault::Trap(_) | Fault::Exception(_)) if catches => Ok(()),
        result => result,
    }
}

/// What ends a call of a function of the host that has instantiated something: a failure to link is a trap of the host.
pub(crate) fn fault(error: InstantiateError) -> Fault {
    match error {
        InstantiateError::Link(_) => trap(),
        InstantiateError::Fault { fault, .. } => fault,
    }
}
