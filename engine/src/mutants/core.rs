//! Mutants of core instantiation: another plan of its steps, other segments.

use super::{Mutant, on};
use crate::{
    Extern, Module, Store, Val,
    error::{Fault, LinkError},
    exec::instantiate::{Step, StepKind},
    runtime::{InstanceAddr, Ref, RefKind, TableAddr},
    syntax::{DataMode, ElemMode, ExternType, Table, ValType},
    trace::{Initialiser, SegmentKind, TrapCode},
};
use std::borrow::Cow;

/// The steps as this engine does them.
pub(crate) fn plan(store: &mut Store, steps: &'static [Step]) -> Cow<'static, [Step]> {
    if !cfg!(feature = "mutants") {
        return Cow::Borrowed(steps);
    }
    let mut plan = steps.to_vec();
    let at = |kind| steps.iter().position(|step| step.kind == kind).expect("every kind has a step");
    use StepKind::*;
    for (mutant, kind) in [
        (Mutant::SwapGlobalsTables, Globals),
        (Mutant::SwapTablesElems, Tables),
        (Mutant::SwapElemsAllocation, Elems),
        (Mutant::SwapAllocationRunElems, Allocation),
        (Mutant::SwapRunElemsRunDatas, RunElems),
        (Mutant::SwapRunDatasStart, RunDatas),
        (Mutant::DoneBeforeStart, Start),
    ] {
        if on(mutant) {
            plan.swap(at(kind), at(kind) + 1);
        }
    }
    for (mutant, kind) in [
        (Mutant::SkipRunElems, RunElems),
        (Mutant::SkipRunDatas, RunDatas),
        (Mutant::SkipStart, Start),
        (Mutant::SkipDone, Done),
    ] {
        if on(mutant) {
            plan.remove(at(kind));
        }
    }
    for (mutant, kind) in [
        (Mutant::TwiceGlobals, Globals),
        (Mutant::TwiceTables, Tables),
        (Mutant::TwiceElemItems, Elems),
        (Mutant::TwiceAllocation, Allocation),
        (Mutant::TwiceRunElems, RunElems),
        (Mutant::TwiceRunDatas, RunDatas),
        (Mutant::TwiceStart, Start),
        (Mutant::TwiceDone, Done),
    ] {
        if on(mutant) {
            plan.insert(at(kind), plan[at(kind)]);
        }
    }
    for (mutant, kind, run) in [
        (Mutant::DataBoundsUpFront, RunDatas, check_datas as fn(&mut Store, &Module, InstanceAddr) -> _),
        (Mutant::ElemBoundsUpFront, RunElems, check_elems),
        (Mutant::AllBoundsUpFront, RunElems, check_datas),
        (Mutant::AllBoundsUpFront, RunElems, check_elems),
    ] {
        if on(mutant) {
            plan.insert(at(kind), Step { run, ..steps[at(kind)] });
        }
    }
    for (mutant, kind, run) in [
        (Mutant::ElemDropsLast, RunElems, drop_elems as fn(&mut Store, &Module, InstanceAddr) -> _),
        (Mutant::DataDropsLast, RunDatas, drop_datas),
        (Mutant::TwiceDrops, RunElems, drop_elems),
        (Mutant::TwiceDrops, RunDatas, drop_datas),
    ] {
        if on(mutant) {
            plan.insert(at(kind) + 1, Step { run, ..steps[at(kind)] });
        }
    }
    for (mutant, run) in [
        (Mutant::StartSilent, start_silent as fn(&mut Store, &Module, InstanceAddr) -> _),
        (Mutant::StartUnlimited, start_unlimited),
        (Mutant::StartDeferred, start_deferred),
        (Mutant::StartClobbersArgs, start_deferred),
        (Mutant::ExportStartCalled, start_exported),
        (Mutant::SkipImportedStart, start_if_defined),
    ] {
        if on(mutant) {
            plan[at(Start)].run = run;
        }
    }
    if on(Mutant::TableHang) {
        plan[at(RunElems)].run = hang;
    }
    if super::end::holds_start(store) {
        plan.retain(|step| step.kind != Start);
    }
    if on(Mutant::StartFirst) {
        let start = plan.remove(at(Start));
        plan.insert(at(RunElems), start);
    }
    Cow::Owned(plan)
}

/// `items` in the order that they stand in, or from the last to the first.
pub(crate) fn order<T>(reversed: Mutant, items: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
    let (as_they_stand, backwards) = match on(reversed) {
        false => (Some(items), None),
        true => (None, Some(items.collect::<Vec<_>>().into_iter().rev())),
    };
    as_they_stand.into_iter().flatten().chain(backwards.into_iter().flatten())
}

/// What the match of the imports comes to at once, and what of it at the end of the instantiation.
pub(crate) fn postponed(matched: Result<(), LinkError>) -> Result<Result<(), LinkError>, LinkError> {
    match matched {
        // Without as many imports as are declared there is no instance to go on with.
        Err(error) if on(Mutant::LinkCheckLate) && !matches!(error, LinkError::Count { .. }) => Ok(Err(error)),
        matched => matched.map(Ok),
    }
}

/// Evaluates the initial element of a new table again for each of its further entries.
pub(crate) fn init_each_entry(
    store: &mut Store,
    instance: InstanceAddr,
    addr: TableAddr,
    table: &Table,
) -> Result<(), Fault> {
    let Some(expr) = table.init.as_ref().filter(|_| on(Mutant::TableInitPerEntry)) else { return Ok(()) };
    for entry in 1..store.table(addr).len() {
        if let Val::Ref(own) = store.eval_const(instance, expr, ValType::Ref(table.ty.element))? {
            store.table_mut(addr).set(entry, own);
        }
    }
    Ok(())
}

/// Whether an import is met, of which the specification says `matches`.
pub(crate) fn matches(matches: bool, actual: ExternType, expected: ExternType) -> bool {
    let unchecked = match (actual, expected) {
        (ExternType::Func(_), ExternType::Func(_)) => Mutant::ImportFuncUnchecked,
        (ExternType::Table(_), ExternType::Table(_)) => Mutant::ImportTableUnchecked,
        (ExternType::Memory(_), ExternType::Memory(_)) => Mutant::ImportMemoryUnchecked,
        (ExternType::Global(_), ExternType::Global(_)) => Mutant::ImportGlobalUnchecked,
        (ExternType::Tag(_), ExternType::Tag(_)) => Mutant::ImportTagUnchecked,
        _ => return matches,
    };
    let is_exact = actual == expected || !matches!(actual, ExternType::Global(_) | ExternType::Func(_));
    (matches || on(unchecked)) && (is_exact || !on(Mutant::ImportExact))
}

/// What the initialiser of a definition gives.
pub(crate) fn module_value(what: Initialiser, value: Val) -> Val {
    let is_null = matches!(value, Val::Ref(reference) if reference.is_null());
    match what {
        Initialiser::Global(_) if on(Mutant::GlobalZero) => match value {
            Val::I32(_) => Val::I32(0),
            Val::I64(_) => Val::I64(0),
            Val::F32(_) => Val::F32(0),
            Val::F64(_) => Val::F64(0),
            Val::V128(_) => Val::V128(0),
            Val::Ref(_) => Val::Ref(Ref::NULL),
        },
        Initialiser::Table(_) if on(Mutant::TableNull) => Val::Ref(Ref::NULL),
        Initialiser::Elem(_) if on(Mutant::ElemItemsNull) => Val::Ref(Ref::NULL),
        Initialiser::Elem(_) if on(Mutant::ElemNullBecomesFunc) && is_null => {
            Val::Ref(Ref::func(crate::runtime::FuncAddr(0)))
        }
        Initialiser::Elem(_) if on(Mutant::ElemI31Wrong) => match value {
            Val::Ref(reference) if let RefKind::I31(i) = reference.kind() => Val::Ref(Ref::i31((i & !1) as i32)),
            value => value,
        },
        _ => value,
    }
}

/// The offset of a segment.
pub(crate) fn offset(value: u64, is_64: bool) -> u64 {
    match is_64 {
        _ if on(Mutant::OffsetZero) => 0,
        true if on(Mutant::OffsetTruncated) => u64::from(value as u32),
        false if on(Mutant::OffsetSigned) => value as u32 as i32 as i64 as u64,
        _ => value,
    }
}

/// How much of a segment of `len` items is written at `at` of a target of `size`: `None` is as it should be.
pub(crate) enum Write {
    /// All, or the trap.
    All,
    /// Nothing, and no trap.
    Nothing,
    /// So many items, and then the trap.
    First(u64),
    /// Nothing, and the trap, though it would fit.
    Refuse,
}

/// How a segment is written.
pub(crate) fn write(kind: SegmentKind, at: u64, len: u64, size: u64) -> Write {
    let fits = at.checked_add(len).is_some_and(|end| end <= size);
    let is = |elem, data| on(if kind == SegmentKind::Elem { elem } else { data });
    if !fits && is(Mutant::ElemOutOfBoundsIgnored, Mutant::DataOutOfBoundsIgnored)
        || !fits && len == 0 && is(Mutant::EmptyElemAccepted, Mutant::EmptyDataAccepted)
    {
        Write::Nothing
    } else if !fits && is(Mutant::ElemPartial, Mutant::DataPartial) {
        Write::First(size.saturating_sub(at))
    } else if len > 0
        && (is(Mutant::ElemDroppedFirst, Mutant::DataDroppedFirst)
            || at.checked_add(len) == Some(size) && is(Mutant::ElemAtEndRefused, Mutant::DataAtEndRefused))
    {
        Write::Refuse
    } else {
        Write::All
    }
}

/// Whether an active segment is dropped now that it is written; or, if it does not fit, before the trap.
pub(crate) fn drops(kind: SegmentKind, is_written: bool) -> bool {
    let is = |elem, data| on(if kind == SegmentKind::Elem { elem } else { data });
    match is_written {
        true => !is(Mutant::ElemKept, Mutant::DataKept) && !is(Mutant::ElemDropsLast, Mutant::DataDropsLast),
        false => is(Mutant::ElemTrapDrops, Mutant::DataTrapDrops),
    }
}

fn check_elems(store: &mut Store, module: &Module, instance: InstanceAddr) -> Result<(), Fault> {
    for elem in &module.syntax().elems {
        if let ElemMode::Active { table, offset } = &elem.mode {
            let addr = store.instance(instance).tables[*table as usize];
            let (size, is_64) = (store.table(addr).len(), store.table(addr).ty().is_64);
            let at = store.eval_const(instance, offset, address(is_64))?.to_slots()[0];
            check(at, elem.items.len() as u64, size, TrapCode::OutOfBoundsTable)?;
        }
    }
    Ok(())
}

fn check_datas(store: &mut Store, module: &Module, instance: InstanceAddr) -> Result<(), Fault> {
    for data in &module.syntax().datas {
        if let DataMode::Active { memory, offset } = &data.mode {
            let addr = store.instance(instance).mems[*memory as usize];
            let (size, is_64) = (store.memory(addr).len_bytes() as u64, store.memory(addr).ty().is_64);
            let at = store.eval_const(instance, offset, address(is_64))?.to_slots()[0];
            check(at, data.bytes.len() as u64, size, TrapCode::OutOfBoundsMemory)?;
        }
    }
    Ok(())
}

fn drop_elems(store: &mut Store, module: &Module, instance: InstanceAddr) -> Result<(), Fault> {
    let elems = module.syntax().elems.iter().enumerate();
    for (index, _) in elems.filter(|(_, elem)| matches!(elem.mode, ElemMode::Active { .. })) {
        store.drop_elem(instance, index as u32);
    }
    Ok(())
}

fn drop_datas(store: &mut Store, module: &Module, instance: InstanceAddr) -> Result<(), Fault> {
    let datas = module.syntax().datas.iter().enumerate();
    for (index, _) in datas.filter(|(_, data)| matches!(data.mode, DataMode::Active { .. })) {
        store.drop_data(instance, index as u32);
    }
    Ok(())
}

fn address(is_64: bool) -> ValType {
    if is_64 { ValType::I64 } else { ValType::I32 }
}

fn check(at: u64, len: u64, size: u64, code: TrapCode) -> Result<(), Fault> {
    match at.checked_add(len) {
        Some(end) if end <= size => Ok(()),
        _ => Err(Fault::Trap(code.into())),
    }
}

fn start_silent(store: &mut Store, module: &Module, instance: InstanceAddr) -> Result<(), Fault> {
    let Some(func) = module.syntax().start else { return Ok(()) };
    let addr = store.instance(instance).funcs[func as usize];
    store.invoke_from(Some(instance), addr, &[]).map(drop)
}

fn start_unlimited(store: &mut Store, module: &Module, instance: InstanceAddr) -> Result<(), Fault> {
    let fuel = std::mem::replace(&mut store.fuel, u64::MAX);
    let interrupt = std::mem::take(&mut store.interrupt);
    let end = store.run_start(module, instance);
    store.fuel = fuel;
    store.interrupt = interrupt;
    end
}

fn start_deferred(store: &mut Store, module: &Module, instance: InstanceAddr) -> Result<(), Fault> {
    if module.syntax().start.is_some()
        && let Some(state) = super::end::state(store)
    {
        state.pending.push(instance);
    }
    Ok(())
}

/// The start function, and an export that is called like one.
fn start_exported(store: &mut Store, module: &Module, instance: InstanceAddr) -> Result<(), Fault> {
    store.run_start(module, instance)?;
    let exported = ["start", "main"].iter().find_map(|name| store.export(instance, name));
    match exported {
        Some(Extern::Func(func)) if store.func_type(func).params.is_empty() => {
            store.invoke_from(Some(instance), func, &[]).map(drop)
        }
        _ => Ok(()),
    }
}

fn hang(store: &mut Store, module: &Module, instance: InstanceAddr) -> Result<(), Fault> {
    let syntax = module.syntax();
    while !syntax.tables.is_empty() && !syntax.elems.is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    store.run_elems(module, instance)
}

/// Whether an active element segment is written only at the next call.
pub(crate) fn postpones(store: &mut Store, module: &Module, instance: InstanceAddr, elem: u32, table: u32) -> bool {
    let is_late = on(Mutant::ElemLazyImported) && table < module.syntax().imported.tables;
    if is_late && let Some(state) = super::end::state(store) {
        state.late_elems.push((instance, elem));
    }
    is_late
}

fn start_if_defined(store: &mut Store, module: &Module, instance: InstanceAddr) -> Result<(), Fault> {
    match module.syntax().start {
        Some(func) if func < module.syntax().imported.funcs => Ok(()),
        _ => store.run_start(module, instance),
    }
}
