//! Memory instructions (core `#exec-instr-memory`) and atomics (threads proposal).
//!
//! Memory 0, if it is not shared, is reached through the pointer that every handler carries; all others through the
//! memory instance. In handlers of the second kind `d` holds the memory's index in its upper half and bits 32 to 47 of
//! the offset in its lower; offsets beyond that are in the pool.

use super::{
    code::{Exit, Op},
    context::{Cx, check, go},
    table::slow,
    variable::{Slot, get},
};
use crate::{
    error::Fault,
    exec::{
        memory,
        numerics::{self, V128},
    },
    runtime::{MemoryInst, RmwOp},
    syntax::{
        for_each_atomic_cmpxchg, for_each_atomic_load, for_each_atomic_rmw, for_each_atomic_store, for_each_lane_load,
        for_each_lane_store, for_each_load, for_each_store,
    },
    trace::TrapCode,
};

/// A load: how many bytes, and the value that they make.
pub(super) trait Load {
    type Bytes: Bytes;
    type Out: Slot;
    fn load(bytes: Self::Bytes) -> Self::Out;
}

/// A store: how many bytes, and those of a value.
pub(super) trait Store {
    type Bytes: Bytes;
    type Arg: Slot;
    fn store(value: Self::Arg) -> Self::Bytes;
}

/// A load into a lane.
pub(super) trait LaneLoad {
    type Bytes: Bytes;
    fn load(bytes: Self::Bytes, vector: V128, lane: u8) -> V128;
}

/// A store from a lane.
pub(super) trait LaneStore {
    type Bytes: Bytes;
    fn store(vector: V128, lane: u8) -> Self::Bytes;
}

/// An array of bytes.
pub(super) trait Bytes: Copy + AsRef<[u8]> + AsMut<[u8]> {
    const ZERO: Self;
}
impl<const N: usize> Bytes for [u8; N] {
    const ZERO: Self = [0; N];
}

macro_rules! define_accesses {
    (load $($op:ident $name:literal $n:literal $out:ident $f:ident;)*) => {
        /// One type for each load of the table.
        pub(super) mod load_op {
            $(pub(in crate::interp) struct $op;)*
        }
        $(impl Load for load_op::$op {
            type Bytes = [u8; $n];
            type Out = super::numeric::rust_type!($out);
            #[inline(always)]
            fn load(bytes: Self::Bytes) -> Self::Out {
                numerics::$f(bytes)
            }
        })*
    };
    (store $($op:ident $name:literal $n:literal $arg:ident $f:ident;)*) => {
        /// One type for each store of the table.
        pub(super) mod store_op {
            $(pub(in crate::interp) struct $op;)*
        }
        $(impl Store for store_op::$op {
            type Bytes = [u8; $n];
            type Arg = super::numeric::rust_type!($arg);
            #[inline(always)]
            fn store(value: Self::Arg) -> Self::Bytes {
                numerics::$f(value)
            }
        })*
    };
}
macro_rules! define_loads { ($($row:tt)*) => { define_accesses!(load $($row)*); }; }
macro_rules! define_stores { ($($row:tt)*) => { define_accesses!(store $($row)*); }; }
for_each_load!(define_loads);
for_each_store!(define_stores);

macro_rules! define_lane_loads {
    ($($op:ident $name:literal $n:literal $f:ident;)*) => {
        /// One type for each lane load of the table.
        pub(super) mod lane_load_op {
            $(pub(in crate::interp) struct $op;)*
        }
        $(impl LaneLoad for lane_load_op::$op {
            type Bytes = [u8; $n];
            #[inline(always)]
            fn load(bytes: Self::Bytes, vector: V128, lane: u8) -> V128 {
                numerics::$f(bytes, vector, lane)
            }
        })*
    };
}
for_each_lane_load!(define_lane_loads);

macro_rules! define_lane_stores {
    ($($op:ident $name:literal $n:literal $f:ident;)*) => {
        /// One type for each lane store of the table.
        pub(super) mod lane_store_op {
            $(pub(in crate::interp) struct $op;)*
        }
        $(impl LaneStore for lane_store_op::$op {
            type Bytes = [u8; $n];
            #[inline(always)]
            fn store(vector: V128, lane: u8) -> Self::Bytes {
                numerics::$f(vector, lane)
            }
        })*
    };
}
for_each_lane_store!(define_lane_stores);

