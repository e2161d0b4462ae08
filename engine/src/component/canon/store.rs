//! CanonicalABI.md, *Storing*: values into linear memory.

use super::super::{
    copy::{Flow, Side},
    resource::{Handle, ResourceVal},
    task::BorrowScope,
    types::{Kind, ValType},
    value::ComponentVal,
};
use super::{
    Context, align_to, broken, error_context::add_error_context, load, pay_values, shape,
    string::store_string_into_range,
};
use crate::mutants::{Mutant, on};
use crate::{Store, error::Fault, trace::Resource};
use ComponentVal as V;

/// A value that is not of its type: those of guests always are, and those of hosts are checked where they come in.
pub(crate) fn mismatch(ty: &dyn std::fmt::Display) -> Fault {
    Fault::Usage(format!("a component value is not of its type {ty}"))
}

/// `store`.
pub(crate) fn store(s: &mut Store, cx: &Context, v: &V, ty: &ValType, ptr: u64) -> Result<(), Fault> {
    match (v, ty) {
        (V::String(v), ValType::String) => {
            let pair = store_string_into_range(s, cx, v)?;
            store_pair(s, cx, pair, ptr)
        }
        (V::Own(val) | V::Borrow(val), ValType::Own(_) | ValType::Borrow(_)) => {
            let i = lower_handle(s, cx, *val, ty)?;
            store_int(s, cx, i, ptr, 4)
        }
        (V::ErrorContext(message), ValType::ErrorContext) => {
            let i = add_error_context(s, cx.inst, message.clone())?;
            store_int(s, cx, u64::from(i), ptr, 4)
        }
        (v, ValType::Compound(compound)) => store_compound(s, cx, v, &compound.kind, ptr),
        (v, ty) => {
            let bits = scalar_bits(v).ok_or_else(|| mismatch(ty))?;
            store_int(s, cx, bits, ptr, ty.elem_size(cx.opts.w) as usize)
        }
    }
}

/// The bits of a value that is one number; integers that are signed are extended to 64 bits.
pub(crate) fn scalar_bits(v: &V) -> Option<u64> {
    Some(match v {
        V::Bool(v) => u64::from(*v),
        V::U8(v) => u64::from(*v),
        V::U16(v) => u64::from(*v),
        V::U32(v) => u64::from(*v),
        V::U64(v) => *v,
        V::S8(v) => i64::from(*v) as u64,
        V::S16(v) => i64::from(*v) as u64,
        V::S32(v) => i64::from(*v) as u64,
        V::S64(v) => *v as u64,
        // Of the NaNs that `maybe_scramble_nan` allows, the canonical one: runs can be repeated.
        V::F32(v) => u64::from(load::canonicalize_nan32(*v)),
        V::F64(v) => load::canonicalize_nan64(*v),
        V::Char(v) => u64::from(*v),
        _ => return None,
    })
}

fn store_compound(s: &mut Store, cx: &Context, v: &V, kind: &Kind, ptr: u64) -> Result<(), Fault> {
    pay_values(s, 1)?;
    match (v, kind) {
        (V::List(vals), Kind::List(ty)) => {
            let pair = store_list_into_range(s, cx, vals, ty)?;
            store_pair(s, cx, pair, ptr)
        }
        (V::List(vals), Kind::FixedList(ty, _)) => store_list_into_valid_range(s, cx, vals, ptr, ty),
        (V::Map(entries), Kind::Map(key, value)) => {
            let pair = store_map_into_range(s, cx, entries, key, value)?;
            store_pair(s, cx, pair, ptr)
        }
        (V::Record(vals), Kind::Record(fields)) => {
            let fields = vals.iter().map(|(_, v)| v).zip(fields.iter().map(|field| &field.ty));
            store_record(s, cx, fields, ptr)
        }
        (V::Tuple(vals), Kind::Tuple(types)) => store_record(s, cx, vals.iter().zip(types), ptr),
        (V::Flags(set), Kind::Flags(labels)) => {
            let size = shape::Shape::of(kind, cx.opts.w).size as usize;
            store_int(s, cx, pack_flags_into_int(set, labels), ptr, size)
        }
        (_, Kind::Stream(_) | Kind::Future(_)) => {
            let i = lower_async(s, cx, v, kind)?;
            store_int(s, cx, i, ptr, 4)
        }
        _ => store_variant(s, cx, v, kind, ptr),
    }
}

