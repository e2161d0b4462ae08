//! CanonicalABI.md, *Alignment*, *Element Size* and the flat form of types (*Flattening*).

use super::super::types::{Kind, ValType};
use super::align_to;
use crate::syntax::ValType as CoreType;

/// How a type looks in memory and as core values, for one width of pointers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    pub alignment: u64,
    /// Saturating: fixed-length lists can be larger than any memory.
    pub size: u64,
    /// The core values; `None` if there are more than [`MAX_FLAT`], when nobody asks which.
    pub flat: Option<Box<[CoreType]>>,
}

/// The largest of the limits on flat values.
pub(crate) const MAX_FLAT: usize = super::flatten::MAX_FLAT_PARAMS;

impl Shape {
    /// The shape of a compound type whose parts have theirs already.
    pub fn of(kind: &Kind, w: usize) -> Shape {
        let ptr: u64 = 4 << w;
        let ptr_type = if w == 1 { CoreType::I64 } else { CoreType::I32 };
        match kind {
            Kind::Record(fields) => Self::record(fields.iter().map(|field| &field.ty), w),
            Kind::Tuple(types) => Self::record(types.iter(), w),
            Kind::Variant(cases) => {
                Self::variant(cases.len(), &mut || Box::new(cases.iter().filter_map(|case| case.ty.as_ref())), w)
            }
            Kind::Enum(labels) => Self::variant(labels.len(), &mut || Box::new(std::iter::empty()), w),
            Kind::Option(ty) => Self::variant(2, &mut || Box::new(std::iter::once(ty)), w),
            Kind::Result(ok, error) => Self::variant(2, &mut || Box::new([ok, error].into_iter().flatten()), w),
            Kind::List(_) | Kind::Map(..) => {
                Shape { alignment: ptr, size: 2 * ptr, flat: Some([ptr_type, ptr_type].into()) }
            }
            Kind::FixedList(ty, len) => Self::fixed_list(ty, *len, w),
            Kind::Flags(labels) => {
                let size = flags_size(labels.len());
                Shape { alignment: size, size, flat: Some([CoreType::I32].into()) }
            }
            Kind::Stream(_) | Kind::Future(_) => Shape { alignment: 4, size: 4, flat: Some([CoreType::I32].into()) },
        }
    }

    /// `alignment_record`, `elem_size_record`, `flatten_record`.
    pub fn record<'a>(types: impl Iterator<Item = &'a ValType>, w: usize) -> Shape {
        let (mut alignment, mut size, mut flat) = (1, 0u64, Some(Vec::new()));
        for ty in types {
            alignment = alignment.max(ty.alignment(w));
            size = align_to(size, ty.alignment(w)).saturating_add(ty.elem_size(w));
            flat = flat.and_then(|flat| join_flat(flat, ty.flat(w)));
        }
        Shape { alignment, size: align_to(size, alignment), flat: flat.map(Into::into) }
    }

    fn fixed_list(ty: &ValType, len: u32, w: usize) -> Shape {
        let flat = ty.flat(w).filter(|flat| flat.len() * len as usize <= MAX_FLAT);
        Shape {
            alignment: ty.alignment(w),
            size: ty.elem_size(w).saturating_mul(u64::from(len)),
            flat: flat.map(|flat| flat.repeat(len as usize).into()),
        }
    }

    /// `alignment_variant`, `elem_size_variant`, `flatten_variant`.
    fn variant<'a>(
        cases: usize,
        payloads: &mut dyn FnMut() -> Box<dyn Iterator<Item = &'a ValType> + 'a>,
        w: usize,
    ) -> Shape {
        let discriminant = discriminant_size(cases);
        let case_alignment = payloads().map(|ty| ty.alignment(w)).max().unwrap_or(1);
        let alignment = discriminant.max(case_alignment);
        let case_size = payloads().map(|ty| ty.elem_size(w)).max().unwrap_or(0);
        let size = align_to(align_to(discriminant, case_alignment).saturating_add(case_size), alignment);
        Shape { alignment, size, flat: flatten_variant(&mut payloads(), w) }
    }
}

fn join_flat(mut flat: Vec<CoreType>, more: Option<&[CoreType]>) -> Option<Vec<CoreType>> {
    flat.extend_from_slice(more?);
    (flat.len() <= MAX_FLAT).then_some(flat)
}

fn flatten_variant(payloads: &mut dyn Iterator<Item = &ValType>, w: usize) -> Option<Box<[CoreType]>> {
    let mut flat = vec![CoreType::I32];
    for ty in payloads {
        for (i, ty) in ty.flat(w)?.iter().enumerate() {
            match flat.get_mut(i + 1) {
                Some(have) => *have = join(*have, *ty),
                None => flat.push(*ty),
            }
        }
    }
    (flat.len() <= MAX_FLAT).then(|| flat.into())
}

fn join(a: CoreType, b: CoreType) -> CoreType {
    match (a, b) {
        (a, b) if a == b => a,
        (CoreType::I32, CoreType::F32) | (CoreType::F32, CoreType::I32) => CoreType::I32,
        _ => CoreType::I64,
    }
}

/// The size of `discriminant_type`.
pub(crate) fn discriminant_size(cases: usize) -> u64 {
    match cases {
        0..=0x100 => 1,
        0x101..=0x1_0000 => 2,
        _ => 4,
    }
}

fn flags_size(labels: usize) -> u64 {
    match labels {
        0..=8 => 1,
        9..=16 => 2,
        _ => 4,
    }
}

impl ValType {
    /// `alignment`.
    pub(crate) fn alignment(&self, w: usize) -> u64 {
        match self {
            ValType::String => 4 << w,
            ValType::Compound(compound) => compound.shapes[w].alignment,
            _ => self.elem_size(w),
        }
    }

    /// `elem_size`.
    pub(crate) fn elem_size(&self, w: usize) -> u64 {
        match self {
            ValType::Bool | ValType::S8 | ValType::U8 => 1,
            ValType::S16 | ValType::U16 => 2,
            ValType::S32 | ValType::U32 | ValType::F32 | ValType::Char => 4,
            ValType::S64 | ValType::U64 | ValType::F64 => 8,
            ValType::String => 8 << w,
            ValType::ErrorContext | ValType::Own(_) | ValType::Borrow(_) => 4,
            ValType::Compound(compound) => compound.shapes[w].size,
        }
    }

    /// `flatten_type`; `None` if there are more than [`MAX_FLAT`] core values.
    pub(crate) fn flat(&self, w: usize) -> Option<&[CoreType]> {
        Some(match self {
            ValType::S64 | ValType::U64 => &[CoreType::I64],
            ValType::F32 => &[CoreType::F32],
            ValType::F64 => &[CoreType::F64],
            ValType::String if w == 1 => &[CoreType::I64, CoreType::I64],
            ValType::String => &[CoreType::I32, CoreType::I32],
            ValType::Compound(compound) => return compound.shapes[w].flat.as_deref(),
            _ => &[CoreType::I32],
        })
    }
}

/// `flatten_types`; `None` if there are more than [`MAX_FLAT`] core values.
pub(crate) fn flatten_types(types: &[ValType], w: usize) -> Option<Vec<CoreType>> {
    types.iter().try_fold(Vec::new(), |flat, ty| join_flat(flat, ty.flat(w)))
}
