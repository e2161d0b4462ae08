//! CanonicalABI.md, *Flat Lowering* and the lowering half of *Lifting and Lowering Values*.

use super::super::{
    types::{Kind, ValType},
    value::ComponentVal,
};
use super::{
    Context, broken,
    error_context::add_error_context,
    lift::CoreValueIter,
    shape::{Shape, flatten_types},
    store::{
        lower_async, lower_handle, match_case, mismatch, pack_flags_into_int, scalar_bits, store_list_into_range,
        store_map_into_range, store_record,
    },
    string::store_string_into_range,
};
use crate::{Store, error::Fault, runtime::Val, syntax::ValType as CoreType};
use ComponentVal as V;

/// `lower_flat`. Values are appended to `flat` as bits; their core types are those of the flat form.
pub(crate) fn lower_flat(
    store: &mut Store,
    cx: &Context,
    v: &V,
    ty: &ValType,
    flat: &mut Vec<u64>,
) -> Result<(), Fault> {
    match (v, ty) {
        (V::String(v), ValType::String) => push_pair(flat, store_string_into_range(store, cx, v)?),
        (V::Own(val) | V::Borrow(val), ValType::Own(_) | ValType::Borrow(_)) => {
            flat.push(lower_handle(store, cx, *val, ty)?);
        }
        (V::ErrorContext(message), ValType::ErrorContext) => {
            flat.push(u64::from(add_error_context(store, cx.inst, message.clone())?));
        }
        (v, ValType::Compound(compound)) => match &compound.kind {
            kind @ (Kind::Variant(_) | Kind::Enum(_) | Kind::Option(_) | Kind::Result(..)) => {
                let form = compound.shapes[cx.opts.w].flat.as_ref().ok_or_else(|| broken("flat form"))?;
                lower_flat_variant(store, cx, v, kind, form.len(), flat)?;
            }
            kind => lower_flat_compound(store, cx, v, kind, flat)?,
        },
        (v, ty) => {
            let bits = scalar_bits(v).ok_or_else(|| mismatch(ty))?;
            // `lower_flat_signed`: the bits of an i32, where the value is no wider.
            flat.push(if ty.elem_size(cx.opts.w) == 8 { bits } else { u64::from(bits as u32) });
        }
    }
    Ok(())
}

fn push_pair(flat: &mut Vec<u64>, (ptr, length): (u64, u64)) {
    flat.extend([ptr, length]);
}

fn lower_flat_compound(store: &mut Store, cx: &Context, v: &V, kind: &Kind, flat: &mut Vec<u64>) -> Result<(), Fault> {
    match (v, kind) {
        (V::List(vals), Kind::List(ty)) => push_pair(flat, store_list_into_range(store, cx, vals, ty)?),
        (V::Map(entries), Kind::Map(key, value)) => {
            push_pair(flat, store_map_into_range(store, cx, entries, key, value)?);
        }
        (V::List(vals), Kind::FixedList(ty, _)) => {
            vals.iter().try_for_each(|v| lower_flat(store, cx, v, ty, flat))?;
        }
        (V::Record(vals), Kind::Record(fields)) => {
            vals.iter().zip(fields).try_for_each(|((_, v), field)| lower_flat(store, cx, v, &field.ty, flat))?;
        }
        (V::Tuple(vals), Kind::Tuple(types)) => {
            vals.iter().zip(types).try_for_each(|(v, ty)| lower_flat(store, cx, v, ty, flat))?;
        }
        (V::Flags(set), Kind::Flags(labels)) => flat.push(pack_flags_into_int(set, labels)),
        (V::Stream(_) | V::Future(_), Kind::Stream(_) | Kind::Future(_)) => flat.push(lower_async(store, cx, v, kind)?),
        _ => return Err(mismatch(kind)),
    }
    Ok(())
}

/// `lower_flat_variant`: the coercions to the joined types keep the bits, and what the case does not use is zero.
fn lower_flat_variant(
    store: &mut Store,
    cx: &Context,
    v: &V,
    kind: &Kind,
    flat_len: usize,
    flat: &mut Vec<u64>,
) -> Result<(), Fault> {
    let (case_index, payload) = match_case(v, kind).ok_or_else(|| mismatch(kind))?;
    let end = flat.len() + flat_len;
    flat.push(case_index as u64);
    match (kind.case_type(case_index), payload) {
        (None, None) => {}
        (Some(ty), Some(v)) => lower_flat(store, cx, v, ty, flat)?,
        _ => return Err(mismatch(kind)),
    }
    flat.resize(end, 0);
    Ok(())
}

/// `lower_flat_values`. `out_param` is where the caller wants values that do not fit; without it they are allocated.
pub(crate) fn lower_flat_values(
    store: &mut Store,
    cx: &Context,
    max_flat: usize,
    vals: &[V],
    types: &[ValType],
    out_param: Option<&mut CoreValueIter<'_>>,
) -> Result<Vec<Val>, Fault> {
    let w = cx.opts.w;
    if let Some(form) = flatten_types(types, w).filter(|form| form.len() <= max_flat) {
        let mut flat = Vec::with_capacity(form.len());
        vals.iter().zip(types).try_for_each(|(v, ty)| lower_flat(store, cx, v, ty, &mut flat))?;
        return Ok(flat.into_iter().zip(form).map(|(bits, ty)| core_val(bits, ty)).collect());
    }
    let tuple = Shape::record(types.iter(), w);
    let (ptr, flat_vals) = match out_param {
        Some(vi) => (vi.next()?, vec![]),
        None => {
            let ptr = cx.allocate(store, tuple.alignment, tuple.size)?;
            (ptr, vec![cx.opts.ptr(ptr)])
        }
    };
    cx.check_range(store, ptr, tuple.size, tuple.alignment)?;
    store_record(store, cx, vals.iter().zip(types), ptr)?;
    Ok(flat_vals)
}

pub(crate) fn core_val(bits: u64, ty: CoreType) -> Val {
    Val::from_slots([bits, 0], ty)
}
