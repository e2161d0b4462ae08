//! Memory instructions that are more than an access (core `#exec-instr-memory`), and atomics (threads proposal).

use super::Activation;
use crate::{
    error::Fault,
    runtime::{MemoryInst, RmwOp, WaitError},
    trace::{Resource, TrapCode},
};

fn out_of_bounds<E>(_: E) -> Fault {
    Fault::Trap(TrapCode::OutOfBoundsMemory.into())
}

fn trapped<T>(result: Result<T, TrapCode>) -> Result<T, Fault> {
    result.map_err(|code| Fault::Trap(code.into()))
}

/// The memory with index `x`.
fn memory_of(cx: &mut impl Activation, x: u32) -> &mut MemoryInst {
    let addr = cx.instance().mems[x as usize];
    cx.store().memory_mut(addr)
}

/// `memory.size x`; tier one reads the size itself.
#[cfg(feature = "jit")]
pub(crate) fn size(cx: &mut impl Activation, x: u32) -> u64 {
    memory_of(cx, x).size_pages()
}

/// `memory.grow x`: the old size, or all ones.
pub(crate) fn grow(cx: &mut impl Activation, x: u32, delta: u64) -> u64 {
    let failed = if memory_of(cx, x).ty().is_64 { u64::MAX } else { u32::MAX as u64 };
    let addr = cx.instance().mems[x as usize];
    cx.store().memory_grow(addr, delta).unwrap_or(failed)
}

/// `memory.fill x`.
pub(crate) fn fill(cx: &mut impl Activation, x: u32, at: u64, byte: u64, len: u64) -> Result<(), Fault> {
    if len <= memory_of(cx, x).len_bytes() as u64 {
        cx.pay_bytes(len)?;
    }
    memory_of(cx, x).fill(at, byte as u8, len).map_err(out_of_bounds)
}

/// `memory.copy x y`: to `x`, from `y`.
pub(crate) fn copy(cx: &mut impl Activation, x: u32, y: u32, dst: u64, src: u64, len: u64) -> Result<(), Fault> {
    if len <= memory_of(cx, x).len_bytes() as u64 {
        cx.pay_bytes(len)?;
    }
    let (to, from) = (cx.instance().mems[x as usize].0 as usize, cx.instance().mems[y as usize].0 as usize);
    let mems = &mut cx.store().mems;
    match mems.get_disjoint_mut([to, from]) {
        Ok([to, from]) => to.copy_from(dst, from, src, len),
        Err(_) => mems[to].copy_within(dst, src, len),
    }
    .map_err(out_of_bounds)
}

/// `memory.init x y`: to memory `x`, from data segment `y`.
pub(crate) fn init(cx: &mut impl Activation, x: u32, y: u32, dst: u64, src: u64, len: u64) -> Result<(), Fault> {
    let (memory, data) = (cx.instance().mems[x as usize], cx.instance().datas[y as usize]);
    let (src, len) = (src as u32 as u64, len as u32 as u64);
    if src + len > cx.store().datas[data.0 as usize].get().len() as u64 {
        return Err(out_of_bounds(()));
    }
    cx.pay_bytes(len)?;
    let crate::Store { mems, datas, .. } = cx.store();
    let bytes = &datas[data.0 as usize].get()[src as usize..(src + len) as usize];
    mems[memory.0 as usize].write(dst, bytes).map_err(out_of_bounds)
}

/// `data.drop x`.
pub(crate) fn data_drop(cx: &mut impl Activation, x: u32) {
    let addr = cx.instance().datas[x as usize];
    cx.store().datas[addr.0 as usize].range = 0..0;
}

/// The effective address.
fn effective(base: u64, offset: u64) -> Result<u64, Fault> {
    base.checked_add(offset).ok_or_else(|| out_of_bounds(()))
}

/// An atomic load of `width` bytes.
pub(crate) fn atomic_load(cx: &mut impl Activation, x: u32, base: u64, offset: u64, width: u8) -> Result<u64, Fault> {
    let ea = effective(base, offset)?;
    trapped(memory_of(cx, x).atomic_load(ea, width))
}

