//! Reference and aggregate instructions (core `#exec-instr-ref`, `#exec-instr-aggr`).

use super::{
    code::{Exit, Op},
    context::{Cx, go},
    table::slow,
    variable::{get, set, simple},
};
use crate::{
    error::Fault,
    exec::reference::{self, HeapCode},
    runtime::Ref,
    trace::TrapCode,
};

simple!(/// `a = (b == null)`.
    ref_is_null, |fp, op, cx| set(fp, op.a, (get(fp, op.b) == 0) as u64));
simple!(/// `a = (b == c)`.
    ref_eq, |fp, op, cx| set(fp, op.a, (get(fp, op.b) == get(fp, op.c)) as u64));
simple!(/// `a = ref.func b`.
ref_func, |fp, op, cx| {
    let addr = *(&(*(*cx).inst).funcs).get_unchecked(op.b as usize);
    set(fp, op.a, Ref::func(addr).0)
});
simple!(/// `a = ref.i31 b`.
    ref_i31, |fp, op, cx| set(fp, op.a, Ref::i31(get(fp, op.b) as i32).0));

slow!(/// Traps if `b` is null, otherwise `a = b`.
ref_as_non_null, |cx, fp, op| {
    let reference = get(fp, op.b);
    if reference == 0 {
        return Err(Fault::Trap(TrapCode::NullReference.into()));
    }
    set(fp, op.a, reference);
});
slow!(/// `a = b is of heap type c`, or null if `d`.
ref_test, |cx, fp, op| {
    let has = reference::has_heap_type(cx, Ref(get(fp, op.b)), HeapCode(op.c), op.d != 0);
    set(fp, op.a, has as u64);
});
slow!(/// `a = b` if it is of heap type `c`, or null if `d`; traps otherwise.
ref_cast, |cx, fp, op| {
    let word = get(fp, op.b);
    reference::cast(cx, Ref(word), HeapCode(op.c), op.d != 0)?;
    set(fp, op.a, word);
});
slow!(/// `a = i31.get_s b`.
    i31_get_s, |cx, fp, op| { set(fp, op.a, reference::i31_get(Ref(get(fp, op.b)), true)?); });
slow!(/// `a = i31.get_u b`.
    i31_get_u, |cx, fp, op| { set(fp, op.a, reference::i31_get(Ref(get(fp, op.b)), false)?); });

/// The slots from `slot` on.
///
/// # Safety
/// They are slots of the frame at `fp`, and nothing writes them meanwhile.
unsafe fn span<'a>(fp: *mut u64, slot: u32, len: usize) -> &'a [u64] {
    // SAFETY: as promised by the caller.
    unsafe { std::slice::from_raw_parts(fp.add(slot as usize), len) }
}

unsafe fn get2(fp: *mut u64, slot: u32, width: usize) -> [u64; 2] {
    // SAFETY: as promised by the caller.
    unsafe { [get(fp, slot), if width == 2 { get(fp, slot + 1) } else { 0 }] }
}

unsafe fn set2(fp: *mut u64, slot: u32, width: usize, value: [u64; 2]) {
    // SAFETY: as promised by the caller.
    unsafe {
        set(fp, slot, value[0]);
        if width == 2 {
            set(fp, slot + 1, value[1]);
        }
    }
}

impl Cx {
    /// Slots that a value of field `i` of structure type `x` takes.
    fn field_width(&self, x: u32, i: u32) -> usize {
        reference::width(self.inst().module.fields(x)[i as usize].storage)
    }

    /// Slots that an element of array type `x` takes.
    fn element_width(&self, x: u32) -> usize {
        reference::width(self.inst().module.element(x).storage)
    }
}

slow!(/// `a = struct.new c` of the operands from slot `b` on.
struct_new, |cx, fp, op| {
    let width: usize = cx.inst().module.fields(op.c).iter().map(|field| reference::width(field.storage)).sum();
    set(fp, op.a, reference::struct_new(cx, op.c, span(fp, op.b, width))?.0);
});
slow!(/// `a = struct.new_default c`.
    struct_new_default, |cx, fp, op| { set(fp, op.a, reference::struct_new_default(cx, op.c)?.0); });
