//! A map from names to external values, for embedders that link by name.

use crate::{
    Module, Store,
    error::{InstantiateError, LinkError},
    runtime::{Extern, InstanceAddr},
    trace::InstancePath,
};
use std::collections::HashMap;

/// Links modules by the two names of their imports. A later definition of the same names replaces an earlier one.
#[derive(Debug, Default, Clone)]
pub struct Linker {
    items: HashMap<String, HashMap<String, Extern>>,
}

impl Linker {
    /// A linker that knows no names.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives `item` the names `module` and `name`.
    pub fn define(&mut self, module: &str, name: &str, item: Extern) {
        match self.items.get_mut(module) {
            Some(items) => items.insert(name.to_owned(), item),
            None => self.items.entry(module.to_owned()).or_default().insert(name.to_owned(), item),
        };
    }

    /// Makes all exports of `instance` available under the first name `module`, which loses what it had.
    pub fn define_instance(&mut self, store: &Store, module: &str, instance: InstanceAddr) {
        self.items.insert(module.to_owned(), store.exports(instance).into_iter().collect());
    }

    /// Makes what `other` has under the first name `name` available under the first name `module`, which loses what it had.
    pub fn define_as(&mut self, module: &str, other: &Linker, name: &str) {
        match other.items.get(name) {
            Some(items) => drop(self.items.insert(module.to_owned(), items.clone())),
            None => drop(self.items.remove(module)),
        }
    }

    /// What has these names.
    pub fn get(&self, module: &str, name: &str) -> Option<Extern> {
        self.items.get(module)?.get(name).copied()
    }

    /// One external value for each import of `module`, in order. Types are matched by the instantiation.
    ///
    /// # Errors
    /// [`LinkError::Unknown`] for the first import that has no definition.
    pub fn resolve(&self, store: &Store, module: &Module) -> Result<Vec<Extern>, LinkError> {
        let imports = module.syntax().imports.iter();
        let item = |import: &crate::syntax::Import| {
            self.get(&import.module, &import.name).ok_or_else(|| LinkError::Unknown {
                module: import.module.clone(),
                name: import.name.clone(),
                expected: store.describe_import(import),
            })
        };
        imports.map(item).collect()
    }

    /// Resolves the imports and instantiates.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve) and [`Store::instantiate`].
    pub fn instantiate(
        &self,
        store: &mut Store,
        module: &Module,
        path: InstancePath,
    ) -> Result<InstanceAddr, InstantiateError> {
        let externs = self.resolve(store, module)?;
        store.instantiate(module, &externs, path)
    }
}
