//! What an embedder needs in order to make things that match a module's imports, whatever their types are.

use super::{Store, TagAddr, TagInst, TypeId};
use crate::{Module, syntax::ExternType};

impl TypeId {
    /// The type of the function or tag that a *closed* [`ExternType`] names by this number.
    pub fn of(closed: u32) -> TypeId {
        TypeId(closed)
    }
}

impl Store {
    /// The declared type of an import of `module`, closed in this store (core `#type-closed`).
    pub fn close_import(&mut self, module: &Module, ty: ExternType) -> ExternType {
        let types = self.types.close(module.syntax());
        self.types.close_extern(&types, ty)
    }

    /// Allocates a tag (core `#alloc-tag`) of the type `ty` of this store, which must be a function type.
    ///
    /// # Panics
    /// If `ty` is no function type of this store.
    pub fn alloc_tag_of_type(&mut self, ty: TypeId) -> TagAddr {
        let params = self.func_type_of(ty).params.clone().into();
        self.tags.push(TagInst { ty, params });
        TagAddr(self.tags.len() as u32 - 1)
    }
}
