//! Canonical definitions that wasmparser's validation takes against the documents, and those that it cannot type: for 64-bit
//! memories and tables it gives some built-ins the core types of 32-bit ones.

use super::syntax::{CanonicalFunction as C, CanonicalOption};
use crate::config::Features;
use wasmparser::{RefType, ValType, component_types::ComponentCoreTypeId, types::TypesRef};

/// Why a canonical definition is refused.
pub(super) enum Refused {
    Invalid(String),
    /// The documents have it, and the validator does not.
    Unsupported(String),
}

/// The size of a page is 2 to the power of this, unless a memory says otherwise.
const PAGE_SIZE_LOG2: u32 = 16;

/// What a definition that begins with `byte` is not read for: the built-ins of shared-everything threads, whose form has changed
/// since wasmparser read it (Binary.md, *Canonical Definitions*).
pub(super) fn opcode(byte: Option<u8>) -> Result<(), Refused> {
    let name = match byte {
        Some(0x40) => "thread.spawn-ref",
        Some(0x41) => "thread.spawn-indirect",
        Some(0x42) => "thread.available-parallelism",
        _ => return Ok(()),
    };
    Err(Refused::Unsupported(format!("{name} is of shared-everything-threads, which this engine does not have")))
}

/// What a definition uses that the validator cannot type, before it is validated: it would call that invalid.
pub(super) fn before(canon: &C, types: TypesRef<'_>, features: Features) -> Result<(), Refused> {
    let C::ThreadNewIndirect { func_ty_index, table_index } = *canon else { return Ok(()) };
    if !features.cm_threading()
        || func_ty_index >= types.core_type_count_in_component()
        || table_index >= types.table_count()
    {
        return Ok(());
    }
    let unsupported = |what: &str| Err(Refused::Unsupported(format!("thread.new-indirect {what}")));
    if let ComponentCoreTypeId::Sub(id) = types.core_type_at_in_component(func_ty_index)
        && let wasmparser::CompositeInnerType::Func(ty) = &types[id].composite_type.inner
        && (ty.params(), ty.results()) == (&[ValType::I64], &[])
    {
        return unsupported("of a function that takes an i64");
    }
    let table = types.table_at(table_index);
    if table.table64 {
        return unsupported("with a table of 64-bit indices");
    }
    if table.element_type != RefType::FUNCREF && is_func(table.element_type, types) {
        return unsupported("with a table of another element type than funcref");
    }
    Ok(())
}

/// Whether references of this type are functions.
fn is_func(ty: RefType, types: TypesRef<'_>) -> bool {
    use wasmparser::{AbstractHeapType, HeapType, UnpackedIndex};
    match ty.heap_type() {
        HeapType::Abstract { shared: false, ty } => matches!(ty, AbstractHeapType::Func | AbstractHeapType::NoFunc),
        HeapType::Concrete(UnpackedIndex::Id(id)) | HeapType::Exact(UnpackedIndex::Id(id)) => {
            matches!(types[id].composite_type.inner, wasmparser::CompositeInnerType::Func(_))
        }
        _ => false,
    }
}

/// What a definition breaks that is valid for wasmparser, or has another core type than wasmparser thinks.
pub(super) fn after(canon: &C, types: TypesRef<'_>) -> Result<(), Refused> {
    let Some(index) = memory(canon) else { return Ok(()) };
    if index >= types.memory_count() {
        return Ok(());
    }
    let memory = types.memory_at(index);
    if memory.page_size_log2.is_some_and(|log| log != PAGE_SIZE_LOG2) {
        let message = "the memory of a canonical definition has to match (memory 0), and its page size is another";
        return Err(Refused::Invalid(message.to_owned()));
    }
    let is_mistyped = match canon {
        C::StreamRead { .. } | C::StreamWrite { .. } | C::FutureRead { .. } | C::FutureWrite { .. } => true,
        C::ErrorContextNew { .. } | C::ErrorContextDebugMessage { .. } => true,
        C::Lower { func_index, options } => {
            let has_result = *func_index < types.component_function_count()
                && types[types.component_function_at(*func_index)].result.is_some();
            has_result && options.contains(&CanonicalOption::Async)
        }
        _ => false,
    };
    if memory.memory64 && is_mistyped {
        let name = super::canon::builtin_name(canon);
        return Err(Refused::Unsupported(format!("{name} with a 64-bit memory")));
    }
    Ok(())
}

/// The memory that a definition uses.
fn memory(canon: &C) -> Option<u32> {
    let options = match canon {
        C::WaitableSetWait { memory, .. } | C::WaitableSetPoll { memory, .. } => return Some(*memory),
        C::Lift { options, .. }
        | C::Lower { options, .. }
        | C::TaskReturn { options, .. }
        | C::StreamRead { options, .. }
        | C::StreamWrite { options, .. }
        | C::FutureRead { options, .. }
        | C::FutureWrite { options, .. }
        | C::ErrorContextNew { options }
        | C::ErrorContextDebugMessage { options } => options,
        _ => return None,
    };
    options.iter().find_map(|option| match option {
        CanonicalOption::Memory(index) => Some(*index),
        _ => None,
    })
}
