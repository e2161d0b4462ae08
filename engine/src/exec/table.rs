//! Table instructions (core `#exec-instr-table`).

use super::Activation;
use crate::{
    error::Fault,
    runtime::{Ref, TableInst},
    trace::TrapCode,
};

pub(super) fn out_of_bounds<E>(_: E) -> Fault {
    Fault::Trap(TrapCode::OutOfBoundsTable.into())
}

/// The table with index `x`.
fn table_of(cx: &mut impl Activation, x: u32) -> &mut TableInst {
    let addr = cx.instance().tables[x as usize];
    cx.store().table_mut(addr)
}

/// `table.grow x`: the old size, or all ones.
pub(crate) fn grow(cx: &mut impl Activation, x: u32, init: Ref, delta: u64) -> u64 {
    let failed = if table_of(cx, x).ty().is_64 { u64::MAX } else { u32::MAX as u64 };
    let addr = cx.instance().tables[x as usize];
    cx.store().grow_table(addr, delta, init).unwrap_or(failed)
}

/// `table.fill x`.
pub(crate) fn fill(cx: &mut impl Activation, x: u32, at: u64, value: Ref, len: u64) -> Result<(), Fault> {
    let bounded = len.min(table_of(cx, x).len());
    cx.pay_elements(bounded)?;
    table_of(cx, x).fill(at, value, len).map_err(out_of_bounds)
}

/// `table.copy x y`: to `x`, from `y`.
pub(crate) fn copy(cx: &mut impl Activation, x: u32, y: u32, dst: u64, src: u64, len: u64) -> Result<(), Fault> {
    let bounded = len.min(table_of(cx, x).len());
    cx.pay_elements(bounded)?;
    let (to, from) = (cx.instance().tables[x as usize].0 as usize, cx.instance().tables[y as usize].0 as usize);
    let tables = &mut cx.store().tables;
    match tables.get_disjoint_mut([to, from]) {
        Ok([to, from]) => to.copy_from(dst, from, src, len),
        Err(_) => tables[to].copy_within(dst, src, len),
    }
    .map_err(out_of_bounds)
}

/// `table.init x y`: to table `x`, from element segment `y`.
pub(crate) fn init(cx: &mut impl Activation, x: u32, y: u32, dst: u64, src: u64, len: u64) -> Result<(), Fault> {
    let (src, len) = (src as u32 as u64, len as u32 as u64);
    let bounded = len.min(table_of(cx, x).len());
    cx.pay_elements(bounded)?;
    let (table, elem) = (cx.instance().tables[x as usize], cx.instance().elems[y as usize]);
    let crate::Store { tables, elems, .. } = cx.store();
    tables[table.0 as usize].init_from(&elems[elem.0 as usize], dst, src, len).map_err(out_of_bounds)
}

/// `elem.drop x`.
pub(crate) fn elem_drop(cx: &mut impl Activation, x: u32) {
    let addr = cx.instance().elems[x as usize];
    cx.store().drop_elem_items(addr);
}
