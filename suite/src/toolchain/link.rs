//! Libraries that share a memory and a table become one component: what `wasm-tools component link` calls.

use super::{BuildError, bytes_of, componentize::with_world};
use crate::case::{Definition, Link};
use wit_component::Linker;

pub(super) fn link(recipe: &Link, definitions: &[Definition]) -> Result<Vec<u8>, BuildError> {
    let mut linker = Linker::default();
    let refused = |error: anyhow::Error| BuildError::refused("wit-component's linker", &error);
    for library in &recipe.libraries {
        let module = with_world(bytes_of(definitions, &library.module)?, &library.wit)?;
        linker.library(&library.name, &module, library.dlopen).map_err(refused)?;
    }
    linker.encode().map_err(refused)
}