/// An atomic store of `width` bytes.
pub(crate) fn atomic_store(
    cx: &mut impl Activation,
    x: u32,
    base: u64,
    offset: u64,
    width: u8,
    value: u64,
) -> Result<(), Fault> {
    let ea = effective(base, offset)?;
    trapped(memory_of(cx, x).atomic_store(ea, width, value))
}

/// An atomic read-modify-write of `width` bytes; the old value.
pub(crate) fn atomic_rmw(
    cx: &mut impl Activation,
    x: u32,
    base: u64,
    offset: u64,
    width: u8,
    op: RmwOp,
    value: u64,
) -> Result<u64, Fault> {
    let ea = effective(base, offset)?;
    trapped(memory_of(cx, x).atomic_rmw(ea, width, op, value))
}

/// An atomic compare-and-exchange of `width` bytes with the values expected and new; the old value.
pub(crate) fn atomic_cmpxchg(
    cx: &mut impl Activation,
    x: u32,
    base: u64,
    offset: u64,
    width: u8,
    [expected, new]: [u64; 2],
) -> Result<u64, Fault> {
    let ea = effective(base, offset)?;
    trapped(memory_of(cx, x).atomic_cmpxchg(ea, width, expected, new))
}

/// `memory.atomic.notify`: how many were woken.
pub(crate) fn atomic_notify(
    cx: &mut impl Activation,
    x: u32,
    base: u64,
    offset: u64,
    count: u64,
) -> Result<u64, Fault> {
    let ea = effective(base, offset)?;
    #[cfg(feature = "wasi")]
    if cx.store().threads.is_enabled() {
        // The checks are those of any notification; of nobody, it wakes nobody.
        let memory = memory_of(cx, x);
        trapped(memory.atomic_notify(ea, 0))?;
        let Some(memory) = memory.shared() else { return Ok(0) };
        let woken = cx.store().notify_threads(&memory, ea, count as u32);
        let others = trapped(memory_of(cx, x).atomic_notify(ea, count as u32 - woken))?;
        return Ok(u64::from(woken + others));
    }
    trapped(memory_of(cx, x).atomic_notify(ea, count as u32)).map(u64::from)
}

/// `memory.atomic.wait32` and `wait64`, with the value expected and the timeout.
pub(crate) fn atomic_wait(
    cx: &mut impl Activation,
    x: u32,
    base: u64,
    offset: u64,
    width: u8,
    [expected, timeout]: [u64; 2],
) -> Result<u64, Fault> {
    let ea = effective(base, offset)?;
    #[cfg(feature = "wasi")]
    if cx.store().threads.is_enabled() {
        return wait_scheduled(cx, x, ea, width, expected, timeout as i64);
    }
    let interrupt = cx.store().interrupt_flag().clone();
    let end = memory_of(cx, x).atomic_wait(ea, width, expected, timeout as i64, &interrupt);
    end.map(|end| end as u64).map_err(|error| match error {
        WaitError::Trap(code) => Fault::Trap(code.into()),
        WaitError::Interrupted => Fault::Exhausted(Resource::Interrupt),
    })
}

/// A wait in a store whose threads are scheduled: others run meanwhile.
#[cfg(feature = "wasi")]
fn wait_scheduled(
    cx: &mut impl Activation,
    x: u32,
    ea: u64,
    width: u8,
    expected: u64,
    timeout_ns: i64,
) -> Result<u64, Fault> {
    let memory = memory_of(cx, x);
    if memory.shared().is_none() {
        // It traps: for its alignment, or because nobody can wait on a memory that is not shared.
        let never = std::sync::atomic::AtomicBool::new(true);
        let end = memory.atomic_wait(ea, width, expected, 0, &never);
        return Err(Fault::Trap(match end {
            Err(WaitError::Trap(code)) => code.into(),
            _ => TrapCode::ExpectedSharedMemory.into(),
        }));
    }
    let value = trapped(memory.atomic_load(ea, width))?;
    let memory = memory.shared().expect("it was shared a moment ago");
    let expected = if width == 4 { expected & u64::from(u32::MAX) } else { expected };
    cx.publish_roots();
    cx.return_budget();
    let end = cx.store().wait_thread(memory, ea, value == expected, timeout_ns)?;
    cx.resumed();
    Ok(u64::from(end))
}
