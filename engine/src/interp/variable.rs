//! Slots, and the instructions that only move values: locals, globals, constants, `select`.

use super::{
    code::{Exit, Op},
    context::{Cx, go},
};
use crate::{exec::numerics::V128, runtime::Ref};

/// Reads slot `s`.
///
/// # Safety
/// `s` is a slot of the frame at `fp`.
#[inline(always)]
pub(super) unsafe fn get(fp: *mut u64, s: u32) -> u64 {
    // SAFETY: as promised by the caller.
    unsafe { *fp.add(s as usize) }
}

/// Writes slot `s`.
///
/// # Safety
/// `s` is a slot of the frame at `fp`.
#[inline(always)]
pub(super) unsafe fn set(fp: *mut u64, s: u32, value: u64) {
    // SAFETY: as promised by the caller.
    unsafe { *fp.add(s as usize) = value }
}

/// A type of values that slots hold. 32-bit values leave the upper half zero, so that an `i32` address is an `i64` one.
pub(crate) trait Slot: Copy {
    /// Whether it takes two slots.
    const WIDE: bool = false;
    /// Reads it.
    ///
    /// # Safety
    /// `s` (and the next, if wide) is a slot of the frame at `fp`.
    unsafe fn read(fp: *mut u64, s: u32) -> Self;
    /// Writes it.
    ///
    /// # Safety
    /// `s` (and the next, if wide) is a slot of the frame at `fp`.
    unsafe fn write(self, fp: *mut u64, s: u32);
    /// The value that a 64-bit immediate stands for.
    fn from_imm(imm: u64) -> Self;
}

macro_rules! slot {
    ($ty:ty, |$raw:ident| $from:expr, |$value:ident| $to:expr) => {
        impl Slot for $ty {
            #[inline(always)]
            unsafe fn read(fp: *mut u64, s: u32) -> Self {
                // SAFETY: as promised by the caller.
                let $raw = unsafe { get(fp, s) };
                $from
            }
            #[inline(always)]
            unsafe fn write(self, fp: *mut u64, s: u32) {
                let $value = self;
                // SAFETY: as promised by the caller.
                unsafe { set(fp, s, $to) }
            }
            #[inline(always)]
            fn from_imm($raw: u64) -> Self {
                $from
            }
        }
    };
}
slot!(i32, |raw| raw as i32, |value| value as u32 as u64);
slot!(i64, |raw| raw as i64, |value| value as u64);
slot!(f32, |raw| f32::from_bits(raw as u32), |value| value.to_bits() as u64);
slot!(f64, |raw| f64::from_bits(raw), |value| value.to_bits());
slot!(Ref, |raw| Ref(raw), |value| value.0);

impl Slot for V128 {
    const WIDE: bool = true;
    #[inline(always)]
    unsafe fn read(fp: *mut u64, s: u32) -> Self {
        // SAFETY: as promised by the caller.
        unsafe { fp.add(s as usize).cast::<V128>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn write(self, fp: *mut u64, s: u32) {
        // SAFETY: as promised by the caller.
        unsafe { fp.add(s as usize).cast::<V128>().write_unaligned(self) }
    }
    fn from_imm(_: u64) -> Self {
        unreachable!("the translation keeps vectors out of immediates")
    }
}

/// Defines a handler that goes on with the next instruction and cannot fail.
macro_rules! simple {
    ($(#[$doc:meta])* $name:ident $(<$($g:ident : $bound:path),*>)?, |$fp:ident, $op:ident, $cx:ident| $body:expr) => {
        $(#[$doc])*
        ///
        /// # Safety
        /// As every handler: the instruction's slots are inside the frame.
        pub(super) unsafe fn $name $(<$($g: $bound),*>)? (
            ip: *const Op, $fp: *mut u64, mem: *mut u8, len: usize, $cx: *mut Cx,
        ) -> Exit {
            // SAFETY: the translation made the instruction for this frame.
            unsafe {
                let $op = &*ip;
                let _ = &$cx;
                $body;
                go!(ip.add(1), $fp, mem, len, $cx)
            }
        }
    };
}
pub(super) use simple;

simple!(/// `a = b`.
    copy, |fp, op, cx| set(fp, op.a, get(fp, op.b)));
simple!(/// `a = b`, two slots.
    copy_wide, |fp, op, cx| V128::read(fp, op.b).write(fp, op.a));
simple!(/// `a = b`, `c` slots; a target never lies above its source.
copy_span, |fp, op, cx| {
    std::ptr::copy(fp.add(op.b as usize), fp.add(op.a as usize), op.c as usize)
});
simple!(/// `a = imm`.
    copy_imm, |fp, op, cx| set(fp, op.a, op.imm()));
simple!(/// `a = pool[b]`.
copy_pool, |fp, op, cx| {
    let pool: &[u128] = &(*(*cx).code).pool;
    V128(pool[op.b as usize]).write(fp, op.a)
});
simple!(/// `a = d ? b : c`.
select, |fp, op, cx| {
    let chosen = if get(fp, op.d) as u32 != 0 { op.b } else { op.c };
    set(fp, op.a, get(fp, chosen))
});
simple!(/// `a = d ? b : c`, two slots.
select_wide, |fp, op, cx| {
    let chosen = if get(fp, op.d) as u32 != 0 { op.b } else { op.c };
    V128::read(fp, chosen).write(fp, op.a)
});
simple!(/// `a = global b`.
global_get, |fp, op, cx| {
    let global = *(&(*(*cx).inst).global_ptrs).get_unchecked(op.b as usize);
    set(fp, op.a, (*global).slots[0])
});
simple!(/// `a = global b`, two slots.
global_get_wide, |fp, op, cx| {
    let global = *(&(*(*cx).inst).global_ptrs).get_unchecked(op.b as usize);
    set(fp, op.a, (*global).slots[0]);
    set(fp, op.a + 1, (*global).slots[1])
});
simple!(/// `global b = a`.
global_set, |fp, op, cx| {
    let global = *(&(*(*cx).inst).global_ptrs).get_unchecked(op.b as usize);
    (*global).slots[0] = get(fp, op.a)
});
simple!(/// `global b = a`, two slots.
global_set_wide, |fp, op, cx| {
    let global = *(&(*(*cx).inst).global_ptrs).get_unchecked(op.b as usize);
    (*global).slots = [get(fp, op.a), get(fp, op.a + 1)]
});
