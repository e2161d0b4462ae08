//! CanonicalABI.md, *Loading*: values out of linear memory.

use super::super::{
    copy::Flow,
    resource::ResourceVal,
    task::BorrowScope,
    types::{Field, Kind, ValType},
    value::ComponentVal,
};
use super::{
    Context, align_to, broken, builtin_copy::lift_async_value, error_context::error_context, pay_values, shape,
    string::load_string_from_range, trap, trap_if,
};
use crate::mutants::{Mutant, on};
use crate::{
    Store,
    error::Fault,
    trace::{Resource, TrapCode},
};
use ComponentVal as V;

/// `load`.
pub(crate) fn load(store: &mut Store, cx: &Context, ptr: u64, ty: &ValType) -> Result<V, Fault> {
    Ok(match ty {
        ValType::Bool => V::Bool(load_int(store, cx, ptr, 1)? != 0),
        ValType::U8 => V::U8(load_int(store, cx, ptr, 1)? as u8),
        ValType::U16 => V::U16(load_int(store, cx, ptr, 2)? as u16),
        ValType::U32 => V::U32(load_int(store, cx, ptr, 4)? as u32),
        ValType::U64 => V::U64(load_int(store, cx, ptr, 8)?),
        ValType::S8 => V::S8(load_int(store, cx, ptr, 1)? as i8),
        ValType::S16 => V::S16(load_int(store, cx, ptr, 2)? as i16),
        ValType::S32 => V::S32(load_int(store, cx, ptr, 4)? as i32),
        ValType::S64 => V::S64(load_int(store, cx, ptr, 8)? as i64),
        ValType::F32 => V::F32(canonicalize_nan32(load_int(store, cx, ptr, 4)? as u32)),
        ValType::F64 => V::F64(canonicalize_nan64(load_int(store, cx, ptr, 8)?)),
        ValType::Char => V::Char(convert_i32_to_char(load_int(store, cx, ptr, 4)? as u32)?),
        ValType::String => {
            let (begin, tagged) = load_pair(store, cx, ptr)?;
            load_string_from_range(store, cx, begin, tagged)?
        }
        ValType::ErrorContext => {
            let i = load_int(store, cx, ptr, 4)? as u32;
            V::ErrorContext(error_context(store, cx.inst, i)?)
        }
        ValType::Own(_) | ValType::Borrow(_) => {
            let i = load_int(store, cx, ptr, 4)? as u32;
            lift_handle(store, cx, i, ty)?
        }
        ValType::Compound(compound) => load_compound(store, cx, ptr, &compound.kind)?,
    })
}

fn load_compound(store: &mut Store, cx: &Context, ptr: u64, kind: &Kind) -> Result<V, Fault> {
    let w = cx.opts.w;
    pay_values(store, 1)?;
    match kind {
        Kind::List(ty) => {
            let (begin, length) = load_pair(store, cx, ptr)?;
            Ok(V::List(load_list_from_range(store, cx, begin, length, ty)?))
        }
        Kind::FixedList(ty, len) => Ok(V::List(load_list_from_valid_range(store, cx, ptr, u64::from(*len), ty)?)),
        Kind::Map(key, value) => {
            let (begin, length) = load_pair(store, cx, ptr)?;
            load_map_from_range(store, cx, begin, length, key, value)
        }
        Kind::Record(fields) => load_record(store, cx, ptr, fields),
        Kind::Tuple(types) => load_tuple(store, cx, ptr, types).map(V::Tuple),
        Kind::Flags(labels) => {
            let i = load_int(store, cx, ptr, shape::Shape::of(kind, w).size as usize)?;
            Ok(unpack_flags_from_int(i, labels))
        }
        Kind::Stream(_) | Kind::Future(_) => {
            let i = load_int(store, cx, ptr, 4)? as u32;
            lift_async(store, cx, i, kind)
        }
        Kind::Variant(_) | Kind::Enum(_) | Kind::Option(_) | Kind::Result(..) => load_variant(store, cx, ptr, kind),
    }
}

/// `load_int`.
pub(crate) fn load_int(store: &Store, cx: &Context, ptr: u64, nbytes: usize) -> Result<u64, Fault> {
    let mut buf = [0; 8];
    cx.read(store, ptr, &mut buf[..nbytes])?;
    Ok(u64::from_le_bytes(buf))
}

/// Pointer and length of a string or list.
pub(super) fn load_pair(store: &Store, cx: &Context, ptr: u64) -> Result<(u64, u64), Fault> {
    let size = cx.opts.ptr_size();
    Ok((load_int(store, cx, ptr, size as usize)?, load_int(store, cx, ptr + size, size as usize)?))
}