/// Where `N` bytes at `base + offset` start in a memory of `len` bytes.
#[inline(always)]
fn effective(base: u64, offset: u64, n: usize, len: usize) -> Result<usize, TrapCode> {
    match base.checked_add(offset).and_then(|ea| ea.checked_add(n as u64).map(|end| (ea, end))) {
        Some((ea, end)) if end <= len as u64 => Ok(ea as usize),
        _ => Err(TrapCode::OutOfBoundsMemory),
    }
}

/// The work of a load of a vector, apart from its handler for the reason that [`super::numeric`] tells.
#[inline(never)]
unsafe fn load_wide<O: Load>(bytes: *const O::Bytes, fp: *mut u64, a: u32) {
    // SAFETY: as promised by the caller.
    unsafe { O::load(bytes.read_unaligned()).write(fp, a) }
}

/// `a = load(memory 0, b + imm)`.
///
/// # Safety
/// As every handler.
pub(super) unsafe fn load<O: Load>(ip: *const Op, fp: *mut u64, mem: *mut u8, len: usize, cx: *mut Cx) -> Exit {
    // SAFETY: the translation made the instruction for this frame; the bounds have been checked.
    unsafe {
        let op = &*ip;
        let ea = check!(cx, ip, effective(get(fp, op.b), op.imm(), size_of::<O::Bytes>(), len));
        let bytes = mem.add(ea).cast::<O::Bytes>();
        if O::Out::WIDE {
            load_wide::<O>(bytes, fp, op.a)
        } else {
            O::load(bytes.read_unaligned()).write(fp, op.a)
        }
        go!(ip.add(1), fp, mem, len, cx)
    }
}

/// `store(memory 0, a + imm, b)`.
///
/// # Safety
/// As every handler.
pub(super) unsafe fn store<O: Store>(ip: *const Op, fp: *mut u64, mem: *mut u8, len: usize, cx: *mut Cx) -> Exit {
    // SAFETY: the translation made the instruction for this frame; the bounds have been checked.
    unsafe {
        let op = &*ip;
        let ea = check!(cx, ip, effective(get(fp, op.a), op.imm(), size_of::<O::Bytes>(), len));
        mem.add(ea).cast::<O::Bytes>().write_unaligned(O::store(O::Arg::read(fp, op.b)));
        go!(ip.add(1), fp, mem, len, cx)
    }
}

/// What the lower half of `d` holds if the offset is in the pool, at `c`.
pub(super) const POOLED: u32 = 0xffff;

/// The offset of an access to any memory.
#[inline(always)]
fn offset_of(cx: &Cx, op: &Op) -> u64 {
    if op.d & 0xffff == POOLED {
        // SAFETY: `code` is the running code, and the translation has put the offset into its pool.
        let pool: &[u128] = unsafe { &(*cx.code).pool };
        return pool[op.c as usize] as u64;
    }
    op.c as u64 | ((op.d & 0xffff) as u64) << 32
}

/// The memory that `d` names, and the offset.
#[inline(always)]
unsafe fn any_memory(cx: &Cx, op: &Op) -> (*mut MemoryInst, u64) {
    // SAFETY: validation: the index is a memory of the module.
    let memory = unsafe { *cx.inst().mem_ptrs.get_unchecked((op.d >> 16) as usize) };
    (memory, offset_of(cx, op))
}

/// Reads from the memory that the instruction names.
#[inline(always)]
unsafe fn read_any<B: Bytes>(cx: &Cx, op: &Op, base: u64) -> Result<B, TrapCode> {
    let mut bytes = B::ZERO;
    // SAFETY: memories are boxed and live as long as the store.
    unsafe {
        let (memory, offset) = any_memory(cx, op);
        let ea = base.checked_add(offset).ok_or(TrapCode::OutOfBoundsMemory)?;
        (*memory).read(ea, bytes.as_mut()).map_err(|_| TrapCode::OutOfBoundsMemory)?;
    }
    Ok(bytes)
}

