//! Components as the toolchain makes them.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, UnresolvedPackageGroup};

/// The component of a core module in text and of the world `w` of `wit`.
pub fn componentize(text: &str, wit: &str) -> Vec<u8> {
    let buffer = wast::parser::ParseBuffer::new(text).unwrap();
    let mut bytes = wast::parser::parse::<wast::Wat<'_>>(&buffer).unwrap().encode().unwrap();
    let mut resolve = Resolve::default();
    let package = resolve.push_group(UnresolvedPackageGroup::parse("w.wit", wit).unwrap()).unwrap();
    let world = resolve.select_world(&[package], Some("w")).unwrap();
    embed_component_metadata(&mut bytes, &resolve, world, StringEncoding::UTF8).unwrap();
    let mut encoder = ComponentEncoder::default();
    encoder.validate(true).module(&bytes).unwrap();
    encoder.encode().unwrap()
}
