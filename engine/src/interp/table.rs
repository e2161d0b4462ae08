//! Table instructions (core `#exec-instr-table`), and the shape of all handlers that are not worth a place in registers.

use super::{
    code::{Exit, Op},
    context::{Cx, go},
    variable::{get, set},
};
use crate::{
    error::Fault,
    exec::table,
    runtime::{Ref, TableInst},
    trace::TrapCode,
};

/// Defines a handler whose work is a function of its own: it may fail, allocate, and move the memory.
macro_rules! slow {
    ($(#[$doc:meta])* $name:ident $(<$o:ident : $bound:path>)?, |$cx:ident, $fp:ident, $op:ident| $body:block) => {
        $(#[$doc])*
        ///
        /// # Safety
        /// As every handler: the instruction's slots are inside the frame.
        pub(super) unsafe fn $name $(<$o: $bound>)? (
            ip: *const Op, fp: *mut u64, _: *mut u8, _: usize, cx: *mut Cx,
        ) -> Exit {
            #[inline(always)]
            #[allow(unreachable_code, reason = "some bodies never go on")]
            unsafe fn body $(<$o: $bound>)? ($cx: &mut Cx, $fp: *mut u64, $op: &Op) -> Result<(), Fault> {
                // SAFETY: the translation made the instruction for this frame.
                unsafe {
                    let _ = (&$cx, &$fp);
                    $body
                    Ok(())
                }
            }
            #[inline(never)]
            unsafe fn work $(<$o: $bound>)? (cx: &mut Cx, fp: *mut u64, op: &Op) -> bool {
                cx.fp = fp;
                // SAFETY: as promised by the caller.
                match unsafe { body $(::<$o>)? (cx, fp, op) } {
                    Ok(()) => {
                        cx.reload_memory();
                        true
                    }
                    Err(fault) => {
                        cx.fail(op, fault);
                        false
                    }
                }
            }
            // SAFETY: the translation made the instruction for this frame.
            unsafe {
                if !work $(::<$o>)? (&mut *cx, fp, &*ip) {
                    return Exit::Fault;
                }
                go!(ip.add(1), fp, (*cx).mem, (*cx).len, cx)
            }
        }
    };
}
pub(super) use slow;

/// The table with index `x`.
fn table_of(cx: &Cx, x: u32) -> &'static mut TableInst {
    // SAFETY: tables are boxed and live as long as the store; handlers hold one such reference at a time.
    unsafe {
        let table: *mut TableInst = cx.inst().table_ptrs[x as usize];
        &mut *table
    }
}

fn out_of_bounds<E>(_: E) -> Fault {
    Fault::Trap(TrapCode::OutOfBoundsTable.into())
}

slow!(/// `a = table c [b]`.
table_get, |cx, fp, op| {
    let element = table_of(cx, op.c).get(get(fp, op.b)).ok_or_else(|| out_of_bounds(()))?;
    set(fp, op.a, element.0);
});
slow!(/// `table c [a] = b`.
table_set, |cx, fp, op| {
    table_of(cx, op.c).set(get(fp, op.a), Ref(get(fp, op.b))).ok_or_else(|| out_of_bounds(()))?;
});
slow!(/// `a = table.size b`.
    table_size, |cx, fp, op| { set(fp, op.a, table_of(cx, op.b).len()); });
slow!(/// `a = table.grow c`: element and number from slot `b` on.
table_grow, |cx, fp, op| {
    set(fp, op.a, table::grow(cx, op.c, Ref(get(fp, op.b)), get(fp, op.b + 1)));
});
slow!(/// `table.fill a`: three operands from slot `b` on.
table_fill, |cx, fp, op| {
    table::fill(cx, op.a, get(fp, op.b), Ref(get(fp, op.b + 1)), get(fp, op.b + 2))?;
});
slow!(/// `table.copy a <- c`: three operands from slot `b` on.
table_copy, |cx, fp, op| {
    table::copy(cx, op.a, op.c, get(fp, op.b), get(fp, op.b + 1), get(fp, op.b + 2))?;
});
slow!(/// `table.init a, elem c`: three operands from slot `b` on.
table_init, |cx, fp, op| {
    table::init(cx, op.a, op.c, get(fp, op.b), get(fp, op.b + 1), get(fp, op.b + 2))?;
});
slow!(/// `elem.drop a`.
    elem_drop, |cx, fp, op| { table::elem_drop(cx, op.a); });