/// Writes to the memory that the instruction names.
#[inline(always)]
unsafe fn write_any<B: Bytes>(cx: &Cx, op: &Op, base: u64, bytes: B) -> Result<(), TrapCode> {
    // SAFETY: memories are boxed and live as long as the store.
    unsafe {
        let (memory, offset) = any_memory(cx, op);
        let ea = base.checked_add(offset).ok_or(TrapCode::OutOfBoundsMemory)?;
        (*memory).write(ea, bytes.as_ref()).map_err(|_| TrapCode::OutOfBoundsMemory)
    }
}

fn trapped<T>(result: Result<T, TrapCode>) -> Result<T, Fault> {
    result.map_err(|code| Fault::Trap(code.into()))
}

slow!(/// `a = load(any memory, b + offset)`.
load_any<O: Load>, |cx, fp, op| {
    O::load(trapped(read_any(cx, op, get(fp, op.b)))?).write(fp, op.a);
});
slow!(/// `store(any memory, a + offset, b)`.
store_any<O: Store>, |cx, fp, op| {
    trapped(write_any(cx, op, get(fp, op.a), O::store(O::Arg::read(fp, op.b))))?;
});

/// Lane accesses take two instructions: this one, and behind it one that holds the lane in `a` and is never run.
#[inline(always)]
unsafe fn lane_of(op: &Op) -> u8 {
    // SAFETY: the translation put the second instruction there.
    unsafe { (*(op as *const Op).add(1)).a as u8 }
}

slow!(/// `a = b[address] into lane of a[vector]`: address in slot `b`, vector in slot `a`, which takes the result.
load_lane<O: LaneLoad>, |cx, fp, op| {
    let bytes = trapped(read_any(cx, op, get(fp, op.b)))?;
    O::load(bytes, V128::read(fp, op.a), lane_of(op)).write(fp, op.a);
});
slow!(/// `store lane of the vector in b at the address in a`.
store_lane<O: LaneStore>, |cx, fp, op| {
    trapped(write_any(cx, op, get(fp, op.a), O::store(V128::read(fp, op.b), lane_of(op))))?;
});

/// The memory with index `x`.
#[inline(always)]
fn memory_of(cx: &Cx, x: u32) -> &'static mut MemoryInst {
    // SAFETY: memories are boxed and live as long as the store; handlers hold one such reference at a time.
    unsafe {
        let memory: *mut MemoryInst = cx.inst().mem_ptrs[x as usize];
        &mut *memory
    }
}

slow!(/// `a = memory.size b`.
memory_size, |cx, fp, op| {
    super::variable::set(fp, op.a, memory_of(cx, op.b).size_pages());
});
slow!(/// `a = memory.grow c by b`.
    memory_grow, |cx, fp, op| { super::variable::set(fp, op.a, memory::grow(cx, op.c, get(fp, op.b))); });
slow!(/// `memory.fill a`: three operands from slot `b` on.
memory_fill, |cx, fp, op| {
    memory::fill(cx, op.a, get(fp, op.b), get(fp, op.b + 1), get(fp, op.b + 2))?;
});
slow!(/// `memory.copy a <- c`: three operands from slot `b` on.
memory_copy, |cx, fp, op| {
    memory::copy(cx, op.a, op.c, get(fp, op.b), get(fp, op.b + 1), get(fp, op.b + 2))?;
});
slow!(/// `memory.init a, data c`: three operands from slot `b` on.
memory_init, |cx, fp, op| {
    memory::init(cx, op.a, op.c, get(fp, op.b), get(fp, op.b + 1), get(fp, op.b + 2))?;
});
slow!(/// `data.drop a`.
    data_drop, |cx, fp, op| { memory::data_drop(cx, op.a); });

// Atomics. `d` is as in every access to any memory.

/// An atomic access: its width in bytes, and whether its values are `i64`.
pub(super) trait Atomic {
    const WIDTH: u8;
}

