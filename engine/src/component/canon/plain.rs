//! Lists whose elements are plain: numbers, booleans and flags, and records of such. They are carried as bytes, not as values:
//! one copy out of the memory and one into another, with the few changes that *Loading* and *Storing* make. No bytes are
//! invalid as such elements, so that nothing can trap half way: characters and enums are not among them.
//!
//! Plain types hold no pointers, so that they look the same whatever the width of pointers is.

use super::super::types::{Kind, ValType};
use super::{
    Context, align_to,
    load::{MAX_LIST_BYTE_LENGTH, canonicalize_nan32, canonicalize_nan64, spend},
    pay_values,
    store::allocate_list,
    trap_if,
};
use crate::{
    Store,
    error::Fault,
    trace::{Resource, TrapCode},
};

/// The type of such elements.
pub(super) struct Plain {
    size: u64,
    alignment: u64,
    /// What an element costs, beyond what the list does: as many values as are loaded one by one otherwise.
    cost: u64,
    fields: Box<[Field]>,
    /// Whether all bytes of an element belong to fields that may hold any bits.
    is_whole: bool,
}

/// Bytes of an element.
struct Field {
    at: usize,
    len: usize,
    holds: Holds,
}

/// What they hold.
#[derive(Clone, Copy, PartialEq)]
enum Holds {
    /// Any bits.
    Bits,
    Bool,
    F32,
    F64,
    /// The bits that are flags.
    Flags(u64),
}

impl Plain {
    /// The type as one of plain elements, if it is that.
    pub fn of(ty: &ValType) -> Option<Plain> {
        let (mut fields, mut cost) = (Vec::new(), 0);
        add(ty, 0, &mut fields, &mut cost)?;
        let (size, alignment) = (ty.elem_size(0), ty.alignment(0));
        let is_whole = matches!(&*fields, [Field { holds: Holds::Bits, len, .. }] if *len as u64 == size);
        Some(Plain { size, alignment, cost, fields: fields.into(), is_whole })
    }

    /// `load_list_from_range`, as bytes that are canonical.
    pub fn load(&self, store: &mut Store, cx: &Context, ptr: u64, length: u64) -> Result<Vec<u8>, Fault> {
        let byte_length = length.saturating_mul(self.size);
        trap_if(byte_length > MAX_LIST_BYTE_LENGTH, TrapCode::InvalidPointer)?;
        cx.check_range(store, ptr, byte_length, self.alignment)?;
        spend(store, length)?;
        self.pay(store, length)?;
        let mut bytes = vec![0; byte_length as usize];
        cx.read(store, ptr, &mut bytes)?;
        if self.fields.iter().any(|field| field.holds != Holds::Bits) {
            bytes.chunks_exact_mut(self.size as usize).for_each(|element| self.make_canonical(element));
        }
        Ok(bytes)
    }

    fn make_canonical(&self, element: &mut [u8]) {
        for field in &self.fields {
            if field.holds == Holds::Bits {
                continue;
            }
            let bytes = &mut element[field.at..][..field.len];
            let mut word = [0; 8];
            word[..field.len].copy_from_slice(bytes);
            let bits = field.holds.canonical(u64::from_le_bytes(word));
            bytes.copy_from_slice(&bits.to_le_bytes()[..field.len]);
        }
    }

    /// `store_list_into_range`: what lies between fields is left as it is.
    pub fn store(&self, store: &mut Store, cx: &Context, bytes: &[u8]) -> Result<(u64, u64), Fault> {
        let length = bytes.len() as u64 / self.size;
        let ptr = allocate_list(store, cx, length as usize, self.size, self.alignment)?;
        self.pay(store, length)?;
        if self.is_whole {
            cx.write(store, ptr, bytes)?;
            return Ok((ptr, length));
        }
        let size = self.size as usize;
        let memory = store.memory_mut(cx.memory()?);
        if let Some(memory) = memory.bytes_mut() {
            // `allocate_list` has checked the range.
            let elements = memory[ptr as usize..][..bytes.len()].chunks_exact_mut(size);
            for (to, from) in elements.zip(bytes.chunks_exact(size)) {
                for field in &self.fields {
                    let range = field.at..field.at + field.len;
                    to[range.clone()].copy_from_slice(&from[range]);
                }
            }
            return Ok((ptr, length));
        }
        for (i, element) in bytes.chunks_exact(size).enumerate() {
            for field in &self.fields {
                let at = ptr + (i * size + field.at) as u64;
                cx.write(store, at, &element[field.at..][..field.len])?;
            }
        }
        Ok((ptr, length))
    }

    /// The list first, then its elements: paid for one by one they would use up the fuel.
    fn pay(&self, store: &mut Store, length: u64) -> Result<(), Fault> {
        pay_values(store, length)?;
        let end = pay_values(store, length.saturating_mul(self.cost));
        if let Err(Fault::Exhausted(Resource::Fuel)) = end {
            store.fuel = 0;
        }
        end
    }
}

impl Holds {
    /// The bits as a load gives and a store writes them.
    fn canonical(self, bits: u64) -> u64 {
        match self {
            Holds::Bits => bits,
            Holds::Bool => u64::from(bits != 0),
            Holds::F32 => u64::from(canonicalize_nan32(bits as u32)),
            Holds::F64 => canonicalize_nan64(bits),
            Holds::Flags(mask) => bits & mask,
        }
    }
}

/// Appends the fields of a type that begins `at` some byte; `None` if it is not plain.
fn add(ty: &ValType, at: u64, fields: &mut Vec<Field>, cost: &mut u64) -> Option<()> {
    let holds = match ty {
        ValType::U8
        | ValType::S8
        | ValType::U16
        | ValType::S16
        | ValType::U32
        | ValType::S32
        | ValType::U64
        | ValType::S64 => Holds::Bits,
        ValType::Bool => Holds::Bool,
        ValType::F32 => Holds::F32,
        ValType::F64 => Holds::F64,
        ValType::Char | ValType::String | ValType::ErrorContext | ValType::Own(_) | ValType::Borrow(_) => return None,
        ValType::Compound(compound) => {
            *cost += 1;
            match &compound.kind {
                Kind::Flags(labels) => Holds::Flags((1 << labels.len()) - 1),
                Kind::Record(parts) => return add_parts(parts.iter().map(|field| &field.ty), at, fields, cost),
                Kind::Tuple(parts) => return add_parts(parts.iter(), at, fields, cost),
                _ => return None,
            }
        }
    };
    let (at, len) = (at as usize, ty.elem_size(0) as usize);
    match fields.last_mut() {
        Some(last) if last.holds == Holds::Bits && holds == Holds::Bits && last.at + last.len == at => last.len += len,
        _ => fields.push(Field { at, len, holds }),
    }
    Some(())
}

fn add_parts<'t>(
    parts: impl Iterator<Item = &'t ValType>,
    mut at: u64,
    fields: &mut Vec<Field>,
    cost: &mut u64,
) -> Option<()> {
    for ty in parts {
        *cost += 1;
        at = align_to(at, ty.alignment(0));
        add(ty, at, fields, cost)?;
        at += ty.elem_size(0);
    }
    Some(())
}