/// `store_int`.
pub(crate) fn store_int(s: &mut Store, cx: &Context, v: u64, ptr: u64, nbytes: usize) -> Result<(), Fault> {
    cx.write(s, ptr, &v.to_le_bytes()[..nbytes])
}

pub(super) fn store_pair(s: &mut Store, cx: &Context, pair: (u64, u64), ptr: u64) -> Result<(), Fault> {
    let size = cx.opts.ptr_size();
    store_int(s, cx, pair.0, ptr, size as usize)?;
    store_int(s, cx, pair.1, ptr + size, size as usize)
}

/// Room for `len` elements. The size of what a lift gave is within bounds; a host can give more.
pub(super) fn allocate_list(s: &mut Store, cx: &Context, len: usize, size: u64, alignment: u64) -> Result<u64, Fault> {
    let byte_length = (len as u64).saturating_mul(size);
    if byte_length > u64::from(u32::MAX) {
        return Err(Fault::Exhausted(Resource::Memory));
    }
    let ptr = cx.allocate(s, alignment, byte_length)?;
    cx.check_range(s, ptr, byte_length, alignment)?;
    Ok(ptr)
}

/// `store_list_into_range`.
pub(crate) fn store_list_into_range(
    s: &mut Store,
    cx: &Context,
    vals: &[V],
    ty: &ValType,
) -> Result<(u64, u64), Fault> {
    let ptr = allocate_list(s, cx, vals.len(), ty.elem_size(cx.opts.w), ty.alignment(cx.opts.w))?;
    store_list_into_valid_range(s, cx, vals, ptr, ty)?;
    Ok((ptr, vals.len() as u64))
}

/// `store_list_into_valid_range`.
pub(crate) fn store_list_into_valid_range(
    s: &mut Store,
    cx: &Context,
    vals: &[V],
    ptr: u64,
    ty: &ValType,
) -> Result<(), Fault> {
    pay_values(s, vals.len() as u64)?;
    if *ty == ValType::U8 {
        let bytes = vals.iter().map(|v| if let V::U8(v) = v { Ok(*v) } else { Err(mismatch(ty)) });
        return cx.write(s, ptr, &bytes.collect::<Result<Vec<u8>, _>>()?);
    }
    let size = ty.elem_size(cx.opts.w);
    vals.iter().enumerate().try_for_each(|(i, v)| store(s, cx, v, ty, ptr + i as u64 * size))
}

/// A map is a list of pairs (*Despecialization*).
pub(crate) fn store_map_into_range(
    s: &mut Store,
    cx: &Context,
    entries: &[(V, V)],
    key: &ValType,
    value: &ValType,
) -> Result<(u64, u64), Fault> {
    let pair = shape::Shape::record([key, value].into_iter(), cx.opts.w);
    let ptr = allocate_list(s, cx, entries.len(), pair.size, pair.alignment)?;
    pay_values(s, entries.len() as u64)?;
    for (i, (k, v)) in entries.iter().enumerate() {
        store_record(s, cx, [(k, key), (v, value)].into_iter(), ptr + i as u64 * pair.size)?;
    }
    Ok((ptr, entries.len() as u64))
}