/// `canonicalize_nan32`, on bits.
pub(crate) fn canonicalize_nan32(bits: u32) -> u32 {
    if f32::from_bits(bits).is_nan() { 0x7fc0_0000 } else { bits }
}

/// `canonicalize_nan64`, on bits.
pub(crate) fn canonicalize_nan64(bits: u64) -> u64 {
    if f64::from_bits(bits).is_nan() { 0x7ff8_0000_0000_0000 } else { bits }
}

/// `convert_i32_to_char`.
pub(crate) fn convert_i32_to_char(i: u32) -> Result<char, Fault> {
    char::from_u32(i).map_or_else(|| trap(TrapCode::InvalidValue), Ok)
}

pub(crate) const MAX_LIST_BYTE_LENGTH: u64 = (1 << 28) - 1;

/// `load_list_from_range`.
pub(crate) fn load_list_from_range(
    store: &mut Store,
    cx: &Context,
    ptr: u64,
    length: u64,
    ty: &ValType,
) -> Result<Vec<V>, Fault> {
    let (size, alignment) = (ty.elem_size(cx.opts.w), ty.alignment(cx.opts.w));
    check_list(store, cx, ptr, length, size, alignment)?;
    load_list_from_valid_range(store, cx, ptr, length, ty)
}

fn check_list(store: &Store, cx: &Context, ptr: u64, length: u64, size: u64, alignment: u64) -> Result<(), Fault> {
    let byte_length = length.saturating_mul(size);
    trap_if(byte_length > MAX_LIST_BYTE_LENGTH, TrapCode::InvalidPointer)?;
    cx.check_range(store, ptr, byte_length, alignment)
}

/// `load_list_from_valid_range`.
pub(crate) fn load_list_from_valid_range(
    store: &mut Store,
    cx: &Context,
    ptr: u64,
    length: u64,
    ty: &ValType,
) -> Result<Vec<V>, Fault> {
    spend(store, length)?;
    pay_values(store, length)?;
    if *ty == ValType::U8 {
        let mut bytes = vec![0; length as usize];
        cx.read(store, ptr, &mut bytes)?;
        return Ok(bytes.into_iter().map(V::U8).collect());
    }
    let size = ty.elem_size(cx.opts.w);
    (0..length).map(|i| load(store, cx, ptr + i * size, ty)).collect()
}

/// `load_list_from_valid_range`, for elements that are lifted by themselves: those of streams and futures.
pub(crate) fn load_elements(
    store: &mut Store,
    cx: &Context,
    ptr: u64,
    length: u64,
    ty: &ValType,
) -> Result<Vec<V>, Fault> {
    store.components.reset_budget(store.limits.heap_bytes);
    load_list_from_valid_range(store, cx, ptr, length, ty)
}

/// A map is a list of pairs (*Despecialization*).
pub(crate) fn load_map_from_range(
    store: &mut Store,
    cx: &Context,
    ptr: u64,
    length: u64,
    key: &ValType,
    value: &ValType,
) -> Result<V, Fault> {
    let pair = shape::Shape::record([key, value].into_iter(), cx.opts.w);
    check_list(store, cx, ptr, length, pair.size, pair.alignment)?;
    spend(store, length)?;
    pay_values(store, length)?;
    let value_at = align_to(key.elem_size(cx.opts.w), value.alignment(cx.opts.w));
    let entries = (0..length).map(|i| {
        let at = ptr + i * pair.size;
        Ok((load(store, cx, at, key)?, load(store, cx, at + value_at, value)?))
    });
    Ok(V::Map(entries.collect::<Result<_, Fault>>()?))
}

/// Lists may share memory, so that a few bytes can stand for very many values: each lift has a budget of values.
pub(crate) fn spend(store: &mut Store, values: u64) -> Result<(), Fault> {
    match store.components.budget.checked_sub(values) {
        Some(rest) => {
            store.components.budget = rest;
            Ok(())
        }
        None => Err(Fault::Exhausted(Resource::Memory)),
    }
}

fn load_record(store: &mut Store, cx: &Context, mut ptr: u64, fields: &[Field]) -> Result<V, Fault> {
    pay_values(store, fields.len() as u64)?;
    let mut record = Vec::with_capacity(fields.len());
    for Field { label, ty } in fields {
        ptr = align_to(ptr, ty.alignment(cx.opts.w));
        record.push((label.clone(), load(store, cx, ptr, ty)?));
        ptr += ty.elem_size(cx.opts.w);
    }
    Ok(V::Record(record))
}

