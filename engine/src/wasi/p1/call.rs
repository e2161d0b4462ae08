//! One call of a function: its arguments, the descriptors, the world, and the caller's memory.
//!
//! The ABI's text (`witx-docs.md`, Pointers) says that a misaligned pointer, and one that is out of bounds and needed,
//! *shall trap rather than return `errno.fault`*. So they do here, as [`TrapCode::InvalidPointer`]: the misaligned one
//! before anything else is looked at, and the other before anything else has happened wherever the range is known at that
//! time, but not where the descriptor is none, or none of this kind, so that the pointer is not needed. No pointer to nothing
//! is needed either.

use super::{
    super::{fuel, rules::WasiInStart, world::World},
    Preview1State, Snapshot,
    errno::{Done, Errno, Failure},
    table::Table,
};
use crate::{
    Caller, Extern, Trap, Val,
    error::Fault,
    runtime::MemAddr,
    trace::{Event, InstancePath, TrapCode},
};
use std::cell::RefMut;

/// The longest path, in bytes.
const MAX_PATH: u32 = 4096;
/// The most buffers of one call: beyond, `inval`.
const MAX_IOVS: u32 = 1024;
/// Buffers are moved in pieces of this size, in bytes.
const PIECE: u32 = 64 << 10;

/// A call that is being served.
pub(super) struct Call<'a, 'b> {
    pub caller: &'a mut Caller<'b>,
    pub state: &'a mut Preview1State,
    /// The snapshot that the function was imported from.
    pub snapshot: Snapshot,
    pub args: &'a [Val],
}

/// A buffer of the guest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Buffer {
    pub ptr: u32,
    pub len: u32,
}

impl Buffer {
    /// The buffer in pieces: address and length.
    pub fn pieces(self) -> impl Iterator<Item = (u32, u32)> {
        // `PIECE` divides evenly into what is left of a range that `iovs` found in bounds.
        (0..self.len).step_by(PIECE as usize).map(move |at| (self.ptr + at, PIECE.min(self.len - at)))
    }
}

impl Call<'_, '_> {
    /// Argument `index`, a 32-bit number or pointer.
    pub fn u32(&self, index: usize) -> u32 {
        match self.args[index] {
            Val::I32(value) => value as u32,
            other => unreachable!("the signature says i32, not {other:?}"),
        }
    }

    /// Argument `index`, a 64-bit number.
    pub fn u64(&self, index: usize) -> u64 {
        match self.args[index] {
            Val::I64(value) => value as u64,
            other => unreachable!("the signature says i64, not {other:?}"),
        }
    }

    /// Argument `index`, flags of 16 bits: `inval` if others than `all` are set.
    pub fn flags(&self, index: usize, all: u16) -> Done<u16> {
        let value = self.u32(index);
        if value & !u32::from(all) == 0 { Ok(value as u16) } else { Err(Errno::Inval.into()) }
    }

    /// Argument `index`, `lookupflags`: whether to follow a symbolic link at the end.
    pub fn follow(&self, index: usize) -> Done<bool> {
        Ok(self.flags(index, 1)? != 0)
    }

    pub fn table(&mut self) -> &mut Table {
        &mut self.state.table
    }

