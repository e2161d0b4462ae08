//! What a module calls its functions: the name section, then the exports.

use preflight_engine::syntax::{ExternIndex, Module};
use std::collections::BTreeMap;
use wasmparser::{BinaryReader, Name, NameSectionReader};

/// Names by function index. The name section comes from outside and is only advice: a mistake in it ends its reading.
pub fn functions(module: &Module) -> BTreeMap<u32, String> {
    let mut names = BTreeMap::new();
    for export in &module.exports {
        if let ExternIndex::Func(index) = export.index {
            names.entry(index).or_insert_with(|| export.name.clone());
        }
    }
    if let Some(bytes) = module.name_section.clone().and_then(|range| module.bytes.get(range)) {
        // The range may begin with the section's own name.
        from_name_section(bytes.strip_prefix(b"\x04name").unwrap_or(bytes), &mut names);
    }
    names
}

fn from_name_section(bytes: &[u8], names: &mut BTreeMap<u32, String>) {
    for subsection in NameSectionReader::new(BinaryReader::new(bytes, 0)) {
        match subsection {
            Ok(Name::Function(map)) => {
                for naming in map.into_iter().map_while(Result::ok) {
                    names.insert(naming.index, format!("${}", naming.name));
                }
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
}