/// `store_record`, of tuples too.
pub(crate) fn store_record<'a>(
    s: &mut Store,
    cx: &Context,
    fields: impl Iterator<Item = (&'a V, &'a ValType)>,
    mut ptr: u64,
) -> Result<(), Fault> {
    for (v, ty) in fields {
        pay_values(s, 1)?;
        ptr = align_to(ptr, ty.alignment(cx.opts.w));
        store(s, cx, v, ty, ptr)?;
        ptr += ty.elem_size(cx.opts.w);
    }
    Ok(())
}

/// `store_variant`, for all the types that despecialise to one.
fn store_variant(s: &mut Store, cx: &Context, v: &V, kind: &Kind, ptr: u64) -> Result<(), Fault> {
    let (case_index, payload) = match_case(v, kind).ok_or_else(|| mismatch(kind))?;
    let disc_size = shape::discriminant_size(kind.case_count());
    store_int(s, cx, case_index as u64, ptr, disc_size as usize)?;
    match (kind.case_type(case_index), payload) {
        (None, None) => Ok(()),
        (Some(ty), Some(v)) => store(s, cx, v, ty, align_to(ptr + disc_size, kind.max_case_alignment(cx.opts.w))),
        _ => Err(mismatch(kind)),
    }
}

/// `match_case`: the case's index and payload.
pub(crate) fn match_case<'a>(v: &'a V, kind: &Kind) -> Option<(usize, Option<&'a V>)> {
    Some(match (v, kind) {
        (V::Variant(label, v), Kind::Variant(cases)) => {
            (cases.iter().position(|case| case.label == *label)?, v.as_deref())
        }
        (V::Enum(label), Kind::Enum(labels)) => (labels.iter().position(|other| other == label)?, None),
        (V::Option(v), Kind::Option(_)) => (usize::from(v.is_some()), v.as_deref()),
        (V::Result(Ok(v)), Kind::Result(..)) => (0, v.as_deref()),
        (V::Result(Err(v)), Kind::Result(..)) => (1, v.as_deref()),
        _ => return None,
    })
}

/// `pack_flags_into_int`.
pub(crate) fn pack_flags_into_int(set: &[super::super::syntax::Name], labels: &[super::super::syntax::Name]) -> u64 {
    labels.iter().enumerate().filter(|(_, label)| set.contains(label)).map(|(bit, _)| 1 << bit).sum()
}

/// `lower_own` and `lower_borrow`.
pub(crate) fn lower_handle(s: &mut Store, cx: &Context, val: ResourceVal, ty: &ValType) -> Result<u64, Fault> {
    let state = &mut s.components;
    let ResourceVal { ty: rt, rep } = val;
    let i = match ty {
        ValType::Own(_) => {
            state.instance_mut(cx.inst).handles.add(Handle { ty: rt, rep, own: true, scope: None, num_lends: 0 })?
        }
        _ => {
            let BorrowScope::Task(task) = cx.borrow_scope else { return Err(broken("task")) };
            // The implementation sees through a borrow of its own resource.
            if state.resource(rt).implementer == Some(cx.inst) && !on(Mutant::RepOfBorrowHandle) {
                return Ok(rep);
            }
            state.task_mut(task)?.num_borrows += u32::from(!on(Mutant::BorrowNotCounted));
            state.instance_mut(cx.inst).handles.add(Handle {
                ty: rt,
                rep,
                own: false,
                scope: Some(task),
                num_lends: 0,
            })?
        }
    };
    Ok(u64::from(i))
}

/// `lower_stream` and `lower_future`: the readable end enters the table of the instance.
pub(crate) fn lower_async(s: &mut Store, cx: &Context, v: &V, kind: &Kind) -> Result<u64, Fault> {
    let (number, flow) = match (v, kind) {
        (V::Stream(number), Kind::Stream(_)) => (*number, Flow::Stream),
        (V::Future(number), Kind::Future(_)) => (*number, Flow::Future),
        _ => return Err(mismatch(kind)),
    };
    let shared = s.shared_of(number, flow, kind)?;
    s.add_end(cx.inst, shared, flow, Side::Readable).map(u64::from)
}