    pub fn world(&self) -> RefMut<'_, World> {
        self.state.world.borrow_mut()
    }

    /// Rule P1-ENV-07: what a call that needs memory means while the caller's instantiation is not complete.
    pub fn check_start(&mut self) -> Done {
        let Some(instance) = self.caller.instance() else { return Ok(()) };
        if self.caller.store().is_done(instance) {
            return Ok(());
        }
        let is_allowed = self.state.rules.wasi_in_start == WasiInStart::Allowed;
        if self.state.told.insert(instance) {
            self.tell("P1-ENV-07", if is_allowed { "served" } else { "trapped" });
        }
        if is_allowed { Ok(()) } else { Err(host_trap()) }
    }

    fn tell(&mut self, rule: &str, reading: &str) {
        self.record(|at| Event::RuleApplied { at, rule: rule.to_owned(), reading: reading.to_owned() });
    }

    /// Records an event of the calling instance.
    pub fn record(&mut self, event: impl FnOnce(InstancePath) -> Event) {
        let instance = self.caller.instance();
        let store = self.caller.store();
        if store.is_recording() {
            let at = instance.map(|instance| store.path(instance).clone()).unwrap_or_default();
            store.record(|| event(at));
        }
    }

    /// The caller's export `memory` (rules P1-ENV-01 and P1-ENV-02).
    fn memory(&mut self) -> Done<MemAddr> {
        let instance = self.caller.instance();
        match instance.and_then(|instance| self.caller.store().export(instance, "memory")) {
            Some(Extern::Memory(memory)) => Ok(memory),
            _ => {
                self.tell("P1-ENV-02", "trapped at the call");
                Err(host_trap())
            }
        }
    }

    /// Traps unless every argument that is a pointer is aligned: for each, a digit says to how many bytes.
    pub fn check_alignment(&self, aligned: &str) -> Done {
        let wrong = |(index, align): (usize, char)| {
            align.to_digit(10).is_some_and(|align| !self.u32(index).is_multiple_of(align))
        };
        if aligned.chars().enumerate().any(wrong) { Err(bad_pointer()) } else { Ok(()) }
    }

    /// Traps unless `len` bytes from `ptr` are in bounds. None always are.
    pub fn check(&mut self, ptr: u32, len: u64) -> Done {
        if len == 0 {
            return Ok(());
        }
        let memory = self.memory()?;
        let end = self.caller.store().memory(memory).len_bytes() as u64;
        let is_inside = u64::from(ptr).checked_add(len).is_some_and(|last| last <= end);
        if is_inside { Ok(()) } else { Err(bad_pointer()) }
    }

    /// Pays for `len` bytes that move: one unit of fuel for each KiB.
    pub fn pay(&mut self, len: u64) -> Done {
        Ok(fuel::pay(self.caller.store(), len)?)
    }

    /// Fills `buf` from the guest's memory.
    pub fn read_into(&mut self, ptr: u32, buf: &mut [u8]) -> Done {
        if buf.is_empty() {
            return Ok(());
        }
        self.pay(buf.len() as u64)?;
        let memory = self.memory()?;
        self.caller.store().memory(memory).read(ptr.into(), buf).map_err(|_| bad_pointer())
    }

    /// Bytes of the guest's memory.
    pub fn read(&mut self, ptr: u32, len: u32) -> Done<Vec<u8>> {
        // First: no buffer is made for a length that cannot be right.
        self.check(ptr, len.into())?;
        let mut bytes = vec![0; len as usize];
        self.read_into(ptr, &mut bytes)?;
        Ok(bytes)
    }

    /// Writes bytes to the guest's memory.
    pub fn write(&mut self, ptr: u32, bytes: &[u8]) -> Done {
        if bytes.is_empty() {
            return Ok(());
        }
        self.pay(bytes.len() as u64)?;
        let memory = self.memory()?;
        self.caller.store().memory_mut(memory).write(ptr.into(), bytes).map_err(|_| bad_pointer())
    }

    pub fn write_u32(&mut self, ptr: u32, value: u32) -> Done {
        self.write(ptr, &value.to_le_bytes())
    }

    pub fn write_u64(&mut self, ptr: u32, value: u64) -> Done {
        self.write(ptr, &value.to_le_bytes())
    }

    /// The string of the arguments `index` (pointer) and `index + 1` (length in bytes): a path.
    pub fn path(&mut self, index: usize) -> Done<String> {
        let (ptr, len) = (self.u32(index), self.u32(index + 1));
        self.check(ptr, len.into())?;
        if len > MAX_PATH {
            return Err(Errno::Nametoolong.into());
        }
        let path = String::from_utf8(self.read(ptr, len)?).map_err(|_| Errno::Ilseq)?;
        if path.contains('\0') { Err(Errno::Inval.into()) } else { Ok(path) }
    }

    /// The buffers of an `iovec_array`, arguments `index` and `index + 1`, all in bounds.
    pub fn iovs(&mut self, index: usize) -> Done<Vec<Buffer>> {
        let (ptr, count) = (self.u32(index), self.u32(index + 1));
        self.check(ptr, u64::from(count) * 8)?;
        if count > MAX_IOVS {
            return Err(Errno::Inval.into());
        }
        let word = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().expect("four bytes"));
        let bytes = self.read(ptr, count * 8)?;
        let buffer = |pair: &[u8]| Buffer { ptr: word(&pair[..4]), len: word(&pair[4..]) };
        let buffers: Vec<Buffer> = bytes.chunks_exact(8).map(buffer).collect();
        for buffer in &buffers {
            self.check(buffer.ptr, buffer.len.into())?;
        }
        let total: u64 = buffers.iter().map(|buffer| u64::from(buffer.len)).sum();
        if total > u64::from(u32::MAX) { Err(Errno::Inval.into()) } else { Ok(buffers) }
    }
}

fn bad_pointer() -> Failure {
    Failure::Fault(Fault::Trap(Trap::from(TrapCode::InvalidPointer)))
}

fn host_trap() -> Failure {
    Failure::Fault(Fault::Trap(Trap::from(TrapCode::Host)))
}
