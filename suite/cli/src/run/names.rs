//! What a module calls its functions: the name section, then the exports.

use preflight_engine::{Module, syntax::ExternIndex};
use std::collections::BTreeMap;

/// Names by function index; those of the name section as the text format writes them.
pub fn functions(module: &Module) -> BTreeMap<u32, String> {
    let named = module.func_names().into_iter().map(|(index, name)| (index, format!("${name}")));
    let mut names: BTreeMap<u32, String> = named.collect();
    for export in &module.syntax().exports {
        if let ExternIndex::Func(index) = export.index {
            names.entry(index).or_insert_with(|| export.name.clone());
        }
    }
    names
}
