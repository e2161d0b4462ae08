//! CanonicalABI.md, *Flat Lifting* and the lifting half of *Lifting and Lowering Values*.

use super::super::{
    types::{Kind, ValType},
    value::ComponentVal,
};
use super::{
    Context, bits, broken,
    error_context::error_context,
    load::{
        canonicalize_nan32, canonicalize_nan64, convert_i32_to_char, lift_async, lift_handle, load_list_from_range,
        load_map_from_range, load_tuple, unpack_flags_from_int,
    },
    shape::{Shape, flatten_types},
    string::load_string_from_range,
    trap_if,
};
use crate::{Store, error::Fault, runtime::Val, trace::TrapCode};
use ComponentVal as V;

/// `CoreValueIter`: core values one after the other, as bits. Coercions between the types that a variant joins are those
/// of the bits, so that one iterator serves inside and outside variants.
pub(crate) struct CoreValueIter<'a> {
    vals: std::slice::Iter<'a, Val>,
}

impl<'a> CoreValueIter<'a> {
    pub fn new(vals: &'a [Val]) -> Self {
        CoreValueIter { vals: vals.iter() }
    }

    pub fn next(&mut self) -> Result<u64, Fault> {
        self.vals.next().map(|val| bits(*val)).ok_or_else(|| broken("flat values"))
    }

    fn next32(&mut self) -> Result<u32, Fault> {
        // `wrap_i64_to_i32` where a variant joined with a wider type.
        self.next().map(|bits| bits as u32)
    }

    /// A pointer or a length: as wide as the memory's addresses, whatever a variant joined it with.
    pub fn next_ptr(&mut self, cx: &Context) -> Result<u64, Fault> {
        let bits = self.next()?;
        Ok(if cx.opts.w == 1 { bits } else { u64::from(bits as u32) })
    }

    fn skip(&mut self, n: usize) -> Result<(), Fault> {
        (0..n).try_for_each(|_| self.next().map(drop))
    }

    /// How many values are left.
    pub fn remaining(&self) -> usize {
        self.vals.len()
    }
}

/// `lift_flat`.
pub(crate) fn lift_flat(store: &mut Store, cx: &Context, vi: &mut CoreValueIter<'_>, ty: &ValType) -> Result<V, Fault> {
    Ok(match ty {
        ValType::Bool => V::Bool(vi.next32()? != 0),
        ValType::U8 => V::U8(vi.next32()? as u8),
        ValType::U16 => V::U16(vi.next32()? as u16),
        ValType::U32 => V::U32(vi.next32()?),
        ValType::U64 => V::U64(vi.next()?),
        ValType::S8 => V::S8(vi.next32()? as i8),
        ValType::S16 => V::S16(vi.next32()? as i16),
        ValType::S32 => V::S32(vi.next32()? as i32),
        ValType::S64 => V::S64(vi.next()? as i64),
        ValType::F32 => V::F32(canonicalize_nan32(vi.next32()?)),
        ValType::F64 => V::F64(canonicalize_nan64(vi.next()?)),
        ValType::Char => V::Char(convert_i32_to_char(vi.next32()?)?),
        ValType::String => {
            let (ptr, packed_length) = (vi.next_ptr(cx)?, vi.next_ptr(cx)?);
            load_string_from_range(store, cx, ptr, packed_length)?
        }
        ValType::ErrorContext => {
            let i = vi.next32()?;
            V::ErrorContext(error_context(store, cx.inst, i)?)
        }
        ValType::Own(_) | ValType::Borrow(_) => {
            let i = vi.next32()?;
            lift_handle(store, cx, i, ty)?
        }
        ValType::Compound(compound) => match &compound.kind {
            Kind::Variant(_) | Kind::Enum(_) | Kind::Option(_) | Kind::Result(..) => {
                let flat = compound.shapes[cx.opts.w].flat.as_ref().ok_or_else(|| broken("flat form"))?;
                lift_flat_variant(store, cx, vi, &compound.kind, flat.len())?
            }
            kind => lift_flat_compound(store, cx, vi, kind)?,
        },
    })
}

fn lift_flat_compound(store: &mut Store, cx: &Context, vi: &mut CoreValueIter<'_>, kind: &Kind) -> Result<V, Fault> {
    match kind {
        Kind::List(ty) => {
            let (ptr, length) = (vi.next_ptr(cx)?, vi.next_ptr(cx)?);
            Ok(V::List(load_list_from_range(store, cx, ptr, length, ty)?))
        }
        Kind::Map(key, value) => {
            let (ptr, length) = (vi.next_ptr(cx)?, vi.next_ptr(cx)?);
            load_map_from_range(store, cx, ptr, length, key, value)
        }
        Kind::FixedList(ty, len) => {
            Ok(V::List((0..*len).map(|_| lift_flat(store, cx, vi, ty)).collect::<Result<_, _>>()?))
        }
        Kind::Record(fields) => {
            let fields = fields.iter().map(|field| Ok((field.label.clone(), lift_flat(store, cx, vi, &field.ty)?)));
            Ok(V::Record(fields.collect::<Result<_, Fault>>()?))
        }
        Kind::Tuple(types) => {
            Ok(V::Tuple(types.iter().map(|ty| lift_flat(store, cx, vi, ty)).collect::<Result<_, _>>()?))
        }
        Kind::Flags(labels) => Ok(unpack_flags_from_int(u64::from(vi.next32()?), labels)),
        kind => {
            let i = vi.next32()?;
            lift_async(store, cx, i, kind)
        }
    }
}

/// `lift_flat_variant`: what the case does not use of the joined form is skipped.
fn lift_flat_variant(
    store: &mut Store,
    cx: &Context,
    vi: &mut CoreValueIter<'_>,
    kind: &Kind,
    flat_len: usize,
) -> Result<V, Fault> {
    let before = vi.remaining();
    let case_index = vi.next32()? as usize;
    trap_if(case_index >= kind.case_count(), TrapCode::InvalidValue)?;
    let payload = match kind.case_type(case_index) {
        None => None,
        Some(ty) => Some(lift_flat(store, cx, vi, ty)?),
    };
    vi.skip(flat_len - (before - vi.remaining()))?;
    Ok(kind.make_case(case_index, payload))
}

/// `lift_flat_values`.
pub(crate) fn lift_flat_values(
    store: &mut Store,
    cx: &Context,
    max_flat: usize,
    vi: &mut CoreValueIter<'_>,
    types: &[ValType],
) -> Result<Vec<V>, Fault> {
    store.components.reset_budget(store.limits.heap_bytes);
    let w = cx.opts.w;
    if flatten_types(types, w).is_some_and(|flat| flat.len() <= max_flat) {
        return types.iter().map(|ty| lift_flat(store, cx, vi, ty)).collect();
    }
    let ptr = vi.next_ptr(cx)?;
    let tuple = Shape::record(types.iter(), w);
    cx.check_range(store, ptr, tuple.size, tuple.alignment)?;
    load_tuple(store, cx, ptr, types)
}
