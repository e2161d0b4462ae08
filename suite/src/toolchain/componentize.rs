//! Core modules become components: wit-component, and the adapters of preview 1 that come with wasmtime.

use super::{BuildError, bytes_of};
use crate::case::{Adapter, Componentize, Definition};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER as COMMAND, WASI_SNAPSHOT_PREVIEW1_PROXY_ADAPTER as PROXY,
    WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER as REACTOR,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, UnresolvedPackageGroup};

const TOOL: &str = "wit-component";

pub(super) fn componentize(recipe: &Componentize, definitions: &[Definition]) -> Result<Vec<u8>, BuildError> {
    let main = with_world(bytes_of(definitions, &recipe.main)?, &recipe.wit)?;
    let adapters = recipe.adapters.iter().map(|adapter| Ok((&*adapter.name, module_of(adapter, definitions)?)));
    let adapters: Vec<_> = adapters.collect::<Result<_, BuildError>>()?;
    let encode = || {
        let mut encoder = ComponentEncoder::default();
        encoder.validate(true).reject_legacy_names(recipe.reject_legacy_names);
        encoder.module(&main)?;
        for (name, module) in &adapters {
            encoder.adapter(name, module)?;
        }
        encoder.encode()
    };
    encode().map_err(|error| BuildError::refused(TOOL, &error))
}

fn module_of(adapter: &Adapter, definitions: &[Definition]) -> Result<Vec<u8>, BuildError> {
    match &*adapter.module {
        "command" => Ok(COMMAND.to_vec()),
        "reactor" => Ok(REACTOR.to_vec()),
        "proxy" => Ok(PROXY.to_vec()),
        name => with_world(bytes_of(definitions, name)?, &adapter.wit),
    }
}

/// A module with the world `w` of `wit` in its custom section; as it is if `wit` is empty.
pub(super) fn with_world(module: &[u8], wit: &str) -> Result<Vec<u8>, BuildError> {
    let mut module = module.to_vec();
    if wit.is_empty() {
        return Ok(module);
    }
    let mut embed = || {
        let mut resolve = Resolve::default();
        let group = UnresolvedPackageGroup::parse("case.wit", wit);
        let group = group.map_err(|(_, error)| anyhow::anyhow!("{error}"))?;
        let package = resolve.push_group(group)?;
        let world = resolve.select_world(&[package], Some("w"))?;
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
    };
    embed().map_err(|error: anyhow::Error| BuildError::refused(TOOL, &error))?;
    Ok(module)
}
