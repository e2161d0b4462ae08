//! The canonical ABI (CanonicalABI.md), one file for each of its chapters.
//!
//! `cx` is the lifting and lowering context, `ptr` an address, `w` the width of pointers: 0 for 32 and 1 for 64 bits.

mod builtin;
mod builtin_copy;
mod builtin_thread;
mod builtin_wait;
mod call;
mod direct;
mod error_context;
mod flatten;
mod lift;
mod load;
mod lower;
mod plain;
mod shape;
mod store;
mod string;
#[cfg(test)]
mod tests;

pub(crate) use builtin::{Resolved, alloc_builtin, builtin_name};
pub(crate) use call::{call_deferred, call_func, canon_lower, drop_resource, run_core_task};
pub(crate) use direct::Direct;
pub(crate) use flatten::{LiftOrLower, flatten_functype};
pub(crate) use load::{canonicalize_nan32, canonicalize_nan64, load_elements};
pub(crate) use shape::Shape;
pub(crate) use store::store_list_into_valid_range as store_elements;

use super::{
    task::{BorrowScope, InstId},
    value::Encoding,
};
use crate::mutants::{Mutant, on};
use crate::{
    Store,
    error::Fault,
    runtime::{FuncAddr, MemAddr, Val},
    syntax::ValType as CoreType,
    trace::{Resource, TrapCode},
};
use std::{rc::Rc, sync::atomic::Ordering};

/// What a built-in returns that would have to block.
const BLOCKED: u32 = 0xffff_ffff;

/// Canonical ABI options (CanonicalABI.md, *Canonical ABI Options*), resolved when the definition is processed.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Options {
    pub string_encoding: Encoding,
    pub memory: Option<MemAddr>,
    /// The width of pointers, from the memory's address type.
    pub w: usize,
    pub realloc: Option<FuncAddr>,
    pub post_return: Option<FuncAddr>,
    pub is_async: bool,
    pub callback: Option<FuncAddr>,
}

impl Options {
    pub fn ptr_type(&self) -> CoreType {
        if self.w == 1 { CoreType::I64 } else { CoreType::I32 }
    }

    pub fn ptr_size(&self) -> u64 {
        4 << self.w
    }

    pub fn ptr(&self, v: u64) -> Val {
        if self.w == 1 { Val::I64(v as i64) } else { Val::I32(v as i32) }
    }

    /// `LiftOptions.equal`. A memory that is left out, because the values lifted need none, is not compared: the reference
    /// test `cross-abi-calls` has it so, against `definitions.py`.
    pub fn lift_equal(&self, task: &Options) -> bool {
        self.string_encoding == task.string_encoding && (self.memory.is_none() || self.memory == task.memory)
    }
}

/// The context of a lift or a lower (CanonicalABI.md, *Lifting and Lowering Context*).
#[derive(Clone)]
pub(crate) struct Context {
    pub opts: Rc<Options>,
    pub inst: InstId,
    pub borrow_scope: BorrowScope,
}

pub(crate) fn trap<T>(code: TrapCode) -> Result<T, Fault> {
    let code = if on(Mutant::AbiTrapRenamed) { TrapCode::Unreachable } else { code };
    Err(Fault::Trap(code.into()))
}

pub(crate) fn trap_if(condition: bool, code: TrapCode) -> Result<(), Fault> {
    if condition && !crate::mutants::spares(code) { trap(code) } else { Ok(()) }
}

/// What a valid component cannot do; decoding hostile bytes must not panic all the same.
pub(crate) fn broken(what: &str) -> Fault {
    Fault::Usage(format!("a canonical definition without its {what}"))
}

/// Fuel for values that are loaded or stored, or for as many times eight bytes of a string: one unit for each 128.
pub(crate) fn pay_values(store: &mut Store, values: u64) -> Result<(), Fault> {
    /// Values to a unit, as a power of two: as bulk instructions pay for elements.
    const UNIT_LOG2: u32 = 7;
    let unpaid = store.components.unpaid.saturating_add(values);
    store.components.unpaid = unpaid & ((1 << UNIT_LOG2) - 1);
    if unpaid >> UNIT_LOG2 == 0 {
        return Ok(());
    }
    if store.interrupt.get().is_some_and(|flag| flag.swap(false, Ordering::Relaxed)) {
        return Err(Fault::Exhausted(Resource::Interrupt));
    }
    store.pay(unpaid >> UNIT_LOG2)
}

/// Fuel for `byte_length` bytes of a string: one unit for each KiB.
pub(crate) fn pay_string(store: &mut Store, byte_length: u64) -> Result<(), Fault> {
    pay_values(store, byte_length.div_ceil(8))
}

/// An unsigned number out of a core value.
pub(crate) fn bits(val: Val) -> u64 {
    val.to_slots()[0]
}

pub(crate) fn align_to(ptr: u64, alignment: u64) -> u64 {
    ptr.div_ceil(alignment).saturating_mul(alignment)
}

impl Context {
    pub fn memory(&self) -> Result<MemAddr, Fault> {
        self.opts.memory.ok_or_else(|| broken("memory"))
    }

    /// Traps unless `[ptr, ptr + len)` is in the memory and `ptr` a multiple of `alignment`.
    pub fn check_range(&self, store: &Store, ptr: u64, len: u64, alignment: u64) -> Result<(), Fault> {
        trap_if(!ptr.is_multiple_of(alignment), TrapCode::InvalidPointer)?;
        let end = ptr.checked_add(len);
        let size = store.memory(self.memory()?).len_bytes() as u64;
        trap_if(end.is_none_or(|end| end > size), TrapCode::InvalidPointer)
    }

    pub fn read(&self, store: &Store, ptr: u64, buf: &mut [u8]) -> Result<(), Fault> {
        let memory = store.memory(self.memory()?);
        memory.read(ptr, buf).map_err(|_| Fault::Trap(TrapCode::InvalidPointer.into()))
    }

    pub fn write(&self, store: &mut Store, ptr: u64, bytes: &[u8]) -> Result<(), Fault> {
        let memory = store.memory_mut(self.memory()?);
        memory.write(ptr, bytes).map_err(|_| Fault::Trap(TrapCode::InvalidPointer.into()))
    }

    /// `LiftLowerContext.reallocate`: a task of its own, in which the instance may not be left.
    pub fn reallocate(
        &self,
        store: &mut Store,
        old: u64,
        old_byte_length: u64,
        alignment: u64,
        new_byte_length: u64,
    ) -> Result<u64, Fault> {
        let realloc = self.opts.realloc.ok_or_else(|| broken("realloc"))?;
        let args = [old, old_byte_length, alignment, new_byte_length].map(|v| self.opts.ptr(v));
        let result = call::call_without_leaving(store, self.inst, realloc, &args, "realloc")?;
        Ok(result.first().copied().map(bits).unwrap_or_default())
    }

    pub fn allocate(&self, store: &mut Store, alignment: u64, byte_length: u64) -> Result<u64, Fault> {
        self.reallocate(store, 0, 0, alignment, byte_length)
    }
}