/// A tuple is a record (*Despecialization*).
pub(crate) fn load_tuple(store: &mut Store, cx: &Context, mut ptr: u64, types: &[ValType]) -> Result<Vec<V>, Fault> {
    pay_values(store, types.len() as u64)?;
    let mut tuple = Vec::with_capacity(types.len());
    for ty in types {
        ptr = align_to(ptr, ty.alignment(cx.opts.w));
        tuple.push(load(store, cx, ptr, ty)?);
        ptr += ty.elem_size(cx.opts.w);
    }
    Ok(tuple)
}

/// `load_variant`, for all the types that despecialise to one.
fn load_variant(store: &mut Store, cx: &Context, ptr: u64, kind: &Kind) -> Result<V, Fault> {
    let disc_size = shape::discriminant_size(kind.case_count());
    let case_index = load_int(store, cx, ptr, disc_size as usize)?;
    trap_if(case_index >= kind.case_count() as u64, TrapCode::InvalidValue)?;
    let payload = match kind.case_type(case_index as usize) {
        None => None,
        Some(ty) => {
            let ptr = align_to(ptr + disc_size, kind.max_case_alignment(cx.opts.w));
            Some(load(store, cx, ptr, ty)?)
        }
    };
    Ok(kind.make_case(case_index as usize, payload))
}

impl Kind {
    /// How many cases the type has as a variant (*Despecialization*).
    pub(crate) fn case_count(&self) -> usize {
        match self {
            Kind::Variant(cases) => cases.len(),
            Kind::Enum(labels) => labels.len(),
            _ => 2,
        }
    }

    /// The payload of a case.
    pub(crate) fn case_type(&self, index: usize) -> Option<&ValType> {
        match self {
            Kind::Variant(cases) => cases.get(index)?.ty.as_ref(),
            Kind::Option(ty) => (index == 1).then_some(ty),
            Kind::Result(ok, error) => if index == 0 { ok } else { error }.as_ref(),
            _ => None,
        }
    }

    pub(crate) fn max_case_alignment(&self, w: usize) -> u64 {
        let mut alignment = 1;
        self.parts(&mut |ty| alignment = alignment.max(ty.alignment(w)));
        alignment
    }

    /// The value of a case.
    pub(crate) fn make_case(&self, index: usize, payload: Option<V>) -> V {
        let payload = payload.map(Box::new);
        match self {
            Kind::Variant(cases) => V::Variant(cases[index].label.clone(), payload),
            Kind::Enum(labels) => V::Enum(labels[index].clone()),
            Kind::Option(_) => V::Option(payload),
            _ if index == 0 => V::Result(Ok(payload)),
            _ => V::Result(Err(payload)),
        }
    }
}

/// `unpack_flags_from_int`.
pub(crate) fn unpack_flags_from_int(i: u64, labels: &[super::super::syntax::Name]) -> V {
    V::Flags(labels.iter().enumerate().filter(|(bit, _)| i >> bit & 1 == 1).map(|(_, label)| label.clone()).collect())
}

/// `lift_own` and `lift_borrow`.
pub(crate) fn lift_handle(store: &mut Store, cx: &Context, i: u32, ty: &ValType) -> Result<V, Fault> {
    let state = &mut store.components;
    match ty {
        ValType::Own(rt) => {
            let handle = match on(Mutant::OwnLiftKeeps) {
                true => *state.instance_mut(cx.inst).handles.get_mut(i)?,
                false => state.instance_mut(cx.inst).handles.remove(i)?,
            };
            trap_if(handle.ty != *rt || handle.num_lends != 0 || !handle.own, TrapCode::InvalidHandle)?;
            Ok(V::Own(ResourceVal { ty: *rt, rep: handle.rep }))
        }
        ValType::Borrow(rt) => {
            let BorrowScope::Subtask(subtask) = &cx.borrow_scope else { return Err(broken("subtask")) };
            let handle = state.instance_mut(cx.inst).handles.get_mut(i)?;
            trap_if(handle.ty != *rt, TrapCode::InvalidHandle)?;
            handle.num_lends += u32::from(!on(Mutant::LendNotCounted));
            subtask.as_subtask()?.add_lender(cx.inst, i);
            Ok(V::Borrow(ResourceVal { ty: *rt, rep: handle.rep }))
        }
        _ => Err(broken("resource type")),
    }
}

/// `lift_stream` and `lift_future`.
pub(crate) fn lift_async(store: &mut Store, cx: &Context, i: u32, kind: &Kind) -> Result<V, Fault> {
    match kind {
        Kind::Stream(t) => Ok(V::Stream(lift_async_value(store, cx.inst, Flow::Stream, t, i)?)),
        Kind::Future(t) => Ok(V::Future(lift_async_value(store, cx.inst, Flow::Future, t, i)?)),
        _ => Err(broken("stream or future")),
    }
}
