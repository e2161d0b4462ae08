//! Where the fields of structures and arrays are in the heap.

use super::{TypeId, TypeRegistry};
use crate::syntax::{CompType, FieldType, StorageType};

/// The packed fields of a structure, in declaration order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StructLayout {
    /// Size of all fields.
    pub size_bytes: u32,
    /// Offset of each field.
    pub offsets: Box<[u32]>,
    /// Offsets of the fields that are references.
    pub ref_offsets: Box<[u32]>,
}

/// The layout of a defined type.
#[derive(Debug)]
pub(super) enum Layout {
    None,
    Struct(StructLayout),
    Array(StorageType),
}

impl Layout {
    pub(super) fn of(ty: &CompType) -> Layout {
        match ty {
            CompType::Func(_) => Layout::None,
            CompType::Array(element) => Layout::Array(element.storage),
            CompType::Struct(fields) => {
                let mut size_bytes = 0;
                let place = |field: &FieldType| {
                    let offset = size_bytes;
                    size_bytes += field.storage.size_bytes() as u32;
                    offset
                };
                let offsets: Box<[u32]> = fields.iter().map(place).collect();
                let refs = fields.iter().zip(&offsets).filter(|(field, _)| is_ref(field.storage));
                let ref_offsets = refs.map(|(_, &offset)| offset).collect();
                Layout::Struct(StructLayout { size_bytes, offsets, ref_offsets })
            }
        }
    }
}

fn is_ref(storage: StorageType) -> bool {
    matches!(storage, StorageType::Val(ty) if ty.is_ref())
}

impl TypeRegistry {
    /// The layout of a structure type.
    ///
    /// # Panics
    ///
    /// If it is no structure type.
    #[inline]
    pub fn struct_layout(&self, id: TypeId) -> &StructLayout {
        match &self.types[id.0 as usize].layout {
            Layout::Struct(layout) => layout,
            _ => panic!("type {} is no structure type", id.0),
        }
    }

    /// What the elements of an array type are.
    ///
    /// # Panics
    ///
    /// If it is no array type.
    #[inline]
    pub fn array_elem(&self, id: TypeId) -> StorageType {
        match &self.types[id.0 as usize].layout {
            Layout::Array(storage) => *storage,
            _ => panic!("type {} is no array type", id.0),
        }
    }
}
