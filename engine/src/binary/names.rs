//! The names that the name section gives to functions.

use crate::syntax::Module;
use std::collections::BTreeMap;
use wasmparser::{BinaryReader, Name, NameSectionReader};

/// Names by function index. The section comes from outside and is only advice: a mistake in it ends its reading.
pub(crate) fn functions(module: &Module) -> BTreeMap<u32, String> {
    let mut names = BTreeMap::new();
    let Some(bytes) = module.name_section.clone().and_then(|range| module.bytes.get(range)) else { return names };
    // The range may begin with the section's own name.
    let bytes = bytes.strip_prefix(b"\x04name").unwrap_or(bytes);
    for subsection in NameSectionReader::new(BinaryReader::new(bytes, 0)) {
        match subsection {
            Ok(Name::Function(map)) => {
                names.extend(map.into_iter().map_while(Result::ok).map(|name| (name.index, name.name.to_owned())));
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
    names
}