slow!(/// `a = struct.get c d` of `b`, also `struct.get_u`.
struct_get, |cx, fp, op| {
    let value = reference::struct_get(cx, op.c, op.d, Ref(get(fp, op.b)), false)?;
    set2(fp, op.a, cx.field_width(op.c, op.d), value);
});
slow!(/// `a = struct.get_s c d` of `b`.
struct_get_s, |cx, fp, op| {
    set(fp, op.a, reference::struct_get(cx, op.c, op.d, Ref(get(fp, op.b)), true)?[0]);
});
slow!(/// `struct.set c d` of the structure in `a` to `b`.
struct_set, |cx, fp, op| {
    let value = get2(fp, op.b, cx.field_width(op.c, op.d));
    reference::struct_set(cx, op.c, op.d, Ref(get(fp, op.a)), value)?;
});

slow!(/// `a = array.new c` of the value in `b` and the length in `d`.
array_new, |cx, fp, op| {
    let value = get2(fp, op.b, cx.element_width(op.c));
    set(fp, op.a, reference::array_new(cx, op.c, value, get(fp, op.d))?.0);
});
slow!(/// `a = array.new_default c` of the length in `b`.
array_new_default, |cx, fp, op| {
    set(fp, op.a, reference::array_new_default(cx, op.c, get(fp, op.b))?.0);
});
slow!(/// `a = array.new_fixed c` of `d` operands from slot `b` on.
array_new_fixed, |cx, fp, op| {
    let words = span(fp, op.b, op.d as usize * cx.element_width(op.c));
    set(fp, op.a, reference::array_new_fixed(cx, op.c, op.d, words)?.0);
});
slow!(/// `a = array.new_data c d`: offset and length from slot `b` on.
array_new_data, |cx, fp, op| {
    set(fp, op.a, reference::array_new_data(cx, op.c, op.d, get(fp, op.b), get(fp, op.b + 1))?.0);
});
slow!(/// `a = array.new_elem c d`: offset and length from slot `b` on.
array_new_elem, |cx, fp, op| {
    set(fp, op.a, reference::array_new_elem(cx, op.c, op.d, get(fp, op.b), get(fp, op.b + 1))?.0);
});
slow!(/// `a = array.get d` of the array in `b` at `c`, also `array.get_u`.
array_get, |cx, fp, op| {
    let value = reference::array_get(cx, op.d, Ref(get(fp, op.b)), get(fp, op.c), false)?;
    set2(fp, op.a, cx.element_width(op.d), value);
});
slow!(/// `a = array.get_s d` of the array in `b` at `c`.
array_get_s, |cx, fp, op| {
    set(fp, op.a, reference::array_get(cx, op.d, Ref(get(fp, op.b)), get(fp, op.c), true)?[0]);
});
slow!(/// `array.set d` of the array in `a` at `b` to `c`.
array_set, |cx, fp, op| {
    let value = get2(fp, op.c, cx.element_width(op.d));
    reference::array_set(cx, op.d, Ref(get(fp, op.a)), get(fp, op.b), value)?;
});
slow!(/// `a = array.len b`.
    array_len, |cx, fp, op| { set(fp, op.a, reference::array_len(cx, Ref(get(fp, op.b)))?); });
slow!(/// `array.fill c`: array, index, value, length from slot `b` on.
array_fill, |cx, fp, op| {
    let width = cx.element_width(op.c);
    let (value, len) = (get2(fp, op.b + 2, width), get(fp, op.b + 2 + width as u32));
    reference::array_fill(cx, op.c, Ref(get(fp, op.b)), get(fp, op.b + 1), value, len)?;
});
slow!(/// `array.copy`: destination, index, source, index, length from slot `b` on; `c` is the destination's type.
array_copy, |cx, fp, op| {
    let (dst, src) = ((Ref(get(fp, op.b)), get(fp, op.b + 1)), (Ref(get(fp, op.b + 2)), get(fp, op.b + 3)));
    reference::array_copy(cx, op.c, dst, src, get(fp, op.b + 4))?;
});
slow!(/// `array.init_data c d`: array, index, offset, length from slot `b` on.
array_init_data, |cx, fp, op| {
    let array = (Ref(get(fp, op.b)), get(fp, op.b + 1));
    reference::array_init_data(cx, op.c, op.d, array, get(fp, op.b + 2), get(fp, op.b + 3))?;
});
slow!(/// `array.init_elem c d`: array, index, offset, length from slot `b` on.
array_init_elem, |cx, fp, op| {
    let array = (Ref(get(fp, op.b)), get(fp, op.b + 1));
    reference::array_init_elem(cx, op.d, array, get(fp, op.b + 2), get(fp, op.b + 3))?;
});
