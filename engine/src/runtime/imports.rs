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
    /// Types of `module`, such as those of its imports, closed in this store (core `#type-closed`). All at once: the module's
    /// own types are looked up in the store for each call, and languages with garbage collection have thousands of them.
    pub fn close_externs(&mut self, module: &Module, types: impl IntoIterator<Item = ExternType>) -> Vec<ExternType> {
        let closed = self.types.close(module.syntax());
        types.into_iter().map(|ty| self.types.close_extern(&closed, ty)).collect()
    }

    /// One type alone: see [`close_externs`](Self::close_externs).
    pub fn close_import(&mut self, module: &Module, ty: ExternType) -> ExternType {
        self.close_externs(module, [ty])[0]
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
