//! Components become each other's imports: wac-graph, what `wac` and `wac plug` call.

use super::{BuildError, bytes_of};
use crate::case::{Compose, Definition};
use std::collections::BTreeMap;
use wac_graph::{CompositionGraph, EncodeOptions, NodeId, types::Package};

pub(super) fn compose(recipe: &Compose, definitions: &[Definition]) -> Result<Vec<u8>, BuildError> {
    let mut graph = CompositionGraph::new();
    let mut nodes = BTreeMap::new();
    for part in &recipe.parts {
        let bytes = bytes_of(definitions, &part.component)?.to_vec();
        // Each part is a package of its own: the tool knows packages by name.
        let name = format!("part:{}", part.name);
        let package = Package::from_bytes(&name, None, bytes, graph.types_mut()).map_err(|error| refused(&error))?;
        let package = graph.register_package(package).map_err(|error| refused(&error.into()))?;
        nodes.insert(&*part.name, graph.instantiate(package));
    }
    for part in &recipe.parts {
        for (import, from) in &part.with {
            let export = export_of(&mut graph, &nodes, from, import)?;
            let instance = node(&nodes, &part.name)?;
            graph.set_instantiation_argument(instance, import, export).map_err(|error| refused(&error.into()))?;
        }
    }
    for (name, from) in &recipe.exports {
        let export = export_of(&mut graph, &nodes, from, name)?;
        graph.export(export, name).map_err(|error| refused(&error.into()))?;
    }
    graph.encode(EncodeOptions::default()).map_err(|error| refused(&error.into()))
}

fn export_of(
    graph: &mut CompositionGraph,
    nodes: &BTreeMap<&str, NodeId>,
    part: &str,
    name: &str,
) -> Result<NodeId, BuildError> {
    graph.alias_instance_export(node(nodes, part)?, name).map_err(|error| refused(&error.into()))
}

fn node(nodes: &BTreeMap<&str, NodeId>, part: &str) -> Result<NodeId, BuildError> {
    nodes.get(part).copied().ok_or_else(|| BuildError::Case(format!("there is no part {part}")))
}

fn refused(error: &anyhow::Error) -> BuildError {
    BuildError::refused("wac-graph", error)
}