/// An atomic read-modify-write.
pub(super) trait AtomicRmw: Atomic {
    const OP: RmwOp;
}

macro_rules! define_atomics {
    ($($op:ident $name:literal $n:literal $ty:ident;)*) => {
        $(pub(in crate::interp) struct $op;
        impl super::Atomic for $op {
            const WIDTH: u8 = $n;
        })*
    };
}
macro_rules! define_atomic_rmws {
    ($($op:ident $name:literal $n:literal $ty:ident $rmw:ident;)*) => {
        $(pub(in crate::interp) struct $op;
        impl super::Atomic for $op {
            const WIDTH: u8 = $n;
        }
        impl super::AtomicRmw for $op {
            const OP: crate::runtime::RmwOp = crate::runtime::RmwOp::$rmw;
        })*
    };
}
/// One type for each atomic of the tables.
pub(super) mod atomic_op {
    use super::*;
    for_each_atomic_load!(define_atomics);
    for_each_atomic_store!(define_atomics);
    for_each_atomic_cmpxchg!(define_atomics);
    for_each_atomic_rmw!(define_atomic_rmws);
}

/// The memory's index and the offset of an access to any memory.
#[inline(always)]
fn place(cx: &Cx, op: &Op) -> (u32, u64) {
    (op.d >> 16, offset_of(cx, op))
}

slow!(/// `a = atomic load at b`.
atomic_load<O: Atomic>, |cx, fp, op| {
    let (x, offset) = place(cx, op);
    super::variable::set(fp, op.a, memory::atomic_load(cx, x, get(fp, op.b), offset, O::WIDTH)?);
});
slow!(/// `atomic store of b at a`.
atomic_store<O: Atomic>, |cx, fp, op| {
    let (x, offset) = place(cx, op);
    memory::atomic_store(cx, x, get(fp, op.a), offset, O::WIDTH, get(fp, op.b))?;
});
slow!(/// `a = atomic rmw`: address and operand from slot `b` on.
atomic_rmw<O: AtomicRmw>, |cx, fp, op| {
    let (x, offset) = place(cx, op);
    let old = memory::atomic_rmw(cx, x, get(fp, op.b), offset, O::WIDTH, O::OP, get(fp, op.b + 1))?;
    super::variable::set(fp, op.a, old);
});
slow!(/// `a = atomic cmpxchg`: address, expected and replacement from slot `b` on.
atomic_cmpxchg<O: Atomic>, |cx, fp, op| {
    let (x, offset) = place(cx, op);
    let values = [get(fp, op.b + 1), get(fp, op.b + 2)];
    super::variable::set(fp, op.a, memory::atomic_cmpxchg(cx, x, get(fp, op.b), offset, O::WIDTH, values)?);
});
slow!(/// `a = memory.atomic.notify`: address and count from slot `b` on.
atomic_notify, |cx, fp, op| {
    let (x, offset) = place(cx, op);
    super::variable::set(fp, op.a, memory::atomic_notify(cx, x, get(fp, op.b), offset, get(fp, op.b + 1))?);
});

macro_rules! wait {
    ($(#[$doc:meta])* $name:ident, $width:literal) => {
        slow!($(#[$doc])* $name, |cx, fp, op| {
            let (x, offset) = place(cx, op);
            let values = [get(fp, op.b + 1), get(fp, op.b + 2)];
            super::variable::set(fp, op.a, memory::atomic_wait(cx, x, get(fp, op.b), offset, $width, values)?);
        });
    };
}
wait!(/// `a = memory.atomic.wait32`: address, expected and timeout from slot `b` on.
    atomic_wait32, 4);
wait!(/// `a = memory.atomic.wait64`: address, expected and timeout from slot `b` on.
    atomic_wait64, 8);

/// Holds the lane of the access before it in `a`; run, it does nothing.
///
/// # Safety
/// As every handler.
pub(super) unsafe fn lane(ip: *const Op, fp: *mut u64, mem: *mut u8, len: usize, cx: *mut Cx) -> Exit {
    // SAFETY: code never ends with this instruction.
    unsafe { go!(ip.add(1), fp, mem, len, cx) }
}
