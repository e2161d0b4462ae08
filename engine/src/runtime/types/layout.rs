//! Where the fields of structures and arrays are in the heap.

use super::{TypeId, TypeRegistry};
use crate::syntax::{CompType, StorageType};

/// The packed fields of a structure, in declaration order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StructLayout {
    /// Size of all fields.
    pub size_bytes: u32,
    /// Offset and type of each field.
    pub fields: Box<[(u32, StorageType)]>,
    /// Offsets of the fields that are references.
    pub ref_offsets: Box<[u32]>,
}

/// The elements of an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArrayLayout {
    /// Size of an element in bytes.
    pub elem_size: u32,
    /// Type of an element.
    pub storage: StorageType,
    /// Whether the elements are references.
    pub elem_is_ref: bool,
}

/// The layout of a defined type.
#[derive(Debug)]
pub(super) enum Layout {
    None,
    Struct(StructLayout),
    Array(ArrayLayout),
}

impl Layout {
    pub(super) fn of(ty: &CompType) -> Layout {
        match ty {
            CompType::Func(_) => Layout::None,
            CompType::Array(element) => Layout::Array(ArrayLayout {
                elem_size: element.storage.size_bytes() as u32,
                storage: element.storage,
                elem_is_ref: is_ref(element.storage),
            }),
            CompType::Struct(fields) => {
                let mut size_bytes = 0;
                let place = |field: &crate::syntax::FieldType| {
                    let offset = size_bytes;
                    size_bytes += field.storage.size_bytes() as u32;
                    (offset, field.storage)
                };
                let fields: Box<[_]> = fields.iter().map(place).collect();
                let refs = fields.iter().filter(|(_, storage)| is_ref(*storage));
                let ref_offsets = refs.map(|&(offset, _)| offset).collect();
                Layout::Struct(StructLayout { size_bytes, fields, ref_offsets })
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

    /// The layout of an array type.
    ///
    /// # Panics
    ///
    /// If it is no array type.
    #[inline]
    pub fn array_layout(&self, id: TypeId) -> ArrayLayout {
        match &self.types[id.0 as usize].layout {
            Layout::Array(layout) => *layout,
            _ => panic!("type {} is no array type", id.0),
        }
    }
}
