//! The names that the name section gives to functions.

use crate::syntax::Module;
use std::collections::BTreeMap;
use wasmparser::{BinaryReader, Name, NameSectionReader};

/// Names by function index. The section comes from outside and is only advice: a mistake in it ends its reading.
pub(crate) fn functions(module: &Module) -> BTreeMap<u32, String> {
    let mut names = BTreeMap::new();
    let Some(bytes) = module.name_section.clone().and_then(|range| module.bytes.get(range)) else { return names };
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

#[cfg(test)]
mod tests {
    use crate::{Config, Module};

    #[test]
    fn the_length_of_the_sections_own_name_may_be_written_in_any_way() {
        for name in [&b"\x04name"[..], b"\x84\x80\x80\x80\x00name"] {
            let content = [name, b"\x01\x04\x01\x00\x01f"].concat();
            let functions = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a\x04\x01\x02\0\x0b";
            let bytes = [functions, &[0, content.len() as u8][..], &content].concat();
            let module = Module::new(&Config::default(), bytes).unwrap();
            assert_eq!(module.func_names().get(&0).map(String::as_str), Some("f"), "{name:x?}");
        }
    }
}
